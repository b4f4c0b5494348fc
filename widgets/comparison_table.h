#pragma once

#include <QWidget>

#include <vector>

#include "engine/render/comparison.h"

class QGridLayout;
class QLabel;

namespace fovea {

/// How alike the first map and each of the others are: one column per map, one row per measure, each explained by its tooltip.
/// What is not defined is a dash.
class ComparisonTable final : public QWidget {
    Q_OBJECT
    Q_PROPERTY(QString textSummary READ textSummary)

public:
    explicit ComparisonTable(QWidget* parent = nullptr);

    /// The name of the map which the others, named after it, are compared with.
    void setNames(const QStringList& names);
    /// The numbers of the map `column`, from 1.
    void setComparison(int column, const MapComparison& comparison);
    [[nodiscard]] QString textSummary() const;

protected:
    void changeEvent(QEvent* event) override;

private:
    void build();
    void fill(int column);

    QStringList m_names;
    std::vector<MapComparison> m_comparisons;
    QGridLayout* m_grid;
    std::vector<std::vector<QLabel*>> m_cells;  ///< by column, then by row
};

}  // namespace fovea
