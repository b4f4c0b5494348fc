// Moving sources in the window: camera, stream, video, folder.

#include <QDateTime>
#include <QDir>
#include <QFileInfo>
#include <QPointer>

#include "app/canvas_area.h"
#include "app/cards_panel.h"
#include "app/main_window.h"
#include "app/save_dialog.h"
#include "app/status_line.h"
#include "engine/export/video_writer.h"
#include "engine/source/camera_list.h"
#include "widgets/engine_text.h"
#include "widgets/source_dialog.h"
#include "widgets/transport_bar.h"

namespace fovea {
namespace {

constexpr double kSmoothing = 0.9;

SourceSpec sampleSpec() {
    return {.kind = SourceKind::Video, .location = (samplesFolder() + QStringLiteral("/clip.mp4")).toStdString()};
}

}  // namespace

void MainWindow::connectSource() {
    MovingSource& source = m_session.source();
    connect(&source, &MovingSource::opened, this, &MainWindow::showTransport);
    connect(&m_session, &Session::pictureChanged, this, &MainWindow::showTransport);
    connect(&source, &MovingSource::playingChanged, this, &MainWindow::showPlaying);
    connect(&source, &MovingSource::frameArrived, this, &MainWindow::showPosition);
    connect(&source, &MovingSource::interrupted, this, &MainWindow::showInterrupted);
    connect(&m_monitor, &LiveMonitor::statsChanged, m_status, &StatusLine::setLive);
    connect(&m_monitor, &LiveMonitor::statsChanged, m_cards, &CardsPanel::setLive);
    connect(m_status, &StatusLine::liveClicked, m_cards, &CardsPanel::toggleLive);
    connect(m_area->canvas(), &Canvas::overlayPainted, &m_monitor, &LiveMonitor::overlayPainted);

    connect(m_transport, &TransportBar::playRequested, &source, &MovingSource::setPlaying);
    connect(m_transport, &TransportBar::freezeRequested, &source, [&source](bool freeze) { source.setPlaying(!freeze); });
    connect(m_transport, &TransportBar::recordRequested, this, &MainWindow::record);
    connect(m_area->canvas(), &Canvas::overlayPainted, &m_recording, &RecordingControl::take);
    connect(&m_recording, &RecordingControl::progressed, this, [this](double seconds, qint64 frames, qint64 freeBytes) {
        m_transport->setRecording(RecordingState{seconds, frames, freeBytes});
    });
    connect(&m_recording, &RecordingControl::fileProgressed, this, &MainWindow::showFileProgress);
    connect(&m_recording, &RecordingControl::ended, this, &MainWindow::showRecorded);
    connect(m_transport, &TransportBar::seekRequested, this, [&source](qint64 index) { source.seek(index); });
    connect(m_transport, &TransportBar::stepRequested, this, &MainWindow::step);
    connect(m_transport, &TransportBar::loopRequested, &source, &MovingSource::setLoop);
    connect(m_transport, &TransportBar::speedRequested, &source, &MovingSource::setSpeed);
}

void MainWindow::showTransport() {
    const MovingSource& source = m_session.source();
    m_transport->setVisible(source.active() && !m_panelsHidden);
    m_area->canvas()->setMoving(source.active() && source.playing());
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
        m_area->showMessage(engineText(traits.note), false);
    }
}

void MainWindow::showPlaying(bool playing) {
    m_transport->setPlaying(playing);
    m_transport->setFrozen(!playing);
    m_area->canvas()->setMoving(playing);
    if (playing) {
        m_session.fieldControl().followNewest();
    } else {
        m_cards->refresh();
    }
}

void MainWindow::showPosition(const Frame& frame) {
    m_transport->setPosition(static_cast<qint64>(frame.index), frame.timestamp);
    if (m_session.isPlaying()) {
        m_area->canvas()->setNewestFrame(frame);
    }
}

// A source which went away leaves its last picture; what can be done about it stands beside the sentence.
void MainWindow::showInterrupted(const Error& error) {
    const MovingSource& source = m_session.source();
    if (source.connected()) {
        m_area->showMessage(errorText(error), true);
        return;
    }
    m_area->showMessage(errorText(error), true, tr("Reconnect"), [this, spec = source.spec()] { m_session.openSource(spec); });
}

void MainWindow::stopSource() { m_session.closeSource(); }

void MainWindow::togglePlaying() {
    MovingSource& source = m_session.source();
    source.setPlaying(!source.playing());
}

void MainWindow::step(int frames) {
    MovingSource& source = m_session.source();
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

void MainWindow::playSample() {
    m_area->setHintVisible(false);
    m_session.source().setLoop(true);
    m_session.openSource(sampleSpec());
}

// Asking the devices may take a while, so it is done elsewhere while the dialog is open already.
void MainWindow::sourceDialog() {
    auto* dialog = new SourceDialog([](const std::string& text) { return sourceSpecFor(text); }, sampleSpec(), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setRecentAddresses(m_settings.recentAddresses().entries());
    connect(dialog, &SourceDialog::chosen, this, [this](const SourceSpec& spec) {
        if (spec.kind == SourceKind::Stream) {
            m_settings.recentAddresses().add(QString::fromStdString(spec.location));
        }
        if (spec == sampleSpec()) {
            playSample();
            return;
        }
        m_area->setHintVisible(false);
        m_session.openSource(spec);
    });
    dialog->open();
    m_work.start<std::vector<CameraInfo>>(
        {}, [](const JobControl&) { return listCameras(); },
        [dialog = QPointer(dialog)](const Result<std::vector<CameraInfo>>& cameras) {
            if (dialog) {
                dialog->setCameras(cameras ? *cameras : std::vector<CameraInfo>());
            }
        });
}

// The button records what is shown from now on; where to is no question to be asked while the moment passes.
void MainWindow::record(bool on) {
    if (!on) {
        m_recording.stop();
        return;
    }
    if (!canExport()) {
        m_transport->setRecording(std::nullopt);
        return;
    }
    const QString stem = QStringLiteral("%1-%2-%3")
                             .arg(QFileInfo(QString::fromStdString(m_session.source().traits().name)).completeBaseName(),
                                  QString::fromStdString(m_session.panes().current().module->id),
                                  QDateTime::currentDateTime().toString(QStringLiteral("yyyyMMdd-HHmmss")));
    m_recording.startLive(QDir(m_settings.folder(QStringLiteral("export"))).filePath(stem + QStringLiteral(".mkv")),
                          m_recordsBeside);
}

void MainWindow::toggleRecording() { record(!m_recording.live()); }

void MainWindow::recordFileDialog() {
    const MovingSource& source = m_session.source();
    if (!source.active() || source.traits().live) {
        m_area->showMessage(tr("Only a video or a folder of pictures can be recorded frame by frame; open one first."), true);
        return;
    }
    if (!canExport()) {
        return;
    }
    QStringList filters;
    for (const auto& codec : videoCodecs()) {
        filters << QStringLiteral("%1 (*%2)").arg(engineText(codec.title), QString::fromStdString(codec.extension));
    }
    const QFileInfo name(QString::fromStdString(source.traits().name));
    const QString proposed = QStringLiteral("%1/%2-%3%4")
                                 .arg(m_settings.folder(QStringLiteral("export")), name.completeBaseName(),
                                      QString::fromStdString(m_session.panes().current().module->id),
                                      QString::fromStdString(videoCodecs().front().extension));
    const QString path = askWhereToSave(this, tr("Save every frame as a video"), proposed, filters);
    if (!path.isEmpty()) {
        m_recording.startFile(path, m_recordsBeside);
    }
}

void MainWindow::showFileProgress(qint64 done, qint64 total) {
    if (m_recording.ofFile()) {
        const QString text = total > 0 ? tr("Saving frame %1 of %2.").arg(done).arg(total) : tr("Saving frame %1.").arg(done);
        m_area->showMessage(text, false, tr("Cancel"), [this] { m_recording.stop(); });
    }
}

void MainWindow::showRecorded(const Result<RecordingOutcome>& outcome) {
    m_transport->setRecording(std::nullopt);
    sayRecorded(outcome);
}

void MainWindow::sayRecorded(const Result<RecordingOutcome>& outcome) {
    if (!outcome) {
        if (outcome.error().code == ErrorCode::Cancelled) {
            m_area->clearMessage();
        } else {
            m_area->showMessage(errorText(outcome.error()), true);
        }
        Q_EMIT exported({});
        return;
    }
    const QString path = QString::fromStdString(outcome->video.path);
    m_settings.setFolder(QStringLiteral("export"), QFileInfo(path).absolutePath());
    QString text = tr("Saved %n frame(s) in %1.", nullptr, static_cast<int>(outcome->video.frames)).arg(path);
    if (outcome->dropped > 0) {
        text += QLatin1Char(' ') + tr("%n frame(s) came too fast to be written.", nullptr, static_cast<int>(outcome->dropped));
    }
    if (outcome->note) {
        text += QLatin1Char(' ') + errorText(*outcome->note);
    }
    for (const auto& note : outcome->renamed) {
        text += QLatin1Char(' ') + errorText(note);
    }
    m_area->showMessage(text, outcome->note.has_value());
    Q_EMIT exported({path, QString::fromStdString(outcome->csvPath), QString::fromStdString(outcome->sidecarPath)});
}

void MainWindow::toggleAutoSize() {
    m_settings.setAutoSize(!m_settings.autoSize());
    m_session.setAutoSize(m_settings.autoSize());
}

void MainWindow::toggleRangeSmoothing() {
    m_session.display().setRangeSmoothing(m_session.display().style().rangeSmoothing > 0.0 ? 0.0 : kSmoothing);
}

}  // namespace fovea
