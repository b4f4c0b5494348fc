#pragma once

#include <memory>
#include <string>

#include "engine/api.h"
#include "engine/render/field.h"

/// Which module, map, frame and cell a FieldSpec names.
namespace fovea::fields {

/// The map `spec` names, or the default one.
Result<const AttentionMap*> chosenMap(const JobResult& module, const std::string& name);
/// The finished, good result `spec` names.
Result<std::shared_ptr<const JobResult>> finishedJob(const FrameResult& result, const FieldSpec& spec);
/// A frame of a clip of `count` frames; −1 and what lies outside: the newest.
int clipIndex(int frame, int count) noexcept;
/// Row-major index of the place (x, y), as fractions, in a grid; clamped, and not a number counts as 0.
FOVEA_API int placeIndex(double x, double y, int height, int width) noexcept;
/// Index into n equal parts of 0..1, clamped; not a number counts as 0.
int clampedPart(double position, int n) noexcept;

}  // namespace fovea::fields
