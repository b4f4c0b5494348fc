#include <algorithm>
#include <cassert>
#include <cstdint>
#include <functional>
#include <opencv2/imgproc.hpp>

#include "engine/api.h"
#include "engine/models/retina_filters.h"
#include "engine/models/retina_parts.h"

namespace fovea::retina {
namespace {

constexpr float kUnit = 1.0F / 255.0F;

float light(float b, float g, float r) { return kUnit * (0.299F * r + 0.587F * g + 0.114F * b); }

/// Brightness, red minus green and blue minus yellow of pixels B, G, R on 0..255.
void mixColours(const float* bgr, int width, float* __restrict toLight, float* __restrict toRedGreen,
                float* __restrict toBlueYellow) {
    for (int x = 0; x < width; ++x) {
        const float b = bgr[3 * x];
        const float g = bgr[3 * x + 1];
        const float r = bgr[3 * x + 2];
        toLight[x] = light(b, g, r);
        toRedGreen[x] = kUnit * (r - g);
        toBlueYellow[x] = kUnit * (b - 0.5F * (r + g));
    }
}

/// Values before and after a line: 2·border − mirror image.
void continueEnds(float* line, int length, int margin) {
    const int last = length - 1;
    for (int k = 1; k <= margin; ++k) {
        line[-k] = 2.0F * line[0] - line[mirrored(-k, length)];
        line[last + k] = 2.0F * line[last] - line[mirrored(last + k, length)];
    }
}

/// The binomial 1-3-3-1 over four rows, and over every second place of a row from −1 on: the halves stay aligned with their
/// pairs.
void halveRows(const std::array<const float*, 4>& rows, int width, float* __restrict out) {
    for (int x = 0; x < width; ++x) {
        out[x] = 0.125F * (rows[0][x] + rows[3][x]) + 0.375F * (rows[1][x] + rows[2][x]);
    }
}
void halveRow(const float* line, int width, float* __restrict out) {
    for (int x = 0; x < width; ++x) {
        out[x] = 0.125F * (line[2 * x - 1] + line[2 * x + 2]) + 0.375F * (line[2 * x] + line[2 * x + 1]);
    }
}

void addPairs(const float* in, int width, float* __restrict out) {
    for (int x = 0; x < width; ++x) {
        out[x] = in[2 * x] + in[2 * x + 1];
    }
}

cv::Size halfOf(cv::Size size) { return {(size.width + 1) / 2, (size.height + 1) / 2}; }

/// Bytes of a row of the picture as floats; above and below the picture its rows are continued.
void pictureRow(const cv::Mat& bgr, int y, float* __restrict out) {
    const int edge = std::clamp(y, 0, bgr.rows - 1);
    const auto* row = bgr.ptr<std::uint8_t>(edge);
    const auto* mirror = bgr.ptr<std::uint8_t>(mirrored(y, bgr.rows));
    const int count = 3 * bgr.cols;
    if (edge == y) {
        std::copy_n(row, count, out);
        return;
    }
    for (int x = 0; x < count; ++x) {
        out[x] = static_cast<float>(2 * row[x] - mirror[x]);
    }
}

/// Level 1 of all three planes. Halving the bytes first and mixing the colours afterwards is the same, and a quarter of the work.
void halvePicture(const cv::Mat& bgr, Planes& planes) {
    const cv::Size half = halfOf(bgr.size());
    for (Pyramid* pyramid : {&planes.light, &planes.redGreen, &planes.blueYellow}) {
        (*pyramid)[1].resize(half);
    }
    constexpr int kReach = 2;
    const auto count = static_cast<std::size_t>(3 * bgr.cols);
    const auto length = static_cast<std::size_t>(bgr.cols + 2 * kReach);
    std::vector<float> memory(5 * count + 3 * length);
    float* const bytes = memory.data() + 4 * count;
    float* const lightLine = bytes + count + kReach;
    float* const redGreen = lightLine + length;
    float* const blueYellow = redGreen + length;
    for (int y = 0; y < half.height; ++y) {
        std::array<const float*, 4> rows = {};
        for (int k = 0; k < 4; ++k) {
            float* row = memory.data() + static_cast<std::size_t>(k) * count;
            pictureRow(bgr, 2 * y - 1 + k, row);
            rows[k] = row;
        }
        halveRows(rows, static_cast<int>(count), bytes);
        mixColours(bytes, bgr.cols, lightLine, redGreen, blueYellow);
        for (float* line : {lightLine, redGreen, blueYellow}) {
            continueEnds(line, bgr.cols, kReach);
        }
        halveRow(lightLine, half.width, planes.light[1].plane.ptr<float>(y));
        halveRow(redGreen, half.width, planes.redGreen[1].plane.ptr<float>(y));
        halveRow(blueYellow, half.width, planes.blueYellow[1].plane.ptr<float>(y));
    }
}

/// The next level of a plane whose borders have been continued.
void halve(const Level& from, Level& to) {
    to.resize(halfOf(from.plane.size()));
    const int reach = 2 * to.plane.cols + 2;
    std::vector<float> line(static_cast<std::size_t>(reach));
    for (int y = 0; y < to.plane.rows; ++y) {
        std::array<const float*, 4> rows = {};
        for (int k = 0; k < 4; ++k) {
            rows[k] = from.wide.ptr<float>(kMargin + 2 * y - 1 + k) + kMargin - 1;
        }
        halveRows(rows, reach, line.data());
        halveRow(line.data() + 1, to.plane.cols, to.plane.ptr<float>(y));
    }
}

}  // namespace

int mirrored(int position, int length) { return cv::borderInterpolate(position, length, cv::BORDER_REFLECT_101); }

void mirrorEnds(float* line, int length, int margin) {
    const int last = length - 1;
    for (int k = 1; k <= margin; ++k) {
        line[-k] = line[mirrored(-k, length)];
        line[last + k] = line[mirrored(last + k, length)];
    }
}

cv::Mat Buffer::plane(cv::Size size) {
    const auto count = static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height);
    if (m_values.size() < count) {
        m_values.resize(count);
    }
    return {size, CV_32F, m_values.data()};
}

void Level::resize(cv::Size size) {
    wide = memory.plane({size.width + 2 * kMargin, size.height + 2 * kMargin});
    plane = wide(cv::Rect(cv::Point(kMargin, kMargin), size));
}

void Level::continueBorders() {
    for (int y = 0; y < plane.rows; ++y) {
        continueEnds(plane.ptr<float>(y), plane.cols, kMargin);
    }
    // Above and below, the rows to mirror are those just continued.
    const auto continueRow = [this](int edge, int row) {
        const float* border = wide.ptr<float>(kMargin + edge);
        const float* mirror = wide.ptr<float>(kMargin + mirrored(row, plane.rows));
        float* out = wide.ptr<float>(kMargin + row);
        for (int x = 0; x < wide.cols; ++x) {
            out[x] = 2.0F * border[x] - mirror[x];
        }
    };
    for (int k = 1; k <= kMargin; ++k) {
        continueRow(0, -k);
        continueRow(plane.rows - 1, plane.rows - 1 + k);
    }
}

const std::vector<std::string>& channelNames() {
    static const std::vector<std::string> kNames = {
        FOVEA_TEXT("engine", "brightness, fine"),
        FOVEA_TEXT("engine", "brightness, medium"),
        FOVEA_TEXT("engine", "brightness, coarse"),
        FOVEA_TEXT("engine", "red–green, fine"),
        FOVEA_TEXT("engine", "red–green, medium"),
        FOVEA_TEXT("engine", "red–green, coarse"),
        FOVEA_TEXT("engine", "blue–yellow, fine"),
        FOVEA_TEXT("engine", "blue–yellow, medium"),
        FOVEA_TEXT("engine", "blue–yellow, coarse"),
        FOVEA_TEXT("engine", "bright spots, finest"),
        FOVEA_TEXT("engine", "dark spots, finest"),
        FOVEA_TEXT("engine", "bright spots, fine"),
        FOVEA_TEXT("engine", "dark spots, fine"),
        FOVEA_TEXT("engine", "bright spots, medium"),
        FOVEA_TEXT("engine", "dark spots, medium"),
        FOVEA_TEXT("engine", "bright spots, coarse"),
        FOVEA_TEXT("engine", "dark spots, coarse"),
        FOVEA_TEXT("engine", "bright spots, coarsest"),
        FOVEA_TEXT("engine", "dark spots, coarsest"),
        FOVEA_TEXT("engine", "red spots, fine"),
        FOVEA_TEXT("engine", "green spots, fine"),
        FOVEA_TEXT("engine", "red spots, medium"),
        FOVEA_TEXT("engine", "green spots, medium"),
        FOVEA_TEXT("engine", "red spots, coarse"),
        FOVEA_TEXT("engine", "green spots, coarse"),
        FOVEA_TEXT("engine", "blue spots, fine"),
        FOVEA_TEXT("engine", "yellow spots, fine"),
        FOVEA_TEXT("engine", "blue spots, medium"),
        FOVEA_TEXT("engine", "yellow spots, medium"),
        FOVEA_TEXT("engine", "blue spots, coarse"),
        FOVEA_TEXT("engine", "yellow spots, coarse"),
        FOVEA_TEXT("engine", "edges 0°, fine"),
        FOVEA_TEXT("engine", "edges 22.5°, fine"),
        FOVEA_TEXT("engine", "edges 45°, fine"),
        FOVEA_TEXT("engine", "edges 67.5°, fine"),
        FOVEA_TEXT("engine", "edges 90°, fine"),
        FOVEA_TEXT("engine", "edges 112.5°, fine"),
        FOVEA_TEXT("engine", "edges 135°, fine"),
        FOVEA_TEXT("engine", "edges 157.5°, fine"),
        FOVEA_TEXT("engine", "edges 0°, medium"),
        FOVEA_TEXT("engine", "edges 22.5°, medium"),
        FOVEA_TEXT("engine", "edges 45°, medium"),
        FOVEA_TEXT("engine", "edges 67.5°, medium"),
        FOVEA_TEXT("engine", "edges 90°, medium"),
        FOVEA_TEXT("engine", "edges 112.5°, medium"),
        FOVEA_TEXT("engine", "edges 135°, medium"),
        FOVEA_TEXT("engine", "edges 157.5°, medium"),
        FOVEA_TEXT("engine", "edges 0°, coarse"),
        FOVEA_TEXT("engine", "edges 22.5°, coarse"),
        FOVEA_TEXT("engine", "edges 45°, coarse"),
        FOVEA_TEXT("engine", "edges 67.5°, coarse"),
        FOVEA_TEXT("engine", "edges 90°, coarse"),
        FOVEA_TEXT("engine", "edges 112.5°, coarse"),
        FOVEA_TEXT("engine", "edges 135°, coarse"),
        FOVEA_TEXT("engine", "edges 157.5°, coarse"),
        FOVEA_TEXT("engine", "local contrast, fine"),
        FOVEA_TEXT("engine", "local contrast, medium"),
        FOVEA_TEXT("engine", "local contrast, coarse"),
        FOVEA_TEXT("engine", "red–green contrast"),
        FOVEA_TEXT("engine", "blue–yellow contrast"),
        FOVEA_TEXT("engine", "motion, fine"),
        FOVEA_TEXT("engine", "motion, coarse"),
        FOVEA_TEXT("engine", "motion, growing brighter"),
        FOVEA_TEXT("engine", "motion, growing darker"),
    };
    return kNames;
}

void lightRow(const cv::Mat& bgr, int y, float* out) {
    const auto* in = bgr.ptr<std::uint8_t>(y);
    for (int x = 0; x < bgr.cols; ++x) {
        out[x] = light(static_cast<float>(in[3 * x]), static_cast<float>(in[3 * x + 1]), static_cast<float>(in[3 * x + 2]));
    }
}

void makePlanes(const cv::Mat& bgr, Planes& planes) {
    planes.picture = bgr;
    halvePicture(bgr, planes);
    for (Pyramid* pyramid : {&planes.light, &planes.redGreen, &planes.blueYellow}) {
        (*pyramid)[1].continueBorders();
        for (std::size_t level = 2; level < pyramid->size(); ++level) {
            halve((*pyramid)[level - 1], (*pyramid)[level]);
            (*pyramid)[level].continueBorders();
        }
    }
}

void Sink::add(cv::Size size, int level, const Row& row) {
    assert(m_next < m_map.channels());
    const int pitch = 1 << level;
    if (pitch > m_stride) {
        addBetween(size, pitch / m_stride, row);
    } else {
        addMeans(size, m_stride / pitch, row);
    }
    ++m_next;
}

void Sink::add(const cv::Mat& plane, int level) {
    add(plane.size(), level, [&plane](int y, float* out) { std::copy_n(plane.ptr<float>(y), plane.cols, out); });
}

void Sink::addMeans(cv::Size size, int factor, const Row& row) {
    const int covered = m_map.width() * factor;
    m_line.resize(static_cast<std::size_t>(std::max(covered, size.width)));
    m_sums.resize(m_line.size());
    const float share = 1.0F / static_cast<float>(factor * factor);
    for (int i = 0; i < m_map.height(); ++i) {
        std::fill(m_sums.begin(), m_sums.end(), 0.0F);
        for (int y = i * factor; y < (i + 1) * factor; ++y) {
            if (y < size.height) {
                row(y, m_line.data());
                std::fill(m_line.begin() + size.width, m_line.end(), m_line[static_cast<std::size_t>(size.width - 1)]);
            }
            std::transform(m_sums.begin(), m_sums.end(), m_line.begin(), m_sums.begin(), std::plus<>());
        }
        // A factor is a power of two, and pairs are quicker to add than runs.
        float* sums = m_sums.data();
        for (int length = covered; length > m_map.width();) {
            length /= 2;
            addPairs(sums, length, m_line.data());
            std::copy_n(m_line.data(), length, sums);
        }
        float* cell = m_map.row(m_next) + i * m_map.width();
        std::transform(sums, sums + m_map.width(), cell, [share](float sum) { return sum * share; });
    }
}

void Sink::addBetween(cv::Size size, int factor, const Row& row) {
    cv::Mat response(size, CV_32F);
    for (int y = 0; y < size.height; ++y) {
        row(y, response.ptr<float>(y));
    }
    cv::Mat fine;
    cv::resize(response, fine, size * factor, 0.0, 0.0, cv::INTER_LINEAR);
    cv::Mat channel(m_map.height(), m_map.width(), CV_32F, m_map.row(m_next));
    fine(cv::Rect(0, 0, channel.cols, channel.rows)).copyTo(channel);
}

}  // namespace fovea::retina
