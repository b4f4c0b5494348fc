#include "app/window_program.h"

#include <QApplication>
#include <QIcon>
#include <QSessionManager>
#include <QSocketNotifier>

#include <cstdlib>
#include <memory>

#include "app/commands/command_line.h"
#include "app/commands/commands.h"
#include "app/job_view.h"
#include "app/language.h"
#include "app/main_window.h"
#include "app/settings.h"
#include "app/stop_signals.h"
#include "widgets/canvas.h"
#include "widgets/theme.h"

namespace fovea {
namespace {

QtMessageHandler s_usualHandler = nullptr;

/// Qt aborts when no platform plugin finds a display, after a page of remarks. Only it knows which plugins there are and what
/// they need, so that its end is awaited and said in one sentence.
void sayNoDisplay(QtMsgType type, const QMessageLogContext& context, const QString& message) {
    if (type == QtFatalMsg) {
        complain(
            QCoreApplication::translate("CommandLine",
                                        "The window cannot be opened without a display; start Fovea in a desktop session, or "
                                        "draw into a file with “fovea render” (see fovea render --help)."),
            kExitFailed);
        std::_Exit(kExitFailed);
    }
    s_usualHandler(type, context, message);
}

std::unique_ptr<QApplication> openApplication(int& argc, char** argv) {
    s_usualHandler = qInstallMessageHandler(sayNoDisplay);
    auto application = std::make_unique<QApplication>(argc, argv);
    qInstallMessageHandler(s_usualHandler);
    return application;
}

/// What the desktop says when its session ends: it waits for the answer, and may kill the program then.
void heedSession(QApplication& application, MainWindow& window) {
    const auto finish = [&window](QSessionManager& manager) {
        manager.setRestartHint(QSessionManager::RestartNever);  // a window without the picture is no use
        window.ending().waitForRecording();
    };
    QObject::connect(&application, &QGuiApplication::commitDataRequest, &window, finish, Qt::DirectConnection);
    QObject::connect(&application, &QGuiApplication::saveStateRequest, &window, finish, Qt::DirectConnection);
}

}  // namespace

int runWindow(int argc, char** argv, const QString& file, const std::function<void(MainWindow&)>& shown) {
    const auto application = openApplication(argc, argv);
    QApplication::setWindowIcon(QIcon(QStringLiteral(":/icons/fovea.svg")));
    Settings settings;
    setLanguage(settings.language());
    applyTheme(*application, settings.theme());
    applyFont(currentLanguage() == QLatin1String("zh_CN"));
    followFocusVisibility(*application);
    Canvas::setMotion(!settings.reducedMotion());
    JobView::setMotion(!settings.reducedMotion());
    const StopSignals signalled;  // until the window has gone, which may finish a recording
    QSocketNotifier notifier(signalled.descriptor(), QSocketNotifier::Read);
    MainWindow window(settings);
    QObject::connect(&notifier, &QSocketNotifier::activated, &window, [&window, &notifier] {
        notifier.setEnabled(false);
        window.ending().endInOrder();
    });
    heedSession(*application, window);
    window.show();
    window.start(file);
    if (shown) {
        shown(window);
    }
    return QApplication::exec();
}

}  // namespace fovea
