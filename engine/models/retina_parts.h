#pragma once

#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "engine/api.h"
#include "engine/tensor/feature_map.h"

namespace fovea::retina {

/// Octaves of the pyramid: level l has a pitch of 2^l working pixels. Gabor energy uses the levels 1 to 4.
inline constexpr int kLevels = 6;
/// The padded working picture is a multiple of this, so that every level is exactly half of the one below it.
inline constexpr int kPad = 1 << (kLevels - 1);

/// Directions of line, counted counter-clockwise from the horizontal, 22.5° apart.
inline constexpr int kOrientations = 8;
/// Scales of Gabor energy; scale s lies on pyramid level s + 1 and has a wavelength of 8·2^s working pixels.
inline constexpr int kGaborScales = 4;

/// The planes of one picture, from fine to coarse.
using Pyramid = std::vector<cv::Mat>;

/// The names of all channels, in the order in which they are computed.
const std::vector<std::string>& channelNames();

/// Gaussian pyramid of a CV_32F plane whose sizes are multiples of kPad. Cells stay aligned: a pixel of level l covers exactly
/// 2×2 pixels of level l − 1.
Pyramid buildPyramid(const cv::Mat& plane);

/// Energy of the Gabor quadrature pair of every orientation, of the size of `plane` (CV_32F); wavelength 4 pixels of `plane`.
std::vector<cv::Mat> gaborEnergies(const cv::Mat& plane);

/// Takes responses in the order of channelNames(), pools them to the grid of cells and writes them into the feature map.
class Sink {
public:
    Sink(FeatureMap& map, cv::Size paddedCells) : m_map(map), m_paddedCells(paddedCells) {}

    /// Area mean of `response` (any level of the pyramid) over each cell; finer than the level: bilinear.
    void add(const cv::Mat& response);
    [[nodiscard]] int count() const noexcept { return m_next; }

private:
    FeatureMap& m_map;
    cv::Size m_paddedCells;
    int m_next = 0;
};

}  // namespace fovea::retina
