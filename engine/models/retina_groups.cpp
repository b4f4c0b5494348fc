// The channels of the Retina. Every constant is fixed, so that the same patch gives the same numbers in every picture.
// Responses saturate as r/(r + c), as cells of the visual cortex do: one glaring highlight cannot outshout a whole object.

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/core.hpp>

#include "engine/models/retina_filters.h"
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

float respond(float value, float half) {
    const float r = std::max(0.0F, value - kSilence);
    return r / (r + half);
}

/// r/(r + half) with r = max(0, sign·value − kSilence), from one row to another.
void respondRow(const float* value, int width, float sign, float half, float* __restrict out) {
    for (int x = 0; x < width; ++x) {
        out[x] = respond(sign * value[x], half);
    }
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

void multiplyRows(const float* a, const float* b, int width, float* __restrict out) {
    for (int x = 0; x < width; ++x) {
        out[x] = a[x] * b[x];
    }
}

/// The answer to rise·d or fall·d, whichever is larger, where d is the change.
void changeRow(const float* is, const float* was, int width, float rise, float fall, float* __restrict out) {
    for (int x = 0; x < width; ++x) {
        const float d = is[x] - was[x];
        out[x] = respond(std::max(rise * d, fall * d), kMotionHalf);
    }
}

/// What a total energy close by makes of each energy.
void gainRow(int width, float* row) {
    for (int x = 0; x < width; ++x) {
        row[x] = kEdgeGain / (row[x] + kEdgeHalf);
    }
}

/// Gaussian of σ = 1 minus Gaussian of σ = 3, in pixels of the level.
cv::Mat centreMinusSurround(const Level& level, Scratch& scratch) {
    static const auto kCentre = gaussian<3>(1.0);
    static const auto kSurround = gaussian<kMargin>(3.0);
    const int width = level.plane.cols;
    cv::Mat out = scratch.total.plane(level.plane.size());
    std::vector<float>& rows = scratch.rows;
    rows.resize(static_cast<std::size_t>(2 * width));
    float* const centre = rows.data();
    float* const surround = centre + width;
    for (int y = 0; y < out.rows; ++y) {
        blurRowWithin<3>(level.wide, kMargin, kMargin + y, width, kCentre, scratch.line, centre);
        blurRowWithin<kMargin>(level.wide, kMargin, kMargin + y, width, kSurround, scratch.line, surround);
        subtractRow(centre, surround, width, out.ptr<float>(y));
    }
    return out;
}

void addBothSigns(const Level& level, int number, float half, Scratch& scratch, Sink& sink) {
    const cv::Mat spots = centreMinusSurround(level, scratch);
    for (const float sign : {1.0F, -1.0F}) {
        sink.add(spots.size(), number, [&](int y, float* out) { respondRow(spots.ptr<float>(y), spots.cols, sign, half, out); });
    }
}

/// Root mean square of what a Gaussian of σ = 2 leaves, over a window of the same width.
void addLocalContrast(const Level& level, int number, float half, Scratch& scratch, Sink& sink) {
    constexpr int kRadius = 5;
    static const auto kWindow = gaussian<kRadius>(2.0);
    const int width = level.plane.cols;
    cv::Mat squares = scratch.total.plane(level.plane.size());
    for (int y = 0; y < squares.rows; ++y) {
        float* out = squares.ptr<float>(y);
        const float* in = level.plane.ptr<float>(y);
        blurRowWithin<kRadius>(level.wide, kMargin, kMargin + y, width, kWindow, scratch.line, out);
        for (int x = 0; x < width; ++x) {
            const float rest = in[x] - out[x];
            out[x] = rest * rest;
        }
    }
    sink.add(squares.size(), number, [&](int y, float* out) {
        blurRow<kRadius>(squares, y, kWindow, scratch.line, out);
        for (int x = 0; x < width; ++x) {
            out[x] = respond(std::sqrt(out[x]), half);
        }
    });
}

}  // namespace

void addBrightness(const Planes& planes, Sink& sink) {
    for (const int level : kBrightnessLevels) {
        if (level == 0) {
            sink.add(planes.picture.size(), level, [&](int y, float* out) { lightRow(planes.picture, y, out); });
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
    static const auto kPool = gaussian<3>(1.0);
    static const auto kNeighbours = gaussian<4>(1.5);
    const int level = kFirstEdgeLevel + scale;
    const cv::Mat& plane = planes.light[level].plane;
    std::array<cv::Mat, kOrientations> energies;
    gaborEnergies(plane, energies, scratch);
    cv::Mat spare = scratch.spare.plane(plane.size());
    cv::Mat total = scratch.total.plane(plane.size());
    total.setTo(0.0);
    for (cv::Mat& energy : energies) {
        for (int y = 0; y < plane.rows; ++y) {
            blurRow<3>(energy, y, kPool, scratch.line, spare.ptr<float>(y));
            addRow(spare.ptr<float>(y), plane.cols, total.ptr<float>(y));
        }
        std::swap(energy, spare);
    }
    for (int y = 0; y < plane.rows; ++y) {
        blurRow<4>(total, y, kNeighbours, scratch.line, spare.ptr<float>(y));
        gainRow(plane.cols, spare.ptr<float>(y));
    }
    for (const cv::Mat& energy : energies) {
        sink.add(plane.size(), level,
                 [&](int y, float* out) { multiplyRows(energy.ptr<float>(y), spare.ptr<float>(y), plane.cols, out); });
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
                changeRow(current.ptr<float>(y), last->ptr<float>(y), current.cols, rise, fall, out);
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
