#include "app/live_monitor.h"

#include "app/session/session.h"

namespace fovea {
namespace {

constexpr int kInterval = 250;

double milliseconds(std::chrono::steady_clock::duration d) { return std::chrono::duration<double, std::milli>(d).count(); }

}  // namespace

LiveMonitor::LiveMonitor(Session& session, QObject* parent) : QObject(parent), m_session(session) {
    m_timer.setInterval(kInterval);
    connect(&m_timer, &QTimer::timeout, this, &LiveMonitor::sample);
    connect(&session, &Session::pictureChanged, this, &LiveMonitor::restart);
    connect(&session.source(), &MovingSource::playingChanged, this, &LiveMonitor::restart);
}

void LiveMonitor::restart() {
    m_meter.restart();
    const MovingSource& source = m_session.source();
    if (source.active() && source.playing()) {
        m_timer.start();
    } else {
        m_timer.stop();
    }
    Q_EMIT statsChanged(stats());
}

void LiveMonitor::sample() {
    const MovingSource& source = m_session.source();
    m_meter.arrived(source.framesRead(), source.framesSkipped(), std::chrono::steady_clock::now());
    Q_EMIT statsChanged(stats());
}

void LiveMonitor::overlayPainted(const RenderedOverlay& overlay) {
    const auto& result = overlay.request.result;
    const auto features = overlay.field ? result->features(overlay.request.field->job.model) : nullptr;
    if (!m_timer.isActive() || !features || result->frame.source != m_session.source().newest().source) {
        return;
    }
    const auto now = std::chrono::steady_clock::now();
    const auto module = result->find(overlay.request.field->job);
    m_meter.painted({.sequence = result->frame.sequence,
                     .waited = milliseconds(result->started - result->frame.captured),
                     .features = features->milliseconds,
                     .module = module ? module->milliseconds : 0.0,
                     .render = overlay.milliseconds,
                     .latency = milliseconds(now - result->frame.captured)},
                    now);
}

LiveStats LiveMonitor::stats() const {
    LiveStats stats = m_meter.stats(std::chrono::steady_clock::now());
    const auto [side, isLowered] = m_session.workingSize();
    stats.workingSide = side;
    stats.autoSized = isLowered;
    return stats;
}

}  // namespace fovea
