#include "widgets/channel_grid.h"

#include <QComboBox>
#include <QContextMenuEvent>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QLineEdit>
#include <QMenu>
#include <QPainter>
#include <QSignalBlocker>
#include <QToolTip>
#include <QWheelEvent>

#include <algorithm>

#include "widgets/accessible_view.h"
#include "widgets/channel_grid_state.h"
#include "widgets/factor_keys.h"

namespace fovea {
namespace {

constexpr int kWheelStep = 120;

}  // namespace

ChannelGrid::ChannelGrid(QWidget* parent) : QWidget(parent), m_state(std::make_unique<State>(*this)) {
    registerAccessibleViews();
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    const ChannelGridHeader& header = m_state->header;
    connect(header.modes, &SegmentSwitch::chosen, this, [this](int id) { setMode(static_cast<GridMode>(id)); });
    connect(header.sorts, &QComboBox::activated, this, [this](int index) { setSort(static_cast<GridSort>(index)); });
    connect(header.search, &QLineEdit::textChanged, this, [this] { m_state->sortAnew(); });
    m_state->retranslate();
    header.modes->setCurrent(static_cast<int>(m_state->mode));
}

ChannelGrid::~ChannelGrid() = default;

void ChannelGrid::setResult(std::shared_ptr<const FrameResult> result, const FieldSpec& field, const OverlayStyle& style) {
    State& s = *m_state;
    const bool other = !result || !s.result || result->frame.source != s.result->frame.source ||
                       field.job.source != s.field.job.source || (s.subject == GridSubject::Heads && field.map != s.field.map);
    if (!other && !result->find(field.job)) {
        return;  // not finished yet: what is shown stays
    }
    if (other) {
        s.forget();
    }
    s.result = std::move(result);
    s.field = field;
    s.style = style;
    s.tellCount();
    s.placeHeader();
    s.requestPixels();
    update();
    announceSummary(this);
}

void ChannelGrid::setRendered(const RenderedChannelGrid& rendered) {
    State& s = *m_state;
    if (!s.wants(rendered)) {
        return;
    }
    s.take(rendered);
    s.tellCount();
    s.requestPixels();  // the order may have become shorter
    update();
}

void ChannelGrid::setSubject(GridSubject subject) {
    State& s = *m_state;
    if (s.subject == subject) {
        return;
    }
    s.subject = subject;
    s.forget();
    s.nameView();
    const QSignalBlocker quiet(s.header.search);
    s.header.search->clear();
    s.tellCount();
    s.placeHeader();
    s.requestPixels();
    update();
    announceSummary(this);
}

GridSubject ChannelGrid::subject() const { return m_state->subject; }

void ChannelGrid::setMode(GridMode mode) {
    m_state->mode = mode;
    m_state->header.modes->setCurrent(static_cast<int>(mode));
    m_state->requestPixels();
    announceSummary(this);
}

GridMode ChannelGrid::mode() const { return m_state->mode; }

void ChannelGrid::setSort(GridSort sort) {
    State& s = *m_state;
    s.header.sorts->setCurrentIndex(static_cast<int>(sort));
    if (s.sort != sort) {
        s.sort = sort;
        s.sortAnew();
    }
}

GridSort ChannelGrid::sort() const { return m_state->sort; }

void ChannelGrid::setFactors(std::vector<float> factors) {
    m_state->own().factors = std::move(factors);
    m_state->tellCount();
    update();
    announceSummary(this);
}

std::vector<float> ChannelGrid::factors() const { return m_state->own().factors; }

void ChannelGrid::setPinned(std::vector<int> pinned) {
    if (m_state->own().pinned != pinned) {
        m_state->own().pinned = std::move(pinned);
        m_state->sortAnew();
    }
}

std::vector<int> ChannelGrid::pinned() const { return m_state->own().pinned; }

void ChannelGrid::setChosen(int channel) {
    State& s = *m_state;
    s.chosen = channel >= 0 && channel < s.total() ? channel : -1;
    if (s.tiles.placeOf(s.chosen) >= 0) {
        s.selected = s.tiles.placeOf(s.chosen);
        s.reveal(s.selected);
    }
    s.requestPixels();
    update();
    announceSummary(this);
}

int ChannelGrid::chosen() const { return m_state->chosen; }

std::vector<int> ChannelGrid::order() const { return m_state->tiles.order(); }

QSize ChannelGrid::sizeHint() const { return {700, 300}; }

QSize ChannelGrid::minimumSizeHint() const { return {360, 150}; }

QRect ChannelGrid::tileRect(int channel) const { return m_state->layout().tile(m_state->tiles.placeOf(channel)); }

QString ChannelGrid::textSummary() const { return m_state->summary(); }

bool ChannelGrid::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const int channel = m_state->tiles.channelAt(m_state->layout().placeAt(help->pos()));
        if (channel >= 0) {
            QToolTip::showText(help->globalPos(), m_state->toolTip(channel), this);
        } else {
            QToolTip::hideText();
        }
        return true;
    }
    return QWidget::event(event);
}

void ChannelGrid::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    m_state->paint(painter);
}

void ChannelGrid::resizeEvent(QResizeEvent*) {
    m_state->placeHeader();
    m_state->first = std::clamp(m_state->first, 0, m_state->layout().lastFirst());
    m_state->requestPixels();
}

void ChannelGrid::showEvent(QShowEvent*) { m_state->requestPixels(); }

void ChannelGrid::mousePressEvent(QMouseEvent* event) {
    State& s = *m_state;
    const int place = s.layout().placeAt(event->position().toPoint());
    if (place < 0) {
        QWidget::mousePressEvent(event);
        return;
    }
    s.selected = place;
    if (event->button() == Qt::LeftButton) {
        s.choose(s.tiles.channelAt(place));
    }
    update();
}

void ChannelGrid::mouseDoubleClickEvent(QMouseEvent* event) {
    const int place = m_state->layout().placeAt(event->position().toPoint());
    if (event->button() == Qt::LeftButton && place >= 0) {
        m_state->selected = place;
        m_state->actOn(m_state->tiles.channelAt(place), Qt::Key_M);
    }
}

void ChannelGrid::mouseMoveEvent(QMouseEvent* event) {
    const int place = m_state->layout().placeAt(event->position().toPoint());
    if (place != m_state->hovered) {
        m_state->hovered = place;
        update();
    }
}

void ChannelGrid::leaveEvent(QEvent*) {
    m_state->hovered = -1;
    update();
}

void ChannelGrid::wheelEvent(QWheelEvent* event) {
    State& s = *m_state;
    s.wheel += event->angleDelta().y();
    const int steps = s.wheel / kWheelStep;
    s.wheel -= steps * kWheelStep;
    const int first = std::clamp(s.first - steps, 0, s.layout().lastFirst());
    if (first != s.first) {
        s.first = first;
        s.hovered = s.layout().placeAt(event->position().toPoint());
        s.requestPixels();
        update();
    }
    event->accept();
}

void ChannelGrid::contextMenuEvent(QContextMenuEvent* event) {
    State& s = *m_state;
    const bool byKey = event->reason() == QContextMenuEvent::Keyboard;
    const int place = byKey ? s.selected : s.layout().placeAt(event->pos());
    const int channel = s.tiles.channelAt(place);
    if (channel < 0) {
        QWidget::contextMenuEvent(event);
        return;
    }
    s.selected = place;
    update();
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const bool pinned = std::find(s.own().pinned.begin(), s.own().pinned.end(), channel) != s.own().pinned.end();
    addFactorActions(*menu, s.factor(channel), pinned, !s.own().factors.empty(),
                     [&s, channel](int key) { s.actOn(channel, key); });
    menu->popup(byKey ? mapToGlobal(s.layout().cell(place).center()) : event->globalPos());
}

void ChannelGrid::keyPressEvent(QKeyEvent* event) {
    State& s = *m_state;
    const ChannelGridLayout at = s.layout();
    const int page = std::max(1, at.wholeRows()) * at.columns();
    switch (event->key()) {
        case Qt::Key_Left:
            return s.select(s.selected - 1);
        case Qt::Key_Right:
            return s.select(s.selected + 1);
        case Qt::Key_Up:
            return s.selected >= at.columns() ? s.select(s.selected - at.columns()) : event->accept();
        case Qt::Key_Down:
            return s.selected / at.columns() + 1 < at.rows() ? s.select(s.selected + at.columns()) : event->accept();
        case Qt::Key_PageUp:
            return s.select(s.selected - page);
        case Qt::Key_PageDown:
            return s.select(s.selected + page);
        case Qt::Key_Home:
            return s.select(0);
        case Qt::Key_End:
            return s.select(s.tiles.count() - 1);
        case Qt::Key_Return:
        case Qt::Key_Enter:
        case Qt::Key_Space:
            if (!s.header.search->hasFocus()) {
                s.choose(s.tiles.channelAt(s.selected));
            }
            return;
        case Qt::Key_Escape:
            if (!s.header.search->text().isEmpty()) {
                return s.header.search->clear();
            }
            if (s.chosen >= 0) {
                setChosen(-1);
                Q_EMIT channelChosen(-1);
                return;
            }
            break;
        default: {
            const int key = factorKey(*event);
            if (key != 0 && hasFocus() && s.actOn(s.tiles.channelAt(s.selected), key)) {
                return;
            }
            break;
        }
    }
    QWidget::keyPressEvent(event);
}

void ChannelGrid::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange) {
        m_state->retranslate();
    }
    if (event->type() == QEvent::LanguageChange || event->type() == QEvent::PaletteChange ||
        event->type() == QEvent::FontChange) {
        m_state->placeHeader();
        m_state->requestPixels();
        update();
    }
    QWidget::changeEvent(event);
}

}  // namespace fovea
