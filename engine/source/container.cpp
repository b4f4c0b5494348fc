#include "engine/source/container.h"

#include <array>
#include <string_view>

namespace fovea {
namespace {

using std::string_view_literals::operator""sv;

struct Magic {
    std::uint64_t offset;
    std::string_view bytes;
    const char* reader;
};

constexpr std::array kMagics = {
    Magic{4, "moov"sv, "mov"},
    Magic{4, "mdat"sv, "mov"},
    Magic{4, "wide"sv, "mov"},
    Magic{4, "free"sv, "mov"},
    Magic{4, "skip"sv, "mov"},
    Magic{0, "\x1A\x45\xDF\xA3"sv, "matroska"},
    Magic{0, "\x00\x00\x01\xBA"sv, "mpeg"},
    Magic{0, "\x00\x00\x01\xB3"sv, "mpegvideo"},
    Magic{0, "\x00\x00\x00\x01\x67"sv, "h264"},
    Magic{0, "\x00\x00\x00\x01\x09"sv, "h264"},
    Magic{0, "OggS"sv, "ogg"},
    Magic{0, "FLV\x01"sv, "flv"},
    Magic{0, "GIF8"sv, "gif"},
    Magic{0, "YUV4MPEG2 "sv, "yuv4mpegpipe"},
    Magic{0, "\x30\x26\xB2\x75\x8E\x66\xCF\x11"sv, "asf"},
};

/// HEIF pictures are boxed as MP4 is, and tell by their brand that they do not move.
bool isMovingBrand(const ByteView& head) {
    for (const auto still : {"heic"sv, "heix"sv, "heim"sv, "mif1"sv, "avif"sv}) {
        if (head.matches(8, still)) {
            return false;
        }
    }
    return true;
}

bool isTransportStream(const ByteView& head) {
    for (const std::uint64_t start : {0U, 4U}) {
        const std::uint64_t packet = 188 + start;  // M2TS puts four bytes of time before each packet
        if (head.matches(start, "G"sv) && head.matches(start + packet, "G"sv) && head.matches(start + 2 * packet, "G"sv)) {
            return true;
        }
    }
    return false;
}

/// Pictures come first in an OGG, but for a skeleton which may come before everything.
bool isOggOfSound(const ByteView& head) {
    constexpr std::uint64_t kFirstPacket = 28;
    const std::string_view text(reinterpret_cast<const char*>(head.data()), head.size());
    const bool sound = head.matches(kFirstPacket, "\x01vorbis"sv) || head.matches(kFirstPacket, "OpusHead"sv) ||
                       head.matches(kFirstPacket, "Speex"sv) || head.matches(kFirstPacket + 1, "FLAC"sv);
    return sound && text.find("\x80theora"sv) == std::string_view::npos;
}

std::string_view withoutBlanks(const ByteView& head) {
    std::string_view text(reinterpret_cast<const char*>(head.data()), head.size());
    if (text.substr(0, 3) == "\xEF\xBB\xBF"sv) {
        text.remove_prefix(3);
    }
    const std::size_t first = text.find_first_not_of(" \t\r\n"sv);
    return first == std::string_view::npos ? std::string_view() : text.substr(first);
}

}  // namespace

const char* containerOf(ByteView head) {
    if (head.matches(4, "ftyp"sv)) {
        return isMovingBrand(head) ? "mov" : nullptr;
    }
    if (head.matches(0, "RIFF"sv)) {
        return head.matches(8, "AVI "sv) ? "avi" : nullptr;
    }
    for (const Magic& magic : kMagics) {
        if (head.matches(magic.offset, magic.bytes)) {
            return magic.reader;
        }
    }
    return isTransportStream(head) ? "mpegts" : nullptr;
}

bool looksLikePlaylist(ByteView head) {
    const std::string_view text = withoutBlanks(head);
    for (const auto start : {"#EXTM3U"sv, "<MPD"sv, "ffconcat"sv, "v=0\n"sv, "v=0\r"sv, "[playlist]"sv, "<asx"sv, "<ASX"sv,
                             "<smil"sv, "[Reference]"sv}) {
        if (text.substr(0, start.size()) == start) {
            return true;
        }
    }
    return text.substr(0, 5) == "<?xml"sv &&
           (text.find("<MPD"sv) != std::string_view::npos || text.find("<SmoothStreamingMedia"sv) != std::string_view::npos);
}

bool looksLikeSound(ByteView head) {
    if (head.matches(4, "ftyp"sv)) {
        return head.matches(8, "M4A "sv) || head.matches(8, "M4B "sv);
    }
    if (head.matches(0, "OggS"sv)) {
        return isOggOfSound(head);
    }
    if (head.matches(0, "RIFF"sv)) {
        return head.matches(8, "WAVE"sv);
    }
    if (head.matches(0, "FORM"sv)) {
        return head.matches(8, "AIFF"sv) || head.matches(8, "AIFC"sv);
    }
    for (const auto start : {"ID3"sv, "fLaC"sv, "#!AMR"sv, "MThd"sv, ".snd"sv}) {
        if (head.matches(0, start)) {
            return true;
        }
    }
    if (!head.has(0, 3) || head.u8(0) != 0xFF) {
        return false;
    }
    // MPEG audio, layers II and III, and AAC; layer I begins as texts of 16-bit letters do.
    const std::uint32_t kind = head.u8(1) & 0xFEU;
    const std::uint32_t rates = head.u8(2);
    const bool layers = kind == 0xFA || kind == 0xF2 || kind == 0xFC || kind == 0xF4;
    return (layers && rates >> 4 != 15 && (rates >> 2 & 3U) != 3) || kind == 0xF0 || kind == 0xF8;
}

Error soundError(const std::string& name) {
    return makeError(ErrorCode::Unsupported,
                     FOVEA_TEXT("engine", "“%1” holds sound and no pictures; choose a picture or a video."), {name});
}

Error playlistError(const std::string& name) {
    return makeError(
        ErrorCode::Unsupported,
        FOVEA_TEXT("engine", "“%1” is a playlist: it only names other files or addresses; open the video or stream itself."),
        {name});
}

}  // namespace fovea
