#include "widgets/comparison_table.h"

#include <QEvent>
#include <QGridLayout>
#include <QLabel>

#include <algorithm>
#include <array>
#include <cmath>

#include "widgets/accessible_view.h"
#include "widgets/engine_text.h"

namespace fovea {
namespace {

struct Measure {
    const char* title;
    const char* help;
    double MapComparison::*value;
};

constexpr std::array<Measure, 4> kMeasures{
    {{QT_TRANSLATE_NOOP("fovea::ComparisonTable", "Pearson"),
      QT_TRANSLATE_NOOP("fovea::ComparisonTable",
                        "Correlation of the values, −1 to 1: whether both rise and fall together in a straight line."),
      &MapComparison::pearson},
     {QT_TRANSLATE_NOOP("fovea::ComparisonTable", "Spearman"),
      QT_TRANSLATE_NOOP(
          "fovea::ComparisonTable",
          "Correlation of the ranks, −1 to 1: whether both put the places in the same order, whatever their scale."),
      &MapComparison::spearman},
     {QT_TRANSLATE_NOOP("fovea::ComparisonTable", "IoU, top 20 %"),
      QT_TRANSLATE_NOOP(
          "fovea::ComparisonTable",
          "The fifth of the cells with the largest values of each map: their intersection over their union, 0 to 1."),
      &MapComparison::iouTop},
     {QT_TRANSLATE_NOOP("fovea::ComparisonTable", "Jensen–Shannon, bits"),
      QT_TRANSLATE_NOOP(
          "fovea::ComparisonTable",
          "Divergence of both maps, each divided by its sum: 0 when they are alike, 1 when they share no place. Not "
          "defined for maps with negative values."),
      &MapComparison::jensenShannon}}};

QString valueText(double value) { return std::isnan(value) ? QStringLiteral("–") : numberText(value); }

}  // namespace

ComparisonTable::ComparisonTable(QWidget* parent) : QWidget(parent), m_grid(new QGridLayout(this)) {
    registerAccessibleViews();
    m_grid->setContentsMargins(16, 8, 16, 8);
    m_grid->setHorizontalSpacing(24);
    m_grid->setVerticalSpacing(4);
    setAutoFillBackground(true);
}

void ComparisonTable::setNames(const QStringList& names) {
    if (names != m_names) {
        m_names = names;
        m_comparisons.assign(static_cast<std::size_t>(std::max<qsizetype>(0, names.size() - 1)), {});
        build();
    }
}

void ComparisonTable::setComparison(int column, const MapComparison& comparison) {
    const auto index = static_cast<std::size_t>(column - 1);
    if (column >= 1 && index < m_comparisons.size()) {
        m_comparisons[index] = comparison;
        fill(column);
    }
}

void ComparisonTable::build() {
    while (QLayoutItem* item = m_grid->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    m_cells.clear();
    if (m_names.isEmpty()) {
        return;
    }
    const auto add = [this](const QString& text, int row, int column) {
        auto* label = new QLabel(text);
        label->setTextFormat(Qt::PlainText);
        m_grid->addWidget(label, row, column);
        return label;
    };
    add(tr("against %1").arg(m_names.first()), 0, 0);
    for (std::size_t row = 0; row < kMeasures.size(); ++row) {
        add(tr(kMeasures[row].title), static_cast<int>(row) + 1, 0)->setToolTip(tr(kMeasures[row].help));
    }
    for (int column = 1; column < m_names.size(); ++column) {
        add(m_names[column], 0, column);
        std::vector<QLabel*> cells;
        for (std::size_t row = 0; row < kMeasures.size(); ++row) {
            cells.push_back(add(QString(), static_cast<int>(row) + 1, column));
            cells.back()->setTextInteractionFlags(Qt::TextSelectableByMouse);
        }
        m_cells.push_back(std::move(cells));
        fill(column);
    }
    for (int column = 0; column < m_grid->columnCount(); ++column) {
        m_grid->setColumnStretch(column, 1);
    }
}

void ComparisonTable::fill(int column) {
    const auto index = static_cast<std::size_t>(column - 1);
    for (std::size_t row = 0; row < kMeasures.size(); ++row) {
        const double value = m_comparisons[index].*kMeasures[row].value;
        QLabel* cell = m_cells[index][row];
        cell->setText(valueText(value));
        cell->setToolTip(std::isnan(value)
                             ? tr("Not defined for these maps")
                             : tr("%1 over %2 cells").arg(QString::number(value, 'g', 9)).arg(m_comparisons[index].cells));
    }
}

QString ComparisonTable::textSummary() const {
    QStringList sentences;
    for (std::size_t k = 0; k < m_comparisons.size(); ++k) {
        QStringList numbers;
        for (const Measure& measure : kMeasures) {
            numbers << QStringLiteral("%1 %2").arg(tr(measure.title), valueText(m_comparisons[k].*measure.value));
        }
        sentences << tr("%1 against %2: %3.")
                         .arg(m_names[static_cast<qsizetype>(k) + 1], m_names.first(), numbers.join(QStringLiteral(", ")));
    }
    return sentences.join(u' ');
}

void ComparisonTable::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange) {
        build();
    }
    QWidget::changeEvent(event);
}

}  // namespace fovea
