#include "engine/kernels/retina_filters.h"

#include <algorithm>
#include <cmath>

#include "engine/kernels/filter_rows.h"
#include "engine/kernels/retina_planes.h"

namespace fovea::kernels {
namespace {

/// Radius and Gaussian of the window of local contrast.
constexpr int kContrastRadius = 5;
const HalfKernel<kContrastRadius>& contrastWindow() {
    static const auto kWindow = gaussian<kContrastRadius>(2.0);
    return kWindow;
}

float respond(float value, float half) {
    const float r = std::max(0.0F, value - kSilence);
    return r / (r + half);
}

void subtractRow(const float* from, const float* what, int width, float* __restrict out) {
    for (int x = 0; x < width; ++x) {
        out[x] = from[x] - what[x];
    }
}

void addRow(const float* in, int width, float* __restrict sum) {
    for (int x = 0; x < width; ++x) {
        sum[x] += in[x];
    }
}

}  // namespace

void centreMinusSurround(const Plane& plane, FilterMemory& memory, const Plane& out) {
    static const auto kCentre = gaussian<3>(1.0);
    static const auto kSurround = gaussian<kPlaneMargin>(3.0);
    memory.rows.resize(static_cast<std::size_t>(2 * plane.width));
    float* const centre = memory.rows.data();
    float* const surround = centre + plane.width;
    for (int y = 0; y < plane.height; ++y) {
        blurRowWithin<3>(plane, y, kCentre, memory.line, centre);
        blurRowWithin<kPlaneMargin>(plane, y, kSurround, memory.line, surround);
        subtractRow(centre, surround, plane.width, out.row(y));
    }
}

void squaredRest(const Plane& plane, FilterMemory& memory, const Plane& out) {
    for (int y = 0; y < plane.height; ++y) {
        float* to = out.row(y);
        const float* in = plane.row(y);
        blurRowWithin<kContrastRadius>(plane, y, contrastWindow(), memory.line, to);
        for (int x = 0; x < plane.width; ++x) {
            const float rest = in[x] - to[x];
            to[x] = rest * rest;
        }
    }
}

void contrastRow(const Plane& squares, int y, float half, FilterMemory& memory, float* out) {
    blurRow<kContrastRadius>(squares, y, contrastWindow(), memory.line, out);
    for (int x = 0; x < squares.width; ++x) {
        out[x] = respond(std::sqrt(out[x]), half);
    }
}

void respondRow(const float* value, int width, float sign, float half, float* __restrict out) {
    for (int x = 0; x < width; ++x) {
        out[x] = respond(sign * value[x], half);
    }
}

void changeRow(const float* is, const float* was, int width, float rise, float fall, float half, float* __restrict out) {
    for (int x = 0; x < width; ++x) {
        const float d = is[x] - was[x];
        out[x] = respond(std::max(rise * d, fall * d), half);
    }
}

void blurAndAdd(const Plane& plane, FilterMemory& memory, const Plane& out, const Plane& total) {
    static const auto kPool = gaussian<3>(1.0);
    for (int y = 0; y < plane.height; ++y) {
        blurRow<3>(plane, y, kPool, memory.line, out.row(y));
        addRow(out.row(y), plane.width, total.row(y));
    }
}

void gains(const Plane& total, float gain, float half, FilterMemory& memory, const Plane& out) {
    static const auto kNeighbours = gaussian<4>(1.5);
    for (int y = 0; y < total.height; ++y) {
        float* row = out.row(y);
        blurRow<4>(total, y, kNeighbours, memory.line, row);
        for (int x = 0; x < total.width; ++x) {
            row[x] = gain / (row[x] + half);
        }
    }
}

void multiplyRow(const float* a, const float* b, int width, float* __restrict out) {
    for (int x = 0; x < width; ++x) {
        out[x] = a[x] * b[x];
    }
}

}  // namespace fovea::kernels
