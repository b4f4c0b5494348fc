#include "app/actions/action_table.h"

#include <QtGlobal>

#include <algorithm>

namespace fovea {
namespace {

using Menu = ActionMenu;

constexpr ActionSpec kActions[] = {
    {"file.open", QT_TRANSLATE_NOOP("fovea::Actions", "Open a picture or video…"), "Ctrl+O", Menu::Open},
    {"file.folder", QT_TRANSLATE_NOOP("fovea::Actions", "Open a folder as a sequence…"), "Ctrl+Shift+F", Menu::Open},
    {"source.open", QT_TRANSLATE_NOOP("fovea::Actions", "Camera or stream…"), "Ctrl+Shift+O", Menu::Open},
    {"source.sample", QT_TRANSLATE_NOOP("fovea::Actions", "Play the sample clip"), "", Menu::Open},
    {"source.stop", QT_TRANSLATE_NOOP("fovea::Actions", "Stop the camera or video"), "Ctrl+W", Menu::Open},

    {"file.paste", QT_TRANSLATE_NOOP("fovea::Actions", "Paste a picture"), "Ctrl+V", Menu::File},
    {"file.next", QT_TRANSLATE_NOOP("fovea::Actions", "Next picture in the folder"), "Alt+Right; PgDown", Menu::File},
    {"file.previous", QT_TRANSLATE_NOOP("fovea::Actions", "Previous picture in the folder"), "Alt+Left; PgUp", Menu::File},
    {"weights.open", QT_TRANSLATE_NOOP("fovea::Actions", "Open weights…"), "Ctrl+Shift+W", Menu::File},
    {"model.open", QT_TRANSLATE_NOOP("fovea::Actions", "Open a model…"), "Ctrl+M", Menu::File},
    {"weights.trained", QT_TRANSLATE_NOOP("fovea::Actions", "Trained or random weights"), "Ctrl+T; T", Menu::File},
    {"edit.undo", QT_TRANSLATE_NOOP("fovea::Actions", "Undo"), "Ctrl+Z", Menu::File},
    {"edit.redo", QT_TRANSLATE_NOOP("fovea::Actions", "Redo"), "Ctrl+Shift+Z; Ctrl+Y", Menu::File},

    {"view.overlay", QT_TRANSLATE_NOOP("fovea::Actions", "Overlay"), "F5", Menu::Panes, {.isCheckable = true}},
    {"view.split", QT_TRANSLATE_NOOP("fovea::Actions", "Split"), "F6", Menu::Panes, {.isCheckable = true}},
    {"view.compare", QT_TRANSLATE_NOOP("fovea::Actions", "Compare"), "F7", Menu::Panes, {.isCheckable = true}},
    {"view.steps", QT_TRANSLATE_NOOP("fovea::Actions", "Steps"), "F8", Menu::Panes, {.isCheckable = true}},
    {"pane.add", QT_TRANSLATE_NOOP("fovea::Actions", "Add a pane"), "Ctrl+D", Menu::Panes, {.canvasGroup = 4}},
    {"pane.addSame", QT_TRANSLATE_NOOP("fovea::Actions", "Add a pane of the same mechanism"), "Ctrl+Shift+D", Menu::Panes},
    {"pane.remove", QT_TRANSLATE_NOOP("fovea::Actions", "Remove this pane"), "Ctrl+Backspace", Menu::Panes, {.canvasGroup = 4}},
    {"pane.swap", QT_TRANSLATE_NOOP("fovea::Actions", "Exchange A and B"), "Ctrl+Shift+X; X", Menu::Panes},
    {"pane.difference",
     QT_TRANSLATE_NOOP("fovea::Actions", "Difference of A and B"),
     "Ctrl+Alt+D; D",
     Menu::Panes,
     {.isCheckable = true, .canvasGroup = 4}},
    {"query.follow",
     QT_TRANSLATE_NOOP("fovea::Actions", "The query follows the cursor"),
     "Ctrl+Alt+H; H",
     Menu::Panes,
     {.isCheckable = true}},
    {"range.link",
     QT_TRANSLATE_NOOP("fovea::Actions", "One range for all panes"),
     "Ctrl+Alt+L",
     Menu::Panes,
     {.isCheckable = true, .canvasGroup = 6}},
    {"channels.show", QT_TRANSLATE_NOOP("fovea::Actions", "All channels"), "Ctrl+G", Menu::Panes, {.isCheckable = true}},
    {"heads.show", QT_TRANSLATE_NOOP("fovea::Actions", "All heads"), "Ctrl+Shift+G", Menu::Panes, {.isCheckable = true}},
    {"channels.unmute", QT_TRANSLATE_NOOP("fovea::Actions", "Nothing muted or scaled"), "Ctrl+0", Menu::Panes},
    {"matter.show", QT_TRANSLATE_NOOP("fovea::Actions", "Does it matter?"), "Ctrl+J", Menu::Panes, {.isCheckable = true}},

    {"view.fit", QT_TRANSLATE_NOOP("fovea::Actions", "Fit the picture"), "Ctrl+9; F", Menu::View, {.canvasGroup = 1}},
    {"view.actualSize", QT_TRANSLATE_NOOP("fovea::Actions", "Show at 100 %"), "Ctrl+1", Menu::View, {.canvasGroup = 1}},
    {"view.zoomIn", QT_TRANSLATE_NOOP("fovea::Actions", "Zoom in"), "Ctrl++; Ctrl+=", Menu::View},
    {"view.zoomOut", QT_TRANSLATE_NOOP("fovea::Actions", "Zoom out"), "Ctrl+-", Menu::View},
    {"view.smooth",
     QT_TRANSLATE_NOOP("fovea::Actions", "Smooth cells"),
     "Ctrl+I",
     Menu::View,
     {.isCheckable = true, .canvasGroup = 5}},
    {"range.lock",
     QT_TRANSLATE_NOOP("fovea::Actions", "Lock the range"),
     "Ctrl+L",
     Menu::View,
     {.isCheckable = true, .canvasGroup = 6}},
    {"range.auto",
     QT_TRANSLATE_NOOP("fovea::Actions", "Automatic range"),
     "Ctrl+R",
     Menu::View,
     {.isCheckable = true, .canvasGroup = 6}},
    {"range.clip",
     QT_TRANSLATE_NOOP("fovea::Actions", "Range without the highest %1 %"),
     "Ctrl+Alt+R",
     Menu::View,
     {.isCheckable = true, .canvasGroup = 6}},
    {"range.smooth", QT_TRANSLATE_NOOP("fovea::Actions", "Smooth the range over time"), "", Menu::View, {.isCheckable = true}},
    {"source.autoSize",
     QT_TRANSLATE_NOOP("fovea::Actions", "Lower the input to keep 10 overlays a second"),
     "",
     Menu::View,
     {.isCheckable = true}},

    {"window.fullScreen", QT_TRANSLATE_NOOP("fovea::Actions", "Full screen"), "F11", Menu::Window, {.isCheckable = true}},
    {"window.panels", QT_TRANSLATE_NOOP("fovea::Actions", "Hide or show the panels"), "F9; Tab", Menu::Window},
    {"window.menu", QT_TRANSLATE_NOOP("fovea::Actions", "Open the menu"), "F10", Menu::Window, {.isInMenu = false}},

    {"help.commands", QT_TRANSLATE_NOOP("fovea::Actions", "Find a command…"), "Ctrl+Shift+P", Menu::Help},
    {"help.keys", QT_TRANSLATE_NOOP("fovea::Actions", "Keys"), "?; F1", Menu::Help},
    {"help.about", QT_TRANSLATE_NOOP("fovea::Actions", "About Fovea"), "", Menu::Help},
    {"app.quit", QT_TRANSLATE_NOOP("fovea::Actions", "Quit"), "Ctrl+Q", Menu::Help},

    {"export.picture", QT_TRANSLATE_NOOP("fovea::Actions", "Save the overlay…"), "Ctrl+S", Menu::Export, {.canvasGroup = 2}},
    {"export.figure", QT_TRANSLATE_NOOP("fovea::Actions", "Save a figure with colour bar and caption…"), "Ctrl+Shift+S",
     Menu::Export},
    {"export.numbers", QT_TRANSLATE_NOOP("fovea::Actions", "Save the numbers…"), "Ctrl+E", Menu::Export},
    {"session.save", QT_TRANSLATE_NOOP("fovea::Actions", "Save the session…"), "Ctrl+Alt+S", Menu::Export},
    {"record.shown",
     QT_TRANSLATE_NOOP("fovea::Actions", "Record what is shown"),
     "Ctrl+Shift+R",
     Menu::Export,
     {.isCheckable = true, .isGroupStart = true}},
    {"record.file", QT_TRANSLATE_NOOP("fovea::Actions", "Save every frame as a video…"), "Ctrl+Shift+E", Menu::Export},
    {"record.beside",
     QT_TRANSLATE_NOOP("fovea::Actions", "Record the original beside it"),
     "",
     Menu::Export,
     {.isCheckable = true}},
    {"export.copy",
     QT_TRANSLATE_NOOP("fovea::Actions", "Copy the overlay"),
     "Ctrl+C",
     Menu::Export,
     {.isGroupStart = true, .canvasGroup = 2}},

    {"filmstrip.1", QT_TRANSLATE_NOOP("fovea::Actions", "Mechanism %1 of the filmstrip"), "1", Menu::Canvas},
    {"filmstrip.2", QT_TRANSLATE_NOOP("fovea::Actions", "Mechanism %1 of the filmstrip"), "2", Menu::Canvas},
    {"filmstrip.3", QT_TRANSLATE_NOOP("fovea::Actions", "Mechanism %1 of the filmstrip"), "3", Menu::Canvas},
    {"filmstrip.4", QT_TRANSLATE_NOOP("fovea::Actions", "Mechanism %1 of the filmstrip"), "4", Menu::Canvas},
    {"filmstrip.5", QT_TRANSLATE_NOOP("fovea::Actions", "Mechanism %1 of the filmstrip"), "5", Menu::Canvas},
    {"filmstrip.6", QT_TRANSLATE_NOOP("fovea::Actions", "Mechanism %1 of the filmstrip"), "6", Menu::Canvas},
    {"view.toggleCompare", QT_TRANSLATE_NOOP("fovea::Actions", "Compare two panes, or return to one"), "C", Menu::Canvas},
    {"view.peek",
     QT_TRANSLATE_NOOP("fovea::Actions", "Look at the picture without the overlay (hold)"),
     "B",
     Menu::Canvas,
     {.isHeld = true}},
    {"pin.add", QT_TRANSLATE_NOOP("fovea::Actions", "Add a pin"), "", Menu::Canvas, {.canvasGroup = 3}},
    {"pin.next", QT_TRANSLATE_NOOP("fovea::Actions", "Take the next pin"), "N", Menu::Canvas},
    {"pin.remove", QT_TRANSLATE_NOOP("fovea::Actions", "Remove the pin which asks"), "Del", Menu::Canvas},
    {"pin.clear", QT_TRANSLATE_NOOP("fovea::Actions", "Remove all pins"), "", Menu::Canvas, {.canvasGroup = 3}},
    {"source.play", QT_TRANSLATE_NOOP("fovea::Actions", "Play, pause or freeze"), "Space", Menu::Canvas, {.isForAllViews = true}},
    {"source.stepBack", QT_TRANSLATE_NOOP("fovea::Actions", "One frame back"), ",", Menu::Canvas, {.isForAllViews = true}},
    {"source.stepForward", QT_TRANSLATE_NOOP("fovea::Actions", "One frame forward"), ".", Menu::Canvas, {.isForAllViews = true}},
};

constexpr FixedGesture kGestures[] = {
    {QT_TRANSLATE_NOOP("fovea::Actions", "Wheel"), QT_TRANSLATE_NOOP("fovea::Actions", "Zoom about the cursor"), ""},
    {QT_TRANSLATE_NOOP("fovea::Actions", "+, −"), QT_TRANSLATE_NOOP("fovea::Actions", "Zoom about the middle"), "+; =; -"},
    {QT_TRANSLATE_NOOP("fovea::Actions", "Drag"), QT_TRANSLATE_NOOP("fovea::Actions", "Move the picture"), ""},
    {QT_TRANSLATE_NOOP("fovea::Actions", "Click"),
     QT_TRANSLATE_NOOP("fovea::Actions", "Add a pin which asks a pairwise map, or take one"), ""},
    {QT_TRANSLATE_NOOP("fovea::Actions", "Drag a pin"), QT_TRANSLATE_NOOP("fovea::Actions", "Ask elsewhere"), ""},
    {QT_TRANSLATE_NOOP("fovea::Actions", "Arrow keys"),
     QT_TRANSLATE_NOOP("fovea::Actions", "Move the pin by a cell, with Shift by five"),
     "Left; Right; Up; Down; Shift+Left; Shift+Right; Shift+Up; Shift+Down"},
    {QT_TRANSLATE_NOOP("fovea::Actions", "Home"), QT_TRANSLATE_NOOP("fovea::Actions", "Ask in the middle"), "Home"},
    {QT_TRANSLATE_NOOP("fovea::Actions", "Alt (hold)"),
     QT_TRANSLATE_NOOP("fovea::Actions", "Zoom, move or ask in one pane alone"), ""},
    {QT_TRANSLATE_NOOP("fovea::Actions", "Right click"), QT_TRANSLATE_NOOP("fovea::Actions", "Menu of the picture"), ""},
    {QT_TRANSLATE_NOOP("fovea::Actions", "M, S, P, +, −, R"),
     QT_TRANSLATE_NOOP("fovea::Actions", "Mute, solo, pin, scale or reset a channel or head which has the focus"), ""},
};

}  // namespace

std::span<const ActionSpec> actionTable() { return kActions; }

const ActionSpec* findAction(std::string_view id) {
    const auto* it =
        std::find_if(std::begin(kActions), std::end(kActions), [id](const ActionSpec& each) { return each.id == id; });
    return it == std::end(kActions) ? nullptr : it;
}

std::size_t placeOf(const ActionSpec& action) { return static_cast<std::size_t>(&action - kActions); }

std::span<const FixedGesture> fixedGestures() { return kGestures; }

const char* menuTitle(ActionMenu menu) {
    switch (menu) {
        case Menu::Open:
            return QT_TRANSLATE_NOOP("fovea::Actions", "Open");
        case Menu::File:
            return QT_TRANSLATE_NOOP("fovea::Actions", "Picture and model");
        case Menu::Panes:
            return QT_TRANSLATE_NOOP("fovea::Actions", "Views and panes");
        case Menu::View:
            return QT_TRANSLATE_NOOP("fovea::Actions", "Zoom and range");
        case Menu::Window:
            return QT_TRANSLATE_NOOP("fovea::Actions", "Window");
        case Menu::Help:
            return QT_TRANSLATE_NOOP("fovea::Actions", "Help");
        case Menu::Export:
            return QT_TRANSLATE_NOOP("fovea::Actions", "Export");
        case Menu::Canvas:
            return QT_TRANSLATE_NOOP("fovea::Actions", "While the picture has the focus");
    }
    return "";
}

}  // namespace fovea
