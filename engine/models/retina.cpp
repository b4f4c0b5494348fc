#include "engine/models/retina.h"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <cmath>
#include <functional>
#include <new>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <optional>
#include <utility>

#include "engine/models/retina_parts.h"

namespace fovea {
namespace {

/// The largest working size: all channels of it at stride 4 take 256 MiB.
constexpr int kMaxSide = 4096;

/// The frame, reduced so that its longer side is at most `maxSide`; never enlarged.
cv::Mat workingPicture(const cv::Mat& pixels, int maxSide) {
    const int longer = std::max(pixels.cols, pixels.rows);
    if (longer <= maxSide) {
        return pixels;
    }
    const double factor = static_cast<double>(maxSide) / longer;
    const auto side = [factor](int length) { return std::max(1, static_cast<int>(std::lround(length * factor))); };
    cv::Mat out;
    cv::resize(pixels, out, cv::Size(side(pixels.cols), side(pixels.rows)), 0.0, 0.0, cv::INTER_AREA);
    return out;
}

Result<void> checkOptions(const RetinaOptions& options) {
    const int stride = options.stride;
    if (stride != 4 && stride != 8 && stride != 16 && stride != 32) {
        return makeError(ErrorCode::BadParameter,
                         FOVEA_TEXT("engine", "The Retina cannot work with a stride of %1; choose 4, 8, 16 or 32."),
                         {std::to_string(stride)});
    }
    if (options.maxSide < 1 || options.maxSide > kMaxSide) {
        return makeError(ErrorCode::BadParameter,
                         FOVEA_TEXT("engine", "The Retina cannot work at a size of %1 pixels; choose 1 to %2."),
                         {std::to_string(options.maxSide), std::to_string(kMaxSide)});
    }
    return {};
}

class Retina final : public Backbone {
public:
    explicit Retina(const RetinaOptions& options) : m_options(options) {}

    Result<Features> run(const Frame& frame, const std::stop_token& stop) override {
        if (const auto checked = checkOptions(m_options); !checked) {
            return checked.error();
        }
        if (!frame.valid() || frame.pixels->empty() || frame.pixels->type() != CV_8UC3) {
            return makeError(ErrorCode::BadFormat,
                             FOVEA_TEXT("engine", "The Retina needs an 8-bit colour picture; open another picture."));
        }
        try {
            return compute(frame, stop);
        } catch (const cv::Exception& problem) {
            return makeError(ErrorCode::Unsupported,
                             FOVEA_TEXT("engine", "OpenCV could not process the picture (%1); try a smaller one."),
                             {problem.err});
        } catch (const std::bad_alloc&) {
            return makeError(ErrorCode::TooLarge,
                             FOVEA_TEXT("engine", "The memory does not suffice for this picture; choose a larger stride."));
        }
    }

    void reset() override {
        m_now.reset();
        m_before.reset();
    }

    [[nodiscard]] std::string key() const override {
        return "retina 1, stride " + std::to_string(m_options.stride) + ", side " + std::to_string(m_options.maxSide);
    }

private:
    /// Brightness of one frame and the frame's number.
    struct Seen {
        std::uint64_t index = 0;
        retina::MotionState state;
    };

    /// The frame before `index`, if frames follow each other. The same frame again is compared with the same predecessor.
    [[nodiscard]] std::optional<Seen> predecessor(std::uint64_t index) const {
        if (m_now && m_now->index == index) {
            return m_before;
        }
        return m_now && m_now->index < index ? m_now : std::nullopt;
    }

    Result<Features> compute(const Frame& frame, const std::stop_token& stop) {
        const auto start = std::chrono::steady_clock::now();
        const cv::Mat working = workingPicture(*frame.pixels, m_options.maxSide);
        const int stride = m_options.stride;
        const auto cells = [stride](int length) { return (length + stride - 1) / stride; };

        Features features;
        features.channelNames = retina::channelNames();
        features.map = FeatureMap(static_cast<int>(features.channelNames.size()), cells(working.rows), cells(working.cols));
        // The last cells may reach over the border of the picture, so a cell is always `stride` working pixels wide.
        features.geometry.stepX = stride * (static_cast<double>(frame.pixels->cols) / working.cols);
        features.geometry.stepY = stride * (static_cast<double>(frame.pixels->rows) / working.rows);

        const retina::Planes planes = retina::makePlanes(working);
        const auto before = predecessor(frame.index);
        const Seen now = {frame.index, retina::motionState(planes)};
        retina::Sink sink(features.map, stride);
        if (!addAll(planes, now.state, before ? &before->state : nullptr, sink, stop)) {
            return makeError(ErrorCode::Cancelled, FOVEA_TEXT("engine", "Stopped."));
        }
        m_before = before;
        m_now = now;

        features.model = "Retina";
        features.layer = "stride " + std::to_string(stride);
        features.milliseconds = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
        return features;
    }

    /// False when stopped.
    static bool addAll(const retina::Planes& planes, const retina::MotionState& now, const retina::MotionState* before,
                       retina::Sink& sink, const std::stop_token& stop) {
        const std::vector<std::function<void()>> groups = {
            [&] { retina::addBrightness(planes, sink); },  [&] { retina::addOpponency(planes, sink); },
            [&] { retina::addSpots(planes, sink); },       [&] { retina::addColourSpots(planes, sink); },
            [&] { retina::addEdges(planes, 0, sink); },    [&] { retina::addEdges(planes, 1, sink); },
            [&] { retina::addEdges(planes, 2, sink); },    [&] { retina::addContrast(planes, sink); },
            [&] { retina::addMotion(now, before, sink); },
        };
        for (const auto& group : groups) {
            if (stop.stop_requested()) {
                return false;
            }
            group();
        }
        assert(sink.count() == static_cast<int>(retina::channelNames().size()));
        return !stop.stop_requested();
    }

    RetinaOptions m_options;
    std::optional<Seen> m_now;
    std::optional<Seen> m_before;
};

}  // namespace

std::unique_ptr<Backbone> makeRetina(const RetinaOptions& options) { return std::make_unique<Retina>(options); }

}  // namespace fovea
