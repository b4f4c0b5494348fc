#include <QSignalSpy>
#include <QTest>

#include "tests/support/view_test.h"
#include "widgets/live_numbers.h"
#include "widgets/live_plot.h"
#include "widgets/theme.h"

using namespace fovea;
using namespace fovea::test;

namespace {

LiveStats stats(int overlays, double latency = 40.0) {
    LiveStats s;
    s.valid = true;
    s.framesPerSecond = 29.97;
    s.overlaysPerSecond = 8.24;
    s.latencyMedian = 41.27;
    s.latencyP95 = 58.9;
    s.features = 20.0;
    s.module = 5.0;
    s.render = 3.0;
    s.dropped = 3;
    s.workingSide = 320;
    for (int n = 0; n < overlays; ++n) {
        LiveFrame f;
        f.sequence = static_cast<std::uint64_t>(n);
        f.waited = 2.0;
        f.features = 20.0;
        f.module = 5.0;
        f.render = 3.0;
        f.latency = latency;
        s.recent.push_back(f);
    }
    return s;
}

struct PaintCounter : QObject {
    int paints = 0;
    bool eventFilter(QObject*, QEvent* event) override {
        paints += event->type() == QEvent::Paint ? 1 : 0;
        return false;
    }
};

}  // namespace

class TestLiveNumbers : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { applyTheme(*qApp, ThemeName::Dark); }
    void init() { failOnWarnings(); }

    void theLineIsCalmAndTheHoverExact() {
        LiveNumbers numbers;
        QVERIFY(numbers.text().isEmpty());
        QCOMPARE(numbers.sizeHint().width(), 0);
        numbers.setStats(stats(0));
        QCOMPARE(numbers.text(), QStringLiteral("30 in · 8.2 out /s · 41 ms · 3 dropped"));
        QVERIFY2(numbers.toolTip().contains(QStringLiteral("41.27 ms")) && numbers.toolTip().contains(QStringLiteral("58.9 ms")),
                 qPrintable(numbers.toolTip()));
        QVERIFY(numbers.toolTip().contains(QStringLiteral("Working picture: 320 px.")));
        LiveStats lowered = stats(0);
        lowered.autoSized = true;
        numbers.setStats(lowered);
        QVERIFY(numbers.text().endsWith(QStringLiteral("320 px")));
        QVERIFY(numbers.toolTip().contains(QStringLiteral("lowered to keep the rate")));
        const int widest = numbers.sizeHint().width();
        numbers.setStats(stats(0));
        QCOMPARE(numbers.sizeHint().width(), widest);  // its neighbours stand still
        numbers.setStats({});
        QVERIFY(numbers.text().isEmpty() && numbers.toolTip().isEmpty());
        QCOMPARE(numbers.sizeHint().width(), 0);
    }

    void itIsClickedByMouseAndKey() {
        LiveNumbers numbers;
        numbers.setStats(stats(0));
        showAt(numbers, 260, 18);
        QSignalSpy clicked(&numbers, &LiveNumbers::clicked);
        QTest::mouseClick(&numbers, Qt::LeftButton);
        QTest::keyClick(&numbers, Qt::Key_Space);
        QCOMPARE(clicked.size(), 2);
        QVERIFY(countColour(numbers.grab().toImage(), numbers.rect(), theme().text.rgb(), 60) > 30);
    }

    void stacksReachTheTrueTop() {
        LivePlot plot;
        LiveStats s = stats(120);
        s.recent.back().latency = 80.0;
        plot.setStats(s);
        showAt(plot, 274, plot.height());
        const QRectF half = plot.stackRect(60);
        const QRectF whole = plot.stackRect(119);
        QVERIFY(whole.height() > 40.0);
        QVERIFY(qAbs(half.height() * 2.0 - whole.height()) < 1e-6);
        QVERIFY(qAbs(half.width() - 2.0) < 1e-6);
        // Half of a stack of 40 ms are the features' 20, from 2 ms upwards: one colour over half its height.
        const QImage image = plot.grab().toImage();
        const int x = static_cast<int>(half.left()) + 1;
        const QRgb colour = image.pixel(x, static_cast<int>(half.bottom() - half.height() * 12.0 / 40.0));
        const int high = countColour(image, QRect(x, static_cast<int>(half.top()), 1, static_cast<int>(half.height())), colour);
        QVERIFY2(qAbs(high - half.height() / 2.0) <= 1.5, qPrintable(QString::number(high)));
        QCOMPARE(countColour(image, QRect(x, 20, 1, static_cast<int>(half.top()) - 21), colour), 0);
    }

    void ofFewerOverlaysTheNewestStandsAtTheRight() {
        LivePlot plot;
        plot.setStats(stats(3));
        plot.resize(274, plot.height());
        QVERIFY(qAbs(plot.stackRect(2).right() - 240.0) < 1e-6);
        QVERIFY(plot.stackRect(0).left() > 230.0);
        LivePlot full;
        full.setStats(stats(500));
        full.resize(274, full.height());
        QVERIFY(qAbs(full.stackRect(119).right() - 240.0) < 1e-6);
        QCOMPARE(full.stackRect(120).height(), 0.0);
    }

    void linesOfARateStandOnlyWithinTheScale() {
        const auto lineAt = [](double top, double milliseconds) {
            LivePlot plot;
            plot.setStats(stats(1, top));
            showAt(plot, 274, plot.height());
            const QRectF stack = plot.stackRect(0);
            const int y = static_cast<int>(std::round(stack.bottom() - stack.height() * milliseconds / top));
            const QImage image = plot.grab().toImage();
            int bright = 0;
            for (int x = 0; x < 200; ++x) {
                bright += qGreen(image.pixel(x, y)) > 120 ? 1 : 0;
            }
            return bright;
        };
        QVERIFY(lineAt(60.0, 1000.0 / 30.0) > 80);
        QVERIFY(lineAt(150.0, 1000.0 / 30.0) > 80);
        QVERIFY(lineAt(150.0, 100.0) > 80);
        QCOMPARE(lineAt(60.0, 50.0), 0);
    }

    // However often it is told, it paints at once and then not before its pause is over; the newest numbers win.
    void paintingIsCoalesced() {
        LivePlot plot;
        plot.setStats(stats(1));
        showAt(plot, 240, plot.height());
        PaintCounter counter;
        plot.installEventFilter(&counter);
        for (int n = 0; n < 200; ++n) {
            LiveStats s = stats(2);
            s.latencyMedian = n;
            plot.setStats(s);
            QCoreApplication::processEvents();
        }
        QVERIFY2(counter.paints < 20, qPrintable(QString::number(counter.paints)));
        QTRY_VERIFY(plot.textSummary().contains(QStringLiteral("half within 199 ms")));
        QTRY_VERIFY(counter.paints > 0);
    }

    void itSaysWhatItShows() {
        LivePlot plot;
        QVERIFY(plot.textSummary().startsWith(QStringLiteral("A live source fills this card")));
        LiveStats s = stats(10);
        s.autoSized = true;
        plot.setStats(s);
        const QString text = plot.textSummary();
        QVERIFY2(text.contains(QStringLiteral("95 % within 58.9 ms")), qPrintable(text));
        QVERIFY2(text.contains(QStringLiteral("features 20 ms")) && text.contains(QStringLiteral("rest 10 ms")),
                 qPrintable(text));
        QVERIFY(text.endsWith(QStringLiteral("input lowered to 320 px to keep the rate")));
        QCOMPARE(described(plot), text);
    }
};

QTEST_MAIN(TestLiveNumbers)
#include "tst_live_numbers.moc"
