#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>

#include "engine/runtime/capture.h"
#include "tests/support/fake_modules.h"

namespace fovea::test {

/// What the fake sources made from it give: as many frames as the test lets through, one error, an end. Every frame is 48×32
/// pixels of one grey, its index (times 4, modulo 256). A live one blocks until a frame is let through.
class FakeFeed {
public:
    explicit FakeFeed(SourceTraits what);
    /// Opens a source on this feed, as openSource() does.
    [[nodiscard]] Capture::Open open();

    /// Lets `count` more frames through; live sources only.
    void release(int count);
    /// The next frame after those let through is this error.
    void fail(Error error);
    /// The frame with this index cannot be read; others can.
    void damage(std::int64_t index);
    /// Opening fails.
    void refuse(Error error);

    [[nodiscard]] static Frame frame(std::uint64_t index, const std::shared_ptr<const SourceInfo>& source);

    SourceTraits traits;
    Gate opening;  ///< open unless the test closes it
    std::atomic<int> alive = 0;
    std::atomic<int> seeks = 0;

    /// Waits until a frame may be read; false when stopped.
    bool waitForOne(const std::stop_token& stop);
    std::optional<Error> takeError();
    std::optional<Error> takeDamage(std::int64_t index);
    std::optional<Error> refusal();

private:
    std::mutex m_mutex;
    std::condition_variable_any m_changed;
    int m_released = 0;
    std::optional<Error> m_error;
    std::optional<Error> m_refusal;
    std::map<std::int64_t, Error> m_damage;
};

/// Traits of a live source.
SourceTraits liveTraits();
/// Traits of a file of so many frames and this rate.
SourceTraits fileTraits(std::int64_t frames, double rate = 1000.0);
/// The index a frame of a feed bears in its pixels, modulo 64.
int greyIndex(const cv::Mat& pixels);

}  // namespace fovea::test
