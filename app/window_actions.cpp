// What the window does for each entry of the table of actions, and when it can.

#include <QMenu>

#include <algorithm>
#include <iterator>
#include <string>

#include "app/actions/actions.h"
#include "app/canvas_area.h"
#include "app/cards_panel.h"
#include "app/main_window.h"
#include "widgets/engine_text.h"
#include "widgets/filmstrip.h"
#include "widgets/transport_bar.h"

namespace fovea {
namespace {

constexpr double kZoomStep = 1.25;
constexpr std::size_t kFilmstripKeys = 6;

}  // namespace

// An entry is disabled only where its handler would do nothing: what can say why it does nothing stays enabled.
void MainWindow::bindActions() {
    bindFileActions();
    bindPaneActions();
    bindViewActions();
    bindWindowActions();
    bindExportActions();
    bindPinActions();
    bindSourceActions();
}

void MainWindow::bindFileActions() {
    Actions& actions = *m_actions;
    const auto isFile = [this] { return isFromFile(); };
    actions.bind("file.open", {.run = [this] { openDialog(); }});
    actions.bind("file.folder", {.run = [this] { openFolderDialog(); }});
    actions.bind("file.paste", {.run = [this] { paste(); }});
    actions.bind("file.next", {.run = [this] { openNeighbour(1); }, .isEnabled = isFile});
    actions.bind("file.previous", {.run = [this] { openNeighbour(-1); }, .isEnabled = isFile});
    actions.bind("weights.open", {.run = [this] { weightsDialog(); }});
    actions.bind("weights.trained", {.run = [this] { toggleTrained(); },
                                     .isEnabled = [this] { return m_session.panes().current().canBeTrained(); }});
    actions.bind("model.open", {.run = [this] { bundleDialog(); }});
    actions.bind("edit.undo",
                 {.run = [this] { undo(); }, .isEnabled = [this] { return m_noteTimer.isActive() || m_undo.canUndo(); }});
    actions.bind("edit.redo", {.run = [this] { redo(); }, .isEnabled = [this] { return m_undo.canRedo(); }});
}

void MainWindow::bindPaneActions() {
    Actions& actions = *m_actions;
    const auto hasSeveral = [this] { return m_session.panes().count() > 1; };
    const auto bindView = [this](const char* id, ViewKind view) {
        m_actions->bind(id, {.run = [this, view] { setView(view); }, .isChecked = [this, view] { return m_view == view; }});
    };
    const auto bindExperiment = [this](const char* id, Experiment experiment) {
        m_actions->bind(id, {.run = [this, experiment] { setExperiment(experiment); },
                             .isChecked = [this, experiment] { return m_experiment == experiment; }});
    };
    bindView("view.overlay", ViewKind::Overlay);
    bindView("view.split", ViewKind::Split);
    bindView("view.compare", ViewKind::Compare);
    bindView("view.steps", ViewKind::Steps);
    actions.bind("view.toggleCompare", {.run = [this] { toggleCompare(); }});
    actions.bind("pane.add", {.run = [this] { addPane(); }});
    actions.bind("pane.addSame", {.run = [this] { addSamePane(); }});
    actions.bind("pane.remove", {.run = [this] { removePane(); }, .isEnabled = hasSeveral});
    actions.bind("pane.swap", {.run = [this] { swapPanes(); }, .isEnabled = hasSeveral});
    actions.bind("pane.difference",
                 {.run = [this] { toggleDifference(); }, .isChecked = [this] { return m_area->differenceShown(); }});
    bindExperiment("channels.show", Experiment::Channels);
    bindExperiment("heads.show", Experiment::Heads);
    bindExperiment("matter.show", Experiment::Faithfulness);
    actions.bind("channels.unmute", {.run = [this] { unmuteAll(); }});
    for (std::size_t place = 0; place < kFilmstripKeys; ++place) {
        actions.bind("filmstrip." + std::to_string(place + 1),
                     {.run = [this, place] { chooseFromFilmstrip(place); },
                      .isEnabled = [this, place] { return place < m_filmstrip->modules().size(); },
                      .fillIn = [place](const QString& text) { return text.arg(place + 1); }});
    }
}

void MainWindow::bindViewActions() {
    Actions& actions = *m_actions;
    const auto hasPicture = [this] { return m_session.shown().result() != nullptr; };
    const auto isRange = [this](RangeMode mode) { return [this, mode] { return m_session.display().rangeMode() == mode; }; };
    actions.bind("view.fit", {.run = [this] { canvasInUse()->fit(); }, .isEnabled = hasPicture});
    actions.bind("view.actualSize", {.run = [this] { canvasInUse()->actualSize(); }, .isEnabled = hasPicture});
    actions.bind("view.zoomIn", {.run = [this] { canvasInUse()->zoomBy(kZoomStep); }, .isEnabled = hasPicture});
    actions.bind("view.zoomOut", {.run = [this] { canvasInUse()->zoomBy(1.0 / kZoomStep); }, .isEnabled = hasPicture});
    actions.bind("view.peek", {.hold = [this](bool isHeld) { canvasInUse()->setPeek(isHeld); }});
    actions.bind("view.smooth",
                 {.run = [this] { toggleSmooth(); }, .isChecked = [this] { return m_session.display().style().smooth; }});
    actions.bind("range.lock", {.run = [this] { lockRange(); }, .isChecked = isRange(RangeMode::Locked)});
    actions.bind("range.auto", {.run = [this] { autoRange(); }, .isChecked = isRange(RangeMode::Auto)});
    actions.bind(
        "range.clip",
        {.run = [this] { clippedRange(); },
         .isChecked = isRange(RangeMode::Clipped),
         .fillIn = [this](const QString& text) { return text.arg(numberText(100.0 * m_session.display().style().clipShare)); }});
    actions.bind("range.smooth", {.run = [this] { toggleRangeSmoothing(); },
                                  .isChecked = [this] { return m_session.display().style().rangeSmoothing > 0.0; }});
    actions.bind("range.link", {.run = [this] { toggleLinkedRange(); }, .isChecked = [this] { return m_linksRanges; }});
}

void MainWindow::bindWindowActions() {
    Actions& actions = *m_actions;
    actions.bind("window.fullScreen", {.run = [this] { toggleFullScreen(); }, .isChecked = [this] { return isFullScreen(); }});
    actions.bind("window.panels", {.run = [this] { togglePanels(); }});
    actions.bind("window.menu", {.run = [this] { openMainMenu(); }});
    actions.bind("help.commands", {.run = [this] { showCommands(); }});
    actions.bind("help.keys", {.run = [this] { showKeys(); }});
    actions.bind("help.about", {.run = [this] { showAbout(); }});
    actions.bind("app.quit", {.run = [this] { close(); }});
}

void MainWindow::bindExportActions() {
    Actions& actions = *m_actions;
    actions.bind("export.picture", {.run = [this] { pictureDialog(tr("Save the overlay"), false); }});
    actions.bind("export.figure", {.run = [this] { pictureDialog(tr("Save a figure"), true); }});
    actions.bind("export.numbers", {.run = [this] { saveRawDialog(); }});
    actions.bind("export.copy", {.run = [this] { copyPicture(); }});
    actions.bind("session.save", {.run = [this] { saveSessionDialog(); }});
    actions.bind("record.shown", {.run = [this] { toggleRecording(); }, .isChecked = [this] { return m_recording.live(); }});
    actions.bind("record.file", {.run = [this] { recordFileDialog(); }});
    actions.bind("record.beside",
                 {.run = [this] { m_recordsBeside = !m_recordsBeside; }, .isChecked = [this] { return m_recordsBeside; }});
}

void MainWindow::bindPinActions() {
    Actions& actions = *m_actions;
    const auto isAsked = [this] { return m_session.shown().queryOnPicture().has_value(); };
    const auto hasPins = [this] {
        return m_session.shown().queryOnPicture().has_value() && !m_session.questions().pins().empty();
    };
    actions.bind("pin.add", {.run = [this] { addPin(); }, .isEnabled = isAsked});
    actions.bind("pin.next", {.run = [this] { chooseNextPin(); }, .isEnabled = hasPins});
    actions.bind("pin.remove", {.run = [this] { removePin(); }, .isEnabled = hasPins});
    actions.bind("pin.clear", {.run = [this] { m_session.fieldControl().clearPins(); }, .isEnabled = hasPins});
    actions.bind("query.follow", {.run = [this] { toggleHoverQuery(); }, .isChecked = [this] { return m_hoverQuery; }});
}

void MainWindow::bindSourceActions() {
    Actions& actions = *m_actions;
    const auto isOpen = [this] { return m_session.source().active(); };
    const auto hasSteps = [this] {
        const MovingSource& source = m_session.source();
        return source.active() && !source.traits().live;
    };
    actions.bind("source.open", {.run = [this] { sourceDialog(); }});
    actions.bind("source.sample", {.run = [this] { playSample(); }});
    actions.bind("source.stop", {.run = [this] { stopSource(); }, .isEnabled = isOpen});
    actions.bind("source.play", {.run = [this] { togglePlaying(); }, .isEnabled = isOpen});
    actions.bind("source.stepBack", {.run = [this] { step(-1); }, .isEnabled = hasSteps});
    actions.bind("source.stepForward", {.run = [this] { step(1); }, .isEnabled = hasSteps});
    actions.bind("source.autoSize", {.run = [this] { toggleAutoSize(); }, .isChecked = [this] { return m_settings.autoSize(); }});
}

// Menus ask before they open, and a key before it acts; what is on screen follows the session besides.
void MainWindow::followActions() {
    for (const auto signal : {&Session::pictureChanged, &Session::resultChanged}) {
        connect(&m_session, signal, m_actions, &Actions::refresh);
    }
    for (const auto signal : {&PaneControl::panesChanged, &PaneControl::mechanismChanged, &PaneControl::interventionChanged,
                              &PaneControl::weightsChanged, &PaneControl::modelChanged}) {
        connect(&m_session.paneControl(), signal, m_actions, &Actions::refresh);
    }
    for (const auto signal :
         {&FieldControl::fieldChanged, &FieldControl::placeChanged, &FieldControl::pinsChanged, &FieldControl::pinnedChanged}) {
        connect(&m_session.fieldControl(), signal, m_actions, &Actions::refresh);
    }
    connect(&m_session.display(), &DisplayControl::styleChanged, m_actions, &Actions::refresh);
    connect(m_mainMenu, &QMenu::aboutToShow, m_actions, &Actions::refresh);
    connect(m_exportMenu, &QMenu::aboutToShow, m_actions, &Actions::refresh);
    connect(m_actions, &Actions::keysChanged, this, &MainWindow::showKeyTexts);
    m_actions->refresh();
    showKeyTexts();
}

void MainWindow::showKeyTexts() {
    m_transport->setKeys({.stepBack = m_actions->keyText("source.stepBack"),
                          .play = m_actions->keyText("source.play"),
                          .stepForward = m_actions->keyText("source.stepForward"),
                          .record = m_actions->keyText("record.shown")});
    m_cards->setTrainedKey(m_actions->keyText("weights.trained"));
}

// The one with the focus, which may show the difference; else that of the active pane.
Canvas* MainWindow::canvasInUse() const {
    const int focused = m_area->indexOf(focusWidget());
    return focused < 0 ? m_area->canvas() : m_area->canvas(focused);
}

void MainWindow::chooseFromFilmstrip(std::size_t place) {
    const auto& strip = m_filmstrip->modules();
    if (place < strip.size()) {
        m_session.paneControl().setModule(strip[place]);
    }
}

// Where the menu was asked for, else in the middle of what the canvas shows.
void MainWindow::addPin() {
    const Canvas* canvas = m_area->canvas();
    const QSizeF picture = canvas->view().picture;
    if (!m_session.shown().queryOnPicture() || picture.isEmpty()) {
        return;
    }
    const QPointF middle = canvas->view().pictureAt(QRectF(canvas->rect()).center());
    const QPointF seen(std::clamp(middle.x() / picture.width(), 0.0, 1.0), std::clamp(middle.y() / picture.height(), 0.0, 1.0));
    m_session.fieldControl().ask(m_menuSpot.value_or(seen), QueryGesture::Add);
}

void MainWindow::chooseNextPin() {
    const auto& pins = m_session.questions().pins();
    const auto active = std::find_if(pins.begin(), pins.end(),
                                     [this](const Pin& pin) { return pin.number == m_session.questions().activePin(); });
    if (m_session.shown().queryOnPicture() && active != pins.end()) {
        m_session.fieldControl().setActivePin(std::next(active) == pins.end() ? pins.front().number : std::next(active)->number);
    }
}

void MainWindow::removePin() {
    if (m_session.shown().queryOnPicture()) {
        m_session.fieldControl().removePin(m_session.questions().activePin());
    }
}

void MainWindow::toggleFullScreen() { setWindowState(windowState() ^ Qt::WindowFullScreen); }

void MainWindow::togglePanels() {
    m_panelsHidden = !m_panelsHidden;
    foldForWidth();
    m_area->canvas()->setFocus();
}

void MainWindow::toggleSmooth() {
    OverlayStyle style = m_session.display().style();
    style.smooth = !style.smooth;
    m_session.display().setStyle(style);
}

void MainWindow::lockRange() {
    m_area->colourScale()->setMode(RangeMode::Locked, m_area->colourScale()->range());
    m_session.display().setRange(RangeMode::Locked, m_area->colourScale()->range());
}

void MainWindow::autoRange() {
    m_area->colourScale()->setMode(RangeMode::Auto, {});
    m_session.display().setRange(RangeMode::Auto, {});
}

}  // namespace fovea
