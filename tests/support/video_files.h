#pragma once

#include <opencv2/core.hpp>

#include <functional>
#include <string>
#include <vector>

#include "engine/source/frame_source.h"

namespace fovea::test {

/// A picture whose number can be read from its pixels after lossy compression: twelve bits as black and white blocks, four
/// columns by three rows, the lowest bit top left.
cv::Mat numberedPicture(int number, int width, int height);
/// The number of such a picture, whatever size it was given since.
int numberOf(const cv::Mat& picture);

/// A video to be written for a test.
struct VideoRecipe {
    std::string container = "mp4";    ///< FFmpeg's name of the muxer: "mp4", "matroska", "avi", "mpegts", "h264"
    std::string encoder = "libx264";  ///< FFmpeg's name of the encoder: "libx264", "mpeg4", "mjpeg", "ffv1"
    int width = 160;
    int height = 96;
    int frames = 60;
    int rate = 25;
    int claimedRate = 0;  ///< what the header says instead of `rate`; 0: the truth
    int keyEvery = 12;
    int bFrames = 2;          ///< for encoders which have them
    bool openGroups = false;  ///< H.264: keyframes which later frames reach across
    int quarterTurns = 0;     ///< clockwise turns a player has to make
    bool tableFirst = false;  ///< mp4: what the table needs stands before the pictures, so that a cut file can be opened
    std::vector<int> times;   ///< milliseconds of each frame; empty: regular
    std::function<cv::Mat(int)> picture;  ///< BGR; empty: numberedPicture()
};

/// Writes a video; false when this FFmpeg cannot encode it.
bool writeVideo(const std::string& path, const VideoRecipe& recipe);

/// A recipe of these two, and otherwise as it stands above.
VideoRecipe recipeOf(const std::string& container, const std::string& encoder);

/// Reads a source to its end: the numbers of its frames, and each error but Ended by its code as −1 − code. At most 2000 steps.
std::vector<int> numbersToTheEnd(FrameSource& source);
/// 0, 1 … frames − 1.
std::vector<int> upTo(int frames);

/// Cuts a file to its first `share`.
void cutFile(const std::string& path, double share);

}  // namespace fovea::test
