#include "engine/attention/maps.h"

#include <algorithm>
#include <limits>

#include "engine/kernels/means.h"
#include "engine/kernels/ops.h"

namespace fovea {
namespace {

/// Groups, heads, queries and keys of a Pairwise map, whichever way it is held.
struct PairwiseSize {
    int groups = 0;
    int heads = 0;
    int queries = 0;
    int keys = 0;
};

PairwiseSize pairwiseSize(const AttentionMap& map) {
    const auto* pairwise = asKind<PairwiseMap>(map);
    if (pairwise == nullptr) {
        return {};
    }
    if (pairwise->factors) {
        const PairwiseFactors& f = *pairwise->factors;
        return {f.groups, f.heads, f.queryCount(), f.keyCount()};
    }
    if (pairwise->layout) {
        const PairwiseLayout& l = *pairwise->layout;
        const bool whole = map.data.size() == Tensor::count({l.groups, l.heads, l.queries, l.keys});
        return whole ? PairwiseSize{l.groups, l.heads, l.queries, l.keys} : PairwiseSize{};
    }
    const std::size_t rank = map.data.shape.size();
    if (rank != 3 && rank != 4) {
        return {};
    }
    return {rank == 4 ? map.data.dim(0) : 1, map.data.dim(rank - 3), map.data.dim(rank - 2), map.data.dim(rank - 1)};
}

/// Null where the values are held, as those of all other kinds are.
const PairwiseFactors* factorsOf(const AttentionMap& map) noexcept {
    const auto* pairwise = asKind<PairwiseMap>(map);
    return pairwise != nullptr ? pairwise->factors.get() : nullptr;
}

/// Null where a pairwise map has no layout, and for other kinds.
const PairwiseLayout* layoutOf(const AttentionMap& map) noexcept {
    const auto* pairwise = asKind<PairwiseMap>(map);
    return pairwise != nullptr ? pairwise->layout.get() : nullptr;
}

std::vector<float> storedRow(const Tensor& data, const PairwiseSize& size, int matrixIndex, int position, bool to) {
    const auto rowLength = static_cast<std::size_t>(size.keys);
    const float* matrix =
        data.values.data() + static_cast<std::size_t>(matrixIndex) * static_cast<std::size_t>(size.queries) * rowLength;
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

std::vector<float> oneHead(const AttentionMap& map, const PairwiseSize& size, int group, int head, int position, bool to) {
    if (const PairwiseFactors* factors = factorsOf(map)) {
        return to ? factors->column(head, position, group) : factors->row(head, position, group);
    }
    return storedRow(map.data, size, group * size.heads + head, position, to);
}

std::vector<float> oneHeadOfAll(const AttentionMap& map, const PairwiseSize& size, int head, int position, bool to) {
    if (const PairwiseFactors* factors = factorsOf(map)) {
        return to ? factors->columns(head, position) : factors->rows(head, position);
    }
    std::vector<float> all;
    for (int group = 0; group < size.groups; ++group) {
        const auto one = oneHead(map, size, group, head, position, to);
        all.insert(all.end(), one.begin(), one.end());
    }
    return all;
}

/// The values of one head, or the mean, the maximum or the minimum over all of them.
template <class OfHead>
std::vector<float> overHeads(int head, int heads, OfHead&& ofHead) {
    if (head >= 0) {
        return ofHead(std::min(head, heads - 1));
    }
    if (head == kMaxOverHeads || head == kMinOverHeads) {
        const auto keep = head == kMaxOverHeads ? ops::keepLarger : ops::keepSmaller;
        std::vector<float> end = ofHead(0);
        for (int h = 1; h < heads; ++h) {
            const std::vector<float> values = ofHead(h);
            keep(end.data(), values.data(), end.size());
        }
        return end;
    }
    std::vector<float> mean;
    for (int h = 0; h < heads; ++h) {
        const std::vector<float> values = ofHead(h);
        mean.resize(values.size(), 0.0F);
        ops::addShare(mean.data(), values.data(), mean.size(), heads);
    }
    return mean;
}

/// Puts weights on the picture.
class Picture final {
public:
    explicit Picture(const PairwiseLayout& layout)
        : m_layout(layout), m_values(layout.places.size(), std::numeric_limits<float>::quiet_NaN()) {}

    /// The weight of `query` on `key`, at the cell of one of them.
    void set(int group, int query, int key, float weight, bool atQuery) {
        constexpr float kNothing = 1e-30F;  // what a mask of −100 leaves of a weight, unless logits are as large
        const int cell = atQuery ? m_layout.queryCell(group, query) : m_layout.keyCell(group, query, key);
        if (cell >= 0 && !(m_layout.masked(group, query, key) && weight < kNothing)) {
            m_values[static_cast<std::size_t>(cell)] = weight;
        }
    }
    [[nodiscard]] std::vector<float> values() && { return std::move(m_values); }

private:
    const PairwiseLayout& m_layout;
    std::vector<float> m_values;
};

/// Who looks at a cell along its column and its row: in the column it is the key of its own row, in the row that of its column.
void crissColumn(const AttentionMap& map, const PairwiseLayout& l, int head, int cell, Picture& picture) {
    const int i = cell / l.width;
    const int j = cell % l.width;
    const auto inColumn = pairwiseRow(map, head, i, true);
    for (int n = j; n < l.queries && !inColumn.empty(); n += l.width) {
        picture.set(0, n, i, inColumn[static_cast<std::size_t>(n)], true);
    }
    const auto inRow = pairwiseRow(map, head, l.height + j, true);
    for (int n = i * l.width; n < (i + 1) * l.width && !inRow.empty(); ++n) {
        picture.set(0, n, l.height + j, inRow[static_cast<std::size_t>(n)], true);
    }
}

bool sensible(const PairwiseSize& size) { return size.groups >= 1 && size.heads >= 1 && size.queries >= 1 && size.keys >= 1; }

}  // namespace

AttentionMap channelGateMap(std::vector<float> gate) {
    const auto channels = static_cast<std::int64_t>(gate.size());
    return {.name = "channel",
            .kind = ChannelMap{},
            .role = MapRole::Gate,
            .title = FOVEA_TEXT("engine", "Channel gate"),
            .data = Tensor({channels}, std::move(gate))};
}

AttentionMap spatialMap(const char* name, MapRole role, const char* title, const FeatureMap& values) {
    return {.name = name,
            .kind = SpatialMap{values.height(), values.width()},
            .role = role,
            .title = title,
            .data = ops::toTensor(values, true)};
}

AttentionMap fullMap(const char* name, MapRole role, const char* title, const FeatureMap& values) {
    return {.name = name,
            .kind = FullMap{values.height(), values.width()},
            .role = role,
            .title = title,
            .data = ops::toTensor(values)};
}

AttentionMap branchMap(const char* name, MapRole role, const char* title, Tensor values) {
    return {.name = name, .kind = BranchMap{}, .role = role, .title = title, .data = std::move(values)};
}

AttentionMap temporalMap(MapRole role, const char* title, Tensor values) {
    return {.name = "temporal", .kind = TemporalMap{}, .role = role, .title = title, .data = std::move(values)};
}

AttentionMap regionMap(const char* name, const char* title, Tensor values, bool cellCentres) {
    return {.name = name, .kind = RegionMap{cellCentres}, .role = MapRole::Saliency, .title = title, .data = std::move(values)};
}

AttentionMap selfAttentionMap(int height, int width, std::shared_ptr<const PairwiseFactors> factors, int frames) {
    const PairwiseSide positions{.height = height, .width = width, .frames = frames};
    return {.name = "matrix",
            .kind = PairwiseMap{.queries = positions, .keys = positions, .factors = std::move(factors)},
            .role = MapRole::Distribution,
            .title = FOVEA_TEXT("engine", "Attention matrix")};
}

AttentionMap frameMatricesMap(int frames, int height, int width, std::shared_ptr<const PairwiseFactors> factors) {
    const PairwiseSide positions{.height = height, .width = width};
    return {.name = "spatial_matrix",
            .kind = PairwiseMap{.queries = positions,
                                .keys = positions,
                                .groups = {.frames = frames, .height = 1, .width = 1},
                                .factors = std::move(factors)},
            .role = MapRole::Distribution,
            .title = FOVEA_TEXT("engine", "Attention within each frame")};
}

AttentionMap placeMatricesMap(int frames, int height, int width, std::shared_ptr<const PairwiseFactors> factors) {
    const PairwiseSide alongTime{.height = 1, .width = 1, .frames = frames};
    return {.name = "temporal_matrix",
            .kind = PairwiseMap{.queries = alongTime,
                                .keys = alongTime,
                                .groups = {.frames = 1, .height = height, .width = width},
                                .factors = std::move(factors)},
            .role = MapRole::Distribution,
            .title = FOVEA_TEXT("engine", "Attention along time")};
}

AttentionMap layoutMap(std::string name, std::string title, std::shared_ptr<const PairwiseLayout> layout,
                       std::shared_ptr<const PairwiseFactors> factors) {
    const PairwiseSide positions{.height = layout->height, .width = layout->width};
    return {
        .name = std::move(name),
        .kind = PairwiseMap{.queries = positions, .keys = positions, .factors = std::move(factors), .layout = std::move(layout)},
        .role = MapRole::Distribution,
        .title = std::move(title)};
}

const char* mapKindName(const AttentionMap& map) noexcept {
    return std::visit([](const auto& kind) { return kind.kName; }, map.kind);
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

int headCount(const AttentionMap& map) noexcept { return pairwiseSize(map).heads; }

int groupCount(const AttentionMap& map) noexcept {
    const auto* pairwise = asKind<PairwiseMap>(map);
    if (pairwise == nullptr) {
        return 0;
    }
    const PairwiseGroups& groups = pairwise->groups;
    return pairwise->layout ? pairwise->layout->groups
                            : std::max(groups.frames, 1) * std::max(groups.height, 1) * std::max(groups.width, 1);
}

int queryCount(const AttentionMap& map) noexcept {
    const auto* pairwise = asKind<PairwiseMap>(map);
    return pairwise == nullptr ? 0 : pairwise->layout ? pairwise->layout->queries : pairwise->queries.count();
}

int keyCount(const AttentionMap& map) noexcept {
    const auto* pairwise = asKind<PairwiseMap>(map);
    return pairwise == nullptr ? 0 : pairwise->layout ? pairwise->layout->keys : pairwise->keys.count();
}

bool betweenPositions(const AttentionMap& map) noexcept {
    const auto* pairwise = asKind<PairwiseMap>(map);
    return pairwise != nullptr && pairwise->queries.axis == MapAxis::Positions && pairwise->keys.axis == MapAxis::Positions;
}

bool touchesPositions(const AttentionMap& map) noexcept {
    const auto* pairwise = asKind<PairwiseMap>(map);
    return pairwise != nullptr && (pairwise->queries.axis == MapAxis::Positions || pairwise->keys.axis == MapAxis::Positions);
}

std::vector<float> pairwiseRow(const AttentionMap& map, int head, int position, bool to, int group) {
    const PairwiseSize size = pairwiseSize(map);
    if (!sensible(size)) {
        return {};
    }
    position = std::clamp(position, 0, (to ? size.keys : size.queries) - 1);
    group = std::clamp(group, 0, size.groups - 1);
    return overHeads(head, size.heads, [&](int h) { return oneHead(map, size, group, h, position, to); });
}

std::vector<float> pairwiseRows(const AttentionMap& map, int head, int position, bool to) {
    const PairwiseSize size = pairwiseSize(map);
    if (!sensible(size)) {
        return {};
    }
    position = std::clamp(position, 0, (to ? size.keys : size.queries) - 1);
    return overHeads(head, size.heads, [&](int h) { return oneHeadOfAll(map, size, h, position, to); });
}

std::vector<float> pairwisePicture(const AttentionMap& map, int head, int cell, bool to) {
    const PairwiseLayout* layout = layoutOf(map);
    if (layout == nullptr || layout->places.empty()) {
        return {};
    }
    const PairwiseLayout& l = *layout;
    cell = std::clamp(cell, 0, static_cast<int>(l.places.size()) - 1);
    Picture picture(l);
    if (to && l.crissCross) {
        crissColumn(map, l, head, cell, picture);
        return std::move(picture).values();
    }
    const int group = l.groupOf(cell);
    const int position = l.queryOf(cell);
    const auto weights = pairwiseRow(map, head, position, to, group);
    for (int n = 0; n < static_cast<int>(weights.size()); ++n) {
        picture.set(group, to ? n : position, to ? position : n, weights[static_cast<std::size_t>(n)], to);
    }
    return std::move(picture).values();
}

std::vector<float> receivedAttention(const AttentionMap& map) {
    const PairwiseLayout* layout = layoutOf(map);
    const int queries = layout != nullptr ? static_cast<int>(layout->places.size()) : queryCount(map);
    std::vector<double> sums;
    std::vector<int> counts;
    for (int query = 0; query < queries; ++query) {
        const auto row = layout != nullptr ? pairwisePicture(map, kMeanOverHeads, query, false)
                                           : pairwiseRow(map, kMeanOverHeads, query, false);
        sums.resize(row.size(), 0.0);
        counts.resize(row.size(), 0);
        ops::addNumbers(sums.data(), counts.data(), row.data(), row.size());
    }
    std::vector<float> means(sums.size());
    ops::meansOfNumbers(sums.data(), counts.data(), sums.size(), means.data());
    return means;
}

Shape mapShape(const AttentionMap& map) {
    if (factorsOf(map) == nullptr) {
        return map.data.shape;
    }
    if (const PairwiseLayout* layout = layoutOf(map)) {
        return layout->shape;
    }
    const PairwiseSize size = pairwiseSize(map);
    const bool grouped = std::get<PairwiseMap>(map.kind).groups.frames > 0;
    return grouped ? Shape{size.groups, size.heads, size.queries, size.keys} : Shape{size.heads, size.queries, size.keys};
}

std::optional<std::pair<float, float>> mapEnds(const AttentionMap& map) {
    if (const PairwiseFactors* factors = factorsOf(map)) {
        return sensible(pairwiseSize(map)) ? std::optional(factors->ends()) : std::nullopt;
    }
    if (map.data.empty()) {
        return std::nullopt;
    }
    const auto [low, high] = std::minmax_element(map.data.values.begin(), map.data.values.end());
    return std::pair(*low, *high);
}

Result<Tensor> denseTensor(const AttentionMap& map, std::size_t maxBytes) {
    const PairwiseSize size = pairwiseSize(map);
    const PairwiseFactors* factors = factorsOf(map);
    // Extents below 2^31 and 2^29 would overflow only beyond any memory; the division keeps the comparison exact.
    const std::size_t perMatrix = static_cast<std::size_t>(size.queries) * static_cast<std::size_t>(size.keys);
    const std::size_t matrices = static_cast<std::size_t>(size.groups) * static_cast<std::size_t>(size.heads);
    const std::size_t limit = maxBytes / sizeof(float);
    const bool tooLarge = factors != nullptr ? perMatrix > 0 && matrices > limit / perMatrix : map.data.size() > limit;
    if (tooLarge) {
        return makeError(ErrorCode::TooLarge,
                         FOVEA_TEXT("engine", "The map “%1” has %2 values, more than %3 MB; choose a larger stride."),
                         {map.name, shapeText(mapShape(map)), std::to_string(maxBytes >> 20)});
    }
    if (factors == nullptr) {
        return map.data;
    }
    Tensor dense = factors->dense();
    dense.shape = mapShape(map);
    return dense;
}

std::vector<float> branchWeights(const AttentionMap& map, int channels) {
    const Shape& shape = map.data.shape;
    if (asKind<BranchMap>(map) == nullptr || shape.empty() || shape.size() > 2) {
        return {};
    }
    if (shape.size() == 1) {
        return map.data.values;
    }
    const bool branchesFirst = shape[1] == channels;
    const auto meansOf = branchesFirst ? ops::meansOfRows : ops::meansOfColumns;
    const int rows = map.data.dim(0);
    const int columns = map.data.dim(1);
    std::vector<float> means(static_cast<std::size_t>(branchesFirst ? rows : columns));
    meansOf(map.data.values.data(), rows, columns, means.data());
    return means;
}

}  // namespace fovea
