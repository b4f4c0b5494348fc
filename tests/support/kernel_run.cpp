#include "tests/support/kernel_run.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "tests/support/numbers.h"

namespace fovea::test {
namespace {

constexpr std::size_t kFence = 64;
constexpr std::byte kMark{0xA5};

/// Memory with a fence behind it, filled with NaN: a kernel may count on nothing.
class Fenced {
public:
    explicit Fenced(std::size_t bytes)
        : m_bytes(bytes), m_memory(graph::ElementType::Int32, {static_cast<std::int64_t>((bytes + 3) / 4 + kFence / 4)}) {
        std::fill_n(start(), bytes, std::byte{0xFF});
        std::fill_n(start() + bytes, kFence, kMark);
    }
    std::byte* start() { return static_cast<std::byte*>(m_memory.raw()); }
    bool whole() {
        return std::all_of(start() + m_bytes, start() + m_bytes + kFence, [](std::byte b) { return b == kMark; });
    }

private:
    std::size_t m_bytes;
    graph::Array m_memory;
};

}  // namespace

graph::Array randomArray(const Shape& shape, std::uint64_t seed, float size) {
    return arrayOf(shape, randomValues(Tensor::count(shape), seed, size));
}

std::vector<float> valuesOf(const graph::Array& array) { return {array.data<float>(), array.data<float>() + array.count()}; }

graph::Array arrayOf(const Shape& shape, const std::vector<float>& values) {
    graph::Array array(graph::ElementType::Float, shape);
    std::copy(values.begin(), values.end(), array.data<float>());
    return array;
}

Result<graph::Array> runKernel(const graph::Node& node, int opset, const std::vector<KernelInput>& inputs) {
    const auto* entry = graph::findOperator(node.op, node.domain, opset);
    if (entry == nullptr) {
        return makeError(ErrorCode::NotFound, "no such operator");
    }
    auto kernel = entry->create(node, opset);
    if (!kernel) {
        return kernel.error();
    }
    std::vector<graph::InputInfo> infos;
    std::vector<graph::View> views;
    for (const auto& input : inputs) {
        if (!input.array) {
            infos.push_back({});
            views.push_back({});
            continue;
        }
        const auto& array = *input.array;
        infos.push_back({true, array.info(), input.constant ? &array : nullptr});
        views.push_back({array.type(), &array.shape(), const_cast<void*>(array.raw()), array.count()});
    }
    const auto shapes = (*kernel)->infer(infos);
    if (!shapes) {
        return shapes.error();
    }
    const auto& info = shapes->front();
    const auto bytes = graph::checkedBytes(info.type, info.shape);
    if (!bytes || *bytes > std::size_t{1} << 30 || (*kernel)->scratchBytes() > std::size_t{1} << 30) {
        return makeError(ErrorCode::TooLarge, "too large for a test");
    }
    Fenced output(*bytes);
    Fenced scratch((*kernel)->scratchBytes());
    const graph::View view{info.type, &info.shape, output.start(), *bytes / graph::elementSize(info.type)};
    if (auto done = (*kernel)->run(views, {view}, scratch.start(), {}); !done) {
        return done.error();
    }
    if (!output.whole() || !scratch.whole()) {
        return makeError(ErrorCode::BadValue, "the kernel wrote behind its memory");
    }
    graph::Array result(info.type, info.shape);
    std::memcpy(result.raw(), output.start(), *bytes);
    return result;
}

}  // namespace fovea::test
