#include "engine/runtime/render_worker.h"

#include <QThread>

#include <utility>

#include "engine/runtime/mailbox.h"

namespace fovea {

struct RenderWorker::Slot {
    struct Job {
        std::shared_ptr<const SourceInfo> source;
        Painting painting;
        std::stop_source stop;
    };
    struct Picture {
        std::shared_ptr<const SourceInfo> source;
        Delivery delivery;
    };
    Mailbox<Job> jobs;
    Mailbox<Picture> pictures;

    bool cutShort = false;                     // render thread only: the last picture was stopped
    std::stop_source stop;                     // asking thread only: of the newest request
    std::shared_ptr<const SourceInfo> source;  // asking thread only: of the newest request
};

void RenderWorker::Queue::push(SlotPointer slot) {
    const std::scoped_lock lock(m_mutex);
    m_slots.push_back(std::move(slot));
}

RenderWorker::SlotPointer RenderWorker::Queue::pop() {
    const std::scoped_lock lock(m_mutex);
    if (m_slots.empty()) {
        return nullptr;
    }
    auto slot = std::move(m_slots.front());
    m_slots.pop_front();
    return slot;
}

RenderWorker::RenderWorker() : m_askingThread(QThread::currentThread()) {}
RenderWorker::~RenderWorker() = default;

RenderWorker::SlotPointer RenderWorker::makeSlot() { return std::make_shared<Slot>(); }

void RenderWorker::post(const SlotPointer& slot, std::shared_ptr<const SourceInfo> source, Painting painting) {
    Q_ASSERT(QThread::currentThread() == m_askingThread);
    slot->stop.request_stop();
    slot->stop = std::stop_source();
    slot->source = source;
    if (slot->jobs.put({std::move(source), std::move(painting), slot->stop})) {
        m_waiting.push(slot);
        QMetaObject::invokeMethod(this, "drain", Qt::QueuedConnection);
    }
}

void RenderWorker::cancel(Slot& slot) {
    slot.stop.request_stop();
    slot.jobs.take();
}

void RenderWorker::deliver() {
    Q_ASSERT(QThread::currentThread() == m_askingThread);
    while (const auto slot = m_finished.pop()) {
        const auto picture = slot->pictures.take();
        if (picture && picture->source == slot->source) {
            picture->delivery();
        }
    }
}

void RenderWorker::shutDown() { m_shutdown.request_stop(); }

// One slot per turn: every push has its own wake, so that each view waits for those before it and no longer.
void RenderWorker::drain() {
    Q_ASSERT(QThread::currentThread() == thread());
    const auto slot = m_waiting.pop();
    if (!slot || m_shutdown.stop_requested()) {
        return;
    }
    auto job = slot->jobs.take();
    if (!job) {
        return;
    }
    const std::stop_callback atShutdown(m_shutdown.get_token(), [&job] { job->stop.request_stop(); });
    // What follows a stopped picture runs to its end: a steady stream of requests must not leave the view without any.
    auto delivery = job->painting(slot->cutShort ? m_shutdown.get_token() : job->stop.get_token());
    slot->cutShort = !delivery;
    if (delivery && slot->pictures.put({std::move(job->source), std::move(delivery)})) {
        m_finished.push(slot);
        Q_EMIT finishedReady();
    }
}

}  // namespace fovea
