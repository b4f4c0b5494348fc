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
#include <cmath>
#include <tuple>

#include "widgets/accessible_view.h"
#include "widgets/channel_grid_state.h"
#include "widgets/factor_keys.h"
#include "widgets/theme.h"

namespace fovea {
namespace {

constexpr int kWheelStep = 120;

/// Whether an answer to `a` answers `b`; the order and the numbers they give back count for nothing.
bool covers(const ChannelGridRequest& a, const ChannelGridRequest& b) {
    return a.result->find(a.field.job) == b.result->find(b.field.job) &&
           a.result->features(a.field.job.model) == b.result->features(b.field.job.model) && a.field == b.field &&
           a.subject == b.subject && a.mode == b.mode && a.sort == b.sort && a.pinned == b.pinned && a.among == b.among &&
           a.columns == b.columns && a.firstRow == b.firstRow && a.rows >= b.rows && a.tileWidth == b.tileWidth &&
           a.tileHeight == b.tileHeight && a.style == b.style && a.background == b.background;
}

}  // namespace

ChannelGrid::ChannelGrid(QWidget* parent) : QWidget(parent), m_state(std::make_unique<State>(*this)) {
    registerAccessibleViews();
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    makeHeader();
    setAccessibleName(tr("Channels of the features"));
    m_state->retranslate();
    m_state->modes->setCurrent(static_cast<int>(m_state->mode));
}

ChannelGrid::~ChannelGrid() = default;

void ChannelGrid::makeHeader() {
    State& s = *m_state;
    s.modes = new SegmentSwitch(this);
    s.sorts = new QComboBox(this);
    s.sorts->setStyleSheet(QStringLiteral("QComboBox { min-height: 16px; padding: 1px 6px; }"));
    s.sorts->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    s.sorts->setMinimumContentsLength(8);
    for (int k = 0; k < 4; ++k) {  // named by retranslate()
        s.sorts->addItem(QString());
    }
    s.search = new QLineEdit(this);
    s.search->setStyleSheet(QStringLiteral("QLineEdit { min-height: 16px; padding: 1px 6px; }"));
    s.count = new LineLabel(true, this);
    connect(s.modes, &SegmentSwitch::chosen, this, [this](int id) { setMode(static_cast<GridMode>(id)); });
    connect(s.sorts, &QComboBox::activated, this, [this](int index) { setSort(static_cast<GridSort>(index)); });
    connect(s.search, &QLineEdit::textChanged, this, [this] { sortAnew(); });
}

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
    requestPixels();
    update();
    announceSummary(this);
}

void ChannelGrid::requestPixels() {
    State& s = *m_state;
    if (!isVisible() || !s.result || !s.result->find(s.field.job)) {
        return;
    }
    ChannelGridRequest request = s.request();
    if (s.asked && covers(*s.asked, request)) {
        return;
    }
    s.asked = request;
    Q_EMIT renderRequested(request);
}

void ChannelGrid::setRendered(const RenderedChannelGrid& rendered) {
    State& s = *m_state;
    const ChannelGridRequest& of = rendered.request;
    const bool stopped = !rendered.pixels && !rendered.error && of.rows > 0;
    if (!of.result || !s.result || stopped || of.result->frame.source != s.result->frame.source ||
        of.field.job.source != s.field.job.source || of.field.map != s.field.map) {
        return;
    }
    if (of.subject != s.subject || of.mode != s.shownMode() || of.sort != s.sort || of.pinned != s.pinned() ||
        of.among != s.among()) {
        return;  // asked before a person chose something else
    }
    const auto age = [](const FrameResult& r) { return std::tie(r.epoch, r.frame.sequence); };
    if (s.shown.request.result && age(*of.result) < age(*s.shown.request.result)) {
        return;
    }
    const int marked = s.anew ? s.follow : s.channelAt(s.selected);
    s.follow = -1;
    const bool fresh = s.anew;
    s.take(rendered);
    s.selected = std::max(0, s.placeOf(marked));
    if (fresh) {
        s.reveal(s.selected);
    }
    s.tellCount();
    requestPixels();  // the order may have become shorter
    update();
}

// Another order begins at its top.
void ChannelGrid::sortAnew() {
    State& s = *m_state;
    s.anew = true;
    s.follow = -1;
    s.first = s.selected = 0;
    s.hovered = -1;
    requestPixels();
    update();
}

void ChannelGrid::setSubject(GridSubject subject) {
    State& s = *m_state;
    if (s.subject == subject) {
        return;
    }
    s.subject = subject;
    s.forget();
    setAccessibleName(subject == GridSubject::Heads ? tr("Heads of the map") : tr("Channels of the features"));
    const QSignalBlocker quiet(s.search);
    s.search->clear();
    s.tellCount();
    s.placeHeader();
    requestPixels();
    update();
    announceSummary(this);
}

GridSubject ChannelGrid::subject() const { return m_state->subject; }

void ChannelGrid::setMode(GridMode mode) {
    m_state->mode = mode;
    m_state->modes->setCurrent(static_cast<int>(mode));
    requestPixels();
    announceSummary(this);
}

GridMode ChannelGrid::mode() const { return m_state->mode; }

void ChannelGrid::setSort(GridSort sort) {
    State& s = *m_state;
    s.sorts->setCurrentIndex(static_cast<int>(sort));
    if (s.sort != sort) {
        s.sort = sort;
        sortAnew();
    }
}

GridSort ChannelGrid::sort() const { return m_state->sort; }

void ChannelGrid::setFactors(std::vector<float> factors) {
    m_state->factors() = std::move(factors);
    m_state->tellCount();
    update();
    announceSummary(this);
}

std::vector<float> ChannelGrid::factors() const { return m_state->factors(); }

void ChannelGrid::setPinned(std::vector<int> pinned) {
    if (m_state->pinned() != pinned) {
        m_state->pinned() = std::move(pinned);
        sortAnew();
    }
}

std::vector<int> ChannelGrid::pinned() const { return m_state->pinned(); }

void ChannelGrid::setChosen(int channel) {
    State& s = *m_state;
    s.chosen = channel >= 0 && channel < s.total() ? channel : -1;
    if (s.placeOf(s.chosen) >= 0) {
        s.selected = s.placeOf(s.chosen);
        s.reveal(s.selected);
    }
    requestPixels();
    update();
    announceSummary(this);
}

int ChannelGrid::chosen() const { return m_state->chosen; }

std::vector<int> ChannelGrid::order() const { return m_state->order; }

QSize ChannelGrid::sizeHint() const { return {700, 300}; }

QSize ChannelGrid::minimumSizeHint() const { return {360, 150}; }

QRect ChannelGrid::tileRect(int channel) const { return m_state->tile(m_state->placeOf(channel)); }

void ChannelGrid::select(int place) {
    State& s = *m_state;
    s.selected = std::clamp(place, 0, std::max(0, s.tiles() - 1));
    s.hovered = -1;
    s.reveal(s.selected);
    requestPixels();
    update();
    announceSummary(this);
}

// Nothing moves: the second press of a double click must meet the same tile.
void ChannelGrid::choose(int channel) {
    if (channel >= 0) {
        m_state->chosen = channel;
        update();
        announceSummary(this);
        Q_EMIT channelChosen(channel);
    }
}

// The keys of the tiles, and of the menu.
bool ChannelGrid::actOn(int channel, int key) {
    State& s = *m_state;
    if (key == Qt::Key_P && channel >= 0 && channel < s.total()) {
        setPinned(pinsAfter(s.pinned(), channel));
        s.follow = channel;
        Q_EMIT pinnedChanged(s.pinned());
        return true;
    }
    auto factors = factorsAfter(s.factors(), channel, s.total(), key);
    if (!factors) {
        return false;
    }
    setFactors(*std::move(factors));
    Q_EMIT factorsChanged(s.factors());
    return true;
}

bool ChannelGrid::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const int channel = m_state->channelAt(m_state->placeAt(help->pos()));
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
    m_state->first = std::clamp(m_state->first, 0, m_state->lastFirst());
    requestPixels();
}

void ChannelGrid::showEvent(QShowEvent*) { requestPixels(); }

void ChannelGrid::mousePressEvent(QMouseEvent* event) {
    State& s = *m_state;
    const int place = s.placeAt(event->position().toPoint());
    if (place < 0) {
        QWidget::mousePressEvent(event);
        return;
    }
    s.selected = place;
    if (event->button() == Qt::LeftButton) {
        choose(s.channelAt(place));
    }
    update();
}

void ChannelGrid::mouseDoubleClickEvent(QMouseEvent* event) {
    const int place = m_state->placeAt(event->position().toPoint());
    if (event->button() == Qt::LeftButton && place >= 0) {
        m_state->selected = place;
        actOn(m_state->channelAt(place), Qt::Key_M);
    }
}

void ChannelGrid::mouseMoveEvent(QMouseEvent* event) {
    const int place = m_state->placeAt(event->position().toPoint());
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
    const int first = std::clamp(s.first - steps, 0, s.lastFirst());
    if (first != s.first) {
        s.first = first;
        s.hovered = s.placeAt(event->position().toPoint());
        requestPixels();
        update();
    }
    event->accept();
}

void ChannelGrid::contextMenuEvent(QContextMenuEvent* event) {
    State& s = *m_state;
    const bool byKey = event->reason() == QContextMenuEvent::Keyboard;
    const int place = byKey ? s.selected : s.placeAt(event->pos());
    const int channel = s.channelAt(place);
    if (channel < 0) {
        QWidget::contextMenuEvent(event);
        return;
    }
    s.selected = place;
    update();
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const bool pinned = std::find(s.pinned().begin(), s.pinned().end(), channel) != s.pinned().end();
    addFactorActions(*menu, s.factor(channel), pinned, !s.factors().empty(), [this, channel](int key) { actOn(channel, key); });
    menu->popup(byKey ? mapToGlobal(s.cell(place).center()) : event->globalPos());
}

void ChannelGrid::keyPressEvent(QKeyEvent* event) {
    State& s = *m_state;
    const int page = std::max(1, s.wholeRows()) * s.columns();
    switch (event->key()) {
        case Qt::Key_Left:
            return select(s.selected - 1);
        case Qt::Key_Right:
            return select(s.selected + 1);
        case Qt::Key_Up:
            return s.selected >= s.columns() ? select(s.selected - s.columns()) : event->accept();
        case Qt::Key_Down:
            return s.selected / s.columns() + 1 < s.rows() ? select(s.selected + s.columns()) : event->accept();
        case Qt::Key_PageUp:
            return select(s.selected - page);
        case Qt::Key_PageDown:
            return select(s.selected + page);
        case Qt::Key_Home:
            return select(0);
        case Qt::Key_End:
            return select(s.tiles() - 1);
        case Qt::Key_Return:
        case Qt::Key_Enter:
        case Qt::Key_Space:
            if (!s.search->hasFocus()) {
                choose(s.channelAt(s.selected));
            }
            return;
        case Qt::Key_Escape:
            if (!s.search->text().isEmpty()) {
                return s.search->clear();
            }
            if (s.chosen >= 0) {
                setChosen(-1);
                Q_EMIT channelChosen(-1);
                return;
            }
            break;
        default: {
            const int key = factorKey(*event);
            if (key != 0 && hasFocus() && actOn(s.channelAt(s.selected), key)) {
                return;
            }
            break;
        }
    }
    QWidget::keyPressEvent(event);
}

void ChannelGrid::focusInEvent(QFocusEvent* event) {
    QWidget::focusInEvent(event);
    update();
}

void ChannelGrid::focusOutEvent(QFocusEvent* event) {
    QWidget::focusOutEvent(event);
    update();
}

void ChannelGrid::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange) {
        setAccessibleName(m_state->subject == GridSubject::Heads ? tr("Heads of the map") : tr("Channels of the features"));
        m_state->retranslate();
    }
    if (event->type() == QEvent::LanguageChange || event->type() == QEvent::PaletteChange ||
        event->type() == QEvent::FontChange) {
        m_state->placeHeader();
        requestPixels();
        update();
    }
    QWidget::changeEvent(event);
}

}  // namespace fovea
