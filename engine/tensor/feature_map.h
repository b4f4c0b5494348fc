#pragma once

#include <cstddef>

#include "engine/api.h"

namespace fovea {

/// True when every value is finite.
FOVEA_API bool allFinite(const float* values, std::size_t count) noexcept;

/// C×H×W float32 features in one 64-byte-aligned buffer of C rows and H·W columns, row-major, deep-copied on copy.
/// Memory is obtained and released inside the library only, so every level of the kernels can be mixed with any program.
class FOVEA_API FeatureMap {
public:
    FeatureMap() noexcept = default;
    /// A zero-filled map. Each size must be at least 1 and the product must fit in memory; else std::bad_alloc.
    FeatureMap(int channels, int height, int width);
    FeatureMap(const FeatureMap& other);
    FeatureMap(FeatureMap&& other) noexcept;
    FeatureMap& operator=(const FeatureMap& other);
    FeatureMap& operator=(FeatureMap&& other) noexcept;
    ~FeatureMap();

    [[nodiscard]] int channels() const noexcept { return m_channels; }
    [[nodiscard]] int height() const noexcept { return m_height; }
    [[nodiscard]] int width() const noexcept { return m_width; }
    /// H·W, the number of positions.
    [[nodiscard]] int cells() const noexcept { return m_height * m_width; }
    /// C·H·W.
    [[nodiscard]] std::size_t size() const noexcept {
        return static_cast<std::size_t>(m_channels) * static_cast<std::size_t>(cells());
    }
    [[nodiscard]] bool empty() const noexcept { return m_data == nullptr; }
    /// Reads the same values, in the same order, as a map of other sizes with the same product.
    void reshape(int channels, int height, int width) noexcept;

    [[nodiscard]] float* data() noexcept { return m_data; }
    [[nodiscard]] const float* data() const noexcept { return m_data; }
    /// First of the H·W values of one channel.
    [[nodiscard]] float* row(int channel) noexcept { return m_data + offset(channel); }
    [[nodiscard]] const float* row(int channel) const noexcept { return m_data + offset(channel); }
    [[nodiscard]] float at(int channel, int i, int j) const noexcept { return row(channel)[i * m_width + j]; }
    [[nodiscard]] float& at(int channel, int i, int j) noexcept { return row(channel)[i * m_width + j]; }

    /// True when every value is finite.
    [[nodiscard]] bool allFinite() const noexcept;

private:
    [[nodiscard]] std::size_t offset(int channel) const noexcept {
        return static_cast<std::size_t>(channel) * static_cast<std::size_t>(cells());
    }

    float* m_data = nullptr;
    int m_channels = 0;
    int m_height = 0;
    int m_width = 0;
};

}  // namespace fovea
