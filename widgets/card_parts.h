#pragma once

#include <QLabel>
#include <QRadioButton>
#include <QToolButton>
#include <QWidget>

#include <vector>

namespace fovea {

/// The font of secondary text: 11 px.
QFont smallFont(const QFont& base);
/// `a` with the share `t` of `b`.
QColor mixed(const QColor& a, const QColor& b, double t);
/// Draws one line of text into `rect`, elided at its end when it is too long; true when it was elided.
bool drawLine(QPainter& painter, const QRect& rect, const QString& text, const QColor& colour,
              Qt::Alignment alignment = Qt::AlignLeft);

/// One line of 11 px text which elides instead of asking for room; a hover shows all of it.
class LineLabel final : public QLabel {
    Q_OBJECT

public:
    explicit LineLabel(bool secondary, QWidget* parent = nullptr);
    /// Whether the last paint had to shorten the text.
    [[nodiscard]] bool shortened() const;
    [[nodiscard]] QSize minimumSizeHint() const override;
    [[nodiscard]] QSize sizeHint() const override;

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    bool m_secondary;
};

/// A button which is only text, such as "Reset"; it elides, and a hover shows all of it.
class TextButton : public QToolButton {
    Q_OBJECT

public:
    explicit TextButton(QWidget* parent = nullptr);
    /// Draws a rounded surface behind the text and a × at its end: the chip of something that can be taken away.
    void setRemovable(bool removable);
    [[nodiscard]] QSize minimumSizeHint() const override;
    [[nodiscard]] QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    bool m_removable = false;
};

/// A few exclusive choices side by side; none may be chosen.
class SegmentSwitch final : public QWidget {
    Q_OBJECT

public:
    struct Segment {
        int id = 0;
        QString text;
        QString help;
    };

    explicit SegmentSwitch(QWidget* parent = nullptr);
    /// Keeps the current choice if its id is still there.
    void setSegments(const std::vector<Segment>& segments);
    /// Marks a choice without a signal; −1 marks none.
    void setCurrent(int id);
    [[nodiscard]] int current() const { return m_current; }
    /// The button of a choice, or null.
    [[nodiscard]] QRadioButton* button(int id) const;

Q_SIGNALS:
    void chosen(int id);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    std::vector<std::pair<int, QRadioButton*>> m_buttons;
    int m_current = -1;
};

}  // namespace fovea
