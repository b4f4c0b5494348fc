#pragma once

#include <opencv2/core.hpp>

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

// Replaces the operators new of the program which includes it: in one file of a test alone.

namespace fovea::test {

inline std::atomic<std::size_t> s_largestPiece = SIZE_MAX;  ///< no larger piece of memory is given

/// Pixels are not allocated by operator new.
class PiecesOfPixels final : public cv::MatAllocator {
public:
    cv::UMatData* allocate(int dims, const int* sizes, int type, void* data, std::size_t* step, cv::AccessFlag flags,
                           cv::UMatUsageFlags usage) const override {
        std::size_t bytes = CV_ELEM_SIZE(type);
        for (int k = 0; k < dims; ++k) {
            bytes *= static_cast<std::size_t>(sizes[k]);
        }
        if (data == nullptr && bytes > s_largestPiece) {
            CV_Error(cv::Error::StsNoMem, "Failed to allocate");
        }
        return cv::Mat::getStdAllocator()->allocate(dims, sizes, type, data, step, flags, usage);
    }
    bool allocate(cv::UMatData* data, cv::AccessFlag flags, cv::UMatUsageFlags usage) const override {
        return cv::Mat::getStdAllocator()->allocate(data, flags, usage);
    }
    void deallocate(cv::UMatData* data) const override { cv::Mat::getStdAllocator()->deallocate(data); }
};

/// While it lives, every allocation of more than so many bytes fails, on every thread.
class LittleMemory final {
public:
    explicit LittleMemory(std::size_t largestPiece) {
        cv::Mat::setDefaultAllocator(&m_pixels);
        s_largestPiece = largestPiece;
    }
    LittleMemory(const LittleMemory&) = delete;
    LittleMemory& operator=(const LittleMemory&) = delete;
    ~LittleMemory() {
        s_largestPiece = SIZE_MAX;
        cv::Mat::setDefaultAllocator(cv::Mat::getStdAllocator());
    }

private:
    PiecesOfPixels m_pixels;
};

}  // namespace fovea::test

void* operator new(std::size_t size) {
    void* memory = size > fovea::test::s_largestPiece ? nullptr : std::malloc(size > 0 ? size : 1);
    if (memory == nullptr) {
        throw std::bad_alloc();
    }
    return memory;
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
