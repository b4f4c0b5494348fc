#include "engine/pipeline/pipeline.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "engine/pipeline/model_runner.h"

namespace fovea {
namespace {

using Clock = std::chrono::steady_clock;
using Shared = std::shared_ptr<const FrameResult>;

Error cancelled() { return makeError(ErrorCode::Cancelled, FOVEA_TEXT("engine", "The computation was stopped.")); }

bool isCancelled(const Error& error) { return error.code == ErrorCode::Cancelled; }

}  // namespace

/// One run of a request: what is finished so far, and who is told.
class Pipeline::Pass {
public:
    Pass(Pipeline& pipeline, const PipelineRequest& request, const std::stop_token& stop, const Publish& publish)
        : m_pipeline(pipeline), m_request(request), m_stop(stop), m_publish(publish) {
        m_all = {.epoch = request.epoch,
                 .started = request.started == Clock::time_point() ? Clock::now() : request.started,
                 .frame = request.frame,
                 .models = {}};
        for (const ModelJobs& asked : request.models) {
            // The first model begins at once. The first snapshot holds the results which the others have of a pass before.
            ModelRunner& runner = runnerOf(asked);
            const bool isKnown = &asked != &request.models.front() && runner.hasFeatures(asked.model, request.frame);
            m_all.models.push_back(isKnown ? runner.knownResult(asked) : unfinishedResult(asked));
        }
    }

    Result<Shared> run() {
        for (std::size_t i = 0; i < m_request.models.size(); ++i) {
            if (auto done = runShown(i); !done) {
                return done.error();
            }
        }
        for (std::size_t i = 0; i < m_request.models.size(); ++i) {
            if (auto done = runJobs(i, false); !done) {
                return done.error();
            }
        }
        return m_snapshot;
    }

private:
    ModelRunner& runnerOf(const ModelJobs& asked) { return *m_pipeline.m_runners.at(modelId(asked.model)); }

    void publish() {
        m_snapshot = std::make_shared<const FrameResult>(m_all);
        if (m_publish) {
            m_publish(m_snapshot);
        }
    }

    Result<void> runShown(std::size_t index) {
        const ModelJobs& asked = m_request.models[index];
        ModelRunner& runner = runnerOf(asked);
        const auto prepared = runner.prepare(asked.model, m_request.frame, m_stop);
        if (!prepared && (index == 0 || isCancelled(prepared.error()))) {
            return prepared.error();
        }
        if (!prepared) {
            fail(index, prepared.error());
            return {};
        }
        m_all.models[index] = runner.knownResult(asked);
        publish();
        const bool predicts = std::any_of(asked.jobs.begin(), asked.jobs.end(), [](const ModuleJob& job) { return job.predict; });
        if (predicts && m_request.plainPrediction) {
            m_all.models[index].prediction = runner.predictPlainly(m_stop);
        }
        return runJobs(index, true);
    }

    /// A model whose features fail fills only its own place.
    void fail(std::size_t index, const Error& error) {
        const ModelJobs& asked = m_request.models[index];
        ModelResult& result = m_all.models[index];
        for (std::size_t k = 0; k < asked.jobs.size(); ++k) {
            result.jobs[k].result = failedJob(asked.jobs[k], error);
        }
        publish();
    }

    Result<void> runJobs(std::size_t index, bool shown) {
        const ModelJobs& asked = m_request.models[index];
        for (std::size_t k = 0; k < asked.jobs.size(); ++k) {
            AskedJob& job = m_all.models[index].jobs[k];
            if (job.shown != shown) {
                continue;
            }
            if (m_stop.stop_requested()) {
                return cancelled();
            }
            if (job.result) {
                continue;
            }
            auto result = runnerOf(asked).run(asked.jobs[k], asked.jobs.size(), m_stop);
            if (m_stop.stop_requested() || (!result->output && isCancelled(result->output.error()))) {
                return cancelled();
            }
            job.result = std::move(result);
            publish();
        }
        return {};
    }

    Pipeline& m_pipeline;
    const PipelineRequest& m_request;
    const std::stop_token& m_stop;
    const Publish& m_publish;
    FrameResult m_all;
    Shared m_snapshot;
};

Pipeline::Pipeline() = default;
Pipeline::~Pipeline() = default;

void Pipeline::keepOnly(const PipelineRequest& request) {
    std::erase_if(m_runners, [&](const auto& kept) {
        const bool used = std::any_of(request.models.begin(), request.models.end(),
                                      [&kept](const ModelJobs& asked) { return modelId(asked.model) == kept.first; });
        m_goneRuns += used ? 0 : kept.second->backboneRuns();
        return !used;
    });
    for (const ModelJobs& asked : request.models) {
        auto& runner = m_runners[modelId(asked.model)];
        if (!runner) {
            runner = std::make_unique<ModelRunner>();
        }
        runner->setClipFrames(request.clipFrames);
    }
}

Result<Shared> Pipeline::run(const PipelineRequest& request, const std::stop_token& stop, const Publish& publish) {
    if (stop.stop_requested()) {
        return cancelled();
    }
    keepOnly(request);
    return Pass(*this, request, stop, publish).run();
}

std::uint64_t Pipeline::backboneRuns() const noexcept {
    return std::accumulate(m_runners.begin(), m_runners.end(), m_goneRuns,
                           [](std::uint64_t sum, const auto& kept) { return sum + kept.second->backboneRuns(); });
}

}  // namespace fovea
