#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QStyle>
#include <QStyleOptionFrame>
#include <QTest>

#include "tests/support/scale_fixture.h"
#include "widgets/card_parts.h"
#include "widgets/theme.h"

using namespace fovea;
using namespace fovea::test;

class TestColourScalePanel : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() {
        // All but what the offscreen platform itself prints.
        QTest::failOnWarning(QRegularExpression(QStringLiteral("^(?!This plugin does not support )")));
        applyTheme(*qApp, ThemeName::Dark);
    }

    // Of an end with many digits the beginning is seen: "0.004316828" must not look like "4316828".
    void longEndsShowTheirBeginning() {
        ScaleFixture f;
        f.scale.setField(makeField({2.416513e-06F, 0.004316828F}), {});
        QTest::keyClick(&f.scale, Qt::Key_Return);
        for (const char* end : {"rangeLow", "rangeHigh", "threshold"}) {
            QCOMPARE(f.part<QLineEdit>(end)->cursorPosition(), 0);
        }
        QVERIFY(f.part<QLineEdit>("rangeHigh")->text().startsWith(QStringLiteral("0.0043168")));
    }

    // Whatever float an end is, its exponent can be read.
    void endsAreSeenWhole() {
        ScaleFixture f;
        f.scale.setField(makeField({-1.1754944e-38F, 2.4016513e-06F}), {});
        QTest::keyClick(&f.scale, Qt::Key_Return);
        for (const char* end : {"rangeLow", "rangeHigh"}) {
            const auto* field = f.part<QLineEdit>(end);
            QVERIFY(field->text().contains(QStringLiteral("e-")));
            QStyleOptionFrame option;
            option.initFrom(field);
            const QRect inner = field->style()->subElementRect(QStyle::SE_LineEditContents, &option, field);
            QVERIFY(field->fontMetrics().horizontalAdvance(field->text()) + 4 <= inner.width());
        }
    }

    void panelLocksTypesAndResets() {
        ScaleFixture f;
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

    void thePanelEditsTheStyle() {
        ScaleFixture f;
        OverlayStyle before;
        before.opacity = 0.4;
        f.scale.setField(makeField({0.0F, 1.0F}), before);
        QSignalSpy edited(&f.scale, &ColourScale::styleEdited);
        QTest::mouseClick(&f.scale, Qt::LeftButton);
        const auto last = [&edited] { return edited.last().at(0).value<OverlayStyle>(); };
        f.part<SegmentSwitch>("overlayMode")->button(static_cast<int>(OverlayMode::Brightness))->click();
        OverlayStyle expected = before;
        expected.mode = OverlayMode::Brightness;
        QVERIFY(last() == expected);
        f.part<SegmentSwitch>("contours")->button(5)->click();
        expected.contours = 5;
        QVERIFY(last() == expected);
        auto* on = f.part<QCheckBox>("thresholdOn");
        QVERIFY(!on->isChecked());
        on->click();
        expected.thresholded = true;
        expected.threshold = 0.5F;  // the middle of the range
        QVERIFY(last() == expected);
        auto* value = f.part<QLineEdit>("threshold");
        value->selectAll();
        QTest::keyClicks(value, QStringLiteral("0.125"));
        QTest::keyClick(value, Qt::Key_Return);
        expected.threshold = 0.125F;
        QVERIFY(last() == expected);
        QVERIFY(f.scale.textSummary().contains(QStringLiteral("below 0.125 hidden")));
        auto* colours = f.part<QComboBox>("colourMap");
        QCOMPARE(colours->count(), 5);
        colours->setCurrentIndex(colours->findData(QStringLiteral("viridis")));
        Q_EMIT colours->activated(colours->currentIndex());
        expected.colormap = "viridis";
        QVERIFY(last() == expected);
        QVERIFY(f.barIndices(findColormap("viridis")->table).size() > 200);
        f.part<QPushButton>("rangeReset")->click();
        OverlayStyle plain = before;
        plain.colormap = "viridis";
        plain.threshold = 0.125F;
        QVERIFY(last() == plain);
    }

    void thePanelSetsTheShareWhichIsClipped() {
        ScaleFixture f;
        std::vector<float> values;
        for (int n = 0; n <= 1000; ++n) {
            values.push_back(static_cast<float>(n));
        }
        auto field = makeField(values);
        field->clippedMax = 980.0F;
        f.scale.setField(field, {});
        QSignalSpy changed(&f.scale, &ColourScale::rangeChanged);
        QSignalSpy edited(&f.scale, &ColourScale::styleEdited);
        QTest::mouseClick(&f.scale, Qt::LeftButton);
        f.part<QRadioButton>("rangeClipped")->click();
        QCOMPARE(f.scale.range(), (ValueRange{0.0F, 980.0F}));
        QCOMPARE(edited.count(), 0);
        f.part<QDoubleSpinBox>("clipPercent")->setValue(10.0);
        QCOMPARE(edited.last().at(0).value<OverlayStyle>().clipShare, 0.1);
        QCOMPARE(changed.last().at(0).value<RangeMode>(), RangeMode::Clipped);
        QCOMPARE(f.scale.range(), (ValueRange{0.0F, 900.0F}));
        QCOMPARE(f.part<QLineEdit>("rangeHigh")->text(), QStringLiteral("900"));
        QVERIFY(f.scale.textSummary().contains(QStringLiteral("clipped, 10 % above")));
        QCOMPARE(f.part<QDoubleSpinBox>("clipPercent")->minimum(), 0.1);
        QCOMPARE(f.part<QDoubleSpinBox>("clipPercent")->maximum(), 49.9);
    }

    void thresholdsMustBeNumbers() {
        ScaleFixture f;
        f.scale.setField(makeField({0.0F, 1.0F}), {});
        QSignalSpy edited(&f.scale, &ColourScale::styleEdited);
        QTest::mouseClick(&f.scale, Qt::LeftButton);
        auto* value = f.part<QLineEdit>("threshold");
        value->selectAll();
        QTest::keyClicks(value, QStringLiteral("much"));
        QTest::keyClick(value, Qt::Key_Return);
        QVERIFY(!f.part<QLabel>("rangeProblem")->text().isEmpty());
        QCOMPARE(edited.count(), 0);
        f.part<QCheckBox>("thresholdOn")->click();
        QVERIFY(f.part<QLabel>("rangeProblem")->text().isEmpty());
    }

    void divergingFieldsChooseAmongTheirMaps() {
        ScaleFixture f;
        auto field = makeField({-1.0F, 1.0F});
        field->diverging = true;
        f.scale.setField(field, {});
        QSignalSpy edited(&f.scale, &ColourScale::styleEdited);
        QTest::mouseClick(&f.scale, Qt::LeftButton);
        auto* colours = f.part<QComboBox>("colourMap");
        QCOMPARE(colours->count(), 2);
        QTest::keyClick(colours, Qt::Key_Down);
        QCOMPARE(edited.last().at(0).value<OverlayStyle>().divergingColormap, std::string("purple-green"));
        QCOMPARE(edited.last().at(0).value<OverlayStyle>().colormap, std::string("inferno"));
    }
};

QTEST_MAIN(TestColourScalePanel)
#include "tst_colour_scale_panel.moc"
