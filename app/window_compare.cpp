// Views of the window: overlay, split, comparison, steps; panes and pins.

#include <QGuiApplication>
#include <QMimeData>

#include <algorithm>
#include <limits>
#include <utility>

#include "app/actions/actions.h"
#include "app/canvas_area.h"
#include "app/cards_panel.h"
#include "app/exporter.h"
#include "app/main_window.h"
#include "app/status_line.h"
#include "app/top_bar.h"
#include "engine/attention/registry.h"
#include "widgets/comparison_table.h"
#include "widgets/engine_text.h"
#include "widgets/filmstrip.h"
#include "widgets/module_mime.h"
#include "widgets/step_strip.h"

namespace fovea {

void MainWindow::connectCompare() {
    connect(m_area, &CanvasArea::canvasMade, this, &MainWindow::connectCanvas);
    connect(&m_session.paneControl(), &PaneControl::panesChanged, this, &MainWindow::showPanes);
    connect(&m_session.fieldControl(), &FieldControl::pinsChanged, this, &MainWindow::showPins);
    connect(m_topBar, &TopBar::viewChosen, this, &MainWindow::setView);
    connect(m_stepStrip, &StepStrip::renderRequested, this,
            [this](const StepRequest& request) { m_stepViews.request(request.step, request); });
}

// Each canvas asks for its pixels and says what a person does on it.
void MainWindow::connectCanvas(int index) {
    Canvas* canvas = m_area->canvas(index);
    canvas->setStyle(paneStyle(index));
    canvas->setMoving(m_session.isPlaying());
    canvas->setResult(m_session.shown().result());
    canvas->installEventFilter(this);
    connect(canvas, &Canvas::renderRequested, this, [this, index](OverlayRequest request) {
        if (index == m_area->indexOf(m_area->canvas())) {
            request.rangeBefore = m_session.display().ranges().before(request.result->frame);
        }
        m_canvasViews.request(index, std::move(request));
    });
    connect(canvas, &Canvas::queryChosen, this, [this, index](QPointF fraction, QueryGesture gesture) {
        const bool alone = QGuiApplication::keyboardModifiers().testFlag(Qt::AltModifier) && index < m_session.panes().count();
        if (alone) {
            m_session.fieldControl().askInPane(index, fraction);
        } else {
            m_session.fieldControl().ask(fraction, gesture);
        }
    });
    connect(canvas, &Canvas::pinChosen, &m_session.fieldControl(), &FieldControl::setActivePin);
    connect(canvas, &Canvas::cursorMoved, this, [this, index](const CursorInfo& info) {
        m_status->setCursorInfo(info);
        m_area->colourScale(index)->setMark(info.hasValue ? info.value : std::numeric_limits<float>::quiet_NaN());
    });
    connect(canvas, &Canvas::placeChanged, this, [this] { m_recoveryTimer.start(); });
    connect(canvas, &Canvas::zoomChanged, m_status, &StatusLine::setZoom);
    if (index != CanvasArea::kDifference) {
        ColourScale* scale = m_area->colourScale(index);
        connect(scale, &ColourScale::rangeChanged, &m_session.display(), &DisplayControl::setRange);
        connect(scale, &ColourScale::styleEdited, this, &MainWindow::takeStyle);
    }
}

// What a scale knows of the other members is as old as the pixels it belongs to, and with one range for all panes not chosen.
void MainWindow::takeStyle(const OverlayStyle& edited) {
    OverlayStyle style = m_session.display().style();
    style.colormap = edited.colormap;
    style.divergingColormap = edited.divergingColormap;
    style.mode = edited.mode;
    style.thresholded = edited.thresholded;
    style.threshold = edited.threshold;
    style.contours = edited.contours;
    style.clipShare = edited.clipShare;
    m_session.display().setStyle(style);
}

// A difference is centred at 0 by itself; a range or threshold meant for the maps says nothing about it.
OverlayStyle MainWindow::paneStyle(int index) {
    OverlayStyle style = m_session.display().style();
    if (index == CanvasArea::kDifference) {
        style.autoRange = true;
        style.clipped = false;
        style.thresholded = false;
    } else if (m_linkedRange && m_view != ViewKind::Overlay && m_view != ViewKind::Steps && style.autoRange) {
        style.autoRange = false;
        style.range = *m_linkedRange;
    }
    return style;
}

void MainWindow::showStyles() {
    for (const int index : m_area->canvases()) {
        m_area->canvas(index)->setStyle(paneStyle(index));
        ColourScale* scale = m_area->colourScale(index);
        const RangeMode mode = m_session.display().rangeMode();
        const bool own =
            mode == RangeMode::Locked || mode == RangeMode::Typed;  // its ends are chosen, by undo or in another pane
        if (index != CanvasArea::kDifference &&
            (scale->mode() != mode || (own && scale->range() != m_session.display().style().range))) {
            scale->setMode(mode, m_session.display().style().range);
        }
    }
}

void MainWindow::setView(ViewKind view) {
    if ((view == ViewKind::Compare || view == ViewKind::Split) && m_session.panes().count() < 2) {
        addNextPane();
    }
    m_view = view;
    if (view == ViewKind::Steps) {
        m_experiment = Experiment::None;
    }
    using Arrangement = CanvasArea::Arrangement;
    const bool compares = view == ViewKind::Compare || view == ViewKind::Split;
    m_session.paneControl().setCompared(compares);
    m_session.paneControl().setStepsRecorded(view == ViewKind::Steps);
    m_area->setArrangement(view == ViewKind::Compare ? Arrangement::Grid
                           : view == ViewKind::Split ? Arrangement::Split
                                                     : Arrangement::Single);
    m_area->setHintVisible(false);
    m_topBar->setView(view);
    foldForWidth();
    showStyles();
    showPanes();
    showField();
    showSteps();
    m_actions->refresh();
    noteState();
}

void MainWindow::showPanes() {
    m_area->setPanes(m_session.panes().count(), m_session.panes().active());
    if (m_session.panes().count() < 2 && (m_view == ViewKind::Compare || m_view == ViewKind::Split)) {
        setView(ViewKind::Overlay);
        return;
    }
    QStringList names;
    for (int pane = 0; pane < m_session.panes().count(); ++pane) {
        const QString model = paneModel(pane);
        names << QStringLiteral("%1 %2")
                         .arg(QChar(u'A' + pane))
                         .arg(QString::fromStdString(m_session.panes()[pane].module->title)) +
                     (model.isEmpty() ? model : QStringLiteral(" · ") + model);
    }
    m_comparison->setNames(names);
    showField();
    if (!m_area->canvas()->hasFocus() && m_area->indexOf(focusWidget()) >= 0) {
        m_area->canvas()->setFocus();
    }
}

// A canvas whose pane has gone keeps its result.
void MainWindow::showResults() {
    for (const int index : m_area->canvases()) {
        if (index == CanvasArea::kDifference || index < m_session.panes().count()) {
            m_area->canvas(index)->setResult(m_session.shown().result());
        }
    }
}

// Fields, pins and numbers of every canvas that is looked at.
void MainWindow::showCompared() {
    showResults();
    for (const int index : m_area->canvases()) {
        const bool difference = index == CanvasArea::kDifference;
        Canvas* canvas = m_area->canvas(index);
        if (!difference && index >= m_session.panes().count()) {
            continue;
        }
        if (difference &&
            (m_session.panes().count() < 2 || !m_session.shown().pictureField(0) || !m_session.shown().pictureField(1))) {
            canvas->setField(std::nullopt);
            continue;
        }
        canvas->setField(m_session.shown().pictureField(difference ? 0 : index));
        if (difference) {
            canvas->setMinus(m_session.shown().pictureField(1));
        }
    }
    showPins();
    if (m_view == ViewKind::Compare || m_view == ViewKind::Split) {
        requestComparisons();
    }
}

// Numbers alone: one pixel is drawn beside them.
void MainWindow::requestComparisons() {
    const auto first = m_session.shown().pictureField(0);
    if (!first || !m_session.shown().result()) {
        return;
    }
    for (int pane = 1; pane < m_session.panes().count(); ++pane) {
        if (const auto other = m_session.shown().pictureField(pane)) {
            OverlayRequest request;
            request.result = m_session.shown().result();
            request.field = first;
            request.minus = other;
            request.viewport = {.width = 1, .height = 1};
            m_comparisonViews.request(pane, std::move(request));
        }
    }
}

// Said where panes have models of their own; empty where all have one.
QString MainWindow::paneModel(int pane) const {
    if (m_session.panes().haveOneModel() || pane >= m_session.panes().count()) {
        return {};
    }
    return QString::fromStdString(modelName(m_session.panes()[pane].model));
}

void MainWindow::showPins() {
    for (int pane = 0; pane < m_session.panes().count(); ++pane) {
        Canvas* canvas = m_area->canvas(pane);
        if (canvas == nullptr) {
            continue;
        }
        const auto asked = m_session.shown().queryOnPicture(pane);
        std::vector<CanvasPin> pins;
        for (const Pin& pin : m_session.questions().pins()) {
            const bool active = pin.number == m_session.questions().activePin();
            if (asked) {
                pins.push_back({pin.number, active ? *asked : QPointF(pin.x, pin.y), active});
            }
        }
        if (asked && pins.empty()) {
            pins.push_back({1, *asked, true});
        }
        canvas->setPins(std::move(pins));
    }
}

void MainWindow::showOverlay(int index, const RenderedOverlay& overlay) {
    Canvas* canvas = m_area->canvas(index);
    canvas->setRendered(overlay);
    // Chip, scale and statistics speak of the overlay which is shown: the canvas drops outdated pixels, and keeps those without
    // overlay apart.
    if (canvas->rendered().pixels != overlay.pixels || !overlay.request.field) {
        return;
    }
    showChip(index, overlay.field ? fieldCaption(*overlay.field) : QString());
    m_area->colourScale(index)->setField(overlay.field, overlay.request.style, overlay.statistics);
    linkRange(index, overlay);
    if (index == m_session.panes().active()) {
        m_session.display().noteRange(overlay);
        m_cards->setRendered(overlay);
        m_paintMilliseconds = overlay.milliseconds;
        showTimes();
    }
}

// With one range for all panes: from the least to the greatest automatic end.
void MainWindow::linkRange(int index, const RenderedOverlay& overlay) {
    if (index >= CanvasArea::kDifference || !overlay.field) {
        return;
    }
    m_paneRanges[static_cast<std::size_t>(index)] = {overlay.field->scaleMin, overlay.field->scaleMax};
    if (!m_linksRanges) {
        return;
    }
    ValueRange all = m_paneRanges[0];
    for (int pane = 1; pane < m_session.panes().count(); ++pane) {
        all.lo = std::min(all.lo, m_paneRanges[static_cast<std::size_t>(pane)].lo);
        all.hi = std::max(all.hi, m_paneRanges[static_cast<std::size_t>(pane)].hi);
    }
    if (!m_linkedRange || *m_linkedRange != all) {
        m_linkedRange = all;
        showStyles();
    }
}

void MainWindow::toggleLinkedRange() {
    m_linkedRange.reset();
    m_linksRanges = !m_linksRanges;
    for (int pane = 0; m_linksRanges && pane < m_session.panes().count(); ++pane) {
        if (const Canvas* canvas = m_area->canvas(pane)) {
            linkRange(pane, canvas->rendered());
        }
    }
    showStyles();
}

void MainWindow::showSteps() {
    const bool steps = m_view == ViewKind::Steps;
    if (steps && m_session.shown().result()) {
        m_stepStrip->setResult(m_session.shown().result(), m_session.panes().current().jobId(), m_session.display().style());
    }
}

// The next of the filmstrip which no pane shows.
void MainWindow::addNextPane() {
    const auto& strip = m_filmstrip->modules();
    const auto free = std::find_if(strip.begin(), strip.end(), [this](const ModuleInfo* info) {
        for (int pane = 0; pane < m_session.panes().count(); ++pane) {
            if (m_session.panes()[pane].module == info) {
                return false;
            }
        }
        return true;
    });
    const ModuleInfo* info = free == strip.end() ? m_session.panes().current().module : *free;
    if (!m_session.paneControl().add(info)) {
        m_area->showMessage(tr("There are four panes already; remove one first."), false);
    }
}

void MainWindow::addPane() {
    addNextPane();
    setView(ViewKind::Compare);
}

void MainWindow::addSamePane() {
    if (!m_session.paneControl().add(m_session.panes().current().module)) {
        m_area->showMessage(tr("There are four panes already; remove one first."), false);
    }
    setView(ViewKind::Compare);
}

void MainWindow::removePane() { m_session.paneControl().remove(m_session.panes().active()); }

void MainWindow::swapPanes() {
    if (m_session.panes().count() > 1) {
        m_session.paneControl().swap(0, 1);
    }
}

void MainWindow::toggleCompare() { setView(m_view == ViewKind::Compare ? ViewKind::Overlay : ViewKind::Compare); }

void MainWindow::toggleDifference() {
    const bool shown = !m_area->differenceShown();
    m_area->setDifferenceShown(shown);
    if (shown) {
        setView(ViewKind::Compare);
    }
    noteState();
}

void MainWindow::toggleHoverQuery() {
    m_hoverQuery = !m_hoverQuery;
    for (const int index : m_area->canvases()) {
        m_area->canvas(index)->setHoverQuery(m_hoverQuery);
    }
}

bool MainWindow::dropModule(const QMimeData* dropped) {
    if (!dropped->hasFormat(kModuleMime)) {
        return false;
    }
    const ModuleInfo* info = findModule(dropped->data(kModuleMime).toStdString());
    if (info != nullptr && !m_session.paneControl().add(info)) {
        m_area->showMessage(tr("There are four panes already; remove one first."), false);
    }
    setView(ViewKind::Compare);
    return true;
}

}  // namespace fovea
