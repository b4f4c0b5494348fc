#pragma once

#include <map>
#include <memory>

#include "engine/pipeline/pipeline.h"

namespace fovea {

/// Runs one frame through several networks: a Pipeline for each, kept while requests name its bundle. Used by one thread at a
/// time.
class FOVEA_API Pipelines {
public:
    using Publish = std::function<void(std::shared_ptr<const FrameResult>)>;

    /// As Pipeline::run(), with PipelineRequest::others: first the jobs of the request itself which are looked at, then the
    /// others, then what is left. Every snapshot has a place for each job and each of the others.
    Result<std::shared_ptr<const FrameResult>> run(const PipelineRequest& request, const std::stop_token& stop,
                                                   const Publish& publish = {});

    /// How often a backbone ran, of all networks together.
    [[nodiscard]] std::uint64_t backboneRuns() const noexcept;

private:
    Result<void> runOther(const PipelineRequest& request, const std::stop_token& stop, const Publish& publish);
    void keepOnly(const PipelineRequest& request);

    std::map<std::shared_ptr<const Bundle>, std::unique_ptr<Pipeline>> m_pipelines;  ///< null: the Retina's
    std::uint64_t m_goneRuns = 0;                                                    ///< of pipelines which are not kept
};

}  // namespace fovea
