#include "engine/render/steps.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace fovea {
namespace {

/// Whether the last step holds the very numbers of the output.
bool endsWithOutput(const JobResult& module) {
    const auto& steps = module.steps.all();
    const auto& frames = module.output->frames;
    if (steps.empty() || frames.empty()) {
        return frames.empty();
    }
    const Tensor& last = steps.back().value;
    std::size_t size = 0;
    for (const FeatureMap& frame : frames) {
        size += frame.size();
    }
    if (last.size() != size) {
        return false;
    }
    const float* at = last.values.data();
    for (const FeatureMap& frame : frames) {
        if (std::memcmp(at, frame.data(), frame.size() * sizeof(float)) != 0) {
            return false;
        }
        at += frame.size();
    }
    return true;
}

StepValues valuesOf(const FeatureMap& map) { return {{map.channels(), map.height(), map.width()}, map.data(), map.size()}; }

/// The numbers of all cards in their order.
std::vector<StepValues> allValues(const ModelResult& model, const JobResult& module) {
    std::vector<StepValues> out;
    if (!model.features || model.features->map.empty()) {
        return out;
    }
    out.push_back(valuesOf(model.features->map));
    if (!module.output) {
        return out;
    }
    for (const RecordedStep& step : module.steps.all()) {
        out.push_back({step.value.shape, step.value.values.data(), step.value.size()});
    }
    if (!endsWithOutput(module)) {
        out.push_back(valuesOf(module.output->frames.back()));
    }
    return out;
}

int largeExtents(const Shape& shape) noexcept {
    return static_cast<int>(std::count_if(shape.begin(), shape.end(), [](std::int64_t extent) { return extent > 1; }));
}

}  // namespace

StepPicture stepPicture(const Shape& shape, GridSize grid) noexcept {
    if (largeExtents(shape) <= 1) {
        return StepPicture::Bars;
    }
    if (shape.size() == 3) {
        return shape[0] == 1 ? StepPicture::Map : StepPicture::MeanMap;
    }
    if (shape.size() == 2) {
        return shape[0] == grid.height && shape[1] == grid.width ? StepPicture::Map : StepPicture::Matrix;
    }
    return StepPicture::Histogram;
}

std::vector<StepCard> stepCards(const ModelResult& model, const JobResult& module) {
    const auto values = allValues(model, module);
    std::vector<StepCard> cards;
    if (values.empty()) {
        return cards;
    }
    const GridSize grid{model.features->map.height(), model.features->map.width()};
    const auto& steps = module.steps.all();
    std::vector<std::string> equations;
    for (std::size_t k = 0; k < values.size(); ++k) {
        StepCard card;
        card.shape = values[k].shape;
        card.picture = stepPicture(card.shape, grid);
        if (k == 0) {
            card.name = "x";
        } else if (k <= steps.size()) {
            card.name = steps[k - 1].name;
            card.equation = steps[k - 1].equation;
        } else {
            card.name = FOVEA_TEXT("engine", "output");
        }
        if (k > 0) {
            equations.push_back(card.equation);
        }
        cards.push_back(std::move(card));
    }
    const auto needs = stepDependencies(equations);
    for (std::size_t k = 0; k < cards.size(); ++k) {
        cards[k].needs = needs[k];
    }
    return cards;
}

StepValues stepValues(const ModelResult& model, const JobResult& module, int step) {
    const auto values = allValues(model, module);
    return step >= 0 && step < static_cast<int>(values.size()) ? values[static_cast<std::size_t>(step)] : StepValues{};
}

StepNumbers stepNumbers(const StepValues& values) {
    StepNumbers out;
    out.count = values.count;
    double sum = 0.0;
    bool any = false;
    for (std::size_t k = 0; k < values.count; ++k) {
        const float v = values.data[k];
        if (!std::isfinite(v)) {
            ++out.notFinite;
            continue;
        }
        out.min = any ? std::min(out.min, v) : v;
        out.max = any ? std::max(out.max, v) : v;
        any = true;
        sum += v;
    }
    out.mean = any ? sum / static_cast<double>(values.count - out.notFinite) : 0.0;
    return out;
}

namespace {

float meanMagnitude(const StepValues& values, std::size_t cells, std::size_t cell) {
    double sum = 0.0;
    for (std::size_t at = cell; at < values.count; at += cells) {
        sum += std::abs(values.data[at]);
    }
    return static_cast<float>(sum * static_cast<double>(cells) / static_cast<double>(values.count));
}

/// Which of n equal parts of 0…1 a place lies in.
int part(double place, int n) { return std::clamp(static_cast<int>(std::floor(place * n)), 0, n - 1); }

}  // namespace

std::optional<StepReading> readStep(const StepValues& values, StepPicture picture, double x, double y) {
    if (values.data == nullptr || values.count == 0 || !(x >= 0.0 && x < 1.0 && y >= 0.0 && y < 1.0)) {
        return std::nullopt;
    }
    if (picture == StepPicture::Bars) {
        const int channel = part(x, static_cast<int>(values.count));
        return StepReading{0, channel, values.data[channel]};
    }
    if (picture == StepPicture::Histogram || values.shape.size() < 2) {
        return std::nullopt;
    }
    const auto height = static_cast<int>(values.shape[values.shape.size() - 2]);
    const auto width = static_cast<int>(values.shape.back());
    StepReading out{part(y, height), part(x, width), 0.0F};
    const auto cells = static_cast<std::size_t>(height) * static_cast<std::size_t>(width);
    const auto cell = static_cast<std::size_t>(out.row) * static_cast<std::size_t>(width) + static_cast<std::size_t>(out.column);
    out.value = picture == StepPicture::MeanMap ? meanMagnitude(values, cells, cell) : values.data[cell];
    return out;
}

}  // namespace fovea
