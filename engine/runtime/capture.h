#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "engine/source/frame_source.h"

namespace fovea {

/// A frame on its way out of a capture, with the number of the jump it follows.
struct Captured {
    Frame frame;
    std::uint64_t jump = 0;  ///< how many seeks were asked for before it was read
};

/// Opens one source on a thread of its own and reads it until it is told to stop: a live source as fast as its frames come, any
/// other by the clock, where a reader which is late passes over frames. Everything public may be called from any thread; the
/// handlers are called on the capture thread, in order.
class Capture final {
public:
    using Open = std::function<Result<std::unique_ptr<FrameSource>>(const SourceSpec&, const std::stop_token&)>;
    struct Handlers {
        std::function<void(const SourceTraits&)> opened;  ///< before the first frame
        std::function<void(Captured)> frame;  ///< the first frame comes in any case, later ones while playing and after a seek
        std::function<void(const Error&)> failed;  ///< it could not be opened, or a frame could not be read
        std::function<void()> ended;     ///< the last frame of a source was given and it does not loop; it waits for a seek
        std::function<void()> finished;  ///< the thread has nothing more to do
    };

    Capture(SourceSpec spec, Open open, Handlers handlers);
    /// Stops and joins; a source which does not answer may take its own time limit.
    ~Capture();
    Capture(const Capture&) = delete;
    Capture& operator=(const Capture&) = delete;

    /// Ends reading soon, without waiting for it.
    void requestStop();
    /// A live source cannot be paused: its frames pass.
    void setPlaying(bool playing);
    /// The frame with this index next, then on as before. `jump` is handed back with it and with all that follow.
    void seek(std::int64_t index, std::uint64_t jump);
    /// The next frame, while paused.
    void stepForward();
    /// Times faster than the source's own clock, above 0.
    void setSpeed(double speed);
    void setLoop(bool loop);

    /// Frames which were read, and those passed over because the reader was late.
    [[nodiscard]] std::uint64_t framesRead() const noexcept { return m_read.load(std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t framesSkipped() const noexcept { return m_skipped.load(std::memory_order_relaxed); }

private:
    using Clock = std::chrono::steady_clock;

    struct Commands {
        bool playing = true;
        bool loop = false;
        double speed = 1.0;
        std::optional<std::int64_t> seek;
        std::uint64_t jump = 0;
        int steps = 0;
    };

    void run(const std::stop_token& stop);
    Result<Frame> nextFrame(const std::stop_token& stop);
    void readLive(const std::stop_token& stop);
    void readPaced(const std::stop_token& stop);
    bool waitForTurn(const std::stop_token& stop);
    bool catchUp(const std::stop_token& stop);
    bool readOne(const std::stop_token& stop);
    void jumpTo(std::int64_t index, const std::stop_token& stop);
    bool handleEnd(const std::stop_token& stop);
    [[nodiscard]] double timeOf(std::int64_t index) const;
    void setAnchor(std::int64_t index);
    [[nodiscard]] Clock::time_point dueTime(std::int64_t index, double speed) const;
    void command(const std::function<void(Commands&)>& change);

    SourceSpec m_spec;
    Open m_open;
    Handlers m_handlers;
    std::atomic<std::uint64_t> m_read = 0;
    std::atomic<std::uint64_t> m_skipped = 0;

    std::mutex m_mutex;
    std::condition_variable_any m_changed;
    Commands m_commands;

    // Capture thread only.
    std::unique_ptr<FrameSource> m_source;
    std::int64_t m_next = 0;  ///< index of the frame next() gives
    std::uint64_t m_sequence = 0;
    std::uint64_t m_jump = 0;
    bool m_atEnd = false;
    bool m_readSinceJump = false;    ///< a source which gives nothing is not looped
    Clock::time_point m_anchorTime;  ///< when the frame at m_anchorSeconds was due
    double m_anchorSeconds = 0.0;
    double m_anchorSpeed = 1.0;

    std::jthread m_thread;  // last: it starts when everything else is there
};

}  // namespace fovea
