// Windows which are shifted, and where they are not: along an axis which one window covers.
// test: both-levels

#include <QTest>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "engine/attention/maps.h"
#include "engine/attention/registry.h"
#include "tests/support/numbers.h"

using namespace fovea;
using namespace fovea::test;

namespace {

/// The output and the step equations of window attention with this shift.
struct Windowed {
    AttentionOutput output;
    QStringList equations;
};

Windowed windowed(int height, int width, int window, int shift) {
    const ModuleInfo& info = *findModule("window_msa");
    const InputShape shape{8, height, width, 1, {}};
    const ParamSet params = *ParamSet::fromJson(
        info.params, "{\"window\": " + std::to_string(window) + ", \"shift\": " + std::to_string(shift) + ", \"heads\": 2}");
    auto module = createModule(info, shape, params, randomWeights(weightSpecs(info, shape, params), 1));
    const FeatureMap x = randomMap(8, height, width, 3);
    ModuleInput input;
    input.frames.push_back(&x);
    Steps steps = Steps::recording();
    Windowed done{*runModule(info, **module, input, steps), {}};
    for (const auto& step : steps.all()) done.equations << QString::fromStdString(step.equation);
    return done;
}

/// The rectangle of cells which a cell attends to, as "top left bottom right", both ends included; "…" if they are no rectangle.
QString attendedFrom(const Windowed& done, int width, int cell) {
    const auto picture = pairwisePicture(done.output.maps.front(), 0, cell, false);
    int top = 1000, left = 1000, bottom = -1, right = -1, seen = 0;
    for (int k = 0; k < static_cast<int>(picture.size()); ++k) {
        if (std::isnan(picture[k])) continue;
        ++seen;
        top = std::min(top, k / width);
        left = std::min(left, k % width);
        bottom = std::max(bottom, k / width);
        right = std::max(right, k % width);
    }
    const bool whole = seen == (bottom - top + 1) * (right - left + 1);
    return whole ? QStringLiteral("%1 %2 %3 %4").arg(top).arg(left).arg(bottom).arg(right) : QStringLiteral("…");
}

}  // namespace

class TestWindowShift : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".?"))); }

    void oneWindowIsNotShifted() {
        for (const auto& [height, width] : {std::pair(7, 7), std::pair(5, 7), std::pair(3, 2), std::pair(1, 1)}) {
            const Windowed shifted = windowed(height, width, 7, 3);
            const Windowed still = windowed(height, width, 7, 0);
            QVERIFY(shifted.output.frames.front().size() == still.output.frames.front().size());
            QVERIFY(std::equal(shifted.output.frames.front().data(),
                               shifted.output.frames.front().data() + still.output.frames.front().size(),
                               still.output.frames.front().data()));
            QVERIFY(shifted.output.maps.front().data.values == still.output.maps.front().data.values);
            const auto& layout = *std::get<PairwiseMap>(shifted.output.maps.front().kind).layout;
            QVERIFY(layout.regions.empty());
            QVERIFY(layout.cells == std::get<PairwiseMap>(still.output.maps.front().kind).layout->cells);
            QCOMPARE(shifted.equations, still.equations);
            QVERIFY(!still.equations.join(u' ').contains(QStringLiteral("rolled")));
            QVERIFY(!still.equations.join(u' ').contains(QStringLiteral("+ M")));
        }
    }

    void eachAxisIsShiftedByItself() {
        const Windowed wide = windowed(5, 20, 7, 3);
        QCOMPARE(attendedFrom(wide, 20, 0), QStringLiteral("0 0 4 2"));  // rolled to the end, apart from the other end
        QCOMPARE(attendedFrom(wide, 20, 3), QStringLiteral("0 3 4 9"));
        QCOMPARE(attendedFrom(wide, 20, 99), QStringLiteral("0 17 4 19"));
        const Windowed tall = windowed(20, 5, 7, 3);
        QCOMPARE(attendedFrom(tall, 5, 0), QStringLiteral("0 0 2 4"));
        QCOMPARE(attendedFrom(tall, 5, 3 * 5 + 4), QStringLiteral("3 0 9 4"));
        const Windowed large = windowed(8, 8, 7, 3);
        QCOMPARE(attendedFrom(large, 8, 0), QStringLiteral("0 0 2 2"));
        for (const auto& done : {wide, tall, large}) {
            QVERIFY(done.equations.join(u' ').contains(QStringLiteral("padded and rolled")));
            QVERIFY(done.equations.join(u' ').contains(QStringLiteral("rolled back")));
            QVERIFY(done.equations.join(u' ').contains(QStringLiteral("+ M")));
        }
    }

    void aShiftedWindowKeepsStrangersApart() {
        // Cell (0,0) was rolled into the last window, together with the padding and the ends of the picture.
        const Windowed done = windowed(6, 8, 4, 2);
        const auto picture = pairwisePicture(done.output.maps.front(), 0, 0, false);
        for (int cell = 0; cell < 48; ++cell) QCOMPARE(!std::isnan(picture[cell]), cell / 8 < 2 && cell % 8 < 2);
    }
};

QTEST_GUILESS_MAIN(TestWindowShift)
#include "tst_window_shift.moc"
