#include <QComboBox>
#include <QLineEdit>

#include <algorithm>
#include <cmath>

#include "widgets/channel_grid_state.h"
#include "widgets/engine_text.h"
#include "widgets/factor_keys.h"

namespace fovea {

void ChannelGrid::State::retranslate() const {
    modes->setSegments({{static_cast<int>(GridMode::Before), tr("Before"), tr("The channel as it comes in")},
                        {static_cast<int>(GridMode::After), tr("After"), tr("The channel as the mechanism leaves it")},
                        {static_cast<int>(GridMode::Changed), tr("Changed"), tr("After minus before")}});
    modes->setAccessibleName(tr("Picture of the channels"));
    const QString names[] = {tr("by weight"), tr("by index"), tr("by change"), tr("by likeness to the map")};
    for (int k = 0; k < sorts->count(); ++k) {
        sorts->setItemText(k, names[k]);
    }
    sorts->setAccessibleName(tr("Order of the tiles"));
    search->setPlaceholderText(tr("Find…"));
    search->setToolTip(tr("Numbers such as 3 or 10-20, or a part of a name"));
    search->setAccessibleName(tr("Find channels"));
    tellCount();
}

void ChannelGrid::State::tellCount() const {
    if (total() == 0) {
        count->setText({});
        return;
    }
    const bool heads = subject == GridSubject::Heads;
    QString text = numbers && tiles() < total() ? tr("%1 of %2").arg(tiles()).arg(total())
                   : heads                      ? tr("%1 heads").arg(total())
                                                : tr("%1 channels").arg(total());
    int muted = 0;
    for (int c = 0; c < total(); ++c) {
        muted += factor(c) == 0.0F ? 1 : 0;
    }
    if (muted > 0) {
        text += QStringLiteral(" · ") + tr("%1 muted").arg(muted);
    }
    count->setText(text);
}

QString ChannelGrid::State::name(int channel) const {
    if (!named() || channel < 0 || channel >= static_cast<int>(features()->channelNames.size())) {
        return {};
    }
    return engineText(features()->channelNames[static_cast<std::size_t>(channel)]);
}

QString ChannelGrid::State::label(int channel) const {
    const QString own = name(channel);
    return subject == GridSubject::Heads ? tr("head %1").arg(channel)
           : own.isEmpty()               ? tr("channel %1").arg(channel)
                                         : QStringLiteral("%1 %2").arg(channel).arg(own);
}

QString ChannelGrid::State::number(const std::vector<float>& of, int channel, bool exact) const {
    if (channel < 0 || channel >= static_cast<int>(of.size()) || std::isnan(of[static_cast<std::size_t>(channel)])) {
        return QStringLiteral("–");
    }
    const double value = static_cast<double>(of[static_cast<std::size_t>(channel)]);
    return exact ? exactNumberText(value) : numberText(value);
}

QString ChannelGrid::State::toolTip(int channel) const {
    QStringList lines{label(channel)};
    if (numbers) {
        lines << tr("weight %1").arg(number(numbers->weight, channel, true));
        lines << tr("change %1").arg(number(numbers->change, channel, true));
        lines << tr("likeness to the map %1").arg(number(numbers->likeness, channel, true));
    }
    if (factor(channel) != 1.0F) {
        lines << factorName(factor(channel));
    }
    if (shown.range.hi > shown.range.lo) {
        lines << tr("colours from %1 to %2")
                     .arg(numberText(static_cast<double>(shown.range.lo)), numberText(static_cast<double>(shown.range.hi)));
    }
    return lines.join(QLatin1Char('\n'));
}

QString ChannelGrid::State::emptyText() const {
    if (error) {
        return errorText(*error);
    }
    if (!result) {
        return tr("Open a picture: every channel of its features appears here as a tile.");
    }
    if (numbers && order.empty()) {
        return tr("Nothing is found; clear the search.");
    }
    return {};
}

QString ChannelGrid::textSummary() const {
    const State& s = *m_state;
    QString empty = s.emptyText();
    if (!empty.isEmpty() || !s.numbers) {
        return empty;
    }
    const auto named = [&s](int c) { return QStringLiteral("%1 %2").arg(s.label(c), s.number(s.numbers->weight, c, false)); };
    QStringList firsts;
    for (int place = 0; place < std::min(3, s.tiles()); ++place) {
        firsts << named(s.channelAt(place));
    }
    QString text = tr("%1 tiles, %2; first: %3.").arg(s.tiles()).arg(s.sorts->currentText(), firsts.join(QStringLiteral(", ")));
    QStringList muted;
    QStringList scaled;
    for (int c = 0; c < s.total(); ++c) {
        if (s.factor(c) == 0.0F) {
            muted << s.label(c);
        } else if (s.factor(c) != 1.0F) {
            scaled << QStringLiteral("%1 %2").arg(s.label(c), factorText(s.factor(c)));
        }
    }
    constexpr int kNamed = 5;
    if (!muted.isEmpty()) {
        text += QLatin1Char(' ') + (muted.size() > kNamed ? tr("Muted: %1 tiles.").arg(muted.size())
                                                          : tr("Muted: %1.").arg(muted.join(QStringLiteral(", "))));
    }
    if (!scaled.isEmpty()) {
        text += QLatin1Char(' ') + tr("Scaled: %1.").arg(scaled.mid(0, kNamed).join(QStringLiteral(", ")));
    }
    if (s.chosen >= 0) {
        text += QLatin1Char(' ') + tr("Chosen: %1.").arg(named(s.chosen));
    }
    if (hasFocus() && s.channelAt(s.selected) >= 0) {
        text += QLatin1Char(' ') + tr("Here: %1.").arg(named(s.channelAt(s.selected)));
    }
    return text;
}

}  // namespace fovea
