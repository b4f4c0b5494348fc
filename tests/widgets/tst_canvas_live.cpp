#include <QSignalSpy>
#include <QTest>

#include <chrono>

#include "tests/support/canvas_fixture.h"
#include "tests/support/view_test.h"
#include "widgets/theme.h"

using namespace fovea;

namespace {

// Frames of one source: `sequence` as they are handed on, captured so many milliseconds after its first.
struct FakeLive {
    std::shared_ptr<const SourceInfo> source = std::make_shared<SourceInfo>();

    [[nodiscard]] Frame frame(std::uint64_t sequence, int milliseconds, QSize size = {100, 80}) const {
        Frame made = makeFrame(size.width(), size.height(), sequence);
        made.pixels = std::make_shared<cv::Mat>(size.height(), size.width(), CV_8UC3,
                                                cv::Scalar(10.0, 200.0, static_cast<double>(sequence)));
        made.sequence = sequence;
        made.captured = std::chrono::steady_clock::time_point(std::chrono::seconds(5) + std::chrono::milliseconds(milliseconds));
        made.source = source;
        return made;
    }
    [[nodiscard]] std::shared_ptr<const FrameResult> result(std::uint64_t sequence, int milliseconds, std::uint64_t epoch = 1,
                                                            QSize size = {100, 80}) const {
        return makeResult(frame(sequence, milliseconds, size), 10, 8, epoch);
    }
};

std::uint64_t paintedSequence(const CanvasFixture& f) {
    const OverlayRequest& request = f.canvas.rendered().request;
    return request.result ? request.result->frame.sequence : 0;
}

// A canvas which waits for its pixels, with the field asked for.
struct BusyFixture : CanvasFixture {
    BusyFixture() {
        answering = false;
        canvas.setField(fakeField());
        canvas.setStyle(opaqueCells());
    }
    OverlayRequest ask(std::shared_ptr<const FrameResult> result) {
        canvas.setResult(std::move(result));
        settle();
        return requests.back();
    }
};

}  // namespace

class TestCanvasLive : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() {
        test::failOnWarnings();
        applyTheme(*qApp, ThemeName::Dark);
    }

    // Results which keep coming faster than pixels must not leave the canvas without any.
    void pixelsOfAPassedFrameArePainted() {
        const FakeLive live;
        BusyFixture f;
        OverlayRequest previous = f.ask(live.result(1, 0));
        for (std::uint64_t n = 2; n < 6; ++n) {
            const OverlayRequest next = f.ask(live.result(n, static_cast<int>(30 * n)));
            f.answer(previous);
            QCOMPARE(paintedSequence(f), n - 1);
            previous = next;
        }
    }

    void olderPixelsNeverCoverNewerOnes() {
        const FakeLive live;
        BusyFixture f;
        const OverlayRequest first = f.ask(live.result(1, 0));
        const OverlayRequest second = f.ask(live.result(2, 30));
        f.answer(second);
        f.answer(first);
        QCOMPARE(paintedSequence(f), 2U);
        // A parameter has changed: the numbers of an older epoch are behind though their frame is newer.
        const OverlayRequest third = f.ask(live.result(3, 60));
        const OverlayRequest changed = f.ask(live.result(3, 60, 2));
        f.answer(third);
        QCOMPARE(paintedSequence(f), 2U);
        f.answer(changed);
        QCOMPARE(f.canvas.rendered().request.result->epoch, 2U);
        f.answer(third);
        QCOMPARE(f.canvas.rendered().request.result->epoch, 2U);
    }

    void jumpingBackIsNewer() {
        const FakeLive live;
        BusyFixture f;
        f.answer(f.ask(live.result(8, 300)));
        auto back = std::make_shared<FrameResult>(*live.result(9, 330, 2));
        back->frame.index = 0;
        f.answer(f.ask(back));
        QCOMPARE(paintedSequence(f), 9U);
        QCOMPARE(f.canvas.rendered().request.result->frame.index, 0U);
    }

    void anOlderResultIsIgnored() {
        const FakeLive live;
        BusyFixture f;
        f.ask(live.result(5, 100));
        QCOMPARE(f.ask(live.result(4, 70)).result->frame.sequence, 5U);
        QCOMPARE(f.ask(live.result(6, 130)).result->frame.sequence, 6U);
    }

    // What stands in the status bar is what is seen, not what will be seen next.
    void theCursorReadsThePaintedOverlay() {
        const FakeLive live;
        BusyFixture f;
        f.answer(f.ask(live.result(1, 0)));
        f.ask(live.result(2, 30));
        QSignalSpy moved(&f.canvas, &Canvas::cursorMoved);
        QTest::mouseMove(&f.canvas, f.canvas.view().positionOf({5, 5}).toPoint());
        f.canvas.setResult(live.result(3, 60));
        QVERIFY(!moved.isEmpty());
        const auto info = moved.last().at(0).value<CursorInfo>();
        QVERIFY(info.hasValue);
        QCOMPARE(info.value, 1.0F);
        QCOMPARE(info.colour, qRgb(1, 200, 10));
        QVERIFY(f.canvas.textSummary().contains(QStringLiteral("strongest")));
    }

    void aSlowMapIsDrawnStaleOverTheRunningPicture() {
        const FakeLive live;
        CanvasFixture f;
        f.show(live.result(1, 0), opaqueCells());
        const QImage fresh = f.grab();
        const QPoint inCell = f.deviceAt({95, 5});
        QVERIFY(qRed(fresh.pixel(inCell)) != qGreen(fresh.pixel(inCell)));
        const auto asked = f.requests.size();
        f.canvas.setNewestFrame(live.frame(4, Canvas::kStaleMilliseconds));
        f.settle();
        QCOMPARE(f.requests.size(), asked);
        f.canvas.setNewestFrame(live.frame(5, 231));
        const QImage stale = f.grab();
        QCOMPARE(f.requests.size(), asked + 1);
        QCOMPARE(f.canvas.rendered().request.over.sequence, 5U);
        QCOMPARE(qRed(stale.pixel(inCell)), qGreen(stale.pixel(inCell)));
        QCOMPARE(qRed(stale.pixel(inCell)), qBlue(stale.pixel(inCell)));
        QVERIFY(f.canvas.textSummary().contains(QStringLiteral("231 ms older")));
        QVERIFY(countOf(fresh, theme().secondary) < 20);
        QVERIFY(countOf(stale, theme().secondary) > 500);
        QVERIFY(differences(fresh, stale, QRect(12, 12, 60, 22)) > 100);
        // Half seen through, the picture under it is the newer one.
        OverlayStyle clear = opaqueCells();
        clear.opacity = 0.0;
        f.canvas.setStyle(clear);
        QCOMPARE(f.grab().pixel(inCell), qRgb(5, 200, 10));
        f.canvas.setStyle(opaqueCells());
        f.canvas.setResult(live.result(5, 231));
        const QImage again = f.grab();
        QVERIFY(!f.canvas.rendered().request.over.valid());
        QCOMPARE(again, fresh);
    }

    void theStalePictureRunsForward() {
        const FakeLive live;
        BusyFixture f;
        f.answer(f.ask(live.result(1, 0)));
        f.canvas.setNewestFrame(live.frame(6, 200));
        f.settle();
        const OverlayRequest sixth = f.requests.back();
        f.canvas.setNewestFrame(live.frame(7, 230));
        f.settle();
        f.answer(f.requests.back());
        f.answer(sixth);
        QCOMPARE(f.canvas.rendered().request.over.sequence, 7U);
        // The next map is fresh enough, so it comes with its own picture; one that lags as much as the last stays grey.
        QVERIFY(f.ask(live.result(2, 70)).over.valid());
        QVERIFY(!f.ask(live.result(5, 170)).over.valid());
    }

    void picturesOfAnotherSourceOrSizeDoNotRunUnderThisMap() {
        const FakeLive live;
        const FakeLive other;
        CanvasFixture f;
        f.show(live.result(1, 0), opaqueCells());
        const auto asked = f.requests.size();
        f.canvas.setNewestFrame(other.frame(9, 900));
        f.canvas.setNewestFrame(live.frame(9, 900, {50, 40}));
        f.settle();
        QCOMPARE(f.requests.size(), asked);
    }

    void anotherSizeRefitsOnlyAFittedView() {
        const FakeLive live;
        BusyFixture f;
        f.answer(f.ask(live.result(1, 0)));
        const double fitted = f.canvas.view().zoom;
        f.ask(live.result(2, 30, 1, {200, 160}));
        QCOMPARE(f.canvas.view().zoom, fitted / 2.0);
        // Until its pixels come the last ones stand where the picture stands.
        const QRgb colour = f.grab().pixel(f.deviceAt({10, 10}));
        QCOMPARE(colour, f.grab().pixel(f.deviceAt({8, 8})));
        QVERIFY(colour != theme().canvas.rgb());
        f.canvas.zoomBy(2.0);
        const QPointF middle = f.canvas.view().pictureAt({200, 150});
        f.ask(live.result(3, 60, 1, {100, 80}));
        QCOMPARE(f.canvas.view().zoom, 2.0 * fitted);
        QVERIFY((f.canvas.view().pictureAt({200, 150}) - middle / 2.0).manhattanLength() < 1e-6);
    }
};

QTEST_MAIN(TestCanvasLive)
#include "tst_canvas_live.moc"
