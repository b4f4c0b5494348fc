#include <Eigen/Core>

namespace fovea {
namespace {

// Eigen splits the sums of its products by the sizes of the processor's caches, and where a sum is split shows in the last bits.
// The same sizes for every processor keep the numbers of every machine the same.
[[maybe_unused]] const bool kAreSet = [] {
    constexpr std::ptrdiff_t kKibi = 1024;
    Eigen::setCpuCacheSizes(32 * kKibi, 512 * kKibi, 8 * 1024 * kKibi);
    return true;
}();

}  // namespace
}  // namespace fovea
