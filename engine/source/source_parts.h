#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "engine/result.h"
#include "engine/source/frame_source.h"

namespace fovea {

/// The sources behind openSource(), each in a file of its own name. None of them mirrors; openSource() does.
Result<std::unique_ptr<FrameSource>> openFolder(const SourceSpec& spec, const std::stop_token& stop);
Result<std::unique_ptr<FrameSource>> openVideo(const SourceSpec& spec, const std::stop_token& stop);
Result<std::unique_ptr<FrameSource>> openCamera(const SourceSpec& spec, const std::stop_token& stop);
Result<std::unique_ptr<FrameSource>> openStream(const SourceSpec& spec, const std::stop_token& stop);

/// The error of a call which was stopped.
Error stoppedError(const std::string& name);
/// The error behind the last frame.
Error endedError(const std::string& name);

/// "/a/b.mp4" for a path relative to the working folder or not.
std::string absolutePath(const std::string& path);
/// The last part of a path.
std::string fileName(const std::string& path);
/// "640 × 480".
std::string sizeText(int width, int height);
/// ", 29.97 frames/s"; empty for 0.
std::string rateText(double rate);

}  // namespace fovea
