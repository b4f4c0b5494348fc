#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <type_traits>

#include "engine/api.h"
#include "engine/tensor/tensor.h"

namespace fovea::graph {

/// Element types the executor computes with. Half, bfloat16 and double constants become Float when a file is read.
enum class ElementType { Float, Int64, Int32, Bool };

template <class T>
constexpr ElementType elementTypeOf() noexcept {
    if constexpr (std::is_same_v<T, float>) {
        return ElementType::Float;
    } else if constexpr (std::is_same_v<T, std::int64_t>) {
        return ElementType::Int64;
    } else if constexpr (std::is_same_v<T, std::int32_t>) {
        return ElementType::Int32;
    } else {
        static_assert(std::is_same_v<T, bool>);
        return ElementType::Bool;
    }
}

/// "float", "int64", "int32", "bool".
FOVEA_API const char* elementTypeName(ElementType type) noexcept;
/// Bytes of one element.
FOVEA_API std::size_t elementSize(ElementType type) noexcept;
/// Bytes of an array, or nothing when an extent is negative or the product does not fit into 62 bits.
FOVEA_API std::optional<std::size_t> checkedBytes(ElementType type, const Shape& shape) noexcept;

/// Type and shape of a value.
struct ArrayInfo {
    ElementType type = ElementType::Float;
    Shape shape;
    bool operator==(const ArrayInfo&) const = default;
};

/// An array of any rank, row-major, in 64-byte-aligned memory which copies share: written by its maker, read by everyone after.
class FOVEA_API Array {
public:
    Array() = default;
    /// A zero-filled array; std::bad_alloc when the size overflows or there is no memory.
    Array(ElementType type, Shape shape);

    [[nodiscard]] ElementType type() const noexcept { return m_info.type; }
    [[nodiscard]] const Shape& shape() const noexcept { return m_info.shape; }
    [[nodiscard]] const ArrayInfo& info() const noexcept { return m_info; }
    [[nodiscard]] std::size_t count() const noexcept { return m_count; }
    [[nodiscard]] std::size_t bytes() const noexcept { return m_count * elementSize(m_info.type); }
    [[nodiscard]] void* raw() noexcept { return m_memory.get(); }
    [[nodiscard]] const void* raw() const noexcept { return m_memory.get(); }

    /// The elements; T must be the array's type.
    template <class T>
    [[nodiscard]] T* data() noexcept {
        assert(elementTypeOf<T>() == m_info.type);
        return static_cast<T*>(static_cast<void*>(m_memory.get()));
    }
    template <class T>
    [[nodiscard]] const T* data() const noexcept {
        assert(elementTypeOf<T>() == m_info.type);
        return static_cast<const T*>(static_cast<const void*>(m_memory.get()));
    }

    /// The same memory under another shape with the same count.
    [[nodiscard]] Array reshaped(Shape shape) const;

private:
    ArrayInfo m_info;
    std::size_t m_count = 0;
    std::shared_ptr<std::byte> m_memory;
};

/// An array which lies in memory that somebody else owns. `shape` outlives the view.
struct View {
    ElementType type = ElementType::Float;
    const Shape* shape = nullptr;
    void* memory = nullptr;
    std::size_t count = 0;

    /// An input which the node leaves out.
    [[nodiscard]] bool absent() const noexcept { return shape == nullptr; }
    [[nodiscard]] std::int64_t dim(std::size_t axis) const { return (*shape)[axis]; }
    [[nodiscard]] std::size_t rank() const noexcept { return shape->size(); }
    template <class T>
    [[nodiscard]] T* data() const noexcept {
        assert(elementTypeOf<T>() == type);
        return static_cast<T*>(memory);
    }
};

}  // namespace fovea::graph
