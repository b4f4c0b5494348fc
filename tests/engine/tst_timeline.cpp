// What is drawn from maps over a clip: the slice of a query's row on each frame, gates of frames, the weights by frame.

#include <QRegularExpression>
#include <QTest>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <opencv2/core.hpp>

#include "engine/render/kinds/map_kind.h"
#include "engine/render/render.h"
#include "engine/render/timeline.h"
#include "tests/support/made_result.h"

using namespace fovea;

namespace {

constexpr int kFrames = 3;
constexpr int kHeight = 2;
constexpr int kWidth = 3;

const ModuleInfo& testInfo() {
    static const ModuleInfo kInfo = [] {
        ModuleInfo info;
        info.id = "test";
        info.title = "Test";
        return info;
    }();
    return kInfo;
}

/// Frames 0.1, 0.2, 0.4 … seconds apart in grey levels of their own, with features t + c + 1 + n/100.
std::shared_ptr<const Clip> testClip(int frames = kFrames, int channels = 2) {
    auto clip = std::make_shared<Clip>();
    for (int t = 0; t < frames; ++t) {
        auto features = std::make_shared<Features>();
        features->map = FeatureMap(channels, kHeight, kWidth);
        for (std::size_t k = 0; k < features->map.size(); ++k) {
            const auto c = static_cast<float>(k / (kHeight * kWidth));
            features->map.data()[k] = static_cast<float>(t) + c + 1.0F + static_cast<float>(k % (kHeight * kWidth)) / 100.0F;
        }
        features->geometry = {0.0, 0.0, 8.0, 4.0};
        Frame frame;
        frame.pixels = std::make_shared<const cv::Mat>(8, 24, CV_8UC3, cv::Scalar::all(10 + 50 * t));
        frame.width = 24;
        frame.height = 8;
        frame.index = static_cast<std::uint64_t>(t * t);
        frame.timestamp = 0.1 * t * t;
        clip->push_back({frame, features});
    }
    return clip;
}

FrameResult resultWith(std::vector<AttentionMap> maps, std::shared_ptr<const Clip> clip = testClip()) {
    auto module = test::jobOf(testInfo(), {ProvenanceKind::Random, "", 7});
    module->output = AttentionOutput{{}, std::move(maps)};
    FrameResult result = test::madeResult({}, nullptr);
    result.frame = clip->back().frame;
    result.models.front().features = clip->back().features;
    result.models.front().clip = std::move(clip);
    test::addJob(result, module);
    return result;
}

AttentionMap temporalMap(Shape shape, std::vector<float> values, MapRole role = MapRole::Gate) {
    AttentionMap map;
    map.name = "temporal";
    map.title = "The gate";
    map.kind = TemporalMap{};
    map.role = role;
    map.data = {std::move(shape), std::move(values)};
    return map;
}

/// Two heads of rows which sum to 1, no two weights alike; queries and keys as the map already says.
AttentionMap filled(AttentionMap map) {
    map.role = MapRole::Distribution;
    const auto cells = [](const PairwiseSide& side) { return side.frames * side.height * side.width; };
    const int queries = cells(std::get<PairwiseMap>(map.kind).queries);
    const int keys = cells(std::get<PairwiseMap>(map.kind).keys);
    map.data = Tensor(Shape{2, queries, keys});
    if (std::get<PairwiseMap>(map.kind).groups.frames > 0) map.data = Tensor(Shape{groupCount(map), 2, queries, keys});
    for (std::size_t first = 0; first < map.data.size(); first += static_cast<std::size_t>(keys)) {
        double sum = 0.0;
        for (int k = 0; k < keys; ++k) {
            float& v = map.data.values[first + static_cast<std::size_t>(k)];
            v = 1.0F + static_cast<float>((first * 7 + static_cast<std::size_t>(k) * 13) % 101);
            sum += v;
        }
        for (int k = 0; k < keys; ++k) map.data.values[first + static_cast<std::size_t>(k)] /= static_cast<float>(sum);
    }
    return map;
}

/// All positions attend to all; the keys are 1×2 per frame.
AttentionMap spaceTime() {
    AttentionMap map = selfAttentionMap(kHeight, kWidth, nullptr, kFrames);
    std::get<PairwiseMap>(map.kind).keys = {.height = 1, .width = 2, .frames = kFrames};
    return filled(map);
}

FieldSpec spec(int frame = -1, int queryFrame = -1) {
    FieldSpec out;
    out.job.source = "test";
    out.frame = frame;
    out.queryFrame = queryFrame;
    out.queryX = 0.9;
    out.queryY = 0.9;  // the last place, 5
    return out;
}

float weight(const AttentionMap& map, int matrix, int query, int key) {
    const auto rank = map.data.shape.size();
    const auto queries = static_cast<int>(map.data.shape[rank - 2]), keys = static_cast<int>(map.data.shape[rank - 1]);
    return map.data.values[static_cast<std::size_t>((matrix * queries + query) * keys + key)];
}

}  // namespace

class TestTimeline final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".?"))); }

    void aRowIsCutIntoFrames() {
        const auto map = spaceTime();
        const auto result = resultWith({map});
        double sum = 0.0;
        float low = 1.0F;
        float high = 0.0F;
        for (int frame = 0; frame < kFrames; ++frame) {
            const auto field = makeField(result, spec(frame, 1));
            QVERIFY(field.ok());
            QCOMPARE(field->height, 1);
            QCOMPARE(field->width, 2);
            QCOMPARE(field->geometry.stepX, 12.0);
            QCOMPARE(field->geometry.stepY, 8.0);
            QCOMPARE(field->what, std::string("from the query to this frame"));
            QCOMPARE(field->frame, frame);
            QVERIFY(field->sharedScale);
            for (int k = 0; k < 2; ++k) {
                const float mean = (weight(map, 0, 11, frame * 2 + k) + weight(map, 1, 11, frame * 2 + k)) / 2.0F;
                QVERIFY(std::abs(field->values[static_cast<std::size_t>(k)] - mean) < 1e-6F);
                low = std::min(low, mean);
                high = std::max(high, mean);
            }
            sum += std::accumulate(field->values.begin(), field->values.end(), 0.0);
        }
        QVERIFY(std::abs(sum - 1.0) < 1e-5);
        for (int frame = 0; frame < kFrames; ++frame) {
            const auto field = makeField(result, spec(frame, 1));
            QVERIFY(std::abs(field->scaleMin - low) < 1e-6F && std::abs(field->scaleMax - high) < 1e-6F);
        }
        QVERIFY(makeField(result, spec(-1, -1))->values == makeField(result, spec(2, 2))->values);
    }

    void aColumnIsCutIntoFrames() {
        const auto map = spaceTime();
        FieldSpec wanted = spec(1, 0);
        wanted.toQuery = true;
        wanted.head = 1;
        const auto field = makeField(resultWith({map}), wanted);
        QVERIFY(field.ok());
        QCOMPARE(field->values.size(), std::size_t{6});
        for (int n = 0; n < 6; ++n) QCOMPARE(field->values[static_cast<std::size_t>(n)], weight(map, 1, 6 + n, 1));
        QCOMPARE(field->what, std::string("to the query from this frame"));
    }

    void aMatrixPerFrameIsThatOfTheFrameShown() {
        const auto map = filled(frameMatricesMap(kFrames, kHeight, kWidth, nullptr));
        const auto result = resultWith({map});
        FieldSpec wanted = spec(1, 0);
        wanted.head = 0;
        const auto field = makeField(result, wanted);
        QVERIFY(field.ok() && !field->sharedScale);
        for (int n = 0; n < 6; ++n) QCOMPARE(field->values[static_cast<std::size_t>(n)], weight(map, 1 * 2, 5, n));
        QCOMPARE(matrixGroup(map, wanted), 1);
        QCOMPARE(matrixGroup(map, spec()), 2);
        QVERIFY(!hasTimeline(map) && kindInfo(map).overClip(map));
        QCOMPARE(makeTimeline(result, wanted).error().code, ErrorCode::Unsupported);
    }

    void aMatrixPerPlaceShowsAllPlaces() {
        const auto map = filled(placeMatricesMap(kFrames, kHeight, kWidth, nullptr));
        const auto result = resultWith({map});
        FieldSpec wanted = spec(0, 2);
        wanted.head = 1;
        auto field = makeField(result, wanted);
        QVERIFY(field.ok() && field->sharedScale);
        QCOMPARE(field->height, kHeight);
        QCOMPARE(field->width, kWidth);
        for (int n = 0; n < 6; ++n) QCOMPARE(field->values[static_cast<std::size_t>(n)], weight(map, n * 2 + 1, 2, 0));
        QCOMPARE(field->scaleMax, makeField(result,
                                            [&] {
                                                wanted.frame = 1;
                                                return wanted;
                                            }())
                                      ->scaleMax);
        wanted.toQuery = true;
        field = makeField(result, wanted);
        for (int n = 0; n < 6; ++n) QCOMPARE(field->values[static_cast<std::size_t>(n)], weight(map, n * 2 + 1, 1, 2));
        QCOMPARE(matrixGroup(map, wanted), 5);
    }

    void theMatrixPictureIsThatOfItsGroup() {
        const auto map = filled(placeMatricesMap(kFrames, kHeight, kWidth, nullptr));
        const auto result = std::make_shared<const FrameResult>(resultWith({map}));
        for (const int group : {0, 5}) {
            MatrixRequest request{
                .result = result, .job = {"test"}, .map = "", .head = 0, .style = {}, .side = 8, .group = group};
            const auto rendered = render(request);
            QVERIFY(!rendered.error);
            QCOMPARE(rendered.picture.queries, kFrames);
            QCOMPARE(rendered.picture.keys, kFrames);
            float high = 0.0F;
            for (int k = 0; k < 9; ++k) high = std::max(high, weight(map, group * 2, k / 3, k % 3));
            QCOMPARE(rendered.picture.max, high);
        }
    }

    void gatesOfFramesShareOneScale() {
        const auto result = resultWith({temporalMap({3}, {2.0F, 0.5F, 0.25F})});
        for (int frame = 0; frame < kFrames; ++frame) {
            FieldSpec wanted = spec(frame);
            wanted.channelMode = ChannelMode::Before;
            const auto before = makeField(result, wanted);
            wanted.channelMode = ChannelMode::After;
            const auto after = makeField(result, wanted);
            wanted.channelMode = ChannelMode::Changed;
            const auto changed = makeField(result, wanted);
            QVERIFY(before && after && changed);
            const double gate = std::array{2.0, 0.5, 0.25}[static_cast<std::size_t>(frame)];
            const double mean = 2.75 / 3.0;
            for (int n = 0; n < 6; ++n) {
                const double b = frame + 1.5 + n / 100.0;
                QVERIFY(std::abs(before->values[static_cast<std::size_t>(n)] - b) < 1e-5);
                QVERIFY(std::abs(after->values[static_cast<std::size_t>(n)] - gate * b) < 1e-5);
                QVERIFY(std::abs(changed->values[static_cast<std::size_t>(n)] - (gate - mean) * b) < 1e-5);
            }
            QCOMPARE(before->scaleMin, 0.0F);
            QVERIFY(std::abs(before->scaleMax - 3.55F) < 1e-5F);  // the last frame, before
            QCOMPARE(after->scaleMax, before->scaleMax);
            QVERIFY(changed->diverging);
            QVERIFY(std::abs(changed->scaleMax - (2.75F / 3.0F - 0.25F) * 3.55F) < 1e-5F);
            QCOMPARE(changed->scaleMin, -changed->scaleMax);
        }
    }

    void gatesOfChannelsAndFrames() {
        const auto result = resultWith({temporalMap({3, 2}, {1.0F, 2.0F, 3.0F, -1.0F, 0.0F, 0.5F})});
        const auto after = makeField(result, spec(1));
        QVERIFY(after && std::abs(after->values[0] - (3.0F * 2.0F + 1.0F * 3.0F) / 2.0F) < 1e-5F);
        const auto line = makeTimeline(result, spec(1));
        QVERIFY(line.ok());
        QCOMPARE(line->weights, (std::vector<float>{1.5F, 1.0F, 0.25F}));
        QCOMPARE(line->rows.size(), std::size_t{6});
        QCOMPARE(line->channels, 2);
        QCOMPARE(line->shown, 1);
        QCOMPARE(line->asking, -1);
        FieldSpec single = spec(0);
        single.channelMode = ChannelMode::Single;
        single.channel = 1;
        QCOMPARE(makeField(result, single)->values[0], 2.0F);
    }

    void aUniformGateChangesNothing() {
        const auto result = resultWith({temporalMap({3, 2}, std::vector<float>(6, 0.3F))});
        FieldSpec wanted = spec(0);
        wanted.channelMode = ChannelMode::Changed;
        QCOMPARE(makeField(result, wanted)->values, std::vector<float>(6, 0.0F));
    }

    void gapsStayInTheTimeline() {
        const auto map = spaceTime();
        const auto result = resultWith({map});
        FieldSpec wanted = spec(0, 1);
        wanted.head = 1;
        const auto line = makeTimeline(result, wanted);
        QVERIFY(line.ok());
        QCOMPARE(line->timestamps, (std::vector<double>{0.0, 0.1, 0.1 * 4}));
        QCOMPARE(line->indices, (std::vector<std::uint64_t>{0, 1, 4}));
        QCOMPARE(line->asking, 1);
        QCOMPARE(line->shown, 0);
        QCOMPARE(line->role, MapRole::Distribution);
        QCOMPARE(line->provenance.seed, std::uint64_t{7});
        QVERIFY(line->rows.empty());
        for (int t = 0; t < kFrames; ++t) {
            const float mass = weight(map, 1, 11, 2 * t) + weight(map, 1, 11, 2 * t + 1);
            QVERIFY(std::abs(line->weights[static_cast<std::size_t>(t)] - mass) < 1e-6F);
        }
        QVERIFY(std::abs(std::accumulate(line->weights.begin(), line->weights.end(), 0.0) - 1.0) < 1e-5);
        wanted.toQuery = true;
        QCOMPARE(makeTimeline(result, wanted)->role, MapRole::Saliency);
    }

    void theTimelineOfAPlaceIsItsOwnRow() {
        const auto places = filled(placeMatricesMap(kFrames, kHeight, kWidth, nullptr));
        const auto frames = filled(frameMatricesMap(kFrames, kHeight, kWidth, nullptr));
        const auto result = resultWith({frames, places});
        QCOMPARE(defaultMap(*test::jobAt(result)->output)->name, std::string("spatial_matrix"));
        FieldSpec wanted = spec(0, 1);
        wanted.head = 0;
        const auto line = makeTimeline(result, wanted);  // though the picture shows the other map
        QVERIFY(line.ok());
        for (int t = 0; t < kFrames; ++t) QCOMPARE(line->weights[static_cast<std::size_t>(t)], weight(places, 5 * 2, 1, t));
        wanted.map = "nothing";
        QCOMPARE(makeTimeline(result, wanted).error().code, ErrorCode::NotFound);
    }

    void framesWhichAttendToFrames() {
        const AttentionMap matrix = filled(selfAttentionMap(1, 1, nullptr, kFrames));
        const auto result = resultWith({matrix, temporalMap({3}, {0.2F, 0.3F, 0.5F}, MapRole::Distribution)});
        QCOMPARE(defaultMap(*test::jobAt(result)->output)->name, std::string("temporal"));
        FieldSpec wanted = spec(0, 2);
        wanted.map = "matrix";
        wanted.head = 1;
        QCOMPARE(makeTimeline(result, wanted)->weights[0], weight(matrix, 1, 2, 0));
        const auto field = makeField(result, wanted);
        QCOMPARE(field->values, (std::vector<float>{weight(matrix, 1, 2, 0)}));
        QCOMPARE(field->geometry.stepX, 24.0);  // the whole frame
    }

    void theFieldLiesOverItsOwnFrame() {
        auto result = std::make_shared<FrameResult>(resultWith({temporalMap({3}, {1.0F, 1.0F, 1.0F})}));
        for (int frame = 0; frame < kFrames; ++frame) {
            QCOMPARE(&shownFrame(*result, spec(frame)), &(*result->models.front().clip)[static_cast<std::size_t>(frame)].frame);
            OverlayRequest request{.result = result, .field = spec(frame), .style = {}, .viewport = {}, .background = 0};
            request.style.opacity = 0.0;
            request.viewport = fullViewport(result->frame);
            const auto rendered = render(request);
            QVERIFY(rendered.pixels && !rendered.error);
            QCOMPARE(static_cast<int>(rendered.pixels->at<cv::Vec4b>(4, 12)[0]), 10 + 50 * frame);
        }
        QCOMPARE(&shownFrame(*result, spec(99)), &result->models.front().clip->back().frame);
        FieldSpec other = spec(0);
        other.job.source = "other";
        QCOMPARE(&shownFrame(*result, other), &result->frame);
    }

    void otherMapsStayOnTheNewestFrame() {
        AttentionMap gate = channelGateMap({1.0F, 2.0F});
        const auto result = resultWith({gate});
        QCOMPARE(&shownFrame(result, spec(0)), &result.frame);
        QCOMPARE(makeField(result, spec(0))->frame, -1);
        QCOMPARE(makeTimeline(result, spec()).error().code, ErrorCode::Unsupported);
    }

    void whatDoesNotFitIsRefused() {
        QCOMPARE(makeField(resultWith({spaceTime()}, testClip(4)), spec()).error().code, ErrorCode::BadShape);
        QCOMPARE(makeTimeline(resultWith({spaceTime()}, testClip(4)), spec()).error().code, ErrorCode::BadShape);
        QCOMPARE(makeField(resultWith({temporalMap({4}, {1, 1, 1, 1})}), spec()).error().code, ErrorCode::BadShape);
        QCOMPARE(makeTimeline(resultWith({temporalMap({4}, {1, 1, 1, 1})}), spec()).error().code, ErrorCode::BadShape);
        auto result = resultWith({temporalMap({3}, {1, 1, std::numeric_limits<float>::quiet_NaN()})});
        QCOMPARE(makeField(result, spec(0)).error().code, ErrorCode::BadValue);
        QCOMPARE(makeTimeline(result, spec(0)).error().code, ErrorCode::BadValue);
        result = resultWith({temporalMap({3}, {1, 1, 1}, MapRole::Saliency)});
        QCOMPARE(makeField(result, spec(0)).error().code, ErrorCode::Unsupported);
        result.models.front().clip = nullptr;
        QCOMPARE(makeField(result, spec(0)).error().code, ErrorCode::NotFound);
        QCOMPARE(makeTimeline(result, spec(0)).error().code, ErrorCode::NotFound);
        QCOMPARE(&shownFrame(result, spec(0)), &result.frame);
    }
};

QTEST_GUILESS_MAIN(TestTimeline)
#include "tst_timeline.moc"
