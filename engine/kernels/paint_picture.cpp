#include "engine/kernels/paint_picture.h"

#include <Eigen/Core>
#include <algorithm>

namespace fovea::kernels {
namespace {

std::uint32_t packed(std::uint32_t blue, std::uint32_t green, std::uint32_t red) {
    return 0xFF000000U | red << 16 | green << 8 | blue;
}

std::uint32_t rounded(float v) { return static_cast<std::uint32_t>(std::min(v + 0.5F, 255.0F)); }

void mixRows(const std::uint8_t* upper, const std::uint8_t* lower, float weight, int count, float* __restrict out) {
    for (int k = 0; k < count; ++k) {
        out[k] = static_cast<float>(upper[k]) * (256.0F - weight) + static_cast<float>(lower[k]) * weight;
    }
}

/// Groups of B, G, R and a fourth value, all on 0..255·2^16, as 0xFFRRGGBB.
void roundPixels(const float* __restrict values, std::size_t pixels, std::uint32_t* out) {
    auto* bytes = reinterpret_cast<std::uint8_t*>(out);
    for (std::size_t k = 0; k < 4 * pixels; ++k) {
        bytes[k] = static_cast<std::uint8_t>(static_cast<int>(values[k] + 32768.0F) >> 16);
    }
    for (std::size_t k = 0; k < pixels; ++k) {
        out[k] |= 0xFF000000U;
    }
}

/// sums[k] += Σ of the rows' bytes by their shares; gives the sum of the shares.
float addRows(const Picture& picture, const PictureTaps& rows, int begin, std::size_t count, float* sums) {
    float height = 0.0F;
    for (int y = rows.first; y <= rows.last; ++y) {
        const float weight = y == rows.first ? rows.head : y == rows.last ? rows.tail : 1.0F;
        const std::uint8_t* in = picture.row(y) + begin;
        for (std::size_t k = 0; k < count; ++k) {
            sums[k] += weight * static_cast<float>(in[k]);
        }
        height += weight;
    }
    return height;
}

}  // namespace

void paintNearest(const Picture& picture, const PictureTaps& rows, const PictureTaps* columns, std::size_t count,
                  std::uint32_t* out) {
    const std::uint8_t* in = picture.row(rows.first);
    for (std::size_t k = 0; k < count; ++k) {
        const std::uint8_t* p = in + 3 * static_cast<std::ptrdiff_t>(columns[k].first);
        out[k] = packed(p[0], p[1], p[2]);
    }
}

// First the two rows into one, then that row's pixels, each as a group of four: B, G, R and a value which does not count. All
// products and sums are whole numbers below 2^24, so that floats hold them exactly.
void paintBilinear(const Picture& picture, const PictureTaps& rows, const PictureTaps* columns, std::size_t count,
                   std::vector<float>& memory, std::uint32_t* out) {
    if (count == 0) {
        return;
    }
    using Pixel = Eigen::Array4f;
    const int begin = 3 * columns[0].first;
    const int bytes = 3 * (columns[count - 1].last + 1) - begin;
    memory.resize(static_cast<std::size_t>(bytes) + 1 + 4 * count);
    mixRows(picture.row(rows.first) + begin, picture.row(rows.last) + begin, static_cast<float>(rows.weight), bytes,
            memory.data());
    memory[static_cast<std::size_t>(bytes)] = 0.0F;
    float* const mixed = memory.data() + bytes + 1;
    for (std::size_t k = 0; k < count; ++k) {
        const PictureTaps& column = columns[k];
        const Eigen::Map<const Pixel> left(memory.data() + (3 * column.first - begin));
        const Eigen::Map<const Pixel> right(memory.data() + (3 * column.last - begin));
        const auto weight = static_cast<float>(column.weight);
        Eigen::Map<Pixel>{mixed + 4 * k} = left * (256.0F - weight) + right * weight;
    }
    roundPixels(mixed, count, out);
}

// First the rows into one row of sums, which the compiler vectorises; then that row's spans.
void paintArea(const Picture& picture, const PictureTaps& rows, const PictureTaps* columns, std::size_t count,
               std::vector<float>& memory, std::uint32_t* out) {
    if (count == 0) {
        return;
    }
    const int begin = 3 * columns[0].first;
    memory.assign(static_cast<std::size_t>(3 * (columns[count - 1].last + 1) - begin), 0.0F);
    const float height = addRows(picture, rows, begin, memory.size(), memory.data());
    for (std::size_t k = 0; k < count; ++k) {
        const PictureTaps& column = columns[k];
        const float* p = memory.data() + (3 * column.first - begin);
        float blue = column.head * p[0];
        float green = column.head * p[1];
        float red = column.head * p[2];
        float width = column.head;
        for (int x = column.first + 1; x <= column.last; ++x) {
            p += 3;
            const float weight = x == column.last ? column.tail : 1.0F;
            blue += weight * p[0];
            green += weight * p[1];
            red += weight * p[2];
            width += weight;
        }
        const float scale = 1.0F / (width * height);
        out[k] = packed(rounded(blue * scale), rounded(green * scale), rounded(red * scale));
    }
}

}  // namespace fovea::kernels
