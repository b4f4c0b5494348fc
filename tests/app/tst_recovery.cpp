// Undo, sessions as files, and what is left when the program is killed.

#include <QApplication>
#include <QDir>
#include <QFile>
#include <QLabel>
#include <QProcess>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

#include <csignal>

#include "app/canvas_area.h"
#include "app/main_window.h"
#include "app/session/undo_states.h"
#include "engine/attention/registry.h"

using namespace fovea;

namespace {

const QString kSamples = QStringLiteral(FOVEA_SOURCE_DIR) + QStringLiteral("/resources/samples/");

/// A window as the program opens it, with the settings in a folder.
struct Opened {
    std::unique_ptr<Settings> settings;
    std::unique_ptr<MainWindow> window;

    explicit Opened(const QString& folder, const QString& file = kSamples + QStringLiteral("rocket.jpg")) {
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, folder);
        settings = std::make_unique<Settings>();
        settings->setLanguage(QStringLiteral("en"));
        settings->setModel(QStringLiteral("retina"));
        window = std::make_unique<MainWindow>(*settings);
        window->resize(1100, 700);
        window->show();
        window->start(file);
    }
    Session& session() const { return window->session(); }
    CanvasArea* area() const { return window->findChild<CanvasArea*>(); }
    bool settled() const {
        const Canvas* canvas = area()->canvas();
        const auto& shown = canvas->rendered();
        return session().shown().result() && !session().isBusy() && session().shown().moduleResult() && shown.field &&
               shown.request.field == session().shown().pictureField() && shown.request.style == session().display().style() &&
               shown.request.viewport.width == canvas->width() &&
               shown.request.result->find(shown.request.field->job) == session().shown().moduleResult();
    }
    QImage picture() const { return area()->canvas()->grab().toImage(); }
};

/// What a person does before the program is killed.
void work(const Opened& opened) {
    opened.session().paneControl().setModule(QStringLiteral("sagan"));
    static_cast<void>(QTest::qWaitFor([&] { return opened.settled(); }, 30000));  // a map which can be asked
    opened.session().fieldControl().ask({0.3, 0.6}, QueryGesture::Add);
    opened.session().fieldControl().ask({0.7, 0.4}, QueryGesture::Add);
    OverlayStyle style = opened.session().display().style();
    style.colormap = "viridis";
    style.opacity = 0.8;
    style.contours = 5;
    opened.session().display().setStyle(style);
    opened.area()->canvas()->zoomBy(1.7);
}

constexpr const char* kWorker = "--work-until-killed";

/// The other process: works, says how its picture looks, and waits to be killed.
int workUntilKilled(const QString& folder) {
    Opened opened(folder);
    if (!QTest::qWaitFor([&] { return opened.settled(); }, 30000)) {
        return 1;
    }
    work(opened);
    const QString kept = opened.settings->recoveryFolder();
    const auto isKept = [&] {
        const QStringList files = QDir(kept).entryList({QStringLiteral("*.fovea")}, QDir::Files);
        QFile file(files.isEmpty() ? QString() : kept + u'/' + files.first());
        return file.open(QIODevice::ReadOnly) && file.readAll().contains("viridis");
    };
    if (!QTest::qWaitFor([&] { return opened.settled() && isKept(); }, 30000)) {
        return 1;
    }
    opened.picture().save(folder + QStringLiteral("/part.png"));
    QFile::rename(folder + QStringLiteral("/part.png"), folder + QStringLiteral("/before.png"));
    return QApplication::exec();
}

}  // namespace

class TestRecovery final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aKilledProgramOffersItsSession() {
        QTemporaryDir folder;
        QProcess other;
        other.setProcessChannelMode(QProcess::ForwardedChannels);
        other.start(QCoreApplication::applicationFilePath(), {QLatin1String(kWorker), folder.path()});
        QVERIFY(other.waitForStarted(30000));
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(folder.filePath(QStringLiteral("before.png"))), 60000);
        ::kill(static_cast<pid_t>(other.processId()), SIGKILL);
        QVERIFY(other.waitForFinished(30000));
        const QImage before(folder.filePath(QStringLiteral("before.png")));

        const Opened opened(folder.path(), kSamples + QStringLiteral("chelsea.png"));
        QTRY_VERIFY_WITH_TIMEOUT(opened.area()->announcement().contains(QStringLiteral("unexpectedly")), 30000);
        QVERIFY(opened.picture() != before);
        const auto buttons = opened.area()->findChildren<QToolButton*>();
        const auto it = std::find_if(buttons.begin(), buttons.end(),
                                     [](const QToolButton* b) { return b->text() == QLatin1String("Bring it back"); });
        QVERIFY(it != buttons.end());
        QTest::mouseClick(*it, Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(opened.settled() && opened.session().shown().result()->frame.source->name == "rocket.jpg",
                                 30000);
        QCOMPARE(opened.session().questions().pins().size(), std::size_t{2});
        QTRY_COMPARE_WITH_TIMEOUT(opened.picture().convertToFormat(QImage::Format_RGB32),
                                  before.convertToFormat(QImage::Format_RGB32), 30000);
    }

    void aProgramWhichEndsLeavesNothing() {
        QTemporaryDir folder;
        {
            const Opened opened(folder.path());
            QTRY_VERIFY_WITH_TIMEOUT(opened.settled(), 30000);
            work(opened);
            const QDir kept(opened.settings->recoveryFolder());
            QTRY_VERIFY_WITH_TIMEOUT(!kept.entryList({QStringLiteral("*.fovea")}, QDir::Files).isEmpty(), 30000);
        }
        QVERIFY(QDir(folder.filePath(QStringLiteral("fovea/recovery"))).entryList(QDir::Files).isEmpty());
        const Opened again(folder.path());
        QTRY_VERIFY_WITH_TIMEOUT(again.settled(), 30000);
        QCOMPARE(again.area()->message(), QString());
        QCOMPARE(again.area()->announcement(), QString());
    }

    void undoGoesBackStepByStep() {
        QTemporaryDir folder;
        const Opened opened(folder.path());
        QTRY_VERIFY_WITH_TIMEOUT(opened.settled(), 30000);
        Canvas* canvas = opened.area()->canvas();
        const std::string first = opened.session().panes().current().module->id;
        canvas->setFocus();
        QTest::keyClick(canvas, Qt::Key_3);
        const std::string third = opened.session().panes().current().module->id;
        QTest::keyClick(canvas, Qt::Key_4);
        QTest::keyClick(canvas, Qt::Key_C);
        QCOMPARE(opened.session().panes().count(), 2);
        const auto undo = [&] { QTest::keyClick(opened.window.get(), Qt::Key_Z, Qt::ControlModifier); };
        while (opened.session().panes().count() > 1) {
            undo();
        }
        QCOMPARE(opened.window->workspaces().view(), kOverlayView);
        while (opened.session().panes().current().module->id != third) {
            undo();
        }
        undo();
        QCOMPARE(opened.session().panes().current().module->id, first);
        QTRY_VERIFY_WITH_TIMEOUT(opened.settled(), 30000);
        QTest::keyClick(opened.window.get(), Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(opened.session().panes().current().module->id, third);
        QTRY_VERIFY_WITH_TIMEOUT(opened.settled(), 30000);
    }

    void undoHoldsManySteps() {
        UndoStates states;
        SessionState state;
        state.panes.push_back({});
        for (int step = 0; step < 120; ++step) {
            state.panes.front().module = "m" + std::to_string(step);
            states.note(state);
        }
        for (int step = 118; step >= 0; --step) {
            const SessionState* before = states.undo();
            QVERIFY(before != nullptr);
            QCOMPARE(before->panes.front().module, "m" + std::to_string(step));
        }
        QVERIFY(states.undo() == nullptr);
        QCOMPARE(states.redo()->panes.front().module, "m1");
        // A new change forgets what was undone.
        state.panes.front().module = "other";
        states.note(state);
        QVERIFY(!states.canRedo());
        QCOMPARE(states.undo()->panes.front().module, "m1");
    }

    void draggingOneValueIsOneStep() {
        UndoStates states;
        SessionState state;
        states.note(state);
        for (int step = 1; step <= 40; ++step) {
            state.style.opacity = step / 100.0;
            states.note(state);
        }
        QCOMPARE(states.undo()->style.opacity, OverlayStyle{}.opacity);
        QVERIFY(!states.canUndo());
    }

    void aSessionFileKeepsEverything() {
        QTemporaryDir folder;
        const Opened opened(folder.path());
        QTRY_VERIFY_WITH_TIMEOUT(opened.settled(), 30000);
        work(opened);
        QTRY_VERIFY_WITH_TIMEOUT(opened.settled(), 30000);
        const SessionState state = opened.session().state();
        const QImage before = opened.picture();
        QSignalSpy saved(&opened.window->exports(), &Exports::exported);
        const QString path = folder.filePath(QStringLiteral("a.fovea"));
        opened.window->sessions().save(path);
        QTRY_COMPARE_WITH_TIMEOUT(saved.count(), 1, 30000);

        opened.session().openFile(kSamples + QStringLiteral("chelsea.png"));
        opened.session().paneControl().setModule(QStringLiteral("cbam"));
        opened.session().fieldControl().clearPins();
        opened.session().display().setStyle({});
        QTRY_VERIFY_WITH_TIMEOUT(opened.settled(), 30000);
        opened.window->sessions().open(path);
        QTRY_VERIFY_WITH_TIMEOUT(opened.settled() && opened.session().shown().result()->frame.source->name == "rocket.jpg",
                                 30000);
        QVERIFY(opened.session().state() == state);
        opened.area()->clearMessage();
        QTRY_COMPARE_WITH_TIMEOUT(opened.picture(), before, 30000);
    }

    void sessionsOfCamerasOpenNothingUnasked() {
        QTemporaryDir folder;
        const Opened opened(folder.path());
        QTRY_VERIFY_WITH_TIMEOUT(opened.settled(), 30000);
        SessionFile file;
        file.state = opened.session().state();
        file.source = {.kind = SourceKind::Stream, .location = "http://127.0.0.1:9/never"};
        QFile out(folder.filePath(QStringLiteral("cam.fovea")));
        QVERIFY(out.open(QIODevice::WriteOnly) && out.write(sessionJson(file)) > 0);
        out.close();
        opened.window->sessions().open(out.fileName());
        const NoticeList* list = opened.area()->notices();
        QTRY_VERIFY_WITH_TIMEOUT(list->isVisible() && list->textSummary().contains(QStringLiteral("127.0.0.1")), 30000);
        QTRY_VERIFY_WITH_TIMEOUT(opened.settled(), 30000);
        QVERIFY(!opened.session().source().active());
        QCOMPARE(opened.session().shown().result()->frame.source->name, "rocket.jpg");
    }
};

int main(int argc, char** argv) {
    QApplication app(argc, argv);
    if (argc == 3 && QLatin1String(argv[1]) == QLatin1String(kWorker)) {
        return workUntilKilled(QString::fromLocal8Bit(argv[2]));
    }
    TestRecovery test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_recovery.moc"
