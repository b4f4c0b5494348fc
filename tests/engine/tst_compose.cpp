#include <QTest>

#include <opencv2/core.hpp>

#include <cmath>

#include "engine/render/compose.h"
#include "tests/support/render_fixtures.h"

using namespace fovea;

namespace {

constexpr std::uint32_t kBackground = 0xFF102030U;

/// Values which no straight line fits, over the whole picture.
ScalarField testField(int height, int width, const Frame& frame) {
    ScalarField field;
    field.height = height;
    field.width = width;
    for (int n = 0; n < height * width; ++n) {
        field.values.push_back(static_cast<float>((n * 37) % 101) / 100.0F);
    }
    field.geometry = {0.0, 0.0, static_cast<double>(frame.width) / width, static_cast<double>(frame.height) / height};
    field.min = *std::min_element(field.values.begin(), field.values.end());
    field.max = *std::max_element(field.values.begin(), field.values.end());
    field.scaleMin = field.min;
    field.scaleMax = field.max;
    return field;
}

double cellValue(const ScalarField& field, int i, int j) {
    const int row = std::clamp(i, 0, field.height - 1);
    const int column = std::clamp(j, 0, field.width - 1);
    return field.values[static_cast<std::size_t>(row * field.width + column)];
}

/// What a field says at a picture position, computed the plain way.
double expectedValue(const ScalarField& field, double x, double y, bool smooth) {
    if (!smooth) {
        const Cell cell = cellAt(field, x, y);
        return cellValue(field, cell.i, cell.j);
    }
    const double cx = std::clamp((x - field.geometry.originX) / field.geometry.stepX - 0.5, 0.0, field.width - 1.0);
    const double cy = std::clamp((y - field.geometry.originY) / field.geometry.stepY - 0.5, 0.0, field.height - 1.0);
    const int j = static_cast<int>(cx);
    const int i = static_cast<int>(cy);
    const double tx = cx - j;
    const double ty = cy - i;
    return (1 - ty) * ((1 - tx) * cellValue(field, i, j) + tx * cellValue(field, i, j + 1)) +
           ty * ((1 - tx) * cellValue(field, i + 1, j) + tx * cellValue(field, i + 1, j + 1));
}

OverlayStyle opaque(bool smooth = true) {
    OverlayStyle style;
    style.opacity = 1.0;
    style.smooth = smooth;
    return style;
}

}  // namespace

class TestCompose final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }
    void pictureAloneIsUnchanged();
    void viewportShowsTheRightPixels_data();
    void viewportShowsTheRightPixels();
    void betweenOneAndTwoIsBilinear();
    void belowOneIsTheMeanOfTheArea();
    void reducedPictureStaysAligned();
    void coloursReadBackToValues_data();
    void coloursReadBackToValues();
    void overlayFollowsTheViewport();
    void opacityBlends();
    void rangeSaturates();
    void flatFields();
    void masksHaveNoValuesBetween();
    void divergingFieldsUseTheirTable();
    void staleFieldsAreGrey();
    void unknownColourMapFallsBack();
    void fieldOutsideThePictureIsNotPainted();
    void stoppedAndEmpty();
};

void TestCompose::pictureAloneIsUnchanged() {
    for (const auto& [height, width] : {std::pair{1, 1}, std::pair{7, 13}, std::pair{33, 50}}) {
        const Frame frame = testFrame(height, width);
        const cv::Mat out = composeOverlay(frame, nullptr, {}, fullViewport(frame), kBackground);
        QCOMPARE(out.type(), CV_8UC4);
        QCOMPARE(out.cols, width);
        QCOMPARE(out.rows, height);
        for (int v = 0; v < height; ++v) {
            for (int u = 0; u < width; ++u) {
                QCOMPARE(at(out, u, v), pictureColor(u, v));
            }
        }
        QCOMPARE(out.ptr<uchar>(0)[0], uchar{200});  // B, G, R, 255 in memory
        QCOMPARE(out.ptr<uchar>(0)[3], uchar{255});
    }
}

void TestCompose::viewportShowsTheRightPixels_data() {
    QTest::addColumn<double>("originX");
    QTest::addColumn<double>("originY");
    QTest::addColumn<double>("zoom");
    QTest::newRow("panned") << 5.0 << -3.0 << 1.0;
    QTest::newRow("twice") << 0.0 << 0.0 << 2.0;
    QTest::newRow("three and a half, panned") << 3.3 << 1.7 << 3.5;
    QTest::newRow("far in") << 4.9 << 2.05 << 61.0;
    QTest::newRow("outside") << 400.0 << 0.0 << 2.0;
    QTest::newRow("far outside") << -1e9 << 1e9 << 3.0;
}

void TestCompose::viewportShowsTheRightPixels() {
    QFETCH(double, originX);
    QFETCH(double, originY);
    QFETCH(double, zoom);
    const Frame frame = testFrame(17, 23);
    const Viewport viewport{originX, originY, zoom, 61, 43};
    const cv::Mat out = composeOverlay(frame, nullptr, {}, viewport, kBackground);
    for (int v = 0; v < viewport.height; ++v) {
        for (int u = 0; u < viewport.width; ++u) {
            const double x = std::floor(originX + (u + 0.5) / zoom);
            const double y = std::floor(originY + (v + 0.5) / zoom);
            const bool inside = x >= 0 && y >= 0 && x < 23 && y < 17;
            QCOMPARE(at(out, u, v), inside ? pictureColor(static_cast<int>(x), static_cast<int>(y)) : kBackground);
        }
    }
}

void TestCompose::betweenOneAndTwoIsBilinear() {
    const Frame frame = testFrame(20, 30);
    const Viewport viewport{2.25, 1.5, 1.5, 24, 18};
    const cv::Mat out = composeOverlay(frame, nullptr, {}, viewport, kBackground);
    for (int v = 0; v < viewport.height; ++v) {
        for (int u = 0; u < viewport.width; ++u) {
            const double x = 2.25 + (u + 0.5) / 1.5 - 0.5;
            const double y = 1.5 + (v + 0.5) / 1.5 - 0.5;
            QVERIFY(std::abs(static_cast<double>(at(out, u, v) >> 16 & 0xFFU) - x) <= 0.51);
            QVERIFY(std::abs(static_cast<double>(at(out, u, v) >> 8 & 0xFFU) - y) <= 0.51);
            QCOMPARE(at(out, u, v) & 0xFFU, 200U);
        }
    }
}

void TestCompose::belowOneIsTheMeanOfTheArea() {
    Frame frame = testFrame(8, 8);
    auto pixels = std::make_shared<cv::Mat>(8, 8, CV_8UC3, cv::Scalar(0, 0, 0));
    pixels->at<cv::Vec3b>(5, 2) = cv::Vec3b(160, 80, 240);  // one bright pixel
    frame.pixels = pixels;
    const cv::Mat half = composeOverlay(frame, nullptr, {}, Viewport{0.0, 0.0, 0.5, 4, 4}, kBackground);
    for (int v = 0; v < 4; ++v) {
        for (int u = 0; u < 4; ++u) {
            QCOMPARE(at(half, u, v), u == 1 && v == 2 ? 0xFF3C1428U : 0xFF000000U);  // a quarter of it
        }
    }
    const cv::Mat whole = composeOverlay(frame, nullptr, {}, Viewport{0.0, 0.0, 0.125, 1, 1}, kBackground);
    QCOMPARE(at(whole, 0, 0), 0xFF040103U);  // 240/64, 80/64, 160/64 rounded
}

void TestCompose::reducedPictureStaysAligned() {
    const Frame frame = testFrame(180, 250);
    for (const double zoom : {0.97, 0.61, 1.0 / 3.0, 0.1}) {
        const Viewport viewport{10.3, 7.9, zoom, 40, 30};
        const cv::Mat out = composeOverlay(frame, nullptr, {}, viewport, kBackground);
        for (int v = 0; v < viewport.height; ++v) {
            for (int u = 0; u < viewport.width; ++u) {
                const double x = 10.3 + (u + 0.5) / zoom;
                const double y = 7.9 + (v + 0.5) / zoom;
                if (x >= 250 || y >= 180) {
                    QCOMPARE(at(out, u, v), kBackground);
                } else if (x + 0.5 / zoom < 250 && y + 0.5 / zoom < 180) {  // a linear ramp has its middle as its mean
                    QVERIFY(std::abs(static_cast<double>(at(out, u, v) >> 16 & 0xFFU) - (x - 0.5)) <= 0.75);
                    QVERIFY(std::abs(static_cast<double>(at(out, u, v) >> 8 & 0xFFU) - (y - 0.5)) <= 0.75);
                    QCOMPARE(at(out, u, v) & 0xFFU, 200U);
                }
            }
        }
    }
}

void TestCompose::coloursReadBackToValues_data() {
    QTest::addColumn<bool>("smooth");
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("width");
    QTest::addColumn<double>("zoom");
    for (const bool smooth : {true, false}) {
        for (const double zoom : {0.4, 1.0, 1.3, 3.0}) {
            for (const auto& [height, width] :
                 {std::pair{1, 1}, std::pair{7, 13}, std::pair{1, 5}, std::pair{9, 1}, std::pair{60, 80}}) {
                QTest::addRow("%s %dx%d at %g", smooth ? "smooth" : "flat", height, width, zoom)
                    << smooth << height << width << zoom;
            }
        }
    }
}

void TestCompose::coloursReadBackToValues() {
    QFETCH(bool, smooth);
    QFETCH(int, height);
    QFETCH(int, width);
    QFETCH(double, zoom);
    const Frame frame = testFrame(41, 67);
    ScalarField field = testField(height, width, frame);
    field.geometry.originX = 1.5;  // a field need not begin at the picture's corner
    field.geometry.stepY *= 0.9;
    if (field.max == field.min) {
        field.scaleMax = field.min + 1.0F;
    }
    for (const auto& map : colormaps()) {
        OverlayStyle style = opaque(smooth);
        style.colormap = map.id;
        const Viewport viewport{2.2, -3.1, zoom, 90, 70};
        const cv::Mat out = composeOverlay(frame, &field, style, viewport, kBackground);
        const ValueRange range = effectiveRange(field, style);
        for (int v = 0; v < viewport.height; ++v) {
            for (int u = 0; u < viewport.width; ++u) {
                const double x = 2.2 + (u + 0.5) / zoom;
                const double y = -3.1 + (v + 0.5) / zoom;
                if (x >= 67 || y < 0 || y >= 41) {
                    QCOMPARE(at(out, u, v), kBackground);
                    continue;
                }
                const int index = indexOfColor(map.table, at(out, u, v));
                QVERIFY(index >= 0);
                const double error = std::abs(indexValue(index, range) - expectedValue(field, x, y, smooth));
                QVERIFY2(error <= 0.502 / 255.0 * (range.hi - range.lo), qPrintable(QString::number(error)));
            }
        }
    }
}

void TestCompose::overlayFollowsTheViewport() {
    // The same picture position has the same colour, however it is reached.
    const Frame frame = testFrame(40, 60);
    const ScalarField field = testField(5, 6, frame);
    const cv::Mat whole = composeOverlay(frame, &field, opaque(), fullViewport(frame), kBackground);
    const cv::Mat panned = composeOverlay(frame, &field, opaque(), Viewport{13.0, 9.0, 1.0, 20, 20}, kBackground);
    const cv::Mat larger = composeOverlay(frame, &field, opaque(), Viewport{0.0, 0.0, 3.0, 180, 120}, kBackground);
    for (int v = 0; v < 20; ++v) {
        for (int u = 0; u < 20; ++u) {
            QCOMPARE(at(panned, u, v), at(whole, u + 13, v + 9));
            QCOMPARE(at(larger, 3 * u + 1, 3 * v + 1), at(whole, u, v));  // the same centre
        }
    }
}

void TestCompose::opacityBlends() {
    const Frame frame = testFrame(7, 13);
    const ScalarField field = testField(7, 13, frame);
    const cv::Mat pure = composeOverlay(frame, &field, opaque(false), fullViewport(frame), kBackground);
    for (const double opacity : {-1.0, 0.0, 0.25, 0.6, 1.0, 3.0}) {
        OverlayStyle style = opaque(false);
        style.opacity = opacity;
        const cv::Mat out = composeOverlay(frame, &field, style, fullViewport(frame), kBackground);
        const double alpha = std::clamp(opacity, 0.0, 1.0);
        for (int v = 0; v < 7; ++v) {
            for (int u = 0; u < 13; ++u) {
                for (const int shift : {0, 8, 16}) {
                    const double below = static_cast<double>(pictureColor(u, v) >> shift & 0xFFU);
                    const double above = static_cast<double>(at(pure, u, v) >> shift & 0xFFU);
                    const double blended = static_cast<double>(at(out, u, v) >> shift & 0xFFU);
                    QVERIFY(std::abs(blended - (below + alpha * (above - below))) <= 1.0);
                }
                QCOMPARE(at(out, u, v) >> 24, 0xFFU);
                if (alpha == 0.0) {
                    QCOMPARE(at(out, u, v), pictureColor(u, v));
                }
            }
        }
    }
}

void TestCompose::rangeSaturates() {
    const Frame frame = testFrame(2, 4);
    ScalarField field = testField(1, 4, frame);
    field.values = {-1e30F, 0.4F, 0.6F, 1e30F};
    OverlayStyle style = opaque(false);
    style.autoRange = false;
    style.range = {0.5F, 0.55F};
    const ColorTable& table = findColormap("inferno")->table;
    for (const bool smooth : {false, true}) {
        style.smooth = smooth;
        const cv::Mat out = composeOverlay(frame, &field, style, fullViewport(frame), kBackground);
        QCOMPARE(at(out, 0, 0), table[0]);
        QCOMPARE(at(out, 1, 1), table[0]);
        QCOMPARE(at(out, 2, 0), table[255]);
        QCOMPARE(at(out, 3, 1), table[255]);
    }
}

void TestCompose::flatFields() {
    const Frame frame = testFrame(3, 3);
    ScalarField field = testField(1, 1, frame);
    for (const bool smooth : {false, true}) {
        field.diverging = false;
        QCOMPARE(at(composeOverlay(frame, &field, opaque(smooth), fullViewport(frame), kBackground), 1, 1),
                 findColormap("inferno")->table[0]);
        field.diverging = true;  // nothing changed: the neutral middle, not the colour of a loss
        QCOMPARE(at(composeOverlay(frame, &field, opaque(smooth), fullViewport(frame), kBackground), 1, 1),
                 findColormap("blue-red")->table[128]);
    }
}

void TestCompose::masksHaveNoValuesBetween() {
    const Frame frame = testFrame(20, 30);
    ScalarField field = testField(2, 3, frame);
    field.values = {0.0F, 1.0F, 0.0F, 1.0F, 1.0F, 0.0F};
    field.scaleMin = 0.0F;
    field.scaleMax = 1.0F;
    const ColorTable& table = findColormap("inferno")->table;
    const auto others = [&] {
        const cv::Mat out = composeOverlay(frame, &field, opaque(true), fullViewport(frame), kBackground);
        int count = 0;
        for (int v = 0; v < out.rows; ++v) {
            for (int u = 0; u < out.cols; ++u) {
                count += at(out, u, v) != table[0] && at(out, u, v) != table[255] ? 1 : 0;
            }
        }
        return count;
    };
    QVERIFY(others() > 0);
    field.discrete = true;
    QCOMPARE(others(), 0);
}

void TestCompose::divergingFieldsUseTheirTable() {
    const Frame frame = testFrame(1, 3);
    ScalarField field = testField(1, 3, frame);
    field.values = {-0.5F, 0.0F, 1.0F};
    field.diverging = true;
    field.scaleMin = -1.0F;
    field.scaleMax = 1.0F;
    OverlayStyle style = opaque(false);
    style.divergingColormap = "purple-green";
    const ColorTable& table = findColormap("purple-green")->table;
    const cv::Mat out = composeOverlay(frame, &field, style, fullViewport(frame), kBackground);
    QCOMPARE(at(out, 0, 0), table[64]);
    QCOMPARE(at(out, 1, 0), table[128]);
    QCOMPARE(at(out, 2, 0), table[255]);
}

void TestCompose::staleFieldsAreGrey() {
    const Frame frame = testFrame(26, 35);
    const ScalarField field = testField(13, 7, frame);
    OverlayStyle style = opaque();
    const cv::Mat fresh = composeOverlay(frame, &field, style, fullViewport(frame), kBackground);
    style.stale = true;
    const cv::Mat stale = composeOverlay(frame, &field, style, fullViewport(frame), kBackground);
    int darkest = 255;
    int brightest = 0;
    for (int v = 0; v < frame.height; ++v) {
        for (int u = 0; u < frame.width; ++u) {
            const auto colour = fresh.at<cv::Vec4b>(v, u);
            const auto grey = stale.at<cv::Vec4b>(v, u);
            QVERIFY(grey[0] == grey[1] && grey[1] == grey[2]);
            const double luma = 0.114 * colour[0] + 0.587 * colour[1] + 0.299 * colour[2];
            QVERIFY(std::abs(grey[0] - luma) <= 0.5 + 1e-9);
            darkest = std::min<int>(darkest, grey[0]);
            brightest = std::max<int>(brightest, grey[0]);
        }
    }
    QVERIFY(darkest < 20 && brightest > 220);
    style.opacity = 0.0;
    const cv::Mat picture = composeOverlay(frame, &field, style, fullViewport(frame), kBackground);
    QCOMPARE(cv::norm(picture, composeOverlay(frame, nullptr, {}, fullViewport(frame), kBackground), cv::NORM_INF), 0.0);
}

void TestCompose::unknownColourMapFallsBack() {
    OverlayStyle style;
    style.colormap = "jet";
    style.divergingColormap = "";
    ScalarField field;
    QCOMPARE(effectiveColormap(field, style).id, std::string("inferno"));
    field.diverging = true;
    QCOMPARE(effectiveColormap(field, style).id, std::string("blue-red"));
}

void TestCompose::fieldOutsideThePictureIsNotPainted() {
    const Frame frame = testFrame(6, 10);
    ScalarField field = testField(3, 3, frame);
    field.geometry = {-20.0, -20.0, 40.0, 40.0};  // larger than the picture
    const cv::Mat out = composeOverlay(frame, &field, opaque(), Viewport{-5.0, -5.0, 1.0, 20, 16}, kBackground);
    const ColorTable& table = findColormap("inferno")->table;
    for (int v = 0; v < 16; ++v) {
        for (int u = 0; u < 20; ++u) {
            const bool inside = u >= 5 && u < 15 && v >= 5 && v < 11;
            QCOMPARE(at(out, u, v) == kBackground, !inside);
            QCOMPARE(indexOfColor(table, at(out, u, v)) >= 0, inside);
        }
    }
}

void TestCompose::stoppedAndEmpty() {
    const Frame frame = testFrame(6, 10);
    std::stop_source source;
    QVERIFY(!composeOverlay(frame, nullptr, {}, fullViewport(frame), kBackground, source.get_token()).empty());
    source.request_stop();
    QVERIFY(composeOverlay(frame, nullptr, {}, fullViewport(frame), kBackground, source.get_token()).empty());
    QVERIFY(composeOverlay(frame, nullptr, {}, Viewport{}, kBackground).empty());
    for (const double zoom : {0.0, -1.0, std::nan("")}) {
        QCOMPARE(at(composeOverlay(frame, nullptr, {}, Viewport{0.0, 0.0, zoom, 2, 2}, kBackground), 1, 1), kBackground);
    }
    QCOMPARE(at(composeOverlay(Frame{}, nullptr, {}, Viewport{0.0, 0.0, 1.0, 2, 2}, 0x00102030U), 1, 1), kBackground);
}

QTEST_GUILESS_MAIN(TestCompose)
#include "tst_compose.moc"
