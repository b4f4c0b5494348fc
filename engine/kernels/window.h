#pragma once

#include <array>
#include <cstdint>

namespace fovea::kernels {

/// One spatial axis of a convolution or pooling with its padding worked out.
struct Axis {
    std::int64_t input = 1;
    std::int64_t kernel = 1;
    std::int64_t stride = 1;
    std::int64_t dilation = 1;
    std::int64_t padBegin = 0;
    std::int64_t padEnd = 0;
    std::int64_t output = 1;

    /// Inputs from the first to the last tap.
    [[nodiscard]] std::int64_t extent() const { return dilation * (kernel - 1) + 1; }
    /// The input position which a tap of output 0 reads.
    [[nodiscard]] std::int64_t offset(std::int64_t tap) const { return tap * dilation - padBegin; }
    /// True when every output reads exactly the input at its own place.
    [[nodiscard]] bool plain() const { return kernel == 1 && stride == 1 && padBegin == 0 && padEnd == 0; }
};

/// Height and width; a one-dimensional input has the height 1.
using Axes = std::array<Axis, 2>;

/// The places [begin, end) along an axis.
struct Span {
    std::int64_t begin = 0;
    std::int64_t end = 0;
};
/// The outputs whose tap lies inside the input.
Span insideSpan(const Axis& axis, std::int64_t tap);
/// The taps of an output which lie inside the input.
Span insideTaps(const Axis& axis, std::int64_t output);

}  // namespace fovea::kernels
