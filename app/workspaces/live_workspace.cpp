#include "app/workspaces/live_workspace.h"

#include <QDateTime>
#include <QDir>
#include <QFileInfo>
#include <QPointer>

#include "app/actions/actions.h"
#include "app/canvas_area.h"
#include "app/cards_panel.h"
#include "app/save_dialog.h"
#include "app/session/session.h"
#include "app/settings.h"
#include "app/shell/exports.h"
#include "app/shell/samples.h"
#include "app/shell/workspaces.h"
#include "app/status_line.h"
#include "app/top_bar.h"
#include "engine/export/video_writer.h"
#include "engine/source/camera_list.h"
#include "widgets/engine_text.h"
#include "widgets/source_dialog.h"
#include "widgets/transport_bar.h"

namespace fovea {
namespace {

SourceSpec sampleSpec() {
    return {.kind = SourceKind::Video, .location = (samplesFolder() + QStringLiteral("/clip.mp4")).toStdString()};
}

}  // namespace

LiveWorkspace::LiveWorkspace(const Desk& desk)
    : m_desk(desk),
      m_monitor(desk.session),
      m_recording(desk.session, desk.jobs),
      m_transport(new TransportBar),
      m_work(desk.jobs) {
    m_transport->hide();
    m_recording.setRecoveryFolder(Settings::recoveryFolder());
    connectSource();
    connectTransport();
    connectMonitor();
    connectRecording();
    connect(&m_desk.topBar, &TopBar::cameraRequested, this, &LiveWorkspace::askForSource);
    connect(&m_desk.area, &CanvasArea::cameraRequested, this, &LiveWorkspace::askForSource);
}

std::vector<QWidget*> LiveWorkspace::panels() const { return {m_transport}; }

void LiveWorkspace::bindActions() {
    bindSource();
    bindRecording();
}

void LiveWorkspace::bindSource() {
    Actions& actions = m_desk.actions;
    const auto isOpen = [this] { return m_desk.session.source().active(); };
    const auto hasSteps = [this] {
        const MovingSource& source = m_desk.session.source();
        return source.active() && !source.traits().live;
    };
    actions.bind("source.open", {.run = [this] { askForSource(); }});
    actions.bind("source.sample", {.run = [this] { playSample(); }});
    actions.bind("source.stop", {.run = [this] { m_desk.session.closeSource(); }, .isEnabled = isOpen});
    actions.bind("source.play", {.run = [this] { togglePlaying(); }, .isEnabled = isOpen});
    actions.bind("source.stepBack", {.run = [this] { step(-1); }, .isEnabled = hasSteps});
    actions.bind("source.stepForward", {.run = [this] { step(1); }, .isEnabled = hasSteps});
    actions.bind("source.autoSize", {.run =
                                         [this] {
                                             m_desk.settings.setAutoSize(!m_desk.settings.autoSize());
                                             m_desk.session.setAutoSize(m_desk.settings.autoSize());
                                         },
                                     .isChecked = [this] { return m_desk.settings.autoSize(); }});
}

void LiveWorkspace::bindRecording() {
    Actions& actions = m_desk.actions;
    actions.bind("record.shown",
                 {.run = [this] { record(!m_recording.live()); }, .isChecked = [this] { return m_recording.live(); }});
    actions.bind("record.file", {.run = [this] { recordFileDialog(); }});
    actions.bind("record.beside",
                 {.run = [this] { m_recordsBeside = !m_recordsBeside; }, .isChecked = [this] { return m_recordsBeside; }});
}

void LiveWorkspace::connectSource() {
    const MovingSource& source = m_desk.session.source();
    connect(&source, &MovingSource::opened, this, &LiveWorkspace::showTransport);
    connect(&m_desk.session, &Session::pictureChanged, this, &LiveWorkspace::showTransport);
    connect(&source, &MovingSource::playingChanged, this, &LiveWorkspace::showPlaying);
    connect(&source, &MovingSource::frameArrived, this, &LiveWorkspace::showPosition);
    connect(&source, &MovingSource::interrupted, this, &LiveWorkspace::showInterrupted);
}

void LiveWorkspace::connectTransport() {
    MovingSource& source = m_desk.session.source();
    connect(m_transport, &TransportBar::playRequested, &source, &MovingSource::setPlaying);
    connect(m_transport, &TransportBar::freezeRequested, &source, [&source](bool freeze) { source.setPlaying(!freeze); });
    connect(m_transport, &TransportBar::recordRequested, this, &LiveWorkspace::record);
    connect(m_transport, &TransportBar::seekRequested, this, [&source](qint64 index) { source.seek(index); });
    connect(m_transport, &TransportBar::stepRequested, this, &LiveWorkspace::step);
    connect(m_transport, &TransportBar::loopRequested, &source, &MovingSource::setLoop);
    connect(m_transport, &TransportBar::speedRequested, &source, &MovingSource::setSpeed);
}

void LiveWorkspace::connectMonitor() {
    connect(&m_monitor, &LiveMonitor::statsChanged, &m_desk.status, &StatusLine::setLive);
    connect(&m_monitor, &LiveMonitor::statsChanged, &m_desk.cards, &CardsPanel::setLive);
    connect(&m_desk.status, &StatusLine::liveClicked, &m_desk.cards, &CardsPanel::toggleLive);
    connect(m_desk.area.canvas(), &Canvas::overlayPainted, &m_monitor, &LiveMonitor::overlayPainted);
}

void LiveWorkspace::connectRecording() {
    connect(m_desk.area.canvas(), &Canvas::overlayPainted, &m_recording, &RecordingControl::take);
    connect(&m_recording, &RecordingControl::progressed, this, [this](double seconds, qint64 frames, qint64 freeBytes) {
        m_transport->setRecording(RecordingState{seconds, frames, freeBytes});
    });
    connect(&m_recording, &RecordingControl::fileProgressed, this, &LiveWorkspace::showFileProgress);
    connect(&m_recording, &RecordingControl::ended, this, [this](const Result<RecordingOutcome>& outcome) {
        m_transport->setRecording(std::nullopt);
        m_desk.exports.sayRecorded(outcome);
    });
}

void LiveWorkspace::arrange() { m_transport->setVisible(m_desk.workspaces.showsPanels() && m_desk.session.source().active()); }

void LiveWorkspace::retranslate() {
    const Actions& actions = m_desk.actions;
    m_transport->setKeys({.stepBack = actions.keyText("source.stepBack"),
                          .play = actions.keyText("source.play"),
                          .stepForward = actions.keyText("source.stepForward"),
                          .record = actions.keyText("record.shown")});
}

void LiveWorkspace::showTransport() {
    const MovingSource& source = m_desk.session.source();
    arrange();
    m_desk.area.canvas()->setMoving(source.active() && source.playing());
    if (!source.active()) {
        return;
    }
    const SourceTraits& traits = source.traits();
    m_transport->setTraits(traits);
    m_transport->setSample(QFileInfo(QString::fromStdString(source.newest().source->path)) ==
                           QFileInfo(QString::fromStdString(sampleSpec().location)));
    m_transport->setLooping(source.loops());
    m_transport->setSpeed(source.speed());
    showPlaying(source.playing());
    showPosition(source.newest());
    if (!traits.note.empty()) {
        m_desk.area.showMessage(engineText(traits.note), false);
    }
}

void LiveWorkspace::showPlaying(bool playing) {
    m_transport->setPlaying(playing);
    m_transport->setFrozen(!playing);
    m_desk.area.canvas()->setMoving(playing);
    if (playing) {
        m_desk.session.fieldControl().followNewest();
    } else {
        m_desk.cards.refresh();
    }
}

void LiveWorkspace::showPosition(const Frame& frame) {
    m_transport->setPosition(static_cast<qint64>(frame.index), frame.timestamp);
    if (m_desk.session.isPlaying()) {
        m_desk.area.canvas()->setNewestFrame(frame);
    }
}

// A source which went away leaves its last picture. A button beside the sentence connects the source again.
void LiveWorkspace::showInterrupted(const Error& error) {
    const MovingSource& source = m_desk.session.source();
    if (source.connected()) {
        m_desk.area.showMessage(errorText(error), true);
        return;
    }
    m_desk.area.showMessage(errorText(error), true, tr("Reconnect"),
                            [this, spec = source.spec()] { m_desk.session.openSource(spec); });
}

void LiveWorkspace::togglePlaying() {
    MovingSource& source = m_desk.session.source();
    source.setPlaying(!source.playing());
}

void LiveWorkspace::step(int frames) {
    MovingSource& source = m_desk.session.source();
    if (!source.active() || source.traits().live) {
        return;
    }
    source.setPlaying(false);
    if (frames == 1) {
        source.stepForward();
    } else {
        source.seek(static_cast<std::int64_t>(source.newest().index) + frames);
    }
}

void LiveWorkspace::playSample() {
    m_desk.area.setHintVisible(false);
    m_desk.session.source().setLoop(true);
    m_desk.session.openSource(sampleSpec());
}

// Listing the cameras may take a while, so a job lists them while the dialog is already open.
void LiveWorkspace::askForSource() {
    auto* dialog = new SourceDialog([](const std::string& text) { return sourceSpecFor(text); }, sampleSpec(), m_desk.window);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setRecentAddresses(m_desk.settings.recentAddresses().entries());
    connect(dialog, &SourceDialog::chosen, this, &LiveWorkspace::openChosen);
    dialog->open();
    m_work.start<std::vector<CameraInfo>>(
        {}, [](const JobControl&) { return listCameras(); },
        [dialog = QPointer(dialog)](const Result<std::vector<CameraInfo>>& cameras) {
            if (dialog) {
                dialog->setCameras(cameras ? *cameras : std::vector<CameraInfo>());
            }
        });
}

void LiveWorkspace::openChosen(const SourceSpec& spec) {
    if (spec.kind == SourceKind::Stream) {
        m_desk.settings.recentAddresses().add(QString::fromStdString(spec.location));
    }
    if (spec == sampleSpec()) {
        playSample();
        return;
    }
    m_desk.area.setHintVisible(false);
    m_desk.session.openSource(spec);
}

// The button records at once into the folder of exports: a question for the file would cost the moment.
void LiveWorkspace::record(bool on) {
    if (!on) {
        m_recording.stop();
        return;
    }
    if (!m_desk.exports.hasSomething()) {
        m_transport->setRecording(std::nullopt);
        return;
    }
    const QString stem = QStringLiteral("%1-%2-%3")
                             .arg(QFileInfo(QString::fromStdString(m_desk.session.source().traits().name)).completeBaseName(),
                                  QString::fromStdString(m_desk.session.panes().current().module->id),
                                  QDateTime::currentDateTime().toString(QStringLiteral("yyyyMMdd-HHmmss")));
    const QDir folder(m_desk.settings.folder(QStringLiteral("export")));
    m_recording.startLive(folder.filePath(stem + QStringLiteral(".mkv")), m_recordsBeside);
}

void LiveWorkspace::recordFileDialog() {
    const MovingSource& source = m_desk.session.source();
    if (!source.active() || source.traits().live) {
        m_desk.area.showMessage(tr("Only a video or a folder of pictures can be recorded frame by frame; open one first."), true);
        return;
    }
    if (!m_desk.exports.hasSomething()) {
        return;
    }
    QStringList filters;
    for (const auto& codec : videoCodecs()) {
        filters << QStringLiteral("%1 (*%2)").arg(engineText(codec.title), QString::fromStdString(codec.extension));
    }
    const QFileInfo name(QString::fromStdString(source.traits().name));
    const QString proposed = QStringLiteral("%1/%2-%3%4")
                                 .arg(m_desk.settings.folder(QStringLiteral("export")), name.completeBaseName(),
                                      QString::fromStdString(m_desk.session.panes().current().module->id),
                                      QString::fromStdString(videoCodecs().front().extension));
    const QString path = askWhereToSave(m_desk.window, tr("Save every frame as a video"), proposed, filters);
    if (!path.isEmpty()) {
        m_recording.startFile(path, m_recordsBeside);
    }
}

void LiveWorkspace::showFileProgress(qint64 done, qint64 total) {
    if (m_recording.ofFile()) {
        const QString text = total > 0 ? tr("Saving frame %1 of %2.").arg(done).arg(total) : tr("Saving frame %1.").arg(done);
        m_desk.area.showMessage(text, false, tr("Cancel"), [this] { m_recording.stop(); });
    }
}

}  // namespace fovea
