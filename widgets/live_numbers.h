#pragma once

#include <QAbstractButton>

#include "engine/pipeline/live_stats.h"

namespace fovea {

/// How a live source is doing, as one quiet line for the status bar: "30 in · 29 out /s · 41 ms · 3 dropped". A hover spells it
/// out; a click asks for more. Empty while nothing runs.
class LiveNumbers final : public QAbstractButton {
    Q_OBJECT

public:
    explicit LiveNumbers(QWidget* parent = nullptr);
    void setStats(const LiveStats& stats);
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void enterEvent(QEnterEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void showStats();
    [[nodiscard]] QString explained() const;

    LiveStats m_stats;
    int m_widest = 0;  // so that the line's neighbours stand still while its digits run
};

}  // namespace fovea
