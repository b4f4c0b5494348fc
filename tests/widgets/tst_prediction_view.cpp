#include <QElapsedTimer>
#include <QHelpEvent>
#include <QSignalSpy>
#include <QTest>
#include <QToolTip>

#include <cmath>
#include <limits>

#include "tests/support/view_test.h"
#include "widgets/card.h"
#include "widgets/prediction_view.h"
#include "widgets/theme.h"

using namespace fovea;
using namespace fovea::test;

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

std::vector<PredictionRow> cats() {
    return {{281, QStringLiteral("tabby cat"), QStringLiteral("animal"), 0.28, 0.61},
            {285, QStringLiteral("Egyptian cat"), QStringLiteral("animal"), 0.31, 0.16},
            {850, QStringLiteral("teddy"), QStringLiteral("object"), 0.05, 0.02}};
}

std::vector<PredictionRow> many(int count) {
    std::vector<PredictionRow> rows;
    for (int k = 0; k < count; ++k) {
        rows.push_back({100 + k, QStringLiteral("class %1").arg(k), QString(), 0.5 / (k + 1), 0.6 / (k + 1)});
    }
    return rows;
}

// The longest run of a colour on any line of the row's lower half, where its bars are.
int barLength(const QImage& image, const QRect& row, const QColor& colour) {
    int longest = 0;
    for (int y = row.center().y() + 2; y <= row.bottom(); ++y) {
        longest = std::max(longest, countColour(image, QRect(row.left(), y, row.width(), 1), colour.rgb()));
    }
    return longest;
}

// The first line of the row's lower half which holds the colour.
int barTop(const QImage& image, const QRect& row, const QColor& colour) {
    for (int y = row.center().y() + 2; y <= row.bottom(); ++y) {
        if (countColour(image, QRect(row.left(), y, row.width(), 1), colour.rgb()) > 3) {
            return y;
        }
    }
    return -1;
}

QString toolTipAt(PredictionView& view, const QPoint& position) {
    QHelpEvent help(QEvent::ToolTip, position, view.mapToGlobal(position));
    QApplication::sendEvent(&view, &help);
    return QToolTip::text();
}

// A view on the plain surface of a card, so that every other colour is its own.
struct Fixture {
    QWidget window;
    PredictionView view{&window};

    explicit Fixture(int width = 200, int height = 330) {
        QPalette palette;
        palette.setColor(QPalette::Window, theme().card);
        window.setPalette(palette);
        view.setGeometry(10, 10, width, height);
        showAt(window, width + 20, height + 20);
        view.clearFocus();
        QTest::mouseMove(&window, QPoint(2, 2));
    }
    QImage grab() { return window.grab().toImage().copy(view.geometry()); }
    QPoint nameOf(int index) const { return view.rowRect(index).topLeft() + QPoint(20, 8); }
    QPoint plainOf(int index) const { return view.plainRect(index).center(); }
};

void compareChoice(const QSignalSpy& spy, int k, int index, bool plain) {
    QVERIFY(spy.size() > k);
    QCOMPARE(spy.at(k).at(0).toInt(), index);
    QCOMPARE(spy.at(k).at(1).toBool(), plain);
}

}  // namespace

class TestPredictionView : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { applyTheme(*qApp, ThemeName::Dark); }
    void init() {
        // The offscreen platform cannot raise the window of a hint.
        QTest::failOnWarning(
            QRegularExpression(QStringLiteral("^(?!.*(propagateSizeHints|XDG_RUNTIME_DIR|runtime directory|raise\\(\\)))")));
    }
    void cleanup() {
        QToolTip::hideText();
        if (themeName() != ThemeName::Dark) {
            applyTheme(*qApp, ThemeName::Dark);
        }
    }

    void barsAreAsLongAsTheProbabilities_data() {
        QTest::addColumn<int>("name");
        QTest::newRow("dark") << static_cast<int>(ThemeName::Dark);
        QTest::newRow("light") << static_cast<int>(ThemeName::Light);
    }

    void barsAreAsLongAsTheProbabilities() {
        QFETCH(int, name);
        applyTheme(*qApp, static_cast<ThemeName>(name));
        Fixture f;
        f.view.setRows(
            {{1, QString(), QString(), 0.25, 1.0}, {2, QString(), QString(), 0.5, 0.1}, {3, QString(), QString(), 0, 0}}, true);
        const QImage image = f.grab();
        const Theme& t = theme();
        const int whole = barLength(image, f.view.rowRect(1), t.accent);
        QVERIFY2(whole >= 188 && whole <= 200, qPrintable(QString::number(whole)));
        QVERIFY(qAbs(barLength(image, f.view.rowRect(1), t.secondary) - whole / 4) <= 2);
        QVERIFY(qAbs(barLength(image, f.view.rowRect(2), t.secondary) - whole / 2) <= 2);
        QVERIFY(qAbs(barLength(image, f.view.rowRect(2), t.accent) - whole / 10) <= 2);
        QCOMPARE(barLength(image, f.view.rowRect(3), t.secondary), 0);
        QCOMPARE(barLength(image, f.view.rowRect(3), t.accent), 0);
        QVERIFY(barTop(image, f.view.rowRect(1), t.secondary) < barTop(image, f.view.rowRect(1), t.accent));
        QCOMPARE(image.pixel(199, 329), t.card.rgb());
    }

    // Nothing stands beside the bars, above the rows only the heads, below them nothing; names never run into the numbers.
    void paintsOnlyWhereItShould() {
        Fixture f;
        f.view.setRows(
            {{1, QString(200, u'W'), QStringLiteral("group"), 1.0, 1.0}, {2, QStringLiteral("b"), QString(), 1.0, 1.0}}, true);
        const QImage image = f.grab();
        const QRect last = f.view.rowRect(2);
        const QRect below(0, last.bottom() + 1, 200, 330 - last.bottom() - 1);
        QCOMPARE(countColour(image, below, theme().card.rgb()), below.width() * below.height());
        for (const QRect& edge : {QRect(0, 0, 3, 330), QRect(197, 0, 3, 330)}) {
            QCOMPARE(countColour(image, edge, theme().card.rgb()), edge.width() * edge.height());
        }
        const QRect plain = f.view.plainRect(1);
        const QRect gap(plain.left() - 3, plain.top(), 6, 16);
        QCOMPARE(countColour(image, gap, theme().card.rgb()), gap.width() * gap.height());
        const QImage whole = f.window.grab().toImage();
        QCOMPARE(countColour(whole, QRect(0, 0, 220, 10), theme().card.rgb()), 2200);
        QCOMPARE(countColour(whole, QRect(210, 0, 10, 350), theme().card.rgb()), 3500);
    }

    void clickShowsAClassAndAgainReturns() {
        Fixture f;
        f.view.setRows(cats(), true);
        QSignalSpy chosen(&f.view, &PredictionView::classChosen);
        QTest::mouseClick(&f.view, Qt::LeftButton, {}, f.nameOf(285));
        QTest::mouseClick(&f.view, Qt::LeftButton, {}, f.nameOf(285));
        QTest::mouseClick(&f.view, Qt::LeftButton, {}, f.plainOf(285));
        QTest::mouseClick(&f.view, Qt::LeftButton, {}, f.nameOf(285));  // the other half of the same row
        QTest::mouseClick(&f.view, Qt::LeftButton, {}, f.plainOf(850));
        QTest::mouseClick(&f.view, Qt::LeftButton, {}, f.plainOf(850));
        QTest::mouseClick(&f.view, Qt::LeftButton, {}, QPoint(30, 5));  // the heads choose nothing
        QTest::mouseClick(&f.view, Qt::LeftButton, {}, QPoint(30, 320));
        QTest::mouseClick(&f.view, Qt::RightButton, {}, f.nameOf(281));
        QCOMPARE(chosen.size(), 6);
        compareChoice(chosen, 0, 285, false);
        compareChoice(chosen, 1, -1, false);
        compareChoice(chosen, 2, 285, true);
        compareChoice(chosen, 3, 285, false);
        compareChoice(chosen, 4, 850, true);
        compareChoice(chosen, 5, -1, false);
    }

    void whatIsNotExplainedCannotBeChosen() {
        Fixture f;
        f.view.setRows(cats(), false);
        QSignalSpy chosen(&f.view, &PredictionView::classChosen);
        QTest::mouseMove(&f.view, f.nameOf(281));
        QTest::mouseClick(&f.view, Qt::LeftButton, {}, f.nameOf(281));
        QTest::mouseClick(&f.view, Qt::LeftButton, {}, f.plainOf(281));
        QTest::keyClick(&f.view, Qt::Key_Return);
        QCOMPARE(chosen.size(), 0);
        QCOMPARE(countColour(f.grab(), f.view.rowRect(281), theme().control.rgb()), 0);
        QVERIFY(f.view.cursor().shape() != Qt::PointingHandCursor);
    }

    // A half which was not computed gives way to the other; a row without any cannot be chosen.
    void notANumberIsADash() {
        Fixture f;
        f.view.setRows({{1, QStringLiteral("a"), {}, kNone, 0.5},
                        {2, QStringLiteral("b"), {}, 0.5, kNone},
                        {3, QStringLiteral("c"), {}, kNone, std::numeric_limits<double>::infinity()}},
                       true);
        const QImage image = f.grab();
        QCOMPARE(barLength(image, f.view.rowRect(1), theme().secondary), 0);
        QVERIFY(barLength(image, f.view.rowRect(1), theme().accent) > 90);
        QCOMPARE(barLength(image, f.view.rowRect(2), theme().accent), 0);
        QCOMPARE(barLength(image, f.view.rowRect(3), theme().accent), 0);
        QSignalSpy chosen(&f.view, &PredictionView::classChosen);
        QTest::mouseClick(&f.view, Qt::LeftButton, {}, f.plainOf(1));
        QTest::mouseClick(&f.view, Qt::LeftButton, {}, f.nameOf(2));
        QTest::mouseClick(&f.view, Qt::LeftButton, {}, f.nameOf(3));
        QCOMPARE(chosen.size(), 2);
        compareChoice(chosen, 0, 1, false);
        compareChoice(chosen, 1, 2, true);
        QVERIFY(toolTipAt(f.view, f.nameOf(1)).contains(QStringLiteral("without the module: not computed")));
        QVERIFY(f.view.textSummary().startsWith(QStringLiteral("1. a, 50 % with; 2. b, 50 % without; 3. c.")));
    }

    void keysMoveAndChoose() {
        Fixture f;
        f.view.setRows(cats(), true);
        QSignalSpy chosen(&f.view, &PredictionView::classChosen);
        QTest::keyClick(&f.view, Qt::Key_Up);
        QTest::keyClick(&f.view, Qt::Key_Return);
        QTest::keyClick(&f.view, Qt::Key_Down);
        QTest::keyClick(&f.view, Qt::Key_Space);
        QTest::keyClick(&f.view, Qt::Key_End);
        QTest::keyClick(&f.view, Qt::Key_Down);
        QTest::keyClick(&f.view, Qt::Key_Left);
        QTest::keyClick(&f.view, Qt::Key_Enter);
        QTest::keyClick(&f.view, Qt::Key_Enter);
        QTest::keyClick(&f.view, Qt::Key_Home);
        QTest::keyClick(&f.view, Qt::Key_Right);
        QTest::keyClick(&f.view, Qt::Key_Enter);
        QCOMPARE(chosen.size(), 5);
        compareChoice(chosen, 0, 281, false);
        compareChoice(chosen, 1, 285, false);
        compareChoice(chosen, 2, 850, true);
        compareChoice(chosen, 3, -1, false);
        compareChoice(chosen, 4, 281, false);
    }

    void marksTheChosenNumber() {
        Fixture f;
        f.view.setRows(cats(), true);
        QSignalSpy chosen(&f.view, &PredictionView::classChosen);
        f.view.setChosen(285, false);
        const QRect row = f.view.rowRect(285);
        const QRect left = f.view.plainRect(285).adjusted(0, 0, 0, -12);
        const QRect right(left.right() + 1, left.top(), 200 - left.right() - 1, left.height());
        QImage image = f.grab();
        QVERIFY(countColour(image, row, theme().selection.rgb()) > 2000);
        QCOMPARE(countColour(image, left, theme().accent.rgb()), 0);
        QVERIFY(countColour(image, right, theme().accent.rgb()) > 150);
        f.view.setChosen(285, true);
        image = f.grab();
        QVERIFY(countColour(image, left, theme().accent.rgb()) > 150);
        QCOMPARE(countColour(image, right, theme().accent.rgb()), 0);
        QCOMPARE(countColour(image, f.view.rowRect(281), theme().selection.rgb()), 0);
        QVERIFY(
            f.view.textSummary().contains(QStringLiteral("The picture shows what speaks for Egyptian cat without the module.")));
        f.view.setChosen(-1, true);
        QCOMPARE(countColour(f.grab(), f.view.rect(), theme().selection.rgb()), 0);
        f.view.setChosen(999, false);  // a class which is not among these
        QCOMPARE(countColour(f.grab(), f.view.rect(), theme().selection.rgb()), 0);
        QCOMPARE(chosen.size(), 0);
    }

    void hoverShowsWhatAClickWouldChoose() {
        Fixture f;
        f.view.setRows(cats(), true);
        const QImage still = f.grab();
        QTest::mouseMove(&f.view, f.nameOf(285));
        QTRY_VERIFY(countColour(f.grab(), f.view.rowRect(285), theme().control.rgb()) > 2000);
        QCOMPARE(countColour(f.grab(), f.view.rowRect(281), theme().control.rgb()), 0);
        QCOMPARE(f.view.cursor().shape(), Qt::PointingHandCursor);
        const QImage whole = f.grab();
        QTest::mouseMove(&f.view, f.plainOf(285));
        QTRY_VERIFY(f.grab().copy(f.view.plainRect(285)) != whole.copy(f.view.plainRect(285)));
        QEvent leave(QEvent::Leave);
        QApplication::sendEvent(&f.view, &leave);
        QCOMPARE(f.grab(), still);
    }

    void focusIsSeen() {
        Fixture f;
        f.view.setRows(cats(), true);
        QCOMPARE(countColour(f.grab(), f.view.rect(), theme().focus.rgb()), 0);
        f.window.activateWindow();
        f.view.setFocus();
        QTRY_VERIFY(f.view.hasFocus());
        QVERIFY(countColour(f.grab(), f.view.rowRect(281), theme().focus.rgb()) > 200);
        QTest::keyClick(&f.view, Qt::Key_Left);
        const QImage image = f.grab();
        const QRect name(0, f.view.rowRect(281).top(), f.view.plainRect(281).left() - 2, 28);
        QCOMPARE(countColour(image, name, theme().focus.rgb()), 0);
        QVERIFY(countColour(image, f.view.plainRect(281), theme().focus.rgb()) > 60);
        QVERIFY(f.view.textSummary().endsWith(QStringLiteral("Row 1: tabby cat.")));
    }

    // Another rank or value moves no row and asks for no layout; ten rows are the most.
    void nothingJumps() {
        Fixture f;
        f.view.setRows(cats(), true);
        const QRect second = f.view.rowRect(285);
        const QSize hint = f.view.sizeHint();
        const QRect plain = f.view.plainRect(285);
        f.view.setRows({cats()[1], cats()[0], {850, QStringLiteral("teddy"), {}, 1.0, 0.0001}}, true);
        QCOMPARE(f.view.rowRect(281), second);
        QCOMPARE(f.view.sizeHint(), hint);
        QCOMPARE(f.view.heightForWidth(200), hint.height());
        QCOMPARE(f.view.plainRect(281), plain);
        f.view.setRows(many(14), true);
        QVERIFY(!f.view.rowRect(109).isNull());
        QVERIFY(f.view.rowRect(110).isNull());
        QCOMPARE(f.view.sizeHint().height(), f.view.rowRect(109).bottom() + 1);
        QVERIFY(f.view.sizeHint().height() < 320);
    }

    void thirtyFramesASecondAreCheap() {
        QWidget window;
        auto* view = new PredictionView;
        view->setRows(many(10), true);
        auto* card = new Card(view, &window);
        card->setGeometry(0, 0, 220, 360);
        showAt(window, 220, 360);
        QCoreApplication::processEvents();
        struct Counter final : QObject {
            int layouts = 0;
            bool eventFilter(QObject*, QEvent* event) override {
                layouts += event->type() == QEvent::LayoutRequest ? 1 : 0;
                return false;
            }
        } counter;
        card->installEventFilter(&counter);
        QElapsedTimer clock;
        clock.start();
        for (int frame = 0; frame < 300; ++frame) {
            auto rows = many(10);
            std::rotate(rows.begin(), rows.begin() + frame % 10, rows.end());
            rows[0].with = frame / 300.0;
            view->setRows(std::move(rows), true);
        }
        QVERIFY2(clock.elapsed() < 1000, qPrintable(QString::number(clock.elapsed())));  // ten seconds of a video
        QCoreApplication::processEvents();
        QCOMPARE(counter.layouts, 0);
        view->setRows(many(3), true);
        QCoreApplication::processEvents();
        QVERIFY(counter.layouts > 0);
    }

    void tooltipTellsAllAndNothingIsMarkup() {
        Fixture f;
        f.view.setRows(
            {{1, QStringLiteral("a <b>very</b> long name which does not fit"), QStringLiteral("things"), 0.123456, 0.25}}, true);
        QString text = toolTipAt(f.view, f.nameOf(1));
        QVERIFY(text.contains(QStringLiteral("a &lt;b&gt;very&lt;/b&gt; long name which does not fit (things)")));
        QVERIFY(text.contains(QStringLiteral("with the module: 25 %")));
        QVERIFY(text.contains(QStringLiteral("without the module: 12.3456 %")));
        QVERIFY(text.endsWith(QStringLiteral("Click to see what speaks for it</qt>")));
        QToolTip::hideText();
        QVERIFY(toolTipAt(f.view, f.plainOf(1)).contains(QStringLiteral("Click to see what speaks for it without the module")));
        f.view.setChosen(1, true);
        QToolTip::hideText();
        QVERIFY(toolTipAt(f.view, f.plainOf(1)).contains(QStringLiteral("Click to return to the module's own map")));
    }

    // The group stands beside a name only where groups differ and all of it fits.
    void groupsAreNamedWhereTheyDiffer() {
        Fixture f;
        const auto inked = [&f](const QString& name, const QString& group, const QString& other) {
            f.view.setRows({{1, name, group, kNone, kNone}, {2, QStringLiteral("x"), other, kNone, kNone}}, false);
            const QRect row = f.view.rowRect(1);
            return countColour(f.grab(), QRect(20, row.top(), f.view.plainRect(1).left() - 20, row.height()),
                               theme().secondary.rgb(), 60);
        };
        const QString animal = QStringLiteral("animal");
        QCOMPARE(inked(QStringLiteral("i"), animal, animal), 0);
        QVERIFY(inked(QStringLiteral("i"), animal, QStringLiteral("object")) > 20);
        QCOMPARE(inked(QStringLiteral("i"), QString(60, u'm'), QStringLiteral("object")), 0);
    }

    void messageStandsInsteadOfRows() {
        Fixture f;
        f.view.setRows(cats(), true);
        const QString sentence = QStringLiteral("This network ends before its classes, so there is no guess to show.");
        f.view.setMessage(sentence);
        QCOMPARE(f.view.textSummary(), sentence);
        QVERIFY(f.view.rowRect(281).isNull());
        QVERIFY(f.view.plainRect(281).isNull());
        QVERIFY(f.view.heightForWidth(100) > f.view.heightForWidth(300));
        QVERIFY(countColour(f.grab(), f.view.rect(), theme().secondary.rgb(), 40) > 100);
        QSignalSpy chosen(&f.view, &PredictionView::classChosen);
        QTest::mouseClick(&f.view, Qt::LeftButton, {}, QPoint(20, 30));
        QTest::keyClick(&f.view, Qt::Key_Return);
        QCOMPARE(chosen.size(), 0);
        f.view.setRows(cats(), true);
        QVERIFY(!f.view.textSummary().contains(sentence));
        f.view.setRows({}, true);
        QCOMPARE(f.view.textSummary(), QStringLiteral("A network that names what it sees fills this card."));
    }

    void numbersAreNeverRoundedToImpossibleOrCertain() {
        PredictionView view;
        const auto shown = [&view](double p) {
            view.setRows({{1, QStringLiteral("a"), {}, kNone, p}}, false);
            return view.textSummary();
        };
        QCOMPARE(shown(0.0), QStringLiteral("1. a, 0 % with."));
        QCOMPARE(shown(0.0004), QStringLiteral("1. a, <1 % with."));
        QCOMPARE(shown(0.314), QStringLiteral("1. a, 31 % with."));
        QCOMPARE(shown(0.9999), QStringLiteral("1. a, >99 % with."));
        QCOMPARE(shown(1.0), QStringLiteral("1. a, 100 % with."));
        QCOMPARE(shown(1.5), QStringLiteral("1. a, 100 % with."));
        QCOMPARE(shown(-1.0), QStringLiteral("1. a, 0 % with."));
    }

    void screenReaderHearsTheGuess() {
        PredictionView view;
        view.setAccessibleName(QStringLiteral("Prediction"));
        view.setRows(
            {{1, QStringLiteral("虎斑猫"), QStringLiteral("动物"), 0.28, 0.31}, {2, QStringLiteral("teddy"), {}, 0.5, 0.4}},
            true);
        QCOMPARE(view.textSummary(), QStringLiteral("1. 虎斑猫, 31 % with, 28 % without; 2. teddy, 40 % with, 50 % without."));
        QCOMPARE(described(view), view.textSummary());
    }

    void odd() {
        PredictionView view;
        showAt(view, 40, 20);
        view.setRows(cats(), true);
        QVERIFY(!view.grab().isNull());
        view.setRows({}, true);
        QTest::keyClick(&view, Qt::Key_End);
        QTest::keyClick(&view, Qt::Key_Return);
        view.setRows({{-1, QString(), QString(), 0.5, 0.5}}, true);
        view.setChosen(-7, true);
        QVERIFY(!view.grab().isNull());
        QVERIFY(!view.textSummary().isEmpty());
    }

    void speaksAnotherLanguage() {
        Fixture f;
        f.view.setRows(cats(), true);
        const QImage before = f.grab();
        BracketTranslator brackets;
        QApplication::installTranslator(&brackets);
        QTRY_VERIFY(f.grab().copy(0, 0, 200, 16) != before.copy(0, 0, 200, 16));
        QVERIFY(toolTipAt(f.view, f.nameOf(281)).contains(QStringLiteral("[with the module: [")));
        QApplication::removeTranslator(&brackets);
        QTRY_VERIFY(f.grab() == before);
    }
};

QTEST_MAIN(TestPredictionView)
#include "tst_prediction_view.moc"
