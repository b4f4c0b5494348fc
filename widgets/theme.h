#pragma once

#include <QColor>
#include <QRect>
#include <QString>

#include "engine/attention/module.h"

class QApplication;
class QPainter;

namespace fovea {

enum class ThemeName { Dark, Light };

/// The colours of one theme; text on its surface has a contrast of at least 4.5:1 in both.
struct Theme {
    QColor window;   ///< panels: bars and side columns
    QColor card;     ///< cards on panels
    QColor control;  ///< buttons, fields, bar troughs
    QColor canvas;   ///< surround of the picture
    QColor text;
    QColor secondary;  ///< captions, units
    QColor accent;     ///< filled buttons, selection
    QColor onAccent;   ///< text on accent
    QColor selection;  ///< background of the selected row
    QColor border;
    QColor focus;  ///< focus rings
    QColor error;  ///< text of an error on `window`
    QColor errorSurface;
    QColor channel, spatial, channelSpatial, temporal, spatialTemporal, branch;

    [[nodiscard]] QColor domain(Domain d) const;
};

/// The colours of a theme by name, and of the one in force.
const Theme& theme(ThemeName name);
const Theme& theme();
ThemeName themeName();

/// Sets Fusion, palette, font and style sheet; views repaint by QEvent::PaletteChange.
void applyTheme(QApplication& application, ThemeName name);

/// The font of the program, 13 px: with `chinese` the Chinese face leads, so that all weights and Latin letters come from one
/// family.
void applyFont(bool chinese);

/// From now on focus rings are painted only while the keyboard is used; without this call they always are.
void followFocusVisibility(QApplication& application);

/// WCAG contrast ratio, 1..21.
double contrastRatio(const QColor& a, const QColor& b);

/// Paints the common focus ring inside `rect`; every custom-painted view calls it when it has focus.
void paintFocusRing(QPainter& painter, const QRect& rect);

}  // namespace fovea
