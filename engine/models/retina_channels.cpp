#include <algorithm>
#include <cassert>
#include <cstdint>
#include <opencv2/imgproc.hpp>

#include "engine/api.h"
#include "engine/models/retina_parts.h"

namespace fovea::retina {
namespace {

/// Binomial 1-3-3-1 and every second pixel, as a blur of 1-2-1 and the mean of 2×2: the halves stay aligned with their pairs.
cv::Mat halved(const cv::Mat& plane) {
    constexpr int kMargin = 2;
    const cv::Size half((plane.cols + 1) / 2, (plane.rows + 1) / 2);
    cv::Mat blurred;
    cv::GaussianBlur(continued(plane, kMargin), blurred, cv::Size(3, 3), 0.0, 0.0, cv::BORDER_REFLECT_101);
    cv::Mat out;
    cv::resize(blurred(cv::Rect(kMargin, kMargin, 2 * half.width, 2 * half.height)), out, half, 0.0, 0.0, cv::INTER_AREA);
    return out;
}

Pyramid makePyramid(const cv::Mat& plane) {
    Pyramid levels = {plane};
    while (static_cast<int>(levels.size()) < kLevels) {
        levels.push_back(halved(levels.back()));
    }
    return levels;
}

}  // namespace

cv::Mat continued(const cv::Mat& plane, int margin) {
    cv::Mat out;
    cv::copyMakeBorder(plane, out, margin, margin, margin, margin, cv::BORDER_REFLECT_101);
    const int right = margin + plane.cols - 1;
    for (int y = margin; y < margin + plane.rows; ++y) {
        float* row = out.ptr<float>(y);
        for (int k = 1; k <= margin; ++k) {
            row[margin - k] = 2.0F * row[margin] - row[margin - k];
            row[right + k] = 2.0F * row[right] - row[right + k];
        }
    }
    // Above and below, the rows to mirror are those just continued.
    for (int k = 1; k <= margin; ++k) {
        const int period = std::max(1, 2 * (plane.rows - 1));
        const int folded = plane.rows == 1 ? 0 : (k % period < plane.rows ? k % period : period - k % period);
        for (const int side : {-1, 1}) {
            const int edge = side < 0 ? margin : margin + plane.rows - 1;
            out.row(edge + side * k) = 2.0 * out.row(edge) - out.row(edge - side * folded);
        }
    }
    return out;
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

Planes makePlanes(const cv::Mat& bgr) {
    cv::Mat light(bgr.size(), CV_32F);
    cv::Mat redGreen(bgr.size(), CV_32F);
    cv::Mat blueYellow(bgr.size(), CV_32F);
    constexpr float kUnit = 1.0F / 255.0F;
    for (int y = 0; y < bgr.rows; ++y) {
        const std::uint8_t* in = bgr.ptr<std::uint8_t>(y);
        float* toLight = light.ptr<float>(y);
        float* toRedGreen = redGreen.ptr<float>(y);
        float* toBlueYellow = blueYellow.ptr<float>(y);
        for (int x = 0; x < bgr.cols; ++x) {
            const float b = static_cast<float>(in[3 * x]) * kUnit;
            const float g = static_cast<float>(in[3 * x + 1]) * kUnit;
            const float r = static_cast<float>(in[3 * x + 2]) * kUnit;
            toLight[x] = 0.299F * r + 0.587F * g + 0.114F * b;
            toRedGreen[x] = r - g;
            toBlueYellow[x] = b - 0.5F * (r + g);
        }
    }
    return {makePyramid(light), makePyramid(redGreen), makePyramid(blueYellow)};
}

void Sink::add(const cv::Mat& response, int level) {
    assert(m_next < m_map.channels());
    const int pitch = 1 << level;
    cv::Mat pooled = response;
    if (pitch > m_stride) {
        const int factor = pitch / m_stride;
        cv::resize(response, pooled, cv::Size(response.cols * factor, response.rows * factor), 0.0, 0.0, cv::INTER_LINEAR);
    } else if (pitch < m_stride) {
        const int factor = m_stride / pitch;
        const cv::Size cells(m_map.width(), m_map.height());
        cv::copyMakeBorder(response, pooled, 0, cells.height * factor - response.rows, 0, cells.width * factor - response.cols,
                           cv::BORDER_REPLICATE);
        cv::resize(pooled, pooled, cells, 0.0, 0.0, cv::INTER_AREA);
    }
    cv::Mat channel(m_map.height(), m_map.width(), CV_32F, m_map.row(m_next));
    pooled(cv::Rect(0, 0, channel.cols, channel.rows)).copyTo(channel);
    ++m_next;
}

}  // namespace fovea::retina
