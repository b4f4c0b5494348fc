#include "engine/source/av_input.h"

#include <algorithm>
#include <thread>

#include "engine/source/image_source.h"
#include "engine/source/quiet.h"
#include "engine/source/source_parts.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/display.h>
}

namespace fovea {
namespace {

/// Streams of one file; more is no film but an attempt to keep the reader busy.
constexpr const char* kMaxStreams = "100";
constexpr int kMaxDecoderThreads = 4;

Error openError(const AvOpening& opening, int code, const AvInterrupt& interrupt) {
    const std::string& name = opening.name;
    if (opening.live) {
        return connectionError(name, code, interrupt);
    }
    if (interrupt.stopped()) {
        return stoppedError(name);
    }
    if (opening.reader == "mov" && code == AVERROR_INVALIDDATA) {
        return makeError(
            ErrorCode::BadFormat,
            FOVEA_TEXT("engine",
                       "“%1” has no table of its frames, because it was not finished or is damaged; record or copy it again."),
            {name});
    }
    return makeError(ErrorCode::BadFormat,
                     FOVEA_TEXT("engine", "“%1” is cut off or damaged at its beginning; choose an intact copy of this video."),
                     {name});
}

Error noPictures(const std::string& name) {
    return makeError(ErrorCode::Unsupported,
                     FOVEA_TEXT("engine", "“%1” holds no moving pictures, only sound or data; choose a video."), {name});
}

Result<void> checkSize(const AVCodecParameters& parameters, const std::string& name) {
    const auto pixels = static_cast<std::int64_t>(parameters.width) * parameters.height;
    if (parameters.width < 0 || parameters.height < 0 || pixels > kMaxImagePixels) {
        return makeError(
            ErrorCode::TooLarge,
            FOVEA_TEXT("engine",
                       "The frames of “%1” have %2 × %3 pixels, more than the 100 megapixels allowed; reduce them first."),
            {name, std::to_string(parameters.width), std::to_string(parameters.height)});
    }
    return {};
}

/// Options as FFmpeg takes them; freed with the scope.
class Dictionary final {
public:
    explicit Dictionary(const std::vector<std::pair<std::string, std::string>>& options) {
        for (const auto& [key, value] : options) {
            av_dict_set(&m_options, key.c_str(), value.c_str(), 0);
        }
    }
    Dictionary(const Dictionary&) = delete;
    Dictionary& operator=(const Dictionary&) = delete;
    ~Dictionary() { av_dict_free(&m_options); }
    AVDictionary** get() noexcept { return &m_options; }

private:
    AVDictionary* m_options = nullptr;
};

}  // namespace

void AvInterrupt::arm(const std::stop_token& stop, std::chrono::milliseconds limit) {
    m_stop = stop;
    m_limited = limit.count() > 0;
    m_end = std::chrono::steady_clock::now() + limit;
}

bool AvInterrupt::expired() const noexcept { return m_limited && std::chrono::steady_clock::now() >= m_end; }

int AvInterrupt::check(void* self) noexcept {
    const auto* interrupt = static_cast<const AvInterrupt*>(self);
    return interrupt->stopped() || interrupt->expired() ? 1 : 0;
}

AvInput::AvInput() : m_packet(av_packet_alloc()), m_frame(av_frame_alloc()) {}

AvInput::~AvInput() {
    avcodec_free_context(&m_decoder);
    avformat_close_input(&m_format);
    av_packet_free(&m_packet);
    av_frame_free(&m_frame);
}

Result<std::unique_ptr<AvInput>> AvInput::open(const AvOpening& opening, std::unique_ptr<AvInterrupt> interrupt) {
    quietLibraries();
    std::unique_ptr<AvInput> input(new AvInput);
    input->m_interrupt = std::move(interrupt);
    if (auto opened = input->openFormat(opening); !opened) {
        return opened.error();
    }
    if (auto opened = input->openDecoder(opening); !opened) {
        return opened.error();
    }
    return input;
}

Result<void> AvInput::openFormat(const AvOpening& opening) {
    const AVInputFormat* reader = av_find_input_format(opening.reader.c_str());
    m_format = avformat_alloc_context();
    if (reader == nullptr || m_format == nullptr) {
        return makeError(ErrorCode::Unsupported,
                         FOVEA_TEXT("engine", "“%1” is in a container (%2) which this FFmpeg cannot read; convert it to MP4."),
                         {opening.name, opening.reader});
    }
    m_format->interrupt_callback = {AvInterrupt::check, m_interrupt.get()};
    m_format->pb = opening.transport;
    Dictionary options(opening.options);
    av_dict_set(options.get(), "max_streams", kMaxStreams, 0);
    int code = avformat_open_input(&m_format, opening.url.c_str(), reader, options.get());
    if (code < 0) {
        return openError(opening, code, *m_interrupt);
    }
    if (opening.probe) {
        code = avformat_find_stream_info(m_format, nullptr);
        if (code < 0 || m_interrupt->stopped()) {
            return openError(opening, code, *m_interrupt);
        }
    }
    return {};
}

Result<void> AvInput::openDecoder(const AvOpening& opening) {
    const int best = av_find_best_stream(m_format, AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0);
    if (best < 0) {
        return noPictures(opening.name);
    }
    for (unsigned k = 0; k < m_format->nb_streams; ++k) {
        m_format->streams[k]->discard = static_cast<int>(k) == best ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
    }
    m_stream = m_format->streams[best];
    if (m_stream->disposition & AV_DISPOSITION_ATTACHED_PIC) {
        return noPictures(opening.name);  // the cover of a piece of music
    }
    if (auto checked = checkSize(*m_stream->codecpar, opening.name); !checked) {
        return checked.error();
    }
    const AVCodec* codec = avcodec_find_decoder(m_stream->codecpar->codec_id);
    m_decoder = codec != nullptr ? avcodec_alloc_context3(codec) : nullptr;
    if (m_decoder == nullptr || avcodec_parameters_to_context(m_decoder, m_stream->codecpar) < 0) {
        return makeError(ErrorCode::Unsupported,
                         FOVEA_TEXT("engine", "“%1” is compressed as %2, which this FFmpeg cannot decode; convert it to H.264."),
                         {opening.name, codecTitle()});
    }
    m_decoder->pkt_timebase = m_stream->time_base;
    m_decoder->max_pixels = kMaxImagePixels;
    m_decoder->thread_count = std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, kMaxDecoderThreads);
    if (opening.live) {
        m_decoder->thread_type = FF_THREAD_SLICE;
        m_decoder->flags |= AV_CODEC_FLAG_LOW_DELAY;
    }
    if (avcodec_open2(m_decoder, codec, nullptr) < 0) {
        return makeError(ErrorCode::BadFormat,
                         FOVEA_TEXT("engine", "“%1” describes its frames wrongly (%2); choose an intact copy of this video."),
                         {opening.name, codecTitle()});
    }
    return {};
}

std::string AvInput::codecTitle() const {
    switch (m_stream->codecpar->codec_id) {
        case AV_CODEC_ID_H264:
            return "H.264";
        case AV_CODEC_ID_HEVC:
            return "H.265";
        case AV_CODEC_ID_MPEG4:
            return "MPEG-4";
        case AV_CODEC_ID_MPEG2VIDEO:
            return "MPEG-2";
        case AV_CODEC_ID_MJPEG:
            return "Motion JPEG";
        case AV_CODEC_ID_RAWVIDEO:
            return "uncompressed";
        default:
            break;
    }
    std::string name = avcodec_get_name(m_stream->codecpar->codec_id);
    std::transform(name.begin(), name.end(), name.begin(), [](char c) { return c >= 'a' && c <= 'z' ? char(c - 'a' + 'A') : c; });
    return name;
}

int AvInput::readPacket() {
    while (true) {
        av_packet_unref(m_packet);
        if (AvInterrupt::check(m_interrupt.get()) != 0) {
            return AVERROR_EXIT;
        }
        const int code = av_read_frame(m_format, m_packet);
        m_arrival = std::chrono::steady_clock::now();
        if (code == AVERROR(EAGAIN)) {
            continue;
        }
        if (code < 0) {
            // Interrupted calls come back with whatever error their protocol makes of it.
            return AvInterrupt::check(m_interrupt.get()) != 0 ? AVERROR_EXIT : code;
        }
        if (m_packet->stream_index == m_stream->index) {
            return 0;
        }
    }
}

AvStep AvInput::decode() {
    while (true) {
        const int got = avcodec_receive_frame(m_decoder, m_frame);
        if (got == 0) {
            return AvStep::Frame;
        }
        if (got == AVERROR_EOF || (got == AVERROR(EAGAIN) && m_drained)) {
            return AvStep::Ended;
        }
        if (got != AVERROR(EAGAIN)) {
            return AvStep::Damaged;
        }
        const int code = readPacket();
        if (code == AVERROR_EXIT) {
            return AvStep::Stopped;
        }
        if (code < 0) {
            m_readError = code;
            m_drained = true;
            avcodec_send_packet(m_decoder, nullptr);
            continue;
        }
        if (m_needsKey && (m_packet->flags & AV_PKT_FLAG_KEY) == 0) {
            continue;
        }
        m_needsKey = false;
        if (avcodec_send_packet(m_decoder, m_packet) < 0) {
            return AvStep::Damaged;
        }
    }
}

bool AvInput::jump(std::int64_t time, std::int64_t bytes) {
    // These containers have no table of keyframes; searching them by time ends anywhere.
    const bool byBytes =
        bytes >= 0 && (m_format->iformat->flags & AVFMT_TS_DISCONT) != 0 && (m_format->iformat->flags & AVFMT_NO_BYTE_SEEK) == 0;
    const int code = byBytes ? av_seek_frame(m_format, -1, bytes, AVSEEK_FLAG_BYTE)
                             : av_seek_frame(m_format, m_stream->index, time, AVSEEK_FLAG_BACKWARD);
    if (code < 0) {
        return false;
    }
    avcodec_flush_buffers(m_decoder);
    m_needsKey = true;
    m_drained = false;
    m_readError = 0;
    return true;
}

Error connectionError(const std::string& shown, int code, const AvInterrupt& interrupt) {
    if (interrupt.stopped()) {
        return stoppedError(shown);
    }
    if (interrupt.expired() || code == AVERROR(ETIMEDOUT)) {
        return makeError(ErrorCode::Disconnected,
                         FOVEA_TEXT("engine", "“%1” did not answer within 5 s; check address and network."), {shown});
    }
    switch (code) {
        case AVERROR_HTTP_UNAUTHORIZED:
        case AVERROR_HTTP_FORBIDDEN:
            return makeError(
                ErrorCode::Denied,
                FOVEA_TEXT("engine",
                           "“%1” asks for a name and a password; write them into the address: http://name:password@host/."),
                {shown});
        case AVERROR_HTTP_NOT_FOUND:
            return makeError(ErrorCode::NotFound, FOVEA_TEXT("engine", "The server has nothing at “%1”; check the path."),
                             {shown});
        case AVERROR(ECONNREFUSED):
            return makeError(ErrorCode::Disconnected,
                             FOVEA_TEXT("engine", "Nobody answers at “%1”; check the address and that the camera is on."),
                             {shown});
        case AVERROR_INVALIDDATA:
            return makeError(ErrorCode::BadFormat,
                             FOVEA_TEXT("engine", "“%1” answers, but sends no pictures which can be read; check the address."),
                             {shown});
        default:
            return makeError(ErrorCode::Disconnected,
                             FOVEA_TEXT("engine", "“%1” cannot be reached; check the address and that the camera is on."),
                             {shown});
    }
}

int orientationOf(const AVStream& stream) {
    const std::uint8_t* data = nullptr;
    std::size_t size = 0;
#if LIBAVFORMAT_VERSION_INT >= AV_VERSION_INT(60, 15, 100)
    if (const auto* found = av_packet_side_data_get(stream.codecpar->coded_side_data, stream.codecpar->nb_coded_side_data,
                                                    AV_PKT_DATA_DISPLAYMATRIX)) {
        data = found->data;
        size = found->size;
    }
#else
    data = av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
#endif
    if (data == nullptr || size < 9 * sizeof(std::int32_t)) {
        return 1;
    }
    // (p, q) goes to (a·p + c·q, b·p + d·q), y downwards; only quarter turns and mirrors are followed.
    const auto* matrix = reinterpret_cast<const std::int32_t*>(data);
    const std::int64_t a = matrix[0];
    const std::int64_t b = matrix[1];
    const std::int64_t c = matrix[3];
    const std::int64_t d = matrix[4];
    if (std::abs(a) + std::abs(d) >= std::abs(b) + std::abs(c)) {
        return a >= 0 ? (d >= 0 ? 1 : 4) : (d >= 0 ? 2 : 3);
    }
    return b >= 0 ? (c >= 0 ? 5 : 6) : (c >= 0 ? 8 : 7);
}

}  // namespace fovea
