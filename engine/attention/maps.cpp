#include "engine/attention/maps.h"

#include <Eigen/Core>

#include <algorithm>
#include <limits>

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
    if (map.kind != MapKind::Pairwise) {
        return {};
    }
    if (map.factors) {
        return {map.factors->groups, map.factors->heads, map.factors->queryCount(), map.factors->keyCount()};
    }
    if (map.layout) {
        const PairwiseLayout& l = *map.layout;
        const bool whole = map.data.size() == Tensor::count({l.groups, l.heads, l.queries, l.keys});
        return whole ? PairwiseSize{l.groups, l.heads, l.queries, l.keys} : PairwiseSize{};
    }
    const std::size_t rank = map.data.shape.size();
    if (rank != 3 && rank != 4) {
        return {};
    }
    return {rank == 4 ? map.data.dim(0) : 1, map.data.dim(rank - 3), map.data.dim(rank - 2), map.data.dim(rank - 1)};
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
    if (map.factors) {
        return to ? map.factors->column(head, position, group) : map.factors->row(head, position, group);
    }
    return storedRow(map.data, size, group * size.heads + head, position, to);
}

std::vector<float> oneHeadOfAll(const AttentionMap& map, const PairwiseSize& size, int head, int position, bool to) {
    if (map.factors) {
        return to ? map.factors->columns(head, position) : map.factors->rows(head, position);
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
        const auto pick = [head](float a, float b) { return head == kMaxOverHeads ? std::max(a, b) : std::min(a, b); };
        std::vector<float> end = ofHead(0);
        for (int h = 1; h < heads; ++h) {
            const std::vector<float> values = ofHead(h);
            std::transform(end.begin(), end.end(), values.begin(), end.begin(), pick);
        }
        return end;
    }
    std::vector<float> mean;
    for (int h = 0; h < heads; ++h) {
        const std::vector<float> values = ofHead(h);
        mean.resize(values.size(), 0.0F);
        for (std::size_t k = 0; k < mean.size(); ++k) {
            mean[k] += values[k] / static_cast<float>(heads);
        }
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
void crissColumn(const AttentionMap& map, int head, int cell, Picture& picture) {
    const PairwiseLayout& l = *map.layout;
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
            .kind = MapKind::Channel,
            .role = MapRole::Gate,
            .title = FOVEA_TEXT("engine", "Channel gate"),
            .data = Tensor({channels}, std::move(gate))};
}

AttentionMap spatialMap(const char* name, MapRole role, const char* title, const FeatureMap& values) {
    return {.name = name,
            .kind = MapKind::Spatial,
            .role = role,
            .title = title,
            .data = ops::toTensor(values, true),
            .gridHeight = values.height(),
            .gridWidth = values.width()};
}

AttentionMap fullMap(const char* name, MapRole role, const char* title, const FeatureMap& values) {
    return {.name = name,
            .kind = MapKind::Full,
            .role = role,
            .title = title,
            .data = ops::toTensor(values),
            .gridHeight = values.height(),
            .gridWidth = values.width()};
}

AttentionMap regionMap(const char* name, const char* title, Tensor values) {
    return {.name = name, .kind = MapKind::Region, .role = MapRole::Saliency, .title = title, .data = std::move(values)};
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

AttentionMap frameMatricesMap(int frames, int height, int width, std::shared_ptr<const PairwiseFactors> factors) {
    AttentionMap map = selfAttentionMap(height, width, std::move(factors));
    map.name = "spatial_matrix";
    map.title = FOVEA_TEXT("engine", "Attention within each frame");
    map.groupFrames = frames;
    map.groupHeight = map.groupWidth = 1;
    return map;
}

AttentionMap placeMatricesMap(int frames, int height, int width, std::shared_ptr<const PairwiseFactors> factors) {
    AttentionMap map = selfAttentionMap(1, 1, std::move(factors));
    map.name = "temporal_matrix";
    map.title = FOVEA_TEXT("engine", "Attention along time");
    map.gridFrames = map.keyFrames = frames;
    map.groupFrames = 1;
    map.groupHeight = height;
    map.groupWidth = width;
    return map;
}

AttentionMap layoutMap(std::string name, std::string title, std::shared_ptr<const PairwiseLayout> layout,
                       std::shared_ptr<const PairwiseFactors> factors) {
    AttentionMap map = selfAttentionMap(layout->height, layout->width, std::move(factors));
    map.name = std::move(name);
    map.title = std::move(title);
    map.layout = std::move(layout);
    return map;
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
    return pairwiseSize(map).heads;
}

int groupCount(const AttentionMap& map) noexcept {
    if (map.kind != MapKind::Pairwise) {
        return 0;
    }
    if (map.layout) {
        return map.layout->groups;
    }
    return std::max(map.groupFrames, 1) * std::max(map.groupHeight, 1) * std::max(map.groupWidth, 1);
}

int queryCount(const AttentionMap& map) noexcept {
    return map.layout ? map.layout->queries : map.gridFrames * map.gridHeight * map.gridWidth;
}

int keyCount(const AttentionMap& map) noexcept {
    return map.layout ? map.layout->keys : map.keyFrames * map.keyHeight * map.keyWidth;
}

bool betweenPositions(const AttentionMap& map) noexcept {
    return map.kind == MapKind::Pairwise && map.queryAxis == MapAxis::Positions && map.keyAxis == MapAxis::Positions;
}

bool touchesPositions(const AttentionMap& map) noexcept {
    return map.kind == MapKind::Pairwise && (map.queryAxis == MapAxis::Positions || map.keyAxis == MapAxis::Positions);
}

bool overClip(const AttentionMap& map) noexcept {
    return map.kind == MapKind::Temporal ||
           (map.kind == MapKind::Pairwise && std::max({map.gridFrames, map.keyFrames, map.groupFrames}) > 1);
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
    if (!map.layout || map.layout->places.empty()) {
        return {};
    }
    const PairwiseLayout& l = *map.layout;
    cell = std::clamp(cell, 0, static_cast<int>(l.places.size()) - 1);
    Picture picture(l);
    if (to && l.crissCross) {
        crissColumn(map, head, cell, picture);
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

Shape mapShape(const AttentionMap& map) {
    if (map.kind != MapKind::Pairwise || map.factors == nullptr) {
        return map.data.shape;
    }
    if (map.layout) {
        return map.layout->shape;
    }
    const PairwiseSize size = pairwiseSize(map);
    return map.groupFrames > 0 ? Shape{size.groups, size.heads, size.queries, size.keys}
                               : Shape{size.heads, size.queries, size.keys};
}

std::optional<std::pair<float, float>> mapEnds(const AttentionMap& map) {
    if (map.kind == MapKind::Pairwise && map.factors != nullptr) {
        return sensible(pairwiseSize(map)) ? std::optional(map.factors->ends()) : std::nullopt;
    }
    if (map.data.empty()) {
        return std::nullopt;
    }
    const auto [low, high] = std::minmax_element(map.data.values.begin(), map.data.values.end());
    return std::pair(*low, *high);
}

Result<Tensor> denseTensor(const AttentionMap& map, std::size_t maxBytes) {
    const PairwiseSize size = pairwiseSize(map);
    const bool factored = map.kind == MapKind::Pairwise && map.factors != nullptr;
    // Extents below 2^31 and 2^29 would overflow only beyond any memory; the division keeps the comparison exact.
    const std::size_t perMatrix = static_cast<std::size_t>(size.queries) * static_cast<std::size_t>(size.keys);
    const std::size_t matrices = static_cast<std::size_t>(size.groups) * static_cast<std::size_t>(size.heads);
    const std::size_t limit = maxBytes / sizeof(float);
    const bool tooLarge = factored ? perMatrix > 0 && matrices > limit / perMatrix : map.data.size() > limit;
    if (tooLarge) {
        return makeError(ErrorCode::TooLarge,
                         FOVEA_TEXT("engine", "The map “%1” has %2 values, more than %3 MB; choose a larger stride."),
                         {map.name, shapeText(mapShape(map)), std::to_string(maxBytes >> 20)});
    }
    if (!factored) {
        return map.data;
    }
    Tensor dense = map.factors->dense();
    dense.shape = mapShape(map);
    return dense;
}

std::vector<float> branchWeights(const AttentionMap& map, int channels) {
    const Shape& shape = map.data.shape;
    if (map.kind != MapKind::Branch || shape.empty() || shape.size() > 2) {
        return {};
    }
    if (shape.size() == 1) {
        return map.data.values;
    }
    const bool branchesFirst = shape[1] == channels;
    const auto rows = static_cast<Eigen::Index>(shape[0]);
    const auto columns = static_cast<Eigen::Index>(shape[1]);
    using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    const Eigen::Map<const Matrix> data(map.data.values.data(), rows, columns);
    std::vector<float> means(static_cast<std::size_t>(branchesFirst ? rows : columns));
    Eigen::Map<Eigen::VectorXf> out(means.data(), static_cast<Eigen::Index>(means.size()));
    if (branchesFirst) {
        out = data.rowwise().mean();
    } else {
        out = data.colwise().mean().transpose();
    }
    return means;
}

}  // namespace fovea
