#include <algorithm>
#include <cstring>

#include "engine/graph/ops/axes.h"
#include "engine/graph/ops/families.h"
#include "engine/graph/ops/support.h"

namespace fovea::graph {
namespace {

bool isIndexType(ElementType type) { return type == ElementType::Int64 || type == ElementType::Int32; }

std::int64_t indexAt(const View& indices, std::size_t i) {
    return indices.type == ElementType::Int64 ? indices.data<std::int64_t>()[i] : indices.data<std::int32_t>()[i];
}

/// The first index which does not lie in an axis of `extent`; negative ones count from the end.
Result<void> checkIndices(const View& indices, std::int64_t extent) {
    for (std::size_t i = 0; i < indices.count; ++i) {
        const std::int64_t index = indexAt(indices, i);
        if (index < -extent || index >= extent) {
            return indexError(index, extent);
        }
    }
    return {};
}

std::int64_t counted(std::int64_t index, std::int64_t extent) { return index < 0 ? index + extent : index; }

const std::byte* bytesOf(const View& view) { return static_cast<const std::byte*>(view.memory); }
std::byte* writableBytesOf(const View& view) { return static_cast<std::byte*>(view.memory); }

class Gather final : public Kernel {
public:
    Gather(const Node& node, int) : m_axis(node.integer("axis", 0)) {}

    Inferred infer(const std::vector<InputInfo>& inputs) override {
        if (auto wrong = wrongInputs(inputs, 2, 2)) {
            return *wrong;
        }
        const ArrayInfo& from = inputs[0].info;
        const ArrayInfo& indices = inputs[1].info;
        const auto axis = axisOf(m_axis, from.shape.size());
        if (!axis) {
            return axis.error();
        }
        if (!isIndexType(indices.type)) {
            return typeError(indices.type);
        }
        m_around = aroundAxis(from.shape, *axis);
        Shape shape(from.shape.begin(), from.shape.begin() + static_cast<std::ptrdiff_t>(*axis));
        shape.insert(shape.end(), indices.shape.begin(), indices.shape.end());
        shape.insert(shape.end(), from.shape.begin() + static_cast<std::ptrdiff_t>(*axis) + 1, from.shape.end());
        return oneOutput(from.type, std::move(shape));
    }

    Result<void> run(const std::vector<View>& inputs, const std::vector<View>& outputs, std::byte*,
                     const std::stop_token&) override {
        if (auto checked = checkIndices(inputs[1], m_around.extent); !checked) {
            return checked;
        }
        const std::size_t run = static_cast<std::size_t>(m_around.inner) * elementSize(inputs[0].type);
        if (outputs[0].count == 0) {
            return {};
        }
        std::byte* to = writableBytesOf(outputs[0]);
        for (std::int64_t outer = 0; outer < m_around.outer; ++outer) {
            const std::byte* from = bytesOf(inputs[0]) + static_cast<std::size_t>(outer * m_around.extent) * run;
            for (std::size_t i = 0; i < inputs[1].count; ++i) {
                std::memcpy(to, from + static_cast<std::size_t>(counted(indexAt(inputs[1], i), m_around.extent)) * run, run);
                to += run;
            }
        }
        return {};
    }

private:
    std::int64_t m_axis;
    AroundAxis m_around;
};

/// Every element of the output is read at its own place, but along one axis at its index.
class GatherElements final : public Kernel {
public:
    GatherElements(const Node& node, int) : m_axis(node.integer("axis", 0)) {}

    Inferred infer(const std::vector<InputInfo>& inputs) override {
        if (auto wrong = wrongInputs(inputs, 2, 2)) {
            return *wrong;
        }
        const ArrayInfo& from = inputs[0].info;
        const ArrayInfo& indices = inputs[1].info;
        const auto axis = axisOf(m_axis, from.shape.size());
        if (!axis) {
            return axis.error();
        }
        if (!isIndexType(indices.type)) {
            return typeError(indices.type);
        }
        bool fits = indices.shape.size() == from.shape.size();
        for (std::size_t k = 0; fits && k < from.shape.size(); ++k) {
            fits = k == *axis || indices.shape[k] <= from.shape[k];
        }
        if (!fits) {
            return shapeError(from.shape, indices.shape);
        }
        m_along = *axis;
        m_strides = stridesOf(from.shape);
        m_at.assign(from.shape.size(), 0);
        return oneOutput(from.type, indices.shape);
    }

    Result<void> run(const std::vector<View>& inputs, const std::vector<View>& outputs, std::byte*,
                     const std::stop_token&) override {
        const std::int64_t extent = inputs[0].dim(m_along);
        if (auto checked = checkIndices(inputs[1], extent); !checked) {
            return checked;
        }
        withType(inputs[0].type, [&]<class T>(std::type_identity<T>) { gather(inputs, outputs[0].data<T>(), extent); });
        return {};
    }

private:
    template <class T>
    void gather(const std::vector<View>& inputs, T* to, std::int64_t extent) {
        const Shape& shape = *inputs[1].shape;
        std::fill(m_at.begin(), m_at.end(), 0);
        std::int64_t place = 0;  // of the element, with 0 along the axis
        for (std::size_t i = 0; i < inputs[1].count; ++i) {
            to[i] = inputs[0].data<T>()[place + counted(indexAt(inputs[1], i), extent) * m_strides[m_along]];
            for (std::size_t axis = shape.size(); axis-- > 0;) {
                const std::int64_t stride = axis == m_along ? 0 : m_strides[axis];
                place += stride;
                if (++m_at[axis] < shape[axis]) {
                    break;
                }
                place -= stride * shape[axis];
                m_at[axis] = 0;
            }
        }
    }

    std::int64_t m_axis;
    std::size_t m_along = 0;
    Shape m_strides;
    Shape m_at;
};

class Concat final : public Kernel {
public:
    Concat(const Node& node, int opset) : m_axis(node.integer("axis", 1)), m_named(opset < 4 || node.has("axis")) {}

    Inferred infer(const std::vector<InputInfo>& inputs) override {
        if (auto wrong = wrongInputs(inputs, std::max<std::size_t>(inputs.size(), 1), inputs.size())) {
            return *wrong;
        }
        if (!m_named) {
            return attributeError("axis");
        }
        ArrayInfo whole = inputs[0].info;
        const auto axis = axisOf(m_axis, whole.shape.size());
        if (!axis) {
            return axis.error();
        }
        for (std::size_t i = 1; i < inputs.size(); ++i) {
            ArrayInfo part = inputs[i].info;
            if (part.type != whole.type) {
                return typeError(part.type);
            }
            if (part.shape.size() != whole.shape.size() ||
                __builtin_add_overflow(whole.shape[*axis], part.shape[*axis], &whole.shape[*axis])) {
                return shapeError(whole.shape, part.shape);
            }
            part.shape[*axis] = whole.shape[*axis];
            if (part.shape != whole.shape) {
                return shapeError(whole.shape, inputs[i].info.shape);
            }
        }
        m_along = *axis;
        return oneOutput(whole.type, std::move(whole.shape));
    }

    Result<void> run(const std::vector<View>& inputs, const std::vector<View>& outputs, std::byte*,
                     const std::stop_token&) override {
        const auto whole = aroundAxis(*outputs[0].shape, m_along);
        const std::size_t size = elementSize(outputs[0].type);
        const std::size_t step = static_cast<std::size_t>(whole.extent * whole.inner) * size;
        std::size_t offset = 0;
        for (const auto& input : inputs) {
            const std::size_t run = static_cast<std::size_t>(input.dim(m_along) * whole.inner) * size;
            for (std::size_t outer = 0; run != 0 && outer < static_cast<std::size_t>(whole.outer); ++outer) {
                std::memcpy(writableBytesOf(outputs[0]) + outer * step + offset, bytesOf(input) + outer * run, run);
            }
            offset += run;
        }
        return {};
    }

private:
    std::int64_t m_axis;
    bool m_named;
    std::size_t m_along = 0;
};

/// The parts' lengths are an attribute before opset 13, an input after; without them the parts are equal.
class Split final : public Kernel {
public:
    Split(const Node& node, int opset)
        : m_axis(node.integer("axis", 0)),
          m_attribute(opset < 13),
          m_lastSmaller(opset >= 18),
          m_outputs(static_cast<std::int64_t>(node.outputs.size())),
          m_lengths(opset < 13 ? node.integers("split", {}) : std::vector<std::int64_t>{}),
          m_named(node.integer("num_outputs", m_outputs)) {}

    Inferred infer(const std::vector<InputInfo>& inputs) override {
        if (auto wrong = wrongInputs(inputs, 1, m_attribute ? 1 : 2)) {
            return *wrong;
        }
        if (unknown(inputs, 1)) {
            return std::vector<ArrayInfo>{};
        }
        const ArrayInfo& from = inputs[0].info;
        const auto axis = axisOf(m_axis, from.shape.size());
        if (!axis) {
            return axis.error();
        }
        m_along = *axis;
        const std::int64_t extent = from.shape[*axis];
        auto lengths = given(inputs, 1) ? integersOf(inputs[1]) : Result(m_lengths.empty() ? equal(extent) : m_lengths);
        if (!lengths) {
            return lengths.error();
        }
        std::int64_t rest = extent;
        for (const auto length : *lengths) {
            rest = length < 0 || length > rest ? -1 : rest - length;
            if (rest < 0) {
                break;
            }
        }
        if (rest != 0 || static_cast<std::int64_t>(lengths->size()) != m_outputs || m_named != m_outputs) {
            return makeError(ErrorCode::BadShape,
                             FOVEA_TEXT("engine", "an axis with %1 elements is not split into %2 such parts"),
                             {std::to_string(extent), std::to_string(m_outputs)});
        }
        std::vector<ArrayInfo> parts;
        for (const auto length : *lengths) {
            parts.push_back(from);
            parts.back().shape[*axis] = length;
        }
        return checkedOutputs(std::move(parts));
    }

    Result<void> run(const std::vector<View>& inputs, const std::vector<View>& outputs, std::byte*,
                     const std::stop_token&) override {
        const auto whole = aroundAxis(*inputs[0].shape, m_along);
        const std::size_t size = elementSize(inputs[0].type);
        const std::size_t step = static_cast<std::size_t>(whole.extent * whole.inner) * size;
        std::size_t offset = 0;
        for (const auto& output : outputs) {
            const std::size_t run = static_cast<std::size_t>(output.dim(m_along) * whole.inner) * size;
            for (std::size_t outer = 0; run != 0 && outer < static_cast<std::size_t>(whole.outer); ++outer) {
                std::memcpy(writableBytesOf(output) + outer * run, bytesOf(inputs[0]) + outer * step + offset, run);
            }
            offset += run;
        }
        return {};
    }

private:
    /// Equal parts; from opset 18 on the last may be smaller.
    [[nodiscard]] std::vector<std::int64_t> equal(std::int64_t extent) const {
        if (m_outputs == 0 || (!m_lastSmaller && extent % m_outputs != 0)) {
            return {};
        }
        const std::int64_t part = extent / m_outputs + (extent % m_outputs != 0 ? 1 : 0);
        std::vector<std::int64_t> lengths(static_cast<std::size_t>(m_outputs), part);
        lengths.back() = extent - part * (m_outputs - 1);
        return lengths;
    }

    std::int64_t m_axis;
    bool m_attribute;
    bool m_lastSmaller;
    std::int64_t m_outputs;
    std::vector<std::int64_t> m_lengths;
    std::int64_t m_named;
    std::size_t m_along = 0;
};

}  // namespace

std::vector<Operator> gatherOperators() {
    return {
        {"Concat", 1, create<Concat>},
        {"Gather", 1, create<Gather>},
        {"GatherElements", 11, create<GatherElements>},
        {"Split", 2, create<Split>},
    };
}

}  // namespace fovea::graph
