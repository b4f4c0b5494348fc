#include "widgets/channel_grid_state.h"

#include <QComboBox>
#include <QLineEdit>
#include <QPainter>
#include <QRegularExpression>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/pipeline/intervention.h"
#include "widgets/engine_text.h"
#include "widgets/factor_keys.h"
#include "widgets/figure/mat_image.h"
#include "widgets/theme.h"

namespace fovea {
namespace {

constexpr int kMargin = 8;
constexpr int kHeader = 24;
constexpr int kTop = kMargin + kHeader + 8;
constexpr int kTile = 76;
constexpr int kLargestHead = 220;
constexpr int kNamedTile = 100;
constexpr int kGap = 8;
constexpr int kLine = 14;
constexpr int kHintWidth = 3;

}  // namespace

float ChannelGrid::State::factor(int channel) const { return factorAt(factors(), channel); }

const Features* ChannelGrid::State::features() const { return result ? result->features(field.job.model).get() : nullptr; }

int ChannelGrid::State::total() const {
    if (numbers) {
        return numbers->count();
    }
    const Features* shown = features();
    return shown != nullptr && subject == GridSubject::Channels ? shown->map.channels() : 0;
}

int ChannelGrid::State::channelAt(int place) const {
    return place >= 0 && place < tiles() ? order[static_cast<std::size_t>(place)] : -1;
}

int ChannelGrid::State::placeOf(int channel) const {
    const auto it = std::find(order.begin(), order.end(), channel);
    return it == order.end() ? -1 : static_cast<int>(it - order.begin());
}

// Numbers and ranges of them ("3 17-20"), or a part of a name.
std::optional<std::vector<int>> ChannelGrid::State::among() const {
    const QString text = search->text().trimmed();
    if (text.isEmpty()) {
        return std::nullopt;
    }
    std::vector<int> found;
    static const QRegularExpression kNumbers(
        QStringLiteral("^[0-9]{1,6}(\\s*-\\s*[0-9]{1,6})?([,\\s]+[0-9]{1,6}(\\s*-\\s*[0-9]{1,6})?)*,?$"));
    static const QRegularExpression kOne(QStringLiteral("([0-9]+)(?:\\s*-\\s*([0-9]+))?"));
    if (kNumbers.match(text).hasMatch()) {
        for (auto it = kOne.globalMatch(text); it.hasNext();) {
            const auto match = it.next();
            const int from = match.captured(1).toInt();
            const int to = match.captured(2).isEmpty() ? from : match.captured(2).toInt();
            for (int c = from; c <= std::min(to, total() - 1); ++c) {
                found.push_back(c);
            }
        }
        return found;
    }
    for (int c = 0; c < total(); ++c) {
        if (name(c).contains(text, Qt::CaseInsensitive)) {
            found.push_back(c);
        }
    }
    return found;
}

ChannelGridRequest ChannelGrid::State::request() const {
    const qreal ratio = view.devicePixelRatioF();
    ChannelGridRequest out;
    out.result = result;
    out.field = field;
    out.subject = subject;
    out.mode = shownMode();
    out.sort = sort;
    out.pinned = pinned();
    out.among = among();
    out.order = anew ? std::vector<int>() : order;
    out.known = numbers;
    out.columns = columns();
    out.firstRow = first;
    // One more than fit whole: the last one may be cut.
    out.rows = anew ? wholeRows() + 1 : std::clamp(rows() - first, 0, wholeRows() + 1);
    out.tileWidth = static_cast<int>(std::lround(tileWidth() * ratio));
    out.tileHeight = static_cast<int>(std::lround(tileHeight() * ratio));
    out.style = style;
    out.background = theme().control.rgb();
    return out;
}

void ChannelGrid::State::take(const RenderedChannelGrid& rendered) {
    anew = false;
    error = rendered.error;
    numbers = rendered.numbers;
    order = rendered.order;
    shown = rendered;
    shown.pixels = nullptr;
    atlas = matImage(rendered.pixels);
    inAtlas.clear();
    const ChannelGridRequest& of = rendered.request;
    const int begin = of.firstRow * of.columns;
    for (int k = begin; rendered.pixels && k < std::min(begin + of.rows * of.columns, tiles()); ++k) {
        inAtlas[order[static_cast<std::size_t>(k)]] =
            QRect((k - begin) % of.columns * of.tileWidth, (k - begin) / of.columns * of.tileHeight, of.tileWidth, of.tileHeight);
    }
    first = std::clamp(first, 0, lastFirst());
    selected = std::clamp(selected, 0, std::max(0, tiles() - 1));
}

// Nothing of what was shown belongs to what comes.
void ChannelGrid::State::forget() {
    asked.reset();
    anew = true;
    follow = -1;
    order.clear();
    numbers = nullptr;
    error.reset();
    shown = {};
    atlas = {};
    inAtlas.clear();
    first = selected = 0;
    chosen = hovered = -1;
}

QRect ChannelGrid::State::area() const { return view.rect().adjusted(kMargin, kTop, -kMargin - kHintWidth, -2); }

int ChannelGrid::State::columns() const { return std::max(1, (area().width() + kGap) / (tileWidth() + kGap)); }

int ChannelGrid::State::rows() const { return (tiles() + columns() - 1) / columns(); }

// A few heads are as large as all of them fit.
int ChannelGrid::State::tileWidth() const {
    const int least = named() ? kNamedTile : kTile;
    const int heads = total();
    for (int across = 1; subject == GridSubject::Heads && across <= heads; ++across) {
        const int width = std::min((area().width() + kGap) / across - kGap, kLargestHead);
        const int down = (heads + across - 1) / across;
        if (width <= least) {
            break;
        }
        if (down * (tileHeightFor(width) + 1 + kLine + kGap) - kGap <= area().height()) {
            return width;
        }
    }
    return least;
}

int ChannelGrid::State::tileHeight() const { return tileHeightFor(tileWidth()); }

int ChannelGrid::State::tileHeightFor(int width) const {
    double aspect = 1.0;
    if (const Features* shown = features(); shown != nullptr && !shown->map.empty()) {
        const CellGeometry& at = shown->geometry;
        aspect = shown->map.width() * at.stepX / (shown->map.height() * at.stepY);
    }
    aspect = std::isfinite(aspect) && aspect > 0.0 ? aspect : 1.0;
    return std::clamp(static_cast<int>(std::lround(width / aspect)), 40, subject == GridSubject::Heads ? kLargestHead : 120);
}

bool ChannelGrid::State::named() const {
    const Features* shown = features();
    return subject == GridSubject::Channels && shown != nullptr && !shown->channelNames.empty();
}

int ChannelGrid::State::rowHeight() const { return tileHeight() + 1 + (named() ? 2 : 1) * kLine + kGap; }

int ChannelGrid::State::wholeRows() const { return std::max(1, (area().height() + kGap) / rowHeight()); }

int ChannelGrid::State::lastFirst() const { return std::max(0, rows() - wholeRows()); }

QRect ChannelGrid::State::tile(int place) const {
    const int row = place / columns() - first;
    if (place < 0 || place >= tiles() || row < 0 || row > wholeRows()) {
        return {};
    }
    return {area().left() + place % columns() * (tileWidth() + kGap), area().top() + row * rowHeight(), tileWidth(),
            tileHeight()};
}

QRect ChannelGrid::State::cell(int place) const {
    const QRect at = tile(place);
    return at.isNull() ? at : at.adjusted(0, 0, 0, rowHeight() - kGap - tileHeight());
}

int ChannelGrid::State::placeAt(const QPoint& position) const {
    if (position.y() < kTop) {
        return -1;
    }
    const int begin = first * columns();
    for (int place = begin; place < std::min(tiles(), begin + (wholeRows() + 1) * columns()); ++place) {
        if (cell(place).contains(position)) {
            return place;
        }
    }
    return -1;
}

void ChannelGrid::State::reveal(int place) {
    const int row = std::max(place, 0) / columns();
    first = std::clamp(first, row - wholeRows() + 1, row);
    first = std::clamp(first, 0, lastFirst());
}

void ChannelGrid::State::placeHeader() const {
    int left = kMargin;
    const int right = view.width() - kMargin;
    modes->setVisible(subject == GridSubject::Channels);
    if (subject == GridSubject::Channels) {
        modes->setGeometry(left, kMargin + 2, modes->sizeHint().width(), 20);
        left += modes->width() + 8;
    }
    sorts->setGeometry(left, kMargin, std::min(sorts->sizeHint().width(), std::max(0, (right - left) * 55 / 100)), kHeader);
    left += sorts->width() + 8;
    search->setGeometry(left, kMargin, std::clamp(right - left - 120, std::min(64, std::max(0, right - left)), 180), kHeader);
    left += search->width() + 8;
    count->setGeometry(left, kMargin, std::max(0, right - left), kHeader);
    count->setVisible(right - left >= 24);
}

// A tile which waits for its pixels is a quiet surface; the name and numbers stand there already.
void ChannelGrid::State::paintTile(QPainter& painter, int place) const {
    const Theme& t = theme();
    const QRect at = tile(place);
    const int channel = channelAt(place);
    const auto found = inAtlas.find(channel);
    if (found == inAtlas.end()) {
        painter.fillRect(at, t.control);
    } else {
        painter.drawImage(at, atlas, found->second);
    }
    paintMarks(painter, channel, at);
    QRect below(at.left(), at.bottom() + 2, at.width(), kLine);
    const QString weight = numbers ? number(numbers->weight, channel, false) : QString();
    const int extent = painter.fontMetrics().horizontalAdvance(weight);
    drawLine(painter, below.adjusted(0, 0, -extent - 4, 0), QString::number(channel), t.text);
    drawLine(painter, below, weight, t.secondary, Qt::AlignRight);
    if (named()) {
        drawLine(painter, below.translated(0, kLine), name(channel), t.secondary);
    }
    if (view.hasFocus() && place == selected) {
        paintFocusRing(painter, cell(place).adjusted(-3, -3, 3, 1));
    }
}

void ChannelGrid::State::paintMarks(QPainter& painter, int channel, const QRect& at) const {
    const Theme& t = theme();
    painter.setRenderHint(QPainter::Antialiasing);
    const float by = factor(channel);
    if (by == 0.0F) {
        painter.fillRect(at, QColor(t.window.red(), t.window.green(), t.window.blue(), 150));
        painter.setPen(QPen(t.text, 2.0));
        painter.drawLine(at.topLeft(), at.bottomRight());
        painter.drawLine(at.topRight(), at.bottomLeft());
    } else if (by != 1.0F) {
        const QString text = factorText(by);
        const QRect chip(at.left() + 3, at.bottom() - kLine - 2, painter.fontMetrics().horizontalAdvance(text) + 6, kLine);
        painter.setPen(Qt::NoPen);
        painter.setBrush(t.card);
        painter.drawRoundedRect(chip, 3, 3);
        drawLine(painter, chip, text, t.text, Qt::AlignHCenter);
    }
    if (std::find(pinned().begin(), pinned().end(), channel) != pinned().end()) {  // a pin: head and needle
        const QPointF head(at.right() - 7.5, at.top() + 7.5);
        painter.setPen(QPen(t.card, 4.0));
        painter.drawLine(head, head + QPointF(0, 9));
        painter.setPen(QPen(t.text, 1.5));
        painter.drawLine(head, head + QPointF(0, 8));
        painter.setPen(QPen(t.card, 1.0));
        painter.setBrush(t.text);
        painter.drawEllipse(head, 4.0, 4.0);
    }
    painter.setRenderHint(QPainter::Antialiasing, false);
    if (channel == chosen || channel == channelAt(hovered)) {
        painter.setPen(QPen(channel == chosen ? t.accent : t.secondary, 2.0));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(at.adjusted(-1, -1, 1, 1));
    }
}

// Which part of the rows is shown, when it is not all.
void ChannelGrid::State::paintHint(QPainter& painter) const {
    const int whole = wholeRows();
    if (rows() <= whole) {
        return;
    }
    const double track = area().height();
    const double thumb = std::max(12.0, track * whole / rows());
    const double top = area().top() + (track - thumb) * first / std::max(1, rows() - whole);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(mixed(theme().window, theme().secondary, 0.6));
    painter.drawRoundedRect(QRectF(view.width() - kHintWidth - 3, top, kHintWidth, thumb), 1.5, 1.5);
}

void ChannelGrid::State::paint(QPainter& painter) const {
    const Theme& t = theme();
    painter.fillRect(view.rect(), t.window);
    const QString empty = emptyText();
    if (!empty.isEmpty()) {
        painter.setPen(error ? t.error : t.secondary);
        painter.drawText(area().adjusted(8, 0, -8, 0), Qt::AlignCenter | Qt::TextWordWrap, empty);
        if (view.hasFocus()) {
            paintFocusRing(painter, view.rect());
        }
        return;
    }
    painter.setFont(smallFont(view.font()));
    painter.setClipRect(QRect(0, kTop - 3, view.width(), view.height()));
    const int begin = first * columns();
    for (int place = begin; place < std::min(tiles(), begin + (wholeRows() + 1) * columns()); ++place) {
        paintTile(painter, place);
    }
    paintHint(painter);
}

}  // namespace fovea
