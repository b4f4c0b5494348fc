#include "app/session/questions.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace fovea {

const Pin* Questions::find(int number) const {
    const auto it = std::find_if(m_pins.begin(), m_pins.end(), [number](const Pin& pin) { return pin.number == number; });
    return it == m_pins.end() ? nullptr : &*it;
}

void Questions::ask(QPointF fraction, QueryGesture gesture) {
    const bool isAdded = gesture == QueryGesture::Add && m_pins.size() < kMaxPins;
    const auto active = std::find_if(m_pins.begin(), m_pins.end(), [this](const Pin& pin) { return pin.number == m_active; });
    if (!isAdded && active != m_pins.end()) {
        active->x = fraction.x();
        active->y = fraction.y();
        return;
    }
    int number = 1;
    while (find(number) != nullptr) {
        ++number;
    }
    m_pins.push_back({number, fraction.x(), fraction.y()});
    m_active = number;
}

bool Questions::choose(int number) {
    const bool isOther = number != m_active && find(number) != nullptr;
    m_active = isOther ? number : m_active;
    return isOther;
}

Questions::Removal Questions::remove(int number) {
    const auto it = std::find_if(m_pins.begin(), m_pins.end(), [number](const Pin& pin) { return pin.number == number; });
    if (it == m_pins.end()) {
        return Removal::None;
    }
    const auto next = m_pins.erase(it);
    if (number != m_active) {
        return Removal::OfAnother;
    }
    if (!m_pins.empty()) {
        m_active = next == m_pins.begin() ? m_pins.front().number : std::prev(next)->number;
    }
    return Removal::OfActive;
}

void Questions::setAll(std::vector<Pin> pins, int active) {
    m_pins = std::move(pins);
    m_active = active;
}

}  // namespace fovea
