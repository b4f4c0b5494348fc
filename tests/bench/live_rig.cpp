#include "tests/bench/live_rig.h"

#include <QEventLoop>
#include <QTimer>

#include <cstdio>
#include <cstring>

#include "tests/support/mjpeg_server.h"
#include "widgets/canvas.h"

namespace fovea::bench {

bool CameraProcess::serve(int argc, char** argv) {
    if (argc != 2 || std::strcmp(argv[1], "serve") != 0) {
        return false;
    }
    QCoreApplication application(argc, argv);
    test::MjpegServer server;
    server.setSize({640, 480});
    if (server.start()) {
        server.run(30.0);
        std::printf("%s\n", server.url().c_str());
        std::fflush(stdout);
        QCoreApplication::exec();  // until it is killed
    }
    return true;
}

CameraProcess::CameraProcess() {
    m_process.start(QCoreApplication::applicationFilePath(), {QStringLiteral("serve")});
    if (m_process.waitForReadyRead(10000)) {
        m_url = QString::fromUtf8(m_process.readLine()).trimmed();
    }
}

CameraProcess::~CameraProcess() {
    m_process.kill();
    m_process.waitForFinished();
}

WindowRig::WindowRig() {
    qputenv("XDG_CONFIG_HOME", m_home.path().toUtf8());
    m_settings = std::make_unique<Settings>();
    m_settings->setModel(QStringLiteral("retina"));
    m_window = std::make_unique<MainWindow>(*m_settings);
    m_window->resize(1280, 800);
    m_window->show();
}

bool WindowRig::open(const CameraProcess& camera) {
    auto* canvas = m_window->findChild<Canvas*>();
    QEventLoop loop;
    bool painted = false;
    QObject::connect(canvas, &Canvas::overlayPainted, &loop, [&](const RenderedOverlay& overlay) {
        painted = overlay.field != nullptr && overlay.request.result->frame.sequence > 0;
        if (painted) {
            loop.quit();
        }
    });
    QTimer::singleShot(30000, &loop, &QEventLoop::quit);
    session().openSource({.kind = SourceKind::Stream, .location = camera.url().toStdString()});
    loop.exec();
    return painted;
}

void WindowRig::spin(int milliseconds) {
    QEventLoop loop;
    QTimer::singleShot(milliseconds, &loop, &QEventLoop::quit);
    loop.exec();
}

}  // namespace fovea::bench
