#include "engine/pipeline/job_weights.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace fovea {

WeightsKey weightsKey(const ModuleJob& job) {
    WeightsKey key;
    if (job.info->weights == nullptr) {
        return key;
    }
    if (job.weights) {
        key.given = job.weights;
    } else if (!job.weightsFile.empty()) {
        std::error_code ignored;  // a missing file is named by loadWeights()
        key.file = job.weightsFile;
        key.modified = std::filesystem::last_write_time(job.weightsFile, ignored).time_since_epoch().count();
        key.size = std::filesystem::file_size(job.weightsFile, ignored);
    } else {
        key.seed = job.seed;
    }
    return key;
}

Provenance expectedProvenance(const ModuleJob& job) {
    if (job.info->weights == nullptr) {
        return {};
    }
    if (job.weights) {
        return job.weights->provenance;
    }
    if (!job.weightsFile.empty()) {
        return {.kind = ProvenanceKind::File, .source = std::filesystem::path(job.weightsFile).filename().string()};
    }
    return {.kind = ProvenanceKind::Random, .source = {}, .seed = job.seed};
}

Result<Weights> makeWeights(const ModuleJob& job, const std::vector<WeightSpec>& specs) {
    if (specs.empty()) {
        return Weights{};
    }
    if (job.weights) {
        return checkedWeights(specs, job.weights->tensors, job.weights->provenance);
    }
    return job.weightsFile.empty() ? randomWeights(specs, job.seed) : loadWeights(specs, job.weightsFile);
}

bool sameTensors(const std::vector<WeightSpec>& a, const std::vector<WeightSpec>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const WeightSpec& x, const WeightSpec& y) {
        return x.name == y.name && x.shape == y.shape && x.init == y.init && x.fanIn == y.fanIn;
    });
}

}  // namespace fovea
