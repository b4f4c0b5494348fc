#pragma once

#include <cstdint>

#include "engine/io/byte_view.h"

namespace fovea {

/// What the first directory of a TIFF says; EXIF blocks have the same form.
struct TiffTags {
    bool valid = false;
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::uint32_t bits = 1;
    std::uint32_t sampleFormat = 1;  ///< 1 unsigned, 2 signed, 3 floating point
    std::uint32_t photometric = 0;   ///< 0 and 1 grey, 2 RGB, 3 palette, 5 CMYK, 6 YCbCr
    std::uint32_t samples = 1;
    std::uint32_t orientation = 1;
    std::uint64_t orientationAt = 0;  ///< where its value lies; 0 when there is none
    std::uint32_t extraSample =
        0;  ///< what the sample after the colours is: 1 alpha, colours multiplied by it; 2 alpha; 0 something else
    std::uint64_t dataEnd = 0;  ///< where the last strip or tile ends
    bool bigEndian = false;
};

/// Reads the tags of a block which starts with "II*" or "MM*"; `valid` is false when it is no such block or its directory is cut
/// off.
TiffTags readTiffTags(ByteView bytes);

/// The orientation 1–8 an EXIF block states; 1 when it states none or nonsense.
int exifOrientation(ByteView bytes);

}  // namespace fovea
