#include "tests/support/run_node.h"

#include <QTest>
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

namespace fovea::test {
namespace {

using namespace graph;

View viewOf(Array& array) { return {array.type(), &array.shape(), array.raw(), array.count()}; }

Result<std::unique_ptr<Kernel>> makeKernel(const Node& node, int opset) {
    const Operator* entry = findOperator(node.op, node.domain, opset);
    return entry == nullptr ? Result<std::unique_ptr<Kernel>>(makeError(ErrorCode::Unsupported, "there is no " + node.op))
                            : entry->create(node, opset);
}

Result<std::vector<ArrayInfo>> inferWith(Kernel& kernel, const Inputs& inputs) {
    std::vector<InputInfo> infos;
    for (const auto& input : inputs) {
        infos.push_back(input ? InputInfo{true, input->info(), nullptr} : InputInfo{});
    }
    auto outputs = kernel.infer(infos);
    if (!outputs || !outputs->empty()) {
        return outputs;
    }
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        infos[i].constant = inputs[i] ? &*inputs[i] : nullptr;
    }
    outputs = kernel.infer(infos);
    return outputs && outputs->empty() ? makeError(ErrorCode::BadFormat, "infer() answers nothing") : std::move(outputs);
}

/// The largest |a − b| / (|b| + floor); infinity when the counts differ or one is NaN alone.
double largestError(const Numbers& a, const Numbers& b, double floor) {
    double largest = a.size() == b.size() ? 0.0 : std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
        if (a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]))) {
            continue;
        }
        const double error = std::abs(a[i] - b[i]) / (std::abs(b[i]) + floor);
        largest = std::isnan(error) ? std::numeric_limits<double>::infinity() : std::max(largest, error);
    }
    return largest;
}

}  // namespace

Array integers(const std::vector<std::int64_t>& values) {
    return arrayOf<std::int64_t>({static_cast<std::int64_t>(values.size())}, values);
}

Array randomFloats(Shape shape, unsigned seed) {
    Array array(ElementType::Float, std::move(shape));
    std::mt19937 engine(seed);
    std::normal_distribution<float> normal;
    std::generate_n(array.data<float>(), array.count(), [&] { return normal(engine); });
    return array;
}

std::vector<double> numbersOf(const Array& array) {
    std::vector<double> numbers(array.count());
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        switch (array.type()) {
            case ElementType::Float:
                numbers[i] = static_cast<double>(array.data<float>()[i]);
                break;
            case ElementType::Int64:
                numbers[i] = static_cast<double>(array.data<std::int64_t>()[i]);
                break;
            case ElementType::Int32:
                numbers[i] = static_cast<double>(array.data<std::int32_t>()[i]);
                break;
            case ElementType::Bool:
                numbers[i] = array.data<bool>()[i] ? 1.0 : 0.0;
                break;
        }
    }
    return numbers;
}

Result<std::vector<ArrayInfo>> inferNode(const Node& node, int opset, const Inputs& inputs) {
    const auto kernel = makeKernel(node, opset);
    return kernel ? inferWith(**kernel, inputs) : Result<std::vector<ArrayInfo>>(kernel.error());
}

Result<std::vector<Array>> runNode(const Node& node, int opset, const Inputs& given) {
    Inputs inputs = given;
    const auto kernel = makeKernel(node, opset);
    if (!kernel) {
        return kernel.error();
    }
    const auto infos = inferWith(**kernel, inputs);
    if (!infos) {
        return infos.error();
    }
    std::vector<View> inputViews;
    for (auto& input : inputs) {
        inputViews.push_back(input ? viewOf(*input) : View{});
    }
    std::vector<Array> outputs;
    for (const auto& info : *infos) {
        outputs.emplace_back(info.type, info.shape);
        std::memset(outputs.back().raw(), 0x7F, outputs.back().bytes());  // kernels may not count on zeros
    }
    std::vector<View> outputViews;
    std::transform(outputs.begin(), outputs.end(), std::back_inserter(outputViews), viewOf);
    Array scratch(ElementType::Float, {static_cast<std::int64_t>((*kernel)->scratchBytes() / sizeof(float)) + 1});
    std::memset(scratch.raw(), 0x7F, scratch.bytes());
    const auto ran = (*kernel)->run(inputViews, outputViews, static_cast<std::byte*>(scratch.raw()), {});
    return ran ? Result<std::vector<Array>>(std::move(outputs)) : Result<std::vector<Array>>(ran.error());
}

Array output(const Node& node, int opset, const Inputs& inputs) {
    auto outputs = runNode(node, opset, inputs);
    if (!outputs) {
        QTest::qFail((node.op + ": " + outputs.error().message()).c_str(), __FILE__, __LINE__);
        return {};
    }
    return outputs->front();
}

std::string refusal(const Node& node, int opset, const Inputs& inputs) {
    const auto outputs = runNode(node, opset, inputs);
    return outputs ? std::string() : outputs.error().message();
}

void compare(const Array& actual, const Shape& shape, const Numbers& expected, double tolerance, double floor) {
    QCOMPARE(actual.shape(), shape);
    const double error = largestError(numbersOf(actual), expected, floor);
    QVERIFY2(error <= tolerance, std::to_string(error).c_str());
}

std::size_t repeatedPlace(const Shape& own, const Shape& at) {
    std::size_t place = 0;
    for (std::size_t axis = 0; axis < own.size(); ++axis) {
        const auto index = own[axis] == 1 ? 0 : at[at.size() - own.size() + axis];
        place = place * static_cast<std::size_t>(own[axis]) + static_cast<std::size_t>(index);
    }
    return place;
}

void forEachAt(const Shape& shape, const std::function<void(const Shape&)>& visit) {
    Shape at(shape.size(), 0);
    for (std::size_t left = Tensor::count(shape); left > 0; --left) {
        visit(at);
        for (std::size_t axis = shape.size(); axis-- > 0 && ++at[axis] == shape[axis];) {
            at[axis] = 0;
        }
    }
}

}  // namespace fovea::test
