#pragma once

#include <cstdint>

namespace fovea::kernels::tile {

// One vector register of floats, of the width which the level of the library has.

#ifdef __AVX__
inline constexpr std::int64_t kLanes = 8;
#else
inline constexpr std::int64_t kLanes = 4;
#endif

using Vector = float __attribute__((vector_size(kLanes * sizeof(float))));
using LooseVector = float __attribute__((vector_size(kLanes * sizeof(float)), aligned(4), may_alias));

inline Vector load(const float* p) { return *reinterpret_cast<const LooseVector*>(p); }
inline void store(float* p, Vector v) { *reinterpret_cast<LooseVector*>(p) = v; }
/// The value in all lanes. Adding to zero would cost an instruction: it turns -0 into 0.
inline Vector splat(float value) { return value - Vector{}; }

inline constexpr std::int64_t roundUp(std::int64_t value, std::int64_t multiple) {
    return (value + multiple - 1) / multiple * multiple;
}

}  // namespace fovea::kernels::tile
