#include <QContextMenuEvent>
#include <QLineEdit>
#include <QMenu>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>
#include <QWheelEvent>

#include <numeric>

#include "tests/support/view_test.h"
#include "widgets/channel_bars.h"
#include "widgets/theme.h"

using namespace fovea;
using namespace fovea::test;

namespace {

// Pixels of a row which are the bar's colour, along its middle.
int barLength(const QImage& image, const QRect& row) {
    return countColour(image, QRect(row.left(), row.center().y(), row.width(), 1), theme().channel.rgb());
}

int barLeft(const QImage& image, const QRect& row) {
    for (int x = row.left(); x <= row.right(); ++x) {
        if (image.pixel(x, row.center().y()) == theme().channel.rgb()) {
            return x;
        }
    }
    return -1;
}

QAbstractButton* buttonWithText(QWidget& view, const QString& text) {
    for (auto* button : view.findChildren<QAbstractButton*>()) {
        if (button->text() == text && !button->isHidden()) {
            return button;
        }
    }
    return nullptr;
}

}  // namespace

class TestChannelBars : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { applyTheme(*qApp, ThemeName::Dark); }
    void init() { failOnWarnings(); }

    void sortsByWeightOrIndex() {
        ChannelBars bars;
        bars.setWeights({0.2F, 0.9F, 0.5F, 0.9F}, {}, MapRole::Gate);
        QVERIFY(bars.sortByWeight());
        QCOMPARE(bars.order(), (std::vector<int>{1, 3, 2, 0}));
        bars.setSortByWeight(false);
        QCOMPARE(bars.order(), (std::vector<int>{0, 1, 2, 3}));
    }

    void sortButtonTogglesAndTells() {
        ChannelBars bars;
        bars.setWeights({0.2F, 0.9F}, {}, MapRole::Gate);
        showAt(bars, 196, 120);
        QSignalSpy sorted(&bars, &ChannelBars::sortChanged);
        auto* button = buttonWithText(bars, QStringLiteral("by weight"));
        QVERIFY(button != nullptr);
        QTest::mouseClick(button, Qt::LeftButton);
        QCOMPARE(sorted.size(), 1);
        QCOMPARE(sorted.at(0).at(0).toBool(), false);
        QCOMPARE(bars.order(), (std::vector<int>{0, 1}));
        QCOMPARE(button->text(), QStringLiteral("by index"));
    }

    // Bars of a gate begin at 0 and end at 1: a half is half as long as a whole.
    void lengthsAreInProportion() {
        ChannelBars bars;
        bars.setWeights({1.0F, 0.5F, 0.25F, 0.0F}, {}, MapRole::Gate);
        showAt(bars, 400, 140);
        const QImage image = bars.grab().toImage();
        const int whole = barLength(image, bars.rowRect(0));
        QVERIFY(whole > 60);
        QVERIFY(qAbs(barLength(image, bars.rowRect(1)) - whole / 2) <= 2);
        QVERIFY(qAbs(barLength(image, bars.rowRect(2)) - whole / 4) <= 2);
        QCOMPARE(barLength(image, bars.rowRect(3)), 0);
    }

    // A gate whose largest weight is 0.5 stays half as long: the axis does not stretch.
    void gatesShareOneAxis() {
        ChannelBars bars;
        bars.setWeights({1.0F}, {}, MapRole::Gate);
        showAt(bars, 400, 140);
        const int whole = barLength(bars.grab().toImage(), bars.rowRect(0));
        bars.setWeights({0.5F}, {}, MapRole::Gate);
        const int half = barLength(bars.grab().toImage(), bars.rowRect(0));
        QVERIFY(qAbs(half - whole / 2) <= 2);
        bars.setWeights({0.002F}, {}, MapRole::Distribution);
        QVERIFY(barLength(bars.grab().toImage(), bars.rowRect(0)) > whole - 30);
    }

    void signedValuesGrowFromZero() {
        ChannelBars bars;
        bars.setWeights({2.0F, -2.0F, -1.0F}, {}, MapRole::Additive);
        showAt(bars, 400, 140);
        const QImage image = bars.grab().toImage();
        const int up = barLength(image, bars.rowRect(0));
        QVERIFY(up > 40);
        QVERIFY(qAbs(barLength(image, bars.rowRect(1)) - up) <= 2);
        QVERIFY(qAbs(barLength(image, bars.rowRect(2)) - up / 2) <= 2);
        const int zero = barLeft(image, bars.rowRect(0));
        QVERIFY(qAbs(barLeft(image, bars.rowRect(1)) + up - zero) <= 3);
        QVERIFY(qAbs(barLeft(image, bars.rowRect(2)) + up / 2 - zero) <= 3);
    }

    void clickShowsOneChannelAndAgainReturns_data() {
        QTest::addColumn<int>("role");
        QTest::addColumn<int>("back");
        QTest::newRow("gate") << static_cast<int>(MapRole::Gate) << static_cast<int>(ChannelMode::After);
        QTest::newRow("additive") << static_cast<int>(MapRole::Additive) << static_cast<int>(ChannelMode::Before);
    }

    void clickShowsOneChannelAndAgainReturns() {
        QFETCH(int, role);
        QFETCH(int, back);
        ChannelBars bars;
        bars.setWeights({0.2F, 0.9F, 0.5F}, {}, static_cast<MapRole>(role));
        showAt(bars, 196, 120);
        QSignalSpy modes(&bars, &ChannelBars::modeChosen);
        const QPoint middle = bars.rowRect(2).center();
        QTest::mouseClick(&bars, Qt::LeftButton, {}, middle);
        QTest::mouseClick(&bars, Qt::LeftButton, {}, middle);
        QCOMPARE(modes.size(), 2);
        QCOMPARE(modes.at(0).at(0).value<ChannelMode>(), ChannelMode::Single);
        QCOMPARE(modes.at(0).at(1).toInt(), 2);
        QCOMPARE(static_cast<int>(modes.at(1).at(0).value<ChannelMode>()), back);
        QCOMPARE(modes.at(1).at(1).toInt(), -1);
    }

    void chipNamesTheChannelAndTakesItAway() {
        ChannelBars bars;
        bars.setWeights({0.2F, 0.9F}, {QStringLiteral("red–green"), QStringLiteral("edges")}, MapRole::Gate);
        bars.setMode(ChannelMode::Single, 1);
        showAt(bars, 300, 120);
        auto* chip = buttonWithText(bars, QStringLiteral("1 edges"));
        QVERIFY(chip != nullptr);
        QSignalSpy modes(&bars, &ChannelBars::modeChosen);
        QTest::mouseClick(chip, Qt::LeftButton);
        QCOMPARE(modes.size(), 1);
        QCOMPARE(modes.at(0).at(0).value<ChannelMode>(), ChannelMode::After);
        QVERIFY(chip->isHidden());
    }

    // The keys of the grid: M, S, + and −, R; rows which are no channels have none.
    void keysMuteSoloAndScale() {
        ChannelBars bars;
        bars.setOfChannels(false);
        bars.setWeights({0.2F, 0.9F, 0.5F}, {}, MapRole::Gate);
        showAt(bars, 300, 120);
        QSignalSpy factors(&bars, &ChannelBars::factorsChanged);
        QTest::keyClick(&bars, Qt::Key_M);
        QCOMPARE(factors.size(), 0);
        bars.setOfChannels(true);
        const auto after = [&](Qt::Key key) {
            factors.clear();
            QTest::keyClick(&bars, key);
            return factors.size() == 1 ? factors.at(0).at(0).value<std::vector<float>>() : std::vector<float>{-1.0F};
        };
        QTest::keyClick(&bars, Qt::Key_Down);  // the second row: channel 2
        QCOMPARE(after(Qt::Key_M), (std::vector<float>{1.0F, 1.0F, 0.0F}));
        QVERIFY(bars.textSummary().contains(QStringLiteral("Muted: 1.")));
        QCOMPARE(after(Qt::Key_M), std::vector<float>());
        QCOMPARE(after(Qt::Key_S), (std::vector<float>{0.0F, 0.0F, 1.0F}));
        QCOMPARE(after(Qt::Key_S), std::vector<float>());
        QCOMPARE(after(Qt::Key_Minus), (std::vector<float>{1.0F, 1.0F, 0.75F}));
        QCOMPARE(after(Qt::Key_Plus), std::vector<float>());
        QTest::keyClick(&bars, Qt::Key_Plus);
        QCOMPARE(after(Qt::Key_R), std::vector<float>());
    }

    // What is muted changes the weights and with them the order: the next key still means the same channel.
    void theKeyboardStaysWithItsChannel() {
        ChannelBars bars;
        bars.setWeights({0.2F, 0.9F, 0.5F}, {}, MapRole::Gate);
        showAt(bars, 300, 120);
        bars.setFocus();
        QTRY_VERIFY(bars.hasFocus());
        QSignalSpy factors(&bars, &ChannelBars::factorsChanged);
        QTest::keyClick(&bars, Qt::Key_M);
        QCOMPARE(factors.last().at(0).value<std::vector<float>>(), (std::vector<float>{1.0F, 0.0F, 1.0F}));
        bars.setWeights({0.2F, 0.1F, 0.5F}, {}, MapRole::Gate);
        QTest::keyClick(&bars, Qt::Key_M);
        QVERIFY(bars.factors().empty());
    }

    // Who works elsewhere finds the keyboard in the row where it was: another mechanism has another order.
    void withoutTheKeyboardItsRowStays() {
        ChannelBars bars;
        bars.setWeights({0.2F, 0.9F, 0.5F}, {}, MapRole::Gate);
        showAt(bars, 300, 120);
        QLineEdit elsewhere(&bars);
        elsewhere.show();
        elsewhere.setFocus();
        QTRY_VERIFY(elsewhere.hasFocus());
        bars.setWeights({0.8F, 0.1F, 0.5F}, {}, MapRole::Gate);
        bars.setFocus();
        QTest::keyClick(&bars, Qt::Key_M);
        QCOMPARE(bars.factors(), (std::vector<float>{0.0F, 1.0F, 1.0F}));
    }

    // Muted, a bar is pale and its name struck out; the others stay as they are.
    void mutedRowsLookMuted() {
        ChannelBars bars;
        bars.setWeights({0.9F, 0.8F}, {}, MapRole::Gate);
        showAt(bars, 300, 120);
        const QImage before = bars.grab().toImage();
        const int length = barLength(before, bars.rowRect(0));
        QVERIFY(length > 40);
        bars.setFactors({0.0F});
        const QImage after = bars.grab().toImage();
        QCOMPARE(barLength(after, bars.rowRect(0)), 0);
        QCOMPARE(after.copy(bars.rowRect(1)), before.copy(bars.rowRect(1)));
        bars.setFactors({0.5F});
        QCOMPARE(barLength(bars.grab().toImage(), bars.rowRect(0)), length);
        QVERIFY(bars.grab().toImage().copy(bars.rowRect(0)) != before.copy(bars.rowRect(0)));
    }

    void pinnedRowsComeFirst() {
        ChannelBars bars;
        bars.setWeights({0.2F, 0.9F, 0.5F, 0.7F}, {}, MapRole::Gate);
        showAt(bars, 300, 140);
        bars.setFocus();
        QTRY_VERIFY(bars.hasFocus());
        QSignalSpy pins(&bars, &ChannelBars::pinnedChanged);
        QTest::keyClick(&bars, Qt::Key_End);
        QTest::keyClick(&bars, Qt::Key_P);
        QCOMPARE(bars.order(), (std::vector<int>{0, 1, 3, 2}));
        QTest::keyClick(&bars, Qt::Key_End);  // the keyboard went with its channel
        QTest::keyClick(&bars, Qt::Key_P);
        QCOMPARE(bars.order(), (std::vector<int>{0, 2, 1, 3}));
        bars.setSortByWeight(false);
        QCOMPARE(bars.order(), (std::vector<int>{0, 2, 1, 3}));
        QCOMPARE(pins.at(1).at(0).value<std::vector<int>>(), (std::vector<int>{0, 2}));
        QTest::keyClick(&bars, Qt::Key_P);
        QCOMPARE(bars.order(), (std::vector<int>{2, 0, 1, 3}));
    }

    void theMenuDoesTheSame() {
        ChannelBars bars;
        bars.setWeights({0.2F, 0.9F}, {}, MapRole::Gate);
        showAt(bars, 300, 120);
        QSignalSpy factors(&bars, &ChannelBars::factorsChanged);
        const QPoint at = bars.rowRect(0).center();
        QContextMenuEvent asked(QContextMenuEvent::Mouse, at, bars.mapToGlobal(at));
        QCoreApplication::sendEvent(&bars, &asked);
        auto* menu = bars.findChild<QMenu*>();
        QVERIFY(menu != nullptr);
        const auto actions = menu->actions();
        QVERIFY(actions.front()->text().startsWith(QStringLiteral("Mute")));
        actions.front()->trigger();
        QCOMPARE(factors.at(0).at(0).value<std::vector<float>>(), (std::vector<float>{0.0F, 1.0F}));
        menu->close();
    }

    // Branches have names but no picture of their own; the channel which is shown meanwhile keeps its chip.
    void branchesAreNotShownAlone() {
        ChannelBars bars;
        bars.setOfChannels(false);
        bars.setWeights({0.482F, 0.518F}, {QStringLiteral("branch 0"), QStringLiteral("branch 1")}, MapRole::Distribution);
        bars.setMode(ChannelMode::Single, 1);
        showAt(bars, 300, 120);
        QSignalSpy modes(&bars, &ChannelBars::modeChosen);
        QTest::mouseClick(&bars, Qt::LeftButton, {}, bars.rowRect(1).center());
        QTest::keyClick(&bars, Qt::Key_Return);
        QCOMPARE(modes.size(), 0);
        QCOMPARE(countColour(bars.grab().toImage(), bars.rowRect(1), theme().selection.rgb()), 0);
        QVERIFY(bars.textSummary().contains(QStringLiteral("highest: branch 1 0.518, branch 0 0.482;")));
        QVERIFY(!bars.textSummary().contains(QStringLiteral("alone")));
        auto* chip = buttonWithText(bars, QStringLiteral("1"));
        QVERIFY(chip != nullptr);
        QTest::mouseClick(chip, Qt::LeftButton);
        QCOMPARE(modes.at(0).at(0).value<ChannelMode>(), ChannelMode::After);
    }

    // A number too long for its column loses digits, not its end: the row is the one of the shorter number.
    void numbersAreNeverCutOff_data() {
        QTest::addColumn<float>("value");
        QTest::addColumn<float>("shown");
        QTest::newRow("thousandths") << 0.00123456F << 0.0012F;
        QTest::newRow("small") << 0.000123456F << 0.0001F;
    }
    void numbersAreNeverCutOff() {
        QFETCH(float, value);
        QFETCH(float, shown);
        ChannelBars bars;
        showAt(bars, 196, 120);
        bars.setWeights({1.0F, value}, {}, MapRole::Gate);
        const QImage image = bars.grab().toImage();
        bars.setWeights({1.0F, shown}, {}, MapRole::Gate);
        QVERIFY(bars.grab().toImage() == image);
        bars.setWeights({1.0F, 2.0F * shown}, {}, MapRole::Gate);
        QVERIFY(bars.grab().toImage() != image);
    }

    void additiveOffersBeforeOnly() {
        ChannelBars bars;
        bars.setWeights({0.2F}, {}, MapRole::Gate);
        showAt(bars, 196, 120);
        for (const auto& text : {QStringLiteral("Before"), QStringLiteral("After"), QStringLiteral("Changed")}) {
            QVERIFY(buttonWithText(bars, text) != nullptr);
        }
        QVERIFY(buttonWithText(bars, QStringLiteral("After"))->isChecked());
        QSignalSpy modes(&bars, &ChannelBars::modeChosen);
        QTest::mouseClick(buttonWithText(bars, QStringLiteral("Changed")), Qt::LeftButton);
        QCOMPARE(modes.at(0).at(0).value<ChannelMode>(), ChannelMode::Changed);
        bars.setWeights({0.2F}, {}, MapRole::Additive);
        QVERIFY(buttonWithText(bars, QStringLiteral("After")) == nullptr);
        QVERIFY(buttonWithText(bars, QStringLiteral("Before"))->isChecked());
    }

    void keysMoveAndChoose() {
        ChannelBars bars;
        std::vector<float> weights(48);
        std::iota(weights.begin(), weights.end(), 0.0F);
        bars.setWeights(weights, {}, MapRole::Saliency);
        bars.setSortByWeight(false);
        showAt(bars, 196, 180);
        QSignalSpy modes(&bars, &ChannelBars::modeChosen);
        QTest::keyClick(&bars, Qt::Key_Down);
        QTest::keyClick(&bars, Qt::Key_Down);
        QTest::keyClick(&bars, Qt::Key_Return);
        QCOMPARE(modes.at(0).at(1).toInt(), 2);
        QVERIFY(bars.rowRect(47).isNull());
        QTest::keyClick(&bars, Qt::Key_End);
        QVERIFY(!bars.rowRect(47).isNull());
        QVERIFY(bars.rowRect(0).isNull());
        QTest::keyClick(&bars, Qt::Key_Space);
        QCOMPARE(modes.at(1).at(1).toInt(), 47);
        QTest::keyClick(&bars, Qt::Key_Home);
        QVERIFY(!bars.rowRect(0).isNull());
    }

    void wheelMovesThroughTheRest() {
        ChannelBars bars;
        bars.setWeights(std::vector<float>(48, 0.5F), {}, MapRole::Gate);
        showAt(bars, 196, 180);
        const QPointF middle = bars.rect().center();
        QWheelEvent down(middle, bars.mapToGlobal(middle), {}, {0, -120}, Qt::NoButton, {}, Qt::NoScrollPhase, false);
        QApplication::sendEvent(&bars, &down);
        QVERIFY(bars.rowRect(2).isNull());
        QVERIFY(!bars.rowRect(3).isNull());
        for (int k = 0; k < 40; ++k) {
            QWheelEvent more(middle, bars.mapToGlobal(middle), {}, {0, -120}, Qt::NoButton, {}, Qt::NoScrollPhase, false);
            QApplication::sendEvent(&bars, &more);
        }
        QVERIFY(!bars.rowRect(47).isNull());
    }

    void focusIsSeen() {
        ChannelBars bars;
        bars.setWeights({0.2F, 0.9F}, {}, MapRole::Gate);
        showAt(bars, 196, 120);
        bars.clearFocus();
        const QRect row = bars.rowRect(1);
        QCOMPARE(countColour(bars.grab().toImage(), row, theme().focus.rgb()), 0);
        bars.activateWindow();
        bars.setFocus();
        QTRY_VERIFY(bars.hasFocus());
        QVERIFY(countColour(bars.grab().toImage(), row, theme().focus.rgb()) > 20);
    }

    void screenReaderHearsTheHighest() {
        ChannelBars bars;
        bars.setWeights({0.2F, 0.9F, 0.5F}, {QStringLiteral("a"), QStringLiteral("b"), QStringLiteral("c")}, MapRole::Gate);
        QCOMPARE(described(bars), bars.textSummary());
        QVERIFY(bars.textSummary().contains(QStringLiteral("1 b 0.9, 2 c 0.5")));
        QVERIFY(bars.textSummary().contains(QStringLiteral("lowest: 0 a 0.2")));
    }

    void odd_data() {
        QTest::addColumn<std::vector<float>>("weights");
        QTest::newRow("none") << std::vector<float>{};
        QTest::newRow("one") << std::vector<float>{0.3F};
        QTest::newRow("zeros") << std::vector<float>(7, 0.0F);
        QTest::newRow("not a number") << std::vector<float>{std::numeric_limits<float>::quiet_NaN(), 0.5F};
        QTest::newRow("huge") << std::vector<float>{1e30F, -1e30F};
    }

    void odd() {
        QFETCH(std::vector<float>, weights);
        ChannelBars bars;
        showAt(bars, 60, 30);
        bars.setWeights(weights, {}, MapRole::Gate);
        bars.resize(196, 120);
        QVERIFY(!bars.grab().isNull());
        QVERIFY(!bars.textSummary().isEmpty());
        QTest::keyClick(&bars, Qt::Key_End);
        QTest::keyClick(&bars, Qt::Key_Return);
        QCOMPARE(bars.order().size(), weights.size());
    }

    void speaksAnotherLanguage() {
        ChannelBars bars;
        bars.setWeights({0.2F, 0.9F}, {}, MapRole::Gate);
        showAt(bars, 300, 120);
        BracketTranslator brackets;
        QApplication::installTranslator(&brackets);
        QTRY_VERIFY(buttonWithText(bars, QStringLiteral("[by weight]")) != nullptr);
        QVERIFY(buttonWithText(bars, QStringLiteral("[After]"))->isChecked());
        QApplication::removeTranslator(&brackets);
        QTRY_VERIFY(buttonWithText(bars, QStringLiteral("by weight")) != nullptr);
    }
};

QTEST_MAIN(TestChannelBars)
#include "tst_channel_bars.moc"
