#pragma once

#include <QCoreApplication>
#include <QString>

#include <memory>

#include "engine/evaluation/faithfulness.h"

namespace fovea {

/// A measurement of faithfulness as its plot shows it: curves of several orders, rows of channels or heads, and their words. A
/// chart is that of insertion, whose cells are shown, or that of deletion.
class FaithfulnessNumbers final {
    Q_DECLARE_TR_FUNCTIONS(fovea::FaithfulnessPlot)

public:
    /// Null: nothing has been measured yet.
    void set(std::shared_ptr<const FaithfulnessResult> result);
    [[nodiscard]] const FaithfulnessResult* result() const { return m_result.get(); }

    [[nodiscard]] bool hasCurves() const { return m_result && !m_result->orders.empty(); }
    [[nodiscard]] int orders() const { return hasCurves() ? static_cast<int>(m_result->orders.size()) : 0; }
    [[nodiscard]] const FaithfulnessCurve& curve(bool shown, int order) const;
    [[nodiscard]] QString orderName(int order) const;
    [[nodiscard]] static QString chartName(bool shown);
    /// "50 % blurred: map 0.12, random 0.4, centre 0.3" of point `k`; all digits where it is exact.
    [[nodiscard]] QString reading(bool shown, int k, bool exact) const;

    [[nodiscard]] int rows() const { return m_result ? static_cast<int>(m_result->effects.size()) : 0; }
    [[nodiscard]] const FaithfulnessEffect& effect(int row) const { return m_result->effects[static_cast<std::size_t>(row)]; }
    /// The row of a channel or head; −1 if there is none.
    [[nodiscard]] int rowOf(int index, bool head) const;
    [[nodiscard]] QString rowName(int row) const;
    [[nodiscard]] QString shortRowName(int row) const;  ///< where that one does not fit
    /// "+0.12": how the probability changes.
    [[nodiscard]] QString changeText(int row) const;
    /// That change as a share of the largest one, −1 … 1.
    [[nodiscard]] double changeShare(int row) const;

private:
    std::shared_ptr<const FaithfulnessResult> m_result;
    double m_largest = 1.0;  ///< change, without its sign
};

}  // namespace fovea
