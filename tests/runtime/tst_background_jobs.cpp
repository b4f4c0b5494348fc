// Jobs beside the GUI thread: who hears of them, in which order they run, and what becomes of them when their owner goes.

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTest>
#include <QThread>

#include <atomic>
#include <chrono>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

#include "engine/runtime/job_owner.h"
#include "tests/support/fake_modules.h"

using namespace fovea;
using namespace fovea::test;

namespace {

constexpr int kPatience = 60000;

using Work = std::function<Result<int>(const JobControl&)>;

/// Work which gives a number at once.
Work giving(int value) {
    return [value](const JobControl&) { return Result<int>(value); };
}

/// Work which waits at a gate until that opens or it is stopped.
Work waitingAt(Gate& gate, int value = 0) {
    return [&gate, value](const JobControl& control) {
        return gate.pass(control.stop()) ? Result<int>(value) : Result<int>(jobStopped());
    };
}

/// What was heard of the jobs, in order; −1 for a stopped one, −2 for another error.
struct Heard {
    std::vector<int> values;

    std::function<void(const Result<int>&)> note() {
        return [this](const Result<int>& result) {
            values.push_back(result ? *result : result.error().code == ErrorCode::Cancelled ? -1 : -2);
        };
    }
};

}  // namespace

class TestBackgroundJobs final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void workIsElsewhereAndItsEndIsHeardHere();
    void whatIsThrownBecomesAnError();
    void anOwnerWhichGoesWaitsAndHearsNothing();
    void whatIsToBeFinishedIsFinished();
    void anOwnerMayGoWhenItHears();
    void whoWaitsHearsLater();
    void aRunningJobIsCancelled();
    void aWaitingJobNeverBegins();
    void aLaneKeepsItsOrder();
    void aWaitingJobIsReplaced();
    void theLatestWinsWithoutWaiting();
    void manyReportsAreFewSignals();
    void severalRunAtOnce();
    void theListSaysWhatRuns();
    void jobsEndWithTheirList();
};

void TestBackgroundJobs::workIsElsewhereAndItsEndIsHeardHere() {
    BackgroundJobs jobs;
    JobOwner owner(jobs);
    QThread* worked = nullptr;
    QThread* heard = nullptr;
    int value = 0;
    owner.start<int>(
        {},
        [&worked](const JobControl&) {
            worked = QThread::currentThread();
            return 7;
        },
        [&](const Result<int>& result) {
            heard = QThread::currentThread();
            value = *result;
        });
    QCOMPARE(value, 0);
    QTRY_COMPARE_WITH_TIMEOUT(value, 7, kPatience);
    QCOMPARE(heard, QThread::currentThread());
    QVERIFY(worked != nullptr && worked != heard);
    QVERIFY(jobs.jobs().empty());
}

void TestBackgroundJobs::whatIsThrownBecomesAnError() {
    BackgroundJobs jobs;
    JobOwner owner(jobs);
    std::vector<Error> errors;
    const auto note = [&errors](const Result<void>& result) { errors.push_back(result.error()); };
    const JobSpec spec{.about = "a.png", .lane = "one"};
    owner.start<void>(
        spec, [](const JobControl&) -> Result<void> { throw std::runtime_error("no luck"); }, note);
    owner.start<void>(
        spec, [](const JobControl&) -> Result<void> { throw std::bad_alloc(); }, note);
    QTRY_COMPARE_WITH_TIMEOUT(errors.size(), std::size_t{2}, kPatience);
    QVERIFY(errors[0].message().find("a.png") != std::string::npos && errors[0].message().find("no luck") != std::string::npos);
    QCOMPARE(int(errors[1].code), int(ErrorCode::TooLarge));
}

void TestBackgroundJobs::anOwnerWhichGoesWaitsAndHearsNothing() {
    Heard heard;
    Gate gate;
    Gate last;
    std::atomic<bool> ended = false;
    std::atomic<bool> begun = false;
    BackgroundJobs jobs;
    auto owner = std::make_unique<JobOwner>(jobs);
    owner->start<int>({}, giving(1), heard.note());  // may have ended when the owner goes
    owner->start<int>(
        {.lane = "one"},
        [&](const JobControl& control) -> Result<int> {
            gate.pass(control.stop());
            last.pass();
            ended = true;
            return 2;
        },
        heard.note());
    owner->start<int>(
        {.lane = "one"},
        [&begun](const JobControl&) -> Result<int> {
            begun = true;
            return 3;
        },
        heard.note());
    QVERIFY(gate.waitForArrivals(1));
    // The job comes to the last gate once the destructor has stopped it, and ends after another thread has opened that gate.
    const std::jthread opener([&last] {
        last.waitForArrivals(1);
        last.open();
    });
    owner.reset();
    QVERIFY(ended);
    QVERIFY(jobs.jobs().empty());
    QCoreApplication::processEvents();
    QCOMPARE(heard.values, std::vector<int>());
    QVERIFY(!begun);
}

// As a file which a person has saved before the window is closed.
void TestBackgroundJobs::whatIsToBeFinishedIsFinished() {
    Heard heard;
    Gate gate;
    Gate never;
    std::vector<int> ran;
    bool stopped = false;
    BackgroundJobs jobs;
    std::optional<JobOwner> owner(jobs);
    for (int k = 0; k < 3; ++k) {
        owner->start<int>(
            {.lane = "one", .end = JobEnd::Finish},
            [&, k](const JobControl& control) {
                gate.pass();
                stopped = stopped || control.isStopped();
                ran.push_back(k);
                return k;
            },
            heard.note());
    }
    owner->start<int>({}, [&](const JobControl& control) {  // stopped by the destructor, and the gate opens only then
        never.pass(control.stop());
        gate.open();
        return 0;
    });
    QVERIFY(gate.waitForArrivals(1) && never.waitForArrivals(1));
    owner.reset();
    QCOMPARE(ran, (std::vector<int>{0, 1, 2}));
    QVERIFY(!stopped);
    QCoreApplication::processEvents();
    QCOMPARE(heard.values, std::vector<int>());
}

void TestBackgroundJobs::anOwnerMayGoWhenItHears() {
    Heard others;
    Gate gate;
    BackgroundJobs jobs;
    auto owner = std::make_unique<JobOwner>(jobs);
    owner->start<int>({}, waitingAt(gate), others.note());
    owner->start<int>({}, giving(1), [&owner](const Result<int>&) { owner.reset(); });
    QTRY_VERIFY_WITH_TIMEOUT(!owner, kPatience);
    QCoreApplication::processEvents();
    QCOMPARE(others.values, std::vector<int>());
    QVERIFY(jobs.jobs().empty());
}

void TestBackgroundJobs::whoWaitsHearsLater() {
    Heard heard;
    Gate gate;
    BackgroundJobs jobs;
    JobOwner owner(jobs);
    const JobNumber job = owner.start<int>({}, waitingAt(gate), heard.note());
    QVERIFY(gate.waitForArrivals(1));
    jobs.cancel(job);
    owner.wait();
    QCOMPARE(heard.values, std::vector<int>());
    QTRY_COMPARE_WITH_TIMEOUT(heard.values, std::vector<int>{-1}, kPatience);
}

void TestBackgroundJobs::aRunningJobIsCancelled() {
    Heard heard;
    Gate gate;
    BackgroundJobs jobs;
    JobOwner owner(jobs);
    const JobNumber job = owner.start<int>({}, waitingAt(gate), heard.note());
    const JobNumber other = owner.start<int>({}, waitingAt(gate, 5), heard.note());
    QVERIFY(gate.waitForArrivals(2));
    jobs.cancel(job);
    QTRY_COMPARE_WITH_TIMEOUT(heard.values, std::vector<int>{-1}, kPatience);
    QCOMPARE(jobs.jobs().size(), std::size_t{1});
    QCOMPARE(jobs.jobs().front().number, other);
    jobs.cancel(job);  // is no more
    gate.open();
    QTRY_COMPARE_WITH_TIMEOUT(heard.values, (std::vector<int>{-1, 5}), kPatience);
}

void TestBackgroundJobs::aWaitingJobNeverBegins() {
    Heard heard;
    Gate gate;
    std::atomic<bool> begun = false;
    BackgroundJobs jobs;
    JobOwner owner(jobs);
    owner.start<int>({.lane = "one"}, waitingAt(gate, 1), heard.note());
    const JobNumber waiting = owner.start<int>(
        {.lane = "one"},
        [&begun](const JobControl&) {
            begun = true;
            return 2;
        },
        heard.note());
    owner.start<int>({.lane = "one"}, giving(3), heard.note());
    jobs.cancel(waiting);
    QCOMPARE(heard.values, std::vector<int>());  // not within the call
    QTRY_COMPARE_WITH_TIMEOUT(heard.values, std::vector<int>{-1}, kPatience);
    gate.open();
    QTRY_COMPARE_WITH_TIMEOUT(heard.values, (std::vector<int>{-1, 1, 3}), kPatience);
    QVERIFY(!begun);
}

void TestBackgroundJobs::aLaneKeepsItsOrder() {
    Heard heard;
    std::vector<int> ran;
    std::atomic<int> atOnce = 0;
    std::atomic<int> most = 0;
    BackgroundJobs jobs;
    JobOwner owner(jobs);
    std::vector<int> all;
    for (int k = 0; k < 40; ++k) {
        all.push_back(k);
        owner.start<int>(
            {.lane = "one"},
            [&, k](const JobControl&) {
                most = std::max(most.load(), ++atOnce);
                for (int turn = 0; turn < k % 3 * 100; ++turn) {
                    std::this_thread::yield();
                }
                ran.push_back(k);
                --atOnce;
                return k;
            },
            heard.note());
        owner.start<int>({.lane = "two"}, giving(100 + k));
    }
    QTRY_COMPARE_WITH_TIMEOUT(heard.values, all, kPatience);
    QCOMPARE(ran, all);
    QCOMPARE(most.load(), 1);
}

// As the state of a session which is kept: what is newer is written, and last.
void TestBackgroundJobs::aWaitingJobIsReplaced() {
    Heard heard;
    Gate gate;
    BackgroundJobs jobs;
    JobOwner owner(jobs);
    const JobSpec spec{.lane = "one", .order = JobOrder::ReplacesWaiting};
    owner.start<int>(spec, waitingAt(gate, 1), heard.note());
    QVERIFY(gate.waitForArrivals(1));
    for (int k = 2; k <= 5; ++k) {
        owner.start<int>(spec, giving(k), heard.note());
    }
    QCOMPARE(jobs.jobs().size(), std::size_t{2});
    gate.open();
    QTRY_COMPARE_WITH_TIMEOUT(heard.values, (std::vector<int>{1, 5}), kPatience);
    QVERIFY(jobs.jobs().empty());
}

void TestBackgroundJobs::theLatestWinsWithoutWaiting() {
    Heard heard;
    Gate gate;
    std::atomic<bool> sawStop = false;
    std::atomic<bool> ended = false;
    BackgroundJobs jobs;
    std::optional<JobOwner> owner(jobs);
    const JobSpec spec{.title = QStringLiteral("Measuring"), .lane = "faithfulness", .order = JobOrder::ReplacesAll};
    owner->start<int>(
        spec,
        [&](const JobControl& control) {
            gate.pass();  // whatever is asked for
            sawStop = control.isStopped();
            control.progress(1, 1);
            ended = true;
            return 1;
        },
        heard.note());
    QVERIFY(gate.waitForArrivals(1));
    QSignalSpy progress(&jobs, &BackgroundJobs::progressed);
    const JobNumber latest = owner->start<int>(spec, giving(2), heard.note());
    QVERIFY(!ended);  // start() has not waited
    QCOMPARE(jobs.jobs().size(), std::size_t{1});
    QCOMPARE(jobs.jobs().front().number, latest);
    QTRY_COMPARE_WITH_TIMEOUT(heard.values, std::vector<int>{2}, kPatience);
    QVERIFY(!ended);  // nor has the new one
    gate.open();
    QTRY_VERIFY_WITH_TIMEOUT(ended, kPatience);
    QVERIFY(sawStop);
    owner->start<int>({.lane = "faithfulness"}, giving(3), heard.note());  // after the old one
    QTRY_COMPARE_WITH_TIMEOUT(heard.values, (std::vector<int>{2, 3}), kPatience);
    QCOMPARE(progress.size(), 0);
}

void TestBackgroundJobs::manyReportsAreFewSignals() {
    constexpr int kReports = 200'000;
    Heard heard;
    BackgroundJobs jobs;
    JobOwner owner(jobs);
    QSignalSpy progress(&jobs, &BackgroundJobs::progressed);
    Gate gate;
    connect(&jobs, &BackgroundJobs::progressed, this, [&gate] { gate.open(); });
    QElapsedTimer watch;
    watch.start();
    owner.start<int>(
        {},
        [&gate](const JobControl& control) {
            for (int k = 1; k <= kReports; ++k) {
                control.progress(k, kReports);
            }
            gate.pass();  // a report is told while the job runs
            return 1;
        },
        heard.note());
    QTRY_COMPARE_WITH_TIMEOUT(heard.values, std::vector<int>{1}, kPatience);
    const auto most = watch.elapsed() / 40 + 2;  // a little more than one in 50 ms
    QVERIFY2(progress.size() >= 1 && progress.size() <= most, qPrintable(QString::number(progress.size())));
    QCOMPARE(progress.last().at(1).toInt(), kReports);
    QCOMPARE(progress.last().at(2).toInt(), kReports);
}

// The short ones do not wait for those which take minutes.
void TestBackgroundJobs::severalRunAtOnce() {
    Heard heard;
    Gate gate;
    BackgroundJobs jobs;
    JobOwner owner(jobs);
    JobOwner other(jobs);
    for (int k = 0; k < 3; ++k) {
        (k == 0 ? owner : other).start<int>({}, waitingAt(gate));
    }
    QVERIFY(gate.waitForArrivals(3));
    for (int k = 1; k <= 3; ++k) {
        owner.start<int>({.lane = "one"}, giving(k), heard.note());
    }
    QTRY_COMPARE_WITH_TIMEOUT(heard.values, (std::vector<int>{1, 2, 3}), kPatience);
    jobs.cancelAll();
    QTRY_VERIFY_WITH_TIMEOUT(jobs.jobs().empty(), kPatience);
}

void TestBackgroundJobs::theListSaysWhatRuns() {
    Gate gate;
    BackgroundJobs jobs;
    JobOwner owner(jobs);
    QSignalSpy changed(&jobs, &BackgroundJobs::changed);
    owner.start<int>({}, waitingAt(gate));
    const auto asked = std::chrono::steady_clock::now();
    const JobNumber job = owner.start<int>({.title = QStringLiteral("Saving a.png")}, [&gate](const JobControl& control) {
        control.progress(3, 9);
        gate.pass();
        return Result<int>(jobStopped());
    });
    QCOMPARE(changed.size(), 2);
    QTRY_COMPARE_WITH_TIMEOUT(jobs.jobs().back().progress.done, qint64{3}, kPatience);
    const auto list = jobs.jobs();
    QCOMPARE(list.size(), std::size_t{2});
    QVERIFY(!list[0].isShown() && list[1].isShown());
    QCOMPARE(list[1].number, job);
    QCOMPARE(list[1].title, QStringLiteral("Saving a.png"));
    QCOMPARE(list[1].progress.total, qint64{9});
    QVERIFY(list[1].asked >= asked);
    QVERIFY(list[1].isCancellable && !list[1].isCancelled);
    jobs.cancel(job);
    QVERIFY(jobs.jobs()[1].isCancelled);
    QVERIFY(!jobs.jobs()[0].isCancelled);
    changed.clear();
    gate.open();
    QTRY_VERIFY_WITH_TIMEOUT(jobs.jobs().empty(), kPatience);
    QCOMPARE(changed.size(), 2);
}

void TestBackgroundJobs::jobsEndWithTheirList() {
    Heard heard;
    Gate gate;
    std::atomic<int> ended = 0;
    auto jobs = std::make_unique<BackgroundJobs>();
    JobOwner owner(*jobs);
    for (int k = 0; k < 40; ++k) {
        owner.start<int>(
            {.lane = k % 2 == 0 ? "one" : ""},
            [&](const JobControl& control) {
                gate.pass(control.stop());
                ++ended;
                return 0;
            },
            heard.note());
    }
    QVERIFY(gate.waitForArrivals(2));
    jobs.reset();
    const int before = ended;
    QVERIFY(before >= 2 && before < 40);  // those which had not begun never will
    QCoreApplication::processEvents();
    QCOMPARE(ended.load(), before);
    QCOMPARE(heard.values, std::vector<int>());
    QCOMPARE(owner.start<int>({}, giving(1)), JobNumber{0});
}

QTEST_GUILESS_MAIN(TestBackgroundJobs)
#include "tst_background_jobs.moc"
