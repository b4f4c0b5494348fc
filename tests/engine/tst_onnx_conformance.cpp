// ONNX's own conformance suite: every case of one node whose operator exists and whose element types are ours, against the
// outputs which come with it.
// test: both-levels

#define ONNX_ML 1
#define ONNX_NAMESPACE onnx
#include <onnx/onnx_pb.h>

#include <QTest>
#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/graph/kernel.h"
#include "tests/support/run_node.h"

using namespace fovea;
using namespace fovea::graph;
using namespace fovea::test;

namespace {

const std::filesystem::path kFolder = "/usr/share/libonnx-testdata/data/node";

// ONNX's runner allows 1e-3 of the value and 1e-7; sums in another order need a little more near 0.
constexpr double kRelative = 1e-3;
constexpr double kAbsolute = 1e-6;

constexpr const char* kTraining = "it is only made in training";
constexpr const char* kCrop = "the region of tf_crop_and_resize is refused";
constexpr const char* kSpace = "windows over three dimensions are refused";
constexpr const char* kIndices = "the places of the largest values are not computed";
constexpr const char* kUnrounded =
    "the expected numbers divide by the output length before it is rounded; the text of ONNX by the length";

/// Cases which do not agree although their operator exists, and why.
const std::map<std::string, std::string> kDiffering{
    {"test_averagepool_3d_default", kSpace},
    {"test_batchnorm_epsilon_training_mode", kTraining},
    {"test_batchnorm_example_training_mode", kTraining},
    {"test_dropout_default_mask", kTraining},
    {"test_dropout_default_mask_ratio", kTraining},
    {"test_maxpool_3d_default", kSpace},
    {"test_maxpool_with_argmax_2d_precomputed_pads", kIndices},
    {"test_maxpool_with_argmax_2d_precomputed_strides", kIndices},
    {"test_resize_downsample_scales_cubic_align_corners", kUnrounded},
    {"test_resize_downsample_scales_linear_align_corners", kUnrounded},
    {"test_resize_tf_crop_and_resize", kCrop},
    {"test_training_dropout", kTraining},
    {"test_training_dropout_default", kTraining},
    {"test_training_dropout_default_mask", kTraining},
    {"test_training_dropout_mask", kTraining},
    {"test_training_dropout_zero_ratio", kTraining},
    {"test_training_dropout_zero_ratio_mask", kTraining},
};

template <class Message>
std::optional<Message> readMessage(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    Message message;
    return in && message.ParseFromIstream(&in) ? std::optional<Message>(std::move(message)) : std::nullopt;
}

std::optional<ElementType> typeOf(int onnxType) {
    switch (onnxType) {
        case onnx::TensorProto::FLOAT:
            return ElementType::Float;
        case onnx::TensorProto::INT64:
            return ElementType::Int64;
        case onnx::TensorProto::INT32:
            return ElementType::Int32;
        case onnx::TensorProto::BOOL:
            return ElementType::Bool;
        default:
            return std::nullopt;
    }
}

template <class T, class Field>
void fill(Array& array, const onnx::TensorProto& tensor, const Field& values) {
    if (tensor.has_raw_data()) {
        if (tensor.raw_data().size() == array.bytes()) {
            std::memcpy(array.raw(), tensor.raw_data().data(), array.bytes());
        }
        return;
    }
    for (int i = 0; i < std::min(values.size(), static_cast<int>(array.count())); ++i) {
        array.data<T>()[i] = static_cast<T>(values[i]);
    }
}

std::optional<Array> tensorOf(const onnx::TensorProto& tensor) {
    const auto type = typeOf(tensor.data_type());
    if (!type) {
        return std::nullopt;
    }
    Array array(*type, Shape(tensor.dims().begin(), tensor.dims().end()));
    switch (*type) {
        case ElementType::Float:
            fill<float>(array, tensor, tensor.float_data());
            break;
        case ElementType::Int64:
            fill<std::int64_t>(array, tensor, tensor.int64_data());
            break;
        case ElementType::Int32:
            fill<std::int32_t>(array, tensor, tensor.int32_data());
            break;
        case ElementType::Bool:
            fill<bool>(array, tensor, tensor.int32_data());
            break;
    }
    return array;
}

/// Nothing when an attribute holds what the executor has no value for (a type that is not ours, a graph).
std::optional<Attribute> attributeOf(const onnx::AttributeProto& attribute) {
    switch (attribute.type()) {
        case onnx::AttributeProto::INT:
            return attribute.i();
        case onnx::AttributeProto::FLOAT:
            return attribute.f();
        case onnx::AttributeProto::STRING:
            return attribute.s();
        case onnx::AttributeProto::INTS:
            return std::vector<std::int64_t>(attribute.ints().begin(), attribute.ints().end());
        case onnx::AttributeProto::FLOATS:
            return std::vector<float>(attribute.floats().begin(), attribute.floats().end());
        case onnx::AttributeProto::STRINGS:
            return std::vector<std::string>(attribute.strings().begin(), attribute.strings().end());
        case onnx::AttributeProto::TENSOR: {
            auto array = tensorOf(attribute.t());
            return array ? std::optional<Attribute>(std::move(*array)) : std::nullopt;
        }
        default:
            return std::nullopt;
    }
}

std::optional<Node> nodeOf(const onnx::NodeProto& proto) {
    Node node{.op = proto.op_type(), .domain = proto.domain(), .name = proto.name()};
    node.inputs.assign(proto.input().begin(), proto.input().end());
    node.outputs.assign(proto.output().begin(), proto.output().end());
    for (const auto& each : proto.attribute()) {
        auto attribute = attributeOf(each);
        if (!attribute) {
            return std::nullopt;
        }
        node.attributes.emplace(each.name(), std::move(*attribute));
    }
    return node;
}

struct Case {
    std::filesystem::path folder;
    Node node;
    int opset = 0;
    std::map<std::string, Array> values;    ///< inputs and initialisers
    std::map<std::string, Array> expected;  ///< outputs
};

enum class Kind { Runs, NoOperator, OtherTypes, NotOneNode, Unreadable };

bool readValues(const std::filesystem::path& folder, const char* prefix,
                const google::protobuf::RepeatedPtrField<onnx::ValueInfoProto>& ports, std::map<std::string, Array>& values) {
    for (int i = 0; i < ports.size(); ++i) {
        const auto tensor = readMessage<onnx::TensorProto>(folder / (prefix + std::to_string(i) + ".pb"));
        auto array = tensor && ports[i].type().has_tensor_type() ? tensorOf(*tensor) : std::nullopt;
        if (!array) {
            return false;
        }
        values[ports[i].name()] = std::move(*array);
    }
    return true;
}

Kind readCase(const std::filesystem::path& folder, Case& read) {
    const auto model = readMessage<onnx::ModelProto>(folder / "model.onnx");
    if (!model) {
        return Kind::Unreadable;
    }
    const auto& graph = model->graph();
    if (graph.node_size() != 1) {
        return Kind::NotOneNode;
    }
    for (const auto& opset : model->opset_import()) {
        read.opset = opset.domain().empty() ? static_cast<int>(opset.version()) : read.opset;
    }
    read.folder = folder;
    if (findOperator(graph.node(0).op_type(), graph.node(0).domain(), read.opset) == nullptr) {
        return Kind::NoOperator;
    }
    auto node = nodeOf(graph.node(0));
    if (!node) {
        return Kind::OtherTypes;
    }
    read.node = std::move(*node);
    for (const auto& tensor : graph.initializer()) {
        auto array = tensorOf(tensor);
        if (!array) {
            return Kind::OtherTypes;
        }
        read.values[tensor.name()] = std::move(*array);
    }
    const auto data = folder / "test_data_set_0";
    const bool ours =
        readValues(data, "input_", graph.input(), read.values) && readValues(data, "output_", graph.output(), read.expected);
    return ours ? Kind::Runs : Kind::OtherTypes;
}

std::vector<std::filesystem::path> folders() {
    std::vector<std::filesystem::path> all;
    std::error_code missing;
    for (const auto& entry : std::filesystem::directory_iterator(kFolder, missing)) {
        all.push_back(entry.path());
    }
    std::sort(all.begin(), all.end());
    return all;
}

bool close(double actual, double expected) {
    if (std::isnan(expected) || std::isinf(expected)) {
        return std::isnan(expected) ? std::isnan(actual) : actual == expected;
    }
    return std::abs(actual - expected) <= kAbsolute + kRelative * std::abs(expected);
}

/// Empty when both are equal within the tolerance.
std::string difference(const Array& actual, const Array& expected) {
    if (actual.info() != expected.info()) {
        return std::string(elementTypeName(actual.type())) + " " + shapeText(actual.shape()) + " instead of " +
               elementTypeName(expected.type()) + " " + shapeText(expected.shape());
    }
    const auto values = numbersOf(actual);
    const auto wanted = numbersOf(expected);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (!close(values[i], wanted[i])) {
            return "element " + std::to_string(i) + " is " + std::to_string(values[i]) + " instead of " +
                   std::to_string(wanted[i]);
        }
    }
    return {};
}

/// Empty, or what went wrong.
std::string runCase(const Case& test) {
    Inputs inputs;
    for (const auto& name : test.node.inputs) {
        inputs.push_back(name.empty() ? std::nullopt : std::optional(test.values.at(name)));
    }
    const auto outputs = runNode(test.node, test.opset, inputs);
    if (!outputs) {
        return outputs.error().message();
    }
    for (std::size_t i = 0; i < test.node.outputs.size(); ++i) {
        const auto expected = test.expected.find(test.node.outputs[i]);
        if (expected == test.expected.end()) {
            continue;
        }
        const std::string wrong = i < outputs->size() ? difference((*outputs)[i], expected->second) : "an output is missing";
        if (!wrong.empty()) {
            return test.node.outputs[i] + ": " + wrong;
        }
    }
    return {};
}

}  // namespace

class TestOnnxConformance : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void agrees_data();
    void agrees();
    void listedOnesStillDiffer();
    void cleanupTestCase();

private:
    std::map<std::string, Case> m_cases;
    std::map<Kind, int> m_counts;
};

void TestOnnxConformance::initTestCase() {
    const auto all = folders();
    QVERIFY2(!all.empty(), "install libonnx-testdata");
    for (const auto& folder : all) {
        Case test;
        const Kind kind = readCase(folder, test);
        ++m_counts[kind];
        if (kind == Kind::Runs) {
            m_cases.emplace(folder.filename().string(), std::move(test));
        }
    }
}

void TestOnnxConformance::agrees_data() {
    QTest::addColumn<std::string>("name");
    for (const auto& [name, test] : m_cases) {
        if (kDiffering.count(name) == 0) {
            QTest::newRow(name.c_str()) << name;
        }
    }
}

void TestOnnxConformance::agrees() {
    QFETCH(std::string, name);
    const std::string wrong = runCase(m_cases.at(name));
    QVERIFY2(wrong.empty(), wrong.c_str());
}

// What is listed must be a case that exists and still fails, or the list grows stale.
void TestOnnxConformance::listedOnesStillDiffer() {
    for (const auto& [name, reason] : kDiffering) {
        const auto test = m_cases.find(name);
        QVERIFY2(test != m_cases.end(), name.c_str());
        QVERIFY2(!runCase(test->second).empty(), (name + " runs: " + reason).c_str());
    }
}

void TestOnnxConformance::cleanupTestCase() {
    qInfo(
        "%zu of %zu cases were run; %d have an operator which does not exist here, %d other element types, %d several nodes; "
        "%zu of those run are known to differ.",
        m_cases.size(), folders().size(), m_counts[Kind::NoOperator], m_counts[Kind::OtherTypes], m_counts[Kind::NotOneNode],
        kDiffering.size());
    QCOMPARE(m_counts[Kind::Unreadable], 0);
}

QTEST_GUILESS_MAIN(TestOnnxConformance)
#include "tst_onnx_conformance.moc"
