#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/graph/kernel.h"

namespace fovea::test {

/// An array with these elements.
template <class T>
graph::Array arrayOf(Shape shape, const std::vector<T>& values) {
    graph::Array array(graph::elementTypeOf<T>(), std::move(shape));
    std::copy(values.begin(), values.end(), array.data<T>());
    return array;
}
inline graph::Array floats(Shape shape, const std::vector<float>& values) { return arrayOf<float>(std::move(shape), values); }
/// A vector of integers, as shapes, axes and indices are given.
graph::Array integers(const std::vector<std::int64_t>& values);
/// Floats around 0, the same for a seed.
graph::Array randomFloats(Shape shape, unsigned seed);

/// The elements as double.
std::vector<double> numbersOf(const graph::Array& array);

/// An input of a node; nothing where the node leaves it out.
using Inputs = std::vector<std::optional<graph::Array>>;

/// What infer() answers: asked without values first, then, where the kernel wants them, with every input constant.
Result<std::vector<graph::ArrayInfo>> inferNode(const graph::Node& node, int opset, const Inputs& inputs);
/// The outputs of a node. Memory of outputs and scratch is filled with garbage first.
Result<std::vector<graph::Array>> runNode(const graph::Node& node, int opset, const Inputs& inputs);

/// The first output; a node which does not run fails the test and gives an empty array.
graph::Array output(const graph::Node& node, int opset, const Inputs& inputs);
/// The sentence with which a node is refused, or nothing when it runs.
std::string refusal(const graph::Node& node, int opset, const Inputs& inputs);

using Numbers = std::vector<double>;
/// Fails the test unless shape and elements agree: |a − b| ≤ tolerance · (|b| + floor).
void compare(const graph::Array& actual, const Shape& shape, const Numbers& expected, double tolerance = 1e-6,
             double floor = 0.1);

/// visit(at) for every element of a shape, in order.
void forEachAt(const Shape& shape, const std::function<void(const Shape&)>& visit);
/// Place of the element at `at` in an array of shape `own` which is repeated to a larger one.
std::size_t repeatedPlace(const Shape& own, const Shape& at);

}  // namespace fovea::test
