#include "widgets/step_strip.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QToolTip>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "widgets/accessible_view.h"
#include "widgets/figure/mat_image.h"
#include "widgets/step_strip_state.h"
#include "widgets/theme.h"

namespace fovea {
namespace {

constexpr int kWheelStep = 120;

/// Whether both strips have the same cards, so that a picture of one may stand in for the other's until that is ready.
bool alike(const std::vector<StepCard>& a, const std::vector<StepCard>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const StepCard& left, const StepCard& right) {
        return left.name == right.name && left.equation == right.equation && left.picture == right.picture;
    });
}

}  // namespace

StepStrip::StepStrip(QWidget* parent) : QWidget(parent), m_state(std::make_unique<State>(*this)) {
    registerAccessibleViews();
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setAccessibleName(tr("Steps of the mechanism"));
}

StepStrip::~StepStrip() = default;

void StepStrip::setResult(std::shared_ptr<const FrameResult> result, const JobId& job, const OverlayStyle& style) {
    State& s = *m_state;
    const bool otherSource = !result || !s.result || result->frame.source != s.result->frame.source;
    const bool otherModule = job.source != s.job.source || job.place != s.job.place;
    auto found = result ? result->find(job) : nullptr;
    if (!found && result && !otherSource && !otherModule) {
        return;  // not finished yet: what is shown stays
    }
    if (found != s.module || otherSource || otherModule) {
        auto cards = found ? stepCards(*result->find(job.model), *found) : std::vector<StepCard>{};
        if (otherSource || otherModule || !alike(cards, s.cards)) {
            s.pictures.assign(cards.size(), {});
        }
        if (otherModule || cards.size() != s.cards.size()) {
            s.first = s.selected = 0;
            s.chosen = s.hovered = -1;
        }
        s.cards = std::move(cards);
    }
    s.result = std::move(result);
    s.module = std::move(found);
    s.job = job;
    s.style = style;
    requestPictures();
    update();
    announceSummary(this);
}

void StepStrip::requestPictures() {
    State& s = *m_state;
    if (!isVisible() || !s.result || !s.module || !s.module->output) {
        return;
    }
    const Theme& t = theme();
    for (int k = 0; k < s.count(); ++k) {
        const bool shown = k == s.chosen || !s.cardAt(k).isNull();
        const QSize size = shown ? (QSizeF(s.pictureOf(k).size()) * devicePixelRatioF()).toSize() : QSize();
        State::Picture& picture = s.pictures[static_cast<std::size_t>(k)];
        // The same numbers drawn the same way need no new pixels.
        if (size.isEmpty() ||
            (picture.asked == s.module && picture.style == s.style && picture.size == size && picture.paper == t.card.rgb())) {
            continue;
        }
        picture.asked = s.module;
        picture.style = s.style;
        picture.size = size;
        picture.paper = t.card.rgb();
        StepRequest request;
        request.result = s.result;
        request.job = s.job;
        request.step = k;
        request.width = size.width();
        request.height = size.height();
        request.style = s.style;
        request.ink = t.domain(s.module->source.domain).rgb();
        request.paper = t.card.rgb();
        request.axis = t.border.rgb();
        Q_EMIT renderRequested(request);
    }
}

void StepStrip::setRendered(const RenderedStep& rendered) {
    State& s = *m_state;
    const StepRequest& of = rendered.request;
    if (!of.result || !s.result || of.result->frame.source != s.result->frame.source || of.job != s.job || of.step < 0 ||
        of.step >= s.count() || !rendered.pixels) {
        return;
    }
    State::Picture& picture = s.pictures[static_cast<std::size_t>(of.step)];
    const auto age = [](const FrameResult& r) { return std::tie(r.epoch, r.frame.sequence); };
    if (picture.ready && picture.rendered.request.result && age(*of.result) < age(*picture.rendered.request.result)) {
        return;
    }
    picture.image = matImage(rendered.pixels);
    picture.rendered = rendered;
    picture.rendered.pixels = nullptr;
    picture.ready = true;
    update();
}

int StepStrip::chosen() const { return m_state->chosen; }

void StepStrip::setChosen(int step) {
    State& s = *m_state;
    s.chosen = step >= 0 && step < s.count() ? step : -1;
    if (s.chosen >= 0) {
        s.selected = s.chosen;
    }
    s.reveal(s.selected);
    requestPictures();
    update();
    announceSummary(this);
}

int StepStrip::count() const { return m_state->count(); }

std::vector<int> StepStrip::highlighted() const {
    const int pointed = m_state->pointedAt();
    return pointed < 0 ? std::vector<int>{} : m_state->card(pointed).needs;
}

QString StepStrip::reading() const {
    const State& s = *m_state;
    return s.chosen >= 0 && s.chosen < s.count() ? s.readingAt(s.chosen, s.pointer) : QString();
}

QSize StepStrip::sizeHint() const { return {1000, 240}; }

QSize StepStrip::minimumSizeHint() const { return {320, 150}; }

QRect StepStrip::cardRect(int step) const { return m_state->cardAt(step); }

QRect StepStrip::largeRect() const { return m_state->large(); }

QRect StepStrip::pictureRect(int step) const { return step >= 0 && step < m_state->count() ? m_state->pictureOf(step) : QRect(); }

// A card chosen once is enlarged; chosen again it goes back.
void StepStrip::choose(int step) {
    State& s = *m_state;
    if (step >= 0 && step < s.count()) {
        s.selected = step;
        setChosen(step == s.chosen ? -1 : step);
        Q_EMIT stepChosen(s.chosen);
    }
}

void StepStrip::select(int step) {
    State& s = *m_state;
    if (s.count() == 0) {
        return;
    }
    s.selected = std::clamp(step, 0, s.count() - 1);
    s.hovered = -1;
    if (s.chosen >= 0 && s.chosen != s.selected) {
        setChosen(s.selected);
        Q_EMIT stepChosen(s.chosen);
        return;
    }
    s.reveal(s.selected);
    requestPictures();
    update();
    announceSummary(this);
}

bool StepStrip::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const int k = m_state->cardUnder(help->pos());
        if (k >= 0) {
            QToolTip::showText(help->globalPos(), m_state->toolTip(k, help->pos()), this);
        } else {
            QToolTip::hideText();
        }
        return true;
    }
    return QWidget::event(event);
}

void StepStrip::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    m_state->paint(painter);
}

void StepStrip::resizeEvent(QResizeEvent*) {
    m_state->first = std::clamp(m_state->first, 0, m_state->lastFirst());
    requestPictures();
}

void StepStrip::showEvent(QShowEvent*) { requestPictures(); }

void StepStrip::mousePressEvent(QMouseEvent* event) {
    const int k = m_state->cardUnder(event->position().toPoint());
    if (event->button() == Qt::LeftButton && k >= 0) {
        choose(k);
    } else {
        QWidget::mousePressEvent(event);
    }
}

void StepStrip::mouseMoveEvent(QMouseEvent* event) {
    State& s = *m_state;
    s.pointer = event->position();
    s.hovered = s.cardUnder(event->position().toPoint());
    update();
}

void StepStrip::leaveEvent(QEvent*) {
    m_state->hovered = -1;
    m_state->pointer = {-1, -1};
    update();
}

void StepStrip::wheelEvent(QWheelEvent* event) {
    State& s = *m_state;
    const QPoint delta = event->angleDelta();
    s.wheel += std::abs(delta.x()) > std::abs(delta.y()) ? delta.x() : delta.y();
    const int cards = s.wheel / kWheelStep;
    s.wheel -= cards * kWheelStep;
    const int first = std::clamp(s.first - cards, 0, s.lastFirst());
    if (first != s.first) {
        s.first = first;
        s.hovered = s.cardUnder(event->position().toPoint());
        requestPictures();
        update();
    }
    event->accept();
}

void StepStrip::keyPressEvent(QKeyEvent* event) {
    State& s = *m_state;
    switch (event->key()) {
        case Qt::Key_Left:
            return select(s.selected - 1);
        case Qt::Key_Right:
            return select(s.selected + 1);
        case Qt::Key_Home:
            return select(0);
        case Qt::Key_End:
            return select(s.count() - 1);
        case Qt::Key_Return:
        case Qt::Key_Enter:
        case Qt::Key_Space:
            return choose(s.selected);
        case Qt::Key_Escape:
            if (s.chosen >= 0) {
                return choose(s.chosen);
            }
            break;
        default:
            break;
    }
    QWidget::keyPressEvent(event);
}

void StepStrip::focusInEvent(QFocusEvent* event) {
    QWidget::focusInEvent(event);
    update();
}

void StepStrip::focusOutEvent(QFocusEvent* event) {
    QWidget::focusOutEvent(event);
    update();
}

void StepStrip::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange) {
        setAccessibleName(tr("Steps of the mechanism"));
    }
    if (event->type() == QEvent::LanguageChange || event->type() == QEvent::PaletteChange ||
        event->type() == QEvent::FontChange) {
        requestPictures();
        update();
    }
    QWidget::changeEvent(event);
}

}  // namespace fovea
