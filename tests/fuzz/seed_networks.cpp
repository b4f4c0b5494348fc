#include "tests/fuzz/seed_networks.h"

#include <random>

#include "engine/graph/onnx_messages.h"
#include "tests/support/onnx_builder.h"

namespace fovea::mutate {
namespace {

/// The builder with weights which need no values written down.
class Network : public OnnxBuilder {
public:
    using OnnxBuilder::OnnxBuilder;

    void weights(const std::string& name, const std::vector<std::int64_t>& shape) {
        std::size_t count = 1;
        for (const auto extent : shape) {
            count *= static_cast<std::size_t>(extent);
        }
        std::normal_distribution<float> normal(0.0F, 0.3F);
        std::vector<float> values(count);
        for (auto& value : values) {
            value = normal(m_engine);
        }
        constant(name, shape, values);
    }

    onnx::NodeProto& convolution(const std::string& in, const std::string& out, const std::vector<std::int64_t>& shape,
                                 std::int64_t stride = 1, std::int64_t group = 1) {
        weights(out + ".w", shape);
        weights(out + ".b", {shape[0]});
        auto& made = node("Conv", {in, out + ".w", out + ".b"}, {out});
        const std::int64_t pad = shape[2] / 2;
        setIntegers(made, "pads", {pad, pad, pad, pad});
        setIntegers(made, "strides", {stride, stride});
        setIntegers(made, "kernel_shape", {shape[2], shape[3]});
        setInteger(made, "group", group);
        return made;
    }

    /// Scales every channel of `in`.
    void normalisation(const std::string& in, const std::string& out, std::int64_t channels) {
        for (const char* part : {".gamma", ".beta", ".mean"}) {
            weights(out + part, {channels});
        }
        constant(out + ".var", {channels}, std::vector<float>(static_cast<std::size_t>(channels), 0.7F));
        node("BatchNormalization", {in, out + ".gamma", out + ".beta", out + ".mean", out + ".var"}, {out});
    }

private:
    std::mt19937 m_engine{5};
};

/// Normalisation, shortcuts, groups, a gate, pooling and a last layer.
std::string residual() {
    Network n;
    n.input("x", {1, 3, -1, -1});
    n.convolution("x", "stem", {8, 3, 3, 3}, 2);
    n.normalisation("stem", "stem.n", 8);
    n.node("Relu", {"stem.n"}, {"stem.r"});
    auto& pool = n.node("MaxPool", {"stem.r"}, {"pool"});
    setIntegers(pool, "kernel_shape", {3, 3});
    setIntegers(pool, "strides", {2, 2});
    setIntegers(pool, "pads", {1, 1, 1, 1});
    n.convolution("pool", "a", {8, 8, 3, 3});
    n.normalisation("a", "a.n", 8);
    n.node("Relu", {"a.n"}, {"a.r"});
    n.convolution("a.r", "b", {8, 1, 3, 3}, 1, 8);
    n.node("Add", {"b", "pool"}, {"sum"});
    n.node("Relu", {"sum"}, {"sum.r"});
    n.node("GlobalAveragePool", {"sum.r"}, {"squeezed"});
    n.convolution("squeezed", "gate", {8, 8, 1, 1});
    n.node("Sigmoid", {"gate"}, {"gate.s"});
    n.node("Mul", {"sum.r", "gate.s"}, {"gated"});
    n.node("GlobalAveragePool", {"gated"}, {"mean"});
    n.node("Flatten", {"mean"}, {"flat"});
    n.weights("fc.w", {10, 8});
    n.weights("fc.b", {10});
    setInteger(n.node("Gemm", {"flat", "fc.w", "fc.b"}, {"logits"}), "transB", 1);
    n.output("logits").output("gated");
    return n.bytes();
}

/// Attention over positions: the sizes of the reshapes come from the input's shape.
std::string attention() {
    Network n;
    n.input("x", {1, 8, -1, -1});
    n.node("Shape", {"x"}, {"shape"});
    n.integers("zero", {0}).integers("one", {1}).integers("two", {2}).integers("four", {4}).integers("rest", {-1});
    n.node("Slice", {"shape", "zero", "two", "zero"}, {"front"});
    n.node("Concat", {"front", "rest"}, {"flat.shape"});
    setInteger(*n.model().mutable_graph()->mutable_node(2), "axis", 0);
    n.node("Reshape", {"x", "flat.shape"}, {"flat"});
    setIntegers(n.node("Transpose", {"flat"}, {"tokens"}), "perm", {0, 2, 1});
    for (const char* part : {"q", "k", "v"}) {
        n.weights(std::string(part) + ".w", {8, 8});
        n.node("MatMul", {"tokens", std::string(part) + ".w"}, {part});
    }
    setIntegers(n.node("Transpose", {"k"}, {"k.t"}), "perm", {0, 2, 1});
    n.node("MatMul", {"q", "k.t"}, {"scores"});
    n.constant("scale", {}, {0.35F});
    n.node("Mul", {"scores", "scale"}, {"scaled"});
    setInteger(n.node("Softmax", {"scaled"}, {"weights"}), "axis", -1);
    n.node("MatMul", {"weights", "v"}, {"mixed"});
    setIntegers(n.node("Transpose", {"mixed"}, {"back"}), "perm", {0, 2, 1});
    n.node("Reshape", {"back", "shape"}, {"grid"});
    n.node("Add", {"grid", "x"}, {"y"});
    n.output("y").output("weights");
    return n.bytes();
}

/// Movement and sizes which exporters work out with small integers.
std::string movement() {
    Network n;
    n.input("x", {1, 4, -1, -1}).output("y").output("z").output("picked");
    n.integers("pads", {0, 0, 1, 2, 0, 0, 1, 0}).integers("starts", {0, 1}).integers("ends", {100, -1}).integers("axes", {2, 3});
    n.node("Pad", {"x", "pads"}, {"padded"});
    n.node("Slice", {"padded", "starts", "ends", "axes"}, {"cut"});
    n.constant("none", {0}, {}).constant("scales", {4}, {1.0F, 1.0F, 2.0F, 2.0F});
    n.node("Resize", {"cut", "none", "scales"}, {"large"});
    n.integers("parts", {1, 3});
    setInteger(n.node("Split", {"large", "parts"}, {"first", "second"}), "axis", 1);
    setInteger(n.node("Concat", {"second", "first"}, {"turned"}), "axis", 1);
    n.integers("repeats", {1, 2, 1, 1});
    n.node("Tile", {"turned", "repeats"}, {"y"});
    n.node("Shape", {"y"}, {"shape"});
    n.constant("half", {}, {0.5F});
    n.node("Expand", {"half", "shape"}, {"halves"});
    n.node("Greater", {"y", "halves"}, {"large.enough"});
    n.node("Where", {"large.enough", "y", "halves"}, {"z"});
    n.integers("two", {2}).integers("indices", {3, 0, -1});
    setInteger(n.node("Gather", {"x", "indices"}, {"gathered"}), "axis", 1);
    setIntegers(n.node("ReduceMean", {"gathered"}, {"means"}), "axes", {2, 3});
    setInteger(n.node("ArgMax", {"means"}, {"picked"}), "axis", 1);
    return n.bytes();
}

/// Sizes which only the data tell: they are planned while running.
std::string dynamicSizes() {
    Network n;
    n.input("x", {1, 2, -1}).output("y").output("range");
    n.integers("axis", {1}).integers("low", {1}).integers("high", {6});
    n.node("ReduceMax", {"x"}, {"most"});
    n.node("Abs", {"most"}, {"size"});
    setInteger(n.node("Cast", {"size"}, {"count"}), "to", onnx::TensorProto::INT64);
    n.integers("flat", {1});
    n.node("Reshape", {"count", "flat"}, {"count.1"});
    n.node("Add", {"count.1", "low"}, {"count.2"});
    n.node("Min", {"count.2", "high"}, {"target.1"});
    n.integers("ones", {1, 2});
    setInteger(n.node("Concat", {"ones", "target.1"}, {"target"}), "axis", 0);
    n.node("ConstantOfShape", {"target"}, {"zeros"});
    n.node("ReduceMean", {"x"}, {"mean"});
    n.node("Add", {"zeros", "mean"}, {"y"});
    n.node("Squeeze", {"target.1"}, {"limit"});
    n.integers("zero.1", {0}).integers("one.1", {1});
    n.node("Squeeze", {"zero.1"}, {"start"});
    n.node("Squeeze", {"one.1"}, {"step"});
    n.node("Range", {"start", "limit", "step"}, {"range"});
    return n.bytes();
}

}  // namespace

std::vector<Seed> seedNetworks() {
    // Each four times: ONNX's own suite has many networks of one node.
    std::vector<Seed> seeds;
    for (int k = 0; k < 4; ++k) {
        seeds.push_back({"residual", residual()});
        seeds.push_back({"attention", attention()});
        seeds.push_back({"movement", movement()});
        seeds.push_back({"dynamic", dynamicSizes()});
    }
    return seeds;
}

std::string smallBackbone(int channels) {
    Network n;
    n.input("image", {1, 3, -1, -1});
    n.convolution("image", "tap", {channels, 3, 7, 7}, 8);
    n.output("tap");
    return n.bytes();
}

std::string smallTail(int channels, int classes) {
    Network n;
    n.input("features", {1, channels, -1, -1});
    n.node("Relu", {"features"}, {"feat"});
    n.node("GlobalAveragePool", {"feat"}, {"mean"});
    n.node("Flatten", {"mean"}, {"flat"});
    n.weights("fc.w", {classes, channels});
    n.weights("fc.b", {classes});
    setInteger(n.node("Gemm", {"flat", "fc.w", "fc.b"}, {"logits"}), "transB", 1);
    n.output("logits").output("feat");
    return n.bytes();
}

}  // namespace fovea::mutate
