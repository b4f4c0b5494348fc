#include "engine/runtime/worker.h"

#include <QThread>

#include <algorithm>
#include <utility>

#include "engine/runtime/source_hash.h"

namespace fovea {

void Worker::post(Load load) {
    if (m_loads.put(std::move(load))) {
        QMetaObject::invokeMethod(this, "drain", Qt::QueuedConnection);
    }
}

void Worker::post(Pass pass) {
    if (m_passes.put(std::move(pass))) {
        QMetaObject::invokeMethod(this, "drain", Qt::QueuedConnection);
    }
}

void Worker::drain() {
    Q_ASSERT(QThread::currentThread() == thread());
    while (!m_shutdown.stop_requested()) {
        if (const auto next = m_loads.take()) {
            load(*next);
        } else if (const auto waiting = m_passes.take()) {
            pass(*waiting);
        } else {
            return;
        }
    }
}

void Worker::load(const Load& load) {
    auto frame = load.fromFile ? loadFrame(load.path, load.stop) : hashedFrame(load.frame, load.stop);
    if (!load.stop.stop_requested() && m_loaded.put({load.serial, std::move(frame)})) {
        Q_EMIT loadedReady();
    }
}

void Worker::pass(const Pass& pass) {
    const auto epoch = pass.request.epoch;
    const auto result = m_pipeline.run(pass.request, pass.stop, [&](std::shared_ptr<const FrameResult> snapshot) {
        if (!pass.stop.stop_requested()) {
            const auto& cells = snapshot->modules;
            const bool full = std::all_of(cells.begin(), cells.end(), [](const auto& cell) { return cell != nullptr; });
            report({.epoch = epoch, .result = std::move(snapshot), .error = {}, .finished = full});
        }
    });
    if (!result && result.error().code != ErrorCode::Cancelled) {
        report({.epoch = epoch, .result = nullptr, .error = result.error(), .finished = true});
    }
}

void Worker::report(Progress progress) {
    if (m_progress.put(std::move(progress))) {
        Q_EMIT progressReady();
    }
}

}  // namespace fovea
