#pragma once

#include <memory>
#include <stop_token>
#include <vector>

#include "engine/graph/array.h"
#include "engine/graph/graph.h"
#include "engine/result.h"

namespace fovea::graph {

/// What is known about one input before anything runs.
struct InputInfo {
    bool present = false;  ///< false: the node leaves this input out
    ArrayInfo info;
    const Array* constant = nullptr;  ///< its values, where they are known already
};

/// What one node computes: made once per plan, run for every frame by one thread at a time.
class Kernel {
public:
    Kernel() = default;
    Kernel(const Kernel&) = delete;
    Kernel& operator=(const Kernel&) = delete;
    virtual ~Kernel() = default;

    /// Types and shapes of the outputs, sizes checked with checkedBytes() before anything is allocated. Inputs come from files:
    /// nothing about them may be taken for granted. What does not fit is an error without the node's name, which the caller adds.
    /// Also the place to remember sizes and to pack constant weights. An empty answer: the shapes depend on values of inputs
    /// which are not known yet; infer() is called again, with all inputs constant, when they are. It may be called again for
    /// other sizes, too.
    virtual Result<std::vector<ArrayInfo>> infer(const std::vector<InputInfo>& inputs) = 0;

    /// Bytes of memory run() wants beside inputs and outputs; known after infer().
    [[nodiscard]] virtual std::size_t scratchBytes() const { return 0; }
    /// Bytes held since infer(): packed weights.
    [[nodiscard]] virtual std::size_t heldBytes() const { return 0; }
    /// True when output 0 has the very bytes of input 0, so that no run is needed (Reshape, Flatten …).
    [[nodiscard]] virtual bool aliases() const { return false; }

    /// Computes the outputs, which have the shapes infer() gave and hold anything. `scratch` is 64-byte aligned. Long kernels
    /// poll `stop` and may then return early with anything in the outputs.
    virtual Result<void> run(const std::vector<View>& inputs, const std::vector<View>& outputs, std::byte* scratch,
                             const std::stop_token& stop) = 0;
};

/// One operator. A node gets the entry with its name and the largest `since` which is not above the opset.
struct Operator {
    const char* name;
    int since;  ///< first opset of ONNX's own domain for which this entry stands
    Result<std::unique_ptr<Kernel>> (*create)(const Node& node, int opset);
};

/// What a fusion adds to a Conv: a fourth input of the output's shape which is added to it, then one activation.
inline constexpr const char* kFusedActivation =
    "fovea.activation";                                  ///< "Relu", "Clip", "Sigmoid", "Silu", "HardSigmoid", "HardSwish"
inline constexpr const char* kFusedLow = "fovea.low";    ///< Clip: least value; HardSigmoid: alpha
inline constexpr const char* kFusedHigh = "fovea.high";  ///< Clip: largest value; HardSigmoid: beta

/// The operators of one family, by file in ops/.
std::vector<Operator> convolutionOperators();  ///< Conv
std::vector<Operator> poolOperators();         ///< MaxPool, AveragePool, GlobalAveragePool, GlobalMaxPool
std::vector<Operator> productOperators();      ///< MatMul, Gemm
std::vector<Operator> elementwiseOperators();  ///< unary and activations
std::vector<Operator> arithmeticOperators();   ///< binary with broadcasting, comparisons, Where, Min, Max, Sum, Mean
std::vector<Operator> shapeOperators();        ///< Reshape, Flatten, Shape, Squeeze, Cast, Constant, ConstantOfShape …
std::vector<Operator> movementOperators();     ///< Transpose, Slice, Concat, Split, Gather, Expand, Tile, Pad, Resize …
std::vector<Operator> reduceOperators();       ///< ReduceMean, ReduceSum, ReduceMax, Softmax, LogSoftmax, ArgMax …
std::vector<Operator> normOperators();         ///< BatchNormalization, InstanceNormalization, LayerNormalization, LRN …

/// The entry for a node, or null when there is none.
FOVEA_API const Operator* findOperator(const std::string& op, const std::string& domain, int opset);

/// "shapes A and B do not fit": the node's name is added by the caller.
Error shapeError(const Shape& a, const Shape& b);
/// A type this operator does not compute with.
Error typeError(ElementType type);
/// An attribute which is out of its range or has a value that is not supported.
Error attributeError(const std::string& key);

}  // namespace fovea::graph
