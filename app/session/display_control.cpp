#include "app/session/display_control.h"

#include <utility>

namespace fovea {

void DisplayControl::setStyle(const OverlayStyle& style) {
    if (style != m_style) {
        m_style = style;
        Q_EMIT styleChanged();
    }
}

void DisplayControl::setRange(RangeMode mode, ValueRange range) {
    const RangeMode before = std::exchange(m_rangeMode, mode);
    OverlayStyle style = m_style;
    style.autoRange = mode == RangeMode::Auto || mode == RangeMode::Clipped;
    style.clipped = mode == RangeMode::Clipped;
    style.range = range;
    if (style == m_style && before != mode) {  // the range shown is typed, or locked, as it is
        Q_EMIT styleChanged();
    }
    setStyle(style);
}

void DisplayControl::setRangeSmoothing(double share) {
    OverlayStyle style = m_style;
    style.rangeSmoothing = share;
    setStyle(style);
}

void DisplayControl::restore(const OverlayStyle& style, RangeMode mode) {
    m_style = style;
    m_rangeMode = mode;
}

}  // namespace fovea
