#include "tests/support/image_bytes.h"

#include <opencv2/imgcodecs.hpp>

#include <cmath>

namespace fovea::test {

Bytes encoded(const char* ending, const cv::Mat& pixels, const std::vector<int>& options) {
    Bytes bytes;
    cv::imencode(ending, pixels, bytes, options);
    return bytes;
}

Bytes bytesOf(const std::string& text) { return {text.begin(), text.end()}; }

cv::Mat noise(int type) {
    cv::Mat pixels(7, 13, type);
    cv::RNG random(42);
    random.fill(pixels, cv::RNG::UNIFORM, 0, pixels.depth() == CV_16U ? 65536 : 256);
    return pixels;
}

cv::Mat photo() {
    cv::Mat pixels(97, 131, CV_8UC3);
    for (int y = 0; y < pixels.rows; ++y) {
        for (int x = 0; x < pixels.cols; ++x) {
            pixels.at<cv::Vec3b>(y, x) = cv::Vec3b(static_cast<std::uint8_t>(x), static_cast<std::uint8_t>(2 * y),
                                                   static_cast<std::uint8_t>(127.0 + 120.0 * std::sin(0.003 * x * y)));
        }
    }
    return pixels;
}

std::string textOf(const Result<Frame>& frame) { return frame ? frame->source->description : frame.error().message(); }

void put(Bytes& bytes, std::uint64_t value, int count, bool big) {
    for (int k = 0; k < count; ++k) {
        bytes.push_back(static_cast<std::uint8_t>(value >> 8 * (big ? count - 1 - k : k)));
    }
}

Bytes exifBlock(int orientation, bool big) {
    Bytes bytes = bytesOf(big ? "MM" : "II");
    put(bytes, 42, 2, big);
    put(bytes, 8, 4, big);
    put(bytes, 1, 2, big);
    put(bytes, 0x0112, 2, big);
    put(bytes, 3, 2, big);
    put(bytes, 1, 4, big);
    put(bytes, static_cast<std::uint64_t>(orientation), 2, big);
    put(bytes, 0, 2, big);
    put(bytes, 0, 4, big);
    return bytes;
}

Bytes tiffOf(const cv::Mat& pixels, int orientation, int extraSample) {
    const auto channels = static_cast<std::uint64_t>(pixels.channels());
    const std::uint64_t size = pixels.total() * pixels.elemSize();
    const std::uint64_t bits = pixels.depth() == CV_16U ? 16 : 8;
    struct Tag {
        std::uint64_t id, count, value;
    };
    std::vector<Tag> tags = {{256, 1, static_cast<std::uint64_t>(pixels.cols)},
                             {257, 1, static_cast<std::uint64_t>(pixels.rows)},
                             {258, channels, channels == 1 ? bits : 8 + size},
                             {259, 1, 1},
                             {262, 1, channels == 1 ? 1U : 2U},
                             {273, 1, 8},
                             {274, 1, static_cast<std::uint64_t>(orientation)},
                             {277, 1, channels},
                             {278, 1, static_cast<std::uint64_t>(pixels.rows)},
                             {279, 1, size}};
    if (extraSample >= 0) {
        tags.push_back({338, 1, static_cast<std::uint64_t>(extraSample)});
    }
    Bytes bytes = bytesOf("II");
    put(bytes, 42, 2, false);
    put(bytes, 8 + size + 2 * channels, 4, false);
    bytes.insert(bytes.end(), pixels.data, pixels.data + size);
    for (std::uint64_t c = 0; c < channels; ++c) {
        put(bytes, bits, 2, false);
    }
    put(bytes, tags.size(), 2, false);
    for (const auto& tag : tags) {
        const bool wide = tag.id == 273 || tag.id == 279;
        put(bytes, tag.id, 2, false);
        put(bytes, wide ? 4 : 3, 2, false);
        put(bytes, tag.count, 4, false);
        put(bytes, tag.value, 4, false);
    }
    put(bytes, 0, 4, false);
    return bytes;
}

Bytes withExif(const Bytes& jpeg, int orientation, bool big) {
    const Bytes block = exifBlock(orientation, big);
    Bytes bytes(jpeg.begin(), jpeg.begin() + 2);
    put(bytes, 0xFFE1, 2, true);
    put(bytes, 2 + 6 + block.size(), 2, true);
    put(bytes, 0x457869660000, 6, true);
    bytes.insert(bytes.end(), block.begin(), block.end());
    bytes.insert(bytes.end(), jpeg.begin() + 2, jpeg.end());
    return bytes;
}

namespace {

std::uint32_t crc(const Bytes& bytes) {
    std::uint32_t c = 0xFFFFFFFFU;
    for (const auto b : bytes) {
        c ^= b;
        for (int k = 0; k < 8; ++k) {
            c = (c & 1U) != 0 ? 0xEDB88320U ^ (c >> 1) : c >> 1;
        }
    }
    return ~c;
}

}  // namespace

Bytes pngChunk(const std::string& name, const Bytes& data) {
    Bytes body = bytesOf(name);
    body.insert(body.end(), data.begin(), data.end());
    Bytes bytes;
    put(bytes, data.size(), 4, true);
    bytes.insert(bytes.end(), body.begin(), body.end());
    put(bytes, crc(body), 4, true);
    return bytes;
}

Bytes withChunk(Bytes png, const std::string& name, const Bytes& data) {
    const Bytes chunk = pngChunk(name, data);
    png.insert(png.begin() + 33, chunk.begin(), chunk.end());
    return png;
}

Bytes pngHeader(std::uint32_t width, std::uint32_t height) {
    Bytes data;
    put(data, width, 4, true);
    put(data, height, 4, true);
    for (const int v : {8, 2, 0, 0, 0}) {
        put(data, static_cast<std::uint64_t>(v), 1, true);
    }
    Bytes bytes = bytesOf("\x89PNG\r\n\x1A\n");
    const Bytes chunk = pngChunk("IHDR", data);
    bytes.insert(bytes.end(), chunk.begin(), chunk.end());
    return bytes;
}

}  // namespace fovea::test
