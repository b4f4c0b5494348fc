#include "widgets/card.h"

#include <QHBoxLayout>
#include <QPainter>
#include <QToolButton>
#include <QVBoxLayout>

#include "widgets/card_parts.h"
#include "widgets/theme.h"

namespace fovea {
namespace {

constexpr int kMargin = 10;
constexpr int kTitleHeight = 20;

// The title folds the card. An arrow shows where it matters: while folded, under the mouse and with the keyboard's focus.
class TitleButton final : public QToolButton {
public:
    explicit TitleButton(QWidget* parent) : QToolButton(parent) {
        setStyleSheet(QStringLiteral("QToolButton { border: none; padding: 0px; min-height: 0px; background: transparent; }"));
        setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
        setCheckable(true);
        setChecked(true);
    }

    [[nodiscard]] QSize sizeHint() const override {
        return {QFontMetrics(boldFont()).horizontalAdvance(text()) + kArrow, kTitleHeight};
    }
    [[nodiscard]] QSize minimumSizeHint() const override { return {kArrow, kTitleHeight}; }

protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setFont(boldFont());
        const int advance = std::min(painter.fontMetrics().horizontalAdvance(text()), width() - kArrow);
        drawLine(painter, QRect(0, 0, advance, height()), text(), theme().text);
        if (!isChecked() || underMouse() || hasFocus()) {
            const QPointF middle(advance + 10.0, height() / 2.0 + 0.5);
            painter.setPen(QPen(theme().secondary, 1.4));
            const QPointF open[3] = {middle + QPointF(-3, -2), middle + QPointF(0, 1.5), middle + QPointF(3, -2)};
            const QPointF closed[3] = {middle + QPointF(-2, -3.5), middle + QPointF(1.5, -0.5), middle + QPointF(-2, 2.5)};
            painter.drawPolyline(isChecked() ? open : closed, 3);
        }
        if (hasFocus()) {
            paintFocusRing(painter, rect());
        }
    }

private:
    static constexpr int kArrow = 18;

    [[nodiscard]] QFont boldFont() const {
        QFont bold(font());
        bold.setPixelSize(12);
        bold.setWeight(QFont::DemiBold);
        return bold;
    }
};

}  // namespace

Card::Card(QWidget* content, QWidget* parent)
    : QFrame(parent), m_title(new TitleButton(this)), m_aside(new LineLabel(true, this)), m_content(content) {
    setFrameShape(QFrame::NoFrame);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
    m_aside->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(kMargin, 8, kMargin, kMargin);
    column->setSpacing(6);
    auto* row = new QHBoxLayout;
    row->setSpacing(0);  // the room of the arrow parts them
    row->addWidget(m_title);
    row->addWidget(m_aside, 1);
    column->addLayout(row);
    column->addWidget(content);
    connect(m_title, &QToolButton::clicked, this, [this] {
        m_content->setVisible(m_title->isChecked());
        Q_EMIT foldedChanged(folded());
    });
}

void Card::setTitle(const QString& title) {
    m_title->setText(title);
    m_title->updateGeometry();
    m_content->setAccessibleName(title);
}

void Card::setAside(const QString& text) { m_aside->setText(text); }

bool Card::folded() const { return !m_title->isChecked(); }

void Card::setFolded(bool folded) {
    if (folded == this->folded()) {
        return;
    }
    m_title->setChecked(!folded);
    m_content->setVisible(!folded);
    Q_EMIT foldedChanged(folded);
}

void Card::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme().card);
    painter.drawRoundedRect(rect(), 8, 8);
}

}  // namespace fovea
