#pragma once

#include <QString>

#include <functional>

namespace fovea {

class MainWindow;

/// Opens the window and runs it until it is closed. SIGTERM, SIGINT, SIGHUP and the end of the desktop session end it in order,
/// with the recording that runs. `file` as of MainWindow::start(); `shown` gets the window when it is open. Without a display
/// nothing is opened: one sentence on stderr. Returns an exit status.
int runWindow(int argc, char** argv, const QString& file, const std::function<void(MainWindow&)>& shown = {});

}  // namespace fovea
