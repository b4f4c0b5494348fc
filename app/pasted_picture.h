#pragma once

#include <QImage>

#include "engine/result.h"
#include "engine/source/frame.h"

namespace fovea {

/// A pasted or dropped image as a picture; an error of one sentence when there is no image.
[[nodiscard]] Result<Frame> pastedPicture(const QImage& image);

}  // namespace fovea
