#pragma once

#include <QWidget>

#include <memory>
#include <utility>
#include <vector>

#include "engine/render/compose.h"

namespace fovea {

/// Histogram of a field coloured by its own scale, and: half the weight on … % of the area, entropy of the most possible, mean,
/// range, peak position.
class StatisticsView final : public QWidget {
    Q_OBJECT
    Q_PROPERTY(QString textSummary READ textSummary)

public:
    explicit StatisticsView(QWidget* parent = nullptr);
    ~StatisticsView() override;

    void setField(std::shared_ptr<const ScalarField> field, std::shared_ptr<const FieldStatistics> statistics,
                  const OverlayStyle& style);
    [[nodiscard]] QString textSummary() const;
    /// The lines below the histogram: label and value.
    [[nodiscard]] std::vector<std::pair<QString, QString>> rows() const;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

}  // namespace fovea
