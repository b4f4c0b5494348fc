#include "engine/models/retina.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <utility>

#include "engine/models/retina_parts.h"

namespace fovea {
namespace {

using retina::Pyramid;
using retina::Sink;

// Gains bring every group of channels to a comparable magnitude on photographs; they are constants, so that the same patch gives
// the same numbers in every picture.
constexpr float kBrightnessGain = 1.0F;
constexpr float kOpponencyGain = 1.0F;

// Half-saturation of a response r/(r + c), as cells of the visual cortex do: c is a contrast that photographs often hold.
constexpr float kSpotHalf = 0.10F;
constexpr float kColourSpotHalf = 0.10F;
constexpr float kEdgeHalf = 0.06F;
constexpr float kContrastHalf = 0.15F;
constexpr float kMotionHalf = 0.10F;

/// Answers below this are rounding of flat areas; taking it away makes them exactly 0.
constexpr float kSilence = 1e-4F;

struct Planes {
    Pyramid light;
    Pyramid redGreen;
    Pyramid blueYellow;
};

/// r/(r + half) for r = max(0, sign·value − kSilence).
cv::Mat respond(const cv::Mat& value, float sign, float half) {
    cv::Mat out(value.size(), CV_32F);
    for (int y = 0; y < value.rows; ++y) {
        const float* in = value.ptr<float>(y);
        float* to = out.ptr<float>(y);
        for (int x = 0; x < value.cols; ++x) {
            const float r = std::max(0.0F, sign * in[x] - kSilence);
            to[x] = r / (r + half);
        }
    }
    return out;
}

cv::Mat blurred(const cv::Mat& plane, double sigma) {
    cv::Mat out;
    const int radius = static_cast<int>(std::ceil(2.5 * sigma));
    cv::GaussianBlur(plane, out, cv::Size(2 * radius + 1, 2 * radius + 1), sigma, sigma, cv::BORDER_REFLECT_101);
    return out;
}

/// Centre minus surround on one level: Gaussians of σ = 1 and 3 pixels of that level.
cv::Mat centreSurround(const cv::Mat& level) { return blurred(level, 1.0) - blurred(level, 3.0); }

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

Planes splitPlanes(const cv::Mat& bgr) {
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
    return {retina::buildPyramid(light), retina::buildPyramid(redGreen), retina::buildPyramid(blueYellow)};
}

void addBrightness(const Planes& planes, Sink& sink) {
    for (const int level : {0, 2, 4}) {
        sink.add(kBrightnessGain * planes.light[level]);
    }
}

void addOpponency(const Planes& planes, Sink& sink) {
    for (const Pyramid* plane : {&planes.redGreen, &planes.blueYellow}) {
        for (const int level : {1, 3, 4}) {
            sink.add(kOpponencyGain * (*plane)[level]);
        }
    }
}

void addSpots(const Planes& planes, Sink& sink) {
    for (const int level : {1, 2, 3, 4}) {
        const cv::Mat difference = centreSurround(planes.light[level]);
        sink.add(respond(difference, 1.0F, kSpotHalf));
        sink.add(respond(difference, -1.0F, kSpotHalf));
    }
}

void addColourSpots(const Planes& planes, Sink& sink) {
    for (const Pyramid* plane : {&planes.redGreen, &planes.blueYellow}) {
        for (const int level : {2, 4}) {
            const cv::Mat difference = centreSurround((*plane)[level]);
            sink.add(respond(difference, 1.0F, kColourSpotHalf));
            sink.add(respond(difference, -1.0F, kColourSpotHalf));
        }
    }
}

void addEdges(const Planes& planes, int scale, Sink& sink) {
    for (const cv::Mat& energy : retina::gaborEnergies(planes.light[scale + 1])) {
        sink.add(respond(energy, 2.0F, kEdgeHalf));
    }
}

void addContrast(const Planes& planes, Sink& sink) {
    for (const int level : {1, 2, 3}) {
        const cv::Mat band = planes.light[level] - blurred(planes.light[level], 2.0);
        cv::Mat deviation;
        cv::sqrt(blurred(band.mul(band), 2.0), deviation);
        sink.add(respond(deviation, 1.0F, kContrastHalf));
    }
}

void addMotion(const Pyramid& now, const Pyramid& before, Sink& sink) {
    const bool follows = !before.empty() && before[0].size() == now[0].size();
    const auto change = [&](int level) -> cv::Mat {
        return follows ? cv::Mat(now[level] - before[level]) : cv::Mat(cv::Mat::zeros(now[level].size(), CV_32F));
    };
    const cv::Mat fine = change(1);
    const cv::Mat coarse = change(3);
    sink.add(respond(cv::abs(fine), 1.0F, kMotionHalf));
    sink.add(respond(cv::abs(coarse), 1.0F, kMotionHalf));
    sink.add(respond(fine, 1.0F, kMotionHalf));
    sink.add(respond(fine, -1.0F, kMotionHalf));
}

int roundUp(int value, int multiple) { return (value + multiple - 1) / multiple * multiple; }

class Retina final : public Backbone {
public:
    explicit Retina(const RetinaOptions& options) : m_options(options) {}

    Result<Features> run(const Frame& frame, const std::stop_token& stop) override {
        static constexpr std::array<int, 4> kStrides = {4, 8, 16, 32};
        if (std::find(kStrides.begin(), kStrides.end(), m_options.stride) == kStrides.end()) {
            return makeError(ErrorCode::BadParameter, FOVEA_TEXT("engine", "The Retina's stride cannot be %1; choose 4, 8, 16 or 32."),
                             {std::to_string(m_options.stride)});
        }
        if (m_options.maxSide < 1) {
            return makeError(ErrorCode::BadParameter,
                             FOVEA_TEXT("engine", "The Retina's working size cannot be %1 pixels; choose at least 1."),
                             {std::to_string(m_options.maxSide)});
        }
        if (!frame.valid() || frame.pixels->type() != CV_8UC3 || frame.pixels->empty()) {
            return makeError(ErrorCode::BadFormat, FOVEA_TEXT("engine", "The Retina needs an 8-bit colour picture; open another file."));
        }
        try {
            return compute(frame, stop);
        } catch (const cv::Exception& problem) {
            return makeError(ErrorCode::Unsupported,
                             FOVEA_TEXT("engine", "OpenCV could not process the picture (%1); try a smaller one."), {problem.err});
        }
    }

    void reset() override {
        m_now.clear();
        m_before.clear();
    }

    [[nodiscard]] std::string key() const override {
        return "retina/1/stride=" + std::to_string(m_options.stride) + "/maxSide=" + std::to_string(m_options.maxSide);
    }

private:
    Result<Features> compute(const Frame& frame, const std::stop_token& stop) {
        const auto start = std::chrono::steady_clock::now();
        const cv::Mat working = workingPicture(*frame.pixels, m_options.maxSide);
        const int stride = m_options.stride;
        const auto cells = [stride](int length) { return (length + stride - 1) / stride; };
        cv::Mat padded;
        const cv::Size size(roundUp(working.cols, retina::kPad), roundUp(working.rows, retina::kPad));
        cv::copyMakeBorder(working, padded, 0, size.height - working.rows, 0, size.width - working.cols, cv::BORDER_REFLECT_101);

        Features features;
        features.map = FeatureMap(static_cast<int>(retina::channelNames().size()), cells(working.rows), cells(working.cols));
        Sink sink(features.map, cv::Size(size.width / stride, size.height / stride));
        const Planes planes = splitPlanes(padded);
        addBrightness(planes, sink);
        addOpponency(planes, sink);
        addSpots(planes, sink);
        addColourSpots(planes, sink);
        for (int scale = 0; scale < retina::kGaborScales; ++scale) {
            if (stop.stop_requested()) {
                return makeError(ErrorCode::Cancelled, FOVEA_TEXT("engine", "Cancelled."));
            }
            addEdges(planes, scale, sink);
        }
        addContrast(planes, sink);
        addMotion(planes.light, m_before, sink);
        m_before = planes.light;
        features.channelNames = retina::channelNames();
        const double scaleX = static_cast<double>(frame.pixels->cols) / working.cols;
        const double scaleY = static_cast<double>(frame.pixels->rows) / working.rows;
        features.geometry = {.originX = 0.0, .originY = 0.0, .stepX = stride * scaleX, .stepY = stride * scaleY};
        features.model = "Retina";
        features.layer = "stride " + std::to_string(stride);
        features.milliseconds = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
        return features;
    }

    RetinaOptions m_options;
    Pyramid m_now;
    Pyramid m_before;
};

}  // namespace

std::unique_ptr<Backbone> makeRetina(const RetinaOptions& options) { return std::make_unique<Retina>(options); }

}  // namespace fovea
