#include "engine/kernels/array_functions.h"

#include <Eigen/Core>
#include <cmath>
#include <type_traits>
#include <unsupported/Eigen/SpecialFunctions>

namespace fovea::kernels {
namespace {

using In = Eigen::Map<const Eigen::ArrayXf>;
using Out = Eigen::Map<Eigen::ArrayXf>;

/// f(x, y) of whole arrays.
template <class F>
void whole(const float* x, float* y, std::int64_t count, F f) {
    f(In(x, count), Out(y, count));
}

/// y = f(x), value by value.
template <class T, class F>
void each(const T* x, T* y, std::int64_t count, F f) {
    for (std::int64_t i = 0; i < count; ++i) {
        y[i] = f(x[i]);
    }
}

template <class T>
T negative(T x) {
    if constexpr (std::is_integral_v<T>) {
        return static_cast<T>(std::make_unsigned_t<T>(0) - static_cast<std::make_unsigned_t<T>>(x));  // the least one stays
    } else {
        return -x;
    }
}

template <class T>
T absolute(T x) {
    if constexpr (std::is_integral_v<T>) {
        return x < 0 ? negative(x) : x;
    } else {
        return std::abs(x);
    }
}

}  // namespace

void ceil(const float* x, float* y, std::int64_t count) { Out(y, count) = In(x, count).ceil(); }

void cosine(const float* x, float* y, std::int64_t count) { Out(y, count) = In(x, count).cos(); }

void errorFunction(const float* x, float* y, std::int64_t count) { Out(y, count) = In(x, count).erf(); }

void exponential(const float* x, float* y, std::int64_t count) { Out(y, count) = In(x, count).exp(); }

void floor(const float* x, float* y, std::int64_t count) { Out(y, count) = In(x, count).floor(); }

void logarithm(const float* x, float* y, std::int64_t count) { Out(y, count) = In(x, count).log(); }

void reciprocal(const float* x, float* y, std::int64_t count) { Out(y, count) = 1.0F / In(x, count); }

void round(const float* x, float* y, std::int64_t count) { Out(y, count) = In(x, count).rint(); }

void sine(const float* x, float* y, std::int64_t count) { Out(y, count) = In(x, count).sin(); }

void squareRoot(const float* x, float* y, std::int64_t count) { Out(y, count) = In(x, count).sqrt(); }

void hyperbolicTangent(const float* x, float* y, std::int64_t count) { Out(y, count) = In(x, count).tanh(); }

void power2(const float* x, float* y, std::int64_t count) {
    each(x, y, count, [](float v) { return v * v; });
}

void power3(const float* x, float* y, std::int64_t count) {
    each(x, y, count, [](float v) { return v * v * v; });
}

void powerHalf(const float* x, float* y, std::int64_t count) {
    each(x, y, count, [](float v) { return std::sqrt(v); });
}

void scale(float* values, std::int64_t count, float factor) { Out(values, count) *= factor; }

void sigmoid(const float* x, float* y, std::int64_t count) {
    // Eigen's logistic() loses digits where the result is small: it subtracts from a half.
    Out(y, count) = 1.0F / (1.0F + (-In(x, count)).exp());
}

void hardSigmoid(const float* x, float* y, std::int64_t count, float alpha, float beta) {
    Out(y, count) = (In(x, count) * alpha + beta).min(1.0F).max(0.0F);
}

void hardSwish(const float* x, float* y, std::int64_t count) {
    whole(x, y, count, [](In from, Out to) { to = from * (from * (1.0F / 6.0F) + 0.5F).min(1.0F).max(0.0F); });
}

void leakyRelu(const float* x, float* y, std::int64_t count, float alpha) {
    whole(x, y, count, [alpha](In from, Out to) { to = from.max(0.0F) + alpha * from.min(0.0F); });
}

void elu(const float* x, float* y, std::int64_t count, float alpha) {
    whole(x, y, count, [alpha](In from, Out to) { to = from.max(0.0F) + alpha * from.min(0.0F).expm1(); });
}

void celu(const float* x, float* y, std::int64_t count, float alpha) {
    whole(x, y, count, [alpha](In from, Out to) { to = from.max(0.0F) + alpha * (from.min(0.0F) / alpha).expm1(); });
}

void selu(const float* x, float* y, std::int64_t count, float alpha, float gamma) {
    whole(x, y, count, [=](In from, Out to) { to = gamma * (from.max(0.0F) + alpha * from.min(0.0F).expm1()); });
}

void softplus(const float* x, float* y, std::int64_t count) {
    whole(x, y, count, [](In from, Out to) { to = from.max(0.0F) + (-from.abs()).exp().log1p(); });
}

void softsign(const float* x, float* y, std::int64_t count) {
    whole(x, y, count, [](In from, Out to) { to = from / (1.0F + from.abs()); });
}

void mish(const float* x, float* y, std::int64_t count) {
    // x·tanh(log(1 + eˣ)) = x·n/(n + 2) with n = eˣ(eˣ + 2); from 20 on the quotient is 1.
    whole(x, y, count, [](In from, Out to) {
        to = from.min(20.0F).exp();
        to = to * (to + 2.0F);
        to = from * (to / (to + 2.0F));
    });
}

void thresholdedRelu(const float* x, float* y, std::int64_t count, float alpha) {
    whole(x, y, count, [alpha](In from, Out to) { to = (from > alpha).select(from, 0.0F); });
}

void geluOfErf(const float* x, float* y, std::int64_t count) {
    whole(x, y, count, [](In from, Out to) { to = from * (0.5F + 0.5F * (from * std::sqrt(0.5F)).erf()); });
}

void geluOfTanh(const float* x, float* y, std::int64_t count) {
    static constexpr float kRootOfTwoOverPi = 0.797884560802865F;
    whole(x, y, count, [](In from, Out to) {
        to = from * (0.5F + 0.5F * (kRootOfTwoOverPi * from * (1.0F + 0.044715F * from * from)).tanh());
    });
}

template <class T>
void eachNumber(NumberFunction function, const T* x, T* y, std::int64_t count) {
    switch (function) {
        case NumberFunction::Absolute:
            each(x, y, count, [](T v) { return absolute(v); });
            break;
        case NumberFunction::Negative:
            each(x, y, count, [](T v) { return negative(v); });
            break;
        case NumberFunction::Relu:
            each(x, y, count, [](T v) { return v < T(0) ? T(0) : v; });  // keeps NaN
            break;
        case NumberFunction::Sign:
            each(x, y, count, [](T v) { return v > T(0) ? T(1) : v < T(0) ? T(-1) : v; });
            break;
    }
}

template void eachNumber(NumberFunction, const float*, float*, std::int64_t);
template void eachNumber(NumberFunction, const std::int64_t*, std::int64_t*, std::int64_t);
template void eachNumber(NumberFunction, const std::int32_t*, std::int32_t*, std::int64_t);

template <class T>
void clip(const T* x, T low, T high, T* y, std::int64_t count) {
    each(x, y, count, [low, high](T v) {
        const T least = v < low ? low : v;
        return least > high ? high : least;
    });
}

template void clip(const float*, float, float, float*, std::int64_t);
template void clip(const std::int64_t*, std::int64_t, std::int64_t, std::int64_t*, std::int64_t);
template void clip(const std::int32_t*, std::int32_t, std::int32_t, std::int32_t*, std::int64_t);

}  // namespace fovea::kernels
