// Attention between positions, all, in lines, in windows and in phases: against the equations in double, and its properties.
// test: both-levels

#include <QRegularExpression>
#include <QTest>
#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <numeric>

#include "engine/attention/registry.h"
#include "engine/pipeline/case.h"
#include "tests/support/numbers.h"

using namespace fovea;
using namespace fovea::test;

namespace {

using Values = std::vector<double>;
using Results = std::map<std::string, Values>;

/// Everything an equation needs, in double; x is channels × cells.
struct Problem {
    int c = 0, h = 0, w = 0;
    Values x;
    std::map<std::string, Tensor> weights;
    ParamSet params;
    [[nodiscard]] int n() const { return h * w; }
};

/// W·x + b for every column of x; a missing bias is 0.
Values affine(const Problem& p, const std::string& layer, const Values& x) {
    const Tensor& w = p.weights.at(layer + ".weight");
    const int inputs = w.dim(1);
    const std::size_t cells = x.size() / inputs;
    Values y(w.dim(0) * cells);
    for (int o = 0; o < w.dim(0); ++o) {
        for (std::size_t k = 0; k < cells; ++k) {
            double sum = p.weights.count(layer + ".bias") != 0 ? p.weights.at(layer + ".bias").values[o] : 0.0;
            for (int i = 0; i < inputs; ++i) sum += static_cast<double>(w.values[o * inputs + i]) * x[i * cells + k];
            y[o * cells + k] = sum;
        }
    }
    return y;
}

Values normal(const Problem& p, const std::string& layer, Values x) {
    const auto& weight = p.weights.at(layer + ".weight").values;
    const std::size_t cells = x.size() / weight.size();
    for (std::size_t k = 0; k < x.size(); ++k) {
        const auto at = [&](const char* key) { return static_cast<double>(p.weights.at(layer + key).values[k / cells]); };
        x[k] = (x[k] - at(".running_mean")) / std::sqrt(at(".running_var") + 1e-5) * at(".weight") + at(".bias");
    }
    return x;
}

Values relu(Values x) {
    for (double& v : x) v = std::max(v, 0.0);
    return x;
}

Values pooled(const Values& x, int h, int w) {
    Values y;
    for (std::size_t c = 0; c < x.size() / (h * w); ++c) {
        for (int i = 0; i + 1 < h; i += 2) {
            for (int j = 0; j + 1 < w; j += 2) {
                const double* at = x.data() + (c * h + i) * w + j;
                y.push_back(std::max({at[0], at[1], at[w], at[w + 1]}));
            }
        }
    }
    return y;
}

double dot(const Values& a, std::size_t cellsA, int p, const Values& b, std::size_t cellsB, int q, int first, int last) {
    double sum = 0.0;
    for (int d = first; d < last; ++d) sum += a[d * cellsA + p] * b[d * cellsB + q];
    return sum;
}

void softmax(double* first, double* last) {
    const double top = *std::max_element(first, last);
    std::transform(first, last, first, [top](double v) { return std::exp(v - top); });
    const double total = std::accumulate(first, last, 0.0);
    std::for_each(first, last, [total](double& v) { v /= total; });
}

Results nonLocal(const Problem& p, bool embedded, bool dotProduct) {
    const bool pools = p.params.boolean("sub_sample");
    const auto sampled = [&](const Values& v) { return pools ? pooled(v, p.h, p.w) : v; };
    const auto named = [&](const char* layer) { return std::string(layer) + (pools ? ".0" : ""); };
    const Values q = embedded ? affine(p, "theta", p.x) : p.x;
    const Values k = sampled(embedded ? affine(p, named("phi"), p.x) : p.x);
    const Values v = sampled(affine(p, named("g"), p.x));
    const int n = p.n();
    const int m = pools ? (p.h / 2) * (p.w / 2) : n;
    const int depth = static_cast<int>(q.size()) / n;
    Values matrix(n * m);
    Values y(v.size() / m * n, 0.0);
    for (int a = 0; a < n; ++a) {
        for (int b = 0; b < m; ++b) matrix[a * m + b] = dot(q, n, a, k, m, b, 0, depth) / (dotProduct ? m : 1);
        if (!dotProduct) softmax(matrix.data() + a * m, matrix.data() + (a + 1) * m);
        for (std::size_t d = 0; d < y.size() / n; ++d) {
            for (int b = 0; b < m; ++b) y[d * n + a] += matrix[a * m + b] * v[d * m + b];
        }
    }
    Values out = p.params.boolean("bn_layer") ? normal(p, "W.1", affine(p, "W.0", y)) : affine(p, "W", y);
    for (std::size_t t = 0; t < out.size(); ++t) out[t] += p.x[t];
    return {{"output", out}, {"attn.matrix", matrix}};
}

Results ccnet(const Problem& p) {
    Values x = p.x;
    Values all;
    const int n = p.n();
    const int keys = p.h + p.w;
    for (int pass = p.params.integer("recurrence"); pass > 0; --pass) {
        const Values q = affine(p, "query_conv", x);
        const Values k = affine(p, "key_conv", x);
        const Values v = affine(p, "value_conv", x);
        for (int a = 0; a < n; ++a) {
            Values row(keys);
            Values at(keys);
            for (int b = 0; b < keys; ++b) {
                at[b] = b < p.h ? b * p.w + a % p.w : a / p.w * p.w + b - p.h;
                row[b] = b == a / p.w ? -INFINITY : dot(q, n, a, k, n, static_cast<int>(at[b]), 0, p.c / 8);
            }
            softmax(row.data(), row.data() + keys);
            const double gamma = p.weights.at("gamma").values[0];
            for (int c = 0; c < p.c; ++c) {
                for (int b = 0; b < keys; ++b) x[c * n + a] += gamma * row[b] * v[c * n + static_cast<int>(at[b])];
            }
            all.insert(all.end(), row.begin(), row.end());
        }
    }
    return {{"output", x}, {"attn.criss", all}};
}

using Groups = std::vector<std::vector<int>>;
struct Grouped {
    Values output, weights;
};
/// Multi-head attention within groups of cells; bias(g, h, a, b) is added to the logits.
Grouped grouped(const Values& q, const Values& k, const Values& v, const Groups& groups, int heads,
                const std::function<double(int, int, int, int)>& bias = {}) {
    std::size_t cells = 0;
    for (const auto& g : groups) cells += g.size();
    Grouped out{Values(v.size(), 0.0), {}};
    const int depth = static_cast<int>(q.size() / cells) / heads;
    const int valueDepth = static_cast<int>(v.size() / cells) / heads;
    for (std::size_t g = 0; g < groups.size(); ++g) {
        const auto& at = groups[g];
        const int m = static_cast<int>(at.size());
        for (int h = 0; h < heads; ++h) {
            for (int a = 0; a < m; ++a) {
                Values row(m);
                for (int b = 0; b < m; ++b) {
                    row[b] = dot(q, cells, at[a], k, cells, at[b], h * depth, (h + 1) * depth) / std::sqrt(depth);
                    if (bias) row[b] += bias(static_cast<int>(g), h, a, b);
                }
                softmax(row.data(), row.data() + m);
                for (int d = h * valueDepth; d < (h + 1) * valueDepth; ++d) {
                    for (int b = 0; b < m; ++b) out.output[d * cells + at[a]] += row[b] * v[d * cells + at[b]];
                }
                out.weights.insert(out.weights.end(), row.begin(), row.end());
            }
        }
    }
    return out;
}

Results axial(const Problem& p) {
    Results r;
    const int heads = p.params.integer("heads");
    const bool parallel = p.params.boolean("sum_axial_out");
    Values x = p.x;
    Values sum(x.size(), 0.0);
    for (const int axis : {0, 1}) {
        const std::string prefix = "axial_attentions." + std::to_string(axis) + ".fn.";
        Groups groups(axis == 0 ? p.w : p.h);
        for (int n = 0; n < p.n(); ++n) groups[axis == 0 ? n % p.w : n / p.w].push_back(n);
        const Values kv = affine(p, prefix + "to_kv", x);
        const Values k(kv.begin(), kv.begin() + p.c * p.n());
        const Values v(kv.begin() + p.c * p.n(), kv.end());
        const Grouped done = grouped(affine(p, prefix + "to_q", x), k, v, groups, heads);
        r[axis == 0 ? "attn.axial_h" : "attn.axial_w"] = done.weights;
        const Values out = affine(p, prefix + "to_out", done.output);
        if (!parallel) x = out;
        for (std::size_t t = 0; t < out.size(); ++t) sum[t] += out[t];
    }
    r["output"] = parallel ? sum : x;
    return r;
}

/// Where value k of x lies in a larger map.
int placed(const Problem& p, std::size_t k, int height, int width, int top, int left) {
    const int n = static_cast<int>(k);
    return (n / p.n() * height + n % p.n() / p.w + top) * width + n % p.w + left;
}

Values padded(const Problem& p, int height, int width, int top, int left) {
    Values y(static_cast<std::size_t>(p.c) * height * width, 0.0);
    for (std::size_t k = 0; k < p.x.size(); ++k) y[placed(p, k, height, width, top, left)] = p.x[k];
    return y;
}

Values cropped(const Problem& p, const Values& y, int height, int width, int top, int left) {
    Values x(p.x.size());
    for (std::size_t k = 0; k < x.size(); ++k) x[k] = y[placed(p, k, height, width, top, left)];
    return x;
}

Results windowMsa(const Problem& p) {
    const int ws = p.params.integer("window");
    const int down = p.h <= ws ? 0 : p.params.integer("shift");  // one window needs no shift
    const int right = p.w <= ws ? 0 : p.params.integer("shift");
    const int heads = p.params.integer("heads");
    const int height = (p.h + ws - 1) / ws * ws;
    const int width = (p.w + ws - 1) / ws * ws;
    const Values qkv = affine(p, "qkv", padded(p, height, width, 0, 0));
    const std::size_t part = qkv.size() / 3;
    const auto third = [&](int k) { return Values(qkv.begin() + k * part, qkv.begin() + (k + 1) * part); };
    Groups groups;
    std::vector<std::vector<int>> regions;
    const auto region = [&](int rolled, int length, int shift) {
        return shift == 0 || rolled < length - ws ? 0 : rolled < length - shift ? 1 : 2;
    };
    for (int top = 0; top < height; top += ws) {
        for (int left = 0; left < width; left += ws) {
            groups.emplace_back();
            regions.emplace_back();
            for (int n = 0; n < ws * ws; ++n) {
                const int i = top + n / ws;
                const int j = left + n % ws;
                groups.back().push_back((i + down) % height * width + (j + right) % width);
                regions.back().push_back(3 * region(i, height, down) + region(j, width, right));
            }
        }
    }
    const auto& table = p.weights.at("relative_position_bias_table");
    const auto bias = [&](int g, int h, int a, int b) {
        const int index = (a / ws - b / ws + ws - 1) * (2 * ws - 1) + a % ws - b % ws + ws - 1;
        const bool masked = regions[g][a] != regions[g][b];
        return static_cast<double>(table.values[index * heads + h]) + (masked ? -100.0 : 0.0);
    };
    const Grouped done = grouped(third(0), third(1), third(2), groups, heads, bias);
    return {{"output", cropped(p, affine(p, "proj", done.output), height, width, 0, 0)}, {"attn.matrix", done.weights}};
}

Results isa(const Problem& p) {
    const int dh = p.params.integers("down")[0];
    const int dw = p.params.integers("down")[1];
    const int oh = (p.h + dh - 1) / dh;
    const int ow = (p.w + dw - 1) / dw;
    const int top = (oh * dh - p.h) / 2;
    const int left = (ow * dw - p.w) / 2;
    Groups phases(dh * dw);
    Groups cells(oh * ow);
    for (int i = 0; i < oh * dh; ++i) {
        for (int j = 0; j < ow * dw; ++j) {
            phases[i % dh * dw + j % dw].push_back(i * ow * dw + j);
            cells[i / dh * ow + j / dw].push_back(i * ow * dw + j);
        }
    }
    Results r;
    Values x = padded(p, oh * dh, ow * dw, top, left);
    for (const bool far : {true, false}) {
        const std::string block = far ? "long_range_sa." : "short_range_sa.";
        const auto layer = [&](const std::string& conv, const std::string& norm, const Values& v) {
            return relu(normal(p, block + norm, affine(p, block + conv, v)));
        };
        const auto twice = [&](const std::string& f) { return layer(f + ".2", f + ".3.0", layer(f + ".0", f + ".1.0", x)); };
        const Values q = twice("f_query");
        const Values k = twice("f_key");
        const Grouped done = grouped(q, k, affine(p, block + "f_value", x), far ? phases : cells, 1);
        r[far ? "attn.long" : "attn.short"] = done.weights;
        x = layer("W.0", "W.1.0", done.output);
    }
    r["output"] = cropped(p, x, oh * dh, ow * dw, top, left);
    return r;
}

const std::map<std::string, Results (*)(const Problem&)> kEquations{
    {"nonlocal_embedded", [](const Problem& p) { return nonLocal(p, true, false); }},
    {"nonlocal_gaussian", [](const Problem& p) { return nonLocal(p, false, false); }},
    {"nonlocal_dot", [](const Problem& p) { return nonLocal(p, true, true); }},
    {"ccnet", ccnet},
    {"axial", axial},
    {"window_msa", windowMsa},
    {"isa", isa}};

SafetensorsFile caseOf(const ModuleInfo& info, const char* json, const QString& input, const QList<int>& shape) {
    SafetensorsFile file;
    file.metadata = {{"id", info.id}, {"hyperparams", json}};
    file.tensors["input"] = randomTensor({shape[0], shape[1], shape[2]}, 77, input == QLatin1String("large") ? 50.F : 1.F);
    if (input == QLatin1String("constant")) std::fill_n(file.tensors["input"].values.begin(), file.tensors["input"].size(), 0.7F);
    const InputShape sizes{shape[0], shape[1], shape[2], 1, {}};
    // Weights with nothing left at 0 or 1, as after training; variances stay positive.
    std::uint64_t seed = 100;
    for (auto& [name, tensor] : randomWeights(info.weights(sizes, *ParamSet::fromJson(info.params, json)), 9).tensors) {
        const auto noise = randomValues(tensor.size(), ++seed, 0.4F);
        for (std::size_t k = 0; k < tensor.size(); ++k) tensor.values[k] += noise[k] * (tensor.shape.size() == 1 ? 1.0F : 0.1F);
        file.tensors["param." + name] = tensor;
    }
    return file;
}

QString refusal(const char* id, const InputShape& shape, const char* json = "{}") {
    const ModuleInfo& info = *findModule(id);
    const auto module = createModule(info, shape, *ParamSet::fromJson(info.params, json), {});
    return module ? QString() : QString::fromStdString(module.error().message());
}

}  // namespace

class TestModulesPairwise : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".?"))); }

    void followTheirEquations_data() {
        QTest::addColumn<QString>("id");
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QString>("input");
        QTest::addColumn<QList<int>>("shape");
        const std::vector<std::pair<const char*, const char*>> settings{
            {"nonlocal_embedded", "{}"},
            {"nonlocal_embedded", R"({"sub_sample": false, "inter": 5})"},
            {"nonlocal_gaussian", R"({"bn_layer": false})"},
            {"nonlocal_gaussian", R"({"sub_sample": false, "inter": 3})"},
            {"nonlocal_dot", "{}"},
            {"nonlocal_dot", R"({"sub_sample": false, "bn_layer": false, "inter": 20})"},
            {"ccnet", "{}"},
            {"ccnet", R"({"recurrence": 3})"},
            {"axial", "{}"},
            {"axial", R"({"heads": 2, "sum_axial_out": false})"},
            {"window_msa", "{}"},
            {"window_msa", R"({"window": 1, "heads": 1})"},
            {"window_msa", R"({"window": 4, "shift": 2, "heads": 2, "qkv_bias": false})"},
            {"window_msa", R"({"window": 3, "shift": 1, "heads": 4})"},
            {"window_msa", R"({"window": 6, "shift": 3, "heads": 2})"},
            {"isa", "{}"},
            {"isa", R"({"down": [2, 3], "key": 5, "value": 7})"},
            {"isa", R"({"down": [1, 20]})"}};
        const std::vector<std::pair<const char*, QList<int>>> inputs{
            {"signed", {16, 7, 13}}, {"signed", {8, 6, 4}}, {"signed", {8, 1, 5}}, {"signed", {8, 5, 1}},
            {"constant", {8, 4, 5}}, {"large", {8, 5, 4}},  {"signed", {8, 1, 1}}};
        for (const auto& [id, json] : settings) {
            for (const auto& [kind, s] : inputs) {
                const bool pools = std::string(id).starts_with("nonlocal") && std::strstr(json, "sub_sample") == nullptr;
                if (pools && (s[1] < 2 || s[2] < 2)) continue;
                QTest::addRow("%s %s %s %dx%dx%d", id, json, kind, s[0], s[1], s[2])
                    << QString::fromLatin1(id) << QByteArray(json) << QString::fromLatin1(kind) << s;
            }
        }
    }

    void followTheirEquations() {
        QFETCH(QString, id);
        QFETCH(QByteArray, json);
        QFETCH(QString, input);
        QFETCH(QList<int>, shape);
        const ModuleInfo& info = *findModule(id.toStdString());
        const auto file = caseOf(info, json.constData(), input, shape);
        Problem problem{.c = shape[0], .h = shape[1], .w = shape[2]};
        problem.params = *ParamSet::fromJson(info.params, json.toStdString());
        const auto& x = file.tensors.at("input").values;
        problem.x.assign(x.begin(), x.end());
        for (const auto& [name, tensor] : file.tensors) {
            if (name.starts_with("param.")) problem.weights[name.substr(6)] = tensor;
        }
        const auto result = applyCase(file);
        QVERIFY2(result.ok(), result ? "" : result.error().message().c_str());
        const Results expected = kEquations.at(info.id)(problem);
        QCOMPARE(result->tensors.size(), expected.size());
        // Large inputs make logits of thousands, which float holds to about 1e-4 only.
        const double tolerance = input == QLatin1String("large") ? 4e-3 : 2e-5;
        for (const auto& [name, values] : expected) {
            double peak = 1e-2;
            for (const double v : values) peak = std::max(peak, std::abs(v));
            const QString problemText = difference(result->tensors.at(name).values, values, tolerance * peak);
            QVERIFY2(problemText.isEmpty(), qPrintable(QString::fromStdString(name) + QLatin1Char(' ') + problemText));
        }
        QVERIFY(applyCase(file)->tensors.at("output").values == result->tensors.at("output").values);
    }

    void rowsAddUpAndStopIsSeen_data() {
        QTest::addColumn<QString>("id");
        for (const auto& [id, equation] : kEquations) QTest::newRow(id.c_str()) << QString::fromStdString(id);
    }

    void rowsAddUpAndStopIsSeen() {
        QFETCH(QString, id);
        const ModuleInfo& info = *findModule(id.toStdString());
        const InputShape shape{16, 7, 13, 1, {}};
        const ParamSet params(info.params);
        auto module = createModule(info, shape, params, randomWeights(weightSpecs(info, shape, params), 1));
        QVERIFY(module.ok());
        const FeatureMap x = randomMap(16, 7, 13, 4, 50.0F);
        ModuleInput input;
        input.frames.push_back(&x);
        Steps steps;
        const auto output = runModule(info, **module, input, steps);
        QVERIFY2(output.ok(), output ? "" : output.error().message().c_str());
        for (const auto& map : output->maps) {
            QCOMPARE(static_cast<int>(pairwiseRow(map, 0, 0, false).size()), keyCount(map));
            QCOMPARE(static_cast<int>(pairwiseRow(map, 0, 0, true).size()), queryCount(map));
            if (map.role != MapRole::Distribution) continue;
            for (int group = 0; group < groupCount(map); ++group) {
                for (int head = -1; head < headCount(map); ++head) {
                    const auto row = pairwiseRow(map, head, group % queryCount(map), false, group);
                    QVERIFY(std::abs(std::accumulate(row.begin(), row.end(), 0.0) - 1.0) < 1e-5);
                    QVERIFY(std::all_of(row.begin(), row.end(), [](float v) { return v >= 0.0F && v <= 1.0F; }));
                }
            }
            // Every cell asks from its own place on the picture, and what it gives away arrives.
            for (int cell = 0; std::get<PairwiseMap>(map.kind).layout && cell < 91; cell += 5) {
                const auto from = pairwisePicture(map, 0, cell, false);
                QVERIFY(!std::isnan(from[cell]));
                for (int other = 0; other < 91; ++other) {
                    if (!std::isnan(from[other])) {
                        QVERIFY(std::abs(pairwisePicture(map, 0, other, true)[cell] - from[other]) < 1e-2F);
                    }
                }
            }
        }
        std::stop_source stop;
        stop.request_stop();
        input.stop = stop.get_token();
        QCOMPARE(runModule(info, **module, input, steps).error().code, ErrorCode::Cancelled);
    }

    void noMatrixOfAllPositionsIsStored() {
        for (const char* id : {"nonlocal_embedded", "nonlocal_gaussian", "nonlocal_dot"}) {
            const ModuleInfo& info = *findModule(id);
            const InputShape shape{8, 20, 30, 1, {}};
            const ParamSet params(info.params);
            auto module = createModule(info, shape, params, randomWeights(weightSpecs(info, shape, params), 1));
            const FeatureMap x = randomMap(8, 20, 30, 4);
            ModuleInput input;
            input.frames.push_back(&x);
            Steps steps;
            const auto output = runModule(info, **module, input, steps);
            QVERIFY(output.ok());
            const AttentionMap& map = output->maps.front();
            QVERIFY(std::get<PairwiseMap>(map.kind).factors && map.data.empty());
            QCOMPARE(map.role == MapRole::Saliency, std::strcmp(id, "nonlocal_dot") == 0);
            const auto dense = denseTensor(map);
            QCOMPARE(dense->shape, (Shape{1, 600, 150}));
            for (const int n : {0, 149}) {
                const auto row = pairwiseRow(map, 0, n, false);
                QVERIFY(maxDifference(row, std::vector<float>(dense->values.begin() + n * 150,
                                                              dense->values.begin() + (n + 1) * 150)) < 1e-5);
                const auto column = pairwiseRow(map, 0, n, true);
                for (int q = 0; q < 600; ++q) QVERIFY(std::abs(column[q] - dense->values[q * 150 + n]) < 1e-5F);
            }
        }
    }

    void whatDoesNotGoTogetherIsRefused() {
        QVERIFY(refusal("nonlocal_embedded", {8, 1, 5, 1, {}}).contains(QStringLiteral("1×5")));
        QVERIFY(refusal("nonlocal_gaussian", {8, 5, 1, 1, {}}).contains(QStringLiteral("sub-sampling")));
        QVERIFY(refusal("nonlocal_dot", {8, 1, 1, 1, {}}).startsWith(QStringLiteral("Non-local dot")));
        QVERIFY(refusal("nonlocal_dot", {1, 1, 1, 1, {}}, R"({"sub_sample": false})").isEmpty());
        QVERIFY(refusal("ccnet", {7, 4, 5, 1, {}}).contains(QStringLiteral("at least 8 channels")));
        QVERIFY(refusal("axial", {12, 4, 5, 1, {}}).contains(QStringLiteral("12 channels")));
        QVERIFY(refusal("window_msa", {12, 4, 5, 1, {}}, R"({"heads": 5})").contains(QStringLiteral("12 channels")));
        QVERIFY(refusal("window_msa", {16, 4, 5, 1, {}}, R"({"shift": 7})").contains(QStringLiteral("shift below 7")));
        QVERIFY(refusal("window_msa", {16, 4, 5, 1, {}}, R"({"shift": 6})").isEmpty());
        QVERIFY(!ParamSet::fromJson(findModule("isa")->params, R"({"down": [2]})").ok());
    }

    void oneChannelIsEnough() {
        for (const auto& [id, json] : std::vector<std::pair<const char*, const char*>>{{"nonlocal_embedded", "{}"},
                                                                                       {"nonlocal_gaussian", "{}"},
                                                                                       {"nonlocal_dot", "{}"},
                                                                                       {"axial", R"({"heads": 1})"},
                                                                                       {"window_msa", R"({"heads": 1})"},
                                                                                       {"isa", "{}"}}) {
            const auto result = applyCase(caseOf(*findModule(id), json, QStringLiteral("signed"), {1, 4, 6}));
            QVERIFY2(result.ok(), id);
        }
    }
};

QTEST_GUILESS_MAIN(TestModulesPairwise)
#include "tst_modules_pairwise.moc"
