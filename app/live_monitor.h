#pragma once

#include <QObject>
#include <QTimer>

#include "engine/pipeline/live_meter.h"
#include "engine/render/render.h"

namespace fovea {

class Session;

/// Measures a moving source from capture to paint, and says some times a second how it is doing. GUI thread only.
class LiveMonitor final : public QObject {
    Q_OBJECT

public:
    explicit LiveMonitor(Session& session, QObject* parent = nullptr);

    /// The first paint of an overlay is over.
    void overlayPainted(const RenderedOverlay& overlay);
    [[nodiscard]] LiveStats stats() const;

Q_SIGNALS:
    /// Not valid once the source has stopped.
    void statsChanged(const fovea::LiveStats& stats);

private:
    void restart();
    void sample();

    Session& m_session;
    LiveMeter m_meter;
    QTimer m_timer;
};

}  // namespace fovea
