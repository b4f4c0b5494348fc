#include <opencv2/core.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <optional>
#include <utility>

#include "engine/io/read_file.h"
#include "engine/source/av_input.h"
#include "engine/source/av_picture.h"
#include "engine/source/container.h"
#include "engine/source/image_source.h"
#include "engine/source/source_parts.h"
#include "engine/source/video_index.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
}

namespace fovea {
namespace {

/// Rates beyond these are how containers write that they do not know.
constexpr double kMinRate = 0.01;
constexpr double kMaxRate = 1000.0;
/// Where neither the header nor the frames say anything.
constexpr double kAssumedRate = 25.0;

struct Rate {
    double value = 0.0;
    const char* note = "";
};

/// Frames per second: what the file says, unless its frames contradict it.
Rate rateOf(const AVStream& stream, const VideoIndex& index) {
    const double said = stream.avg_frame_rate.den != 0 ? av_q2d(stream.avg_frame_rate) : 0.0;
    double measured = 0.0;
    if (index.pts.size() > 1) {
        measured = static_cast<double>(index.frames - 1) /
                   (static_cast<double>(index.pts.back() - index.pts.front()) * av_q2d(stream.time_base));
    }
    const bool sane = said >= kMinRate && said <= kMaxRate;
    if (sane && (measured <= 0.0 || std::abs(std::log2(said / measured)) < 1.0)) {
        return {said};
    }
    if (measured >= kMinRate && measured <= kMaxRate) {
        return {measured,
                FOVEA_TEXT("engine", "The file does not say its frame rate; it was measured from the times of its frames.")};
    }
    if (sane || index.frames == 1) {
        return {sane ? said : kAssumedRate};
    }
    return {kAssumedRate, FOVEA_TEXT("engine", "The file does not say its frame rate; 25 frames per second are assumed.")};
}

std::string secondsText(double seconds) {
    std::array<char, 32> text = {};
    std::snprintf(text.data(), text.size(), "%.2f", seconds);
    return text.data();
}

class VideoSource final : public FrameSource {
public:
    static Result<std::unique_ptr<FrameSource>> open(AvOpening opening, const std::string& path, const std::stop_token& stop);

    [[nodiscard]] const SourceTraits& traits() const noexcept override { return m_traits; }
    Result<Frame> next(const std::stop_token& stop) override;
    Result<void> skip(const std::stop_token& stop) override;
    Result<void> seek(std::int64_t index, const std::stop_token& stop) override;
    [[nodiscard]] double timeOf(std::int64_t index) const override;

private:
    explicit VideoSource(AvOpening opening) : m_opening(std::move(opening)) {}

    Result<void> restart(const std::stop_token& stop);
    Result<void> advance(const std::stop_token& stop);
    Result<void> land(std::int64_t index, const std::stop_token& stop);
    Result<bool> decodeTo(std::int64_t index, const std::stop_token& stop);
    bool jumpBefore(std::int64_t index, std::size_t keysBack);
    std::int64_t indexOfDecoded();
    Error endError();
    Error damagedFrame(std::int64_t index) const;
    Result<void> start(const std::string& path, const std::stop_token& stop);
    void dropUndecodable();
    void describe(const std::string& path);

    AvOpening m_opening;
    std::unique_ptr<AvInput> m_input;
    std::unique_ptr<AvPicture> m_picture;
    VideoIndex m_index;
    SourceTraits m_traits;
    std::shared_ptr<const SourceInfo> m_info;
    std::int64_t m_next = 0;      ///< the frame which next() gives
    std::int64_t m_decoded = -1;  ///< the frame the decoder holds, not given yet; −1: none
    std::int64_t m_count = 0;     ///< frames decoded since the beginning, while nothing was jumped over
    bool m_counting = true;       ///< nothing was jumped over since the beginning
    /// The decoder has reported damage since it last began somewhere. It may do so some frames before the gap that it leaves, for
    /// it holds frames back to sort them; so every gap from then on is one.
    bool m_broken = false;
    bool m_endSaid = false;   ///< the error about a missing end was given
    bool m_astray = false;    ///< a stop left the decoder somewhere else
    bool m_finished = false;  ///< the decoder has no more
};

/// The place of the decoder's frame in the video; −1 when its time fits no frame, as behind a jump in a file of guessed times.
std::int64_t VideoSource::indexOfDecoded() {
    const std::int64_t counted = m_count++;
    if (m_index.pts.empty()) {
        return counted;
    }
    const AVFrame& frame = m_input->frame();
    const std::int64_t found = m_index.frameAt(frame.pts != AV_NOPTS_VALUE ? frame.pts : frame.best_effort_timestamp);
    return found < 0 && m_counting ? std::min(counted, m_index.frames - 1) : found;
}

/// Decodes up to the frame with this index or, where it cannot be decoded, the one after it. False when there is none, or when
/// the decoder does not know where it is.
Result<bool> VideoSource::decodeTo(std::int64_t index, const std::stop_token& stop) {
    m_input->interrupt().arm(stop, {});
    while (true) {
        switch (m_input->decode()) {
            case AvStep::Stopped:
                m_astray = true;
                return stoppedError(m_traits.name);
            case AvStep::Damaged:
                m_broken = true;
                continue;
            case AvStep::Ended:
                m_finished = true;
                return false;
            case AvStep::Frame:
                break;
        }
        const std::int64_t at = indexOfDecoded();
        if (at < 0 || (m_index.cut && at >= m_index.frames)) {
            return false;
        }
        if (at >= index) {
            m_decoded = at;
            return true;
        }
    }
}

/// Has the decoder hold frame m_next, or says why it cannot.
Result<void> VideoSource::advance(const std::stop_token& stop) {
    if (stop.stop_requested()) {
        return stoppedError(m_traits.name);
    }
    if (m_astray) {
        if (auto landed = land(m_next, stop); !landed) {
            return landed;
        }
    }
    if (m_decoded < m_next) {
        m_decoded = -1;
        auto found = m_finished ? Result<bool>(false) : decodeTo(m_next, stop);
        if (!found) {
            return found.error();
        }
        if (!*found) {
            return endError();
        }
    }
    if (m_decoded > m_next && m_broken) {
        const Error error = damagedFrame(m_next);
        m_next = m_decoded;
        return error;
    }
    m_next = m_decoded;
    return {};
}

Error VideoSource::damagedFrame(std::int64_t index) const {
    return makeError(
        ErrorCode::BadFormat,
        FOVEA_TEXT("engine", "Frame %2 of “%1” (at %3 s) is damaged and cannot be decoded; later ones may be intact."),
        {m_traits.name, std::to_string(index), secondsText(timeOf(index))});
}

/// Says once that a file ends too early, and then that it has ended.
Error VideoSource::endError() {
    const bool shrunk = avio_size(m_input->format()->pb) < m_index.bytes;  // while it was read
    const bool early = m_index.cut || ((m_broken || shrunk) && m_next < m_traits.frames);
    if (!early || m_endSaid) {
        m_next = std::max(m_next, m_traits.frames);
        return endedError(m_traits.name);
    }
    m_endSaid = true;
    m_broken = false;
    const std::int64_t last = m_next;
    m_next = std::max(m_next, m_traits.frames);
    return makeError(
        ErrorCode::BadFormat,
        FOVEA_TEXT("engine", "“%1” is cut off or damaged behind its frame %2 (at %3 s); choose an intact copy to see the rest."),
        {m_traits.name, std::to_string(std::max<std::int64_t>(last - 1, 0)),
         secondsText(timeOf(std::max<std::int64_t>(last - 1, 0)))});
}

Result<Frame> VideoSource::next(const std::stop_token& stop) {
    if (auto advanced = advance(stop); !advanced) {
        return advanced.error();
    }
    const std::int64_t index = m_next++;
    cv::Mat pixels = m_picture->convert(m_input->frame());
    m_decoded = -1;
    if (pixels.empty()) {
        return damagedFrame(index);
    }
    Frame frame;
    frame.width = pixels.cols;
    frame.height = pixels.rows;
    frame.pixels = std::make_shared<const cv::Mat>(std::move(pixels));
    frame.index = static_cast<std::uint64_t>(index);
    frame.timestamp = timeOf(index);
    frame.captured = std::chrono::steady_clock::now();
    frame.source = m_info;
    return frame;
}

Result<void> VideoSource::skip(const std::stop_token& stop) {
    if (auto advanced = advance(stop); !advanced) {
        return advanced;
    }
    ++m_next;
    m_decoded = -1;
    return {};
}

double VideoSource::timeOf(std::int64_t index) const {
    if (m_index.pts.empty()) {
        return m_traits.rate > 0.0 ? static_cast<double>(std::max<std::int64_t>(index, 0)) / m_traits.rate : 0.0;
    }
    const auto at = static_cast<std::size_t>(std::clamp<std::int64_t>(index, 0, m_index.frames - 1));
    return static_cast<double>(m_index.pts[at] - m_index.pts[0]) * av_q2d(m_input->stream()->time_base);
}

Result<void> VideoSource::seek(std::int64_t index, const std::stop_token& stop) {
    index = std::clamp<std::int64_t>(index, 0, std::max<std::int64_t>(m_traits.frames - 1, 0));
    m_endSaid = false;
    const std::int64_t at = m_decoded >= 0 ? m_decoded : m_next;
    if (index >= at && !m_finished && !m_astray) {
        const std::int64_t key = [&] {
            const auto above = [](std::int64_t time, const VideoIndex::Key& k) { return time < k.pts; };
            if (m_index.pts.empty()) {
                return std::int64_t{0};
            }
            const auto found = std::upper_bound(m_index.keys.begin(), m_index.keys.end(), m_index.pts[index], above);
            return found == m_index.keys.begin() ? std::int64_t{0} : m_index.frameAt(std::prev(found)->pts);
        }();
        if (key <= at) {
            m_next = index;  // no keyframe between here and there: decoding on is the shortest way
            return {};
        }
    }
    if (auto landed = land(index, stop); !landed) {
        return landed;
    }
    m_next = index;
    return {};
}

/// Goes to the keyframe `keysBack` before the last one at or before this frame; false when there is none or no way to it.
bool VideoSource::jumpBefore(std::int64_t index, std::size_t keysBack) {
    const std::int64_t time = m_index.pts[index];
    const auto last = std::upper_bound(m_index.keys.begin(), m_index.keys.end(), time,
                                       [](std::int64_t wanted, const VideoIndex::Key& key) { return wanted < key.pts; });
    const auto count = static_cast<std::size_t>(last - m_index.keys.begin());
    if (keysBack >= count) {
        return false;
    }
    const VideoIndex::Key& key = m_index.keys[count - 1 - keysBack];
    m_decoded = -1;
    m_finished = false;
    m_broken = false;
    m_counting = false;
    return m_input->jump(key.pts, key.bytes);
}

/// Has the decoder hold this frame. A demuxer may land late, and a decoder may need more than one keyframe to start, so keyframes
/// further and further back are tried, and the beginning at last.
Result<void> VideoSource::land(std::int64_t index, const std::stop_token& stop) {
    m_astray = true;
    for (std::size_t back = 0; !m_index.pts.empty() && jumpBefore(index, back); back = 2 * back + 1) {
        const auto found = decodeTo(index, stop);
        if (!found) {
            return found.error();
        }
        if (*found && m_decoded == index) {
            m_astray = false;
            return {};
        }
    }
    if (auto started = restart(stop); !started) {
        return started;
    }
    const auto found = decodeTo(index, stop);
    return found ? Result<void>() : Result<void>(found.error());
}

Result<void> VideoSource::restart(const std::stop_token& stop) {
    auto interrupt = std::make_unique<AvInterrupt>();
    interrupt->arm(stop, {});
    auto input = AvInput::open(m_opening, std::move(interrupt));
    if (!input) {
        return input.error();
    }
    m_input = std::move(*input);
    m_decoded = -1;
    m_count = 0;
    m_counting = true;
    m_astray = false;
    m_finished = false;
    m_broken = false;
    return {};
}

/// A recording may begin between two keyframes; what cannot be decoded there is no part of the video.
void VideoSource::dropUndecodable() {
    if (m_index.pts.empty() || m_decoded <= 0) {
        return;
    }
    const std::int64_t first = m_index.pts[static_cast<std::size_t>(m_decoded)];
    m_index.pts.erase(m_index.pts.begin(), m_index.pts.begin() + m_decoded);
    std::erase_if(m_index.keys, [first](const VideoIndex::Key& key) { return key.pts < first; });
    m_index.frames -= m_decoded;
    m_decoded = 0;
    m_count = 1;
    m_broken = false;
}

void VideoSource::describe(const std::string& path) {
    const AVStream& stream = *m_input->stream();
    const int orientation = orientationOf(stream);
    m_picture = std::make_unique<AvPicture>(orientation);
    const Rate rate = rateOf(stream, m_index);
    m_traits.rate = rate.value;
    m_traits.note = rate.note;
    m_traits.frames = m_index.frames;
    m_traits.seekable = true;
    m_traits.width = m_input->frame().width;
    m_traits.height = m_input->frame().height;
    if (orientation >= 5) {
        std::swap(m_traits.width, m_traits.height);
    }
    const double unit = av_q2d(stream.time_base);
    const double last =
        m_index.lastLength > 0 && !m_index.pts.empty() ? static_cast<double>(m_index.lastLength) * unit : 1.0 / m_traits.rate;
    m_traits.duration = timeOf(m_index.frames - 1) + last;
    SourceInfo info;
    info.path = path;
    info.name = m_traits.name;
    info.description = sizeText(m_traits.width, m_traits.height) + rateText(m_traits.rate) + ", " + m_input->codecTitle() +
                       (orientation != 1 ? ", turned upright" : "");
    m_info = std::make_shared<const SourceInfo>(std::move(info));
}

Result<void> VideoSource::start(const std::string& path, const std::stop_token& stop) {
    m_traits.kind = SourceKind::Video;
    m_traits.name = m_opening.name;
    if (auto started = restart(stop); !started) {
        return started;
    }
    auto index = indexVideo(*m_input, stop);
    if (!index) {
        return index.error();
    }
    m_index = std::move(*index);
    if (auto started = restart(stop); !started) {
        return started;
    }
    const auto found = m_index.frames > 0 ? decodeTo(0, stop) : Result<bool>(false);
    if (!found) {
        return found.error();
    }
    if (!*found) {
        return makeError(ErrorCode::BadFormat,
                         FOVEA_TEXT("engine", "None of the frames of “%1” can be decoded; choose an intact copy of this video."),
                         {m_traits.name});
    }
    dropUndecodable();
    describe(path);
    return {};
}

Result<std::unique_ptr<FrameSource>> VideoSource::open(AvOpening opening, const std::string& path, const std::stop_token& stop) {
    std::unique_ptr<VideoSource> source(new VideoSource(std::move(opening)));
    if (auto started = source->start(path, stop); !started) {
        return started.error();
    }
    return std::unique_ptr<FrameSource>(std::move(source));
}

}  // namespace

Result<std::unique_ptr<FrameSource>> openVideo(const SourceSpec& spec, const std::stop_token& stop) {
    const auto head = readFileStart(spec.location, kContainerHead);
    if (!head) {
        return head.error();
    }
    const std::string name = fileName(spec.location);
    if (looksLikePlaylist(ByteView(*head))) {
        return playlistError(name);
    }
    const char* reader = containerOf(ByteView(*head));
    if (reader == nullptr) {
        return makeError(
            ErrorCode::BadFormat,
            FOVEA_TEXT("engine", "“%1” is not a video of a kind read here; choose an MP4, MKV, WebM, AVI, TS or OGG file."),
            {name});
    }
    AvOpening opening;
    const std::string path = absolutePath(spec.location);
    opening.url = "file:" + path;
    opening.name = name;
    opening.reader = reader;
    // A video which names another file or address inside does not get it opened.
    opening.options = {{"protocol_whitelist", "file"}};
    // AVI knows only the order of decoding; what FFmpeg makes of it is wrong by some frames where that is not the order of
    // showing.
    if (opening.reader != "avi") {
        opening.options.emplace_back("fflags", "+genpts");
    }
    return VideoSource::open(std::move(opening), path, stop);
}

}  // namespace fovea
