// Where the matrices of sparse and grouped attention lie on the picture, and how they are shown there.

#include <QTest>

#include <opencv2/core.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>

#include "engine/attention/maps.h"
#include "engine/export/export.h"
#include "engine/render/render.h"
#include "tests/support/made_result.h"
#include "tests/support/render_fixtures.h"

using namespace fovea;

namespace {

/// Weights which name themselves: value = 1000·matrix + 10·query + key.
AttentionMap numbered(PairwiseLayout layout) {
    AttentionMap map = layoutMap("matrix", "Matrix", std::make_shared<PairwiseLayout>(std::move(layout)));
    const PairwiseLayout& l = *std::get<PairwiseMap>(map.kind).layout;
    map.data = Tensor(l.shape);
    const int perMatrix = l.queries * l.keys;
    for (std::size_t k = 0; k < map.data.size(); ++k) {
        const int n = static_cast<int>(k);
        map.data.values[k] = static_cast<float>(1000 * (n / perMatrix) + 10 * (n % perMatrix / l.keys) + n % l.keys);
    }
    return map;
}

/// Windows of 2×2 on 3×3 positions: the last row and column of windows are padded.
PairwiseLayout windows() { return PairwiseLayout::grouped(3, 3, 4, 1, {0, 1, 3, 4, 2, -1, 5, -1, 6, 7, -1, -1, 8, -1, -1, -1}); }

bool absent(float v) { return std::isnan(v); }

std::shared_ptr<const FrameResult> resultWith(const AttentionMap& map, const Frame& frame, int height, int width) {
    static const ModuleInfo kInfo = [] {
        ModuleInfo info;
        info.id = "test";
        info.title = "Test";
        return info;
    }();
    auto features = std::make_shared<Features>();
    features->map = FeatureMap(1, height, width);
    features->geometry = {0.0, 0.0, static_cast<double>(frame.width) / width, static_cast<double>(frame.height) / height};
    auto module = test::jobOf(kInfo);
    module->output = AttentionOutput{{}, {map}};
    return std::make_shared<FrameResult>(test::madeResult(frame, features, {module}));
}

FieldSpec at(double x, double y, bool to = false) {
    FieldSpec spec;
    spec.job.source = "test";
    spec.queryX = x;
    spec.queryY = y;
    spec.toQuery = to;
    return spec;
}

/// 2×3 positions as queries, four codes as keys: value = position + 10·code.
AttentionMap codesMap() {
    AttentionMap map;
    map.name = "matrix";
    map.kind = PairwiseMap{.queries = {.height = 2, .width = 3}, .keys = {.height = 1, .width = 4, .axis = MapAxis::Codes}};
    map.role = MapRole::Distribution;
    map.data = Tensor(Shape{1, 6, 4});
    for (int k = 0; k < 24; ++k) map.data.values[k] = static_cast<float>(k / 4 + 10 * (k % 4));
    return map;
}

AttentionMap channelsMap() {
    AttentionMap map = codesMap();
    const PairwiseSide channels{.height = 1, .width = 4, .axis = MapAxis::Channels};
    map.kind = PairwiseMap{.queries = channels, .keys = channels};
    map.data = Tensor(Shape{1, 4, 4});
    return map;
}

}  // namespace

class TestPairwiseLayout : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void everyCellIsAskedOnce() {
        const PairwiseLayout l = windows();
        QCOMPARE(l.queries, 4);
        QCOMPARE(l.keys, 4);
        QCOMPARE(l.shape, (Shape{4, 1, 4, 4}));
        for (int cell = 0; cell < 9; ++cell) QCOMPARE(l.queryCell(l.groupOf(cell), l.queryOf(cell)), cell);
        QCOMPARE(l.groupOf(5), 1);
        QCOMPARE(l.queryOf(5), 2);
        QCOMPARE(l.keyCell(1, 0, 2), 5);
        QCOMPARE(l.keyCell(1, 0, 3), -1);
        const PairwiseLayout criss = PairwiseLayout::criss(3, 4, 2);
        QCOMPARE(criss.keys, 7);
        QCOMPARE(criss.shape, (Shape{2, 3, 4, 7}));
        QCOMPARE(criss.keyCell(0, 6, 0), 2);   // (1,2): its column begins at (0,2)
        QCOMPARE(criss.keyCell(0, 6, 1), -1);  // itself counts in its row only
        QCOMPARE(criss.keyCell(0, 6, 5), 6);
        QCOMPARE(criss.keyCell(0, 6, 3), 4);
    }

    void rowsOfAGroupLieInItsPartOfThePicture() {
        const AttentionMap map = numbered(windows());
        QCOMPARE(groupCount(map), 4);
        QCOMPARE(headCount(map), 1);
        QCOMPARE(queryCount(map), 4);
        // Cell 4 is token 3 of window 0, whose tokens are the cells 0, 1, 3, 4.
        const auto from = pairwisePicture(map, 0, 4, false);
        QCOMPARE(from.size(), std::size_t{9});
        QCOMPARE(from[0], 30.0F);
        QCOMPARE(from[1], 31.0F);
        QCOMPARE(from[3], 32.0F);
        QCOMPARE(from[4], 33.0F);
        for (const int k : {2, 5, 6, 7, 8}) QVERIFY(absent(from[k]));
        const auto to = pairwisePicture(map, 0, 1, true);
        QCOMPARE(to[0], 1.0F);
        QCOMPARE(to[4], 31.0F);
        QCOMPARE(std::count_if(to.begin(), to.end(), absent), 5);
        // Padding takes weight, but has no place.
        const auto corner = pairwisePicture(map, -1, 8, false);
        QCOMPARE(corner[8], 3000.0F);
        QCOMPARE(std::count_if(corner.begin(), corner.end(), absent), 8);
        QVERIFY(pairwisePicture(codesMap(), 0, 0, false).empty());
        const auto dense = denseTensor(map);
        QVERIFY(dense.ok());
        QCOMPARE(dense->shape, (Shape{4, 1, 4, 4}));
    }

    void crissCrossIsColumnAndRow() {
        const AttentionMap map = numbered(PairwiseLayout::criss(3, 4, 2));
        QCOMPARE(groupCount(map), 1);
        QCOMPARE(headCount(map), 2);
        const auto from = pairwisePicture(map, 1, 6, false);  // (1,2)
        QCOMPARE(from[2], 1060.0F);
        QCOMPARE(from[10], 1062.0F);
        QCOMPARE(from[4], 1063.0F);
        QCOMPARE(from[5], 1064.0F);
        QCOMPARE(from[6], 1065.0F);
        QCOMPARE(from[7], 1066.0F);
        QCOMPARE(std::count_if(from.begin(), from.end(), absent), 6);
        const auto mean = pairwisePicture(map, -1, 6, false);
        QCOMPARE(mean[2], 560.0F);
        // What looks at a cell is what each of the others gives to it.
        for (int key = 0; key < 12; ++key) {
            const auto to = pairwisePicture(map, 0, key, true);
            for (int query = 0; query < 12; ++query) {
                const float given = pairwisePicture(map, 0, query, false)[key];
                QVERIFY(absent(given) ? absent(to[query]) : to[query] == given);
            }
        }
    }

    void maskedTokensAreShownOnlyWithAWeight() {
        AttentionMap map = numbered(PairwiseLayout::grouped(1, 4, 1, 1, {0, 1, 2, 3}, {0, 0, 1, 1}));
        QCOMPARE(std::count_if(map.data.values.begin(), map.data.values.end(), absent), 0);
        map.data.values = {0.5F, 0.5F, 0.0F, 1e-40F, 0.5F, 0.3F, 0.2F, 0.0F, 0.0F, 0.0F, 0.0F, 1.0F, 0.0F, 0.0F, 0.4F, 0.6F};
        const auto first = pairwisePicture(map, 0, 0, false);
        QVERIFY(!absent(first[0]) && !absent(first[1]) && absent(first[2]) && absent(first[3]));
        const auto second = pairwisePicture(map, 0, 1, false);
        QVERIFY(second[2] == 0.2F && absent(second[3]));
        const auto third = pairwisePicture(map, 0, 2, false);
        QVERIFY(third[2] == 0.0F && third[3] == 1.0F);
        QVERIFY(pairwisePicture(map, 0, 2, true)[1] == 0.2F);
    }

    void aMisshapenMapHasNoPicture() {
        AttentionMap map = numbered(windows());
        map.data.values.pop_back();
        const auto picture = pairwisePicture(map, 0, 0, false);
        QVERIFY(std::all_of(picture.begin(), picture.end(), absent));
        const auto field = makeField(*resultWith(map, testFrame(6, 6), 3, 3), at(0.1, 0.1));
        QCOMPARE(field.error().code, ErrorCode::BadShape);
    }

    void whatTakesNoPartStaysTransparent() {
        const Frame frame = testFrame(30, 30);
        const auto result = resultWith(numbered(windows()), frame, 3, 3);
        OverlayRequest request;
        request.result = result;
        request.field = at(0.5, 0.5);
        request.viewport = fullViewport(frame);
        request.style.opacity = 1.0;
        const auto out = render(request);
        QVERIFY(!out.error && out.field && out.pixels);
        QVERIFY(out.field->gaps);
        QCOMPARE(out.field->min, 30.0F);
        QCOMPARE(out.field->max, 33.0F);
        const ColorTable& table = findColormap("inferno")->table;
        for (int y = 0; y < 30; ++y) {
            for (int x = 0; x < 30; ++x) {
                if (x >= 20 || y >= 20) {
                    QCOMPARE(fovea::at(*out.pixels, x, y), pictureColor(x, y));
                } else {
                    const int rank = y / 10 * 2 + x / 10;  // flat cells, whatever the style says
                    QCOMPARE(indexOfColor(table, fovea::at(*out.pixels, x, y)), 85 * rank);
                }
            }
        }
        QCOMPARE(out.statistics->peak, (Cell{1, 1}));
        QCOMPARE(out.statistics->mean, 31.5);
        QCOMPARE(out.statistics->maxEntropyBits, 2.0);
        QCOMPARE(out.statistics->halfMassArea, 2.0 / 9.0);
        QCOMPARE(std::accumulate(out.statistics->histogram.begin(), out.statistics->histogram.end(), 0), 4);
        request.style.smooth = false;
        QCOMPARE(cv::norm(*render(request).pixels, *out.pixels, cv::NORM_INF), 0.0);
    }

    void theMatrixIsThatOfTheQuery() {
        const AttentionMap map = numbered(windows());
        QCOMPARE(matrixGroup(map, at(0.1, 0.1)), 0);
        QCOMPARE(matrixGroup(map, at(0.9, 0.5)), 1);
        QCOMPARE(matrixGroup(map, at(0.9, 0.9)), 3);
        const auto picture = composeMatrix(map, 0, {}, 8, {}, 1);
        QVERIFY(picture.ok());
        QCOMPARE(picture->queries, 4);
        QCOMPARE(picture->keys, 4);
        QCOMPARE(picture->min, 1000.0F);
        QCOMPARE(picture->max, 1033.0F);
        const auto criss = composeMatrix(numbered(PairwiseLayout::criss(3, 4, 1)), 0, {}, 16);
        QVERIFY(criss.ok());
        QCOMPARE(criss->queries, 12);
        QCOMPARE(criss->keys, 7);
    }

    // Asked at pixel (x, y) of 30×20: queries on 2×3 cells of 10 pixels, keys on 1×2 cells of 15×20, two heads.
    void theFieldSaysWhatWasAsked_data() {
        QTest::addColumn<double>("x");
        QTest::addColumn<double>("y");
        QTest::addColumn<bool>("to");
        QTest::addColumn<int>("row");
        QTest::addColumn<int>("column");
        QTest::newRow("from") << 29.7 << 4.0 << false << 0 << 2;
        QTest::newRow("from below") << 1.0 << 12.0 << false << 1 << 0;
        QTest::newRow("to") << 14.0 << 18.0 << true << 0 << 0;
        QTest::newRow("to the right") << 16.0 << 18.0 << true << 0 << 1;
    }
    void theFieldSaysWhatWasAsked() {
        QFETCH(double, x);
        QFETCH(double, y);
        QFETCH(bool, to);
        QFETCH(int, row);
        QFETCH(int, column);
        AttentionMap map = codesMap();
        std::get<PairwiseMap>(map.kind).keys = {.height = 1, .width = 2};
        map.data.shape = {2, 6, 2};
        FieldSpec spec = at(x / 30.0, y / 20.0, to);
        const auto result = resultWith(map, testFrame(20, 30), 2, 3);
        const auto said = [&](int head) {
            spec.head = head;
            const auto field = makeField(*result, spec);
            return field ? nlohmann::json::parse(sidecarJson(*result, spec.job, &*field, nullptr))["field"] : nlohmann::json();
        };
        const auto field = said(1);
        QCOMPARE(field["head"].get<int>(), 1);
        QCOMPARE(field["asked"]["direction"].get<std::string>(), std::string(to ? "to" : "from"));
        QCOMPARE(field["asked"]["row"].get<int>(), row);
        QCOMPARE(field["asked"]["column"].get<int>(), column);
        QCOMPARE(field["asked"]["x"].get<double>(), x);
        QCOMPARE(field["asked"]["y"].get<double>(), y);
        QVERIFY(!field["asked"].contains("frame") && !field.contains("channel"));
        QCOMPARE(said(-1)["head"].get<std::string>(), std::string("mean"));
        QCOMPARE(said(kMaxOverHeads)["head"].get<std::string>(), std::string("maximum"));
        QCOMPARE(said(kMinOverHeads)["head"].get<std::string>(), std::string("minimum"));
        spec.queryX = 5.0;  // outside is the last cell, and what is no number the first
        spec.queryY = std::numeric_limits<double>::quiet_NaN();
        QCOMPARE(said(0)["asked"]["x"].get<double>(), 30.0);
        QCOMPARE(said(0)["asked"]["y"].get<double>(), 0.0);
    }

    void aWindowSaysWhichCellAsked() {
        const auto result = resultWith(numbered(windows()), testFrame(30, 30), 3, 3);
        const auto field = makeField(*result, at(0.9, 0.5));
        QVERIFY(field.ok() && field->asked);
        QCOMPARE(field->asked->row, 1);
        QCOMPARE(field->asked->column, 2);
        QVERIFY(!field->head);  // there is but one
    }

    void codesShowTheirPositions() {
        AttentionMap map = codesMap();
        QVERIFY(!betweenPositions(map) && touchesPositions(map));
        const Frame frame = testFrame(20, 30);
        FieldSpec spec = at(0.9, 0.1);
        QCOMPARE(chosenCode(map, spec), 3);  // the most used one
        spec.channel = 1;
        for (const bool to : {false, true}) {
            spec.toQuery = to;
            const auto field = makeField(*resultWith(map, frame, 2, 3), spec);
            QVERIFY(field.ok());
            QCOMPARE(field->values, (std::vector<float>{10, 11, 12, 13, 14, 15}));
            QCOMPARE(field->width, 3);
            QCOMPARE(filledIn(field->what, field->whatArgs), std::string("code 1"));
            QCOMPARE(field->channel, 1);
            QVERIFY(!field->asked);
        }
        spec.channel = 99;
        QCOMPARE(chosenCode(map, spec), 3);
        // Codes which ask positions.
        auto& sides = std::get<PairwiseMap>(map.kind);
        std::swap(sides.queries, sides.keys);
        map.data.shape = {1, 4, 6};
        spec.channel = 2;
        const auto field = makeField(*resultWith(map, frame, 2, 3), spec);
        QVERIFY(field.ok());
        QCOMPARE(field->values, std::vector<float>(map.data.values.begin() + 12, map.data.values.begin() + 18));
        // Channels among themselves have a matrix and no picture.
        const AttentionMap channels = channelsMap();
        QVERIFY(!touchesPositions(channels));
        const auto none = makeField(*resultWith(channels, frame, 2, 3), spec);
        QCOMPARE(none.error().code, ErrorCode::Unsupported);
        QCOMPARE(chosenCode(channels, spec), 2);
        QVERIFY(composeMatrix(channels, 0, {}, 8).ok());
        AttentionOutput output{{}, {channels, codesMap()}};
        QCOMPARE(defaultMap(output), &output.maps.back());
        output.maps.pop_back();
        QCOMPARE(defaultMap(output), &output.maps.front());
    }

    void weightsOfEitherSignDiverge() {
        AttentionMap map = selfAttentionMap(1, 3, nullptr);
        map.data = Tensor({1, 3, 3}, {-1.0F, 0.5F, 0.0F, 1, 1, 1, 1, 1, 1});
        const auto shown = [&] { return *makeField(*resultWith(map, testFrame(10, 30), 1, 3), at(0.1, 0.5)); };
        QVERIFY(!shown().diverging);
        map.role = MapRole::Saliency;
        QVERIFY(shown().diverging);
        QCOMPARE(shown().scaleMax, 1.0F);
    }
};

QTEST_GUILESS_MAIN(TestPairwiseLayout)
#include "tst_pairwise_layout.moc"
