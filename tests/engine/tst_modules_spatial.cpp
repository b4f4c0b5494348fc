// Spatial mechanisms beyond the vector files: other shapes, parameters and inputs against the equations in double, what must hold
// for any input, and what must be refused.
// test: both-levels

#include <QRegularExpression>
#include <QTest>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/attention/registry.h"
#include "engine/pipeline/case.h"
#include "tests/support/equations.h"
#include "tests/support/numbers.h"

using namespace fovea;
using namespace fovea::test;

namespace {

Results emanet(const Problem& p) {
    const Grid f = conv(p, "conv1", p.x);
    const int bases = p.integer("K");
    Values mu(p.weight("mu").begin(), p.weight("mu").end());
    Grid z(bases, f.h, f.w);
    for (int stage = 0; stage < p.integer("stages"); ++stage) {
        for (int k = 0; k < bases; ++k) {
            for (int n = 0; n < f.n(); ++n) {
                z.cell(k, n) = 0.0;
                for (int c = 0; c < f.c; ++c) z.cell(k, n) += f.cell(c, n) * mu[c * bases + k];
            }
        }
        z = overChannels(z);
        for (int k = 0; k < bases; ++k) {
            double total = 1e-6, squares = 0.0;
            for (int n = 0; n < f.n(); ++n) total += z.cell(k, n);
            for (int c = 0; c < f.c; ++c) {
                mu[c * bases + k] = 0.0;
                for (int n = 0; n < f.n(); ++n) mu[c * bases + k] += f.cell(c, n) * z.cell(k, n) / total;
                squares += mu[c * bases + k] * mu[c * bases + k];
            }
            for (int c = 0; c < f.c; ++c) mu[c * bases + k] /= 1e-6 + std::sqrt(squares);
        }
    }
    Grid r(f.c, f.h, f.w);
    Results results;
    for (int n = 0; n < f.n(); ++n) {
        for (int k = 0; k < bases; ++k) {
            results["attn.matrix"].push_back(z.cell(k, n));
            for (int c = 0; c < f.c; ++c) r.cell(c, n) += mu[c * bases + k] * z.cell(k, n);
        }
    }
    results["output"] = relu(sum(norm(p, "conv2.1", conv(p, "conv2.0", relu(r))), p.x)).v;
    return results;
}

Results a2(const Problem& p) {
    const Grid a = conv(p, "convA", p.x), gather = overCells(conv(p, "convB", p.x)), give = overChannels(conv(p, "convV", p.x));
    Grid z(a.c, a.h, a.w);
    for (int m = 0; m < a.c; ++m) {
        for (int k = 0; k < gather.c; ++k) {
            double g = 0.0;
            for (int n = 0; n < a.n(); ++n) g += a.cell(m, n) * gather.cell(k, n);
            for (int n = 0; n < a.n(); ++n) z.cell(m, n) += g * give.cell(k, n);
        }
    }
    const Grid out = p.params.boolean("reconstruct") ? conv(p, "conv_reconstruct", z) : z;
    return {{"output", out.v}, {"attn.gather", gather.v}, {"attn.distribute", give.v}};
}

Results external(const Problem& p) {
    Grid a = overCells(conv(p, "linear_0", conv(p, "conv1", p.x)));
    for (int n = 0; n < a.n(); ++n) {
        double total = 1e-9;
        for (int k = 0; k < a.c; ++k) total += a.cell(k, n);
        for (int k = 0; k < a.c; ++k) a.cell(k, n) /= total;
    }
    const Grid out = relu(sum(norm(p, "conv2.1", conv(p, "conv2.0", conv(p, "linear_1", a))), p.x));
    return {{"output", out.v}, {"attn.matrix", a.v}};
}

Results hamburger(const Problem& p) {
    const int groups = p.integer("S"), rank = p.integer("R"), depth = p.integer("D") / groups, n = p.x.n();
    const Grid inner = relu(conv(p, "lower_bread.0", p.x));
    Grid rebuilt(inner.c, inner.h, inner.w);
    Results results;
    for (int s = 0; s < groups; ++s) {
        const double* x = inner.v.data() + static_cast<std::size_t>(s) * depth * n;
        Values b(p.weight("ham.bases").begin() + s * depth * rank, p.weight("ham.bases").begin() + (s + 1) * depth * rank);
        Values c(static_cast<std::size_t>(n) * rank);
        const auto product = [&](int k, int r) {  // xᵀ·B
            double total = 0.0;
            for (int d = 0; d < depth; ++d) total += x[d * n + k] * b[d * rank + r];
            return total;
        };
        const auto coefficients = [&] {
            Values next = c;
            for (int k = 0; k < n; ++k) {
                for (int r = 0; r < rank; ++r) {
                    double below = 1e-6;
                    for (int d = 0; d < depth; ++d) {
                        for (int q = 0; q < rank; ++q) below += c[k * rank + q] * b[d * rank + q] * b[d * rank + r];
                    }
                    next[k * rank + r] = c[k * rank + r] * product(k, r) / below;
                }
            }
            c = next;
        };
        for (int k = 0; k < n; ++k) {
            for (int r = 0; r < rank; ++r) c[k * rank + r] = product(k, r);
            softmax(c, static_cast<std::size_t>(k) * rank, 1, rank);
        }
        for (int step = 0; step < p.integer("steps"); ++step) {
            coefficients();
            Values next = b;
            for (int d = 0; d < depth; ++d) {
                for (int r = 0; r < rank; ++r) {
                    double above = 0.0, below = 1e-6;
                    for (int k = 0; k < n; ++k) {
                        above += x[d * n + k] * c[k * rank + r];
                        for (int q = 0; q < rank; ++q) below += b[d * rank + q] * c[k * rank + q] * c[k * rank + r];
                    }
                    next[d * rank + r] = b[d * rank + r] * above / below;
                }
            }
            b = next;
        }
        coefficients();
        results["attn.matrix"].insert(results["attn.matrix"].end(), c.begin(), c.end());
        for (int k = 0; k < n * depth * rank; ++k)
            rebuilt.cell(s * depth + k / rank / n, k / rank % n) +=
                b[k / rank / n * rank + k % rank] * c[k / rank % n * rank + k % rank];
    }
    results["output"] = relu(sum(norm(p, "upper_bread.1", conv(p, "upper_bread.0", rebuilt)), p.x)).v;
    return results;
}

/// The matrix of one branch, column by column, and what it gathers.
Results psaBranch(const Problem& p, const std::string& branch, bool collect) {
    const int s = p.integer("shrink"), h = (p.x.h - 1) / s + 1, w = (p.x.w - 1) / s + 1;
    const Grid r = bilinear(relu(norm(p, "reduce" + branch + ".1", conv(p, "reduce" + branch + ".0", p.x))), h, w, true);
    const std::string layer = "attention" + branch;
    const Grid y = conv(p, layer + ".3", relu(norm(p, layer + ".1", conv(p, layer + ".0", r))));
    const int maskH = p.integer("mask_h") > 0 ? p.integer("mask_h") : 2 * h - 1;
    const int maskW = p.integer("mask_w") > 0 ? p.integer("mask_w") : 2 * w - 1;
    Grid matrix(h * w, h, w);
    for (int n = 0; n < h * w; ++n) {
        for (int k = 0; k < maskH * maskW; ++k) {
            const int i = n / w + k / maskW - (maskH - 1) / 2, j = n % w + k % maskW - (maskW - 1) / 2;
            if (i >= 0 && i < h && j >= 0 && j < w)
                (collect ? matrix.cell(i * w + j, n) : matrix.cell(n, i * w + j)) = y.cell(k, n);
        }
    }
    if (p.params.boolean("softmax")) matrix = overChannels(matrix);
    Results results{{"matrix", matrix.v}};
    for (int c = 0; c < r.c; ++c) {
        for (int q = 0; q < h * w; ++q) {
            double total = 0.0;
            for (int k = 0; k < h * w; ++k) total += r.cell(c, k) * matrix.cell(k, q);
            results["gathered"].push_back(total / p.params.real("norm"));
        }
    }
    return results;
}

Results psanet(const Problem& p) {
    const int type = p.integer("psa_type"), s = p.integer("shrink");
    Results results;
    Values gathered;
    for (int branch = type == 1 ? 1 : 0; branch <= (type == 0 ? 0 : 1); ++branch) {
        Results one = psaBranch(p, type == 2 && branch == 1 ? "_p" : "", branch == 0);
        results[branch == 0 ? "attn.collect" : "attn.distribute"] = one["matrix"];
        gathered.insert(gathered.end(), one["gathered"].begin(), one["gathered"].end());
    }
    Grid g(p.weights.at("proj.0.weight").dim(1), (p.x.h - 1) / s + 1, (p.x.w - 1) / s + 1);
    g.v = gathered;
    const Grid z = bilinear(relu(norm(p, "proj.1", conv(p, "proj.0", g))), p.x.h, p.x.w, true);
    results["output"] = p.x.v;
    results["output"].insert(results["output"].end(), z.v.begin(), z.v.end());
    return results;
}

Results attentionGate(const Problem& p) {
    const Grid theta = conv(p, "theta", p.x, p.integer("sub"));
    const Grid phi = bilinear(conv(p, "phi", gridOf(p.extras.at("gate"))), theta.h, theta.w, false);
    const Grid gate = bilinear(mapped(conv(p, "psi", relu(sum(theta, phi))), sigmoid), p.x.h, p.x.w, false);
    Grid y = p.x;
    for (std::size_t k = 0; k < y.v.size(); ++k) y.v[k] *= gate.v[k % p.x.n()];
    return {{"output", norm(p, "W.1", conv(p, "W.0", y)).v}, {"attn.spatial", gate.v}};
}

Grid meansAround(const Grid& x, int e) {
    Grid z(x.c, (x.h - 1) / e + 1, (x.w - 1) / e + 1);
    for (int c = 0; c < x.c; ++c) {
        for (int place = 0; place < z.n(); ++place) {
            int count = 0;
            double total = 0.0;
            for (int n = 0; n < x.n(); ++n) {
                if (std::abs(n / x.w - place / z.w * e) >= e || std::abs(n % x.w - place % z.w * e) >= e) continue;
                total += x.cell(c, n);
                ++count;
            }
            z.cell(c, place) = total / count;
        }
    }
    return z;
}

Results genet(const Problem& p) {
    const int extent = p.integer("extent");
    Grid z = p.x;
    if (!p.params.boolean("extra_params")) {
        z = extent == 0 ? pooled(p.x, 1, 1) : meansAround(p.x, extent);
    } else if (extent <= 2) {
        z = norm(p, "downop.bn", conv(p, "downop.dwconv", z, extent == 0 ? 1 : 2, extent == 0 ? 0 : 1));
    } else {
        for (int k = 0, e = extent; e > 1; ++k, e /= 2) {
            const std::string block = "downop." + std::to_string(k);
            z = norm(p, block + ".bn", conv(p, block + ".dwconv", z, 2, 1));
            if (e > 2) z = relu(z);
        }
    }
    if (p.params.boolean("mlp")) z = conv(p, "mlp.2", relu(conv(p, "mlp.0", z)));
    Grid gate(p.x.c, p.x.h, p.x.w), out = p.x;
    for (int c = 0; c < gate.c; ++c) {
        for (int n = 0; n < gate.n(); ++n)
            gate.cell(c, n) = sigmoid(z.at(c, n / gate.w * z.h / gate.h, n % gate.w * z.w / gate.w));
    }
    for (std::size_t k = 0; k < out.v.size(); ++k) out.v[k] *= gate.v[k];
    return {{"output", out.v}, {"attn.full", gate.v}};
}

const std::map<std::string, Results (*)(const Problem&)> kEquations{
    {"emanet", emanet}, {"a2", a2},       {"external", external},           {"hamburger", hamburger},
    {"psanet", psanet}, {"genet", genet}, {"attention_gate", attentionGate}};

std::map<std::string, Tensor> extrasFor(const ModuleInfo& info) {
    return info.needs.gate ? std::map<std::string, Tensor>{{"gate", randomTensor({5, 3, 6}, 12)}}
                           : std::map<std::string, Tensor>{};
}

/// The maps of a run on ordinary features, by name.
std::map<std::string, Tensor> resultOf(const char* id, const char* json, const Shape& shape) {
    const ModuleInfo& info = *findModule(id);
    auto result = applyCase(caseFor(info, json, QStringLiteral("signed"), shape, extrasFor(info)));
    return result ? std::move(result->tensors) : std::map<std::string, Tensor>{};
}

/// Largest difference from 1 of the sums of `count` values, `step` apart, which start at each of the first values.
double furthestFromOne(const Tensor& t, std::size_t count, std::size_t step) {
    double worst = 0.0;
    for (std::size_t first = 0; first < t.size(); ++first) {
        if (first / step % count != 0) continue;
        double total = 0.0;
        for (std::size_t k = 0; k < count; ++k) total += t.values[first + k * step];
        worst = std::max(worst, std::abs(total - 1.0));
    }
    return t.empty() ? 1.0 : worst;
}

}  // namespace

class TestModulesSpatial : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".?"))); }

    void followTheirEquations_data() {
        QTest::addColumn<QString>("id");
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QString>("input");
        QTest::addColumn<QList<int>>("shape");
        const std::vector<std::pair<const char*, const char*>> settings{
            {"emanet", R"({"K": 7, "stages": 5})"},
            {"emanet", R"({"K": 1, "stages": 1})"},
            {"a2", "{}"},
            {"a2", R"({"c_m": 5, "c_n": 9, "reconstruct": false})"},
            {"external", "{}"},
            {"external", R"({"K": 1})"},
            {"hamburger", R"({"D": 12, "R": 5, "S": 3, "steps": 2})"},
            {"hamburger", R"({"D": 8, "R": 1, "S": 1, "steps": 4})"},
            {"psanet", "{}"},
            {"psanet", R"({"psa_type": 1, "mask_h": 4, "mask_w": 1, "shrink": 1, "mid": 3})"},
            {"psanet", R"({"psa_type": 0, "mask_h": 3, "mask_w": 40, "shrink": 3, "norm": 2.5})"},
            {"psanet", R"({"softmax": false, "norm": 7, "shrink": 2})"},
            {"attention_gate", R"({"sub": 1, "inter": 3})"},
            {"attention_gate", "{}"},
            {"genet", R"({"extent": 3, "mlp": true})"},
            {"genet", R"({"extent": 40})"},
            {"genet", R"({"extra_params": true})"},
            {"genet", R"({"extra_params": true, "extent": 2})"},
            {"genet", R"({"extra_params": true, "extent": 8, "mlp": true})"}};
        const std::vector<std::pair<const char*, QList<int>>> inputs{
            {"signed", {16, 7, 13}}, {"signed", {32, 9, 8}}, {"constant", {16, 6, 5}}, {"large", {16, 7, 9}},
            {"signed", {1, 7, 13}},  {"signed", {4, 1, 5}},  {"signed", {16, 5, 1}},   {"signed", {3, 1, 1}}};
        for (const auto& [id, json] : settings) {
            for (const auto& [kind, s] : inputs) {
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
        const auto file = caseFor(info, json.toStdString(), input, {shape[0], shape[1], shape[2]}, extrasFor(info));
        const auto result = applyCase(file);
        if (id == QLatin1String("attention_gate") && json == "{}" && (shape[1] < 2 || shape[2] < 2)) {
            QVERIFY(!result.ok() && result.error().message().find("sub-sampling of at most 1") != std::string::npos);
            return;
        }
        QVERIFY2(result.ok(), result ? "" : result.error().message().c_str());
        // Large inputs make logits of hundreds, which float holds to about 1e-5 only; iterations let errors grow.
        const bool iterated = id == QLatin1String("emanet") || id == QLatin1String("hamburger");
        const double tolerance = input == QLatin1String("large") ? 1e-3 : iterated ? 5e-5 : 1e-5;
        const QString problem = mismatch(result->tensors, kEquations.at(info.id)(problemOf(info, file)), tolerance);
        QVERIFY2(problem.isEmpty(), qPrintable(problem));
        const auto again = applyCase(file);
        for (const auto& [name, tensor] : result->tensors) QVERIFY(again->tensors.at(name).values == tensor.values);
    }

    void distributionsAddUp() {
        const Shape shape{16, 7, 13};
        QVERIFY(furthestFromOne(resultOf("emanet", "{}", shape)["attn.matrix"], 64, 1) < 1e-5);
        const auto a2 = resultOf("a2", "{}", shape);
        QVERIFY(furthestFromOne(a2.at("attn.gather"), 91, 1) < 1e-5);
        QVERIFY(furthestFromOne(a2.at("attn.distribute"), 4, 91) < 1e-5);
        QVERIFY(furthestFromOne(resultOf("external", "{}", shape)["attn.matrix"], 64, 91) < 1e-5);
        const auto psanet = resultOf("psanet", "{}", shape);
        for (const char* name : {"attn.collect", "attn.distribute"}) {
            QCOMPARE(psanet.at(name).shape, (Shape{1, 28, 28}));
            QVERIFY(furthestFromOne(psanet.at(name), 28, 28) < 1e-5);
            QVERIFY(furthestFromOne(psanet.at(name), 28, 1) > 1e-3);  // rows need not
        }
        const auto coefficients = resultOf("hamburger", R"({"D": 16, "S": 2})", shape).at("attn.matrix");
        QCOMPARE(coefficients.shape, (Shape{2, 91, 64}));
        QVERIFY(*std::min_element(coefficients.values.begin(), coefficients.values.end()) >= 0.0F);
    }

    void matricesOfCodesSayWhatTheyAre() {
        for (const char* id : {"emanet", "external", "hamburger"}) {
            const ModuleInfo& info = *findModule(id);
            const InputShape shape{16, 5, 6, 1, {}};
            const auto params = *ParamSet::fromJson(info.params, id == std::string("hamburger") ? R"({"R": 9})" : R"({"K": 9})");
            auto module = createModule(info, shape, params, randomWeights(weightSpecs(info, shape, params), 1));
            const FeatureMap x = randomMap(16, 5, 6, 2);
            ModuleInput input;
            input.frames = {&x};
            Steps steps;
            const auto output = runModule(info, **module, input, steps);
            QVERIFY(output.ok());
            const AttentionMap& map = output->maps.front();
            const bool codesFirst = id == std::string("external");
            const auto& [queries, keys, groups, factors, layout] = std::get<PairwiseMap>(map.kind);
            QCOMPARE(queries.axis, codesFirst ? MapAxis::Codes : MapAxis::Positions);
            QCOMPARE(keys.axis, codesFirst ? MapAxis::Positions : MapAxis::Codes);
            QCOMPARE((Shape{queries.height, queries.width}), codesFirst ? (Shape{1, 9}) : (Shape{5, 6}));
            QCOMPARE((Shape{keys.height, keys.width}), codesFirst ? (Shape{5, 6}) : (Shape{1, 9}));
            std::stop_source stop;
            stop.request_stop();
            input.stop = stop.get_token();
            const auto stopped = runModule(info, **module, input, steps);
            QCOMPARE(stopped.ok(), codesFirst);  // a single pass has nothing to interrupt
        }
    }

    void channelsKeepTheirGates() {
        const ModuleInfo& info = *findModule("genet");
        auto file = caseFor(info, R"({"extent": 4})", QStringLiteral("signed"), {3, 7, 13});
        const auto before = applyCase(file);
        auto& x = file.tensors["input"].values;
        std::rotate(x.begin(), x.begin() + 91, x.end());
        const auto after = applyCase(file);
        auto expected = before->tensors.at("attn.full").values;
        QVERIFY(std::all_of(expected.begin(), expected.end(), [](float v) { return v > 0.0F && v < 1.0F; }));
        std::rotate(expected.begin(), expected.begin() + 91, expected.end());
        QVERIFY(maxDifference(after->tensors.at("attn.full").values, expected) < 1e-6);
    }

    void whatDoesNotGoTogetherIsRefused() {
        QVERIFY(refusal("hamburger", {16, 4, 4, 1, {}}, R"({"D": 10, "S": 3})").contains(QStringLiteral("10 inner channels")));
        QVERIFY(refusal("genet", {16, 9, 9, 1, {}}, R"({"extra_params": true, "extent": 6})")
                    .contains(QStringLiteral("extent of 6")));
        QVERIFY(refusal("genet", {16, 9, 9, 1, {}}, R"({"extra_params": true, "extent": 1})")
                    .contains(QStringLiteral("extent of 1")));
        QVERIFY(refusal("attention_gate", {16, 9, 9, 1, {}}).contains(QStringLiteral("“gate”")));
        QVERIFY(refusal("attention_gate", {16, 9, 9, 1, {{"gate", {16}}}}).contains(QStringLiteral("“gate”")));
        QVERIFY(refusal("psanet", {16, 200, 200, 1, {}}).contains(QStringLiteral("10000 positions")));
        QVERIFY(refusal("psanet", {16, 9, 9, 1, {}}, R"({"mask_h": 1023, "mask_w": 1023, "mid": 99})")
                    .contains(QStringLiteral("1023×1023")));
    }
};

QTEST_GUILESS_MAIN(TestModulesSpatial)
#include "tst_modules_spatial.moc"
