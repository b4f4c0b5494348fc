#include <QLabel>
#include <QMenu>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>
#include <QWheelEvent>

#include "tests/support/view_test.h"
#include "widgets/glyph_button.h"
#include "widgets/scrub_bar.h"
#include "widgets/theme.h"
#include "widgets/transport_bar.h"

using namespace fovea;
using namespace fovea::test;

namespace {

SourceTraits clip() {
    SourceTraits traits;
    traits.kind = SourceKind::Video;
    traits.name = "clip.mp4";
    traits.seekable = true;
    traits.rate = 30.0;
    traits.frames = 180;
    traits.duration = 6.0;
    return traits;
}

SourceTraits camera() {
    SourceTraits traits;
    traits.kind = SourceKind::Camera;
    traits.name = "Integrated Camera";
    traits.live = true;
    return traits;
}

QToolButton* button(TransportBar& bar, const QString& name) {
    for (auto* each : bar.findChildren<QToolButton*>()) {
        if (each->accessibleName() == name && each->isVisible()) {
            return each;
        }
    }
    return nullptr;
}

bool says(TransportBar& bar, const QString& text) {
    const auto labels = bar.findChildren<QLabel*>();
    return std::any_of(labels.begin(), labels.end(), [&](QLabel* label) { return label->isVisible() && label->text() == text; });
}

}  // namespace

class TestTransportBar : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { applyTheme(*qApp, ThemeName::Dark); }
    void init() { failOnWarnings(); }

    void timesAreWhatHasPassed_data() {
        QTest::addColumn<double>("seconds");
        QTest::addColumn<QString>("text");
        QTest::newRow("zero") << 0.0 << "0:00.0";
        QTest::newRow("a tenth") << 3.2 << "0:03.2";
        QTest::newRow("not yet a minute") << 59.99 << "0:59.9";
        QTest::newRow("an hour") << 3723.25 << "1:02:03.2";
        QTest::newRow("before the begin") << -1.0 << "0:00.0";
    }

    void timesAreWhatHasPassed() {
        QFETCH(double, seconds);
        QTEST(clockText(seconds), "text");
    }

    void aSeekableSourceHasAllOfIt() {
        TransportBar bar;
        bar.setTraits(clip());
        bar.setPosition(96, 3.2);
        showAt(bar, 900, 36);
        QVERIFY(bar.height() <= 36);
        QVERIFY(says(bar, QStringLiteral("0:03.2 / 0:06.0")));
        QVERIFY(says(bar, QStringLiteral("frame 97 of 180")));
        auto* scrub = bar.findChild<ScrubBar*>();
        QVERIFY(scrub->isVisible());
        QCOMPARE(scrub->value(), 96);
        QVERIFY(button(bar, QStringLiteral("Freeze")) == nullptr);
        QVERIFY(button(bar, QStringLiteral("Record what is shown")) == nullptr);
        QVERIFY(!says(bar, QStringLiteral("sample clip")));
        bar.setSample(true);
        QVERIFY(says(bar, QStringLiteral("sample clip")));
        QCOMPARE(bar.textSummary(), QStringLiteral("clip.mp4, paused, 0:03.2 / 0:06.0, frame 97 of 180, sample clip"));
        QCOMPARE(described(bar), bar.textSummary());
    }

    void buttonsSayWhatIsWanted() {
        TransportBar bar;
        bar.setKeys({.stepBack = QStringLiteral("F2"), .play = QStringLiteral("F3"), .stepForward = {}, .record = {}});
        bar.setTraits(clip());
        showAt(bar, 900, 36);
        QSignalSpy played(&bar, &TransportBar::playRequested);
        QSignalSpy stepped(&bar, &TransportBar::stepRequested);
        QSignalSpy looped(&bar, &TransportBar::loopRequested);
        QTest::mouseClick(button(bar, QStringLiteral("Play")), Qt::LeftButton);
        QCOMPARE(played.last().at(0).toBool(), true);
        bar.setPlaying(true);
        auto* pause = button(bar, QStringLiteral("Pause"));
        QVERIFY(pause != nullptr);
        QCOMPARE(pause->toolTip(), QStringLiteral("Pause (F3)"));
        QCOMPARE(button(bar, QStringLiteral("One frame back"))->toolTip(), QStringLiteral("One frame back (F2)"));
        QCOMPARE(button(bar, QStringLiteral("One frame forward"))->toolTip(), QStringLiteral("One frame forward"));
        QTest::mouseClick(pause, Qt::LeftButton);
        QCOMPARE(played.last().at(0).toBool(), false);
        QTest::mouseClick(button(bar, QStringLiteral("One frame back")), Qt::LeftButton);
        QTest::mouseClick(button(bar, QStringLiteral("One frame forward")), Qt::LeftButton);
        QCOMPARE(stepped.size(), 2);
        QCOMPARE(stepped.at(0).at(0).toInt(), -1);
        QCOMPARE(stepped.at(1).at(0).toInt(), 1);
        QTest::mouseClick(button(bar, QStringLiteral("Begin again at the end")), Qt::LeftButton);
        QCOMPARE(looped.last().at(0).toBool(), true);
        bar.setLooping(false);
        QVERIFY(!button(bar, QStringLiteral("Begin again at the end"))->isChecked());
        QCOMPARE(looped.size(), 1);
    }

    void theMenuHasFiveSpeeds() {
        TransportBar bar;
        bar.setTraits(clip());
        showAt(bar, 900, 36);
        QSignalSpy chosen(&bar, &TransportBar::speedRequested);
        const auto actions = bar.findChild<QMenu*>()->actions();
        QCOMPARE(actions.size(), 5);
        QVERIFY(actions.at(2)->isChecked());
        actions.at(0)->trigger();
        QCOMPARE(chosen.last().at(0).toDouble(), 0.25);
        QVERIFY(button(bar, QStringLiteral("Speed ¼×")) != nullptr);
        bar.setSpeed(4.0);
        QVERIFY(actions.at(4)->isChecked() && !actions.at(0)->isChecked());
        QCOMPARE(chosen.size(), 1);
    }

    // A click goes exactly there, a drag scrubs, and what the source says meanwhile does not tear the handle away.
    void clickAndDragSeek() {
        TransportBar bar;
        bar.setTraits(clip());
        showAt(bar, 900, 36);
        auto* scrub = bar.findChild<ScrubBar*>();
        QSignalSpy sought(&bar, &TransportBar::seekRequested);
        const auto placeOf = [&](int index) {
            return QPoint(static_cast<int>(std::lround(scrub->positionOf(index))), scrub->height() / 2);
        };
        QTest::mousePress(scrub, Qt::LeftButton, {}, placeOf(100));
        QCOMPARE(sought.size(), 1);
        QCOMPARE(sought.last().at(0).toLongLong(), 100);
        QTest::mouseMove(scrub, placeOf(120));
        QTest::mouseMove(scrub, placeOf(140));
        QCOMPARE(sought.size(), 3);
        bar.setPosition(120, 4.0);
        QCOMPARE(scrub->value(), 140);
        QTest::mouseMove(scrub, QPoint(scrub->width() + 50, 5));
        QCOMPARE(sought.last().at(0).toLongLong(), 179);
        QTest::mouseRelease(scrub, Qt::LeftButton, {}, placeOf(179));
        const auto before = sought.size();
        bar.setPosition(179, 5.97);
        bar.setPosition(0, 0.0);
        QCOMPARE(scrub->value(), 0);
        QCOMPARE(sought.size(), before);
    }

    void keysAndWheelSeek() {
        TransportBar bar;
        bar.setTraits(clip());
        bar.setPosition(50, 50.0 / 30.0);
        showAt(bar, 900, 36);
        auto* scrub = bar.findChild<ScrubBar*>();
        QSignalSpy sought(&bar, &TransportBar::seekRequested);
        const auto pressed = [&](int key) {
            QTest::keyClick(scrub, static_cast<Qt::Key>(key));
            return sought.last().at(0).toInt();
        };
        QCOMPARE(pressed(Qt::Key_Right), 51);
        QCOMPARE(pressed(Qt::Key_Left), 50);
        QCOMPARE(pressed(Qt::Key_PageUp), 80);
        QCOMPARE(pressed(Qt::Key_End), 179);
        QCOMPARE(pressed(Qt::Key_Home), 0);
        const QPointF middle = QRectF(scrub->rect()).center();
        QWheelEvent turn(middle, scrub->mapToGlobal(middle), {}, QPoint(0, 240), Qt::NoButton, {}, Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(scrub, &turn);
        QCOMPARE(sought.last().at(0).toInt(), 2);
    }

    void theHandleStandsWhereTheSourceIs() {
        TransportBar bar;
        bar.setTraits(clip());
        showAt(bar, 900, 36);
        auto* scrub = bar.findChild<ScrubBar*>();
        const auto played = [&] {
            return countColour(scrub->grab().toImage(), QRect(0, scrub->height() / 2, scrub->width(), 1), theme().accent.rgb());
        };
        QVERIFY(played() < 4);
        bar.setPosition(179, 5.97);
        const int whole = played();
        QVERIFY(whole > 200);
        bar.setPosition(90, 3.0);
        QVERIFY(qAbs(played() - whole / 2) <= 6);
    }

    void aLiveSourceIsFrozenAndRecorded() {
        TransportBar bar;
        bar.setTraits(camera());
        bar.setPosition(369, 12.34);
        showAt(bar, 900, 36);
        QVERIFY(!bar.findChild<ScrubBar*>()->isVisible());
        QVERIFY(says(bar, QStringLiteral("Integrated Camera")) && says(bar, QStringLiteral("0:12.3")));
        QVERIFY(countColour(bar.grab().toImage(), bar.rect(), theme().focus.rgb()) > 10);
        QSignalSpy frozen(&bar, &TransportBar::freezeRequested);
        QTest::mouseClick(button(bar, QStringLiteral("Freeze")), Qt::LeftButton);
        QCOMPARE(frozen.last().at(0).toBool(), true);
        bar.setFrozen(true);
        QVERIFY(says(bar, QStringLiteral("frozen at 12.3 s")));
        button(bar, QStringLiteral("Resume"))->clearFocus();
        QCOMPARE(countColour(bar.grab().toImage(), bar.rect(), theme().focus.rgb()), 0);
        QTest::mouseClick(button(bar, QStringLiteral("Resume")), Qt::LeftButton);
        QCOMPARE(frozen.last().at(0).toBool(), false);

        QSignalSpy recorded(&bar, &TransportBar::recordRequested);
        auto* record = button(bar, QStringLiteral("Record what is shown"));
        QTest::mouseClick(record, Qt::LeftButton);
        QCOMPARE(recorded.last().at(0).toBool(), true);
        QVERIFY(!record->isChecked());  // wanted is not yet begun
        bar.setRecording(RecordingState{12.4, 360, 5'000'000'000});
        QVERIFY(record->isChecked());
        QVERIFY2(bar.textSummary().contains(QStringLiteral("0:12 · 360 frames")), qPrintable(bar.textSummary()));
        QVERIFY(!bar.textSummary().contains(QStringLiteral("free")));
        bar.setRecording(RecordingState{13.0, 390, 80'000'000});
        QVERIFY2(bar.textSummary().contains(QStringLiteral("80 MB free")), qPrintable(bar.textSummary()));
        QTest::mouseClick(record, Qt::LeftButton);
        QCOMPARE(recorded.last().at(0).toBool(), false);
        bar.setRecording(std::nullopt);
        QVERIFY(!record->isChecked());
    }

    void aSourceOfUnknownLengthOnlyPlays() {
        SourceTraits traits = clip();
        traits.seekable = false;
        traits.frames = 0;
        traits.duration = 0.0;
        TransportBar bar;
        bar.setTraits(traits);
        bar.setPosition(96, 3.2);
        showAt(bar, 900, 36);
        QVERIFY(!bar.findChild<ScrubBar*>()->isVisible());
        QVERIFY(button(bar, QStringLiteral("One frame back")) == nullptr);
        QVERIFY(says(bar, QStringLiteral("0:03.2")) && says(bar, QStringLiteral("frame 97")));
    }

    void narrowBarsStayWithinTheirWidth() {
        TransportBar bar;
        bar.setTraits(clip());
        showAt(bar, 400, 36);
        for (auto* part : bar.findChildren<QWidget*>(QString(), Qt::FindDirectChildrenOnly)) {
            QVERIFY(!part->isVisible() || bar.rect().contains(part->geometry()));
        }
        QVERIFY(bar.minimumSizeHint().width() <= 400);
    }

    void everyButtonHasNameAndTip() {
        TransportBar bar;
        for (auto* each : bar.findChildren<QToolButton*>()) {
            QVERIFY(!each->accessibleName().isEmpty() && !each->toolTip().isEmpty());
        }
        BracketTranslator brackets;
        QApplication::installTranslator(&brackets);
        QTRY_VERIFY(bar.accessibleName().startsWith(QLatin1Char('[')));
        for (auto* each : bar.findChildren<GlyphButton*>()) {
            QVERIFY(each->toolTip().startsWith(QLatin1Char('[')));
        }
        QApplication::removeTranslator(&brackets);
    }
};

QTEST_MAIN(TestTransportBar)
#include "tst_transport_bar.moc"
