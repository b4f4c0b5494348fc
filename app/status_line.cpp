#include "app/status_line.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>

#include "app/job_view.h"
#include "widgets/engine_text.h"
#include "widgets/live_numbers.h"
#include "widgets/theme.h"

namespace fovea {

StatusLine::StatusLine(BackgroundJobs& jobs, QWidget* parent)
    : QWidget(parent),
      m_cursor(new QLabel(this)),
      m_times(new QLabel(this)),
      m_live(new LiveNumbers(this)),
      m_weights(new QLabel(this)) {
    setFixedHeight(24);
    setAutoFillBackground(true);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(12, 0, 12, 0);
    layout->setSpacing(16);
    layout->addWidget(m_cursor, 1);
    layout->addWidget(m_times);
    layout->addWidget(m_live);
    layout->addWidget(m_weights);
    layout->addWidget(new JobView(jobs, this));
    for (auto* label : {m_cursor, m_times, m_weights}) {
        QFont small = label->font();
        small.setPixelSize(11);
        label->setFont(small);
    }
    m_live->hide();
    connect(m_live, &LiveNumbers::clicked, this, &StatusLine::liveClicked);
    m_cursor->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    refresh();
}

void StatusLine::setCursorInfo(const CursorInfo& info) {
    m_info = info;
    refresh();
}

void StatusLine::setTimes(double features, double module, double paint) {
    m_features = features;
    m_module = module;
    m_paint = paint;
    refresh();
}

void StatusLine::setProvenance(const Provenance& provenance, std::optional<GridSize> resampled) {
    m_provenance = provenance;
    m_resampled = resampled;
    refresh();
}

void StatusLine::setZoom(double zoom) {
    m_zoom = zoom;
    refresh();
}

void StatusLine::setBusy(bool busy) {
    m_busy = busy;
    refresh();
}

void StatusLine::setLive(const LiveStats& stats) {
    m_live->setStats(stats);
    m_live->setVisible(stats.valid);
    m_times->setVisible(!stats.valid);
}

void StatusLine::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange || event->type() == QEvent::PaletteChange) {
        refresh();
    }
    QWidget::changeEvent(event);
}

void StatusLine::refresh() {
    QStringList parts{tr("%1 %").arg(qRound(m_zoom * 100.0))};
    if (m_info.inside) {
        parts << tr("x %1 · y %2").arg(m_info.x).arg(m_info.y) << QColor(m_info.colour).name();
        if (m_info.hasValue) {
            parts << tr("cell %1,%2").arg(m_info.cell.j).arg(m_info.cell.i) << tr("value %1").arg(exactNumberText(m_info.value));
        }
    }
    m_cursor->setText(parts.join(QStringLiteral("    ")));
    m_times->setText(m_busy ? tr("computing…")
                            : tr("features %1 ms    module %2 ms    drawing %3 ms")
                                  .arg(numberText(m_features), numberText(m_module), numberText(m_paint)));
    const QString weights = tr("weights: %1").arg(provenanceLabel(m_provenance));
    m_weights->setText(
        m_resampled ? tr("runs on %1 × %2 cells    %3").arg(m_resampled->width).arg(m_resampled->height).arg(weights) : weights);
    m_weights->setToolTip(m_provenance.kind == ProvenanceKind::Random
                              ? tr("These weights were drawn at random, not learned: the map shows the mechanism, not what a "
                                   "trained network attends to.")
                              : QString());
}

}  // namespace fovea
