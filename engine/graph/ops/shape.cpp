#include <algorithm>
#include <cstring>

#include "engine/graph/ops/axes.h"
#include "engine/graph/ops/families.h"
#include "engine/graph/ops/support.h"

namespace fovea::graph {
namespace {

/// Output 0 has the bytes of input 0; only the shape is new.
class Renamed : public Kernel {
public:
    [[nodiscard]] bool aliases() const override { return true; }

    Result<void> run(const std::vector<View>& inputs, const std::vector<View>& outputs, std::byte*,
                     const std::stop_token&) override {
        if (inputs[0].count != 0 && outputs[0].memory != inputs[0].memory) {
            std::memcpy(outputs[0].memory, inputs[0].memory, inputs[0].count * elementSize(inputs[0].type));
        }
        return {};
    }
};

class Identity final : public Renamed {
public:
    Identity(const Node&, int) {}
    Inferred infer(const std::vector<InputInfo>& inputs) override {
        if (auto wrong = wrongInputs(inputs, 1, 1)) {
            return *wrong;
        }
        return oneOutput(inputs[0].info.type, inputs[0].info.shape);
    }
};

/// Dropout does nothing outside of training.
class Dropout final : public Renamed {
public:
    Dropout(const Node& node, int) : m_mask(node.outputs.size() > 1 && !node.outputs[1].empty()) {}

    Inferred infer(const std::vector<InputInfo>& inputs) override {
        if (auto wrong = wrongInputs(inputs, 1, 3)) {
            return *wrong;
        }
        if (m_mask) {
            return makeError(ErrorCode::Unsupported, FOVEA_TEXT("engine", "its mask output is only made in training"));
        }
        if (given(inputs, 2)) {
            if (unknown(inputs, 2)) {
                return std::vector<ArrayInfo>{};
            }
            const Array& training = *inputs[2].constant;
            if (training.type() != ElementType::Bool || training.count() != 1 || *training.data<bool>()) {
                return inputError(2);
            }
        }
        return oneOutput(inputs[0].info.type, inputs[0].info.shape);
    }

private:
    bool m_mask;
};

class Reshape final : public Renamed {
public:
    Reshape(const Node& node, int opset) : m_allowZero(opset >= 14 && node.integer("allowzero", 0) != 0) {}

    Inferred infer(const std::vector<InputInfo>& inputs) override {
        if (auto wrong = wrongInputs(inputs, 2, 2)) {
            return *wrong;
        }
        if (unknown(inputs, 1)) {
            return std::vector<ArrayInfo>{};
        }
        const Shape& from = inputs[0].info.shape;
        auto wanted = integersOf(inputs[1]);
        if (!wanted) {
            return wanted.error();
        }
        Shape shape = std::move(*wanted);
        for (std::size_t axis = 0; axis < shape.size(); ++axis) {
            if (shape[axis] == 0 && !m_allowZero) {
                if (axis >= from.size()) {
                    return shapeError(from, shape);
                }
                shape[axis] = from[axis];
            }
        }
        const auto count = checkedBytes(ElementType::Bool, from);
        if (!count || !fillIn(shape, static_cast<std::int64_t>(*count))) {
            return shapeError(from, shape);
        }
        return oneOutput(inputs[0].info.type, std::move(shape));
    }

private:
    /// Replaces the one −1, if any, so that the shape has `count` elements.
    static bool fillIn(Shape& shape, std::int64_t count) {
        const auto open = std::find(shape.begin(), shape.end(), -1);
        if (open != shape.end()) {
            *open = 1;
        }
        const auto rest = checkedBytes(ElementType::Bool, shape);  // nothing for a second −1
        if (!rest) {
            return false;
        }
        const auto others = static_cast<std::int64_t>(*rest);
        if (open == shape.end()) {
            return others == count;
        }
        *open = others == 0 ? 0 : count / others;
        return others != 0 && *open * others == count;
    }

    bool m_allowZero;
};

class Flatten final : public Renamed {
public:
    Flatten(const Node& node, int) : m_axis(node.integer("axis", 1)) {}

    Inferred infer(const std::vector<InputInfo>& inputs) override {
        if (auto wrong = wrongInputs(inputs, 1, 1)) {
            return *wrong;
        }
        const Shape& from = inputs[0].info.shape;
        const auto rank = static_cast<std::int64_t>(from.size());
        if (m_axis < -rank || m_axis > rank) {
            return attributeError("axis");
        }
        const auto axis = static_cast<std::size_t>(m_axis < 0 ? m_axis + rank : m_axis);
        return oneOutput(inputs[0].info.type, {product(from, 0, axis), product(from, axis, from.size())});
    }

private:
    std::int64_t m_axis;
};

/// Squeeze and Unsqueeze: the axes are an attribute before opset 13, an input after.
class AxesChanged : public Renamed {
public:
    AxesChanged(const Node& node, int opset)
        : m_attribute(opset < 13), m_given(node.has("axes")), m_axes(node.integers("axes", {})) {}

protected:
    /// Reads the axes; false: they are not known yet.
    Result<bool> readAxes(const std::vector<InputInfo>& inputs, bool needed) {
        if (auto wrong = wrongInputs(inputs, needed && !m_attribute ? 2 : 1, m_attribute ? 1 : 2)) {
            return *wrong;
        }
        if (m_attribute) {
            return true;
        }
        m_given = given(inputs, 1);
        if (!m_given || unknown(inputs, 1)) {
            return !m_given;
        }
        auto axes = integersOf(inputs[1]);
        if (!axes) {
            return axes.error();
        }
        m_axes = std::move(*axes);
        return true;
    }

    bool m_attribute;
    bool m_given;
    std::vector<std::int64_t> m_axes;
};

class Squeeze final : public AxesChanged {
public:
    using AxesChanged::AxesChanged;
    Inferred infer(const std::vector<InputInfo>& inputs) override {
        const auto known = readAxes(inputs, false);
        if (!known || !*known) {
            return known ? Inferred(std::vector<ArrayInfo>{}) : Inferred(known.error());
        }
        const Shape& from = inputs[0].info.shape;
        const auto chosen = axesOf(m_given ? m_axes : std::vector<std::int64_t>{}, from.size());
        if (!chosen) {
            return chosen.error();
        }
        Shape shape;
        for (std::size_t axis = 0; axis < from.size(); ++axis) {
            if (m_given && (*chosen)[axis] && from[axis] != 1) {
                return makeError(ErrorCode::BadShape, FOVEA_TEXT("engine", "an axis with %1 elements cannot be left out"),
                                 {std::to_string(from[axis])});
            }
            if (m_given ? !(*chosen)[axis] : from[axis] != 1) {
                shape.push_back(from[axis]);
            }
        }
        return oneOutput(inputs[0].info.type, std::move(shape));
    }
};

class Unsqueeze final : public AxesChanged {
public:
    using AxesChanged::AxesChanged;
    Inferred infer(const std::vector<InputInfo>& inputs) override {
        const auto known = readAxes(inputs, true);
        if (!known || !*known) {
            return known ? Inferred(std::vector<ArrayInfo>{}) : Inferred(known.error());
        }
        const Shape& from = inputs[0].info.shape;
        const auto chosen = axesOf(m_axes, from.size() + m_axes.size());
        if (!chosen) {
            return chosen.error();
        }
        Shape shape;
        auto next = from.begin();
        for (const bool added : *chosen) {
            shape.push_back(added ? 1 : *next++);
        }
        return oneOutput(inputs[0].info.type, std::move(shape));
    }
};

/// The extents of the input as numbers; from opset 15 on a range of them.
class ShapeOf final : public Kernel {
public:
    ShapeOf(const Node& node, int opset)
        : m_start(opset < 15 ? 0 : node.integer("start", 0)),
          m_end(opset < 15 || !node.has("end") ? INT64_MAX : node.integer("end", 0)) {}

    Inferred infer(const std::vector<InputInfo>& inputs) override {
        if (auto wrong = wrongInputs(inputs, 1, 1)) {
            return *wrong;
        }
        const auto rank = static_cast<std::int64_t>(inputs[0].info.shape.size());
        const auto inside = [rank](std::int64_t at) { return std::clamp<std::int64_t>(at < 0 ? at + rank : at, 0, rank); };
        m_first = inside(m_start);
        return oneOutput(ElementType::Int64, {std::max<std::int64_t>(inside(m_end) - m_first, 0)});
    }

    Result<void> run(const std::vector<View>& inputs, const std::vector<View>& outputs, std::byte*,
                     const std::stop_token&) override {
        std::copy_n(inputs[0].shape->begin() + m_first, outputs[0].count, outputs[0].data<std::int64_t>());
        return {};
    }

private:
    std::int64_t m_start;
    std::int64_t m_end;
    std::int64_t m_first = 0;
};

class Size final : public Kernel {
public:
    Size(const Node&, int) {}
    Inferred infer(const std::vector<InputInfo>& inputs) override {
        if (auto wrong = wrongInputs(inputs, 1, 1)) {
            return *wrong;
        }
        return oneOutput(ElementType::Int64, {});
    }
    Result<void> run(const std::vector<View>& inputs, const std::vector<View>& outputs, std::byte*,
                     const std::stop_token&) override {
        *outputs[0].data<std::int64_t>() = static_cast<std::int64_t>(inputs[0].count);
        return {};
    }
};

}  // namespace

std::vector<Operator> shapeOperators() {
    return joined(
        {
            {"Dropout", 7, create<Dropout>},
            {"Flatten", 1, create<Flatten>},
            {"Identity", 1, create<Identity>},
            {"Reshape", 5, create<Reshape>},
            {"Shape", 1, create<ShapeOf>},
            {"Size", 1, create<Size>},
            {"Squeeze", 1, create<Squeeze>},
            {"Unsqueeze", 1, create<Unsqueeze>},
        },
        {valueOperators()});
}

}  // namespace fovea::graph
