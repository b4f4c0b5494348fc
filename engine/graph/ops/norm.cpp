#include <algorithm>

#include "engine/graph/ops/axes.h"
#include "engine/graph/ops/families.h"
#include "engine/graph/ops/support.h"
#include "engine/kernels/array_norm.h"

namespace fovea::graph {
namespace {

/// An error unless all inputs are floats and those from 1 on are vectors of `count` numbers.
std::optional<Error> wrongVectors(const std::vector<InputInfo>& inputs, std::int64_t count) {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        if (inputs[i].present && inputs[i].info.type != ElementType::Float) {
            return typeError(inputs[i].info.type);
        }
        if (i > 0 && inputs[i].present && inputs[i].info.shape != Shape{count}) {
            return shapeError(inputs[0].info.shape, inputs[i].info.shape);
        }
    }
    return std::nullopt;
}

class BatchNormalization final : public Kernel {
public:
    BatchNormalization(const Node& node, int)
        : m_epsilon(node.real("epsilon", 1e-5F)),
          m_inference(node.integer("training_mode", 0) == 0),
          m_perChannel(node.integer("spatial", 1) == 1) {
        for (std::size_t i = 1; i < node.outputs.size(); ++i) {
            m_inference = m_inference && node.outputs[i].empty();
        }
    }

    Inferred infer(const std::vector<InputInfo>& inputs) override {
        if (auto wrong = wrongInputs(inputs, 5, 5)) {
            return *wrong;
        }
        if (!m_inference || !m_perChannel) {
            return attributeError(m_inference ? "spatial" : "training_mode");
        }
        const Shape& from = inputs[0].info.shape;
        if (from.empty()) {
            return shapeError(from, inputs[1].info.shape);
        }
        m_around = from.size() == 1 ? AroundAxis{from[0], 1, 1} : aroundAxis(from, 1);
        if (auto wrong = wrongVectors(inputs, m_around.extent)) {
            return *wrong;
        }
        return oneOutput(ElementType::Float, from);
    }

    Result<void> run(const std::vector<View>& inputs, const std::vector<View>& outputs, std::byte*,
                     const std::stop_token&) override {
        kernels::batchNorm(m_around,
                           {inputs[1].data<float>(), inputs[2].data<float>(), inputs[3].data<float>(), inputs[4].data<float>()},
                           m_epsilon, inputs[0].data<float>(), outputs[0].data<float>());
        return {};
    }

private:
    float m_epsilon;
    bool m_inference;
    bool m_perChannel;
    AroundAxis m_around;
};

/// Over all axes from one on; scale and bias have the shape of those axes.
class LayerNormalization final : public Kernel {
public:
    LayerNormalization(const Node& node, int)
        : m_axis(node.integer("axis", -1)),
          m_epsilon(node.real("epsilon", 1e-5F)),
          m_single(node.integer("stash_type", 1) == 1),
          m_outputs(node.outputs.size()) {}

    Inferred infer(const std::vector<InputInfo>& inputs) override {
        if (auto wrong = wrongInputs(inputs, 2, 3)) {
            return *wrong;
        }
        if (!m_single) {
            return attributeError("stash_type");
        }
        const Shape& from = inputs[0].info.shape;
        const auto axis = axisOf(m_axis, from.size());
        if (!axis) {
            return axis.error();
        }
        const Shape tail(from.begin() + static_cast<std::ptrdiff_t>(*axis), from.end());
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            if (!inputs[i].present) {
                continue;
            }
            if (inputs[i].info.type != ElementType::Float) {
                return typeError(inputs[i].info.type);
            }
            if (i > 0 && inputs[i].info.shape != tail) {
                return shapeError(from, inputs[i].info.shape);
            }
        }
        m_count = product(from, *axis, from.size());
        m_rows = product(from, 0, *axis);
        Shape statistics = from;
        std::fill(statistics.begin() + static_cast<std::ptrdiff_t>(*axis), statistics.end(), 1);
        std::vector<ArrayInfo> outputs{{ElementType::Float, from}};
        outputs.resize(std::clamp<std::size_t>(m_outputs, 1, 3), {ElementType::Float, statistics});
        return checkedOutputs(std::move(outputs));
    }

    Result<void> run(const std::vector<View>& inputs, const std::vector<View>& outputs, std::byte*,
                     const std::stop_token&) override {
        const auto optional = [](const std::vector<View>& views, std::size_t i) {
            return given(views, i) ? views[i].data<float>() : nullptr;
        };
        kernels::layerNorm({m_rows, m_count, m_epsilon, inputs[1].data<float>(), optional(inputs, 2), optional(outputs, 1),
                            optional(outputs, 2)},
                           inputs[0].data<float>(), outputs[0].data<float>());
        return {};
    }

private:
    std::int64_t m_axis;
    float m_epsilon;
    bool m_single;
    std::size_t m_outputs;
    std::int64_t m_count = 0;
    std::int64_t m_rows = 0;
};

/// Groups of channels, each with its own mean and variance; InstanceNormalization has as many groups as channels.
class GroupNormalization final : public Kernel {
public:
    GroupNormalization(const Node& node, int opset)
        : m_epsilon(node.real("epsilon", 1e-5F)),
          m_instances(node.op == "InstanceNormalization"),
          m_perGroup(!m_instances && opset < 21),
          m_named(node.integer("num_groups", 0)) {}

    Inferred infer(const std::vector<InputInfo>& inputs) override {
        if (auto wrong = wrongInputs(inputs, 3, 3)) {
            return *wrong;
        }
        const Shape& from = inputs[0].info.shape;
        if (from.size() < 2) {
            return shapeError(from, inputs[1].info.shape);
        }
        m_channels = from[1];
        m_groups = m_instances ? m_channels : m_named;
        if (!m_instances && (m_groups < 1 || m_channels % m_groups != 0)) {
            return attributeError("num_groups");
        }
        if (auto wrong = wrongVectors(inputs, m_perGroup ? m_groups : m_channels)) {
            return *wrong;
        }
        m_images = from[0];
        m_cells = product(from, 2, from.size());
        return oneOutput(ElementType::Float, from);
    }

    Result<void> run(const std::vector<View>& inputs, const std::vector<View>& outputs, std::byte*,
                     const std::stop_token&) override {
        if (outputs[0].count == 0) {
            return {};
        }
        kernels::groupNorm({m_images, m_groups, m_channels / m_groups, m_cells, m_epsilon, m_perGroup, inputs[1].data<float>(),
                            inputs[2].data<float>()},
                           inputs[0].data<float>(), outputs[0].data<float>());
        return {};
    }

private:
    float m_epsilon;
    bool m_instances;
    bool m_perGroup;
    std::int64_t m_named;
    std::int64_t m_groups = 0;
    std::int64_t m_channels = 0;
    std::int64_t m_images = 0;
    std::int64_t m_cells = 0;
};

/// Divided by the sum of magnitudes (p = 1) or the root of the sum of squares (p = 2) along one axis; 0 stays 0.
class LpNormalization final : public Kernel {
public:
    LpNormalization(const Node& node, int) : m_axis(node.integer("axis", -1)), m_power(node.integer("p", 2)) {}

    Inferred infer(const std::vector<InputInfo>& inputs) override {
        if (auto wrong = wrongInputs(inputs, 1, 1)) {
            return *wrong;
        }
        const ArrayInfo& from = inputs[0].info;
        const auto axis = axisOf(m_axis, from.shape.size());
        if (!axis) {
            return axis.error();
        }
        if (from.type != ElementType::Float) {
            return typeError(from.type);
        }
        if (m_power != 1 && m_power != 2) {
            return attributeError("p");
        }
        m_around = aroundAxis(from.shape, *axis);
        return oneOutput(from.type, from.shape);
    }

    Result<void> run(const std::vector<View>& inputs, const std::vector<View>& outputs, std::byte*,
                     const std::stop_token&) override {
        if (outputs[0].count == 0) {
            return {};
        }
        kernels::lpNorm(m_around, m_power, inputs[0].data<float>(), outputs[0].data<float>());
        return {};
    }

private:
    std::int64_t m_axis;
    std::int64_t m_power;
    AroundAxis m_around;
};

}  // namespace

std::vector<Operator> normOperators() {
    return {
        {"BatchNormalization", 7, create<BatchNormalization>},    {"GroupNormalization", 18, create<GroupNormalization>},
        {"InstanceNormalization", 6, create<GroupNormalization>}, {"LayerNormalization", 17, create<LayerNormalization>},
        {"LpNormalization", 1, create<LpNormalization>},
    };
}

}  // namespace fovea::graph
