#include "engine/graph/graph.h"

namespace fovea::graph {
namespace {

template <class T>
T attributeOr(const Node& node, const std::string& key, T fallback) {
    const auto it = node.attributes.find(key);
    const T* value = it == node.attributes.end() ? nullptr : std::get_if<T>(&it->second);
    return value == nullptr ? std::move(fallback) : *value;
}

}  // namespace

std::int64_t Node::integer(const std::string& key, std::int64_t fallback) const { return attributeOr(*this, key, fallback); }

float Node::real(const std::string& key, float fallback) const { return attributeOr(*this, key, fallback); }

std::string Node::text(const std::string& key, const std::string& fallback) const { return attributeOr(*this, key, fallback); }

std::vector<std::int64_t> Node::integers(const std::string& key, std::vector<std::int64_t> fallback) const {
    return attributeOr(*this, key, std::move(fallback));
}

std::string Node::label() const {
    const std::string& which = name.empty() && !outputs.empty() ? outputs.front() : name;
    return op + " “" + which + "”";
}

std::size_t Graph::constantBytes() const noexcept {
    std::size_t bytes = 0;
    for (const auto& [key, array] : constants) {
        bytes += array.bytes();
    }
    return bytes;
}

}  // namespace fovea::graph
