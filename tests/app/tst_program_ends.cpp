// The program where its surroundings fail: no display, no room or no reader for what it prints, a hang-up.

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <functional>

#include "engine/models/bundle.h"
#include "tests/support/video_files.h"
#include "tests/support/video_reader.h"

using namespace fovea;
using namespace fovea::test;

namespace {

const QString kProgram = QStringLiteral(FOVEA_BINARY_DIR "/bin/fovea");
const QString kSample = QStringLiteral(FOVEA_SOURCE_DIR "/resources/samples/chelsea.png");
constexpr int kPatience = 120000;

struct Outcome {
    int status = -1;
    bool crashed = true;
    QByteArray out;
    QByteArray err;
};

QProcessEnvironment withoutDisplay() {
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (const char* name :
         {"QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET", "XDG_SESSION_TYPE", "XAUTHORITY"}) {
        environment.remove(QString::fromLatin1(name));
    }
    return environment;
}

/// Runs the program; `inChild` prepares the process before the program takes it over.
Outcome run(const QStringList& arguments, const std::function<void()>& inChild = {},
            const QProcessEnvironment& environment = withoutDisplay()) {
    QProcess program;
    program.setProcessEnvironment(environment);
    program.setChildProcessModifier([inChild] {
        std::signal(SIGPIPE, SIG_DFL);
        if (inChild) {
            inChild();
        }
    });
    program.start(kProgram, arguments);
    if (!program.waitForFinished(kPatience)) {
        return {};
    }
    return {program.exitCode(), program.exitStatus() == QProcess::CrashExit, program.readAllStandardOutput(),
            program.readAllStandardError()};
}

/// What may become of standard output.
const std::pair<const char*, std::function<void()>> kOutputs[] = {
    {"full disk",
     [] {
         const int fd = ::open("/dev/full", O_WRONLY);
         ::dup2(fd, STDOUT_FILENO);
     }},
    {"closed pipe",
     [] {
         int ends[2] = {-1, -1};
         [[maybe_unused]] const int made = ::pipe(ends);
         ::close(ends[0]);
         ::dup2(ends[1], STDOUT_FILENO);
         ::close(ends[1]);
     }},
    {"closed", [] { ::close(STDOUT_FILENO); }},
};

void writeBoxes(const QTemporaryDir& folder) {
    QVERIFY(QFile::copy(kSample, folder.filePath(QStringLiteral("a.png"))));
    QFile table(folder.filePath(QStringLiteral("boxes.csv")));
    QVERIFY(table.open(QIODevice::WriteOnly));
    QVERIFY(table.write("file,class,x0,y0,x1,y1\na.png,tabby,10,10,200,200\n") > 0);
}

}  // namespace

class TestProgramEnds final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void whatCannotBePrintedIsAnError_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<int>("output");
        const std::pair<const char*, QStringList> commands[] = {
            {"modules", {QStringLiteral("modules")}},
            {"modules --json", {QStringLiteral("modules"), QStringLiteral("--json")}},
            {"modules --table", {QStringLiteral("modules"), QStringLiteral("--table")}},
            {"--help", {QStringLiteral("--help")}},
            {"--version", {QStringLiteral("--version")}},
            {"render --help", {QStringLiteral("render"), QStringLiteral("--help")}},
            {"evaluate --help", {QStringLiteral("evaluate"), QStringLiteral("--help")}},
        };
        for (const auto& [name, arguments] : commands) {
            for (int output = 0; output < 3; ++output) {
                QTest::addRow("%s, %s", name, kOutputs[output].first) << arguments << output;
            }
        }
    }

    void whatCannotBePrintedIsAnError() {
        QFETCH(QStringList, arguments);
        QFETCH(int, output);
        QVERIFY(run(arguments).status == 0);
        const Outcome o = run(arguments, kOutputs[output].second);
        QVERIFY(!o.crashed);
        QCOMPARE(o.status, 1);
        QCOMPARE(o.err.count('\n'), 1);
        QVERIFY2(o.err.startsWith("fovea: ") && o.err.contains("standard output"), o.err.constData());
    }

    // Pictures and numbers are written all the same, and nothing that is printed gets into them.
    void whatIsDrawnIsWhole_data() {
        QTest::addColumn<int>("output");
        for (int output = 0; output < 3; ++output) {
            QTest::newRow(kOutputs[output].first) << output;
        }
    }

    void whatIsDrawnIsWhole() {
        QFETCH(int, output);
        const QTemporaryDir folder;
        const auto draw = [&folder](const char* name, const std::function<void()>& inChild) {
            return run({QStringLiteral("render"), kSample, QStringLiteral("-o"), folder.filePath(QString::fromLatin1(name)),
                        QStringLiteral("--module"), QStringLiteral("simam"), QStringLiteral("--stride"), QStringLiteral("32")},
                       inChild);
        };
        QCOMPARE(draw("good.png", {}).status, 0);
        const Outcome o = draw("out.png", kOutputs[output].second);
        QCOMPARE(o.status, 1);
        QCOMPARE(o.err.count('\n'), 1);
        QVERIFY2(o.err.contains("standard output"), o.err.constData());
        QFile good(folder.filePath(QStringLiteral("good.png")));
        QFile out(folder.filePath(QStringLiteral("out.png")));
        QVERIFY(good.open(QIODevice::ReadOnly) && out.open(QIODevice::ReadOnly));
        QCOMPARE(out.readAll(), good.readAll());
        QCOMPARE(QDir(folder.path()).entryList(QDir::Files | QDir::Hidden).size(), 4);
    }

    void numbersWhichCannotBePrintedAreAnError() {
        if (bundledModelFolder().empty()) {
            QSKIP("built without the bundle");
        }
        const QTemporaryDir folder;
        writeBoxes(folder);
        const QStringList arguments{QStringLiteral("evaluate"),
                                    QStringLiteral("--bundle"),
                                    QString::fromStdString(bundledModelFolder()),
                                    QStringLiteral("--data"),
                                    folder.path(),
                                    QStringLiteral("--modules"),
                                    QStringLiteral("simam"),
                                    QStringLiteral("--size"),
                                    QStringLiteral("64")};
        const Outcome good = run(arguments);
        QVERIFY2(good.status == 0 && good.out.count('\n') > 1, good.err.constData());
        for (const auto& [name, inChild] : kOutputs) {
            const Outcome o = run(arguments, inChild);
            QVERIFY2(o.status == 1 && !o.crashed, name);
            QVERIFY2(o.err.count('\n') == 1 && o.err.contains("standard output"), o.err.constData());
        }
    }

    void aReaderWhichHasEnoughIsSaid() {
        QProcess shell;
        shell.start(QStringLiteral("sh"),
                    {QStringLiteral("-c"), QStringLiteral("{ \"$0\" modules --json; echo $? >&2; } | head -c 1"), kProgram});
        QVERIFY(shell.waitForFinished(kPatience));
        const QByteArrayList said = shell.readAllStandardError().trimmed().split('\n');
        QCOMPARE(said.size(), 2);
        QVERIFY2(said.first().contains("standard output"), said.first().constData());
        QCOMPARE(said.last(), QByteArray("1"));
    }

    void withoutADisplayOneSentenceSaysSo_data() {
        QTest::addColumn<QStringList>("set");
        QTest::newRow("nothing") << QStringList();
        QTest::newRow("no such display") << QStringList{QStringLiteral("DISPLAY=:7777")};
        QTest::newRow("no such wayland") << QStringList{QStringLiteral("WAYLAND_DISPLAY=wayland-77"),
                                                        QStringLiteral("XDG_SESSION_TYPE=wayland")};
        QTest::newRow("xcb asked for") << QStringList{QStringLiteral("QT_QPA_PLATFORM=xcb")};
        QTest::newRow("wayland asked for") << QStringList{QStringLiteral("QT_QPA_PLATFORM=wayland")};
        QTest::newRow("no such platform") << QStringList{QStringLiteral("QT_QPA_PLATFORM=stone"),
                                                         QStringLiteral("DISPLAY=:7777")};
    }

    void withoutADisplayOneSentenceSaysSo() {
        QFETCH(QStringList, set);
        QProcessEnvironment environment = withoutDisplay();
        for (const QString& each : set) {
            environment.insert(each.section(u'=', 0, 0), each.section(u'=', 1));
        }
        for (const QStringList& arguments : {QStringList(), QStringList{kSample}}) {
            const Outcome o = run(arguments, {}, environment);
            QVERIFY(!o.crashed);
            QCOMPARE(o.status, 1);
            QVERIFY2(o.err.count('\n') == 1 && o.err.startsWith("fovea: ") && o.err.contains("fovea render"), o.err.constData());
            QVERIFY(o.out.isEmpty());
        }
    }

    void otherPlatformsStillOpen() {
        const QTemporaryDir folder;
        for (const char* platform : {"offscreen", "minimal"}) {
            QProcessEnvironment environment = withoutDisplay();
            environment.insert(QStringLiteral("QT_QPA_PLATFORM"), QString::fromLatin1(platform));
            environment.insert(QStringLiteral("XDG_CONFIG_HOME"), folder.path());
            QProcess program;
            program.setProcessEnvironment(environment);
            program.setChildProcessModifier([] { std::signal(SIGTERM, SIG_DFL); });
            program.start(kProgram, {kSample});
            QVERIFY(program.waitForStarted());
            const QDir recovery(folder.filePath(QStringLiteral("fovea/recovery")));
            QTRY_VERIFY_WITH_TIMEOUT(!recovery.entryList({QStringLiteral("*.fovea")}, QDir::Files).isEmpty(), kPatience);
            program.terminate();
            QVERIFY(program.waitForFinished(kPatience));
            QCOMPARE(program.exitStatus(), QProcess::NormalExit);
            QCOMPARE(program.exitCode(), 0);
            QVERIFY(recovery.entryList(QDir::Files).isEmpty());  // told to end, it has not crashed
        }
    }

    void commandsAreToldToStop_data() {
        QTest::addColumn<int>("signal");
        QTest::newRow("SIGINT") << SIGINT;
        QTest::newRow("SIGTERM") << SIGTERM;
        QTest::newRow("SIGHUP") << SIGHUP;
    }

    void commandsAreToldToStop() {
        QFETCH(int, signal);
        const QTemporaryDir folder;
        const QString film = folder.filePath(QStringLiteral("film.mp4"));
        QVERIFY(writeVideo(film.toStdString(), {.frames = 1500}));
        QProcess program;
        program.setChildProcessModifier([] {
            for (const int each : {SIGINT, SIGTERM, SIGHUP}) {
                std::signal(each, SIG_DFL);
            }
        });
        program.start(kProgram, {QStringLiteral("render"), film, QStringLiteral("-o"), folder.filePath(QStringLiteral("out.mkv")),
                                 QStringLiteral("--module"), QStringLiteral("simam")});
        QVERIFY(program.waitForStarted());
        const auto files = [&folder] { return QDir(folder.path()).entryList(QDir::Files | QDir::Hidden).size(); };
        QTRY_VERIFY_WITH_TIMEOUT(files() > 1, kPatience);
        QCOMPARE(::kill(static_cast<pid_t>(program.processId()), signal), 0);
        if (signal == SIGHUP) {  // it often comes twice
            ::kill(static_cast<pid_t>(program.processId()), signal);
        }
        QVERIFY(program.waitForFinished(kPatience));
        QCOMPARE(program.exitStatus(), QProcess::NormalExit);
        QCOMPARE(program.exitCode(), 1);
        QCOMPARE(program.readAllStandardError(), QByteArray("fovea: Stopped; nothing was written.\n"));
        QCOMPARE(files(), 1);
    }

    // As under nohup.
    void ignoredSignalsStayIgnored() {
        const QTemporaryDir folder;
        const QString film = folder.filePath(QStringLiteral("film.mp4"));
        QVERIFY(writeVideo(film.toStdString(), {.frames = 60}));
        const QString out = folder.filePath(QStringLiteral("out.mkv"));
        QProcess program;
        program.setChildProcessModifier([] { std::signal(SIGHUP, SIG_IGN); });
        program.start(kProgram, {QStringLiteral("render"), film, QStringLiteral("-o"), out, QStringLiteral("--module"),
                                 QStringLiteral("simam")});
        QVERIFY(program.waitForStarted());
        QTRY_VERIFY_WITH_TIMEOUT(QDir(folder.path()).entryList(QDir::Files | QDir::Hidden).size() > 1, kPatience);
        ::kill(static_cast<pid_t>(program.processId()), SIGHUP);
        QVERIFY(program.waitForFinished(kPatience));
        QCOMPARE(program.exitCode(), 0);
        QCOMPARE(readVideo(out).size(), std::size_t{60});
    }
};

QTEST_GUILESS_MAIN(TestProgramEnds)
#include "tst_program_ends.moc"
