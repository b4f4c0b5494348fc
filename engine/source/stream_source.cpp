#include <opencv2/core.hpp>

#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "engine/source/av_input.h"
#include "engine/source/av_picture.h"
#include "engine/source/quiet.h"
#include "engine/source/source_parts.h"
#include "engine/source/stream_address.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
}

namespace fovea {
namespace {

using std::chrono::milliseconds;
using std::string_view_literals::operator""sv;

/// From the call to the first picture.
constexpr milliseconds kOpenLimit{5000};
/// Between two pictures.
constexpr milliseconds kReadLimit{2000};
/// Microseconds and bytes read ahead to find out what a stream holds. They are decoded afterwards, at once: thrown away, the
/// keyframe among them would be missing until the next one comes.
constexpr const char* kProbeTime = "500000";
constexpr const char* kProbeSize = "500000";
/// The forms of live pictures. Playlists and anything else which names further addresses are not among them.
constexpr std::array kReaders = {"mpjpeg"sv, "mjpeg"sv, "mpegts"sv, "flv"sv, "matroska,webm"sv, "ogg"sv};

/// An open connection; FFmpeg leaves closing it to who opened it.
class Transport final {
public:
    Transport() = default;
    Transport(const Transport&) = delete;
    Transport& operator=(const Transport&) = delete;
    ~Transport() { avio_closep(&m_io); }
    AVIOContext*& get() noexcept { return m_io; }

private:
    AVIOContext* m_io = nullptr;
};

class StreamSource final : public FrameSource {
public:
    explicit StreamSource(StreamAddress address) : m_address(std::move(address)) {}

    [[nodiscard]] const SourceTraits& traits() const noexcept override { return m_traits; }
    Result<void> start(const std::stop_token& stop);
    Result<Frame> next(const std::stop_token& stop) override;
    Result<void> skip(const std::stop_token& stop) override;

private:
    Result<void> connect(AvInterrupt& interrupt, AvOpening& opening);
    Result<std::string> chooseReader();
    Result<void> decode(const std::stop_token& stop);
    Result<Frame> currentFrame();
    Error lost(AvStep step) const;
    void describe();

    StreamAddress m_address;
    Transport m_transport;  ///< outlives the input which reads from it
    std::unique_ptr<AvInput> m_input;
    std::unique_ptr<AvPicture> m_picture;
    SourceTraits m_traits;
    std::shared_ptr<const SourceInfo> m_info;
    std::chrono::steady_clock::time_point m_start;
    std::uint64_t m_count = 0;
    std::optional<Error> m_lost;  ///< once lost, a connection stays so
    bool m_held = false;          ///< the first frame was decoded when the source was opened
};

/// Finds the form of what a connection sends: by its declared type, else by its first bytes.
Result<std::string> StreamSource::chooseReader() {
    AVIOContext* io = m_transport.get();
    if ((io->seekable & AVIO_SEEKABLE_NORMAL) != 0) {
        return makeError(ErrorCode::Unsupported,
                         FOVEA_TEXT("engine", "“%1” is a file on a server, not a live stream; download it and open the file."),
                         {m_address.shown});
    }
    std::uint8_t* type = nullptr;
    if (av_opt_get(io, "mime_type", AV_OPT_SEARCH_CHILDREN, &type) >= 0) {
        const std::string mime = type != nullptr ? reinterpret_cast<const char*>(type) : "";
        av_free(type);
        if (mime.starts_with("multipart/x-mixed-replace")) {
            return std::string("mpjpeg");
        }
    }
    const AVInputFormat* reader = nullptr;
    if (av_probe_input_buffer2(io, &reader, "", nullptr, 0, 0) < 0 || reader == nullptr) {
        return makeError(ErrorCode::BadFormat,
                         FOVEA_TEXT("engine", "“%1” answers, but sends no pictures which can be read; check the address."),
                         {m_address.shown});
    }
    for (const auto known : kReaders) {
        if (known == reader->name) {
            return std::string(known.substr(0, known.find(',')));
        }
    }
    return makeError(
        ErrorCode::Unsupported,
        FOVEA_TEXT("engine", "“%1” sends “%2”, which is not opened as a live stream; use Motion JPEG, RTSP or MPEG-TS."),
        {m_address.shown, reader->name});
}

Result<void> StreamSource::connect(AvInterrupt& interrupt, AvOpening& opening) {
    if (m_address.scheme == "rtsp") {
        opening.reader = "rtsp";
        opening.options.emplace_back("rtsp_transport", "tcp");
        return {};
    }
    const AVIOInterruptCB callback = {AvInterrupt::check, &interrupt};
    AVDictionary* options = nullptr;
    av_dict_set(&options, "protocol_whitelist", "http,https,tls,tcp,httpproxy", 0);
    const int code = avio_open2(&m_transport.get(), m_address.url.c_str(), AVIO_FLAG_READ, &callback, &options);
    av_dict_free(&options);
    if (code < 0) {
        return connectionError(m_address.shown, code, interrupt);
    }
    auto reader = chooseReader();
    if (interrupt.stopped() || interrupt.expired()) {
        return connectionError(m_address.shown, 0, interrupt);
    }
    if (!reader) {
        return reader.error();
    }
    opening.reader = *reader;
    opening.transport = m_transport.get();
    // A JPEG tells its size by itself.
    opening.probe = *reader != "mpjpeg" && *reader != "mjpeg";
    return {};
}

Result<void> StreamSource::start(const std::stop_token& stop) {
    quietLibraries();
    m_traits.kind = SourceKind::Stream;
    m_traits.name = m_address.host;
    m_traits.live = true;
    m_start = std::chrono::steady_clock::now();
    auto interrupt = std::make_unique<AvInterrupt>();
    interrupt->arm(stop, kOpenLimit);
    AvOpening opening;
    opening.url = m_address.url;
    opening.name = m_address.shown;
    opening.live = true;
    opening.options = {{"protocol_whitelist", "http,https,tls,tcp,httpproxy,rtp,rtsp"},
                       {"analyzeduration", kProbeTime},
                       {"probesize", kProbeSize},
                       {"fpsprobesize", "0"}};
    if (auto connected = connect(*interrupt, opening); !connected) {
        return connected;
    }
    auto input = AvInput::open(opening, std::move(interrupt));
    if (!input) {
        return input.error();
    }
    m_input = std::move(*input);
    // What comes before the first keyframe cannot be decoded.
    auto decoded = decode(stop);
    while (!decoded && decoded.error().code == ErrorCode::BadFormat) {
        decoded = decode(stop);
    }
    if (!decoded) {
        return decoded;
    }
    m_held = true;
    describe();
    return {};
}

void StreamSource::describe() {
    const AVStream& stream = *m_input->stream();
    const int orientation = orientationOf(stream);
    m_picture = std::make_unique<AvPicture>(orientation);
    m_traits.width = m_input->frame().width;
    m_traits.height = m_input->frame().height;
    if (orientation >= 5) {
        std::swap(m_traits.width, m_traits.height);
    }
    // What is made up for Motion JPEG, which says nothing, is left out.
    const double rate =
        stream.avg_frame_rate.den != 0 && stream.codecpar->codec_id != AV_CODEC_ID_MJPEG ? av_q2d(stream.avg_frame_rate) : 0.0;
    m_traits.rate = rate > 0.0 && rate <= 1000.0 ? rate : 0.0;
    SourceInfo info;
    info.path = m_address.shown;
    info.name = m_address.host;
    info.description = sizeText(m_traits.width, m_traits.height) + rateText(m_traits.rate) + ", " + m_input->codecTitle();
    m_info = std::make_shared<const SourceInfo>(std::move(info));
}

/// Why the connection gave no further picture.
Error StreamSource::lost(AvStep step) const {
    const std::string& shown = m_address.shown;
    if (step == AvStep::Stopped) {
        return makeError(ErrorCode::Disconnected,
                         FOVEA_TEXT("engine", "“%1” has sent no picture for %2 s; check the camera and the network."),
                         {shown, std::to_string((m_info == nullptr ? kOpenLimit : kReadLimit).count() / 1000)});
    }
    if (m_input->readError() == AVERROR_INVALIDDATA) {
        return makeError(ErrorCode::Disconnected,
                         FOVEA_TEXT("engine", "“%1” sent something which is no picture; connect again or check the camera."),
                         {shown});
    }
    return makeError(ErrorCode::Disconnected,
                     FOVEA_TEXT("engine", "“%1” ended the connection; check the camera and connect again."), {shown});
}

/// Decodes the next picture within the time the interrupt was armed for.
Result<void> StreamSource::decode(const std::stop_token& stop) {
    if (m_lost) {
        return *m_lost;
    }
    const AvStep step = m_input->decode();
    if (step == AvStep::Frame) {
        return {};
    }
    if (step == AvStep::Damaged) {
        return makeError(ErrorCode::BadFormat,
                         FOVEA_TEXT("engine", "A picture from “%1” is damaged and cannot be decoded; later ones may be intact."),
                         {m_address.shown});
    }
    if (stop.stop_requested()) {
        return stoppedError(m_address.shown);
    }
    m_lost = lost(step);  // half a picture may have been read: this connection cannot go on
    return *m_lost;
}

Result<Frame> StreamSource::currentFrame() {
    cv::Mat pixels = m_picture->convert(m_input->frame());
    if (pixels.empty()) {
        return makeError(
            ErrorCode::BadFormat,
            FOVEA_TEXT("engine", "A picture from “%1” is in a form which cannot be shown; set the camera to another one."),
            {m_address.shown});
    }
    Frame frame;
    frame.width = pixels.cols;
    frame.height = pixels.rows;
    frame.pixels = std::make_shared<const cv::Mat>(std::move(pixels));
    frame.index = m_count - 1;
    frame.captured = m_input->arrival();
    frame.timestamp = std::chrono::duration<double>(frame.captured - m_start).count();
    frame.source = m_info;
    return frame;
}

Result<Frame> StreamSource::next(const std::stop_token& stop) {
    if (auto skipped = skip(stop); !skipped) {
        return skipped.error();
    }
    return currentFrame();
}

Result<void> StreamSource::skip(const std::stop_token& stop) {
    if (stop.stop_requested()) {
        return stoppedError(m_address.shown);
    }
    if (!m_held) {
        m_input->interrupt().arm(stop, kReadLimit);
        if (auto decoded = decode(stop); !decoded) {
            return decoded;
        }
    }
    m_held = false;
    ++m_count;
    return {};
}

}  // namespace

Result<std::unique_ptr<FrameSource>> openStream(const SourceSpec& spec, const std::stop_token& stop) {
    auto address = streamAddress(spec.location);
    if (!address) {
        return address.error();
    }
    auto source = std::make_unique<StreamSource>(std::move(*address));
    if (auto started = source->start(stop); !started) {
        return started.error();
    }
    return std::unique_ptr<FrameSource>(std::move(source));
}

}  // namespace fovea
