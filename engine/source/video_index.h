#pragma once

#include <cstdint>
#include <stop_token>
#include <vector>

#include "engine/result.h"

namespace fovea {

class AvInput;

/// Where the frames of a video are, found by reading its packets without decoding them.
struct VideoIndex {
    struct Key {
        std::int64_t pts;    ///< when the keyframe is shown
        std::int64_t bytes;  ///< where its packet lies in the file; −1 when unknown
    };

    std::vector<std::int64_t> pts;  ///< of every frame, rising, in units of the stream; empty when the file gives no times
    std::vector<Key> keys;          ///< rising by pts; empty when the file gives no times
    std::int64_t frames = 0;
    std::int64_t lastLength = 0;  ///< how long the last frame is shown, in units of the stream; 0 when unknown
    bool cut = false;             ///< the file ends before its end
    std::int64_t bytes = 0;       ///< of the file when it was indexed

    /// The frame which is shown at exactly this time; −1 when there is none.
    [[nodiscard]] std::int64_t frameAt(std::int64_t time) const;
};

/// Reads `input` to its end. Cancelled when stopped.
Result<VideoIndex> indexVideo(AvInput& input, const std::stop_token& stop);

}  // namespace fovea
