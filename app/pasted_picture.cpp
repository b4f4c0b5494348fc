#include "app/pasted_picture.h"

#include "engine/source/image_source.h"
#include "widgets/figure/mat_image.h"

namespace fovea {

Result<Frame> pastedPicture(const QImage& image) {
    const auto pixels = imageMat(image);
    return pixels ? frameFromPixels(*pixels, "clipboard")
                  : makeError(ErrorCode::BadFormat, FOVEA_TEXT("engine", "The clipboard holds no picture; copy one first."), {});
}

}  // namespace fovea
