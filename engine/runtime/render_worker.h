#pragma once

#include <QObject>

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>

#include "engine/source/frame.h"

namespace fovea {

/// Paints on the render thread, for views which it tells apart by their slots. In each slot the newest request and the newest
/// picture win; views take turns in the order in which their requests arrived. The thread which made the worker calls everything
/// public.
class RenderWorker final : public QObject {
    Q_OBJECT

public:
    /// Hands a picture to its receiver.
    using Delivery = std::function<void()>;
    /// Paints on the render thread and never throws. Its delivery is empty when the picture was stopped.
    using Painting = std::function<Delivery(const std::stop_token&)>;
    /// The newest request and the finished picture of one view.
    struct Slot;
    using SlotPointer = std::shared_ptr<Slot>;

    RenderWorker();
    ~RenderWorker() override;

    [[nodiscard]] static SlotPointer makeSlot();
    /// Replaces the slot's waiting painting and stops its running one. `source` is what the picture is of.
    void post(const SlotPointer& slot, std::shared_ptr<const SourceInfo> source, Painting painting);
    /// Drops the slot's waiting painting and stops its running one. The worker may be gone already.
    static void cancel(Slot& slot);
    /// Hands out all finished pictures, but for those of a source which their view has left.
    void deliver();
    /// Stops everything; nothing is painted after this.
    void shutDown();

Q_SIGNALS:
    /// A picture is finished; deliver() hands it out.
    void finishedReady();

private:
    /// Slots which have been filled, first come first served.
    class Queue {
    public:
        void push(SlotPointer slot);
        SlotPointer pop();

    private:
        std::mutex m_mutex;
        std::deque<SlotPointer> m_slots;
    };

    Q_INVOKABLE void drain();

    Queue m_waiting;
    Queue m_finished;
    std::stop_source m_shutdown;
    const QThread* m_askingThread;
};

}  // namespace fovea
