#include "engine/thrown.h"

#include <new>
#include <opencv2/core.hpp>
#include <stdexcept>

namespace fovea {

bool outOfMemory(const std::exception& failure) noexcept {
    const auto* ofOpenCv = dynamic_cast<const cv::Exception*>(&failure);
    return dynamic_cast<const std::bad_alloc*>(&failure) != nullptr ||
           dynamic_cast<const std::length_error*>(&failure) != nullptr ||
           (ofOpenCv != nullptr && ofOpenCv->code == cv::Error::StsNoMem);
}

std::string reasonOf(const std::exception& failure) {
    if (outOfMemory(failure)) {
        return "not enough memory";
    }
    const auto* ofOpenCv = dynamic_cast<const cv::Exception*>(&failure);
    return ofOpenCv != nullptr ? ofOpenCv->err : failure.what();
}

Error thrownError(const std::string& what, const std::exception& failure) {
    if (outOfMemory(failure)) {
        return makeError(ErrorCode::TooLarge,
                         FOVEA_TEXT("engine",
                                    "There is not enough memory for “%1”; choose a smaller picture or a larger stride, or end "
                                    "other programs."),
                         {what});
    }
    return makeError(ErrorCode::BadValue,
                     FOVEA_TEXT("engine", "“%1” could not be finished (%2); choose another file or other options."),
                     {what, reasonOf(failure)});
}

}  // namespace fovea
