// The channels of the Retina. Every constant is fixed, so that the same patch gives the same numbers in every picture.
// Responses saturate as r/(r + c), as cells of the visual cortex do: one glaring highlight cannot outshout a whole object.

#include <algorithm>
#include <array>
#include <cstdint>
#include <opencv2/core.hpp>

#include "engine/kernels/retina_filters.h"
#include "engine/kernels/retina_planes.h"
#include "engine/models/retina_parts.h"

namespace fovea::retina {
namespace {

// Half-saturations: contrasts that photographs often hold. They give all groups a comparable magnitude (means of 0.05 to 0.25).
constexpr float kSpotHalf = 0.1F;
constexpr float kColourSpotHalf = 0.1F;
constexpr float kContrastHalf = 0.15F;
constexpr float kColourContrastHalf = 0.2F;
constexpr float kMotionHalf = 0.1F;
constexpr float kEdgeHalf = 0.05F;
constexpr float kEdgeGain = 2.0F;

constexpr std::array<int, 3> kBrightnessLevels = {0, 2, 4};
constexpr std::array<int, 5> kSpotLevels = {1, 2, 3, 4, 5};
// The eye resolves colour more coarsely than brightness.
constexpr std::array<int, 3> kColourLevels = {2, 3, 4};
constexpr std::array<int, 3> kContrastLevels = {1, 2, 3};
constexpr int kColourContrastLevel = 3;
constexpr int kFirstEdgeLevel = 1;
constexpr int kFineMotionLevel = 1;
constexpr int kCoarseMotionLevel = 3;

void addBothSigns(const Level& level, int number, float half, Scratch& scratch, Sink& sink) {
    const cv::Mat spots = scratch.total.plane(level.plane.size());
    kernels::centreMinusSurround(planeOf(level.plane), scratch.filters, planeOf(spots));
    for (const float sign : {1.0F, -1.0F}) {
        sink.add(spots.size(), number,
                 [&](int y, float* out) { kernels::respondRow(spots.ptr<float>(y), spots.cols, sign, half, out); });
    }
}

/// Root mean square of what a Gaussian of σ = 2 leaves, over a window of the same width.
void addLocalContrast(const Level& level, int number, float half, Scratch& scratch, Sink& sink) {
    const cv::Mat squares = scratch.total.plane(level.plane.size());
    kernels::squaredRest(planeOf(level.plane), scratch.filters, planeOf(squares));
    sink.add(squares.size(), number,
             [&](int y, float* out) { kernels::contrastRow(planeOf(squares), y, half, scratch.filters, out); });
}

}  // namespace

void addBrightness(const Planes& planes, Sink& sink) {
    for (const int level : kBrightnessLevels) {
        if (level == 0) {
            sink.add(planes.picture.size(), level, [&picture = planes.picture](int y, float* out) {
                kernels::lightRow(picture.ptr<std::uint8_t>(y), picture.cols, out);
            });
        } else {
            sink.add(planes.light[level].plane, level);
        }
    }
}

void addOpponency(const Planes& planes, Sink& sink) {
    for (const Pyramid* pyramid : {&planes.redGreen, &planes.blueYellow}) {
        for (const int level : kColourLevels) {
            sink.add((*pyramid)[level].plane, level);
        }
    }
}

void addSpots(const Planes& planes, Scratch& scratch, Sink& sink) {
    for (const int level : kSpotLevels) {
        addBothSigns(planes.light[level], level, kSpotHalf, scratch, sink);
    }
}

void addColourSpots(const Planes& planes, Scratch& scratch, Sink& sink) {
    for (const Pyramid* pyramid : {&planes.redGreen, &planes.blueYellow}) {
        for (const int level : kColourLevels) {
            addBothSigns((*pyramid)[level], level, kColourSpotHalf, scratch, sink);
        }
    }
}

// Divisive normalisation (Heeger 1992): E_θ / (c + Σ E over all orientations close by). What is dense in every direction, such as
// a highlight or fur, stays at an eighth for each of them; a contour keeps nearly all of its own.
void addEdges(const Planes& planes, int scale, Scratch& scratch, Sink& sink) {
    const int level = kFirstEdgeLevel + scale;
    const cv::Mat& plane = planes.light[level].plane;
    std::array<cv::Mat, kernels::kOrientations> energies;
    std::array<kernels::Plane, kernels::kOrientations> energyPlanes;
    for (std::size_t o = 0; o < energies.size(); ++o) {
        energies[o] = scratch.energies[o].plane(plane.size());
        energyPlanes[o] = planeOf(energies[o]);
    }
    kernels::gaborEnergies(planeOf(plane), scratch.filters, energyPlanes);
    cv::Mat spare = scratch.spare.plane(plane.size());
    cv::Mat total = scratch.total.plane(plane.size());
    total.setTo(0.0);
    for (cv::Mat& energy : energies) {
        kernels::blurAndAdd(planeOf(energy), scratch.filters, planeOf(spare), planeOf(total));
        std::swap(energy, spare);
    }
    kernels::gains(planeOf(total), kEdgeGain, kEdgeHalf, scratch.filters, planeOf(spare));
    for (const cv::Mat& energy : energies) {
        sink.add(plane.size(), level,
                 [&](int y, float* out) { kernels::multiplyRow(energy.ptr<float>(y), spare.ptr<float>(y), plane.cols, out); });
    }
}

void addContrast(const Planes& planes, Scratch& scratch, Sink& sink) {
    for (const int level : kContrastLevels) {
        addLocalContrast(planes.light[level], level, kContrastHalf, scratch, sink);
    }
    for (const Pyramid* pyramid : {&planes.redGreen, &planes.blueYellow}) {
        addLocalContrast((*pyramid)[kColourContrastLevel], kColourContrastLevel, kColourContrastHalf, scratch, sink);
    }
}

void keepForMotion(const Planes& planes, MotionState& state) {
    planes.light[kFineMotionLevel].plane.copyTo(state.fine);
    planes.light[kCoarseMotionLevel].plane.copyTo(state.coarse);
}

void addMotion(const MotionState& now, const MotionState* before, Sink& sink) {
    const bool follows = before != nullptr && before->fine.size() == now.fine.size();
    const auto add = [&sink](const cv::Mat& current, const cv::Mat* last, int level, float rise, float fall) {
        sink.add(current.size(), level, [&](int y, float* out) {
            if (last == nullptr) {
                std::fill_n(out, current.cols, 0.0F);
            } else {
                kernels::changeRow(current.ptr<float>(y), last->ptr<float>(y), current.cols, rise, fall, kMotionHalf, out);
            }
        });
    };
    const cv::Mat* fine = follows ? &before->fine : nullptr;
    const cv::Mat* coarse = follows ? &before->coarse : nullptr;
    add(now.fine, fine, kFineMotionLevel, 1.0F, -1.0F);
    add(now.coarse, coarse, kCoarseMotionLevel, 1.0F, -1.0F);
    add(now.fine, fine, kFineMotionLevel, 1.0F, 1.0F);
    add(now.fine, fine, kFineMotionLevel, -1.0F, -1.0F);
}

}  // namespace fovea::retina
