#include "app/message_bar.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>

#include <utility>

#include "widgets/theme.h"

namespace fovea {

MessageBar::MessageBar(QWidget* parent)
    : QFrame(parent), m_buttons(new QHBoxLayout), m_label(new QLabel(this)), m_close(new QToolButton(this)) {
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(12, 6, 6, 6);
    layout->addWidget(m_label, 1);
    layout->addLayout(m_buttons);
    layout->addWidget(m_close);
    m_label->setWordWrap(true);
    m_label->setTextFormat(Qt::PlainText);
    m_label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_close->setText(QStringLiteral("×"));
    setObjectName(QStringLiteral("message"));
    connect(m_close, &QToolButton::clicked, this, [this] {
        clear();
        Q_EMIT answered();
    });
    retranslate();
    restyle();
    hide();
}

void MessageBar::say(const QString& sentence, bool isError, std::vector<MessageAction> actions) {
    clear();
    m_isError = isError;
    m_label->setText(sentence);
    for (MessageAction& action : actions) {
        auto* button = new QToolButton(this);
        button->setText(action.text);
        if (m_actions.empty()) {
            button->setObjectName(QStringLiteral("primary"));
        }
        connect(button, &QToolButton::clicked, this, [this, run = std::move(action.run)] {
            clear();  // what is done may say the next sentence
            run();
            Q_EMIT answered();
        });
        m_buttons->addWidget(button);
        m_actions.push_back(button);
    }
    restyle();
    show();
    raise();
}

void MessageBar::clear() {
    hide();
    m_label->clear();
    for (QToolButton* button : std::exchange(m_actions, {})) {
        button->hide();
        button->deleteLater();  // it may be the one which was pressed
    }
}

QString MessageBar::text() const { return m_label->text(); }

void MessageBar::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange) {
        retranslate();
    } else if (event->type() == QEvent::PaletteChange) {
        restyle();
    }
    QFrame::changeEvent(event);
}

void MessageBar::retranslate() {
    m_close->setAccessibleName(tr("Close the message"));
    m_close->setToolTip(tr("Close the message"));
}

void MessageBar::restyle() {
    const Theme& t = theme();
    const QColor surface = m_isError ? t.errorSurface : t.card;
    const QColor text = m_isError ? t.error : t.text;
    const QString style = QStringLiteral("QFrame#message { background: %1; border-radius: 8px; } QLabel { color: %2; }")
                              .arg(surface.name(), text.name());
    if (style != styleSheet()) {  // a style sheet changes the palette, which would call this again
        setStyleSheet(style);
    }
}

}  // namespace fovea
