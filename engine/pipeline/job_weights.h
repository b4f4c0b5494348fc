#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/pipeline/job.h"

namespace fovea {

/// Where a job's weights come from. Equal keys give equal tensors for equal specs.
struct WeightsKey {
    std::shared_ptr<const Weights> given;
    std::string file;
    std::int64_t modified = 0;
    std::uintmax_t size = 0;
    std::uint64_t seed = 0;
    bool operator==(const WeightsKey&) const = default;
};

WeightsKey weightsKey(const ModuleJob& job);

/// What the provenance will be if the weights turn out to be good; a failed result says it too.
Provenance expectedProvenance(const ModuleJob& job);

/// The tensors a job asks for, checked against `specs`.
Result<Weights> makeWeights(const ModuleJob& job, const std::vector<WeightSpec>& specs);

bool sameTensors(const std::vector<WeightSpec>& a, const std::vector<WeightSpec>& b);

}  // namespace fovea
