#pragma once

#include "engine/api.h"
#include "engine/kernels/walk.h"

namespace fovea::kernels {

/// Remainder has the sign of the dividend, Modulo that of the divisor; PRelu is a < 0 ? a·b : a. Integers wrap where they
/// overflow; the divisor of an integer must not be 0. NaN in either array wins.
enum class Arithmetic { Add, Sub, Mul, Div, Remainder, Modulo, PRelu, Minimum, Maximum };
/// y = a op b of float, int64 or int32, along a collapsed walk over y, a and b. y may be a.
template <class T>
FOVEA_API void arithmeticRows(Arithmetic operation, const Strided<3>& walk, const T* a, const T* b, T* y);

enum class Comparison { Equal, Less, LessOrEqual, Greater, GreaterOrEqual };
/// The same of float, int64, int32 or bool, where y is the truth of `a op b`.
template <class T>
FOVEA_API void comparisonRows(Comparison comparison, const Strided<3>& walk, const T* a, const T* b, bool* y);

/// y = base^exponent, along a collapsed walk over y, base and exponents.
FOVEA_API void powerRows(const Strided<3>& walk, const float* base, const float* exponents, float* y);

}  // namespace fovea::kernels
