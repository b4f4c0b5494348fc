#include "engine/source/image_source.h"

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <functional>
#include <limits>
#include <utility>

#include "engine/source/image_header.h"
#include "engine/source/jpeg_decoder.h"
#include "engine/source/orientation.h"
#include "engine/source/png_decoder.h"
#include "engine/source/quiet.h"
#include "engine/source/tiff_errors.h"
#include "engine/thrown.h"

namespace fovea {
namespace {

/// OpenCV refuses longer sides by itself, with an assertion for a message.
constexpr std::int64_t kMaxSide = std::int64_t{1} << 20;

Result<void> checkSize(std::int64_t width, std::int64_t height, const std::string& name) {
    // Either side alone is compared first, so that the product cannot overflow.
    if (width > kMaxSide || height > kMaxSide || width * height > kMaxImagePixels) {
        return makeError(ErrorCode::TooLarge,
                         FOVEA_TEXT("engine", "“%1” has %2 × %3 pixels, more than the 100 megapixels allowed; reduce it first."),
                         {name, std::to_string(width), std::to_string(height)});
    }
    return {};
}

/// round(255·(c·a + M·(M − a)) / M²): the colour over white, alpha taken as a fraction of M.
template <class T>
std::uint8_t overWhite(std::uint64_t colour, std::uint64_t alpha, bool premultiplied) {
    constexpr std::uint64_t kMax = std::numeric_limits<T>::max();
    if (premultiplied) {
        const std::uint64_t sum = std::min(colour + kMax - alpha, kMax);
        return static_cast<std::uint8_t>((255 * sum + kMax / 2) / kMax);
    }
    const std::uint64_t sum = colour * alpha + kMax * (kMax - alpha);
    return static_cast<std::uint8_t>((255 * sum + kMax * kMax / 2) / (kMax * kMax));
}

template <class T>
cv::Mat flattened(const cv::Mat& bgra, bool premultiplied) {
    cv::Mat out(bgra.size(), CV_8UC3);
    for (int y = 0; y < bgra.rows; ++y) {
        const auto* in = bgra.ptr<cv::Vec<T, 4>>(y);
        auto* row = out.ptr<cv::Vec3b>(y);
        for (int x = 0; x < bgra.cols; ++x) {
            for (int k = 0; k < 3; ++k) {
                row[x][k] = overWhite<T>(in[x][k], in[x][3], premultiplied);
            }
        }
    }
    return out;
}

/// The shades of a PNM run up to a value which the file chooses.
void stretchTo(cv::Mat& pixels, std::uint32_t maxValue) {
    const double full = pixels.depth() == CV_16U ? 65535.0 : 255.0;
    if (maxValue != 0 && maxValue != static_cast<std::uint32_t>(full)) {
        pixels.convertTo(pixels, pixels.depth(), full / maxValue);
    }
}

/// Grey pixels with one value which means "transparent" become grey with alpha.
cv::Mat keyedGrey(const cv::Mat& grey, std::uint32_t key, std::uint32_t bits) {
    const std::uint32_t value = bits < 8 ? key * 255U / ((1U << bits) - 1U) : key;
    cv::Mat hidden;
    cv::compare(grey, cv::Scalar(value), hidden, cv::CMP_EQ);
    cv::Mat white = grey.clone();
    white.setTo(cv::Scalar(grey.depth() == CV_16U ? 65535.0 : 255.0), hidden);
    return white;
}

const char* turnText(int orientation) {
    switch (orientation) {
        case 2:
            return ", mirrored by EXIF";
        case 3:
            return ", rotated 180° by EXIF";
        case 4:
            return ", flipped by EXIF";
        case 5:
            return ", mirrored and rotated 270° by EXIF";
        case 6:
            return ", rotated 90° by EXIF";
        case 7:
            return ", mirrored and rotated 90° by EXIF";
        case 8:
            return ", rotated 270° by EXIF";
        default:
            return "";
    }
}

/// Decoded pixels of any depth and number of channels to upright BGR.
cv::Mat toBgr(cv::Mat pixels, const ImageDetail& detail) {
    if (pixels.channels() == 1 && detail.transparentGrey) {
        pixels = keyedGrey(pixels, *detail.transparentGrey, detail.bits);
    }
    stretchTo(pixels, detail.maxValue);
    if (pixels.channels() == 4 && !detail.alpha) {
        cv::cvtColor(pixels, pixels, cv::COLOR_BGRA2BGR);
    } else if (pixels.channels() == 4) {
        pixels = pixels.depth() == CV_16U ? flattened<std::uint16_t>(pixels, detail.premultiplied)
                                          : flattened<std::uint8_t>(pixels, detail.premultiplied);
    }
    if (pixels.depth() == CV_16U) {
        pixels.convertTo(pixels, CV_8U, 1.0 / 257.0);
    }
    if (pixels.channels() == 1) {
        cv::cvtColor(pixels, pixels, cv::COLOR_GRAY2BGR);
    }
    return upright(pixels, detail.orientation);
}

std::string describe(const cv::Size& size, int depth, const ImageDetail& detail) {
    std::string text = std::to_string(size.width) + " × " + std::to_string(size.height) + ", " + std::to_string(detail.bits) +
                       "-bit " + detail.colour + (detail.alpha ? " with alpha" : "");
    text += depth == CV_16U ? ", 16-bit reduced to 8" : "";
    text += detail.alpha ? ", alpha over white" : "";
    return text + turnText(detail.orientation);
}

Frame makeFrame(cv::Mat pixels, const std::string& name, std::string description) {
    Frame frame;
    frame.width = pixels.cols;
    frame.height = pixels.rows;
    frame.pixels = std::make_shared<const cv::Mat>(std::move(pixels));
    SourceInfo info;
    info.name = name;
    info.description = std::move(description);
    frame.source = std::make_shared<const SourceInfo>(std::move(info));
    return frame;
}

/// The one place where the exceptions of the decoders end.
Result<Frame> guarded(const std::string& name, const std::function<Result<Frame>()>& work) {
    quietLibraries();
    try {
        return work();
    } catch (const std::exception& failure) {
        return outOfMemory(failure)
                   ? thrownError(name, failure)
                   : makeError(ErrorCode::BadFormat, FOVEA_TEXT("engine", "“%1” cannot be decoded (%2); save it again as PNG."),
                               {name, reasonOf(failure)});
    }
}

/// Whether the decoders give right pixels for this depth.
bool depthSupported(const ImageDetail& detail) {
    const std::string& format = detail.header.format;
    if (format == "JPEG" || (format == "TIFF" && (detail.colour == "CMYK" || detail.colour == "palette"))) {
        return detail.bits == 8;
    }
    return format != "TIFF" || detail.bits == 1 || detail.bits == 8 || detail.bits == 16;
}

Error unsupportedDepth(const std::string& name) {
    return makeError(
        ErrorCode::Unsupported,
        FOVEA_TEXT("engine", "“%1” stores its colours in a depth which is not read here; save it with 8 bits a channel."),
        {name});
}

/// Pixels as they are stored; an empty picture or an error where they are damaged.
Result<cv::Mat> decodePixels(const std::vector<std::uint8_t>& bytes, const std::string& name, const ImageDetail& detail) {
    if (detail.header.format == "JPEG") {
        return decodeJpeg(bytes);
    }
    if (detail.header.format != "PNG") {
        const TiffErrors errors;
        const cv::Mat pixels = cv::imdecode(bytes, cv::IMREAD_UNCHANGED);
        return errors.any() ? cv::Mat() : pixels;
    }
    DecodedPng png = decodePng(bytes);
    if (png.problem.empty()) {
        return std::move(png.pixels);
    }
    if (png.rows > 0) {
        return makeError(ErrorCode::BadFormat,
                         FOVEA_TEXT("engine", "“%1” is damaged after row %2 of %3 (%4); choose an intact copy of this PNG file."),
                         {name, std::to_string(png.rows), std::to_string(detail.header.height), png.problem});
    }
    return makeError(ErrorCode::BadFormat,
                     FOVEA_TEXT("engine", "“%1” is damaged from its beginning (%2); choose an intact copy of this PNG file."),
                     {name, png.problem});
}

Result<Frame> decode(const std::vector<std::uint8_t>& bytes, const std::string& name, ImageDetail& detail) {
    if (auto checked = inspectBody(bytes, name, detail); !checked) {
        return checked.error();
    }
    if (!depthSupported(detail)) {
        return unsupportedDepth(name);
    }
    const auto decoded = decodePixels(detail.lean ? *detail.lean : bytes, name, detail);
    if (!decoded) {
        return decoded.error();
    }
    const cv::Mat& pixels = *decoded;
    if (pixels.empty() || pixels.cols != detail.header.width || pixels.rows != detail.header.height) {
        return damagedImage(name, detail.header.format);
    }
    if ((pixels.depth() != CV_8U && pixels.depth() != CV_16U) || pixels.channels() == 2 || pixels.channels() > 4) {
        return unsupportedDepth(name);
    }
    std::string description = describe(pixels.size(), pixels.depth(), detail);
    return makeFrame(toBgr(pixels, detail), name, std::move(description));
}

}  // namespace

Result<Frame> decodeImage(const std::vector<std::uint8_t>& bytes, const std::string& name) {
    auto detail = inspectImage(bytes, name);
    if (!detail) {
        return detail.error();
    }
    if (auto checked = checkSize(detail->header.width, detail->header.height, name); !checked) {
        return checked.error();
    }
    return guarded(name, [&] { return decode(bytes, name, *detail); });
}

Result<Frame> frameFromPixels(const cv::Mat& pixels, const std::string& name) {
    if (pixels.empty() || (pixels.type() != CV_8UC3 && pixels.type() != CV_8UC4)) {
        return makeError(ErrorCode::BadFormat, FOVEA_TEXT("engine", "“%1” holds no picture; choose another one."), {name});
    }
    if (auto checked = checkSize(pixels.cols, pixels.rows, name); !checked) {
        return checked.error();
    }
    return guarded(name, [&]() -> Result<Frame> {
        ImageDetail detail;
        detail.colour = "RGB";
        detail.alpha = pixels.channels() == 4;
        std::string description = describe(pixels.size(), CV_8U, detail);
        return makeFrame(toBgr(pixels.clone(), detail), name, std::move(description));
    });
}

}  // namespace fovea
