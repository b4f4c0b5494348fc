#include "engine/kernels/parallel.h"

#include <atomic>
#include <opencv2/core/utility.hpp>

namespace fovea {

void parallelFor(int count, const std::function<void(int first, int last)>& body) {
    // The pool orders these accesses by itself; the atomic says so once more where a thread sanitizer can see it, for the pool is
    // not instrumented.
    std::atomic<int> parts = 0;
    parts.store(0, std::memory_order_release);
    cv::parallel_for_(cv::Range(0, count), [&](const cv::Range& range) {
        static_cast<void>(parts.load(std::memory_order_acquire));
        body(range.start, range.end);
        parts.fetch_add(1, std::memory_order_acq_rel);
    });
    static_cast<void>(parts.load(std::memory_order_acquire));
}

}  // namespace fovea
