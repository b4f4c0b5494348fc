#pragma once

#include <opencv2/core.hpp>

#include <QString>
#include <vector>

namespace fovea::test {

struct ReadFrame {
    cv::Mat pixels;     ///< CV_8UC3 BGR
    double time = 0.0;  ///< seconds
};

/// All frames of a video as a player which minds the stream's own remarks on colour shows them; what can be read of a damaged
/// file.
std::vector<ReadFrame> readVideo(const QString& path);

}  // namespace fovea::test
