#include "engine/pipeline/model_runner.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <list>
#include <optional>
#include <utility>

#include "engine/models/tail.h"
#include "engine/pipeline/clip_buffer.h"
#include "engine/pipeline/job_weights.h"
#include "engine/pipeline/module_inputs.h"
#include "engine/thrown.h"

namespace fovea {
namespace {

/// Instances kept besides those of the running pass, so that going back to a mechanism just left costs nothing.
constexpr std::size_t kIdleModules = 4;

constexpr int kMinClipFrames = 2;
constexpr int kMaxClipFrames = 32;

using Clock = std::chrono::steady_clock;

double millisecondsSince(Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

/// The one place where what a backbone or a module throws becomes an error.
template <class Work>
auto guarded(const std::string& who, Work&& work) -> decltype(work()) {
    try {
        return work();
    } catch (const std::exception& failure) {
        if (outOfMemory(failure)) {
            return makeError(
                ErrorCode::TooLarge,
                FOVEA_TEXT("engine", "%1 needs more memory than there is; choose a larger stride or a smaller picture."), {who});
        }
        return makeError(ErrorCode::BadValue, FOVEA_TEXT("engine", "%1 failed (%2); choose other parameters or weights."),
                         {who, reasonOf(failure)});
    }
}

/// Only a single picture is handed on without a number and is the first of its source.
bool singlePicture(const Frame& frame) { return frame.sequence == 0 && frame.index == 0; }

Result<void> checkClip(const ModuleInfo& info, const ClipBuffer& clip) {
    if (!info.needs.clip || clip.full()) {
        return {};
    }
    if (clip.size() == 1 && singlePicture(clip.snapshot()->back().frame)) {
        return makeError(
            ErrorCode::Unsupported,
            FOVEA_TEXT("engine", "%1 compares several frames and this is a single picture; choose another mechanism."),
            {info.title});
    }
    return makeError(ErrorCode::NotFound,
                     FOVEA_TEXT("engine", "Collecting frames: %1 of %2 for %3; let the video or the camera run on."),
                     {std::to_string(clip.size()), std::to_string(clip.capacity()), info.title});
}

/// An instance with what it was made from, and its result for the current features.
struct CachedModule {
    const ModuleInfo* info = nullptr;
    ParamSet params;
    InputShape shape;
    WeightsKey key;
    Intervention intervention;
    std::vector<WeightSpec> specs;
    std::shared_ptr<const Weights> weights;
    AttentionSource source;
    std::shared_ptr<AttentionModule> module;  ///< shared by entries which differ in the intervention alone
    std::shared_ptr<const JobResult> result;  ///< null until it has run; errors are not kept
    std::map<std::string, Tensor> state;      ///< of the frame before, for a mechanism with memory
};

}  // namespace

struct ModelRunner::State {
    std::unique_ptr<Backbone> backbone;
    ModelSpec model;
    std::shared_ptr<const Bundle> bundle;  ///< the model's; null when it has none, and nothing is predicted
    std::unique_ptr<Tail> tail;            ///< the bundle's; made when first asked for
    std::uint64_t backboneRuns = 0;

    // The features and what they belong to; the pointers keep the identities from being reused.
    std::shared_ptr<const Features> features;
    Frame frame;
    std::string backboneKey;
    std::shared_ptr<const Prediction> prediction;   ///< for the features as they are
    ClipBuffer clip{PipelineRequest().clipFrames};  ///< ends with `frame` and `features`

    std::list<CachedModule> cache;  ///< most recently used first

    void setClipFrames(int frames);
    [[nodiscard]] bool hasBackbone(const ModelSpec& wanted) const { return backbone && model == wanted; }
    void chooseBackbone(const ModelSpec& wanted);
    void predictPlainly(const std::stop_token& stop);
    Result<void> prepareFeatures(const ModelSpec& wanted, const Frame& next, const std::stop_token& stop);
    ModelResult knownResult(const ModelJobs& asked);
    std::shared_ptr<const JobResult> cachedResult(const ModuleJob& job);
    std::shared_ptr<const JobResult> runJob(const ModuleJob& job, const std::stop_token& stop, std::size_t capacity);

private:
    [[nodiscard]] InputShape shape(const ModuleInfo& info, const ParamSet& params) const {
        return inputShape(info, params, features->map.channels(), {features->map.height(), features->map.width()},
                          info.needs.clip ? clip.capacity() : 1);
    }
    [[nodiscard]] std::vector<const FeatureMap*> inputFrames(const ModuleInfo& info) const;
    /// Whether an entry is of the same instance as the job needs.
    [[nodiscard]] auto instanceLike(const ModuleJob& job) const {
        return [&job, key = weightsKey(job), now = shape(*job.info, job.params)](const CachedModule& cached) {
            return cached.info == job.info && cached.key == key && cached.shape == now && cached.params == job.params;
        };
    }
    CachedModule* find(const ModuleJob& job);
    void forgetIdleTreatments();
    CachedModule* otherwiseTreated(const ModuleJob& job, std::size_t capacity);
    void keep(CachedModule fresh, std::size_t capacity);
    Result<std::shared_ptr<const Prediction>> predict(const ModuleJob& job, const FeatureMap& tap, const AttentionOutput& output,
                                                      const std::stop_token& stop);
    Result<Tail*> usableTail();
    Result<CachedModule*> instance(const ModuleJob& job, std::size_t capacity);
    Result<std::shared_ptr<const Weights>> weightsFor(const ModuleJob& job, const WeightsKey& key,
                                                      const std::vector<WeightSpec>& specs);
};

void ModelRunner::State::setClipFrames(int frames) {
    if (!clip.setCapacity(std::clamp(frames, kMinClipFrames, kMaxClipFrames))) {
        return;
    }
    for (auto& cached : cache) {  // these were of another clip
        if (cached.info->needs.clip) {
            cached.result.reset();
        }
    }
}

std::vector<const FeatureMap*> ModelRunner::State::inputFrames(const ModuleInfo& info) const {
    if (!info.needs.clip) {
        return {&features->map};
    }
    std::vector<const FeatureMap*> maps;
    for (const auto& held : *clip.snapshot()) {
        maps.push_back(&held.features->map);
    }
    return maps;
}

void ModelRunner::State::chooseBackbone(const ModelSpec& wanted) {
    if (hasBackbone(wanted)) {
        return;
    }
    if (bundle != bundleOf(wanted)) {
        tail.reset();
        features.reset();
    }
    backbone = makeBackbone(wanted);
    bundle = bundleOf(wanted);
    model = wanted;
    clip.clear();  // features of another kind do not go together
}

Result<void> ModelRunner::State::prepareFeatures(const ModelSpec& wanted, const Frame& next, const std::stop_token& stop) {
    if (!next.valid()) {
        return makeError(ErrorCode::NotFound, FOVEA_TEXT("engine", "There is no picture; open one."));
    }
    chooseBackbone(wanted);
    const auto key = backbone->key();
    if (features && sameFrame(frame, next) && backboneKey == key) {
        clip.push(frame, features);  // missing only if the options changed and changed back before anything was computed
        return {};
    }
    const bool follows = frame.source == next.source && next.index > frame.index;
    if (!follows) {
        backbone->reset();  // nothing moved
    }
    ++backboneRuns;
    const auto start = Clock::now();
    auto computed = guarded(modelName(model), [&] { return backbone->run(next, stop); });
    if (!computed) {
        backbone->reset();  // half a run may have left its mark
        return computed.error();
    }
    computed->milliseconds = millisecondsSince(start);
    features = std::make_shared<const Features>(*std::move(computed));
    frame = next;
    backboneKey = key;
    prediction.reset();
    clip.push(frame, features);
    cache.remove_if([this](const CachedModule& cached) { return cached.shape != shape(*cached.info, cached.params); });
    forgetIdleTreatments();
    for (auto& cached : cache) {
        if (!follows) {
            cached.state.clear();
        } else if (cached.result) {
            cached.state = cached.result->output->state;
        }
        cached.result.reset();
    }
    return {};
}

CachedModule* ModelRunner::State::find(const ModuleJob& job) {
    const auto it = std::find_if(cache.begin(), cache.end(), [&, like = instanceLike(job)](const CachedModule& cached) {
        return like(cached) && cached.intervention == job.intervention;
    });
    if (it == cache.end()) {
        return nullptr;
    }
    cache.splice(cache.begin(), cache, it);
    return &cache.front();
}

/// A new entry which shares the instance of one under another intervention, and its memory of the frame before. Null when there
/// is none.
CachedModule* ModelRunner::State::otherwiseTreated(const ModuleJob& job, std::size_t capacity) {
    const auto it = std::find_if(cache.begin(), cache.end(), instanceLike(job));
    if (it == cache.end()) {
        return nullptr;
    }
    CachedModule fresh = *it;
    fresh.intervention = job.intervention;
    fresh.result.reset();
    keep(std::move(fresh), capacity);
    return &cache.front();
}

/// Entries which were not asked for the frame before, while another treatment of the same instance was: their memory is of an
/// older frame, and a person who goes back to them wants to go on from the one before.
void ModelRunner::State::forgetIdleTreatments() {
    for (auto it = cache.begin(); it != cache.end();) {
        const bool replaced = !it->result && std::any_of(cache.begin(), cache.end(), [&](const CachedModule& other) {
            return other.module == it->module && other.result;
        });
        it = replaced ? cache.erase(it) : std::next(it);
    }
}

void ModelRunner::State::keep(CachedModule fresh, std::size_t capacity) {
    cache.push_front(std::move(fresh));
    while (cache.size() > capacity) {
        cache.pop_back();
    }
}

std::shared_ptr<const JobResult> ModelRunner::State::cachedResult(const ModuleJob& job) {
    const auto* cached = find(job);
    const auto predicted = [&] { return cached->result->prediction || cached->result->predictionError; };
    const bool usable = cached != nullptr && cached->result && (!job.recordSteps || cached->result->steps.recorded()) &&
                        (!job.predict || !bundle || predicted());
    return usable ? cached->result : nullptr;
}

Result<std::shared_ptr<const Weights>> ModelRunner::State::weightsFor(const ModuleJob& job, const WeightsKey& key,
                                                                      const std::vector<WeightSpec>& specs) {
    for (const auto& cached : cache) {
        if (cached.info == job.info && cached.key == key && sameTensors(cached.specs, specs)) {
            return cached.weights;
        }
    }
    auto weights = makeWeights(job, specs);
    if (!weights) {
        return weights.error();
    }
    return std::make_shared<const Weights>(*std::move(weights));
}

Result<CachedModule*> ModelRunner::State::instance(const ModuleJob& job, std::size_t capacity) {
    if (auto* cached = find(job)) {
        return cached;
    }
    if (auto* cached = otherwiseTreated(job, capacity)) {
        return cached;
    }
    CachedModule fresh;
    fresh.intervention = job.intervention;
    fresh.info = job.info;
    fresh.params = job.params;
    fresh.shape = shape(*job.info, job.params);
    fresh.key = weightsKey(job);
    if (job.info->check != nullptr) {  // before the specs, whose shapes mean something only then
        if (auto checked = job.info->check(fresh.shape, job.params); !checked) {
            return checked.error();
        }
    }
    fresh.specs = weightSpecs(*job.info, fresh.shape, job.params);
    auto weights = weightsFor(job, fresh.key, fresh.specs);
    if (!weights) {
        return weights.error();
    }
    fresh.weights = *std::move(weights);
    fresh.source = sourceOf(*job.info, job.params, fresh.weights->provenance);
    auto module = createModule(*job.info, fresh.shape, job.params, *fresh.weights);
    if (!module) {
        return module.error();
    }
    fresh.module = *std::move(module);
    keep(std::move(fresh), capacity);
    return &cache.front();
}

std::shared_ptr<const JobResult> ModelRunner::State::runJob(const ModuleJob& job, const std::stop_token& stop,
                                                            std::size_t capacity) {
    auto result = std::make_shared<JobResult>();
    result->intervention = job.intervention;
    result->steps = job.recordSteps ? Steps::recording() : Steps();
    CachedModule* cached = nullptr;
    std::optional<ModuleInputs> inputs;
    result->output = guarded(job.info->title, [&]() -> Result<AttentionOutput> {
        if (auto enough = checkClip(*job.info, clip); !enough) {
            return enough.error();
        }
        auto made = instance(job, capacity);
        if (!made) {
            return made.error();
        }
        cached = *made;
        result->source = cached->source;
        const auto start = Clock::now();
        inputs.emplace(*job.info, job.params, inputFrames(*job.info), job.intervention);
        result->resampled = inputs->resampled();
        auto output = runModule(*job.info, *cached->module, inputs->input(cached->state, stop), result->steps);
        result->milliseconds = millisecondsSince(start);
        return output;
    });
    if (cached == nullptr) {
        result->source = sourceOf(*job.info, job.params, expectedProvenance(job));
    }
    if (result->output && job.predict && bundle) {
        auto said = guarded(bundle->name, [&] { return predict(job, inputs->tap(), *result->output, stop); });
        if (said) {
            result->prediction = *std::move(said);
        } else if (said.error().code != ErrorCode::Cancelled) {  // a stopped one is asked for again
            result->predictionError = said.error();
        }
    }
    if (result->output) {
        cached->result = result;
    } else if (cached != nullptr && result->output.error().code != ErrorCode::Cancelled) {
        // A run which failed half-way may have left its mark on the instance.
        cache.remove_if([module = cached->module](const CachedModule& entry) { return entry.module == module; });
    }
    return result;
}

ModelResult ModelRunner::State::knownResult(const ModelJobs& asked) {
    ModelResult current = unfinishedResult(asked);
    current.features = features;
    current.prediction = prediction;
    for (std::size_t k = 0; k < asked.jobs.size(); ++k) {
        if (asked.jobs[k].info->needs.clip) {
            current.clip = clip.snapshot();
        }
        current.jobs[k].result = cachedResult(asked.jobs[k]);
    }
    return current;
}

Result<Tail*> ModelRunner::State::usableTail() {
    if (!tail) {
        auto made = Tail::create(bundle);
        if (!made) {
            return made.error();
        }
        tail = *std::move(made);
    }
    return tail.get();
}

// A network whose tail cannot be run says so in the result of every module which is asked to predict.
void ModelRunner::State::predictPlainly(const std::stop_token& stop) {
    if (prediction) {
        return;
    }
    auto said = guarded(bundle->name, [&]() -> Result<std::shared_ptr<const Prediction>> {
        auto usable = usableTail();
        return usable ? (*usable)->run(features->map, stop) : Result<std::shared_ptr<const Prediction>>(usable.error());
    });
    prediction = said ? *said : nullptr;
}

Result<std::shared_ptr<const Prediction>> ModelRunner::State::predict(const ModuleJob& job, const FeatureMap& tap,
                                                                      const AttentionOutput& output,
                                                                      const std::stop_token& stop) {
    auto usable = usableTail();
    if (!usable) {
        return usable.error();
    }
    const auto known = bundle->modules.find(job.info->id);
    const TailInput how = known == bundle->modules.end() ? TailInput::Replace : known->second.tailInput;
    return (*usable)->run(tap, output.frames.back(), how, stop);
}

ModelRunner::ModelRunner() : m_state(std::make_unique<State>()) {}
ModelRunner::~ModelRunner() = default;

void ModelRunner::setClipFrames(int frames) { m_state->setClipFrames(frames); }

bool ModelRunner::hasFeatures(const ModelSpec& model, const Frame& frame) const {
    const State& s = *m_state;
    return s.hasBackbone(model) && s.features && s.backboneKey == s.backbone->key() && sameFrame(s.frame, frame);
}

Result<void> ModelRunner::prepare(const ModelSpec& model, const Frame& frame, const std::stop_token& stop) {
    return m_state->prepareFeatures(model, frame, stop);
}

ModelResult ModelRunner::knownResult(const ModelJobs& jobs) { return m_state->knownResult(jobs); }

std::shared_ptr<const Prediction> ModelRunner::predictPlainly(const std::stop_token& stop) {
    if (m_state->bundle) {
        m_state->predictPlainly(stop);
    }
    return m_state->prediction;
}

std::shared_ptr<const JobResult> ModelRunner::run(const ModuleJob& job, std::size_t jobCount, const std::stop_token& stop) {
    const auto known = m_state->cachedResult(job);  // the same job may stand twice in one pass
    return known ? known : m_state->runJob(job, stop, jobCount + kIdleModules);
}

std::uint64_t ModelRunner::backboneRuns() const noexcept { return m_state->backboneRuns; }

ModelResult unfinishedResult(const ModelJobs& jobs) {
    ModelResult result{.model = jobs.model};
    for (const ModuleJob& job : jobs.jobs) {
        result.jobs.push_back({.id = jobId(job, modelId(jobs.model)), .shown = job.shown, .result = nullptr});
    }
    return result;
}

std::shared_ptr<const JobResult> failedJob(const ModuleJob& job, const Error& error) {
    auto result = std::make_shared<JobResult>();
    result->source = sourceOf(*job.info, job.params, expectedProvenance(job));
    result->intervention = job.intervention;
    result->output = error;
    return result;
}

}  // namespace fovea
