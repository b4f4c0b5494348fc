#include <opencv2/core.hpp>
#include <opencv2/videoio.hpp>

#include <cstdlib>
#include <utility>

#include "engine/source/camera_node.h"
#include "engine/source/quiet.h"
#include "engine/source/source_parts.h"
#include "engine/thrown.h"

namespace fovea {
namespace {

/// OpenCV waits ten seconds for a frame unless the environment says otherwise. Set as the library is loaded, when no other thread
/// reads the environment; a person's own value stays.
const bool kWaitSet = ::setenv("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", "2", 0) == 0;

constexpr int kWantedWidth = 640;
constexpr int kWantedHeight = 480;
constexpr double kWantedRate = 30.0;

class CameraSource final : public FrameSource {
public:
    CameraSource(std::string node, std::string name) : m_node(std::move(node)) {
        m_traits.kind = SourceKind::Camera;
        m_traits.name = std::move(name);
        m_traits.live = true;
    }

    [[nodiscard]] const SourceTraits& traits() const noexcept override { return m_traits; }
    Result<void> start(const SourceSpec& spec, const std::stop_token& stop);
    Result<Frame> next(const std::stop_token& stop) override;
    Result<void> skip(const std::stop_token& stop) override;

private:
    Error lost() const;
    Result<cv::Mat> read(const std::stop_token& stop);

    cv::VideoCapture m_capture;
    std::string m_node;
    SourceTraits m_traits;
    std::shared_ptr<const SourceInfo> m_info;
    std::chrono::steady_clock::time_point m_start;
    std::uint64_t m_count = 0;
};

Result<void> CameraSource::start(const SourceSpec& spec, const std::stop_token& stop) {
    quietLibraries();
    try {
        if (!m_capture.open(m_node, cv::CAP_V4L2)) {
            const auto asked = askCamera(m_node);
            return asked ? makeError(ErrorCode::Busy,
                                     FOVEA_TEXT("engine", "The camera “%1” does not start; close other programs which use it."),
                                     {m_node})
                         : asked.error();
        }
        // Uncompressed pictures of this size do not fit through every bus at the full rate.
        m_capture.set(cv::CAP_PROP_FOURCC, cv::VideoWriter::fourcc('M', 'J', 'P', 'G'));
        m_capture.set(cv::CAP_PROP_FRAME_WIDTH, spec.width > 0 ? spec.width : kWantedWidth);
        m_capture.set(cv::CAP_PROP_FRAME_HEIGHT, spec.height > 0 ? spec.height : kWantedHeight);
        m_capture.set(cv::CAP_PROP_FPS, spec.rate > 0.0 ? spec.rate : kWantedRate);
        m_capture.set(cv::CAP_PROP_BUFFERSIZE, 1);
        m_traits.rate = m_capture.get(cv::CAP_PROP_FPS);
    } catch (const cv::Exception& failure) {
        if (outOfMemory(failure)) {
            throw;
        }
        return lost();
    }
    m_start = std::chrono::steady_clock::now();
    const auto first = read(stop);
    if (!first) {
        return first.error();
    }
    m_traits.width = first->cols;
    m_traits.height = first->rows;
    SourceInfo info;
    info.path = m_node;
    info.name = m_traits.name;
    info.description = sizeText(m_traits.width, m_traits.height) + rateText(m_traits.rate) + ", camera";
    m_info = std::make_shared<const SourceInfo>(std::move(info));
    return {};
}

/// Why no frame came: the node tells whether the camera is gone, or only silent.
Error CameraSource::lost() const {
    const auto asked = askCamera(m_node);
    if (!asked && asked.error().code != ErrorCode::Busy) {
        return makeError(ErrorCode::Disconnected, FOVEA_TEXT("engine", "The camera “%1” was unplugged; plug it in again."),
                         {m_traits.name});
    }
    return makeError(ErrorCode::Disconnected,
                     FOVEA_TEXT("engine", "The camera “%1” has sent no picture for 2 s; unplug it and plug it in again."),
                     {m_traits.name});
}

Result<cv::Mat> CameraSource::read(const std::stop_token& stop) {
    if (stop.stop_requested()) {
        return stoppedError(m_traits.name);
    }
    try {
        cv::Mat pixels;
        const bool got = m_capture.read(pixels);
        if (stop.stop_requested()) {
            return stoppedError(m_traits.name);
        }
        if (got && pixels.type() == CV_8UC3) {
            return pixels;
        }
    } catch (const cv::Exception& failure) {  // said by lost(), as a failed read is
        if (outOfMemory(failure)) {
            throw;
        }
    }
    return lost();
}

Result<Frame> CameraSource::next(const std::stop_token& stop) {
    auto pixels = read(stop);
    if (!pixels) {
        return pixels.error();
    }
    Frame frame;
    frame.captured = std::chrono::steady_clock::now();
    frame.width = pixels->cols;
    frame.height = pixels->rows;
    frame.pixels = std::make_shared<const cv::Mat>(pixels->clone());  // the capture may write into its own buffer again
    frame.index = m_count++;
    frame.timestamp = std::chrono::duration<double>(frame.captured - m_start).count();
    frame.source = m_info;
    return frame;
}

Result<void> CameraSource::skip(const std::stop_token& stop) {
    if (stop.stop_requested()) {
        return stoppedError(m_traits.name);
    }
    try {
        if (m_capture.grab()) {
            ++m_count;
            return {};
        }
    } catch (const cv::Exception& failure) {  // said by lost(), as a failed grab is
        if (outOfMemory(failure)) {
            throw;
        }
    }
    return lost();
}

}  // namespace

Result<std::unique_ptr<FrameSource>> openCamera(const SourceSpec& spec, const std::stop_token& stop) {
    const auto asked = askCamera(spec.location);
    if (!asked) {
        return asked.error();
    }
    static_cast<void>(kWaitSet);
    auto source = std::make_unique<CameraSource>(spec.location, asked->name);
    if (auto started = source->start(spec, stop); !started) {
        return started.error();
    }
    return std::unique_ptr<FrameSource>(std::move(source));
}

}  // namespace fovea
