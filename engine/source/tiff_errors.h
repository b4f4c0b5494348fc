#pragma once

namespace fovea {

/// Notes whether libtiff reports an error on this thread while it lives: the decoder of 8-bit pictures goes on behind one, and
/// leaves rows black.
class TiffErrors final {
public:
    TiffErrors();
    TiffErrors(const TiffErrors&) = delete;
    TiffErrors& operator=(const TiffErrors&) = delete;
    ~TiffErrors() = default;

    [[nodiscard]] bool any() const noexcept;
};

}  // namespace fovea
