#include "engine/runtime/worker.h"

#include <QThread>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "engine/models/open_bundle.h"
#include "engine/runtime/source_hash.h"
#include "engine/thrown.h"

namespace fovea {
namespace {

/// The size the automatic one starts from: of the picture a network sees, or of the Retina's.
int wantedSide(const PipelineRequest& request) {
    return request.network.bundle ? request.network.side() : request.retina.maxSide;
}

bool sameNetworks(const std::vector<NetworkJobs>& a, const std::vector<NetworkJobs>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const NetworkJobs& x, const NetworkJobs& y) { return x.network == y.network; });
}

/// The name of a pass in a sentence about its failure.
std::string nameOf(const PipelineRequest& request) { return request.frame.source ? request.frame.source->name : std::string(); }

/// How many of the jobs a person looks at.
std::ptrdiff_t shownJobs(const PipelineRequest& request) {
    return static_cast<std::ptrdiff_t>(std::min(request.shownJobs, request.jobs.size()));
}

/// The automatic size of the request's own features; those of the others shrink with them.
void setSide(PipelineRequest& request, int side) {
    const double share = static_cast<double>(side) / wantedSide(request);
    for (NetworkJobs& other : request.others) {
        if (other.network.bundle) {
            other.network.size = std::max(AutoSize::kLeastSide, static_cast<int>(std::lround(other.network.side() * share)));
        } else {
            request.retina.maxSide =
                std::max(AutoSize::kLeastSide, static_cast<int>(std::lround(request.retina.maxSide * share)));
        }
    }
    (request.network.bundle ? request.network.size : request.retina.maxSide) = side;
}

/// What the features and the first `count` modules took, and all of the others.
double computed(const FrameResult& result, std::size_t count) {
    double sum = result.features ? result.features->milliseconds : 0.0;
    for (std::size_t i = 0; i < std::min(count, result.modules.size()); ++i) {
        sum += result.modules[i]->milliseconds;
    }
    for (const auto& other : result.others) {
        sum += computed(*other, other->modules.size());
    }
    return sum;
}

}  // namespace

void Worker::post(Load load) {
    if (m_loads.put(std::move(load))) {
        QMetaObject::invokeMethod(this, "drain", Qt::QueuedConnection);
    }
}

void Worker::post(BundleLoad load) {
    if (m_bundleLoads.put(std::move(load))) {
        QMetaObject::invokeMethod(this, "drain", Qt::QueuedConnection);
    }
}

void Worker::post(Pass pass) {
    if (m_passes.put(std::move(pass))) {
        QMetaObject::invokeMethod(this, "drain", Qt::QueuedConnection);
    }
}

void Worker::post(Captured captured) {
    if (m_frames.put(std::move(captured))) {
        QMetaObject::invokeMethod(this, "drain", Qt::QueuedConnection);
    }
}

void Worker::setLive(std::shared_ptr<const Live> live) {
    if (m_newLive.put(std::move(live))) {
        QMetaObject::invokeMethod(this, "drain", Qt::QueuedConnection);
    }
}

void Worker::drain() {
    Q_ASSERT(QThread::currentThread() == thread());
    while (!m_shutdown.stop_requested()) {
        if (const auto next = m_loads.take()) {
            load(*next);
        } else if (const auto folder = m_bundleLoads.take()) {
            loadBundle(*folder);
        } else if (const auto waiting = m_passes.take()) {
            pass(*waiting);
        } else if (!liveTurn()) {
            return;
        }
    }
}

void Worker::load(const Load& load) {
    Loaded loaded{.serial = load.serial, .frame = Frame()};
    const auto spec = load.fromFile
                          ? withoutThrowing(load.path.toStdString(), [&] { return sourceSpecFor(load.path.toStdString()); })
                          : SourceSpec();
    if (spec && spec->kind != SourceKind::Image) {
        loaded.moving = *spec;
    } else {
        loaded.frame = load.fromFile ? loadFrame(load.path, load.stop)
                                     : withoutThrowing(load.frame.source ? load.frame.source->name : std::string(),
                                                       [&] { return hashedFrame(load.frame, load.stop); });
    }
    if (!load.stop.stop_requested() && m_loaded.put(std::move(loaded))) {
        Q_EMIT loadedReady();
    }
}

void Worker::loadBundle(const BundleLoad& load) {
    LoadedBundle loaded{.serial = load.serial, .bundle = openBundle(load.folder.toStdString(), load.stop)};
    if (!load.stop.stop_requested() && m_bundle.put(std::move(loaded))) {
        Q_EMIT bundleReady();
    }
}

void Worker::pass(const Pass& pass) {
    const auto epoch = pass.request.epoch;
    const auto result = withoutThrowing(nameOf(pass.request), [&] {
        return m_pipelines.run(pass.request, pass.stop, [&](std::shared_ptr<const FrameResult> snapshot) {
            if (!pass.stop.stop_requested()) {
                const bool full = snapshot->complete();
                report({.epoch = epoch, .result = std::move(snapshot), .error = {}, .finished = full});
            }
        });
    });
    if (!result && result.error().code != ErrorCode::Cancelled) {
        report({.epoch = epoch, .result = nullptr, .error = result.error(), .finished = true});
    }
}

// One frame, or one of them passed over; false when there is nothing to do.
bool Worker::liveTurn() {
    if (auto live = m_newLive.take()) {
        const auto& now = *live;
        const bool sameSource = m_live && now && m_live->source == now->source;
        const bool sameWork = sameSource && m_live->request.retina == now->request.retina &&
                              m_live->request.network == now->request.network &&
                              sameNetworks(m_live->request.others, now->request.others) && !now->request.jobs.empty() &&
                              m_live->request.jobs.front().info == now->request.jobs.front().info;
        if (now && !sameWork) {
            m_autoSize.restart(wantedSide(now->request));
            m_background.restart();
        }
        if (!sameSource || m_live->jump != now->jump) {
            m_liveFrame = {};
        }
        m_live = now;
        m_liveDone = false;
    }
    if (auto captured = m_frames.take()) {
        if (m_live && captured->frame.source == m_live->source && captured->jump == m_live->jump) {
            m_liveFrame = std::move(captured->frame);
            runLive(*m_live);
        }
        return true;
    }
    if (m_live && !m_liveDone && m_liveFrame.valid()) {
        runLive(*m_live);
        return true;
    }
    return false;
}

void Worker::runLive(const Live& live) {
    m_liveDone = true;
    m_liveStarted = std::chrono::steady_clock::now();
    const std::vector<ModuleJob>& jobs = live.request.jobs;
    const auto shown = shownJobs(live.request);
    if (runJobs(live, {jobs.begin(), jobs.begin() + shown}) && shown < std::ssize(jobs)) {
        if (live.playing) {
            runBackground(live);
        } else {
            runOthers(live);
        }
    }
}

// One after the other, and none while a newer frame waits: stepping must not be as slow as the slowest thumbnail.
void Worker::runOthers(const Live& live) {
    const std::vector<ModuleJob>& all = live.request.jobs;
    for (auto end = shownJobs(live.request) + 1; end <= std::ssize(all) && !m_frames.waiting(); ++end) {
        if (!runJobs(live, {all.begin(), all.begin() + end})) {
            return;
        }
    }
}

// A mechanism of the filmstrip besides the one a person looks at, if that costs little.
void Worker::runBackground(const Live& live) {
    const auto start = BackgroundJobs::Clock::now();
    const std::vector<ModuleJob>& all = live.request.jobs;
    const auto shown = shownJobs(live.request);
    const auto next = m_background.next(all.size() - static_cast<std::size_t>(shown), start);
    if (next) {
        std::vector<ModuleJob> jobs(all.begin(), all.begin() + shown);
        jobs.push_back(all[static_cast<std::size_t>(shown) + *next]);
        runJobs(live, std::move(jobs));
        m_background.took(*next, start, BackgroundJobs::Clock::now());
    }
}

bool Worker::runJobs(const Live& live, std::vector<ModuleJob> jobs) {
    PipelineRequest request = live.request;
    request.frame = m_liveFrame;
    request.started = m_liveStarted;
    request.jobs = std::move(jobs);
    if (live.autoSize) {
        setSide(request, m_autoSize.side());
    }
    Progress progress{
        .epoch = request.epoch, .workingSide = wantedSide(request), .autoSized = live.autoSize && m_autoSize.lowered()};
    const auto shown = static_cast<std::size_t>(shownJobs(request));
    const auto runs = m_pipelines.backboneRuns();
    const auto result = withoutThrowing(nameOf(request), [&] {
        return m_pipelines.run(request, live.stop, [&](const std::shared_ptr<const FrameResult>& snapshot) {
            // The picture never appears without the overlays it is looked at for.
            if (!live.stop.stop_requested() && snapshot->complete(shown)) {
                progress.result = snapshot;
                report(progress);
            }
        });
    });
    if (!result) {
        if (result.error().code != ErrorCode::Cancelled) {
            progress.error = result.error();
            report(progress);
        }
        return false;
    }
    const FrameResult& done = **result;
    // A whole pass, nothing of it from the cache; while it stands there is no rate to keep, and another size would empty the
    // clip.
    if (live.playing && m_pipelines.backboneRuns() != runs && !done.modules.empty()) {
        m_autoSize.add(computed(done, shown));
    }
    return true;
}

void Worker::report(Progress progress) {
    if (m_progress.put(std::move(progress))) {
        Q_EMIT progressReady();
    }
}

}  // namespace fovea
