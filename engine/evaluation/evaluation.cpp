#include "engine/evaluation/evaluation.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <mutex>
#include <thread>
#include <utility>

#include "engine/attention/registry.h"
#include "engine/evaluation/boxes.h"
#include "engine/evaluation/position_map.h"
#include "engine/io/read_file.h"
#include "engine/pipeline/pipeline.h"
#include "engine/source/image_source.h"
#include "engine/thrown.h"

namespace fovea {
namespace {

constexpr std::size_t kThreads = 2;
constexpr int kTop = 5;
constexpr std::uint64_t kSeed = 1;
/// Rows before those of the mechanisms: the plain network and the Gaussian.
constexpr std::size_t kBaselines = 2;

/// What one picture says about one row.
struct Sample {
    std::optional<int> rank;  ///< of the picture's class inside its group, from 0
    std::optional<MapScore> score;
};

/// What one picture says about all rows.
struct PictureSamples {
    bool small = false;
    bool off = false;
    std::vector<Sample> trained;
    std::vector<Sample> untrained;
};

/// The class's place among those of its group, and the best of them.
struct Ranking {
    int rank = 0;
    int best = 0;
};

Ranking rankingOf(const Prediction& prediction, const Bundle& bundle, int label) {
    const auto& logits = prediction.logits;
    const auto& group = bundle.classes[static_cast<std::size_t>(label)].group;
    Ranking found{.rank = 0, .best = label};
    for (int k = 0; k < static_cast<int>(logits.size()); ++k) {
        if (k == label || bundle.classes[static_cast<std::size_t>(k)].group != group) {
            continue;
        }
        const float mine = logits[static_cast<std::size_t>(label)];
        const float other = logits[static_cast<std::size_t>(k)];
        found.rank += other > mine || (other == mine && k < label) ? 1 : 0;
        const float best = logits[static_cast<std::size_t>(found.best)];
        found.best = other > best || (other == best && k < found.best) ? k : found.best;
    }
    return found;
}

/// Means over the pictures of one row.
class Totals final {
public:
    void add(const Sample& sample, bool small, bool off) {
        if (sample.rank) {
            m_top1.add(*sample.rank == 0 ? 1.0 : 0.0);
            m_top5.add(*sample.rank < kTop ? 1.0 : 0.0);
        }
        if (!sample.score) {
            return;
        }
        for (const auto& [chosen, subset] : {std::pair{true, &m_all}, std::pair{small, &m_small}, std::pair{off, &m_off}}) {
            if (chosen) {
                subset->point.add(sample.score->point);
                subset->gain.add(sample.score->gain);
            }
        }
    }
    [[nodiscard]] EvaluationShares shares() const {
        return {.top1 = m_top1.value(),
                .top5 = m_top5.value(),
                .map = {.point = m_all.point.value(),
                        .pointSmall = m_small.point.value(),
                        .pointOff = m_off.point.value(),
                        .gain = m_all.gain.value(),
                        .gainSmall = m_small.gain.value(),
                        .gainOff = m_off.gain.value()}};
    }

private:
    struct Mean {
        double sum = 0.0;
        int count = 0;
        void add(double value) {
            sum += value;
            ++count;
        }
        [[nodiscard]] std::optional<double> value() const { return count > 0 ? std::optional(sum / count) : std::nullopt; }
    };
    struct Subset {
        Mean point;
        Mean gain;
    };
    Mean m_top1;
    Mean m_top5;
    Subset m_all;
    Subset m_small;
    Subset m_off;
};

/// The jobs of a mechanism: trained, and random where it has weights.
struct ModulePlan {
    ModuleJob trained;
    std::optional<ModuleJob> random;
};

Result<std::vector<ModulePlan>> planModules(const EvaluationRequest& request) {
    std::vector<std::string> ids = request.modules;
    if (ids.empty()) {
        for (const auto& [id, module] : request.bundle->modules) {
            ids.push_back(id);
        }
    }
    std::vector<ModulePlan> plans;
    for (const auto& id : ids) {
        const auto found = request.bundle->modules.find(id);
        const ModuleInfo* info = findModule(id);
        if (found == request.bundle->modules.end() || info == nullptr) {
            return makeError(ErrorCode::NotFound,
                             FOVEA_TEXT("engine", "The bundle holds no mechanism “%1”; choose one its manifest.json lists."),
                             {id});
        }
        ModulePlan plan{.trained = {.info = info, .params = found->second.params, .seed = kSeed, .predict = true}, .random = {}};
        if (info->weights != nullptr) {
            plan.random = plan.trained;
            plan.random->place = 1;
            plan.trained.weights = std::shared_ptr<const Weights>(request.bundle, &found->second.weights);
        }
        plans.push_back(std::move(plan));
    }
    return plans;
}

/// Every picture, or `limit` of them from the first to the last at equal distances.
std::vector<BoxedPicture> chosenPictures(std::vector<BoxedPicture> all, int limit) {
    const auto wanted = static_cast<std::size_t>(std::max(limit, 0));
    if (wanted == 0 || wanted >= all.size()) {
        return all;
    }
    std::vector<BoxedPicture> chosen;
    for (std::size_t k = 0; k < wanted; ++k) {
        chosen.push_back(all[wanted == 1 ? 0 : k * (all.size() - 1) / (wanted - 1)]);
    }
    return chosen;
}

Error aboutPicture(const BoxedPicture& picture, const Error& error) {
    return makeError(error.code, FOVEA_TEXT("engine", "“%1” (line %2) is left out: %3"),
                     {picture.file, std::to_string(picture.line), error.message()});
}

/// What the threads share.
class Run final {
public:
    Run(const EvaluationRequest& request, std::vector<ModulePlan> plans, std::vector<BoxedPicture> pictures)
        : m_request(request),
          m_plans(std::move(plans)),
          m_pictures(std::move(pictures)),
          m_samples(m_pictures.size()),
          m_problems(m_pictures.size()),
          m_maps(kBaselines + m_plans.size()) {}

    void work(const std::stop_token& stop) {
        Pipeline pipeline;
        for (std::size_t k = m_next++; k < m_pictures.size() && !stop.stop_requested(); k = m_next++) {
            const auto measured = withoutThrowing(m_pictures[k].file, [&]() -> Result<void> {
                measure(pipeline, k, stop);
                return {};
            });
            if (!measured) {
                m_problems[k].push_back(aboutPicture(m_pictures[k], measured.error()));
            }
            const std::lock_guard lock(m_mutex);
            ++m_done;
            if (m_request.progress) {
                m_request.progress(m_done, m_pictures.size());
            }
        }
    }
    [[nodiscard]] Evaluation result();

private:
    void measure(Pipeline& pipeline, std::size_t index, const std::stop_token& stop);
    Sample baseline(const ModelResult& all, const BoxedPicture& picture, const PictureSize& size);
    Sample sampleOf(const FrameResult& all, const JobId& job, std::size_t row, std::size_t index);
    void noteMap(std::size_t row, const std::string& how) {
        const std::lock_guard lock(m_mutex);
        m_maps[row] = how;
    }

    const EvaluationRequest& m_request;
    const std::vector<ModulePlan> m_plans;
    const std::vector<BoxedPicture> m_pictures;
    std::vector<std::optional<PictureSamples>> m_samples;  ///< each written by one thread
    std::vector<std::vector<Error>> m_problems;            ///< likewise
    std::atomic<std::size_t> m_next = 0;
    std::mutex m_mutex;
    std::vector<std::string> m_maps;  ///< how they are made, by row; under the mutex
    std::size_t m_done = 0;           ///< under the mutex
};

Result<Frame> readPicture(const std::string& folder, const BoxedPicture& picture) {
    const auto bytes = readFile((std::filesystem::path(folder) / picture.file).string(), kMaxImageBytes);
    if (!bytes) {
        return bytes.error();
    }
    auto frame = decodeImage(*bytes, picture.file);
    if (frame && !fits(picture.box, {frame->width, frame->height})) {
        return makeError(ErrorCode::BadValue, FOVEA_TEXT("engine", "The box reaches beyond the picture of %1 × %2 pixels."),
                         {std::to_string(frame->width), std::to_string(frame->height)});
    }
    return frame;
}

Sample Run::baseline(const ModelResult& all, const BoxedPicture& picture, const PictureSize& size) {
    Sample sample;
    if (!all.prediction) {
        return sample;
    }
    const Ranking ranking = rankingOf(*all.prediction, *m_request.bundle, picture.label);
    sample.rank = ranking.rank;
    if (all.prediction->explains()) {
        sample.score = scoreMap(activationMap(*all.prediction, ranking.best, *all.features), picture.box, size);
        noteMap(0, "class activation of the best class of the group, positive part");
    }
    return sample;
}

Sample Run::sampleOf(const FrameResult& all, const JobId& job, std::size_t row, std::size_t index) {
    Sample sample;
    const JobResult& module = *all.find(job);
    const BoxedPicture& picture = m_pictures[index];
    const auto fail = [&](const Error& error) {
        m_problems[index].push_back(
            makeError(error.code, FOVEA_TEXT("engine", "%1 on “%2” (line %3): %4"),
                      {module.source.title, picture.file, std::to_string(picture.line), error.message()}));
    };
    auto judged = judgedMap(all, job);
    if (!judged) {
        fail(judged.error());
    } else if (*judged) {
        sample.score = scoreMap((*judged)->map, picture.box, {all.frame.width, all.frame.height});
        noteMap(row, (*judged)->how);
    }
    if (module.prediction) {
        sample.rank = rankingOf(*module.prediction, *m_request.bundle, picture.label).rank;
    } else if (module.predictionError) {
        fail(*module.predictionError);
    }
    return sample;
}

void Run::measure(Pipeline& pipeline, std::size_t index, const std::stop_token& stop) {
    const BoxedPicture& picture = m_pictures[index];
    auto frame = readPicture(m_request.folder, picture);
    if (!frame) {
        m_problems[index].push_back(aboutPicture(picture, frame.error()));
        return;
    }
    const PictureSize size{frame->width, frame->height};
    PipelineRequest request{.epoch = 1, .frame = *std::move(frame)};
    ModelJobs& asked = request.models.emplace_back();
    asked.model = NetworkModel{.bundle = m_request.bundle, .input = {.fit = Fit::Whole, .size = m_request.size}};
    for (const auto& plan : m_plans) {
        asked.jobs.push_back(plan.trained);
    }
    for (const auto& plan : m_plans) {
        asked.jobs.push_back(plan.random.value_or(plan.trained));
    }
    const auto all = pipeline.run(request, stop);
    if (!all) {
        if (all.error().code != ErrorCode::Cancelled) {
            m_problems[index].push_back(aboutPicture(picture, all.error()));
        }
        return;
    }
    PictureSamples samples{.small = isSmall(picture.box, size), .off = isOff(picture.box, size)};
    samples.trained = {baseline((*all)->models.front(), picture, size),
                       {.score = scoreMap(centredGaussian(size), picture.box, size)}};
    samples.untrained.resize(kBaselines);
    for (std::size_t k = 0; k < m_plans.size(); ++k) {
        const auto& jobs = (*all)->models.front().jobs;
        samples.trained.push_back(sampleOf(**all, jobs[k].id, kBaselines + k, index));
        const bool random = m_plans[k].random.has_value();
        samples.untrained.push_back(random ? sampleOf(**all, jobs[m_plans.size() + k].id, kBaselines + k, index) : Sample());
    }
    m_samples[index] = std::move(samples);
}

Evaluation Run::result() {
    Evaluation evaluation;
    std::vector<Totals> trained(m_maps.size());
    std::vector<Totals> untrained(m_maps.size());
    for (const auto& samples : m_samples) {
        if (!samples) {
            continue;
        }
        ++evaluation.pictures;
        evaluation.small += samples->small ? 1 : 0;
        evaluation.off += samples->off ? 1 : 0;
        for (std::size_t row = 0; row < m_maps.size(); ++row) {
            trained[row].add(samples->trained[row], samples->small, samples->off);
            untrained[row].add(samples->untrained[row], samples->small, samples->off);
        }
    }
    for (const auto& problems : m_problems) {
        evaluation.problems.insert(evaluation.problems.end(), problems.begin(), problems.end());
    }
    m_maps[1] = "exp(-2(x^2 + y^2)) with x and y from -1 to 1";
    for (std::size_t row = 0; row < m_maps.size(); ++row) {
        std::string name = row == 0 ? "none" : "centred Gaussian";
        if (row >= kBaselines) {
            name = m_plans[row - kBaselines].trained.info->id;
        }
        evaluation.rows.push_back({std::move(name), m_maps[row], trained[row].shares(), untrained[row].shares()});
    }
    return evaluation;
}

}  // namespace

Result<Evaluation> evaluate(const EvaluationRequest& request, const std::stop_token& stop) {
    auto pictures = readBoxes(request.folder, request.bundle->classes);
    if (!pictures) {
        return pictures.error();
    }
    auto plans = planModules(request);
    if (!plans) {
        return plans.error();
    }
    Run run(request, *std::move(plans), chosenPictures(*std::move(pictures), request.limit));
    {
        std::vector<std::jthread> threads;
        for (std::size_t k = 0; k < kThreads; ++k) {
            threads.emplace_back([&run, &stop] { run.work(stop); });
        }
    }
    if (stop.stop_requested()) {
        return makeError(ErrorCode::Cancelled, FOVEA_TEXT("engine", "The computation was stopped."));
    }
    Evaluation evaluation = run.result();
    if (evaluation.pictures == 0) {
        return evaluation.problems.front();
    }
    return evaluation;
}

}  // namespace fovea
