#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "engine/graph/graph.h"
#include "engine/result.h"

namespace fovea::graph {

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
    /// Where a tap of output 0 lies.
    [[nodiscard]] std::int64_t offset(std::int64_t tap) const { return tap * dilation - padBegin; }
    /// True when every output reads exactly the input at its own place.
    [[nodiscard]] bool plain() const { return kernel == 1 && stride == 1 && padBegin == 0 && padEnd == 0; }
};

/// Height and width; a one-dimensional input has the height 1.
using Axes = std::array<Axis, 2>;

/// The outputs [begin, end) of an axis whose tap lies inside the input.
struct Span {
    std::int64_t begin = 0;
    std::int64_t end = 0;
};
Span insideSpan(const Axis& axis, std::int64_t tap);

/// The attributes which Conv and the pools share, checked by themselves.
struct Window {
    enum class Padding { Explicit, SameUpper, SameLower, Valid };
    Padding padding = Padding::Explicit;
    std::vector<std::int64_t> kernel;  ///< empty: not given
    std::vector<std::int64_t> strides;
    std::vector<std::int64_t> dilations;
    std::vector<std::int64_t> pads;
    bool ceiling = false;

    static Result<Window> read(const Node& node);
    /// The axes for an input N×C×(H×)W and the sizes of a kernel; what does not fit is an error.
    [[nodiscard]] Result<Axes> axes(const Shape& input, const std::vector<std::int64_t>& kernelSizes) const;
};

/// An input whose number of axes nothing here computes with.
Error rankError(const Shape& shape);

/// The sizes N×C×(H×)W of an output.
Shape outputShape(const Shape& input, std::int64_t channels, const Axes& axes);

}  // namespace fovea::graph
