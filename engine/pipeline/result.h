#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "engine/attention/source.h"
#include "engine/models/model_spec.h"
#include "engine/models/prediction.h"
#include "engine/pipeline/clip.h"
#include "engine/pipeline/intervention.h"
#include "engine/pipeline/job.h"
#include "engine/pipeline/module_inputs.h"
#include "engine/result.h"
#include "engine/source/frame.h"

namespace fovea {

/// The attention one job gave for one frame.
struct JobResult {
    AttentionSource source;
    Intervention intervention = {};                      ///< under which it ran
    Result<AttentionOutput> output = AttentionOutput{};  ///< a failing job fills only its own cell
    std::optional<GridSize> resampled = {};  ///< the grid on which a module tied to a size ran, where the features have another
    std::shared_ptr<const Prediction> prediction = {};  ///< of a bundle's network with this module, where it was asked for
    std::optional<Error> predictionError = {};          ///< why there is none although it was asked for
    Steps steps;
    double milliseconds = 0.0;
};

/// A job which was asked for, and its result as soon as there is one.
struct AskedJob {
    JobId id;
    bool shown = true;                        ///< ModuleJob::shown
    std::shared_ptr<const JobResult> result;  ///< null while unfinished
};

/// One model's part of a frame's result.
struct ModelResult {
    ModelSpec model;
    std::shared_ptr<const Features> features = {};      ///< null while unfinished, and when they failed
    std::shared_ptr<const Prediction> prediction = {};  ///< of the network without a module; null unless a job predicts
    std::shared_ptr<const Clip> clip = {};  ///< the frames collected for a module over time, which end with the result's frame;
                                            ///< null when no such module was asked for
    std::vector<AskedJob> jobs = {};        ///< in the order they were asked for
};

/// A frame with the features and the jobs of each model finished so far. Immutable once published.
struct FrameResult {
    std::uint64_t epoch = 0;
    std::chrono::steady_clock::time_point started = {};  ///< when the pass began
    Frame frame;
    std::vector<ModelResult> models;  ///< in the order they were asked for

    /// The part of a model, or null when the model was not asked for.
    [[nodiscard]] const ModelResult* find(ModelId id) const {
        const auto it = std::find_if(models.begin(), models.end(), [id](const auto& m) { return modelId(m.model) == id; });
        return it == models.end() ? nullptr : &*it;
    }

    /// The finished result of a job, or null.
    [[nodiscard]] std::shared_ptr<const JobResult> find(const JobId& id) const {
        const ModelResult* model = find(id.model);
        if (model == nullptr) {
            return nullptr;
        }
        const auto it = std::find_if(model->jobs.begin(), model->jobs.end(), [&id](const auto& job) { return job.id == id; });
        return it == model->jobs.end() ? nullptr : it->result;
    }

    /// The features of a model; null while there are none.
    [[nodiscard]] std::shared_ptr<const Features> features(ModelId id) const {
        const ModelResult* model = find(id);
        return model != nullptr ? model->features : nullptr;
    }

    /// Whether all jobs are there.
    [[nodiscard]] bool complete() const {
        return std::all_of(models.begin(), models.end(), [](const ModelResult& model) {
            return std::all_of(model.jobs.begin(), model.jobs.end(), [](const auto& job) { return job.result != nullptr; });
        });
    }
    /// Whether the jobs a person looks at are there.
    [[nodiscard]] bool shownComplete() const {
        return std::all_of(models.begin(), models.end(), [](const ModelResult& model) {
            return std::all_of(model.jobs.begin(), model.jobs.end(), [](const auto& job) { return !job.shown || job.result; });
        });
    }
};

}  // namespace fovea
