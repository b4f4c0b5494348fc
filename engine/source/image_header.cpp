#include "engine/source/image_header.h"

#include <algorithm>
#include <cstdlib>

#include "engine/io/byte_view.h"
#include "engine/source/container.h"
#include "engine/source/tiff_tags.h"

namespace fovea {
namespace {

using Bytes = std::vector<std::uint8_t>;

bool isSpace(std::uint8_t c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

const char* formatOf(const ByteView& view) {
    using namespace std::string_view_literals;
    if (view.matches(0, "\x89PNG\r\n\x1A\n")) {
        return "PNG";
    }
    if (view.matches(0, "\xFF\xD8\xFF")) {
        return "JPEG";
    }
    if (view.matches(0, "RIFF") && view.matches(8, "WEBP")) {
        return "WebP";
    }
    if (view.matches(0, "II*\0"sv) || view.matches(0, "MM\0*"sv)) {
        return "TIFF";
    }
    ByteView copy = view;
    // The letters alone would take any text which begins with BM or P5: the structure behind them has to fit too.
    if (view.matches(0, "BM") && view.has(0, 26) && (copy.u32(14) == 12 || (copy.u32(14) >= 40 && copy.u32(14) <= 124))) {
        return "BMP";
    }
    if (view.has(0, 3) && copy.u8(0) == 'P' && copy.u8(1) >= '1' && copy.u8(1) <= '6' &&
        (isSpace(view.data()[2]) || view.data()[2] == '#')) {
        return "PNM";
    }
    return "";
}

/// Segments of a JPEG up to the frame header, which holds the size; EXIF comes before it.
bool inspectJpeg(const Bytes& bytes, ImageDetail& detail) {
    ByteView view(bytes);
    view.setBigEndian(true);
    for (std::uint64_t at = 2; view.ok();) {
        while (view.u8(at) == 0xFF && view.u8(at + 1) == 0xFF) {
            ++at;  // any number of fill bytes may precede a marker
        }
        const std::uint32_t marker = view.u16(at);
        if (marker < 0xFF01 || marker == 0xFFD9 || marker == 0xFFDA) {
            return false;
        }
        if (marker == 0xFF01 || (marker >= 0xFFD0 && marker <= 0xFFD8)) {
            at += 2;  // these have no length
            continue;
        }
        const std::uint32_t length = view.u16(at + 2);
        if (length < 2) {
            return false;
        }
        const bool frame = marker >= 0xFFC0 && marker <= 0xFFCF && marker != 0xFFC4 && marker != 0xFFC8 && marker != 0xFFCC;
        if (frame) {
            detail.bits = view.u8(at + 4);
            detail.header.height = view.u16(at + 5);
            detail.header.width = view.u16(at + 7);
            const std::uint32_t components = view.u8(at + 9);
            detail.colour = components == 1 ? "grey" : components == 4 ? "CMYK" : "RGB";
            return view.ok();
        }
        if (marker == 0xFFE1 && view.matches(at + 4, std::string_view("Exif\0\0", 6)) && length > 8) {
            detail.orientation = exifOrientation(view.part(at + 10, length - 8));
        }
        at += 2 + length;
    }
    return false;
}

bool inspectWebp(const Bytes& bytes, ImageDetail& detail) {
    ByteView view(bytes);
    detail.colour = "RGB";
    if (view.matches(12, "VP8X")) {
        detail.header.width = view.u24(24) + 1;
        detail.header.height = view.u24(27) + 1;
        detail.alpha = (view.u8(20) & 0x10U) != 0;
    } else if (view.matches(12, "VP8L")) {
        const std::uint32_t fields = view.u32(21);
        detail.header.width = (fields & 0x3FFFU) + 1;
        detail.header.height = (fields >> 14 & 0x3FFFU) + 1;
        detail.alpha = (fields >> 28 & 1U) != 0;
        return view.ok() && view.u8(20) == 0x2F;
    } else if (view.matches(12, "VP8 ")) {
        detail.header.width = view.u16(26) & 0x3FFFU;
        detail.header.height = view.u16(28) & 0x3FFFU;
        return view.ok() && view.matches(23, "\x9D\x01\x2A");
    } else {
        return false;
    }
    return view.ok();
}

bool inspectBmp(const Bytes& bytes, ImageDetail& detail) {
    ByteView view(bytes);
    const bool core = view.u32(14) == 12;
    const auto height = static_cast<std::int32_t>(core ? view.u16(20) : view.u32(22));
    const auto width = static_cast<std::int32_t>(core ? view.u16(18) : view.u32(18));
    detail.header.width = width;
    detail.header.height = std::abs(static_cast<std::int64_t>(height));  // negative: the rows run from top to bottom
    const std::uint32_t perPixel = view.u16(core ? 24 : 28);
    const std::uint32_t compression = core ? 0 : view.u32(30);
    detail.colour = perPixel <= 8 ? "palette" : "RGB";
    detail.bits = perPixel <= 8 ? perPixel : perPixel == 16 ? 5 : 8;
    // The fourth byte of a pixel means alpha only where a mask names it.
    constexpr std::uint32_t kBitFields = 3;
    detail.alpha = perPixel == 32 && compression == kBitFields && view.u32(14) >= 56 && view.u32(66) != 0;
    if (compression == 0 || compression == kBitFields) {
        const std::uint64_t row = (static_cast<std::uint64_t>(std::max(width, 0)) * perPixel + 31) / 32 * 4;
        detail.dataEnd = view.u32(10) + row * static_cast<std::uint64_t>(detail.header.height);
    }
    return view.ok();
}

bool inspectTiff(const Bytes& bytes, ImageDetail& detail) {
    const TiffTags tags = readTiffTags(ByteView(bytes));
    if (!tags.valid) {
        return false;
    }
    detail.header.width = tags.width;
    detail.header.height = tags.height;
    detail.bits = tags.sampleFormat == 3 ? 0 : tags.bits;
    const std::uint32_t photometric = tags.photometric;
    detail.colour = photometric <= 1 ? "grey" : photometric == 3 ? "palette" : photometric == 5 ? "CMYK" : "RGB";
    detail.alpha = tags.extraSample == 1 || tags.extraSample == 2;
    // libtiff multiplies 8-bit colours by alpha while it reads them; deeper ones come as they are stored.
    detail.premultiplied = tags.bits <= 8 || tags.extraSample == 1;
    detail.dataEnd = tags.dataEnd;
    if (tags.orientation >= 1 && tags.orientation <= 8) {
        detail.orientation = static_cast<int>(tags.orientation);
    }
    if (detail.orientation != 1 && tags.orientationAt != 0) {
        // OpenCV turns some kinds of TIFF and not others: it is told that nothing needs turning.
        detail.lean = bytes;
        (*detail.lean)[tags.orientationAt + (tags.bigEndian ? 1 : 0)] = 1;
        (*detail.lean)[tags.orientationAt + (tags.bigEndian ? 0 : 1)] = 0;
    }
    return true;
}

/// The next decimal number of a PNM header, after white space and comments; −1 when there is none.
std::int64_t pnmNumber(const Bytes& bytes, std::size_t& at) {
    while (at < bytes.size() && (isSpace(bytes[at]) || bytes[at] == '#')) {
        if (bytes[at] == '#') {
            at = static_cast<std::size_t>(std::find(bytes.begin() + static_cast<std::ptrdiff_t>(at), bytes.end(), '\n') -
                                          bytes.begin());
        } else {
            ++at;
        }
    }
    std::int64_t value = -1;
    for (; at < bytes.size() && bytes[at] >= '0' && bytes[at] <= '9'; ++at) {
        value = std::min<std::int64_t>(std::max<std::int64_t>(value, 0) * 10 + (bytes[at] - '0'), INT32_MAX);
    }
    return value;
}

bool inspectPnm(const Bytes& bytes, ImageDetail& detail) {
    std::size_t at = 2;
    detail.header.width = pnmNumber(bytes, at);
    detail.header.height = pnmNumber(bytes, at);
    const char kind = static_cast<char>(bytes[1]);
    const bool bitmap = kind == '1' || kind == '4';
    const std::int64_t maxValue = bitmap ? 255 : pnmNumber(bytes, at);
    if (maxValue < 1 || maxValue > 65535) {
        return false;
    }
    detail.maxValue = static_cast<std::uint32_t>(maxValue);
    detail.bits = bitmap ? 1 : maxValue > 255 ? 16 : 8;
    detail.colour = kind == '3' || kind == '6' ? "RGB" : "grey";
    if (kind < '4') {
        // OpenCV scales what is written in digits to white by itself, and misses the last number when nothing follows it.
        detail.maxValue = maxValue > 255 ? detail.maxValue : 0;
        detail.lean = bytes;
        detail.lean->push_back('\n');
    }
    if (kind >= '4' && detail.header.width > 0 && detail.header.height > 0) {
        const auto width = static_cast<std::uint64_t>(detail.header.width);
        const std::uint64_t row = kind == '4' ? (width + 7) / 8 : width * (kind == '6' ? 3U : 1U) * (maxValue > 255 ? 2U : 1U);
        detail.dataEnd = at + 1 + row * static_cast<std::uint64_t>(detail.header.height);
    }
    return true;
}

bool inspectByFormat(const Bytes& bytes, ImageDetail& detail) {
    const std::string& format = detail.header.format;
    return format == "PNG"    ? inspectPng(bytes, detail)
           : format == "JPEG" ? inspectJpeg(bytes, detail)
           : format == "WebP" ? inspectWebp(bytes, detail)
           : format == "BMP"  ? inspectBmp(bytes, detail)
           : format == "TIFF" ? inspectTiff(bytes, detail)
                              : inspectPnm(bytes, detail);
}

Result<void> inspectWebpBody(const Bytes& bytes, const std::string& name, ImageDetail& detail) {
    ByteView view(bytes);
    const std::uint64_t end = std::uint64_t{8} + view.u32(4);
    if (end > bytes.size()) {
        return damagedImage(name, "WebP");
    }
    for (std::uint64_t at = 12; at + 8 <= end;) {
        const std::uint64_t length = view.u32(at + 4);
        if (view.matches(at, "ANIM")) {
            return makeError(ErrorCode::Unsupported,
                             FOVEA_TEXT("engine", "“%1” is an animation; save one of its pictures as a file of its own."),
                             {name});
        }
        if (view.matches(at, "EXIF")) {
            const std::uint64_t prefix = view.matches(at + 8, std::string_view("Exif\0\0", 6)) ? 6 : 0;
            detail.orientation = exifOrientation(view.part(at + 8 + prefix, length - prefix));
        }
        at += 8 + length + (length & 1U);
    }
    return {};
}

}  // namespace

Error damagedImage(const std::string& name, const std::string& format) {
    return makeError(ErrorCode::BadFormat,
                     FOVEA_TEXT("engine", "“%1” is cut off or damaged; choose an intact copy of this %2 file."), {name, format});
}

bool isImageHead(const Bytes& head) { return *formatOf(ByteView(head)) != '\0'; }

Result<ImageDetail> inspectImage(const Bytes& bytes, const std::string& name) {
    if (bytes.empty()) {
        return makeError(ErrorCode::BadFormat, FOVEA_TEXT("engine", "“%1” is empty; choose another file."), {name});
    }
    ImageDetail detail;
    detail.header.format = formatOf(ByteView(bytes));
    if (detail.header.format.empty() && looksLikeSound(ByteView(bytes))) {
        return soundError(name);
    }
    if (detail.header.format.empty()) {
        return makeError(
            ErrorCode::BadFormat,
            FOVEA_TEXT("engine", "“%1” is not a picture of a kind read here; choose a PNG, JPEG, WebP, BMP, TIFF or PNM file."),
            {name});
    }
    if (!inspectByFormat(bytes, detail) || detail.header.width < 1 || detail.header.height < 1) {
        return damagedImage(name, detail.header.format);
    }
    return detail;
}

Result<void> inspectBody(const Bytes& bytes, const std::string& name, ImageDetail& detail) {
    if (detail.dataEnd > bytes.size()) {
        return damagedImage(name, detail.header.format);
    }
    if (detail.header.format == "PNG") {
        return inspectPngBody(bytes, name, detail);
    }
    if (detail.header.format == "WebP") {
        return inspectWebpBody(bytes, name, detail);
    }
    return {};
}

Result<ImageHeader> readImageHeader(const Bytes& bytes, const std::string& name) {
    auto detail = inspectImage(bytes, name);
    if (!detail) {
        return detail.error();
    }
    return detail->header;
}

}  // namespace fovea
