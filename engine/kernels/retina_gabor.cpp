// Gabor energy |plane ∗ g_θ| with g_θ(x, y) = G(x)·G(y)·(exp(i(ωx·x + ωy·y)) − k): k takes away the answer to a constant.
// A complex exponential is separable, and θ and 180° − θ share their row and column filters: with c, s the cosine and sine
// filters of an axis, the real parts are cx·cy ∓ sx·sy and the imaginary parts sx·cy ± cx·sy.

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "engine/kernels/filter_rows.h"
#include "engine/kernels/retina_filters.h"

namespace fovea::kernels {
namespace {

constexpr int kRadius = 5;
constexpr float kWavelength = 4.0F;
constexpr float kSigma = 0.45F * kWavelength;  // about 1.2 octaves wide

struct AxisFilter {
    HalfKernel<kRadius> cosine = {};
    HalfKernel<kRadius> sine = {};
    float sum = 0.0F;  ///< of the cosine part over all taps
};

AxisFilter makeAxisFilter(double omega) {
    std::array<double, kRadius + 1> gauss = {};
    double total = 0.0;
    for (int k = 0; k <= kRadius; ++k) {
        gauss[k] = std::exp(-0.5 * k * k / (kSigma * kSigma));
        total += (k == 0 ? 1.0 : 2.0) * gauss[k];
    }
    AxisFilter filter;
    double sum = 0.0;
    for (int k = 0; k <= kRadius; ++k) {
        const double c = gauss[k] / total * std::cos(omega * k);
        sum += (k == 0 ? 1.0 : 2.0) * c;
        filter.cosine[k] = static_cast<float>(c);
        filter.sine[k] = static_cast<float>(gauss[k] / total * std::sin(omega * k));
    }
    filter.sum = static_cast<float>(sum);
    return filter;
}

/// Filters for the frequencies ω·cos(step·22.5°), step 0 … 4; the last one is the plain Gaussian.
const std::array<AxisFilter, 5>& axisFilters() {
    static const std::array<AxisFilter, 5> kFilters = [] {
        std::array<AxisFilter, 5> filters;
        for (int step = 0; step < 5; ++step) {
            const double angle = step * std::numbers::pi / 8.0;
            filters[step] = makeAxisFilter(step == 4 ? 0.0 : 2.0 * std::numbers::pi / kWavelength * std::cos(angle));
        }
        return filters;
    }();
    return kFilters;
}

/// One row of the picture through the row filters, for the mirror-continued rows y − radius … y + radius in turn.
struct RowFilter {
    const Plane& plane;
    float* memory;  ///< kRows rows of each filter's cosine and sine part, then one line
    static constexpr int kRows = 2 * kRadius + 1;
    static constexpr int kFilters = 5;

    [[nodiscard]] static std::size_t values(int width) {
        return static_cast<std::size_t>(2 * kFilters * kRows * width + width + 2 * kRadius);
    }
    /// The row of `part` (0 cosine, 1 sine) of a filter for row `y` of the plane, −radius ≤ y < rows + radius.
    [[nodiscard]] float* row(int filter, int part, int y) const {
        return memory + ((filter * 2 + part) * kRows + (y + kRadius) % kRows) * plane.width;
    }
    [[nodiscard]] Rows<kRadius> rowsAround(int filter, int part, int y) const {
        Rows<kRadius> rows = {};
        for (int k = -kRadius; k <= kRadius; ++k) {
            rows[kRadius + k] = row(filter, part, y + k);
        }
        return rows;
    }
    /// Takes the place of row y − kRows.
    void compute(int y) const {
        float* line = memory + 2 * kFilters * kRows * plane.width + kRadius;
        std::copy_n(plane.row(mirrored(y, plane.height)), plane.width, line);
        mirrorEnds(line, plane.width, kRadius);
        for (int f = 0; f < kFilters; ++f) {
            const AxisFilter& filter = axisFilters()[f];
            bothSums<kRadius>(shifted<kRadius>(line), filter.cosine, filter.sine, plane.width, row(f, 0, y), row(f, 1, y));
        }
    }
};

/// Twice the modulus: a wave of amplitude a and the filter's own frequency gives about a.
float amplitude(float re, float im) { return std::max(0.0F, 2.0F * std::sqrt(re * re + im * im) - kSilence); }

/// Amplitudes of θ and 180° − θ from the four products of an axis' cosine and sine parts with the other's.
void amplitudes(const float* cc, const float* cs, const float* sc, const float* ss, const float* mean, float dc, int width,
                float* __restrict rising, float* __restrict falling) {
    for (int x = 0; x < width; ++x) {
        const float even = cc[x] - dc * mean[x];
        rising[x] = amplitude(even - ss[x], sc[x] + cs[x]);
        falling[x] = amplitude(even + ss[x], sc[x] - cs[x]);
    }
}

}  // namespace

void gaborEnergies(const Plane& plane, FilterMemory& memory, const std::array<Plane, kOrientations>& energies) {
    const int width = plane.width;
    memory.rows.resize(RowFilter::values(width));
    const RowFilter across{plane, memory.rows.data()};
    for (int y = -kRadius; y < kRadius; ++y) {
        across.compute(y);
    }
    memory.line.resize(static_cast<std::size_t>(6 * width));
    const auto line = [&](int k) { return memory.line.data() + k * width; };
    float *mean = line(0), *unused = line(1), *cc = line(2), *cs = line(3), *sc = line(4), *ss = line(5);
    const auto& filters = axisFilters();
    for (int y = 0; y < plane.height; ++y) {
        across.compute(y + kRadius);
        const AxisFilter& gauss = filters[4];
        bothSums<kRadius>(across.rowsAround(4, 0, y), gauss.cosine, gauss.sine, width, mean, unused);
        // The wave vector turns by step·22.5° from the x axis (its lines: 90° + that) and, mirrored, the other way.
        for (int step = 0; step <= 4; ++step) {
            const AxisFilter& other = filters[4 - step];
            bothSums<kRadius>(across.rowsAround(step, 0, y), other.cosine, other.sine, width, cc, cs);
            bothSums<kRadius>(across.rowsAround(step, 1, y), other.cosine, other.sine, width, sc, ss);
            // With y downwards a wave vector at +α on screen rows means lines which rise at 90° − α.
            float* rising = energies[static_cast<std::size_t>(4 - step)].row(y);
            // Along an axis both are the same.
            const bool axis = step == 0 || step == 4;
            float* falling = axis ? unused : energies[static_cast<std::size_t>((4 + step) % kOrientations)].row(y);
            amplitudes(cc, cs, sc, ss, mean, filters[step].sum * other.sum, width, rising, falling);
        }
    }
}

}  // namespace fovea::kernels
