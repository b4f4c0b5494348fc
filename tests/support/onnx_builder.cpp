#include "tests/support/onnx_builder.h"

#include <QFile>

#include "engine/graph/onnx_messages.h"

OnnxBuilder::OnnxBuilder(int opset) : m_model(std::make_unique<onnx::ModelProto>()) {
    m_model->set_ir_version(8);
    m_model->add_opset_import()->set_version(opset);
    m_model->mutable_graph()->set_name("test");
}

OnnxBuilder::~OnnxBuilder() = default;

OnnxBuilder& OnnxBuilder::input(const std::string& name, const std::vector<std::int64_t>& shape) {
    auto* value = m_model->mutable_graph()->add_input();
    value->set_name(name);
    auto* tensor = value->mutable_type()->mutable_tensor_type();
    tensor->set_elem_type(onnx::TensorProto::FLOAT);
    for (const auto extent : shape) {
        auto* dim = tensor->mutable_shape()->add_dim();
        if (extent >= 0) {
            dim->set_dim_value(extent);
        } else {
            dim->set_dim_param("free");
        }
    }
    return *this;
}

OnnxBuilder& OnnxBuilder::output(const std::string& name) {
    m_model->mutable_graph()->add_output()->set_name(name);
    return *this;
}

OnnxBuilder& OnnxBuilder::constant(const std::string& name, const std::vector<std::int64_t>& shape,
                                   const std::vector<float>& values) {
    auto* tensor = m_model->mutable_graph()->add_initializer();
    tensor->set_name(name);
    tensor->set_data_type(onnx::TensorProto::FLOAT);
    tensor->mutable_dims()->Add(shape.begin(), shape.end());
    tensor->set_raw_data(values.data(), values.size() * sizeof(float));
    return *this;
}

OnnxBuilder& OnnxBuilder::integers(const std::string& name, const std::vector<std::int64_t>& values) {
    auto* tensor = m_model->mutable_graph()->add_initializer();
    tensor->set_name(name);
    tensor->set_data_type(onnx::TensorProto::INT64);
    tensor->add_dims(static_cast<std::int64_t>(values.size()));
    tensor->mutable_int64_data()->Add(values.begin(), values.end());
    return *this;
}

onnx::NodeProto& OnnxBuilder::node(const std::string& op, const std::vector<std::string>& inputs,
                                   const std::vector<std::string>& outputs) {
    auto* node = m_model->mutable_graph()->add_node();
    node->set_op_type(op);
    for (const auto& input : inputs) {
        node->add_input(input);
    }
    for (const auto& output : outputs) {
        node->add_output(output);
    }
    return *node;
}

onnx::TensorProto& OnnxBuilder::lastConstant() {
    auto& list = *m_model->mutable_graph()->mutable_initializer();
    return list[list.size() - 1];
}

std::string OnnxBuilder::bytes() const { return m_model->SerializeAsString(); }

void OnnxBuilder::write(const QString& path) const {
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly)) {
        qFatal("cannot write %s", qPrintable(path));
    }
    file.write(QByteArray::fromStdString(bytes()));
}

void setInteger(onnx::NodeProto& node, const std::string& name, std::int64_t value) {
    auto* attribute = node.add_attribute();
    attribute->set_name(name);
    attribute->set_type(onnx::AttributeProto::INT);
    attribute->set_i(value);
}

void setIntegers(onnx::NodeProto& node, const std::string& name, const std::vector<std::int64_t>& values) {
    auto* attribute = node.add_attribute();
    attribute->set_name(name);
    attribute->set_type(onnx::AttributeProto::INTS);
    attribute->mutable_ints()->Add(values.begin(), values.end());
}
