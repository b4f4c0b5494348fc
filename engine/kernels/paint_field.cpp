#include "engine/kernels/paint_field.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace fovea::kernels {
namespace {

constexpr float kLastIndex = 255.0F;
constexpr std::uint32_t kDarkLine = 0xFF141414U;
constexpr std::uint32_t kLightLine = 0xFFF0F0F0U;

/// Table indices of positions on 0..255, saturated.
void saturate(const float* positions, std::size_t count, int* __restrict indices) {
    for (std::size_t k = 0; k < count; ++k) {
        indices[k] = static_cast<int>(std::min(std::max(positions[k], 0.0F), kLastIndex) + 0.5F);
    }
}

/// Blends pixels with the colours at their table indices; `colors` has room for kLanes values for each pixel.
void over(const BlendTable& table, const int* indices, std::size_t pixels, std::uint16_t* __restrict colors, std::uint32_t* out) {
    constexpr std::size_t kLanes = BlendTable::kLanes;
    for (std::size_t k = 0; k < pixels; ++k) {
        std::memcpy(colors + kLanes * k, table.added.data() + kLanes * static_cast<std::size_t>(indices[k]),
                    kLanes * sizeof(std::uint16_t));
    }
    auto* bytes = reinterpret_cast<unsigned char*>(out);
    const std::uint16_t rest = table.rest;
    for (std::size_t k = 0; k < kLanes * pixels; ++k) {
        const auto sum = static_cast<std::uint16_t>(bytes[k] * rest + colors[k]);
        bytes[k] = static_cast<unsigned char>(sum >> 8);
    }
}

double between(double a, double b, float weight) { return weight > 0.0F ? a + static_cast<double>(weight) * (b - a) : a; }

bool differ(int a, int b) { return a != b && a != kNoLevel && b != kNoLevel; }

}  // namespace

void positionsOf(const float* values, std::size_t count, double lo, double scale, double flat, float* out) {
    constexpr double kFar = 1e18;  // keeps the interpolation of saturated values finite
    std::transform(values, values + count, out, [=](float v) {
        const double p = scale > 0.0 ? std::clamp((static_cast<double>(v) - lo) * scale, -kFar, kFar) : flat;
        return std::isnan(v) ? 0.0F : static_cast<float>(p);
    });
}

void placeRow(const CellRows& rows, const CellTaps* columns, std::size_t count, std::vector<float>& memory, float* out) {
    const auto [upper, lower, weight, width] = rows;  // copies, which `memory` cannot overlap
    memory.resize(static_cast<std::size_t>(width));
    for (std::size_t j = 0; j < memory.size(); ++j) {
        memory[j] = upper[j] + weight * (lower[j] - upper[j]);
    }
    const float* cells = memory.data();
    std::transform(columns, columns + count, out, [cells](const CellTaps& column) {
        const float left = cells[column.first];
        return left + column.weight * (cells[column.last] - left);
    });
}

void blendRow(const BlendTable& table, const float* positions, std::size_t count, BlendMemory& memory, std::uint32_t* out) {
    memory.indices.resize(count);
    memory.colors.resize(BlendTable::kLanes * count);
    saturate(positions, count, memory.indices.data());
    over(table, memory.indices.data(), count, memory.colors.data(), out);
}

void dimRow(const Dimming& how, const float* positions, std::size_t count, std::uint32_t* out) {
    constexpr double kOne = 65536.0;
    const auto kept = static_cast<std::uint32_t>(std::lround((1.0 - how.opacity) * kOne));
    for (std::size_t k = 0; k < count; ++k) {
        const double away = (positions[k] - how.center) * how.inverse;
        const double p = std::clamp(how.magnitude ? std::abs(away) : away, 0.0, 1.0);
        const auto let = static_cast<std::uint32_t>(how.opacity * p * kOne + 0.5);
        const std::uint32_t color = out[k];
        const std::uint32_t grey = luma(color);
        std::uint32_t dimmed = 0xFF000000U;
        for (int shift = 0; shift < 24; shift += 8) {
            const std::uint32_t own = color >> shift & 0xFFU;
            const std::uint32_t value = (own * kept + (how.grey ? grey : own) * let + 32768U) >> 16;
            dimmed |= std::min(value, 255U) << shift;
        }
        out[k] = dimmed;
    }
}

void levelsOfRow(const float* positions, std::size_t count, int contours, const float* cells, const CellTaps* columns,
                 int* levels) {
    const float share = static_cast<float>(contours + 1) / kLastIndex;
    for (std::size_t k = 0; k < count; ++k) {
        const float position = std::min(std::max(positions[k], 0.0F), kLastIndex);
        levels[k] = std::min(static_cast<int>(position * share), contours);
    }
    if (cells != nullptr) {
        for (std::size_t k = 0; k < count; ++k) {
            levels[k] = std::isnan(cells[columns[k].first]) ? kNoLevel : levels[k];
        }
    }
}

void lineRow(const int* levels, const int* below, std::size_t count, std::uint32_t* out) {
    for (std::size_t k = 0; k < count; ++k) {
        const bool right = k + 1 < count && differ(levels[k], levels[k + 1]);
        if (right || (below != nullptr && differ(levels[k], below[k]))) {
            out[k] = luma(out[k]) > 127U ? kDarkLine : kLightLine;
        }
    }
}

// The values themselves are compared, in double, so that a value which equals the threshold is drawn.
void uncoverRow(const CellRows& rows, const CellTaps* columns, std::size_t count, const Visible& visible,
                const std::uint32_t* picture, std::vector<double>& memory, std::uint32_t* out) {
    memory.resize(static_cast<std::size_t>(rows.width));
    std::transform(rows.upper, rows.upper + rows.width, rows.lower, memory.begin(),
                   [&rows](float a, float b) { return between(a, b, rows.weight); });
    const double* cells = memory.data();
    for (std::size_t k = 0; k < count; ++k) {
        const CellTaps& column = columns[k];
        const double value = between(cells[column.first], cells[column.last], column.weight);
        const double strength = visible.magnitude ? std::abs(value) : value;
        if (visible.thresholded ? !(strength >= visible.threshold) : std::isnan(value)) {
            out[k] = picture[k];
        }
    }
}

}  // namespace fovea::kernels
