#include "app/workspaces/panes/pane_workspace.h"

#include <QMimeData>

#include <algorithm>
#include <utility>

#include "app/actions/actions.h"
#include "app/canvas_area.h"
#include "app/session/session.h"
#include "app/settings.h"
#include "app/shell/workspaces.h"
#include "app/top_bar.h"
#include "app/workspaces/mechanism_workspace.h"
#include "engine/attention/registry.h"
#include "widgets/comparison_table.h"
#include "widgets/module_mime.h"

namespace fovea {
namespace {

constexpr double kRangeSmoothing = 0.9;

}  // namespace

PaneWorkspace::PaneWorkspace(const Desk& desk)
    : m_desk(desk),
      m_canvases(desk),
      m_canvasActions(desk, m_canvases),
      m_table(new ComparisonTable),
      m_comparisons(desk.session.lane(RenderLane::Overlays), [this](int pane, const RenderedOverlay& overlay) {
          m_table->setComparison(pane, overlay.comparison ? *overlay.comparison : MapComparison{});
      }) {
    m_table->hide();
    connectSession();
    connect(&m_canvases, &PaneCanvases::fieldsShown, this, &PaneWorkspace::requestComparisons);
    m_desk.topBar.setStyle(m_desk.session.display().style());
    connect(&m_desk.topBar, &TopBar::opacityChosen, this, [this](double opacity) {
        OverlayStyle style = m_desk.session.display().style();
        style.opacity = opacity;
        m_desk.session.display().setStyle(style);
    });
}

void PaneWorkspace::connectSession() {
    const PaneControl& panes = m_desk.session.paneControl();
    connect(&panes, &PaneControl::panesChanged, this, &PaneWorkspace::showPanes);
    connect(&panes, &PaneControl::modelChanged, this, &PaneWorkspace::showPanes);
    for (const auto signal : {&PaneControl::mechanismChanged, &PaneControl::panesChanged, &PaneControl::interventionChanged}) {
        connect(&panes, signal, this, [this] { m_desk.area.setHintVisible(false); });  // who works here needs no hint
    }
    connect(&m_desk.session.display(), &DisplayControl::styleChanged, this, [this] {
        m_desk.topBar.setStyle(m_desk.session.display().style());
        m_desk.settings.setStyle(m_desk.session.display().style());
    });
}

std::vector<ViewOffer> PaneWorkspace::views() const {
    return {{kOverlayView, tr("Overlay"), tr("One map over the picture"), "view.overlay"},
            {kSplitView, tr("Split"), tr("Two maps and a line between them"), "view.split"},
            {kCompareView, tr("Compare"), tr("Up to four maps side by side"), "view.compare"}};
}

std::vector<QWidget*> PaneWorkspace::panels() const { return {m_table}; }

// An entry is disabled only where its handler would do nothing: what can say why it does nothing stays enabled.
void PaneWorkspace::bindActions() {
    bindViews();
    bindPanes();
    bindDisplay();
    m_canvasActions.bind();
}

void PaneWorkspace::bindViews() {
    for (const ViewOffer& offer : views()) {
        m_desk.actions.bind(offer.action, {.run = [this, view = offer.id] { m_desk.workspaces.setView(view); },
                                           .isChecked = [this, view = offer.id] { return m_desk.workspaces.view() == view; }});
    }
    m_desk.actions.bind("view.toggleCompare", {.run = [this] {
                            m_desk.workspaces.setView(m_desk.workspaces.view() == kCompareView ? kOverlayView : kCompareView);
                        }});
}

void PaneWorkspace::bindPanes() {
    Actions& actions = m_desk.actions;
    PaneControl& panes = m_desk.session.paneControl();
    const auto hasSeveral = [this] { return m_desk.session.panes().count() > 1; };
    actions.bind("pane.add", {.run = [this] {
                     addNextPane();
                     m_desk.workspaces.setView(kCompareView);
                 }});
    actions.bind("pane.addSame", {.run = [this] {
                     add(m_desk.session.panes().current().module);
                     m_desk.workspaces.setView(kCompareView);
                 }});
    actions.bind("pane.remove",
                 {.run = [this, &panes] { panes.remove(m_desk.session.panes().active()); }, .isEnabled = hasSeveral});
    actions.bind("pane.swap", {.run =
                                   [hasSeveral, &panes] {
                                       if (hasSeveral()) {
                                           panes.swap(0, 1);
                                       }
                                   },
                               .isEnabled = hasSeveral});
    actions.bind("pane.difference",
                 {.run = [this] { toggleDifference(); }, .isChecked = [this] { return m_desk.area.differenceShown(); }});
}

void PaneWorkspace::bindDisplay() {
    m_desk.actions.bind("view.smooth", {.run = [this] { toggleSmooth(); },
                                        .isChecked = [this] { return m_desk.session.display().style().smooth; }});
    m_desk.actions.bind("range.smooth", {.run = [this] { toggleRangeSmoothing(); },
                                         .isChecked = [this] { return m_desk.session.display().style().rangeSmoothing > 0.0; }});
}

bool PaneWorkspace::isComparing() const { return comparesPanes(m_desk.workspaces.view()); }

void PaneWorkspace::viewChosen(const ViewId& view) {
    using Arrangement = CanvasArea::Arrangement;
    if (comparesPanes(view) && m_desk.session.panes().count() < 2) {
        addNextPane();
    }
    m_desk.session.paneControl().setCompared(comparesPanes(view));
    m_desk.area.setArrangement(view == kCompareView ? Arrangement::Grid
                               : view == kSplitView ? Arrangement::Split
                                                    : Arrangement::Single);
    m_desk.area.setHintVisible(false);
    m_canvases.showStyles();
    showPanes();
}

void PaneWorkspace::arrange() { m_table->setVisible(m_desk.workspaces.showsPanels() && isComparing()); }

void PaneWorkspace::retranslate() { m_canvases.retranslate(); }

void PaneWorkspace::save(SessionState& state) const { state.difference = m_desk.area.differenceShown(); }

void PaneWorkspace::restore(const SessionState& state) { m_desk.area.setDifferenceShown(state.difference); }

void PaneWorkspace::showPanes() {
    const Panes& panes = m_desk.session.panes();
    CanvasArea& area = m_desk.area;
    area.setPanes(panes.count(), panes.active());
    if (panes.count() < 2 && isComparing()) {
        m_desk.workspaces.setView(kOverlayView);
        return;
    }
    QStringList names;
    for (int pane = 0; pane < panes.count(); ++pane) {
        const QString model = m_canvases.modelOf(pane);
        names << QStringLiteral("%1 %2").arg(QChar(u'A' + pane)).arg(QString::fromStdString(panes[pane].module->title)) +
                     (model.isEmpty() ? model : QStringLiteral(" · ") + model);
    }
    m_table->setNames(names);
    m_canvases.showField();
    if (!area.canvas()->hasFocus() && area.indexOf(m_desk.window->focusWidget()) >= 0) {
        area.canvas()->setFocus();
    }
}

// A comparison needs numbers alone, so its picture has one pixel.
void PaneWorkspace::requestComparisons() {
    const ShownResults& shown = m_desk.session.shown();
    const auto first = shown.pictureField(0);
    if (!isComparing() || !first || !shown.result()) {
        return;
    }
    for (int pane = 1; pane < m_desk.session.panes().count(); ++pane) {
        if (const auto other = shown.pictureField(pane)) {
            OverlayRequest request;
            request.result = shown.result();
            request.field = first;
            request.minus = other;
            request.viewport = {.width = 1, .height = 1};
            m_comparisons.request(pane, std::move(request));
        }
    }
}

// Adds the next mechanism of the filmstrip which no pane shows.
void PaneWorkspace::addNextPane() {
    const Panes& panes = m_desk.session.panes();
    for (const ModuleInfo* info : filmstripModules()) {
        bool isShown = false;
        for (int pane = 0; pane < panes.count(); ++pane) {
            isShown = isShown || panes[pane].module == info;
        }
        if (!isShown) {
            add(info);
            return;
        }
    }
    add(panes.current().module);
}

void PaneWorkspace::add(const ModuleInfo* mechanism) {
    if (!m_desk.session.paneControl().add(mechanism)) {
        m_desk.area.showMessage(tr("There are four panes already; remove one first."), false);
    }
}

void PaneWorkspace::toggleDifference() {
    const bool isShown = !m_desk.area.differenceShown();
    m_desk.area.setDifferenceShown(isShown);
    if (isShown) {
        m_desk.workspaces.setView(kCompareView);
    }
}

void PaneWorkspace::toggleSmooth() {
    OverlayStyle style = m_desk.session.display().style();
    style.smooth = !style.smooth;
    m_desk.session.display().setStyle(style);
}

void PaneWorkspace::toggleRangeSmoothing() {
    DisplayControl& display = m_desk.session.display();
    display.setRangeSmoothing(display.style().rangeSmoothing > 0.0 ? 0.0 : kRangeSmoothing);
}

bool PaneWorkspace::takeDrop(const QMimeData& dropped) {
    if (!dropped.hasFormat(kModuleMime)) {
        return false;
    }
    if (const ModuleInfo* info = findModule(dropped.data(kModuleMime).toStdString())) {
        add(info);
    }
    m_desk.workspaces.setView(kCompareView);
    return true;
}

}  // namespace fovea
