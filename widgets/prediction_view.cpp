#include "widgets/prediction_view.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

#include "widgets/accessible_view.h"
#include "widgets/card_parts.h"
#include "widgets/engine_text.h"
#include "widgets/theme.h"

namespace fovea {
namespace {

constexpr std::size_t kMostRows = 10;
constexpr int kTop = 22;  // the line of column heads and the strokes below them, which are the key of the bars
constexpr int kRow = 28;
constexpr int kLine = 16;
constexpr int kLineTop = 1;
constexpr int kBar = 3;
constexpr int kWithoutTop = 18;
constexpr int kWithTop = kWithoutTop + kBar + 1;
constexpr int kGap = 8;
constexpr int kInset = 3;  // so that the ring around a row spares its text
constexpr int kMessageWidth = 196;

// A probability above 0 keeps one pixel.
double barLength(double probability, int room) {
    const double length = std::clamp(probability, 0.0, 1.0) * room;
    return probability > 0.0 ? std::max(1.0, length) : 0.0;
}

}  // namespace

struct PredictionView::State {
    std::vector<PredictionRow> rows;
    QString message;
    bool explains = false;
    bool groupsDiffer = false;
    int chosen = -1;
    bool chosenPlain = false;
    int selected = 0;  // row of the keyboard
    bool selectedPlain = false;
    int hovered = -1;  // row under the mouse
    bool hoveredPlain = false;

    struct Columns {
        QRect name, without, with;
    };

    struct Target {
        int row = -1;
        bool plain = false;
    };

    // A guess is never said to be impossible or certain because its number was rounded.
    [[nodiscard]] static QString percentText(double probability) {
        if (!std::isfinite(probability)) {
            return QStringLiteral("–");
        }
        const double percent = std::clamp(probability, 0.0, 1.0) * 100.0;
        QString number = QString::number(std::round(percent));
        if (percent > 0.0 && percent < 1.0) {
            number = QStringLiteral("<1");
        } else if (percent >= 99.5 && percent < 100.0) {
            number = QStringLiteral(">99");
        }
        return tr("%1 %").arg(number);
    }

    [[nodiscard]] static QString exactText(double probability) {
        return std::isfinite(probability) ? tr("%1 %").arg(exactNumberText(probability * 100.0)) : tr("not computed");
    }

    [[nodiscard]] int count() const { return static_cast<int>(rows.size()); }
    [[nodiscard]] const PredictionRow& at(int row) const { return rows[static_cast<std::size_t>(row)]; }

    [[nodiscard]] int rowOf(int index) const {
        const auto it = std::find_if(rows.begin(), rows.end(), [index](const PredictionRow& r) { return r.index == index; });
        return it == rows.end() ? -1 : static_cast<int>(it - rows.begin());
    }

    [[nodiscard]] QString sentence() const {
        return message.isEmpty() ? tr("A network that names what it sees fills this card.") : message;
    }

    [[nodiscard]] int height(int width, const QFont& font) const {
        if (!rows.empty()) {
            return kTop + count() * kRow;
        }
        const QRect room(0, 0, std::max(1, width - 2 * kInset), 10000);
        return QFontMetrics(smallFont(font)).boundingRect(room, Qt::TextWordWrap, sentence()).height() + 4;
    }

    // The columns of numbers are as wide as their heads and the widest number, so no value moves anything.
    [[nodiscard]] static Columns columns(int width, const QFontMetrics& metrics) {
        const auto wide = [&metrics, width](const QString& head) {
            const int number =
                std::max(metrics.horizontalAdvance(percentText(1.0)), metrics.horizontalAdvance(percentText(0.999)));
            return std::min(std::max(metrics.horizontalAdvance(head), number), width / 4);
        };
        const int with = wide(tr("with"));
        const int without = wide(tr("without"));
        const int withLeft = width - kInset - with;
        const int withoutLeft = withLeft - kGap - without;
        return {QRect(kInset, 0, std::max(0, withoutLeft - kGap - kInset), kLine), QRect(withoutLeft, 0, without, kLine),
                QRect(withLeft, 0, with, kLine)};
    }

    [[nodiscard]] static int rowTop(int row) { return kTop + row * kRow; }

    [[nodiscard]] static QRect rowBox(int row, int width) { return {0, rowTop(row), width, kRow}; }

    [[nodiscard]] static QRect cellBox(const QRect& column, int row) {
        return column.translated(0, rowTop(row) + kLineTop).adjusted(-kGap / 2 + 1, 0, kGap / 2 - 1, -1);
    }

    [[nodiscard]] static QRect plainBox(const Columns& at, int row) {
        return {at.without.left() - kGap / 2, rowTop(row), at.without.width() + kGap, kRow};
    }

    [[nodiscard]] Target targetAt(const QPoint& position, const PredictionView& view) const {
        const int row = position.y() < kTop ? -1 : (position.y() - kTop) / kRow;
        if (row < 0 || row >= count() || position.x() < 0 || position.x() >= view.width()) {
            return {};
        }
        const Columns at = columns(view.width(), QFontMetrics(smallFont(view.font())));
        return {row, plainBox(at, row).contains(position)};
    }

    // Only what was computed can be explained: a half which was not gives way to the other.
    [[nodiscard]] Target explained(Target target) const {
        if (!explains || target.row < 0 || target.row >= count()) {
            return {};
        }
        const bool without = std::isfinite(at(target.row).without);
        const bool with = std::isfinite(at(target.row).with);
        return without || with ? Target{target.row, target.plain ? without : !with} : Target{};
    }

    [[nodiscard]] bool isChosen(Target target) const {
        return chosen >= 0 && at(target.row).index == chosen && target.plain == chosenPlain;
    }

    void choose(PredictionView& view, Target wanted) {
        const Target target = explained(wanted);
        if (target.row < 0) {
            return;
        }
        const bool again = isChosen(target);
        view.setChosen(again ? -1 : at(target.row).index, !again && target.plain);
        Q_EMIT view.classChosen(chosen, chosenPlain);
    }

    void hover(PredictionView& view, Target target) {
        if (target.row == hovered && target.plain == hoveredPlain) {
            return;
        }
        hovered = target.row;
        hoveredPlain = target.plain;
        if (explained(target).row >= 0) {
            view.setCursor(Qt::PointingHandCursor);
        } else {
            view.unsetCursor();
        }
        view.update();
    }

    // A name comes from a file, so it is shown as it is, whatever marks it holds.
    [[nodiscard]] QString toolTip(Target target) const {
        const PredictionRow& row = at(target.row);
        QStringList lines{row.group.isEmpty() ? row.name : tr("%1 (%2)").arg(row.name, row.group)};
        lines << tr("with the module: %1").arg(exactText(row.with)) << tr("without the module: %1").arg(exactText(row.without));
        const Target shown = explained(target);
        if (shown.row >= 0) {
            lines << (isChosen(shown) ? tr("Click to return to the module's own map")
                      : shown.plain   ? tr("Click to see what speaks for it without the module")
                                      : tr("Click to see what speaks for it"));
        }
        QString text = lines.join(u'\n').toHtmlEscaped();
        return QStringLiteral("<qt>%1</qt>").arg(text.replace(u'\n', QStringLiteral("<br>")));
    }

    static void paintHead(QPainter& painter, const Columns& at) {
        const Theme& t = theme();
        drawLine(painter, at.name, tr("guess"), t.secondary);
        const auto head = [&painter, &t](const QRect& column, const QString& text, const QColor& bar) {
            drawLine(painter, column, text, t.secondary, Qt::AlignRight);
            const int wide = std::min(column.width(), painter.fontMetrics().horizontalAdvance(text));
            painter.fillRect(QRect(column.right() + 1 - wide, kLine, wide, 2), bar);
        };
        head(at.without, tr("without"), t.secondary);
        head(at.with, tr("with"), t.accent);
    }

    void paintName(QPainter& painter, const QRect& line, const PredictionRow& row) const {
        drawLine(painter, line, row.name, theme().text);
        if (!groupsDiffer || row.group.isEmpty()) {
            return;
        }
        const int left = painter.fontMetrics().horizontalAdvance(row.name) + kGap;
        if (left + painter.fontMetrics().horizontalAdvance(row.group) <= line.width()) {
            drawLine(painter, line.adjusted(left, 0, 0, 0), row.group, theme().secondary);
        }
    }

    static void paintBar(QPainter& painter, double probability, const QColor& colour, int top, int width) {
        if (std::isfinite(probability) && probability > 0.0) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(colour);
            painter.drawRoundedRect(QRectF(kInset, top, barLength(probability, width - 2 * kInset), kBar), 1, 1);
        }
    }

    // The number whose map is on the picture stands on the accent.
    static void paintNumber(QPainter& painter, const QRect& column, int row, double probability, bool marked, const QColor& ink) {
        if (marked) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(theme().accent);
            painter.drawRoundedRect(cellBox(column, row), 4, 4);
        }
        drawLine(painter, column.translated(0, rowTop(row) + kLineTop), percentText(probability), marked ? theme().onAccent : ink,
                 Qt::AlignRight);
    }

    void paintRow(QPainter& painter, const PredictionView& view, int row, const Columns& columns) const {
        const Theme& t = theme();
        const PredictionRow& content = at(row);
        const QRect box = rowBox(row, view.width());
        const bool shown = chosen >= 0 && content.index == chosen;
        const Target under = explained({row == hovered ? row : -1, hoveredPlain});
        if (shown || under.row >= 0) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(shown ? t.selection : t.control);
            painter.drawRoundedRect(box, 4, 4);
        }
        if (under.row >= 0 && under.plain) {
            painter.setBrush(mixed(shown ? t.selection : t.control, t.text, 0.12));
            painter.drawRoundedRect(cellBox(columns.without, row), 4, 4);
        }
        paintName(painter, columns.name.translated(0, box.top() + kLineTop), content);
        paintNumber(painter, columns.without, row, content.without, shown && chosenPlain, shown ? t.text : t.secondary);
        paintNumber(painter, columns.with, row, content.with, shown && !chosenPlain, t.text);
        paintBar(painter, content.without, t.secondary, box.top() + kWithoutTop, view.width());
        paintBar(painter, content.with, t.accent, box.top() + kWithTop, view.width());
        if (view.hasFocus() && row == selected) {
            const bool plain = selectedPlain && explained({row, true}).plain;
            paintFocusRing(painter, plain ? plainBox(columns, row) : box);
        }
    }
};

PredictionView::PredictionView(QWidget* parent) : QWidget(parent), m_state(std::make_unique<State>()) {
    registerAccessibleViews();
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
}

PredictionView::~PredictionView() = default;

void PredictionView::setRows(std::vector<PredictionRow> rows, bool explains) {
    State& s = *m_state;
    rows.resize(std::min(rows.size(), kMostRows));
    const auto sameClass = [](const PredictionRow& a, const PredictionRow& b) { return a.index == b.index && a.name == b.name; };
    const bool otherHeight = rows.size() != s.rows.size() || !s.message.isEmpty();
    const bool otherOrder = otherHeight || !std::equal(rows.begin(), rows.end(), s.rows.begin(), sameClass);
    s.rows = std::move(rows);
    s.message.clear();
    s.explains = explains;
    s.groupsDiffer =
        std::any_of(s.rows.begin(), s.rows.end(), [&s](const PredictionRow& r) { return r.group != s.rows.front().group; });
    s.selected = std::clamp(s.selected, 0, std::max(0, s.count() - 1));
    s.hovered = s.hovered < s.count() ? s.hovered : -1;
    if (otherHeight) {
        updateGeometry();
    }
    update();
    if (otherOrder) {  // a reader who is told of every frame of a video hears nothing else
        announceSummary(this);
    }
}

void PredictionView::setMessage(const QString& sentence) {
    State& s = *m_state;
    if (s.rows.empty() && s.message == sentence) {
        return;
    }
    s.rows.clear();
    s.message = sentence;
    s.selected = 0;
    s.hover(*this, {});
    updateGeometry();
    update();
    announceSummary(this);
}

void PredictionView::setChosen(int index, bool plain) {
    State& s = *m_state;
    s.chosen = std::max(index, -1);
    s.chosenPlain = s.chosen >= 0 && plain;
    update();
    announceSummary(this);
}

QString PredictionView::textSummary() const {
    const State& s = *m_state;
    if (s.rows.empty()) {
        return s.sentence();
    }
    QStringList lines;
    for (int row = 0; row < s.count(); ++row) {
        const PredictionRow& r = s.at(row);
        QString line = tr("%1. %2").arg(row + 1).arg(r.name);
        line += std::isfinite(r.with) ? tr(", %1 with").arg(State::percentText(r.with)) : QString();
        line += std::isfinite(r.without) ? tr(", %1 without").arg(State::percentText(r.without)) : QString();
        lines << line;
    }
    QString text = lines.join(QStringLiteral("; ")) + QLatin1Char('.');
    if (const int row = s.rowOf(s.chosen); s.chosen >= 0 && row >= 0) {
        text += QLatin1Char(' ') + (s.chosenPlain ? tr("The picture shows what speaks for %1 without the module.")
                                                  : tr("The picture shows what speaks for %1."))
                                       .arg(s.at(row).name);
    }
    if (hasFocus()) {
        text += QLatin1Char(' ') + tr("Row %1: %2.").arg(s.selected + 1).arg(s.at(s.selected).name);
    }
    return text;
}

QRect PredictionView::rowRect(int index) const {
    const int row = m_state->rowOf(index);
    return row >= 0 ? State::rowBox(row, width()) : QRect();
}

QRect PredictionView::plainRect(int index) const {
    const int row = m_state->rowOf(index);
    return row >= 0 ? State::plainBox(State::columns(width(), QFontMetrics(smallFont(font()))), row) : QRect();
}

QSize PredictionView::sizeHint() const { return {kMessageWidth, m_state->height(kMessageWidth, font())}; }

QSize PredictionView::minimumSizeHint() const { return {120, m_state->rows.empty() ? kLine : m_state->height(120, font())}; }

// Only a sentence wraps. A layout which asks for heights by width gives nobody less than what they would like.
bool PredictionView::hasHeightForWidth() const { return m_state->rows.empty(); }

int PredictionView::heightForWidth(int width) const { return m_state->height(width, font()); }

bool PredictionView::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) {
        return QWidget::event(event);
    }
    const auto* help = static_cast<QHelpEvent*>(event);
    const auto target = m_state->targetAt(help->pos(), *this);
    if (target.row >= 0) {
        const QRect whole = State::rowBox(target.row, width());
        QToolTip::showText(help->globalPos(), m_state->toolTip(target), this, whole);
    } else {
        QToolTip::hideText();
    }
    return true;
}

void PredictionView::paintEvent(QPaintEvent*) {
    const State& s = *m_state;
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(smallFont(font()));
    if (s.rows.empty()) {
        painter.setPen(theme().secondary);
        painter.drawText(rect().adjusted(kInset, 0, -kInset, 0), Qt::AlignLeft | Qt::AlignVCenter | Qt::TextWordWrap,
                         s.sentence());
        if (hasFocus()) {
            paintFocusRing(painter, rect());
        }
        return;
    }
    const auto at = State::columns(width(), painter.fontMetrics());
    State::paintHead(painter, at);
    for (int row = 0; row < s.count(); ++row) {
        s.paintRow(painter, *this, row, at);
    }
}

void PredictionView::mousePressEvent(QMouseEvent* event) {
    State& s = *m_state;
    const auto target = event->button() == Qt::LeftButton ? s.targetAt(event->position().toPoint(), *this) : State::Target{};
    if (target.row < 0) {
        QWidget::mousePressEvent(event);
        return;
    }
    s.selected = target.row;
    s.selectedPlain = target.plain;
    s.choose(*this, target);
    update();
}

void PredictionView::mouseMoveEvent(QMouseEvent* event) {
    m_state->hover(*this, m_state->targetAt(event->position().toPoint(), *this));
}

void PredictionView::leaveEvent(QEvent*) { m_state->hover(*this, {}); }

void PredictionView::keyPressEvent(QKeyEvent* event) {
    State& s = *m_state;
    int target = s.selected;
    switch (event->key()) {
        case Qt::Key_Up:
            target -= 1;
            break;
        case Qt::Key_Down:
            target += 1;
            break;
        case Qt::Key_Home:
            target = 0;
            break;
        case Qt::Key_End:
            target = s.count() - 1;
            break;
        case Qt::Key_Left:
        case Qt::Key_Right:
            s.selectedPlain = event->key() == Qt::Key_Left;
            break;
        case Qt::Key_Return:
        case Qt::Key_Enter:
        case Qt::Key_Space:
            s.choose(*this, {s.selected, s.selectedPlain});
            return;
        default:
            QWidget::keyPressEvent(event);
            return;
    }
    s.selected = std::clamp(target, 0, std::max(0, s.count() - 1));
    update();
    announceSummary(this);
}

void PredictionView::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange || event->type() == QEvent::PaletteChange ||
        event->type() == QEvent::FontChange) {
        updateGeometry();  // a sentence has another length
        update();
    }
    QWidget::changeEvent(event);
}

}  // namespace fovea
