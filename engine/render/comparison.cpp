#include "engine/render/comparison.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <utility>
#include <vector>

namespace fovea {
namespace {

constexpr double kTopShare = 0.2;

using Values = std::vector<double>;

/// The values of both fields at the cells of the finer one.
struct Common {
    const ScalarField& grid;
    std::vector<float> a;
    std::vector<float> b;
};

/// The values of `field` at the centres of the cells of `grid`.
std::vector<float> readAt(const ScalarField& field, const ScalarField& grid) {
    if (&field == &grid) {
        return field.values;
    }
    std::vector<float> out;
    out.reserve(grid.values.size());
    for (int i = 0; i < grid.height; ++i) {
        for (int j = 0; j < grid.width; ++j) {
            const CellGeometry& g = grid.geometry;
            const Cell cell = cellAt(field, g.originX + (j + 0.5) * g.stepX, g.originY + (i + 0.5) * g.stepY);
            out.push_back(field.values[static_cast<std::size_t>(cell.i) * static_cast<std::size_t>(field.width) +
                                       static_cast<std::size_t>(cell.j)]);
        }
    }
    return out;
}

Common onCommonGrid(const ScalarField& a, const ScalarField& b) {
    const ScalarField& grid = b.values.size() > a.values.size() ? b : a;
    return {grid, readAt(a, grid), readAt(b, grid)};
}

bool constant(const Values& values) {
    return values.empty() || std::all_of(values.begin(), values.end(), [&](double v) { return v == values.front(); });
}

/// NaN when one of them is constant.
double correlation(const Values& a, const Values& b) {
    if (constant(a) || constant(b)) {
        return std::numeric_limits<double>::quiet_NaN();
    }
    const auto count = static_cast<double>(a.size());
    const double meanA = std::accumulate(a.begin(), a.end(), 0.0) / count;
    const double meanB = std::accumulate(b.begin(), b.end(), 0.0) / count;
    double ab = 0.0;
    double aa = 0.0;
    double bb = 0.0;
    for (std::size_t n = 0; n < a.size(); ++n) {
        ab += (a[n] - meanA) * (b[n] - meanB);
        aa += (a[n] - meanA) * (a[n] - meanA);
        bb += (b[n] - meanB) * (b[n] - meanB);
    }
    return std::clamp(ab / (std::sqrt(aa) * std::sqrt(bb)), -1.0, 1.0);
}

std::vector<std::size_t> sortedBy(const Values& values, bool descending) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t x, std::size_t y) { return descending ? values[x] > values[y] : values[x] < values[y]; });
    return order;
}

/// Ranks from 1; equal values share the mean of theirs.
Values ranks(const Values& values) {
    const auto order = sortedBy(values, false);
    Values out(values.size());
    for (std::size_t first = 0; first < order.size();) {
        std::size_t end = first + 1;
        while (end < order.size() && values[order[end]] == values[order[first]]) {
            ++end;
        }
        for (std::size_t k = first; k < end; ++k) {
            out[order[k]] = 0.5 * static_cast<double>(first + 1 + end);
        }
        first = end;
    }
    return out;
}

std::vector<bool> top(const Values& values) {
    const auto count = static_cast<std::size_t>(std::ceil(kTopShare * static_cast<double>(values.size())));
    const auto order = sortedBy(values, true);
    std::vector<bool> chosen(values.size(), false);
    for (std::size_t k = 0; k < count; ++k) {
        chosen[order[k]] = true;
    }
    return chosen;
}

double topOverlap(const Values& a, const Values& b) {
    if (constant(a) || constant(b)) {
        return std::numeric_limits<double>::quiet_NaN();
    }
    const auto topA = top(a);
    const auto topB = top(b);
    int both = 0;
    int either = 0;
    for (std::size_t n = 0; n < a.size(); ++n) {
        both += topA[n] && topB[n] ? 1 : 0;
        either += topA[n] || topB[n] ? 1 : 0;
    }
    return static_cast<double>(both) / either;
}

/// p·log2(p / m), 0 for p = 0.
double bits(double p, double m) { return p > 0.0 ? p * std::log2(p / m) : 0.0; }

double divergence(const Values& a, const Values& b) {
    const double sumA = std::accumulate(a.begin(), a.end(), 0.0);
    const double sumB = std::accumulate(b.begin(), b.end(), 0.0);
    const auto negative = [](double v) { return v < 0.0; };
    if (std::any_of(a.begin(), a.end(), negative) || std::any_of(b.begin(), b.end(), negative) || sumA <= 0.0 || sumB <= 0.0) {
        return std::numeric_limits<double>::quiet_NaN();
    }
    double sum = 0.0;
    for (std::size_t n = 0; n < a.size(); ++n) {
        const double p = a[n] / sumA;
        const double q = b[n] / sumB;
        sum += bits(p, 0.5 * (p + q)) + bits(q, 0.5 * (p + q));
    }
    return std::clamp(0.5 * sum, 0.0, 1.0);
}

/// "A − B", or the name of both when it is the same.
std::string ofBoth(const std::string& a, const std::string& b) { return a == b ? a : a + " − " + b; }

/// Ends, and a range symmetric about 0.
void setRange(ScalarField& field) {
    field.min = std::numeric_limits<float>::max();
    field.max = std::numeric_limits<float>::lowest();
    for (const float v : field.values) {
        if (!std::isnan(v)) {
            field.min = std::min(field.min, v);
            field.max = std::max(field.max, v);
        }
    }
    field.scaleMax = std::max(std::abs(field.min), std::abs(field.max));
    field.scaleMin = -field.scaleMax;
    field.clippedMax = field.scaleMax;
}

}  // namespace

MapComparison compareFields(const ScalarField& a, const ScalarField& b) {
    const Common common = onCommonGrid(a, b);
    Values x;
    Values y;
    for (std::size_t n = 0; n < common.a.size(); ++n) {
        if (!std::isnan(common.a[n]) && !std::isnan(common.b[n])) {
            x.push_back(common.a[n]);
            y.push_back(common.b[n]);
        }
    }
    MapComparison out;
    out.cells = static_cast<int>(x.size());
    out.pearson = correlation(x, y);
    out.spearman = correlation(ranks(x), ranks(y));
    out.iouTop = topOverlap(x, y);
    out.jensenShannon = divergence(x, y);
    return out;
}

Result<ScalarField> differenceField(const ScalarField& a, const ScalarField& b) {
    const Common common = onCommonGrid(a, b);
    ScalarField field;
    field.height = common.grid.height;
    field.width = common.grid.width;
    field.geometry = common.grid.geometry;
    field.values.resize(common.a.size());
    std::transform(common.a.begin(), common.a.end(), common.b.begin(), field.values.begin(), std::minus<>());
    const auto gap = [](float v) { return std::isnan(v); };
    field.gaps = std::any_of(field.values.begin(), field.values.end(), gap);
    if (std::all_of(field.values.begin(), field.values.end(), gap)) {
        return makeError(ErrorCode::BadShape,
                         FOVEA_TEXT("engine", "The two maps have no cell in common; choose another place or another map."));
    }
    if (std::any_of(field.values.begin(), field.values.end(), [](float v) { return std::isinf(v); })) {
        return makeError(
            ErrorCode::BadValue,
            FOVEA_TEXT("engine", "The difference of the two maps is not finite; choose other weights or parameters."));
    }
    setRange(field);
    field.diverging = true;
    field.module = ofBoth(a.module, b.module);
    field.map = ofBoth(a.map, b.map);
    field.what = FOVEA_TEXT("engine", "A − B");
    field.unit = a.unit == b.unit ? a.unit : std::string();
    field.frame = a.frame;
    field.provenance = b.provenance.kind == ProvenanceKind::Random ? b.provenance : a.provenance;  // what to be wary of is said
    return field;
}

}  // namespace fovea
