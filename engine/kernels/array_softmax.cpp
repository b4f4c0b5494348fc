#include "engine/kernels/array_softmax.h"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstdint>

namespace fovea::kernels {
namespace {

using Values = Eigen::Map<const Eigen::ArrayXf>;
using Target = Eigen::Map<Eigen::ArrayXf>;

constexpr std::int64_t kColumns = 64;
using Column = Eigen::Array<float, Eigen::Dynamic, 1, 0, kColumns, 1>;  // on the stack

template <bool kLog>
void alongRow(const Values& x, Target y) {
    const float largest = x.maxCoeff();
    if constexpr (kLog) {
        y = (x - largest).exp();
        y = x - largest - std::log(y.sum());
    } else {
        y = (x - largest).exp();
        y *= 1.0F / y.sum();
    }
}

/// Neighbouring columns at once, so that every step is a vector.
template <bool kLog>
void alongColumns(const AroundAxis& around, const float* x, float* y, std::int64_t columns) {
    Column largest = Values(x, columns);
    for (std::int64_t i = 1; i < around.extent; ++i) {
        largest = largest.max(Values(x + i * around.inner, columns));
    }
    Column sum = Column::Zero(columns);
    for (std::int64_t i = 0; i < around.extent; ++i) {
        Target row(y + i * around.inner, columns);
        row = (Values(x + i * around.inner, columns) - largest).exp();
        sum += row;
    }
    sum = kLog ? Column(sum.log() + largest) : Column(sum.inverse());
    for (std::int64_t i = 0; i < around.extent; ++i) {
        Target row(y + i * around.inner, columns);
        if constexpr (kLog) {
            row = Values(x + i * around.inner, columns) - sum;
        } else {
            row *= sum;
        }
    }
}

template <bool kLog>
void alongAxis(const AroundAxis& around, const float* x, float* y) {
    const std::int64_t block = around.extent * around.inner;
    for (std::int64_t outer = 0; block != 0 && outer < around.outer; ++outer, x += block, y += block) {
        if (around.inner == 1) {
            alongRow<kLog>(Values(x, block), Target(y, block));
        } else {
            for (std::int64_t first = 0; first < around.inner; first += kColumns) {
                alongColumns<kLog>(around, x + first, y + first, std::min(kColumns, around.inner - first));
            }
        }
    }
}

}  // namespace

void softmax(const AroundAxis& around, const float* x, float* y) { alongAxis<false>(around, x, y); }

void logSoftmax(const AroundAxis& around, const float* x, float* y) { alongAxis<true>(around, x, y); }

}  // namespace fovea::kernels
