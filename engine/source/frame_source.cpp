#include "engine/source/frame_source.h"

#include <sys/stat.h>

#include <opencv2/core.hpp>

#include <array>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "engine/io/read_file.h"
#include "engine/source/container.h"
#include "engine/source/image_source.h"
#include "engine/source/source_parts.h"
#include "engine/source/stream_address.h"

namespace fovea {
namespace {

/// A picture which does not move: a source of one frame.
class ImageSource final : public FrameSource {
public:
    ImageSource(Frame frame, SourceTraits traits) : m_frame(std::move(frame)), m_traits(std::move(traits)) {}

    [[nodiscard]] const SourceTraits& traits() const noexcept override { return m_traits; }

    Result<Frame> next(const std::stop_token& stop) override {
        if (stop.stop_requested()) {
            return stoppedError(m_traits.name);
        }
        if (m_given) {
            return endedError(m_traits.name);
        }
        m_given = true;
        m_frame.captured = std::chrono::steady_clock::now();
        return m_frame;
    }

    Result<void> seek(std::int64_t /*index*/, const std::stop_token& /*stop*/) override {
        m_given = false;
        return {};
    }

private:
    Frame m_frame;
    SourceTraits m_traits;
    bool m_given = false;
};

Result<std::unique_ptr<FrameSource>> openImage(const SourceSpec& spec) {
    const auto bytes = readFile(spec.location, kMaxImageBytes);
    if (!bytes) {
        return bytes.error();
    }
    auto frame = decodeImage(*bytes, fileName(spec.location));
    if (!frame) {
        return frame.error();
    }
    SourceInfo info = *frame->source;
    info.path = absolutePath(spec.location);
    frame->source = std::make_shared<const SourceInfo>(info);
    SourceTraits traits;
    traits.kind = SourceKind::Image;
    traits.name = info.name;
    traits.seekable = true;
    traits.frames = 1;
    traits.width = frame->width;
    traits.height = frame->height;
    return std::unique_ptr<FrameSource>(std::make_unique<ImageSource>(std::move(*frame), std::move(traits)));
}

/// Exchanges left and right in every frame of another source.
class MirroredSource final : public FrameSource {
public:
    explicit MirroredSource(std::unique_ptr<FrameSource> source) : m_source(std::move(source)) {}

    [[nodiscard]] const SourceTraits& traits() const noexcept override { return m_source->traits(); }
    Result<void> skip(const std::stop_token& stop) override { return m_source->skip(stop); }
    Result<void> seek(std::int64_t index, const std::stop_token& stop) override { return m_source->seek(index, stop); }
    [[nodiscard]] double timeOf(std::int64_t index) const override { return m_source->timeOf(index); }

    Result<Frame> next(const std::stop_token& stop) override {
        auto frame = m_source->next(stop);
        if (!frame) {
            return frame;
        }
        cv::Mat pixels;
        cv::flip(*frame->pixels, pixels, 1);
        frame->pixels = std::make_shared<const cv::Mat>(std::move(pixels));
        if (m_info == nullptr) {
            SourceInfo info = *frame->source;
            info.description += ", mirrored";
            m_info = std::make_shared<const SourceInfo>(std::move(info));
        }
        frame->source = m_info;
        return frame;
    }

private:
    std::unique_ptr<FrameSource> m_source;
    std::shared_ptr<const SourceInfo> m_info;
};

Result<std::unique_ptr<FrameSource>> openPlain(const SourceSpec& spec, const std::stop_token& stop) {
    switch (spec.kind) {
        case SourceKind::Folder:
            return openFolder(spec, stop);
        case SourceKind::Video:
            return openVideo(spec, stop);
        case SourceKind::Camera:
            return openCamera(spec, stop);
        case SourceKind::Stream:
            return openStream(spec, stop);
        case SourceKind::Image:
            break;
    }
    return openImage(spec);
}

}  // namespace

FrameSource::~FrameSource() = default;

Result<void> FrameSource::skip(const std::stop_token& stop) {
    const auto frame = next(stop);
    return frame ? Result<void>() : Result<void>(frame.error());
}

Result<void> FrameSource::seek(std::int64_t /*index*/, const std::stop_token& /*stop*/) {
    return makeError(ErrorCode::Unsupported,
                     FOVEA_TEXT("engine", "“%1” is live: it has no other moment to go to; record it and open the file."),
                     {traits().name});
}

double FrameSource::timeOf(std::int64_t /*index*/) const { return 0.0; }

Result<std::unique_ptr<FrameSource>> openSource(const SourceSpec& spec, const std::stop_token& stop) {
    if (stop.stop_requested()) {
        return stoppedError(fileName(spec.location));
    }
    auto source = openPlain(spec, stop);
    if (source && spec.mirror) {
        return std::unique_ptr<FrameSource>(std::make_unique<MirroredSource>(std::move(*source)));
    }
    return source;
}

Result<SourceSpec> sourceSpecFor(const std::string& text) {
    SourceSpec spec;
    spec.location = text;
    if (!schemeOf(text).empty()) {
        const auto address = streamAddress(text);
        if (!address) {
            return address.error();
        }
        spec.kind = SourceKind::Stream;
        return spec;
    }
    struct stat info = {};
    if (text.starts_with("/dev/video") || (::stat(text.c_str(), &info) == 0 && S_ISCHR(info.st_mode))) {
        spec.kind = SourceKind::Camera;
        return spec;
    }
    if (S_ISDIR(info.st_mode)) {
        spec.kind = SourceKind::Folder;
        return spec;
    }
    const auto head = readFileStart(text, kContainerHead);
    if (!head) {
        return head.error();
    }
    if (looksLikePlaylist(ByteView(*head))) {
        return playlistError(fileName(text));
    }
    if (looksLikeSound(ByteView(*head))) {
        return soundError(fileName(text));
    }
    spec.kind = containerOf(ByteView(*head)) != nullptr ? SourceKind::Video : SourceKind::Image;
    return spec;
}

Error stoppedError(const std::string& name) {
    return makeError(ErrorCode::Cancelled, FOVEA_TEXT("engine", "Reading “%1” was stopped."), {name});
}

Error endedError(const std::string& name) {
    return makeError(ErrorCode::Ended, FOVEA_TEXT("engine", "“%1” has no further frame."), {name});
}

std::string absolutePath(const std::string& path) {
    std::error_code failed;
    const auto absolute = std::filesystem::absolute(path, failed);
    return failed ? path : absolute.lexically_normal().string();
}

std::string fileName(const std::string& path) {
    const auto clean = std::filesystem::path(absolutePath(path));
    return clean.has_filename() ? clean.filename().string() : clean.parent_path().filename().string();
}

std::string sizeText(int width, int height) { return std::to_string(width) + " × " + std::to_string(height); }

std::string rateText(double rate) {
    if (!(rate > 0.0)) {
        return {};
    }
    std::array<char, 32> text = {};
    std::snprintf(text.data(), text.size(), ", %.4g frames/s", rate);
    return text.data();
}

}  // namespace fovea
