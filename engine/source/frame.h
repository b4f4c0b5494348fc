#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace cv {
class Mat;
}

namespace fovea {

/// Where a picture came from; written into every export.
struct SourceInfo {
    std::string path;         ///< absolute path, or empty for a pasted picture
    std::string name;         ///< file name, or "clipboard"
    std::string sha256;       ///< of the file's bytes, or of the pixels of a pasted picture; hex
    std::string description;  ///< "512 × 512, 8-bit RGB": size, depth and colour as stored, and what was done to them
};

/// One immutable picture: 8-bit BGR pixels, upright (EXIF orientation applied).
struct Frame {
    std::shared_ptr<const cv::Mat> pixels;  ///< CV_8UC3, never null in a valid frame
    int width = 0;
    int height = 0;
    std::uint64_t index = 0;  ///< place within its source, from 0; a live source counts the frames it has read
    std::uint64_t sequence =
        0;                   ///< rises with every frame which is handed on, whichever way a person jumps; 0 for a single picture
    double timestamp = 0.0;  ///< seconds since the source began
    std::chrono::steady_clock::time_point captured = {};  ///< when it was read; the clock of all latencies
    std::shared_ptr<const SourceInfo> source;

    [[nodiscard]] bool valid() const noexcept { return pixels != nullptr; }
};

}  // namespace fovea
