#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "engine/kernels/plane.h"
#include "engine/kernels/retina_filters.h"
#include "engine/tensor/feature_map.h"

/// The parts the Retina is made of. Every plane is CV_32F.
namespace fovea::retina {

/// Octaves of a pyramid: level l has a pitch of 2^l working pixels.
inline constexpr int kLevels = 6;

/// A plane as the kernels read it.
inline kernels::Plane planeOf(const cv::Mat& plane) {
    return {reinterpret_cast<float*>(plane.data), static_cast<std::ptrdiff_t>(plane.step1()), plane.cols, plane.rows};
}
/// A CV_8UC3 picture as the kernels read it.
inline kernels::Picture pictureOf(const cv::Mat& bgr) {
    return {bgr.data, static_cast<std::ptrdiff_t>(bgr.step1()), bgr.cols, bgr.rows};
}

/// Memory of one plane, kept from frame to frame.
class Buffer {
public:
    /// A plane in this memory, valid until the next call. It holds whatever was there before.
    cv::Mat plane(cv::Size size);

private:
    std::vector<float> m_values;
};

/// One level of a pyramid.
struct Level {
    cv::Mat plane;  ///< with kernels::kPlaneMargin more pixels around in `memory`
    Buffer memory;

    /// Makes room; the values are not set.
    void resize(cv::Size size);
};

/// One plane of a picture from fine to coarse. Level 0 is left empty: only brightness needs it, and makes it row by row.
using Pyramid = std::array<Level, kLevels>;

/// What everything is computed from: the picture, brightness 0..1, red minus green and blue minus yellow −1..1.
struct Planes {
    cv::Mat picture;  ///< CV_8UC3, BGR
    Pyramid light;
    Pyramid redGreen;
    Pyramid blueYellow;
};

/// What motion compares: brightness at two levels.
struct MotionState {
    cv::Mat fine;
    cv::Mat coarse;
};

/// Working memory of one group of channels.
struct Scratch {
    std::array<Buffer, kernels::kOrientations> energies;
    Buffer spare;
    Buffer total;
    kernels::FilterMemory filters;
};

/// The names of all channels, in the order in which they are computed.
const std::vector<std::string>& channelNames();

/// The mean of the area of a CV_8UC3 picture which each pixel of a smaller one covers.
void reduce(const cv::Mat& pixels, cv::Size size, cv::Mat& out);
/// Planes of a CV_8UC3 picture, BGR. A pixel of level l covers exactly 2×2 pixels of level l − 1; where a level has an odd number
/// of rows or columns, one more is continued as kernels::continueBorders() does. Memory of earlier pictures is used again.
void makePlanes(const cv::Mat& bgr, Planes& planes);

/// Takes responses in the order of channelNames(), pools them to the grid of cells and writes them into the feature map.
class Sink {
public:
    /// Writes one row of a response.
    using Row = std::function<void(int y, float* out)>;

    /// `map` has ⌈size/stride⌉ cells along each side of the working picture; `channel` is the first to be written.
    Sink(FeatureMap& map, int stride, int channel) : m_map(map), m_stride(stride), m_next(channel) {}

    /// The mean over each cell of a response of the given size and level, whose rows are asked for from top to bottom; bilinear
    /// where cells are finer than the level's pixels. Cells which reach over the border see its last row or column repeated.
    void add(cv::Size size, int level, const Row& row);
    /// A plane as it is.
    void add(const cv::Mat& plane, int level);
    /// The channel which comes next.
    [[nodiscard]] int next() const noexcept { return m_next; }

private:
    void addMeans(cv::Size size, int factor, const Row& row);
    void addBetween(cv::Size size, int factor, const Row& row);

    FeatureMap& m_map;
    int m_stride;
    int m_next;
    std::vector<float> m_line;
    std::vector<float> m_sums;
};

// The groups of channels.
/// Brightness, 3 scales.
void addBrightness(const Planes& planes, Sink& sink);
/// Red–green and blue–yellow, 3 scales each; red and blue are positive.
void addOpponency(const Planes& planes, Sink& sink);
/// Centre minus surround of brightness, 5 scales, each as bright and dark spots.
void addSpots(const Planes& planes, Scratch& scratch, Sink& sink);
/// Centre minus surround of the colour planes (double opponency), 3 scales.
void addColourSpots(const Planes& planes, Scratch& scratch, Sink& sink);
/// Gabor energy of one scale, 0 … 2, in all orientations.
void addEdges(const Planes& planes, int scale, Scratch& scratch, Sink& sink);
/// Local contrast of brightness, 3 scales, and of both colour planes.
void addContrast(const Planes& planes, Scratch& scratch, Sink& sink);
/// Copies the levels of `planes` which motion compares.
void keepForMotion(const Planes& planes, MotionState& state);
/// Change since `before`; 0 where there is no picture of the same size before.
void addMotion(const MotionState& now, const MotionState* before, Sink& sink);

}  // namespace fovea::retina
