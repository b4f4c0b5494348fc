#include "engine/attention/maps.h"

#include <algorithm>

namespace fovea {
namespace {

/// Heads, queries and keys of a Pairwise map, whichever way it is held.
struct PairwiseSize {
    int heads = 0;
    int queries = 0;
    int keys = 0;
};

PairwiseSize pairwiseSize(const AttentionMap& map) {
    if (map.kind != MapKind::Pairwise) {
        return {};
    }
    if (map.factors) {
        return {map.factors->heads, map.factors->queries.cells(), map.factors->keys.cells()};
    }
    if (map.data.shape.size() != 3) {
        return {};
    }
    return {map.data.dim(0), map.data.dim(1), map.data.dim(2)};
}

std::vector<float> storedRow(const Tensor& data, const PairwiseSize& size, int head, int position, bool to) {
    const auto rowLength = static_cast<std::size_t>(size.keys);
    const float* matrix =
        data.values.data() + static_cast<std::size_t>(head) * static_cast<std::size_t>(size.queries) * rowLength;
    if (!to) {
        const float* first = matrix + static_cast<std::size_t>(position) * rowLength;
        return {first, first + size.keys};
    }
    std::vector<float> column(size.queries);
    for (int n = 0; n < size.queries; ++n) {
        column[n] = matrix[static_cast<std::size_t>(n) * rowLength + static_cast<std::size_t>(position)];
    }
    return column;
}

std::vector<float> oneHead(const AttentionMap& map, const PairwiseSize& size, int head, int position, bool to) {
    if (map.factors) {
        return to ? map.factors->column(head, position) : map.factors->row(head, position);
    }
    return storedRow(map.data, size, head, position, to);
}

}  // namespace

AttentionMap channelGateMap(std::vector<float> gate) {
    const auto channels = static_cast<std::int64_t>(gate.size());
    return {.name = "channel",
            .kind = MapKind::Channel,
            .role = MapRole::Gate,
            .title = FOVEA_TEXT("engine", "Channel gate"),
            .data = Tensor({channels}, std::move(gate))};
}

AttentionMap selfAttentionMap(int height, int width, std::shared_ptr<const PairwiseFactors> factors) {
    return {.name = "matrix",
            .kind = MapKind::Pairwise,
            .role = MapRole::Distribution,
            .title = FOVEA_TEXT("engine", "Attention matrix"),
            .gridHeight = height,
            .gridWidth = width,
            .keyHeight = height,
            .keyWidth = width,
            .factors = std::move(factors)};
}

const char* mapKindName(MapKind kind) noexcept {
    switch (kind) {
        case MapKind::Channel:
            return "channel";
        case MapKind::Spatial:
            return "spatial";
        case MapKind::Full:
            return "full";
        case MapKind::Pairwise:
            return "pairwise";
        case MapKind::Branch:
            return "branch";
        case MapKind::Temporal:
            return "temporal";
        case MapKind::Region:
            return "region";
    }
    return "";
}

const char* mapRoleName(MapRole role) noexcept {
    switch (role) {
        case MapRole::Gate:
            return "gate";
        case MapRole::Distribution:
            return "distribution";
        case MapRole::Additive:
            return "additive";
        case MapRole::Mask:
            return "mask";
        case MapRole::Saliency:
            return "saliency";
    }
    return "";
}

int headCount(const AttentionMap& map) noexcept {
    if (map.kind != MapKind::Pairwise) {
        return 0;
    }
    return map.factors ? map.factors->heads : map.data.shape.empty() ? 0 : static_cast<int>(map.data.shape.front());
}

std::vector<float> pairwiseRow(const AttentionMap& map, int head, int position, bool to) {
    const PairwiseSize size = pairwiseSize(map);
    if (size.heads < 1 || size.queries < 1 || size.keys < 1) {
        return {};
    }
    position = std::clamp(position, 0, (to ? size.keys : size.queries) - 1);
    if (head >= 0) {
        return oneHead(map, size, std::min(head, size.heads - 1), position, to);
    }
    std::vector<float> mean(to ? size.queries : size.keys, 0.0F);
    for (int h = 0; h < size.heads; ++h) {
        const auto values = oneHead(map, size, h, position, to);
        for (std::size_t k = 0; k < mean.size(); ++k) {
            mean[k] += values[k] / static_cast<float>(size.heads);
        }
    }
    return mean;
}

Result<Tensor> denseTensor(const AttentionMap& map, std::size_t maxBytes) {
    const PairwiseSize size = pairwiseSize(map);
    const bool factored = map.kind == MapKind::Pairwise && map.factors != nullptr;
    // Three extents below 2^31 and 2^29 would overflow only beyond any memory; the division keeps the comparison exact.
    const std::size_t perHead = static_cast<std::size_t>(size.queries) * static_cast<std::size_t>(size.keys);
    const std::size_t limit = maxBytes / sizeof(float);
    const bool tooLarge =
        factored ? perHead > 0 && static_cast<std::size_t>(size.heads) > limit / perHead : map.data.size() > limit;
    if (tooLarge) {
        const std::string shape = factored ? shapeText({size.heads, size.queries, size.keys}) : shapeText(map.data.shape);
        return makeError(ErrorCode::TooLarge,
                         FOVEA_TEXT("engine", "The map “%1” has %2 values, more than %3 MB; choose a larger stride."),
                         {map.name, shape, std::to_string(maxBytes >> 20)});
    }
    return factored ? map.factors->dense() : map.data;
}

}  // namespace fovea
