#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>

#include "engine/kernels/ops.h"

namespace fovea::ops {
namespace {

/// Σ of(value), in partial sums which need not wait for each other.
template <class Of>
double sum(const float* values, int count, Of&& of) {
    constexpr int kLanes = 8;
    std::array<double, kLanes> partial = {};
    int n = 0;
    for (; n + kLanes <= count; n += kLanes) {
        for (int k = 0; k < kLanes; ++k) {
            partial[k] += of(values[n + k]);
        }
    }
    double total = 0.0;
    for (; n < count; ++n) {
        total += of(values[n]);
    }
    return std::accumulate(partial.begin(), partial.end(), total);
}

double sum(const float* values, int count) {
    return sum(values, count, [](float v) { return static_cast<double>(v); });
}

int pooledSize(int length, int kernel, int stride, int padding) { return (length + 2 * padding - kernel) / stride + 1; }

/// The part of a pooling window which lies inside the map, as a half-open range.
struct Window {
    int begin = 0;
    int end = 0;
};

Window windowAt(int k, int length, int kernel, int stride, int padding) {
    const int start = k * stride - padding;
    return {std::max(0, start), std::min(length, start + kernel)};
}

/// Calls reduce(plane, rows, columns) for each window; its value becomes the cell.
template <class Reduce>
FeatureMap pool(const FeatureMap& x, int kernel, int stride, int padding, Reduce&& reduce) {
    // A wider border would make windows without a single real cell.
    assert(kernel >= 1 && stride >= 1 && padding >= 0 && padding <= kernel / 2);
    assert(x.height() + 2 * padding >= kernel && x.width() + 2 * padding >= kernel);
    FeatureMap y(x.channels(), pooledSize(x.height(), kernel, stride, padding), pooledSize(x.width(), kernel, stride, padding));
    for (int c = 0; c < y.channels(); ++c) {
        for (int i = 0; i < y.height(); ++i) {
            const Window rows = windowAt(i, x.height(), kernel, stride, padding);
            for (int j = 0; j < y.width(); ++j) {
                y.at(c, i, j) = reduce(x.row(c), rows, windowAt(j, x.width(), kernel, stride, padding));
            }
        }
    }
    return y;
}

double windowSum(const float* plane, int width, const Window& rows, const Window& columns) {
    double total = 0.0;
    for (int i = rows.begin; i < rows.end; ++i) {
        total += sum(plane + i * width + columns.begin, columns.end - columns.begin);
    }
    return total;
}

int cellCount(const Window& rows, const Window& columns) { return (rows.end - rows.begin) * (columns.end - columns.begin); }

Window adaptiveBin(int k, int length, int bins) {
    const auto at = [&](int edge) { return static_cast<std::int64_t>(edge) * length; };
    return {static_cast<int>(at(k) / bins), static_cast<int>((at(k + 1) + bins - 1) / bins)};
}

}  // namespace

Vector globalMean(const FeatureMap& x) {
    Vector out(x.channels());
    for (int c = 0; c < x.channels(); ++c) {
        out[c] = static_cast<float>(sum(x.row(c), x.cells()) / x.cells());
    }
    return out;
}

Vector globalMax(const FeatureMap& x) {
    Vector out(x.channels());
    for (int c = 0; c < x.channels(); ++c) {
        out[c] = *std::max_element(x.row(c), x.row(c) + x.cells());
    }
    return out;
}

Vector globalVariance(const FeatureMap& x, bool unbiased) {
    Vector out(x.channels());
    for (int c = 0; c < x.channels(); ++c) {
        const float* row = x.row(c);
        const double mean = sum(row, x.cells()) / x.cells();
        const double total = sum(row, x.cells(), [mean](float v) { return (v - mean) * (v - mean); });
        const int count = unbiased ? x.cells() - 1 : x.cells();
        out[c] = count == 0 ? std::numeric_limits<float>::quiet_NaN() : static_cast<float>(total / count);
    }
    return out;
}

FeatureMap meanOverWidth(const FeatureMap& x) {
    FeatureMap y(x.channels(), x.height(), 1);
    for (int c = 0; c < x.channels(); ++c) {
        for (int i = 0; i < x.height(); ++i) {
            y.at(c, i, 0) = static_cast<float>(sum(x.row(c) + i * x.width(), x.width()) / x.width());
        }
    }
    return y;
}

FeatureMap meanOverHeight(const FeatureMap& x) {
    FeatureMap y(x.channels(), 1, x.width());
    std::vector<double> totals(x.width());
    for (int c = 0; c < x.channels(); ++c) {
        std::fill(totals.begin(), totals.end(), 0.0);
        for (int i = 0; i < x.height(); ++i) {
            const float* in = x.row(c) + i * x.width();
            for (int j = 0; j < x.width(); ++j) {
                totals[j] += in[j];
            }
        }
        for (int j = 0; j < x.width(); ++j) {
            y.at(c, 0, j) = static_cast<float>(totals[j] / x.height());
        }
    }
    return y;
}

FeatureMap maxOverWidth(const FeatureMap& x) {
    FeatureMap y(x.channels(), x.height(), 1);
    for (int c = 0; c < x.channels(); ++c) {
        for (int i = 0; i < x.height(); ++i) {
            const float* in = x.row(c) + i * x.width();
            y.at(c, i, 0) = *std::max_element(in, in + x.width());
        }
    }
    return y;
}

FeatureMap maxOverHeight(const FeatureMap& x) {
    FeatureMap y(x.channels(), 1, x.width());
    for (int c = 0; c < x.channels(); ++c) {
        std::copy_n(x.row(c), x.width(), y.row(c));
        for (int i = 1; i < x.height(); ++i) {
            const float* in = x.row(c) + i * x.width();
            std::transform(in, in + x.width(), y.row(c), y.row(c), [](float v, float best) { return std::max(v, best); });
        }
    }
    return y;
}

FeatureMap channelMean(const FeatureMap& x) {
    std::vector<double> totals(x.cells(), 0.0);
    for (int c = 0; c < x.channels(); ++c) {
        const float* in = x.row(c);
        for (int n = 0; n < x.cells(); ++n) {
            totals[n] += in[n];
        }
    }
    FeatureMap y(1, x.height(), x.width());
    for (int n = 0; n < x.cells(); ++n) {
        y.data()[n] = static_cast<float>(totals[n] / x.channels());
    }
    return y;
}

FeatureMap channelMax(const FeatureMap& x) {
    FeatureMap y(1, x.height(), x.width());
    std::copy_n(x.row(0), x.cells(), y.data());
    for (int c = 1; c < x.channels(); ++c) {
        const float* in = x.row(c);
        for (int n = 0; n < x.cells(); ++n) {
            y.data()[n] = std::max(y.data()[n], in[n]);
        }
    }
    return y;
}

FeatureMap maxPool(const FeatureMap& x, int kernel, int stride, int padding) {
    return pool(x, kernel, stride, padding, [&x](const float* plane, const Window& rows, const Window& columns) {
        float best = -std::numeric_limits<float>::infinity();
        for (int i = rows.begin; i < rows.end; ++i) {
            const float* row = plane + i * x.width();
            for (int j = columns.begin; j < columns.end; ++j) {
                best = std::max(best, row[j]);
            }
        }
        return best;
    });
}

FeatureMap meanPool(const FeatureMap& x, int kernel, int stride, int padding, bool countPadding) {
    return pool(x, kernel, stride, padding, [&](const float* plane, const Window& rows, const Window& columns) {
        const int count = countPadding ? kernel * kernel : cellCount(rows, columns);
        return static_cast<float>(windowSum(plane, x.width(), rows, columns) / count);
    });
}

FeatureMap adaptiveMeanPool(const FeatureMap& x, int height, int width) {
    FeatureMap y(x.channels(), height, width);
    for (int c = 0; c < x.channels(); ++c) {
        for (int i = 0; i < height; ++i) {
            const Window rows = adaptiveBin(i, x.height(), height);
            for (int j = 0; j < width; ++j) {
                const Window columns = adaptiveBin(j, x.width(), width);
                y.at(c, i, j) = static_cast<float>(windowSum(x.row(c), x.width(), rows, columns) / cellCount(rows, columns));
            }
        }
    }
    return y;
}

}  // namespace fovea::ops
