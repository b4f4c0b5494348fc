#include <QSignalSpy>
#include <QTest>
#include <QThread>

#include <memory>
#include <new>
#include <opencv2/core/mat.hpp>
#include <optional>

#include "engine/runtime/render_view.h"
#include "tests/support/fake_modules.h"

using namespace fovea;
using namespace fovea::test;

namespace {

using FullResult = std::shared_ptr<const FrameResult>;

constexpr int kPatience = 60000;

const QString kFirst = QStringLiteral("first");
const QString kLeft = QStringLiteral("left");
const QString kRight = QStringLiteral("right");

OverlayRequest overlay(const FullResult& result, double originX) {
    OverlayRequest request;
    request.result = result;
    request.viewport = {.originX = originX, .originY = 0.0, .zoom = 1.0, .width = 8, .height = 6};
    return request;
}

FullResult resultOf(const Frame& frame) {
    return std::make_shared<const FrameResult>(FrameResult{.epoch = 1, .frame = frame, .models = {ModelResult()}});
}

/// A render worker on its own thread, with views whose painting waits for a gate.
class GatedPainting {
public:
    using View = RenderView<OverlayRequest>;

    Gate gate;
    std::vector<std::pair<QString, double>> painted;  // view and originX, as they came back
    std::vector<double> begun;                        // by the render thread; read after finish()
    std::vector<double> ended;                        // likewise, those which were not stopped
    RenderWorker worker;
    std::unique_ptr<View> first = view(kFirst);
    std::unique_ptr<View> left = view(kLeft);
    std::unique_ptr<View> right = view(kRight);

    GatedPainting() {
        QObject::connect(&worker, &RenderWorker::finishedReady, &m_receiver, [this] { worker.deliver(); });
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
    std::unique_ptr<View> view(const QString& name) {
        return std::make_unique<View>(
            worker,
            [this, name](const RenderedOverlay& overlay) { painted.emplace_back(name, overlay.request.viewport.originX); },
            [this](const OverlayRequest& request, const std::stop_token& stop) { return paint(request, stop); });
    }
    RenderedOverlay paint(const OverlayRequest& request, const std::stop_token& stop) {
        RenderedOverlay out;
        out.request = request;
        begun.push_back(out.request.viewport.originX);
        if (gate.pass(stop)) {
            ended.push_back(out.request.viewport.originX);
            out.pixels = std::make_shared<const cv::Mat>(2, 2, CV_8UC4);
        }
        return out;
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
    void aViewWhichGoesGetsNothing();
    void aViewMayGoBeforeItsFinishedPicture();
    void aViewMayGoWhileItReceives();
    void aViewMayOutliveItsLane();
    void viewsOfOneLaneGetTheirOwnPictures();
    void partsHaveViewsOfTheirOwn();
};

void TestRenderWorker::newestWinsPerView() {
    const auto result = resultOf(testFrame(20, 12));
    GatedPainting painting;
    painting.left->request(overlay(result, 1));
    QVERIFY(painting.gate.waitForArrivals(1));
    painting.right->request(overlay(result, 10));  // does not disturb the left view
    for (const double originX : {2, 3, 4}) {
        painting.left->request(overlay(result, originX));
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
    painting.left->request(overlay(result, 1));
    QVERIFY(painting.gate.waitForArrivals(1));
    painting.left->request(overlay(result, 2));  // stops 1
    QVERIFY(painting.gate.waitForArrivals(2));
    painting.left->request(overlay(result, 3));  // must not stop 2 as well
    painting.gate.open();
    QTRY_VERIFY_WITH_TIMEOUT(!painting.painted.empty() && painting.painted.back().second == 3.0, kPatience);
    painting.finish();
    QCOMPARE(painting.begun, (std::vector<double>{1, 2, 3}));
    QCOMPARE(painting.ended, (std::vector<double>{2, 3}));
}

void TestRenderWorker::takesTurns() {
    const auto result = resultOf(testFrame(20, 12));
    GatedPainting painting;
    painting.first->request(overlay(result, 0));
    QVERIFY(painting.gate.waitForArrivals(1));
    painting.left->request(overlay(result, 1));
    painting.right->request(overlay(result, 2));
    painting.left->request(overlay(result, 3));  // keeps its place in the queue
    painting.gate.open();
    QTRY_VERIFY_WITH_TIMEOUT(!painting.painted.empty() && painting.painted.back().first == kRight, kPatience);
    painting.finish();
    QCOMPARE(painting.begun, (std::vector<double>{0, 3, 2}));
}

void TestRenderWorker::skipsALeftSource() {
    GatedPainting painting;
    painting.gate.open();
    painting.left->request(overlay(resultOf(testFrame(20, 12)), 1));
    QVERIFY(painting.gate.waitForArrivals(1));
    painting.left->request(overlay(resultOf(testFrame(20, 12)), 2));  // another picture
    QTRY_VERIFY_WITH_TIMEOUT(!painting.painted.empty(), kPatience);
    QCOMPARE(painting.painted.front().second, 2.0);
}

void TestRenderWorker::errorIsSaid() {
    RenderWorker worker;
    std::optional<Error> error;
    RenderView<OverlayRequest> view(
        worker, [&](const RenderedOverlay& overlay) { error = overlay.error; },
        [](const OverlayRequest&, const std::stop_token&) -> RenderedOverlay { throw std::bad_alloc(); });
    view.request(overlay(resultOf(testFrame(20, 12)), 1));
    QCoreApplication::processEvents();
    worker.deliver();
    QVERIFY(error.has_value());
    QVERIFY2(error->message().find("not enough memory") != std::string::npos, error->message().c_str());
}

void TestRenderWorker::aViewWhichGoesGetsNothing() {
    const auto result = resultOf(testFrame(20, 12));
    GatedPainting painting;
    painting.left->request(overlay(result, 1));
    QVERIFY(painting.gate.waitForArrivals(1));
    painting.first->request(overlay(result, 2));
    painting.right->request(overlay(result, 3));
    painting.left.reset();   // its picture is being painted
    painting.first.reset();  // its request still waits
    QVERIFY(painting.gate.waitForArrivals(2));
    painting.gate.open();
    QTRY_VERIFY_WITH_TIMEOUT(!painting.painted.empty(), kPatience);
    painting.finish();
    QCoreApplication::processEvents();
    QCOMPARE(painting.painted, (std::vector<std::pair<QString, double>>{{kRight, 3.0}}));
    QCOMPARE(painting.begun, (std::vector<double>{1, 3}));
    QCOMPARE(painting.ended, (std::vector<double>{3}));
}

void TestRenderWorker::aViewMayGoBeforeItsFinishedPicture() {
    RenderWorker worker;
    QSignalSpy finished(&worker, &RenderWorker::finishedReady);
    int received = 0;
    auto view = std::make_unique<RenderView<OverlayRequest>>(worker, [&](const RenderedOverlay&) { ++received; });
    view->request(overlay(resultOf(testFrame(20, 12)), 1));
    QCoreApplication::processEvents();
    QCOMPARE(finished.count(), 1);
    view.reset();
    worker.deliver();
    QCOMPARE(received, 0);
}

void TestRenderWorker::aViewMayGoWhileItReceives() {
    RenderWorker worker;
    int received = 0;
    std::unique_ptr<RenderView<OverlayRequest>> view;
    view = std::make_unique<RenderView<OverlayRequest>>(worker, [&](const RenderedOverlay&) {
        view.reset();
        ++received;
    });
    view->request(overlay(resultOf(testFrame(20, 12)), 1));
    QCoreApplication::processEvents();
    worker.deliver();
    QCOMPARE(received, 1);
    QVERIFY(!view);
}

void TestRenderWorker::aViewMayOutliveItsLane() {
    auto worker = std::make_unique<RenderWorker>();
    int received = 0;
    RenderView<OverlayRequest> view(*worker, [&](const RenderedOverlay&) { ++received; });
    view.request(overlay(resultOf(testFrame(20, 12)), 1));
    worker.reset();
    view.request(overlay(resultOf(testFrame(20, 12)), 2));
    QCoreApplication::processEvents();
    QCOMPARE(received, 0);
}

// A lane paints what its views ask for, whatever the kind of their requests.
void TestRenderWorker::viewsOfOneLaneGetTheirOwnPictures() {
    const auto result = resultOf(testFrame(20, 12));
    RenderWorker worker;
    QStringList received;
    const auto sizeOf = [](const cv::Mat& pixels) { return QStringLiteral("%1×%2").arg(pixels.cols).arg(pixels.rows); };
    RenderView<OverlayRequest> small(
        worker, [&](const RenderedOverlay& overlay) { received << QStringLiteral("small ") + sizeOf(*overlay.pixels); });
    RenderView<OverlayRequest> large(
        worker, [&](const RenderedOverlay& overlay) { received << QStringLiteral("large ") + sizeOf(*overlay.pixels); });
    RenderView<MatrixRequest> matrix(worker, [&](const RenderedMatrix& matrix) {
        received << QString::fromStdString("matrix of " + matrix.request.job.source);
    });
    OverlayRequest larger = overlay(result, 0);
    larger.viewport.width = 16;
    small.request(overlay(result, 0));
    large.request(larger);
    matrix.request({.result = result, .job = {"absent"}, .map = {}, .style = {}});
    QCoreApplication::processEvents();
    worker.deliver();
    QCOMPARE(received,
             (QStringList{QStringLiteral("small 8×6"), QStringLiteral("large 16×6"), QStringLiteral("matrix of absent")}));
}

void TestRenderWorker::partsHaveViewsOfTheirOwn() {
    const auto result = resultOf(testFrame(20, 12));
    RenderWorker worker;
    std::vector<std::pair<int, double>> received;
    RenderViews<int, OverlayRequest> views(
        worker, [&](int part, const RenderedOverlay& overlay) { received.emplace_back(part, overlay.request.viewport.originX); });
    views.request(1, overlay(result, 1));
    views.request(2, overlay(result, 2));
    views.request(1, overlay(result, 3));
    QCoreApplication::processEvents();
    worker.deliver();
    QCOMPARE(received, (std::vector<std::pair<int, double>>{{1, 3.0}, {2, 2.0}}));
}

QTEST_GUILESS_MAIN(TestRenderWorker)
#include "tst_render_worker.moc"
