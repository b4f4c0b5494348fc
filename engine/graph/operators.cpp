#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>

#include "engine/graph/kernel.h"

namespace fovea::graph {
namespace {

/// All entries by name, the newest first.
using Table = std::unordered_map<std::string, std::vector<Operator>>;

Table makeTable() {
    Table table;
    for (const auto& family :
         {convolutionOperators(), poolOperators(), productOperators(), elementwiseOperators(), arithmeticOperators(),
          shapeOperators(), movementOperators(), reduceOperators(), normOperators()}) {
        for (const auto& entry : family) {
            table[entry.name].push_back(entry);
        }
    }
    for (auto& [name, entries] : table) {
        std::sort(entries.begin(), entries.end(), [](const Operator& a, const Operator& b) { return a.since > b.since; });
    }
    return table;
}

}  // namespace

const Operator* findOperator(const std::string& op, const std::string& domain, int opset) {
    static const Table table = makeTable();
    const auto it = domain.empty() || domain == "ai.onnx" ? table.find(op) : table.end();
    if (it == table.end()) {
        return nullptr;
    }
    const auto entry = std::find_if(it->second.begin(), it->second.end(),
                                    [opset](const Operator& candidate) { return candidate.since <= opset; });
    return entry == it->second.end() ? nullptr : &*entry;
}

Error shapeError(const Shape& a, const Shape& b) {
    return makeError(ErrorCode::BadShape, FOVEA_TEXT("engine", "the sizes %1 and %2 do not fit together"),
                     {shapeText(a), shapeText(b)});
}

Error typeError(ElementType type) {
    return makeError(ErrorCode::Unsupported, FOVEA_TEXT("engine", "it is not computed with elements of type %1"),
                     {elementTypeName(type)});
}

Error attributeError(const std::string& key) {
    return makeError(ErrorCode::Unsupported, FOVEA_TEXT("engine", "its attribute “%1” has a value which is not supported"),
                     {key});
}

}  // namespace fovea::graph
