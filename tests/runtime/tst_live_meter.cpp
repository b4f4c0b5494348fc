#include <QTest>

#include <numeric>
#include <random>

#include "engine/pipeline/auto_size.h"
#include "engine/pipeline/live_meter.h"
#include "engine/runtime/spare_time.h"

using namespace fovea;
using namespace std::chrono_literals;

class TestLiveMeter final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void nothingAtFirst() {
        const LiveMeter meter;
        QVERIFY(!meter.stats({}).valid);
    }

    void ratesOfAnEvenStream() {
        LiveMeter meter;
        LiveMeter::Time now{};
        for (std::uint64_t i = 1; i <= 300; ++i) {  // 100 in, every second one painted
            now += 10ms;
            meter.arrived(i, 0, now);
            if (i % 2 == 0) {
                meter.painted({.sequence = i, .features = 4.0, .module = 1.0, .render = 2.0, .latency = 12.0}, now);
            }
        }
        const LiveStats stats = meter.stats(now);
        QVERIFY(stats.valid);
        QVERIFY(std::abs(stats.framesPerSecond - 100.0) < 1.0);
        QVERIFY(std::abs(stats.overlaysPerSecond - 50.0) < 1.0);
        QCOMPARE(stats.latencyMedian, 12.0);
        QCOMPARE(stats.features, 4.0);
        QCOMPARE(stats.module, 1.0);
        QCOMPARE(stats.render, 2.0);
        QCOMPARE(stats.dropped, 149U);  // between the first painted and the last
        QCOMPARE(stats.recent.size(), std::size_t{120});
        QCOMPARE(stats.recent.back().interval, 20.0);
        QCOMPARE(stats.recent.back().sequence, 300U);
    }

    void quantilesOfLatencies() {
        LiveMeter meter;
        LiveMeter::Time now{};
        std::vector<double> latencies(101);
        std::iota(latencies.begin(), latencies.end(), 0.0);
        std::shuffle(latencies.begin(), latencies.end(), std::mt19937(3));
        meter.arrived(1, 0, now);
        for (std::size_t i = 0; i < latencies.size(); ++i) {
            meter.painted({.sequence = i + 1, .latency = latencies[i]}, now += 10ms);
        }
        QCOMPARE(meter.stats(now).latencyMedian, 50.0);
        QCOMPARE(meter.stats(now).latencyP95, 95.0);
    }

    void silenceShows() {
        LiveMeter meter;
        LiveMeter::Time now{};
        for (std::uint64_t i = 1; i <= 60; ++i) {
            meter.arrived(i, 0, now += 33ms);
        }
        QVERIFY(meter.stats(now).framesPerSecond > 29.0);
        QVERIFY(meter.stats(now + 10s).framesPerSecond < 6.0);
    }

    void skippedFramesCountAsDropped() {
        LiveMeter meter;
        LiveMeter::Time now{};
        meter.arrived(5, 7, now);
        meter.painted({.sequence = 5}, now);
        QCOMPARE(meter.stats(now).dropped, 7U);
    }

    void autoSizeStaysWhileQuick() {
        AutoSize size;
        size.restart(512);
        for (int i = 0; i < 100; ++i) {
            QVERIFY(!size.add(99.0));
        }
        QCOMPARE(size.side(), 512);
        QVERIFY(!size.lowered());
    }

    void autoSizeForgivesSingleSlowPasses() {
        AutoSize size;
        size.restart(512);
        for (int i = 0; i < 100; ++i) {
            QVERIFY(!size.add(i % 5 < 2 ? 900.0 : 20.0));
        }
        QCOMPARE(size.side(), 512);
    }

    // A model whose work grows with a power of the side: it settles within the budget, or at the least size.
    void autoSizeSettles_data() {
        QTest::addColumn<double>("atFull");
        QTest::addColumn<double>("power");
        QTest::newRow("linear in the area") << 400.0 << 2.0;
        QTest::newRow("square of the area") << 3000.0 << 4.0;
        QTest::newRow("hopeless") << 1e7 << 2.0;
    }
    void autoSizeSettles() {
        QFETCH(double, atFull);
        QFETCH(double, power);
        AutoSize size;
        size.restart(512);
        const auto cost = [&] { return atFull * std::pow(size.side() / 512.0, power); };
        int passes = 0;
        for (int last = 0; last < 60; ++last, ++passes) {
            if (size.add(cost())) {
                last = 0;
            }
            QVERIFY(passes < 500);
        }
        QVERIFY(size.lowered());
        QVERIFY(cost() <= AutoSize::kBudget || size.side() == AutoSize::kLeastSide);
        QVERIFY(size.side() >= AutoSize::kLeastSide);
        size.restart(512);
        QCOMPARE(size.side(), 512);
    }

    void spareTimeIsSharedInTurn() {
        SpareTime jobs;
        SpareTime::Clock::time_point now{};
        now += 1h;
        std::vector<int> done(3, 0);
        SpareTime::Clock::duration spent{};
        const auto start = now;
        while (now - start < 20s) {
            if (const auto job = jobs.next(3, now)) {
                const auto took = *job == 1 ? 200ms : 5ms;  // one is slow
                jobs.took(*job, now, now + took);
                now += took;
                spent += took;
                ++done[*job];
            }
            now += 1ms;
        }
        QCOMPARE(done[1], 1);  // tried once, then left alone
        QVERIFY(done[0] > 50);
        QVERIFY(std::abs(done[0] - done[2]) <= 1);
        QVERIFY(spent < 2300ms);
    }

    void noJobsForSpareTime() {
        SpareTime jobs;
        QVERIFY(!jobs.next(0, SpareTime::Clock::now()));
    }
};

QTEST_GUILESS_MAIN(TestLiveMeter)
#include "tst_live_meter.moc"
