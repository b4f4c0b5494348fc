#include "widgets/info_button.h"

#include <QKeyEvent>
#include <QLabel>
#include <QPainter>
#include <QScreen>
#include <QScrollArea>
#include <QVBoxLayout>

#include <algorithm>

#include "widgets/theme.h"

namespace fovea {
namespace {

constexpr int kSide = 20;  // as tall as the title of a card; the ring of the focus fits around the circle
constexpr double kCircle = 16.0;
constexpr int kMostWidth = 300;
constexpr int kMargin = 12;
constexpr int kDistance = 4;
constexpr int kScrollBar = 8;

class InfoPopup final : public QFrame {
public:
    InfoPopup(const QString& html, const QSize& most, QWidget* parent) : QFrame(parent, Qt::Popup) {
        setAttribute(Qt::WA_DeleteOnClose);
        // The click which closes it stays without effect; on its own button it would open it at once again.
        setAttribute(Qt::WA_NoMouseReplay);
        auto* label = new QLabel(html);
        label->setTextFormat(Qt::RichText);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
        label->setAlignment(Qt::AlignLeft | Qt::AlignTop);
        label->setFocusPolicy(Qt::StrongFocus);  // so that a screen reader reads it out
        auto* area = new QScrollArea(this);
        area->setFrameShape(QFrame::NoFrame);
        area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
        area->setWidgetResizable(true);
        area->setWidget(label);
        area->viewport()->setAutoFillBackground(false);
        label->setAutoFillBackground(false);
        auto* column = new QVBoxLayout(this);
        column->setContentsMargins(kMargin, kMargin, kMargin, kMargin);
        column->addWidget(area);
        label->setFocus();

        const QSize room = most - QSize(2 * kMargin, 2 * kMargin);
        int width = std::min(label->sizeHint().width(), room.width());
        label->setWordWrap(true);
        int height = label->heightForWidth(width);
        const bool tall = height > room.height();
        if (tall) {
            width = std::min(width + kScrollBar, room.width());
            height = room.height();
        }
        // By itself the area may keep the bar of its first, smaller size, which takes the room of a few letters.
        area->setVerticalScrollBarPolicy(tall ? Qt::ScrollBarAlwaysOn : Qt::ScrollBarAlwaysOff);
        setFixedSize(QSize(width, height) + QSize(2 * kMargin, 2 * kMargin));
    }

protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        painter.fillRect(rect(), theme().border);
        painter.fillRect(rect().adjusted(1, 1, -1, -1), theme().card);
    }
};

// Below the button, above it where there is no room below, and on the screen in any case.
QPoint placed(const QSize& popup, const QRect& button, const QRect& screen) {
    int y = button.bottom() + 1 + kDistance;
    if (y + popup.height() > screen.bottom() + 1) {
        y = button.top() - kDistance - popup.height();
    }
    const auto within = [](int start, int length, int from, int to) { return std::max(from, std::min(start, to - length)); };
    return {within(button.left(), popup.width(), screen.left(), screen.right() + 1),
            within(y, popup.height(), screen.top(), screen.bottom() + 1)};
}

}  // namespace

InfoButton::InfoButton(QWidget* parent) : QToolButton(parent) {
    // The sheet of the theme gives buttons a surface of their own; this one is only its circle.
    setStyleSheet(QStringLiteral("QToolButton { border: none; padding: 0px; min-height: 0px; background: transparent; }"));
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    setFocusPolicy(Qt::StrongFocus);
    QToolButton::setVisible(false);
    connect(this, &QToolButton::clicked, this, &InfoButton::open);
}

void InfoButton::setText(const QString& html) {
    if (html == m_html) {
        return;
    }
    const bool first = m_html.isEmpty();
    m_html = html;
    if (isOpen()) {
        m_popup->close();
    }
    if (html.isEmpty()) {
        hide();
    } else if (first && parentWidget() != nullptr) {
        show();
    }
}

QSize InfoButton::sizeHint() const { return {kSide, kSide}; }

QSize InfoButton::minimumSizeHint() const { return sizeHint(); }

void InfoButton::setVisible(bool visible) { QToolButton::setVisible(visible && !m_html.isEmpty()); }

void InfoButton::paintEvent(QPaintEvent*) {
    const Theme& t = theme();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.translate(width() / 2.0, height() / 2.0);
    const bool lit = underMouse() || isDown() || isOpen();
    const QColor ink = lit ? t.text : t.secondary;
    const double radius = kCircle / 2.0 - 0.6;
    painter.setPen(QPen(ink, 1.2));
    painter.setBrush(isDown() || isOpen() ? QBrush(t.selection) : lit ? QBrush(t.control) : QBrush(Qt::NoBrush));
    painter.drawEllipse(QPointF(0.0, 0.0), radius, radius);
    painter.setPen(Qt::NoPen);
    painter.setBrush(ink);
    painter.drawEllipse(QPointF(0.0, -3.4), 1.1, 1.1);
    painter.drawRoundedRect(QRectF(-0.8, -1.2, 1.6, 5.2), 0.6, 0.6);
    painter.resetTransform();
    if (hasFocus()) {
        paintFocusRing(painter, rect());
    }
}

void InfoButton::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) {
        click();
        return;
    }
    QToolButton::keyPressEvent(event);
}

void InfoButton::open() {
    if (m_html.isEmpty() || isOpen()) {
        return;
    }
    const QRect available = screen()->availableGeometry().adjusted(kDistance, kDistance, -kDistance, -kDistance);
    auto* popup = new InfoPopup(m_html, {std::min(kMostWidth, available.width()), available.height()}, this);
    popup->setAccessibleName(accessibleName());
    popup->move(placed(popup->size(), QRect(mapToGlobal(QPoint(0, 0)), size()), available));
    connect(popup, &QObject::destroyed, this, qOverload<>(&QWidget::update));
    m_popup = popup;
    popup->show();
    update();
}

}  // namespace fovea
