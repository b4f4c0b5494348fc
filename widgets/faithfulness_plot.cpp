#include "widgets/faithfulness_plot.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QPushButton>
#include <QToolTip>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

#include "widgets/accessible_view.h"
#include "widgets/card_parts.h"
#include "widgets/faithfulness_painter.h"
#include "widgets/faithfulness_plot_state.h"
#include "widgets/theme.h"

namespace fovea {

void FaithfulnessPlot::State::take(std::shared_ptr<const FaithfulnessResult> given) {
    numbers.set(std::move(given));
    first = selected = 0;
    hovered = point = -1;
    measure();
}

void FaithfulnessPlot::State::measure() {
    const QFontMetrics metrics(smallFont(view.font()));
    widestValue = metrics.horizontalAdvance(QStringLiteral("+0.888"));
    widestName = 0;
    for (int row = 0; row < numbers.rows(); ++row) {
        widestValue = std::max(widestValue, metrics.horizontalAdvance(numbers.changeText(row)));
        widestName = std::max(widestName, metrics.horizontalAdvance(numbers.rowName(row)));
    }
}

FaithfulnessLayout FaithfulnessPlot::State::layout() const {
    return {view.rect(), numbers.rows(), numbers.orders(), first, widestName, widestValue};
}

int FaithfulnessPlot::State::pointAt(bool shown, double x) const { return layout().pointAt(shown, numbers.curve(shown, 0), x); }

void FaithfulnessPlot::State::reveal(int row) { first = layout().firstShowing(row); }

void FaithfulnessPlot::State::placeHeader() {
    constexpr int kMargin = FaithfulnessLayout::kMargin;
    constexpr int kButton = FaithfulnessLayout::kButton;
    int left = kMargin;
    const auto place = [&left](QPushButton* button) {
        button->setGeometry(left, kMargin, button->sizeHint().width(), kButton);
        left += button->width() + 6;
    };
    place(running ? cancel : start);
    place(save);
    line->setGeometry(left + 4, kMargin, std::max(0, view.width() - kMargin - left - 4), kButton);
}

void FaithfulnessPlot::State::paint(QPainter& painter) const {
    FaithfulnessPainter paints(painter, numbers, layout(), {readShown, point, hovered, view.hasFocus() ? selected : -1});
    painter.fillRect(view.rect(), theme().window);
    if (running) {
        paints.paintProgress(done, total);
    }
    const bool empty = !numbers.hasCurves() && numbers.rows() == 0;
    if (empty) {
        painter.setPen(theme().secondary);
        painter.drawText(layout().body().adjusted(8, 0, -8, 0), Qt::AlignCenter | Qt::TextWordWrap, intro());
    } else {
        painter.setFont(smallFont(view.font()));
    }
    if (numbers.hasCurves()) {
        paints.paintChart(false);
        paints.paintChart(true);
    }
    if (numbers.rows() > 0) {
        paints.paintRows();
    } else if (view.hasFocus()) {
        paintFocusRing(painter, view.rect());
    }
}

FaithfulnessPlot::FaithfulnessPlot(QWidget* parent) : QWidget(parent), m_state(std::make_unique<State>(*this)) {
    registerAccessibleViews();
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    State& s = *m_state;
    const auto made = [this](void (FaithfulnessPlot::*signal)()) {
        auto* button = new QPushButton(this);
        button->setStyleSheet(QStringLiteral("QPushButton { min-height: 16px; padding: 2px 10px; }"));
        button->setAutoDefault(false);
        connect(button, &QPushButton::clicked, this, signal);
        return button;
    };
    s.start = made(&FaithfulnessPlot::startRequested);
    s.cancel = made(&FaithfulnessPlot::cancelRequested);
    s.save = made(&FaithfulnessPlot::saveRequested);
    s.line = new LineLabel(true, this);
    setAccessibleName(tr("Does the attention matter?"));
    s.retranslate();
}

FaithfulnessPlot::~FaithfulnessPlot() = default;

void FaithfulnessPlot::setResult(std::shared_ptr<const FaithfulnessResult> result) {
    m_state->take(std::move(result));
    m_state->tellState();
    update();
    announceSummary(this);
}

void FaithfulnessPlot::setRunning(bool running) {
    State& s = *m_state;
    if (s.running == running) {
        return;
    }
    const bool hadFocus = s.start->hasFocus() || s.cancel->hasFocus();
    s.running = running;
    s.done = s.total = 0;
    s.tellState();
    if (hadFocus) {  // the button under the keyboard gives way to the other
        (running ? s.cancel : s.start)->setFocus();
    }
    update();
    announceSummary(this);
}

void FaithfulnessPlot::setProgress(int done, int total) {
    m_state->total = std::max(total, 0);
    m_state->done = std::clamp(done, 0, m_state->total);
    m_state->tellState();
    update();
}

void FaithfulnessPlot::setMessage(const QString& message) {
    m_state->message = message;
    m_state->tellState();
    update();
    announceSummary(this);
}

void FaithfulnessPlot::setAvailable(bool available) {
    m_state->available = available;
    m_state->tellState();
}

int FaithfulnessPlot::readPoint() const { return m_state->point; }

QString FaithfulnessPlot::reading() const {
    const State& s = *m_state;
    return s.point < 0 ? QString() : s.numbers.reading(s.readShown, s.point, false);
}

QSize FaithfulnessPlot::sizeHint() const { return {900, 240}; }

QSize FaithfulnessPlot::minimumSizeHint() const { return {400, 160}; }

QRect FaithfulnessPlot::plotRect(bool shown) const {
    return m_state->numbers.hasCurves() ? m_state->layout().plot(shown) : QRect();
}

QPointF FaithfulnessPlot::curvePoint(bool shown, int order, int k) const {
    return m_state->layout().curvePoint(shown, m_state->numbers.curve(shown, order), k);
}

QRect FaithfulnessPlot::rowRect(int index, bool head) const { return m_state->layout().row(m_state->numbers.rowOf(index, head)); }

QRectF FaithfulnessPlot::barRect(int index, bool head) const {
    const State& s = *m_state;
    const int row = s.numbers.rowOf(index, head);
    return rowRect(index, head).isNull() ? QRectF() : s.layout().bar(row, s.numbers.changeShare(row));
}

void FaithfulnessPlot::select(int row) {
    State& s = *m_state;
    if (s.numbers.rows() == 0) {
        return;
    }
    s.selected = std::clamp(row, 0, s.numbers.rows() - 1);
    s.reveal(s.selected);
    update();
    announceSummary(this);
}

void FaithfulnessPlot::readAt(bool shown, int point) {
    State& s = *m_state;
    if (s.readShown != shown || s.point != point) {
        s.readShown = shown;
        s.point = point;
        update();
    }
}

bool FaithfulnessPlot::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const QString text = m_state->toolTip(help->pos());
        if (text.isEmpty()) {
            QToolTip::hideText();
        } else {
            QToolTip::showText(help->globalPos(), text, this);
        }
        return true;
    }
    return QWidget::event(event);
}

void FaithfulnessPlot::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    m_state->paint(painter);
}

void FaithfulnessPlot::resizeEvent(QResizeEvent*) {
    m_state->placeHeader();
    m_state->reveal(m_state->selected);
}

void FaithfulnessPlot::mousePressEvent(QMouseEvent* event) {
    State& s = *m_state;
    const int row = s.layout().rowAt(event->position().toPoint());
    if (event->button() != Qt::LeftButton || row < 0) {
        QWidget::mousePressEvent(event);
        return;
    }
    select(row);
    Q_EMIT channelChosen(s.numbers.effect(row).index, s.numbers.effect(row).head);
}

void FaithfulnessPlot::mouseMoveEvent(QMouseEvent* event) {
    State& s = *m_state;
    const QPoint at = event->position().toPoint();
    const int row = s.layout().rowAt(at);
    if (row != s.hovered) {
        s.hovered = row;
        update();
    }
    for (const bool shown : {false, true}) {
        if (s.numbers.hasCurves() && s.layout().plot(shown).adjusted(-4, -4, 4, 4).contains(at)) {
            return readAt(shown, s.pointAt(shown, event->position().x()));
        }
    }
    readAt(s.readShown, -1);
}

void FaithfulnessPlot::leaveEvent(QEvent*) {
    m_state->hovered = -1;
    m_state->point = -1;
    update();
}

void FaithfulnessPlot::wheelEvent(QWheelEvent* event) {
    State& s = *m_state;
    const int most = std::max(0, s.numbers.rows() - s.layout().visibleRows());
    if (most == 0) {
        event->ignore();
        return;
    }
    s.wheel += event->angleDelta().y();
    const int steps = s.wheel / 40;  // a notch of 120 moves three rows; fine wheels add up
    s.wheel -= steps * 40;
    s.first = std::clamp(s.first - steps, 0, most);
    s.hovered = s.layout().rowAt(event->position().toPoint());
    event->accept();
    update();
}

void FaithfulnessPlot::keyPressEvent(QKeyEvent* event) {
    State& s = *m_state;
    const int last = s.numbers.hasCurves() ? static_cast<int>(s.numbers.curve(s.readShown, 0).shares.size()) - 1 : -1;
    switch (event->key()) {
        case Qt::Key_Up:
            return select(s.selected - 1);
        case Qt::Key_Down:
            return select(s.selected + 1);
        case Qt::Key_PageUp:
            return select(s.selected - s.layout().visibleRows() + 1);
        case Qt::Key_PageDown:
            return select(s.selected + s.layout().visibleRows() - 1);
        case Qt::Key_Home:
            return select(0);
        case Qt::Key_End:
            return select(s.numbers.rows() - 1);
        case Qt::Key_Left:
        case Qt::Key_Right: {
            // Beyond the end of one chart the reading goes on in the other.
            const int next = s.point + (event->key() == Qt::Key_Left ? -1 : 1);
            const bool beyond = next < 0 || next > last;
            readAt(beyond ? !s.readShown : s.readShown, last < 0 ? -1 : next < 0 ? last : next > last ? 0 : next);
            announceSummary(this);
            return;
        }
        case Qt::Key_Return:
        case Qt::Key_Enter:
        case Qt::Key_Space:
            if (s.selected < s.numbers.rows()) {
                Q_EMIT channelChosen(s.numbers.effect(s.selected).index, s.numbers.effect(s.selected).head);
            }
            return;
        case Qt::Key_Escape:
            if (s.running) {
                Q_EMIT cancelRequested();
                return;
            }
            if (s.point >= 0) {
                return readAt(s.readShown, -1);
            }
            break;
        default:
            break;
    }
    QWidget::keyPressEvent(event);
}

void FaithfulnessPlot::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange) {
        setAccessibleName(tr("Does the attention matter?"));
        m_state->retranslate();
    }
    if (event->type() == QEvent::LanguageChange || event->type() == QEvent::PaletteChange ||
        event->type() == QEvent::FontChange) {
        m_state->measure();
        m_state->placeHeader();
        update();
    }
    QWidget::changeEvent(event);
}

}  // namespace fovea
