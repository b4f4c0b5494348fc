// Moving pictures in the window as a person uses them: the sample clip, a camera on the network, freezing, seeking, asking,
// recording.

#include <QApplication>
#include <QDir>
#include <QFile>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

#include <opencv2/core.hpp>

#include <cstdio>

#include "app/canvas_area.h"
#include "app/cards_panel.h"
#include "app/language.h"
#include "app/main_window.h"
#include "app/top_bar.h"
#include "tests/support/fake_modules.h"
#include "tests/support/mjpeg_server.h"
#include "tests/support/video_files.h"
#include "widgets/live_numbers.h"
#include "widgets/scrub_bar.h"
#include "widgets/source_dialog.h"
#include "widgets/timeline_view.h"
#include "widgets/transport_bar.h"

using namespace fovea;
using namespace fovea::test;

namespace {

const QString kSamples = QStringLiteral(FOVEA_SOURCE_DIR "/resources/samples/");
constexpr int kPatience = 60000;

int g_warnings = 0;

void countWarnings(QtMsgType type, const QMessageLogContext&, const QString& message) {
    if (type != QtDebugMsg && type != QtInfoMsg && !message.contains(QStringLiteral("propagateSizeHints"))) {
        ++g_warnings;
        std::fprintf(stderr, "stray message: %s\n", qPrintable(message));
    }
}

}  // namespace

class TestLiveWindow : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::unique_ptr<Settings> m_settings;
    std::unique_ptr<MainWindow> m_window;

    Canvas* canvas() { return m_window->findChild<Canvas*>(); }
    CanvasArea* area() { return m_window->findChild<CanvasArea*>(); }
    TransportBar* transport() { return m_window->findChild<TransportBar*>(); }
    Session& session() { return m_window->session(); }
    MovingSource& source() { return session().source(); }

    /// The canvas shows an overlay of this frame of the source which is open.
    bool shows(std::uint64_t index) {
        const auto& shown = canvas()->rendered();
        return shown.field && shown.request.result->frame.source == source().newest().source &&
               shown.request.result->frame.index == index && !shown.request.over.valid();
    }
    void openClip() {
        session().openSource({.kind = SourceKind::Video, .location = (kSamples + QStringLiteral("clip.mp4")).toStdString()});
        QTRY_VERIFY_WITH_TIMEOUT(source().active() && canvas()->rendered().field &&
                                     canvas()->rendered().request.result->frame.source == source().newest().source,
                                 kPatience);
    }
    /// Paused at a frame, by the keys.
    void pauseAt(std::int64_t index) {
        source().setPlaying(false);
        source().seek(index);
        QTRY_VERIFY_WITH_TIMEOUT(session().shown().result()->epoch == session().epoch() &&
                                     session().shown().result()->frame.index == static_cast<std::uint64_t>(index),
                                 kPatience);
    }

private Q_SLOTS:
    void init() {
        g_warnings = 0;
        qInstallMessageHandler(countWarnings);
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_folder.path());
        QFile::remove(m_folder.filePath(QStringLiteral("fovea/fovea.ini")));
        m_settings = std::make_unique<Settings>();
        m_settings->setModel(QStringLiteral("retina"));
        m_settings->setLanguage(QStringLiteral("en"));
        m_settings->setFolder(QStringLiteral("export"), m_folder.path());
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
        m_settings->setRetina({.stride = 16});  // a sixteenth of the pairs
#endif
        applyTheme(*qApp, ThemeName::Dark);
        m_window = std::make_unique<MainWindow>(*m_settings);
        m_window->resize(1280, 800);
        m_window->show();
        m_window->start(kSamples + QStringLiteral("chelsea.png"));
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
        QTRY_VERIFY_WITH_TIMEOUT(canvas()->rendered().field, kPatience);
    }

    void cleanup() {
        m_window.reset();
        m_settings.reset();
        qInstallMessageHandler(nullptr);
        QCOMPARE(g_warnings, 0);
    }

    void aPictureHasNoTransportBar() {
        QVERIFY(!transport()->isVisible());
        QVERIFY(!m_window->findChild<LiveNumbers*>()->isVisible());
    }

    void theSampleClipPlaysAndSaysThatItIsOne() {
        QMetaObject::invokeMethod(m_window->findChild<TopBar*>(), "cameraRequested");
        auto* dialog = m_window->findChild<SourceDialog*>();
        QVERIFY(dialog != nullptr);
        dialog->setPage(SourceDialog::Page::Sample);
        QPushButton* play = nullptr;
        for (auto* button : dialog->findChildren<QPushButton*>()) {
            play = button->isVisible() && button->text() == QStringLiteral("Start") ? button : play;
        }
        QVERIFY(play != nullptr);
        QTest::mouseClick(play, Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(source().active(), kPatience);
        QVERIFY(transport()->isVisible());
        QVERIFY(source().playing());
        QVERIFY2(transport()->textSummary().contains(QStringLiteral("sample")), qPrintable(transport()->textSummary()));
        QTRY_VERIFY_WITH_TIMEOUT(m_window->findChild<LiveNumbers*>()->isVisible(), kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(m_window->live().monitor().stats().overlaysPerSecond > 0.0, kPatience);
        // Going back to a picture takes everything of it away.
        session().openFile(kSamples + QStringLiteral("coffee.png"));
        QTRY_VERIFY_WITH_TIMEOUT(!transport()->isVisible(), kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(!m_window->findChild<LiveNumbers*>()->isVisible(), kPatience);
    }

    void keysPlayAndStep() {
        openClip();
        pauseAt(40);
        QTRY_VERIFY_WITH_TIMEOUT(shows(40), kPatience);
        canvas()->setFocus();
        QTest::keyClick(canvas(), Qt::Key_Period);
        QTRY_VERIFY_WITH_TIMEOUT(shows(41), kPatience);
        QTest::keyClick(canvas(), Qt::Key_Comma);
        QTRY_VERIFY_WITH_TIMEOUT(shows(40), kPatience);
        QTest::keyClick(canvas(), Qt::Key_Space);
        QVERIFY(source().playing());
        QTRY_VERIFY_WITH_TIMEOUT(source().newest().index > 45, kPatience);
        QTest::keyClick(canvas(), Qt::Key_Space);
        QVERIFY(!source().playing());
        // Also where the focus is after a click on the scrub bar, which goes exactly there.
        auto* scrub = m_window->findChild<ScrubBar*>();
        QTest::mouseClick(scrub, Qt::LeftButton, {}, scrub->rect().center());
        QTRY_VERIFY_WITH_TIMEOUT(session().shown().result()->epoch == session().epoch() &&
                                     std::abs(static_cast<int>(session().shown().result()->frame.index) - 90) < 4,
                                 kPatience);
        QTest::keyClick(scrub, Qt::Key_Space);
        QVERIFY(source().playing());
    }

    // A paused frame is explored like a picture: all six thumbnails are of it, a click asks, a parameter changes it.
    void aPausedFrameIsExplored() {
        openClip();
        session().paneControl().setModule(QStringLiteral("mhsa"));
        pauseAt(60);
        QTRY_VERIFY_WITH_TIMEOUT(session().shown().queryOnPicture().has_value(), kPatience);
        const QRectF picture(canvas()->view().positionOf({0, 0}), canvas()->view().positionOf({640, 360}));
        QTest::mouseClick(canvas(), Qt::LeftButton, {},
                          (picture.topLeft() + 0.25 * (picture.bottomRight() - picture.topLeft())).toPoint());
        QTRY_VERIFY_WITH_TIMEOUT(std::abs(session().shown().queryOnPicture()->x() - 0.25) < 0.02, kPatience);
        const auto before = canvas()->rendered().pixels;
        auto params = session().choice().params;
        QVERIFY(params.set(session().panes().current().module->params, "heads", 4));
        session().paneControl().setParams(params);
        QTRY_VERIFY_WITH_TIMEOUT(canvas()->rendered().pixels != before && shows(60), kPatience);
    }

    void timelineOfAMechanismOverTime() {
        openClip();
        session().paneControl().setModule(QStringLiteral("temporal_se"));
        auto* timeline = m_window->findChild<TimelineView*>();
        pauseAt(60);
        for (std::uint64_t frame = 61; frame < 68; ++frame) {  // eight in all
            QTest::keyClick(canvas(), Qt::Key_Period);
            QTRY_COMPARE_WITH_TIMEOUT(session().shown().result()->frame.index, frame, kPatience);
        }
        QTRY_VERIFY_WITH_TIMEOUT(
            timeline->isVisible() && session().shown().modelResult()->clip && session().shown().map() != nullptr, kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(timeline->barRect(0).isValid(), kPatience);
        // A click on an older frame shows that frame.
        const QRectF bar = timeline->barRect(2);
        QTest::mouseClick(timeline, Qt::LeftButton, {}, QPointF(bar.center().x(), bar.bottom() - 1.0).toPoint());
        QTRY_VERIFY_WITH_TIMEOUT(session().shown().field() && session().shown().field()->frame == 2, kPatience);
        QCOMPARE(shownFrame(*session().shown().result(), *session().shown().field()).index,
                 (*session().shown().modelResult()->clip)[2].frame.index);
        source().setPlaying(true);  // the clip moves on, and the newest frame is shown again
        QTRY_VERIFY_WITH_TIMEOUT(session().shown().field() && session().shown().field()->frame == -1, kPatience);
    }

    // Camera on the network: frames bear their number; what is painted is what it says it is of.
    void streamIsShownFrozenAndLost() {
        MjpegServer server;
        QVERIFY(server.start());
        server.setSize({640, 480});
        server.run(30.0);
        session().openSource({.kind = SourceKind::Stream, .location = server.url()});
        QTRY_VERIFY_WITH_TIMEOUT(
            source().active() && canvas()->rendered().field && canvas()->rendered().request.result->frame.sequence > 5,
            kPatience);
        canvas()->setFocus();
        QTest::keyClick(canvas(), Qt::Key_Space);  // freezes
        QVERIFY(!source().playing());
        // Frames which were delivered before the key still arrive: one is being computed and one waits. Then the picture stands.
        const auto delivered = source().newest().sequence;
        const auto shownSequence = [&] { return canvas()->rendered().request.result->frame.sequence; };
        auto standing = shownSequence();
        auto read = source().framesRead();
        const auto stands = [&] {
            if (standing != std::exchange(standing, shownSequence())) {
                read = source().framesRead();
            }
            return standing >= delivered && source().framesRead() > read + 30;
        };
        QTRY_VERIFY_WITH_TIMEOUT(stands(), kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(source().framesRead() > read + 60, kPatience);
        QCOMPARE(canvas()->rendered().request.result->frame.sequence, standing);
        QTest::keyClick(canvas(), Qt::Key_Space);
        QTRY_VERIFY_WITH_TIMEOUT(canvas()->rendered().request.result->frame.sequence > standing, kPatience);

        server.kill();
        QTRY_VERIFY_WITH_TIMEOUT(!area()->message().isEmpty(), kPatience);
        QToolButton* reconnect = nullptr;
        for (auto* button : area()->findChildren<QToolButton*>()) {
            reconnect = button->text() == QStringLiteral("Reconnect") ? button : reconnect;
        }
        QVERIFY(reconnect != nullptr && reconnect->isVisible());
        QVERIFY(canvas()->rendered().pixels);
        QVERIFY(server.start());
        server.run(30.0);
        const auto lost = source().newest().source;
        QTest::mouseClick(reconnect, Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(source().connected() && source().newest().source != lost, kPatience);
        QVERIFY(area()->message().isEmpty());
    }

    void absentCameraIsOneSentence() {
        openClip();
        const auto before = source().newest().source;
        session().openSource({.kind = SourceKind::Camera, .location = "/dev/video97"});
        QTRY_VERIFY_WITH_TIMEOUT(area()->message().contains(QStringLiteral("/dev/video97")), kPatience);
        QCOMPARE(source().newest().source, before);
        QVERIFY(source().playing());
    }

    void playlistNamedMp4IsRefused() {
        const QString path = m_folder.filePath(QStringLiteral("list.mp4"));
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("#EXTM3U\n#EXT-X-VERSION:3\nhttp://127.0.0.1:1/a.ts\n");
        file.close();
        session().openFile(path);
        QTRY_VERIFY_WITH_TIMEOUT(area()->message().contains(QStringLiteral("list.mp4")), kPatience);
        QVERIFY(!source().active());
    }

    void recordsWhatIsShown() {
        openClip();
        source().setLoop(true);
        QSignalSpy ended(&m_window->exports(), &Exports::exported);
        qint64 written = 0;
        QObject scope;
        connect(&m_window->live().recording(), &RecordingControl::progressed, &scope, [&](double, qint64 frames) { written = frames; });
        m_window->live().record(true);
        QVERIFY(m_window->live().recording().live());
        QTRY_VERIFY_WITH_TIMEOUT(written > 3, kPatience);
        m_window->live().record(false);
        QTRY_COMPARE_WITH_TIMEOUT(ended.size(), 1, kPatience);
        const QStringList files = ended.first().first().toStringList();
        QCOMPARE(files.size(), 3);
        const auto video = openSource({.kind = SourceKind::Video, .location = files.first().toStdString()});
        QVERIFY2(video.ok(), qPrintable(files.first()));
        QCOMPARE((*video)->traits().width, 640);
        QFile csv(files.at(1));
        QVERIFY(csv.open(QIODevice::ReadOnly));
        QCOMPARE(csv.readAll().count('\n'), static_cast<int>((*video)->traits().frames) + 1);
        QVERIFY((*video)->traits().frames > 3);
    }

    void rangeFollowsTheFramesWhenAsked() {
        openClip();
        session().display().setRangeSmoothing(0.9);
        pauseAt(10);
        const auto follows = [&] {
            const auto& shown = canvas()->rendered();
            return shown.field && shown.request.rangeBefore && shown.request.style.rangeSmoothing == 0.9;
        };
        source().setPlaying(true);
        QTRY_VERIFY_WITH_TIMEOUT(follows(), kPatience);
        const auto& shown = canvas()->rendered();
        const ValueRange drawn = effectiveRange(*shown.field, shown.request.style);
        const auto raw = makeField(*shown.request.result, *shown.request.field);
        QVERIFY(raw.ok());
        QVERIFY(std::abs(drawn.hi - (0.9 * shown.request.rangeBefore->hi + 0.1 * raw->scaleMax)) <= 1e-5 * std::abs(drawn.hi));
        QCOMPARE(shown.field->max, raw->max);  // the numbers stay what they are
    }
};

QTEST_MAIN(TestLiveWindow)
#include "tst_live_window.moc"
