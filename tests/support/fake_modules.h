#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stop_token>

#include "engine/pipeline/pipeline.h"

namespace fovea::test {

/// A door which the test opens; whoever comes to it is counted and waits.
class Gate {
public:
    /// Lets everyone through, now and later.
    void open();
    /// Closes the door and forgets who came.
    void close();
    /// Waits until the door is open or a stop is requested; false when stopped.
    bool pass(const std::stop_token& stop = {});
    /// Blocks until `count` have come to the door since it was closed; false after a minute.
    bool waitForArrivals(int count);

private:
    std::mutex m_mutex;
    std::condition_variable_any m_changed;
    bool m_open = false;
    int m_arrivals = 0;
};

/// What a fake does when it runs.
enum class FakeBehaviour {
    Constant,     ///< gives a map filled with its parameter "value"
    Gated,        ///< the same after its gate was opened; ignores a stop
    Stoppable,    ///< the same, but ErrorCode::Cancelled when stopped
    Busy,         ///< the same after computing for its busyMilliseconds; ignores a stop
    Failing,      ///< gives an error
    NotFinite,    ///< gives a NaN in its map
    Throwing,     ///< throws std::runtime_error
    OutOfMemory,  ///< throws std::bad_alloc
};

/// A mechanism without a file in engine/modules/. The ones from kFirstLearned on have a learned tensor "w" of two values.
struct FakeModule {
    ModuleInfo info;
    std::atomic<FakeBehaviour> behaviour = FakeBehaviour::Constant;
    std::atomic<int> busyMilliseconds = 500;
    std::atomic<int> created = 0;
    std::atomic<int> ran = 0;
    Gate gate;
};

inline constexpr int kFakeModules = 8;
inline constexpr int kFirstLearned = 6;

/// The fake in a slot. ModuleInfo holds plain functions, so the fakes are statics.
FakeModule& fakeModule(int slot);
/// All fakes constant, uncounted, with closed gates and without needs. No fake may be running.
void resetFakeModules();
/// A job for a fake with its parameter "value".
ModuleJob fakeJob(int slot, double value = 0.5);

/// A picture with a gradient, so that no two cells are alike.
Frame testFrame(int width, int height, std::uint64_t index = 0);

}  // namespace fovea::test
