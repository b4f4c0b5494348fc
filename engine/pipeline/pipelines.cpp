#include "engine/pipeline/pipelines.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "engine/pipeline/job_weights.h"

namespace fovea {
namespace {

using Shared = std::shared_ptr<const FrameResult>;

/// The request of one of the others, as a Pipeline takes it.
PipelineRequest requestOf(const PipelineRequest& request, const NetworkJobs& other) {
    PipelineRequest alone = request;
    alone.network = other.network;
    alone.jobs = other.jobs;
    alone.shownJobs = other.jobs.size();
    alone.others.clear();
    return alone;
}

/// A network whose features fail fills only its own place.
Shared failed(const PipelineRequest& request, const Error& error) {
    FrameResult result{.epoch = request.epoch,
                       .started = request.started,
                       .frame = request.frame,
                       .features = nullptr,
                       .bundle = request.network.bundle,
                       .clip = nullptr,
                       .modules = {}};
    for (const ModuleJob& job : request.jobs) {
        ModuleResult module;
        module.info = job.info;
        module.params = job.params;
        module.intervention = job.intervention;
        module.provenance = expectedProvenance(job);
        module.output = error;
        result.modules.push_back(std::make_shared<const ModuleResult>(std::move(module)));
        result.slots.push_back(job.slot);
    }
    return std::make_shared<const FrameResult>(std::move(result));
}

}  // namespace

void Pipelines::keepOnly(const PipelineRequest& request) {
    std::erase_if(m_pipelines, [&](const auto& kept) {
        const auto isIts = [&kept](const NetworkJobs& other) { return other.network.bundle == kept.first; };
        const bool used =
            kept.first == request.network.bundle || std::any_of(request.others.begin(), request.others.end(), isIts);
        m_goneRuns += used ? 0 : kept.second->backboneRuns();
        return !used;
    });
    const auto make = [this](const NetworkChoice& network) {
        auto& pipeline = m_pipelines[network.bundle];
        if (!pipeline) {
            pipeline = std::make_unique<Pipeline>();
        }
    };
    make(request.network);
    for (const NetworkJobs& other : request.others) {
        make(other.network);
    }
}

Result<Shared> Pipelines::run(const PipelineRequest& request, const std::stop_token& stop, const Publish& publish) {
    keepOnly(request);
    Pipeline& own = *m_pipelines.at(request.network.bundle);
    if (request.others.empty()) {
        return own.run(request, stop, publish);
    }
    std::vector<Shared> others;
    for (const NetworkJobs& other : request.others) {
        others.push_back(m_pipelines.at(other.network.bundle)->known(requestOf(request, other)));
    }
    Shared snapshot;
    const auto together = [&](const Shared& mine) {
        FrameResult all = *own.known(request);  // what is left of a pass before stands in it from the first
        all.started = mine->started;
        all.prediction = mine->prediction;
        std::copy(mine->modules.begin(), mine->modules.end(), all.modules.begin());
        all.others = others;
        snapshot = std::make_shared<const FrameResult>(std::move(all));
        if (publish) {
            publish(snapshot);
        }
    };
    PipelineRequest looked = request;
    looked.jobs.resize(std::min(request.shownJobs, request.jobs.size()));
    const auto shown = own.run(looked, stop, together);
    if (!shown) {
        return shown;
    }
    for (std::size_t i = 0; i < others.size(); ++i) {
        const PipelineRequest alone = requestOf(request, request.others[i]);
        const auto took = [&](const Shared& now) {
            others[i] = now;
            together(*shown);
        };
        const auto done = m_pipelines.at(alone.network.bundle)->run(alone, stop, took);
        if (!done && done.error().code == ErrorCode::Cancelled) {
            return done;
        }
        if (!done) {
            took(failed(alone, done.error()));
        }
    }
    if (looked.jobs.size() < request.jobs.size()) {
        if (const auto rest = own.run(request, stop, together); !rest) {
            return rest;
        }
    }
    return snapshot;
}

std::uint64_t Pipelines::backboneRuns() const noexcept {
    return std::accumulate(m_pipelines.begin(), m_pipelines.end(), m_goneRuns,
                           [](std::uint64_t sum, const auto& kept) { return sum + kept.second->backboneRuns(); });
}

}  // namespace fovea
