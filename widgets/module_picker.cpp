#include "widgets/module_picker.h"

#include <QKeyEvent>
#include <QLineEdit>
#include <QListView>
#include <QMimeData>
#include <QPainter>
#include <QStandardItemModel>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

#include <algorithm>
#include <array>

#include "widgets/card_parts.h"
#include "widgets/engine_text.h"
#include "widgets/module_mime.h"
#include "widgets/theme.h"

namespace fovea {
namespace {

constexpr int kModuleRow = 24;
constexpr int kGroupRow = 24;
constexpr int kInset = 8;

enum Role { IdRole = Qt::UserRole + 1, YearRole, DomainRole, HardRole };

constexpr std::array kDomains{Domain::Channel,  Domain::Spatial,         Domain::ChannelSpatial,
                              Domain::Temporal, Domain::SpatialTemporal, Domain::Branch};

// What attention of this domain answers: "CHANNEL — what".
QString groupTitle(Domain domain) {
    switch (domain) {
        case Domain::Channel:
            return ModulePicker::tr("CHANNEL — what");
        case Domain::Spatial:
            return ModulePicker::tr("SPATIAL — where");
        case Domain::ChannelSpatial:
            return ModulePicker::tr("CHANNEL + SPATIAL");
        case Domain::Temporal:
            return ModulePicker::tr("TEMPORAL — when");
        case Domain::SpatialTemporal:
            return ModulePicker::tr("SPATIAL + TEMPORAL");
        case Domain::Branch:
            return ModulePicker::tr("BRANCH — which");
    }
    return {};
}

QString words(const ModuleInfo& info) {
    return QStringLiteral("%1 · %2").arg(domainLabel(info.domain), attentionKindLabel(info.kind));
}

QString tipText(const ModuleInfo& info) {
    return QStringLiteral("<b>%1</b><br>%2<br>%3<br>%4")
        .arg(engineText(info.longTitle).toHtmlEscaped(), QString::fromStdString(info.paper).toHtmlEscaped(),
             engineText(info.summary).toHtmlEscaped(), words(info).toHtmlEscaped());
}

bool matches(const ModuleInfo& info, const QString& query) {
    const QString text = QStringList{QString::fromStdString(info.id),
                                     QString::fromStdString(info.title),
                                     QString::fromStdString(info.longTitle),
                                     engineText(info.longTitle),
                                     QString::fromStdString(info.paper),
                                     words(info),
                                     QString::fromLatin1(domainName(info.domain)),
                                     QString::fromLatin1(attentionKindName(info.kind)),
                                     QString::number(info.year)}
                             .join(u'\n');
    const auto parts = query.split(u' ', Qt::SkipEmptyParts);
    return std::all_of(parts.begin(), parts.end(), [&text](const QString& p) { return text.contains(p, Qt::CaseInsensitive); });
}

// Rows in the drawing's manner: a dot in the colour of the domain (dashed rim for hard attention), title, year.
class RowDelegate final : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex& index) const override {
        const bool group = index.data(IdRole).toString().isEmpty();
        return {60, !group ? kModuleRow : index.row() == 0 ? kGroupRow - 4 : kGroupRow};
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        if (index.data(IdRole).toString().isEmpty()) {
            painter->setFont(smallFont(option.font));
            const QRect line(option.rect.left() + 4, option.rect.bottom() - 17, option.rect.width() - 8, 16);
            drawLine(*painter, line, index.data().toString(), theme().secondary);
        } else {
            paintModule(*painter, option, index);
        }
        painter->restore();
    }

private:
    static void paintModule(QPainter& painter, const QStyleOptionViewItem& option, const QModelIndex& index) {
        const Theme& t = theme();
        const bool selected = option.state.testFlag(QStyle::State_Selected);
        if (selected || option.state.testFlag(QStyle::State_MouseOver)) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(selected ? t.selection : t.card);
            painter.drawRoundedRect(option.rect.adjusted(0, 0, -1, -1), 5, 5);
        }
        const bool hard = index.data(HardRole).toBool();
        const QColor colour = t.domain(static_cast<Domain>(index.data(DomainRole).toInt()));
        const QPointF dot(option.rect.left() + 10.0, option.rect.center().y() + 0.5);
        if (hard) {
            QPen rim(colour, 1.6);
            rim.setDashPattern({1.6, 1.3});
            painter.setPen(rim);
            painter.setBrush(Qt::NoBrush);
            painter.drawEllipse(dot, 3.6, 3.6);
        } else {
            painter.setPen(Qt::NoPen);
            painter.setBrush(colour);
            painter.drawEllipse(dot, 4.0, 4.0);
        }
        QRect text = option.rect.adjusted(21, 0, -6, -1);
        const QString year = index.data(YearRole).toString();
        // "hard" stands beside the dashed dot where the title leaves room for it.
        const QString title = index.data().toString();
        const QString both = QStringLiteral("%1  %2").arg(attentionKindLabel(AttentionKind::Hard), year);
        const QFontMetrics small(smallFont(option.font));
        const bool room = QFontMetrics(option.font).horizontalAdvance(title) + small.horizontalAdvance(both) + 8 <= text.width();
        const QString aside = hard && room ? both : year;
        painter.setFont(smallFont(option.font));
        const int asideWidth = small.horizontalAdvance(aside) + 1;
        drawLine(painter, QRect(text.right() - asideWidth + 1, text.top(), asideWidth, text.height()), aside,
                 selected ? t.text : t.secondary, Qt::AlignRight);
        painter.setFont(option.font);
        text.setRight(text.right() - asideWidth - 6);
        drawLine(painter, text, title, t.text);
        if (option.state.testFlag(QStyle::State_HasFocus)) {
            paintFocusRing(painter, option.rect.adjusted(0, 0, -1, -1));
        }
    }
};

/// A mechanism dragged from the list onto the picture becomes another pane.
class ModuleModel final : public QStandardItemModel {
public:
    using QStandardItemModel::QStandardItemModel;

    [[nodiscard]] QMimeData* mimeData(const QModelIndexList& indexes) const override {
        auto* data = new QMimeData;
        if (!indexes.isEmpty()) {
            data->setData(kModuleMime, indexes.first().data(IdRole).toString().toUtf8());
        }
        return data;
    }
};

}  // namespace

struct ModulePicker::State {
    std::vector<const ModuleInfo*> modules;
    QString current;
    QLineEdit* search = nullptr;
    QListView* list = nullptr;
    QStandardItemModel* model = nullptr;

    [[nodiscard]] QModelIndex find(const QString& id) const {
        for (int row = 0; row < model->rowCount(); ++row) {
            if (!id.isEmpty() && model->index(row, 0).data(IdRole).toString() == id) {
                return model->index(row, 0);
            }
        }
        return {};
    }

    void addCaption(const QString& text) {
        auto* item = new QStandardItem(text);
        item->setFlags(Qt::NoItemFlags);
        model->appendRow(item);
    }

    void addModule(const ModuleInfo& info) {
        auto* item = new QStandardItem(QString::fromStdString(info.title));
        item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsDragEnabled | Qt::ItemNeverHasChildren);
        item->setData(QString::fromStdString(info.id), IdRole);
        item->setData(info.year > 0 ? QString::number(info.year) : QString(), YearRole);
        item->setData(static_cast<int>(info.domain), DomainRole);
        item->setData(info.kind == AttentionKind::Hard, HardRole);
        item->setToolTip(tipText(info));
        item->setData(QStringLiteral("%1, %2, %3").arg(QString::fromStdString(info.title), words(info)).arg(info.year),
                      Qt::AccessibleTextRole);
        item->setData(engineText(info.summary), Qt::AccessibleDescriptionRole);
        model->appendRow(item);
    }

    void fill() {
        const QString query = search->text().trimmed();
        model->clear();
        for (const Domain domain : kDomains) {
            bool captioned = false;
            for (const ModuleInfo* info : modules) {
                if (info->domain != domain || !matches(*info, query)) {
                    continue;
                }
                if (!captioned) {
                    addCaption(groupTitle(domain));
                    captioned = true;
                }
                addModule(*info);
            }
        }
        if (model->rowCount() == 0 && !query.isEmpty()) {
            addCaption(ModulePicker::tr("Nothing matches “%1”.").arg(query));
        }
        mark();
    }

    void mark() {
        const QModelIndex index = find(current);
        if (index.isValid()) {
            list->setCurrentIndex(index);
            list->scrollTo(index);
        } else {
            list->setCurrentIndex(QModelIndex());
            list->clearSelection();
        }
    }

    // The next module row in a direction; with nothing marked, the first or last one.
    [[nodiscard]] QModelIndex neighbour(int step) const {
        int row = list->currentIndex().isValid() ? list->currentIndex().row() + step : step > 0 ? 0 : model->rowCount() - 1;
        while (row >= 0 && row < model->rowCount() && model->index(row, 0).data(IdRole).toString().isEmpty()) {
            row += step;
        }
        return row >= 0 && row < model->rowCount() ? model->index(row, 0) : QModelIndex();
    }

    void choose(ModulePicker& picker, const QModelIndex& index) {
        const QString id = index.data(IdRole).toString();
        if (id.isEmpty()) {
            return;
        }
        current = id;
        mark();
        Q_EMIT picker.chosen(id);
    }

    void retranslate() {
        search->setPlaceholderText(ModulePicker::tr("Search %1 mechanisms").arg(modules.size()));
        search->setAccessibleName(ModulePicker::tr("Search mechanisms"));
        list->setAccessibleName(ModulePicker::tr("Mechanisms"));
        fill();
    }

    bool searchKey(ModulePicker& picker, const QKeyEvent& event) {
        switch (event.key()) {
            case Qt::Key_Down:
                choose(picker, neighbour(1));
                return true;
            case Qt::Key_Up:
                choose(picker, neighbour(-1));
                return true;
            case Qt::Key_Return:
            case Qt::Key_Enter:
                choose(picker, list->currentIndex().isValid() ? list->currentIndex() : neighbour(1));
                return true;
            case Qt::Key_Escape:
                if (search->text().isEmpty()) {
                    return false;
                }
                search->clear();
                return true;
            default:
                return false;
        }
    }

    bool listKey(ModulePicker& picker, const QKeyEvent& event) {
        switch (event.key()) {
            case Qt::Key_Down:
                choose(picker, neighbour(1));
                return true;
            case Qt::Key_Up:
                choose(picker, neighbour(-1));
                return true;
            case Qt::Key_Return:
            case Qt::Key_Enter:
            case Qt::Key_Space:
                choose(picker, list->currentIndex());
                return true;
            default:
                break;
        }
        const bool letters = !event.text().isEmpty() && event.text().at(0).isPrint() && !(event.modifiers() & ~Qt::ShiftModifier);
        if (letters) {
            search->setFocus(Qt::OtherFocusReason);
            search->setText(event.text());
        }
        return letters;
    }
};

ModulePicker::ModulePicker(QWidget* parent) : QWidget(parent), m_state(std::make_unique<State>()) {
    State& s = *m_state;
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(kInset, kInset, kInset, kInset);
    column->setSpacing(6);
    s.search = new QLineEdit(this);
    s.search->setStyleSheet(QStringLiteral("QLineEdit { padding: 3px 5px; font-size: 12px; }"));
    s.list = new QListView(this);
    s.model = new ModuleModel(this);
    s.list->setDragEnabled(true);
    s.list->setModel(s.model);
    s.list->setItemDelegate(new RowDelegate(s.list));
    s.list->setFrameShape(QFrame::NoFrame);
    s.list->setEditTriggers(QAbstractItemView::NoEditTriggers);
    s.list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    s.list->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    s.list->setMouseTracking(true);
    s.list->viewport()->setAutoFillBackground(false);
    setFocusProxy(s.list);
    column->addWidget(s.search);
    column->addWidget(s.list, 1);
    s.search->installEventFilter(this);
    s.list->installEventFilter(this);
    connect(s.search, &QLineEdit::textChanged, this, [this] { m_state->fill(); });
    connect(s.list, &QListView::clicked, this, [this](const QModelIndex& index) { m_state->choose(*this, index); });
    s.retranslate();
}

ModulePicker::~ModulePicker() = default;

void ModulePicker::setModules(const std::vector<const ModuleInfo*>& modules) {
    m_state->modules = modules;
    m_state->retranslate();
}

void ModulePicker::setCurrent(const QString& id) {
    m_state->current = id;
    m_state->mark();
}

QString ModulePicker::current() const { return m_state->current; }

void ModulePicker::focusSearch() {
    m_state->search->setFocus(Qt::ShortcutFocusReason);
    m_state->search->selectAll();
}

bool ModulePicker::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::KeyPress) {
        const auto& key = *static_cast<QKeyEvent*>(event);
        if (watched == m_state->search && m_state->searchKey(*this, key)) {
            return true;
        }
        if (watched == m_state->list && m_state->listKey(*this, key)) {
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

void ModulePicker::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange) {
        m_state->retranslate();
    }
    QWidget::changeEvent(event);
}

}  // namespace fovea
