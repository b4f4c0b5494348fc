#include "engine/runtime/worker.h"

#include <QThread>

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/models/open_bundle.h"
#include "engine/runtime/source_hash.h"
#include "engine/thrown.h"

namespace fovea {
namespace {

/// The size the automatic one starts from.
int wantedSide(const PipelineRequest& request) { return workingSide(request.models.front().model); }

/// Whether two requests compute the same features and the same first job.
bool sameWork(const PipelineRequest& a, const PipelineRequest& b) {
    const auto sameModel = [](const ModelJobs& x, const ModelJobs& y) { return x.model == y.model; };
    if (!std::equal(a.models.begin(), a.models.end(), b.models.begin(), b.models.end(), sameModel)) {
        return false;
    }
    const auto& before = a.models.front().jobs;
    const auto& now = b.models.front().jobs;
    return !before.empty() && !now.empty() && before.front().info == now.front().info;
}

/// The name of a pass in a sentence about its failure.
std::string nameOf(const PipelineRequest& request) { return request.frame.source ? request.frame.source->name : std::string(); }

/// Gives the first model this size and shrinks the other models in the same proportion.
void setSide(PipelineRequest& request, int side) {
    const double share = static_cast<double>(side) / wantedSide(request);
    for (ModelJobs& asked : request.models) {
        const int shrunk = std::max(AutoSize::kLeastSide, static_cast<int>(std::lround(workingSide(asked.model) * share)));
        asked.model = withWorkingSide(asked.model, &asked == &request.models.front() ? side : shrunk);
    }
}

std::size_t hiddenJobs(const std::vector<ModelJobs>& models) {
    std::size_t count = 0;
    for (const ModelJobs& asked : models) {
        count += static_cast<std::size_t>(
            std::count_if(asked.jobs.begin(), asked.jobs.end(), [](const ModuleJob& job) { return !job.shown; }));
    }
    return count;
}

/// The shown jobs, and of the hidden ones those from `first` up to but without `end`.
std::vector<ModelJobs> withHidden(const std::vector<ModelJobs>& models, std::size_t first, std::size_t end) {
    std::vector<ModelJobs> kept;
    std::size_t hidden = 0;
    for (const ModelJobs& asked : models) {
        ModelJobs& some = kept.emplace_back(ModelJobs{.model = asked.model, .jobs = {}});
        for (const ModuleJob& job : asked.jobs) {
            const bool isChosen = !job.shown && hidden >= first && hidden < end;
            hidden += job.shown ? 0 : 1;
            if (job.shown || isChosen) {
                some.jobs.push_back(job);
            }
        }
    }
    return kept;
}

/// The milliseconds which the features and the shown jobs took.
double shownMilliseconds(const FrameResult& result) {
    double sum = 0.0;
    for (const ModelResult& model : result.models) {
        sum += model.features ? model.features->milliseconds : 0.0;
        for (const AskedJob& job : model.jobs) {
            sum += job.shown ? job.result->milliseconds : 0.0;
        }
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
        return m_pipeline.run(pass.request, pass.stop, [&](std::shared_ptr<const FrameResult> snapshot) {
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
        if (now && !(sameSource && sameWork(m_live->request, now->request))) {
            m_autoSize.restart(wantedSide(now->request));
            m_spareTime.restart();
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
    const std::vector<ModelJobs>& models = live.request.models;
    if (runJobs(live, withHidden(models, 0, 0)) && hiddenJobs(models) > 0) {
        if (live.playing) {
            runBackground(live);
        } else {
            runOthers(live);
        }
    }
}

// One after the other, and none while a newer frame waits: stepping must not be as slow as the slowest thumbnail.
void Worker::runOthers(const Live& live) {
    const std::vector<ModelJobs>& models = live.request.models;
    const std::size_t hidden = hiddenJobs(models);
    for (std::size_t end = 1; end <= hidden && !m_frames.waiting(); ++end) {
        if (!runJobs(live, withHidden(models, 0, end))) {
            return;
        }
    }
}

// A mechanism of the filmstrip besides the one a person looks at, if that costs little.
void Worker::runBackground(const Live& live) {
    const auto start = SpareTime::Clock::now();
    const std::vector<ModelJobs>& models = live.request.models;
    const auto next = m_spareTime.next(hiddenJobs(models), start);
    if (next) {
        runJobs(live, withHidden(models, *next, *next + 1));
        m_spareTime.took(*next, start, SpareTime::Clock::now());
    }
}

bool Worker::runJobs(const Live& live, std::vector<ModelJobs> models) {
    PipelineRequest request{
        .epoch = live.request.epoch, .started = m_liveStarted, .frame = m_liveFrame, .models = std::move(models)};
    request.plainPrediction = live.request.plainPrediction;
    request.clipFrames = live.request.clipFrames;
    if (live.autoSize) {
        setSide(request, m_autoSize.side());
    }
    Progress progress{
        .epoch = request.epoch, .workingSide = wantedSide(request), .autoSized = live.autoSize && m_autoSize.lowered()};
    const auto runs = m_pipeline.backboneRuns();
    const auto result = withoutThrowing(nameOf(request), [&] {
        return m_pipeline.run(request, live.stop, [&](const std::shared_ptr<const FrameResult>& snapshot) {
            // The picture never appears without the overlays it is looked at for.
            if (!live.stop.stop_requested() && snapshot->shownComplete()) {
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
    // A whole pass, nothing of it from the cache; while it stands there is no rate to keep, and another size would empty the
    // clip.
    if (live.playing && m_pipeline.backboneRuns() != runs && !(*result)->models.front().jobs.empty()) {
        m_autoSize.add(shownMilliseconds(**result));
    }
    return true;
}

void Worker::report(Progress progress) {
    if (m_progress.put(std::move(progress))) {
        Q_EMIT progressReady();
    }
}

}  // namespace fovea
