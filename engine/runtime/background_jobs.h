#pragma once

#include <QObject>
#include <QString>
#include <QThreadPool>
#include <QTimer>

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "engine/result.h"
#include "engine/runtime/mailbox.h"

namespace fovea {

class JobOwner;

/// Tells the jobs of a BackgroundJobs apart; none has the number 0.
using JobNumber = quint64;

/// How a job stands to the earlier jobs of its owner in the same lane.
enum class JobOrder {
    AfterOthers,      ///< begins when they have ended
    ReplacesWaiting,  ///< likewise, and those which have not begun are dropped
    ReplacesAll,      ///< begins at once; they are cancelled, end on their own, and nobody hears of them any more
};

/// What becomes of a job whose owner goes. The owner waits for it in either case.
enum class JobEnd {
    Cancel,  ///< it is stopped, and does not begin any more
    Finish,  ///< it runs to its end, such as a file which a person has saved
};

/// What a job is called and how it stands to others.
struct JobSpec {
    QString title = {};      ///< for a person; empty: the job is not shown
    std::string about = {};  ///< what the Error of an exception names, such as a path
    std::string lane = {};   ///< empty: no other job matters
    JobOrder order = JobOrder::AfterOthers;
    JobEnd end = JobEnd::Cancel;
    bool isCancellable = true;  ///< whether a person may cancel it
};

/// How far a job is; a total of 0 is not known.
struct JobProgress {
    qint64 done = 0;
    qint64 total = 0;
};

/// A job as a view shows it.
struct JobInfo {
    JobNumber number = 0;
    QString title;
    JobProgress progress;
    bool isCancellable = true;
    bool isCancelled = false;                          ///< and has not ended yet
    std::chrono::steady_clock::time_point asked = {};  ///< when its owner started it
    [[nodiscard]] bool isShown() const { return !title.isEmpty(); }
};

/// What the work of a job is given. Any thread may use it until the work has ended.
class JobControl final {
public:
    JobControl(std::stop_token stop, Mailbox<JobProgress>& progress) : m_stop(std::move(stop)), m_progress(progress) {}

    [[nodiscard]] const std::stop_token& stop() const noexcept { return m_stop; }
    [[nodiscard]] bool isStopped() const noexcept { return m_stop.stop_requested(); }
    /// Never waits. Of many reports the newest is told: a few times a second, and once more before the job's end is.
    void progress(qint64 done, qint64 total) const { m_progress.put({done, total}); }

private:
    std::stop_token m_stop;
    Mailbox<JobProgress>& m_progress;
};

/// The Error of a job which was stopped before it had a value; never shown to a person.
Error jobStopped();

/// Runs the jobs of a program beside its GUI thread and knows those which run. Jobs are started by a JobOwner. Everything public
/// is for the GUI thread, which is never made to wait but by destructors and JobOwner::wait().
class BackgroundJobs final : public QObject {
    Q_OBJECT

public:
    explicit BackgroundJobs(QObject* parent = nullptr);
    /// Cancels every job and waits; no owner is called back after it.
    ~BackgroundJobs() override;

    /// Those which run or wait, the newest last.
    [[nodiscard]] std::vector<JobInfo> jobs() const;
    /// Asks a job to stop. Its owner still hears how it ended: one which has not begun gives jobStopped(), another what its work
    /// gives. Does nothing when there is no such job any more.
    void cancel(JobNumber number);
    void cancelAll();

Q_SIGNALS:
    /// A job was started, is further, was cancelled, or has ended.
    void changed();
    void progressed(quint64 number, qint64 done, qint64 total);

private:
    friend class JobOwner;
    struct Job;
    using JobPointer = std::shared_ptr<Job>;

    static void endAtExit();
    JobNumber start(const JobOwner& owner, JobSpec spec, std::function<void(const JobControl&)> work, std::function<void()> done);
    /// Asks the jobs of an owner, or of all, to stop unless they are to be finished.
    void endSoon(const JobOwner* owner);
    /// Waits until the work of all jobs of an owner has ended, or of all.
    void wait(const JobOwner* owner);
    /// Forgets the jobs of an owner, which have ended: it is not called back any more.
    void forget(const JobOwner& owner);
    void replaceOthers(const Job& job);
    void cancelJob(Job& job);
    void startWaiting();
    [[nodiscard]] bool mustWait(const Job& job) const;
    void handOver(const JobPointer& job);
    void run(Job& job);
    void finish(JobNumber number);
    void tellProgress();
    /// Whether there was something new.
    bool tellProgressOf(Job& job);

    std::vector<JobPointer> m_jobs;  ///< those which have not ended, the newest last
    JobNumber m_newest = 0;
    QTimer m_timer;
    QThreadPool m_pool;
};

}  // namespace fovea
