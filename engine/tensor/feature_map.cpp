#include "engine/tensor/feature_map.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <new>
#include <utility>

namespace fovea {
namespace {

constexpr std::size_t kAlignment = 64;

float* allocate(std::size_t count) {
    const std::size_t bytes = (count * sizeof(float) + kAlignment - 1) / kAlignment * kAlignment;
    auto* data = static_cast<float*>(std::aligned_alloc(kAlignment, bytes));
    if (data == nullptr) {
        throw std::bad_alloc();
    }
    return data;
}

}  // namespace

bool allFinite(const float* values, std::size_t count) noexcept {
    // Infinities and what is not a number have all bits of the exponent set. No way out within the loop, so that it becomes
    // vectors.
    constexpr std::uint32_t kExponent = 0x7F800000U;
    std::uint32_t bad = 0;
    for (std::size_t k = 0; k < count; ++k) {
        bad |= (std::bit_cast<std::uint32_t>(values[k]) & kExponent) == kExponent ? 1U : 0U;
    }
    return bad == 0;
}

FeatureMap::FeatureMap(int channels, int height, int width) : m_channels(channels), m_height(height), m_width(width) {
    constexpr long long kMaxValues = 1LL << 32;
    const bool positive = channels >= 1 && height >= 1 && width >= 1;
    if (!positive || 1LL * height * width > kMaxValues / channels || 1LL * height * width > std::numeric_limits<int>::max()) {
        throw std::bad_alloc();
    }
    m_data = allocate(size());
    std::fill_n(m_data, size(), 0.0F);
}

FeatureMap::FeatureMap(const FeatureMap& other) : m_channels(other.m_channels), m_height(other.m_height), m_width(other.m_width) {
    if (!other.empty()) {
        m_data = allocate(size());
        std::copy_n(other.m_data, size(), m_data);
    }
}

FeatureMap::FeatureMap(FeatureMap&& other) noexcept
    : m_data(std::exchange(other.m_data, nullptr)),
      m_channels(std::exchange(other.m_channels, 0)),
      m_height(std::exchange(other.m_height, 0)),
      m_width(std::exchange(other.m_width, 0)) {}

FeatureMap& FeatureMap::operator=(const FeatureMap& other) {
    if (this != &other) {
        *this = FeatureMap(other);
    }
    return *this;
}

FeatureMap& FeatureMap::operator=(FeatureMap&& other) noexcept {
    std::swap(m_data, other.m_data);
    std::swap(m_channels, other.m_channels);
    std::swap(m_height, other.m_height);
    std::swap(m_width, other.m_width);
    return *this;
}

FeatureMap::~FeatureMap() { std::free(m_data); }

void FeatureMap::reshape(int channels, int height, int width) noexcept {
    assert(1LL * channels * height * width == static_cast<long long>(size()));
    m_channels = channels;
    m_height = height;
    m_width = width;
}

bool FeatureMap::allFinite() const noexcept { return fovea::allFinite(m_data, size()); }

}  // namespace fovea
