#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>
#include <QSpinBox>
#include <QTest>
#include <QToolButton>
#include <QWheelEvent>

#include "tests/support/view_test.h"
#include "widgets/card_parts.h"
#include "widgets/param_form.h"
#include "widgets/theme.h"

using namespace fovea;
using namespace fovea::test;

namespace {

ParamSpec param(const std::string& key, ParamType type, ParamValue fallback, double min = 0.0, double max = 1.0) {
    ParamSpec spec;
    spec.key = key;
    spec.label = "Label of " + key;
    spec.type = type;
    spec.fallback = std::move(fallback);
    spec.min = min;
    spec.max = max;
    spec.help = "Help of " + key;
    return spec;
}

const ModuleInfo& everything() {
    static const ModuleInfo kInfo = [] {
        ModuleInfo info;
        info.id = "everything";
        info.title = "Everything";
        info.params = {param("real", ParamType::Real, 0.25),
                       param("log", ParamType::Real, 1e-4, 1e-6, 1.0),
                       param("int", ParamType::Int, 16, 1, 32),
                       param("bool", ParamType::Bool, true),
                       param("choice", ParamType::Choice, std::string("l2")),
                       param("set", ParamType::ChoiceSet, std::vector<std::string>{"avg", "max"}),
                       param("point", ParamType::Point, PointValue{0.25, 0.75}),
                       param("list", ParamType::IntList, std::vector<int>{3, 5}, 1, 9)};
        info.params[1].logarithmic = true;
        info.params[4].choices = {"l1", "l2"};
        info.params[5].choices = {"avg", "max"};
        return info;
    }();
    return kInfo;
}

const ModuleInfo& nothing() {
    static const ModuleInfo kInfo = [] {
        ModuleInfo info;
        info.id = "nothing";
        return info;
    }();
    return kInfo;
}

Provenance random(std::uint64_t seed) {
    Provenance provenance;
    provenance.kind = ProvenanceKind::Random;
    provenance.seed = seed;
    return provenance;
}

// The control of a parameter carries its key; within it, the editor of this kind.
template <class Editor>
Editor* editor(ParamForm& form, const char* key, int which = 0) {
    auto* control = form.findChild<QWidget*>(QString::fromLatin1(key));
    const auto found = control != nullptr ? control->findChildren<Editor*>() : QList<Editor*>();
    return which < found.size() ? found[which] : nullptr;
}

void fill(ParamForm& form) {
    form.setModule(everything(), ParamSet(everything().params), true, random(1));
    showAt(form, 196, form.sizeHint().height());
}

}  // namespace

class TestParamForm : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { applyTheme(*qApp, ThemeName::Dark); }
    void init() { failOnWarnings(); }

    void showsTheValuesWithoutTelling() {
        ParamForm form;
        QSignalSpy changes(&form, &ParamForm::paramsChanged);
        QSignalSpy seeds(&form, &ParamForm::randomWeightsRequested);
        ParamSet params(everything().params);
        QVERIFY(params.set(everything().params, "int", 8).ok());
        form.setModule(everything(), params, true, random(7));
        QCoreApplication::processEvents();
        QCOMPARE(editor<QDoubleSpinBox>(form, "real")->value(), 0.25);
        QCOMPARE(editor<QDoubleSpinBox>(form, "log")->text(), QStringLiteral("0.0001"));
        QCOMPARE(editor<QSpinBox>(form, "int")->value(), 8);
        QCOMPARE(editor<QSlider>(form, "int")->value(), 8);
        QVERIFY(editor<QCheckBox>(form, "bool")->isChecked());
        QCOMPARE(editor<QComboBox>(form, "choice")->currentText(), QStringLiteral("l2"));
        QCOMPARE(editor<QDoubleSpinBox>(form, "point", 1)->value(), 0.75);
        QCOMPARE(form.findChild<QSpinBox*>(QStringLiteral("seed"))->value(), 7);
        QCOMPARE(changes.size(), 0);
        QCOMPARE(seeds.size(), 0);
        QVERIFY(form.params() == params);
    }

    void everyControlChangesItsValue() {
        ParamForm form;
        fill(form);
        QSignalSpy changes(&form, &ParamForm::paramsChanged);
        editor<QDoubleSpinBox>(form, "real")->setValue(0.5);
        editor<QSpinBox>(form, "int")->setValue(4);
        QTest::mouseClick(editor<QCheckBox>(form, "bool"), Qt::LeftButton);
        editor<QComboBox>(form, "choice")->setCurrentIndex(0);
        editor<QCheckBox>(form, "set", 0)->click();
        editor<QDoubleSpinBox>(form, "point", 0)->setValue(0.1);
        QCOMPARE(changes.size(), 0);  // told once, at the end of this turn
        QTRY_COMPARE(changes.size(), 1);
        const auto told = changes.at(0).at(0).value<ParamSet>();
        QCOMPARE(told.real("real"), 0.5);
        QCOMPARE(told.integer("int"), 4);
        QCOMPARE(told.boolean("bool"), false);
        QCOMPARE(told.choice("choice"), std::string("l1"));
        QCOMPARE(told.choiceSet("set"), std::vector<std::string>{"max"});
        QVERIFY(told.point("point") == (PointValue{0.1, 0.75}));
    }

    void typingAListOfNumbers() {
        ParamForm form;
        fill(form);
        QSignalSpy changes(&form, &ParamForm::paramsChanged);
        auto* line = editor<QLineEdit>(form, "list");
        QCOMPARE(line->text(), QStringLiteral("3, 5"));
        line->setFocus();
        line->selectAll();
        QTest::keyClicks(line, QStringLiteral("7,3,5"));
        QTest::keyClick(line, Qt::Key_Return);
        QTRY_COMPARE(changes.size(), 1);
        QCOMPARE(changes.at(0).at(0).value<ParamSet>().integers("list"), (std::vector<int>{7, 3, 5}));
        QCOMPARE(line->text(), QStringLiteral("7, 3, 5"));
        line->setText(QStringLiteral("x"));
        QTest::keyClick(line, Qt::Key_Return);
        QCOMPARE(line->text(), QStringLiteral("7, 3, 5"));
        QCOMPARE(changes.size(), 1);
    }

    void typingARealNumber() {
        ParamForm form;
        fill(form);
        QSignalSpy changes(&form, &ParamForm::paramsChanged);
        auto* spin = editor<QDoubleSpinBox>(form, "log");
        spin->setFocus();
        spin->selectAll();
        QTest::keyClicks(spin, QStringLiteral("2.5e-3"));
        QTest::keyClick(spin, Qt::Key_Return);
        QTRY_COMPARE(changes.size(), 1);
        QCOMPARE(form.params().real("log"), 2.5e-3);
        spin->selectAll();
        QTest::keyClicks(spin, QStringLiteral("0.00000123456"));
        QTest::keyClick(spin, Qt::Key_Return);
        QCOMPARE(form.params().real("log"), 0.00000123456);
        QTest::keyClick(spin, Qt::Key_Up);
        QVERIFY(qAbs(form.params().real("log") / 0.00000123456 - 1.2589) < 0.01);
    }

    void logarithmicSliderMovesInDecades() {
        ParamForm form;
        fill(form);
        auto* slider = editor<QSlider>(form, "log");
        slider->setValue(slider->maximum() / 2);
        QCOMPARE(form.params().real("log"), 1e-3);
        slider->setValue(slider->maximum());
        QCOMPARE(form.params().real("log"), 1.0);
        slider->setValue(0);
        QCOMPARE(form.params().real("log"), 1e-6);
        auto* linear = editor<QSlider>(form, "real");
        linear->setValue(linear->maximum() / 2);
        QCOMPARE(form.params().real("real"), 0.5);
    }

    void anEchoNeverUndoesAChange() {
        ParamForm form;
        fill(form);
        QSignalSpy changes(&form, &ParamForm::paramsChanged);
        editor<QSlider>(form, "int")->setValue(5);
        form.setModule(everything(), ParamSet(everything().params), true, random(1));  // an older state comes back
        QCOMPARE(editor<QSlider>(form, "int")->value(), 5);
        QTRY_COMPARE(changes.size(), 1);
        QCOMPARE(changes.at(0).at(0).value<ParamSet>().integer("int"), 5);
    }

    void aChangeOfAnotherModuleIsNotTold() {
        ParamForm form;
        fill(form);
        QSignalSpy changes(&form, &ParamForm::paramsChanged);
        editor<QSlider>(form, "int")->setValue(5);
        form.setModule(nothing(), ParamSet(), false, {});
        QCoreApplication::processEvents();
        QCOMPARE(changes.size(), 0);
    }

    void resetGivesTheDefaultsBack() {
        ParamForm form;
        fill(form);
        auto* reset = form.findChild<QToolButton*>(QStringLiteral("reset"));
        QVERIFY(!reset->isVisible());
        editor<QSlider>(form, "int")->setValue(5);
        QVERIFY(reset->isVisible());
        QSignalSpy changes(&form, &ParamForm::paramsChanged);
        QTest::mouseClick(reset, Qt::LeftButton);
        QTRY_COMPARE(changes.size(), 1);
        QVERIFY(form.params() == ParamSet(everything().params));
        QCOMPARE(editor<QSpinBox>(form, "int")->value(), 16);
        QVERIFY(!reset->isVisible());
    }

    void weightsAreOpenedOrDrawn() {
        ParamForm form;
        fill(form);
        QSignalSpy files(&form, &ParamForm::weightsFileRequested);
        QTest::mouseClick(form.findChild<QPushButton*>(QStringLiteral("openWeights")), Qt::LeftButton);
        QCOMPARE(files.size(), 1);
        QSignalSpy seeds(&form, &ParamForm::randomWeightsRequested);
        auto* seed = form.findChild<QSpinBox*>(QStringLiteral("seed"));
        seed->selectAll();
        QTest::keyClicks(seed, QStringLiteral("42"));
        QTest::keyClick(seed, Qt::Key_Return);
        QCOMPARE(seeds.size(), 1);
        QCOMPARE(seeds.at(0).at(0).toULongLong(), 42ULL);
        QTest::mouseClick(form.findChild<QToolButton*>(QStringLiteral("dice")), Qt::LeftButton);
        QCOMPARE(seeds.size(), 2);
        QVERIFY(seeds.at(1).at(0).toULongLong() != 42ULL);
    }

    void saysWhatTheWeightsAre() {
        ParamForm form;
        form.setModule(everything(), ParamSet(everything().params), true, random(9));
        auto* line = form.findChild<QLabel*>(QStringLiteral("provenance"));
        QCOMPARE(line->text(), QStringLiteral("random (seed 9)"));
        form.setModule(nothing(), ParamSet(), false, {});
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        QCOMPARE(form.findChild<QLabel*>(QStringLiteral("provenance"))->text(), QStringLiteral("parameter-free"));
        QVERIFY(form.findChild<QLabel*>(QStringLiteral("none")) != nullptr);
        QVERIFY(form.findChild<QSpinBox*>(QStringLiteral("seed")) == nullptr);
    }

    void theWheelScrollsTheColumn() {
        ParamForm form;
        fill(form);
        form.setFocus();
        for (QWidget* control :
             {static_cast<QWidget*>(editor<QSlider>(form, "int")), static_cast<QWidget*>(editor<QComboBox>(form, "choice")),
              static_cast<QWidget*>(editor<QSpinBox>(form, "int"))}) {
            control->clearFocus();
            QWheelEvent wheel({5, 5}, control->mapToGlobal(QPointF(5, 5)), {}, {0, 120}, Qt::NoButton, {}, Qt::NoScrollPhase,
                              false);
            QApplication::sendEvent(control, &wheel);
        }
        QVERIFY(form.params() == ParamSet(everything().params));
    }

    void everythingFitsTheColumn() {
        ParamForm form;
        fill(form);
        QVERIFY(form.minimumSizeHint().width() <= 196);
        for (auto* child : form.findChildren<QWidget*>()) {
            if (child->isVisible() && child->parentWidget()->isVisible()) {
                QVERIFY2(child->geometry().right() < child->parentWidget()->width(), child->metaObject()->className());
            }
        }
        for (const auto& spec : everything().params) {
            auto* control = form.findChild<QWidget*>(QString::fromStdString(spec.key));
            QCOMPARE(control->toolTip(), QString::fromStdString(spec.help));
        }
        auto* open = form.findChild<QPushButton*>(QStringLiteral("openWeights"));
        QVERIFY(open->width() >= open->fontMetrics().horizontalAdvance(open->text()) + 12);
    }

    void theSwitchSaysItsKey() {
        ParamForm form;
        form.setTrained(ParamSet(everything().params));
        form.setTrainedKey(QStringLiteral("F4"));
        fill(form);
        const auto* both = form.findChild<SegmentSwitch*>(QStringLiteral("trainedSwitch"));
        QVERIFY(both != nullptr && both->button(0)->toolTip().endsWith(QStringLiteral(" (F4)")));
        QVERIFY(both->button(1)->toolTip().endsWith(QStringLiteral(" (F4)")));
        form.setTrainedKey({});
        QVERIFY(!both->button(0)->toolTip().isEmpty() && !both->button(0)->toolTip().contains(u'('));
    }

    void editorsHaveNames() {
        ParamForm form;
        fill(form);
        for (QWidget* control :
             {static_cast<QWidget*>(editor<QSlider>(form, "int")), static_cast<QWidget*>(editor<QComboBox>(form, "choice")),
              static_cast<QWidget*>(editor<QCheckBox>(form, "bool"))}) {
            QVERIFY(control->accessibleName().startsWith(QStringLiteral("Label of ")));
        }
    }

    void speaksAnotherLanguage() {
        ParamForm form;
        fill(form);
        editor<QSlider>(form, "int")->setValue(5);
        BracketTranslator brackets;
        QApplication::installTranslator(&brackets);
        const auto openText = [&form] {
            const auto found = form.findChildren<QPushButton*>(QStringLiteral("openWeights"));
            return found.last()->text();
        };
        QTRY_COMPARE(openText(), QStringLiteral("[Open…]"));
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        QCOMPARE(editor<QSlider>(form, "int")->value(), 5);
        QApplication::removeTranslator(&brackets);
        QTRY_COMPARE(openText(), QStringLiteral("Open…"));
    }
};

QTEST_MAIN(TestParamForm)
#include "tst_param_form.moc"
