#include "app/workspaces/panes/pane_canvases.h"

#include <QEvent>
#include <QGuiApplication>

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "app/canvas_area.h"
#include "app/cards_panel.h"
#include "app/exporter.h"
#include "app/session/session.h"
#include "app/shell/workspaces.h"
#include "app/status_line.h"

namespace fovea {

PaneCanvases::PaneCanvases(const Desk& desk)
    : m_desk(desk), m_overlays(desk.session.lane(RenderLane::Overlays), [this](int index, const RenderedOverlay& overlay) {
          showOverlay(index, overlay);
      }) {
    connectSession();
    connect(&m_desk.area, &CanvasArea::canvasMade, this, &PaneCanvases::connectCanvas);
    for (const int index : m_desk.area.canvases()) {
        connectCanvas(index);
    }
}

void PaneCanvases::connectSession() {
    Session& session = m_desk.session;
    const PaneControl& panes = session.paneControl();
    connect(&session, &Session::resultChanged, this, &PaneCanvases::showResult);
    connect(&session.display(), &DisplayControl::styleChanged, this, &PaneCanvases::showStyles);
    for (const auto signal : {&PaneControl::mechanismChanged, &PaneControl::weightsChanged}) {
        connect(&panes, signal, this, &PaneCanvases::showField);
    }
    for (const auto signal : {&FieldControl::fieldChanged, &FieldControl::placeChanged}) {
        connect(&session.fieldControl(), signal, this, &PaneCanvases::showField);
    }
    connect(&session.fieldControl(), &FieldControl::pinsChanged, this, &PaneCanvases::showPins);
}

void PaneCanvases::connectCanvas(int index) {
    Canvas* canvas = m_desk.area.canvas(index);
    canvas->setStyle(styleOf(index));
    canvas->setMoving(m_desk.session.isPlaying());
    canvas->setResult(m_desk.session.shown().result());
    canvas->installEventFilter(this);
    connect(canvas, &Canvas::renderRequested, this, [this, index](OverlayRequest request) {
        if (index == m_desk.area.indexOf(m_desk.area.canvas())) {
            request.rangeBefore = m_desk.session.display().ranges().before(request.result->frame);
        }
        m_overlays.request(index, std::move(request));
    });
    connect(canvas, &Canvas::queryChosen, this,
            [this, index](QPointF fraction, QueryGesture gesture) { ask(index, fraction, gesture); });
    connect(canvas, &Canvas::pinChosen, &m_desk.session.fieldControl(), &FieldControl::setActivePin);
    connect(canvas, &Canvas::cursorMoved, this, [this, index](const CursorInfo& info) {
        m_desk.status.setCursorInfo(info);
        m_desk.area.colourScale(index)->setMark(info.hasValue ? info.value : std::numeric_limits<float>::quiet_NaN());
    });
    connect(canvas, &Canvas::zoomChanged, &m_desk.status, &StatusLine::setZoom);
    connectScale(index);
}

void PaneCanvases::connectScale(int index) {
    if (index != CanvasArea::kDifference) {
        const ColourScale* scale = m_desk.area.colourScale(index);
        connect(scale, &ColourScale::rangeChanged, &m_desk.session.display(), &DisplayControl::setRange);
        connect(scale, &ColourScale::styleEdited, this, &PaneCanvases::takeStyle);
    }
}

void PaneCanvases::ask(int index, QPointF fraction, QueryGesture gesture) {
    FieldControl& field = m_desk.session.fieldControl();
    const bool isPane = index < m_desk.session.panes().count();
    if (isPane && QGuiApplication::keyboardModifiers().testFlag(Qt::AltModifier)) {
        field.askInPane(index, fraction);
    } else {
        field.ask(fraction, gesture);
    }
}

// The scale edits the style of the pixels which it shows. The range of these pixels may be the linked range of all panes, so the
// session keeps its own range.
void PaneCanvases::takeStyle(const OverlayStyle& edited) {
    OverlayStyle style = m_desk.session.display().style();
    copyEdited(edited, style);
    m_desk.session.display().setStyle(style);
}

// The range of a difference is always centred at 0. A range or a threshold of the maps does not apply to a difference.
OverlayStyle PaneCanvases::styleOf(int index) {
    OverlayStyle style = m_desk.session.display().style();
    if (index == CanvasArea::kDifference) {
        style.autoRange = true;
        style.clipped = false;
        style.thresholded = false;
    } else if (m_linkedRange && comparesPanes(m_desk.workspaces.view()) && style.autoRange) {
        style.autoRange = false;
        style.range = *m_linkedRange;
    }
    return style;
}

void PaneCanvases::showStyles() {
    const DisplayControl& display = m_desk.session.display();
    const RangeMode mode = display.rangeMode();
    const bool hasOwnEnds = mode == RangeMode::Locked || mode == RangeMode::Typed;  // chosen by undo or in another pane
    for (const int index : m_desk.area.canvases()) {
        m_desk.area.canvas(index)->setStyle(styleOf(index));
        ColourScale* scale = m_desk.area.colourScale(index);
        const bool isOutdated = scale->mode() != mode || (hasOwnEnds && scale->range() != display.style().range);
        if (index != CanvasArea::kDifference && isOutdated) {
            scale->setMode(mode, display.style().range);
        }
    }
}

void PaneCanvases::showResult() {
    CanvasArea& area = m_desk.area;
    const QSizeF before = area.canvas(0)->view().picture;
    giveResults();
    if (area.canvas(0)->view().picture != before) {
        area.place();
    }
    showTimes();
    showField();
}

// The canvas of a removed pane keeps its last result.
void PaneCanvases::giveResults() {
    for (const int index : m_desk.area.canvases()) {
        if (index == CanvasArea::kDifference || index < m_desk.session.panes().count()) {
            m_desk.area.canvas(index)->setResult(m_desk.session.shown().result());
        }
    }
}

void PaneCanvases::giveFields() {
    giveResults();
    const ShownResults& shown = m_desk.session.shown();
    const int panes = m_desk.session.panes().count();
    for (const int index : m_desk.area.canvases()) {
        Canvas* canvas = m_desk.area.canvas(index);
        if (index != CanvasArea::kDifference) {
            if (index < panes) {
                canvas->setField(shown.pictureField(index));
            }
        } else if (panes < 2 || !shown.pictureField(0) || !shown.pictureField(1)) {
            canvas->setField(std::nullopt);
        } else {
            canvas->setField(shown.pictureField(0));
            canvas->setMinus(shown.pictureField(1));
        }
    }
    showPins();
    Q_EMIT fieldsShown();
}

void PaneCanvases::showField() {
    giveFields();
    Session& session = m_desk.session;
    const auto module = session.shown().moduleResult();
    m_desk.status.setProvenance(session.shown().provenance(), module ? module->resampled : std::nullopt);
    const QString title = QString::fromStdString(session.panes().current().module->title);
    if (!session.shown().field()) {
        showChip(session.panes().active(), tr("%1 · computing…").arg(title));
        m_desk.area.colourScale()->setField(nullptr, session.display().style());
    } else if (!session.shown().pictureField()) {  // a matrix alone: nothing lies over the picture
        showChip(session.panes().active(), title);
        m_desk.area.colourScale()->setField(nullptr, session.display().style());
        m_desk.cards.setRendered({});
    }
}

QString PaneCanvases::modelOf(int pane) const {
    const Panes& panes = m_desk.session.panes();
    return panes.haveOneModel() || pane >= panes.count() ? QString() : QString::fromStdString(modelName(panes[pane].model));
}

void PaneCanvases::showPins() {
    for (int pane = 0; pane < m_desk.session.panes().count(); ++pane) {
        if (m_desk.area.canvas(pane) != nullptr) {
            showPinsOf(pane);
        }
    }
}

void PaneCanvases::showPinsOf(int pane) {
    const Questions& questions = m_desk.session.questions();
    const auto asked = m_desk.session.shown().queryOnPicture(pane);
    std::vector<CanvasPin> pins;
    for (const Pin& pin : questions.pins()) {
        const bool isActive = pin.number == questions.activePin();
        if (asked) {
            pins.push_back({pin.number, isActive ? *asked : QPointF(pin.x, pin.y), isActive});
        }
    }
    if (asked && pins.empty()) {
        pins.push_back({1, *asked, true});
    }
    m_desk.area.canvas(pane)->setPins(std::move(pins));
}

// The chip of a pane, or of the difference; an empty text means the mechanism's own name.
void PaneCanvases::showChip(int index, const QString& text) {
    const Panes& panes = m_desk.session.panes();
    const bool isDifference = index == CanvasArea::kDifference;
    const ModuleInfo& info = *panes[isDifference ? 0 : std::min(index, panes.count() - 1)].module;
    QString said = text.isEmpty() ? QString::fromStdString(info.title) : text;
    if (const QString model = modelOf(index); !model.isEmpty()) {
        said = model + QStringLiteral(" · ") + said;
    }
    const bool hasLetter = panes.count() > 1 && !isDifference;
    m_desk.area.canvas(index)->setChip(hasLetter ? QStringLiteral("%1 · %2").arg(QChar(u'A' + index)).arg(said) : said,
                                       isDifference ? std::nullopt : std::optional(info.domain),
                                       !isDifference && info.kind == AttentionKind::Hard);
}

void PaneCanvases::showTimes() {
    const ModelResult* model = m_desk.session.shown().modelResult();
    const auto module = m_desk.session.shown().moduleResult();
    m_desk.status.setTimes(model != nullptr && model->features ? model->features->milliseconds : 0.0,
                           module ? module->milliseconds : 0.0, m_paintMilliseconds);
}

void PaneCanvases::showOverlay(int index, const RenderedOverlay& overlay) {
    Canvas* canvas = m_desk.area.canvas(index);
    canvas->setRendered(overlay);
    // Chip, scale and statistics describe the overlay on the canvas. The canvas drops outdated pixels, and keeps pixels without
    // an overlay apart.
    if (canvas->rendered().pixels != overlay.pixels || !overlay.request.field) {
        return;
    }
    showChip(index, overlay.field ? fieldCaption(*overlay.field) : QString());
    m_desk.area.colourScale(index)->setField(overlay.field, overlay.request.style, overlay.statistics);
    linkRange(index, overlay);
    if (index == m_desk.session.panes().active()) {
        m_desk.session.display().noteRange(overlay);
        m_desk.cards.setRendered(overlay);
        m_paintMilliseconds = overlay.milliseconds;
        showTimes();
    }
}

// One range for all panes goes from the least to the greatest automatic end.
void PaneCanvases::linkRange(int index, const RenderedOverlay& overlay) {
    if (index >= CanvasArea::kDifference || !overlay.field) {
        return;
    }
    m_paneRanges[static_cast<std::size_t>(index)] = {overlay.field->scaleMin, overlay.field->scaleMax};
    if (!m_linksRanges) {
        return;
    }
    ValueRange all = m_paneRanges[0];
    for (int pane = 1; pane < m_desk.session.panes().count(); ++pane) {
        all.lo = std::min(all.lo, m_paneRanges[static_cast<std::size_t>(pane)].lo);
        all.hi = std::max(all.hi, m_paneRanges[static_cast<std::size_t>(pane)].hi);
    }
    if (!m_linkedRange || *m_linkedRange != all) {
        m_linkedRange = all;
        showStyles();
    }
}

void PaneCanvases::toggleLinkedRange() {
    m_linkedRange.reset();
    m_linksRanges = !m_linksRanges;
    for (int pane = 0; m_linksRanges && pane < m_desk.session.panes().count(); ++pane) {
        if (const Canvas* canvas = m_desk.area.canvas(pane)) {
            linkRange(pane, canvas->rendered());
        }
    }
    showStyles();
}

void PaneCanvases::toggleHoverQuery() {
    m_hoverQuery = !m_hoverQuery;
    for (const int index : m_desk.area.canvases()) {
        m_desk.area.canvas(index)->setHoverQuery(m_hoverQuery);
    }
}

void PaneCanvases::retranslate() {
    showField();
    for (const int index : m_desk.area.canvases()) {
        if (const auto& shown = m_desk.area.canvas(index)->rendered(); shown.field) {
            showChip(index, fieldCaption(*shown.field));
        }
    }
}

bool PaneCanvases::eventFilter(QObject* watched, QEvent* event) {
    const int index = m_desk.area.indexOf(watched);
    if (event->type() == QEvent::FocusIn && index >= 0 && index < m_desk.session.panes().count()) {
        m_desk.session.paneControl().setActive(index);
    }
    return QObject::eventFilter(watched, event);
}

}  // namespace fovea
