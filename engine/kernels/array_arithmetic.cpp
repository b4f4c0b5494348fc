#include "engine/kernels/array_arithmetic.h"

#include <cmath>
#include <cstdint>
#include <functional>
#include <type_traits>

#include "engine/kernels/binary_rows.h"

namespace fovea::kernels {
namespace {

/// f(a, b); integers in their unsigned type, where an overflow wraps.
template <class T, class F>
T wrapping(T a, T b, F f) {
    if constexpr (std::is_integral_v<T>) {
        using U = std::make_unsigned_t<T>;
        return static_cast<T>(f(static_cast<U>(a), static_cast<U>(b)));
    } else {
        return f(a, b);
    }
}

struct Add {
    template <class T>
    T operator()(T a, T b) const {
        return wrapping(a, b, [](auto x, auto y) { return x + y; });
    }
};

struct Sub {
    template <class T>
    T operator()(T a, T b) const {
        return wrapping(a, b, [](auto x, auto y) { return x - y; });
    }
};

struct Mul {
    template <class T>
    T operator()(T a, T b) const {
        return wrapping(a, b, [](auto x, auto y) { return x * y; });
    }
};

struct Div {
    template <class T>
    T operator()(T a, T b) const {
        if constexpr (std::is_integral_v<T>) {
            return b == -1 ? Sub()(T(0), a) : a / b;  // the least number by −1 would trap
        } else {
            return a / b;
        }
    }
};

/// The remainder with the sign of the dividend.
struct Remainder {
    template <class T>
    T operator()(T a, T b) const {
        if constexpr (std::is_integral_v<T>) {
            return b == -1 ? T(0) : a % b;
        } else {
            return std::fmod(a, b);
        }
    }
};

/// The remainder with the sign of the divisor.
struct Modulo {
    template <class T>
    T operator()(T a, T b) const {
        const T rest = Remainder()(a, b);
        return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
    }
};

struct PRelu {
    template <class T>
    T operator()(T x, T slope) const {
        return x < T(0) ? Mul()(x, slope) : x;
    }
};

struct Minimum {
    template <class T>
    T operator()(T a, T b) const {
        return a < b || a != a ? a : b;  // NaN in either wins
    }
};

struct Maximum {
    template <class T>
    T operator()(T a, T b) const {
        return a > b || a != a ? a : b;
    }
};

}  // namespace

template <class T>
void arithmeticRows(Arithmetic operation, const Strided<3>& walk, const T* a, const T* b, T* y) {
    const auto rows = [&](auto f) { binaryRows(walk, a, b, y, f); };
    switch (operation) {
        case Arithmetic::Add:
            return rows(Add());
        case Arithmetic::Sub:
            return rows(Sub());
        case Arithmetic::Mul:
            return rows(Mul());
        case Arithmetic::Div:
            return rows(Div());
        case Arithmetic::Remainder:
            return rows(Remainder());
        case Arithmetic::Modulo:
            return rows(Modulo());
        case Arithmetic::PRelu:
            return rows(PRelu());
        case Arithmetic::Minimum:
            return rows(Minimum());
        case Arithmetic::Maximum:
            return rows(Maximum());
    }
}

template void arithmeticRows(Arithmetic, const Strided<3>&, const float*, const float*, float*);
template void arithmeticRows(Arithmetic, const Strided<3>&, const std::int64_t*, const std::int64_t*, std::int64_t*);
template void arithmeticRows(Arithmetic, const Strided<3>&, const std::int32_t*, const std::int32_t*, std::int32_t*);

template <class T>
void comparisonRows(Comparison comparison, const Strided<3>& walk, const T* a, const T* b, bool* y) {
    const auto rows = [&](auto f) { binaryRows(walk, a, b, y, f); };
    switch (comparison) {
        case Comparison::Equal:
            return rows(std::equal_to<T>());
        case Comparison::Less:
            return rows(std::less<T>());
        case Comparison::LessOrEqual:
            return rows(std::less_equal<T>());
        case Comparison::Greater:
            return rows(std::greater<T>());
        case Comparison::GreaterOrEqual:
            return rows(std::greater_equal<T>());
    }
}

template void comparisonRows(Comparison, const Strided<3>&, const float*, const float*, bool*);
template void comparisonRows(Comparison, const Strided<3>&, const std::int64_t*, const std::int64_t*, bool*);
template void comparisonRows(Comparison, const Strided<3>&, const std::int32_t*, const std::int32_t*, bool*);
template void comparisonRows(Comparison, const Strided<3>&, const bool*, const bool*, bool*);

void powerRows(const Strided<3>& walk, const float* base, const float* exponents, float* y) {
    binaryRows(walk, base, exponents, y, [](float x, float exponent) { return std::pow(x, exponent); });
}

}  // namespace fovea::kernels
