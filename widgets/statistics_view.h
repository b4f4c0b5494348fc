#pragma once

#include <QWidget>

#include <memory>

#include "engine/render/compose.h"

namespace fovea {

/// Histogram of a field coloured by its own scale, and: half the weight on … % of the area, entropy of the most possible, mean, range, peak position.
class StatisticsView final : public QWidget {
    Q_OBJECT

public:
    explicit StatisticsView(QWidget* parent = nullptr);
    ~StatisticsView() override;

    void setField(std::shared_ptr<const ScalarField> field, std::shared_ptr<const FieldStatistics> statistics, const OverlayStyle& style);
    [[nodiscard]] QString textSummary() const;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

}  // namespace fovea
