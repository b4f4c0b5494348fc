#include <QAccessible>
#include <QPushButton>
#include <QRadioButton>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QTest>

#include <algorithm>
#include <limits>

#include "tests/support/scale_fixture.h"
#include "widgets/colour_scale.h"
#include "widgets/theme.h"

using namespace fovea;
using namespace fovea::test;

class TestColourScale : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() {
        // All but what the offscreen platform itself prints.
        QTest::failOnWarning(QRegularExpression(QStringLiteral("^(?!This plugin does not support )")));
        applyTheme(*qApp, ThemeName::Dark);
    }

    void barShowsTheExactTable() {
        ScaleFixture f;
        f.scale.setField(makeField({0.41F, 0.5F, 0.93F}), {});
        const std::vector<int> indices = f.barIndices(findColormap("inferno")->table);
        QVERIFY(indices.size() > 200);
        QCOMPARE(indices.front(), 255);
        QCOMPARE(indices.back(), 0);
        QVERIFY(std::is_sorted(indices.rbegin(), indices.rend()));
    }

    void aFlatFieldIsNamed() {
        ScaleFixture f;
        f.scale.setField(makeField({0.62F, 0.62F}), {});
        QCOMPARE(f.scale.textSummary(), QStringLiteral("flat: 0.62 everywhere"));
        const std::vector<int> indices = f.barIndices(findColormap("inferno")->table);
        QVERIFY(indices.size() > 100);
        QVERIFY(std::all_of(indices.begin(), indices.end(), [](int index) { return index == 0; }));
    }

    void divergingFieldsUseTheirOwnTable() {
        ScaleFixture f;
        auto field = makeField({-2.0F, 0.0F, 1.0F});
        field->diverging = true;
        field->scaleMax = 2.0F;
        f.scale.setField(field, {});
        const ColorTable& table = findColormap("blue-red")->table;
        const std::vector<int> indices = f.barIndices(table);
        QVERIFY(indices.size() > 200);
        QCOMPARE(indices.front(), 255);
        QCOMPARE(indices.back(), 0);
        QCOMPARE(f.scale.range(), (ValueRange{-2.0F, 2.0F}));
    }

    void valuesOutsideAreNamed() {
        ScaleFixture f;
        std::vector<float> values(1000, 0.5F);
        std::fill_n(values.begin(), 21, 0.9F);
        values.back() = 0.1F;
        OverlayStyle style;
        style.autoRange = false;
        style.range = {0.2F, 0.8F};
        f.scale.setField(makeField(values), style);
        f.scale.setMode(RangeMode::Locked, style.range);
        const QString text = f.scale.textSummary();
        QVERIFY2(text.contains(QStringLiteral("2.1 % above")), qPrintable(text));
        QVERIFY2(text.contains(QStringLiteral("0.1 % below")), qPrintable(text));
        QVERIFY2(text.contains(QStringLiteral("locked")), qPrintable(text));
        f.scale.setMode(RangeMode::Auto, {});
        QCOMPARE(f.scale.textSummary(), QStringLiteral("0.1 to 0.9"));
    }

    void aLockedRangeStaysOverFields() {
        ScaleFixture f;
        f.scale.setField(makeField({0.41F, 0.93F}), {});
        f.scale.setMode(RangeMode::Locked, {0.41F, 0.93F});
        OverlayStyle locked;
        locked.autoRange = false;
        locked.range = f.scale.range();
        f.scale.setField(makeField({5.0F, 6.0F}), locked);
        QCOMPARE(f.scale.range(), (ValueRange{0.41F, 0.93F}));
        QVERIFY(f.scale.textSummary().contains(QStringLiteral("100 % above")));
    }

    void clickAndSpaceOpenThePanel() {
        ScaleFixture f;
        QTest::keyClick(&f.scale, Qt::Key_Space);
        QVERIFY(f.part<QWidget>("rangeReset") == nullptr);  // nothing to set without a field
        f.scale.setField(makeField({0.0F, 1.0F}), {});
        QTest::mouseClick(&f.scale, Qt::LeftButton);
        QVERIFY(f.part<QPushButton>("rangeReset") != nullptr);
        QTest::keyClick(f.part<QRadioButton>("rangeAuto"), Qt::Key_Escape);
        QTRY_VERIFY(f.part<QPushButton>("rangeReset") == nullptr);
        QTest::keyClick(&f.scale, Qt::Key_Space);
        QVERIFY(f.part<QPushButton>("rangeReset") != nullptr);
    }

    void markMovesAndHides() {
        ScaleFixture f;
        f.scale.setField(makeField({0.0F, 1.0F}), {});
        const QImage without = f.grab();
        f.scale.setMark(0.5F);
        const QImage middle = f.grab();
        QVERIFY(differences(without, middle) > 50);
        QTest::keyClick(&f.scale, Qt::Key_Up);
        QVERIFY(differences(middle, f.grab()) > 50);
        f.scale.setMark(std::numeric_limits<float>::quiet_NaN());
        QCOMPARE(differences(without, f.grab()), 0);
    }

    // The number under the cursor stands alone, and not over the rest of a tick's: whatever that tick's number is.
    void theMarkHidesNumbersItWouldCut() {
        const auto numbers = [](float top) {
            ScaleFixture f;
            f.scale.setField(makeField({0.0F, top}), {});
            const auto [first, last] = f.barRows();
            f.scale.setMark(top * (1.0F - 10.0F / static_cast<float>(last - first)));  // ten rows below the upper end
            QImage image = f.grab();
            return image.copy(kBarColumn + 16, first - 8, image.width() - kBarColumn - 16, 10);
        };
        QVERIFY(differences(numbers(1.0F), numbers(8.0F)) == 0);
    }

    void screenReadersGetTheSummary() {
        ScaleFixture f;
        f.scale.setField(makeField({0.41F, 0.93F}), {});
        QAccessibleInterface* view = QAccessible::queryAccessibleInterface(&f.scale);
        QVERIFY(view != nullptr);
        QCOMPARE(view->role(), QAccessible::Graphic);
        QCOMPARE(view->text(QAccessible::Value), QStringLiteral("0.41 to 0.93"));
    }

    void focusIsVisible() {
        ScaleFixture f;
        f.scale.setField(makeField({0.41F, 0.93F}), {});
        f.scale.clearFocus();
        const QImage without = f.grab();
        f.scale.activateWindow();
        f.scale.setFocus(Qt::TabFocusReason);
        QTRY_VERIFY(f.scale.hasFocus());
        QVERIFY(differences(without, f.grab()) > 300);
    }

    void theScaleStaysNarrow() {
        const ColourScale scale;
        QVERIFY(scale.sizeHint().width() <= 120);
    }

    void draggingAnEndTypesARange() {
        ScaleFixture f;
        f.scale.setField(makeField({0.0F, 0.1F, 0.2F, 1.0F}), {});
        QSignalSpy changed(&f.scale, &ColourScale::rangeChanged);
        const auto [top, bottom] = f.barRows();
        const double rows = bottom - top;
        const QPoint handle = f.upperHandle();
        QTest::mousePress(&f.scale, Qt::LeftButton, {}, handle);
        QCOMPARE(changed.count(), 0);
        for (const int down : {40, 80, 60}) {
            QTest::mouseMove(&f.scale, handle + QPoint(0, down));
            QCOMPARE(f.scale.mode(), RangeMode::Typed);
            QCOMPARE(f.scale.range().lo, 0.0F);
            QVERIFY(near(f.scale.range().hi, 1.0 - down / rows));
        }
        QCOMPARE(changed.count(), 3);
        QCOMPARE(changed.last().at(0).value<RangeMode>(), RangeMode::Typed);
        QCOMPARE(changed.last().at(1).value<ValueRange>(), f.scale.range());
        // The axis stands meanwhile: what lies above the end has the end's colour.
        const auto dragged = f.barIndices(findColormap("inferno")->table);
        QVERIFY(std::count(dragged.begin(), dragged.end(), 255) >= 50);  // but for what the handle covers
        // Pixels which were asked for before do not take the end out of the hand.
        f.scale.setField(makeField({0.0F, 0.5F, 1.0F}), {});
        QVERIFY(near(f.scale.range().hi, 1.0 - 60 / rows));
        QVERIFY(f.scale.textSummary().contains(QStringLiteral("33.3 % above")));
        QTest::mouseRelease(&f.scale, Qt::LeftButton, {}, handle + QPoint(0, 60));
        QCOMPARE(changed.count(), 3);
        QVERIFY(f.part<QPushButton>("rangeReset") == nullptr);  // a handle does not open the panel
        const auto after = f.barIndices(findColormap("inferno")->table);
        QVERIFY(std::count(after.begin(), after.end(), 255) <= 2);
    }

    void endsNeitherCrossNorStopAtTheBar() {
        ScaleFixture f;
        f.scale.setField(makeField({2.0F, 4.0F}), {});
        const auto [top, bottom] = f.barRows();
        const double rows = bottom - top;
        f.drag(f.upperHandle(), -50);  // beyond the bar the measure goes on
        QVERIFY(near(f.scale.range().hi, 4.0 + 2.0 * 50 / rows));
        const double span = static_cast<double>(f.scale.range().hi) - 2.0;
        f.drag(f.lowerHandle(), 30);
        QVERIFY(near(f.scale.range().lo, 2.0 - span * 30 / rows));
        const ValueRange wide = f.scale.range();
        f.drag(f.upperHandle(), 1000);
        QCOMPARE(f.scale.range().lo, wide.lo);
        QVERIFY(near(f.scale.range().hi, wide.lo + 0.01 * (static_cast<double>(wide.hi) - wide.lo)));
    }

    void divergingEndsMoveTogether() {
        ScaleFixture f;
        auto field = makeField({-2.0F, 0.0F, 1.0F});
        field->diverging = true;
        field->scaleMax = 2.0F;
        f.scale.setField(field, {});
        const auto [top, bottom] = f.barRows(findColormap("blue-red")->table);
        f.drag({kBarColumn, top - 4}, 30);
        QVERIFY(near(f.scale.range().hi, 2.0 - 4.0 * 30 / (bottom - top)));
        QCOMPARE(f.scale.range().lo, -f.scale.range().hi);
        f.scale.setMode(RangeMode::Typed, {-1.0F, 3.0F});  // typed otherwise, they are free
        f.drag({kBarColumn, top - 4}, 30);
        QCOMPARE(f.scale.range().lo, -1.0F);
        QVERIFY(near(f.scale.range().hi, 3.0 - 4.0 * 30 / (bottom - top)));
    }

    void aDoubleClickMakesAnEndAutomatic() {
        ScaleFixture f;
        f.scale.setField(makeField({0.0F, 1.0F}), {});
        f.drag(f.upperHandle(), 50);
        f.drag(f.lowerHandle(), -50);
        const ValueRange both = f.scale.range();
        QSignalSpy changed(&f.scale, &ColourScale::rangeChanged);
        QTest::mouseDClick(&f.scale, Qt::LeftButton, {}, f.upperHandle());
        QCOMPARE(f.scale.mode(), RangeMode::Typed);
        QCOMPARE(f.scale.range(), (ValueRange{both.lo, 1.0F}));
        QTest::mouseDClick(&f.scale, Qt::LeftButton, {}, f.lowerHandle());
        QCOMPARE(f.scale.mode(), RangeMode::Auto);
        QCOMPARE(f.scale.range(), (ValueRange{0.0F, 1.0F}));
        QCOMPARE(changed.count(), 2);
        QCOMPARE(changed.last().at(0).value<RangeMode>(), RangeMode::Auto);
        QVERIFY(f.part<QPushButton>("rangeReset") == nullptr);
    }

    void theCursorSaysWhatCanBeDragged() {
        ScaleFixture f;
        f.scale.setField(makeField({0.0F, 1.0F}), {});
        const QImage quiet = f.grab();
        f.hover(f.upperHandle());
        QCOMPARE(f.scale.cursor().shape(), Qt::SizeVerCursor);
        QVERIFY(differences(quiet, f.grab()) > 20);
        f.hover(f.lowerHandle());
        QCOMPARE(f.scale.cursor().shape(), Qt::SizeVerCursor);
        f.hover(QPoint(kBarColumn, 120));
        QCOMPARE(f.scale.cursor().shape(), Qt::PointingHandCursor);
        f.scale.setField(makeField({1.0F, 1.0F}), {});  // flat: there is nothing between the ends
        f.hover(f.upperHandle());
        QCOMPARE(f.scale.cursor().shape(), Qt::PointingHandCursor);
    }

    void theKeyboardMovesTheChosenEnd() {
        ScaleFixture f;
        f.scale.setField(makeField({0.0F, 2.0F}), {});
        f.scale.activateWindow();
        f.scale.setFocus(Qt::TabFocusReason);
        QTRY_VERIFY(f.scale.hasFocus());
        QTest::keyClick(&f.scale, Qt::Key_Tab);
        QVERIFY(f.scale.textSummary().contains(QStringLiteral("upper end chosen")));
        QTest::keyClick(&f.scale, Qt::Key_Down);
        QCOMPARE(f.scale.range(), (ValueRange{0.0F, 1.98F}));
        QCOMPARE(f.scale.mode(), RangeMode::Typed);
        f.scale.setField(makeField({0.0F, 2.0F}), {});  // late pixels; the next step goes on from where the end is
        QTest::keyClick(&f.scale, Qt::Key_Down);
        QVERIFY(near(f.scale.range().hi, 1.98 * 0.99));
        const double hi = f.scale.range().hi;
        QTest::keyClick(&f.scale, Qt::Key_Tab);
        QVERIFY(f.scale.textSummary().contains(QStringLiteral("lower end chosen")));
        QTest::keyClick(&f.scale, Qt::Key_PageUp);
        QVERIFY(near(f.scale.range().lo, 0.1 * hi));
        QTest::keyClick(&f.scale, Qt::Key_Delete);
        QCOMPARE(f.scale.range().lo, 0.0F);
        QTest::keyClick(&f.scale, Qt::Key_Backtab);
        QTest::keyClick(&f.scale, Qt::Key_Backspace);
        QCOMPARE(f.scale.mode(), RangeMode::Auto);
        QTest::keyClick(&f.scale, Qt::Key_Backtab);
        QVERIFY(!f.scale.textSummary().contains(QStringLiteral("chosen")));
    }

    // Three cells of four at the low end and one at the high end: bins in the ratio 3 to 1 at the ends of the bar, none between.
    void binsLieWhereTheirValuesLie() {
        for (const ThemeName name : {ThemeName::Dark, ThemeName::Light}) {
            applyTheme(*qApp, name);
            const QRgb ink = theme().secondary.rgb();
            ScaleFixture f;
            const auto field = makeField({0.0F, 0.0F, 0.0F, 1.0F});
            const auto length = [&](const QImage& image, int row) { return countColour(image, QRect(8, row, 20, 1), ink); };
            f.scale.setField(field, {}, statisticsOf(*field));
            const auto [top, bottom] = f.barRows();
            const QImage image = f.grab();
            QCOMPARE(length(image, bottom - 1), 20);
            QCOMPARE(length(image, top + 1), 7);
            QCOMPARE(countColour(image, QRect(8, top + 8, 20, bottom - top - 16), ink), 0);
            // On a wider range they move inwards: to the middle and to a quarter from the top.
            f.scale.setField(field, typedStyle(-2.0F, 2.0F), statisticsOf(*field));
            const QImage wider = f.grab();
            const int middle = (top + bottom) / 2;
            QCOMPARE(std::max(length(wider, middle), length(wider, middle + 1)), 20);
            QCOMPARE(std::max(length(wider, (top + middle) / 2), length(wider, (top + middle) / 2 + 1)), 7);
            QCOMPARE(length(wider, bottom - 1), 0);
            // On a narrower one only the bins in sight are drawn, and what lies outside is named.
            f.scale.setField(field, typedStyle(0.5F, 2.0F), statisticsOf(*field));
            QCOMPARE(countColour(f.grab(), QRect(8, bottom - 60, 20, 60), ink), 0);
            QVERIFY(f.scale.textSummary().contains(QStringLiteral("75 % below")));
            f.scale.setField(field, {});  // no statistics, no bins
            QCOMPARE(countColour(f.grab(), QRect(8, top, 20, bottom - top), ink), 0);
        }
    }

    void anotherLanguageIsShownAtOnce() {
        ScaleFixture f;
        f.scale.setField(makeField({0.0F, 1.0F}), {});
        BracketTranslator translator;
        QCoreApplication::installTranslator(&translator);
        QCoreApplication::processEvents();
        QCOMPARE(f.scale.textSummary(), QStringLiteral("[0 to 1]"));
        QTest::mouseClick(&f.scale, Qt::LeftButton);
        QVERIFY(f.part<QRadioButton>("rangeAuto")->text().startsWith(u'['));
        QCoreApplication::removeTranslator(&translator);
    }
};

QTEST_MAIN(TestColourScale)
#include "tst_colour_scale.moc"
