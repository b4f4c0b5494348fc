#include "widgets/faithfulness_numbers.h"

#include <QStringList>

#include <algorithm>
#include <cmath>
#include <utility>

#include "widgets/engine_text.h"

namespace fovea {

void FaithfulnessNumbers::set(std::shared_ptr<const FaithfulnessResult> result) {
    m_result = std::move(result);
    m_largest = rows() == 0 ? 1.0 : std::abs(effect(0).probability);
    m_largest = m_largest > 0.0 ? m_largest : 1.0;
}

const FaithfulnessCurve& FaithfulnessNumbers::curve(bool shown, int order) const {
    const FaithfulnessOrder& of = m_result->orders[static_cast<std::size_t>(order)];
    return shown ? of.shown : of.removed;
}

QString FaithfulnessNumbers::orderName(int order) const {
    const std::string& name = m_result->orders[static_cast<std::size_t>(order)].name;
    if (name == "map") {
        return tr("map");
    }
    return name == "random" ? tr("random") : name == "centre" ? tr("centre") : QString::fromStdString(name);
}

QString FaithfulnessNumbers::chartName(bool shown) { return shown ? tr("Shown first") : tr("Blurred first"); }

QString FaithfulnessNumbers::reading(bool shown, int k, bool exact) const {
    QStringList parts;
    for (int order = 0; order < orders(); ++order) {
        const FaithfulnessCurve& of = curve(shown, order);
        if (k < static_cast<int>(of.probabilities.size())) {
            const double p = of.probabilities[static_cast<std::size_t>(k)];
            parts << QStringLiteral("%1 %2").arg(orderName(order), exact ? exactNumberText(p) : numberText(p));
        }
    }
    const QString share = numberText(100.0 * curve(shown, 0).shares[static_cast<std::size_t>(k)]);
    return (shown ? tr("%1 % shown: %2") : tr("%1 % blurred: %2")).arg(share, parts.join(QStringLiteral(", ")));
}

int FaithfulnessNumbers::rowOf(int index, bool head) const {
    for (int k = 0; k < rows(); ++k) {
        if (effect(k).index == index && effect(k).head == head) {
            return k;
        }
    }
    return -1;
}

QString FaithfulnessNumbers::rowName(int row) const {
    const FaithfulnessEffect& of = effect(row);
    if (of.head) {
        return headLabel(of.index);
    }
    return of.name.empty() ? tr("channel %1").arg(of.index) : QStringLiteral("%1 %2").arg(of.index).arg(engineText(of.name));
}

QString FaithfulnessNumbers::shortRowName(int row) const {
    const FaithfulnessEffect& of = effect(row);
    return of.head || !of.name.empty() ? rowName(row) : tr("ch. %1").arg(of.index);
}

QString FaithfulnessNumbers::changeText(int row) const {
    const double change = effect(row).probability;
    return change > 0.0 ? QLatin1Char('+') + numberText(change) : numberText(change);
}

double FaithfulnessNumbers::changeShare(int row) const { return std::clamp(effect(row).probability / m_largest, -1.0, 1.0); }

}  // namespace fovea
