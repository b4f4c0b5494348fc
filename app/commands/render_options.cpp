#include "app/commands/render_options.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "engine/attention/maps.h"
#include "engine/render/colormap.h"

namespace fovea {
namespace {

constexpr std::size_t kMostPlaces = 65536;
constexpr int kMostContours = 32;

std::optional<Usage> readNumber(const QCommandLineParser& parser, const QCommandLineOption& option, double& value) {
    if (!parser.isSet(option)) {
        return std::nullopt;
    }
    bool good = false;
    value = parser.value(option).toDouble(&good);
    if (good && std::isfinite(value)) {
        return std::nullopt;
    }
    return Usage{RenderOptions::text(QT_TRANSLATE_NOOP("CommandLine", "--%1 takes a number, not “%2”."))
                     .arg(option.names().constLast(), parser.value(option))};
}

/// Two numbers around a separator: "0.1:0.9", "0.5,0.5".
std::optional<Usage> readPair(const QCommandLineParser& parser, const QCommandLineOption& option, QChar separator, double& a,
                              double& b) {
    if (!parser.isSet(option)) {
        return std::nullopt;
    }
    const QStringList parts = parser.value(option).split(separator);
    bool goodA = false;
    bool goodB = false;
    a = parts.value(0).toDouble(&goodA);
    b = parts.value(1).toDouble(&goodB);
    if (parts.size() == 2 && goodA && goodB) {
        return std::nullopt;
    }
    return Usage{RenderOptions::text(QT_TRANSLATE_NOOP("CommandLine", "--%1 takes two numbers as %2, not “%3”."))
                     .arg(option.names().constLast(), option.valueName(), parser.value(option))};
}

/// Gives the channel, or head, `text` names its factor. There are `count` of them; none is known with −1.
std::optional<Usage> setFactor(const QString& text, float factor, int count, std::vector<float>& factors) {
    bool good = false;
    const uint place = text.toUInt(&good);
    if (!good || place >= kMostPlaces || (count >= 0 && place >= static_cast<uint>(count))) {
        return Usage{count < 0
                         ? RenderOptions::text(QT_TRANSLATE_NOOP("CommandLine", "“%1” is no number of a head.")).arg(text)
                         : RenderOptions::text(QT_TRANSLATE_NOOP("CommandLine", "There is no channel “%1”: they are 0 to %2."))
                               .arg(text)
                               .arg(count - 1)};
    }
    factors.resize(std::max<std::size_t>(factors.size(), place + 1), 1.0F);
    factors[place] = factor;
    return std::nullopt;
}

/// A list such as "3,17".
std::optional<Usage> readPlaces(const QCommandLineParser& parser, const QCommandLineOption& option, float factor, int count,
                                std::vector<float>& factors) {
    const QStringList places = parser.isSet(option) ? parser.value(option).split(u',') : QStringList();
    for (const QString& text : places) {
        if (auto usage = setFactor(text, factor, count, factors)) {
            return usage;
        }
    }
    return std::nullopt;
}

std::optional<Usage> readFactors(const QCommandLineParser& parser, const QCommandLineOption& option, int count,
                                 std::vector<float>& factors) {
    const QStringList given = parser.values(option);
    for (const QString& text : given) {
        const QStringList parts = text.split(u'=');
        bool good = false;
        const float factor = parts.value(1).toFloat(&good);
        if (parts.size() != 2 || !good || !std::isfinite(factor)) {
            return Usage{
                RenderOptions::text(QT_TRANSLATE_NOOP("CommandLine", "--%1 takes a channel and its factor as %2, not “%3”."))
                    .arg(option.names().constLast(), option.valueName(), text)};
        }
        if (auto usage = setFactor(parts[0], factor, count, factors)) {
            return usage;
        }
    }
    return std::nullopt;
}

/// The members of a style which tell one value from another.
std::optional<Usage> readMarks(const QCommandLineParser& parser, const RenderOptions& options, OverlayStyle& style) {
    double percent = 100.0 * style.clipShare;
    double threshold = 0.0;
    for (const auto& usage : {readNumber(parser, options.clipShare, percent), readNumber(parser, options.threshold, threshold),
                              readInteger(parser, options.contours, style.contours)}) {
        if (usage) {
            return usage;
        }
    }
    if (!(percent >= 0.0 && percent < 50.0)) {
        return Usage{RenderOptions::text(QT_TRANSLATE_NOOP("CommandLine", "--clip-share lies between 0 and 50."))};
    }
    if (style.contours < 0 || style.contours > kMostContours) {
        return Usage{RenderOptions::text(QT_TRANSLATE_NOOP("CommandLine", "--contours lies between 0 and 32."))};
    }
    style.clipped = parser.isSet(options.clipped) || parser.isSet(options.clipShare);
    style.clipShare = percent / 100.0;
    style.thresholded = parser.isSet(options.threshold);
    style.threshold = static_cast<float>(threshold);
    style.mode = parser.isSet(options.brightness) ? OverlayMode::Brightness : OverlayMode::Blend;
    return std::nullopt;
}

}  // namespace

std::optional<Usage> readInteger(const QCommandLineParser& parser, const QCommandLineOption& option, int& value) {
    double number = value;
    if (auto usage = readNumber(parser, option, number)) {
        return usage;
    }
    const bool whole = std::abs(number) <= std::numeric_limits<int>::max() && number == std::trunc(number);
    value = whole ? static_cast<int>(number) : value;
    if (!whole) {
        return Usage{RenderOptions::text(QT_TRANSLATE_NOOP("CommandLine", "--%1 takes a whole number, not “%2”."))
                         .arg(option.names().constLast(), parser.value(option))};
    }
    return std::nullopt;
}

std::optional<Usage> readStyle(const QCommandLineParser& parser, const RenderOptions& options, OverlayStyle& style) {
    if (parser.isSet(options.colormap)) {
        const auto* map = findColormap(parser.value(options.colormap).toStdString());
        if (map == nullptr) {
            QStringList names;
            for (const auto& known : colormaps()) {
                names << QString::fromStdString(known.id);
            }
            return Usage{RenderOptions::text(QT_TRANSLATE_NOOP("CommandLine", "There is no colour map “%1”; choose one of %2."))
                             .arg(parser.value(options.colormap), names.join(QStringLiteral(", ")))};
        }
        (map->diverging ? style.divergingColormap : style.colormap) = map->id;
    }
    double lo = 0.0;
    double hi = 0.0;
    if (auto usage = readPair(parser, options.range, u':', lo, hi)) {
        return usage;
    }
    if (parser.isSet(options.range)) {
        if (!(lo < hi)) {
            return Usage{
                RenderOptions::text(QT_TRANSLATE_NOOP("CommandLine", "--range needs its first number below its second."))};
        }
        style.autoRange = false;
        style.range = {static_cast<float>(lo), static_cast<float>(hi)};
    }
    if (auto usage = readNumber(parser, options.opacity, style.opacity)) {
        return usage;
    }
    if (!(style.opacity >= 0.0 && style.opacity <= 1.0)) {
        return Usage{RenderOptions::text(QT_TRANSLATE_NOOP("CommandLine", "--opacity lies between 0 and 1."))};
    }
    style.smooth = !parser.isSet(options.cells);
    return readMarks(parser, options, style);
}

std::optional<Usage> readField(const QCommandLineParser& parser, const RenderOptions& options, FieldSpec& field,
                               std::optional<PointValue>& query) {
    field.module = parser.value(options.module).toStdString();
    field.map = parser.value(options.map).toStdString();
    field.toQuery = parser.isSet(options.to);
    const QString mode = parser.isSet(options.mode) ? parser.value(options.mode) : QStringLiteral("after");
    const std::pair<QLatin1String, ChannelMode> modes[] = {{QLatin1String("before"), ChannelMode::Before},
                                                           {QLatin1String("after"), ChannelMode::After},
                                                           {QLatin1String("changed"), ChannelMode::Changed}};
    bool known = false;
    for (const auto& [name, value] : modes) {
        if (mode == name) {
            field.channelMode = value;
            known = true;
        }
    }
    if (!known) {
        return Usage{
            RenderOptions::text(QT_TRANSLATE_NOOP("CommandLine", "--mode is before, after or changed, not “%1”.")).arg(mode)};
    }
    if (auto usage = readInteger(parser, options.channel, field.channel)) {
        return usage;
    }
    if (parser.isSet(options.channel)) {
        field.channelMode = ChannelMode::Single;
    }
    if (parser.value(options.head) == QLatin1String("max")) {
        field.head = kMaxOverHeads;
    } else if (auto usage = readInteger(parser, options.head, field.head)) {
        return usage;
    }
    if (!parser.isSet(options.query)) {
        return std::nullopt;
    }
    query.emplace();
    return readPair(parser, options.query, u',', query->x, query->y);
}

std::optional<Usage> readIntervention(const QCommandLineParser& parser, const RenderOptions& options, int channels,
                                      Intervention& intervention) {
    if (parser.isSet(options.solo)) {
        intervention.channels.assign(static_cast<std::size_t>(channels), 0.0F);
    }
    for (const auto& usage : {readPlaces(parser, options.solo, 1.0F, channels, intervention.channels),
                              readPlaces(parser, options.mute, 0.0F, channels, intervention.channels),
                              readFactors(parser, options.scale, channels, intervention.channels),
                              readPlaces(parser, options.muteHeads, 0.0F, -1, intervention.heads)}) {
        if (usage) {
            return usage;
        }
    }
    return std::nullopt;
}

}  // namespace fovea
