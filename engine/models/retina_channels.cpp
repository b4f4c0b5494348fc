#include <algorithm>
#include <array>
#include <cassert>
#include <opencv2/imgproc.hpp>

#include "engine/api.h"
#include "engine/kernels/cell_means.h"
#include "engine/kernels/retina_planes.h"
#include "engine/models/retina_parts.h"

namespace fovea::retina {
namespace {

cv::Size halfOf(cv::Size size) { return {(size.width + 1) / 2, (size.height + 1) / 2}; }

}  // namespace

cv::Mat Buffer::plane(cv::Size size) {
    const auto count = static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height);
    if (m_values.size() < count) {
        m_values.resize(count);
    }
    return {size, CV_32F, m_values.data()};
}

void Level::resize(cv::Size size) {
    constexpr int kMargin = kernels::kPlaneMargin;
    plane = memory.plane({size.width + 2 * kMargin, size.height + 2 * kMargin})(cv::Rect(cv::Point(kMargin, kMargin), size));
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

void makePlanes(const cv::Mat& bgr, Planes& planes) {
    planes.picture = bgr;
    const std::array<Pyramid*, 3> pyramids = {&planes.light, &planes.redGreen, &planes.blueYellow};
    for (Pyramid* pyramid : pyramids) {
        (*pyramid)[1].resize(halfOf(bgr.size()));
    }
    kernels::halvePicture(pictureOf(bgr), planeOf(planes.light[1].plane), planeOf(planes.redGreen[1].plane),
                          planeOf(planes.blueYellow[1].plane));
    for (Pyramid* pyramid : pyramids) {
        kernels::continueBorders(planeOf((*pyramid)[1].plane));
        for (std::size_t level = 2; level < pyramid->size(); ++level) {
            const cv::Mat& finer = (*pyramid)[level - 1].plane;
            (*pyramid)[level].resize(halfOf(finer.size()));
            const kernels::Plane coarser = planeOf((*pyramid)[level].plane);
            kernels::halvePlane(planeOf(finer), coarser);
            kernels::continueBorders(coarser);
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
            kernels::addToSums(m_line.data(), static_cast<int>(m_sums.size()), m_sums.data());
        }
        // A factor is a power of two.
        kernels::meansOfCells(m_sums.data(), covered, m_map.width(), share, m_line.data(), m_map.row(m_next) + i * m_map.width());
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
