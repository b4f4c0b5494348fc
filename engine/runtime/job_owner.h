#pragma once

#include <QPointer>

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "engine/runtime/background_jobs.h"
#include "engine/thrown.h"

namespace fovea {

/// Starts the background jobs of one object, which has it as its last member: the jobs end before anything else of the object
/// does. GUI thread only. It may outlive the BackgroundJobs, and starts nothing then.
class JobOwner final {
public:
    explicit JobOwner(BackgroundJobs& jobs);
    JobOwner(const JobOwner&) = delete;
    JobOwner& operator=(const JobOwner&) = delete;
    /// end().
    ~JobOwner();

    /// Runs `work` on a thread of the pool, and `done` with what it gave on the GUI thread, once, unless another job replaces
    /// this one or the owner ends before. What `work` throws becomes its Error; it holds values, for nothing of the owner may be
    /// used on another thread.
    template <class T>
    JobNumber start(JobSpec spec, std::function<Result<T>(const JobControl&)> work,
                    std::function<void(const Result<T>&)> done = {}) {
        const auto result = std::make_shared<std::optional<Result<T>>>();
        auto run = [result, work = std::move(work), about = spec.about](const JobControl& control) {
            result->emplace(withoutThrowing(about, [&] { return work(control); }));
        };
        auto tell = [result, done = std::move(done)] {
            if (done) {
                done(result->has_value() ? **result : Result<T>(jobStopped()));
            }
        };
        return startJob(std::move(spec), std::move(run), std::move(tell));
    }

    /// Waits until no work of this owner runs any more; what was to be called is called by the event loop later. For the end of
    /// the program.
    void wait();
    /// Cancels the jobs, but for those which are to be finished, and waits for all of them. None of their `done` is called any
    /// more.
    void end();

private:
    JobNumber startJob(JobSpec spec, std::function<void(const JobControl&)> work, std::function<void()> done);

    QPointer<BackgroundJobs> m_jobs;
};

}  // namespace fovea
