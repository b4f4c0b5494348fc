#include "engine/runtime/background_jobs.h"

#include <QThread>

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <utility>

#include "engine/api.h"

namespace fovea {
namespace {

// Three kinds of jobs take minutes, and one of each may run: the recording of a file, a measurement, and a lost recording which
// is finished. The fourth thread is for the short ones, such as exports, which would wait for them on a machine of two cores.
constexpr int kFewestThreads = 4;
constexpr int kTellEvery = 50;  // milliseconds

BackgroundJobs* s_jobs = nullptr;  // of the program

}  // namespace

Error jobStopped() { return makeError(ErrorCode::Cancelled, FOVEA_TEXT("engine", "Stopped.")); }

struct BackgroundJobs::Job {
    // GUI thread only.
    JobInfo info;
    JobSpec spec;
    const JobOwner* owner = nullptr;
    std::function<void()> done;
    bool isHandedOver = false;  ///< to the pool
    bool isReplaced = false;    ///< nobody hears of it any more

    std::stop_source stop;
    Mailbox<JobProgress> progress;
    /// Whose turn it is with the work: the thread which begins it, or who calls it off before that.
    std::function<void(const JobControl&)> work;

    /// Whether the work shall run now; false when it was called off.
    bool begin() {
        const std::scoped_lock lock(m_mutex);
        m_begun = m_begun || !m_ended;
        return !m_ended;
    }
    /// Drops work which has not begun; false when it has.
    bool callOff() {
        const std::scoped_lock lock(m_mutex);
        if (m_begun || m_ended) {
            return false;
        }
        m_ended = true;
        work = nullptr;
        return true;
    }
    /// The work has ended; what it holds is gone before anyone hears of that.
    void end() {
        work = nullptr;
        const std::scoped_lock lock(m_mutex);
        m_ended = true;
        m_changed.notify_all();
    }
    void wait() {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [this] { return m_ended; });
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_changed;
    bool m_begun = false;
    bool m_ended = false;
};

BackgroundJobs::BackgroundJobs(QObject* parent) : QObject(parent) {
    m_pool.setMaxThreadCount(std::max(kFewestThreads, QThread::idealThreadCount()));
    m_timer.setInterval(kTellEvery);
    connect(&m_timer, &QTimer::timeout, this, &BackgroundJobs::tellProgress);
    static const int kRegistered = std::atexit(endAtExit);
    static_cast<void>(kRegistered);
    s_jobs = this;
}

BackgroundJobs::~BackgroundJobs() {
    s_jobs = s_jobs == this ? nullptr : s_jobs;
    for (const auto& job : m_jobs) {
        job->stop.request_stop();
        job->callOff();
    }
    m_pool.waitForDone();
}

// Qt calls exit() when the display goes away: no destructor of the window runs then, but files which are being written get their
// names.
void BackgroundJobs::endAtExit() {
    if (s_jobs != nullptr && s_jobs->thread() == QThread::currentThread()) {
        s_jobs->endSoon(nullptr);
        s_jobs->wait(nullptr);
    }
}

std::vector<JobInfo> BackgroundJobs::jobs() const {
    std::vector<JobInfo> shown;
    for (const auto& job : m_jobs) {
        if (!job->isReplaced) {
            shown.push_back(job->info);
        }
    }
    return shown;
}

JobNumber BackgroundJobs::start(const JobOwner& owner, JobSpec spec, std::function<void(const JobControl&)> work,
                                std::function<void()> done) {
    Q_ASSERT(QThread::currentThread() == thread());
    auto job = std::make_shared<Job>();
    job->info = {.number = ++m_newest,
                 .title = spec.title,
                 .progress = {},
                 .isCancellable = spec.isCancellable,
                 .isCancelled = false,
                 .asked = std::chrono::steady_clock::now()};
    job->spec = std::move(spec);
    job->owner = &owner;
    job->work = std::move(work);
    job->done = std::move(done);
    replaceOthers(*job);
    m_jobs.push_back(job);
    startWaiting();
    if (!m_timer.isActive()) {
        m_timer.start();
    }
    Q_EMIT changed();
    return job->info.number;
}

// What has begun stays in the list, so that its owner can wait for it.
void BackgroundJobs::replaceOthers(const Job& job) {
    if (job.spec.lane.empty() || job.spec.order == JobOrder::AfterOthers) {
        return;
    }
    std::erase_if(m_jobs, [&job](const JobPointer& other) {
        if (other->owner != job.owner || other->spec.lane != job.spec.lane) {
            return false;
        }
        const bool isDropped = other->callOff();
        if (isDropped) {
            other->done = nullptr;  // on this thread
        }
        if (job.spec.order == JobOrder::ReplacesAll) {
            other->isReplaced = true;
            other->stop.request_stop();
        }
        return isDropped;
    });
}

bool BackgroundJobs::mustWait(const Job& job) const {
    if (job.spec.lane.empty() || job.spec.order == JobOrder::ReplacesAll) {
        return false;
    }
    const auto isBefore = [&job](const JobPointer& other) {
        return other->info.number < job.info.number && other->owner == job.owner && other->spec.lane == job.spec.lane;
    };
    return std::any_of(m_jobs.begin(), m_jobs.end(), isBefore);
}

void BackgroundJobs::startWaiting() {
    for (const auto& job : m_jobs) {
        if (!mustWait(*job)) {
            handOver(job);
        }
    }
}

void BackgroundJobs::handOver(const JobPointer& job) {
    if (!std::exchange(job->isHandedOver, true)) {
        m_pool.start([this, job] { run(*job); });
    }
}

// On a thread of the pool.
void BackgroundJobs::run(Job& job) {
    if (job.begin()) {
        const JobNumber number = job.info.number;
        job.work(JobControl(job.stop.get_token(), job.progress));
        job.end();
        QMetaObject::invokeMethod(
            this, [this, number] { finish(number); }, Qt::QueuedConnection);
    }
}

void BackgroundJobs::finish(JobNumber number) {
    const auto has = [number](const JobPointer& job) { return job->info.number == number; };
    const auto at = std::find_if(m_jobs.begin(), m_jobs.end(), has);
    if (at == m_jobs.end()) {  // its owner has gone
        return;
    }
    const JobPointer job = *at;
    job->wait();  // does not: what the work wrote is to be seen here
    m_jobs.erase(at);
    startWaiting();
    if (m_jobs.empty()) {
        m_timer.stop();
    }
    if (!job->isReplaced) {
        tellProgressOf(*job);
        Q_EMIT changed();
        std::exchange(job->done, nullptr)();  // last: it may do anything, such as end the owner
    }
}

void BackgroundJobs::tellProgress() {
    bool isFurther = false;
    for (const auto& job : std::vector(m_jobs)) {  // who hears of it may start and end jobs
        isFurther = tellProgressOf(*job) || isFurther;
    }
    if (isFurther) {
        Q_EMIT changed();
    }
}

bool BackgroundJobs::tellProgressOf(Job& job) {
    const auto progress = job.progress.take();
    if (!progress || job.isReplaced) {
        return false;
    }
    job.info.progress = *progress;
    Q_EMIT progressed(job.info.number, progress->done, progress->total);
    return true;
}

void BackgroundJobs::cancelJob(Job& job) {
    job.info.isCancelled = true;
    job.stop.request_stop();
    if (job.callOff()) {
        QMetaObject::invokeMethod(
            this, [this, number = job.info.number] { finish(number); }, Qt::QueuedConnection);
    }
}

void BackgroundJobs::cancel(JobNumber number) {
    Q_ASSERT(QThread::currentThread() == thread());
    for (const auto& job : m_jobs) {
        if (job->info.number == number) {
            cancelJob(*job);
        }
    }
    Q_EMIT changed();
}

void BackgroundJobs::cancelAll() {
    Q_ASSERT(QThread::currentThread() == thread());
    for (const auto& job : m_jobs) {
        cancelJob(*job);
    }
    Q_EMIT changed();
}

void BackgroundJobs::endSoon(const JobOwner* owner) {
    for (const auto& job : m_jobs) {
        if ((owner == nullptr || job->owner == owner) && job->spec.end == JobEnd::Cancel) {
            cancelJob(*job);
        }
    }
}

// Nothing waits in a lane for a call from the event loop here: the jobs are begun one after the other.
void BackgroundJobs::wait(const JobOwner* owner) {
    Q_ASSERT(QThread::currentThread() == thread());
    for (const auto& job : m_jobs) {
        if (owner == nullptr || job->owner == owner) {
            handOver(job);
            job->wait();
        }
    }
}

void BackgroundJobs::forget(const JobOwner& owner) {
    for (const auto& job : m_jobs) {
        if (job->owner == &owner) {
            job->isReplaced = true;
            job->done = nullptr;
        }
    }
    std::erase_if(m_jobs, [&owner](const JobPointer& job) { return job->owner == &owner; });
    Q_EMIT changed();
}

}  // namespace fovea
