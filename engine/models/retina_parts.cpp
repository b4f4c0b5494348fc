#include "engine/models/retina_parts.h"

#include <cassert>
#include <opencv2/imgproc.hpp>

namespace fovea::retina {

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
        FOVEA_TEXT("engine", "bright spot, finest"),
        FOVEA_TEXT("engine", "dark spot, finest"),
        FOVEA_TEXT("engine", "bright spot, fine"),
        FOVEA_TEXT("engine", "dark spot, fine"),
        FOVEA_TEXT("engine", "bright spot, medium"),
        FOVEA_TEXT("engine", "dark spot, medium"),
        FOVEA_TEXT("engine", "bright spot, coarse"),
        FOVEA_TEXT("engine", "dark spot, coarse"),
        FOVEA_TEXT("engine", "red spot, fine"),
        FOVEA_TEXT("engine", "green spot, fine"),
        FOVEA_TEXT("engine", "red spot, coarse"),
        FOVEA_TEXT("engine", "green spot, coarse"),
        FOVEA_TEXT("engine", "blue spot, fine"),
        FOVEA_TEXT("engine", "yellow spot, fine"),
        FOVEA_TEXT("engine", "blue spot, coarse"),
        FOVEA_TEXT("engine", "yellow spot, coarse"),
        FOVEA_TEXT("engine", "edges 0°, finest"),
        FOVEA_TEXT("engine", "edges 22.5°, finest"),
        FOVEA_TEXT("engine", "edges 45°, finest"),
        FOVEA_TEXT("engine", "edges 67.5°, finest"),
        FOVEA_TEXT("engine", "edges 90°, finest"),
        FOVEA_TEXT("engine", "edges 112.5°, finest"),
        FOVEA_TEXT("engine", "edges 135°, finest"),
        FOVEA_TEXT("engine", "edges 157.5°, finest"),
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
        FOVEA_TEXT("engine", "motion, fine"),
        FOVEA_TEXT("engine", "motion, coarse"),
        FOVEA_TEXT("engine", "motion, growing brighter"),
        FOVEA_TEXT("engine", "motion, growing darker"),
    };
    return kNames;
}

Pyramid buildPyramid(const cv::Mat& plane) {
    Pyramid levels = {plane};
    while (static_cast<int>(levels.size()) < kLevels) {
        cv::Mat blurred;
        cv::Mat half;
        cv::GaussianBlur(levels.back(), blurred, cv::Size(3, 3), 0.0, 0.0, cv::BORDER_REFLECT_101);
        cv::resize(blurred, half, cv::Size(blurred.cols / 2, blurred.rows / 2), 0.0, 0.0, cv::INTER_AREA);
        levels.push_back(half);
    }
    return levels;
}

void Sink::add(const cv::Mat& response) {
    assert(m_next < m_map.channels());
    cv::Mat pooled = response;
    if (response.size() != m_paddedCells) {
        const bool finer = m_paddedCells.width > response.cols;
        cv::resize(response, pooled, m_paddedCells, 0.0, 0.0, finer ? cv::INTER_LINEAR : cv::INTER_AREA);
    }
    cv::Mat cells(m_map.height(), m_map.width(), CV_32F, m_map.row(m_next));
    pooled(cv::Rect(0, 0, cells.cols, cells.rows)).copyTo(cells);
    ++m_next;
}

}  // namespace fovea::retina
