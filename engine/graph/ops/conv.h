#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <stop_token>

#include "engine/graph/graph.h"
#include "engine/graph/ops/window.h"
#include "engine/result.h"

namespace fovea::graph {

/// The activation which a fusion put behind a convolution.
class Finish {
public:
    static Result<Finish> read(const Node& node);

    /// Limits of the values; infinite where there are none. A method applies them while it writes.
    [[nodiscard]] float low() const { return m_low; }
    [[nodiscard]] float high() const { return m_high; }
    /// True when limits are not all: apply() is wanted.
    [[nodiscard]] bool more() const { return m_kind != Kind::Limits; }
    void apply(float* values, std::int64_t count) const;

private:
    enum class Kind { Limits, Sigmoid, Silu, HardSigmoid, HardSwish };
    Kind m_kind = Kind::Limits;
    float m_low = -std::numeric_limits<float>::infinity();
    float m_high = std::numeric_limits<float>::infinity();
    float m_alpha = 0.2F;
    float m_beta = 0.5F;
};

/// Sizes of one convolution; channels are those of one group.
struct ConvSizes {
    std::int64_t batch = 0;
    std::int64_t groups = 1;
    std::int64_t inputs = 0;
    std::int64_t outputs = 0;
    Axes axes;

    [[nodiscard]] std::int64_t inputCells() const { return axes[0].input * axes[1].input; }
    [[nodiscard]] std::int64_t outputCells() const { return axes[0].output * axes[1].output; }
    [[nodiscard]] std::int64_t taps() const { return inputs * axes[0].kernel * axes[1].kernel; }
};

/// Where one run finds its values; what is absent is null.
struct ConvData {
    const float* x = nullptr;
    const float* weights = nullptr;  ///< packed, if the method packs them
    const float* bias = nullptr;
    const float* residual = nullptr;  ///< laid out as y
    float* y = nullptr;
    float* scratch = nullptr;
};

/// One way to compute a convolution.
class ConvMethod {
public:
    ConvMethod(const ConvSizes& sizes, const Finish& finish) : m_sizes(sizes), m_finish(finish) {}
    ConvMethod(const ConvMethod&) = delete;
    ConvMethod& operator=(const ConvMethod&) = delete;
    virtual ~ConvMethod() = default;

    /// Extents whose product is the count of floats of the packed weights; {0}: they are used as they are.
    [[nodiscard]] virtual Shape packedShape() const { return {0}; }
    virtual void pack(const float* /*weights*/, float* /*packed*/) const {}
    /// Extents whose product is the count of floats of scratch.
    [[nodiscard]] virtual Shape scratchShape() const { return {0}; }
    /// Called only when both products fit into memory.
    virtual void run(const ConvData& data, const std::stop_token& stop) const = 0;

protected:
    ConvSizes m_sizes;
    Finish m_finish;
};

/// The whole input of a group is one window: a matrix times a vector.
std::unique_ptr<ConvMethod> makeVectorConv(const ConvSizes& sizes, const Finish& finish);
/// One input channel per group: sums over shifted rows.
std::unique_ptr<ConvMethod> makeDepthwiseConv(const ConvSizes& sizes, const Finish& finish);
/// 3×3 with stride 1 in fewer multiplications: sums of `side` × `side` outputs at a time; side is 2 or 4.
std::unique_ptr<ConvMethod> makeWinogradConv(const ConvSizes& sizes, const Finish& finish, int side);
/// Any convolution as a product of the weights with the gathered windows.
std::unique_ptr<ConvMethod> makeProductConv(const ConvSizes& sizes, const Finish& finish);

}  // namespace fovea::graph
