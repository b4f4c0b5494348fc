#include <algorithm>
#include <numeric>

#include "engine/graph/ops/axes.h"
#include "engine/graph/ops/broadcast.h"
#include "engine/graph/ops/families.h"
#include "engine/graph/ops/strided.h"
#include "engine/graph/ops/support.h"

namespace fovea::graph {
namespace {

/// What is a copy with strides, once infer() has prepared it.
class Moved : public Kernel {
public:
    Result<void> run(const std::vector<View>& inputs, const std::vector<View>& outputs, std::byte*,
                     const std::stop_token&) override {
        m_copy.run(inputs[0], outputs[0]);
        return {};
    }

protected:
    /// The output as it is; the copy as a walk over `extents`, which have the output's elements in the output's order.
    Inferred moved(ElementType type, Shape shape, const Shape& extents, const Shape& strides, std::int64_t offset = 0) {
        auto outputs = oneOutput(type, std::move(shape));
        if (outputs) {
            m_copy.prepare(extents, strides, offset);
        }
        return outputs;
    }

private:
    StridedCopy m_copy;
};

class Transpose final : public Moved {
public:
    Transpose(const Node& node, int) : m_given(node.has("perm")), m_order(node.integers("perm", {})) {}

    Inferred infer(const std::vector<InputInfo>& inputs) override {
        if (auto wrong = wrongInputs(inputs, 1, 1)) {
            return *wrong;
        }
        const Shape& from = inputs[0].info.shape;
        std::vector<std::int64_t> order = m_order;
        if (!m_given) {
            order.resize(from.size());
            std::iota(order.rbegin(), order.rend(), 0);
        }
        if (order.size() != from.size() || !axesOf(order, from.size())) {
            return attributeError("perm");
        }
        const Shape own = stridesOf(from);
        Shape shape;
        Shape strides;
        for (const auto each : order) {
            const std::size_t axis = *axisOf(each, from.size());
            shape.push_back(from[axis]);
            strides.push_back(own[axis]);
        }
        return moved(inputs[0].info.type, shape, shape, strides);
    }

private:
    bool m_given;
    std::vector<std::int64_t> m_order;
};

class Expand final : public Moved {
public:
    Expand(const Node&, int) {}

    Inferred infer(const std::vector<InputInfo>& inputs) override {
        if (auto wrong = wrongInputs(inputs, 2, 2)) {
            return *wrong;
        }
        if (unknown(inputs, 1)) {
            return std::vector<ArrayInfo>{};
        }
        const Shape& from = inputs[0].info.shape;
        const auto wanted = integersOf(inputs[1]);
        if (!wanted) {
            return wanted.error();
        }
        const auto shape = broadcastShape(from, *wanted);
        return shape ? moved(inputs[0].info.type, *shape, *shape, broadcastStrides(from, *shape)) : Inferred(shape.error());
    }
};

class Tile final : public Moved {
public:
    Tile(const Node&, int) {}

    Inferred infer(const std::vector<InputInfo>& inputs) override {
        if (auto wrong = wrongInputs(inputs, 2, 2)) {
            return *wrong;
        }
        if (unknown(inputs, 1)) {
            return std::vector<ArrayInfo>{};
        }
        const Shape& from = inputs[0].info.shape;
        const auto repeats = integersOf(inputs[1]);
        if (!repeats || repeats->size() != from.size()) {
            return repeats ? inputError(1) : repeats.error();
        }
        const Shape own = stridesOf(from);
        Shape shape(from.size());
        Shape extents;
        Shape strides;
        for (std::size_t axis = 0; axis < from.size(); ++axis) {
            if ((*repeats)[axis] < 0 || __builtin_mul_overflow(from[axis], (*repeats)[axis], &shape[axis])) {
                return inputError(1);
            }
            extents.insert(extents.end(), {(*repeats)[axis], from[axis]});
            strides.insert(strides.end(), {0, own[axis]});
        }
        return moved(inputs[0].info.type, std::move(shape), extents, strides);
    }
};

/// Starts, ends, axes and steps are attributes (without steps) before opset 10, inputs after.
class Slice final : public Moved {
public:
    Slice(const Node& node, int opset)
        : m_attributes(opset < 10),
          m_starts(node.integers("starts", {})),
          m_ends(node.integers("ends", {})),
          m_axes(node.integers("axes", {})) {}

    Inferred infer(const std::vector<InputInfo>& inputs) override {
        if (auto wrong = m_attributes ? wrongInputs(inputs, 1, 1) : wrongInputs(inputs, 3, 5)) {
            return *wrong;
        }
        Ranges ranges{m_starts, m_ends, m_axes, {}};
        if (!m_attributes) {
            std::vector<std::int64_t>* const targets[] = {&ranges.starts, &ranges.ends, &ranges.axes, &ranges.steps};
            for (std::size_t i = 1; i < inputs.size(); ++i) {
                if (unknown(inputs, i)) {
                    return std::vector<ArrayInfo>{};
                }
                if (given(inputs, i)) {
                    auto values = integersOf(inputs[i]);
                    if (!values) {
                        return values.error();
                    }
                    *targets[i - 1] = std::move(*values);
                }
            }
        }
        return sliced(inputs[0].info, std::move(ranges));
    }

private:
    struct Ranges {
        std::vector<std::int64_t> starts, ends, axes, steps;
    };

    Inferred sliced(const ArrayInfo& from, Ranges ranges) {
        const std::size_t count = ranges.starts.size();
        if (ranges.axes.empty()) {
            ranges.axes.resize(count);
            std::iota(ranges.axes.begin(), ranges.axes.end(), 0);
        }
        if (ranges.steps.empty()) {
            ranges.steps.assign(count, 1);
        }
        if (ranges.ends.size() != count || ranges.axes.size() != count || ranges.steps.size() != count) {
            return shapeError({static_cast<std::int64_t>(count)}, {static_cast<std::int64_t>(ranges.ends.size())});
        }
        if (const auto chosen = axesOf(ranges.axes, from.shape.size()); !chosen) {
            return chosen.error();
        }
        Shape shape = from.shape;
        Shape strides = stridesOf(from.shape);
        std::int64_t offset = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t axis = *axisOf(ranges.axes[i], from.shape.size());
            const std::int64_t extent = shape[axis];
            const std::int64_t step = ranges.steps[i];
            if (step == 0 || step == INT64_MIN) {
                return inputError(4);
            }
            // Walking backwards, the end may lie before the first element.
            const std::int64_t low = step > 0 ? 0 : -1;
            const auto inside = [extent](std::int64_t at, std::int64_t least, std::int64_t most) {
                return std::clamp(at < 0 ? at + extent : at, least, std::max(least, most));
            };
            const std::int64_t start = inside(ranges.starts[i], 0, extent + low);
            const std::int64_t end = inside(ranges.ends[i], low, extent + low);
            const std::int64_t distance = extent == 0 ? 0 : step > 0 ? end - start : start - end;
            const std::int64_t stride = step > 0 ? step : -step;
            shape[axis] = distance > 0 ? (distance - 1) / stride + 1 : 0;
            offset += shape[axis] == 0 ? 0 : start * strides[axis];
            strides[axis] =
                shape[axis] > 1 ? strides[axis] * step : 0;  // one step is never taken, and its product might overflow
        }
        return moved(from.type, shape, shape, strides, offset);
    }

    bool m_attributes;
    std::vector<std::int64_t> m_starts, m_ends, m_axes;
};

/// DepthToSpace and SpaceToDepth: a permutation of six axes.
class DepthToSpace final : public Moved {
public:
    DepthToSpace(const Node& node, int) : m_block(node.integer("blocksize", 0)), m_mode(node.text("mode", "DCR")) {}

    Inferred infer(const std::vector<InputInfo>& inputs) override {
        if (auto wrong = wrongInputs(inputs, 1, 1)) {
            return *wrong;
        }
        if (m_mode != "DCR" && m_mode != "CRD") {
            return attributeError("mode");
        }
        const Shape& from = inputs[0].info.shape;
        const std::int64_t b = m_block;
        std::int64_t height = 0;
        std::int64_t width = 0;
        if (b < 1 || b > (1 << 15) || from.size() != 4 || from[1] % (b * b) != 0 || __builtin_mul_overflow(from[2], b, &height) ||
            __builtin_mul_overflow(from[3], b, &width)) {
            return attributeError("blocksize");
        }
        const std::int64_t depth = from[1] / (b * b);
        const Shape own = stridesOf(from);
        const bool outer = m_mode == "DCR";  // the block's two axes lie before the depth
        const std::int64_t row = outer ? b * depth * own[1] : b * own[1];
        const std::int64_t column = outer ? depth * own[1] : own[1];
        const std::int64_t channel = outer ? own[1] : b * b * own[1];
        return moved(inputs[0].info.type, {from[0], depth, height, width}, {from[0], depth, from[2], b, from[3], b},
                     {own[0], channel, own[2], row, own[3], column});
    }

private:
    std::int64_t m_block;
    std::string m_mode;
};

class SpaceToDepth final : public Moved {
public:
    SpaceToDepth(const Node& node, int) : m_block(node.integer("blocksize", 0)) {}

    Inferred infer(const std::vector<InputInfo>& inputs) override {
        if (auto wrong = wrongInputs(inputs, 1, 1)) {
            return *wrong;
        }
        const Shape& from = inputs[0].info.shape;
        const std::int64_t b = m_block;
        std::int64_t depth = 0;
        if (b < 1 || b > (1 << 15) || from.size() != 4 || from[2] % b != 0 || from[3] % b != 0 ||
            __builtin_mul_overflow(from[1], b * b, &depth)) {
            return attributeError("blocksize");
        }
        const Shape own = stridesOf(from);
        return moved(inputs[0].info.type, {from[0], depth, from[2] / b, from[3] / b},
                     {from[0], b, b, from[1], from[2] / b, from[3] / b},
                     {own[0], own[2], own[3], own[1], b * own[2], b * own[3]});
    }

private:
    std::int64_t m_block;
};

}  // namespace

std::vector<Operator> movementOperators() {
    return joined(
        {
            {"DepthToSpace", 1, create<DepthToSpace>},
            {"Expand", 8, create<Expand>},
            {"Slice", 1, create<Slice>},
            {"SpaceToDepth", 1, create<SpaceToDepth>},
            {"Tile", 6, create<Tile>},
            {"Transpose", 1, create<Transpose>},
        },
        {gatherOperators(), padOperators(), resizeOperators()});
}

}  // namespace fovea::graph
