#pragma once

#include <QAbstractSlider>

#include <functional>

namespace fovea {

/// The frames of a source as a line: a click goes exactly there, a drag scrubs, wheel and arrow keys step, Page Up and Page Down
/// go a second, Home and End to the ends; the time under the mouse is shown. Its value is the index of a frame.
class ScrubBar final : public QAbstractSlider {
    Q_OBJECT

public:
    explicit ScrubBar(QWidget* parent = nullptr);
    /// Frames of the source and seconds from its begin to its end.
    void setLength(int frames, double seconds);
    /// Where the source is, without a signal; while the mouse drags, the mouse decides.
    void setPosition(int index);
    /// Middle of a frame along the bar, and the frame at a place.
    [[nodiscard]] double positionOf(int index) const;
    [[nodiscard]] int indexAt(double x) const;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

Q_SIGNALS:
    /// A person wants this frame.
    void sought(int index);

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;

private:
    [[nodiscard]] QString timeTextAt(int index) const;
    void paintHover(QPainter& painter) const;

    double m_seconds = 0.0;
    double m_hover = -1.0;  // x under the mouse; −1 none
    int m_wheel = 0;
};

/// A time within a source: "0:03.2", "1:02:03.2"; whole tenths which have passed.
QString clockText(double seconds);

}  // namespace fovea
