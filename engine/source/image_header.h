#pragma once

#include <optional>
#include <string>

#include "engine/source/image_source.h"

namespace fovea {

/// What the decoder must know of a picture besides its size.
struct ImageDetail {
    ImageHeader header;
    std::uint32_t bits = 8;
    std::string colour;                             ///< "grey", "RGB", "palette", "CMYK"
    bool alpha = false;                             ///< a fourth channel counts only where the file says that it is alpha
    bool premultiplied = false;                     ///< the colours have been multiplied by alpha
    int orientation = 1;                            ///< EXIF, 1–8
    std::uint32_t maxValue = 0;                     ///< PNM: the value which means white; 0 elsewhere
    std::uint64_t dataEnd = 0;                      ///< the least length of a complete file, where the header tells
    std::optional<std::uint32_t> transparentGrey;   ///< PNG: the grey value which stands for "nothing here"
    std::optional<std::vector<std::uint8_t>> lean;  ///< the bytes to decode in place of the file's
};

/// Whether the first 32 bytes of a file are those of a picture of a kind read here.
bool isImageHead(const std::vector<std::uint8_t>& head);

/// Finds the format by its magic bytes and reads the header; the rest of the file may be missing.
Result<ImageDetail> inspectImage(const std::vector<std::uint8_t>& bytes, const std::string& name);

/// Checks that the file is complete as far as its format tells, and fills what stands outside of the header: orientation,
/// transparency.
Result<void> inspectBody(const std::vector<std::uint8_t>& bytes, const std::string& name, ImageDetail& detail);

/// The one error for a file which is incomplete or damaged.
Error damagedImage(const std::string& name, const std::string& format);

/// Header and body of a PNG, in image_header_png.cpp.
bool inspectPng(const std::vector<std::uint8_t>& bytes, ImageDetail& detail);
Result<void> inspectPngBody(const std::vector<std::uint8_t>& bytes, const std::string& name, ImageDetail& detail);

}  // namespace fovea
