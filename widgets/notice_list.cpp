#include "widgets/notice_list.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QScrollArea>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

#include "widgets/accessible_view.h"
#include "widgets/theme.h"

namespace fovea {
namespace {

constexpr int kPadding = 12;
constexpr int kGap = 8;
constexpr int kBorder = 1;

QLabel* textLabel(const QString& text, QWidget* parent) {
    auto* label = new QLabel(text, parent);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    label->setFocusPolicy(Qt::NoFocus);
    return label;
}

}  // namespace

NoticeList::NoticeList(QWidget* parent) : QFrame(parent), m_scroll(new QScrollArea(this)), m_close(new QToolButton(this)) {
    setObjectName(QStringLiteral("notices"));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(kPadding, kGap, kGap, kGap);
    row->setSpacing(kGap);
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_scroll->setFocusPolicy(Qt::NoFocus);
    row->addWidget(m_scroll, 1);
    m_close->setText(QStringLiteral("×"));
    m_close->setObjectName(QStringLiteral("closeNotices"));
    row->addWidget(m_close, 0, Qt::AlignTop);
    connect(m_close, &QToolButton::clicked, this, [this] {
        setSections({});
        Q_EMIT closed();
    });
    restyle();
    hide();
}

void NoticeList::setSections(const std::vector<NoticeSection>& sections) {
    m_summary.clear();
    m_body = new QWidget;
    m_body->setObjectName(QStringLiteral("noticeBody"));
    m_body->installEventFilter(this);
    m_rows = new QVBoxLayout(m_body);
    m_rows->setContentsMargins(0, 2, kGap, 2);
    m_rows->setSpacing(6);
    for (const NoticeSection& section : sections) {
        if (section.notices.empty()) {
            continue;
        }
        auto* heading = textLabel(section.heading, m_body);
        QFont bold = heading->font();
        bold.setBold(true);
        heading->setFont(bold);
        m_rows->addWidget(heading);
        m_summary += (m_summary.isEmpty() ? QString() : QStringLiteral(" ")) + section.heading;
        for (const Notice& notice : section.notices) {
            addNotice(notice);
        }
    }
    m_rows->addStretch(1);
    m_scroll->setWidget(m_body);  // the one before dies
    setVisible(!m_summary.isEmpty());
    announceSummary(this);
}

void NoticeList::addNotice(const Notice& notice) {
    auto* row = new QHBoxLayout;
    row->setSpacing(kGap);
    row->addWidget(textLabel(notice.text, m_body), 1);
    if (notice.act) {
        auto* button = new QToolButton(m_body);
        button->setText(notice.button);
        button->setAccessibleDescription(notice.text);
        row->addWidget(button, 0, Qt::AlignTop);
        // The list may be set anew by what the button does.
        connect(button, &QToolButton::clicked, this, notice.act, Qt::QueuedConnection);
    }
    m_rows->addLayout(row);
    m_summary += QStringLiteral(" ") + notice.text;
}

int NoticeList::wantedHeight(int width) const {
    if (m_body == nullptr) {
        return 0;
    }
    const QMargins around = layout()->contentsMargins();
    const int inner = width - around.left() - around.right() - m_close->sizeHint().width() - kGap - 2 * kBorder;
    const int rows = std::max(m_rows->heightForWidth(inner), m_close->sizeHint().height());
    return rows + around.top() + around.bottom() + 2 * kBorder;
}

void NoticeList::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange || event->type() == QEvent::PaletteChange) {
        restyle();
    }
    QFrame::changeEvent(event);
}

// Fonts and margins are known only when the body has been styled.
bool NoticeList::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_body && event->type() == QEvent::LayoutRequest) {
        Q_EMIT heightChanged();
    }
    return QFrame::eventFilter(watched, event);
}

void NoticeList::restyle() {
    const Theme& t = theme();
    m_close->setToolTip(tr("Close the list"));
    m_close->setAccessibleName(tr("Close the list"));
    const QString sheet = QStringLiteral(
                              "QFrame#notices { background: %1; border: %4px solid %2; border-radius: 8px; }"
                              " QFrame#notices QScrollArea, QWidget#noticeBody { background: transparent; }"
                              " QFrame#notices QLabel { color: %3; }")
                              .arg(t.card.name(), t.border.name(), t.text.name())
                              .arg(kBorder);
    if (sheet != styleSheet()) {  // a sheet changes the palette, and that calls here again
        setStyleSheet(sheet);
    }
}

}  // namespace fovea
