#include "widgets/card_parts.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>

#include "widgets/theme.h"

namespace fovea {
namespace {

constexpr int kSegmentHeight = 20;
constexpr int kSegmentPadding = 6;
constexpr int kCrossWidth = 12;

// A radio button is what a segment is to a screen reader and to the arrow keys; only its looks differ.
class SegmentButton final : public QRadioButton {
public:
    using QRadioButton::QRadioButton;

    [[nodiscard]] QSize sizeHint() const override {
        return {QFontMetrics(smallFont(font())).horizontalAdvance(text()) + 2 * kSegmentPadding, kSegmentHeight};
    }
    [[nodiscard]] QSize minimumSizeHint() const override { return {2 * kSegmentPadding, kSegmentHeight}; }

protected:
    [[nodiscard]] bool hitButton(const QPoint& position) const override { return rect().contains(position); }

    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        const Theme& t = theme();
        if (isChecked()) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(mixed(t.control, t.text, 0.16));
            painter.drawRoundedRect(rect().adjusted(2, 2, -2, -2), 4, 4);
        }
        painter.setFont(smallFont(font()));
        const bool bright = isChecked() || underMouse();
        drawLine(painter, rect().adjusted(3, 0, -3, 0), text(), bright ? t.text : t.secondary, Qt::AlignHCenter);
        if (hasFocus()) {
            paintFocusRing(painter, rect());
        }
    }
};

}  // namespace

QFont smallFont(const QFont& base) {
    QFont font(base);
    font.setPixelSize(11);
    return font;
}

QColor mixed(const QColor& a, const QColor& b, double t) {
    const auto channel = [t](int from, int to) { return static_cast<int>(from + t * (to - from) + 0.5); };
    return {channel(a.red(), b.red()), channel(a.green(), b.green()), channel(a.blue(), b.blue())};
}

bool drawLine(QPainter& painter, const QRect& rect, const QString& text, const QColor& colour, Qt::Alignment alignment) {
    // Eliding measures in fractions of a pixel; a text which has just the room its own advance asked for is whole.
    const QFontMetrics metrics = painter.fontMetrics();
    const QString shown =
        metrics.horizontalAdvance(text) <= rect.width() ? text : metrics.elidedText(text, Qt::ElideRight, rect.width());
    painter.setPen(colour);
    painter.drawText(rect, static_cast<int>(alignment | Qt::AlignVCenter) | Qt::TextSingleLine | Qt::TextDontClip, shown);
    return shown != text;
}

LineLabel::LineLabel(bool secondary, QWidget* parent) : QLabel(parent), m_secondary(secondary) {
    setTextFormat(Qt::PlainText);
    setFont(smallFont(font()));
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
}

bool LineLabel::shortened() const { return QFontMetrics(smallFont(font())).horizontalAdvance(text()) > width(); }

QSize LineLabel::minimumSizeHint() const { return {0, sizeHint().height()}; }

QSize LineLabel::sizeHint() const {
    const QFontMetrics metrics(smallFont(font()));
    return {metrics.horizontalAdvance(text()), std::max(15, metrics.height())};
}

bool LineLabel::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip && toolTip().isEmpty() && shortened()) {
        QToolTip::showText(static_cast<QHelpEvent*>(event)->globalPos(), text(), this);
        return true;
    }
    return QLabel::event(event);
}

void LineLabel::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setFont(smallFont(font()));
    drawLine(painter, rect(), text(), m_secondary ? theme().secondary : theme().text, alignment() & Qt::AlignHorizontal_Mask);
}

TextButton::TextButton(QWidget* parent) : QToolButton(parent) {
    // The sheet of the theme gives buttons a surface and a height; this one is a line of text.
    setStyleSheet(QStringLiteral("QToolButton { border: none; padding: 0px; min-height: 0px; background: transparent; }"));
    setCursor(Qt::PointingHandCursor);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
}

void TextButton::setRemovable(bool removable) {
    m_removable = removable;
    updateGeometry();
    update();
}

QSize TextButton::minimumSizeHint() const { return {m_removable ? 3 * kCrossWidth : 8, sizeHint().height()}; }

QSize TextButton::sizeHint() const {
    const QFontMetrics metrics(smallFont(font()));
    const int extra = m_removable ? kCrossWidth + 12 : 2;
    return {metrics.horizontalAdvance(text()) + extra, m_removable ? kSegmentHeight : std::max(15, metrics.height())};
}

void TextButton::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(smallFont(font()));
    const Theme& t = theme();
    QRect box = rect();
    const QColor colour = m_removable || underMouse() ? t.text : t.secondary;
    if (m_removable) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(t.selection);
        painter.drawRoundedRect(rect(), 6, 6);
        const QPointF middle(width() - kCrossWidth + 2.0, height() / 2.0);
        painter.setPen(QPen(colour, 1.3));
        painter.drawLine(middle + QPointF(-3, -3), middle + QPointF(3, 3));
        painter.drawLine(middle + QPointF(-3, 3), middle + QPointF(3, -3));
        box.adjust(6, 0, -kCrossWidth - 4, 0);
    }
    drawLine(painter, box, text(), colour, Qt::AlignLeft);
    if (hasFocus()) {
        paintFocusRing(painter, rect());
    }
}

SegmentSwitch::SegmentSwitch(QWidget* parent) : QWidget(parent) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
}

void SegmentSwitch::setSegments(const std::vector<Segment>& segments) {
    const auto same = [](const Segment& s, const auto& b) { return s.id == b.first; };
    if (!std::equal(segments.begin(), segments.end(), m_buttons.begin(), m_buttons.end(), same)) {
        for (const auto& [id, old] : m_buttons) {
            old->hide();
            old->deleteLater();
        }
        m_buttons.clear();
        for (const Segment& segment : segments) {
            auto* made = new SegmentButton(this);
            const int id = segment.id;
            layout()->addWidget(made);
            made->show();  // a layout shows new widgets only with the next turn of the event loop
            m_buttons.emplace_back(id, made);
            connect(made, &QRadioButton::clicked, this, [this, id] {
                setCurrent(id);
                Q_EMIT chosen(id);
            });
        }
        setCurrent(m_current);
    }
    for (std::size_t k = 0; k < segments.size(); ++k) {
        m_buttons[k].second->setText(segments[k].text);
        m_buttons[k].second->setToolTip(segments[k].help);
        m_buttons[k].second->updateGeometry();
    }
    updateGeometry();
}

void SegmentSwitch::setCurrent(int id) {
    m_current = id;
    for (const auto& [own, each] : m_buttons) {
        // An exclusive button cannot be unchecked, yet no choice at all is allowed here.
        each->setAutoExclusive(false);
        each->setChecked(own == id);
    }
    for (const auto& [own, each] : m_buttons) {
        each->setAutoExclusive(true);
    }
}

QRadioButton* SegmentSwitch::button(int id) const {
    const auto it = std::find_if(m_buttons.begin(), m_buttons.end(), [id](const auto& b) { return b.first == id; });
    return it == m_buttons.end() ? nullptr : it->second;
}

void SegmentSwitch::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme().control);
    painter.drawRoundedRect(rect(), 6, 6);
}

}  // namespace fovea
