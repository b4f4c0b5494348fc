#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include "engine/kernels/plane.h"

/// Separable filters row by row. Both axes are the same sum over rows: along x the "rows" are one row, shifted.
namespace fovea::kernels {

/// Taps 0 … Radius of an even or odd filter.
template <int Radius>
using HalfKernel = std::array<float, Radius + 1>;

/// What one output row reads, from −Radius to Radius.
template <int Radius>
using Rows = std::array<const float*, 2 * Radius + 1>;

/// A Gaussian of the given σ in pixels, cut off at Radius.
template <int Radius>
HalfKernel<Radius> gaussian(double sigma) {
    HalfKernel<Radius> taps = {};
    double total = 0.0;
    for (int k = 0; k <= Radius; ++k) {
        total += (k == 0 ? 1.0 : 2.0) * std::exp(-0.5 * k * k / (sigma * sigma));
    }
    for (int k = 0; k <= Radius; ++k) {
        taps[k] = static_cast<float>(std::exp(-0.5 * k * k / (sigma * sigma)) / total);
    }
    return taps;
}

/// Index of a position before 0 or after length − 1, mirrored about the border pixels as often as need be.
int mirrored(int position, int length);
/// Fills `margin` values before line[0] and after line[length − 1] with their mirror images.
void mirrorEnds(float* line, int length, int margin);

/// Σ taps[|k|]·rows[k].
template <int Radius>
void evenSum(const Rows<Radius>& rows, const HalfKernel<Radius>& taps, int width, float* __restrict out) {
    for (int x = 0; x < width; ++x) {
        float sum = taps[0] * rows[Radius][x];
        for (int k = 1; k <= Radius; ++k) {
            sum += taps[k] * (rows[Radius + k][x] + rows[Radius - k][x]);
        }
        out[x] = sum;
    }
}

/// evenSum() with `even`, and Σ sign(k)·odd[|k|]·rows[k].
template <int Radius>
void bothSums(const Rows<Radius>& rows, const HalfKernel<Radius>& even, const HalfKernel<Radius>& odd, int width,
              float* __restrict outEven, float* __restrict outOdd) {
    for (int x = 0; x < width; ++x) {
        float e = even[0] * rows[Radius][x];
        float o = 0.0F;
        for (int k = 1; k <= Radius; ++k) {
            e += even[k] * (rows[Radius + k][x] + rows[Radius - k][x]);
            o += odd[k] * (rows[Radius + k][x] - rows[Radius - k][x]);
        }
        outEven[x] = e;
        outOdd[x] = o;
    }
}

/// The rows of a filter along x: `line` has Radius values on either side.
template <int Radius>
Rows<Radius> shifted(const float* line) {
    Rows<Radius> rows = {};
    for (int k = -Radius; k <= Radius; ++k) {
        rows[Radius + k] = line + k;
    }
    return rows;
}

/// One row of `plane` blurred, mirrored at the borders. `line` is working memory.
template <int Radius>
void blurRow(const Plane& plane, int y, const HalfKernel<Radius>& taps, std::vector<float>& line, float* out) {
    line.resize(static_cast<std::size_t>(plane.width + 2 * Radius));
    Rows<Radius> rows = {};
    for (int k = -Radius; k <= Radius; ++k) {
        rows[Radius + k] = plane.row(mirrored(y + k, plane.height));
    }
    float* middle = line.data() + Radius;
    evenSum<Radius>(rows, taps, plane.width, middle);
    mirrorEnds(middle, plane.width, Radius);
    evenSum<Radius>(shifted<Radius>(middle), taps, plane.width, out);
}

/// The same of a plane with a margin of at least Radius values around, which is read instead of mirror images.
template <int Radius>
void blurRowWithin(const Plane& plane, int y, const HalfKernel<Radius>& taps, std::vector<float>& line, float* out) {
    line.resize(static_cast<std::size_t>(plane.width + 2 * Radius));
    Rows<Radius> rows = {};
    for (int k = -Radius; k <= Radius; ++k) {
        rows[Radius + k] = plane.row(y + k) - Radius;
    }
    evenSum<Radius>(rows, taps, plane.width + 2 * Radius, line.data());
    evenSum<Radius>(shifted<Radius>(line.data() + Radius), taps, plane.width, out);
}

}  // namespace fovea::kernels
