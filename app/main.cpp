#include <QCoreApplication>
#include <QGuiApplication>

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <exception>

#include "app/commands/command_line.h"
#include "app/commands/commands.h"
#include "app/window_program.h"
#include "engine/api.h"
#include "engine/kernels/level.h"
#include "engine/source/quiet.h"
#include "engine/thrown.h"

namespace {

/// stderr belongs to our sentences: Qt's remarks about the desktop session are of no use there.
void keepSilent(QtMsgType type, const QMessageLogContext&, const QString& message) {
    if (message.startsWith(QLatin1String("QThread::start"))) {
        // Qt's painting would wait for ever for the thread which it could not start.
        std::_Exit(fovea::complain(
            QCoreApplication::translate("CommandLine", "There is not enough memory for another thread; end other programs."),
            fovea::kExitFailed));
    }
    if (type == QtFatalMsg || type == QtCriticalMsg) {
        fovea::complain(message, fovea::kExitFailed);
    }
}

/// Prints one sentence about an exception which nobody caught, and aborts. The message of the C++ library would get lost, because
/// stderr leads nowhere.
[[noreturn]] void endUnexpectedly() {
    try {
        if (const auto thrown = std::current_exception()) {
            std::rethrow_exception(thrown);
        }
    } catch (const std::exception& failure) {
        fovea::complain(fovea::thrownError("fovea", failure));
    }
    std::abort();
}

/// A stream which was closed before the start would lend its number to the first file which is opened: what is printed would go
/// into that. What is opened here instead fails when it is used.
void occupyClosedStreams() {
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(stream, F_GETFD) < 0) {
            ::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
        }
    }
}

int runCommand(const fovea::Command& command, int argc, char** argv) {
    // Text in figures needs fonts, not a display.
    qputenv("QT_QPA_PLATFORM", "offscreen");
    const QGuiApplication application(argc, argv);
    return fovea::runCommand(command, QCoreApplication::arguments().mid(1));
}

int run(int argc, char** argv) {
    const QString first = argc > 1 ? QString::fromLocal8Bit(argv[1]) : QString();
    if (const auto* command = fovea::findCommand(first)) {
        return runCommand(*command, argc, argv);
    }
    if (first == QLatin1String("--help") || first == QLatin1String("-h")) {
        fovea::printLine(fovea::programHelp());
        return fovea::kExitDone;
    }
    if (first == QLatin1String("--version")) {
        fovea::printLine(
            QStringLiteral("fovea %1 (engine for %2)").arg(QLatin1String(fovea::version()), QLatin1String(fovea::kernelLevel())));
        return fovea::kExitDone;
    }
    if (argc > 2 || first.startsWith(u'-')) {
        return fovea::complain(
            QCoreApplication::translate("CommandLine", "“%1” is no command or option; see fovea --help.").arg(first),
            fovea::kExitUsage);
    }
    return fovea::runWindow(argc, argv, first);
}

}  // namespace

int main(int argc, char** argv) {
    // A file which may not grow any more and a pipe which nobody reads are errors to be said, not the end.
    std::signal(SIGXFSZ, SIG_IGN);
    std::signal(SIGPIPE, SIG_IGN);
    occupyClosedStreams();
    fovea::claimStandardError();
    std::set_terminate(endUnexpectedly);
    qInstallMessageHandler(keepSilent);
    fovea::quietLibraries();
    QCoreApplication::setApplicationName(QStringLiteral("fovea"));
    QCoreApplication::setOrganizationName(QStringLiteral("fovea"));
    QCoreApplication::setApplicationVersion(QLatin1String(fovea::version()));
    return fovea::closeOutput(run(argc, argv));
}
