#include "engine/graph/onnx_reader.h"

#include <fcntl.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl.h>
#include <google/protobuf/stubs/logging.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <limits>
#include <new>
#include <set>
#include <utility>

#include "engine/graph/kernel.h"
#include "engine/graph/onnx_messages.h"
#include "engine/graph/onnx_scan.h"
#include "engine/graph/onnx_tensor.h"
#include "engine/io/read_file.h"
#include "engine/thrown.h"

namespace fovea::graph {
namespace {

namespace fs = std::filesystem;

/// Operators a message names before it only counts the rest.
constexpr std::size_t kNamedOperators = 12;

Error damaged(const std::string& name) {
    return makeError(ErrorCode::BadFormat, FOVEA_TEXT("engine", "%1 is damaged or no ONNX model; export it again."), {name});
}

/// protobuf says what it dislikes on the standard error; the sentence of ours is enough.
void silenceProtobuf() {
    static const auto before = google::protobuf::SetLogHandler(nullptr);
    static_cast<void>(before);
}

Result<void> parse(const std::string& path, const std::string& name, onnx::ModelProto& model) {
    const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        return makeError(ErrorCode::Unreadable, FOVEA_TEXT("engine", "%1 cannot be read; check its permissions."), {name});
    }
    google::protobuf::io::FileInputStream file(descriptor);
    file.SetCloseOnDelete(true);
    google::protobuf::io::CodedInputStream stream(&file);
    stream.SetTotalBytesLimit(std::numeric_limits<int>::max());
    if (!model.ParseFromCodedStream(&stream) || !stream.ConsumedEntireMessage() || !model.has_graph()) {
        return damaged(name);
    }
    return {};
}

/// Turns a parsed model into a Graph; takes the messages apart as it goes, so that constants lie in memory once.
class Conversion {
public:
    Conversion(onnx::ModelProto& model, TensorSource source) : m_model(model), m_source(std::move(source)) {}

    Result<Graph> run() {
        m_graph.name = m_source.name;
        m_graph.opset = 1;
        for (const auto& set : m_model.opset_import()) {
            if (set.domain().empty() || set.domain() == "ai.onnx") {
                m_graph.opset = static_cast<int>(std::clamp<std::int64_t>(set.version(), 1, 1000));
            }
        }
        for (auto step : {&Conversion::constants, &Conversion::inputs, &Conversion::nodes, &Conversion::outputs}) {
            if (auto done = (this->*step)(); !done) {
                return done.error();
            }
        }
        return std::move(m_graph);
    }

private:
    Result<void> make(const std::string& value) {
        if (!m_made.insert(value).second) {
            return makeError(ErrorCode::BadFormat, FOVEA_TEXT("engine", "%1: the value “%2” is made twice; export it again."),
                             {m_source.name, value});
        }
        return {};
    }

    Result<void> constants() {
        auto& list = *m_model.mutable_graph()->mutable_initializer();
        for (auto& tensor : list) {
            if (auto made = make(tensor.name()); !made) {
                return made.error();
            }
            auto array = arrayFrom(tensor, m_source);
            if (!array) {
                return array.error();
            }
            m_graph.constants.emplace(tensor.name(), *std::move(array));
            tensor.clear_raw_data();
        }
        if (m_model.graph().sparse_initializer_size() > 0) {
            return makeError(ErrorCode::Unsupported, FOVEA_TEXT("engine", "%1 has sparse weights, which Fovea does not read."),
                             {m_source.name});
        }
        return {};
    }

    Result<Port> port(const onnx::ValueInfoProto& value) {
        const auto& tensor = value.type().tensor_type();
        const auto type = elementTypeFromOnnx(tensor.elem_type());
        if (!value.type().has_tensor_type() || !type) {
            return makeError(ErrorCode::Unsupported,
                             FOVEA_TEXT("engine", "%1: “%2” is no tensor of numbers Fovea computes with."),
                             {m_source.name, value.name()});
        }
        Port port{.name = value.name(), .info = {*type, {}}};
        for (const auto& dim : tensor.shape().dim()) {
            port.info.shape.push_back(dim.has_dim_value() && dim.dim_value() >= 0 ? dim.dim_value() : -1);
        }
        return port;
    }

    Result<void> inputs() {
        for (const auto& value : m_model.graph().input()) {
            if (m_graph.constants.count(value.name()) != 0) {
                continue;  // old files list their weights among the inputs
            }
            auto made = make(value.name());
            auto input = made ? port(value) : Result<Port>(made.error());
            if (!input) {
                return input.error();
            }
            m_graph.inputs.push_back(*std::move(input));
        }
        return {};
    }

    Result<void> outputs() {
        for (const auto& value : m_model.graph().output()) {
            if (m_made.count(value.name()) == 0) {
                return unmade(value.name());
            }
            // Its type and shape follow from the graph, whatever is written here.
            m_graph.outputs.push_back({.name = value.name(), .info = {}});
        }
        return m_graph.outputs.empty() ? Result<void>(damaged(m_source.name)) : Result<void>();
    }

    [[nodiscard]] Error unmade(const std::string& value) const {
        return makeError(ErrorCode::BadFormat,
                         FOVEA_TEXT("engine", "%1: the value “%2” is read before it is made; export it again."),
                         {m_source.name, value});
    }

    Result<void> nodes() {
        for (auto& message : *m_model.mutable_graph()->mutable_node()) {
            Node node{.op = message.op_type(),
                      .domain = message.domain(),
                      .name = message.name(),
                      .inputs = {message.input().begin(), message.input().end()},
                      .outputs = {message.output().begin(), message.output().end()}};
            for (const auto& input : node.inputs) {
                if (!input.empty() && m_made.count(input) == 0) {
                    return unmade(input);
                }
            }
            for (const auto& output : node.outputs) {
                if (auto made = output.empty() ? Result<void>() : make(output); !made) {
                    return made.error();
                }
            }
            for (const auto& attribute : message.attribute()) {
                if (auto added = addAttribute(attribute, node); !added) {
                    return added.error();
                }
            }
            message.Clear();
            m_graph.nodes.push_back(std::move(node));
        }
        return {};
    }

    Result<void> addAttribute(const onnx::AttributeProto& a, Node& node) {
        using onnx::AttributeProto;
        switch (a.type()) {
            case AttributeProto::INT:
                node.attributes[a.name()] = a.i();
                break;
            case AttributeProto::FLOAT:
                node.attributes[a.name()] = a.f();
                break;
            case AttributeProto::STRING:
                node.attributes[a.name()] = a.s();
                break;
            case AttributeProto::INTS:
                node.attributes[a.name()] = std::vector<std::int64_t>(a.ints().begin(), a.ints().end());
                break;
            case AttributeProto::FLOATS:
                node.attributes[a.name()] = std::vector<float>(a.floats().begin(), a.floats().end());
                break;
            case AttributeProto::STRINGS:
                node.attributes[a.name()] = std::vector<std::string>(a.strings().begin(), a.strings().end());
                break;
            case AttributeProto::TENSOR: {
                auto array = arrayFrom(a.t(), m_source);
                if (!array) {
                    return array.error();
                }
                node.attributes[a.name()] = *std::move(array);
                break;
            }
            default:
                break;  // subgraphs and the like: an operator which needs them is one that is missing
        }
        return {};
    }

    onnx::ModelProto& m_model;
    TensorSource m_source;
    Graph m_graph;
    std::set<std::string> m_made;
};

Result<Graph> read(const std::string& path, const std::string& name, const ReaderLimits& limits) {
    std::error_code problem;
    const fs::path file(path);
    if (!fs::exists(file, problem)) {
        return makeError(ErrorCode::NotFound, FOVEA_TEXT("engine", "There is no file “%1”."), {name});
    }
    const auto size = fs::is_regular_file(file, problem) ? fs::file_size(file, problem) : 0;
    if (size == 0 || problem) {
        return damaged(name);
    }
    if (size > limits.memory || size > static_cast<std::uintmax_t>(std::numeric_limits<int>::max())) {
        return makeError(ErrorCode::TooLarge,
                         FOVEA_TEXT("engine", "%1 would take more than %2 MiB of memory; open a smaller model."),
                         {name, std::to_string(limits.memory >> 20)});
    }
    if (auto checked = refuseLfsPointer(path); !checked) {
        return checked.error();
    }
    silenceProtobuf();
    if (auto scanned = scanOnnx(path, name, limits); !scanned) {
        return scanned.error();
    }
    onnx::ModelProto model;
    if (auto parsed = parse(path, name, model); !parsed) {
        return parsed.error();
    }
    const fs::path folder = fs::weakly_canonical(fs::absolute(file, problem).parent_path(), problem);
    return Conversion(model, {.name = name, .folder = folder.string(), .budget = limits.memory}).run();
}

}  // namespace

Result<Graph> readOnnx(const std::string& path, const ReaderLimits& limits) {
    const std::string name = fs::path(path).filename().string();
    try {
        return read(path, name, limits);
    } catch (const std::exception& failure) {
        if (outOfMemory(failure)) {
            return makeError(ErrorCode::TooLarge,
                             FOVEA_TEXT("engine", "%1 needs more memory than there is; open a smaller model."), {name});
        }
        return damaged(name);
    }
}

Result<void> checkOperators(const Graph& graph) {
    std::set<std::string> missing;
    std::string list;
    std::size_t named = 0;
    for (const auto& node : graph.nodes) {
        const std::string op = (node.domain.empty() ? "" : node.domain + ".") + node.op;
        if (findOperator(node.op, node.domain, graph.opset) != nullptr || !missing.insert(op).second) {
            continue;
        }
        if (named++ < kNamedOperators) {
            const std::string& which = node.name.empty() && !node.outputs.empty() ? node.outputs.front() : node.name;
            list += (list.empty() ? "" : ", ") + op + " (“" + which + "”)";
        }
    }
    if (missing.empty()) {
        return {};
    }
    if (missing.size() > kNamedOperators) {
        list += " … (" + std::to_string(missing.size()) + ")";
    }
    return makeError(ErrorCode::Unsupported,
                     FOVEA_TEXT("engine",
                                "%1 uses operators Fovea does not have (opset %2): %3. Export the part before them, or replace "
                                "them."),
                     {graph.name, std::to_string(graph.opset), list});
}

}  // namespace fovea::graph
