#include <QTest>
#include <QThread>

#include <new>
#include <opencv2/core/mat.hpp>

#include "engine/runtime/render_worker.h"
#include "tests/support/fake_modules.h"

using namespace fovea;
using namespace fovea::test;

namespace {

using FullResult = std::shared_ptr<const FrameResult>;

constexpr int kPatience = 60000;

const QString kLeft = QStringLiteral("left");
const QString kRight = QStringLiteral("right");

OverlayRequest overlay(const FullResult& result, double originX) {
    OverlayRequest request;
    request.result = result;
    request.viewport = {.originX = originX, .originY = 0.0, .zoom = 1.0, .width = 8, .height = 6};
    return request;
}

FullResult resultOf(const Frame& frame) {
    return std::make_shared<const FrameResult>(FrameResult{.epoch = 1, .frame = frame, .features = {}, .modules = {}});
}

/// A render worker on its own thread, whose painting waits for a gate.
class GatedPainting {
public:
    Gate gate;
    std::vector<std::pair<QString, double>> painted;  // view and originX, as they came back
    std::vector<double> begun;                        // by the render thread; read after finish()
    std::vector<double> ended;                        // likewise, those which were not stopped
    RenderWorker worker;

    GatedPainting() : worker([this](const RenderRequest& request, const std::stop_token& stop) { return paint(request, stop); }) {
        QObject::connect(&worker, &RenderWorker::finishedReady, &m_receiver, [this] { take(); });
        worker.moveToThread(&m_thread);
        m_thread.start();
    }
    ~GatedPainting() { finish(); }
    GatedPainting(const GatedPainting&) = delete;
    GatedPainting& operator=(const GatedPainting&) = delete;

    void finish() {
        worker.shutDown();
        m_thread.quit();
        m_thread.wait();
    }

private:
    Rendered paint(const RenderRequest& request, const std::stop_token& stop) {
        RenderedOverlay out;
        out.request = std::get<OverlayRequest>(request);
        begun.push_back(out.request.viewport.originX);
        if (gate.pass(stop)) {
            ended.push_back(out.request.viewport.originX);
            out.pixels = std::make_shared<const cv::Mat>(2, 2, CV_8UC4);
        }
        return out;
    }
    void take() {
        while (const auto finished = worker.takeFinished()) {
            painted.emplace_back(finished->view, std::get<RenderedOverlay>(finished->rendered).request.viewport.originX);
        }
    }

    QObject m_receiver;
    QThread m_thread;
};

}  // namespace

class TestRenderWorker final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }
    void newestWinsPerView();
    void streamStillShowsPictures();
    void takesTurns();
    void skipsALeftSource();
    void errorIsSaid();
};

void TestRenderWorker::newestWinsPerView() {
    const auto result = resultOf(testFrame(20, 12));
    GatedPainting painting;
    painting.worker.post(kLeft, overlay(result, 1));
    QVERIFY(painting.gate.waitForArrivals(1));
    painting.worker.post(kRight, overlay(result, 10));  // does not disturb the left view
    for (const double originX : {2, 3, 4}) {
        painting.worker.post(kLeft, overlay(result, originX));
    }
    QVERIFY(painting.gate.waitForArrivals(2));
    painting.gate.open();
    QTRY_COMPARE_WITH_TIMEOUT(painting.painted.size(), std::size_t{2}, kPatience);
    QCOMPARE(painting.painted[0], std::make_pair(kRight, 10.0));
    QCOMPARE(painting.painted[1], std::make_pair(kLeft, 4.0));
    painting.finish();
    QCOMPARE(painting.begun, (std::vector<double>{1, 10, 4}));
}

void TestRenderWorker::streamStillShowsPictures() {
    const auto result = resultOf(testFrame(20, 12));
    GatedPainting painting;
    painting.worker.post(kLeft, overlay(result, 1));
    QVERIFY(painting.gate.waitForArrivals(1));
    painting.worker.post(kLeft, overlay(result, 2));  // stops 1
    QVERIFY(painting.gate.waitForArrivals(2));
    painting.worker.post(kLeft, overlay(result, 3));  // must not stop 2 as well
    painting.gate.open();
    QTRY_VERIFY_WITH_TIMEOUT(!painting.painted.empty() && painting.painted.back().second == 3.0, kPatience);
    painting.finish();
    QCOMPARE(painting.begun, (std::vector<double>{1, 2, 3}));
    QCOMPARE(painting.ended, (std::vector<double>{2, 3}));
}

void TestRenderWorker::takesTurns() {
    const auto result = resultOf(testFrame(20, 12));
    GatedPainting painting;
    painting.worker.post(QStringLiteral("first"), overlay(result, 0));
    QVERIFY(painting.gate.waitForArrivals(1));
    painting.worker.post(kLeft, overlay(result, 1));
    painting.worker.post(kRight, overlay(result, 2));
    painting.worker.post(kLeft, overlay(result, 3));  // keeps its place in the queue
    painting.gate.open();
    QTRY_VERIFY_WITH_TIMEOUT(!painting.painted.empty() && painting.painted.back().first == kRight, kPatience);
    painting.finish();
    QCOMPARE(painting.begun, (std::vector<double>{0, 3, 2}));
}

void TestRenderWorker::skipsALeftSource() {
    GatedPainting painting;
    painting.gate.open();
    painting.worker.post(kLeft, overlay(resultOf(testFrame(20, 12)), 1));
    QVERIFY(painting.gate.waitForArrivals(1));
    painting.worker.post(kLeft, overlay(resultOf(testFrame(20, 12)), 2));  // another picture
    QTRY_VERIFY_WITH_TIMEOUT(!painting.painted.empty(), kPatience);
    QCOMPARE(painting.painted.front().second, 2.0);
}

void TestRenderWorker::errorIsSaid() {
    RenderWorker worker([](const RenderRequest&, const std::stop_token&) -> Rendered { throw std::bad_alloc(); });
    worker.post(kLeft, overlay(resultOf(testFrame(20, 12)), 1));
    QCoreApplication::processEvents();
    const auto finished = worker.takeFinished();
    QVERIFY(finished.has_value());
    const auto& error = std::get<RenderedOverlay>(finished->rendered).error;
    QVERIFY(error.has_value());
    QVERIFY2(error->message().find("not enough memory") != std::string::npos, error->message().c_str());
}

QTEST_GUILESS_MAIN(TestRenderWorker)
#include "tst_render_worker.moc"
