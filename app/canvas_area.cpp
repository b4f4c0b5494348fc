#include "app/canvas_area.h"

#include <QEvent>
#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>

#include <algorithm>
#include <utility>

#include "widgets/theme.h"

namespace fovea {

CanvasArea::CanvasArea(QWidget* parent)
    : QWidget(parent),
      m_canvas(new Canvas(this)),
      m_scale(new ColourScale(this)),
      m_messageFrame(new QFrame(this)),
      m_message(new QLabel(m_messageFrame)),
      m_messageButton(new QToolButton(m_messageFrame)),
      m_closeMessage(new QToolButton(m_messageFrame)),
      m_hint(new QLabel(this)) {
    auto* layout = new QHBoxLayout(m_messageFrame);
    layout->setContentsMargins(12, 6, 6, 6);
    layout->addWidget(m_message, 1);
    layout->addWidget(m_messageButton);
    layout->addWidget(m_closeMessage);
    m_messageButton->setObjectName(QStringLiteral("primary"));
    m_message->setWordWrap(true);
    m_message->setTextFormat(Qt::PlainText);
    m_message->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_closeMessage->setText(QStringLiteral("×"));
    m_messageFrame->setObjectName(QStringLiteral("message"));
    m_messageFrame->hide();
    m_hint->setTextFormat(Qt::RichText);
    m_hint->setFocusPolicy(Qt::NoFocus);
    m_canvas->setRightMargin(m_scale->sizeHint().width() + 8);
    connect(m_closeMessage, &QToolButton::clicked, this, &CanvasArea::clearMessage);
    connect(m_messageButton, &QToolButton::clicked, this, [this] {
        const auto action = m_messageAction;  // it may show the next message
        clearMessage();
        action();
    });
    connect(m_hint, &QLabel::linkActivated, this, [this](const QString& link) {
        if (link == QLatin1String("camera")) {
            Q_EMIT cameraRequested();
        } else {
            Q_EMIT openRequested();
        }
    });
    retranslate();
    restyle();
}

void CanvasArea::showMessage(const QString& sentence, bool isError, const QString& buttonText, std::function<void()> action) {
    m_messageIsError = isError;
    m_message->setText(sentence);
    m_messageButton->setText(buttonText);
    m_messageButton->setVisible(action != nullptr);
    m_messageAction = std::move(action);
    restyle();
    m_messageFrame->show();
    m_messageFrame->raise();
    place();
}

void CanvasArea::clearMessage() {
    m_messageFrame->hide();
    m_message->clear();
}

QString CanvasArea::message() const { return m_message->text(); }

void CanvasArea::setHintVisible(bool visible) { m_hint->setVisible(visible); }

void CanvasArea::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    place();
}

void CanvasArea::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange) {
        retranslate();
        place();
    } else if (event->type() == QEvent::PaletteChange) {
        restyle();
    }
    QWidget::changeEvent(event);
}

void CanvasArea::place() {
    m_canvas->setGeometry(rect());
    const QSize scale = m_scale->sizeHint().boundedTo({width(), std::max(80, height() - 96)});
    m_scale->setGeometry(width() - scale.width() - 8, (height() - scale.height()) / 2, scale.width(), scale.height());
    const int messageWidth = std::min(width() - 32, 640);
    m_messageFrame->setGeometry((width() - messageWidth) / 2, 48, messageWidth, m_messageFrame->heightForWidth(messageWidth));
    const QSize hint = m_hint->sizeHint();
    m_hint->setGeometry((width() - hint.width()) / 2, height() - hint.height() - 8, hint.width(), hint.height());
}

void CanvasArea::retranslate() {
    m_closeMessage->setAccessibleName(tr("Close the message"));
    m_closeMessage->setToolTip(tr("Close the message"));
    m_canvas->setAccessibleName(tr("Picture"));
    m_scale->setAccessibleName(tr("Colour scale"));
    m_canvas->setPlaceholder(tr("Open a picture, drop one here, or paste it."));
    restyle();
}

void CanvasArea::restyle() {
    const Theme& t = theme();
    const QColor surface = m_messageIsError ? t.errorSurface : t.card;
    const QColor text = m_messageIsError ? t.error : t.text;
    m_messageFrame->setStyleSheet(QStringLiteral("QFrame#message { background: %1; border-radius: 8px; } QLabel { color: %2; }")
                                      .arg(surface.name(), text.name()));
    m_hint->setText(QStringLiteral("<span style='color:%1'><a href='open' style='color:%1'>%2</a> · <a href='camera' "
                                   "style='color:%1'>%3</a> · %4</span>")
                        .arg(t.secondary.name(), tr("Open a picture or video").toHtmlEscaped(), tr("Camera").toHtmlEscaped(),
                             tr("or drop one here, or paste it").toHtmlEscaped()));
}

}  // namespace fovea
