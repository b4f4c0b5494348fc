#pragma once

#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "engine/tensor/feature_map.h"

/// The parts the Retina is made of. Every plane is CV_32F.
namespace fovea::retina {

/// Octaves of a pyramid: level l has a pitch of 2^l working pixels.
inline constexpr int kLevels = 6;
/// Directions of line, counted counter-clockwise from the horizontal, 22.5° apart.
inline constexpr int kOrientations = 8;

/// One plane of a picture at all levels, from fine to coarse.
using Pyramid = std::vector<cv::Mat>;

/// The three planes everything is computed from: brightness 0..1, red minus green and blue minus yellow −1..1.
struct Planes {
    Pyramid light;
    Pyramid redGreen;
    Pyramid blueYellow;
};

/// What motion compares: brightness at two levels.
struct MotionState {
    cv::Mat fine;
    cv::Mat coarse;
};

/// The names of all channels, in the order in which they are computed.
const std::vector<std::string>& channelNames();

/// Planes of a CV_8UC3 picture, BGR. A pixel of level l covers exactly 2×2 pixels of level l − 1; where a level has an odd number
/// of rows or columns, one more is continued().
Planes makePlanes(const cv::Mat& bgr);

/// The plane with `margin` more pixels around, continued by turning it about its border pixels (2·border − mirror image). A plain
/// mirror would fold a slope into a crease, which centre and surround take for a spot at the border; this continues the slope.
cv::Mat continued(const cv::Mat& plane, int margin);

/// Amplitude of each orientation, of the size of `plane`: the energy of a Gabor quadrature pair of a wavelength of 4 pixels.
std::vector<cv::Mat> gaborEnergies(const cv::Mat& plane);

/// Takes responses in the order of channelNames(), pools them to the grid of cells and writes them into the feature map.
class Sink {
public:
    /// `map` has ⌈size/stride⌉ cells along each side of the working picture.
    Sink(FeatureMap& map, int stride) : m_map(map), m_stride(stride) {}

    /// The mean over each cell of `response`, a plane of level `level`; bilinear where cells are finer than the level's pixels.
    /// Cells which reach over the border see its last row or column repeated.
    void add(const cv::Mat& response, int level);
    /// How many channels have been written.
    [[nodiscard]] int count() const noexcept { return m_next; }

private:
    FeatureMap& m_map;
    int m_stride;
    int m_next = 0;
};

// The groups of channels, in this order.
/// Brightness, 3 scales.
void addBrightness(const Planes& planes, Sink& sink);
/// Red–green and blue–yellow, 3 scales each; red and blue are positive.
void addOpponency(const Planes& planes, Sink& sink);
/// Centre minus surround of brightness, 5 scales, each as bright and dark spots.
void addSpots(const Planes& planes, Sink& sink);
/// Centre minus surround of the colour planes (double opponency), 3 scales.
void addColourSpots(const Planes& planes, Sink& sink);
/// Gabor energy of one scale, 0 … 2, in all orientations.
void addEdges(const Planes& planes, int scale, Sink& sink);
/// Local contrast of brightness, 3 scales, and of both colour planes.
void addContrast(const Planes& planes, Sink& sink);
/// The levels of `planes` which motion compares.
MotionState motionState(const Planes& planes);
/// Change since `before`; 0 where there is no picture of the same size before.
void addMotion(const MotionState& now, const MotionState* before, Sink& sink);

}  // namespace fovea::retina
