#include "widgets/channel_bars.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QToolTip>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "widgets/accessible_view.h"
#include "widgets/card_parts.h"
#include "widgets/engine_text.h"
#include "widgets/theme.h"

namespace fovea {
namespace {

constexpr int kRow = 15;
constexpr int kRowsWanted = 12;
constexpr int kColumnsTop = 23;  // the line of column heads: order, axis
constexpr int kTop = kColumnsTop + 17;
constexpr int kGap = 6;
constexpr int kInset = 3;  // so that the ring around a row spares its text
constexpr int kHintWidth = 3;

}  // namespace

struct ChannelBars::State {
    std::vector<float> weights;
    QStringList names;
    MapRole role = MapRole::Gate;
    ChannelMode mode = ChannelMode::After;
    int channel = -1;
    bool byWeight = true;
    std::vector<int> order;
    float lo = 0.0F;
    float hi = 1.0F;
    int first = 0;     // row at the top
    int selected = 0;  // row of the keyboard
    int hovered = -1;  // row under the mouse
    int wheel = 0;
    SegmentSwitch* modes = nullptr;
    TextButton* chip = nullptr;
    TextButton* sort = nullptr;

    [[nodiscard]] int rows() const { return static_cast<int>(order.size()); }
    [[nodiscard]] static int visibleRows(int height) { return std::max(1, (height - kTop) / kRow); }
    [[nodiscard]] int channelAt(int row) const { return order[static_cast<std::size_t>(row)]; }
    [[nodiscard]] float weightOf(int c) const { return weights[static_cast<std::size_t>(c)]; }

    [[nodiscard]] int rowOf(int c) const {
        const auto it = std::find(order.begin(), order.end(), c);
        return it == order.end() ? -1 : static_cast<int>(it - order.begin());
    }

    [[nodiscard]] QString label(int c) const {
        const QString name = c < names.size() ? names[c] : QString();
        return name.isEmpty() ? QString::number(c) : QStringLiteral("%1 %2").arg(c).arg(name);
    }

    void reorder() {
        order.resize(weights.size());
        std::iota(order.begin(), order.end(), 0);
        if (byWeight) {
            std::stable_sort(order.begin(), order.end(), [this](int a, int b) { return weightOf(a) > weightOf(b); });
        }
    }

    // Gates within 0..1 share one axis, so that two of them can be compared; the rest ends at the largest magnitude.
    void scale() {
        const auto [least, most] = std::minmax_element(weights.begin(), weights.end());
        if (weights.empty()) {
            return;
        }
        const float magnitude = std::max(std::abs(*least), std::abs(*most));
        const bool unit = (role == MapRole::Gate || role == MapRole::Mask) && *least >= 0.0F && *most <= 1.0F;
        hi = unit ? 1.0F : magnitude;
        lo = *least < 0.0F ? -magnitude : 0.0F;
        if (hi <= lo) {
            hi = 1.0F;
        }
    }

    void reveal(int row, int height) {
        const int visible = visibleRows(height);
        first = std::clamp(first, row - visible + 1, std::max(row, 0));
        first = std::clamp(first, 0, std::max(0, rows() - visible));
    }

    [[nodiscard]] int rowAt(const QPoint& position, int height) const {
        if (position.y() < kTop) {
            return -1;
        }
        const int offset = (position.y() - kTop) / kRow;
        const int row = first + offset;
        return offset < visibleRows(height) && row < rows() ? row : -1;
    }

    [[nodiscard]] ChannelMode wholeMode() const { return role == MapRole::Additive ? ChannelMode::Before : ChannelMode::After; }

    // What is added to the features has no "after" and no "changed".
    void markMode() const {
        const bool single = mode == ChannelMode::Single;
        modes->setCurrent(single ? -1 : static_cast<int>(role == MapRole::Additive ? ChannelMode::Before : mode));
    }

    // A row chosen once shows its channel alone; chosen again it gives all channels back.
    void choose(ChannelBars& view, int row) {
        if (row < 0 || row >= rows()) {
            return;
        }
        selected = row;
        const int c = channelAt(row);
        const bool again = mode == ChannelMode::Single && channel == c;
        view.setMode(again ? wholeMode() : ChannelMode::Single, again ? -1 : c);
        Q_EMIT view.modeChosen(mode, channel);
    }

    struct Columns {
        QRect name, bar, value;
    };
    [[nodiscard]] Columns columns(int width, const QFontMetrics& metrics) const {
        int valueWidth = metrics.horizontalAdvance(QStringLiteral("0.00"));
        for (const float end : {lo, hi}) {
            valueWidth = std::max(valueWidth, metrics.horizontalAdvance(numberText(static_cast<double>(end) * 0.888)));
        }
        const int usable = width - kHintWidth - 2;
        const int nameWidth = (usable - kInset - valueWidth - 2 * kGap) * 66 / 100;
        const int barLeft = kInset + nameWidth + kGap;
        return {QRect(kInset, 0, nameWidth, kRow), QRect(barLeft, 0, usable - valueWidth - kGap - barLeft, kRow),
                QRect(usable - valueWidth, 0, valueWidth, kRow)};
    }

    void retranslate() {
        std::vector<SegmentSwitch::Segment> segments{{static_cast<int>(ChannelMode::Before), tr("Before"),
                                                      tr("The features as they come in: the mean over channels of |x|")}};
        if (role != MapRole::Additive) {
            segments.push_back({static_cast<int>(ChannelMode::After), tr("After"), tr("The features as the weights leave them")});
            segments.push_back({static_cast<int>(ChannelMode::Changed), tr("Changed"),
                                tr("What the weights raise and lower; equal weights change nothing")});
        }
        modes->setSegments(segments);
        modes->setAccessibleName(tr("Picture of the channels"));
        sort->setText(byWeight ? tr("by weight") : tr("by index"));
        sort->setToolTip(byWeight ? tr("Sort by index") : tr("Sort by weight"));
        chip->setText(channel >= 0 ? label(channel) : QString());
        chip->setToolTip(channel >= 0 ? tr("%1: click to show all channels again").arg(label(channel)) : QString());
    }

    void placeHeader(const ChannelBars& view) {
        const QFontMetrics metrics(smallFont(view.font()));
        const int wanted = modes->sizeHint().width();
        modes->setGeometry(0, 0, std::min(wanted, view.width()), 20);
        const int left = modes->width() + kGap;
        chip->setGeometry(left, 0, std::min(std::max(0, view.width() - left), chip->sizeHint().width()), 20);
        chip->setVisible(channel >= 0 && chip->width() > 30);
        sort->setGeometry(kInset, kColumnsTop, std::min(sort->sizeHint().width(), columns(view.width(), metrics).name.width()),
                          kRow);
        modes->setVisible(!weights.empty());
        sort->setVisible(!weights.empty());
    }

    void paintRow(QPainter& painter, const ChannelBars& view, int row, int y, const Columns& at) const {
        const Theme& t = theme();
        const int c = channelAt(row);
        const bool shown = c == channel;
        if (shown || row == hovered) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(shown ? t.selection : t.control);
            painter.drawRoundedRect(QRect(0, y, at.value.right() + 2, kRow), 3, 3);
        }
        drawLine(painter, at.name.translated(0, y), label(c), t.text);
        const double value = static_cast<double>(weightOf(c));
        const double span = static_cast<double>(hi) - static_cast<double>(lo);
        const double zero = at.bar.left() + at.bar.width() * -static_cast<double>(lo) / span;
        const double end =
            at.bar.left() + at.bar.width() * (std::clamp(value, double{lo}, double{hi}) - static_cast<double>(lo)) / span;
        painter.setPen(Qt::NoPen);
        painter.setBrush(t.channel);
        painter.drawRoundedRect(QRectF(std::min(zero, end), y + 3.0, std::abs(end - zero), kRow - 6.0), 2, 2);
        drawLine(painter, at.value.translated(0, y), numberText(value), shown ? t.text : t.secondary, Qt::AlignRight);
        if (view.hasFocus() && row == selected) {
            paintFocusRing(painter, QRect(0, y, at.value.right() + 2, kRow));
        }
    }

    void paintAxis(QPainter& painter, const Columns& at) const {
        const QRect line = at.bar.translated(0, kColumnsTop);
        drawLine(painter, line, numberText(static_cast<double>(lo)), theme().secondary, Qt::AlignLeft);
        // The end of the axis is the right edge of the bars; only if both numbers do not fit it moves over the values.
        const QFontMetrics metrics = painter.fontMetrics();
        const QString end = numberText(static_cast<double>(hi));
        const int both = metrics.horizontalAdvance(numberText(static_cast<double>(lo))) + metrics.horizontalAdvance(end) + 4;
        const int right = both <= line.width() ? line.right() : at.value.right();
        drawLine(painter, QRect(line.left(), line.top(), right - line.left() + 1, kRow), end, theme().secondary, Qt::AlignRight);
    }
};

ChannelBars::ChannelBars(QWidget* parent) : QWidget(parent), m_state(std::make_unique<State>()) {
    registerAccessibleViews();
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Preferred);
    m_state->modes = new SegmentSwitch(this);
    m_state->chip = new TextButton(this);
    m_state->chip->setRemovable(true);
    m_state->sort = new TextButton(this);
    connect(m_state->modes, &SegmentSwitch::chosen, this, [this](int id) {
        setMode(static_cast<ChannelMode>(id), -1);
        Q_EMIT modeChosen(static_cast<ChannelMode>(id), -1);
    });
    connect(m_state->chip, &QToolButton::clicked, this, [this] {
        setMode(m_state->wholeMode(), -1);
        Q_EMIT modeChosen(m_state->mode, -1);
    });
    connect(m_state->sort, &QToolButton::clicked, this, [this] {
        setSortByWeight(!m_state->byWeight);
        Q_EMIT sortChanged(m_state->byWeight);
    });
    setMode(ChannelMode::After, -1);
}

ChannelBars::~ChannelBars() = default;

void ChannelBars::setWeights(const std::vector<float>& weights, const QStringList& names, MapRole role) {
    State& s = *m_state;
    const bool otherRows = weights.size() != s.weights.size();
    s.weights = weights;
    std::replace_if(
        s.weights.begin(), s.weights.end(), [](float w) { return !std::isfinite(w); }, 0.0F);
    s.names = names;
    s.role = role;
    if (otherRows) {
        s.first = 0;
        s.selected = 0;
        s.hovered = -1;
    }
    s.reorder();
    s.scale();
    s.retranslate();
    s.markMode();
    s.placeHeader(*this);
    updateGeometry();
    update();
    announceSummary(this);
}

void ChannelBars::setMode(ChannelMode mode, int channel) {
    State& s = *m_state;
    s.mode = mode;
    s.channel = mode == ChannelMode::Single ? channel : -1;
    s.retranslate();
    s.markMode();
    s.placeHeader(*this);
    update();
    announceSummary(this);
}

void ChannelBars::setSortByWeight(bool byWeight) {
    State& s = *m_state;
    s.byWeight = byWeight;
    s.reorder();
    s.first = 0;
    s.selected = std::max(0, s.rowOf(s.channel));  // another order begins at its top, unless one channel is shown
    s.reveal(s.selected, height());
    s.retranslate();
    s.placeHeader(*this);
    update();
    announceSummary(this);
}

bool ChannelBars::sortByWeight() const { return m_state->byWeight; }

std::vector<int> ChannelBars::order() const { return m_state->order; }

QString ChannelBars::textSummary() const {
    const State& s = *m_state;
    if (s.weights.empty()) {
        return tr("No channel weights yet.");
    }
    std::vector<int> ranked(s.weights.size());
    std::iota(ranked.begin(), ranked.end(), 0);
    std::stable_sort(ranked.begin(), ranked.end(), [&s](int a, int b) { return s.weightOf(a) > s.weightOf(b); });
    const auto named = [&s](int c) {
        return QStringLiteral("%1 %2").arg(s.label(c), numberText(static_cast<double>(s.weightOf(c))));
    };
    QStringList highest;
    for (std::size_t k = 0; k < std::min<std::size_t>(3, ranked.size()); ++k) {
        highest << named(ranked[k]);
    }
    QString text =
        tr("Channels: %1; highest: %2; lowest: %3.").arg(s.rows()).arg(highest.join(QStringLiteral(", ")), named(ranked.back()));
    if (s.channel >= 0 && s.channel < s.rows()) {
        text += QLatin1Char(' ') + tr("Shown alone: %1.").arg(named(s.channel));
    }
    if (hasFocus() && s.selected < s.rows()) {
        text += QLatin1Char(' ') + tr("Row %1: %2.").arg(s.selected + 1).arg(named(s.channelAt(s.selected)));
    }
    return text;
}

QSize ChannelBars::sizeHint() const {
    const int rows = std::clamp(m_state->rows(), 1, kRowsWanted);
    return {196, kTop + rows * kRow + 2};
}

QSize ChannelBars::minimumSizeHint() const { return {120, kTop + std::clamp(m_state->rows(), 1, 4) * kRow + 2}; }

QRect ChannelBars::rowRect(int channel) const {
    const int offset = m_state->rowOf(channel) - m_state->first;
    const bool visible = m_state->rowOf(channel) >= 0 && offset >= 0 && offset < State::visibleRows(height());
    return visible ? QRect(0, kTop + offset * kRow, width(), kRow) : QRect();
}

bool ChannelBars::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const int row = m_state->rowAt(help->pos(), height());
        if (row >= 0) {
            const int c = m_state->channelAt(row);
            QToolTip::showText(help->globalPos(),
                               tr("%1: %2").arg(m_state->label(c), exactNumberText(static_cast<double>(m_state->weightOf(c)))),
                               this);
        } else {
            QToolTip::hideText();
        }
        return true;
    }
    return QWidget::event(event);
}

void ChannelBars::paintEvent(QPaintEvent*) {
    const State& s = *m_state;
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(smallFont(font()));
    if (s.weights.empty()) {
        painter.setPen(theme().secondary);
        painter.drawText(rect(), Qt::AlignCenter | Qt::TextWordWrap, tr("A mechanism that weighs channels fills this card."));
        return;
    }
    const auto at = s.columns(width(), painter.fontMetrics());
    s.paintAxis(painter, at);
    const int visible = std::min(State::visibleRows(height()), s.rows() - s.first);
    for (int k = 0; k < visible; ++k) {
        s.paintRow(painter, *this, s.first + k, kTop + k * kRow, at);
    }
    if (s.lo < 0.0F) {
        const int zero = at.bar.left() + at.bar.width() / 2;
        painter.fillRect(QRect(zero, kTop, 1, visible * kRow), theme().secondary);
    }
    if (visible < s.rows()) {
        const double track = visible * kRow;
        const double thumb = std::max(12.0, track * visible / s.rows());
        const double top = kTop + (track - thumb) * s.first / std::max(1, s.rows() - visible);
        painter.setPen(Qt::NoPen);
        painter.setBrush(mixed(theme().card, theme().secondary, 0.6));
        painter.drawRoundedRect(QRectF(width() - kHintWidth, top, kHintWidth, thumb), 1.5, 1.5);
    }
}

void ChannelBars::resizeEvent(QResizeEvent*) {
    m_state->first = std::clamp(m_state->first, 0, std::max(0, m_state->rows() - State::visibleRows(height())));
    m_state->placeHeader(*this);
}

void ChannelBars::mousePressEvent(QMouseEvent* event) {
    State& s = *m_state;
    const int row = event->button() == Qt::LeftButton ? s.rowAt(event->position().toPoint(), height()) : -1;
    if (row < 0) {
        QWidget::mousePressEvent(event);
        return;
    }
    s.choose(*this, row);
}

void ChannelBars::mouseMoveEvent(QMouseEvent* event) {
    const int row = m_state->rowAt(event->position().toPoint(), height());
    if (row != m_state->hovered) {
        m_state->hovered = row;
        update();
    }
}

void ChannelBars::leaveEvent(QEvent*) {
    m_state->hovered = -1;
    update();
}

void ChannelBars::wheelEvent(QWheelEvent* event) {
    State& s = *m_state;
    const int most = std::max(0, s.rows() - State::visibleRows(height()));
    s.wheel += event->angleDelta().y();
    const int steps = s.wheel / 40;  // a notch of 120 moves three rows; fine wheels add up
    s.wheel -= steps * 40;
    const int target = std::clamp(s.first - steps, 0, most);
    if (most == 0) {
        event->ignore();
        return;
    }
    s.first = target;
    s.hovered = s.rowAt(event->position().toPoint(), height());
    event->accept();
    update();
}

void ChannelBars::keyPressEvent(QKeyEvent* event) {
    State& s = *m_state;
    const int page = State::visibleRows(height()) - 1;
    int target = s.selected;
    switch (event->key()) {
        case Qt::Key_Up:
            target -= 1;
            break;
        case Qt::Key_Down:
            target += 1;
            break;
        case Qt::Key_PageUp:
            target -= page;
            break;
        case Qt::Key_PageDown:
            target += page;
            break;
        case Qt::Key_Home:
            target = 0;
            break;
        case Qt::Key_End:
            target = s.rows() - 1;
            break;
        case Qt::Key_Return:
        case Qt::Key_Enter:
        case Qt::Key_Space:
            s.choose(*this, s.selected);
            return;
        default:
            QWidget::keyPressEvent(event);
            return;
    }
    s.selected = std::clamp(target, 0, std::max(0, s.rows() - 1));
    s.reveal(s.selected, height());
    update();
    announceSummary(this);
}

void ChannelBars::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange) {
        m_state->retranslate();
        m_state->placeHeader(*this);
    }
    if (event->type() == QEvent::LanguageChange || event->type() == QEvent::PaletteChange ||
        event->type() == QEvent::FontChange) {
        m_state->placeHeader(*this);
        update();
    }
    QWidget::changeEvent(event);
}

}  // namespace fovea
