#pragma once

#include <limits>

namespace fovea::graph {

/// A real number as an integer: towards 0, at most the type's limits; NaN becomes 0.
template <class T>
T towardsZero(double value) {
    constexpr double kLimit = -static_cast<double>(std::numeric_limits<T>::min());  // a power of two
    if (value >= kLimit) {
        return std::numeric_limits<T>::max();
    }
    return value >= -kLimit ? static_cast<T>(value) : value < -kLimit ? std::numeric_limits<T>::min() : T(0);
}

}  // namespace fovea::graph
