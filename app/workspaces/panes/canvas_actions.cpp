#include "app/workspaces/panes/canvas_actions.h"

#include <QContextMenuEvent>
#include <QGuiApplication>
#include <QKeyEvent>
#include <QMenu>

#include <algorithm>
#include <iterator>

#include "app/actions/actions.h"
#include "app/canvas_area.h"
#include "app/session/session.h"
#include "app/workspaces/panes/pane_canvases.h"
#include "widgets/engine_text.h"

namespace fovea {
namespace {

constexpr double kZoomStep = 1.25;

/// The place of a menu event on the picture, in fractions of the picture. None for an event of the keyboard or beside the
/// picture.
std::optional<QPointF> spotOf(const Canvas& canvas, const QContextMenuEvent& event) {
    const QSizeF picture = canvas.view().picture;
    const QPointF at = canvas.view().pictureAt(event.pos());
    if (event.reason() == QContextMenuEvent::Keyboard || !QRectF(QPointF(), picture).contains(at)) {
        return std::nullopt;
    }
    return QPointF(at.x() / picture.width(), at.y() / picture.height());
}

}  // namespace

CanvasActions::CanvasActions(const Desk& desk, PaneCanvases& canvases) : m_desk(desk), m_canvases(canvases) {
    connect(&m_desk.area, &CanvasArea::canvasMade, this, &CanvasActions::watch);
    for (const int index : m_desk.area.canvases()) {
        watch(index);
    }
}

void CanvasActions::watch(int index) { m_desk.area.canvas(index)->installEventFilter(this); }

void CanvasActions::bind() {
    bindZoom();
    bindRange();
    bindPins();
}

void CanvasActions::bindZoom() {
    Actions& actions = m_desk.actions;
    const auto hasPicture = [this] { return m_desk.session.shown().result() != nullptr; };
    actions.bind("view.fit", {.run = [this] { canvasInUse()->fit(); }, .isEnabled = hasPicture});
    actions.bind("view.actualSize", {.run = [this] { canvasInUse()->actualSize(); }, .isEnabled = hasPicture});
    actions.bind("view.zoomIn", {.run = [this] { canvasInUse()->zoomBy(kZoomStep); }, .isEnabled = hasPicture});
    actions.bind("view.zoomOut", {.run = [this] { canvasInUse()->zoomBy(1.0 / kZoomStep); }, .isEnabled = hasPicture});
    actions.bind("view.peek", {.hold = [this](bool isHeld) { canvasInUse()->setPeek(isHeld); }});
}

void CanvasActions::bindRange() {
    Actions& actions = m_desk.actions;
    const auto bindMode = [this](const char* id, RangeMode mode, std::function<QString(const QString&)> fillIn = {}) {
        m_desk.actions.bind(id, {.run = [this, mode] { setRangeMode(mode); },
                                 .isChecked = [this, mode] { return m_desk.session.display().rangeMode() == mode; },
                                 .fillIn = std::move(fillIn)});
    };
    bindMode("range.lock", RangeMode::Locked);
    bindMode("range.auto", RangeMode::Auto);
    bindMode("range.clip", RangeMode::Clipped,
             [this](const QString& text) { return text.arg(numberText(100.0 * m_desk.session.display().style().clipShare)); });
    actions.bind("range.link",
                 {.run = [this] { m_canvases.toggleLinkedRange(); }, .isChecked = [this] { return m_canvases.linksRanges(); }});
}

void CanvasActions::bindPins() {
    Actions& actions = m_desk.actions;
    const auto isAsked = [this] { return m_desk.session.shown().queryOnPicture().has_value(); };
    const auto hasPins = [this, isAsked] { return isAsked() && !m_desk.session.questions().pins().empty(); };
    actions.bind("pin.add", {.run = [this] { addPin(); }, .isEnabled = isAsked});
    actions.bind("pin.next", {.run = [this] { chooseNextPin(); }, .isEnabled = hasPins});
    actions.bind("pin.remove", {.run = [this] { removePin(); }, .isEnabled = hasPins});
    actions.bind("pin.clear", {.run = [this] { m_desk.session.fieldControl().clearPins(); }, .isEnabled = hasPins});
    actions.bind("query.follow",
                 {.run = [this] { m_canvases.toggleHoverQuery(); }, .isChecked = [this] { return m_canvases.hasHoverQuery(); }});
}

// The canvas with the focus, which may show the difference; else the canvas of the active pane.
Canvas* CanvasActions::canvasInUse() const {
    const int focused = m_desk.area.indexOf(m_desk.window->focusWidget());
    return focused < 0 ? m_desk.area.canvas() : m_desk.area.canvas(focused);
}

void CanvasActions::setRangeMode(RangeMode mode) {
    ColourScale* scale = m_desk.area.colourScale();
    const ValueRange range = mode == RangeMode::Locked ? scale->range() : ValueRange{};
    scale->setMode(mode, range);
    m_desk.session.display().setRange(mode, range);
}

// While a button moves the picture or a pin there is no menu.
void CanvasActions::showMenu(int index, const QContextMenuEvent& event) {
    if ((QGuiApplication::mouseButtons() & (Qt::LeftButton | Qt::MiddleButton)) != 0) {
        return;
    }
    if (index < m_desk.session.panes().count()) {
        m_desk.session.paneControl().setActive(index);
    }
    const Canvas* canvas = m_desk.area.canvas(index);
    m_menuSpot = spotOf(*canvas, event);
    m_desk.actions.refresh();
    auto* menu = new QMenu(m_desk.window);
    menu->setObjectName(QStringLiteral("canvasMenu"));
    menu->setAttribute(Qt::WA_DeleteOnClose);
    m_desk.actions.fillCanvasMenu(*menu);
    // Qt triggers the chosen action after it hides the menu, but in the same turn of the event loop.
    connect(
        menu, &QMenu::aboutToHide, this, [this] { m_menuSpot.reset(); }, Qt::QueuedConnection);
    menu->popup(canvas->mapToGlobal(event.pos()));
}

// A pin goes where the menu was asked for, else into the middle of what the canvas shows.
void CanvasActions::addPin() {
    const Canvas* canvas = m_desk.area.canvas();
    const QSizeF picture = canvas->view().picture;
    if (!m_desk.session.shown().queryOnPicture() || picture.isEmpty()) {
        return;
    }
    const QPointF middle = canvas->view().pictureAt(QRectF(canvas->rect()).center());
    const QPointF seen(std::clamp(middle.x() / picture.width(), 0.0, 1.0), std::clamp(middle.y() / picture.height(), 0.0, 1.0));
    m_desk.session.fieldControl().ask(m_menuSpot.value_or(seen), QueryGesture::Add);
}

void CanvasActions::chooseNextPin() {
    const Questions& questions = m_desk.session.questions();
    const auto& pins = questions.pins();
    const auto active =
        std::find_if(pins.begin(), pins.end(), [&questions](const Pin& pin) { return pin.number == questions.activePin(); });
    if (m_desk.session.shown().queryOnPicture() && active != pins.end()) {
        const auto next = std::next(active) == pins.end() ? pins.begin() : std::next(active);
        m_desk.session.fieldControl().setActivePin(next->number);
    }
}

void CanvasActions::removePin() {
    if (m_desk.session.shown().queryOnPicture()) {
        m_desk.session.fieldControl().removePin(m_desk.session.questions().activePin());
    }
}

bool CanvasActions::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::KeyPress && m_desk.actions.press(*static_cast<QKeyEvent*>(event))) {
        return true;
    }
    if (event->type() == QEvent::KeyRelease && m_desk.actions.release(*static_cast<QKeyEvent*>(event))) {
        return true;
    }
    if (const int index = m_desk.area.indexOf(watched); event->type() == QEvent::ContextMenu && index >= 0) {
        showMenu(index, *static_cast<QContextMenuEvent*>(event));
        return true;
    }
    return QObject::eventFilter(watched, event);
}

}  // namespace fovea
