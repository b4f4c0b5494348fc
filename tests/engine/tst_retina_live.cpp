// What a stream of frames asks of the Retina: memory used again and quick reduction must not show in the numbers.
// test: both-levels

#include <QRegularExpression>
#include <QSize>
#include <QTest>
#include <algorithm>
#include <memory>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "engine/models/retina.h"

using namespace fovea;

namespace {

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

cv::Mat noise(int width, int height, std::uint64_t seed) {
    cv::Mat out(height, width, CV_8UC3);
    cv::RNG(seed).fill(out, cv::RNG::UNIFORM, 0, 256);
    return out;
}

}  // namespace

class TestRetinaLive final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".?"))); }

    void memoryKeptLeavesNoTrace() {
        // One instance sees frames of many sizes, large ones before small ones; each must give what a fresh instance gives.
        const auto kept = makeRetina({});
        std::uint64_t index = 0;
        for (const QSize size : {QSize(640, 480), QSize(33, 65), QSize(1, 1), QSize(301, 207), QSize(7, 13), QSize(640, 480)}) {
            const cv::Mat picture = noise(size.width(), size.height(), index);
            kept->reset();
            for (int again = 0; again < 2; ++again) {
                const auto features = kept->run(makeFrame(picture, index), {});
                QVERIFY(features.ok());
                const Features fresh = featuresOf(picture);
                QCOMPARE(features->map.size(), fresh.map.size());
                QVERIFY(std::equal(fresh.map.data(), fresh.map.data() + fresh.map.size(), features->map.data()));
            }
            ++index;
        }
    }

    void reducesAsAreasDo() {
        // A picture of which a reduced one is made by hand: for usual sizes, and for one where OpenCV does it, features are the
        // same.
        for (const QSize size : {QSize(640, 480), QSize(1280, 720), QSize(800, 600), QSize(641, 479)}) {
            const cv::Mat picture = noise(size.width(), size.height(), 4);
            const int height = qRound(512.0 * size.height() / size.width());
            cv::Mat reduced;
            cv::resize(picture, reduced, cv::Size(512, height), 0.0, 0.0, cv::INTER_AREA);
            const Features whole = featuresOf(picture);
            const Features part = featuresOf(reduced);
            QCOMPARE(whole.map.size(), part.map.size());
            QVERIFY(std::equal(part.map.data(), part.map.data() + part.map.size(), whole.map.data()));
        }
    }
};

QTEST_GUILESS_MAIN(TestRetinaLive)
#include "tst_retina_live.moc"
