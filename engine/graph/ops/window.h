#pragma once

#include <cstdint>
#include <vector>

#include "engine/graph/graph.h"
#include "engine/kernels/window.h"
#include "engine/result.h"

namespace fovea::graph {

using kernels::Axes;
using kernels::Axis;

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
