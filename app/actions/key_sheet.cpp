#include "app/actions/key_sheet.h"

#include <QCoreApplication>
#include <QEvent>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

#include "app/actions/actions.h"
#include "app/actions/key_edit.h"
#include "widgets/theme.h"

namespace fovea {
namespace {

constexpr int kSheetWidth = 560;
constexpr int kSheetHeight = 560;
constexpr int kSheetIndent = 12;

enum SheetRole { IdRole = Qt::UserRole + 1, WordsRole };

constexpr ActionMenu kMenus[] = {ActionMenu::Open,   ActionMenu::File, ActionMenu::Panes,  ActionMenu::View,
                                 ActionMenu::Window, ActionMenu::Help, ActionMenu::Export, ActionMenu::Canvas};

QString keyTexts(const Keys& keys) { return QKeySequence::listToString(keys, QKeySequence::NativeText); }

bool hasAll(const QString& text, const QString& query) {
    const QStringList words = query.split(u' ', Qt::SkipEmptyParts);
    return std::all_of(words.begin(), words.end(),
                       [&text](const QString& word) { return text.contains(word, Qt::CaseInsensitive); });
}

}  // namespace

KeySheet::KeySheet(Actions& actions, QWidget* parent)
    : QDialog(parent),
      m_actions(actions),
      m_search(new QLineEdit(this)),
      m_list(new QTreeWidget(this)),
      m_sentence(new QLabel(this)),
      m_edit(new KeyEdit(this)),
      m_change(new QPushButton(this)),
      m_remove(new QPushButton(this)),
      m_reset(new QPushButton(this)),
      m_resetAll(new QPushButton(this)) {
    resize(kSheetWidth, kSheetHeight);
    build();
    connectAll();
    retranslate();
    m_search->setFocus();
}

void KeySheet::build() {
    m_search->setClearButtonEnabled(true);
    m_search->setObjectName(QStringLiteral("searchKeys"));
    m_list->setObjectName(QStringLiteral("keyList"));
    m_list->setColumnCount(2);
    m_list->setHeaderHidden(true);
    m_list->setRootIsDecorated(false);
    m_list->setItemsExpandable(false);
    m_list->setIndentation(kSheetIndent);
    m_list->setUniformRowHeights(true);
    m_list->setExpandsOnDoubleClick(false);
    m_list->header()->setStretchLastSection(false);
    m_list->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    m_list->header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
    m_sentence->setObjectName(QStringLiteral("keySentence"));
    m_sentence->setTextFormat(Qt::PlainText);
    m_sentence->setWordWrap(true);
    m_edit->setObjectName(QStringLiteral("keyEdit"));
    m_edit->hide();
    auto* column = new QVBoxLayout(this);
    column->setSpacing(8);
    column->addWidget(m_search);
    column->addWidget(m_list, 1);
    column->addWidget(m_sentence);
    column->addWidget(m_edit);
    auto* row = new QHBoxLayout;
    const std::pair<QPushButton*, const char*> buttons[] = {
        {m_change, "changeKey"}, {m_remove, "removeKey"}, {m_reset, "resetKey"}, {m_resetAll, "resetKeys"}};
    for (const auto& [button, name] : buttons) {
        button->setObjectName(QLatin1String(name));
        button->setAutoDefault(false);  // Return in the search would press the first of them
        if (button == m_resetAll) {
            row->addStretch(1);
        }
        row->addWidget(button);
    }
    column->addLayout(row);
}

void KeySheet::connectAll() {
    connect(m_search, &QLineEdit::textChanged, this, &KeySheet::filter);
    connect(m_list, &QTreeWidget::currentItemChanged, this, &KeySheet::showChosen);
    connect(m_list, &QTreeWidget::itemActivated, this, &KeySheet::startChange);
    connect(m_change, &QPushButton::clicked, this, &KeySheet::startChange);
    connect(m_edit, &KeyEdit::pressed, this, &KeySheet::takeKey);
    connect(m_edit, &KeyEdit::givenUp, this, &KeySheet::endChange);
    connect(m_remove, &QPushButton::clicked, this, [this] {
        if (const ActionSpec* action = chosen()) {
            say(m_actions.rebind(*action, {}), true);
        }
    });
    connect(m_reset, &QPushButton::clicked, this, [this] {
        if (const ActionSpec* action = chosen()) {
            say(m_actions.reset(*action), true);
        }
    });
    connect(m_resetAll, &QPushButton::clicked, this, [this] {
        m_actions.resetAll();
        say({}, false);
    });
    connect(&m_actions, &Actions::keysChanged, this, &KeySheet::fill);
}

// The row which was chosen stays so.
void KeySheet::fill() {
    const ActionSpec* before = chosen();
    m_list->clear();
    addActions();
    addGestures();
    m_list->expandAll();
    for (int k = 0; before != nullptr && k < m_list->topLevelItemCount(); ++k) {
        QTreeWidgetItem* heading = m_list->topLevelItem(k);
        for (int row = 0; row < heading->childCount(); ++row) {
            if (heading->child(row)->data(0, IdRole).toString() == QLatin1String(before->id)) {
                m_list->setCurrentItem(heading->child(row));
            }
        }
    }
    filter();
    showChosen();
}

void KeySheet::addActions() {
    for (const ActionMenu menu : kMenus) {
        QTreeWidgetItem* heading = addHeading(tableText(menuTitle(menu)));
        for (const ActionSpec& action : actionTable()) {
            if (action.menu == menu) {
                addRow(heading, m_actions.text(action), keyTexts(m_actions.keys(action)), m_actions.englishText(action),
                       QLatin1String(action.id));
            }
        }
    }
}

void KeySheet::addGestures() {
    QTreeWidgetItem* heading = addHeading(tr("Always the same"));
    for (const FixedGesture& gesture : fixedGestures()) {
        addRow(heading, tableText(gesture.text), tableText(gesture.gesture), QString::fromUtf8(gesture.text), {});
    }
}

QTreeWidgetItem* KeySheet::addHeading(const QString& text) {
    auto* heading = new QTreeWidgetItem(m_list, {text});
    heading->setFlags(Qt::ItemIsEnabled);
    heading->setFirstColumnSpanned(true);
    QFont bold;  // all but the weight is that of the list
    bold.setBold(true);
    heading->setFont(0, bold);
    return heading;
}

// A search finds a row by all its words, by those of its heading, and by the English ones.
void KeySheet::addRow(QTreeWidgetItem* heading, const QString& text, const QString& keys, const QString& words,
                      const QString& id) {
    auto* row = new QTreeWidgetItem(heading, {text, keys});
    row->setTextAlignment(1, Qt::AlignRight | Qt::AlignVCenter);
    row->setData(0, IdRole, id);
    row->setData(0, WordsRole, QStringList{text, keys, words, heading->text(0)}.join(u'\n'));
    row->setData(0, Qt::AccessibleTextRole, keys.isEmpty() ? text : tr("%1: %2").arg(text, keys));
}

void KeySheet::filter() {
    for (int k = 0; k < m_list->topLevelItemCount(); ++k) {
        QTreeWidgetItem* heading = m_list->topLevelItem(k);
        bool isEmpty = true;
        for (int row = 0; row < heading->childCount(); ++row) {
            QTreeWidgetItem* item = heading->child(row);
            item->setHidden(!hasAll(item->data(0, WordsRole).toString(), m_search->text()));
            isEmpty = isEmpty && item->isHidden();
        }
        heading->setHidden(isEmpty);
    }
}

const ActionSpec* KeySheet::chosen() const {
    const QTreeWidgetItem* item = m_list->currentItem();
    return item == nullptr ? nullptr : findAction(item->data(0, IdRole).toString().toStdString());
}

void KeySheet::showChosen() {
    const ActionSpec* action = chosen();
    m_change->setEnabled(action != nullptr);
    m_remove->setEnabled(action != nullptr && !m_actions.keys(*action).isEmpty());
    m_reset->setEnabled(action != nullptr && !m_actions.hasDefaultKeys(*action));
}

void KeySheet::startChange() {
    const ActionSpec* action = chosen();
    if (action == nullptr) {
        return;
    }
    say(tr("Press the new key of “%1”; Esc leaves it as it is.").arg(m_actions.text(*action)), false);
    m_edit->clear();
    m_edit->show();
    m_edit->setFocus();
}

void KeySheet::endChange() {
    if (m_edit->isHidden()) {
        return;
    }
    if (m_edit->hasFocus()) {
        m_list->setFocus();  // the field gives up by itself then
    }
    m_edit->hide();
    say({}, false);
}

// A refused key may be followed by another one at once.
void KeySheet::takeKey(const QKeySequence& key) {
    const ActionSpec* action = chosen();
    const QString refusal = action == nullptr ? QString() : m_actions.rebind(*action, {key});
    if (refusal.isEmpty()) {
        endChange();
    } else {
        say(refusal, true);
    }
}

void KeySheet::say(const QString& sentence, bool isError) {
    m_saysError = isError;
    m_sentence->setText(sentence);
    restyle();
}

void KeySheet::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange) {
        retranslate();
    } else if (event->type() == QEvent::PaletteChange || event->type() == QEvent::StyleChange) {
        // Later, because a style sheet gives the label its first palette back.
        QMetaObject::invokeMethod(this, &KeySheet::restyle, Qt::QueuedConnection);
    }
    QDialog::changeEvent(event);
}

void KeySheet::retranslate() {
    setWindowTitle(tr("Keys"));
    m_search->setPlaceholderText(tr("Search"));
    m_search->setAccessibleName(tr("Search the keys"));
    m_list->setAccessibleName(tr("Keys"));
    m_edit->setAccessibleName(tr("New key"));
    m_change->setText(tr("Change…"));
    m_remove->setText(tr("No key"));
    m_reset->setText(tr("Reset"));
    m_resetAll->setText(tr("Reset all"));
    endChange();
    say({}, false);
    fill();
}

void KeySheet::restyle() {
    QPalette palette = m_sentence->palette();
    const QColor colour = m_saysError ? theme().error : theme().secondary;
    if (palette.color(QPalette::WindowText) != colour) {  // a palette which changes calls here again
        palette.setColor(QPalette::WindowText, colour);
        m_sentence->setPalette(palette);
    }
}

}  // namespace fovea
