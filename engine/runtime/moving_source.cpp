#include "engine/runtime/moving_source.h"

#include <QThread>

#include <algorithm>
#include <utility>

namespace fovea {

/// A capture with what the GUI thread knows of it.
struct MovingSource::Link {
    SourceSpec spec;
    std::atomic<bool> delivers = false;  ///< its frames go to the worker
    Mailbox<Captured> frames;            ///< to the GUI thread

    // GUI thread only.
    SourceTraits traits;
    Frame newest;
    std::uint64_t jump = 0;
    std::optional<Error> error;
    bool finished = false;
    bool atEnd = false;

    std::unique_ptr<Capture> capture;  // last: its thread uses the rest
};

MovingSource::MovingSource(Capture::Open open, Deliver deliver, QObject* parent)
    : QObject(parent), m_open(std::move(open)), m_deliver(std::move(deliver)) {}

MovingSource::~MovingSource() {
    for (auto* link : {m_current.get(), m_pending.get()}) {
        if (link != nullptr) {
            link->capture->requestStop();
        }
    }
}

// Nothing of a link is deleted before linkFinished() has run: every call which names it was queued before that one.
void MovingSource::open(const SourceSpec& spec) {
    Q_ASSERT(QThread::currentThread() == thread());
    cancelOpening();
    m_pending = std::make_unique<Link>();
    Link* link = m_pending.get();
    link->spec = spec;
    const auto later = [this](auto work) { QMetaObject::invokeMethod(this, std::move(work), Qt::QueuedConnection); };
    Capture::Handlers handlers;
    handlers.opened = [this, link, later](const SourceTraits& traits) {
        later([this, link, traits] { linkOpened(link, traits); });
    };
    handlers.frame = [this, link, later](const Captured& captured) {
        if (link->delivers.load(std::memory_order_acquire)) {
            m_deliver(captured);
        }
        if (link->frames.put(captured)) {
            later([this, link] { takeNewest(link); });
        }
    };
    handlers.failed = [this, link, later](const Error& error) { later([this, link, error] { linkFailed(link, error); }); };
    handlers.ended = [this, link, later] { later([this, link] { linkEnded(link); }); };
    handlers.finished = [this, link, later] { later([this, link] { linkFinished(link); }); };
    link->capture = std::make_unique<Capture>(spec, m_open, std::move(handlers));
}

void MovingSource::cancelOpening() {
    if (m_pending) {
        retire(std::move(m_pending));
    }
}

void MovingSource::close() {
    cancelOpening();
    if (m_current) {
        retire(std::move(m_current));
        playingIs(false);
    }
}

void MovingSource::retire(std::unique_ptr<Link> link) {
    link->delivers.store(false, std::memory_order_release);
    link->capture->requestStop();
    if (!link->finished) {
        m_retired.push_back(std::move(link));
    }
}

void MovingSource::takeNewest(Link* link) {
    auto captured = link->frames.take();
    if (!captured) {
        return;
    }
    link->newest = captured->frame;
    link->atEnd = false;
    if (link == m_pending.get()) {
        promote();
        m_deliver(*captured);
        link->delivers.store(true, std::memory_order_release);
    }
    if (link == m_current.get() && captured->jump == link->jump && (m_playing || !link->traits.live)) {
        Q_EMIT frameArrived(link->newest);
    }
}

void MovingSource::promote() {
    if (m_current) {
        retire(std::move(m_current));
    }
    m_current = std::move(m_pending);
    m_current->capture->setLoop(m_loop);
    m_current->capture->setSpeed(m_speed);
    const bool before = std::exchange(m_playing, true);
    Q_EMIT opened();
    if (!before) {
        Q_EMIT playingChanged(true);
    }
}

void MovingSource::linkOpened(Link* link, const SourceTraits& traits) { link->traits = traits; }

void MovingSource::linkFailed(Link* link, const Error& error) {
    link->error = error;
    if (link == m_current.get() && !link->traits.live) {  // a live source is lost, which linkFinished() says
        Q_EMIT interrupted(error);
    }
}

void MovingSource::linkEnded(Link* link) {
    if (link == m_current.get()) {
        link->atEnd = true;
        playingIs(false);
    }
}

void MovingSource::linkFinished(Link* link) {
    link->finished = true;
    if (link == m_pending.get()) {
        const Error error = link->error.value_or(makeError(
            ErrorCode::Unreadable, FOVEA_TEXT("engine", "“%1” gives no pictures; choose another source."), {link->traits.name}));
        m_pending.reset();
        Q_EMIT openFailed(error);
        return;
    }
    if (link == m_current.get() && link->traits.live && link->error) {
        playingIs(false);
        Q_EMIT interrupted(*link->error);
    }
    m_retired.remove_if([link](const auto& entry) { return entry.get() == link; });
}

void MovingSource::playingIs(bool playing) {
    if (std::exchange(m_playing, playing) != playing) {
        Q_EMIT playingChanged(playing);
    }
}

const SourceTraits& MovingSource::traits() const {
    static const SourceTraits none;
    return m_current ? m_current->traits : none;
}

const SourceSpec& MovingSource::spec() const {
    static const SourceSpec none;
    return m_current ? m_current->spec : none;
}

const Frame& MovingSource::newest() const {
    static const Frame none;
    return m_current ? m_current->newest : none;
}

bool MovingSource::connected() const { return m_current && !m_current->finished; }
std::uint64_t MovingSource::jump() const { return m_current ? m_current->jump : 0; }
std::uint64_t MovingSource::framesRead() const { return m_current ? m_current->capture->framesRead() : 0; }
std::uint64_t MovingSource::framesSkipped() const { return m_current ? m_current->capture->framesSkipped() : 0; }

void MovingSource::setPlaying(bool playing) {
    if (!m_current || playing == m_playing || (playing && m_current->finished)) {
        return;
    }
    if (m_current->traits.live) {
        m_current->delivers.store(playing, std::memory_order_release);
    } else {
        if (playing && m_current->atEnd) {
            seek(0);
        }
        m_current->capture->setPlaying(playing);
    }
    playingIs(playing);
}

void MovingSource::seek(std::int64_t index) {
    if (!m_current || !m_current->traits.seekable) {
        return;
    }
    const std::int64_t last = std::max<std::int64_t>(0, m_current->traits.frames - 1);
    ++m_current->jump;
    m_current->atEnd = false;
    Q_EMIT jumped();  // what computes must know of it before the frame comes
    m_current->capture->seek(std::clamp<std::int64_t>(index, 0, last), m_current->jump);
}

void MovingSource::stepForward() {
    if (m_current && !m_current->traits.live) {
        m_current->capture->stepForward();
    }
}

void MovingSource::setSpeed(double speed) {
    m_speed = speed;
    if (m_current) {
        m_current->capture->setSpeed(speed);
    }
}

void MovingSource::setLoop(bool loop) {
    m_loop = loop;
    if (m_current) {
        m_current->capture->setLoop(loop);
    }
}

}  // namespace fovea
