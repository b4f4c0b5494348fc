#include <QAccessible>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QTest>

#include <algorithm>
#include <limits>

#include "widgets/colour_scale.h"
#include "widgets/theme.h"

using namespace fovea;

namespace {

std::shared_ptr<ScalarField> makeField(std::vector<float> values) {
    auto field = std::make_shared<ScalarField>();
    field->height = 1;
    field->width = static_cast<int>(values.size());
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    field->min = field->scaleMin = *low;
    field->max = field->scaleMax = *high;
    field->values = std::move(values);
    return field;
}

struct Fixture {
    ColourScale scale;

    Fixture() {
        scale.resize(scale.sizeHint());
        scale.show();
        [[maybe_unused]] const bool exposed = QTest::qWaitForWindowExposed(&scale);
    }
    QImage grab() {
        QCoreApplication::processEvents();
        return scale.grab().toImage().convertToFormat(QImage::Format_RGB32);
    }
    template <class T>
    T* part(const char* name) {
        return scale.findChild<T*>(QLatin1String(name));
    }
    // The colours down the middle of the bar which are entries of the table, top first.
    std::vector<int> barIndices(const ColorTable& table) {
        const QImage image = grab();
        std::vector<int> indices;
        const int x = qRound(15 * scale.devicePixelRatioF());
        for (int y = 0; y < image.height(); ++y) {
            const int index = indexOfColor(table, image.pixel(x, y));
            if (index >= 0) {
                indices.push_back(index);
            }
        }
        return indices;
    }
};

int differences(const QImage& a, const QImage& b) {
    int count = 0;
    for (int y = 0; y < a.height(); ++y) {
        for (int x = 0; x < a.width(); ++x) {
            count += a.pixel(x, y) != b.pixel(x, y) ? 1 : 0;
        }
    }
    return count;
}

}  // namespace

class TestColourScale : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() {
        // All but what the offscreen platform itself prints.
        QTest::failOnWarning(QRegularExpression(QStringLiteral("^(?!This plugin does not support )")));
        applyTheme(*qApp, ThemeName::Dark);
    }

    void barShowsTheExactTable() {
        Fixture f;
        f.scale.setField(makeField({0.41F, 0.5F, 0.93F}), {});
        const std::vector<int> indices = f.barIndices(findColormap("inferno")->table);
        QVERIFY(indices.size() > 200);
        QCOMPARE(indices.front(), 255);
        QCOMPARE(indices.back(), 0);
        QVERIFY(std::is_sorted(indices.rbegin(), indices.rend()));
    }

    void aFlatFieldIsNamed() {
        Fixture f;
        f.scale.setField(makeField({0.62F, 0.62F}), {});
        QCOMPARE(f.scale.textSummary(), QStringLiteral("flat: 0.62 everywhere"));
        const std::vector<int> indices = f.barIndices(findColormap("inferno")->table);
        QVERIFY(indices.size() > 100);
        QVERIFY(std::all_of(indices.begin(), indices.end(), [](int index) { return index == 0; }));
    }

    void divergingFieldsUseTheirOwnTable() {
        Fixture f;
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
        Fixture f;
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

    void panelLocksTypesAndResets() {
        Fixture f;
        f.scale.setField(makeField({0.41F, 0.93F}), {});
        QSignalSpy changed(&f.scale, &ColourScale::rangeChanged);
        QTest::keyClick(&f.scale, Qt::Key_Return);
        QVERIFY(f.part<QRadioButton>("rangeAuto")->isChecked());
        QCOMPARE(f.part<QLineEdit>("rangeLow")->text(), QStringLiteral("0.41"));
        f.part<QRadioButton>("rangeLocked")->click();
        QCOMPARE(f.scale.mode(), RangeMode::Locked);
        QCOMPARE(f.scale.range(), (ValueRange{0.41F, 0.93F}));
        QCOMPARE(changed.count(), 1);

        auto* low = f.part<QLineEdit>("rangeLow");
        low->selectAll();
        QTest::keyClicks(low, QStringLiteral("-2.5e-3"));
        QTest::keyClick(low, Qt::Key_Return);
        QCOMPARE(f.scale.mode(), RangeMode::Typed);
        QCOMPARE(f.scale.range(), (ValueRange{-2.5e-3F, 0.93F}));

        const auto before = changed.count();
        low->selectAll();
        QTest::keyClicks(low, QStringLiteral("7"));
        QTest::keyClick(low, Qt::Key_Return);
        QCOMPARE(changed.count(), before);
        QVERIFY(!f.part<QLabel>("rangeProblem")->text().isEmpty());
        QCOMPARE(f.scale.range(), (ValueRange{-2.5e-3F, 0.93F}));

        f.part<QPushButton>("rangeReset")->click();
        QCOMPARE(f.scale.mode(), RangeMode::Auto);
        QCOMPARE(f.scale.range(), (ValueRange{0.41F, 0.93F}));
        QVERIFY(f.part<QRadioButton>("rangeAuto")->isChecked());
        QCOMPARE(f.part<QLineEdit>("rangeLow")->text(), QStringLiteral("0.41"));
    }

    void aLockedRangeStaysOverFields() {
        Fixture f;
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
        Fixture f;
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
        Fixture f;
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

    void screenReadersGetTheSummary() {
        Fixture f;
        f.scale.setField(makeField({0.41F, 0.93F}), {});
        QAccessibleInterface* view = QAccessible::queryAccessibleInterface(&f.scale);
        QVERIFY(view != nullptr);
        QCOMPARE(view->role(), QAccessible::Graphic);
        QCOMPARE(view->text(QAccessible::Value), QStringLiteral("0.41 to 0.93"));
    }

    void focusIsVisible() {
        Fixture f;
        f.scale.setField(makeField({0.41F, 0.93F}), {});
        f.scale.clearFocus();
        const QImage without = f.grab();
        f.scale.activateWindow();
        f.scale.setFocus(Qt::TabFocusReason);
        QTRY_VERIFY(f.scale.hasFocus());
        QVERIFY(differences(without, f.grab()) > 300);
    }
};

QTEST_MAIN(TestColourScale)
#include "tst_colour_scale.moc"
