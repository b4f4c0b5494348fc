#pragma once

#include <QPointer>

#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <utility>

#include "engine/render/render.h"
#include "engine/runtime/render_worker.h"

namespace fovea {

/// The sentence about a picture which an exception ended: memory ran out, or OpenCV threw.
Error paintingFailed(const std::exception& failure);

/// Asks for the pictures of one kind of request, and receives them. Lives on the GUI thread.
///
/// The newest request wins: it stops the one before. A view receives no stopped picture, and none of an older source than its
/// newest request's. After a stopped picture the next one is painted to its end.
///
/// A view may be destroyed at any time, even while it receives; nothing reaches it afterwards. It may outlive its lane.
template <class Request>
class RenderView final {
public:
    using Rendered = RenderedOf<Request>;
    using Receive = std::function<void(const Rendered&)>;
    using Paint = std::function<Rendered(const Request&, const std::stop_token&)>;

    /// The GUI thread calls `receive`, the thread of the lane (Controller::lane()) calls `paint`; tests bring their own painting.
    RenderView(
        RenderWorker& lane, Receive receive,
        Paint paint = [](const Request& request, const std::stop_token& stop) { return render(request, stop); })
        : m_lane(&lane), m_receive(std::make_shared<const Receive>(std::move(receive))), m_paint(std::move(paint)) {}
    ~RenderView() { RenderWorker::cancel(*m_slot); }
    RenderView(const RenderView&) = delete;
    RenderView& operator=(const RenderView&) = delete;

    void request(Request wanted) {
        if (!m_lane) {
            return;
        }
        auto source = wanted.result ? wanted.result->frame.source : nullptr;
        m_lane->post(m_slot, std::move(source),
                     [wanted = std::move(wanted), paint = m_paint, receive = std::weak_ptr(m_receive)](
                         const std::stop_token& stop) { return delivery(paintGuarded(wanted, paint, stop), receive); });
    }

private:
    static Rendered paintGuarded(const Request& wanted, const Paint& paint, const std::stop_token& stop) {
        try {
            return paint(wanted, stop);
        } catch (const std::exception& failure) {
            Rendered refused;
            refused.request = wanted;
            refused.error = paintingFailed(failure);
            return refused;
        }
    }
    /// An empty delivery for a stopped picture.
    static RenderWorker::Delivery delivery(Rendered rendered, const std::weak_ptr<const Receive>& receive) {
        if (wasStopped(rendered)) {
            return nullptr;
        }
        return [rendered = std::move(rendered), receive] {
            if (const auto receiver = receive.lock()) {
                (*receiver)(rendered);
            }
        };
    }

    QPointer<RenderWorker> m_lane;
    RenderWorker::SlotPointer m_slot = RenderWorker::makeSlot();
    std::shared_ptr<const Receive> m_receive;  ///< held by the view alone: it ends with the view
    Paint m_paint;
};

/// A view for each part of a whole, such as the thumbnails of a strip; each is made with its first request.
template <class Part, class Request>
class RenderViews final {
public:
    using Receive = std::function<void(const Part&, const RenderedOf<Request>&)>;

    RenderViews(RenderWorker& lane, Receive receive) : m_lane(&lane), m_receive(std::move(receive)) {}

    void request(const Part& part, Request wanted) {
        if (m_lane) {
            auto view = m_views.find(part);
            if (view == m_views.end()) {
                const auto receive = [part, to = m_receive](const RenderedOf<Request>& rendered) { to(part, rendered); };
                view = m_views.try_emplace(part, *m_lane, receive).first;
            }
            view->second.request(std::move(wanted));
        }
    }

private:
    QPointer<RenderWorker> m_lane;
    Receive m_receive;
    std::map<Part, RenderView<Request>> m_views;
};

}  // namespace fovea
