// Recordings whose program ends while it records: told to, with its display, or killed.

#include <QApplication>
#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QProcess>
#include <QSettings>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>
#include <QThreadPool>
#include <QToolButton>

#include <sys/file.h>

#include <algorithm>
#include <csignal>
#include <cstdio>

#include "app/canvas_area.h"
#include "app/main_window.h"
#include "app/window_program.h"
#include "tests/support/recordings.h"
#include "tests/support/video_files.h"
#include "tests/support/video_reader.h"

using namespace fovea;
using namespace fovea::test;

namespace {

constexpr int kPatience = 120000;
constexpr int kFramesBeforeTheEnd = 70;  // more than the encoder holds back and a cluster of a second
constexpr int kLongFilm = 1500;          // which is not saved before the program is stopped
constexpr const char* kLive = "--record-what-is-shown";
constexpr const char* kFile = "--record-the-file";

/// A folder with settings, a film and a place for recordings.
struct Place {
    QTemporaryDir folder;

    explicit Place(int frames = 250) {
        QDir(folder.path()).mkpath(QStringLiteral("out"));
        QSettings settings(folder.filePath(QStringLiteral("config/fovea/fovea.ini")), QSettings::IniFormat);
        settings.setValue(QStringLiteral("window/language"), QStringLiteral("en"));
        settings.setValue(QStringLiteral("features/model"), QStringLiteral("retina"));
        settings.setValue(QStringLiteral("features/stride"), 16);
        settings.setValue(QStringLiteral("overlay/opacity"), 0.0);  // so that the numbers of the frames can be read
        settings.setValue(QStringLiteral("folders/export"), out());
        settings.sync();
        writeVideo(film().toStdString(), {.width = 480, .height = 288, .frames = frames});
    }
    QString out() const { return folder.filePath(QStringLiteral("out")); }
    QString film() const { return folder.filePath(QStringLiteral("film.mp4")); }
    QString recovery() const { return folder.filePath(QStringLiteral("config/fovea/recovery")); }
    QStringList files() const { return QDir(out()).entryList(QDir::Files | QDir::Hidden, QDir::Name); }
    QStringList left(const QString& ending) const {
        return QDir(recovery()).entryList({QStringLiteral("*") + ending}, QDir::Files);
    }
    QString visible(const QString& ending) const {
        const QStringList names = QDir(out()).entryList({QStringLiteral("*") + ending}, QDir::Files);
        return names.size() == 1 ? out() + u'/' + names.first() : QString();
    }
};

/// The program in a process of its own, which says when so much is recorded that it may end.
struct Program {
    QProcess process;

    /// The display's name; empty: none.
    Program(const Place& place, const QStringList& arguments, const QString& display = {}) {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("XDG_CONFIG_HOME"), place.folder.filePath(QStringLiteral("config")));
        environment.insert(QStringLiteral("QT_QPA_PLATFORM"),
                           display.isEmpty() ? QStringLiteral("offscreen") : QStringLiteral("xcb"));
        environment.insert(QStringLiteral("DISPLAY"), display);
        process.setProcessEnvironment(environment);
        process.setChildProcessModifier([] {  // a test which is run in the background was told to ignore some of them
            for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
                std::signal(signal, SIG_DFL);
            }
        });
        process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        process.start(QCoreApplication::applicationFilePath(), arguments);
    }
    bool records() {
        while (!process.canReadLine()) {
            if (!process.waitForReadyRead(kPatience)) {
                return false;
            }
        }
        return process.readLine() == "recording\n";
    }
    void end(int signal) const { ::kill(static_cast<pid_t>(process.processId()), signal); }
    bool ended() { return process.state() == QProcess::NotRunning || process.waitForFinished(kPatience); }
};

/// What the other process does once its window is shown.
void recordWhatIsShown(MainWindow& window) {
    window.session().controller().source().setLoop(true);
    auto* canvas = window.findChild<CanvasArea*>()->canvas();
    QObject::connect(canvas, &Canvas::overlayPainted, &window, [&window] {
        if (window.session().controller().source().active() && !window.recording().live()) {
            window.record(true);
        }
    });
    QObject::connect(&window.recording(), &RecordingControl::progressed, &window, [](double, qint64 frames, qint64) {
        static bool s_said = false;
        if (frames >= kFramesBeforeTheEnd && !std::exchange(s_said, true)) {
            std::puts("recording");
            std::fflush(stdout);
        }
    });
}

void recordTheFile(MainWindow& window, const QString& path) {
    QObject::connect(&window.session(), &Session::fieldChanged, &window, [&window, path] {
        if (window.session().controller().source().active() && window.session().field() && !window.recording().ofFile()) {
            window.recording().startFile(path, false);
        }
    });
    QObject::connect(&window.recording(), &RecordingControl::fileProgressed, &window, [](qint64 frames, qint64) {
        if (frames == kFramesBeforeTheEnd) {
            std::puts("recording");
            std::fflush(stdout);
            ::raise(SIGSTOP);  // until the test has seen the files of a recording which is not finished
        }
    });
}

/// The program's window in this process.
struct Opened {
    std::unique_ptr<Settings> settings;
    std::unique_ptr<MainWindow> window;

    explicit Opened(const Place& place) {
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, place.folder.filePath(QStringLiteral("config")));
        settings = std::make_unique<Settings>();
        window = std::make_unique<MainWindow>(*settings);
        window->resize(1100, 700);
        window->show();
        window->start({});
    }
    CanvasArea* area() const { return window->findChild<CanvasArea*>(); }
    /// The button of the notice or message with this text.
    QToolButton* button(const QString& text) const {
        for (auto* button : area()->findChildren<QToolButton*>()) {
            if (button->isVisible() && button->text() == text) {
                return button;
            }
        }
        return nullptr;
    }
    /// Waits for the offer; that of the killed program's session may come before it, and is closed.
    bool offersRecording() const {
        return QTest::qWaitFor(
            [this] {
                if (area()->notice().contains(QStringLiteral("last session"))) {
                    QTest::mouseClick(button(QStringLiteral("×")), Qt::LeftButton);
                }
                return area()->notice().contains(QStringLiteral("while it recorded"));
            },
            kPatience);
    }
    bool settled() const { return window->session().result() && !window->session().controller().busy(); }
};

/// Table, description and pictures of a recording say the same.
void compareParts(const QString& video, qsizetype atLeast) {
    const QString base = video.chopped(4);
    const auto frames = readVideo(video);
    const auto rows = table(base + QStringLiteral(".csv"));
    const auto description = parsed(base + QStringLiteral(".json"));
    QVERIFY2(static_cast<qsizetype>(frames.size()) >= atLeast, qPrintable(QString::number(frames.size())));
    QCOMPARE(rows.size(), static_cast<qsizetype>(frames.size()) + 1);
    for (qsizetype k = 0; k + 1 < rows.size(); ++k) {
        QCOMPARE(rows.at(k + 1).size(), rows.at(0).size());
        QCOMPARE(rows.at(k + 1).at(kColumn.frame).toLongLong(), k);
        if (const QByteArray index = rows.at(k + 1).at(kColumn.sourceIndex); !index.isEmpty()) {
            QCOMPARE(numberOf(frames[static_cast<std::size_t>(k)].pixels), index.toInt());
        }
    }
    QCOMPARE(description["recording"]["frames"].get<qsizetype>(), static_cast<qsizetype>(frames.size()));
    QCOMPARE(description["recording"]["video"].get<std::string>(), QFileInfo(video).fileName().toStdString());
    QCOMPARE(description["recording"]["csv"].get<std::string>(),
             QFileInfo(base + QStringLiteral(".csv")).fileName().toStdString());
    QVERIFY(description.contains("module"));
}

void copyFolder(const QString& from, const QString& to) {
    QDir(to).mkpath(QStringLiteral("."));
    for (const QFileInfo& entry : QDir(from).entryInfoList(QDir::Files | QDir::Dirs | QDir::Hidden | QDir::NoDotAndDotDot)) {
        const QString target = to + u'/' + entry.fileName();
        if (entry.isDir()) {
            copyFolder(entry.filePath(), target);
        } else {
            QFile::copy(entry.filePath(), target);
        }
    }
}

}  // namespace

class TestLostRecording final : public QObject {
    Q_OBJECT

    std::unique_ptr<Place> m_killed;  // what a killed program has left

    /// A copy of that, with its notes.
    std::unique_ptr<Place> killedPlace() {
        auto place = std::make_unique<Place>();
        copyFolder(m_killed->folder.path(), place->folder.path());
        for (const QString& name : place->left(QStringLiteral(".recording"))) {
            QFile note(place->recovery() + u'/' + name);
            if (note.open(QIODevice::ReadWrite)) {
                const QByteArray text = note.readAll().replace(m_killed->folder.path().toUtf8(), place->folder.path().toUtf8());
                note.resize(0);
                note.seek(0);
                note.write(text);
            }
        }
        return place;
    }

private Q_SLOTS:
    void endedRecordingsAreWhole_data() {
        QTest::addColumn<int>("signal");
        QTest::newRow("SIGTERM") << SIGTERM;
        QTest::newRow("SIGHUP") << SIGHUP;
        QTest::newRow("SIGINT") << SIGINT;
    }

    void endedRecordingsAreWhole() {
        QFETCH(int, signal);
        const Place place;
        Program program(place, {QLatin1String(kLive), place.film()});
        QVERIFY(program.records());
        QCOMPARE(place.left(QStringLiteral(".recording")).size(), 1);
        program.end(signal);
        QVERIFY(program.ended());
        QCOMPARE(program.process.exitStatus(), QProcess::NormalExit);
        QCOMPARE(program.process.exitCode(), 0);
        QCOMPARE(place.files().size(), 3);
        compareParts(place.visible(QStringLiteral(".mkv")), kFramesBeforeTheEnd);
        // That was no crash.
        QCOMPARE(QDir(place.recovery()).entryList(QDir::Files), QStringList());
        const Opened opened(place);
        QTRY_VERIFY_WITH_TIMEOUT(opened.settled(), kPatience);
        QVERIFY(QThreadPool::globalInstance()->waitForDone(kPatience));
        QCoreApplication::processEvents();
        QCOMPARE(opened.area()->message(), QString());
        QCOMPARE(opened.area()->notice(), QString());
    }

    void aDisplayWhichGoesLeavesAWholeRecording() {
        if (QStandardPaths::findExecutable(QStringLiteral("Xvfb")).isEmpty()) {
            QSKIP("There is no Xvfb.");
        }
        QProcess server;
        server.start(QStringLiteral("Xvfb"),
                     {QStringLiteral("-displayfd"), QStringLiteral("1"), QStringLiteral("-screen"), QStringLiteral("0"),
                      QStringLiteral("1280x800x24"), QStringLiteral("-nolisten"), QStringLiteral("tcp")});
        QVERIFY(server.waitForStarted());
        while (!server.canReadLine()) {
            QVERIFY(server.waitForReadyRead(kPatience));
        }
        const Place place;
        Program program(place, {QLatin1String(kLive), place.film()}, u':' + QString::fromLatin1(server.readLine()).trimmed());
        QVERIFY(program.records());
        server.kill();
        QVERIFY(server.waitForFinished(kPatience));
        QVERIFY(program.ended());
        QCOMPARE(program.process.exitStatus(), QProcess::NormalExit);
        QCOMPARE(program.process.exitCode(), 1);
        QCOMPARE(place.files().size(), 3);
        compareParts(place.visible(QStringLiteral(".mkv")), kFramesBeforeTheEnd);
        QCOMPARE(place.left(QStringLiteral(".recording")), QStringList());
    }

    void aKilledRecordingIsKept() {
        m_killed = std::make_unique<Place>();
        Program program(*m_killed, {QLatin1String(kLive), m_killed->film()});
        QVERIFY(program.records());
        program.end(SIGKILL);
        QVERIFY(program.ended());
        QCOMPARE(program.process.exitStatus(), QProcess::CrashExit);
        QCOMPARE(m_killed->files().size(), 2);
        for (const QString& name : m_killed->files()) {
            QVERIFY2(name.startsWith(u'.') && name.contains(QStringLiteral(".part.")), qPrintable(name));
        }
        QCOMPARE(m_killed->left(QStringLiteral(".recording")).size(), 1);
    }

    void itIsFinishedOnDemand() {
        QVERIFY(m_killed);
        const auto place = killedPlace();
        const Opened opened(*place);
        QVERIFY(opened.offersRecording());
        QVERIFY(opened.area()->notice().contains(place->out()));
        QSignalSpy exported(opened.window.get(), &MainWindow::exported);
        QVERIFY(opened.button(QStringLiteral("Finish it")) != nullptr);
        QTest::mouseClick(opened.button(QStringLiteral("Finish it")), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(exported.size(), 1, kPatience);
        QVERIFY2(opened.area()->message().startsWith(QStringLiteral("Saved ")), qPrintable(opened.area()->message()));
        QVERIFY(!opened.area()->notice().contains(QStringLiteral("while it recorded")));
        QCOMPARE(place->files().size(), 3);
        const QString video = place->visible(QStringLiteral(".mkv"));
        QCOMPARE(exported.first().first().toStringList().first(), video);
        compareParts(video, 1);
        const auto description = parsed(video.chopped(4) + QStringLiteral(".json"));
        QVERIFY(description["recording"]["recovered"].get<bool>());
        QVERIFY(description["recording"]["note"].get<std::string>().find("recovered") != std::string::npos);
        QVERIFY(description["recording"]["dropped"].is_null());
        QCOMPARE(place->left(QStringLiteral(".recording")), QStringList());
        // The program's own reader finds no fault in it and knows its length.
        const auto source = openSource({.kind = SourceKind::Video, .location = video.toStdString()});
        QVERIFY(source.ok());
        QVERIFY((*source)->traits().note.empty());
        QCOMPARE((*source)->traits().frames, description["recording"]["frames"].get<std::int64_t>());
    }

    void itTakesNobodysName() {
        QVERIFY(m_killed);
        const auto place = killedPlace();
        QString name = place->files().filter(QStringLiteral(".mkv")).first().mid(1);
        name.truncate(name.lastIndexOf(u'.', name.indexOf(QStringLiteral(".part."), 0) - 1));
        QFile other(place->out() + u'/' + name + QStringLiteral(".csv"));  // of the three names only this one is taken
        QVERIFY(other.open(QIODevice::WriteOnly) && other.write("mine") == 4);
        other.close();
        const Opened opened(*place);
        QVERIFY(opened.offersRecording());
        QSignalSpy exported(opened.window.get(), &MainWindow::exported);
        QTest::mouseClick(opened.button(QStringLiteral("Finish it")), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(exported.size(), 1, kPatience);
        QCOMPARE(contents(other.fileName()), QByteArray("mine"));
        const QString video = place->out() + u'/' + name + QStringLiteral(" (2).mkv");
        QCOMPARE(place->visible(QStringLiteral(".mkv")), video);
        compareParts(video, 1);
        QCOMPARE(place->files().size(), 4);
    }

    void itIsDeletedOnDemand() {
        QVERIFY(m_killed);
        const auto place = killedPlace();
        {
            const Opened opened(*place);
            QVERIFY(opened.offersRecording());
            // Who closes the notice is asked again the next time.
            QTest::mouseClick(opened.button(QStringLiteral("×")), Qt::LeftButton);
            QVERIFY(!opened.area()->notice().contains(QStringLiteral("while it recorded")));
        }
        QCOMPARE(place->files().size(), 2);
        const Opened opened(*place);
        QVERIFY(opened.offersRecording());
        QSignalSpy exported(opened.window.get(), &MainWindow::exported);
        QTest::mouseClick(opened.button(QStringLiteral("Delete it")), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(exported.size(), 1, kPatience);
        QCOMPARE(place->files(), QStringList());
        QCOMPARE(place->left(QStringLiteral(".recording")), QStringList());
    }

    // One recording is offered once: what another window finishes, or another program still writes, is nobody else's.
    void whatIsInUseIsNotOffered() {
        QVERIFY(m_killed);
        const auto place = killedPlace();
        const auto lost = lostRecordings(place->recovery().toStdString());
        QCOMPARE(lost.size(), std::size_t{1});
        QVERIFY(lost.front().playable);
        QFile part(QString::fromStdString(lost.front().recording.video));
        QVERIFY(part.open(QIODevice::ReadOnly));
        QCOMPARE(::flock(part.handle(), LOCK_EX | LOCK_NB), 0);
        QVERIFY(lostRecordings(place->recovery().toStdString()).empty());
        QVERIFY(!finishRecording(lost.front().recording).ok());
        QVERIFY(!deleteRecording(lost.front().recording).ok());
        QCOMPARE(place->files().size(), 2);
    }

    // A table of which the disk kept less than of the video, as after a power cut.
    void missingRowsAreEmpty() {
        QVERIFY(m_killed);
        const auto place = killedPlace();
        const auto lost = lostRecordings(place->recovery().toStdString());
        QCOMPARE(lost.size(), std::size_t{1});
        QFile csv(QString::fromStdString(lost.front().recording.csv));
        QVERIFY(csv.open(QIODevice::ReadWrite));
        qint64 end = 0;
        for (int line = 0; line < 6; ++line) {
            end += csv.readLine().size();
        }
        QVERIFY(csv.resize(end + 5));  // within a row
        csv.close();
        const auto outcome = finishRecording(lost.front().recording);
        QVERIFY2(outcome.ok(), outcome.ok() ? "" : outcome.error().message().c_str());
        compareParts(QString::fromStdString(outcome->video.path), 7);
        const auto rows = table(QString::fromStdString(outcome->csvPath));
        QVERIFY(!rows.at(5).at(kColumn.sourceTime).isEmpty());
        QVERIFY(rows.at(6).at(kColumn.sourceTime).isEmpty());
    }

    // A note from elsewhere may name any file; only neighbours such as a recording writes are touched.
    void notesNameNoOtherFiles() {
        const Place place;
        const QString other = place.out() + QStringLiteral("/.precious.mkv");
        QFile file(other);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("mine") == 4);
        file.close();
        QDir(place.folder.path()).mkpath(QStringLiteral("config/fovea/recovery"));
        for (const QString& video : {other, place.out() + QStringLiteral("/../out/.a.1-0.part.mkv")}) {
            QFile note(place.recovery() + QStringLiteral("/a.recording"));
            QVERIFY(note.open(QIODevice::WriteOnly));
            note.write(QByteArray::fromStdString(nlohmann::json{
                {"foveaRecording", 1},
                {"path", (place.out() + QStringLiteral("/a.mkv")).toStdString()},
                {"video", video.toStdString()},
                {"description", "{}"}}.dump()));
            note.close();
            QVERIFY(lostRecordings(place.recovery().toStdString()).empty());
        }
        QCOMPARE(contents(other), QByteArray("mine"));
        for (const char* broken :
             {"", "[]", "{\"foveaRecording\": 1}", "{\"foveaRecording\": \"x\"}", "{\"foveaRecording\": 1, \"path\": 7}"}) {
            QFile note(place.recovery() + QStringLiteral("/a.recording"));
            QVERIFY(note.open(QIODevice::WriteOnly));
            note.write(broken);
            note.close();
            QVERIFY(readNotes(place.recovery().toStdString()).empty());
        }
    }

    void endedRecordingsOfAFileLeaveNothing() {
        const Place place(kLongFilm);
        const QString path = place.out() + QStringLiteral("/all.mkv");
        QFile old(path);
        QVERIFY(old.open(QIODevice::WriteOnly) && old.write("old and whole") == 13);
        old.close();
        Program program(place, {QLatin1String(kFile), place.film(), path});
        QVERIFY(program.records());
        QVERIFY(place.files().size() > 1);
        program.end(SIGTERM);
        program.end(SIGCONT);
        QVERIFY(program.ended());
        QCOMPARE(program.process.exitStatus(), QProcess::NormalExit);
        QCOMPARE(program.process.exitCode(), 0);
        QCOMPARE(place.files(), QStringList{QStringLiteral("all.mkv")});
        QCOMPARE(contents(path), QByteArray("old and whole"));
        QCOMPARE(QDir(place.recovery()).entryList(QDir::Files), QStringList());
    }

    // An .mp4 has its table of frames at its end.
    void aKilledMp4CanOnlyBeDeleted() {
        const Place place(kLongFilm);
        Program program(place, {QLatin1String(kFile), place.film(), place.out() + QStringLiteral("/all.mp4")});
        QVERIFY(program.records());
        program.end(SIGKILL);
        QVERIFY(program.ended());
        QCOMPARE(place.files().size(), 2);
        const Opened opened(place);
        QVERIFY(opened.offersRecording());
        QVERIFY(opened.area()->notice().contains(QStringLiteral("cannot be played")));
        QVERIFY(opened.button(QStringLiteral("Finish it")) == nullptr);
        QSignalSpy exported(opened.window.get(), &MainWindow::exported);
        QTest::mouseClick(opened.button(QStringLiteral("Delete it")), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(exported.size(), 1, kPatience);
        QCOMPARE(place.files(), QStringList());
    }

    // What the session manager waits for.
    void theEndOfTheSessionFindsAWholeRecording() {
        const Place place;
        const Opened opened(place);
        opened.window->session().openFile(place.film());
        recordWhatIsShown(*opened.window);
        qint64 written = 0;
        QObject scope;
        connect(&opened.window->recording(), &RecordingControl::progressed, &scope,
                [&](double, qint64 frames) { written = frames; });
        QTRY_VERIFY_WITH_TIMEOUT(written > 3, kPatience);
        opened.area()->canvas()->disconnect(opened.window.get());  // records no second time
        opened.window->waitForRecording();
        QVERIFY(!opened.window->recording().busy());
        QCOMPARE(place.files().size(), 3);
        compareParts(place.visible(QStringLiteral(".mkv")), 4);
    }
};

int main(int argc, char** argv) {
    const QByteArray mode(argc > 2 ? argv[1] : "");
    if (mode == kLive) {
        return runWindow(argc, argv, QString::fromLocal8Bit(argv[2]), recordWhatIsShown);
    }
    if (mode == kFile && argc > 3) {
        const QString path = QString::fromLocal8Bit(argv[3]);
        return runWindow(argc, argv, QString::fromLocal8Bit(argv[2]),
                         [path](MainWindow& window) { recordTheFile(window, path); });
    }
    const QApplication app(argc, argv);
    TestLostRecording test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_lost_recording.moc"
