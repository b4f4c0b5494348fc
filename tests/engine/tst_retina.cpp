// test: both-levels

#include <QRegularExpression>
#include <QTest>
#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <numbers>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <set>
#include <string>
#include <vector>

#include "engine/models/retina.h"

using namespace fovea;

namespace {

constexpr std::array<int, 4> kStrides = {4, 8, 16, 32};
constexpr std::array<const char*, 8> kAngles = {"0°", "22.5°", "45°", "67.5°", "90°", "112.5°", "135°", "157.5°"};
constexpr std::array<const char*, 3> kScales = {"fine", "medium", "coarse"};

Frame makeFrame(const cv::Mat& pixels, std::uint64_t index = 0) {
    Frame frame;
    frame.pixels = std::make_shared<const cv::Mat>(pixels.clone());
    frame.width = pixels.cols;
    frame.height = pixels.rows;
    frame.index = index;
    return frame;
}

Features featuresOf(const cv::Mat& pixels, const RetinaOptions& options = {}) {
    auto result = makeRetina(options)->run(makeFrame(pixels), {});
    if (!result) {
        qFatal("%s", result.error().message().c_str());
    }
    return std::move(*result);
}

int channel(const Features& features, const std::string& name) {
    const auto& names = features.channelNames;
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) {
        qFatal("no channel %s", name.c_str());
    }
    return static_cast<int>(found - names.begin());
}

bool startsWith(const std::string& text, const char* start) { return text.rfind(start, 0) == 0; }

/// Brightness and opponency answer to plain colour; every other channel needs contrast or motion.
bool answersToPlainColour(const std::string& name) {
    const bool opponency = startsWith(name, "red–green,") || startsWith(name, "blue–yellow,");
    return startsWith(name, "brightness") || opponency;
}

cv::Mat plain(int width, int height, const cv::Scalar& bgr) { return {height, width, CV_8UC3, bgr}; }

cv::Mat noise(int width, int height, std::uint64_t seed) {
    cv::Mat out(height, width, CV_8UC3);
    cv::RNG(seed).fill(out, cv::RNG::UNIFORM, 0, 256);
    return out;
}

float largest(const float* values, int count) { return *std::max_element(values, values + count); }

cv::Point2d centreOf(const CellGeometry& g, int cell, int gridWidth) {
    const int i = cell / gridWidth;
    const int j = cell % gridWidth;
    return {g.originX + (j + 0.5) * g.stepX, g.originY + (i + 0.5) * g.stepY};
}

/// A picture of lines at `angle` degrees from the horizontal, counter-clockwise, `wavelength` pixels apart.
cv::Mat grating(double angle, double wavelength) {
    cv::Mat out(192, 192, CV_8UC3);
    const double radians = angle * std::numbers::pi / 180.0;
    for (int y = 0; y < out.rows; ++y) {
        for (int x = 0; x < out.cols; ++x) {
            const double across = x * std::sin(radians) + y * std::cos(radians);
            const auto v =
                static_cast<std::uint8_t>(std::lround(127.5 + 60.0 * std::cos(2.0 * std::numbers::pi * across / wavelength)));
            out.at<cv::Vec3b>(y, x) = cv::Vec3b(v, v, v);
        }
    }
    return out;
}

/// Mean over channels of the energy gate of simam.
std::vector<double> energyGate(const FeatureMap& x) {
    std::vector<double> mean(static_cast<std::size_t>(x.cells()), 0.0);
    for (int c = 0; c < x.channels(); ++c) {
        double centre = 0.0;
        double variance = 0.0;
        for (int n = 0; n < x.cells(); ++n) {
            centre += x.row(c)[n] / static_cast<double>(x.cells());
        }
        for (int n = 0; n < x.cells(); ++n) {
            variance += std::pow(x.row(c)[n] - centre, 2.0) / (x.cells() - 1);
        }
        for (int n = 0; n < x.cells(); ++n) {
            const double energy = std::pow(x.row(c)[n] - centre, 2.0) / (4.0 * (variance + 1e-4)) + 0.5;
            mean[static_cast<std::size_t>(n)] += 1.0 / (1.0 + std::exp(-energy)) / x.channels();
        }
    }
    return mean;
}

/// Mean over channels of |x|, which hard_topk ranks.
std::vector<double> meanMagnitude(const FeatureMap& x) {
    std::vector<double> mean(static_cast<std::size_t>(x.cells()), 0.0);
    for (int c = 0; c < x.channels(); ++c) {
        for (int n = 0; n < x.cells(); ++n) {
            mean[static_cast<std::size_t>(n)] += std::fabs(x.row(c)[n]) / static_cast<double>(x.channels());
        }
    }
    return mean;
}

struct Sample {
    const char* file;
    std::vector<cv::Rect2d> subject;
};

/// Where the subject is, read off the pictures: the person without the helmet in front of her; the cat's eyes and nose; the cup
/// and its handle without saucer and spoon; the rocket without the lamps beside it.
const std::vector<Sample>& samples() {
    static const std::vector<Sample> kSamples = {
        {"astronaut.png", {{110, 10, 200, 290}, {30, 230, 245, 282}}},
        {"chelsea.png", {{120, 75, 250, 200}}},
        {"coffee.png", {{172, 18, 236, 217}, {195, 225, 67, 83}}},
        {"rocket.jpg", {{300, 120, 45, 290}}},
    };
    return kSamples;
}

bool peaksOnSubject(const Sample& sample, const Features& features, const std::vector<double>& map, const char* what) {
    const int cell = static_cast<int>(std::max_element(map.begin(), map.end()) - map.begin());
    const cv::Point2d peak = centreOf(features.geometry, cell, features.map.width());
    const bool inside =
        std::any_of(sample.subject.begin(), sample.subject.end(), [&](const auto& box) { return box.contains(peak); });
    qInfo("%s: %s peaks at (%.0f, %.0f), %s the subject", sample.file, what, peak.x, peak.y, inside ? "on" : "beside");
    return inside;
}

}  // namespace

class TestRetina : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void channelsAreNamed();
    void sizes_data();
    void sizes();
    void aSpotLandsInItsCell_data();
    void aSpotLandsInItsCell();
    void gratingsExciteTheirChannel_data();
    void gratingsExciteTheirChannel();
    void coloursHaveSigns();
    void plainPicturesHaveNoContrast_data();
    void plainPicturesHaveNoContrast();
    void slopesHaveNoSpots();
    void bordersAreNotLouder();
    void nothingDependsOnTheRestOfThePicture();
    void motionFollowsFrames();
    void motionForgets();
    void runsAreRepeatable();
    void stops();
    void refusesWhatItCannotDo();
    void peaksOnTheSubject_data();
    void peaksOnTheSubject();
};

void TestRetina::channelsAreNamed() {
    const Features features = featuresOf(noise(320, 240, 1));
    QCOMPARE(features.map.channels(), 64);
    QCOMPARE(features.channelNames.size(), std::size_t{64});
    const std::set<std::string> distinct(features.channelNames.begin(), features.channelNames.end());
    QCOMPARE(distinct.size(), std::size_t{64});
    QVERIFY(!distinct.contains(""));
    QCOMPARE(features.model, std::string("Retina"));
    QCOMPARE(features.layer, std::string("stride 8"));
    QVERIFY(features.milliseconds > 0.0);
    // Every channel but motion answers to something in noise.
    for (int c = 0; c < 64; ++c) {
        const bool motion = startsWith(features.channelNames[c], "motion");
        const auto [low, high] = std::minmax_element(features.map.row(c), features.map.row(c) + features.map.cells());
        QVERIFY2(motion == (*low == 0.0F && *high == 0.0F), features.channelNames[c].c_str());
    }
}

void TestRetina::sizes_data() {
    QTest::addColumn<QSize>("size");
    QTest::addColumn<QSize>("working");
    QTest::addColumn<int>("maxSide");
    QTest::newRow("one pixel") << QSize(1, 1) << QSize(1, 1) << 512;
    QTest::newRow("7×13") << QSize(7, 13) << QSize(7, 13) << 512;
    QTest::newRow("one row") << QSize(300, 1) << QSize(300, 1) << 512;
    QTest::newRow("one column") << QSize(1, 33) << QSize(1, 33) << 512;
    QTest::newRow("never enlarged") << QSize(200, 100) << QSize(200, 100) << 512;
    QTest::newRow("odd") << QSize(451, 299) << QSize(451, 299) << 512;
    QTest::newRow("reduced") << QSize(640, 427) << QSize(512, 342) << 512;
    QTest::newRow("a thread") << QSize(2000, 2) << QSize(512, 1) << 512;
    QTest::newRow("tiny working size") << QSize(90, 60) << QSize(3, 2) << 3;
}

void TestRetina::sizes() {
    QFETCH(QSize, size);
    QFETCH(QSize, working);
    QFETCH(int, maxSide);
    const cv::Mat picture = noise(size.width(), size.height(), 2);
    for (const int stride : kStrides) {
        const Features features = featuresOf(picture, {stride, maxSide});
        QCOMPARE(features.map.width(), (working.width() + stride - 1) / stride);
        QCOMPARE(features.map.height(), (working.height() + stride - 1) / stride);
        QVERIFY(features.map.allFinite());
        QCOMPARE(features.geometry.originX, 0.0);
        QCOMPARE(features.geometry.originY, 0.0);
        QCOMPARE(features.geometry.stepX, stride * static_cast<double>(size.width()) / working.width());
        QCOMPARE(features.geometry.stepY, stride * static_cast<double>(size.height()) / working.height());
    }
}

void TestRetina::aSpotLandsInItsCell_data() {
    QTest::addColumn<QSize>("size");
    QTest::addColumn<QPoint>("spot");
    QTest::newRow("inside") << QSize(512, 384) << QPoint(203, 99);
    QTest::newRow("odd size, near the far corner") << QSize(451, 299) << QPoint(439, 287);
    QTest::newRow("reduced") << QSize(1000, 701) << QPoint(612, 333);
    QTest::newRow("reduced, near the left border") << QSize(700, 1003) << QPoint(25, 950);
}

void TestRetina::aSpotLandsInItsCell() {
    QFETCH(QSize, size);
    QFETCH(QPoint, spot);
    cv::Mat picture = plain(size.width(), size.height(), cv::Scalar(90, 90, 90));
    const int radius = std::max(size.width(), size.height()) > 512 ? 4 : 2;
    cv::rectangle(picture, cv::Point(spot.x() - radius, spot.y() - radius), cv::Point(spot.x() + radius, spot.y() + radius),
                  cv::Scalar(255, 255, 255), cv::FILLED);
    for (const int stride : kStrides) {
        const Features features = featuresOf(picture, {stride, 512});
        for (const char* name : {"brightness, fine", "bright spots, finest", "local contrast, fine"}) {
            const float* row = features.map.row(channel(features, name));
            const int cell = static_cast<int>(std::max_element(row, row + features.map.cells()) - row);
            const cv::Point2d centre = centreOf(features.geometry, cell, features.map.width());
            const QString where =
                QStringLiteral("%1, stride %2: (%3, %4)").arg(QLatin1String(name)).arg(stride).arg(centre.x).arg(centre.y);
            // The spot's middle lies in the cell, or beside its border by no more than its radius.
            QVERIFY2(std::abs(centre.x - (spot.x() + 0.5)) <= features.geometry.stepX / 2 + radius, qPrintable(where));
            QVERIFY2(std::abs(centre.y - (spot.y() + 0.5)) <= features.geometry.stepY / 2 + radius, qPrintable(where));
        }
    }
}

void TestRetina::gratingsExciteTheirChannel_data() {
    QTest::addColumn<int>("angle");
    QTest::addColumn<int>("scale");
    for (int angle = 0; angle < 8; ++angle) {
        for (int scale = 0; scale < 3; ++scale) QTest::addRow("%s, %s", kAngles[angle], kScales[scale]) << angle << scale;
    }
}

void TestRetina::gratingsExciteTheirChannel() {
    QFETCH(int, angle);
    QFETCH(int, scale);
    const Features features = featuresOf(grating(22.5 * angle, 8 << scale));
    const std::string expected = std::string("edges ") + kAngles[angle] + ", " + kScales[scale];
    const auto atCentre = [&](int c) { return features.map.at(c, features.map.height() / 2, features.map.width() / 2); };
    const float strongest = atCentre(channel(features, expected));
    for (int c = 0; c < features.map.channels(); ++c) {
        const auto& name = features.channelNames[c];
        if (startsWith(name, "edges") && name != expected) {
            QVERIFY2(atCentre(c) < 0.9F * strongest, name.c_str());
        }
    }
}

void TestRetina::coloursHaveSigns() {
    cv::Mat picture = plain(256, 256, cv::Scalar(128, 128, 128));
    picture(cv::Rect(0, 0, 128, 128)).setTo(cv::Scalar(30, 30, 220));       // red
    picture(cv::Rect(128, 0, 128, 128)).setTo(cv::Scalar(30, 220, 30));     // green
    picture(cv::Rect(0, 128, 128, 128)).setTo(cv::Scalar(220, 30, 30));     // blue
    picture(cv::Rect(128, 128, 128, 128)).setTo(cv::Scalar(30, 220, 220));  // yellow
    const Features features = featuresOf(picture);
    const auto value = [&](const std::string& name, int i, int j) { return features.map.at(channel(features, name), i, j); };
    for (const char* scale : kScales) {
        const std::string redGreen = std::string("red–green, ") + scale;
        const std::string blueYellow = std::string("blue–yellow, ") + scale;
        QVERIFY(value(redGreen, 7, 7) > 0.7F);
        QVERIFY(value(redGreen, 7, 24) < -0.7F);
        QVERIFY(std::abs(value(redGreen, 24, 24)) < 0.01F);
        QVERIFY(value(blueYellow, 24, 7) > 0.7F);
        QVERIFY(value(blueYellow, 24, 24) < -0.7F);
    }
    // A red patch on grey is a red spot and no green one where it is; blue likewise.
    picture.setTo(cv::Scalar(128, 128, 128));
    picture(cv::Rect(60, 60, 8, 8)).setTo(cv::Scalar(30, 30, 220));
    picture(cv::Rect(188, 188, 8, 8)).setTo(cv::Scalar(220, 30, 30));
    const Features spots = featuresOf(picture);
    QVERIFY(spots.map.at(channel(spots, "red spots, fine"), 7, 7) > 0.2F);
    QCOMPARE(spots.map.at(channel(spots, "green spots, fine"), 7, 7), 0.0F);
    QVERIFY(spots.map.at(channel(spots, "blue spots, fine"), 23, 23) > 0.2F);
    QCOMPARE(spots.map.at(channel(spots, "yellow spots, fine"), 23, 23), 0.0F);
}

void TestRetina::plainPicturesHaveNoContrast_data() {
    QTest::addColumn<QSize>("size");
    QTest::addColumn<QList<int>>("colour");
    const std::array<QSize, 4> sizes = {QSize(1, 1), QSize(7, 13), QSize(333, 130), QSize(800, 601)};
    const std::array<QList<int>, 4> colours = {QList<int>{0, 0, 0}, {255, 255, 255}, {37, 101, 203}, {1, 254, 77}};
    for (const QSize& size : sizes) {
        for (const auto& colour : colours) {
            QTest::addRow("%d×%d of %d,%d,%d", size.width(), size.height(), colour[0], colour[1], colour[2]) << size << colour;
        }
    }
}

void TestRetina::plainPicturesHaveNoContrast() {
    QFETCH(QSize, size);
    QFETCH(QList<int>, colour);
    const Features features = featuresOf(plain(size.width(), size.height(), cv::Scalar(colour[0], colour[1], colour[2])));
    for (int c = 0; c < features.map.channels(); ++c) {
        const float* row = features.map.row(c);
        const auto [low, high] = std::minmax_element(row, row + features.map.cells());
        if (answersToPlainColour(features.channelNames[c])) {
            QVERIFY2(*high - *low < 1e-5F, features.channelNames[c].c_str());
        } else {
            QVERIFY2(*low == 0.0F && *high == 0.0F, features.channelNames[c].c_str());
        }
    }
}

void TestRetina::slopesHaveNoSpots() {
    // Steps of one grey level give up to 0.04; folding the slope at the border would give 0.3.
    cv::Mat picture(300, 500, CV_8UC3);
    for (int y = 0; y < picture.rows; ++y) {
        for (int x = 0; x < picture.cols; ++x) {
            const auto v = static_cast<std::uint8_t>(x / 4 + y / 3);
            picture.at<cv::Vec3b>(y, x) = cv::Vec3b(v, v, v);
        }
    }
    const Features features = featuresOf(picture);
    for (int c = 0; c < features.map.channels(); ++c) {
        if (features.channelNames[c].find(" spots, ") != std::string::npos) {
            const float most = largest(features.map.row(c), features.map.cells());
            QVERIFY2(most < 0.06F,
                     qPrintable(QStringLiteral("%1: %2").arg(QString::fromStdString(features.channelNames[c])).arg(most)));
        }
    }
}

void TestRetina::bordersAreNotLouder() {
    // Over many pictures of noise at several scales the outermost cells answer like those inside.
    double border = 0.0;
    double inside = 0.0;
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
        cv::Mat picture;
        cv::resize(noise(64, 64, seed), picture, cv::Size(256, 256), 0.0, 0.0, cv::INTER_CUBIC);
        const Features features = featuresOf(picture);
        const auto map = meanMagnitude(features.map);
        const int side = features.map.width();
        for (int n = 0; n < features.map.cells(); ++n) {
            const int margin = std::min({n / side, n % side, side - 1 - n / side, side - 1 - n % side});
            (margin == 0 ? border : inside) +=
                map[static_cast<std::size_t>(n)] / (margin == 0 ? 4 * side - 4 : (side - 2) * (side - 2));
        }
    }
    QVERIFY2(border < 1.05 * inside, qPrintable(QString::number(border / inside)));
    QVERIFY2(border > 0.9 * inside, qPrintable(QString::number(border / inside)));
}

void TestRetina::nothingDependsOnTheRestOfThePicture() {
    cv::Mat picture = noise(1024, 128, 5);
    const Features before = featuresOf(picture, {8, 1024});
    picture.colRange(700, 1024).setTo(cv::Scalar(255, 0, 255));
    const Features after = featuresOf(picture, {8, 1024});
    for (int c = 0; c < before.map.channels(); ++c) {
        for (int j = 0; j < 32; ++j) {
            QCOMPARE(after.map.at(c, 8, j), before.map.at(c, 8, j));
        }
    }
}

void TestRetina::motionFollowsFrames() {
    const auto retina = makeRetina({});
    cv::Mat first = plain(256, 192, cv::Scalar(80, 80, 80));
    cv::Mat second = first.clone();
    first(cv::Rect(32, 32, 32, 32)).setTo(cv::Scalar(200, 200, 200));
    second(cv::Rect(160, 96, 32, 32)).setTo(cv::Scalar(200, 200, 200));
    const auto still = retina->run(makeFrame(first, 0), {});
    QVERIFY(still.ok());
    const auto moved = retina->run(makeFrame(second, 1), {});
    QVERIFY(moved.ok());
    for (const char* name : {"motion, fine", "motion, coarse", "motion, growing brighter", "motion, growing darker"}) {
        const int c = channel(*moved, name);
        QCOMPARE(largest(still->map.row(c), still->map.cells()), 0.0F);
        const bool brighter = std::string(name) != "motion, growing darker";
        const bool darker = std::string(name) != "motion, growing brighter";
        QCOMPARE(moved->map.at(c, 14, 22) > 0.5F, brighter);  // where it went to
        QCOMPARE(moved->map.at(c, 6, 6) > 0.5F, darker);      // where it came from
        QCOMPARE(moved->map.at(c, 20, 4), 0.0F);              // where nothing changed
    }
    // The same frame again is compared with the same predecessor; a third one, which stands still, with the second.
    const auto again = retina->run(makeFrame(second, 1), {});
    QVERIFY(again.ok());
    QVERIFY(std::equal(again->map.data(), again->map.data() + again->map.size(), moved->map.data()));
    const auto stands = retina->run(makeFrame(second, 2), {});
    QVERIFY(stands.ok());
    QCOMPARE(largest(stands->map.row(channel(*stands, "motion, fine")), stands->map.cells()), 0.0F);
}

void TestRetina::motionForgets() {
    const auto retina = makeRetina({});
    const auto mostMotion = [&retina](const cv::Mat& pixels, std::uint64_t index) {
        const auto features = retina->run(makeFrame(pixels, index), {});
        return features.ok() ? largest(features->map.row(channel(*features, "motion, fine")), features->map.cells()) : -1.0F;
    };
    const cv::Mat dark = plain(64, 64, cv::Scalar(20, 20, 20));
    const cv::Mat bright = plain(64, 64, cv::Scalar(220, 220, 220));
    QCOMPARE(mostMotion(dark, 0), 0.0F);
    QVERIFY(mostMotion(bright, 1) > 0.5F);
    retina->reset();
    QCOMPARE(mostMotion(dark, 2), 0.0F);
    QCOMPARE(mostMotion(plain(64, 40, cv::Scalar(220, 220, 220)), 3), 0.0F);  // another size
    QCOMPARE(mostMotion(plain(64, 40, cv::Scalar(20, 20, 20)), 1), 0.0F);     // an earlier frame
}

void TestRetina::runsAreRepeatable() {
    const cv::Mat picture = noise(301, 207, 9);
    const Features once = featuresOf(picture);
    QVERIFY(std::equal(once.map.data(), once.map.data() + once.map.size(), featuresOf(picture).map.data()));
    QCOMPARE(makeRetina({8, 512})->key(), makeRetina({8, 512})->key());
    QVERIFY(makeRetina({8, 512})->key() != makeRetina({16, 512})->key());
    QVERIFY(makeRetina({8, 512})->key() != makeRetina({8, 256})->key());
}

void TestRetina::stops() {
    const auto retina = makeRetina({});
    const cv::Mat dark = plain(64, 64, cv::Scalar(20, 20, 20));
    const cv::Mat bright = plain(64, 64, cv::Scalar(220, 220, 220));
    QVERIFY(retina->run(makeFrame(dark, 0), {}).ok());
    std::stop_source source;
    source.request_stop();
    const auto stopped = retina->run(makeFrame(bright, 1), source.get_token());
    QVERIFY(!stopped.ok());
    QCOMPARE(stopped.error().code, ErrorCode::Cancelled);
    // A stopped frame was never seen: the next one is compared with the one before it.
    const auto next = retina->run(makeFrame(dark, 2), {});
    QVERIFY(next.ok());
    QCOMPARE(largest(next->map.row(channel(*next, "motion, fine")), next->map.cells()), 0.0F);
}

void TestRetina::refusesWhatItCannotDo() {
    const Frame frame = makeFrame(noise(16, 16, 3));
    for (const int stride : {-8, 0, 1, 7, 64}) {
        const auto result = makeRetina({stride, 512})->run(frame, {});
        QVERIFY(!result.ok());
        QCOMPARE(result.error().code, ErrorCode::BadParameter);
        QVERIFY(result.error().message().find(std::to_string(stride)) != std::string::npos);
    }
    for (const int side : {-1, 0, 1'000'000}) {
        const auto result = makeRetina({8, side})->run(frame, {});
        QVERIFY(!result.ok());
        QCOMPARE(result.error().code, ErrorCode::BadParameter);
    }
    for (const Frame& bad : {makeFrame(cv::Mat(8, 8, CV_8UC1, cv::Scalar(3))), Frame()}) {
        const auto result = makeRetina({})->run(bad, {});
        QVERIFY(!result.ok());
        QCOMPARE(result.error().code, ErrorCode::BadFormat);
    }
}

void TestRetina::peaksOnTheSubject_data() {
    QTest::addColumn<int>("stride");
    for (const int stride : kStrides) {
        QTest::addRow("stride %d", stride) << stride;
    }
}

void TestRetina::peaksOnTheSubject() {
    QFETCH(int, stride);
    int simam = 0;
    int hardTopk = 0;
    for (const Sample& sample : samples()) {
        const cv::Mat picture = cv::imread(std::string(FOVEA_SOURCE_DIR "/resources/samples/") + sample.file, cv::IMREAD_COLOR);
        QVERIFY2(!picture.empty(), sample.file);
        const Features features = featuresOf(picture, {stride, 512});
        simam += peaksOnSubject(sample, features, energyGate(features.map), "simam") ? 1 : 0;
        hardTopk += peaksOnSubject(sample, features, meanMagnitude(features.map), "hard_topk") ? 1 : 0;
    }
    QVERIFY(simam >= 3 && hardTopk >= 3);
}

QTEST_GUILESS_MAIN(TestRetina)
#include "tst_retina.moc"
