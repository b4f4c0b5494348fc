// Panes as values: which one is active while they come, go and change places.

#include <QTest>

#include <memory>

#include "app/session/panes.h"
#include "app/session/session_state.h"
#include "engine/attention/registry.h"

using namespace fovea;

namespace {

Pane paneOf(const char* module, int place = 0) { return {.module = findModule(module), .place = place}; }

/// A network which is never run.
ModelSpec network() {
    auto bundle = std::make_shared<Bundle>();
    bundle->modules["se"] = {.id = "se"};
    bundle->modules["simam"] = {.id = "simam"};
    return NetworkModel{.bundle = std::move(bundle)};
}

/// So many panes, of which the last one is active.
Panes panesOf(int count) {
    Panes panes(paneOf("se"));
    for (int k = 1; k < count; ++k) {
        panes.add(paneOf("gc", k));
    }
    return panes;
}

}  // namespace

class TestPanes final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theNewOneIsActive() {
        Panes panes(paneOf("se"));
        QCOMPARE(panes.active(), 0);
        QVERIFY(panes.add(paneOf("gc", 1)));
        QCOMPARE(panes.count(), 2);
        QCOMPARE(panes.active(), 1);
        QCOMPARE(panes.current().module, findModule("gc"));
        QCOMPARE(panes[0].module, findModule("se"));
        QCOMPARE(panes[kActivePane].module, findModule("gc"));
    }

    void noMoreThanTheMost() {
        Panes panes = panesOf(kMaxPanes);
        QVERIFY(panes.setActive(0));
        QVERIFY(!panes.add(paneOf("gc")));
        QCOMPARE(panes.count(), kMaxPanes);
        QCOMPARE(panes.active(), 0);
    }

    void aNumberBeyondThemIsTheNearest() {
        Panes panes = panesOf(3);
        QVERIFY(!panes.setActive(9));  // the last one is active already
        QVERIFY(panes.setActive(-4));
        QCOMPARE(panes.active(), 0);
    }

    void theActiveOneStaysWhenAnotherGoes_data() {
        QTest::addColumn<int>("active");
        QTest::addColumn<int>("removed");
        QTest::addColumn<int>("expected");
        QTest::newRow("one before it") << 2 << 0 << 1;
        QTest::newRow("one after it") << 0 << 2 << 0;
        QTest::newRow("itself, in the middle") << 1 << 1 << 1;
        QTest::newRow("itself, at the end") << 2 << 2 << 1;
    }
    void theActiveOneStaysWhenAnotherGoes() {
        QFETCH(int, active);
        QFETCH(int, removed);
        QFETCH(int, expected);
        Panes panes = panesOf(3);
        panes.setActive(active);
        QVERIFY(panes.remove(removed));
        QCOMPARE(panes.count(), 2);
        QCOMPARE(panes.active(), expected);
    }

    void theLastOneIsNotRemoved() {
        Panes panes = panesOf(2);
        QVERIFY(!panes.remove(-1) && !panes.remove(2));
        QVERIFY(panes.remove(0));
        QVERIFY(!panes.remove(0));
        QCOMPARE(panes.count(), 1);
    }

    void anExchangeKeepsTheActiveNumber() {
        Panes panes = panesOf(2);
        QVERIFY(!panes.swap(1, 1) && !panes.swap(0, 2) && !panes.swap(-1, 0));
        QVERIFY(panes.swap(0, 1));
        QCOMPARE(panes.active(), 1);
        QCOMPARE(panes.current().module, findModule("se"));
        QCOMPARE(panes.current().place, 0);
    }

    void aPlaceIsFreeWhenItsPaneHasGone() {
        Panes panes = panesOf(3);
        QCOMPARE(panes.freePlace(), 3);
        panes.remove(1);
        QCOMPARE(panes.freePlace(), 1);
    }

    void onePaneAloneIsNotCompared() {
        Panes panes(paneOf("se"));
        QVERIFY(panes.setCompared(true));
        QVERIFY(!panes.setCompared(true));
        QVERIFY(!panes.areCompared());
        panes.add(paneOf("gc", 1));
        QVERIFY(panes.areCompared());
    }

    void modelsAreToldApart() {
        Panes panes = panesOf(2);
        QVERIFY(panes.haveOneModel());
        panes.setModel(0, network());
        QVERIFY(!panes.haveOneModel());
        panes.setModel(1, panes[0].model);
        QVERIFY(panes.haveOneModel());
        QVERIFY(panes[0].jobId() != panes[1].jobId());
    }

    void whatHasWeightsInTheBundleCanBeTrained() {
        Panes panes(paneOf("se"));
        QVERIFY(!panes.current().canBeTrained());  // on the Retina
        panes.setModel(0, network());
        QCOMPARE(panes.current().bundleModule()->id, "se");
        QVERIFY(panes.current().canBeTrained());
        panes.setModule(findModule("simam"));
        QVERIFY(panes.current().bundleModule() != nullptr && !panes.current().canBeTrained());  // nothing to learn
        panes.setModule(findModule("gc"));
        QVERIFY(panes.current().bundleModule() == nullptr);
    }

    void withoutNewOnesTheyStay() {
        Panes panes = panesOf(2);
        panes.setAll({}, 0);
        QCOMPARE(panes.count(), 2);
        QCOMPARE(panes.active(), 0);
        panes.setAll({paneOf("simam")}, 3);
        QCOMPARE(panes.count(), 1);
        QCOMPARE(panes.active(), 0);
    }
};

QTEST_GUILESS_MAIN(TestPanes)
#include "tst_panes.moc"
