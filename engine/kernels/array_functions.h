#pragma once

#include <cstdint>

#include "engine/api.h"

/// Functions of each of `count` values of an array. y may be x, but must not overlap it otherwise.
namespace fovea::kernels {

FOVEA_API void ceil(const float* x, float* y, std::int64_t count);
FOVEA_API void cosine(const float* x, float* y, std::int64_t count);
FOVEA_API void errorFunction(const float* x, float* y, std::int64_t count);
FOVEA_API void exponential(const float* x, float* y, std::int64_t count);
FOVEA_API void floor(const float* x, float* y, std::int64_t count);
FOVEA_API void logarithm(const float* x, float* y, std::int64_t count);
FOVEA_API void reciprocal(const float* x, float* y, std::int64_t count);
FOVEA_API void round(const float* x, float* y, std::int64_t count);  ///< halves to the even neighbour
FOVEA_API void sine(const float* x, float* y, std::int64_t count);
FOVEA_API void squareRoot(const float* x, float* y, std::int64_t count);
FOVEA_API void hyperbolicTangent(const float* x, float* y, std::int64_t count);

/// x², x³ and x^½ as a power gives them: the root may differ from squareRoot() in its last digit.
FOVEA_API void power2(const float* x, float* y, std::int64_t count);
FOVEA_API void power3(const float* x, float* y, std::int64_t count);
FOVEA_API void powerHalf(const float* x, float* y, std::int64_t count);

/// values *= factor.
FOVEA_API void scale(float* values, std::int64_t count, float factor);

/// Activations, with the numbers which ONNX gives them.
FOVEA_API void sigmoid(const float* x, float* y, std::int64_t count);
FOVEA_API void hardSigmoid(const float* x, float* y, std::int64_t count, float alpha, float beta);
FOVEA_API void hardSwish(const float* x, float* y, std::int64_t count);
FOVEA_API void leakyRelu(const float* x, float* y, std::int64_t count, float alpha);
FOVEA_API void elu(const float* x, float* y, std::int64_t count, float alpha);
FOVEA_API void celu(const float* x, float* y, std::int64_t count, float alpha);
FOVEA_API void selu(const float* x, float* y, std::int64_t count, float alpha, float gamma);
FOVEA_API void softplus(const float* x, float* y, std::int64_t count);
FOVEA_API void softsign(const float* x, float* y, std::int64_t count);
FOVEA_API void mish(const float* x, float* y, std::int64_t count);  ///< x and y apart
FOVEA_API void thresholdedRelu(const float* x, float* y, std::int64_t count, float alpha);
FOVEA_API void geluOfErf(const float* x, float* y, std::int64_t count);
FOVEA_API void geluOfTanh(const float* x, float* y, std::int64_t count);

/// Functions of float, int64 and int32. The least integer has no positive counterpart: it stays. NaN stays, too.
enum class NumberFunction { Absolute, Negative, Relu, Sign };
template <class T>
FOVEA_API void eachNumber(NumberFunction function, const T* x, T* y, std::int64_t count);
/// Values below `low` become low, then those above `high` become high. Of float, int64 and int32.
template <class T>
FOVEA_API void clip(const T* x, T low, T high, T* y, std::int64_t count);

}  // namespace fovea::kernels
