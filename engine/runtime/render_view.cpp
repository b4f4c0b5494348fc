#include "engine/runtime/render_view.h"

#include "engine/thrown.h"

namespace fovea {

Error paintingFailed(const std::exception& failure) {
    return makeError(ErrorCode::TooLarge, FOVEA_TEXT("engine", "The picture could not be painted (%1); make the view smaller."),
                     {reasonOf(failure)});
}

}  // namespace fovea
