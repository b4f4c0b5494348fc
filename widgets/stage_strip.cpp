#include "widgets/stage_strip.h"

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
#include "widgets/stage_strip_state.h"
#include "widgets/theme.h"

namespace fovea {
namespace {

constexpr int kWheelStep = 120;

/// Whether both strips have the same cards, so that a picture of one may stand in for the other's until that is ready.
bool alike(const std::vector<StageCard>& a, const std::vector<StageCard>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const StageCard& left, const StageCard& right) {
        return left.name == right.name && left.equation == right.equation && left.picture == right.picture;
    });
}

}  // namespace

StageStrip::StageStrip(QWidget* parent) : QWidget(parent), m_state(std::make_unique<State>(*this)) {
    registerAccessibleViews();
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setAccessibleName(tr("Steps of the mechanism"));
}

StageStrip::~StageStrip() = default;

void StageStrip::setResult(std::shared_ptr<const FrameResult> result, const JobId& job, const OverlayStyle& style) {
    State& s = *m_state;
    const bool otherSource = !result || !s.result || result->frame.source != s.result->frame.source;
    const bool otherModule = job.source != s.job.source || job.place != s.job.place;
    auto found = result ? result->find(job) : nullptr;
    if (!found && result && !otherSource && !otherModule) {
        return;  // not finished yet: what is shown stays
    }
    if (found != s.module || otherSource || otherModule) {
        auto cards = found ? stageCards(*result->find(job.model), *found) : std::vector<StageCard>{};
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

void StageStrip::requestPictures() {
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
        StageRequest request;
        request.result = s.result;
        request.job = s.job;
        request.stage = k;
        request.width = size.width();
        request.height = size.height();
        request.style = s.style;
        request.ink = t.domain(s.module->source.domain).rgb();
        request.paper = t.card.rgb();
        request.axis = t.border.rgb();
        Q_EMIT renderRequested(request);
    }
}

void StageStrip::setRendered(const RenderedStage& rendered) {
    State& s = *m_state;
    const StageRequest& of = rendered.request;
    if (!of.result || !s.result || of.result->frame.source != s.result->frame.source || of.job != s.job || of.stage < 0 ||
        of.stage >= s.count() || !rendered.pixels) {
        return;
    }
    State::Picture& picture = s.pictures[static_cast<std::size_t>(of.stage)];
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

int StageStrip::chosen() const { return m_state->chosen; }

void StageStrip::setChosen(int stage) {
    State& s = *m_state;
    s.chosen = stage >= 0 && stage < s.count() ? stage : -1;
    if (s.chosen >= 0) {
        s.selected = s.chosen;
    }
    s.reveal(s.selected);
    requestPictures();
    update();
    announceSummary(this);
}

int StageStrip::count() const { return m_state->count(); }

std::vector<int> StageStrip::highlighted() const {
    const int pointed = m_state->pointedAt();
    return pointed < 0 ? std::vector<int>{} : m_state->card(pointed).needs;
}

QString StageStrip::reading() const {
    const State& s = *m_state;
    return s.chosen >= 0 && s.chosen < s.count() ? s.readingAt(s.chosen, s.pointer) : QString();
}

QSize StageStrip::sizeHint() const { return {1000, 240}; }

QSize StageStrip::minimumSizeHint() const { return {320, 150}; }

QRect StageStrip::cardRect(int stage) const { return m_state->cardAt(stage); }

QRect StageStrip::largeRect() const { return m_state->large(); }

QRect StageStrip::pictureRect(int stage) const {
    return stage >= 0 && stage < m_state->count() ? m_state->pictureOf(stage) : QRect();
}

// A card chosen once is enlarged; chosen again it goes back.
void StageStrip::choose(int stage) {
    State& s = *m_state;
    if (stage >= 0 && stage < s.count()) {
        s.selected = stage;
        setChosen(stage == s.chosen ? -1 : stage);
        Q_EMIT stageChosen(s.chosen);
    }
}

void StageStrip::select(int stage) {
    State& s = *m_state;
    if (s.count() == 0) {
        return;
    }
    s.selected = std::clamp(stage, 0, s.count() - 1);
    s.hovered = -1;
    if (s.chosen >= 0 && s.chosen != s.selected) {
        setChosen(s.selected);
        Q_EMIT stageChosen(s.chosen);
        return;
    }
    s.reveal(s.selected);
    requestPictures();
    update();
    announceSummary(this);
}

bool StageStrip::event(QEvent* event) {
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

void StageStrip::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    m_state->paint(painter);
}

void StageStrip::resizeEvent(QResizeEvent*) {
    m_state->first = std::clamp(m_state->first, 0, m_state->lastFirst());
    requestPictures();
}

void StageStrip::showEvent(QShowEvent*) { requestPictures(); }

void StageStrip::mousePressEvent(QMouseEvent* event) {
    const int k = m_state->cardUnder(event->position().toPoint());
    if (event->button() == Qt::LeftButton && k >= 0) {
        choose(k);
    } else {
        QWidget::mousePressEvent(event);
    }
}

void StageStrip::mouseMoveEvent(QMouseEvent* event) {
    State& s = *m_state;
    s.pointer = event->position();
    s.hovered = s.cardUnder(event->position().toPoint());
    update();
}

void StageStrip::leaveEvent(QEvent*) {
    m_state->hovered = -1;
    m_state->pointer = {-1, -1};
    update();
}

void StageStrip::wheelEvent(QWheelEvent* event) {
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

void StageStrip::keyPressEvent(QKeyEvent* event) {
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

void StageStrip::focusInEvent(QFocusEvent* event) {
    QWidget::focusInEvent(event);
    update();
}

void StageStrip::focusOutEvent(QFocusEvent* event) {
    QWidget::focusOutEvent(event);
    update();
}

void StageStrip::changeEvent(QEvent* event) {
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
