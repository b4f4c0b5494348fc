#include "engine/pipeline/intervention.h"

#include <algorithm>
#include <cstddef>

#include "engine/kernels/ops.h"

namespace fovea {
namespace {

bool allOne(const std::vector<float>& factors, std::size_t count) {
    return std::all_of(factors.begin(), factors.begin() + static_cast<std::ptrdiff_t>(std::min(count, factors.size())),
                       [](float f) { return f == 1.0F; });
}

}  // namespace

bool Intervention::empty() const noexcept { return allOne(channels, channels.size()) && allOne(heads, heads.size()); }

float Intervention::channel(int index) const noexcept { return factorAt(channels, index); }

float Intervention::head(int index) const noexcept { return factorAt(heads, index); }

float factorAt(const std::vector<float>& factors, int index) noexcept {
    return index >= 0 && static_cast<std::size_t>(index) < factors.size() ? factors[static_cast<std::size_t>(index)] : 1.0F;
}

std::optional<FeatureMap> intervened(const FeatureMap& features, const Intervention& intervention) {
    if (allOne(intervention.channels, static_cast<std::size_t>(features.channels()))) {
        return std::nullopt;
    }
    ops::Vector factors;
    for (int c = 0; c < features.channels(); ++c) {
        factors.push_back(intervention.channel(c));
    }
    FeatureMap scaled = ops::scaleChannels(features, factors);
    for (int c = 0; c < scaled.channels(); ++c) {
        if (intervention.channel(c) == 0.0F) {  // not −0
            std::fill_n(scaled.row(c), scaled.cells(), 0.0F);
        }
    }
    return scaled;
}

}  // namespace fovea
