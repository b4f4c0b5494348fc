#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "engine/api.h"
#include "engine/graph/array.h"

namespace fovea::graph {

/// An attribute of a node.
using Attribute = std::variant<std::int64_t, float, std::string, std::vector<std::int64_t>, std::vector<float>,
                               std::vector<std::string>, Array>;

/// One operation. Inputs and outputs are names of values; an empty name is an input or output which is left out.
struct FOVEA_API Node {
    std::string op;           ///< "Conv"
    std::string domain = {};  ///< empty: ONNX's own
    std::string name = {};    ///< as in the file; may be empty
    std::vector<std::string> inputs = {};
    std::vector<std::string> outputs = {};
    std::map<std::string, Attribute> attributes = {};

    /// The attribute, or `fallback` when it is missing or of another kind.
    [[nodiscard]] std::int64_t integer(const std::string& key, std::int64_t fallback) const;
    [[nodiscard]] float real(const std::string& key, float fallback) const;
    [[nodiscard]] std::string text(const std::string& key, const std::string& fallback) const;
    [[nodiscard]] std::vector<std::int64_t> integers(const std::string& key, std::vector<std::int64_t> fallback) const;
    [[nodiscard]] bool has(const std::string& key) const { return attributes.count(key) != 0; }
    /// "Conv “/layer1/conv1”", or by its first output when it has no name: for messages.
    [[nodiscard]] std::string label() const;
};

/// An input or output of the whole graph. An extent of −1 is free.
struct Port {
    std::string name;
    ArrayInfo info;
};

/// A network as values: nodes in an order in which every value is made before it is read.
struct FOVEA_API Graph {
    std::string name;  ///< of the file, for messages
    int opset = 0;     ///< of ONNX's own domain
    std::vector<Port> inputs;
    std::vector<Port> outputs;
    std::vector<Node> nodes;
    std::map<std::string, Array> constants;

    /// Bytes of all constants.
    [[nodiscard]] std::size_t constantBytes() const noexcept;
};

}  // namespace fovea::graph
