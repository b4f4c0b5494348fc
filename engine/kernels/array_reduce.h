#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/api.h"
#include "engine/kernels/walk.h"

namespace fovea::kernels {

enum class Reduction { Sum, Mean, L1, SumSquare, L2, LogSum, Prod, Max, Min };

/// The sizes of a reduction. Its walk is collapsed; operand 0 is the output, operand 1 the input.
struct ReductionSizes {
    Strided<2> walk;
    std::int64_t reduced = 0;  ///< elements of the input for each of the output
    std::size_t count = 0;     ///< elements of the output
};

/// Of float, int64 or int32 (these without LogSum). Sums are kept in double, integers in 64 bits that wrap; Max and Min stay in
/// the elements' type, and NaN wins. `scratch` holds `count` doubles.
template <class T>
FOVEA_API void reduce(Reduction reduction, const ReductionSizes& sizes, const T* x, T* y, void* scratch);
/// log Σ eˣ, with the largest x taken out before the exponential. `scratch` as above.
FOVEA_API void reduceLogSumExp(const ReductionSizes& sizes, const float* x, float* y, void* scratch);

/// Which of equal values ArgMax and ArgMin name.
enum class Equals { First, Last };
/// The place of the largest, or smallest, value along the axis, for each of outer·inner rows. T is float, int64 or int32.
template <class T>
FOVEA_API void placeOfLargest(const AroundAxis& around, Equals equals, const T* x, std::int64_t* y);
template <class T>
FOVEA_API void placeOfSmallest(const AroundAxis& around, Equals equals, const T* x, std::int64_t* y);

struct RunningSum {
    bool exclusive = false;  ///< without the element at its own place
    bool reverse = false;    ///< from the end of the axis on
};
/// Sums of what comes before along the axis; kept as reduce() keeps them.
template <class T>
FOVEA_API void runningSum(const AroundAxis& around, const RunningSum& how, const T* x, T* y);

}  // namespace fovea::kernels
