#include "engine/kernels/array_reduce.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <type_traits>

namespace fovea::kernels {
namespace {

/// Sums are kept in double, integers in 64 bits that wrap; Max and Min stay in the elements' type.
template <class T>
using Wide = std::conditional_t<std::is_same_v<T, float>, double, std::uint64_t>;

struct Sum {
    template <class T>
    using Kept = Wide<T>;
    template <class T>
    static constexpr Kept<T> kStart = 0;
    template <class A>
    static A map(A x) {
        return x;
    }
    template <class A>
    static A join(A a, A b) {
        return a + b;
    }
    template <class T>
    static T finish(Kept<T> sum, std::int64_t) {
        return static_cast<T>(sum);
    }
};

struct Mean : Sum {
    template <class T>
    static T finish(Kept<T> sum, std::int64_t count) {
        if constexpr (std::is_integral_v<T>) {
            return count == 0 ? T(0) : static_cast<T>(static_cast<std::int64_t>(sum) / count);
        } else {
            return static_cast<T>(sum / static_cast<double>(count));
        }
    }
};

struct L1 : Sum {
    template <class A>
    static A map(A x) {
        if constexpr (std::is_integral_v<A>) {
            return static_cast<std::int64_t>(x) < 0 ? A(0) - x : x;
        } else {
            return std::abs(x);
        }
    }
};

struct SumSquare : Sum {
    template <class A>
    static A map(A x) {
        return x * x;
    }
};

struct L2 : SumSquare {
    template <class T>
    static T finish(Kept<T> sum, std::int64_t) {
        return static_cast<T>(std::sqrt(static_cast<double>(sum)));
    }
};

struct LogSum : Sum {
    template <class T>
    static T finish(Kept<T> sum, std::int64_t) {
        return static_cast<T>(std::log(sum));
    }
};

struct Prod : Sum {
    template <class T>
    static constexpr Kept<T> kStart = 1;
    template <class A>
    static A join(A a, A b) {
        return a * b;
    }
};

struct Extreme {
    template <class T>
    using Kept = T;
    template <class A>
    static A map(A x) {
        return x;
    }
    template <class T>
    static T finish(T value, std::int64_t) {
        return value;
    }
};

struct Max : Extreme {
    template <class T>
    static constexpr T kStart = std::numeric_limits<T>::has_infinity ? -std::numeric_limits<T>::infinity()
                                                                     : std::numeric_limits<T>::lowest();
    template <class A>
    static A join(A a, A b) {
        return a > b || a != a ? a : b;  // NaN in either wins
    }
};

struct Min : Extreme {
    template <class T>
    static constexpr T kStart = std::numeric_limits<T>::has_infinity ? std::numeric_limits<T>::infinity()
                                                                     : std::numeric_limits<T>::max();
    template <class A>
    static A join(A a, A b) {
        return a < b || a != a ? a : b;
    }
};

/// All elements of a row as one, in eight lanes which the compiler makes vectors of.
template <class F, class T, class A = typename F::template Kept<T>>
A reduceRow(const T* x, std::int64_t count) {
    constexpr std::int64_t kLanes = 8;
    std::array<A, kLanes> lanes;
    lanes.fill(F::template kStart<T>);
    std::int64_t i = 0;
    for (; i + kLanes <= count; i += kLanes) {
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
            lanes[lane] = F::join(lanes[lane], F::map(static_cast<A>(x[i + static_cast<std::int64_t>(lane)])));
        }
    }
    for (; i < count; ++i) {
        lanes[0] = F::join(lanes[0], F::map(static_cast<A>(x[i])));
    }
    for (std::size_t lane = 1; lane < kLanes; ++lane) {
        lanes[0] = F::join(lanes[0], lanes[lane]);
    }
    return lanes[0];
}

template <class F, class T, class A>
void gather(const Strided<2>& walk, const T* x, A* kept) {
    forEachRow(walk, [&](const auto& at) {
        const T* row = x + at[1];
        A* target = kept + at[0];
        if (walk.innerStride(0) == 0) {
            *target = F::join(*target, reduceRow<F, T>(row, walk.inner()));
        } else {
            for (std::int64_t i = 0; i < walk.inner(); ++i) {
                target[i] = F::join(target[i], F::map(static_cast<A>(row[i])));
            }
        }
    });
}

template <class F, class T>
void reduceBy(const ReductionSizes& sizes, const T* x, T* y, void* scratch) {
    using A = typename F::template Kept<T>;
    auto* kept = static_cast<A*>(scratch);
    std::uninitialized_fill_n(kept, sizes.count, F::template kStart<T>);
    gather<F>(sizes.walk, x, kept);
    for (std::size_t i = 0; i < sizes.count; ++i) {
        y[i] = F::template finish<T>(kept[i], sizes.reduced);
    }
}

/// The place along the axis whose value no other beats.
template <class T, class Beats>
void placeOfBest(const AroundAxis& around, Equals equals, const T* x, std::int64_t* y, Beats beats) {
    for (std::int64_t cell = 0; cell < around.outer * around.inner; ++cell) {
        const T* first = x + cell / around.inner * around.extent * around.inner + cell % around.inner;
        std::int64_t best = 0;
        for (std::int64_t i = 1; i < around.extent; ++i) {
            const T value = first[i * around.inner];
            const T other = first[best * around.inner];
            best = beats(value, other) || (equals == Equals::Last && value == other) ? i : best;
        }
        y[cell] = best;
    }
}

template <class T>
void sumAlong(std::int64_t extent, std::int64_t step, const RunningSum& how, const T* x, T* y) {
    Wide<T> total = 0;
    for (std::int64_t i = 0; i < extent; ++i) {
        const std::int64_t at = (how.reverse ? extent - 1 - i : i) * step;
        const Wide<T> with = total + static_cast<Wide<T>>(x[at]);
        y[at] = static_cast<T>(how.exclusive ? total : with);
        total = with;
    }
}

double shift(float largest) { return std::isfinite(largest) ? static_cast<double>(largest) : 0.0; }

}  // namespace

template <class T>
void reduce(Reduction reduction, const ReductionSizes& sizes, const T* x, T* y, void* scratch) {
    switch (reduction) {
        case Reduction::Sum:
            return reduceBy<Sum>(sizes, x, y, scratch);
        case Reduction::Mean:
            return reduceBy<Mean>(sizes, x, y, scratch);
        case Reduction::L1:
            return reduceBy<L1>(sizes, x, y, scratch);
        case Reduction::SumSquare:
            return reduceBy<SumSquare>(sizes, x, y, scratch);
        case Reduction::L2:
            return reduceBy<L2>(sizes, x, y, scratch);
        case Reduction::LogSum:
            return reduceBy<LogSum>(sizes, x, y, scratch);
        case Reduction::Prod:
            return reduceBy<Prod>(sizes, x, y, scratch);
        case Reduction::Max:
            return reduceBy<Max>(sizes, x, y, scratch);
        case Reduction::Min:
            return reduceBy<Min>(sizes, x, y, scratch);
    }
}

template void reduce(Reduction, const ReductionSizes&, const float*, float*, void*);
template void reduce(Reduction, const ReductionSizes&, const std::int64_t*, std::int64_t*, void*);
template void reduce(Reduction, const ReductionSizes&, const std::int32_t*, std::int32_t*, void*);

void reduceLogSumExp(const ReductionSizes& sizes, const float* x, float* y, void* scratch) {
    auto* sums = static_cast<double*>(scratch);
    std::uninitialized_fill_n(sums, sizes.count, 0.0);
    std::fill_n(y, sizes.count, Max::kStart<float>);  // y holds the largest values until the end
    const std::int64_t step = sizes.walk.innerStride(0);
    const auto each = [&](auto&& visit) {
        forEachRow(sizes.walk, [&](const auto& at) {
            for (std::int64_t i = 0; i < sizes.walk.inner(); ++i) {
                visit(at[0] + i * step, x[at[1] + i]);
            }
        });
    };
    each([&](std::int64_t to, float value) { y[to] = Max::join(y[to], value); });
    each([&](std::int64_t to, float value) { sums[to] += std::exp(static_cast<double>(value) - shift(y[to])); });
    for (std::size_t i = 0; i < sizes.count; ++i) {
        y[i] = static_cast<float>(std::log(sums[i]) + shift(y[i]));
    }
}

template <class T>
void placeOfLargest(const AroundAxis& around, Equals equals, const T* x, std::int64_t* y) {
    placeOfBest(around, equals, x, y, std::greater<T>());
}

template <class T>
void placeOfSmallest(const AroundAxis& around, Equals equals, const T* x, std::int64_t* y) {
    placeOfBest(around, equals, x, y, std::less<T>());
}

template void placeOfLargest(const AroundAxis&, Equals, const float*, std::int64_t*);
template void placeOfLargest(const AroundAxis&, Equals, const std::int64_t*, std::int64_t*);
template void placeOfLargest(const AroundAxis&, Equals, const std::int32_t*, std::int64_t*);
template void placeOfSmallest(const AroundAxis&, Equals, const float*, std::int64_t*);
template void placeOfSmallest(const AroundAxis&, Equals, const std::int64_t*, std::int64_t*);
template void placeOfSmallest(const AroundAxis&, Equals, const std::int32_t*, std::int64_t*);

template <class T>
void runningSum(const AroundAxis& around, const RunningSum& how, const T* x, T* y) {
    const std::int64_t block = around.extent * around.inner;
    for (std::int64_t outer = 0; outer < around.outer; ++outer) {
        for (std::int64_t inner = 0; block != 0 && inner < around.inner; ++inner) {
            sumAlong(around.extent, around.inner, how, x + outer * block + inner, y + outer * block + inner);
        }
    }
}

template void runningSum(const AroundAxis&, const RunningSum&, const float*, float*);
template void runningSum(const AroundAxis&, const RunningSum&, const std::int64_t*, std::int64_t*);
template void runningSum(const AroundAxis&, const RunningSum&, const std::int32_t*, std::int32_t*);

}  // namespace fovea::kernels
