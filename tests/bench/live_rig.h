#pragma once

#include <QApplication>
#include <QProcess>
#include <QTemporaryDir>

#include "app/main_window.h"

namespace fovea::bench {

/// A network camera of 640×480 at 30 frames a second in a process of its own, so that its work is not counted as ours.
class CameraProcess final {
public:
    CameraProcess();
    ~CameraProcess();
    /// Its address; empty when it did not start.
    [[nodiscard]] const QString& url() const { return m_url; }

    /// The other side: call first in main(). True when this process was started as the camera, and has been it.
    static bool serve(int argc, char** argv);

private:
    QProcess m_process;
    QString m_url;
};

/// The program's window with settings of its own, 1280×800.
class WindowRig final {
public:
    WindowRig();
    [[nodiscard]] MainWindow& window() { return *m_window; }
    [[nodiscard]] Session& session() { return m_window->session(); }
    /// Opens the camera and waits for its first overlay; false after 30 s.
    bool open(const CameraProcess& camera);
    /// Runs the event loop.
    static void spin(int milliseconds);

private:
    QTemporaryDir m_home;
    std::unique_ptr<Settings> m_settings;
    std::unique_ptr<MainWindow> m_window;
};

}  // namespace fovea::bench
