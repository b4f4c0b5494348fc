#include "widgets/channel_bars.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QPainter>
#include <QToolTip>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "widgets/accessible_view.h"
#include "widgets/channel_bars_state.h"
#include "widgets/engine_text.h"
#include "widgets/factor_keys.h"
#include "widgets/theme.h"

namespace fovea {
namespace {

constexpr int kRowsWanted = 12;

}  // namespace

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
    const int marked = s.marked();
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
    if (!otherRows) {
        s.follow(*this, marked);
    }
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

void ChannelBars::setOfChannels(bool ofChannels) {
    if (m_state->ofChannels == ofChannels) {
        return;
    }
    m_state->ofChannels = ofChannels;
    m_state->retranslate();
    m_state->placeHeader(*this);
    update();
    announceSummary(this);
}

void ChannelBars::setFactors(std::vector<float> factors) {
    m_state->factors = std::move(factors);
    update();
    announceSummary(this);
}

std::vector<float> ChannelBars::factors() const { return m_state->factors; }

// The keyboard stays on its channel.
void ChannelBars::setPinned(std::vector<int> pinned) {
    State& s = *m_state;
    if (s.pinned == pinned) {
        return;
    }
    const int marked = s.marked();
    s.pinned = std::move(pinned);
    s.reorder();
    s.follow(*this, marked);
    update();
    announceSummary(this);
}

std::vector<int> ChannelBars::pinned() const { return m_state->pinned; }

// The keys of the rows, and of the menu.
bool ChannelBars::actOn(int channel, int key) {
    State& s = *m_state;
    if (!s.ofChannels) {
        return false;
    }
    if (key == Qt::Key_P && s.rowOf(channel) >= 0) {
        setPinned(pinsAfter(s.pinned, channel));
        Q_EMIT pinnedChanged(s.pinned);
        return true;
    }
    auto factors = factorsAfter(s.factors, channel, s.rows(), key);
    if (!factors) {
        return false;
    }
    setFactors(*std::move(factors));
    Q_EMIT factorsChanged(s.factors);
    return true;
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
    if (s.ofChannels && s.channel >= 0 && s.channel < s.rows()) {
        text += QLatin1Char(' ') + tr("Shown alone: %1.").arg(named(s.channel));
    }
    const auto muted = std::count(s.factors.begin(), s.factors.end(), 0.0F);
    if (muted > 0) {
        text += QLatin1Char(' ') + tr("Muted: %1.").arg(muted);
    }
    if (hasFocus() && s.selected < s.rows()) {
        text += QLatin1Char(' ') + tr("Row %1: %2.").arg(s.selected + 1).arg(named(s.channelAt(s.selected)));
    }
    return text;
}

QSize ChannelBars::sizeHint() const {
    const int rows = std::clamp(m_state->rows(), 1, kRowsWanted);
    return {196, State::kTop + rows * State::kRow + 2};
}

QSize ChannelBars::minimumSizeHint() const { return {120, State::kTop + std::clamp(m_state->rows(), 1, 4) * State::kRow + 2}; }

QRect ChannelBars::rowRect(int channel) const {
    const int offset = m_state->rowOf(channel) - m_state->first;
    const bool visible = m_state->rowOf(channel) >= 0 && offset >= 0 && offset < State::visibleRows(height());
    return visible ? QRect(0, State::kTop + offset * State::kRow, width(), State::kRow) : QRect();
}

bool ChannelBars::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const int row = m_state->rowAt(help->pos(), height());
        if (row >= 0) {
            QToolTip::showText(help->globalPos(), m_state->toolTip(m_state->channelAt(row)), this);
        } else {
            QToolTip::hideText();
        }
        return true;
    }
    return QWidget::event(event);
}

void ChannelBars::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    m_state->paint(painter, *this);
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
            if (!actOn(s.marked(), factorKey(*event))) {
                QWidget::keyPressEvent(event);
            }
            return;
    }
    s.selected = std::clamp(target, 0, std::max(0, s.rows() - 1));
    s.reveal(s.selected, height());
    update();
    announceSummary(this);
}

void ChannelBars::contextMenuEvent(QContextMenuEvent* event) {
    State& s = *m_state;
    const bool byKey = event->reason() == QContextMenuEvent::Keyboard;
    const int row = byKey ? s.selected : s.rowAt(event->pos(), height());
    if (!s.ofChannels || row < 0 || row >= s.rows()) {
        QWidget::contextMenuEvent(event);
        return;
    }
    s.selected = row;
    update();
    const int channel = s.channelAt(row);
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    addFactorActions(*menu, factorAt(s.factors, channel), s.isPinned(channel), !s.factors.empty(),
                     [this, channel](int key) { actOn(channel, key); });
    menu->popup(byKey ? mapToGlobal(rowRect(channel).center()) : event->globalPos());
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
