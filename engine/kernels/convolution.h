#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <stop_token>

#include "engine/api.h"
#include "engine/kernels/window.h"
#include "engine/tensor/tensor.h"

namespace fovea::kernels {

/// The activation which follows a convolution.
struct Finish {
    enum class Kind { Limits, Sigmoid, Silu, HardSigmoid, HardSwish };
    Kind kind = Kind::Limits;
    /// Limits of the values; infinite where there are none. A method applies them while it writes.
    float low = -std::numeric_limits<float>::infinity();
    float high = std::numeric_limits<float>::infinity();
    float alpha = 0.2F;  ///< of HardSigmoid
    float beta = 0.5F;

    /// Whether apply() has to follow the limits.
    [[nodiscard]] bool hasActivation() const { return kind != Kind::Limits; }
    void apply(float* values, std::int64_t count) const;
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

/// One way to compute a convolution. The sizes of packed weights and scratch depend on the level of the kernels.
class FOVEA_API ConvMethod {
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
    /// Called once, before pack() and run(), when both products are known to fit into memory.
    virtual void prepare() {}
    virtual void run(const ConvData& data, const std::stop_token& stop) const = 0;

protected:
    ConvSizes m_sizes;
    Finish m_finish;
};

/// The whole input of a group is one window: a matrix times a vector.
FOVEA_API std::unique_ptr<ConvMethod> makeVectorConv(const ConvSizes& sizes, const Finish& finish);
/// One input channel per group: sums over shifted rows.
FOVEA_API std::unique_ptr<ConvMethod> makeDepthwiseConv(const ConvSizes& sizes, const Finish& finish);
/// 3×3 with stride 1 in fewer multiplications: sums of `side` × `side` outputs at a time; side is 2 or 4.
FOVEA_API std::unique_ptr<ConvMethod> makeWinogradConv(const ConvSizes& sizes, const Finish& finish, int side);
/// Any convolution as a product of the weights with the gathered windows.
FOVEA_API std::unique_ptr<ConvMethod> makeProductConv(const ConvSizes& sizes, const Finish& finish);

}  // namespace fovea::kernels
