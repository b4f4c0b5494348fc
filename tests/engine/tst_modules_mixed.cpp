// Mechanisms over channels and positions beyond the vector files: other shapes, parameters and inputs against the equations in
// double, what must hold for all of them, and what must be refused.
// test: both-levels

#include <QRegularExpression>
#include <QTest>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/attention/registry.h"
#include "engine/pipeline/case.h"
#include "tests/support/mixed_equations.h"
#include "tests/support/numbers.h"

using namespace fovea;
using namespace fovea::test;

namespace {

/// Weights with nothing left at 0 or 1, as after training; variances stay positive.
Weights trainedLike(const std::vector<WeightSpec>& specs) {
    Weights weights = randomWeights(specs, 9);
    std::uint64_t seed = 100;
    for (const auto& spec : specs) {
        auto& values = weights.tensors[spec.name].values;
        const auto noise = randomValues(values.size(), ++seed, 0.4F);
        for (std::size_t k = 0; k < values.size() && spec.init != WeightInit::FanIn; ++k) values[k] += noise[k];
    }
    return weights;
}

Tensor inputOf(const QString& kind, const Shape& shape) {
    Tensor x = randomTensor(shape, 77, kind == QLatin1String("large") ? 100.0F : 2.0F);
    for (float& v : x.values) {
        v = kind == QLatin1String("positive") ? std::max(v, 0.025F * v) : v;
        v = kind == QLatin1String("constant") ? 0.7F : v;
    }
    return x;
}

FeatureMap featuresOf(const Tensor& x) {
    FeatureMap map(x.dim(0), x.dim(1), x.dim(2));
    std::copy(x.values.begin(), x.values.end(), map.data());
    return map;
}

Result<AttentionOutput> outputOf(const std::string& id, const FeatureMap& x, const char* json = "{}", std::stop_token stop = {}) {
    const ModuleInfo& info = *findModule(id);
    const InputShape shape{x.channels(), x.height(), x.width(), 1, {}};
    const auto params = ParamSet::fromJson(info.params, json);
    if (info.check != nullptr) {
        if (auto fits = info.check(shape, *params); !fits) return fits.error();
    }
    auto module = createModule(info, shape, *params, trainedLike(weightSpecs(info, shape, *params)));
    if (!module) return module.error();
    Steps steps;
    ModuleInput input;
    input.frames = {&x};
    input.stop = std::move(stop);
    return runModule(info, **module, input, steps);
}

const AttentionMap& mapOf(const AttentionOutput& output, const std::string& name) {
    return *std::find_if(output.maps.begin(), output.maps.end(), [&](const auto& map) { return map.name == name; });
}

/// Output and maps, one after the other.
std::vector<float> numbersOf(const AttentionOutput& output) {
    std::vector<float> all = valuesOf(output.frames.front());
    for (const auto& map : output.maps) {
        const auto dense = denseTensor(map);
        all.insert(all.end(), dense->values.begin(), dense->values.end());
    }
    return all;
}

/// The shapes a mechanism is not defined for, with its default parameters.
bool undefinedFor(const std::string& id, int c, int n) {
    const std::map<std::string, int> leastChannels{{"bam", 16}, {"scse", 2}, {"danet", 8}, {"psa", 2}, {"ran", 4}};
    const auto least = leastChannels.find(id);
    return (least != leastChannels.end() && c < least->second) || (id == "sa" && c % 2 != 0) || (id == "sge" && n < 2);
}

FeatureMap mirrored(const FeatureMap& x) {
    FeatureMap y(x.channels(), x.height(), x.width());
    for (int c = 0; c < x.channels(); ++c) std::reverse_copy(x.row(c), x.row(c) + x.cells(), y.row(c));
    return y;
}

FeatureMap channelsReversed(const FeatureMap& x) {
    FeatureMap y(x.channels(), x.height(), x.width());
    for (int c = 0; c < x.channels(); ++c) std::copy_n(x.row(c), x.cells(), y.row(x.channels() - 1 - c));
    return y;
}

std::vector<float> reversed(std::vector<float> values) {
    std::reverse(values.begin(), values.end());
    return values;
}

QString refusal(const char* id, int c, int h, int w, const char* json = "{}") {
    const auto output = outputOf(id, randomMap(c, h, w, 1), json);
    return output ? QString() : QString::fromStdString(output.error().message());
}

}  // namespace

class TestModulesMixed : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".?"))); }

    void followTheirEquations_data() {
        QTest::addColumn<QString>("id");
        QTest::addColumn<QString>("json");
        QTest::addColumn<QString>("input");
        QTest::addColumn<QList<int>>("shape");
        const std::vector<std::pair<const char*, const char*>> settings{
            {"bam", R"({"reduction": 5, "dilation": 1})"},
            {"bam", R"({"reduction": 3, "num_layers": 3, "dilation_conv_num": 1, "dilation": 2, "combine": "add"})"},
            {"bam", R"({"reduction": 16, "num_layers": 0, "dilation_conv_num": 0})"},
            {"scse", "{}"},
            {"scse", R"({"reduction": 5, "combine": "add"})"},
            {"triplet", "{}"},
            {"triplet", R"({"no_spatial": true})"},
            {"danet", "{}"},
            {"strip_pooling", "{}"},
            {"lka", "{}"},
            {"lka", R"({"wrap": true})"},
            {"psa", R"({"mode": "parallel"})"},
            {"psa", R"({"mode": "sequential"})"},
            {"sge", "{}"},
            {"sge", R"({"groups": 2})"},
            {"sa", "{}"},
            {"sa", R"({"groups": 1})"},
            {"sa", R"({"groups": 4})"},
            {"ran", "{}"},
            {"rga", "{}"},
            {"rga", R"({"cha": 5, "spa": 3, "down": 2})"},
            {"rga", R"({"cha": 1, "spa": 1, "down": 1})"}};
        const std::vector<std::pair<const char*, QList<int>>> inputs{{"positive", {16, 7, 13}}, {"signed", {24, 8, 9}},
                                                                     {"signed", {16, 1, 11}},   {"positive", {16, 9, 1}},
                                                                     {"large", {16, 7, 13}},    {"constant", {16, 5, 6}}};
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
        SafetensorsFile file;
        file.metadata = {{"id", id.toStdString()}, {"hyperparams", json.toStdString()}};
        file.tensors["input"] = inputOf(input, {shape[0], shape[1], shape[2]});
        const ParamSet params = *ParamSet::fromJson(info.params, json.toStdString());
        const auto weights = trainedLike(weightSpecs(info, {shape[0], shape[1], shape[2], 1, {}}, params)).tensors;
        for (const auto& [name, tensor] : weights) file.tensors["param." + name] = tensor;
        const auto result = applyCase(file);
        QVERIFY2(result.ok(), result ? "" : result.error().message().c_str());
        const auto expected = expectedOf(info.id, file.tensors["input"], weights, params);
        QCOMPARE(result->tensors.size(), expected.size());
        // Large inputs make logits of thousands, which float holds to about 1e-4 only.
        const bool largeLogits = input == QLatin1String("large") && (info.kind == AttentionKind::Self || info.id == "rga");
        for (const auto& [name, values] : expected) {
            double peak = 1e-2;
            for (const double v : values) peak = std::max(peak, std::abs(v));
            const QString problemText = difference(result->tensors.at(name).values, values, (largeLogits ? 1e-3 : 1e-5) * peak);
            QVERIFY2(problemText.isEmpty(), qPrintable(QString::fromStdString(name) + QLatin1Char(' ') + problemText));
        }
    }

    void everyShapeIsFiniteOrRefused() {
        const std::vector<Shape> shapes{{1, 7, 13}, {16, 1, 1}, {16, 1, 5}, {16, 5, 1}, {1, 1, 1},  {1, 1, 5},
                                        {3, 4, 5},  {7, 2, 2},  {8, 6, 3},  {17, 4, 4}, {64, 9, 8}, {16, 7, 13}};
        for (const std::string id : kMixedModules) {
            for (const auto& shape : shapes) {
                for (const float size : {1.0F, 50.0F, 0.0F}) {
                    FeatureMap x = featuresOf(randomTensor(shape, 5, size));
                    const std::string name = id + ' ' + shapeText(shape);
                    const auto output = outputOf(id, x);
                    QVERIFY2(output.ok() != undefinedFor(id, x.channels(), x.cells()), name.c_str());
                    if (!output) {
                        QVERIFY(output.error().message().ends_with('.'));
                        continue;
                    }
                    const auto numbers = numbersOf(*output);
                    QVERIFY2(allFinite(numbers.data(), numbers.size()), name.c_str());
                    QVERIFY2(numbersOf(*outputOf(id, x)) == numbers, name.c_str());
                }
            }
        }
    }

    void gatesAreGatesAndDistributionsSumToOne() {
        for (const std::string id : kMixedModules) {
            const auto output = outputOf(id, randomMap(32, 9, 11, 3, 3.0F));
            QVERIFY(output.ok());
            for (const auto& map : output->maps) {
                const Tensor dense = *denseTensor(map);
                const auto [low, high] = std::minmax_element(dense.values.begin(), dense.values.end());
                const float shift = id == "bam" ? 1.0F : 0.0F;
                if (map.role == MapRole::Gate && id != "lka") {
                    QVERIFY2(*low >= shift && *high <= shift + 1.0F && *low < *high, (id + ' ' + map.name).c_str());
                }
                for (std::size_t start = 0; map.role == MapRole::Distribution && start < dense.size(); start += dense.shape[2]) {
                    const auto row = dense.values.begin() + static_cast<std::ptrdiff_t>(start);
                    QVERIFY(*std::min_element(row, row + dense.shape[2]) >= 0.0F);
                    QVERIFY(std::abs(std::accumulate(row, row + dense.shape[2], 0.0) - 1.0) < 1e-5);
                }
            }
        }
    }

    void positionsInAnotherOrderGiveTheSameInThatOrder() {
        const FeatureMap x = randomMap(16, 6, 7, 21);
        const std::vector<std::pair<const char*, const char*>> settings{
            {"scse", "{}"}, {"danet", "{}"}, {"psa", "{}"}, {"psa", R"({"mode": "sequential"})"}, {"sge", "{}"}, {"sa", "{}"}};
        for (const auto& [id, json] : settings) {
            const auto plain = outputOf(id, x, json), other = outputOf(id, mirrored(x), json);
            QVERIFY2(maxDifference(valuesOf(other->frames.front()), valuesOf(mirrored(plain->frames.front()))) < 1e-5, id);
        }
        const auto plain = outputOf("lka", x), other = outputOf("lka", mirrored(x));
        QVERIFY(maxDifference(valuesOf(other->frames.front()), valuesOf(mirrored(plain->frames.front()))) > 1e-3);
    }

    void channelsInAnotherOrder() {
        const FeatureMap x = randomMap(16, 6, 7, 22);
        const auto matrix = [](const FeatureMap& of) { return mapOf(*outputOf("danet", of), "channel_matrix").data.values; };
        QVERIFY(maxDifference(matrix(channelsReversed(x)), reversed(matrix(x))) < 1e-5);
        const auto spatial = [](const FeatureMap& of) { return mapOf(*outputOf("triplet", of), "spatial").data.values; };
        QVERIFY(maxDifference(spatial(channelsReversed(x)), spatial(x)) < 1e-6);
    }

    void mapsSayWhatTheyAre() {
        const FeatureMap x = randomMap(16, 6, 7, 23);
        const auto triplet = outputOf("triplet", x);
        const AttentionMap &cw = mapOf(*triplet, "cw"), &hc = mapOf(*triplet, "hc");
        const auto *ofColumns = asKind<FullMap>(cw), *ofRows = asKind<FullMap>(hc);
        QVERIFY(ofColumns != nullptr && !ofColumns->channelsLast && cw.data.shape == (Shape{16, 7}));
        QVERIFY(ofColumns->height == 1 && ofColumns->width == 7);
        QVERIFY(ofRows != nullptr && ofRows->channelsLast && hc.data.shape == (Shape{6, 16}));
        QVERIFY(ofRows->height == 6 && ofRows->width == 1);
        const auto danet = outputOf("danet", x);
        const auto& channels = std::get<PairwiseMap>(mapOf(*danet, "channel_matrix").kind);
        for (const PairwiseSide& side : {channels.queries, channels.keys}) {
            QVERIFY(side.axis == MapAxis::Channels && side.width == 16 && side.height == 1);
        }
        QCOMPARE(mapOf(*outputOf("sge", x, R"({"groups": 4})"), "group").data.shape, (Shape{4, 6, 7}));
    }

    void theLeastSimilarChannelWeighsMost() {
        FeatureMap x = randomMap(8, 5, 5, 24);
        std::transform(x.row(0), x.row(0) + x.cells(), x.row(3), [](float v) { return -v; });
        const auto output = outputOf("danet", x);
        const auto row = pairwiseRow(mapOf(*output, "channel_matrix"), 0, 0, false);
        QCOMPARE(std::max_element(row.begin(), row.end()) - row.begin(), 3);
        QVERIFY(row[0] < row[3]);
    }

    void whatDoesNotGoTogetherIsRefused() {
        QVERIFY(refusal("bam", 8, 4, 4).contains(QStringLiteral("a reduction of at most 8")));
        QVERIFY(refusal("scse", 8, 4, 4, R"({"reduction": 9})").contains(QStringLiteral("a reduction of at most 8")));
        QVERIFY(refusal("danet", 7, 4, 4).contains(QStringLiteral("DANet needs at least 8 channels")));
        QVERIFY(refusal("psa", 7, 4, 4).isEmpty());
        QVERIFY(
            refusal("psa", 7, 4, 4, R"({"mode": "sequential"})").contains(QStringLiteral("at least 8 channels in this mode")));
        QVERIFY(refusal("psa", 8, 4, 4, R"({"mode": "sequential"})").isEmpty());
        QVERIFY(refusal("sge", 12, 4, 4, R"({"groups": 5})").contains(QStringLiteral("which divides 12")));
        QVERIFY(refusal("sa", 15, 4, 4).contains(QStringLiteral("have 15")));
        QVERIFY(refusal("sa", 16, 4, 4, R"({"groups": 16})").contains(QStringLiteral("which divides 8")));
        QVERIFY(refusal("rga", 16, 4, 5, R"({"H": 4, "W": 4})").contains(QStringLiteral("4×4, but these features have 4×5")));
        QVERIFY(refusal("rga", 16, 4, 4, R"({"H": 4, "W": 4})").isEmpty());
        QVERIFY(refusal("rga", 16, 4, 4, R"({"cha": 17})").contains(QStringLiteral("16 channels and 16 positions")));
        QVERIFY(refusal("rga", 16, 4, 4, R"({"down": 4})").contains(QStringLiteral("smaller ratios")));
        const ModuleInfo& rga = *findModule("rga");
        QVERIFY(rga.tied != nullptr && rga.tied(ParamSet(rga.params)));
        const auto tooLarge = rga.check({64, 512, 512, 1, {}}, ParamSet(rga.params));
        QVERIFY(!tooLarge.ok() && tooLarge.error().code == ErrorCode::TooLarge);
    }

    void aStopIsObeyed() {
        std::stop_source source;
        source.request_stop();
        for (const char* id : {"danet", "ran", "rga"}) {
            const auto output = outputOf(id, randomMap(16, 7, 13, 1), "{}", source.get_token());
            QVERIFY(!output.ok());
            QCOMPARE(output.error().code, ErrorCode::Cancelled);
        }
    }

    void theAutomaticGroupsShareTheChannels() {
        for (const auto& [channels, groups] : std::map<int, int>{{1, 1}, {16, 16}, {64, 64}, {96, 48}, {256, 64}, {19, 19}}) {
            const ModuleInfo& info = *findModule("sge");
            QCOMPARE(info.weights({channels, 4, 4, 1, {}}, ParamSet(info.params)).front().shape[1], groups);
        }
        for (const auto& [channels, half] : std::map<int, int>{{2, 1}, {16, 1}, {64, 1}, {128, 1}, {512, 4}, {192, 2}}) {
            const ModuleInfo& info = *findModule("sa");
            QCOMPARE(info.weights({channels, 4, 4, 1, {}}, ParamSet(info.params)).front().shape[1], half);
        }
    }
};

QTEST_GUILESS_MAIN(TestModulesMixed)
#include "tst_modules_mixed.moc"
