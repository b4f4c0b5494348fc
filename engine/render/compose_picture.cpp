#include "engine/render/compose_picture.h"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

PictureSpan insideSpan(double origin, double zoom, int pixels, int extent) {
    const auto before = [&](int pixel) { return picturePosition(origin, zoom, pixel) < 0.0; };
    const auto inside = [&](int pixel) { return picturePosition(origin, zoom, pixel) < extent; };
    PictureSpan span;
    while (span.first < pixels && before(span.first)) {
        ++span.first;
    }
    span.last = span.first;
    while (span.last < pixels && inside(span.last)) {
        ++span.last;
    }
    return span;
}

std::uint32_t packed(std::uint32_t blue, std::uint32_t green, std::uint32_t red) {
    return 0xFF000000U | red << 16 | green << 8 | blue;
}

std::uint32_t rounded(float v) { return static_cast<std::uint32_t>(std::min(v + 0.5F, 255.0F)); }

void mixRows(const uchar* upper, const uchar* lower, float weight, int count, float* __restrict out) {
    for (int k = 0; k < count; ++k) {
        out[k] = static_cast<float>(upper[k]) * (256.0F - weight) + static_cast<float>(lower[k]) * weight;
    }
}

/// Groups of B, G, R and a fourth value, all on 0..255·2^16, as 0xFFRRGGBB.
void roundPixels(const float* __restrict values, std::size_t pixels, std::uint32_t* out) {
    auto* bytes = reinterpret_cast<uchar*>(out);
    for (std::size_t k = 0; k < 4 * pixels; ++k) {
        bytes[k] = static_cast<uchar>(static_cast<int>(values[k] + 32768.0F) >> 16);
    }
    for (std::size_t k = 0; k < pixels; ++k) {
        out[k] |= 0xFF000000U;
    }
}

bool isWhole(double v) { return v == std::floor(v); }

}  // namespace

PictureRows::PictureRows(const cv::Mat& picture, const Viewport& viewport) : m_picture(picture), m_viewport(viewport) {
    const bool exact = viewport.zoom == 1.0 && isWhole(viewport.originX) && isWhole(viewport.originY);
    m_mode = exact || viewport.zoom >= 2.0 ? Mode::Nearest : viewport.zoom < 1.0 ? Mode::Area : Mode::Bilinear;
    m_columns = insideSpan(viewport.originX, viewport.zoom, viewport.width, picture.cols);
    m_rows = insideSpan(viewport.originY, viewport.zoom, viewport.height, picture.rows);
    for (int u = m_columns.first; u < m_columns.last; ++u) {
        m_columnTaps.push_back(taps(viewport.originX, u, picture.cols));
    }
}

PictureRows::Taps PictureRows::taps(double origin, int pixel, int extent) const {
    const double position = picturePosition(origin, m_viewport.zoom, pixel);
    Taps t;
    if (m_mode == Mode::Nearest) {
        t.first = std::clamp(static_cast<int>(position), 0, extent - 1);
    } else if (m_mode == Mode::Bilinear) {
        const double center = std::clamp(position - 0.5, 0.0, extent - 1.0);
        t.first = static_cast<int>(center);
        t.last = std::min(t.first + 1, extent - 1);
        t.weight = static_cast<std::uint32_t>(std::lround((center - t.first) * 256.0));
    } else {
        const double half = 0.5 / m_viewport.zoom;
        const double low = std::clamp(position - half, 0.0, static_cast<double>(extent));
        const double high = std::clamp(position + half, low, static_cast<double>(extent));
        t.first = std::min(static_cast<int>(low), extent - 1);
        t.last = std::clamp(static_cast<int>(std::ceil(high)) - 1, t.first, extent - 1);
        t.head = static_cast<float>((t.first == t.last ? high : t.first + 1.0) - low);
        t.tail = t.first == t.last ? 0.0F : static_cast<float>(high - t.last);
    }
    return t;
}

void PictureRows::draw(int v, std::uint32_t* out, Scratch& scratch) const {
    const Taps row = taps(m_viewport.originY, v, m_picture.rows);
    switch (m_mode) {
        case Mode::Nearest:
            return drawNearest(row, out + m_columns.first);
        case Mode::Bilinear:
            return drawBilinear(row, out + m_columns.first, scratch);
        case Mode::Area:
            return drawArea(row, out + m_columns.first, scratch);
    }
}

void PictureRows::drawNearest(const Taps& row, std::uint32_t* out) const {
    const uchar* in = m_picture.ptr<uchar>(row.first);
    for (const Taps& column : m_columnTaps) {
        const uchar* p = in + 3 * static_cast<std::ptrdiff_t>(column.first);
        *out++ = packed(p[0], p[1], p[2]);
    }
}

void PictureRows::drawBilinear(const Taps& row, std::uint32_t* out, Scratch& scratch) const {
    if (m_columnTaps.empty()) {
        return;
    }
    // First the two rows into one, then that row's pixels, each as a group of four: B, G, R and a value which does not count.
    // All products and sums are whole numbers below 2^24, so that floats hold them exactly.
    using Pixel = Eigen::Array4f;
    const int begin = 3 * m_columnTaps.front().first;
    const int count = 3 * (m_columnTaps.back().last + 1) - begin;
    const std::size_t columns = m_columnTaps.size();
    scratch.resize(static_cast<std::size_t>(count) + 1 + 4 * columns);
    mixRows(m_picture.ptr<uchar>(row.first) + begin, m_picture.ptr<uchar>(row.last) + begin, static_cast<float>(row.weight),
            count, scratch.data());
    scratch[static_cast<std::size_t>(count)] = 0.0F;
    float* const mixed = scratch.data() + count + 1;
    float* next = mixed;
    for (const Taps& column : m_columnTaps) {
        const Eigen::Map<const Pixel> left(scratch.data() + (3 * column.first - begin));
        const Eigen::Map<const Pixel> right(scratch.data() + (3 * column.last - begin));
        const auto weight = static_cast<float>(column.weight);
        Eigen::Map<Pixel>{next} = left * (256.0F - weight) + right * weight;
        next += 4;
    }
    roundPixels(mixed, columns, out);
}

void PictureRows::drawArea(const Taps& row, std::uint32_t* out, Scratch& scratch) const {
    if (m_columnTaps.empty()) {
        return;
    }
    // First the rows into one row of sums, which the compiler vectorises; then that row's spans.
    const int begin = 3 * m_columnTaps.front().first;
    const auto count = static_cast<std::size_t>(3 * (m_columnTaps.back().last + 1) - begin);
    scratch.assign(count, 0.0F);
    float height = 0.0F;
    for (int y = row.first; y <= row.last; ++y) {
        const float weight = y == row.first ? row.head : y == row.last ? row.tail : 1.0F;
        const uchar* in = m_picture.ptr<uchar>(y) + begin;
        float* sums = scratch.data();
        for (std::size_t k = 0; k < count; ++k) {
            sums[k] += weight * static_cast<float>(in[k]);
        }
        height += weight;
    }
    for (const Taps& column : m_columnTaps) {
        const float* p = scratch.data() + (3 * column.first - begin);
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
        *out++ = packed(rounded(blue * scale), rounded(green * scale), rounded(red * scale));
    }
}

}  // namespace fovea
