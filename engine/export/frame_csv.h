#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/api.h"
#include "engine/io/atomic_file.h"
#include "engine/result.h"

namespace fovea {

/// The numbers of an overlay which is on a frame.
struct OverlayNumbers {
    double moduleMilliseconds = 0.0;
    std::string map;  ///< AttentionMap::name
    float min = 0.0F;
    float max = 0.0F;
    double mean = 0.0;
    double peakX = 0.0;  ///< centre of the cell with the largest value, pixels of the picture
    double peakY = 0.0;
    float rangeLo = 0.0F;  ///< values of the two ends of the colours
    float rangeHi = 0.0F;
    double smoothing = 0.0;       ///< constant by which the range follows the frames; 0: not at all
    std::uint64_t overlayOf = 0;  ///< Frame::index of the frame it was computed from
};

/// What a recording says of one of its frames.
struct FrameRow {
    std::int64_t frame = 0;         ///< within the recording, from 0
    std::uint64_t sourceIndex = 0;  ///< Frame::index
    double sourceTime = 0.0;        ///< Frame::timestamp, seconds
    double featuresMilliseconds = 0.0;
    std::optional<OverlayNumbers> overlay;  ///< nothing: the picture alone was recorded, and its numbers are left empty
};

/// The first line of a table of frames, with its end of line: what the table is known by.
FOVEA_API const std::string& frameCsvHeader();

/// The table beside a recorded video: a line of names and one per frame, in the file as soon as it was appended, and a file of
/// its own name only after commit(). One thread at a time.
class FOVEA_API FrameCsv final {
public:
    /// Removes what killed processes left of such a table, but for the files of `keep`.
    static Result<FrameCsv> create(const std::string& path, const std::vector<std::string>& keep = {});

    Result<void> append(const FrameRow& row);
    /// Brings the table to the disk; only commit() is left.
    Result<void> close();
    Result<void> commit();
    [[nodiscard]] AtomicFile& file() noexcept { return m_file; }

private:
    explicit FrameCsv(AtomicFile file);

    AtomicFile m_file;
};

}  // namespace fovea
