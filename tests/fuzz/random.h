#pragma once

#include <cstdint>
#include <iterator>
#include <limits>
#include <random>

namespace fovea::mutate {

/// The choices of one case: the same for the same seed and number.
class Random {
public:
    Random(std::uint64_t seed, std::uint64_t number) : m_engine(seed * 0x9E3779B97F4A7C15U + number) {}

    /// 0 … n − 1; 0 when n is 0.
    std::size_t below(std::size_t n) { return n == 0 ? 0 : m_engine() % n; }
    bool chance(unsigned percent) { return below(100) < percent; }
    template <class List>
    auto& pick(List& list) {
        return *std::next(std::begin(list), static_cast<std::ptrdiff_t>(below(std::size(list))));
    }

    /// An integer which programs forget: borders of types, powers of two, small ones of either sign.
    std::int64_t extreme() {
        using Limits = std::numeric_limits<std::int64_t>;
        constexpr std::int64_t kNarrow = std::numeric_limits<std::int32_t>::max();
        constexpr std::int64_t kBorders[] = {Limits::max(), Limits::min(), Limits::max() - 1, Limits::min() + 1, kNarrow,
                                             kNarrow + 1,   -kNarrow - 1,  -kNarrow - 2,      2 * kNarrow,       2 * kNarrow + 2};
        switch (below(5)) {
            case 0:
                return pick(kBorders);
            case 1:
                return (std::int64_t{1} << below(63)) - static_cast<std::int64_t>(below(3));
            case 2:
                return -(std::int64_t{1} << below(63));
            default:
                return static_cast<std::int64_t>(below(16)) - 5;
        }
    }

    float extremeFloat() {
        using Limits = std::numeric_limits<float>;
        constexpr float kBorders[] = {Limits::quiet_NaN(),
                                      Limits::infinity(),
                                      -Limits::infinity(),
                                      Limits::max(),
                                      -Limits::max(),
                                      Limits::min(),
                                      Limits::denorm_min(),
                                      0.0F,
                                      -0.0F,
                                      -1.0F,
                                      0.5F,
                                      2147483648.0F,
                                      1e-30F,
                                      9.3e18F,
                                      3.0F,
                                      1000.0F};
        return pick(kBorders);
    }

private:
    std::mt19937_64 m_engine;
};

}  // namespace fovea::mutate
