#include "engine/models/retina.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <exception>
#include <new>
#include <opencv2/core.hpp>
#include <optional>
#include <utility>

#include "engine/kernels/parallel.h"
#include "engine/models/retina_parts.h"
#include "engine/thrown.h"

namespace fovea {
namespace {

/// The frame, reduced in `memory` so that its longer side is at most `maxSide`; never enlarged.
const cv::Mat& workingPicture(const cv::Mat& pixels, int maxSide, cv::Mat& memory) {
    const int longer = std::max(pixels.cols, pixels.rows);
    if (longer <= maxSide) {
        return pixels;
    }
    const double factor = static_cast<double>(maxSide) / longer;
    const auto side = [factor](int length) { return std::max(1, static_cast<int>(std::lround(length * factor))); };
    retina::reduce(pixels, cv::Size(side(pixels.cols), side(pixels.rows)), memory);
    return memory;
}

Result<void> checkOptions(const RetinaOptions& options) {
    if (std::find(std::begin(kRetinaStrides), std::end(kRetinaStrides), options.stride) == std::end(kRetinaStrides)) {
        return makeError(ErrorCode::BadParameter,
                         FOVEA_TEXT("engine", "The Retina cannot work with a stride of %1; choose 4, 8, 16 or 32."),
                         {std::to_string(options.stride)});
    }
    if (options.maxSide < 1 || options.maxSide > kLargestRetinaSide) {
        return makeError(ErrorCode::BadParameter,
                         FOVEA_TEXT("engine", "The Retina cannot work at a size of %1 pixels; choose 1 to %2."),
                         {std::to_string(options.maxSide), std::to_string(kLargestRetinaSide)});
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
        } catch (const std::exception& problem) {
            if (outOfMemory(problem)) {
                return makeError(ErrorCode::TooLarge,
                                 FOVEA_TEXT("engine", "The memory does not suffice for this picture; choose a larger stride."));
            }
            return makeError(ErrorCode::Unsupported,
                             FOVEA_TEXT("engine", "OpenCV could not process the picture (%1); try a smaller one."),
                             {reasonOf(problem)});
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

    /// A group of channels: the first of them, and what writes them.
    struct Group {
        int channel = 0;
        void (*add)(const Retina& self, retina::Scratch& scratch, retina::Sink& sink);
    };
    static constexpr std::size_t kGroups = 9;
    static const std::array<Group, kGroups>& groups();

    /// The frame before `index`, if frames follow each other. The same frame again is compared with the same predecessor.
    [[nodiscard]] const Seen* predecessor(std::uint64_t index) const {
        const auto& seen = m_now && m_now->index == index ? m_before : m_now;
        return seen && seen->index < index ? &*seen : nullptr;
    }

    /// Makes m_next the newest frame; what nothing needs any more takes its place.
    void advance() {
        if (!m_now || m_now->index != m_next.index) {
            std::swap(m_before, m_now);
            if (m_before && m_before->index > m_next.index) {
                m_before.reset();
            }
        }
        if (m_now) {
            std::swap(*m_now, m_next);
        } else {
            m_now = std::exchange(m_next, {});
        }
    }

    Result<Features> compute(const Frame& frame, const std::stop_token& stop) {
        const auto start = std::chrono::steady_clock::now();
        const cv::Mat& working = workingPicture(*frame.pixels, m_options.maxSide, m_reduced);
        const int stride = m_options.stride;
        const auto cells = [stride](int length) { return (length + stride - 1) / stride; };

        Features features;
        features.channelNames = retina::channelNames();
        features.map = FeatureMap(static_cast<int>(features.channelNames.size()), cells(working.rows), cells(working.cols));
        // The last cells may reach over the border of the picture, so a cell is always `stride` working pixels wide.
        features.geometry.stepX = stride * (static_cast<double>(frame.pixels->cols) / working.cols);
        features.geometry.stepY = stride * (static_cast<double>(frame.pixels->rows) / working.rows);

        retina::makePlanes(working, m_planes);
        m_next.index = frame.index;
        retina::keepForMotion(m_planes, m_next.state);
        addAll(features.map, stop);
        m_planes.picture.release();
        if (stop.stop_requested()) {
            return makeError(ErrorCode::Cancelled, FOVEA_TEXT("engine", "Stopped."));
        }
        advance();

        features.model = "Retina";
        features.layer = "stride " + std::to_string(stride);
        features.milliseconds = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
        return features;
    }

    /// The groups write different channels, so they run side by side; what one of them throws is thrown on.
    void addAll(FeatureMap& map, const std::stop_token& stop) {
        std::array<std::exception_ptr, kGroups> thrown;
        parallelFor(static_cast<int>(kGroups), [&](int first, int last) {
            for (int g = first; g < last && !stop.stop_requested(); ++g) {
                const auto at = static_cast<std::size_t>(g);
                try {
                    retina::Sink sink(map, m_options.stride, groups()[at].channel);
                    groups()[at].add(*this, m_scratch[at], sink);
                } catch (...) {
                    thrown[at] = std::current_exception();
                }
            }
        });
        for (const auto& problem : thrown) {
            if (problem) {
                std::rethrow_exception(problem);
            }
        }
    }

    RetinaOptions m_options;
    std::optional<Seen> m_now;
    std::optional<Seen> m_before;

    // Memory which is used again for every frame.
    Seen m_next;
    cv::Mat m_reduced;
    retina::Planes m_planes;
    std::array<retina::Scratch, kGroups> m_scratch;
};

// The dearest first, so that no core is left with it at the end.
const std::array<Retina::Group, Retina::kGroups>& Retina::groups() {
    using retina::Scratch;
    using retina::Sink;
    static const std::array<Group, kGroups> kAll = {{
        {31, [](const Retina& self, Scratch& scratch, Sink& sink) { retina::addEdges(self.m_planes, 0, scratch, sink); }},
        {9, [](const Retina& self, Scratch& scratch, Sink& sink) { retina::addSpots(self.m_planes, scratch, sink); }},
        {55, [](const Retina& self, Scratch& scratch, Sink& sink) { retina::addContrast(self.m_planes, scratch, sink); }},
        {39, [](const Retina& self, Scratch& scratch, Sink& sink) { retina::addEdges(self.m_planes, 1, scratch, sink); }},
        {19, [](const Retina& self, Scratch& scratch, Sink& sink) { retina::addColourSpots(self.m_planes, scratch, sink); }},
        {47, [](const Retina& self, Scratch& scratch, Sink& sink) { retina::addEdges(self.m_planes, 2, scratch, sink); }},
        {0, [](const Retina& self, Scratch&, Sink& sink) { retina::addBrightness(self.m_planes, sink); }},
        {60,
         [](const Retina& self, Scratch&, Sink& sink) {
             const Seen* before = self.predecessor(self.m_next.index);
             retina::addMotion(self.m_next.state, before ? &before->state : nullptr, sink);
         }},
        {3, [](const Retina& self, Scratch&, Sink& sink) { retina::addOpponency(self.m_planes, sink); }},
    }};
    return kAll;
}

}  // namespace

int retinaChannels() { return static_cast<int>(retina::channelNames().size()); }

std::unique_ptr<Backbone> makeRetina(const RetinaOptions& options) { return std::make_unique<Retina>(options); }

}  // namespace fovea
