#include "engine/source/tiff_errors.h"

#include <tiffio.h>

#include <cstdarg>

namespace fovea {
namespace {

thread_local bool s_reported = false;

void note(thandle_t /*file*/, const char* /*module*/, const char* /*format*/, std::va_list /*arguments*/) { s_reported = true; }

}  // namespace

TiffErrors::TiffErrors() {
    static const bool kInstalled = [] {
        TIFFSetErrorHandlerExt(note);  // beside OpenCV's own handler, which prints
        return true;
    }();
    static_cast<void>(kInstalled);
    s_reported = false;
}

bool TiffErrors::any() const noexcept { return s_reported; }

}  // namespace fovea
