#pragma once

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QProcess>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>
#include <utility>

#include "app/canvas_area.h"
#include "app/main_window.h"
#include "app/window_program.h"
#include "tests/support/recordings.h"
#include "tests/support/video_files.h"
#include "tests/support/video_reader.h"

// The program as another process which records until it is ended: a test starts itself anew for that.

namespace fovea::test {

inline constexpr int kPatience = 120000;
inline constexpr int kFramesBeforeTheEnd = 70;  // more than the encoder holds back and a cluster of a second
inline constexpr int kLongFilm = 1500;          // which is not saved before the program is stopped
inline constexpr const char* kLive = "--record-what-is-shown";
inline constexpr const char* kFile = "--record-the-file";

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
    /// It has stopped itself.
    bool stopped() const {
        return QTest::qWaitFor(
            [this] { return contents(QStringLiteral("/proc/%1/stat").arg(process.processId())).contains(") T "); }, kPatience);
    }
    bool ended() { return process.state() == QProcess::NotRunning || process.waitForFinished(kPatience); }
};

/// What the other process does once its window is shown.
inline void recordWhatIsShown(MainWindow& window) {
    window.session().source().setLoop(true);
    auto* canvas = window.findChild<CanvasArea*>()->canvas();
    QObject::connect(canvas, &Canvas::overlayPainted, &window, [&window] {
        if (window.session().source().active() && !window.live().recording().live()) {
            window.live().record(true);
        }
    });
    QObject::connect(&window.live().recording(), &RecordingControl::progressed, &window, [](double, qint64 frames, qint64) {
        static bool s_said = false;
        if (frames >= kFramesBeforeTheEnd && !std::exchange(s_said, true)) {
            std::puts("recording");
            std::fflush(stdout);
        }
    });
}

inline void recordTheFile(MainWindow& window, const QString& path) {
    QObject::connect(&window.session(), &Session::resultChanged, &window, [&window, path] {
        if (window.session().source().active() && window.session().shown().field() && !window.live().recording().ofFile()) {
            window.live().recording().startFile(path, false);
        }
    });
    QObject::connect(&window.live().recording(), &RecordingControl::fileProgressed, &window, [](qint64 frames, qint64) {
        static bool s_said = false;
        if (frames >= kFramesBeforeTheEnd && !std::exchange(s_said, true)) {  // not every frame is told
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
    /// Waits for the first picture, which clears messages, and the offer; that of the killed program's session may come before
    /// it, and is closed.
    bool offersRecording() const {
        return QTest::qWaitFor(
            [this] {
                if (area()->announcement().contains(QStringLiteral("last session"))) {
                    QTest::mouseClick(button(QStringLiteral("×")), Qt::LeftButton);
                }
                return settled() && area()->announcement().contains(QStringLiteral("while it recorded"));
            },
            kPatience);
    }
    bool settled() const { return window->session().shown().result() && !window->session().isBusy(); }
};

/// Table, description and pictures of a recording say the same.
inline void compareParts(const QString& video, qsizetype atLeast) {
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

/// The program, where the test was started as the other process; nothing where it is the test.
inline std::optional<int> runAsOtherProcess(int argc, char** argv) {
    const QByteArray mode(argc > 2 ? argv[1] : "");
    if (mode == kLive) {
        return runWindow(argc, argv, QString::fromLocal8Bit(argv[2]), recordWhatIsShown);
    }
    if (mode == kFile && argc > 3) {
        const QString path = QString::fromLocal8Bit(argv[3]);
        return runWindow(argc, argv, QString::fromLocal8Bit(argv[2]),
                         [path](MainWindow& window) { recordTheFile(window, path); });
    }
    return std::nullopt;
}

}  // namespace fovea::test
