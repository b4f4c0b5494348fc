#include "tests/support/video_files.h"

#include <opencv2/imgproc.hpp>

#include <filesystem>
#include <memory>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/display.h>
#include <libavutil/opt.h>
#include <libswscale/swscale.h>
}

namespace fovea::test {
namespace {

constexpr int kColumns = 4;
constexpr int kRows = 3;

cv::Rect block(int bit, const cv::Size& size) {
    const int left = bit % kColumns * size.width / kColumns;
    const int top = bit / kColumns * size.height / kRows;
    const int right = (bit % kColumns + 1) * size.width / kColumns;
    const int bottom = (bit / kColumns + 1) * size.height / kRows;
    return {left, top, right - left, bottom - top};
}

/// Everything FFmpeg needs to write one file, freed with the scope.
class Writer final {
public:
    Writer(const std::string& path, const VideoRecipe& recipe) : m_recipe(recipe), m_path(path) {}
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;
    ~Writer() {
        sws_freeContext(m_scaler);
        av_frame_free(&m_frame);
        av_packet_free(&m_packet);
        avcodec_free_context(&m_encoder);
        if (m_format != nullptr) {
            avio_closep(&m_format->pb);
        }
        avformat_free_context(m_format);
    }

    bool write() {
        if (!openEncoder() || !openFile()) {
            return false;
        }
        for (int k = 0; k < m_recipe.frames; ++k) {
            fill(m_recipe.picture ? m_recipe.picture(k) : numberedPicture(k, m_recipe.width, m_recipe.height));
            m_frame->pts = m_recipe.times.empty() ? k : m_recipe.times[static_cast<std::size_t>(k)];
            if (avcodec_send_frame(m_encoder, m_frame) < 0 || !drain()) {
                return false;
            }
        }
        return avcodec_send_frame(m_encoder, nullptr) >= 0 && drain() && av_write_trailer(m_format) == 0;
    }

private:
    bool openEncoder() {
        const AVCodec* codec = avcodec_find_encoder_by_name(m_recipe.encoder.c_str());
        if (codec == nullptr ||
            avformat_alloc_output_context2(&m_format, nullptr, m_recipe.container.c_str(), m_path.c_str()) < 0) {
            return false;
        }
        m_encoder = avcodec_alloc_context3(codec);
        const bool jpeg = m_recipe.encoder == "mjpeg";
        const bool odd = m_recipe.width % 2 != 0 || m_recipe.height % 2 != 0;
        m_encoder->pix_fmt =
            jpeg ? (odd ? AV_PIX_FMT_YUVJ444P : AV_PIX_FMT_YUVJ420P) : (odd ? AV_PIX_FMT_YUV444P : AV_PIX_FMT_YUV420P);
        if (m_recipe.encoder == "mpeg4") {
            m_encoder->pix_fmt = AV_PIX_FMT_YUV420P;
        }
        m_encoder->width = m_recipe.width;
        m_encoder->height = m_recipe.height;
        m_encoder->time_base = m_recipe.times.empty() ? AVRational{1, m_recipe.rate} : AVRational{1, 1000};
        if (m_recipe.times.empty()) {
            m_encoder->framerate = {m_recipe.rate, 1};
        }
        m_encoder->gop_size = m_recipe.keyEvery;
        m_encoder->bit_rate = 2'000'000;
        m_encoder->thread_count = 1;
        if (m_recipe.encoder == "libx264" || m_recipe.encoder == "mpeg4") {
            m_encoder->max_b_frames = m_recipe.bFrames;
        }
        if (m_recipe.encoder == "libx264") {
            av_opt_set(m_encoder->priv_data, "preset", "veryfast", 0);
            av_opt_set(m_encoder->priv_data, "x264-params",
                       m_recipe.openGroups ? "log-level=none:open-gop=1:scenecut=0" : "log-level=none", 0);
        }
        if (m_recipe.encoder == "libvpx") {  // with frames which are never shown
            av_opt_set(m_encoder->priv_data, "auto-alt-ref", "1", 0);
            av_opt_set(m_encoder->priv_data, "lag-in-frames", "16", 0);
            av_opt_set(m_encoder->priv_data, "deadline", "realtime", 0);
        }
        if ((m_format->oformat->flags & AVFMT_GLOBALHEADER) != 0) {
            m_encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
        }
        return avcodec_open2(m_encoder, codec, nullptr) >= 0;
    }

    bool openFile() {
        m_stream = avformat_new_stream(m_format, nullptr);
        m_stream->time_base = m_encoder->time_base;
        if (m_recipe.times.empty()) {
            m_stream->avg_frame_rate = m_recipe.claimedRate > 0 ? AVRational{m_recipe.claimedRate, 1} : m_encoder->framerate;
        }
        avcodec_parameters_from_context(m_stream->codecpar, m_encoder);
        turn();
        AVDictionary* options = nullptr;
        if (m_recipe.tableFirst) {
            av_dict_set(&options, "movflags", "faststart", 0);
        }
        const bool opened =
            avio_open(&m_format->pb, m_path.c_str(), AVIO_FLAG_WRITE) >= 0 && avformat_write_header(m_format, &options) >= 0;
        av_dict_free(&options);
        m_packet = av_packet_alloc();
        m_frame = av_frame_alloc();
        m_frame->format = m_encoder->pix_fmt;
        m_frame->width = m_recipe.width;
        m_frame->height = m_recipe.height;
        m_scaler = sws_getContext(m_recipe.width, m_recipe.height, AV_PIX_FMT_BGR24, m_recipe.width, m_recipe.height,
                                  m_encoder->pix_fmt, SWS_BICUBIC | SWS_ACCURATE_RND, nullptr, nullptr, nullptr);
        return opened && m_scaler != nullptr && av_frame_get_buffer(m_frame, 0) >= 0;
    }

    void turn() {
        if (m_recipe.quarterTurns == 0) {
            return;
        }
        constexpr std::size_t kSize = 9 * sizeof(std::int32_t);
#if LIBAVFORMAT_VERSION_INT >= AV_VERSION_INT(60, 15, 100)
        AVCodecParameters& parameters = *m_stream->codecpar;
        std::uint8_t* data = av_packet_side_data_new(&parameters.coded_side_data, &parameters.nb_coded_side_data,
                                                     AV_PKT_DATA_DISPLAYMATRIX, kSize, 0)
                                 ->data;
#else
        std::uint8_t* data = av_stream_new_side_data(m_stream, AV_PKT_DATA_DISPLAYMATRIX, kSize);
#endif
        av_display_rotation_set(reinterpret_cast<std::int32_t*>(data), 90.0 * m_recipe.quarterTurns);
    }

    void fill(const cv::Mat& picture) {
        av_frame_make_writable(m_frame);
        const std::uint8_t* planes[] = {picture.data};
        const int strides[] = {static_cast<int>(picture.step)};
        sws_scale(m_scaler, planes, strides, 0, picture.rows, m_frame->data, m_frame->linesize);
    }

    bool drain() {
        while (avcodec_receive_packet(m_encoder, m_packet) == 0) {
            if (m_packet->duration == 0 && m_recipe.times.empty()) {
                m_packet->duration = 1;
            }
            av_packet_rescale_ts(m_packet, m_encoder->time_base, m_stream->time_base);
            m_packet->stream_index = 0;
            if (av_interleaved_write_frame(m_format, m_packet) < 0) {
                return false;
            }
        }
        return true;
    }

    const VideoRecipe& m_recipe;
    std::string m_path;
    AVFormatContext* m_format = nullptr;
    AVCodecContext* m_encoder = nullptr;
    AVStream* m_stream = nullptr;
    AVPacket* m_packet = nullptr;
    AVFrame* m_frame = nullptr;
    SwsContext* m_scaler = nullptr;
};

}  // namespace

cv::Mat numberedPicture(int number, int width, int height) {
    cv::Mat picture(height, width, CV_8UC3, cv::Scalar::all(0));
    for (int bit = 0; bit < kColumns * kRows; ++bit) {
        if ((number >> bit & 1) != 0) {
            picture(block(bit, picture.size())).setTo(cv::Scalar::all(255));
        }
    }
    return picture;
}

int numberOf(const cv::Mat& picture) {
    int number = 0;
    for (int bit = 0; bit < kColumns * kRows; ++bit) {
        const cv::Rect area = block(bit, picture.size());
        const cv::Rect middle(area.x + area.width / 4, area.y + area.height / 4, std::max(area.width / 2, 1),
                              std::max(area.height / 2, 1));
        const cv::Scalar mean = cv::mean(picture(middle));
        number |= (mean[0] + mean[1] + mean[2] > 3 * 127.5 ? 1 : 0) << bit;
    }
    return number;
}

bool writeVideo(const std::string& path, const VideoRecipe& recipe) {
    av_log_set_level(AV_LOG_QUIET);
    return Writer(path, recipe).write();
}

VideoRecipe recipeOf(const std::string& container, const std::string& encoder) {
    VideoRecipe recipe;
    recipe.container = container;
    recipe.encoder = encoder;
    return recipe;
}

/// Reads to the end: the numbers of the frames, and each error but Ended by its code as a negative number.
std::vector<int> numbersToTheEnd(FrameSource& source) {
    std::vector<int> numbers;
    while (numbers.size() < 2000) {
        const auto frame = source.next({});
        if (frame) {
            numbers.push_back(numberOf(*frame->pixels));
        } else if (frame.error().code == ErrorCode::Ended) {
            break;
        } else {
            numbers.push_back(-1 - static_cast<int>(frame.error().code));
        }
    }
    return numbers;
}

std::vector<int> upTo(int frames) {
    std::vector<int> numbers;
    for (int k = 0; k < frames; ++k) {
        numbers.push_back(k);
    }
    return numbers;
}

void cutFile(const std::string& path, double share) {
    const auto size = static_cast<double>(std::filesystem::file_size(path));
    std::filesystem::resize_file(path, static_cast<std::uintmax_t>(size * share));
}

}  // namespace fovea::test
