// Undo and redo of every kind of change of view and model, each by its own control or key.

#include <QAction>
#include <QComboBox>
#include <QListView>
#include <QSlider>
#include <QToolButton>

#include <functional>

#include "app/top_bar.h"
#include "engine/attention/registry.h"
#include "tests/support/compare_window_fixture.h"
#include "widgets/card_parts.h"
#include "widgets/channel_bars.h"
#include "widgets/channel_grid.h"
#include "widgets/colour_scale_panel.h"
#include "widgets/matrix_view.h"
#include "widgets/module_picker.h"
#include "widgets/param_form.h"

using namespace fovea;
using namespace fovea::test;

namespace {

using Window = CompareWindow;

/// What is done, beginning with these mechanisms in the panes.
struct Change {
    const char* name;
    std::vector<const char*> panes;
    std::function<void(Window&)> act;
    bool pixels = true;  ///< whether the canvas looks different afterwards
    bool grid = false;   ///< whether the channels are open under the picture
};

QComboBox* boxNamed(const QWidget* within, const char* name) {
    for (auto* box : within->findChildren<QComboBox*>()) {
        if (box->accessibleName() == QLatin1String(name)) {
            return box;
        }
    }
    return nullptr;
}

void chooseIn(QComboBox* box, int index) {
    QVERIFY(box != nullptr && index >= 0 && index < box->count());
    box->setCurrentIndex(index);
    Q_EMIT box->activated(index);
}

/// A control in the panel of the active colour scale.
template <class T>
T* inPanel(Window& w, const char* name) {
    w.area()->colourScale()->openPanel();
    return w.area()->colourScale()->findChild<T*>(QLatin1String(name));
}

void closePanel(Window& w) {
    if (QWidget* panel = w.area()->colourScale()->findChild<ColourScalePanel*>()) {
        panel->close();
        w.activate();
    }
}

void click(QAbstractButton* button) {
    QVERIFY(button != nullptr);
    button->click();
}

void chooseOpacity(Window& w, int key) {
    auto* slider = w.part<TopBar>()->findChild<QSlider*>();
    QTest::keyClick(slider, static_cast<Qt::Key>(key));
}

std::vector<Change> viewChanges() {
    return {
        {"module by its key", {"simam"}, [](Window& w) { w.press(Qt::Key_4); }},
        {"map",
         {"cbam"},
         [](Window& w) {
             auto* maps = boxNamed(w.window.get(), "Map shown on the picture");
             QVERIFY(maps != nullptr);
             chooseIn(maps, (maps->currentIndex() + 1) % maps->count());
         }},
        {"channel", {"se"}, [](Window& w) { Q_EMIT w.part<ChannelBars>()->modeChosen(ChannelMode::Single, 3); }},
        {"channel mode", {"se"}, [](Window& w) { Q_EMIT w.part<ChannelBars>()->modeChosen(ChannelMode::Changed, -1); }},
        {"head", {"mhsa"}, [](Window& w) { Q_EMIT w.part<MatrixView>()->headChosen(1); }},
        {"direction", {"sagan"}, [](Window& w) { Q_EMIT w.part<MatrixView>()->directionChosen(true); }},
        {"pin added",
         {"sagan"},
         [](Window& w) { QTest::mouseClick(w.canvas(), Qt::LeftButton, {}, Window::place(w.canvas(), 0.3, 0.3)); }},
        {"query by the keyboard", {"sagan"}, [](Window& w) { w.press(Qt::Key_Right); }},
        {"place which is told",
         {"ram_glimpse"},
         [](Window& w) { QTest::mouseClick(w.canvas(), Qt::LeftButton, {}, Window::place(w.canvas(), 0.3, 0.3)); }},
        {"opacity", {"simam"}, [](Window& w) { chooseOpacity(w, Qt::Key_PageUp); }},
        {"smooth cells", {"simam"}, [](Window& w) { w.press(Qt::Key_I, Qt::ControlModifier); }},
        {"clipped range", {"simam"}, [](Window& w) { w.press(Qt::Key_R, Qt::ControlModifier | Qt::AltModifier); }},
        {"locked range", {"simam"}, [](Window& w) { w.press(Qt::Key_L, Qt::ControlModifier); }, false},
        {"colour map",
         {"simam"},
         [](Window& w) {
             auto* colours = inPanel<QComboBox>(w, "colourMap");
             chooseIn(colours, colours->findData(QStringLiteral("viridis")));
         }},
        {"threshold", {"simam"}, [](Window& w) { click(inPanel<QAbstractButton>(w, "thresholdOn")); }},
        {"contours", {"simam"}, [](Window& w) { click(inPanel<SegmentSwitch>(w, "contours")->button(5)); }},
        {"brightness",
         {"simam"},
         [](Window& w) { click(inPanel<SegmentSwitch>(w, "overlayMode")->button(static_cast<int>(OverlayMode::Brightness))); }},
        {"range locked in the panel", {"simam"}, [](Window& w) { click(inPanel<QAbstractButton>(w, "rangeLocked")); }, false},
    };
}

std::vector<Change> modelChanges() {
    return {
        {"seed", {"cbam"}, [](Window& w) { Q_EMIT w.part<ParamForm>()->randomWeightsRequested(7); }},
        {"retina",
         {"simam"},
         [](Window& w) {
             auto* models = boxNamed(w.part<TopBar>(), "Model");
             chooseIn(models, models->findData(16));
         }},
        {"parameter",
         {"simam"},
         [](Window& w) {
             ParamSet params = w.session().choice().params;
             QVERIFY(params.setText(w.session().panes().current().module->params, "e_lambda", "0.05"));
             Q_EMIT w.part<ParamForm>()->paramsChanged(params);
         }},
        {"channel muted",
         {"se"},
         [](Window& w) {
             Q_EMIT w.part<ChannelGrid>()->factorsChanged({0.0F, 0.0F, 0.0F});
         },
         true,
         true},
        {"channel muted in the bars", {"se"}, [](Window& w) { QTest::keyClick(w.part<ChannelBars>(), Qt::Key_M); }, true, true},
        {"channel pinned", {"se"}, [](Window& w) { QTest::keyClick(w.part<ChannelBars>(), Qt::Key_P); }, false},
    };
}

std::vector<Change> paneChanges() {
    return {
        {"pane added by C", {"simam"}, [](Window& w) { w.press(Qt::Key_C); }, false},
        {"pane added by Ctrl+D", {"simam"}, [](Window& w) { w.press(Qt::Key_D, Qt::ControlModifier); }, false},
        {"same mechanism again",
         {"simam"},
         [](Window& w) { w.press(Qt::Key_D, Qt::ControlModifier | Qt::ShiftModifier); },
         false},
        {"last pane removed", {"simam", "cbam"}, [](Window& w) { w.press(Qt::Key_Backspace, Qt::ControlModifier); }, false},
        {"pane removed", {"simam", "cbam", "sagan"}, [](Window& w) { w.press(Qt::Key_Backspace, Qt::ControlModifier); }, false},
        {"panes exchanged", {"simam", "cbam"}, [](Window& w) { w.press(Qt::Key_X); }},
        {"active pane", {"simam", "cbam"}, [](Window& w) { w.canvas(0)->setFocus(); }, false},
        {"difference", {"simam", "cbam"}, [](Window& w) { w.press(Qt::Key_D); }, false},
        {"view split", {"simam", "cbam"}, [](Window& w) { w.press(Qt::Key_F6); }, false},
        {"view overlay by its button",
         {"simam", "cbam"},
         [](Window& w) {
             for (auto* button : w.part<TopBar>()->findChildren<QToolButton*>()) {
                 if (button->text() == QLatin1String("Overlay")) {
                     button->click();
                 }
             }
         },
         false},
        {"steps", {"se"}, [](Window& w) { w.press(Qt::Key_F8); }, false},
    };
}

}  // namespace

class TestUndoWindow final : public QObject {
    Q_OBJECT

    Window m;

    SessionState state() {
        SessionState state = m.session().state();
        state.view = m.window->workspaces().view();
        state.difference = m.area()->differenceShown();
        return state;
    }
    void undo() { QTest::keyClick(m.window.get(), Qt::Key_Z, Qt::ControlModifier); }
    void redo() { QTest::keyClick(m.window.get(), Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier); }
    void settle() {
        QCoreApplication::processEvents();
        QTRY_VERIFY_WITH_TIMEOUT(m.settled(), Window::kPatience);
        QCoreApplication::processEvents();
    }
    void begin(const std::vector<const char*>& panes) {
        m.session().paneControl().setModule(QString::fromLatin1(panes.front()));
        for (std::size_t k = 1; k < panes.size(); ++k) {
            m.session().paneControl().add(findModule(panes[k]));
        }
        if (panes.size() > 1) {
            m.window->workspaces().setView(kCompareView);
            m.canvas()->setFocus();
        }
        settle();
    }
    void goesThereAndBack(const Change& change) {
        begin(change.panes);
        if (change.grid) {
            m.press(Qt::Key_G, Qt::ControlModifier);
            settle();
        }
        goesThereAndBack(change.act, change.pixels);
    }
    void goesThereAndBack(const std::function<void(Window&)>& act, bool pixels) {
        const SessionState before = state();
        const QImage drawn = Window::pixels(m.canvas());
        act(m);
        closePanel(m);
        settle();
        const SessionState after = state();
        QVERIFY(!(after == before));
        const QImage changed = Window::pixels(m.canvas());
        QVERIFY(!pixels || changed != drawn);
        undo();
        QVERIFY(state() == before);
        settle();
        QVERIFY(state() == before);
        QVERIFY(Window::pixels(m.canvas()) == drawn);
        redo();
        QVERIFY(state() == after);
        settle();
        QVERIFY(state() == after);
        QVERIFY(Window::pixels(m.canvas()) == changed);
    }

private Q_SLOTS:
    void init() { m.open(); }
    void cleanup() { m.close(); }

    void everyChange_data() {
        QTest::addColumn<int>("table");
        QTest::addColumn<int>("row");
        const std::vector<std::vector<Change>> tables{viewChanges(), modelChanges(), paneChanges()};
        for (std::size_t t = 0; t < tables.size(); ++t) {
            for (std::size_t k = 0; k < tables[t].size(); ++k) {
                QTest::newRow(tables[t][k].name) << static_cast<int>(t) << static_cast<int>(k);
            }
        }
    }
    void everyChange() {
        QFETCH(int, table);
        QFETCH(int, row);
        const std::vector<std::vector<Change>> tables{viewChanges(), modelChanges(), paneChanges()};
        goesThereAndBack(tables[static_cast<std::size_t>(table)][static_cast<std::size_t>(row)]);
    }

    void everythingUnmuted() {
        begin({"se"});
        m.session().paneControl().setIntervention({.channels = {0.0F, 0.5F}, .heads = {}});
        settle();
        goesThereAndBack([](Window& w) { w.press(Qt::Key_0, Qt::ControlModifier); }, true);
        QVERIFY(m.session().choice().intervention.empty());
    }

    // Moved, taken, removed: each is a step of its own.
    void pins() {
        begin({"sagan"});
        std::vector<SessionState> states{state()};
        const auto noted = [&] {
            settle();
            states.push_back(state());
            QVERIFY(!(states.back() == states[states.size() - 2]));
        };
        Canvas* canvas = m.canvas();
        QTest::mouseClick(canvas, Qt::LeftButton, {}, Window::place(canvas, 0.25, 0.25));
        noted();
        QTest::mouseClick(canvas, Qt::LeftButton, {}, Window::place(canvas, 0.75, 0.5));
        noted();
        m.press(Qt::Key_N);
        noted();
        const Pin pin = m.session().questions().pins().front();
        Window::drag(canvas, Window::place(canvas, pin.x, pin.y), Window::place(canvas, 0.5, 0.8));
        noted();
        m.press(Qt::Key_Delete);
        noted();
        for (std::size_t k = states.size() - 1; k > 0; --k) {
            undo();
            QVERIFY2(state() == states[k - 1], qPrintable(QString::number(k)));
            settle();
        }
        for (std::size_t k = 1; k < states.size(); ++k) {
            redo();
            QVERIFY2(state() == states[k], qPrintable(QString::number(k)));
            settle();
        }
    }

    void aDraggedSliderIsOneStep() {
        begin({"simam"});
        const SessionState before = state();
        auto* slider = m.part<TopBar>()->findChild<QSlider*>();
        for (int value = 61; value < 80; ++value) {
            slider->setValue(value);
            QCoreApplication::processEvents();
        }
        settle();
        undo();
        QVERIFY(state() == before);
    }

    // Its first move makes the range a typed one, the others only move its end.
    void aDraggedEndOfTheScaleIsOneStep() {
        begin({"simam"});
        const SessionState before = state();
        ColourScale* scale = m.area()->colourScale();
        scale->setFocus();
        QTest::keyClick(scale, Qt::Key_Tab);  // the upper end
        for (int k = 0; k < 12; ++k) {
            QTest::keyClick(scale, Qt::Key_Down);
            QCoreApplication::processEvents();
        }
        QCOMPARE(m.session().display().rangeMode(), RangeMode::Typed);
        const SessionState after = state();
        settle();
        m.activate();
        undo();
        QVERIFY(state() == before);
        redo();
        QVERIFY(state() == after);
        QCOMPARE(scale->range(), after.style.range);
    }

    // What is dragged or typed stays apart from what is clicked right after it.
    void quickChangesOfDifferentThingsAreSteps() {
        begin({"simam"});
        std::vector<SessionState> states{state()};
        const auto noted = [&] {
            QCoreApplication::processEvents();
            states.push_back(state());
        };
        chooseOpacity(m, Qt::Key_PageUp);
        noted();
        m.press(Qt::Key_I, Qt::ControlModifier);
        noted();
        m.press(Qt::Key_R, Qt::ControlModifier | Qt::AltModifier);
        noted();
        click(inPanel<SegmentSwitch>(m, "contours")->button(5));
        noted();
        click(inPanel<QAbstractButton>(m, "thresholdOn"));
        noted();
        closePanel(m);
        for (std::size_t k = states.size() - 1; k > 0; --k) {
            undo();
            QVERIFY2(state() == states[k - 1], qPrintable(QString::number(k)));
        }
    }

    void fiftyStepsBack() {
        begin({"simam"});
        const SessionState before = state();
        for (int k = 0; k < 60; ++k) {
            m.press(Qt::Key_I, Qt::ControlModifier);
            QCoreApplication::processEvents();
            m.press(k % 2 == 0 ? Qt::Key_4 : Qt::Key_6);
            QCoreApplication::processEvents();
        }
        for (int k = 0; k < 120; ++k) {
            QVERIFY(k == 0 || !(state() == before) || k % 4 == 0);
            undo();
        }
        QVERIFY(state() == before);
        settle();
    }
};

QTEST_MAIN(TestUndoWindow)
#include "tst_undo_window.moc"
