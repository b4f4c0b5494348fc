#include "tests/fuzz/mutate_onnx.h"

#include <algorithm>
#include <vector>

#include "engine/graph/onnx_messages.h"

namespace fovea::mutate {
namespace {

using onnx::AttributeProto;
using onnx::GraphProto;
using onnx::ModelProto;
using onnx::NodeProto;
using onnx::TensorProto;

constexpr int kTypes = 18;  ///< one more than ONNX has

constexpr const char* kTexts[] = {"",
                                  "SAME_UPPER",
                                  "SAME_LOWER",
                                  "VALID",
                                  "NOTSET",
                                  "constant",
                                  "reflect",
                                  "edge",
                                  "wrap",
                                  "linear",
                                  "cubic",
                                  "nearest",
                                  "DCR",
                                  "CRD",
                                  "floor",
                                  "ceil",
                                  "round_prefer_floor",
                                  "asymmetric",
                                  "half_pixel",
                                  "tanh",
                                  "align_corners",
                                  "tf_crop_and_resize",
                                  "stretch",
                                  "not_larger",
                                  "none",
                                  "\xFF\xFE"};

/// Names of everything that can be read at node `before`: inputs, constants, outputs of nodes.
std::vector<std::string> valuesBefore(const GraphProto& graph, int before) {
    std::vector<std::string> names;
    for (const auto& input : graph.input()) {
        names.push_back(input.name());
    }
    for (const auto& constant : graph.initializer()) {
        names.push_back(constant.name());
    }
    for (int k = 0; k < std::min(before, graph.node_size()); ++k) {
        names.insert(names.end(), graph.node(k).output().begin(), graph.node(k).output().end());
    }
    return names;
}

NodeProto* someNode(GraphProto& graph, Random& random) {
    return graph.node_size() == 0 ? nullptr : graph.mutable_node(static_cast<int>(random.below(graph.node_size())));
}

/// A change of one repeated field of integers: an element, one more, one less.
template <class Field>
void changeIntegers(Field& field, Random& random) {
    if (field.empty() || random.chance(15)) {
        field.Add(static_cast<std::int64_t>(random.extreme()));
    } else if (random.chance(15)) {
        field.RemoveLast();
    } else {
        auto& element = field[static_cast<int>(random.below(field.size()))];
        element = random.chance(30) ? static_cast<std::int64_t>(static_cast<std::uint64_t>(element) + random.below(5) - 2U)
                                    : random.extreme();
    }
}

void changeRaw(TensorProto& tensor, Random& random) {
    std::string& raw = *tensor.mutable_raw_data();
    if (random.chance(20) || raw.size() < 8) {
        raw.resize(random.below(2 * raw.size() + 9), '\1');
        return;
    }
    const bool wide = tensor.data_type() == TensorProto::INT64;
    const std::int64_t integer = random.extreme();
    const float real = random.extremeFloat();
    const std::size_t size = wide ? sizeof integer : sizeof real;
    const std::size_t at = random.below(raw.size() / size) * size;
    raw.replace(at, size, wide ? reinterpret_cast<const char*>(&integer) : reinterpret_cast<const char*>(&real), size);
}

void changeTensor(TensorProto& tensor, Random& random) {
    switch (random.below(6)) {
        case 0:
            changeIntegers(*tensor.mutable_dims(), random);
            break;
        case 1:
            tensor.set_data_type(static_cast<int>(random.chance(90) ? random.below(kTypes) : random.extreme()));
            break;
        case 2: {
            constexpr const char* kPlaces[] = {"../outside", "/dev/zero", "/etc/passwd", ".", "", "missing.bin"};
            tensor.set_data_location(TensorProto::EXTERNAL);
            auto* place = tensor.add_external_data();
            place->set_key("location");
            place->set_value(random.pick(kPlaces));
            for (const char* key : {"offset", "length"}) {
                auto* number = tensor.add_external_data();
                number->set_key(key);
                number->set_value(random.chance(80) ? std::to_string(random.extreme()) : "12x");
            }
            break;
        }
        default:
            if (tensor.int64_data_size() > 0) {
                changeIntegers(*tensor.mutable_int64_data(), random);
            } else if (tensor.float_data_size() > 0) {
                tensor.set_float_data(static_cast<int>(random.below(tensor.float_data_size())), random.extremeFloat());
            } else {
                changeRaw(tensor, random);
            }
    }
}

std::string changeConstant(GraphProto& graph, const GraphProto& /*other*/, Random& random) {
    if (graph.initializer_size() > 0) {
        auto& tensor = *graph.mutable_initializer(static_cast<int>(random.below(graph.initializer_size())));
        changeTensor(tensor, random);
        return "constant " + tensor.name();
    }
    return "nothing";
}

/// A constant in place of one that a node reads: shapes, axes, pads and scales come this way.
std::string newConstant(GraphProto& graph, const GraphProto& /*other*/, Random& random) {
    NodeProto* node = someNode(graph, random);
    if (node == nullptr || node->input_size() == 0) {
        return "nothing";
    }
    auto* tensor = graph.add_initializer();
    tensor->set_name("new" + std::to_string(graph.initializer_size()));
    const auto count = random.below(7);
    const bool real = random.chance(30);
    tensor->set_data_type(real ? TensorProto::FLOAT : TensorProto::INT64);
    if (count > 0 || random.chance(30)) {
        tensor->add_dims(static_cast<std::int64_t>(count));
    }
    for (std::size_t k = 0; k < std::max<std::size_t>(count, tensor->dims_size() == 0 ? 1 : 0); ++k) {
        if (real) {
            tensor->add_float_data(random.extremeFloat());
        } else {
            tensor->add_int64_data(random.extreme());
        }
    }
    node->set_input(static_cast<int>(random.below(node->input_size())), tensor->name());
    return "a new constant for " + node->op_type();
}

std::string changeAttribute(GraphProto& graph, const GraphProto& /*other*/, Random& random) {
    NodeProto* node = someNode(graph, random);
    if (node == nullptr) {
        return "nothing";
    }
    if (node->attribute_size() == 0 || random.chance(25)) {
        constexpr const char* kNames[] = {"axis",       "axes",          "perm",   "pads",        "strides", "dilations",
                                          "group",      "keepdims",      "to",     "ceil_mode",   "transA",  "num_outputs",
                                          "blocksize",  "kernel_shape",  "starts", "ends",        "split",   "allowzero",
                                          "batch_dims", "epsilon",       "size",   "exclusive",   "reverse", "start",
                                          "end",        "storage_order", "mode",   "output_shape"};
        auto* added = node->add_attribute();
        added->set_name(random.pick(kNames));
        added->set_type(random.chance(50) ? AttributeProto::INT : AttributeProto::INTS);
        added->set_i(random.extreme());
        for (std::size_t k = random.below(6); k > 0; --k) {
            added->add_ints(random.extreme());
        }
        return "attribute " + added->name() + " added to " + node->op_type();
    }
    auto& attribute = *node->mutable_attribute(static_cast<int>(random.below(node->attribute_size())));
    const std::string done = "attribute " + attribute.name() + " of " + node->op_type();
    if (random.chance(8)) {
        attribute.set_type(static_cast<AttributeProto::AttributeType>(1 + random.below(10)));
        return done + " of another type";
    }
    switch (attribute.type()) {
        case AttributeProto::INT:
            attribute.set_i(random.extreme());
            break;
        case AttributeProto::FLOAT:
            attribute.set_f(random.extremeFloat());
            break;
        case AttributeProto::STRING:
            attribute.set_s(random.pick(kTexts));
            break;
        case AttributeProto::INTS:
            changeIntegers(*attribute.mutable_ints(), random);
            break;
        case AttributeProto::TENSOR:
            changeTensor(*attribute.mutable_t(), random);
            break;
        default:
            attribute.Clear();
    }
    return done;
}

std::string changeWires(GraphProto& graph, const GraphProto& /*other*/, Random& random) {
    NodeProto* node = someNode(graph, random);
    if (node == nullptr) {
        return "nothing";
    }
    const bool early = random.chance(5);  // a value which is not made yet
    const auto place = std::find_if(graph.node().begin(), graph.node().end(), [node](const NodeProto& n) { return &n == node; });
    auto names = valuesBefore(graph, early ? graph.node_size() : static_cast<int>(place - graph.node().begin()));
    names.emplace_back();
    auto& inputs = *node->mutable_input();
    switch (random.below(6)) {
        case 0:
            if (inputs.size() > 1) {
                inputs.SwapElements(0, static_cast<int>(1 + random.below(inputs.size() - 1)));
            }
            break;
        case 1:
            if (!inputs.empty()) {
                inputs.RemoveLast();
            }
            break;
        case 2:
            node->add_input(random.pick(names));
            break;
        case 3:
            if (node->output_size() > 1 && random.chance(50)) {
                node->mutable_output()->RemoveLast();
            } else {
                node->add_output(random.chance(70) ? "more" + std::to_string(random.below(1000)) : "");
            }
            break;
        default:
            if (!inputs.empty()) {
                inputs[static_cast<int>(random.below(inputs.size()))] = random.pick(names);
            }
    }
    return "wires of " + node->op_type();
}

std::string changeNodes(GraphProto& graph, const GraphProto& other, Random& random) {
    NodeProto* node = someNode(graph, random);
    if (node == nullptr) {
        return "nothing";
    }
    auto& nodes = *graph.mutable_node();
    switch (random.below(5)) {
        case 0:
            nodes.DeleteSubrange(static_cast<int>(random.below(nodes.size())), 1);
            return "a node removed";
        case 1:
            nodes.SwapElements(static_cast<int>(random.below(nodes.size())), static_cast<int>(random.below(nodes.size())));
            return "two nodes swapped";
        case 2:
            node->set_name(random.chance(50) ? std::string(5000, 'n') : "\xFF%1\n");
            return "a node renamed";
        default:
            if (other.node_size() > 0) {
                node->set_op_type(other.node(static_cast<int>(random.below(other.node_size()))).op_type());
            }
            return "another operator: " + node->op_type();
    }
}

/// A node of the other graph, with its constants, behind a value of this one; its results are looked at.
std::string graft(GraphProto& graph, const GraphProto& other, Random& random) {
    if (other.node_size() == 0) {
        return "nothing";
    }
    auto names = valuesBefore(graph, graph.node_size());
    NodeProto node = other.node(static_cast<int>(random.below(other.node_size())));
    const std::string mark = "graft" + std::to_string(graph.node_size()) + ".";
    for (auto& input : *node.mutable_input()) {
        const auto constant = std::find_if(other.initializer().begin(), other.initializer().end(),
                                           [&input](const TensorProto& tensor) { return tensor.name() == input; });
        if (constant != other.initializer().end()) {
            auto* copy = graph.add_initializer();
            *copy = *constant;
            copy->set_name(mark + input);
            input = copy->name();
        } else if (!input.empty() && !names.empty()) {
            input = random.pick(names);
        }
    }
    for (auto& output : *node.mutable_output()) {
        output = output.empty() ? output : mark + output;
        if (!output.empty()) {
            graph.add_output()->set_name(output);
        }
    }
    *graph.add_node() = node;
    return "grafted " + node.op_type();
}

std::string changePorts(GraphProto& graph, const GraphProto& /*other*/, Random& random) {
    if (random.chance(40) || graph.input_size() == 0) {
        const auto names = valuesBefore(graph, graph.node_size());
        if (!names.empty()) {
            graph.add_output()->set_name(random.chance(95) ? random.pick(names) : "nobody");
        }
        return "another output";
    }
    auto& tensor =
        *graph.mutable_input(static_cast<int>(random.below(graph.input_size())))->mutable_type()->mutable_tensor_type();
    auto& dims = *tensor.mutable_shape()->mutable_dim();
    if (random.chance(15)) {
        tensor.set_elem_type(static_cast<int>(random.below(kTypes)));
    } else if (random.chance(20)) {
        dims.Add()->set_dim_value(random.extreme());
    } else if (!dims.empty() && random.chance(20)) {
        dims.RemoveLast();
    } else if (!dims.empty()) {
        auto& dim = dims[static_cast<int>(random.below(dims.size()))];
        if (random.chance(40)) {
            dim.set_dim_param("free");
        } else {
            dim.set_dim_value(random.extreme());
        }
    }
    return "an input's type";
}

}  // namespace

std::string mutateOnnx(std::string& bytes, const std::string& other, Random& random) {
    constexpr decltype(&graft) kWays[] = {changeConstant,  changeConstant,  newConstant,     newConstant,
                                          changeAttribute, changeAttribute, changeAttribute, changeWires,
                                          changeNodes,     graft,           changePorts};
    ModelProto model;
    ModelProto otherModel;
    if (!model.ParseFromString(bytes)) {
        return "nothing";
    }
    static_cast<void>(otherModel.ParseFromString(other));
    std::string done;
    const std::size_t count = random.chance(50) ? 1 : 2 + random.below(4);
    for (std::size_t k = 0; k < count; ++k) {
        done += (k == 0 ? "" : ", ") + random.pick(kWays)(*model.mutable_graph(), otherModel.graph(), random);
    }
    if (random.chance(8) && model.opset_import_size() > 0) {
        model.mutable_opset_import(0)->set_version(random.chance(70) ? static_cast<std::int64_t>(random.below(24))
                                                                     : random.extreme());
        done += ", opset";
    }
    bytes = model.SerializeAsString();
    return done;
}

}  // namespace fovea::mutate
