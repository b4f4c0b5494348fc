#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <iterator>
#include <opencv2/core.hpp>

#include "engine/export/video_encoder.h"
#include "engine/source/quiet.h"

extern "C" {
#include <libavutil/error.h>
}

namespace fovea {
namespace {

/// Whether a small frame really comes out as a packet: a library may be built without an encoder, or name one which does not run.
bool encodes(const CodecSetup& setup) {
    auto encoder = VideoEncoder::open(setup, {.width = 64, .height = 48});
    if (!encoder) {
        return false;
    }
    int bytes = 0;
    const auto count = [&bytes](AVPacket* packet) {
        bytes += packet->size;
        return 0;
    };
    const cv::Mat picture(48, 64, CV_8UC3, cv::Scalar(30, 90, 200));
    return (*encoder)->encode(picture, 0, count) == 0 && (*encoder)->flush(count) == 0 && bytes > 0;
}

bool holds(const CodecSetup& setup, const std::string& extension) {
    return std::find(setup.containers.begin(), setup.containers.end(), extension) != setup.containers.end();
}

}  // namespace

const std::vector<CodecSetup>& codecSetups() {
    static const std::vector<CodecSetup> s_setups = {
        {{"h264", FOVEA_TEXT("engine", "H.264, small"), ".mp4", false},
         "libx264",
         AV_PIX_FMT_YUV420P,
         AV_PIX_FMT_YUV444P,
         {".mp4", ".mkv"}},
        {{"ffv1", FOVEA_TEXT("engine", "FFV1, lossless"), ".mkv", true},
         "ffv1",
         AV_PIX_FMT_BGR0,
         AV_PIX_FMT_BGR0,
         {".mkv", ".avi"}},
        {{"mjpeg", FOVEA_TEXT("engine", "Motion JPEG, plays everywhere"), ".avi", false},
         "mjpeg",
         AV_PIX_FMT_YUV422P,
         AV_PIX_FMT_YUV422P,
         {".avi", ".mkv", ".mp4"}},
    };
    return s_setups;
}

const CodecSetup* findCodecSetup(const std::string& id) {
    const auto& all = codecSetups();
    const auto it = std::find_if(all.begin(), all.end(), [&](const CodecSetup& setup) { return setup.codec.id == id; });
    return it == all.end() ? nullptr : &*it;
}

std::string lowerExtension(const std::string& path) {
    std::string extension = std::filesystem::path(path).extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return extension;
}

std::string ffmpegMessage(int code) {
    std::array<char, AV_ERROR_MAX_STRING_SIZE> text = {};
    av_strerror(code, text.data(), text.size());
    return text.data();
}

const std::vector<VideoCodec>& videoCodecs() {
    static const std::vector<VideoCodec> s_codecs = [] {
        quietLibraries();
        std::vector<VideoCodec> codecs;
        for (const CodecSetup& setup : codecSetups()) {
            if (encodes(setup)) {
                codecs.push_back(setup.codec);
            }
        }
        return codecs;
    }();
    return s_codecs;
}

std::vector<VideoCodec> videoCodecsFor(const std::string& path) {
    std::vector<VideoCodec> fitting;
    std::copy_if(
        videoCodecs().begin(), videoCodecs().end(), std::back_inserter(fitting),
        [extension = lowerExtension(path)](const VideoCodec& codec) { return holds(*findCodecSetup(codec.id), extension); });
    return fitting;
}

Result<std::string> defaultVideoCodec(const std::string& path) {
    const auto fitting = videoCodecsFor(path);
    const auto it = std::find_if(fitting.begin(), fitting.end(), [](const VideoCodec& codec) { return !codec.lossless; });
    if (it != fitting.end()) {
        return it->id;
    }
    return makeError(ErrorCode::NotFound, FOVEA_TEXT("engine", "“%1” does not end in .mp4, .mkv or .avi; name the video so."),
                     {path});
}

}  // namespace fovea
