#pragma once

#include <opencv2/core.hpp>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <new>
#include <string>
#include <utility>

#include "engine/source/frame_source.h"

namespace fovea::test {

/// What a fake source gives.
struct FakeFilm {
    int frames = 10;
    bool saysFrames = true;  ///< whether the traits tell their number
    int width = 48;
    int height = 36;
    double rate = 25.0;
    std::string path = "/films/film.mp4";
    std::map<int, Error> errors;                                                     ///< instead of the frame at this place
    int throwAt = -1;                                                                ///< this frame does not fit into the memory
    bool seekable = false;                                                           ///< its times can be asked for beforehand
    std::function<double(int)> time = {};                                            ///< empty: regular
    std::function<cv::Size(int)> size = {};                                          ///< empty: width and height
    std::shared_ptr<std::atomic<int>> read = std::make_shared<std::atomic<int>>(0);  ///< frames read so far
};

/// The picture of a frame: its number is in every pixel.
inline cv::Mat filmPicture(int index, cv::Size size) {
    cv::Mat pixels(size, CV_8UC3);
    for (int y = 0; y < size.height; ++y) {
        for (int x = 0; x < size.width; ++x) {
            pixels.at<cv::Vec3b>(y, x) =
                cv::Vec3b(static_cast<uchar>(index), static_cast<uchar>(5 * y), static_cast<uchar>(5 * x + index));
        }
    }
    return pixels;
}

inline Frame filmFrame(const FakeFilm& film, int index) {
    const cv::Size size = film.size ? film.size(index) : cv::Size(film.width, film.height);
    auto info = std::make_shared<SourceInfo>();
    info->path = film.path;
    info->name = "film.mp4";
    Frame frame;
    frame.pixels = std::make_shared<const cv::Mat>(filmPicture(index, size));
    frame.width = size.width;
    frame.height = size.height;
    frame.index = static_cast<std::uint64_t>(index);
    frame.timestamp = film.time ? film.time(index) : index / film.rate;
    frame.source = std::move(info);
    return frame;
}

/// Gives the frames of a film.
class FakeSource final : public FrameSource {
public:
    explicit FakeSource(FakeFilm film) : m_film(std::move(film)) {
        m_traits.kind = SourceKind::Video;
        m_traits.name = "film.mp4";
        m_traits.rate = m_film.rate;
        m_traits.frames = m_film.saysFrames ? m_film.frames : 0;
        m_traits.width = m_film.width;
        m_traits.height = m_film.height;
        m_traits.seekable = m_film.seekable;
    }
    [[nodiscard]] const SourceTraits& traits() const noexcept override { return m_traits; }
    Result<Frame> next(const std::stop_token& stop) override {
        if (stop.stop_requested()) {
            return makeError(ErrorCode::Cancelled, "Stopped.");
        }
        const int index = (*m_film.read)++;
        if (const auto error = m_film.errors.find(index); error != m_film.errors.end()) {
            return error->second;
        }
        if (m_film.throwAt == index) {
            throw std::bad_alloc();
        }
        if (index >= m_film.frames) {
            return makeError(ErrorCode::Ended, "No more.");
        }
        return filmFrame(m_film, index);
    }

    [[nodiscard]] double timeOf(std::int64_t index) const override {
        const auto k = static_cast<int>(index);
        return m_film.time ? m_film.time(k) : k / m_film.rate;
    }

private:
    FakeFilm m_film;
    SourceTraits m_traits;
};

}  // namespace fovea::test
