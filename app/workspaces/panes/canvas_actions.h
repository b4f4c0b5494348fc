#pragma once

#include <QObject>
#include <QPointF>

#include <optional>

#include "app/shell/desk.h"
#include "engine/render/range_mode.h"

class QContextMenuEvent;

namespace fovea {

class Canvas;
class PaneCanvases;

/// The actions of a canvas, by keys and by its context menu: zoom, range and pins. GUI thread only.
class CanvasActions final : public QObject {
    Q_OBJECT

public:
    /// `canvases` outlives the object.
    CanvasActions(const Desk& desk, PaneCanvases& canvases);

    /// Says what the entries about zoom, range and pins do.
    void bind();

protected:
    /// Watches the canvases: takes the keys of their actions, and opens the context menu.
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void bindZoom();
    void bindRange();
    void bindPins();
    void watch(int index);
    [[nodiscard]] Canvas* canvasInUse() const;
    void setRangeMode(RangeMode mode);
    void showMenu(int index, const QContextMenuEvent& event);
    void addPin();
    void chooseNextPin();
    void removePin();

    Desk m_desk;
    PaneCanvases& m_canvases;
    std::optional<QPointF> m_menuSpot;  ///< where the menu of a canvas was asked for, as fractions of the picture
};

}  // namespace fovea
