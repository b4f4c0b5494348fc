#include "engine/render/render.h"

#include <QTest>

#include <opencv2/core.hpp>

#include <cmath>
#include <thread>

#include "tests/support/made_result.h"
#include "tests/support/render_fixtures.h"

using namespace fovea;

namespace {

AttentionMap matrixMap(int heads, int queryHeight, int queryWidth, int keyHeight, int keyWidth) {
    AttentionMap map;
    map.name = "matrix";
    map.kind =
        PairwiseMap{.queries = {.height = queryHeight, .width = queryWidth}, .keys = {.height = keyHeight, .width = keyWidth}};
    map.role = MapRole::Distribution;
    map.data = Tensor(Shape{heads, queryHeight * queryWidth, keyHeight * keyWidth});
    for (std::size_t k = 0; k < map.data.size(); ++k) {
        map.data.values[k] = static_cast<float>((k * 53) % 97) / 97.0F;
    }
    return map;
}

/// A matrix of two heads which exists only as its factors.
AttentionMap factoredMap(int height, int width) {
    FeatureMap queries(8, height, width);
    FeatureMap keys(8, height, width);
    for (std::size_t k = 0; k < queries.size(); ++k) {
        queries.data()[k] = std::sin(static_cast<float>(k) * 0.37F);
        keys.data()[k] = std::cos(static_cast<float>(k) * 0.11F);
    }
    AttentionMap map = matrixMap(1, height, width, height, width);
    map.data = {};
    std::get<PairwiseMap>(map.kind).factors = attend(queries, keys, FeatureMap(2, height, width), 2, 0.5F, {})->factors;
    return map;
}

/// Mean of the matrix over rows [i0, i1) and columns [j0, j1), and over the heads for head −1.
double meanOfBlock(const AttentionMap& map, int head, int i0, int i1, int j0, int j1) {
    const int heads = map.data.dim(0);
    double sum = 0.0;
    int count = 0;
    for (int h = head < 0 ? 0 : head; h < (head < 0 ? heads : head + 1); ++h) {
        for (int i = i0; i < i1; ++i) {
            for (int j = j0; j < j1; ++j, ++count) {
                sum += map.data.values[static_cast<std::size_t>((h * map.data.dim(1) + i) * map.data.dim(2) + j)];
            }
        }
    }
    return sum / count;
}

std::shared_ptr<const FrameResult> resultWith(const AttentionMap& map, const Frame& frame) {
    static const ModuleInfo kInfo = [] {
        ModuleInfo info;
        info.id = "test";
        info.title = "Test";
        return info;
    }();
    auto features = std::make_shared<Features>();
    features->map = FeatureMap(1, 2, 3);
    features->geometry = {0.0, 0.0, frame.width / 3.0, frame.height / 2.0};
    auto module = test::jobOf(kInfo);
    module->output = AttentionOutput{{}, {map}};
    return std::make_shared<FrameResult>(test::madeResult(frame, features, {module}));
}

}  // namespace

class TestRender final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void automaticRangesFollow_data();
    void automaticRangesFollow();
    void initTestCase() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }
    void matrixIsBlockMeans_data();
    void matrixIsBlockMeans();
    void matrixFromFactorsEqualsTheStoredOne();
    void matrixStopsHalfWay();
    void matrixErrors();
    void renderOverlayRequest();
    void aNewerPictureIsDrawnUnderTheStaleField();
    void renderKeepsThePictureOnError();
    void renderMatrixRequest();
    void stoppedRequestsHaveNoPixels();
};

void TestRender::matrixIsBlockMeans_data() {
    QTest::addColumn<int>("head");
    QTest::addColumn<int>("side");
    for (const int head : {-1, 0, 1}) {
        for (const int side : {1, 2, 4, 5, 256}) {
            QTest::addRow("head %d side %d", head, side) << head << side;
        }
    }
}

void TestRender::matrixIsBlockMeans() {
    QFETCH(int, head);
    QFETCH(int, side);
    const AttentionMap map = matrixMap(2, 2, 7, 3, 3);  // 14 queries, 9 keys
    const auto picture = composeMatrix(map, head, {}, side);
    QVERIFY(picture);
    QCOMPARE(picture->queries, 14);
    QCOMPARE(picture->keys, 9);
    const int height = std::min(side, 14);
    const int width = std::min(side, 9);
    QCOMPARE(picture->pixels->rows, height);
    QCOMPARE(picture->pixels->cols, width);
    for (const double share :
         {kClippedShare, 0.3}) {  // the range of a map over the picture may be clipped, a matrix keeps its ends
        const auto clipped = composeMatrix(map, head, {.clipped = true, .clipShare = share}, side);
        QVERIFY(clipped);
        QCOMPARE(cv::norm(*picture->pixels, *clipped->pixels, cv::NORM_INF), 0.0);
    }
    const ColorTable& table = findColormap("inferno")->table;
    const ValueRange range{picture->min, picture->max};
    double low = 1e9;
    double high = -1e9;
    for (int i = 0; i < height; ++i) {
        for (int j = 0; j < width; ++j) {
            const double mean =
                meanOfBlock(map, head, i * 14 / height, (i + 1) * 14 / height, j * 9 / width, (j + 1) * 9 / width);
            low = std::min(low, mean);
            high = std::max(high, mean);
            const int index = indexOfColor(table, at(*picture->pixels, j, i));
            QVERIFY(index >= 0);
            QVERIFY(std::abs(indexValue(index, range) - mean) <= 0.51 / 255.0 * (picture->max - picture->min) + 1e-6);
        }
    }
    QVERIFY(std::abs(low - picture->min) < 1e-6);
    QVERIFY(std::abs(high - picture->max) < 1e-6);
}

void TestRender::matrixFromFactorsEqualsTheStoredOne() {
    const AttentionMap factored = factoredMap(5, 7);
    AttentionMap stored = factored;
    stored.data = *denseTensor(factored);
    std::get<PairwiseMap>(stored.kind).factors.reset();
    for (const int head : {-1, 0, 1}) {
        const auto one = composeMatrix(factored, head, {}, 9);
        const auto two = composeMatrix(stored, head, {}, 9);
        QVERIFY(one && two);
        QVERIFY(std::abs(one->min - two->min) < 1e-6F && std::abs(one->max - two->max) < 1e-6F);
        QVERIFY(one->max > one->min);
        for (int i = 0; i < 9; ++i) {
            for (int j = 0; j < 9; ++j) {
                const ColorTable& table = findColormap("inferno")->table;
                QVERIFY(std::abs(indexOfColor(table, at(*one->pixels, j, i)) - indexOfColor(table, at(*two->pixels, j, i))) <= 1);
            }
        }
    }
}

void TestRender::matrixStopsHalfWay() {
    const AttentionMap map = factoredMap(48, 48);  // far more work than a thread needs to begin
    std::optional<Result<MatrixPicture>> picture;
    {
        const std::jthread thread([&](const std::stop_token& stop) { picture = composeMatrix(map, -1, {}, 256, stop); });
    }  // requests the stop and joins
    QCOMPARE(picture->error().code, ErrorCode::Cancelled);
}

void TestRender::matrixErrors() {
    AttentionMap map = matrixMap(1, 2, 3, 2, 2);
    std::get<PairwiseMap>(map.kind).keys.width = 3;
    QCOMPARE(composeMatrix(map, 0, {}, 8).error().code, ErrorCode::BadShape);
    std::get<PairwiseMap>(map.kind).keys.width = 0;
    QCOMPARE(composeMatrix(map, 0, {}, 8).error().code, ErrorCode::BadShape);
    map.kind = SpatialMap{2, 3};
    QCOMPARE(composeMatrix(map, 0, {}, 8).error().code, ErrorCode::Unsupported);
}

void TestRender::renderOverlayRequest() {
    const Frame frame = testFrame(8, 12);
    OverlayRequest request;
    request.result = resultWith(matrixMap(2, 2, 3, 1, 1), frame);
    request.field = FieldSpec{};
    request.field->job.source = "test";
    request.field->toQuery = true;
    request.viewport = fullViewport(frame);
    const auto out = render(request);
    QVERIFY(!out.error && out.field && out.statistics && out.pixels);
    QCOMPARE(out.field->values.size(), std::size_t{6});
    QCOMPARE(out.statistics->max, out.field->max);
    QVERIFY(out.milliseconds > 0.0);
    QCOMPARE(out.request.viewport, request.viewport);
    const cv::Mat direct = composeOverlay(frame, out.field.get(), request.style, request.viewport, request.background);
    QCOMPARE(cv::norm(direct, *out.pixels, cv::NORM_INF), 0.0);
    request.field.reset();
    const auto alone = render(request);
    QVERIFY(!alone.error && !alone.field && !alone.statistics);
    QCOMPARE(at(*alone.pixels, 3, 5), pictureColor(3, 5));
}

void TestRender::aNewerPictureIsDrawnUnderTheStaleField() {
    const Frame frame = testFrame(8, 12);
    OverlayRequest request;
    request.result = resultWith(matrixMap(2, 2, 3, 1, 1), frame);
    request.field = FieldSpec{};
    request.field->job.source = "test";
    request.viewport = fullViewport(frame);
    request.over = frame;
    request.over.pixels = std::make_shared<cv::Mat>(frame.height, frame.width, CV_8UC3, cv::Scalar(10, 20, 30));
    const auto out = render(request);
    QVERIFY(out.field && !out.request.style.stale);
    OverlayStyle stale;
    stale.stale = true;
    const cv::Mat direct = composeOverlay(request.over, out.field.get(), stale, request.viewport, request.background);
    QCOMPARE(cv::norm(direct, *out.pixels, cv::NORM_INF), 0.0);
    // A picture of another size does not lie under this field.
    const auto alone = [&] { return composeOverlay(frame, out.field.get(), {}, request.viewport, request.background); };
    request.over = testFrame(9, 12);
    QCOMPARE(cv::norm(alone(), *render(request).pixels, cv::NORM_INF), 0.0);
}

void TestRender::renderKeepsThePictureOnError() {
    const Frame frame = testFrame(8, 12);
    OverlayRequest request;
    request.result = resultWith(matrixMap(2, 2, 3, 1, 1), frame);
    request.field = FieldSpec{};
    request.field->job.source = "missing";
    request.viewport = fullViewport(frame);
    const auto out = render(request);
    QVERIFY(out.error.has_value());
    QCOMPARE(out.error->code, ErrorCode::NotFound);
    QVERIFY(!out.field);
    QCOMPARE(at(*out.pixels, 11, 7), pictureColor(11, 7));
    request.result = nullptr;
    const auto none = render(request);
    QVERIFY(none.error.has_value());
    QCOMPARE(at(*none.pixels, 11, 7), 0xFF000000U);
}

void TestRender::renderMatrixRequest() {
    MatrixRequest request;
    request.result = resultWith(matrixMap(2, 2, 3, 2, 2), testFrame(8, 12));
    request.job.source = "test";
    const auto out = render(request);
    QVERIFY(!out.error);
    QCOMPARE(out.picture.pixels->rows, 6);
    QCOMPARE(out.picture.pixels->cols, 4);
    request.map = "other";
    QCOMPARE(render(request).error->code, ErrorCode::NotFound);
    request.job.source = "other";
    QCOMPARE(render(request).error->code, ErrorCode::NotFound);
    request.result = nullptr;
    QCOMPARE(render(request).error->code, ErrorCode::NotFound);
}

void TestRender::stoppedRequestsHaveNoPixels() {
    const Frame frame = testFrame(6, 10);
    std::stop_source source;
    source.request_stop();
    OverlayRequest request;
    request.result = resultWith(matrixMap(1, 2, 3, 1, 1), frame);
    request.viewport = fullViewport(frame);
    QVERIFY(render(request, source.get_token()).pixels == nullptr);
    const auto matrix = composeMatrix(matrixMap(1, 2, 3, 1, 1), -1, {}, 8, source.get_token());
    QCOMPARE(matrix.error().code, ErrorCode::Cancelled);
}

// The range before leaves its share in the automatic range, clipped or not, and the true ends stay what they are.
void TestRender::automaticRangesFollow_data() {
    QTest::addColumn<bool>("clipped");
    QTest::addColumn<double>("share");
    QTest::newRow("whole") << false << kClippedShare;
    QTest::newRow("clipped") << true << kClippedShare;
    QTest::newRow("clipped by another share") << true << 0.2;
}

void TestRender::automaticRangesFollow() {
    QFETCH(bool, clipped);
    QFETCH(double, share);
    const Frame frame = testFrame(8, 12);
    OverlayRequest request;
    AttentionMap gate = matrixMap(1, 5, 7, 1, 1);
    gate.kind = SpatialMap{5, 7};
    gate.role = MapRole::Gate;
    gate.data.shape = {5, 7};
    request.result = resultWith(gate, frame);
    request.field = FieldSpec{};
    request.field->job.source = "test";
    request.viewport = fullViewport(frame);
    request.style.clipped = clipped;
    request.style.clipShare = share;
    const auto plain = render(request);
    QVERIFY(!plain.error);
    const ValueRange now = effectiveRange(*plain.field, request.style);
    request.style.rangeSmoothing = 0.75;
    request.rangeBefore = ValueRange{-1.0F, 3.0F};
    const auto out = render(request);
    const ValueRange drawn = effectiveRange(*out.field, request.style);
    QVERIFY(std::abs(drawn.lo - (0.75 * -1.0 + 0.25 * now.lo)) < 1e-6);
    QVERIFY(std::abs(drawn.hi - (0.75 * 3.0 + 0.25 * now.hi)) < 1e-6);
    QCOMPARE(out.field->max, plain.field->max);
    OverlayStyle whole;
    QVERIFY(!clipped || effectiveRange(*out.field, whole) == effectiveRange(*plain.field, whole));
    OverlayStyle typed = request.style;
    typed.autoRange = false;
    typed.rangeSmoothing = 0.0;
    typed.range = drawn;
    request.style = typed;
    const auto same = render(request);
    QVERIFY(std::equal(same.pixels->begin<cv::Vec4b>(), same.pixels->end<cv::Vec4b>(), out.pixels->begin<cv::Vec4b>()));
}

QTEST_GUILESS_MAIN(TestRender)
#include "tst_render.moc"
