// Mechanisms over channels and branches beyond the vector files: other shapes, parameters and inputs against the equations in
// double, what must hold for them, and what must be refused.
// test: both-levels

#include <QRegularExpression>
#include <QTest>
#include <algorithm>
#include <cmath>
#include <cstring>
#include <string_view>

#include "engine/attention/registry.h"
#include "engine/pipeline/case.h"
#include "engine/pipeline/pipeline.h"
#include "engine/render/field.h"
#include "tests/support/channel_branch_equations.h"
#include "tests/support/fake_modules.h"
#include "tests/support/golden_case.h"
#include "tests/support/made_result.h"
#include "tests/support/numbers.h"

using namespace fovea;
using namespace fovea::test;

namespace {

constexpr const char* kManyHidden = "{\"reduction\": 1, \"dct_h\": 7, \"dct_w\": 7}";

/// Weights with nothing left at 0 or 1, as after training; variances stay positive.
std::map<std::string, Tensor> trainedLike(const ModuleInfo& info, const InputShape& shape, const ParamSet& params) {
    const auto specs = weightSpecs(info, shape, params);
    auto tensors = randomWeights(specs, 9).tensors;
    std::uint64_t seed = 100;
    for (const auto& spec : specs) {
        auto& values = tensors[spec.name].values;
        const auto noise = randomValues(values.size(), ++seed, 0.4F);
        const bool constant = spec.init == WeightInit::One || spec.init == WeightInit::Zero;
        for (std::size_t k = 0; k < values.size() && constant; ++k) values[k] += noise[k];
    }
    if (const auto filters = tensors.find("dct_layer.weight"); filters != tensors.end()) {
        filters->second = cosineFilters(params.choice("freq_sel_method"), filters->second.dim(0), filters->second.dim(1),
                                        filters->second.dim(2));
    }
    return tensors;
}

Tensor inputOf(const QString& kind, const QList<int>& shape) {
    Tensor x = randomTensor({shape[0], shape[1], shape[2]}, 77, kind == QLatin1String("large") ? 100.0F : 2.0F);
    for (float& v : x.values) {
        v = kind == QLatin1String("positive") ? std::max(v, 0.025F * v) : v;
        v = kind == QLatin1String("constant") ? 0.7F : v;
    }
    return x;
}

/// One instance and everything it reads.
struct Instance {
    const ModuleInfo& info;
    ParamSet params;
    std::map<std::string, Tensor> weights;
    std::map<std::string, Tensor> extras;
    Provenance provenance{ProvenanceKind::File, "", 0};

    Instance(const std::string& id, int c, int h, int w, const char* json = "{}")
        : info(*findModule(id)), params(*ParamSet::fromJson(info.params, json)) {
        const InputShape shape{c, h, w, 1, {}};
        if (info.check == nullptr || info.check(shape, params)) {
            weights = trainedLike(info, shape, params);
        }
    }

    [[nodiscard]] Result<AttentionOutput> run(const FeatureMap& x, int times = 1, std::stop_token stop = {}) const {
        InputShape shape{x.channels(), x.height(), x.width(), 1, {}};
        ModuleInput input;
        input.frames = {&x};
        input.stop = std::move(stop);
        for (const auto& [name, tensor] : extras) {
            shape.extras[name] = tensor.shape;
            input.extras[name] = &tensor;
        }
        auto module = createModule(info, shape, params, {weights, provenance});
        if (!module) return module.error();
        Steps steps;
        for (int k = 1; k < times; ++k) (void)runModule(info, **module, input, steps);
        return runModule(info, **module, input, steps);
    }
};

Result<AttentionOutput> outputOf(const std::string& id, const FeatureMap& x, const char* json = "{}", std::stop_token stop = {}) {
    return Instance(id, x.channels(), x.height(), x.width(), json).run(x, 1, std::move(stop));
}

const AttentionMap& mapOf(const AttentionOutput& output, const std::string& name) {
    return *std::find_if(output.maps.begin(), output.maps.end(), [&](const auto& map) { return map.name == name; });
}

/// Output and maps, one after the other.
std::vector<float> numbersOf(const AttentionOutput& output) {
    std::vector<float> all = valuesOf(output.frames.front());
    for (const auto& map : output.maps) all.insert(all.end(), map.data.values.begin(), map.data.values.end());
    return all;
}

/// The shapes a mechanism is not defined for, with its default parameters.
bool undefinedFor(const std::string& id, int c, int n) {
    const std::map<std::string, int> leastChannels{{"soca", 8}, {"dia", 4}};
    const auto least = leastChannels.find(id);
    return (least != leastChannels.end() && c < least->second) || (id == "soca" && n < 2) || (id == "fca" && c % 16 != 0) ||
           (id == "split_attention" && c % 2 != 0);
}

QString refusal(const char* id, int c, int h, int w, const char* json = "{}") {
    const auto output = outputOf(id, randomMap(c, h, w, 1), json);
    return output ? QString() : QString::fromStdString(output.error().message());
}

void addModules() {
    QTest::addColumn<QString>("id");
    for (const char* id : kChannelBranchModules) QTest::newRow(id) << QString::fromLatin1(id);
}

}  // namespace

class TestModulesChannelBranch : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".?"))); }

    void followTheirEquations_data() {
        QTest::addColumn<QString>("id");
        QTest::addColumn<QString>("json");
        QTest::addColumn<QString>("input");
        QTest::addColumn<QList<int>>("shape");
        const std::vector<std::pair<const char*, const char*>> settings{
            {"gct", "{}"},
            {"gct", R"({"mode": "l1", "epsilon": 0.01})"},
            {"gct", R"({"mode": "l1", "after_relu": true})"},
            {"gct", R"({"mode": "l2", "epsilon": 1e-8, "after_relu": true})"},
            {"fca", "{}"},
            {"fca", R"({"dct_h": 7, "dct_w": 14, "freq_sel_method": "bot8", "reduction": 3})"},
            {"fca", R"({"dct_h": 21, "dct_w": 5, "freq_sel_method": "low4", "reduction": 1})"},
            {"fca", R"({"dct_h": 1, "dct_w": 1, "freq_sel_method": "top1"})"},
            {"gsop", R"({"att_dim": 8, "stride": 1})"},
            {"gsop", R"({"att_dim": 5, "stride": 3})"},
            {"gsop", R"({"att_dim": 1, "stride": 64})"},
            {"soca", "{}"},
            {"soca", R"({"iters": 1, "reduction": 4})"},
            {"soca", R"({"iters": 2, "reduction": 1})"},
            {"soca", R"({"iters": 12, "reduction": 16})"},
            {"encnet", R"({"ncodes": 8, "nclass": 5})"},
            {"encnet", R"({"ncodes": 1, "nclass": 1})"},
            {"dia", "{}"},
            {"sk", "{}"},
            {"sk", R"({"kernels": [3, 5, 7], "groups": 4, "d": 6})"},
            {"sk", R"({"kernels": [9], "groups": 1, "d": 1})"},
            {"split_attention", "{}"},
            {"split_attention", R"({"radix": 1, "groups": 4})"},
            {"split_attention", R"({"radix": 4, "groups": 2, "Cout": 12, "reduction_factor": 1})"},
            {"condconv", "{}"},
            {"condconv", R"({"experts": 3, "groups": 4, "k": 5, "bias": true, "Cout": 12})"},
            {"condconv", R"({"experts": 1, "groups": 1, "k": 2, "Cout": 1})"},
            {"dynamic_conv", "{}"},
            {"dynamic_conv", R"({"K": 3, "T": 0.5, "groups": 8, "k": 1, "bias": false, "ratio": 0})"},
            {"dynamic_conv", R"({"K": 1, "T": 1, "k": 4, "Cout": 20, "ratio": 1.3})"},
            {"highway", "{}"},
            {"highway", R"({"k": 1, "layers": 3})"},
            {"highway", R"({"k": 5, "layers": 2})"}};
        const std::vector<std::pair<const char*, QList<int>>> inputs{{"positive", {16, 7, 13}}, {"signed", {32, 8, 9}},
                                                                     {"signed", {16, 1, 11}},   {"positive", {16, 9, 1}},
                                                                     {"large", {16, 7, 13}},    {"constant", {16, 5, 6}}};
        for (const auto& [id, json] : settings) {
            for (const auto& [kind, shape] : inputs) {
                if (std::string_view(id) != "soca" || std::string_view(kind) != "constant") {
                    QTest::addRow("%s %s %s %dx%dx%d", id, json, kind, shape[0], shape[1], shape[2])
                        << QString::fromLatin1(id) << QString::fromLatin1(json) << QString::fromLatin1(kind) << shape;
                }
            }
        }
    }

    void followTheirEquations() {
        QFETCH(QString, id);
        QFETCH(QString, json);
        QFETCH(QString, input);
        QFETCH(QList<int>, shape);
        const ModuleInfo& info = *findModule(id.toStdString());
        const ParamSet params = *ParamSet::fromJson(info.params, json.toStdString());
        Given given = trainedLike(info, {shape[0], shape[1], shape[2], 1, {}}, params);
        SafetensorsFile file;
        file.metadata = {{"id", id.toStdString()}, {"hyperparams", json.toStdString()}};
        for (const auto& [name, tensor] : given) file.tensors["param." + name] = tensor;
        given["input"] = inputOf(input, shape);
        if (id == QLatin1String("dia") && input != QLatin1String("signed")) {  // else the first of its stream
            given["hidden"] = randomTensor({shape[0]}, 3);
            given["cell"] = randomTensor({shape[0]}, 4, 2.0F);
        }
        for (const char* name : {"input", "hidden", "cell"}) {
            if (given.count(name) != 0) file.tensors[name] = given[name];
        }
        const auto result = applyCase(file);
        QVERIFY2(result.ok(), result ? "" : result.error().message().c_str());
        const auto expected = channelBranchExpected(info.id, given, params);
        QCOMPARE(result->tensors.size(), expected.size());
        // Covariances and distances of large inputs make logits of thousands, which float holds to about 1e-4 only.
        const bool largeLogits = input == QLatin1String("large") && (info.id == "gsop" || info.id == "encnet");
        for (const auto& [name, values] : expected) {
            double peak = 1e-2;
            for (const double v : values) peak = std::max(peak, std::abs(v));
            const QString problem = difference(result->tensors.at(name).values, values, (largeLogits ? 1e-3 : 1e-5) * peak);
            QVERIFY2(problem.isEmpty(), qPrintable(QString::fromStdString(name) + QLatin1Char(' ') + problem));
        }
    }

    void oddShapesAreComputedOrRefused_data() { addModules(); }

    void oddShapesAreComputedOrRefused() {
        QFETCH(QString, id);
        for (const auto& [c, h, w] : std::vector<std::tuple<int, int, int>>{
                 {1, 7, 13}, {16, 1, 1}, {16, 1, 5}, {16, 5, 1}, {16, 7, 13}, {64, 2, 2}, {3, 4, 4}, {6, 3, 3}, {1, 1, 1}}) {
            const auto output = outputOf(id.toStdString(), randomMap(c, h, w, 2));
            const bool refused = undefinedFor(id.toStdString(), c, h * w);
            QVERIFY2(output.ok() != refused, qPrintable(QStringLiteral("%1×%2×%3").arg(c).arg(h).arg(w)));
            QVERIFY(output.ok() || output.error().code != ErrorCode::BadValue);
        }
    }

    void rangesAreKept() {
        const std::vector<std::tuple<const char*, float, const char*>> gates{
            {"channel", 2.0F, "gct"},    {"channel", 1.0F, "fca"}, {"channel", 1.0F, "gsop"},    {"channel", 1.0F, "soca"},
            {"channel", 1.0F, "encnet"}, {"channel", 1.0F, "dia"}, {"branch", 1.0F, "condconv"}, {"gate", 1.0F, "highway"}};
        for (const float size : {1.0F, 50.0F}) {
            const FeatureMap x = randomMap(16, 7, 13, 4, size);
            for (const auto& [name, top, id] : gates) {
                // A single hidden unit is often cut off by its relu.
                const auto output = outputOf(id, x, std::string_view(id) == "fca" ? kManyHidden : "{}");
                QVERIFY2(output.ok(), id);
                const AttentionMap& map = mapOf(*output, name);
                const auto [low, high] = std::minmax_element(map.data.values.begin(), map.data.values.end());
                QVERIFY2(map.role == MapRole::Gate && *low >= 0.0F && *high <= top && *low < *high, id);
            }
            for (const auto& [id, name] : std::map<std::string, const char*>{
                     {"encnet", "assign"}, {"sk", "branch"}, {"split_attention", "branch"}, {"dynamic_conv", "branch"}}) {
                const auto output = outputOf(id, x);
                QVERIFY2(output.ok(), id.c_str());
                const AttentionMap& map = mapOf(*output, name);
                QVERIFY(map.role == MapRole::Distribution);
                std::vector<double> sums(map.data.size() / map.data.dim(0), 0.0);
                for (std::size_t k = 0; k < map.data.size(); ++k) sums[k % sums.size()] += map.data.values[k];
                for (const double sum : sums) QVERIFY2(std::abs(sum - 1.0) < 1e-5, id.c_str());
            }
        }
    }

    void theSameInputGivesTheSameBits_data() { addModules(); }

    void theSameInputGivesTheSameBits() {
        QFETCH(QString, id);
        Instance instance(id.toStdString(), 16, 7, 13);
        if (id == QLatin1String("dia")) {
            instance.extras = {{"hidden", randomTensor({16}, 1)}, {"cell", randomTensor({16}, 2)}};
        }
        const FeatureMap x = randomMap(16, 7, 13, 6);
        const auto once = instance.run(x);
        const auto thrice = instance.run(x, 3);
        QVERIFY(once.ok() && thrice.ok());
        const auto a = numbersOf(*once), b = numbersOf(*thrice);
        QVERIFY(a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0);
    }

    void wherePositionsLieDoesNotMatter() {
        const FeatureMap x = randomMap(16, 7, 13, 8);
        FeatureMap mirrored = x;
        for (int c = 0; c < x.channels(); ++c) std::reverse(mirrored.row(c), mirrored.row(c) + x.cells());
        for (const char* id : {"gct", "gsop", "soca", "encnet", "dia"}) {
            const auto a = outputOf(id, x), b = outputOf(id, mirrored);
            QVERIFY(a.ok() && b.ok());
            QVERIFY2(maxDifference(mapOf(*a, "channel").data.values, mapOf(*b, "channel").data.values) < 1e-6, id);
        }
        for (const char* id : {"condconv", "dynamic_conv"}) {
            const auto a = outputOf(id, x), b = outputOf(id, mirrored);
            QVERIFY2(maxDifference(mapOf(*a, "branch").data.values, mapOf(*b, "branch").data.values) < 1e-6, id);
        }
        const auto a = outputOf("fca", x, kManyHidden),
                   b = outputOf("fca", mirrored, kManyHidden);  // odd frequencies change their sign
        QVERIFY(maxDifference(mapOf(*a, "channel").data.values, mapOf(*b, "channel").data.values) > 1e-4);
    }

    void exchangedChannelsExchangeTheirGates() {
        const FeatureMap x = randomMap(16, 7, 13, 8);
        FeatureMap y = x;
        for (int c = 0; c < 16; ++c) std::copy_n(x.row(c), x.cells(), y.row(15 - c));
        Instance instance("gct", 16, 7, 13);
        const auto a = instance.run(x);
        for (auto& [name, tensor] : instance.weights) std::reverse(tensor.values.begin(), tensor.values.end());
        const auto b = instance.run(y);
        auto gate = mapOf(*b, "channel").data.values;
        std::reverse(gate.begin(), gate.end());
        QVERIFY(maxDifference(mapOf(*a, "channel").data.values, gate) < 1e-6);

        Instance soca("soca", 16, 7, 13);
        const auto before = soca.run(x);
        auto& reduce = soca.weights.at("conv_du.0.weight").values;
        auto& expand = soca.weights.at("conv_du.2.weight").values;
        for (int h = 0; h < 2; ++h) std::reverse(reduce.begin() + 16 * h, reduce.begin() + 16 * (h + 1));
        for (int c = 0; c < 8; ++c)
            std::swap_ranges(expand.begin() + 2 * c, expand.begin() + 2 * c + 2, expand.begin() + 2 * (15 - c));
        std::reverse(soca.weights.at("conv_du.2.bias").values.begin(), soca.weights.at("conv_du.2.bias").values.end());
        const auto after = soca.run(y);
        gate = mapOf(*after, "channel").data.values;
        std::reverse(gate.begin(), gate.end());
        QVERIFY(maxDifference(mapOf(*before, "channel").data.values, gate) < 1e-6);
    }

    void frequencyFiltersAreComputedWhenWeightsAreDrawn() {
        for (const char* kind : {"top", "low", "bot"}) {
            for (int count = 1; count <= 32; count *= 2) {
                for (const auto& [h, w] : std::vector<std::pair<int, int>>{{7, 7}, {14, 7}, {5, 21}}) {
                    const std::string json = "{\"freq_sel_method\": \"" + std::string(kind) + std::to_string(count) +
                                             "\", \"dct_h\": " + std::to_string(h) + ", \"dct_w\": " + std::to_string(w) + "}";
                    Instance instance("fca", 32, 9, 12, json.c_str());
                    const FeatureMap x = randomMap(32, 9, 12, 3);
                    const auto given = instance.run(x);
                    instance.provenance.kind = ProvenanceKind::Random;
                    std::fill(instance.weights.at("dct_layer.weight").values.begin(),
                              instance.weights.at("dct_layer.weight").values.end(), 0.0F);
                    const auto drawn = instance.run(x);
                    QVERIFY(given.ok() && drawn.ok());
                    QVERIFY2(maxDifference(numbersOf(*given), numbersOf(*drawn)) < 1e-6, json.c_str());
                }
            }
        }
        for (const auto& path : goldenFiles("fca")) {
            const auto golden = readGoldenCase(path);
            const Tensor& table = golden->given.tensors.at("param.dct_layer.weight");
            const bool first = table.dim(1) == 7;
            QVERIFY(maxDifference(cosineFilters(first ? "top16" : "low8", table.dim(0), table.dim(1), table.dim(2)).values,
                                  table.values) < 1e-6);
        }
        const ModuleInfo& info = *findModule("fca");
        for (const auto& [channels, side] : std::map<int, int>{{16, 56}, {64, 56}, {128, 28}, {256, 14}, {512, 7}, {1024, 7}}) {
            QVERIFY((info.weights({channels, 9, 9, 1, {}}, ParamSet(info.params)).front().shape == Shape{channels, side, side}));
        }
    }

    void theStateOfDiaIsHandedOn() {
        Instance instance("dia", 16, 5, 6);
        const FeatureMap first = randomMap(16, 5, 6, 1), second = randomMap(16, 5, 6, 2);
        const auto one = instance.run(first);
        QVERIFY(one.ok() && one->state.at("hidden").values == mapOf(*one, "channel").data.values);
        const auto fresh = instance.run(second);
        instance.extras = one->state;
        const auto two = instance.run(second);
        QVERIFY(two.ok() && maxDifference(numbersOf(*two), numbersOf(*fresh)) > 1e-3);
        instance.extras = {{"hidden", Tensor(Shape{16})}, {"cell", Tensor(Shape{16})}};
        QVERIFY(numbersOf(*instance.run(second)) == numbersOf(*fresh));
        for (const char* name : {"hidden", "cell"}) {
            instance.extras = {{name, Tensor(Shape{15})}};
            const auto refused = instance.run(second);
            QVERIFY(!refused.ok() && refused.error().message().find(name) != std::string::npos);
        }
    }

    void sizesFollowTheParameters() {
        const FeatureMap x = randomMap(12, 6, 7, 1);
        const auto even = outputOf("condconv", x, R"({"k": 4, "Cout": 5})");
        QVERIFY(even.ok() && even->frames.front().channels() == 5 && even->frames.front().height() == 7 &&
                even->frames.front().width() == 8);
        const ModuleInfo& dynamic = *findModule("dynamic_conv");
        const auto hidden = [&](int channels, const char* json) {
            return static_cast<int>(
                dynamic.weights({channels, 4, 4, 1, {}}, *ParamSet::fromJson(dynamic.params, json))[2].shape[0]);
        };
        QCOMPARE(hidden(16, "{}"), 5);
        QCOMPARE(hidden(3, R"({"K": 7})"), 7);
        QCOMPARE(hidden(12, R"({"ratio": 0.5, "bias": true})"), 7);
        const ModuleInfo& kernels = *findModule("sk");
        for (const auto& [channels, perGroup] : std::map<int, int>{{64, 2}, {16, 1}, {48, 3}, {5, 5}, {1024, 32}}) {
            const auto specs = kernels.weights({channels, 4, 4, 1, {}}, ParamSet(kernels.params));
            QVERIFY((specs[0].shape == Shape{channels, perGroup, 3, 3}));
            QCOMPARE(static_cast<int>(specs[10].shape[0]), std::max(channels / 16, 32));
        }
        const auto single = outputOf("split_attention", randomMap(12, 6, 7, 1), R"({"radix": 1})");
        QVERIFY(single.ok() && mapOf(*single, "branch").role == MapRole::Gate);
        QVERIFY((mapOf(*single, "branch").data.shape == Shape{1, 12}));
    }

    void theirMapsAreShown() {
        Pipeline pipeline;
        const auto pass = [&](const char* id, const char* json) {
            const ModuleInfo& info = *findModule(id);
            ModuleJob job{.info = &info, .params = *ParamSet::fromJson(info.params, json), .weightsFile = {}};
            return *pipeline.run({.frame = testFrame(64, 48), .models = {{RetinaOptions{}, {job}}}}, {});
        };
        const auto layers = pass("highway", R"({"layers": 2})");
        const auto& output = *jobAt(*layers)->output;
        QCOMPARE(output.maps.front().data.shape.size(), std::size_t{4});
        const auto mean = makeField(*layers, {.job = {"highway"}, .map = {}});
        const auto last = makeField(*layers, {.job = {"highway"}, .map = {}, .channel = 127});
        QVERIFY(mean.ok() && last.ok() && mean->max > mean->min);
        QCOMPARE(last->values.back(), output.maps.front().data.values.back());
        QVERIFY(!makeField(*layers, {.job = {"highway"}, .map = {}, .channel = 128}).ok());
        // An assignment has the same mean everywhere, so the gate is shown first.
        const auto encoded = pass("encnet", "{}");
        QCOMPARE(defaultMap(*jobAt(*encoded)->output)->name, std::string("channel"));
        QVERIFY(makeField(*encoded, {.job = {"encnet"}, .map = "assign", .channel = 3}).ok());
        const auto wider = pass("split_attention", R"({"Cout": 24})");
        const auto& branches = *jobAt(*wider)->output;
        QCOMPARE(branchWeights(branches.maps.front(), branches.frames.front().channels()).size(), std::size_t{2});
        QVERIFY(makeField(*wider, {.job = {"split_attention"}, .map = {}}).ok());
    }

    void whatDoesNotGoTogetherIsRefused() {
        QVERIFY(refusal("fca", 24, 4, 4).contains(QStringLiteral("24 channels evenly among 16 frequencies")));
        QVERIFY(refusal("fca", 8, 4, 4, R"({"freq_sel_method": "top1"})").contains(QStringLiteral("at most 8")));
        QVERIFY(refusal("soca", 4, 4, 4).contains(QStringLiteral("at most 4")));
        QVERIFY(refusal("soca", 16, 1, 1).contains(QStringLiteral("two positions")));
        QVERIFY(refusal("dia", 3, 4, 4).contains(QStringLiteral("at least 4 channels, but these features have 3")));
        QVERIFY(refusal("sk", 16, 4, 4, R"({"kernels": [3, 4]})").contains(QStringLiteral("odd kernel sizes, not 4")));
        QVERIFY(refusal("sk", 16, 4, 4, R"({"groups": 3})").contains(QStringLiteral("evenly among 3 groups")));
        QVERIFY(refusal("split_attention", 16, 4, 4, R"({"radix": 3})")
                    .contains(QStringLiteral("16 channels evenly among 3 splits")));
        QVERIFY(refusal("split_attention", 16, 4, 4, R"({"groups": 4, "Cout": 6})")
                    .contains(QStringLiteral("6 output and 32 hidden")));
        QVERIFY(refusal("condconv", 16, 4, 4, R"({"groups": 3})").contains(QStringLiteral("evenly among 3 groups")));
        QVERIFY(
            refusal("dynamic_conv", 16, 4, 4, R"({"groups": 4, "Cout": 6})").contains(QStringLiteral("16 input and 6 output")));
        QVERIFY(refusal("highway", 16, 4, 4, R"({"k": 4})").contains(QStringLiteral("odd kernel size, not 4")));
        QVERIFY(
            refusal("condconv", 512, 2, 2, R"({"k": 31, "experts": 256})").contains(QStringLiteral("million learned values")));
        QVERIFY(refusal("highway", 512, 2, 2, R"({"k": 31, "layers": 64})").contains(QStringLiteral("million learned values")));
        FeatureMap constant(16, 4, 5);
        std::fill_n(constant.data(), constant.size(), 0.7F);
        const auto output = outputOf("soca", constant);
        QVERIFY(!output.ok() && output.error().code == ErrorCode::BadValue);
        QVERIFY(QString::fromStdString(output.error().message()).contains(QStringLiteral("do not vary at all")));
    }

    void aStopIsObeyed() {
        std::stop_source source;
        source.request_stop();
        for (const char* id : {"soca", "sk", "highway"}) {
            const auto output = outputOf(id, randomMap(16, 7, 13, 1), "{}", source.get_token());
            QVERIFY2(!output.ok() && output.error().code == ErrorCode::Cancelled, id);
        }
    }
};

QTEST_GUILESS_MAIN(TestModulesChannelBranch)
#include "tst_modules_channel_branch.moc"
