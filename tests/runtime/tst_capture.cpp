#include <QTest>

#include <atomic>
#include <thread>
#include <vector>

#include "engine/runtime/capture.h"
#include "tests/support/fake_feed.h"

using namespace fovea;
using namespace fovea::test;

namespace {

/// Everything a capture says, in order, from its own thread.
class Listener {
public:
    Capture::Handlers handlers() {
        return {
            .opened = [this](const SourceTraits&) { note([this] { ++m_opened; }); },
            .frame = [this](const Captured& captured) { note([&] { m_frames.push_back(captured); }); },
            .failed = [this](const Error& error) { note([&] { m_errors.push_back(error); }); },
            .ended = [this] { note([this] { ++m_ended; }); },
            .finished = [this] { note([this] { ++m_finished; }); },
        };
    }
    /// Blocks until `holds` is true of what was said so far; false after a minute.
    template <class Condition>
    bool waitUntil(Condition holds) {
        std::unique_lock lock(m_mutex);
        return m_changed.wait_for(lock, std::chrono::minutes(1), [&] { return holds(*this); });
    }
    [[nodiscard]] std::vector<int> indices() const {
        std::vector<int> list;
        for (const auto& captured : m_frames) {
            list.push_back(static_cast<int>(captured.frame.index));
        }
        return list;
    }
    [[nodiscard]] const std::vector<Captured>& frames() const { return m_frames; }
    [[nodiscard]] const std::vector<Error>& errors() const { return m_errors; }
    [[nodiscard]] int opened() const { return m_opened; }
    [[nodiscard]] int ended() const { return m_ended; }
    [[nodiscard]] int finished() const { return m_finished; }

private:
    template <class Change>
    void note(Change change) {
        {
            const std::scoped_lock lock(m_mutex);
            change();
        }
        m_changed.notify_all();
    }

    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::vector<Captured> m_frames;
    std::vector<Error> m_errors;
    int m_opened = 0;
    int m_ended = 0;
    int m_finished = 0;
};

const auto framesAre = [](std::size_t count) { return [count](const Listener& l) { return l.frames().size() >= count; }; };
const auto isFinished = [](const Listener& l) { return l.finished() == 1; };
const auto hasEnded = [](const Listener& l) { return l.ended() == 1; };

}  // namespace

class TestCapture final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void liveFramesComeInOrder() {
        FakeFeed feed(liveTraits());
        Listener seen;
        {
            Capture capture({}, feed.open(), seen.handlers());
            feed.release(5);
            QVERIFY(seen.waitUntil(framesAre(5)));
            QCOMPARE(capture.framesRead(), 5U);
        }
        QCOMPARE(seen.opened(), 1);
        QCOMPARE(seen.indices(), (std::vector{0, 1, 2, 3, 4}));
        for (std::size_t i = 0; i < 5; ++i) {
            QCOMPARE(seen.frames()[i].frame.sequence, i + 1);
        }
        QCOMPARE(seen.finished(), 1);
        QVERIFY(seen.errors().empty());  // being stopped is no failure
        QCOMPARE(feed.alive.load(), 0);
    }

    void openingIsStopped() {
        FakeFeed feed(liveTraits());
        feed.opening.close();
        Listener seen;
        {
            const Capture capture({}, feed.open(), seen.handlers());
            QVERIFY(feed.opening.waitForArrivals(1));
        }
        QCOMPARE(seen.finished(), 1);
        QCOMPARE(seen.opened(), 0);
        QVERIFY(seen.errors().empty());
    }

    void refusedSource() {
        FakeFeed feed(liveTraits());
        feed.refuse(makeError(ErrorCode::Busy, "in use"));
        Listener seen;
        const Capture capture({}, feed.open(), seen.handlers());
        QVERIFY(seen.waitUntil(isFinished));
        QCOMPARE(seen.errors().size(), std::size_t{1});
        QCOMPARE(seen.errors().front().code, ErrorCode::Busy);
        QVERIFY(seen.frames().empty());
    }

    void disconnectedSourceFinishes() {
        FakeFeed feed(liveTraits());
        Listener seen;
        const Capture capture({}, feed.open(), seen.handlers());
        feed.release(2);
        QVERIFY(seen.waitUntil(framesAre(2)));
        feed.fail(makeError(ErrorCode::Disconnected, "unplugged"));
        QVERIFY(seen.waitUntil(isFinished));
        QCOMPARE(seen.frames().size(), std::size_t{2});
        QCOMPARE(seen.errors().size(), std::size_t{1});
    }

    // A rate of 1 per day: nothing but the first frame is due while the test runs.
    void pausedFileStepsAndSeeks() {
        FakeFeed feed(fileTraits(10, 1.0 / 86400.0));
        Listener seen;
        Capture capture({}, feed.open(), seen.handlers());
        capture.setPlaying(false);
        QVERIFY(seen.waitUntil(framesAre(1)));
        capture.stepForward();
        QVERIFY(seen.waitUntil(framesAre(2)));
        capture.seek(7, 1);
        QVERIFY(seen.waitUntil(framesAre(3)));
        capture.stepForward();
        capture.stepForward();
        QVERIFY(seen.waitUntil(framesAre(5)));
        QCOMPARE(seen.indices(), (std::vector{0, 1, 7, 8, 9}));
        QCOMPARE(seen.frames()[1].jump, 0U);
        QCOMPARE(seen.frames()[2].jump, 1U);
        QCOMPARE(seen.frames()[4].jump, 1U);
        capture.stepForward();
        QVERIFY(seen.waitUntil(hasEnded));
        capture.seek(0, 2);
        QVERIFY(seen.waitUntil(framesAre(6)));
        QCOMPARE(seen.indices().back(), 0);
    }

    void playsToTheEndAndWaits() {
        FakeFeed feed(fileTraits(20));
        Listener seen;
        Capture capture({}, feed.open(), seen.handlers());
        QVERIFY(seen.waitUntil(hasEnded));
        QCOMPARE(seen.indices().front(), 0);
        QCOMPARE(seen.indices().back(), 19);  // the last one is never passed over
        QVERIFY(std::is_sorted(seen.frames().begin(), seen.frames().end(),
                               [](const Captured& a, const Captured& b) { return a.frame.index < b.frame.index; }));
        QCOMPARE(capture.framesRead() + capture.framesSkipped(), 20U);
        QCOMPARE(seen.finished(), 0);
    }

    void loops() {
        FakeFeed feed(fileTraits(3));
        Listener seen;
        Capture capture({}, feed.open(), seen.handlers());
        capture.setLoop(true);
        QVERIFY(seen.waitUntil([](const Listener& l) { return l.frames().size() >= 30; }));
        QVERIFY(feed.seeks > 3);
        for (std::size_t i = 1; i < seen.frames().size(); ++i) {
            QCOMPARE(seen.frames()[i].frame.sequence, seen.frames()[i - 1].frame.sequence + 1);
        }
    }

    void damagedFrameIsNamedAndPassedOver() {
        FakeFeed feed(fileTraits(5, 1.0 / 86400.0));  // nothing is late
        feed.damage(2);
        Listener seen;
        Capture capture({}, feed.open(), seen.handlers());
        capture.setPlaying(false);
        for (std::size_t count = 1; count <= 4; ++count) {
            QVERIFY(seen.waitUntil(framesAre(count)));
            capture.stepForward();
        }
        QVERIFY(seen.waitUntil(hasEnded));
        QCOMPARE(seen.indices(), (std::vector{0, 1, 3, 4}));
        QCOMPARE(seen.errors().size(), std::size_t{1});
        QCOMPARE(seen.errors().front().message(), std::string("Frame 2 is damaged."));
    }

    void sourceWithoutAnyPicture() {
        FakeFeed feed(fileTraits(0));
        Listener seen;
        Capture capture({}, feed.open(), seen.handlers());
        capture.setLoop(true);
        QVERIFY(seen.waitUntil(isFinished));
        QCOMPARE(seen.errors().size(), std::size_t{1});
    }

    // Twice the speed: of a clip which is played in a known time, the due times are halved; counted by frames, not by the clock.
    void lateReaderPassesOverFrames() {
        FakeFeed feed(fileTraits(200'000, 100'000.0));
        Listener seen;
        Capture capture({}, feed.open(), seen.handlers());
        QVERIFY(seen.waitUntil(hasEnded));
        QVERIFY(capture.framesSkipped() > 0);
        QCOMPARE(capture.framesRead() + capture.framesSkipped(), 200'000U);
        QCOMPARE(seen.indices().back(), 199'999);
    }

    void manyStopsLeaveNoThread() {
        FakeFeed feed(liveTraits());
        for (int i = 0; i < 50; ++i) {
            Listener seen;
            const Capture capture({}, feed.open(), seen.handlers());
        }
        QCOMPARE(feed.alive.load(), 0);
    }
};

QTEST_GUILESS_MAIN(TestCapture)
#include "tst_capture.moc"
