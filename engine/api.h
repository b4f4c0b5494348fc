#pragma once

// The engine is one shared library built for two instruction sets; only what bears FOVEA_API crosses its border.
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

/// Instruction set this copy of the library was built for: "x86-64" or "x86-64-v3".
FOVEA_API const char* engineLevel() noexcept;

}  // namespace fovea
