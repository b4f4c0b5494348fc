// Channels muted, scaled and pinned in the ranked bars, in the grid, and in each pane apart.
// test: needs-bundle

#include <QLineEdit>

#include "engine/attention/registry.h"
#include "tests/support/channels_fixture.h"
#include "widgets/channel_bars.h"

using namespace fovea;
using namespace fovea::test;

class TestBarsWindow final : public QObject {
    Q_OBJECT

    ChannelsWindow m;

    void settle() {
        QCoreApplication::processEvents();
        QTRY_VERIFY_WITH_TIMEOUT(m.settled(), CompareWindow::kPatience);
        QCoreApplication::processEvents();
    }
    void choose(const char* module) {
        m.session().paneControl().setModule(QString::fromLatin1(module));
        settle();
    }
    void openGrid() {
        m.press(Qt::Key_G, Qt::ControlModifier);
        QTRY_VERIFY_WITH_TIMEOUT(!m.grid()->order().empty(), CompareWindow::kPatience);
    }
    std::vector<float> factors(int channel, float factor) const {
        std::vector<float> out(static_cast<std::size_t>(m.features().channels()), 1.0F);
        out[static_cast<std::size_t>(channel)] = factor;
        return out;
    }
    /// The window shows exactly what the panes give under these interventions.
    void gives(const std::vector<Intervention>& chosen) {
        settle();
        const auto made = m.byHand(chosen);
        QVERIFY(made != nullptr);
        for (int pane = 0; pane < m.session().panes().count(); ++pane) {
            QCOMPARE(m.unlike(*made, pane), QString());
        }
    }

private Q_SLOTS:
    void cleanup() { m.close(); }

    // Who reads the weights as bars mutes there, without opening the grid; on the trained network the guess follows.
    void barsMuteWithoutTheGrid() {
        m.open({});
        choose("se");
        auto* bars = m.part<ChannelBars>();
        QVERIFY(bars->isVisible() && !m.grid()->isVisible());
        const auto plain = m.session().shown().moduleResult()->prediction->logits;
        const int first = bars->order().front();
        bars->setFocus();
        QTest::keyClick(bars, Qt::Key_M);
        gives({{factors(first, 0.0F), {}}});
        QVERIFY(m.session().shown().moduleResult()->prediction->logits != plain);
        m.press(Qt::Key_0, Qt::ControlModifier);
        gives({{}});
        QCOMPARE(m.session().shown().moduleResult()->prediction->logits, plain);
        QVERIFY(bars->factors().empty());
    }

    // One list of factors and one of pins, whoever changes them.
    void barsAndGridAreOne() {
        m.open();
        choose("se");
        openGrid();
        auto* bars = m.part<ChannelBars>();
        const int third = m.grid()->order()[2];
        m.click(third);
        m.key(Qt::Key_P);
        QCOMPARE(m.session().choice().pinned(false), std::vector<int>{third});
        QCOMPARE(bars->order().front(), third);
        bars->setFocus();
        QTest::keyClick(bars, Qt::Key_Home);
        QTest::keyClick(bars, Qt::Key_Minus);
        gives({{factors(third, 0.75F), {}}});
        QCOMPARE(m.grid()->factors(), factors(third, 0.75F));
        QTest::keyClick(bars, Qt::Key_P);
        QVERIFY(m.grid()->pinned().empty() && m.session().choice().pinned(false).empty());
        m.grid()->setFocus();
        m.key(Qt::Key_R);
        gives({{}});
        QVERIFY(bars->factors().empty());
    }

    // Each pane has factors and pins of its own, and both lists show the active one's.
    void eachPaneHasItsOwn() {
        m.open();
        choose("se");
        m.press(Qt::Key_D, Qt::ControlModifier | Qt::ShiftModifier);
        settle();
        openGrid();
        m.click(5);
        m.key(Qt::Key_M);
        m.key(Qt::Key_P);
        gives({{}, {factors(5, 0.0F), {}}});
        QVERIFY(m.canvas(0)->rendered().field->values != m.canvas(1)->rendered().field->values);
        m.canvas(0)->setFocus();
        settle();
        QVERIFY(m.grid()->factors().empty() && m.grid()->pinned().empty());
        QVERIFY(m.part<ChannelBars>()->factors().empty());
        m.canvas(1)->setFocus();
        settle();
        QCOMPARE(m.grid()->factors(), factors(5, 0.0F));
        QCOMPARE(m.grid()->pinned(), std::vector<int>{5});
        QCOMPARE(m.part<ChannelBars>()->factors(), factors(5, 0.0F));
    }

    void numbersFindChannels() {
        m.open();
        choose("se");
        openGrid();
        auto* search = m.grid()->findChild<QLineEdit*>();
        search->setFocus();
        QTest::keyClicks(search, QStringLiteral("10-12, 40"));
        QTRY_COMPARE_WITH_TIMEOUT(m.grid()->order().size(), std::size_t{4}, CompareWindow::kPatience);
        auto found = m.grid()->order();
        std::sort(found.begin(), found.end());
        QCOMPARE(found, (std::vector<int>{10, 11, 12, 40}));
    }
};

QTEST_MAIN(TestBarsWindow)
#include "tst_bars_window.moc"
