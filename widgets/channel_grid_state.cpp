#include "widgets/channel_grid_state.h"

#include <QComboBox>
#include <QPainter>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "engine/pipeline/intervention.h"
#include "widgets/accessible_view.h"
#include "widgets/engine_text.h"
#include "widgets/factor_keys.h"
#include "widgets/theme.h"

namespace fovea {
namespace {

/// Whether an answer to `a` answers `b`; the order and the numbers they give back count for nothing.
bool covers(const ChannelGridRequest& a, const ChannelGridRequest& b) {
    return a.result->find(a.field.job) == b.result->find(b.field.job) &&
           a.result->features(a.field.job.model) == b.result->features(b.field.job.model) && a.field == b.field &&
           a.subject == b.subject && a.mode == b.mode && a.sort == b.sort && a.pinned == b.pinned && a.among == b.among &&
           a.columns == b.columns && a.firstRow == b.firstRow && a.rows >= b.rows && a.tileWidth == b.tileWidth &&
           a.tileHeight == b.tileHeight && a.style == b.style && a.background == b.background;
}

/// Width by height of the picture which features show.
double aspectOf(const Features* features) {
    if (features == nullptr || features->map.empty()) {
        return 1.0;
    }
    const CellGeometry& at = features->geometry;
    const double aspect = features->map.width() * at.stepX / (features->map.height() * at.stepY);
    return std::isfinite(aspect) && aspect > 0.0 ? aspect : 1.0;
}

}  // namespace

float ChannelGrid::State::factor(int channel) const { return factorAt(own().factors, channel); }

const Features* ChannelGrid::State::features() const { return result ? result->features(field.job.model).get() : nullptr; }

int ChannelGrid::State::total() const {
    if (tiles.numbers()) {
        return tiles.numbers()->count();
    }
    const Features* shown = features();
    return shown != nullptr && subject == GridSubject::Channels ? shown->map.channels() : 0;
}

ChannelGridLayout ChannelGrid::State::layout() const {
    const bool isOfHeads = subject == GridSubject::Heads;
    return {view.rect(), tiles.count(), isOfHeads ? total() : 0, isOfHeads, names().isNamed(), aspectOf(features()), first};
}

void ChannelGrid::State::requestPixels() {
    if (!view.isVisible() || !result || !result->find(field.job)) {
        return;
    }
    ChannelGridRequest wanted = request();
    if (asked && covers(*asked, wanted)) {
        return;
    }
    asked = wanted;
    Q_EMIT view.renderRequested(wanted);
}

ChannelGridRequest ChannelGrid::State::request() const {
    const qreal ratio = view.devicePixelRatioF();
    const ChannelGridLayout at = layout();
    ChannelGridRequest out;
    out.result = result;
    out.field = field;
    out.subject = subject;
    out.mode = shownMode();
    out.sort = sort;
    out.pinned = own().pinned;
    out.among = among();
    out.order = anew ? std::vector<int>() : tiles.order();
    out.known = tiles.numbers();
    out.columns = at.columns();
    out.firstRow = first;
    // One more than fit whole: the last one may be cut.
    out.rows = anew ? at.wholeRows() + 1 : std::clamp(at.rows() - first, 0, at.wholeRows() + 1);
    out.tileWidth = static_cast<int>(std::lround(at.tileWidth() * ratio));
    out.tileHeight = static_cast<int>(std::lround(at.tileHeight() * ratio));
    out.style = style;
    out.background = theme().control.rgb();
    return out;
}

bool ChannelGrid::State::wants(const RenderedChannelGrid& rendered) const {
    const ChannelGridRequest& of = rendered.request;
    const bool stopped = !rendered.pixels && !rendered.error && of.rows > 0;
    if (!of.result || !result || stopped || of.result->frame.source != result->frame.source ||
        of.field.job.source != field.job.source || of.field.map != field.map) {
        return false;
    }
    if (of.subject != subject || of.mode != shownMode() || of.sort != sort || of.pinned != own().pinned || of.among != among()) {
        return false;  // asked before a person chose something else
    }
    const auto age = [](const FrameResult& r) { return std::tie(r.epoch, r.frame.sequence); };
    return tiles.result() == nullptr || age(*of.result) >= age(*tiles.result());
}

void ChannelGrid::State::take(const RenderedChannelGrid& rendered) {
    const int marked = anew ? follow : tiles.channelAt(selected);
    follow = -1;
    const bool fresh = anew;
    anew = false;
    tiles.take(rendered);
    first = std::clamp(first, 0, layout().lastFirst());
    selected = std::max(0, tiles.placeOf(marked));
    if (fresh) {
        reveal(selected);
    }
}

void ChannelGrid::State::forget() {
    asked.reset();
    anew = true;
    follow = -1;
    tiles.forget();
    first = selected = 0;
    chosen = hovered = -1;
}

void ChannelGrid::State::sortAnew() {
    anew = true;
    follow = -1;
    first = selected = 0;
    hovered = -1;
    requestPixels();
    view.update();
}

void ChannelGrid::State::select(int place) {
    selected = std::clamp(place, 0, std::max(0, tiles.count() - 1));
    hovered = -1;
    reveal(selected);
    requestPixels();
    view.update();
    announceSummary(&view);
}

void ChannelGrid::State::choose(int channel) {
    if (channel >= 0) {
        chosen = channel;
        view.update();
        announceSummary(&view);
        Q_EMIT view.channelChosen(channel);
    }
}

bool ChannelGrid::State::actOn(int channel, int key) {
    if (key == Qt::Key_P && channel >= 0 && channel < total()) {
        view.setPinned(pinsAfter(own().pinned, channel));
        follow = channel;
        Q_EMIT view.pinnedChanged(own().pinned);
        return true;
    }
    auto factors = factorsAfter(own().factors, channel, total(), key);
    if (!factors) {
        return false;
    }
    view.setFactors(*std::move(factors));
    Q_EMIT view.factorsChanged(own().factors);
    return true;
}

void ChannelGrid::State::paint(QPainter& painter) const {
    const Theme& t = theme();
    painter.fillRect(view.rect(), t.window);
    const ChannelGridLayout at = layout();
    const QString empty = emptyText();
    if (!empty.isEmpty()) {
        painter.setPen(tiles.error() ? t.error : t.secondary);
        painter.drawText(at.area().adjusted(8, 0, -8, 0), Qt::AlignCenter | Qt::TextWordWrap, empty);
        if (view.hasFocus()) {
            paintFocusRing(painter, view.rect());
        }
        return;
    }
    painter.setFont(smallFont(view.font()));
    const ChannelGridMarks marks{chosen, tiles.channelAt(hovered), view.hasFocus() ? selected : -1};
    ChannelGridPainter(painter, tiles, at, names(), own(), marks).paint();
}

void ChannelGrid::State::nameView() {
    view.setAccessibleName(subject == GridSubject::Heads ? tr("Heads of the map") : tr("Channels of the features"));
}

void ChannelGrid::State::retranslate() {
    nameView();
    header.retranslate();
    tellCount();
}

void ChannelGrid::State::tellCount() {
    if (total() == 0) {
        header.count->setText({});
        return;
    }
    const bool heads = subject == GridSubject::Heads;
    QString text = tiles.numbers() && tiles.count() < total() ? tr("%1 of %2").arg(tiles.count()).arg(total())
                   : heads                                    ? tr("%1 heads").arg(total())
                                                              : tr("%1 channels").arg(total());
    int muted = 0;
    for (int c = 0; c < total(); ++c) {
        muted += factor(c) == 0.0F ? 1 : 0;
    }
    if (muted > 0) {
        text += QStringLiteral(" · ") + tr("%1 muted").arg(muted);
    }
    header.count->setText(text);
}

QString ChannelGrid::State::toolTip(int channel) const {
    QStringList lines{names().label(channel)};
    if (const auto& numbers = tiles.numbers()) {
        lines << tr("weight %1").arg(gridNumberText(numbers->weight, channel, true));
        lines << tr("change %1").arg(gridNumberText(numbers->change, channel, true));
        lines << tr("likeness to the map %1").arg(gridNumberText(numbers->likeness, channel, true));
    }
    if (factor(channel) != 1.0F) {
        lines << factorName(factor(channel));
    }
    const ValueRange& range = tiles.range();
    if (range.hi > range.lo) {
        lines << tr("colours from %1 to %2")
                     .arg(numberText(static_cast<double>(range.lo)), numberText(static_cast<double>(range.hi)));
    }
    return lines.join(QLatin1Char('\n'));
}

QString ChannelGrid::State::emptyText() const {
    if (tiles.error()) {
        return errorText(*tiles.error());
    }
    if (!result) {
        return tr("Open a picture: every channel of its features appears here as a tile.");
    }
    if (tiles.numbers() && tiles.count() == 0) {
        return tr("Nothing is found; clear the search.");
    }
    return {};
}

// Which are muted or scaled, a few of them by name.
QString ChannelGrid::State::factorsText() const {
    QStringList muted;
    QStringList scaled;
    for (int c = 0; c < total(); ++c) {
        if (factor(c) == 0.0F) {
            muted << names().label(c);
        } else if (factor(c) != 1.0F) {
            scaled << QStringLiteral("%1 %2").arg(names().label(c), factorText(factor(c)));
        }
    }
    constexpr int kNamed = 5;
    QString text;
    if (!muted.isEmpty()) {
        text += QLatin1Char(' ') + (muted.size() > kNamed ? tr("Muted: %1 tiles.").arg(muted.size())
                                                          : tr("Muted: %1.").arg(muted.join(QStringLiteral(", "))));
    }
    if (!scaled.isEmpty()) {
        text += QLatin1Char(' ') + tr("Scaled: %1.").arg(scaled.mid(0, kNamed).join(QStringLiteral(", ")));
    }
    return text;
}

QString ChannelGrid::State::summary() const {
    QString empty = emptyText();
    const auto& numbers = tiles.numbers();
    if (!empty.isEmpty() || !numbers) {
        return empty;
    }
    const auto weighed = [&](int c) {
        return QStringLiteral("%1 %2").arg(names().label(c), gridNumberText(numbers->weight, c, false));
    };
    QStringList firsts;
    for (int place = 0; place < std::min(3, tiles.count()); ++place) {
        firsts << weighed(tiles.channelAt(place));
    }
    QString text =
        tr("%1 tiles, %2; first: %3.").arg(tiles.count()).arg(header.sorts->currentText(), firsts.join(QStringLiteral(", ")));
    text += factorsText();
    if (chosen >= 0) {
        text += QLatin1Char(' ') + tr("Chosen: %1.").arg(weighed(chosen));
    }
    if (view.hasFocus() && tiles.channelAt(selected) >= 0) {
        text += QLatin1Char(' ') + tr("Here: %1.").arg(weighed(tiles.channelAt(selected)));
    }
    return text;
}

}  // namespace fovea
