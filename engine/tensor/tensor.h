#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace fovea {

using Shape = std::vector<std::int64_t>;

/// A named-axis-free float32 array, row-major: weights, attention tensors, recorded steps. Features are FeatureMap.
struct Tensor {
    Shape shape;
    std::vector<float> values;

    Tensor() = default;
    Tensor(Shape s, std::vector<float> v) : shape(std::move(s)), values(std::move(v)) {}
    /// A zero-filled tensor of the given shape.
    explicit Tensor(Shape s) : shape(std::move(s)), values(count(shape), 0.0F) {}

    [[nodiscard]] bool empty() const noexcept { return values.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return values.size(); }
    [[nodiscard]] int dim(std::size_t axis) const { return static_cast<int>(shape.at(axis)); }

    /// Product of the extents; 1 for a scalar.
    [[nodiscard]] static std::size_t count(const Shape& s) noexcept {
        std::size_t n = 1;
        for (const auto extent : s) {
            n *= static_cast<std::size_t>(extent);
        }
        return n;
    }
};

/// "3×7×9", for messages.
inline std::string shapeText(const Shape& shape) {
    std::string out;
    for (const auto extent : shape) {
        out += (out.empty() ? "" : "×") + std::to_string(extent);
    }
    return out.empty() ? "scalar" : out;
}

}  // namespace fovea
