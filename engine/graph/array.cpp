#include "engine/graph/array.h"

#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

namespace fovea::graph {
namespace {

constexpr std::size_t kAlignment = 64;
constexpr std::size_t kLargest = std::size_t{1} << 62;

std::shared_ptr<std::byte> allocate(std::size_t bytes) {
    const std::size_t rounded = (bytes + kAlignment - 1) / kAlignment * kAlignment;
    auto* memory = static_cast<std::byte*>(std::aligned_alloc(kAlignment, rounded == 0 ? kAlignment : rounded));
    if (memory == nullptr) {
        throw std::bad_alloc();
    }
    std::memset(memory, 0, rounded);
    return {memory, [](std::byte* p) { std::free(p); }};
}

}  // namespace

const char* elementTypeName(ElementType type) noexcept {
    switch (type) {
        case ElementType::Float:
            return "float";
        case ElementType::Int64:
            return "int64";
        case ElementType::Int32:
            return "int32";
        case ElementType::Bool:
            return "bool";
    }
    return "";
}

std::size_t elementSize(ElementType type) noexcept {
    switch (type) {
        case ElementType::Float:
        case ElementType::Int32:
            return 4;
        case ElementType::Int64:
            return 8;
        case ElementType::Bool:
            return sizeof(bool);
    }
    return 1;
}

std::optional<std::size_t> checkedBytes(ElementType type, const Shape& shape) noexcept {
    std::size_t bytes = elementSize(type);
    bool empty = false;  // one extent of zero must not hide that the others overflow
    for (const auto extent : shape) {
        if (extent < 0) {
            return std::nullopt;
        }
        empty = empty || extent == 0;
        if (extent != 0 && __builtin_mul_overflow(bytes, static_cast<std::size_t>(extent), &bytes)) {
            return std::nullopt;
        }
        if (bytes >= kLargest) {
            return std::nullopt;
        }
    }
    return empty ? 0 : bytes;
}

Array::Array(ElementType type, Shape shape) : m_info{type, std::move(shape)} {
    const auto bytes = checkedBytes(type, m_info.shape);
    if (!bytes) {
        throw std::bad_alloc();
    }
    m_count = *bytes / elementSize(type);
    m_memory = allocate(*bytes);
}

Array Array::reshaped(Shape shape) const {
    assert(checkedBytes(m_info.type, shape) == bytes());
    Array other = *this;
    other.m_info.shape = std::move(shape);
    return other;
}

}  // namespace fovea::graph
