#include "widgets/matrix_view.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QSignalBlocker>
#include <QToolTip>

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/render/field_lookup.h"
#include "engine/render/kinds/map_kind.h"
#include "widgets/accessible_view.h"
#include "widgets/card_parts.h"
#include "widgets/engine_text.h"
#include "widgets/figure/mat_image.h"
#include "widgets/theme.h"

namespace fovea {
namespace {

constexpr int kHeader = 26;
constexpr int kFooter = 16;

// The pairwise map a spec names, or the first one of its module.
const AttentionMap* findMap(const FrameResult* result, const FieldSpec& field) {
    const auto module = result != nullptr ? result->find(field.job) : nullptr;
    if (!module || !module->output) {
        return nullptr;
    }
    const AttentionMap* first = nullptr;
    for (const AttentionMap& map : module->output->maps) {
        if (kindInfo(map).card != MapCard::Matrix) {
            continue;
        }
        if (field.map.empty() || map.name == field.map) {
            return &map;
        }
        if (first == nullptr) {
            first = &map;
        }
    }
    return first;
}

}  // namespace

struct MatrixView::State {
    std::shared_ptr<const FrameResult> result;
    FieldSpec field;
    OverlayStyle style;
    const AttentionMap* map = nullptr;       // lives in `result`
    std::shared_ptr<const JobResult> asked;  // what pixels were last asked for
    MatrixRequest request;
    RenderedMatrix rendered;
    QImage image;
    QWidget* header = nullptr;
    LineLabel* headLabel = nullptr;
    QComboBox* heads = nullptr;
    SegmentSwitch* direction = nullptr;

    [[nodiscard]] const PairwiseMap& pairwise() const { return std::get<PairwiseMap>(map->kind); }
    [[nodiscard]] const PairwiseLayout* layout() const { return pairwise().layout.get(); }
    // Between positions and codes, or among channels, one of these is chosen, not a place.
    [[nodiscard]] bool coded() const { return !betweenPositions(*map); }
    [[nodiscard]] bool bothWays() const { return map == nullptr || (!coded() || !touchesPositions(*map)); }
    // Whether columns are walked: never where a key is another place for every query.
    [[nodiscard]] bool to() const {
        if (map != nullptr && coded() && touchesPositions(*map)) {
            return pairwise().queries.axis == MapAxis::Positions;
        }
        return field.toQuery && !(map != nullptr && layout() != nullptr && layout()->crissCross);
    }
    [[nodiscard]] int queries() const { return map != nullptr ? std::max(1, queryCount(*map)) : 0; }
    [[nodiscard]] int keys() const { return map != nullptr ? std::max(1, keyCount(*map)) : 0; }
    [[nodiscard]] int group() const { return matrixGroup(*map, field); }
    // "From" walks the rows (queries), "to" the columns (keys).
    [[nodiscard]] const PairwiseSide& side() const { return to() ? pairwise().keys : pairwise().queries; }
    [[nodiscard]] int gridWidth() const { return std::max(1, side().width); }
    [[nodiscard]] int gridHeight() const { return std::max(1, side().height); }
    [[nodiscard]] int frames() const { return side().frames; }
    [[nodiscard]] int count() const { return to() ? keys() : queries(); }

    [[nodiscard]] QPointF centreOf(int cell, int height, int width) const {
        return {(cell % width + 0.5) / width, (cell / width % height + 0.5) / height};
    }

    [[nodiscard]] int position() const {
        if (coded()) {
            return chosenCode(*map, field);
        }
        if (const PairwiseLayout* l = layout()) {
            return l->queryOf(fields::placeIndex(field.queryX, field.queryY, l->height, l->width));
        }
        const int t = field.queryFrame < 0 ? frames() - 1 : std::min(field.queryFrame, frames() - 1);
        return t * gridHeight() * gridWidth() + fields::placeIndex(field.queryX, field.queryY, gridHeight(), gridWidth());
    }

    void choose(MatrixView& view, int wanted) {
        int n = std::clamp(wanted, 0, count() - 1);
        if (coded()) {
            field.channel = n;
            view.update();
            Q_EMIT view.codeChosen(n);
            announceSummary(&view);
            return;
        }
        QPointF fraction = centreOf(n, gridHeight(), gridWidth());
        if (layout() == nullptr) {  // along an axis without places the question stays where it is
            fraction.setX(gridWidth() > 1 ? fraction.x() : field.queryX);
            fraction.setY(gridHeight() > 1 ? fraction.y() : field.queryY);
        } else {
            const PairwiseLayout& l = *layout();
            const int step = n == count() - 1 || (n > 0 && n < position()) ? -1 : 1;
            while (n >= 0 && n < count() && l.queryCell(group(), n) < 0) {  // padding cannot be asked
                n += step;
            }
            if (n < 0 || n >= count()) {
                return;
            }
            fraction = centreOf(l.queryCell(group(), n), l.height, l.width);
        }
        field.queryX = fraction.x();
        field.queryY = fraction.y();
        field.queryFrame = frames() > 1 ? n / gridWidth() / gridHeight() : field.queryFrame;
        view.update();
        Q_EMIT view.queryChosen(fraction, field.queryFrame);
        announceSummary(&view);
    }

    // Rows or columns which a page key passes.
    [[nodiscard]] int page() const { return coded() || layout() != nullptr ? std::max(1, count() / 8) : gridWidth(); }

    /// Row and column of a position, and its frame where there are several; where keys have other places for every query, those
    /// of `query`.
    [[nodiscard]] QString cellText(int index, bool ofKeys, int query = 0) const {
        const PairwiseSide& of = ofKeys ? pairwise().keys : pairwise().queries;
        if (of.axis != MapAxis::Positions) {
            return (of.axis == MapAxis::Channels ? tr("channel %1") : tr("code %1")).arg(index);
        }
        if (layout() != nullptr) {
            const PairwiseLayout& l = *layout();
            const int at = ofKeys ? l.keyCell(group(), query, index) : l.queryCell(group(), index);
            return at < 0 ? tr("none") : QStringLiteral("%1, %2").arg(at / l.width).arg(at % l.width);
        }
        const int width = std::max(1, of.width);
        const int height = std::max(1, of.height);
        const QString cell = QStringLiteral("%1, %2").arg(index / width % height).arg(index % width);
        return of.frames > 1 ? tr("frame %1: %2").arg(index / width / height + 1).arg(cell) : cell;
    }

    // An open list must survive the next frame, so the entries change only with their number or language.
    void fillHeads(bool translate) {
        const int most = map != nullptr ? headCount(*map) : 0;
        const QSignalBlocker quiet(heads);
        if (translate || heads->count() != most + 3) {
            heads->clear();
            heads->addItem(tr("mean"), kMeanOverHeads);
            for (int h = 0; h < most; ++h) {  // counted from 0, as everywhere
                heads->addItem(QString::number(h), h);
            }
            heads->addItem(tr("max"), kMaxOverHeads);
            heads->addItem(tr("min"), kMinOverHeads);
        }
        heads->setCurrentIndex(std::max(0, heads->findData(std::min(field.head, most - 1))));
        heads->setVisible(most > 1);
        headLabel->setVisible(most > 1);
        direction->setVisible(bothWays());
    }

    void retranslate() {
        headLabel->setText(tr("Head"));
        heads->setAccessibleName(tr("Head"));
        heads->setToolTip(
            tr("Which head is shown: the mean over all heads, one, or at each place the largest or the smallest of all"));
        direction->setSegments({{0, tr("From"), tr("Where the chosen place looks: its row of the matrix")},
                                {1, tr("To"), tr("Which places look at the chosen one: its column of the matrix")}});
        direction->setAccessibleName(tr("Direction"));
        fillHeads(true);
    }

    // The strip of the chosen row or column, at least two pixels so that it can be seen in a matrix of thousands.
    [[nodiscard]] QRectF mark(const QRect& box) const {
        const double step = static_cast<double>(to() ? box.width() : box.height()) / count();
        const double thick = std::max(2.0, step);
        const double middle = (position() + 0.5) * step;
        const double start = std::clamp(middle - thick / 2, 0.0, (to() ? box.width() : box.height()) - thick);
        return to() ? QRectF(box.left() + start, box.top(), thick, box.height())
                    : QRectF(box.left(), box.top() + start, box.width(), thick);
    }

    // Pixels of this very module result, or, while frames follow each other within one epoch, of the one before.
    [[nodiscard]] bool fits() const {
        const auto& drawn = rendered.request;
        return !image.isNull() && result && drawn.result && drawn.job == field.job && drawn.map == map->name &&
               drawn.head == field.head && drawn.group == group() &&
               (drawn.result->find(field.job) == asked || drawn.result->epoch == result->epoch);
    }

    void paintMatrix(QPainter& painter, const QRect& box) const {
        painter.setRenderHint(QPainter::SmoothPixmapTransform,
                              image.width() > box.width() * painter.device()->devicePixelRatio());
        painter.drawImage(box, image);
        const QRectF strip = mark(box);
        painter.setRenderHint(QPainter::Antialiasing, false);
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(QColor(0, 0, 0, 160), 1));
        painter.drawRect(strip.adjusted(-2, -2, 1, 1));
        painter.setPen(QPen(Qt::white, 1));
        painter.drawRect(strip.adjusted(-1, -1, 0, 0));
    }

    void paintFooter(QPainter& painter, const QRect& line) const {
        const auto& [lo, hi] = std::pair(static_cast<double>(rendered.picture.min), static_cast<double>(rendered.picture.max));
        drawLine(painter, line, QStringLiteral("%1 … %2").arg(numberText(lo), numberText(hi)), theme().secondary);
    }
};

MatrixView::MatrixView(QWidget* parent) : QWidget(parent), m_state(std::make_unique<State>()) {
    registerAccessibleViews();
    setFocusPolicy(Qt::StrongFocus);
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Preferred);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    State& s = *m_state;
    s.header = new QWidget(this);
    auto* row = new QHBoxLayout(s.header);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(6);
    s.direction = new SegmentSwitch(s.header);
    s.headLabel = new LineLabel(true, s.header);
    s.heads = new QComboBox(s.header);
    s.heads->setFont(smallFont(font()));
    s.heads->setStyleSheet(QStringLiteral("QComboBox { min-height: 16px; padding: 1px 6px; }"));
    s.heads->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    row->addWidget(s.direction);
    row->addStretch(1);
    row->addWidget(s.headLabel);
    row->addWidget(s.heads);
    s.retranslate();
    s.direction->setCurrent(0);
    connect(s.direction, &SegmentSwitch::chosen, this, [this](int id) {
        m_state->field.toQuery = id == 1;
        update();
        Q_EMIT directionChosen(id == 1);
        announceSummary(this);
    });
    connect(s.heads, &QComboBox::currentIndexChanged, this, [this](int index) {
        m_state->field.head = m_state->heads->itemData(index).toInt();
        requestPixels();
        Q_EMIT headChosen(m_state->field.head);
        announceSummary(this);
    });
}

MatrixView::~MatrixView() = default;

void MatrixView::setMap(std::shared_ptr<const FrameResult> result, const FieldSpec& field, const OverlayStyle& style) {
    State& s = *m_state;
    s.result = std::move(result);
    s.field = field;
    s.style = style;
    s.map = findMap(s.result.get(), field);
    s.header->setVisible(s.map != nullptr);
    s.fillHeads(false);
    s.direction->setCurrent(field.toQuery ? 1 : 0);
    requestPixels();
    update();
    announceSummary(this);
}

void MatrixView::setRendered(const RenderedMatrix& rendered) {
    State& s = *m_state;
    s.rendered = rendered;
    s.image = matImage(rendered.picture.pixels);
    update();
}

void MatrixView::requestPixels() {
    State& s = *m_state;
    const int side = static_cast<int>(std::lround(matrixRect().width() * devicePixelRatioF()));
    if (s.map == nullptr || side < 1 || !isVisible()) {
        return;
    }
    // The same module result, drawn the same way, needs no new pixels: snapshots of one pass and new queries share it.
    const auto module = s.result->find(s.field.job);
    const bool same = s.asked == module && s.request.map == s.map->name && s.request.head == s.field.head &&
                      s.request.group == s.group() && s.request.style == s.style && s.request.side == side;
    if (!same) {
        s.asked = module;
        s.request = {.result = s.result,
                     .job = s.field.job,
                     .map = s.map->name,
                     .head = s.field.head,
                     .style = s.style,
                     .side = side,
                     .group = s.group()};
        Q_EMIT renderRequested(s.request);
    }
}

QString MatrixView::textSummary() const {
    const State& s = *m_state;
    if (s.map == nullptr) {
        return tr("No attention matrix yet.");
    }
    const int heads = headCount(*s.map);
    const QString head = s.field.head == kMaxOverHeads   ? tr("maximum over %1 heads").arg(heads)
                         : s.field.head == kMinOverHeads ? tr("minimum over %1 heads").arg(heads)
                         : s.field.head < 0              ? tr("mean over %1 heads").arg(heads)
                                                         : tr("head %1 of %2").arg(s.field.head).arg(heads);
    const QString size = tr("%1 × %2 weights, %3.").arg(s.queries()).arg(s.keys()).arg(heads > 1 ? head : tr("one head"));
    const auto row = pairwiseRow(*s.map, s.field.head, s.position(), s.to(), s.group());
    if (row.empty()) {
        return size;
    }
    const auto most = std::max_element(row.begin(), row.end());
    const QString here = s.cellText(s.position(), s.to());
    const QString there = s.cellText(static_cast<int>(most - row.begin()), !s.to(), s.position());
    const QString value = numberText(static_cast<double>(*most));
    if (s.coded()) {
        return size + QLatin1Char(' ') + tr("Most between %1 and %2 (%3).").arg(here, there, value);
    }
    return size + QLatin1Char(' ') +
           (s.to() ? tr("Cell %2 looks most at cell %1 (%3).").arg(here, there, value)
                   : tr("Cell %1 looks most at cell %2 (%3).").arg(here, there, value));
}

QRect MatrixView::matrixRect() const {
    const int side = std::min(width(), height() - kHeader - kFooter);
    return side < 1 ? QRect() : QRect((width() - side) / 2, kHeader, side, side);
}

QSize MatrixView::sizeHint() const { return {196, heightForWidth(196)}; }

QSize MatrixView::minimumSizeHint() const { return {120, 120 + kHeader + kFooter}; }

int MatrixView::heightForWidth(int width) const { return std::max(120, width) + kHeader + kFooter; }

bool MatrixView::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) {
        return QWidget::event(event);
    }
    const State& s = *m_state;
    const auto* help = static_cast<QHelpEvent*>(event);
    const QRect box = matrixRect();
    if (s.map == nullptr || !box.contains(help->pos())) {
        QToolTip::hideText();
        return true;
    }
    const QPoint at = help->pos() - box.topLeft();
    const int query = std::min(at.y() * s.queries() / box.height(), s.queries() - 1);
    const int key = std::min(at.x() * s.keys() / box.width(), s.keys() - 1);
    const auto row = pairwiseRow(*s.map, s.field.head, query, false, s.group());
    if (static_cast<std::size_t>(key) >= row.size()) {  // the data do not fit the grids, which the picture says
        QToolTip::hideText();
        return true;
    }
    const double value = static_cast<double>(row[static_cast<std::size_t>(key)]);
    QToolTip::showText(
        help->globalPos(),
        tr("from cell %1 to cell %2: %3").arg(s.cellText(query, false), s.cellText(key, true, query), exactNumberText(value)),
        this);
    return true;
}

void MatrixView::paintEvent(QPaintEvent*) {
    const State& s = *m_state;
    QPainter painter(this);
    painter.setFont(smallFont(font()));
    if (s.map == nullptr) {
        painter.setPen(theme().secondary);
        painter.drawText(rect(), Qt::AlignCenter | Qt::TextWordWrap,
                         tr("A mechanism that compares places with places fills this card."));
        return;
    }
    const QRect box = matrixRect();
    if (s.rendered.error && s.rendered.request.job == s.field.job) {
        painter.setPen(theme().error);
        painter.drawText(box.adjusted(4, 4, -4, -4), Qt::AlignCenter | Qt::TextWordWrap, errorText(*s.rendered.error));
    } else if (s.fits()) {
        s.paintMatrix(painter, box);
        s.paintFooter(painter, QRect(box.left(), box.bottom() + 2, box.width(), kFooter - 1));
    } else {
        painter.fillRect(box, theme().control);
    }
    if (hasFocus()) {
        paintFocusRing(painter, box);
    }
}

void MatrixView::resizeEvent(QResizeEvent*) {
    m_state->header->setGeometry(0, 0, width(), kHeader - 4);
    requestPixels();
}

void MatrixView::showEvent(QShowEvent*) { requestPixels(); }

void MatrixView::mousePressEvent(QMouseEvent* event) {
    State& s = *m_state;
    const QRect box = matrixRect();
    const QPoint at = event->position().toPoint();
    if (event->button() != Qt::LeftButton || s.map == nullptr || !box.contains(at)) {
        QWidget::mousePressEvent(event);
        return;
    }
    const int along = s.to() ? at.x() - box.left() : at.y() - box.top();
    s.choose(*this, along * s.count() / box.height());
}

void MatrixView::keyPressEvent(QKeyEvent* event) {
    State& s = *m_state;
    if (s.map == nullptr) {
        QWidget::keyPressEvent(event);
        return;
    }
    const int now = s.position();
    switch (event->key()) {
        case Qt::Key_Up:
        case Qt::Key_Left:
            s.choose(*this, now - 1);
            return;
        case Qt::Key_Down:
        case Qt::Key_Right:
            s.choose(*this, now + 1);
            return;
        case Qt::Key_PageUp:
            s.choose(*this, now - s.page());
            return;
        case Qt::Key_PageDown:
            s.choose(*this, now + s.page());
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

void MatrixView::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange) {
        m_state->retranslate();
    }
    if (event->type() == QEvent::LanguageChange || event->type() == QEvent::PaletteChange) {
        update();
    }
    QWidget::changeEvent(event);
}

}  // namespace fovea
