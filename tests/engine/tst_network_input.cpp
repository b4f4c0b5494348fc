// What a network sees of a picture: pixels where they belong, a plain border, and cells which map back exactly.

#include "engine/models/network_input.h"

#include <QRegularExpression>
#include <QTest>
#include <array>
#include <cmath>
#include <limits>
#include <opencv2/core.hpp>
#include <random>

using namespace fovea;

namespace {

constexpr int kStride = 8;
const BundleInput kFree{.size = 160, .fine = 320, .multiple = 8, .fixed = false, .fill = {0.25, 0.5, 0.75}};
const BundleInput kFixed{.size = 224, .fine = 224, .multiple = 32, .fixed = true, .fill = {0.25, 0.5, 0.75}};

Frame frameOf(cv::Mat pixels) {
    Frame frame;
    frame.width = pixels.cols;
    frame.height = pixels.rows;
    frame.pixels = std::make_shared<const cv::Mat>(std::move(pixels));
    return frame;
}

Frame plain(int width, int height, cv::Scalar bgr = {30, 120, 210}) { return frameOf(cv::Mat(height, width, CV_8UC3, bgr)); }

/// Red rises from left to right, green from top to bottom, so that a colour tells its place.
Frame ramps(int width, int height) {
    cv::Mat pixels(height, width, CV_8UC3);
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            pixels.at<cv::Vec3b>(y, x) =
                cv::Vec3b(77, static_cast<uchar>(255 * (y + 0.5) / height), static_cast<uchar>(255 * (x + 0.5) / width));
        }
    }
    return frameOf(pixels);
}

NetworkInput made(const Frame& frame, const BundleInput& input, Fit fit, int size, int stride = kStride) {
    auto result = makeNetworkInput(frame, input, fit, size, stride);
    if (!result) {
        qFatal("%s", result.error().message().c_str());
    }
    return std::move(*result);
}

bool near(double a, double b, double tolerance = 1e-6) { return std::abs(a - b) <= tolerance; }

/// Whether working pixel (x, y) shows the border.
bool isFill(const NetworkInput& in, int x, int y) {
    return near(in.pixels.at(0, y, x), 0.25) && near(in.pixels.at(1, y, x), 0.5) && near(in.pixels.at(2, y, x), 0.75);
}

}  // namespace

class TestNetworkInput final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void aPictureOfTheRightSizeIsCopied();
    void sidesAndBorders_data();
    void sidesAndBorders();
    void theBorderIsPlainAndCentred();
    void aFixedNetworkGetsALetterbox();
    void theCropIsTheCentre();
    void shrinkingIsByArea();
    void pointsLandInTheirCell_data();
    void pointsLandInTheirCell();
    void coloursTellTheSamePlace_data();
    void coloursTellTheSamePlace();
    void badInputIsRefused();
};

void TestNetworkInput::aPictureOfTheRightSizeIsCopied() {
    cv::Mat pixels(160, 168, CV_8UC3, cv::Scalar(0, 0, 0));
    pixels.at<cv::Vec3b>(3, 7) = cv::Vec3b(10, 20, 30);
    pixels.at<cv::Vec3b>(159, 167) = cv::Vec3b(255, 0, 51);
    const NetworkInput in = made(frameOf(pixels), kFree, Fit::Whole, 160);
    QCOMPARE(in.pixels.channels(), 3);
    QCOMPARE(in.pixels.height(), 160);
    QCOMPARE(in.pixels.width(), 168);
    QCOMPARE(in.geometry, (CellGeometry{0.0, 0.0, 8.0, 8.0}));
    const std::array<double, 3> first{30 / 255.0, 20 / 255.0, 10 / 255.0};
    const std::array<double, 3> last{51 / 255.0, 0.0, 1.0};
    for (int c = 0; c < 3; ++c) {
        QVERIFY(near(in.pixels.at(c, 3, 7), first[static_cast<std::size_t>(c)]));
        QVERIFY(near(in.pixels.at(c, 159, 167), last[static_cast<std::size_t>(c)]));
        QCOMPARE(in.pixels.at(c, 3, 8), 0.0F);
    }
}

void TestNetworkInput::sidesAndBorders_data() {
    QTest::addColumn<int>("width");
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("size");
    QTest::addColumn<int>("inputWidth");
    QTest::addColumn<int>("inputHeight");
    QTest::newRow("square") << 512 << 512 << 160 << 160 << 160;
    QTest::newRow("landscape") << 600 << 400 << 160 << 240 << 160;
    QTest::newRow("portrait") << 400 << 600 << 160 << 160 << 240;
    QTest::newRow("odd") << 451 << 300 << 160 << 248 << 160;   // 240.5 → 241 → 248
    QTest::newRow("fine") << 451 << 300 << 320 << 488 << 320;  // 481.07 → 481 → 488
    QTest::newRow("size is no multiple") << 200 << 100 << 100 << 200 << 104;
    QTest::newRow("enlarged") << 30 << 20 << 160 << 240 << 160;
    QTest::newRow("one pixel") << 1 << 1 << 160 << 160 << 160;
    QTest::newRow("thread") << 1 << 5000 << 160 << 8 << 640;
    QTest::newRow("lying thread") << 5000 << 1 << 160 << 640 << 8;
    QTest::newRow("panorama") << 4000 << 500 << 160 << 640 << 80;
    QTest::newRow("ten megapixels") << 3872 << 2592 << 160 << 240 << 160;  // 239.01 → 239 → 240
    QTest::newRow("tiny size") << 100 << 100 << 1 << 8 << 8;
}

void TestNetworkInput::sidesAndBorders() {
    QFETCH(int, width);
    QFETCH(int, height);
    QFETCH(int, size);
    const NetworkInput in = made(plain(width, height), kFree, Fit::Whole, size);
    QTEST(in.pixels.width(), "inputWidth");
    QTEST(in.pixels.height(), "inputHeight");
    QVERIFY(in.pixels.allFinite());
    // The middle shows the picture, whatever its form.
    const int x = in.pixels.width() / 2;
    const int y = in.pixels.height() / 2;
    QVERIFY(near(in.pixels.at(0, y, x), 210 / 255.0));
    QVERIFY(near(in.pixels.at(1, y, x), 120 / 255.0));
    QVERIFY(near(in.pixels.at(2, y, x), 30 / 255.0));
    // The picture's corners lie inside the grid of cells, and the border is thinner than a multiple.
    const CellGeometry& g = in.geometry;
    const double right = g.originX + g.stepX * in.pixels.width() / kStride;
    const double bottom = g.originY + g.stepY * in.pixels.height() / kStride;
    QVERIFY(g.originX <= 0.0 && g.originX > -g.stepX && g.originY <= 0.0 && g.originY > -g.stepY);
    QVERIFY(right >= width - 1e-9 && right < width + g.stepX && bottom >= height - 1e-9 && bottom < height + g.stepY);
}

void TestNetworkInput::theBorderIsPlainAndCentred() {
    const NetworkInput in = made(plain(451, 300), kFree, Fit::Whole, 160);  // 241 of 248 columns
    for (int y = 0; y < 160; ++y) {
        for (int x = 0; x < 248; ++x) {
            QCOMPARE(isFill(in, x, y), x < 3 || x >= 244);
        }
    }
    QVERIFY(near(in.geometry.stepX, 8 * 451.0 / 241, 1e-12));
    QVERIFY(near(in.geometry.stepY, 8 * 300.0 / 160, 1e-12));
    QVERIFY(near(in.geometry.originX, -3 * 451.0 / 241, 1e-12));
    QCOMPARE(in.geometry.originY, 0.0);
}

void TestNetworkInput::aFixedNetworkGetsALetterbox() {
    const NetworkInput in = made(plain(640, 320), kFixed, Fit::Whole, 999, 32);
    QCOMPARE(in.pixels.width(), 224);
    QCOMPARE(in.pixels.height(), 224);
    for (int y = 0; y < 224; ++y) {
        QCOMPARE(isFill(in, 100, y), y < 56 || y >= 168);
        QVERIFY(!isFill(in, 0, y) || y < 56 || y >= 168);
    }
    const double scale = 640.0 / 224;
    QVERIFY(near(in.geometry.stepX, 32 * scale, 1e-12) && near(in.geometry.stepY, 32 * scale, 1e-12));
    QCOMPARE(in.geometry.originX, 0.0);
    QVERIFY(near(in.geometry.originY, -56 * scale, 1e-12));
}

void TestNetworkInput::theCropIsTheCentre() {
    cv::Mat pixels(100, 300, CV_8UC3, cv::Scalar(0, 0, 0));
    pixels(cv::Rect(100, 0, 100, 100)).setTo(cv::Scalar(0, 0, 255));
    const NetworkInput in = made(frameOf(pixels), kFree, Fit::Crop, 163);  // rounded down to 160
    QCOMPARE(in.pixels.width(), 160);
    QCOMPARE(in.pixels.height(), 160);
    for (int k = 0; k < in.pixels.cells(); ++k) {
        QCOMPARE(in.pixels.row(0)[k], 1.0F);
        QCOMPARE(in.pixels.row(2)[k], 0.0F);
    }
    QCOMPARE(in.geometry, (CellGeometry{100.0, 0.0, 5.0, 5.0}));
    const NetworkInput fixed = made(frameOf(pixels), kFixed, Fit::Crop, 1);
    QCOMPARE(fixed.pixels.width(), 224);
    QCOMPARE(fixed.geometry.originX, 100.0);
}

/// Single white columns would vanish or shine if pixels were picked rather than averaged.
void TestNetworkInput::shrinkingIsByArea() {
    cv::Mat pixels(640, 640, CV_8UC3, cv::Scalar(0, 0, 0));
    for (int x = 0; x < 640; x += 4) {
        pixels.col(x).setTo(cv::Scalar(255, 255, 255));
    }
    const NetworkInput in = made(frameOf(pixels), kFree, Fit::Whole, 160);
    for (int k = 0; k < in.pixels.cells(); ++k) {
        QVERIFY(near(in.pixels.row(1)[k], 0.25, 0.003));
    }
    // A thin picture shrinks along and widens across.
    cv::Mat thread(5120, 1, CV_8UC3, cv::Scalar(0, 0, 0));
    for (int y = 0; y < 5120; y += 2) {
        thread.row(y).setTo(cv::Scalar(255, 255, 255));
    }
    const NetworkInput thin = made(frameOf(thread), kFree, Fit::Whole, 160);
    QCOMPARE(thin.pixels.width(), 8);
    for (int k = 0; k < thin.pixels.cells(); ++k) {
        QVERIFY(near(thin.pixels.row(1)[k], 0.5, 0.003));
    }
}

void TestNetworkInput::pointsLandInTheirCell_data() {
    QTest::addColumn<int>("width");
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("size");
    QTest::addColumn<bool>("crop");
    QTest::addColumn<bool>("fixed");
    const std::vector<std::pair<int, int>> sizes{{600, 400}, {451, 300}, {333, 777}, {97, 41}, {1, 5000}, {3872, 2592}};
    for (const auto& [width, height] : sizes) {
        for (const int size : {160, 320}) {
            for (const bool crop : {false, true}) {
                for (const bool fixed : {false, true}) {
                    QTest::addRow("%dx%d at %d%s%s", width, height, size, crop ? ", crop" : "", fixed ? ", fixed" : "")
                        << width << height << size << crop << fixed;
                }
            }
        }
    }
}

/// The place of a picture's point in the input, from the definition alone, must lie in the cell the geometry says.
void TestNetworkInput::pointsLandInTheirCell() {
    QFETCH(int, width);
    QFETCH(int, height);
    QFETCH(int, size);
    QFETCH(bool, crop);
    QFETCH(bool, fixed);
    const BundleInput& input = fixed ? kFixed : kFree;
    const NetworkInput in = made(plain(width, height), input, crop ? Fit::Crop : Fit::Whole, size);
    const double canvasW = in.pixels.width();
    const double canvasH = in.pixels.height();
    double partX = 0, partY = 0, partW = width, partH = height, scaledW = canvasW, scaledH = canvasH;
    if (crop) {
        partW = partH = std::min(width, height);
        partX = std::floor((width - partW) / 2);
        partY = std::floor((height - partH) / 2);
    } else {
        const double longer = std::max(width, height);
        const double shorter = std::min(width, height);
        const double factor = fixed ? 224 / longer : std::min(size / shorter, 4.0 * size / longer);
        scaledW = std::max<double>(std::round(width * factor), input.multiple);
        scaledH = std::max<double>(std::round(height * factor), input.multiple);
    }
    std::mt19937 random(7);
    std::uniform_real_distribution<double> share(0.0, 1.0);
    for (int k = 0; k < 1000; ++k) {
        const double x = partX + share(random) * partW;
        const double y = partY + share(random) * partH;
        const double workX = std::floor((canvasW - scaledW) / 2) + (x - partX) * scaledW / partW;
        const double workY = std::floor((canvasH - scaledH) / 2) + (y - partY) * scaledH / partH;
        const double cellX = (x - in.geometry.originX) / in.geometry.stepX;
        const double cellY = (y - in.geometry.originY) / in.geometry.stepY;
        QVERIFY(near(cellX, workX / kStride, 1e-9) && near(cellY, workY / kStride, 1e-9));
        QVERIFY(cellX >= 0 && cellX <= canvasW / kStride && cellY >= 0 && cellY <= canvasH / kStride);
    }
}

void TestNetworkInput::coloursTellTheSamePlace_data() { pointsLandInTheirCell_data(); }

/// The same through pixels: the colour at the centre of a cell is that of the place the geometry gives it.
void TestNetworkInput::coloursTellTheSamePlace() {
    QFETCH(int, width);
    QFETCH(int, height);
    QFETCH(int, size);
    QFETCH(bool, crop);
    QFETCH(bool, fixed);
    const NetworkInput in = made(ramps(width, height), fixed ? kFixed : kFree, crop ? Fit::Crop : Fit::Whole, size);
    int inside = 0;
    for (int i = 0; i < in.pixels.height() / kStride; ++i) {
        for (int j = 0; j < in.pixels.width() / kStride; ++j) {
            const double x = in.geometry.originX + (j + 0.5) * in.geometry.stepX;
            const double y = in.geometry.originY + (i + 0.5) * in.geometry.stepY;
            const int workX = j * kStride + kStride / 2;
            const int workY = i * kStride + kStride / 2;
            if (x < in.geometry.stepX || x > width - in.geometry.stepX || y < in.geometry.stepY ||
                y > height - in.geometry.stepY) {
                continue;
            }
            // A working pixel to the lower right of the centre, and 8-bit steps of the ramps.
            const double tolerance = 2.0 / 255 + 0.6 * std::max(in.geometry.stepX / width, in.geometry.stepY / height) / kStride;
            // One column of pixels has one red only.
            QVERIFY(width == 1 || near(in.pixels.at(0, workY, workX), x / width, tolerance));
            QVERIFY(near(in.pixels.at(1, workY, workX), y / height, tolerance));
            QVERIFY(near(in.pixels.at(2, workY, workX), 77 / 255.0));
            ++inside;
        }
    }
    QVERIFY(inside > 20 || width == 1);
}

void TestNetworkInput::badInputIsRefused() {
    const Frame grey = frameOf(cv::Mat(10, 10, CV_8UC1, cv::Scalar(0)));
    QVERIFY(!makeNetworkInput(Frame(), kFree, Fit::Whole, 160, 8).ok());
    QVERIFY(!makeNetworkInput(grey, kFree, Fit::Whole, 160, 8).ok());
    for (const int size : {0, -5, 4097, std::numeric_limits<int>::max()}) {
        const auto refused = makeNetworkInput(plain(10, 10), kFree, Fit::Whole, size, 8);
        QVERIFY(!refused.ok());
        QCOMPARE(static_cast<int>(refused.error().code), static_cast<int>(ErrorCode::BadParameter));
    }
}

QTEST_GUILESS_MAIN(TestNetworkInput)
#include "tst_network_input.moc"
