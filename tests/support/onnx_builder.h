#pragma once

#include <QString>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace onnx {
class ModelProto;
class NodeProto;
class TensorProto;
}  // namespace onnx

/// Makes small ONNX files for tests, good and bad ones: what is not offered here is changed through the messages.
class OnnxBuilder {
public:
    explicit OnnxBuilder(int opset = 13);
    ~OnnxBuilder();

    /// A float input or output; −1 is a free extent.
    OnnxBuilder& input(const std::string& name, const std::vector<std::int64_t>& shape);
    OnnxBuilder& output(const std::string& name);
    OnnxBuilder& constant(const std::string& name, const std::vector<std::int64_t>& shape, const std::vector<float>& values);
    OnnxBuilder& integers(const std::string& name, const std::vector<std::int64_t>& values);
    onnx::NodeProto& node(const std::string& op, const std::vector<std::string>& inputs, const std::vector<std::string>& outputs);

    [[nodiscard]] onnx::ModelProto& model() { return *m_model; }
    /// The newest constant.
    [[nodiscard]] onnx::TensorProto& lastConstant();
    [[nodiscard]] std::string bytes() const;
    void write(const QString& path) const;

private:
    std::unique_ptr<onnx::ModelProto> m_model;
};

void setInteger(onnx::NodeProto& node, const std::string& name, std::int64_t value);
void setIntegers(onnx::NodeProto& node, const std::string& name, const std::vector<std::int64_t>& values);
