#include <QComboBox>
#include <QContextMenuEvent>
#include <QHelpEvent>
#include <QLineEdit>
#include <QMenu>
#include <QRadioButton>
#include <QSignalSpy>
#include <QTest>
#include <QToolTip>
#include <QWheelEvent>

#include <opencv2/core.hpp>

#include <algorithm>

#include "tests/support/made_result.h"
#include "tests/support/view_test.h"
#include "widgets/card_parts.h"
#include "widgets/channel_grid.h"
#include "widgets/theme.h"

using namespace fovea;
using namespace fovea::test;

namespace {

const ModuleInfo& info() {
    static const ModuleInfo kInfo = [] {
        ModuleInfo made;
        made.id = "gate";
        made.title = "Gate";
        return made;
    }();
    return kInfo;
}

std::shared_ptr<SourceInfo> source() {
    static const auto kSource = std::make_shared<SourceInfo>();
    return kSource;
}

FieldSpec field() {
    FieldSpec out;
    out.job.source = "gate";
    return out;
}

// Channel c is gated by (7·c mod channels) / channels, so that 0, 7⁻¹ … are out of order.
std::shared_ptr<FrameResult> makeResult(int channels, std::uint64_t sequence = 1, bool names = false) {
    auto features = std::make_shared<Features>();
    features->map = FeatureMap(channels, 4, 4);
    for (int c = 0; c < channels; ++c) {
        std::fill_n(features->map.row(c), 16, static_cast<float>(c + 1));
        if (names) {
            features->channelNames.push_back(c % 2 == 0 ? "red, fine" : "blue, coarse");
        }
    }
    auto module = jobOf(info());
    AttentionOutput output;
    AttentionMap gate;
    gate.name = "channel";
    gate.title = "Channel gate";
    gate.kind = ChannelMap{};
    gate.data = Tensor({channels}, std::vector<float>(static_cast<std::size_t>(channels)));
    for (int c = 0; c < channels; ++c) {
        gate.data.values[static_cast<std::size_t>(c)] = static_cast<float>(7 * c % channels) / static_cast<float>(channels);
    }
    output.maps.push_back(gate);
    module->output = std::move(output);
    auto result = std::make_shared<FrameResult>(madeResult({}, nullptr));
    result->epoch = 1;
    result->frame.source = source();
    result->frame.sequence = sequence;
    result->frame.width = result->frame.height = 32;
    result->models.front().features = features;
    addJob(*result, module);
    return result;
}

ChannelGridRequest requestOf(const QList<QVariant>& signal) { return signal.at(0).value<ChannelGridRequest>(); }

/// The view and a render thread of its own which answers at once.
struct Rig {
    ChannelGrid grid;
    QSignalSpy asked{&grid, &ChannelGrid::renderRequested};
    QSignalSpy chosen{&grid, &ChannelGrid::channelChosen};
    QSignalSpy changed{&grid, &ChannelGrid::factorsChanged};
    int answered = 0;

    void answer() {
        for (; answered < asked.size(); ++answered) {
            grid.setRendered(render(requestOf(asked.at(answered))));
        }
    }
    void show(const std::shared_ptr<FrameResult>& result, int width = 700, int height = 300) {
        showAt(grid, width, height);
        grid.setResult(result, field(), {});
        answer();
    }
    void key(int k) {
        QTest::keyClick(&grid, static_cast<Qt::Key>(k));
        answer();
    }
    std::vector<float> told(qsizetype signal) const { return changed.at(signal).at(0).value<std::vector<float>>(); }
};

void turn(QWidget& view, int delta) {
    const QPointF middle = view.rect().center();
    QWheelEvent wheel(middle, view.mapToGlobal(middle), {}, {0, delta}, Qt::NoButton, {}, Qt::NoScrollPhase, false);
    QApplication::sendEvent(&view, &wheel);
}

}  // namespace

class TestChannelGrid : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { applyTheme(*qApp, ThemeName::Dark); }
    void init() {
        // The offscreen platform can neither raise a menu nor give it the keyboard.
        QTest::failOnWarning(QRegularExpression(
            QStringLiteral("^(?!.*(propagateSizeHints|XDG_RUNTIME_DIR|runtime directory|raise\\(\\)|grabbing the keyboard))")));
    }

    void asksForTheVisibleRowsAlone() {
        Rig rig;
        rig.show(makeResult(2048));
        QCOMPARE(rig.asked.size(), 1);
        const auto first = requestOf(rig.asked.at(0));
        QCOMPARE(first.columns, 8);
        QCOMPARE(first.firstRow, 0);
        QVERIFY2(first.rows <= 4, qPrintable(QString::number(first.rows)));
        QCOMPARE(rig.grid.order().size(), std::size_t{2048});
        QVERIFY(!rig.grid.tileRect(rig.grid.order().front()).isNull());
        QVERIFY(rig.grid.tileRect(rig.grid.order().back()).isNull());
        // The same pass again asks for nothing, the next one for its own pixels, in the order which is shown.
        rig.grid.setResult(std::make_shared<FrameResult>(*requestOf(rig.asked.at(0)).result), field(), {});
        QCOMPARE(rig.asked.size(), 1);
        rig.grid.setResult(makeResult(2048, 2), field(), {});
        QCOMPARE(rig.asked.size(), 2);
        QVERIFY(requestOf(rig.asked.at(1)).order == rig.grid.order());
        rig.answer();
        turn(rig.grid, -120);
        QCOMPARE(requestOf(rig.asked.at(2)).firstRow, 1);
        QVERIFY(requestOf(rig.asked.at(2)).known != nullptr);
        QVERIFY(requestOf(rig.asked.at(2)).rows <= 4);
        rig.answer();
        rig.key(Qt::Key_End);
        const auto last = requestOf(rig.asked.last());
        QVERIFY(last.rows <= 4);
        QVERIFY((last.firstRow + last.rows) * last.columns >= 2048);
        QVERIFY(!rig.grid.tileRect(rig.grid.order().back()).isNull());
    }

    void hiddenItAsksForNothing() {
        ChannelGrid grid;
        QSignalSpy asked(&grid, &ChannelGrid::renderRequested);
        grid.setResult(makeResult(16), field(), {});
        QVERIFY(asked.isEmpty());
        showAt(grid, 700, 300);
        QVERIFY(!asked.isEmpty());
    }

    void paintsEachTileWhereItSays() {
        Rig rig;
        rig.show(makeResult(20));
        RenderedChannelGrid rendered = render(requestOf(rig.asked.last()));
        const ChannelGridRequest& r = rendered.request;
        auto pixels =
            std::make_shared<cv::Mat>(r.rows * r.tileHeight, r.columns * r.tileWidth, CV_8UC4, cv::Scalar(9, 9, 9, 255));
        const int place = r.columns + 2;  // second row, third column
        (*pixels)(cv::Rect(2 * r.tileWidth, r.tileHeight, r.tileWidth, r.tileHeight)).setTo(cv::Scalar(200, 100, 50, 255));
        rendered.pixels = pixels;
        rig.grid.setRendered(rendered);
        const QRect box = rig.grid.tileRect(rendered.order[static_cast<std::size_t>(place)]);
        const QImage image = rig.grid.grab().toImage();
        QCOMPARE(countColour(image, box, qRgb(50, 100, 200)), box.width() * box.height());
        QCOMPARE(countColour(image, image.rect(), qRgb(50, 100, 200)), box.width() * box.height());
    }

    void olderAndOtherPicturesAreLeftAside() {
        Rig rig;
        rig.show(makeResult(20, 1));
        const auto old = render(requestOf(rig.asked.at(0)));
        rig.grid.setSort(GridSort::Index);
        rig.grid.setRendered(old);               // sorted by weight
        QVERIFY(rig.grid.order() == old.order);  // what was shown stays until the new order is there
        rig.answer();
        QCOMPARE(rig.grid.order().at(1), 1);
        rig.grid.setRendered(old);
        QCOMPARE(rig.grid.order().at(1), 1);
    }

    void sortsByTheToolbar() {
        Rig rig;
        rig.show(makeResult(20));
        QCOMPARE(rig.grid.order().front(), 17);  // 119 mod 20 = 19
        auto* sorts = rig.grid.findChild<QComboBox*>();
        sorts->setFocus();
        QTest::keyClick(sorts, Qt::Key_Down);
        rig.answer();
        QVERIFY(rig.grid.sort() == GridSort::Index);
        QCOMPARE(rig.grid.order().front(), 0);
        QTest::keyClick(sorts, Qt::Key_Down);
        rig.answer();
        // x_c = c + 1 everywhere, so its mean change is (1 − w_c)·(c + 1).
        int most = 0;
        double largest = -1.0;
        for (int c = 0; c < 20; ++c) {
            const double change = (1.0 - 7 * c % 20 / 20.0) * (c + 1);
            if (change > largest) {
                largest = change;
                most = c;
            }
        }
        QCOMPARE(rig.grid.order().front(), most);
    }

    void modesByTheToolbar() {
        Rig rig;
        rig.show(makeResult(20));
        auto* modes = rig.grid.findChild<SegmentSwitch*>();
        QTest::mouseClick(modes->button(static_cast<int>(GridMode::Changed)), Qt::LeftButton);
        QVERIFY(rig.grid.mode() == GridMode::Changed);
        QVERIFY(requestOf(rig.asked.last()).mode == GridMode::Changed);
        rig.answer();
        rig.grid.setSubject(GridSubject::Heads);
        QVERIFY(!modes->isVisible());
        QVERIFY(requestOf(rig.asked.last()).mode == GridMode::Before);
        rig.answer();  // the module has no heads: a sentence says so
        QVERIFY(countColour(rig.grid.grab().toImage(), rig.grid.rect(), theme().error.rgb(), 40) > 50);
        QVERIFY(rig.grid.textSummary().contains(QStringLiteral("no heads")));
        rig.grid.setSubject(GridSubject::Channels);
        rig.answer();
        QCOMPARE(rig.grid.order().size(), std::size_t{20});
    }

    void searchFindsNumbersAndNames() {
        Rig rig;
        rig.show(makeResult(20, 1, true));
        auto* search = rig.grid.findChild<QLineEdit*>();
        search->setFocus();
        QTest::keyClicks(search, QStringLiteral("3 7-9"));
        rig.answer();
        auto found = rig.grid.order();
        std::sort(found.begin(), found.end());
        QVERIFY((found == std::vector<int>{3, 7, 8, 9}));
        search->setText(QStringLiteral("BLUE"));
        rig.answer();
        QCOMPARE(rig.grid.order().size(), std::size_t{10});
        found = rig.grid.order();
        QVERIFY(std::all_of(found.begin(), found.end(), [](int c) { return c % 2 == 1; }));
        QTest::keyClicks(search, QStringLiteral("m"));  // letters are the field's, not the tiles'
        rig.answer();
        QCOMPARE(rig.changed.size(), 0);
        QVERIFY(rig.grid.order().empty());
        QVERIFY(rig.grid.textSummary().contains(QStringLiteral("clear the search")));
        QTest::keyClick(search, Qt::Key_Escape);
        rig.answer();
        QCOMPARE(rig.grid.order().size(), std::size_t{20});
    }

    void aClickChooses() {
        Rig rig;
        rig.show(makeResult(20));
        QTest::mouseClick(&rig.grid, Qt::LeftButton, {}, rig.grid.tileRect(5).center());
        QCOMPARE(rig.chosen.size(), 1);
        QCOMPARE(rig.chosen.at(0).at(0).toInt(), 5);
        QCOMPARE(rig.grid.chosen(), 5);
        const QRect box = rig.grid.tileRect(5);
        const QImage image = rig.grid.grab().toImage();
        QVERIFY(countColour(image, QRect(box.left() - 2, box.center().y(), 4, 1), theme().accent.rgb()) >= 1);
        QTest::keyClick(&rig.grid, Qt::Key_Right);
        QTest::keyClick(&rig.grid, Qt::Key_Return);
        const auto order = rig.grid.order();
        const auto five = std::find(order.begin(), order.end(), 5);
        QCOMPARE(rig.chosen.at(1).at(0).toInt(), *(five + 1));
        QTest::keyClick(&rig.grid, Qt::Key_Escape);
        QCOMPARE(rig.chosen.at(2).at(0).toInt(), -1);
    }

    // A tile which is cut by the border stays where it is, so that the second press of a double click meets it too.
    void aClickDoesNotMoveTheTiles() {
        Rig rig;
        rig.show(makeResult(200), 700, 250);
        const int cut = rig.grid.order().at(2 * 8);
        const QRect box = rig.grid.tileRect(cut);
        QVERIFY(!box.isNull() && box.bottom() > rig.grid.height());
        QTest::mouseClick(&rig.grid, Qt::LeftButton, {}, QPoint(box.center().x(), box.top() + 4));
        QCOMPARE(rig.grid.chosen(), cut);
        QCOMPARE(rig.grid.tileRect(cut), box);
    }

    void aHintGivesAllDigits() {
        Rig rig;
        rig.show(makeResult(20, 1, true));
        rig.grid.setFactors({1.0F, 1.0F, 1.0F, 1.0F, 1.0F, 0.5F});
        const QPoint at = rig.grid.tileRect(5).center();
        QHelpEvent help(QEvent::ToolTip, at, rig.grid.mapToGlobal(at));
        QApplication::sendEvent(&rig.grid, &help);
        const QStringList lines = QToolTip::text().split(QLatin1Char('\n'));
        QCOMPARE(lines.mid(0, 3), (QStringList{QStringLiteral("5 blue, coarse"), QStringLiteral("weight 0.75"),
                                               QStringLiteral("change 1.5")}));  // (1 − 0.75)·6
        QVERIFY(lines.contains(QString::fromUtf8("scaled ×0.5")));
        QVERIFY(lines.contains(QStringLiteral("colours from 1 to 20")));
        QToolTip::hideText();
    }

    void muteSoloScaleReset() {
        Rig rig;
        rig.show(makeResult(20));
        QTest::mouseDClick(&rig.grid, Qt::LeftButton, {}, rig.grid.tileRect(5).center());
        QCOMPARE(rig.changed.size(), 1);
        auto factors = rig.told(0);
        QCOMPARE(factors.size(), std::size_t{20});
        QCOMPARE(std::count(factors.begin(), factors.end(), 1.0F), 19);
        QCOMPARE(factors[5], 0.0F);
        rig.key(Qt::Key_M);
        QVERIFY(rig.told(1).empty());  // all are 1 again
        rig.key(Qt::Key_S);
        factors = rig.told(2);
        QCOMPARE(std::count(factors.begin(), factors.end(), 0.0F), 19);
        QCOMPARE(factors[5], 1.0F);
        rig.key(Qt::Key_S);
        QVERIFY(rig.told(3).empty());
        rig.key(Qt::Key_Minus);
        QCOMPARE(rig.told(4)[5], 0.75F);
        for (int k = 0; k < 20; ++k) rig.key(Qt::Key_Plus);
        QCOMPARE(rig.grid.factors()[5], 4.0F);
        for (int k = 0; k < 20; ++k) rig.key(Qt::Key_Minus);
        QCOMPARE(rig.grid.factors()[5], 0.0F);
        rig.key(Qt::Key_R);
        QVERIFY(rig.grid.factors().empty());
        QVERIFY(rig.told(rig.changed.size() - 1).empty());
    }

    void mutedTilesAreCrossedOut() {
        Rig rig;
        rig.show(makeResult(20));
        const auto middle = [&rig](int channel) {
            const QPoint at = rig.grid.tileRect(channel).center();
            return countColour(rig.grid.grab().toImage(), QRect(at.x() - 2, at.y() - 2, 5, 5), theme().text.rgb(), 40);
        };
        QCOMPARE(middle(5), 0);
        std::vector<float> factors(20, 1.0F);
        factors[5] = 0.0F;
        rig.grid.setFactors(factors);
        QVERIFY(middle(5) >= 5);
        QCOMPARE(middle(6), 0);
        QCOMPARE(rig.changed.size(), 0);
        QVERIFY(rig.grid.textSummary().contains(QStringLiteral("Muted: channel 5.")));
        rig.grid.setSubject(GridSubject::Heads);  // has factors of its own
        QVERIFY(rig.grid.factors().empty());
        rig.grid.setSubject(GridSubject::Channels);
        QCOMPARE(rig.grid.factors().size(), std::size_t{20});
    }

    void pinnedTilesComeFirst() {
        Rig rig;
        rig.show(makeResult(200));
        const int late = rig.grid.order().at(30);
        QTest::mouseClick(&rig.grid, Qt::LeftButton, {}, rig.grid.tileRect(rig.grid.order().at(9)).center());
        rig.key(Qt::Key_PageDown);
        rig.grid.setPinned({late});
        rig.answer();
        QCOMPARE(rig.grid.order().front(), late);
        rig.key(Qt::Key_Right);
        rig.key(Qt::Key_Right);
        const int second = rig.grid.order().at(2);
        rig.key(Qt::Key_P);
        QVERIFY((rig.grid.pinned() == std::vector<int>{late, second}));
        QCOMPARE(rig.grid.order().at(1), second);
        rig.key(Qt::Key_P);  // the keyboard stayed with the tile
        QVERIFY((rig.grid.pinned() == std::vector<int>{late}));
    }

    void theMenuHasTheSame() {
        Rig rig;
        rig.show(makeResult(20));
        const QPoint at = rig.grid.tileRect(5).center();
        const auto menu = [&] {
            QContextMenuEvent event(QContextMenuEvent::Mouse, at, rig.grid.mapToGlobal(at));
            QApplication::sendEvent(&rig.grid, &event);
            return rig.grid.findChildren<QMenu*>().last();
        };
        auto* shown = menu();
        QCOMPARE(shown->actions().size(), 8);  // two of them separators
        shown->actions().at(0)->trigger();
        QCOMPARE(rig.grid.factors()[5], 0.0F);
        shown->close();
        shown = menu();
        QVERIFY(shown->actions().at(0)->text().startsWith(QStringLiteral("Unmute")));
        QVERIFY(!shown->actions().at(5)->isEnabled());  // nothing is less than 0
        shown->actions().at(7)->trigger();
        QVERIFY(rig.grid.factors().empty());
        shown->close();
    }

    void keysMoveThroughTheTiles() {
        Rig rig;
        rig.show(makeResult(200));
        const auto top = [&rig] { return requestOf(rig.asked.last()).firstRow; };
        for (int k = 0; k < 3; ++k) rig.key(Qt::Key_Down);
        QVERIFY(top() > 0);
        for (int k = 0; k < 3; ++k) rig.key(Qt::Key_Up);
        QCOMPARE(top(), 0);
        rig.key(Qt::Key_PageDown);
        QVERIFY(top() >= 1);
        rig.key(Qt::Key_PageUp);
        QCOMPARE(top(), 0);
        for (int k = 0; k < 200; ++k) turn(rig.grid, -120);
        rig.answer();
        QVERIFY(!rig.grid.tileRect(rig.grid.order().back()).isNull());
        rig.key(Qt::Key_Home);
        QCOMPARE(top(), 0);
    }

    void screenReaderHearsTheTiles() {
        Rig rig;
        QVERIFY(rig.grid.textSummary().contains(QStringLiteral("Open a picture")));
        rig.show(makeResult(20));
        QCOMPARE(described(rig.grid), rig.grid.textSummary());
        QVERIFY2(rig.grid.textSummary().startsWith(QStringLiteral("20 tiles, by weight; first: channel 17 0.95, ")),
                 qPrintable(rig.grid.textSummary()));
    }

    void everySizeAndThemeIsPainted_data() {
        QTest::addColumn<QSize>("size");
        QTest::newRow("wide") << QSize(1200, 400);
        QTest::newRow("least") << QSize(400, 160);
        QTest::newRow("tiny") << QSize(60, 30);
    }

    void everySizeAndThemeIsPainted() {
        QFETCH(QSize, size);
        for (const auto name : {ThemeName::Light, ThemeName::Dark}) {
            applyTheme(*qApp, name);
            Rig rig;
            rig.show(makeResult(30, 1, true), size.width(), size.height());
            rig.grid.setPinned({3});
            rig.grid.setFactors({0.0F, 0.5F});
            rig.answer();
            QCOMPARE(rig.grid.grab().toImage().pixel(1, 1), theme().window.rgb());
            rig.grid.setResult(nullptr, field(), {});
            QVERIFY(rig.grid.order().empty());
            rig.key(Qt::Key_M);
            QCOMPARE(rig.grid.grab().toImage().pixel(1, 1), theme().window.rgb());
        }
    }

    void focusIsSeenAndLanguageChanges() {
        Rig rig;
        rig.show(makeResult(20));
        rig.grid.activateWindow();
        rig.grid.setFocus();
        QTRY_VERIFY(rig.grid.hasFocus());
        const QRect box = rig.grid.tileRect(rig.grid.order().front()).adjusted(-4, -4, 4, 30);
        QVERIFY(countColour(rig.grid.grab().toImage(), box, theme().focus.rgb()) > 100);
        BracketTranslator brackets;
        QApplication::installTranslator(&brackets);
        QTRY_VERIFY(rig.grid.accessibleName().startsWith(QLatin1Char('[')));
        QVERIFY(rig.grid.findChild<QComboBox*>()->itemText(0).startsWith(QLatin1Char('[')));
        QApplication::removeTranslator(&brackets);
    }
};

QTEST_MAIN(TestChannelGrid)
#include "tst_channel_grid.moc"
