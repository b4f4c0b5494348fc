#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "engine/kernels/value_summaries.h"
#include "engine/render/field.h"

namespace fovea {
namespace {

constexpr int kHistogramBins = 64;

/// The cells which take part.
std::vector<std::size_t> partakers(const ScalarField& field) {
    std::vector<std::size_t> out;
    for (std::size_t n = 0; n < field.values.size(); ++n) {
        if (!std::isnan(field.values[n])) {
            out.push_back(n);
        }
    }
    return out;
}

/// Takes its own copy, since it sorts.
double halfMassArea(std::vector<double> magnitude, double total, std::size_t cells) {
    std::sort(magnitude.begin(), magnitude.end(), std::greater<>());
    double sum = 0.0;
    std::size_t count = 0;
    while (count < magnitude.size() && sum < total / 2.0) {
        sum += magnitude[count++];
    }
    return static_cast<double>(count) / static_cast<double>(cells);
}

double entropyBits(const std::vector<double>& magnitude, double total) {
    double bits = 0.0;
    for (const double m : magnitude) {
        const double p = m / total;
        bits -= p > 0.0 ? p * std::log2(p) : 0.0;
    }
    return std::max(bits, 0.0);
}

}  // namespace

FieldStatistics fieldStatistics(const ScalarField& field) {
    FieldStatistics out;
    out.histogram.assign(kHistogramBins, 0);
    const auto cells = partakers(field);
    if (cells.empty()) {
        return out;
    }
    out.min = field.min;
    out.max = field.max;
    std::vector<double> magnitude;
    double total = 0.0;
    double sum = 0.0;
    std::size_t peak = cells.front();
    const auto strength = [&](std::size_t n) {
        // Where 0 is the centre, the strongest cell may be the most negative one.
        return field.diverging ? std::abs(field.values[n]) : field.values[n];
    };
    for (const std::size_t n : cells) {
        magnitude.push_back(std::abs(static_cast<double>(field.values[n])));
        total += magnitude.back();
        sum += field.values[n];
        peak = strength(n) > strength(peak) ? n : peak;
    }
    const auto count = static_cast<double>(magnitude.size());
    out.mean = sum / count;
    out.peak = {static_cast<int>(peak) / field.width, static_cast<int>(peak) % field.width};
    out.maxEntropyBits = std::log2(count);
    if (total > 0.0) {
        out.halfMassArea = halfMassArea(magnitude, total, field.values.size());
        out.entropyBits = std::min(entropyBits(magnitude, total), out.maxEntropyBits);
    }
    out.histogram = kernels::histogram(field.values.data(), field.values.size(), {field.min, field.max}, kHistogramBins);
    return out;
}

std::string regionName(const ScalarField& field, const Cell& cell) {
    static const std::array<const char*, 9> kNames = {
        FOVEA_TEXT("engine", "upper left"), FOVEA_TEXT("engine", "top"),    FOVEA_TEXT("engine", "upper right"),
        FOVEA_TEXT("engine", "left"),       FOVEA_TEXT("engine", "centre"), FOVEA_TEXT("engine", "right"),
        FOVEA_TEXT("engine", "lower left"), FOVEA_TEXT("engine", "bottom"), FOVEA_TEXT("engine", "lower right")};
    // By the centre of the cell, so that a single row or column counts as the middle.
    const auto third = [](int index, int n) { return n < 1 ? 1 : std::clamp((2 * index + 1) * 3 / (2 * n), 0, 2); };
    const int region = 3 * third(cell.i, field.height) + third(cell.j, field.width);
    return kNames[static_cast<std::size_t>(region)];
}

}  // namespace fovea
