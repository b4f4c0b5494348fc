#pragma once

#include <QObject>
#include <QString>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>

#include "engine/render/render.h"
#include "engine/runtime/mailbox.h"

namespace fovea {

/// Paints on the render thread. Each view has a slot of its own in both directions, where the newest wins; views take turns in
/// the order in which their requests arrived. The GUI thread calls everything public.
class RenderWorker final : public QObject {
    Q_OBJECT

public:
    using Paint = std::function<Rendered(const RenderRequest&, const std::stop_token&)>;
    struct Finished {
        QString view;
        Rendered rendered;
    };

    explicit RenderWorker(Paint paint = fovea::render);
    ~RenderWorker() override;

    /// Replaces the view's waiting request and stops its running one.
    void post(const QString& view, RenderRequest request);
    /// The next finished picture; nothing when there is none. Pictures of a source the view has left are skipped.
    std::optional<Finished> takeFinished();
    /// Stops everything; nothing is painted after this.
    void shutDown();

Q_SIGNALS:
    /// takeFinished() has something which it had not.
    void finishedReady();

private:
    struct View;
    using ViewPointer = std::shared_ptr<View>;

    /// Views whose slot has been filled, first come first served.
    class Queue {
    public:
        void push(ViewPointer view);
        ViewPointer pop();

    private:
        std::mutex m_mutex;
        std::deque<ViewPointer> m_views;
    };

    Q_INVOKABLE void drain();
    [[nodiscard]] Rendered paintGuarded(const RenderRequest& request, const std::stop_token& stop) const;

    Paint m_paint;
    std::map<QString, ViewPointer> m_views;  ///< GUI thread only
    Queue m_waiting;
    Queue m_finished;
    std::stop_source m_shutdown;
};

}  // namespace fovea
