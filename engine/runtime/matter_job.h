#pragma once

#include <QObject>
#include <QThread>

#include <memory>
#include <stop_token>

#include "engine/evaluation/deletion.h"

namespace fovea {

/// Measures whether a map matters, on a thread of its own. The GUI thread calls everything public and gets the signals.
class MatterJob final : public QObject {
    Q_OBJECT

public:
    explicit MatterJob(QObject* parent = nullptr);
    /// Cancels and waits for the thread; no signal comes after it.
    ~MatterJob() override;

    /// Begins; one that runs is cancelled first and never finishes.
    void start(MatterRequest request);
    /// Stops what runs; finished() then brings ErrorCode::Cancelled. Does nothing when nothing runs.
    void cancel();
    [[nodiscard]] bool running() const noexcept { return m_thread != nullptr; }

Q_SIGNALS:
    /// Runs of the network done and to do.
    void progressed(int done, int total);
    void finished(const fovea::Result<fovea::MatterResult>& result);

private:
    void stopAndWait();

    std::unique_ptr<QThread> m_thread;
    std::stop_source m_stop;
    quint64 m_number = 0;  ///< of the job which runs; what others still report is dropped
};

}  // namespace fovea
