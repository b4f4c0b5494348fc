#pragma once

#include "app/live_monitor.h"
#include "app/recording_control.h"
#include "app/shell/desk.h"
#include "app/shell/workspace.h"
#include "engine/runtime/job_owner.h"

namespace fovea {

class TransportBar;

/// Moving sources: cameras, streams, videos, folders of pictures. A bar below the picture plays, seeks and records them.
class LiveWorkspace final : public Workspace {
    Q_OBJECT

public:
    explicit LiveWorkspace(const Desk& desk);

    [[nodiscard]] LiveMonitor& monitor() { return m_monitor; }
    [[nodiscard]] RecordingControl& recording() { return m_recording; }
    /// Begins or ends a recording of what is shown, into the folder of exports.
    void record(bool on);
    /// Asks for a camera or an address.
    void askForSource();

    [[nodiscard]] std::vector<QWidget*> panels() const override;
    void bindActions() override;
    void arrange() override;
    void retranslate() override;

private:
    void connectSource();
    void connectTransport();
    void connectMonitor();
    void connectRecording();
    void bindSource();
    void bindRecording();
    void showTransport();
    void showPlaying(bool playing);
    void showPosition(const Frame& frame);
    void showInterrupted(const Error& error);
    void togglePlaying();
    void step(int frames);
    void playSample();
    void openChosen(const SourceSpec& spec);
    void recordFileDialog();
    void showFileProgress(qint64 done, qint64 total);

    Desk m_desk;
    LiveMonitor m_monitor;
    RecordingControl m_recording;
    TransportBar* m_transport;
    bool m_recordsBeside = false;  ///< the original beside the overlay
    JobOwner m_work;               ///< last: its jobs call the rest
};

}  // namespace fovea
