#include <array>

#include "engine/io/byte_view.h"
#include "engine/source/image_header.h"
#include "engine/source/tiff_tags.h"

namespace fovea {
namespace {

constexpr std::size_t kSignatureBytes = 8;
constexpr std::size_t kChunkOverhead = 12;  // length, name, checksum
constexpr std::uint32_t kGrey = 0;

/// The checksum of PNG (ISO 3309), over the name and the data of a chunk.
std::uint32_t checksum(const std::uint8_t* data, std::size_t size) {
    static const auto kTable = [] {
        std::array<std::uint32_t, 256> table = {};
        for (std::uint32_t n = 0; n < table.size(); ++n) {
            std::uint32_t c = n;
            for (int bit = 0; bit < 8; ++bit) {
                c = (c & 1U) != 0 ? 0xEDB88320U ^ (c >> 1) : c >> 1;
            }
            table[n] = c;
        }
        return table;
    }();
    std::uint32_t c = 0xFFFFFFFFU;
    for (std::size_t k = 0; k < size; ++k) {
        c = kTable[(c ^ data[k]) & 0xFFU] ^ (c >> 8);
    }
    return ~c;
}

const char* colourName(std::uint32_t type) {
    switch (type) {
        case kGrey:
            return "grey";
        case 2:
            return "RGB";
        case 3:
            return "palette";
        case 4:
            return "grey";
        case 6:
            return "RGB";
        default:
            return "";
    }
}

/// Whether the standard allows so many bits for this kind of colours.
bool isPngDepth(std::uint32_t bits, const ImageDetail& detail) {
    const bool few = bits == 1 || bits == 2 || bits == 4;
    const bool palette = detail.colour == "palette";
    return bits == 8 || (bits == 16 && !palette) || (few && (palette || (detail.colour == "grey" && !detail.alpha)));
}

void readTransparency(ByteView data, ImageDetail& detail) {
    data.setBigEndian(true);
    if (detail.colour == "grey") {
        detail.transparentGrey = data.u16(0);
    }
    detail.alpha = true;
}

bool neededForPixels(const ByteView& bytes, std::size_t at) {
    return bytes.matches(at, "IHDR") || bytes.matches(at, "PLTE") || bytes.matches(at, "tRNS") || bytes.matches(at, "IDAT") ||
           bytes.matches(at, "IEND");
}

}  // namespace

bool inspectPng(const std::vector<std::uint8_t>& bytes, ImageDetail& detail) {
    ByteView view(bytes);
    view.setBigEndian(true);
    detail.header.width = view.u32(16);
    detail.header.height = view.u32(20);
    if (!view.ok() || !view.matches(12, "IHDR")) {
        return false;
    }
    // A file which ends here is refused as cut off, but only after its size has been judged.
    detail.bits = view.has(24, 2) ? view.u8(24) : 8;
    const std::uint32_t type = view.has(24, 2) ? view.u8(25) : 2;
    detail.colour = colourName(type);
    detail.alpha = type == 4 || type == 6;
    return !detail.colour.empty();
}

Result<void> inspectPngBody(const std::vector<std::uint8_t>& bytes, const std::string& name, ImageDetail& detail) {
    if (!isPngDepth(detail.bits, detail)) {
        return makeError(
            ErrorCode::BadFormat,
            FOVEA_TEXT("engine", "“%1” claims to hold %2 bits per value, which no PNG of its kind does; save it again."),
            {name, std::to_string(detail.bits)});
    }
    ByteView view(bytes);
    view.setBigEndian(true);
    // Only what makes pixels is handed on: libpng writes its opinion of colour profiles and the like to stderr.
    std::vector<std::uint8_t> lean(bytes.begin(), bytes.begin() + kSignatureBytes);
    bool data = false;
    for (std::size_t at = kSignatureBytes; view.has(at, kChunkOverhead);) {
        const std::size_t length = view.u32(at);
        if (!view.has(at, kChunkOverhead + length)) {
            break;
        }
        const std::size_t body = at + 8;
        const std::size_t next = at + kChunkOverhead + length;
        if (neededForPixels(view, at + 4)) {
            if (checksum(bytes.data() + at + 4, length + 4) != view.u32(body + length)) {
                break;
            }
            lean.insert(lean.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at),
                        bytes.begin() + static_cast<std::ptrdiff_t>(next));
        }
        if (view.matches(at + 4, "tRNS")) {
            readTransparency(view.part(body, length), detail);
        } else if (view.matches(at + 4, "eXIf")) {
            detail.orientation = exifOrientation(view.part(body, length));
        }
        data = data || view.matches(at + 4, "IDAT");
        if (view.matches(at + 4, "IEND")) {
            detail.lean = std::move(lean);
            return data ? Result<void>() : damagedImage(name, "PNG");
        }
        at = next;
    }
    return damagedImage(name, "PNG");
}

}  // namespace fovea
