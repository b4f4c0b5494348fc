#pragma once

#include <QObject>

#include <cstdint>
#include <list>
#include <memory>

#include "engine/runtime/capture.h"
#include "engine/runtime/mailbox.h"

namespace fovea {

/// The camera, video, stream or folder which runs, seen from the GUI thread. A source which is being opened takes its place with
/// its first frame; until then the old one goes on. One which was left is told to stop and dies on its own time: nothing waits
/// for it but the destructor.
class MovingSource final : public QObject {
    Q_OBJECT

public:
    /// Where the frames go, besides frameArrived(): called on the capture thread.
    using Deliver = std::function<void(const Captured&)>;

    MovingSource(Capture::Open open, Deliver deliver, QObject* parent = nullptr);
    ~MovingSource() override;

    void open(const SourceSpec& spec);
    /// Gives up what is being opened; the current source goes on.
    void cancelOpening();
    /// Lets go of everything.
    void close();

    [[nodiscard]] bool active() const { return m_current != nullptr; }
    [[nodiscard]] bool opening() const { return m_pending != nullptr; }
    /// Of the current source; defaults without one.
    [[nodiscard]] const SourceTraits& traits() const;
    [[nodiscard]] const SourceSpec& spec() const;
    /// False once a live source went away.
    [[nodiscard]] bool connected() const;
    [[nodiscard]] bool playing() const { return m_playing; }
    [[nodiscard]] bool loops() const { return m_loop; }
    [[nodiscard]] double speed() const { return m_speed; }
    /// The newest frame it gave; invalid without a source.
    [[nodiscard]] const Frame& newest() const;
    /// The number of the newest jump.
    [[nodiscard]] std::uint64_t jump() const;
    [[nodiscard]] std::uint64_t framesRead() const;
    [[nodiscard]] std::uint64_t framesSkipped() const;

    /// A live source which does not play is frozen: its frames are read and passed over. At the end of a file it begins anew.
    void setPlaying(bool playing);
    /// Exactly to this frame of a seekable source; raises jump().
    void seek(std::int64_t index);
    /// One frame on, paused; no jump.
    void stepForward();
    void setSpeed(double speed);
    void setLoop(bool loop);

Q_SIGNALS:
    /// The source is the current one. Its frames are delivered after the slots have run.
    void opened();
    /// The source could not be opened; the current one goes on.
    void openFailed(const fovea::Error& error);
    /// A frame of the current source could not be read; a live source is not connected() any more.
    void interrupted(const fovea::Error& error);
    /// The newest frame; some are left out when the GUI thread is busy.
    void frameArrived(const fovea::Frame& frame);
    void playingChanged(bool playing);
    /// jump() has risen.
    void jumped();

private:
    struct Link;

    void takeNewest(Link* link);
    void linkOpened(Link* link, const SourceTraits& traits);
    void linkFailed(Link* link, const Error& error);
    void linkEnded(Link* link);
    void linkFinished(Link* link);
    void promote();
    void retire(std::unique_ptr<Link> link);
    void playingIs(bool playing);

    Capture::Open m_open;
    Deliver m_deliver;
    std::unique_ptr<Link> m_current;
    std::unique_ptr<Link> m_pending;
    std::list<std::unique_ptr<Link>> m_retired;
    bool m_playing = false;
    bool m_loop = false;
    double m_speed = 1.0;
};

}  // namespace fovea
