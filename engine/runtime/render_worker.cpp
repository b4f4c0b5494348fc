#include "engine/runtime/render_worker.h"

#include <QThread>

#include <exception>
#include <utility>

#include "engine/thrown.h"

namespace fovea {
namespace {

std::shared_ptr<const SourceInfo> sourceOf(const RenderRequest& request) {
    const auto& result = std::visit(
        [](const auto& r) -> const auto& { return r.result; }, request);
    return result ? result->frame.source : nullptr;
}

std::shared_ptr<const SourceInfo> sourceOf(const Rendered& rendered) {
    return std::visit([](const auto& r) { return sourceOf(RenderRequest(r.request)); }, rendered);
}

template <class Answer>
const std::shared_ptr<const cv::Mat>& pixelsOf(const Answer& answer) {
    return answer.pixels;
}
const std::shared_ptr<const cv::Mat>& pixelsOf(const RenderedMatrix& answer) { return answer.picture.pixels; }

/// A stopped picture has neither pixels nor a reason why.
bool complete(const Rendered& rendered) {
    return std::visit(
        [](const auto& answer) {
            return pixelsOf(answer) != nullptr || (answer.error && answer.error->code != ErrorCode::Cancelled);
        },
        rendered);
}

/// The answer to each kind of request, with nothing but an error.
template <class Answer, class Request>
Answer failed(const Request& request, const Error& error) {
    Answer answer;
    answer.request = request;
    answer.error = error;
    return answer;
}
Rendered refused(const OverlayRequest& request, const Error& error) { return failed<RenderedOverlay>(request, error); }
Rendered refused(const MatrixRequest& request, const Error& error) { return failed<RenderedMatrix>(request, error); }
Rendered refused(const StageRequest& request, const Error& error) { return failed<RenderedStage>(request, error); }
Rendered refused(const ChannelGridRequest& request, const Error& error) { return failed<RenderedChannelGrid>(request, error); }

}  // namespace

struct RenderWorker::View {
    struct Job {
        RenderRequest request;
        std::stop_token stop;
    };
    QString name;
    Mailbox<Job> requests;
    Mailbox<Rendered> pictures;

    bool cutShort = false;                     // render thread only: the last picture was stopped
    std::stop_source stop;                     // GUI thread only: of the newest request
    std::shared_ptr<const SourceInfo> source;  // GUI thread only: of the newest request
};

void RenderWorker::Queue::push(ViewPointer view) {
    const std::scoped_lock lock(m_mutex);
    m_views.push_back(std::move(view));
}

RenderWorker::ViewPointer RenderWorker::Queue::pop() {
    const std::scoped_lock lock(m_mutex);
    if (m_views.empty()) {
        return nullptr;
    }
    auto view = std::move(m_views.front());
    m_views.pop_front();
    return view;
}

RenderWorker::RenderWorker(Paint paint) : m_paint(std::move(paint)) {}
RenderWorker::~RenderWorker() = default;

void RenderWorker::post(const QString& view, RenderRequest request) {
    auto& slot = m_views[view];
    if (!slot) {
        slot = std::make_shared<View>();
        slot->name = view;
    }
    slot->stop.request_stop();
    slot->stop = std::stop_source();
    slot->source = sourceOf(request);
    if (slot->requests.put({std::move(request), slot->stop.get_token()})) {
        m_waiting.push(slot);
        QMetaObject::invokeMethod(this, "drain", Qt::QueuedConnection);
    }
}

std::optional<RenderWorker::Finished> RenderWorker::takeFinished() {
    while (const auto view = m_finished.pop()) {
        auto rendered = view->pictures.take();
        if (rendered && sourceOf(*rendered) == view->source) {
            return Finished{view->name, *std::move(rendered)};
        }
    }
    return std::nullopt;
}

void RenderWorker::shutDown() {
    m_shutdown.request_stop();
    for (const auto& [name, view] : m_views) {
        view->stop.request_stop();
    }
}

// One view per turn: every push has its own wake, so that each view waits for those before it and no longer.
void RenderWorker::drain() {
    Q_ASSERT(QThread::currentThread() == thread());
    const auto view = m_waiting.pop();
    if (!view || m_shutdown.stop_requested()) {
        return;
    }
    const auto job = view->requests.take();
    if (!job) {
        return;
    }
    // What follows a stopped picture runs to its end: a steady stream of requests must not leave the view without any.
    auto rendered = paintGuarded(job->request, view->cutShort ? m_shutdown.get_token() : job->stop);
    view->cutShort = !complete(rendered);
    if (!view->cutShort && view->pictures.put(std::move(rendered))) {
        m_finished.push(view);
        Q_EMIT finishedReady();
    }
}

Rendered RenderWorker::paintGuarded(const RenderRequest& request, const std::stop_token& stop) const {
    try {
        return m_paint(request, stop);
    } catch (const std::exception& failure) {  // memory runs out, or OpenCV throws
        const auto error =
            makeError(ErrorCode::TooLarge, FOVEA_TEXT("engine", "The picture could not be painted (%1); make the view smaller."),
                      {reasonOf(failure)});
        return std::visit([&error](const auto& r) { return refused(r, error); }, request);
    }
}

}  // namespace fovea
