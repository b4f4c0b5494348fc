#include "engine/render/field.h"

#include <QTest>

#include <cmath>
#include <limits>
#include <numeric>

#include "engine/render/compose.h"
#include "tests/support/made_result.h"

using namespace fovea;

namespace {

const ModuleInfo& testInfo() {
    static const ModuleInfo kInfo = [] {
        ModuleInfo info;
        info.id = "test";
        info.title = "Test";
        return info;
    }();
    return kInfo;
}

/// Features with the value c + 1 + n/100, negative in odd channels, on cells of 8×4 pixels which begin at (2, 1).
std::shared_ptr<const Features> testFeatures(int channels, int height, int width) {
    auto features = std::make_shared<Features>();
    features->map = FeatureMap(channels, height, width);
    for (int c = 0; c < channels; ++c) {
        for (int n = 0; n < height * width; ++n) {
            const float magnitude = static_cast<float>(c + 1) + static_cast<float>(n) / 100.0F;
            features->map.row(c)[n] = c % 2 == 0 ? magnitude : -magnitude;
        }
    }
    features->geometry = {2.0, 1.0, 8.0, 4.0};
    return features;
}

FrameResult resultWith(std::vector<AttentionMap> maps, std::shared_ptr<const Features> features) {
    auto module = test::jobOf(testInfo(), {ProvenanceKind::Random, "", 7});
    module->output = AttentionOutput{{}, std::move(maps)};
    return test::madeResult({}, std::move(features), {module});
}

AttentionMap emptyMap(const char* name, const MapKind& kind, MapRole role) {
    AttentionMap map;
    map.name = name;
    map.title = std::string("The ") + name;
    map.kind = kind;
    map.role = role;
    return map;
}

AttentionMap channelMap(std::vector<float> w, MapRole role = MapRole::Gate) {
    AttentionMap map = emptyMap("channel", ChannelMap{}, role);
    map.data = Tensor({static_cast<std::int64_t>(w.size())}, std::move(w));
    return map;
}

AttentionMap gridMap(int height, int width, std::vector<float> values, MapRole role = MapRole::Gate) {
    AttentionMap map = emptyMap("grid", SpatialMap{height, width}, role);
    map.data = Tensor({height, width}, std::move(values));
    return map;
}

AttentionMap channelsMap(int channels, int height, int width, std::vector<float> values) {
    AttentionMap map = emptyMap("grid", FullMap{height, width}, MapRole::Gate);
    map.data = Tensor({channels, height, width}, std::move(values));
    return map;
}

AttentionMap matrixMap(const PairwiseSide& queries, const PairwiseSide& keys) {
    return emptyMap("matrix", PairwiseMap{.queries = queries, .keys = keys}, MapRole::Distribution);
}

ScalarField plainField(int height, int width, std::vector<float> values) {
    ScalarField field;
    field.height = height;
    field.width = width;
    field.values = std::move(values);
    field.min = *std::min_element(field.values.begin(), field.values.end());
    field.max = *std::max_element(field.values.begin(), field.values.end());
    return field;
}

FieldSpec spec(ChannelMode mode = ChannelMode::After, int channel = -1) {
    FieldSpec out;
    out.job.source = "test";
    out.channelMode = mode;
    out.channel = channel;
    return out;
}

}  // namespace

class TestField final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }
    void beforeAndAfterShareAScale();
    void changedIsWhatTheFormulaSays();
    void uniformGateChangesNothing_data();
    void uniformGateChangesNothing();
    void singleChannel();
    void aChannelBeyondTheMap();
    void additiveChannelMapHasNoAfter();
    void spatialGridsCoverThePicture_data();
    void spatialGridsCoverThePicture();
    void fullMeanAndChannel();
    void fullWithChannelsLast();
    void pairwiseRowsAndColumns();
    void maximumAndMinimumOverHeads();
    void defaultMapPrefersPlaces();
    void failuresSayWhy();
    void valuesWhichOverflowAreAnError();
    void cellsAreClamped();
    void statisticsOfAUniformField();
    void statisticsOfAPeak();
    void statisticsOfADivergingField();
    void statisticsOfOneCell();
    void regions();
};

void TestField::beforeAndAfterShareAScale() {
    const auto result = resultWith({channelMap({2.0F, 0.5F, -0.25F})}, testFeatures(3, 7, 13));
    const auto before = makeField(result, spec(ChannelMode::Before));
    const auto after = makeField(result, spec(ChannelMode::After));
    QVERIFY(before && after);
    for (int n = 0; n < 7 * 13; ++n) {
        const auto at = static_cast<std::size_t>(n);
        const double step = n / 100.0;
        QVERIFY(std::abs(before->values[at] - (6.0 + 3.0 * step) / 3.0) < 1e-5);
        QVERIFY(std::abs(after->values[at] - (2.0 * (1.0 + step) + 0.5 * (2.0 + step) + 0.25 * (3.0 + step)) / 3.0) < 1e-5);
    }
    QVERIFY(before->sharedScale && after->sharedScale);
    QCOMPARE(before->scaleMin, 0.0F);
    QCOMPARE(after->scaleMin, 0.0F);
    QCOMPARE(before->scaleMax, after->scaleMax);
    QCOMPARE(before->scaleMax, std::max(before->max, after->max));
    QVERIFY(after->min > 0.0F);  // the true ends stay what they are
    QCOMPARE(after->module, std::string("Test"));
    QCOMPARE(after->map, std::string("The channel"));
    QCOMPARE(after->what, std::string("after"));
    QCOMPARE(after->provenance.seed, std::uint64_t{7});
    QCOMPARE(after->geometry, result.models.front().features->geometry);
}

void TestField::changedIsWhatTheFormulaSays() {
    const auto result = resultWith({channelMap({0.9F, 0.3F})}, testFeatures(2, 1, 5));
    const auto field = makeField(result, spec(ChannelMode::Changed));
    QVERIFY(field);
    for (int n = 0; n < 5; ++n) {
        const double wanted = (0.3 * (1.0 + n / 100.0) - 0.3 * (2.0 + n / 100.0)) / 2.0;
        QVERIFY(std::abs(field->values[static_cast<std::size_t>(n)] - wanted) < 1e-6);
    }
    QVERIFY(field->diverging);
    QCOMPARE(field->scaleMin, -field->scaleMax);
    QCOMPARE(field->scaleMax, std::max(std::abs(field->min), std::abs(field->max)));
}

void TestField::uniformGateChangesNothing_data() {
    QTest::addColumn<float>("weight");
    QTest::addColumn<int>("channels");
    for (const float weight : {0.1F, 1.0F / 3.0F, 0.73105857F, 1e-30F, 12345.678F}) {
        for (const int channels : {1, 3, 7, 56, 997}) {
            QTest::addRow("%g %d", static_cast<double>(weight), channels) << weight << channels;
        }
    }
}

void TestField::uniformGateChangesNothing() {
    QFETCH(float, weight);
    QFETCH(int, channels);
    const std::vector<float> gate(static_cast<std::size_t>(channels), weight);
    const auto field = makeField(resultWith({channelMap(gate)}, testFeatures(channels, 2, 3)), spec(ChannelMode::Changed));
    QVERIFY(field);
    QCOMPARE(field->values, std::vector<float>(6, 0.0F));
    QCOMPARE(field->scaleMin, 0.0F);
    QCOMPARE(field->scaleMax, 0.0F);
}

void TestField::singleChannel() {
    auto features = std::make_shared<Features>(*testFeatures(2, 2, 2));
    features->channelNames = {"first", "second"};
    features->map.row(1)[3] = 9.0F;  // now channel 1 has both signs
    const auto result = resultWith({channelMap({1.0F, 1.0F})}, features);
    const auto plain = makeField(result, spec(ChannelMode::Single, 0));
    const auto both = makeField(result, spec(ChannelMode::Single, 1));
    QVERIFY(plain && both);
    QVERIFY(!plain->diverging);
    QCOMPARE(plain->scaleMin, 1.0F);
    QCOMPARE(plain->what, std::string("first"));
    QVERIFY(plain->whatArgs.empty());
    QCOMPARE(plain->channel, 0);
    QVERIFY(both->diverging);
    QCOMPARE(both->scaleMin, -9.0F);
    QCOMPARE(both->scaleMax, 9.0F);
    QCOMPARE(both->values[3], 9.0F);
    QCOMPARE(makeField(result, spec(ChannelMode::Single, 2)).error().code, ErrorCode::BadParameter);
    QCOMPARE(makeField(result, spec(ChannelMode::Single, -1)).error().code, ErrorCode::BadParameter);
}

// A map with one number for each position gives way to the channel which is asked for.
void TestField::aChannelBeyondTheMap() {
    const auto features = testFeatures(2, 3, 4);
    const auto result = resultWith({gridMap(3, 4, std::vector<float>(12, 0.5F))}, features);
    const auto map = makeField(result, spec(ChannelMode::Single));
    QVERIFY(map && map->values == std::vector<float>(12, 0.5F));
    const auto channel = makeField(result, spec(ChannelMode::Single, 1));
    QVERIFY(channel.ok());
    const float* row = result.models.front().features->map.row(1);
    QCOMPARE(channel->values, std::vector<float>(row, row + 12));
    QCOMPARE(channel->map, std::string("Features"));
    QCOMPARE(filledIn(channel->what, channel->whatArgs), std::string("channel 1"));
    QCOMPARE(channel->channel, 1);
    QCOMPARE(makeField(result, spec(ChannelMode::Single, 2)).error().code, ErrorCode::BadParameter);
    AttentionMap branches = channelMap({0.25F, 0.75F});
    branches.kind = BranchMap{};
    const auto beside = makeField(resultWith({branches}, features), spec(ChannelMode::Single, 1));
    QVERIFY(beside.ok());
    QCOMPARE(beside->values, channel->values);
    QCOMPARE(beside->map, std::string("Features"));
}

void TestField::additiveChannelMapHasNoAfter() {
    const auto result = resultWith({channelMap({0.5F, -0.5F}, MapRole::Additive)}, testFeatures(2, 2, 2));
    QCOMPARE(makeField(result, spec(ChannelMode::After)).error().code, ErrorCode::Unsupported);
    QCOMPARE(makeField(result, spec(ChannelMode::Changed)).error().code, ErrorCode::Unsupported);
    const auto before = makeField(result, spec(ChannelMode::Before));
    QVERIFY(before);
    QVERIFY(!before->sharedScale);
    QCOMPARE(before->values[0], 1.5F);
    QVERIFY(makeField(result, spec(ChannelMode::Single, 1)).ok());
}

void TestField::spatialGridsCoverThePicture_data() {
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("width");
    QTest::newRow("as the features") << 7 << 13;
    QTest::newRow("one row") << 1 << 13;
    QTest::newRow("one column") << 7 << 1;
    QTest::newRow("one cell") << 1 << 1;
    QTest::newRow("coarser") << 2 << 3;
    QTest::newRow("finer") << 14 << 26;
}

void TestField::spatialGridsCoverThePicture() {
    QFETCH(int, height);
    QFETCH(int, width);
    std::vector<float> values(static_cast<std::size_t>(height * width));
    std::iota(values.begin(), values.end(), 1.0F);
    for (const auto& map : {gridMap(height, width, values), channelsMap(1, height, width, values)}) {
        const auto field = makeField(resultWith({map}, testFeatures(2, 7, 13)), spec());
        QVERIFY(field);
        QCOMPARE(field->values, values);
        QCOMPARE(field->height, height);
        QCOMPARE(field->width, width);
        const CellGeometry& g = field->geometry;
        QCOMPARE(g.originX, 2.0);
        QCOMPARE(g.originY, 1.0);
        QVERIFY(std::abs(g.stepX * width - 13 * 8.0) < 1e-9);
        QVERIFY(std::abs(g.stepY * height - 7 * 4.0) < 1e-9);
        QCOMPARE(field->scaleMin, 1.0F);
        QCOMPARE(field->scaleMax, static_cast<float>(height * width));
        QVERIFY(!field->diverging);
        QCOMPARE(cellAt(*field, 2.0 + 13 * 8.0 - 0.01, 1.0 + 7 * 4.0 - 0.01), (Cell{height - 1, width - 1}));
    }
}

void TestField::fullMeanAndChannel() {
    const auto result = resultWith({channelsMap(2, 1, 3, {1.0F, 2.0F, 3.0F, 5.0F, 8.0F, 0.0F})}, testFeatures(2, 1, 3));
    QCOMPARE(makeField(result, spec())->values, (std::vector<float>{3.0F, 5.0F, 1.5F}));
    QCOMPARE(makeField(result, spec())->what, std::string("mean over channels"));
    QCOMPARE(makeField(result, spec(ChannelMode::After, 1))->values, (std::vector<float>{5.0F, 8.0F, 0.0F}));
    QCOMPARE(makeField(result, spec(ChannelMode::After, 2)).error().code, ErrorCode::BadParameter);
}

void TestField::fullWithChannelsLast() {
    // The same numbers as rows × channels: cell by cell, with both channels of each.
    auto map = channelsMap(2, 3, 1, {1.0F, 5.0F, 2.0F, 8.0F, 3.0F, 0.0F});
    map.data.shape = {3, 2};
    std::get<FullMap>(map.kind).channelsLast = true;
    const auto result = resultWith({map}, testFeatures(2, 3, 1));
    QCOMPARE(makeField(result, spec())->values, (std::vector<float>{3.0F, 5.0F, 1.5F}));
    QCOMPARE(makeField(result, spec())->height, 3);
    QCOMPARE(makeField(result, spec(ChannelMode::After, 0))->values, (std::vector<float>{1.0F, 2.0F, 3.0F}));
    QCOMPARE(makeField(result, spec(ChannelMode::After, 1))->values, (std::vector<float>{5.0F, 8.0F, 0.0F}));
    QCOMPARE(makeField(result, spec(ChannelMode::After, 2)).error().code, ErrorCode::BadParameter);
}

void TestField::pairwiseRowsAndColumns() {
    // Two heads, queries on 2×3 cells, keys on 1×2.
    AttentionMap map = matrixMap({.height = 2, .width = 3}, {.height = 1, .width = 2});
    map.data = Tensor({2, 6, 2}, {});
    for (int k = 0; k < 24; ++k) {
        map.data.values.push_back(static_cast<float>(k));
    }
    const auto result = resultWith({map}, testFeatures(2, 2, 3));
    FieldSpec wanted = spec();
    wanted.head = 1;
    wanted.queryX = 0.99;
    wanted.queryY = 0.2;  // row 0, column 2: query 2
    auto field = makeField(result, wanted);
    QVERIFY(field);
    QCOMPARE(field->values, (std::vector<float>{16.0F, 17.0F}));
    QCOMPARE(field->height, 1);
    QCOMPARE(field->width, 2);
    QCOMPARE(field->geometry.stepX, 12.0);  // 3 feature cells of 8 pixels over 2 keys
    QCOMPARE(field->geometry.stepY, 8.0);
    QCOMPARE(field->head, std::optional(1));
    wanted.head = 7;
    QCOMPARE(makeField(result, wanted).error().message(), std::string("There is no head 7; choose one from 0 to 1."));
    wanted.head = -1;
    QCOMPARE(makeField(result, wanted)->values, (std::vector<float>{10.0F, 11.0F}));
    QCOMPARE(makeField(result, wanted)->head, std::optional(-1));
    wanted.head = 0;
    wanted.toQuery = true;  // key 1, seen from all queries
    field = makeField(result, wanted);
    QCOMPARE(field->values, (std::vector<float>{1.0F, 3.0F, 5.0F, 7.0F, 9.0F, 11.0F}));
    QCOMPARE(field->what, std::string("to the query"));
    wanted.toQuery = false;
    wanted.queryX = 5.0;  // outside: the last cell
    wanted.queryY = std::numeric_limits<double>::quiet_NaN();
    QCOMPARE(makeField(result, wanted)->values, (std::vector<float>{4.0F, 5.0F}));
}

void TestField::maximumAndMinimumOverHeads() {
    // Two heads of one query and three keys; each is the larger one somewhere.
    AttentionMap map = matrixMap({.height = 1, .width = 1}, {.height = 1, .width = 3});
    map.data = Tensor({2, 1, 3}, {0.5F, 0.25F, 0.25F, 0.125F, 0.75F, 0.125F});
    const auto result = resultWith({map}, testFeatures(2, 1, 3));
    FieldSpec wanted = spec();
    wanted.head = kMinOverHeads;
    auto field = makeField(result, wanted);
    QCOMPARE(field->values, (std::vector<float>{0.125F, 0.25F, 0.125F}));
    QCOMPARE(field->what, std::string("from the query, minimum over heads"));
    QCOMPARE(composeMatrix(map, kMinOverHeads, {}, 3)->max, 0.25F);
    wanted.head = kMaxOverHeads;
    field = makeField(result, wanted);
    QCOMPARE(field->values, (std::vector<float>{0.5F, 0.75F, 0.25F}));
    QCOMPARE(field->what, std::string("from the query, maximum over heads"));
    wanted.toQuery = true;
    wanted.queryX = 0.5;  // key 1
    field = makeField(result, wanted);
    QCOMPARE(field->values, (std::vector<float>{0.75F}));
    QCOMPARE(field->what, std::string("to the query, maximum over heads"));
    const auto matrix = composeMatrix(map, kMaxOverHeads, {}, 3);
    QVERIFY(matrix.ok());
    QCOMPARE(matrix->min, 0.25F);
    QCOMPARE(matrix->max, 0.75F);
    map.data = Tensor({1, 1, 3}, {0.5F, 0.25F, 0.25F});
    field = makeField(resultWith({map}, testFeatures(2, 1, 3)), wanted);
    QCOMPARE(field->what, std::string("to the query"));  // of one head there is no maximum to speak of
    QVERIFY(!field->head);
}

void TestField::defaultMapPrefersPlaces() {
    const auto channel = channelMap({1.0F, 1.0F});
    const auto full = channelsMap(2, 1, 1, {1.0F, 1.0F});
    const auto mask = gridMap(1, 1, {1.0F}, MapRole::Mask);
    const auto saliency = gridMap(1, 1, {1.0F}, MapRole::Saliency);
    const auto kindAndRole = [](std::vector<AttentionMap> maps) {
        const AttentionOutput output{{}, std::move(maps)};
        const AttentionMap* map = defaultMap(output);
        return map == nullptr ? std::string("none") : mapKindName(*map) + std::string("/") + mapRoleName(map->role);
    };
    const auto of = [](const char* kind, MapRole role) { return kind + std::string("/") + mapRoleName(role); };
    QCOMPARE(kindAndRole({channel, full, saliency, mask}), of("spatial", MapRole::Mask));
    QCOMPARE(kindAndRole({channel, full, saliency}), of("spatial", MapRole::Saliency));
    QCOMPARE(kindAndRole({channel, full}), of("full", MapRole::Gate));
    QCOMPARE(kindAndRole({channelMap({1.0F, 1.0F}, MapRole::Additive), channel}), of("channel", MapRole::Gate));
    AttentionMap branch = channel;
    branch.kind = BranchMap{};
    QCOMPARE(kindAndRole({branch, channel}), of("channel", MapRole::Gate));
    QCOMPARE(kindAndRole({branch}), of("branch", MapRole::Gate));
    QCOMPARE(kindAndRole({}), std::string("none"));
}

void TestField::failuresSayWhy() {
    auto result = resultWith({channelMap({1.0F, 1.0F, 1.0F})}, testFeatures(2, 2, 2));
    QCOMPARE(makeField(result, spec()).error().code, ErrorCode::BadShape);
    FieldSpec wanted = spec();
    wanted.map = "nothing";
    const auto missing = makeField(result, wanted);
    QCOMPARE(missing.error().code, ErrorCode::NotFound);
    QCOMPARE(missing.error().message(), std::string("Test has no map “nothing”; choose one of: channel."));
    wanted.job.source = "other";
    QCOMPARE(makeField(result, wanted).error().code, ErrorCode::NotFound);
    AttentionMap region = channelMap({1.0F, 1.0F});
    region.kind = RegionMap{};
    result = resultWith({region}, testFeatures(2, 2, 2));
    QCOMPARE(makeField(result, spec()).error().code, ErrorCode::Unsupported);
    wanted = spec();
    wanted.map = "channel";
    QCOMPARE(makeField(result, wanted).error().code, ErrorCode::Unsupported);
    auto failed = test::jobOf(testInfo());
    failed->output = makeError(ErrorCode::BadValue, "its own reason");
    result.models.front().jobs.clear();
    test::addUnfinished(result, "unfinished");
    test::addJob(result, failed);
    QCOMPARE(makeField(result, spec()).error().text, std::string("its own reason"));
    result = resultWith({channelMap({1.0F, 1.0F})}, nullptr);
    QCOMPARE(makeField(result, spec()).error().code, ErrorCode::NotFound);
    result = resultWith({gridMap(2, 2, {1.0F, 2.0F})}, testFeatures(2, 2, 2));
    QCOMPARE(makeField(result, spec()).error().code, ErrorCode::BadShape);
}

void TestField::valuesWhichOverflowAreAnError() {
    auto features = std::make_shared<Features>(*testFeatures(2, 1, 1));
    features->map.row(0)[0] = std::numeric_limits<float>::max();
    const auto result = resultWith({channelMap({1000.0F, 1.0F})}, features);
    QCOMPARE(makeField(result, spec(ChannelMode::After)).error().code, ErrorCode::BadValue);
}

void TestField::cellsAreClamped() {
    ScalarField field = plainField(7, 13, std::vector<float>(91, 1.0F));
    field.geometry = {2.0, 1.0, 8.0, 4.0};
    QCOMPARE(cellAt(field, 2.0, 1.0), (Cell{0, 0}));
    QCOMPARE(cellAt(field, 9.999, 4.999), (Cell{0, 0}));
    QCOMPARE(cellAt(field, 10.0, 5.0), (Cell{1, 1}));
    QCOMPARE(cellAt(field, -100.0, 1e30), (Cell{6, 0}));
    QCOMPARE(cellAt(field, std::numeric_limits<double>::quiet_NaN(), 1e9), (Cell{6, 0}));
}

void TestField::statisticsOfAUniformField() {
    const auto s = fieldStatistics(plainField(4, 4, std::vector<float>(16, 0.3F)));
    QCOMPARE(s.halfMassArea, 0.5);
    QVERIFY(std::abs(s.entropyBits - 4.0) < 1e-9);
    QCOMPARE(s.maxEntropyBits, 4.0);
    QCOMPARE(static_cast<float>(s.mean), 0.3F);
    QCOMPARE(s.histogram.size(), std::size_t{64});
    QCOMPARE(s.histogram[0], 16);
    const auto zero = fieldStatistics(plainField(2, 2, std::vector<float>(4, 0.0F)));
    QCOMPARE(zero.halfMassArea, 0.0);
    QCOMPARE(zero.entropyBits, 0.0);
}

void TestField::statisticsOfAPeak() {
    std::vector<float> values(7 * 13, 0.0F);
    values[2 * 13 + 11] = 1.0F;
    const auto s = fieldStatistics(plainField(7, 13, values));
    QCOMPARE(s.peak, (Cell{2, 11}));
    QCOMPARE(s.halfMassArea, 1.0 / 91.0);
    QCOMPARE(s.entropyBits, 0.0);
    QCOMPARE(s.histogram[0], 90);
    QCOMPARE(s.histogram[63], 1);
    QCOMPARE(std::accumulate(s.histogram.begin(), s.histogram.end(), 0), 91);
    const auto two = fieldStatistics(plainField(1, 4, {3.0F, 1.0F, 1.0F, 1.0F}));
    QCOMPARE(two.halfMassArea, 0.25);
    QVERIFY(std::abs(two.entropyBits - (0.5 + 1.5 * std::log2(6.0) / 3.0)) < 1e-9);
}

void TestField::statisticsOfADivergingField() {
    ScalarField field = plainField(1, 3, {-4.0F, 1.0F, 2.0F});
    QCOMPARE(fieldStatistics(field).peak, (Cell{0, 2}));
    field.diverging = true;
    const auto s = fieldStatistics(field);
    QCOMPARE(s.peak, (Cell{0, 0}));
    QCOMPARE(s.halfMassArea, 1.0 / 3.0);
    QCOMPARE(s.min, -4.0F);
    QCOMPARE(s.max, 2.0F);
}

void TestField::statisticsOfOneCell() {
    const auto s = fieldStatistics(plainField(1, 1, {5.0F}));
    QCOMPARE(s.peak, (Cell{0, 0}));
    QCOMPARE(s.halfMassArea, 1.0);
    QCOMPARE(s.entropyBits, 0.0);
    QCOMPARE(s.maxEntropyBits, 0.0);
    QCOMPARE(s.histogram[0], 1);
    QCOMPARE(fieldStatistics(ScalarField{}).histogram.size(), std::size_t{64});
}

void TestField::regions() {
    const ScalarField field = plainField(7, 13, std::vector<float>(91, 1.0F));
    QCOMPARE(regionName(field, {0, 0}), std::string("upper left"));
    QCOMPARE(regionName(field, {0, 6}), std::string("top"));
    QCOMPARE(regionName(field, {0, 12}), std::string("upper right"));
    QCOMPARE(regionName(field, {3, 6}), std::string("centre"));
    QCOMPARE(regionName(field, {3, 0}), std::string("left"));
    QCOMPARE(regionName(field, {3, 12}), std::string("right"));
    QCOMPARE(regionName(field, {6, 0}), std::string("lower left"));
    QCOMPARE(regionName(field, {6, 6}), std::string("bottom"));
    QCOMPARE(regionName(field, {6, 12}), std::string("lower right"));
    QCOMPARE(regionName(plainField(1, 1, {1.0F}), {0, 0}), std::string("centre"));
    QCOMPARE(regionName(plainField(1, 3, {1.0F, 2.0F, 3.0F}), {0, 2}), std::string("right"));
}

QTEST_GUILESS_MAIN(TestField)
#include "tst_field.moc"
