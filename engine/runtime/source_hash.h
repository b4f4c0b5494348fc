#pragma once

#include <QString>

#include <cstddef>
#include <stop_token>
#include <string>

#include "engine/result.h"
#include "engine/source/frame.h"

namespace fovea {

/// SHA-256 of bytes, in lower-case hex; empty when stopped.
std::string sha256Hex(const void* bytes, std::size_t size, const std::stop_token& stop = {});

/// Reads a picture once: the hash is of the very bytes which are decoded. Path and hash of its source are filled in.
/// ErrorCode::Cancelled when stopped. Any thread.
Result<Frame> loadFrame(const QString& path, const std::stop_token& stop = {});

/// The same frame with the hash of its pixels (rows top to bottom, as they lie in memory) in its source. Any thread.
Result<Frame> hashedFrame(const Frame& frame, const std::stop_token& stop = {});

}  // namespace fovea
