#include "engine/source/tiff_tags.h"

#include <algorithm>
#include <vector>

namespace fovea {
namespace {

constexpr std::uint32_t kByte = 1;
constexpr std::uint32_t kShort = 3;
constexpr std::uint32_t kLong = 4;
constexpr std::uint64_t kEntryBytes = 12;

std::uint32_t sizeOf(std::uint32_t type) { return type == kByte ? 1 : type == kShort ? 2 : type == kLong ? 4 : 0; }

/// Where the first value of an entry lies: in the entry itself when all of them fit into four bytes.
std::uint64_t valueAt(ByteView& bytes, std::uint64_t entry) {
    const std::uint64_t count = bytes.u32(entry + 4);
    return count * sizeOf(bytes.u16(entry + 2)) <= 4 ? entry + 8 : bytes.u32(entry + 8);
}

std::uint32_t firstValue(ByteView& bytes, std::uint64_t entry) {
    const std::uint64_t at = valueAt(bytes, entry);
    switch (bytes.u16(entry + 2)) {
        case kByte:
            return bytes.u8(at);
        case kShort:
            return bytes.u16(at);
        case kLong:
            return bytes.u32(at);
        default:
            return 0;
    }
}

/// Offsets or lengths of the strips or tiles.
std::vector<std::uint64_t> allValues(ByteView& bytes, std::uint64_t entry) {
    const std::uint32_t size = sizeOf(bytes.u16(entry + 2));
    const std::uint64_t count = bytes.u32(entry + 4);
    const std::uint64_t at = valueAt(bytes, entry);
    std::vector<std::uint64_t> values;
    for (std::uint64_t k = 0; k < count && bytes.ok() && size != 0; ++k) {
        values.push_back(size == 2 ? bytes.u16(at + 2 * k) : size == 4 ? bytes.u32(at + 4 * k) : bytes.u8(at + k));
    }
    return values;
}

struct Blocks {
    std::vector<std::uint64_t> offsets;
    std::vector<std::uint64_t> lengths;
};

std::uint64_t endOf(const Blocks& blocks) {
    std::uint64_t end = 0;
    for (std::size_t k = 0; k < blocks.offsets.size(); ++k) {
        end = std::max(end, blocks.offsets[k] + (k < blocks.lengths.size() ? blocks.lengths[k] : 0));
    }
    return end;
}

void readEntry(ByteView& bytes, std::uint64_t entry, TiffTags& tags, Blocks& blocks) {
    switch (bytes.u16(entry)) {
        case 256:
            tags.width = firstValue(bytes, entry);
            break;
        case 257:
            tags.height = firstValue(bytes, entry);
            break;
        case 258:
            tags.bits = firstValue(bytes, entry);
            break;
        case 262:
            tags.photometric = firstValue(bytes, entry);
            break;
        case 274:
            tags.orientation = firstValue(bytes, entry);
            tags.orientationAt = bytes.u16(entry + 2) == kShort ? valueAt(bytes, entry) : 0;
            break;
        case 277:
            tags.samples = firstValue(bytes, entry);
            break;
        case 273:
        case 324:
            blocks.offsets = allValues(bytes, entry);
            break;
        case 279:
        case 325:
            blocks.lengths = allValues(bytes, entry);
            break;
        case 338:
            tags.extraSample = firstValue(bytes, entry);
            break;
        case 339:
            tags.sampleFormat = firstValue(bytes, entry);
            break;
        default:
            break;
    }
}

}  // namespace

TiffTags readTiffTags(ByteView bytes) {
    TiffTags tags;
    tags.bigEndian = bytes.matches(0, "MM");
    if (!tags.bigEndian && !bytes.matches(0, "II")) {
        return tags;
    }
    bytes.setBigEndian(tags.bigEndian);
    if (bytes.u16(2) != 42) {
        return tags;
    }
    const std::uint64_t directory = bytes.u32(4);
    const std::uint32_t count = bytes.u16(directory);
    Blocks blocks;
    for (std::uint32_t k = 0; k < count && bytes.ok(); ++k) {
        readEntry(bytes, directory + 2 + k * kEntryBytes, tags, blocks);
    }
    static_cast<void>(bytes.u32(directory + 2 + count * kEntryBytes));  // every directory ends with the place of the next
    tags.dataEnd = endOf(blocks);
    tags.valid = bytes.ok();
    return tags;
}

int exifOrientation(ByteView bytes) {
    // Cameras write directories which run over the end of the block; what was read before that still counts.
    const auto orientation = readTiffTags(bytes).orientation;
    return orientation >= 1 && orientation <= 8 ? static_cast<int>(orientation) : 1;
}

}  // namespace fovea
