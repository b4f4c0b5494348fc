#pragma once

#include <QByteArray>

#include <cstdint>

#include "tests/support/image_bytes.h"

namespace fovea::test {

/// The header of a PNG as the test wants it, whether the standard allows it or not.
struct PngHead {
    std::uint32_t width = 1;
    std::uint32_t height = 1;
    int bits = 8;
    int colour = 0;  ///< 0 grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGB with alpha
    bool interlaced = false;
};

/// A PNG with this header, these chunks before its data, and these rows, each of which begins with the number of its filter.
inline Bytes pngWith(const PngHead& head, const Bytes& rows, const Bytes& chunks = {}) {
    Bytes header;
    put(header, head.width, 4, true);
    put(header, head.height, 4, true);
    for (const int v : {head.bits, head.colour, 0, 0, head.interlaced ? 1 : 0}) {
        put(header, static_cast<std::uint64_t>(v), 1, true);
    }
    const QByteArray packed = qCompress(rows.data(), static_cast<qsizetype>(rows.size())).mid(4);  // Qt puts the length in front
    Bytes png = bytesOf("\x89PNG\r\n\x1A\n");
    const Bytes data(packed.begin(), packed.end());
    for (const Bytes& part : {pngChunk("IHDR", header), chunks, pngChunk("IDAT", data), pngChunk("IEND", {})}) {
        png.insert(png.end(), part.begin(), part.end());
    }
    return png;
}

/// Rows of so many bytes, none of them filtered.
inline Bytes plainRows(int count, int bytesPerRow, std::uint8_t value = 90) {
    Bytes rows;
    for (int y = 0; y < count; ++y) {
        rows.push_back(0);
        rows.insert(rows.end(), static_cast<std::size_t>(bytesPerRow), value);
    }
    return rows;
}

}  // namespace fovea::test
