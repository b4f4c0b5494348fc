#pragma once

// The engine and its kernels are two shared libraries; only what bears FOVEA_API crosses their borders.
#if defined(FOVEA_ENGINE_BUILD)
#define FOVEA_API __attribute__((visibility("default")))
#else
#define FOVEA_API
#endif

/// Marks an engine text for translation; evaluates to the text itself. lupdate reads it as QT_TRANSLATE_NOOP.
/// The context is always "engine"; the window looks the translation up when it shows the text.
#define FOVEA_TEXT(context, text) text

namespace fovea {

/// Version of the program and of the numbers it computes, "major.minor.patch".
FOVEA_API const char* version() noexcept;

}  // namespace fovea
