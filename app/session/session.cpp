#include "app/session/session.h"

#include "engine/attention/registry.h"

namespace fovea {

Session::Session(QObject* parent) : QObject(parent), m_selection{.panes = Panes({.module = findModule("simam")})} {
    connect(&m_controller, &Controller::frameLoaded, this, &Session::pictureChanged);
    connect(&m_controller, &Controller::loadFailed, this, &Session::failed);
    connect(&m_controller, &Controller::loadFailed, this, &Session::pictureFailed);
    connect(&m_controller, &Controller::passFailed, this, &Session::failed);
    connect(&m_controller, &Controller::bundleFailed, this, &Session::takeBundleError);
    connect(&m_controller, &Controller::bundleFailed, this, &Session::bundleFailed);
    connect(&m_controller, &Controller::bundleLoaded, this, &Session::takeBundle);
    connect(&m_controller, &Controller::bundleLoaded, this, &Session::bundleOpened);
    connect(&m_controller, &Controller::resultReady, this, &Session::takeResult);
    connect(&m_controller, &Controller::busyChanged, this, &Session::busyChanged);
    connect(&m_paneControl, &PaneControl::weightsRefused, this, &Session::failed);
}

void Session::openFile(const QString& path) {
    Q_EMIT opening(path);
    m_controller.openFile(path);
}

void Session::openSource(const SourceSpec& spec) {
    Q_EMIT opening(QString::fromStdString(spec.location));
    m_controller.openSource(spec);
}

void Session::openFrame(const Result<Frame>& frame) {
    if (!frame) {
        Q_EMIT failed(frame.error());
        return;
    }
    Q_EMIT opening({});
    m_controller.openFrame(*frame);
}

void Session::takeResult(const std::shared_ptr<const FrameResult>& result) {
    if (!m_paneControl.judgeWeights(*result)) {
        return;
    }
    if (m_shown.take(result)) {
        Q_EMIT resultChanged();
    }
    Q_EMIT snapshot(result);
}

void Session::openBundle(const QString& folder) {
    m_selection.models.openForPane(m_shown.result() != nullptr);
    m_controller.openBundle(folder);
}

void Session::takeBundle(const std::shared_ptr<const Bundle>& bundle) {
    Models& models = m_selection.models;
    models.releaseJobs();
    models.add(bundle);
    if (const auto state = models.takePending()) {
        restore(*state);
    } else {
        m_paneControl.takeOpened(bundle->folder);
    }
}

void Session::takeBundleError(const Error& error) {
    Models& models = m_selection.models;
    auto state = models.takePending();
    if (!state) {
        if (models.releaseJobs()) {
            m_paneControl.submit();
        }
        Q_EMIT failed(error);
        return;
    }
    const std::string folder = models.closedBundle(*state);
    const std::string standIn = folder == bundledModelFolder() ? std::string() : bundledModelFolder();
    for (PaneState& pane : state->panes) {
        pane.bundleFolder = pane.bundleFolder == folder ? standIn : pane.bundleFolder;
    }
    Q_EMIT bundleMissing(QString::fromStdString(folder), QString::fromStdString(standIn), error);
    restore(*state);
}

SessionState Session::state() {
    if (m_selection.models.isRestoring()) {  // chosen already, though its model is still being read
        return *m_selection.models.pending();
    }
    SessionState state = m_selection.state();
    state.style = m_display.style();
    state.rangeMode = m_display.rangeMode();
    return state;
}

void Session::restore(const SessionState& state) {
    if (state.panes.empty()) {
        return;
    }
    Models& models = m_selection.models;
    if (const std::string folder = models.closedBundle(state); !folder.empty()) {  // one after the other
        models.openForState(state, m_shown.result() != nullptr);
        m_controller.openBundle(QString::fromStdString(folder));
        return;
    }
    m_selection.restore(state);
    m_display.restore(state.style, state.rangeMode);
    m_paneControl.submit();
    m_paneControl.tellAll();
    m_display.tellAll();
    m_fieldControl.tellAll();
}

SourceSpec shownSource(Session& session) {
    const MovingSource& source = session.source();
    const auto& still = session.frame().source;
    return source.active() ? source.spec() : SourceSpec{.location = still ? still->path : std::string()};
}

}  // namespace fovea
