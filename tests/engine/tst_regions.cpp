// Regions on the picture and branches without one.

#include <QTest>

#include <opencv2/core.hpp>

#include "engine/render/regions.h"
#include "engine/render/render.h"
#include "tests/support/fake_modules.h"
#include "tests/support/made_result.h"

using namespace fovea;
using namespace fovea::test;

namespace {

constexpr int kSide = 64;  ///< of the picture; cells of 8×8 pixels

AttentionMap region(Shape shape, std::vector<float> values, bool cellCentres = false) {
    return {.name = "box", .kind = RegionMap{cellCentres}, .title = "Box", .data = Tensor(std::move(shape), std::move(values))};
}

std::shared_ptr<const FrameResult> resultWith(std::vector<AttentionMap> maps, float factor = 1.0F) {
    auto features = std::make_shared<Features>();
    features->map = FeatureMap(2, 8, 8);
    std::fill_n(features->map.data(), features->map.size(), 2.0F);
    features->geometry = {.stepX = 8.0, .stepY = 8.0};
    auto module = jobOf(fakeModule(0).info);
    AttentionOutput output;
    output.maps = std::move(maps);
    FeatureMap& after = output.frames.emplace_back(features->map);
    std::for_each(after.data(), after.data() + after.size(), [factor](float& v) { v *= factor; });
    module->output = std::move(output);
    return std::make_shared<FrameResult>(madeResult(testFrame(kSide, kSide), features, {module}));
}

std::uint32_t pixel(const cv::Mat& picture, int x, int y) { return picture.at<std::uint32_t>(y, x); }

RenderedOverlay rendered(const std::shared_ptr<const FrameResult>& result, const Viewport& viewport, ChannelMode mode = {}) {
    OverlayRequest request{.result = result, .viewport = viewport};
    request.field = FieldSpec{.job = {"fake0"}, .channelMode = mode};
    return render(request);
}

}  // namespace

class TestRegions final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void boxesLieOnTheirCells() {
        const auto result = resultWith({region({2, 4}, {1, 2, 5, 6, -1, 0, 9, 8})});
        const auto outlines = regionOutlines(*jobAt(*result)->output, *result->models.front().features);
        QCOMPARE(outlines.size(), std::size_t{2});
        QVERIFY((outlines[0] == RegionOutline{{{8, 16}, {40, 16}, {40, 48}, {8, 48}}}));
        QVERIFY((outlines[1] == RegionOutline{{{-8, 0}, {72, 0}, {72, 64}, {-8, 64}}}));
    }

    void boxesOfCellCentresAreHalfACellFurther() {
        const auto result = resultWith({region({4}, {0, 1, 3, 5}, true)});
        const auto outlines = regionOutlines(*jobAt(*result)->output, *result->models.front().features);
        QVERIFY((outlines.at(0) == RegionOutline{{{4, 12}, {28, 12}, {28, 44}, {4, 44}}}));
    }

    void quadrilateralsCoverTheFeatures() {
        const auto result = resultWith({region({4, 2}, {-1, -1, 1, -1, 1, 1, 0, 1})});
        const auto outlines = regionOutlines(*jobAt(*result)->output, *result->models.front().features);
        QVERIFY((outlines.at(0) == RegionOutline{{{0, 0}, {64, 0}, {64, 64}, {32, 64}}}));
    }

    void quadrilateralsOfCellCentresAreHalfACellSmaller() {
        const auto result = resultWith({region({4, 2}, {-1, -1, 1, -1, 1, 1, -1, 1}, true)});
        const auto outlines = regionOutlines(*jobAt(*result)->output, *result->models.front().features);
        QVERIFY((outlines.at(0) == RegionOutline{{{4, 4}, {60, 4}, {60, 60}, {4, 60}}}));
    }

    void matricesAndGridsHaveNoOutline() {
        for (const auto& map : {region({2, 3}, std::vector<float>(6)), region({5}, std::vector<float>(5)),
                                region({3, 3, 2}, std::vector<float>(18)), region({2, 4, 4}, std::vector<float>(32))}) {
            QVERIFY(regionOutlines({.maps = {map}}, Features{}).empty());
            QVERIFY(!hasPicture(map));
        }
    }

    void theLineIsDrawnWhereTheRegionIs() {
        const auto plain =
            rendered(resultWith({region({2, 3}, std::vector<float>(6))}), {.zoom = 2.0, .width = 128, .height = 128});
        QVERIFY(plain.error);  // a matrix alone has no picture
        const auto drawn = rendered(resultWith({region({4}, {1, 2, 5, 6})}), {.zoom = 2.0, .width = 128, .height = 128});
        QVERIFY(!drawn.error && drawn.field);
        QCOMPARE(pixel(*drawn.pixels, 16, 64), 0xFFFFFFFFU);  // left edge: x = 8 px at zoom 2
        QCOMPARE(pixel(*drawn.pixels, 79, 64), 0xFFFFFFFFU);  // right edge: x = 40 px
        QCOMPARE(pixel(*drawn.pixels, 48, 32), 0xFFFFFFFFU);  // upper edge
        QVERIFY(pixel(*drawn.pixels, 48, 64) != 0xFFFFFFFFU);
        QVERIFY(pixel(*drawn.pixels, 100, 64) != 0xFFFFFFFFU);
        for (const float value : drawn.field->values) {
            QCOMPARE(value, 2.0F);  // the numbers under it are the features' own
        }
    }

    void branchesShowWhatWentInAndWhatCameOut() {
        const AttentionMap branch{
            .name = "branch", .kind = BranchMap{}, .title = "Branches", .data = Tensor({2}, {0.25F, 0.75F})};
        const auto result = resultWith({branch}, -1.5F);
        const auto value = [&](ChannelMode mode) {
            return rendered(result, {.width = 8, .height = 8}, mode).field->values.front();
        };
        QCOMPARE(value(ChannelMode::Before), 2.0F);
        QCOMPARE(value(ChannelMode::After), 3.0F);
        QCOMPARE(value(ChannelMode::Changed), 1.0F);
        QCOMPARE(rendered(result, {.width = 8, .height = 8}, ChannelMode::Before).field->scaleMax, 3.0F);  // one scale
    }

    void branchWeightsAreMeansOverChannels() {
        AttentionMap map{.kind = BranchMap{}, .data = Tensor({3}, {1, 2, 3})};
        QVERIFY((branchWeights(map, 2) == std::vector<float>{1, 2, 3}));
        map.data = Tensor({3, 2}, {1, 3, 2, 4, 0, 1});  // branches × channels
        QVERIFY((branchWeights(map, 2) == std::vector<float>{2, 3, 0.5F}));
        map.data = Tensor({3, 2}, {1, 3, 2, 4, 0, 2});  // channels × branches
        QVERIFY((branchWeights(map, 3) == std::vector<float>{1, 3}));
        map.kind = ChannelMap{};
        QVERIFY(branchWeights(map, 3).empty());
    }
};

QTEST_GUILESS_MAIN(TestRegions)
#include "tst_regions.moc"
