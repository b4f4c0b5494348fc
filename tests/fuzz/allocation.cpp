#include "tests/fuzz/allocation.h"

#include <atomic>
#include <cstdlib>
#include <fstream>

// There only in a program with a sanitizer.
extern "C" {
[[gnu::weak]] int __sanitizer_install_malloc_and_free_hooks(void (*allocated)(const volatile void*, std::size_t),
                                                            void (*freed)(const volatile void*));
[[gnu::weak]] std::size_t __sanitizer_get_allocated_size(const volatile void* memory);
[[gnu::weak]] void __sanitizer_print_stack_trace();
}

namespace fovea::mutate {
namespace {

std::atomic<std::size_t> s_onePiece = SIZE_MAX;
std::atomic<std::size_t> s_together = SIZE_MAX;
std::atomic<std::size_t> s_live = 0;
std::size_t s_residentBefore = 0;

bool hooked() { return __sanitizer_install_malloc_and_free_hooks != nullptr; }

void allocated(const volatile void* /*memory*/, std::size_t size) {
    const std::size_t live = s_live += size;
    if (size > s_onePiece || (live > s_together && live < SIZE_MAX / 2)) {
        s_onePiece = SIZE_MAX;  // what follows allocates, too
        s_together = SIZE_MAX;
        std::fprintf(stderr, "More memory than the budget: %zu bytes at once, %zu together\n", size, live);
        __sanitizer_print_stack_trace();
        std::abort();
    }
}

void freed(const volatile void* memory) { s_live -= __sanitizer_get_allocated_size(memory); }

/// A line of /proc/self/status in bytes.
std::size_t status(const std::string& key) {
    std::ifstream file("/proc/self/status");
    std::string word;
    while (file >> word) {
        std::size_t kibibytes = 0;
        if (word == key && file >> kibibytes) {
            return kibibytes << 10;
        }
    }
    return 0;
}

}  // namespace

void watchAllocations() {
    if (hooked()) {
        __sanitizer_install_malloc_and_free_hooks(allocated, freed);
    }
}

void allowAllocations(std::size_t onePiece, std::size_t together) {
    s_live = 0;
    s_onePiece = onePiece;
    s_together = together;
    if (!hooked()) {
        std::ofstream("/proc/self/clear_refs") << 5;  // the peak begins anew
        s_residentBefore = status("VmRSS:");
    }
}

std::string allocationFault() {
    const std::size_t together = s_together.exchange(SIZE_MAX);
    s_onePiece = SIZE_MAX;
    const std::size_t peak = hooked() ? 0 : status("VmHWM:");
    if (peak > s_residentBefore && peak - s_residentBefore > together) {
        return "it took " + std::to_string((peak - s_residentBefore) >> 20) + " MiB";
    }
    return {};
}

}  // namespace fovea::mutate
