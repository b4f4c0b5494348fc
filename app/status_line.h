#pragma once

#include <QWidget>

#include <optional>

#include "widgets/canvas.h"

class QLabel;

namespace fovea {

class BackgroundJobs;
class LiveNumbers;
struct LiveStats;

/// The line below everything: position, colour, cell and value under the cursor; times, what the weights are, and the jobs
/// which run.
class StatusLine final : public QWidget {
    Q_OBJECT

public:
    explicit StatusLine(BackgroundJobs& jobs, QWidget* parent = nullptr);

    void setCursorInfo(const CursorInfo& info);
    void setTimes(double features, double module, double paint);
    /// `resampled`: the grid on which a module tied to a size runs instead of the features' own.
    void setProvenance(const Provenance& provenance, std::optional<GridSize> resampled);
    void setZoom(double zoom);
    void setBusy(bool busy);
    /// While a source plays its rates stand in the place of the times of a single picture.
    void setLive(const LiveStats& stats);

Q_SIGNALS:
    /// The rates were clicked.
    void liveClicked();

protected:
    void changeEvent(QEvent* event) override;

private:
    void refresh();

    QLabel* m_cursor;
    QLabel* m_times;
    LiveNumbers* m_live;
    QLabel* m_weights;
    CursorInfo m_info;
    Provenance m_provenance;
    std::optional<GridSize> m_resampled;
    double m_features = 0.0;
    double m_module = 0.0;
    double m_paint = 0.0;
    double m_zoom = 1.0;
    bool m_busy = false;
};

}  // namespace fovea
