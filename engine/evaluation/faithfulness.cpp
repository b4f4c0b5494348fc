#include "engine/evaluation/faithfulness.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <limits>
#include <new>
#include <numeric>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <random>
#include <utility>

#include "engine/thrown.h"

namespace fovea {
namespace {

constexpr int kMostSteps = 200;
constexpr int kRandomOrders = 3;
constexpr double kBlurShare = 1.0 / 12.0;
constexpr int kBlurSide = 256;  ///< the blur is computed at this size; a strongly blurred picture has no finer detail

using Order = std::vector<int>;

Error cancelled() { return makeError(ErrorCode::Cancelled, FOVEA_TEXT("engine", "The computation was stopped.")); }

Frame withPixels(const Frame& frame, cv::Mat pixels) {
    Frame other = frame;
    other.pixels = std::make_shared<const cv::Mat>(std::move(pixels));
    return other;
}

/// The first pixel of each of `cells` cells along one side, and `pixels` at the end: the nearest cell owns a pixel.
std::vector<int> cellEdges(int cells, int pixels, const std::function<int(double)>& cellOf) {
    std::vector<int> edges(static_cast<std::size_t>(cells) + 1, 0);
    for (int p = 0; p < pixels; ++p) {
        ++edges[static_cast<std::size_t>(cellOf(p + 0.5)) + 1];
    }
    std::partial_sum(edges.begin(), edges.end(), edges.begin());
    return edges;
}

/// The pixels which belong to each cell; empty for cells beside the picture.
std::vector<cv::Rect> cellAreas(const ScalarField& field, const Frame& frame) {
    const auto x = cellEdges(field.width, frame.width, [&](double p) { return cellAt(field, p, 0.0).j; });
    const auto y = cellEdges(field.height, frame.height, [&](double p) { return cellAt(field, 0.0, p).i; });
    std::vector<cv::Rect> areas;
    for (std::size_t i = 0; i + 1 < y.size(); ++i) {
        for (std::size_t j = 0; j + 1 < x.size(); ++j) {
            areas.emplace_back(x[j], y[i], x[j + 1] - x[j], y[i + 1] - y[i]);
        }
    }
    return areas;
}

Order randomOrder(std::size_t cells, std::uint64_t seed) {
    Order order(cells);
    std::iota(order.begin(), order.end(), 0);
    std::mt19937_64 random(seed);
    for (std::size_t n = cells; n > 1; --n) {  // std::shuffle gives other orders in other libraries
        std::swap(order[n - 1], order[random() % n]);
    }
    return order;
}

/// As a centred Gaussian which is as wide and as high as the picture falls.
Order centreOrder(const ScalarField& field, const Frame& frame) {
    std::vector<double> distances;
    for (int i = 0; i < field.height; ++i) {
        for (int j = 0; j < field.width; ++j) {
            const CellGeometry& g = field.geometry;
            const double x = (g.originX + (j + 0.5) * g.stepX) / frame.width - 0.5;
            const double y = (g.originY + (i + 0.5) * g.stepY) / frame.height - 0.5;
            distances.push_back(x * x + y * y);
        }
    }
    Order order(distances.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
        return distances[static_cast<std::size_t>(a)] < distances[static_cast<std::size_t>(b)];
    });
    return order;
}

double areaUnder(const FaithfulnessCurve& curve) {
    double area = 0.0;
    for (std::size_t k = 1; k < curve.shares.size(); ++k) {
        area += (curve.shares[k] - curve.shares[k - 1]) * 0.5 * (curve.probabilities[k] + curve.probabilities[k - 1]);
    }
    return area;
}

FaithfulnessCurve meanOf(const std::vector<FaithfulnessCurve>& curves) {
    FaithfulnessCurve mean = curves.front();
    const auto add = [](std::vector<double>& to, const std::vector<double>& from) {
        std::transform(to.begin(), to.end(), from.begin(), to.begin(), std::plus<>());
    };
    for (std::size_t k = 1; k < curves.size(); ++k) {
        add(mean.shares, curves[k].shares);
        add(mean.probabilities, curves[k].probabilities);
    }
    for (auto* values : {&mean.shares, &mean.probabilities}) {
        for (double& value : *values) {
            value /= static_cast<double>(curves.size());
        }
    }
    mean.area = areaUnder(mean);
    return mean;
}

/// Heads which have a matrix each; 0 for a module with a single one.
int mutableHeads(const AttentionOutput& output) {
    int heads = 1;
    for (const auto& map : output.maps) {
        heads = std::max(heads, headCount(map));
    }
    return heads > 1 ? heads : 0;
}

/// A curve's two ends: which picture it begins with and which it becomes.
struct Ends {
    const Frame& from;
    double fromProbability;
    const Frame& to;
    double toProbability;
};

/// One measurement. What it needs of the network it runs on a pipeline of its own.
class Measurement final {
public:
    Measurement(const FaithfulnessRequest& request, const std::stop_token& stop, const std::function<void(int, int)>& progress)
        : m_request(request), m_job(request.job), m_stop(stop), m_progress(progress) {
        m_job.predict = true;
        m_job.recordSteps = false;
    }

    Result<FaithfulnessResult> run() {
        const auto frame = pass(m_request.frame, m_job);
        if (!frame) {
            return frame.error();
        }
        const JobResult& module = resultOf(**frame);
        const auto& features = (*frame)->models.front().features;
        FieldSpec spec = m_request.field;
        spec.job = jobId(m_job, modelId(m_request.model));
        auto field = m_request.curves ? makeField(**frame, spec) : Result<ScalarField>(ScalarField{});
        if (!field) {
            return field.error();
        }
        begin(module, *field);
        const int heads = m_request.heads ? mutableHeads(*module.output) : 0;
        const int channels = m_request.channels ? features->map.channels() : 0;
        m_total = 1 + channels + heads + (m_request.curves ? 1 + 2 * (2 + kRandomOrders) * (m_request.steps - 1) : 0);
        advance();
        if (auto ranked = rank(*features, channels, heads); !ranked) {
            return ranked.error();
        }
        if (m_request.curves) {
            if (auto drawn = drawCurves(*field); !drawn) {
                return drawn.error();
            }
        }
        return std::move(m_result);
    }

private:
    void begin(const JobResult& module, const ScalarField& field) {
        const auto& classes = bundleOf(m_request.model)->classes;
        const int guess = topGuesses(*module.prediction, 1).front().index;
        const int last = static_cast<int>(module.prediction->logits.size()) - 1;
        m_result.classIndex = m_request.classIndex < 0 ? guess : std::min(m_request.classIndex, last);
        const auto index = static_cast<std::size_t>(m_result.classIndex);
        m_result.className = index < classes.size() ? classes[index].name : std::string();
        m_result.module = module.source.title;
        m_result.map = field.map;
        m_result.logit = module.prediction->logits[index];
        m_result.probability = probabilityIn(*module.prediction);
    }

    /// The one job of a pass.
    static const JobResult& resultOf(const FrameResult& frame) { return *frame.models.front().jobs.front().result; }

    void advance() {
        ++m_done;
        if (m_progress) {
            m_progress(m_done, m_total);
        }
    }

    [[nodiscard]] double probabilityIn(const Prediction& prediction) const {
        return classProbabilities(prediction)[static_cast<std::size_t>(m_result.classIndex)];
    }

    /// The network with the module on a picture: module and prediction are good.
    Result<std::shared_ptr<const FrameResult>> pass(const Frame& frame, const ModuleJob& job) {
        PipelineRequest request{.epoch = 1, .frame = frame, .models = {{m_request.model, {job}}}};
        request.plainPrediction = false;  // half of the runs of the tail
        auto result = m_pipeline.run(request, m_stop);
        if (!result) {
            return result.error();
        }
        const JobResult& module = resultOf(**result);
        if (!module.output) {
            return module.output.error();
        }
        if (!module.prediction) {
            return module.predictionError.value_or(cancelled());
        }
        return result;
    }

    Result<void> rank(const Features& features, int channels, int heads) {
        const auto& names = features.channelNames;
        for (int k = 0; k < channels + heads; ++k) {
            const bool head = k >= channels;
            const int index = head ? k - channels : k;
            ModuleJob job = m_job;
            auto& factors = head ? job.intervention.heads : job.intervention.channels;
            factors.resize(std::max(factors.size(), static_cast<std::size_t>(index) + 1), 1.0F);
            factors[static_cast<std::size_t>(index)] = 0.0F;
            const auto muted = pass(m_request.frame, job);
            if (!muted) {
                return muted.error();
            }
            const Prediction& said = *resultOf(**muted).prediction;
            m_result.effects.push_back(
                {.head = head,
                 .index = index,
                 .name = !head && static_cast<std::size_t>(index) < names.size() ? names[static_cast<std::size_t>(index)] : "",
                 .logit = said.logits[static_cast<std::size_t>(m_result.classIndex)] - m_result.logit,
                 .probability = probabilityIn(said) - m_result.probability});
            advance();
        }
        std::stable_sort(m_result.effects.begin(), m_result.effects.end(),
                         [](const FaithfulnessEffect& a, const FaithfulnessEffect& b) {
                             return std::abs(a.probability) > std::abs(b.probability);
                         });
        return {};
    }

    Result<void> drawCurves(const ScalarField& field) {
        m_areas = cellAreas(field, m_request.frame);
        const Frame blurred = blurredFrame(m_request.frame);
        const auto nothing = pass(blurred, m_job);
        if (!nothing) {
            return nothing.error();
        }
        advance();
        const double least = probabilityIn(*resultOf(**nothing).prediction);
        const Ends removing{m_request.frame, m_result.probability, blurred, least};
        const Ends showing{blurred, least, m_request.frame, m_result.probability};
        std::vector<Order> random;
        for (std::uint64_t k = 0; k < kRandomOrders; ++k) {
            random.push_back(randomOrder(m_areas.size(), m_request.seed + k));
        }
        const std::vector<std::pair<const char*, std::vector<Order>>> orders{
            {"map", {cellOrder(field)}}, {"random", random}, {"centre", {centreOrder(field, m_request.frame)}}};
        for (const auto& [name, several] : orders) {
            auto removed = meanCurve(several, removing);
            if (!removed) {
                return removed.error();
            }
            auto shown = meanCurve(several, showing);
            if (!shown) {
                return shown.error();
            }
            m_result.orders.push_back({name, *std::move(removed), *std::move(shown)});
        }
        return {};
    }

    Result<FaithfulnessCurve> meanCurve(const std::vector<Order>& orders, const Ends& ends) {
        std::vector<FaithfulnessCurve> curves;
        for (const auto& order : orders) {
            auto curve = curveOf(order, ends);
            if (!curve) {
                return curve;
            }
            curves.push_back(*std::move(curve));
        }
        return meanOf(curves);
    }

    /// The first cells of the order become those of the other picture, step by step. Only pictures which differ are computed.
    Result<FaithfulnessCurve> curveOf(const Order& order, const Ends& ends) {
        const auto pixels = static_cast<std::int64_t>(m_request.frame.width) * m_request.frame.height;
        cv::Mat picture = ends.from.pixels->clone();
        FaithfulnessCurve curve{.shares = {0.0}, .probabilities = {ends.fromProbability}};
        std::int64_t covered = 0;
        auto next = order.begin();
        for (int k = 1; k <= m_request.steps; ++k) {
            const auto before = covered;
            while (covered * m_request.steps < k * pixels) {
                const cv::Rect& area = m_areas[static_cast<std::size_t>(*next++)];
                (*ends.to.pixels)(area).copyTo(picture(area));
                covered += area.area();
            }
            double probability = covered == pixels ? ends.toProbability : curve.probabilities.back();
            if (covered != before && covered != pixels) {
                const auto said = pass(withPixels(m_request.frame, picture.clone()), m_job);
                if (!said) {
                    return said.error();
                }
                probability = probabilityIn(*resultOf(**said).prediction);
            }
            curve.shares.push_back(static_cast<double>(covered) / static_cast<double>(pixels));
            curve.probabilities.push_back(probability);
            if (k < m_request.steps) {
                advance();
            }
        }
        curve.area = areaUnder(curve);
        return curve;
    }

    const FaithfulnessRequest& m_request;
    ModuleJob m_job;
    std::stop_token m_stop;
    const std::function<void(int, int)>& m_progress;
    Pipeline m_pipeline;
    FaithfulnessResult m_result;
    std::vector<cv::Rect> m_areas;  ///< of the field's cells
    int m_done = 0;
    int m_total = 1;
};

Result<void> checked(const FaithfulnessRequest& request) {
    if (!request.frame.valid()) {
        return makeError(ErrorCode::NotFound, FOVEA_TEXT("engine", "There is no picture; open one."));
    }
    if (!predicts(request.model)) {
        return makeError(ErrorCode::Unsupported,
                         FOVEA_TEXT("engine", "Whether a map matters only a trained network can tell; choose one under Model."));
    }
    if (request.job.info == nullptr) {
        return makeError(ErrorCode::NotFound, FOVEA_TEXT("engine", "There is no mechanism to measure; choose one in the list."));
    }
    if (request.job.info->needs.clip) {
        return makeError(ErrorCode::Unsupported,
                         FOVEA_TEXT("engine",
                                    "%1 compares several frames, and this is measured on a single picture; choose another "
                                    "mechanism."),
                         {request.job.info->title});
    }
    if (request.steps < 1 || request.steps > kMostSteps) {
        return makeError(ErrorCode::BadParameter, FOVEA_TEXT("engine", "%1 steps are not possible; choose 1 to %2."),
                         {std::to_string(request.steps), std::to_string(kMostSteps)});
    }
    return {};
}

}  // namespace

Frame blurredFrame(const Frame& frame) {
    const int side = std::max(frame.width, frame.height);
    const double scale = std::min(1.0, static_cast<double>(kBlurSide) / side);
    const auto scaled = [scale](int length) { return std::max(1, static_cast<int>(std::lround(length * scale))); };
    cv::Mat small = *frame.pixels;
    if (scale < 1.0) {
        cv::resize(*frame.pixels, small, {scaled(frame.width), scaled(frame.height)}, 0.0, 0.0, cv::INTER_AREA);
    }
    cv::Mat blurred;
    cv::GaussianBlur(small, blurred, {}, kBlurShare * std::max(small.cols, small.rows), 0.0, cv::BORDER_REPLICATE);
    if (scale < 1.0) {
        cv::resize(blurred, blurred, {frame.width, frame.height}, 0.0, 0.0, cv::INTER_LINEAR);
    }
    return withPixels(frame, std::move(blurred));
}

std::vector<int> cellOrder(const ScalarField& field) {
    std::vector<float> rank = field.values;
    for (float& value : rank) {
        value = std::isnan(value) ? -std::numeric_limits<float>::infinity() : field.diverging ? std::abs(value) : value;
    }
    Order order(rank.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](int a, int b) { return rank[static_cast<std::size_t>(a)] > rank[static_cast<std::size_t>(b)]; });
    return order;
}

Result<FaithfulnessResult> measureFaithfulness(const FaithfulnessRequest& request, const std::stop_token& stop,
                                               const std::function<void(int done, int total)>& progress) {
    try {
        if (auto possible = checked(request); !possible) {
            return possible.error();
        }
        auto result = Measurement(request, stop, progress).run();
        return stop.stop_requested() ? cancelled() : std::move(result);
    } catch (const std::exception& failure) {
        if (outOfMemory(failure)) {
            return makeError(ErrorCode::TooLarge,
                             FOVEA_TEXT("engine", "Measuring needs more memory than there is; choose a smaller picture."));
        }
        return makeError(ErrorCode::BadValue, FOVEA_TEXT("engine", "Measuring failed (%1); choose another picture."),
                         {reasonOf(failure)});
    }
}

}  // namespace fovea
