#include "engine/kernels/window.h"

#include <algorithm>

namespace fovea::kernels {

Span insideSpan(const Axis& axis, std::int64_t tap) {
    const std::int64_t offset = axis.offset(tap);
    const std::int64_t begin = offset >= 0 ? 0 : (-offset + axis.stride - 1) / axis.stride;
    const std::int64_t end = axis.input - 1 - offset < 0 ? 0 : (axis.input - 1 - offset) / axis.stride + 1;
    return {std::min(begin, axis.output), std::clamp(end, std::min(begin, axis.output), axis.output)};
}

Span insideTaps(const Axis& axis, std::int64_t output) {
    const std::int64_t start = output * axis.stride - axis.padBegin;
    const std::int64_t begin = start >= 0 ? 0 : (-start + axis.dilation - 1) / axis.dilation;
    const std::int64_t end = start >= axis.input ? 0 : (axis.input - 1 - start) / axis.dilation + 1;
    return {std::min(begin, axis.kernel), std::min(end, axis.kernel)};
}

}  // namespace fovea::kernels
