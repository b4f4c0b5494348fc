// Gabor energy |plane ∗ g_θ| with g_θ(x, y) = G(x)·G(y)·(exp(i(ωx·x + ωy·y)) − k): k takes away the answer to a constant.
// A complex exponential is separable, and θ and 180° − θ share their row and column filters: with c, s the cosine and sine
// filters of an axis, the real parts are cx·cy ∓ sx·sy and the imaginary parts sx·cy ± cx·sy.

#include <array>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

#include "engine/models/retina_parts.h"

namespace fovea::retina {
namespace {

constexpr int kRadius = 5;
constexpr float kWavelength = 4.0F;
constexpr float kSigma = 0.45F * kWavelength;  // about 1.2 octaves wide

/// Taps 0 … radius of an even or odd filter.
using HalfKernel = std::array<float, kRadius + 1>;

struct AxisFilter {
    HalfKernel cosine = {};
    HalfKernel sine = {};
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

void filterRow(const float* in, int width, const AxisFilter& filter, float* cosine, float* sine) {
    for (int x = 0; x < width; ++x) {
        float c = filter.cosine[0] * in[x];
        float s = 0.0F;
        for (int k = 1; k <= kRadius; ++k) {
            c += filter.cosine[k] * (in[x + k] + in[x - k]);
            s += filter.sine[k] * (in[x + k] - in[x - k]);
        }
        cosine[x] = c;
        sine[x] = s;
    }
}

/// Rows y − radius … y + radius of a plane, which has `radius` more rows at both ends.
using Rows = std::array<const float*, 2 * kRadius + 1>;

Rows rowsAround(const cv::Mat& padded, int y) {
    Rows rows = {};
    for (int k = 0; k <= 2 * kRadius; ++k) {
        rows[k] = padded.ptr<float>(y + k);
    }
    return rows;
}

void filterColumn(const Rows& rows, int width, const AxisFilter& filter, float* cosine, float* sine) {
    for (int x = 0; x < width; ++x) {
        float c = filter.cosine[0] * rows[kRadius][x];
        float s = 0.0F;
        for (int k = 1; k <= kRadius; ++k) {
            const float below = rows[kRadius + k][x];
            const float above = rows[kRadius - k][x];
            c += filter.cosine[k] * (below + above);
            s += filter.sine[k] * (below - above);
        }
        cosine[x] = c;
        sine[x] = s;
    }
}

struct RowPlanes {
    std::array<cv::Mat, 5> cosine;  ///< per axis filter
    std::array<cv::Mat, 5> sine;
};

RowPlanes filterRows(const cv::Mat& padded, int width) {
    RowPlanes planes;
    for (int step = 0; step < 5; ++step) {
        planes.cosine[step].create(padded.rows, width, CV_32F);
        planes.sine[step].create(padded.rows, width, CV_32F);
        for (int y = 0; y < padded.rows; ++y) {
            filterRow(padded.ptr<float>(y) + kRadius, width, axisFilters()[step], planes.cosine[step].ptr<float>(y),
                      planes.sine[step].ptr<float>(y));
        }
    }
    return planes;
}

/// Twice the modulus: a wave of amplitude a and the filter's own frequency gives about a.
float amplitude(float re, float im) { return 2.0F * std::sqrt(re * re + im * im); }

}  // namespace

std::vector<cv::Mat> gaborEnergies(const cv::Mat& plane) {
    cv::Mat padded;
    cv::copyMakeBorder(plane, padded, kRadius, kRadius, kRadius, kRadius, cv::BORDER_REFLECT_101);
    const int width = plane.cols;
    const RowPlanes across = filterRows(padded, width);
    const auto& filters = axisFilters();

    std::vector<cv::Mat> energies(kOrientations);
    for (auto& energy : energies) {
        energy.create(plane.size(), CV_32F);
    }
    const auto line = [width] { return std::vector<float>(static_cast<std::size_t>(width)); };
    std::vector<float> mean = line(), unused = line(), cc = line(), cs = line(), sc = line(), ss = line();
    for (int y = 0; y < plane.rows; ++y) {
        filterColumn(rowsAround(across.cosine[4], y), width, filters[4], mean.data(), unused.data());
        // The wave vector turns by step·22.5° from the x axis (its lines: 90° + that) and, mirrored, the other way.
        for (int step = 0; step <= 4; ++step) {
            const int other = 4 - step;
            filterColumn(rowsAround(across.cosine[step], y), width, filters[other], cc.data(), cs.data());
            filterColumn(rowsAround(across.sine[step], y), width, filters[other], sc.data(), ss.data());
            const float dc = filters[step].sum * filters[other].sum;
            // With y downwards a wave vector at +α on screen rows means lines which rise at 90° − α.
            float* rising = energies[static_cast<std::size_t>(4 - step)].ptr<float>(y);
            float* falling = energies[static_cast<std::size_t>((4 + step) % kOrientations)].ptr<float>(y);
            for (int x = 0; x < width; ++x) {
                const float even = cc[x] - dc * mean[x];
                rising[x] = amplitude(even - ss[x], sc[x] + cs[x]);
                falling[x] = amplitude(even + ss[x], sc[x] - cs[x]);
            }
        }
    }
    return energies;
}

}  // namespace fovea::retina
