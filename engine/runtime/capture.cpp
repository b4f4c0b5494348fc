#include "engine/runtime/capture.h"

#include <pthread.h>

#include <algorithm>
#include <utility>

#include "engine/source/stream_address.h"
#include "engine/thrown.h"

namespace fovea {
namespace {

/// Errors of one frame in a row after which a source is given up.
constexpr int kMostDamagedFrames = 8;

std::chrono::steady_clock::duration seconds(double s) {
    return std::chrono::duration_cast<std::chrono::steady_clock::duration>(std::chrono::duration<double>(s));
}

}  // namespace

Capture::Capture(SourceSpec spec, Open open, Handlers handlers)
    : m_spec(std::move(spec)), m_open(std::move(open)), m_handlers(std::move(handlers)), m_thread([this](std::stop_token stop) {
          pthread_setname_np(pthread_self(), "capture");
          const auto ran = withoutThrowing(shownLocation(m_spec.location), [this, &stop]() -> Result<void> {
              run(stop);
              return {};
          });
          if (!ran) {
              m_handlers.failed(ran.error());
          }
          m_source.reset();
          m_handlers.finished();
      }) {}

Capture::~Capture() = default;

// An exception of the source ends this frame alone: there may be memory again for the next one.
Result<Frame> Capture::nextFrame(const std::stop_token& stop) {
    return withoutThrowing(m_source->traits().name, [&] { return m_source->next(stop); });
}

void Capture::requestStop() { m_thread.request_stop(); }

void Capture::command(const std::function<void(Commands&)>& change) {
    {
        const std::scoped_lock lock(m_mutex);
        change(m_commands);
    }
    m_changed.notify_all();
}

void Capture::setPlaying(bool playing) {
    command([playing](Commands& c) { c.playing = playing; });
}

void Capture::seek(std::int64_t index, std::uint64_t jump) {
    command([=](Commands& c) {
        c.seek = index;
        c.jump = jump;
        c.steps = 0;
    });
}

void Capture::stepForward() {
    command([](Commands& c) { ++c.steps; });
}

void Capture::setSpeed(double speed) {
    command([speed](Commands& c) { c.speed = std::max(speed, 1e-3); });
}

void Capture::setLoop(bool loop) {
    command([loop](Commands& c) { c.loop = loop; });
}

void Capture::run(const std::stop_token& stop) {
    auto source = withoutThrowing(shownLocation(m_spec.location), [&] { return m_open(m_spec, stop); });
    if (!source) {
        if (!stop.stop_requested()) {
            m_handlers.failed(source.error());
        }
        return;
    }
    m_source = *std::move(source);
    m_handlers.opened(m_source->traits());
    if (m_source->traits().live) {
        readLive(stop);
    } else {
        readPaced(stop);
    }
}

void Capture::readLive(const std::stop_token& stop) {
    int damaged = 0;
    while (!stop.stop_requested()) {
        auto frame = nextFrame(stop);
        if (frame) {
            damaged = 0;
            m_read.fetch_add(1, std::memory_order_relaxed);
            frame->sequence = ++m_sequence;
            m_handlers.frame({*std::move(frame), 0});
            continue;
        }
        const ErrorCode code = frame.error().code;
        const bool over = code == ErrorCode::Disconnected || code == ErrorCode::Ended || ++damaged > kMostDamagedFrames;
        if (over && !stop.stop_requested()) {
            m_handlers.failed(frame.error());
        }
        if (over) {
            return;
        }
    }
}

void Capture::readPaced(const std::stop_token& stop) {
    if (!readOne(stop)) {  // shown at once, playing or not
        return;
    }
    if (m_sequence == 0) {
        m_handlers.failed(makeError(ErrorCode::BadFormat,
                                    FOVEA_TEXT("engine", "“%1” holds no picture which can be read; choose another file."),
                                    {m_source->traits().name}));
        return;
    }
    setAnchor(m_next - 1);
    while (!stop.stop_requested()) {
        if (waitForTurn(stop) && !stop.stop_requested() && !readOne(stop)) {
            return;
        }
    }
}

// True when a frame is to be read now; false when something was done instead (a jump), and the next turn must be found again.
bool Capture::waitForTurn(const std::stop_token& stop) {
    std::unique_lock lock(m_mutex);
    const auto interrupted = [this] { return m_commands.seek || m_commands.steps > 0 || m_commands.speed != m_anchorSpeed; };
    if (!m_commands.playing || m_atEnd) {
        m_changed.wait(lock, stop, [&] { return interrupted() || (m_commands.playing && !m_atEnd); });
        if (!interrupted()) {
            setAnchor(m_next - 1);
        }
    } else {
        m_changed.wait_until(lock, stop, dueTime(m_next, m_anchorSpeed), [&] { return interrupted() || !m_commands.playing; });
    }
    if (stop.stop_requested()) {
        return false;
    }
    if (m_commands.seek) {
        const std::int64_t index = *std::exchange(m_commands.seek, std::nullopt);
        m_jump = m_commands.jump;
        lock.unlock();
        jumpTo(index, stop);
        return false;
    }
    if (m_commands.steps > 0) {
        --m_commands.steps;
        return !m_atEnd;
    }
    if (m_commands.speed != m_anchorSpeed) {
        m_anchorSpeed = m_commands.speed;
        setAnchor(m_next - 1);
        return false;
    }
    if (!m_commands.playing || m_atEnd) {
        return false;
    }
    lock.unlock();
    return catchUp(stop);
}

// Passes over frames whose successor is due already.
bool Capture::catchUp(const std::stop_token& stop) {
    const auto frames = m_source->traits().frames;
    while (!stop.stop_requested() && m_next + 1 < frames && Clock::now() >= dueTime(m_next + 1, m_anchorSpeed)) {
        if (!withoutThrowing(m_source->traits().name, [&] { return m_source->skip(stop); })) {
            break;  // the reading which follows says what is wrong
        }
        ++m_next;
        m_skipped.fetch_add(1, std::memory_order_relaxed);
    }
    return !stop.stop_requested();
}

bool Capture::readOne(const std::stop_token& stop) {
    for (int damaged = 0; !stop.stop_requested(); ++damaged) {
        auto frame = nextFrame(stop);
        if (frame) {
            m_read.fetch_add(1, std::memory_order_relaxed);
            m_next = static_cast<std::int64_t>(frame->index) + 1;
            m_atEnd = false;
            m_readSinceJump = true;
            frame->sequence = ++m_sequence;
            frame->captured = Clock::now();
            m_handlers.frame({*std::move(frame), m_jump});
            return true;
        }
        if (frame.error().code == ErrorCode::Ended) {
            return handleEnd(stop);
        }
        if (stop.stop_requested()) {
            return false;
        }
        m_handlers.failed(frame.error());
        if (damaged >= kMostDamagedFrames) {
            return handleEnd(stop);
        }
        ++m_next;
    }
    return false;
}

bool Capture::handleEnd(const std::stop_token& stop) {
    bool loop = false;
    {
        const std::scoped_lock lock(m_mutex);
        loop = m_commands.loop && m_commands.playing && m_readSinceJump && m_source->traits().seekable;
        if (!loop) {
            m_commands.playing = false;
        }
    }
    if (loop) {
        jumpTo(0, stop);
        return true;
    }
    m_atEnd = true;
    m_handlers.ended();
    return true;
}

void Capture::jumpTo(std::int64_t index, const std::stop_token& stop) {
    if (const auto sought = withoutThrowing(m_source->traits().name, [&] { return m_source->seek(index, stop); }); !sought) {
        if (!stop.stop_requested()) {
            m_handlers.failed(sought.error());
        }
        return;
    }
    m_next = index;
    m_atEnd = false;
    m_readSinceJump = false;
    if (readOne(stop)) {
        setAnchor(m_next - 1);
    }
}

double Capture::timeOf(std::int64_t index) const {
    const SourceTraits& traits = m_source->traits();
    return index >= traits.frames && traits.duration > 0.0 ? traits.duration : m_source->timeOf(index);
}

void Capture::setAnchor(std::int64_t index) {
    m_anchorTime = Clock::now();
    m_anchorSeconds = timeOf(index);
}

Capture::Clock::time_point Capture::dueTime(std::int64_t index, double speed) const {
    return m_anchorTime + seconds((timeOf(index) - m_anchorSeconds) / speed);
}

}  // namespace fovea
