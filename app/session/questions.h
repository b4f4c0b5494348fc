#pragma once

#include <QPointF>

#include <vector>

#include "app/session/session_state.h"
#include "engine/render/query_place.h"

namespace fovea {

/// The places of the picture which are asked about, as fractions of it: pins, of which one asks. There are none until somebody
/// asks: then the middle counts.
class Questions final {
public:
    [[nodiscard]] const std::vector<Pin>& pins() const { return m_pins; }
    /// The number of the pin which asks, or which asked last.
    [[nodiscard]] int activePin() const { return m_active; }
    /// The pin of this number; null when there is none.
    [[nodiscard]] const Pin* find(int number) const;

    /// A new pin with the least free number, which asks from now on; or the pin which asks moves: by its gesture, or because
    /// there are kMaxPins already.
    void ask(QPointF fraction, QueryGesture gesture);
    /// Makes the pin of this number the one which asks. False when there is none, or when it asks already.
    bool choose(int number);
    enum class Removal { None, OfAnother, OfActive };
    /// Removes the pin of this number. After the one which asked, the one before it asks.
    Removal remove(int number);
    void clear() { m_pins.clear(); }
    void setAll(std::vector<Pin> pins, int active);

private:
    std::vector<Pin> m_pins;
    int m_active = 0;
};

}  // namespace fovea
