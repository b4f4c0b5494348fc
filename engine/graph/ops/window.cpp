#include "engine/graph/ops/window.h"

#include <algorithm>
#include <string>

#include "engine/graph/kernel.h"

namespace fovea::graph {
namespace {

constexpr std::int64_t kLargest = std::int64_t{1} << 30;  // products of two of these still fit into 62 bits

/// A list of integers whose values all lie in [least, 2³⁰].
Result<std::vector<std::int64_t>> readList(const Node& node, const char* key, std::int64_t least) {
    auto values = node.integers(key, {});
    const bool otherKind = node.has(key) && !std::holds_alternative<std::vector<std::int64_t>>(node.attributes.at(key));
    if (otherKind || !std::all_of(values.begin(), values.end(), [&](auto v) { return v >= least && v <= kLargest; })) {
        return attributeError(key);
    }
    return values;
}

Result<Window::Padding> readPadding(const Node& node) {
    const std::string text = node.text("auto_pad", "NOTSET");
    if (text == "NOTSET" || text.empty()) {
        return Window::Padding::Explicit;
    }
    if (text == "SAME_UPPER") {
        return Window::Padding::SameUpper;
    }
    if (text == "SAME_LOWER") {
        return Window::Padding::SameLower;
    }
    if (text == "VALID") {
        return Window::Padding::Valid;
    }
    return attributeError("auto_pad");
}

/// As many outputs as strides fit into the input, whatever the kernel; the padding is what that needs.
void padSame(Axis& axis, bool upper) {
    axis.output = (axis.input + axis.stride - 1) / axis.stride;
    const std::int64_t total = std::max<std::int64_t>(0, (axis.output - 1) * axis.stride + axis.extent() - axis.input);
    axis.padBegin = upper ? total / 2 : total - total / 2;
    axis.padEnd = total - axis.padBegin;
}

/// False when not one window fits.
bool countOutputs(Axis& axis, bool ceiling) {
    const std::int64_t room = axis.input + axis.padBegin + axis.padEnd - axis.extent();
    if (room < 0) {
        return false;
    }
    axis.output = room / axis.stride + 1;
    // A last window which is not whole, unless it would begin in the padding behind the input.
    if (ceiling && room % axis.stride != 0 && axis.output * axis.stride < axis.input + axis.padBegin) {
        ++axis.output;
    }
    return true;
}

}  // namespace

Result<Window> Window::read(const Node& node) {
    Window window;
    const auto padding = readPadding(node);
    if (!padding) {
        return padding.error();
    }
    window.padding = *padding;
    struct Entry {
        const char* key;
        std::int64_t least;
        std::vector<std::int64_t>* values;
    };
    for (const auto& entry : {Entry{"kernel_shape", 1, &window.kernel}, Entry{"strides", 1, &window.strides},
                              Entry{"dilations", 1, &window.dilations}, Entry{"pads", 0, &window.pads}}) {
        auto values = readList(node, entry.key, entry.least);
        if (!values) {
            return values.error();
        }
        *entry.values = std::move(*values);
    }
    window.ceiling = node.integer("ceil_mode", 0) != 0;
    return window;
}

Result<Axes> Window::axes(const Shape& input, const std::vector<std::int64_t>& kernelSizes) const {
    const std::size_t spatial = kernelSizes.size();
    if (input.size() != spatial + 2) {
        return rankError(input);
    }
    for (const auto& [list, key, perAxis] : {std::tuple{&strides, "strides", std::size_t{1}},
                                             {&dilations, "dilations", std::size_t{1}},
                                             {&pads, "pads", std::size_t{2}}}) {
        if (!list->empty() && list->size() != perAxis * spatial) {
            return attributeError(key);
        }
    }
    Axes result;
    for (std::size_t i = 0; i < spatial; ++i) {
        Axis& axis = result[i + 2 - spatial];
        axis.input = input[i + 2];
        axis.kernel = kernelSizes[i];
        axis.stride = strides.empty() ? 1 : strides[i];
        axis.dilation = dilations.empty() ? 1 : dilations[i];
        if (axis.input < 1 || axis.input > kLargest || axis.kernel < 1 || axis.kernel > kLargest) {
            return shapeError(input, kernelSizes);
        }
        if (padding == Padding::SameUpper || padding == Padding::SameLower) {
            padSame(axis, padding == Padding::SameUpper);
            continue;
        }
        if (padding == Padding::Explicit && !pads.empty()) {
            axis.padBegin = pads[i];
            axis.padEnd = pads[i + spatial];
        }
        if (!countOutputs(axis, ceiling)) {
            return shapeError(input, kernelSizes);
        }
    }
    return result;
}

Error rankError(const Shape& shape) {
    return makeError(ErrorCode::Unsupported, FOVEA_TEXT("engine", "it is not computed with an input of size %1"),
                     {shapeText(shape)});
}

Shape outputShape(const Shape& input, std::int64_t channels, const Axes& axes) {
    Shape shape{input[0], channels};
    for (std::size_t i = 4 - input.size(); i < 2; ++i) {
        shape.push_back(axes[i].output);
    }
    return shape;
}

}  // namespace fovea::graph
