// The channels of the Retina. Every constant is fixed, so that the same patch gives the same numbers in every picture.
// Responses saturate as r/(r + c), as cells of the visual cortex do: one glaring highlight cannot outshout a whole object.

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/imgproc.hpp>

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

/// Answers below this are rounding in flat areas; taking it away makes them exactly 0.
constexpr float kSilence = 1e-4F;

/// r/(r + half) with r = max(0, sign·value − kSilence).
cv::Mat respond(const cv::Mat& value, float sign, float half) {
    cv::Mat out(value.size(), CV_32F);
    for (int y = 0; y < value.rows; ++y) {
        const float* in = value.ptr<float>(y);
        float* to = out.ptr<float>(y);
        for (int x = 0; x < value.cols; ++x) {
            const float r = std::max(0.0F, sign * in[x] - kSilence);
            to[x] = r / (r + half);
        }
    }
    return out;
}

int radiusOf(double sigma) { return static_cast<int>(std::ceil(2.5 * sigma)); }

cv::Mat blurred(const cv::Mat& plane, double sigma) {
    cv::Mat out;
    const int size = 2 * radiusOf(sigma) + 1;
    cv::GaussianBlur(plane, out, cv::Size(size, size), sigma, sigma, cv::BORDER_REFLECT_101);
    return out;
}

/// Gaussian of σ = `centre` minus Gaussian of σ = `surround`, in pixels of the plane; centre 0 is the plane itself.
cv::Mat difference(const cv::Mat& plane, double centre, double surround) {
    const int margin = radiusOf(surround);
    const cv::Mat wide = continued(plane, margin);
    const cv::Mat inner = centre > 0.0 ? blurred(wide, centre) : wide;
    const cv::Mat all = inner - blurred(wide, surround);
    return all(cv::Rect(margin, margin, plane.cols, plane.rows)).clone();
}

void addBothSigns(const cv::Mat& plane, int level, float half, Sink& sink) {
    const cv::Mat spots = difference(plane, 1.0, 3.0);
    sink.add(respond(spots, 1.0F, half), level);
    sink.add(respond(spots, -1.0F, half), level);
}

/// Root mean square of what a Gaussian of σ = 2 leaves, over a window of the same width.
cv::Mat localContrast(const cv::Mat& plane) {
    const cv::Mat band = difference(plane, 0.0, 2.0);
    cv::Mat deviation;
    cv::sqrt(cv::max(blurred(band.mul(band), 2.0), 0.0), deviation);
    return deviation;
}

}  // namespace

void addBrightness(const Planes& planes, Sink& sink) {
    for (const int level : kBrightnessLevels) {
        sink.add(planes.light[level], level);
    }
}

void addOpponency(const Planes& planes, Sink& sink) {
    for (const Pyramid* plane : {&planes.redGreen, &planes.blueYellow}) {
        for (const int level : kColourLevels) {
            sink.add((*plane)[level], level);
        }
    }
}

void addSpots(const Planes& planes, Sink& sink) {
    for (const int level : kSpotLevels) {
        addBothSigns(planes.light[level], level, kSpotHalf, sink);
    }
}

void addColourSpots(const Planes& planes, Sink& sink) {
    for (const Pyramid* plane : {&planes.redGreen, &planes.blueYellow}) {
        for (const int level : kColourLevels) {
            addBothSigns((*plane)[level], level, kColourSpotHalf, sink);
        }
    }
}

// Divisive normalisation (Heeger 1992): E_θ / (c + Σ E over all orientations close by). What is dense in every direction, such as
// a highlight or fur, stays at an eighth for each of them; a contour keeps nearly all of its own.
void addEdges(const Planes& planes, int scale, Sink& sink) {
    const int level = kFirstEdgeLevel + scale;
    auto energies = gaborEnergies(planes.light[level]);
    cv::Mat total = cv::Mat::zeros(energies[0].size(), CV_32F);
    for (cv::Mat& energy : energies) {
        energy = blurred(cv::max(energy - kSilence, 0.0), 1.0);
        total += energy;
    }
    total = blurred(total, 1.5) + kEdgeHalf;
    for (const cv::Mat& energy : energies) {
        sink.add(kEdgeGain * energy / total, level);
    }
}

void addContrast(const Planes& planes, Sink& sink) {
    for (const int level : kContrastLevels) {
        sink.add(respond(localContrast(planes.light[level]), 1.0F, kContrastHalf), level);
    }
    for (const Pyramid* plane : {&planes.redGreen, &planes.blueYellow}) {
        sink.add(respond(localContrast((*plane)[kColourContrastLevel]), 1.0F, kColourContrastHalf), kColourContrastLevel);
    }
}

MotionState motionState(const Planes& planes) { return {planes.light[kFineMotionLevel], planes.light[kCoarseMotionLevel]}; }

void addMotion(const MotionState& now, const MotionState* before, Sink& sink) {
    const bool follows = before != nullptr && before->fine.size() == now.fine.size();
    const cv::Mat fine = follows ? cv::Mat(now.fine - before->fine) : cv::Mat(cv::Mat::zeros(now.fine.size(), CV_32F));
    const cv::Mat coarse = follows ? cv::Mat(now.coarse - before->coarse) : cv::Mat(cv::Mat::zeros(now.coarse.size(), CV_32F));
    sink.add(respond(cv::abs(fine), 1.0F, kMotionHalf), kFineMotionLevel);
    sink.add(respond(cv::abs(coarse), 1.0F, kMotionHalf), kCoarseMotionLevel);
    sink.add(respond(fine, 1.0F, kMotionHalf), kFineMotionLevel);
    sink.add(respond(fine, -1.0F, kMotionHalf), kFineMotionLevel);
}

}  // namespace fovea::retina
