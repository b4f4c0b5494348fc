#include "app/actions/command_palette.h"

#include <QApplication>
#include <QEvent>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

#include "widgets/card_parts.h"
#include "widgets/theme.h"

namespace fovea {
namespace {

constexpr int kPaletteWidth = 520;
constexpr int kTop = 48;
constexpr int kPaletteGap = 8;
constexpr int kMostRows = 10;
constexpr int kRowHeight = 28;
constexpr int kListFrame = 8;  // border and padding of a list in the theme
constexpr int kInset = 10;
constexpr int kMark = 18;  // room for the sign of what is switched on

enum PaletteRole { IndexRole = Qt::UserRole + 1, KeysRole, CheckedRole };

/// A row: a sign where it is switched on, the text, and the keys at the right.
class RowDelegate final : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override { return {60, kRowHeight}; }

    void paint(QPainter* painter, const QStyleOptionViewItem& given, const QModelIndex& index) const override {
        QStyleOptionViewItem option = given;
        initStyleOption(&option, index);
        option.text.clear();
        option.widget->style()->drawControl(QStyle::CE_ItemViewItem, &option, painter, option.widget);
        const Theme& t = theme();
        const QColor colour = index.flags().testFlag(Qt::ItemIsEnabled) ? t.text : t.secondary;
        const QString keys = index.data(KeysRole).toString();
        painter->save();
        painter->setFont(option.font);
        const QRect line = option.rect.adjusted(kInset, 0, -kInset, 0);
        if (index.data(CheckedRole).toBool()) {
            drawLine(*painter, line, QStringLiteral("✓"), colour);
        }
        const int wide = option.fontMetrics.horizontalAdvance(keys);
        drawLine(*painter, line, keys, t.secondary, Qt::AlignRight);
        drawLine(*painter, line.adjusted(kMark, 0, keys.isEmpty() ? 0 : -wide - kInset, 0), index.data().toString(), colour);
        painter->restore();
    }
};

bool beginsWord(const QString& text, const QString& word) {
    for (auto at = text.indexOf(word, 0, Qt::CaseInsensitive); at >= 0; at = text.indexOf(word, at + 1, Qt::CaseInsensitive)) {
        if (at == 0 || !text.at(at - 1).isLetterOrNumber()) {
            return true;
        }
    }
    return false;
}

/// How well a text fits the words, the less the better; negative: not at all.
int distance(const QString& text, const QString& query, const QStringList& words) {
    const auto has = [&text](const QString& word) { return text.contains(word, Qt::CaseInsensitive); };
    if (!std::all_of(words.begin(), words.end(), has)) {
        return -1;
    }
    if (text.startsWith(query, Qt::CaseInsensitive)) {
        return 0;
    }
    return std::all_of(words.begin(), words.end(), [&text](const QString& word) { return beginsWord(text, word); }) ? 1 : 2;
}

int distance(const PaletteEntry& entry, const QString& query) {
    const QStringList words = query.split(u' ', Qt::SkipEmptyParts);
    const int own = distance(entry.text, query, words);
    const int english = distance(entry.english, query, words);
    return own < 0 ? english : english < 0 ? own : std::min(own, english);
}

}  // namespace

CommandPalette::CommandPalette(QWidget* window) : QFrame(window), m_field(new QLineEdit(this)), m_list(new QListWidget(this)) {
    setObjectName(QStringLiteral("palette"));
    m_field->setObjectName(QStringLiteral("paletteField"));
    m_field->installEventFilter(this);
    m_list->setObjectName(QStringLiteral("paletteList"));
    m_list->setItemDelegate(new RowDelegate(m_list));
    m_list->setUniformItemSizes(true);
    m_list->setFocusPolicy(Qt::NoFocus);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(kPaletteGap, kPaletteGap, kPaletteGap, kPaletteGap);
    column->setSpacing(kPaletteGap);
    column->addWidget(m_field);
    column->addWidget(m_list);
    connect(m_field, &QLineEdit::textChanged, this, &CommandPalette::filter);
    connect(m_list, &QListWidget::itemClicked, this, &CommandPalette::run);
    window->installEventFilter(this);
    retranslate();
    restyle();
    hide();
}

void CommandPalette::offer(std::vector<PaletteEntry> entries) {
    if (isVisible()) {
        leave();
        return;
    }
    m_before = QApplication::focusWidget();
    m_entries = std::move(entries);
    m_field->clear();
    filter();
    show();
    raise();
    m_field->setFocus(Qt::ShortcutFocusReason);
}

void CommandPalette::leave() {
    if (m_field->hasFocus() && m_before) {
        m_before->setFocus();
    }
    hide();
}

void CommandPalette::filter() {
    const QString query = m_field->text().trimmed();
    std::vector<std::pair<int, std::size_t>> found;  // by how well they fit; equal ones stay in their order
    for (std::size_t k = 0; k < m_entries.size(); ++k) {
        if (const int far = distance(m_entries[k], query); far >= 0) {
            found.emplace_back(far, k);
        }
    }
    std::sort(found.begin(), found.end());
    m_list->clear();
    for (const auto& [far, index] : found) {
        addRow(index);
    }
    m_list->setVisible(!found.empty());
    choose(1);
    place();
}

void CommandPalette::addRow(std::size_t index) {
    const PaletteEntry& entry = m_entries[index];
    auto* item = new QListWidgetItem(entry.text, m_list);
    item->setData(IndexRole, static_cast<qulonglong>(index));
    item->setData(KeysRole, entry.keys);
    item->setData(CheckedRole, entry.isChecked);
    QStringList said{entry.text};
    if (entry.isChecked) {
        said << tr("on");
    }
    if (!entry.keys.isEmpty()) {
        said << entry.keys;
    }
    item->setData(Qt::AccessibleTextRole, said.join(QStringLiteral(", ")));
    if (!entry.isEnabled) {
        item->setFlags(item->flags() & ~Qt::ItemIsEnabled);
    }
}

// The next row which can be run; nothing happens when there is none.
void CommandPalette::choose(int step) {
    const int direction = step < 0 ? -1 : 1;
    int chosen = m_list->currentRow();
    for (int row = chosen + direction; row >= 0 && row < m_list->count() && step != 0; row += direction) {
        if (m_list->item(row)->flags().testFlag(Qt::ItemIsEnabled)) {
            chosen = row;
            step -= direction;
        }
    }
    m_list->setCurrentRow(chosen);
}

void CommandPalette::run(QListWidgetItem* item) {
    if (item == nullptr || !item->flags().testFlag(Qt::ItemIsEnabled)) {
        return;
    }
    const std::function<void()> act = m_entries[item->data(IndexRole).toULongLong()].run;
    leave();  // what is done may take the focus, or offer other entries
    act();
}

bool CommandPalette::pressed(int key) {
    switch (key) {
        case Qt::Key_Escape:
            leave();
            return true;
        case Qt::Key_Return:
        case Qt::Key_Enter:
            run(m_list->currentItem());
            return true;
        case Qt::Key_Up:
        case Qt::Key_Down:
            choose(key == Qt::Key_Up ? -1 : 1);
            return true;
        case Qt::Key_PageUp:
        case Qt::Key_PageDown:
            choose(key == Qt::Key_PageUp ? -kMostRows : kMostRows);
            return true;
        default:
            return false;
    }
}

bool CommandPalette::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_field && event->type() == QEvent::KeyPress) {
        return pressed(static_cast<QKeyEvent*>(event)->key());
    }
    if (watched == m_field && event->type() == QEvent::FocusOut) {
        const auto reason = static_cast<QFocusEvent*>(event)->reason();
        if (reason != Qt::PopupFocusReason && reason != Qt::ActiveWindowFocusReason) {
            hide();
        }
    }
    if (watched == parentWidget() && event->type() == QEvent::Resize && isVisible()) {
        place();
    }
    return QFrame::eventFilter(watched, event);
}

// At the top of the window, as high as its rows need.
void CommandPalette::place() {
    const QSize window = parentWidget()->size();
    const int around = m_field->sizeHint().height() + 3 * kPaletteGap + kListFrame;
    const int room = std::max(1, (window.height() - kTop - around) / kRowHeight);
    const int rows = std::min({m_list->count(), kMostRows, room});
    const int wide = std::min(kPaletteWidth, window.width() - 4 * kPaletteGap);
    m_list->setFixedHeight(rows * kRowHeight + kListFrame);
    const int high = rows > 0 ? around + rows * kRowHeight : around - kPaletteGap - kListFrame;
    setGeometry((window.width() - wide) / 2, kTop, wide, high);
}

void CommandPalette::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange) {
        retranslate();
        leave();
    } else if (event->type() == QEvent::PaletteChange) {
        restyle();
    }
    QFrame::changeEvent(event);
}

void CommandPalette::retranslate() {
    m_field->setPlaceholderText(tr("Find a command, a mechanism or a sample"));
    m_field->setAccessibleName(tr("Find a command"));
    m_list->setAccessibleName(tr("Commands"));
}

void CommandPalette::restyle() {
    const QString sheet = QStringLiteral("QFrame#palette { background: %1; border: 1px solid %2; border-radius: 8px; }")
                              .arg(theme().card.name(), theme().border.name());
    if (sheet != styleSheet()) {  // a sheet changes the palette, and that calls here again
        setStyleSheet(sheet);
    }
}

}  // namespace fovea
