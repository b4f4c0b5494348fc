#pragma once

#include <string>

#include "engine/api.h"
#include "engine/io/byte_view.h"
#include "engine/result.h"

namespace fovea {

/// How many of a file's first bytes tell what it is.
inline constexpr std::int64_t kContainerHead = 4096;

/// The container of moving pictures these first bytes belong to, by FFmpeg's name of its reader ("mov", "matroska", "avi" …);
/// nullptr when they belong to none. Playlists and everything else which names other files belong to none.
const char* containerOf(ByteView head);

/// Whether a text begins here which lists other files or addresses, whatever its name: M3U, DASH, SDP, concat, PLS, ASX.
bool looksLikePlaylist(ByteView head);

Error playlistError(const std::string& name);

/// Whether these are the first bytes of a file which holds nothing but sound: MP3, AAC, M4A, OGG, WAV, FLAC, AIFF, AMR, MIDI.
bool looksLikeSound(ByteView head);

Error soundError(const std::string& name);

}  // namespace fovea
