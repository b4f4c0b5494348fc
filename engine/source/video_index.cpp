#include "engine/source/video_index.h"

#include <algorithm>
#include <cstdlib>
#include <string>

#include "engine/api.h"
#include "engine/source/av_input.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
}

namespace fovea {
namespace {

/// Frames which are decoded but never shown: before the start an edit list sets, or VP8's hidden references.
bool isShown(const AVPacket& packet, AVCodecID codec) {
    const bool hidden = codec == AV_CODEC_ID_VP8 && packet.size > 0 && (packet.data[0] & 0x10) == 0;
    return (packet.flags & AV_PKT_FLAG_DISCARD) == 0 && !hidden;
}

/// Seconds of "00:01:02.500000000", as Matroska notes them; 0 when it is something else.
double secondsOf(const char* text) {
    char* end = nullptr;
    const double hours = std::strtod(text, &end);
    if (*end != ':') {
        return 0.0;
    }
    const double minutes = std::strtod(end + 1, &end);
    return *end == ':' ? 3600.0 * hours + 60.0 * minutes + std::strtod(end + 1, nullptr) : 0.0;
}

/// How long the pictures last as the header says, in seconds; 0 when it does not say. A container's length counts sound too.
double declaredSeconds(const AVFormatContext& format, const AVStream& stream) {
    if (const AVDictionaryEntry* tag = av_dict_get(stream.metadata, "DURATION", nullptr, 0)) {
        return secondsOf(tag->value);
    }
    return format.nb_streams == 1 && format.duration > 0 ? static_cast<double>(format.duration) / AV_TIME_BASE : 0.0;
}

/// Whether more was announced than there is. Transport streams announce nothing, so theirs are never cut. Moves within the file.
bool isCut(AvInput& input, const VideoIndex& index, std::int64_t packets, bool damaged) {
    if (damaged) {
        return true;
    }
    AVStream& stream = *input.stream();
    const std::string reader = input.format()->iformat->name;
    if (reader.find("mov") != std::string::npos) {
        return avformat_index_get_entries_count(&stream) > packets;
    }
    if (reader == "avi") {
        AVIOContext* file = input.format()->pb;
        return avio_seek(file, 4, SEEK_SET) == 4 && std::int64_t{avio_rl32(file)} + 8 > avio_size(file);
    }
    if (reader.find("matroska") == std::string::npos || index.pts.empty()) {
        return false;
    }
    const double unit = av_q2d(stream.time_base);
    const double length = static_cast<double>(index.pts.back() + index.lastLength) * unit;
    const double frame = static_cast<double>(index.pts.back() - index.pts.front()) * unit / static_cast<double>(index.frames);
    return declaredSeconds(*input.format(), stream) > length + std::max(0.25, 3.0 * frame);
}

void finish(VideoIndex& index, std::int64_t shown, bool timed) {
    if (!timed) {
        index.pts.clear();
        index.keys.clear();
        index.frames = shown;
        return;
    }
    std::sort(index.pts.begin(), index.pts.end());
    // Two fields of one frame may come as two packets.
    index.pts.erase(std::unique(index.pts.begin(), index.pts.end()), index.pts.end());
    std::sort(index.keys.begin(), index.keys.end(), [](const auto& a, const auto& b) { return a.pts < b.pts; });
    index.frames = static_cast<std::int64_t>(index.pts.size());
}

/// Half a packet is not marked as such by the reader of AVI.
void dropLast(VideoIndex& index) {
    --index.frames;
    if (!index.pts.empty()) {
        index.pts.pop_back();
        std::erase_if(index.keys, [&](const VideoIndex::Key& key) { return key.pts > index.pts.back(); });
    }
}

}  // namespace

std::int64_t VideoIndex::frameAt(std::int64_t time) const {
    const auto found = std::lower_bound(pts.begin(), pts.end(), time);
    return found != pts.end() && *found == time ? found - pts.begin() : -1;
}

Result<VideoIndex> indexVideo(AvInput& input, const std::stop_token& stop) {
    input.interrupt().arm(stop, {});
    VideoIndex index;
    std::int64_t packets = 0;
    std::int64_t shown = 0;
    bool timed = true;
    bool damaged = false;
    int code = 0;
    while ((code = input.readPacket()) == 0) {
        const AVPacket& packet = input.packet();
        // Half a packet stands at the end of a file which was cut off.
        damaged = (packet.flags & AV_PKT_FLAG_CORRUPT) != 0;
        if (damaged) {
            continue;
        }
        ++packets;
        if (!isShown(packet, input.stream()->codecpar->codec_id)) {
            continue;
        }
        ++shown;
        if (packet.pts == AV_NOPTS_VALUE) {
            timed = false;
            continue;
        }
        if (!index.pts.empty() && packet.pts > index.pts.back()) {
            index.lastLength = packet.duration;
        }
        index.pts.push_back(packet.pts);
        if ((packet.flags & AV_PKT_FLAG_KEY) != 0) {
            index.keys.push_back({packet.pts, packet.pos});
        }
    }
    if (code == AVERROR_EXIT) {
        return makeError(ErrorCode::Cancelled, FOVEA_TEXT("engine", "Opening the video was stopped."));
    }
    finish(index, shown, timed);
    index.bytes = avio_size(input.format()->pb);
    index.cut = isCut(input, index, packets, damaged || code != AVERROR_EOF);
    if (index.cut && index.frames > 1 && input.format()->iformat->name == std::string("avi")) {
        dropLast(index);
    }
    return index;
}

}  // namespace fovea
