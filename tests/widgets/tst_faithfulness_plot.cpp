#include <QHelpEvent>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QToolTip>
#include <QWheelEvent>

#include "tests/support/view_test.h"
#include "widgets/faithfulness_plot.h"
#include "widgets/theme.h"

using namespace fovea;
using namespace fovea::test;

namespace {

FaithfulnessCurve curveOf(double from, double to, double area) {
    FaithfulnessCurve out;
    for (int k = 0; k <= 4; ++k) {
        out.shares.push_back(k / 4.0);
        out.probabilities.push_back(from + (to - from) * k / 4.0);
    }
    out.area = area;
    return out;
}

// The map's curves lie on 0.75 from the second point on, far from the others.
std::shared_ptr<FaithfulnessResult> makeResult(int channels = 40) {
    auto out = std::make_shared<FaithfulnessResult>();
    out->module = "Coordinate attention";
    out->map = "gate";
    out->className = "tabby";
    out->probability = 0.8125;
    FaithfulnessCurve flat = curveOf(0.75, 0.75, 0.75);
    out->orders = {{"map", flat, flat},
                   {"random", curveOf(0.5, 0.0, 0.25), curveOf(0.0, 0.5, 0.3125)},
                   {"centre", curveOf(0.25, 0.0, 0.125), curveOf(0.0, 0.25, 0.1875)}};
    out->effects.push_back({false, 4, "red, fine", 2.0, 0.5});
    out->effects.push_back({true, 2, "", -2.5, -0.25});
    out->effects.push_back({false, 17, "", -3.0, -0.125});
    for (int c = 20; c < 20 + channels - 2; ++c) {
        out->effects.push_back({false, c, "", -0.001, -0.0001 * (60 - c)});
    }
    return out;
}

void turn(QWidget& view, const QPoint& at, int delta) {
    QWheelEvent wheel(at, view.mapToGlobal(QPointF(at)), {}, {0, delta}, Qt::NoButton, {}, Qt::NoScrollPhase, false);
    QApplication::sendEvent(&view, &wheel);
}

QPushButton* button(const QWidget& view, const char* text) {
    for (auto* each : view.findChildren<QPushButton*>()) {
        if (each->text().contains(QLatin1String(text))) {
            return each;
        }
    }
    return nullptr;
}

}  // namespace

class TestFaithfulnessPlot : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { applyTheme(*qApp, ThemeName::Dark); }
    void init() {
        if (QByteArray(QTest::currentTestFunction()) != "aHintGivesAllDigits") {
            failOnWarnings();
        }
    }

    void buttonsFollowTheRun() {
        FaithfulnessPlot plot;
        showAt(plot, 600, 200);
        QSignalSpy start(&plot, &FaithfulnessPlot::startRequested);
        QSignalSpy cancel(&plot, &FaithfulnessPlot::cancelRequested);
        QSignalSpy save(&plot, &FaithfulnessPlot::saveRequested);
        QVERIFY(!button(plot, "Cancel")->isVisible());
        QVERIFY(!button(plot, "Save")->isEnabled());
        QTest::mouseClick(button(plot, "Start"), Qt::LeftButton);
        QCOMPARE(start.size(), 1);
        plot.setRunning(true);
        QVERIFY(!button(plot, "Start")->isVisible());
        QTest::mouseClick(button(plot, "Cancel"), Qt::LeftButton);
        QTest::keyClick(&plot, Qt::Key_Escape);
        QCOMPARE(cancel.size(), 2);
        plot.setRunning(false);
        plot.setResult(makeResult());
        QTest::mouseClick(button(plot, "Save"), Qt::LeftButton);
        QCOMPARE(save.size(), 1);
        plot.setAvailable(false);
        QVERIFY(!button(plot, "Start")->isEnabled());
    }

    void theThinBarIsAsLongAsWhatIsDone() {
        FaithfulnessPlot plot;
        showAt(plot, 616, 200);  // 600 between the margins
        const auto filled = [&plot] {
            const QImage image = plot.grab().toImage();
            return countColour(image, QRect(0, 36, 616, 1), theme().accent.rgb());
        };
        plot.setProgress(30, 60);
        QCOMPARE(filled(), 0);
        plot.setRunning(true);
        QCOMPARE(filled(), 0);
        plot.setProgress(15, 60);
        QCOMPARE(filled(), 150);
        QVERIFY(plot.textSummary().contains(QStringLiteral("15 of 60")));
        plot.setProgress(90, 60);
        QCOMPARE(filled(), 600);
    }

    void curvesRunThroughTheirPoints() {
        FaithfulnessPlot plot;
        showAt(plot, 900, 240);
        plot.setResult(makeResult());
        const QImage image = plot.grab().toImage();
        for (const bool shown : {false, true}) {
            const QRect box = plot.plotRect(shown);
            QCOMPARE(plot.curvePoint(shown, 1, 0), QPointF(box.left(), box.bottom() + 1 - (shown ? 0.0 : 0.5) * box.height()));
            QCOMPARE(plot.curvePoint(shown, 0, 2),
                     QPointF(box.left() + box.width() / 2.0, box.bottom() + 1 - 0.75 * box.height()));
            const auto near = [&](int order, int k, const QColor& colour) {
                const QPoint at = plot.curvePoint(shown, order, k).toPoint();
                return countColour(image, QRect(at.x() - 4, at.y() - 3, 9, 7), colour.rgb(), 30);
            };
            for (const int k : {1, 2, 3}) {
                QVERIFY(near(0, k, theme().accent) >= 9);  // unbroken
                QCOMPARE(near(1, k, theme().accent), 0);
                QVERIFY(near(2, k, theme().accent) == 0);
            }
            // The dashes leave room: along the line fewer pixels than its length.
            const int dashed = countColour(image, box.adjusted(2, box.height() / 2, -2, -4), theme().secondary.rgb(), 60);
            QVERIFY2(dashed > 20 && dashed < box.width() * 2, qPrintable(QString::number(dashed)));
        }
    }

    void theNumberUnderThePointer() {
        FaithfulnessPlot plot;
        showAt(plot, 900, 240);
        plot.setResult(makeResult());
        QCOMPARE(plot.reading(), QString());
        const QRect box = plot.plotRect(false);
        QTest::mouseMove(&plot, QPoint(box.left() + box.width() / 4 + 3, box.center().y()));
        QTRY_COMPARE(plot.readPoint(), 1);
        QCOMPARE(plot.reading(), QStringLiteral("25 % blurred: map 0.75, random 0.375, centre 0.188"));
        QTest::mouseMove(&plot, plot.plotRect(true).center());
        QTRY_COMPARE(plot.reading(), QStringLiteral("50 % shown: map 0.75, random 0.25, centre 0.125"));
        QTest::mouseMove(&plot, QPoint(2, 2));
        QTRY_COMPARE(plot.readPoint(), -1);
    }

    void aHintGivesAllDigits() {
        // The offscreen platform cannot raise the window of a hint.
        QTest::failOnWarning(
            QRegularExpression(QStringLiteral("^(?!.*(propagateSizeHints|XDG_RUNTIME_DIR|runtime directory|raise\\(\\)))")));
        FaithfulnessPlot plot;
        showAt(plot, 900, 240);
        plot.setResult(makeResult());
        const auto hint = [&plot](const QPoint& at) {
            QHelpEvent help(QEvent::ToolTip, at, plot.mapToGlobal(at));
            QApplication::sendEvent(&plot, &help);
            return QToolTip::text();
        };
        QCOMPARE(hint(plot.curvePoint(true, 0, 1).toPoint()),
                 QStringLiteral("25 % shown: map 0.75, random 0.125, centre 0.0625"));
        QCOMPARE(hint(plot.rowRect(2, true).center()), QStringLiteral("head 2 muted: probability -0.25, logit -2.5"));
        QVERIFY(hint(plot.plotRect(false).topLeft() - QPoint(0, 8)).contains(QStringLiteral("a good map falls fast")));
        QToolTip::hideText();
    }

    void keysReadTheCurves() {
        FaithfulnessPlot plot;
        showAt(plot, 900, 240);
        plot.setResult(makeResult());
        QTest::keyClick(&plot, Qt::Key_Right);
        QVERIFY(plot.reading().startsWith(QStringLiteral("0 % blurred")));
        for (int k = 0; k < 5; ++k) QTest::keyClick(&plot, Qt::Key_Right);
        QVERIFY(plot.reading().startsWith(QStringLiteral("0 % shown")));
        QTest::keyClick(&plot, Qt::Key_Left);
        QVERIFY(plot.reading().startsWith(QStringLiteral("100 % blurred")));
        QVERIFY(plot.textSummary().contains(plot.reading()));
        QTest::keyClick(&plot, Qt::Key_Escape);
        QCOMPARE(plot.readPoint(), -1);
    }

    void barsAreRankedAndGrowFromZero() {
        FaithfulnessPlot plot;
        showAt(plot, 900, 240);
        plot.setResult(makeResult());
        QVERIFY(plot.rowRect(4, false).top() < plot.rowRect(2, true).top());
        QVERIFY(plot.rowRect(2, true).top() < plot.rowRect(17, false).top());
        const QRectF most = plot.barRect(4, false);
        const QRectF head = plot.barRect(2, true);
        QVERIFY(qAbs(most.left() - head.right()) < 1e-9);  // both at the zero line
        QVERIFY(qAbs(most.width() - 2 * head.width()) < 1e-9);
        QVERIFY(qAbs(plot.barRect(17, false).width() * 4 - most.width()) < 1e-9);
        const QImage image = plot.grab().toImage();
        const auto row = [&](int index, bool isHead) {
            return countColour(image,
                               QRect(plot.rowRect(index, isHead).left(), plot.rowRect(index, isHead).center().y(),
                                     plot.rowRect(index, isHead).width(), 1),
                               theme().accent.rgb());
        };
        QVERIFY(qAbs(row(4, false) - most.width()) <= 2.0);
        QVERIFY(qAbs(row(2, true) - head.width()) <= 2.0);
    }

    void aBarIsChosenByMouseAndKeys() {
        FaithfulnessPlot plot;
        showAt(plot, 900, 240);
        plot.setResult(makeResult());
        QSignalSpy chosen(&plot, &FaithfulnessPlot::channelChosen);
        QTest::mouseClick(&plot, Qt::LeftButton, {}, plot.rowRect(2, true).center());
        QCOMPARE(chosen.size(), 1);
        QCOMPARE(chosen.at(0), (QList<QVariant>{2, true}));
        QTest::keyClick(&plot, Qt::Key_Down);
        QTest::keyClick(&plot, Qt::Key_Return);
        QCOMPARE(chosen.at(1), (QList<QVariant>{17, false}));
        QTest::keyClick(&plot, Qt::Key_End);
        QVERIFY(plot.rowRect(4, false).isNull());
        QVERIFY(!plot.rowRect(57, false).isNull());
        QTest::keyClick(&plot, Qt::Key_Home);
        QTest::keyClick(&plot, Qt::Key_Space);
        QCOMPARE(chosen.at(2), (QList<QVariant>{4, false}));
        QTest::mouseClick(&plot, Qt::LeftButton, {}, plot.plotRect(false).center());
        QCOMPARE(chosen.size(), 3);
    }

    void theWheelMovesThroughTheBars() {
        FaithfulnessPlot plot;
        showAt(plot, 900, 240);
        plot.setResult(makeResult());
        const QPoint at = plot.rowRect(4, false).center();
        turn(plot, at, -120);
        QVERIFY(plot.rowRect(17, false).isNull());
        QVERIFY(!plot.rowRect(20, false).isNull());
        for (int k = 0; k < 30; ++k) turn(plot, at, -120);
        QVERIFY(!plot.rowRect(57, false).isNull());
        for (int k = 0; k < 30; ++k) turn(plot, at, 120);
        QCOMPARE(plot.rowRect(4, false).center(), at);
    }

    void partsOfAResult() {
        FaithfulnessPlot plot;
        showAt(plot, 600, 200);
        auto result = makeResult();
        result->orders.clear();
        plot.setResult(result);
        QVERIFY(plot.plotRect(false).isNull());
        QVERIFY(plot.rowRect(4, false).width() > 500);
        QTest::keyClick(&plot, Qt::Key_Right);
        QCOMPARE(plot.readPoint(), -1);
        result = makeResult();
        result->effects.clear();
        plot.setResult(result);
        QVERIFY(plot.plotRect(true).right() > 460);
        QTest::keyClick(&plot, Qt::Key_Down);
        QTest::keyClick(&plot, Qt::Key_Return);
        plot.setResult(nullptr);
        QVERIFY(plot.plotRect(false).isNull());
        QVERIFY(!plot.grab().isNull());
    }

    void screenReaderHearsIt() {
        FaithfulnessPlot plot;
        showAt(plot, 600, 200);
        QVERIFY(described(plot).contains(QStringLiteral("blurs away what the map points at")));
        plot.setMessage(QStringLiteral("Choose a network with a tail."));
        QVERIFY(described(plot).startsWith(QStringLiteral("Choose a network with a tail.")));
        plot.setMessage({});
        plot.setResult(makeResult());
        QCOMPARE(described(plot), plot.textSummary());
        const QString text = plot.textSummary();
        QVERIFY2(text.contains(QStringLiteral("Blurred first, area under the curve: map 0.75, random 0.25, centre 0.125.")),
                 qPrintable(text));
        QVERIFY2(text.contains(QString::fromUtf8("4 red, fine +0.5, head 2 −0.25, channel 17 −0.125")), qPrintable(text));
    }

    void everySizeAndThemeIsPainted_data() {
        QTest::addColumn<QSize>("size");
        QTest::newRow("wide") << QSize(1200, 260);
        QTest::newRow("least") << QSize(400, 160);
        QTest::newRow("tiny") << QSize(60, 30);
    }

    void everySizeAndThemeIsPainted() {
        QFETCH(QSize, size);
        for (const auto name : {ThemeName::Light, ThemeName::Dark}) {
            applyTheme(*qApp, name);
            FaithfulnessPlot plot;
            showAt(plot, size.width(), size.height());
            for (const bool running : {true, false}) {
                plot.setRunning(running);
                for (const auto& result : {std::shared_ptr<FaithfulnessResult>(), makeResult()}) {
                    plot.setResult(result);
                    QCOMPARE(plot.grab().toImage().pixel(1, 1), theme().window.rgb());
                }
            }
            if (size.width() >= 400) {  // nothing lies upon anything else
                QVERIFY(plot.plotRect(false).height() >= 30);
                QVERIFY(plot.plotRect(false).right() < plot.plotRect(true).left());
                QVERIFY(plot.plotRect(true).right() < plot.rowRect(4, false).left());
                QVERIFY(plot.barRect(4, false).width() >= 5);
            }
        }
    }

    void focusIsSeenAndLanguageChanges() {
        FaithfulnessPlot plot;
        showAt(plot, 900, 240);
        plot.setResult(makeResult());
        plot.activateWindow();
        plot.setFocus();
        QTRY_VERIFY(plot.hasFocus());
        QVERIFY(countColour(plot.grab().toImage(), plot.rowRect(4, false), theme().focus.rgb()) > 100);
        BracketTranslator brackets;
        QApplication::installTranslator(&brackets);
        QTRY_VERIFY(plot.accessibleName().startsWith(QLatin1Char('[')));
        QVERIFY(button(plot, "[Start]") != nullptr);
        QApplication::removeTranslator(&brackets);
    }
};

QTEST_MAIN(TestFaithfulnessPlot)
#include "tst_faithfulness_plot.moc"
