// Mechanisms which look at a region, beyond the vector files: other shapes, parameters and inputs against the equations in
// double, what must hold for any input, and what must be refused.
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

Grid halved(const Grid& x) {
    Grid y(x.c, x.h / 2, x.w / 2);
    for (int c = 0; c < y.c; ++c) {
        for (int n = 0; n < y.n(); ++n) {
            const int i = n / y.w * 2, j = n % y.w * 2;
            y.cell(c, n) = std::max({x.at(c, i, j), x.at(c, i, j + 1), x.at(c, i + 1, j), x.at(c, i + 1, j + 1)});
        }
    }
    return y;
}

/// W·v + b.
Values affine(const Problem& p, const std::string& layer, const Values& v) {
    Values y(p.weight(layer + ".bias").begin(), p.weight(layer + ".bias").end());
    for (std::size_t o = 0; o < y.size(); ++o) {
        for (std::size_t k = 0; k < v.size(); ++k) y[o] += p.weight(layer + ".weight")[o * v.size() + k] * v[k];
    }
    return y;
}

/// x read at (u, v), in cells.
double readAt(const Grid& x, int c, double u, double v, bool border) {
    if (border) {
        u = std::clamp(u, 0.0, x.w - 1.0);
        v = std::clamp(v, 0.0, x.h - 1.0);
    }
    double total = 0.0;
    for (int i = 0; i < x.h; ++i) {
        for (int j = 0; j < x.w; ++j) {
            total += std::max(0.0, 1.0 - std::abs(u - j)) * std::max(0.0, 1.0 - std::abs(v - i)) * x.at(c, i, j);
        }
    }
    return total;
}

Results stn(const Problem& p) {
    const int pool = p.integer("pool"), h = p.x.h, w = p.x.w;
    const bool align = p.params.boolean("align_corners"), border = p.params.choice("padding_mode") == "border";
    Grid f = relu(halved(conv(p, "localization.0", p.x, 1, 2)));
    f = pooled(relu(halved(conv(p, "localization.3", f, 1, 1))), pool, pool);
    Values hidden = affine(p, "fc_loc.0", f.v);
    for (double& v : hidden) v = std::max(0.0, v);
    const Values t = affine(p, "fc_loc.2", hidden);
    Results r{{"attn.theta", t}};
    const auto base = [align](int k, int n) { return align ? -1.0 + 2.0 * k / (n - 1) : (2.0 * k + 1.0) / n - 1.0; };
    const auto cell = [align](double s, int n) { return align ? (s + 1) / 2 * (n - 1) : ((s + 1) * n - 1) / 2; };
    for (int n = 0; n < h * w; ++n) {
        for (int k = 0; k < 6; k += 3) r["attn.grid"].push_back(t[k] * base(n % w, w) + t[k + 1] * base(n / w, h) + t[k + 2]);
    }
    for (int c = 0; c < p.x.c; ++c) {
        for (int n = 0; n < h * w; ++n)
            r["output"].push_back(readAt(p.x, c, cell(r["attn.grid"][2 * n], w), cell(r["attn.grid"][2 * n + 1], h), border));
    }
    for (const auto& [x, y] : {std::pair(-1, -1), std::pair(1, -1), std::pair(1, 1), std::pair(-1, 1)}) {
        r["attn.box"].push_back(t[0] * x + t[1] * y + t[2]);
        r["attn.box"].push_back(t[3] * x + t[4] * y + t[5]);
    }
    return r;
}

Results ramGlimpse(const Problem& p) {
    const int g = p.integer("g"), h = p.x.h, w = p.x.w;
    const auto& l = p.extras.at("location").values;
    const int cx = static_cast<int>(std::floor(0.5 * (l[0] + 1.0) * w)),
              cy = static_cast<int>(std::floor(0.5 * (l[1] + 1.0) * h));
    Results r{{"attn.spatial", Values(p.x.n(), 0.0)}};
    for (int m = 0, side = g; m < p.integer("k"); ++m, side *= p.integer("s")) {
        const int x0 = cx - side / 2, y0 = cy - side / 2, factor = side / g;
        for (const int edge : {x0, y0, x0 + side, y0 + side}) r["attn.box"].push_back(edge);
        Grid patch(p.x.c, g, g);
        for (int n = 0; n < p.x.n(); ++n) {
            const int i = n / w - y0, j = n % w - x0;
            if (i < 0 || i >= side || j < 0 || j >= side) continue;
            r["attn.spatial"][n] += 1.0;
            for (int c = 0; c < p.x.c; ++c) patch.at(c, i / factor, j / factor) += p.x.cell(c, n) / factor / factor;
        }
        r["output"].insert(r["output"].end(), patch.v.begin(), patch.v.end());
    }
    return r;
}

Results stGumbel(const Problem& p) {
    const int gh = p.integer("gh"), gw = p.integer("gw"), h = p.x.h, w = p.x.w;
    Values logits = pooled(conv(p, "score", p.x), gh, gw).v;
    const double top = *std::max_element(logits.begin(), logits.end());
    int chosen = 0;
    while (logits[chosen] < top - 1e-7) ++chosen;  // equal values differ by their rounding
    for (double& v : logits) v /= p.params.real("tau");
    softmax(logits, 0, 1, gh * gw);
    const int i = chosen / gw, j = chosen % gw;
    const Values box{double(j * w / gw), double(i * h / gh), double((j + 1) * w / gw), double((i + 1) * h / gh)};
    Results r{{"attn.branch", logits}, {"attn.box", box}, {"output", p.x.v}};
    for (int n = 0; n < h * w; ++n)
        r["attn.spatial"].push_back(n % w >= box[0] && n % w < box[2] && n / w >= box[1] && n / w < box[3]);
    for (std::size_t k = 0; k < p.x.v.size(); ++k) r["output"][k] *= r["attn.spatial"][k % p.x.n()];
    return r;
}

Results drawAttention(const Problem& p) {
    const int filters = p.integer("N"), h = p.x.h, w = p.x.w;
    const auto& given = p.extras.at("hidden").values;
    const Values q = affine(p, "read", Values(given.begin(), given.end()));
    const double gx = (w + 1) / 2.0 * (q[0] + 1), gy = (h + 1) / 2.0 * (q[1] + 1), variance = std::exp(q[2]);
    const double delta = (std::max(w, h) - 1.0) / (filters - 1) * std::exp(q[3]), gamma = std::exp(q[4]);
    const auto bank = [&](double g, int length) {
        Values f;
        for (int i = 1; i <= filters; ++i) {
            const double mu = g + (i - filters / 2.0 - 0.5) * delta;
            Values row;
            for (int a = 1; a <= length; ++a) row.push_back(std::exp(-(a - mu) * (a - mu) / (2 * variance)));
            const double total = std::max(1e-8, std::accumulate(row.begin(), row.end(), 0.0));
            for (const double v : row) f.push_back(v / total);
        }
        return f;
    };
    const Values fx = bank(gx, w), fy = bank(gy, h);
    Results r{{"attn.fx", fx}, {"attn.fy", fy}, {"attn.theta", {gx, gy, variance, delta, gamma}}};
    const double half = (filters - 1) / 2.0 * delta;
    r["attn.box"] = {gx - half - 1, gy - half - 1, gx + half - 1, gy + half - 1};
    r["attn.spatial"].assign(h * w, 0.0);
    for (int c = 0; c < p.x.c; ++c) {
        for (int k = 0; k < filters * filters; ++k) {
            double total = 0.0;
            for (int n = 0; n < h * w; ++n) {
                const double weight = fy[k / filters * h + n / w] * fx[k % filters * w + n % w];
                total += weight * p.x.cell(c, n);
                if (c == 0) r["attn.spatial"][n] += weight;
            }
            r["output"].push_back(gamma * total);
        }
    }
    return r;
}

const std::map<std::string, Results (*)(const Problem&)> kEquations{
    {"stn", stn}, {"ram_glimpse", ramGlimpse}, {"st_gumbel", stGumbel}, {"draw_attention", drawAttention}};

std::map<std::string, Tensor> extrasFor(const std::string& id) {
    if (id == "ram_glimpse") return {{"location", Tensor({2}, {0.31F, -0.77F})}};
    if (id == "draw_attention") return {{"hidden", randomTensor({7}, 4)}};
    return {};
}

/// The transformer with a frame which does not depend on the features.
Result<SafetensorsFile> framed(const char* json, const std::vector<float>& theta, const Shape& shape) {
    auto file = caseFor(*findModule("stn"), json, QStringLiteral("signed"), shape);
    auto& weight = file.tensors["param.fc_loc.2.weight"].values;
    std::fill(weight.begin(), weight.end(), 0.0F);
    file.tensors["param.fc_loc.2.bias"].values = theta;
    auto result = applyCase(file);
    if (result) result->tensors["input"] = file.tensors["input"];
    return result;
}

/// Result of a glimpse or a read with these extras.
Result<SafetensorsFile> looked(const char* id, const char* json, const std::map<std::string, Tensor>& extras) {
    return applyCase(caseFor(*findModule(id), json, QStringLiteral("signed"), {2, 9, 12}, extras));
}

}  // namespace

class TestModulesRegion : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".?"))); }

    void followTheirEquations_data() {
        QTest::addColumn<QString>("id");
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QString>("input");
        QTest::addColumn<QList<int>>("shape");
        const std::vector<std::pair<const char*, const char*>> settings{
            {"stn", "{}"},
            {"stn", R"({"padding_mode": "border", "hidden": 5, "pool": 7})"},
            {"stn", R"({"align_corners": true, "pool": 1})"},
            {"ram_glimpse", "{}"},
            {"ram_glimpse", R"({"g": 3, "k": 4, "s": 3})"},
            {"ram_glimpse", R"({"g": 1, "k": 2, "s": 1})"},
            {"st_gumbel", "{}"},
            {"st_gumbel", R"({"gh": 5, "gw": 2, "tau": 0.2})"},
            {"st_gumbel", R"({"gh": 1, "gw": 1})"},
            {"draw_attention", "{}"},
            {"draw_attention", R"({"N": 2})"},
            {"draw_attention", R"({"N": 31})"}};
        const std::vector<std::pair<const char*, QList<int>>> inputs{
            {"signed", {16, 7, 13}}, {"signed", {3, 20, 11}}, {"constant", {8, 6, 5}},
            {"large", {16, 7, 9}},   {"signed", {1, 4, 4}},   {"signed", {1, 7, 13}},
            {"signed", {4, 1, 5}},   {"signed", {4, 5, 1}},   {"signed", {3, 1, 1}}};
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
        const auto file = caseFor(info, json.toStdString(), input, {shape[0], shape[1], shape[2]}, extrasFor(info.id));
        const auto result = applyCase(file);
        if (id == QLatin1String("stn") && (shape[1] < 4 || shape[2] < 4)) {
            QVERIFY(!result.ok() && result.error().message().find("at least 4×4") != std::string::npos);
            return;
        }
        QVERIFY2(result.ok(), result ? "" : result.error().message().c_str());
        // Where the transformer reads, an error of its frame counts by half the width and the slope of the features.
        const bool moving = id == QLatin1String("stn");
        const double tolerance = moving ? (input == QLatin1String("large") ? 1e-3 : 5e-5) : 1e-5;
        const QString problem = mismatch(result->tensors, kEquations.at(info.id)(problemOf(info, file)), tolerance);
        QVERIFY2(problem.isEmpty(), qPrintable(problem));
        const auto again = applyCase(file);
        for (const auto& [name, tensor] : result->tensors) QVERIFY(again->tensors.at(name).values == tensor.values);
    }

    void theIdentityFrameKeepsTheFeatures() {
        for (const char* json : {"{}", R"({"align_corners": true})", R"({"padding_mode": "border"})"}) {
            const auto result = framed(json, {1, 0, 0, 0, 1, 0}, {3, 8, 11});
            QVERIFY(result.ok());
            QVERIFY(maxDifference(result->tensors.at("output").values, result->tensors.at("input").values) < 2e-5);
            QVERIFY(result->tensors.at("attn.box").values == (std::vector<float>{-1, -1, 1, -1, 1, 1, -1, 1}));
        }
    }

    void beyondTheMapAreZerosOrTheBorder() {
        // Far to the right, and so far that no whole number holds the place.
        for (const float shift : {3.0F, 1e30F}) {
            const std::vector<float> theta{1, 0, shift, 0, 1, 0};
            const auto zeros = framed("{}", theta, {1, 5, 6});
            const auto& none = zeros->tensors.at("output").values;
            QVERIFY(std::all_of(none.begin(), none.end(), [](float v) { return v == 0.0F; }));
            const auto border = framed(R"({"padding_mode": "border"})", theta, {1, 5, 6});
            const auto& out = border->tensors.at("output").values;
            const auto& x = border->tensors.at("input").values;
            for (int n = 0; n < 30; ++n) QVERIFY(std::abs(out[n] - x[n / 6 * 6 + 5]) < 1e-5F);
        }
    }

    void aGlimpseLooksWhereItIsTold() {
        const auto centre = looked("ram_glimpse", R"({"g": 2})", {});
        QVERIFY(centre.ok());
        QVERIFY(centre->tensors.at("attn.box").values == (std::vector<float>{5, 3, 7, 5, 4, 2, 8, 6, 2, 0, 10, 8}));
        const auto told = looked("ram_glimpse", R"({"g": 2})", {{"location", Tensor({2}, {0.0F, 0.0F})}});
        QVERIFY(told->tensors.at("output").values == centre->tensors.at("output").values);
        const auto chosen = looked("ram_glimpse", R"({"g": 2, "location": [0.25, 0.75]})", {});
        const auto same = looked("ram_glimpse", R"({"g": 2})", {{"location", Tensor({2}, {-0.5F, 0.5F})}});
        QVERIFY(chosen.ok() && chosen->tensors.at("attn.box").values == same->tensors.at("attn.box").values);
        QVERIFY(chosen->tensors.at("attn.box").values != centre->tensors.at("attn.box").values);
        const auto corner = looked("ram_glimpse", R"({"g": 3, "k": 1})", {{"location", Tensor({2}, {1.0F, 1.0F})}});
        QVERIFY(corner.ok());
        QVERIFY(corner->tensors.at("attn.box").values == (std::vector<float>{11, 8, 14, 11}));
        for (const Tensor& wrong : {Tensor({2}, {1.01F, 0.0F}), Tensor({2}, {NAN, 0.0F}), Tensor({1}, {0.0F})}) {
            const auto refused = looked("ram_glimpse", "{}", {{"location", wrong}});
            QVERIFY(!refused.ok() && refused.error().message().find("from −1 to 1") != std::string::npos);
        }
    }

    void aReadWithoutAVectorIsThatOfZeros() {
        const auto none = looked("draw_attention", "{}", {});
        const auto zeros = looked("draw_attention", "{}", {{"hidden", Tensor(Shape{16})}});
        QVERIFY(none.ok() && zeros.ok());
        QVERIFY(none->tensors.at("output").values == zeros->tensors.at("output").values);
        const auto other = looked("draw_attention", "{}", {{"hidden", randomTensor({16}, 3)}});
        QVERIFY(other->tensors.at("attn.theta").values != zeros->tensors.at("attn.theta").values);
        QVERIFY(refusal("draw_attention", {2, 9, 12, 1, {{"hidden", {2, 8}}}}).contains(QStringLiteral("“hidden”")));
        // A gain beyond any number is said, not shown.
        const auto huge = looked("draw_attention", "{}", {{"hidden", Tensor({1}, {1e6F})}});
        QVERIFY(!huge.ok() && huge.error().message().find("not finite") != std::string::npos);
    }

    void theSelectionDoesNotDependOnTheTemperature() {
        const auto sharp = looked("st_gumbel", R"({"tau": 0.01})", {});
        const auto even = looked("st_gumbel", R"({"tau": 100})", {});
        QVERIFY(sharp->tensors.at("attn.box").values == even->tensors.at("attn.box").values);
        for (const auto* result : {&sharp, &even}) {
            const auto& p = (*result)->tensors.at("attn.branch").values;
            QVERIFY(std::abs(std::accumulate(p.begin(), p.end(), 0.0) - 1.0) < 1e-5);
        }
        const auto& mask = even->tensors.at("attn.spatial").values;
        QCOMPARE(std::accumulate(mask.begin(), mask.end(), 0.0F), 12.0F);  // a ninth of 9×12
    }

    void whatDoesNotGoTogetherIsRefused() {
        QVERIFY(refusal("stn", {16, 3, 9, 1, {}}).contains(QStringLiteral("3×9")));
        QVERIFY(refusal("ram_glimpse", {16, 9, 9, 1, {}}, R"({"k": 16, "s": 16})").contains(QStringLiteral("fewer scales")));
        QVERIFY(refusal("ram_glimpse", {16, 9, 9, 1, {}}, R"({"k": 16, "s": 1})").isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestModulesRegion)
#include "tst_modules_region.moc"
