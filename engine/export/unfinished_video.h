#pragma once

#include <cstdint>
#include <stop_token>
#include <string>

#include "engine/api.h"
#include "engine/export/video_writer.h"
#include "engine/io/atomic_file.h"
#include "engine/result.h"

namespace fovea {

/// Whether at least one frame can be read from a video whose program was killed while it wrote it. `path` is the neighbour which
/// VideoWriter wrote; its extension names the container. An .mp4 has no frames before it is finished. Any thread; reads the disk.
FOVEA_API bool holdsFrames(const std::string& path);

/// Copies the frames of such a video into `to`, as they are and at their times, up to the first frame which is missing. Closes
/// that file down to the disk, opens it again and counts its frames: only its name is missing then. `from` is not changed.
/// Cancelled when stopped. Any thread.
FOVEA_API Result<WrittenVideo> copyFrames(const std::string& from, AtomicFile& to, const std::stop_token& stop = {});

}  // namespace fovea
