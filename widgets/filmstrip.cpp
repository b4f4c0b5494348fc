#include "widgets/filmstrip.h"

#include <QApplication>
#include <QDrag>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMimeData>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>
#include <optional>
#include <tuple>
#include <utility>

#include "widgets/accessible_view.h"
#include "widgets/card_parts.h"
#include "widgets/engine_text.h"
#include "widgets/figure/mat_image.h"
#include "widgets/module_mime.h"
#include "widgets/theme.h"

namespace fovea {
namespace {

constexpr std::size_t kMost = 6;
constexpr int kThumb = 52;
constexpr int kTop = 5;  // room for the outline and a breath
constexpr int kSlot = 88;
constexpr int kGap = 12;
constexpr int kCaption = 15;
constexpr int kHeight = 80;

struct Slot {
    const ModuleInfo* info = nullptr;
    QString id;
    std::shared_ptr<const JobResult> asked;  // what the newest request shows
    OverlayStyle style;
    QSize size;
    QImage image;
    std::uint64_t epoch = 0;  // of `image`
    std::uint64_t sequence = 0;
    std::optional<Error> error;
};

}  // namespace

struct Filmstrip::State {
    std::vector<const ModuleInfo*> modules;
    std::vector<Slot> slots;
    QString current;
    std::optional<QPoint> pressed;
    std::shared_ptr<const FrameResult> result;
    OverlayStyle style;

    [[nodiscard]] int count() const { return static_cast<int>(slots.size()); }

    [[nodiscard]] int indexOf(const QString& id) const {
        const auto it = std::find_if(slots.begin(), slots.end(), [&id](const Slot& s) { return s.id == id; });
        return it == slots.end() ? -1 : static_cast<int>(it - slots.begin());
    }

    // All slots side by side in the middle; they shrink together when the strip is narrow.
    [[nodiscard]] QRect slotRect(int index, int width) const {
        const int room = (width - kGap * (count() + 1)) / std::max(1, count());
        const int slot = std::clamp(room, 24, kSlot);
        const int all = count() * slot + (count() - 1) * kGap;
        return {(width - all) / 2 + index * (slot + kGap), kTop, slot, kThumb};
    }

    [[nodiscard]] QRect pictureRect(int index, int width) const {
        const QRect slot = slotRect(index, width);
        if (!result || result->frame.width < 1 || result->frame.height < 1) {
            return slot;
        }
        const QSize size =
            QSize(result->frame.width, result->frame.height).scaled(slot.size(), Qt::KeepAspectRatio).expandedTo({1, 1});
        return {slot.center() - QPoint((size.width() - 1) / 2, (size.height() - 1) / 2), size};
    }

    [[nodiscard]] int slotAt(const QPoint& position, int width) const {
        for (int k = 0; k < count(); ++k) {
            if (slotRect(k, width).adjusted(-kGap / 2, -kTop, kGap / 2, kCaption + 8).contains(position)) {
                return k;
            }
        }
        return -1;
    }

    [[nodiscard]] QString caption(int index) const {
        return QStringLiteral("%1 %2").arg(index + 1).arg(
            QString::fromStdString(slots[static_cast<std::size_t>(index)].info->title));
    }

    // The jobs beside the chosen one are the first model's.
    [[nodiscard]] JobId jobOf(const Slot& slot) const {
        return {.source = slot.info->id, .model = modelId(result->models.front().model)};
    }
    [[nodiscard]] std::shared_ptr<const JobResult> resultOf(const Slot& slot) const {
        return result ? result->find(jobOf(slot)) : nullptr;
    }

    // The error of a slot: the module's own, or the one which kept its map from becoming a picture.
    [[nodiscard]] std::optional<Error> errorOf(const Slot& slot) const {
        const auto module = resultOf(slot);
        if (module && !module->output) {
            return module->output.error();
        }
        return slot.error;
    }

    [[nodiscard]] QString toolTip(const Slot& slot) const {
        QString text = engineText(slot.info->longTitle);
        if (const auto module = resultOf(slot)) {
            text += QLatin1Char('\n') + provenanceLabel(module->source.provenance);
        }
        if (const auto error = errorOf(slot)) {
            text += QLatin1Char('\n') + errorText(*error);
        }
        return text;
    }

    void request(Filmstrip& view, int index) {
        Slot& slot = slots[static_cast<std::size_t>(index)];
        const auto module = resultOf(slot);
        const double ratio = view.devicePixelRatioF();
        const QRect box = pictureRect(index, view.width());
        const QSize size(static_cast<int>(std::lround(box.width() * ratio)), static_cast<int>(std::lround(box.height() * ratio)));
        if (!module || !module->output || !result->frame.valid() || size.isEmpty()) {
            return;
        }
        if (slot.asked == module && slot.style == style && slot.size == size) {
            return;  // the same numbers drawn the same way
        }
        slot.asked = module;
        slot.style = style;
        slot.size = size;
        OverlayRequest wanted;
        wanted.result = result;
        wanted.field = FieldSpec{};
        wanted.field->job = jobOf(slot);
        wanted.style = style;
        wanted.viewport.zoom = std::max(static_cast<double>(size.width()) / result->frame.width,
                                        static_cast<double>(size.height()) / result->frame.height);
        wanted.viewport.width = size.width();
        wanted.viewport.height = size.height();
        wanted.background = theme().canvas.rgb();
        Q_EMIT view.renderRequested(slot.id, wanted);
    }

    void choose(Filmstrip& view, int index) {
        if (index >= 0 && index < count()) {
            const QString id = slots[static_cast<std::size_t>(index)].id;
            view.setCurrent(id);
            Q_EMIT view.chosen(id);
        }
    }

    void paintSlot(QPainter& painter, const Filmstrip& view, int index) const {
        const Theme& t = theme();
        const Slot& slot = slots[static_cast<std::size_t>(index)];
        const QRect whole = slotRect(index, view.width());
        const QRect box = pictureRect(index, view.width());
        const bool chosen = slot.id == current;
        const auto error = errorOf(slot);
        if (error) {
            painter.fillRect(box, t.card);
            painter.setPen(t.error);
            drawParagraph(painter, box.adjusted(3, 2, -3, -2), errorText(*error));
        } else if (!slot.image.isNull()) {
            painter.drawImage(box, slot.image);
        } else {
            painter.fillRect(box, t.card);
        }
        if (chosen) {
            painter.setPen(QPen(t.accent, 2, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
            painter.setBrush(Qt::NoBrush);
            painter.drawRect(box.adjusted(-2, -2, 2, 2));
        }
        const QRect line(whole.left() - kGap / 2 + 1, kTop + kThumb + 5, whole.width() + kGap - 2, kCaption);
        drawLine(painter, line, caption(index), chosen ? t.text : t.secondary, Qt::AlignHCenter);
        if (chosen && view.hasFocus()) {
            paintFocusRing(painter, QRect(line.left(), 0, line.width(), kHeight));
        }
    }

    // As many lines as fit; the last one is elided.
    static void drawParagraph(QPainter& painter, const QRect& box, const QString& text) {
        const int lines = std::max(1, box.height() / painter.fontMetrics().height());
        QString rest = text.simplified();
        for (int k = 0; k < lines && !rest.isEmpty(); ++k) {
            QString line = rest;
            while (k + 1 < lines && painter.fontMetrics().horizontalAdvance(line) > box.width() && line.contains(u' ')) {
                line.truncate(line.lastIndexOf(u' '));
            }
            rest = rest.mid(line.size()).trimmed();
            const QRect at(box.left(), box.top() + k * painter.fontMetrics().height(), box.width(),
                           painter.fontMetrics().height());
            drawLine(painter, at, line, painter.pen().color(), Qt::AlignHCenter);
        }
    }
};

Filmstrip::Filmstrip(QWidget* parent) : QWidget(parent), m_state(std::make_unique<State>()) {
    registerAccessibleViews();
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    setAccessibleName(tr("Mechanisms at a glance"));
}

Filmstrip::~Filmstrip() = default;

void Filmstrip::setModules(const std::vector<const ModuleInfo*>& modules) {
    State& s = *m_state;
    s.modules.assign(modules.begin(), modules.begin() + static_cast<std::ptrdiff_t>(std::min(modules.size(), kMost)));
    std::vector<Slot> slots;
    for (const ModuleInfo* info : s.modules) {
        const QString id = QString::fromStdString(info->id);
        const int old = s.indexOf(id);
        slots.push_back(old >= 0 ? s.slots[static_cast<std::size_t>(old)] : Slot{});
        slots.back().info = info;
        slots.back().id = id;
    }
    s.slots = std::move(slots);
    requestThumbnails();
    update();
    announceSummary(this);
}

const std::vector<const ModuleInfo*>& Filmstrip::modules() const { return m_state->modules; }

void Filmstrip::setCurrent(const QString& id) {
    if (m_state->current != id) {
        m_state->current = id;
        update();
        announceSummary(this);
    }
}

void Filmstrip::setResult(std::shared_ptr<const FrameResult> result, const OverlayStyle& style) {
    State& s = *m_state;
    const bool otherSource = !result || !s.result || result->frame.source != s.result->frame.source;
    s.result = std::move(result);
    s.style = style;
    for (Slot& slot : s.slots) {
        if (otherSource) {  // thumbnails are of this very picture or there are none
            slot.image = {};
            slot.asked = nullptr;
            slot.error.reset();
            slot.epoch = 0;
            slot.sequence = 0;
        }
    }
    requestThumbnails();
    update();
}

void Filmstrip::requestThumbnails() {
    if (isVisible()) {
        for (int k = 0; k < m_state->count(); ++k) {
            m_state->request(*this, k);
        }
    }
}

void Filmstrip::setRendered(const QString& id, const RenderedOverlay& rendered) {
    State& s = *m_state;
    const int index = s.indexOf(id);
    const auto& of = rendered.request.result;
    if (index < 0 || !of || !s.result || of->frame.source != s.result->frame.source || !rendered.pixels) {
        return;
    }
    Slot& slot = s.slots[static_cast<std::size_t>(index)];
    if (std::tie(of->epoch, of->frame.sequence) < std::tie(slot.epoch, slot.sequence)) {
        return;
    }
    slot.image = matImage(rendered.pixels);
    slot.epoch = of->epoch;
    slot.sequence = of->frame.sequence;
    slot.error = rendered.error;
    update();
}

QString Filmstrip::textSummary() const {
    const State& s = *m_state;
    if (s.slots.empty()) {
        return tr("No thumbnails yet.");
    }
    QStringList parts;
    for (int k = 0; k < s.count(); ++k) {
        const Slot& slot = s.slots[static_cast<std::size_t>(k)];
        QString part = s.caption(k);
        if (slot.id == s.current) {
            part = tr("%1 (shown)").arg(part);
        }
        if (const auto error = s.errorOf(slot)) {
            part = QStringLiteral("%1: %2").arg(part, errorText(*error));
        }
        parts << part;
    }
    return parts.join(QStringLiteral("; "));
}

QSize Filmstrip::sizeHint() const {
    const int n = std::max(1, m_state->count());
    return {n * kSlot + (n + 1) * kGap, kHeight};
}

QSize Filmstrip::minimumSizeHint() const { return {200, kHeight}; }

QRect Filmstrip::thumbRect(const QString& id) const {
    const int index = m_state->indexOf(id);
    return index < 0 ? QRect() : m_state->pictureRect(index, width());
}

bool Filmstrip::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) {
        return QWidget::event(event);
    }
    const auto* help = static_cast<QHelpEvent*>(event);
    const int index = m_state->slotAt(help->pos(), width());
    if (index >= 0) {
        QToolTip::showText(help->globalPos(), m_state->toolTip(m_state->slots[static_cast<std::size_t>(index)]), this);
    } else {
        QToolTip::hideText();
    }
    return true;
}

void Filmstrip::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), theme().canvas);
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    painter.setFont(smallFont(font()));
    for (int k = 0; k < m_state->count(); ++k) {
        m_state->paintSlot(painter, *this, k);
    }
}

void Filmstrip::resizeEvent(QResizeEvent*) { requestThumbnails(); }

void Filmstrip::showEvent(QShowEvent*) { requestThumbnails(); }

void Filmstrip::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton) {
        m_state->pressed = event->position().toPoint();
    } else {
        QWidget::mousePressEvent(event);
    }
}

void Filmstrip::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton && m_state->pressed) {
        m_state->pressed.reset();
        m_state->choose(*this, m_state->slotAt(event->position().toPoint(), width()));
    } else {
        QWidget::mouseReleaseEvent(event);
    }
}

void Filmstrip::mouseMoveEvent(QMouseEvent* event) {
    const bool far = m_state->pressed &&
                     (event->position().toPoint() - *m_state->pressed).manhattanLength() > QApplication::startDragDistance();
    if (far) {
        dragPressed();
    }
}

// A mechanism dragged from here onto the picture becomes another pane.
void Filmstrip::dragPressed() {
    const int slot = m_state->slotAt(*std::exchange(m_state->pressed, std::nullopt), width());
    if (slot < 0) {
        return;
    }
    auto* dragged = new QMimeData;
    dragged->setData(kModuleMime, m_state->slots[static_cast<std::size_t>(slot)].id.toUtf8());
    auto* drag = new QDrag(this);
    drag->setMimeData(dragged);
    drag->exec(Qt::CopyAction);
}

void Filmstrip::keyPressEvent(QKeyEvent* event) {
    State& s = *m_state;
    const int now = s.indexOf(s.current);
    switch (event->key()) {
        case Qt::Key_Left:
            s.choose(*this, std::max(0, now - 1));
            return;
        case Qt::Key_Right:
            s.choose(*this, std::min(s.count() - 1, now + 1));
            return;
        case Qt::Key_Home:
            s.choose(*this, 0);
            return;
        case Qt::Key_End:
            s.choose(*this, s.count() - 1);
            return;
        default:
            QWidget::keyPressEvent(event);
    }
}

void Filmstrip::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange) {
        setAccessibleName(tr("Mechanisms at a glance"));
    }
    if (event->type() == QEvent::LanguageChange || event->type() == QEvent::PaletteChange) {
        update();
    }
    QWidget::changeEvent(event);
}

}  // namespace fovea
