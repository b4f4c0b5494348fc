// Mechanisms beyond the vector files: other shapes, parameters and inputs against the equations in double, and what must be
// refused.
// test: both-levels

#include <QRegularExpression>
#include <QTest>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/attention/registry.h"
#include "engine/pipeline/case.h"
#include "tests/support/numbers.h"

using namespace fovea;
using namespace fovea::test;

namespace {

using Values = std::vector<double>;
using Results = std::map<std::string, Values>;

/// Everything an equation needs, in double.
struct Problem {
    int c = 0, h = 0, w = 0;
    Values x;
    std::map<std::string, Tensor> weights;
    ParamSet params;

    [[nodiscard]] int n() const { return h * w; }
    [[nodiscard]] const Tensor& weight(const std::string& name) const { return weights.at(name); }
    [[nodiscard]] double mean(int channel) const {
        const auto first = x.begin() + channel * n();
        return std::accumulate(first, first + n(), 0.0) / n();
    }
    [[nodiscard]] double squares(int channel) const {
        const double m = mean(channel);
        return std::accumulate(x.begin() + channel * n(), x.begin() + (channel + 1) * n(), 0.0,
                               [m](double sum, double v) { return sum + (v - m) * (v - m); });
    }
    [[nodiscard]] Values means() const {
        Values z(c);
        for (int k = 0; k < c; ++k) z[k] = mean(k);
        return z;
    }
};

double sigmoid(double v) { return 1.0 / (1.0 + std::exp(-v)); }

/// W·x + b for every column of x (inputs × columns); the bias may be missing.
Values affine(const Problem& p, const std::string& layer, const Values& x, int columns = 1) {
    const Tensor& w = p.weight(layer + ".weight");
    const int inputs = w.dim(1);
    Values y(static_cast<std::size_t>(w.dim(0)) * columns, 0.0);
    for (int o = 0; o < w.dim(0); ++o) {
        for (int k = 0; k < columns; ++k) {
            double sum = p.weights.count(layer + ".bias") != 0 ? p.weight(layer + ".bias").values[o] : 0.0;
            for (int i = 0; i < inputs; ++i) sum += static_cast<double>(w.values[o * inputs + i]) * x[i * columns + k];
            y[o * columns + k] = sum;
        }
    }
    return y;
}

double normal(const Problem& p, const std::string& layer, int channel, double v) {
    const auto at = [&](const char* key) { return static_cast<double>(p.weight(layer + key).values[channel]); };
    return (v - at(".running_mean")) / std::sqrt(at(".running_var") + 1e-5) * at(".weight") + at(".bias");
}

Values mapped(Values values, double (*f)(double)) {
    std::transform(values.begin(), values.end(), values.begin(), f);
    return values;
}

double relu(double v) { return std::max(0.0, v); }

Values scaled(const Problem& p, const Values& gate) {
    Values y = p.x;
    for (std::size_t k = 0; k < y.size(); ++k) y[k] *= gate[k / p.n()];
    return y;
}

Results channelGate(const Problem& p, const Values& gate) { return {{"output", scaled(p, gate)}, {"attn.channel", gate}}; }

Results se(const Problem& p) {
    return channelGate(p, mapped(affine(p, "fc.2", mapped(affine(p, "fc.0", p.means()), relu)), sigmoid));
}

Results eca(const Problem& p) {
    const auto& w = p.weight("conv.weight").values;
    const int pad = (static_cast<int>(w.size()) - 1) / 2;
    Values gate(p.c, 0.0);
    for (int c = 0; c < p.c; ++c) {
        for (int t = 0; t < static_cast<int>(w.size()); ++t) {
            if (c + t - pad >= 0 && c + t - pad < p.c) gate[c] += w[t] * p.mean(c + t - pad);
        }
    }
    return channelGate(p, mapped(gate, sigmoid));
}

Results srm(const Problem& p) {
    Values gate(p.c);
    for (int c = 0; c < p.c; ++c) {
        const auto& mix = p.weight("cfc").values;
        const double deviation = std::sqrt(p.squares(c) / (p.n() - 1) + 1e-5);
        gate[c] = sigmoid(normal(p, "bn", c, mix[2 * c] * p.mean(c) + mix[2 * c + 1] * deviation));
    }
    return channelGate(p, gate);
}

Results simam(const Problem& p) {
    Values gate(p.x.size());
    Values out(p.x.size());
    for (std::size_t k = 0; k < gate.size(); ++k) {
        const int c = static_cast<int>(k) / p.n();
        const double variance = p.squares(c) / (p.n() - 1);
        gate[k] = sigmoid(std::pow(p.x[k] - p.mean(c), 2) / (4.0 * (variance + p.params.real("e_lambda"))) + 0.5);
        out[k] = gate[k] * p.x[k];
    }
    return {{"output", out}, {"attn.full", gate}};
}

Values gcTerm(const Problem& p, const std::string& prefix, const Values& context) {
    Values hidden = affine(p, prefix + "0", context);
    const double count = static_cast<double>(hidden.size());
    const double mean = std::accumulate(hidden.begin(), hidden.end(), 0.0) / count;
    const double variance = std::accumulate(hidden.begin(), hidden.end(), 0.0,
                                            [mean](double sum, double v) { return sum + (v - mean) * (v - mean); }) /
                            count;
    for (std::size_t k = 0; k < hidden.size(); ++k) {
        hidden[k] = relu((hidden[k] - mean) / std::sqrt(variance + 1e-5) * p.weight(prefix + "1.weight").values[k] +
                         p.weight(prefix + "1.bias").values[k]);
    }
    return affine(p, prefix + "3", hidden);
}

Results gc(const Problem& p) {
    Results r;
    Values context = p.means();
    if (p.params.choice("pooling") == "att") {
        Values mask = affine(p, "conv_mask", p.x, p.n());
        const double top = *std::max_element(mask.begin(), mask.end());
        for (double& m : mask) m = std::exp(m - top);
        const double total = std::accumulate(mask.begin(), mask.end(), 0.0);
        for (double& m : mask) m /= total;
        for (int c = 0; c < p.c; ++c) context[c] = std::inner_product(mask.begin(), mask.end(), p.x.begin() + c * p.n(), 0.0);
        r["attn.spatial"] = mask;
    }
    r["output"] = p.x;
    const auto& fusion = p.params.choiceSet("fusion");
    if (std::count(fusion.begin(), fusion.end(), "channel_mul") != 0) {
        r["attn.channel_mul"] = mapped(gcTerm(p, "channel_mul_conv.", context), sigmoid);
        r["output"] = scaled(p, r["attn.channel_mul"]);
    }
    if (std::count(fusion.begin(), fusion.end(), "channel_add") != 0) {
        r["attn.channel_add"] = gcTerm(p, "channel_add_conv.", context);
        for (std::size_t k = 0; k < p.x.size(); ++k) r["output"][k] += r["attn.channel_add"][k / p.n()];
    }
    return r;
}

Results cbam(const Problem& p) {
    Values sum(p.c, 0.0);
    for (const auto& pool : p.params.choiceSet("pool_types")) {
        Values z = p.means();
        for (int c = 0; c < p.c && pool == "max"; ++c)
            z[c] = *std::max_element(p.x.begin() + c * p.n(), p.x.begin() + (c + 1) * p.n());
        const Values y = affine(p, "ChannelGate.mlp.3", mapped(affine(p, "ChannelGate.mlp.1", z), relu));
        std::transform(sum.begin(), sum.end(), y.begin(), sum.begin(), std::plus<>());
    }
    Results r = channelGate(p, mapped(sum, sigmoid));
    if (p.params.boolean("no_spatial")) return r;
    Values& out = r["output"];
    Values pooled(2 * p.n(), -1e300);
    for (int n = 0; n < p.n(); ++n) {
        pooled[p.n() + n] = 0.0;
        for (int c = 0; c < p.c; ++c) {
            pooled[n] = std::max(pooled[n], out[c * p.n() + n]);
            pooled[p.n() + n] += out[c * p.n() + n] / p.c;
        }
    }
    Values& gate = r["attn.spatial"];
    for (int n = 0; n < p.n(); ++n) {
        double v = 0.0;
        for (int k = 0; k < 98; ++k) {
            const int i = n / p.w + k % 49 / 7 - 3, j = n % p.w + k % 7 - 3;
            if (i >= 0 && i < p.h && j >= 0 && j < p.w) {
                v += p.weight("SpatialGate.spatial.conv.weight").values[k] * pooled[k / 49 * p.n() + i * p.w + j];
            }
        }
        gate.push_back(sigmoid(normal(p, "SpatialGate.spatial.bn", 0, v)));
    }
    for (std::size_t k = 0; k < out.size(); ++k) out[k] *= gate[k % p.n()];
    return r;
}

Results coord(const Problem& p) {
    const int length = p.h + p.w;
    Values pooled(static_cast<std::size_t>(p.c) * length, 0.0);
    for (std::size_t k = 0; k < p.x.size(); ++k) {
        const int c = static_cast<int>(k) / p.n(), i = static_cast<int>(k) % p.n() / p.w, j = static_cast<int>(k) % p.w;
        pooled[c * length + i] += p.x[k] / p.w;
        pooled[c * length + p.h + j] += p.x[k] / p.h;
    }
    Values y = affine(p, "conv1", pooled, length);
    for (std::size_t k = 0; k < y.size(); ++k) {
        const double t = normal(p, "bn1", static_cast<int>(k) / length, y[k]);
        y[k] = t * std::min(6.0, relu(t + 3.0)) / 6.0;
    }
    const Values rows = mapped(affine(p, "conv_h", y, length), sigmoid);
    const Values columns = mapped(affine(p, "conv_w", y, length), sigmoid);
    Results r;
    for (std::size_t k = 0; k < p.x.size(); ++k) {
        const int c = static_cast<int>(k) / p.n(), i = static_cast<int>(k) % p.n() / p.w, j = static_cast<int>(k) % p.w;
        r["attn.full"].push_back(rows[c * length + i] * columns[c * length + p.h + j]);
        r["output"].push_back(p.x[k] * r["attn.full"].back());
    }
    for (int c = 0; c < p.c; ++c) {
        r["attn.h"].insert(r["attn.h"].end(), rows.begin() + c * length, rows.begin() + c * length + p.h);
        r["attn.w"].insert(r["attn.w"].end(), columns.begin() + c * length + p.h, columns.begin() + (c + 1) * length);
    }
    return r;
}

Results hardTopK(const Problem& p) {
    const std::string rule = p.params.choice("saliency");
    Values s(p.n(), 0.0);
    for (std::size_t k = 0; k < p.x.size(); ++k)
        s[k % p.n()] += rule == "l2" ? p.x[k] * p.x[k] : rule == "mean" ? p.x[k] : std::abs(p.x[k]);
    for (double& v : s) v = rule == "l2" ? std::sqrt(v) : v / p.c;
    std::vector<int> order(p.n());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return s[a] > s[b]; });
    Values mask(p.n(), 0.0);
    const int count = std::max(1, static_cast<int>(std::floor(p.params.real("ratio") * p.n() + 1e-9)));
    for (int k = 0; k < count; ++k) mask[order[k]] = 1.0;
    Values out = p.x;
    for (std::size_t k = 0; k < out.size(); ++k) out[k] *= mask[k % p.n()];
    return {{"output", out}, {"attn.spatial", mask}, {"attn.saliency", s}};
}

/// Matrix and weighted values of one softmax attention with `heads` heads.
Results attention(const Values& q, const Values& k, const Values& v, int heads, int n, double scale) {
    const int depth = static_cast<int>(q.size()) / n / heads, valueDepth = static_cast<int>(v.size()) / n / heads;
    Results r{{"o", Values(v.size(), 0.0)}};
    for (int head = 0; head < heads; ++head) {
        for (int a = 0; a < n; ++a) {
            Values row(n, 0.0);
            for (int b = 0; b < n; ++b) {
                for (int d = head * depth; d < (head + 1) * depth; ++d) row[b] += scale * q[d * n + a] * k[d * n + b];
            }
            const double top = *std::max_element(row.begin(), row.end());
            for (double& e : row) e = std::exp(e - top);
            const double total = std::accumulate(row.begin(), row.end(), 0.0);
            for (int b = 0; b < n; ++b) {
                r["attn.matrix"].push_back(row[b] / total);
                for (int d = head * valueDepth; d < (head + 1) * valueDepth; ++d)
                    r["o"][d * n + a] += row[b] / total * v[d * n + b];
            }
        }
    }
    return r;
}

Results sagan(const Problem& p) {
    Results r = attention(affine(p, "query_conv", p.x, p.n()), affine(p, "key_conv", p.x, p.n()),
                          affine(p, "value_conv", p.x, p.n()), 1, p.n(), 1.0);
    for (std::size_t k = 0; k < p.x.size(); ++k) r["output"].push_back(p.weight("gamma").values[0] * r["o"][k] + p.x[k]);
    r.erase("o");
    return r;
}

Results mhsa(const Problem& p) {
    const Values qkv = affine(p, "qkv", p.x, p.n());
    const auto part = [&](int k) { return Values(qkv.begin() + k * p.c * p.n(), qkv.begin() + (k + 1) * p.c * p.n()); };
    const int heads = p.params.integer("heads");
    Results r = attention(part(0), part(1), part(2), heads, p.n(), 1.0 / std::sqrt(p.c / heads));
    r["output"] = affine(p, "proj", r["o"], p.n());
    r.erase("o");
    return r;
}

const std::map<std::string, Results (*)(const Problem&)> kEquations{
    {"se", se},     {"eca", eca},     {"srm", srm},     {"simam", simam}, {"gc", gc},
    {"cbam", cbam}, {"coord", coord}, {"sagan", sagan}, {"mhsa", mhsa},   {"hard_topk", hardTopK}};

/// Weights with nothing left at 0 or 1, as after training; variances stay positive.
std::map<std::string, Tensor> trainedLike(const std::vector<WeightSpec>& specs) {
    auto tensors = randomWeights(specs, 9).tensors;
    std::uint64_t seed = 100;
    for (const auto& spec : specs) {
        auto& values = tensors[spec.name].values;
        const auto noise = randomValues(values.size(), ++seed, 0.4F);
        for (std::size_t k = 0; k < values.size() && spec.init != WeightInit::FanIn; ++k) values[k] += noise[k];
    }
    return tensors;
}

Tensor inputOf(const QString& kind, int c, int h, int w) {
    Tensor x = randomTensor({c, h, w}, 77, kind == QLatin1String("large") ? 100.0F : 2.0F);
    for (std::size_t k = 0; k < x.size(); ++k) {
        float& v = x.values[k];
        v = kind == QLatin1String("signed") ? v : std::max(v, 0.025F * v);
        v = kind == QLatin1String("constant") ? 0.7F : v;
        v = kind == QLatin1String("flat channels") ? 0.1F * static_cast<float>(k / (static_cast<std::size_t>(h) * w)) - 0.4F : v;
    }
    return x;
}

QString refusal(const char* id, const InputShape& shape, const char* json = "{}") {
    const ModuleInfo& info = *findModule(id);
    const auto params = ParamSet::fromJson(info.params, json);
    const auto module = createModule(info, shape, *params, {});
    return module ? QString() : QString::fromStdString(module.error().message());
}

}  // namespace

class TestModules : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".?"))); }

    void followTheirEquations_data() {
        QTest::addColumn<QString>("id");
        QTest::addColumn<QString>("json");
        QTest::addColumn<QString>("input");
        QTest::addColumn<QList<int>>("shape");
        const std::vector<std::pair<const char*, const char*>> settings{
            {"se", R"({"reduction": 5})"},
            {"se", R"({"reduction": 1, "bias": false})"},
            {"eca", "{}"},
            {"eca", R"({"k_size": 15})"},
            {"eca", R"({"k_size": 1})"},
            {"srm", "{}"},
            {"simam", R"({"e_lambda": 0.001})"},
            {"gc", R"({"ratio": 0.25})"},
            {"gc", R"({"fusion": ["channel_mul"]})"},
            {"gc", R"({"fusion": ["channel_add", "channel_mul"], "pooling": "avg", "ratio": 1})"},
            {"cbam", "{}"},
            {"cbam", R"({"pool_types": ["max"], "reduction": 3})"},
            {"cbam", R"({"no_spatial": true, "reduction": 16})"},
            {"coord", "{}"},
            {"coord", R"({"reduction": 1})"},
            {"sagan", "{}"},
            {"mhsa", "{}"},
            {"mhsa", R"({"heads": 1, "qkv_bias": false})"},
            {"mhsa", R"({"heads": 16})"},
            {"hard_topk", R"({"saliency": "l2", "ratio": 0.3})"},
            {"hard_topk", R"({"saliency": "mean", "ratio": 1})"},
            {"hard_topk", R"({"ratio": 0.001})"}};
        const std::vector<std::pair<const char*, QList<int>>> inputs{
            {"positive", {16, 7, 13}}, {"signed", {32, 12, 19}},  {"signed", {16, 1, 11}},       {"positive", {16, 9, 1}},
            {"large", {16, 7, 13}},    {"constant", {16, 7, 13}}, {"flat channels", {16, 5, 6}}, {"signed", {16, 1, 2}}};
        for (const auto& [id, json] : settings) {
            for (const auto& [kind, shape] : inputs) {
                QTest::addRow("%s %s %s %dx%dx%d", id, json, kind, shape[0], shape[1], shape[2])
                    << QString::fromLatin1(id) << QString::fromLatin1(json) << QString::fromLatin1(kind) << shape;
            }
        }
    }

    void followTheirEquations() {
        QFETCH(QString, id);
        QFETCH(QString, json);
        QFETCH(QString, input);
        QFETCH(QList<int>, shape);
        const ModuleInfo& info = *findModule(id.toStdString());
        Problem problem;
        problem.c = shape[0];
        problem.h = shape[1];
        problem.w = shape[2];
        problem.params = *ParamSet::fromJson(info.params, json.toStdString());
        problem.weights = trainedLike(weightSpecs(info, {shape[0], shape[1], shape[2], 1, {}}, problem.params));
        SafetensorsFile file;
        file.metadata = {{"id", id.toStdString()}, {"hyperparams", json.toStdString()}};
        file.tensors["input"] = inputOf(input, shape[0], shape[1], shape[2]);
        problem.x.assign(file.tensors["input"].values.begin(), file.tensors["input"].values.end());
        for (const auto& [name, tensor] : problem.weights) {
            file.tensors["param." + name] = tensor;
        }
        const auto result = applyCase(file);
        QVERIFY2(result.ok(), result ? "" : result.error().message().c_str());
        const Results expected = kEquations.at(info.id)(problem);
        QCOMPARE(result->tensors.size(), expected.size());
        // Large inputs make logits of thousands, which float holds to about 1e-4 only.
        const bool largeLogits = input == QLatin1String("large") && (info.kind == AttentionKind::Self || info.id == "gc");
        for (const auto& [name, values] : expected) {
            double peak = 1e-2;
            for (const double v : values) peak = std::max(peak, std::abs(v));
            const QString problemText = difference(result->tensors.at(name).values, values, (largeLogits ? 1e-3 : 1e-5) * peak);
            QVERIFY2(problemText.isEmpty(), qPrintable(QString::fromStdString(name) + QLatin1Char(' ') + problemText));
        }
    }

    void equalValuesAreTakenInOrder() {
        SafetensorsFile file;
        file.metadata = {{"id", "hard_topk"}, {"hyperparams", R"({"ratio": 0.5})"}};
        file.tensors["input"] = Tensor({1, 2, 4}, {1.0F, -2.0F, 1.0F, 2.0F, -1.0F, 1.0F, 2.0F, 1.0F});
        const auto result = applyCase(file);
        QVERIFY(result.ok());
        QCOMPARE(result->tensors.at("attn.spatial").values, (std::vector<float>{1, 1, 0, 1, 0, 0, 1, 0}));
    }

    void theAutomaticKernelFollowsTheChannels() {
        const ModuleInfo& info = *findModule("eca");
        const ParamSet params(info.params);
        for (const auto& [channels, k] :
             std::map<int, int>{{1, 1}, {2, 1}, {8, 3}, {16, 3}, {127, 3}, {128, 5}, {512, 5}, {2048, 7}}) {
            QCOMPARE(info.weights({channels, 4, 4, 1, {}}, params).front().shape, (Shape{1, 1, k}));
        }
    }

    void whatDoesNotGoTogetherIsRefused() {
        QVERIFY(refusal("sagan", {7, 4, 4, 1, {}}).contains(QStringLiteral("at least 8 channels, but these features have 7")));
        QVERIFY(
            refusal("mhsa", {12, 4, 4, 1, {}}).contains(QStringLiteral("12 channels cannot be shared out evenly among 8 heads")));
        QVERIFY(refusal("mhsa", {12, 4, 4, 1, {}}).endsWith(QStringLiteral(": 1, 2, 3, 4, 6, 12.")));
        QVERIFY(refusal("se", {8, 4, 4, 1, {}}).contains(QStringLiteral("at most 8")));
        QVERIFY(refusal("cbam", {8, 4, 4, 1, {}}).contains(QStringLiteral("at most 8")));
        QVERIFY(
            refusal("cbam", {64, 4, 4, 1, {}}, R"({"pool_types": []})").contains(QStringLiteral("at least one kind of pooling")));
        QVERIFY(refusal("gc", {64, 4, 4, 1, {}}, R"({"fusion": []})").contains(QStringLiteral("at least one fusion")));
        QVERIFY(refusal("gc", {8, 4, 4, 1, {}}).contains(QStringLiteral("at least 1/8")));
        QVERIFY(refusal("eca", {8, 4, 4, 1, {}}, R"({"k_size": 4})").contains(QStringLiteral("odd kernel size, not 4")));
        QVERIFY(refusal("srm", {8, 1, 1, 1, {}}).contains(QStringLiteral("two positions")));
        QVERIFY(refusal("simam", {8, 1, 1, 1, {}}).contains(QStringLiteral("two positions")));
    }

    void aStopIsObeyed() {
        for (const char* id : {"sagan", "mhsa"}) {
            const ModuleInfo& info = *findModule(id);
            const InputShape shape{16, 7, 13, 1, {}};
            const ParamSet params(info.params);
            auto module = createModule(info, shape, params, randomWeights(weightSpecs(info, shape, params), 1));
            QVERIFY(module.ok());
            const FeatureMap x = randomMap(16, 7, 13, 1);
            std::stop_source source;
            source.request_stop();
            ModuleInput input;
            input.frames = {&x};
            input.stop = source.get_token();
            Steps steps;
            const auto output = runModule(info, **module, input, steps);
            QVERIFY(!output.ok());
            QCOMPARE(output.error().code, ErrorCode::Cancelled);
        }
    }
};

QTEST_GUILESS_MAIN(TestModules)
#include "tst_modules.moc"
