#include <algorithm>
#include <string>

#include "engine/graph/ops/axes.h"
#include "engine/graph/ops/families.h"
#include "engine/graph/ops/support.h"

namespace fovea::graph {
namespace {

enum class Mode { Constant, Reflect, Edge };

/// Where place `at` of a padded axis is read: outside of the input for Mode::Constant only.
std::int64_t sourceOf(Mode mode, std::int64_t at, std::int64_t extent) {
    if ((at >= 0 && at < extent) || mode == Mode::Constant) {
        return at;
    }
    if (mode == Mode::Edge || extent == 1) {
        return std::clamp<std::int64_t>(at, 0, extent - 1);
    }
    const std::int64_t period = 2 * (extent - 1);  // there and back, the ends once
    const std::int64_t phase = (at % period + period) % period;
    return std::min(phase, period - phase);
}

/// The pads are an attribute before opset 11, an input after; a negative one cuts off.
class Pad final : public Kernel {
public:
    Pad(const Node& node, int opset)
        : m_attributes(opset < 11),
          m_modeName(node.text("mode", "constant")),
          m_pads(node.integers("pads", {})),
          m_value(node.real("value", 0.0F)) {}

    Inferred infer(const std::vector<InputInfo>& inputs) override {
        if (auto wrong = m_attributes ? wrongInputs(inputs, 1, 1) : wrongInputs(inputs, 2, 4)) {
            return *wrong;
        }
        if (m_modeName != "constant" && m_modeName != "reflect" && m_modeName != "edge") {
            return attributeError("mode");
        }
        m_mode = m_modeName == "constant" ? Mode::Constant : m_modeName == "reflect" ? Mode::Reflect : Mode::Edge;
        const ArrayInfo& from = inputs[0].info;
        if (m_attributes && from.type != ElementType::Float) {
            return typeError(from.type);
        }
        if (given(inputs, 2) &&
            (inputs[2].info.type != from.type || checkedBytes(from.type, inputs[2].info.shape) != elementSize(from.type))) {
            return inputError(2);
        }
        if (unknown(inputs, 1) || unknown(inputs, 3)) {
            return std::vector<ArrayInfo>{};
        }
        auto pads = m_attributes ? Result(m_pads) : integersOf(inputs[1]);
        if (!pads) {
            return pads.error();
        }
        return padded(from, *pads, inputs);
    }

    Result<void> run(const std::vector<View>& inputs, const std::vector<View>& outputs, std::byte*,
                     const std::stop_token&) override {
        withType(outputs[0].type, [&]<class T>(std::type_identity<T>) {
            T value{};
            if (given(inputs, 2)) {
                value = *inputs[2].data<T>();
            } else if (m_attributes) {
                value = static_cast<T>(m_value);
            }
            if (m_before.empty()) {
                *outputs[0].data<T>() = *inputs[0].data<T>();
            } else {
                pad(inputs[0], value, outputs[0]);
            }
        });
        return {};
    }

private:
    Inferred padded(const ArrayInfo& from, const std::vector<std::int64_t>& pads, const std::vector<InputInfo>& inputs) {
        const std::size_t rank = from.shape.size();
        std::vector<std::int64_t> axes(rank);
        for (std::size_t axis = 0; axis < rank; ++axis) {
            axes[axis] = static_cast<std::int64_t>(axis);
        }
        if (given(inputs, 3)) {
            auto named = integersOf(inputs[3]);
            const auto chosen = named ? axesOf(*named, rank) : Result<std::vector<bool>>(named.error());
            if (!chosen) {
                return chosen.error();
            }
            axes = std::move(*named);
        }
        if (pads.size() != 2 * axes.size()) {
            return shapeError(from.shape, {static_cast<std::int64_t>(pads.size())});
        }
        m_before.assign(rank, 0);
        m_strides = stridesOf(from.shape);
        m_at.assign(rank, 0);
        Shape shape = from.shape;
        for (std::size_t i = 0; i < axes.size(); ++i) {
            const std::size_t axis = *axisOf(axes[i], rank);
            const std::int64_t after = pads[i + axes.size()];
            // Small enough that no sum of a place and a pad overflows.
            constexpr std::int64_t kMost = std::int64_t{1} << 40;
            if (std::abs(std::clamp(pads[i], -kMost - 1, kMost + 1)) > kMost || after > kMost || after < -kMost) {
                return m_attributes ? attributeError("pads") : inputError(1);
            }
            m_before[axis] = pads[i];
            shape[axis] = std::max<std::int64_t>(from.shape[axis] + pads[i] + after, 0);
            if (m_mode != Mode::Constant && from.shape[axis] == 0 && shape[axis] > 0) {
                return shapeError(from.shape, shape);
            }
        }
        return oneOutput(from.type, std::move(shape));
    }

    template <class T>
    void pad(const View& from, T value, const View& to) {
        std::fill(m_at.begin(), m_at.end(), 0);
        const Shape& shape = *to.shape;
        const std::int64_t width = shape.back();
        T* row = to.data<T>();
        for (std::size_t done = 0; done < to.count; done += static_cast<std::size_t>(width), row += width) {
            std::int64_t place = 0;
            bool inside = true;
            for (std::size_t axis = 0; axis + 1 < shape.size(); ++axis) {
                const std::int64_t at = sourceOf(m_mode, m_at[axis] - m_before[axis], from.dim(axis));
                inside = inside && at >= 0 && at < from.dim(axis);
                place += at * m_strides[axis];
            }
            if (inside) {
                padRow(from.data<T>() + place, from.shape->back(), value, row, width);
            } else {
                std::fill_n(row, width, value);
            }
            for (std::size_t axis = shape.size() - 1; axis-- > 0 && ++m_at[axis] == shape[axis];) {
                m_at[axis] = 0;
            }
        }
    }

    template <class T>
    void padRow(const T* from, std::int64_t extent, T value, T* to, std::int64_t width) const {
        const std::int64_t before = m_before.back();
        const std::int64_t left = std::clamp<std::int64_t>(before, 0, width);
        const std::int64_t right = std::clamp<std::int64_t>(before + extent, left, width);
        std::copy_n(from + (right > left ? left - before : 0), right - left, to + left);
        const auto outside = [&](std::int64_t first, std::int64_t last) {
            for (std::int64_t i = first; i < last; ++i) {
                to[i] = m_mode == Mode::Constant ? value : from[sourceOf(m_mode, i - before, extent)];
            }
        };
        outside(0, left);
        outside(right, width);
    }

    bool m_attributes;
    std::string m_modeName;
    std::vector<std::int64_t> m_pads;
    float m_value;
    Mode m_mode = Mode::Constant;
    Shape m_before;
    Shape m_strides;
    Shape m_at;
};

}  // namespace

std::vector<Operator> padOperators() { return {{"Pad", 2, create<Pad>}}; }

}  // namespace fovea::graph
