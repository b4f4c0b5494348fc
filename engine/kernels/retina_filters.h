#pragma once

#include <array>
#include <vector>

#include "engine/api.h"
#include "engine/kernels/plane.h"

/// The filters of the Retina. Input planes are only read; the planes and rows which are written have the size of the input.
namespace fovea::kernels {

/// Directions of line, counted counter-clockwise from the horizontal, 22.5° apart.
inline constexpr int kOrientations = 8;
/// Answers below this are rounding in flat areas; taking it away makes them exactly 0.
inline constexpr float kSilence = 1e-4F;

/// Working memory, kept from frame to frame. One thread uses it at a time.
struct FilterMemory {
    std::vector<float> line;
    std::vector<float> rows;
};

/// Gaussian of σ = 1 minus Gaussian of σ = 3, in pixels of the plane, whose margin of kPlaneMargin is read.
FOVEA_API void centreMinusSurround(const Plane& plane, FilterMemory& memory, const Plane& out);
/// The square of what a Gaussian of σ = 2 leaves of the plane, whose margin of kPlaneMargin is read.
FOVEA_API void squaredRest(const Plane& plane, FilterMemory& memory, const Plane& out);
/// Row `y` of the root mean square over a Gaussian window of σ = 2, as respondRow() answers to it.
FOVEA_API void contrastRow(const Plane& squares, int y, float half, FilterMemory& memory, float* out);
/// r/(r + half) with r = max(0, sign·value − kSilence), for a row.
FOVEA_API void respondRow(const float* value, int width, float sign, float half, float* out);
/// The same of rise·d or fall·d, whichever is larger, where d is the change from `was` to `is`.
FOVEA_API void changeRow(const float* is, const float* was, int width, float rise, float fall, float half, float* out);

/// Amplitude of each orientation above kSilence: the energy of a Gabor quadrature pair of a wavelength of 4 pixels.
FOVEA_API void gaborEnergies(const Plane& plane, FilterMemory& memory, const std::array<Plane, kOrientations>& energies);
/// A Gaussian of σ = 1, mirrored at the borders, which is also added to `total`.
FOVEA_API void blurAndAdd(const Plane& plane, FilterMemory& memory, const Plane& out, const Plane& total);
/// gain/(total + half) of a Gaussian of σ = 1.5 over the total, mirrored at the borders.
FOVEA_API void gains(const Plane& total, float gain, float half, FilterMemory& memory, const Plane& out);
/// a·b, for a row.
FOVEA_API void multiplyRow(const float* a, const float* b, int width, float* out);

}  // namespace fovea::kernels
