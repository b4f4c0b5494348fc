#include "app/commands/render_options.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "engine/attention/maps.h"
#include "engine/render/colormap.h"
#include "widgets/engine_text.h"

namespace fovea {
namespace {

/// The option's only number; `value` stays where the option is not set.
template <class Number>
std::optional<Usage> readOne(const QCommandLineParser& parser, const QCommandLineOption& option, Number& value) {
    return parser.isSet(option) ? readNumber(ruleOf(renderNumbers(), option), parser.value(option), value) : std::nullopt;
}

/// Two numbers around a separator: "0.1:0.9", "0.5,0.5".
std::optional<Usage> readPair(const QCommandLineParser& parser, const QCommandLineOption& option, QChar separator, double& a,
                              double& b) {
    if (!parser.isSet(option)) {
        return std::nullopt;
    }
    const QStringList parts = parser.value(option).split(separator);
    if (parts.size() != 2) {
        return Usage{optionText(QT_TRANSLATE_NOOP("CommandLine", "--%1 takes two numbers as %2, not “%3”."))
                         .arg(option.names().constLast(), option.valueName(), parser.value(option))};
    }
    auto usage = readNumber(ruleOf(renderNumbers(), option, 0), parts[0], a);
    return usage ? usage : readNumber(ruleOf(renderNumbers(), option, 1), parts[1], b);
}

/// Gives the channel, or head, `text` names its factor. There are `count` of them; none is known with −1.
std::optional<Usage> setFactor(const NumberRule& rule, const QString& text, float factor, int count,
                               std::vector<float>& factors) {
    int place = 0;
    if (auto usage = readNumber(count < 0 ? rule : rule.upTo(count - 1), text, place)) {
        return usage;
    }
    factors.resize(std::max(factors.size(), static_cast<std::size_t>(place) + 1), 1.0F);
    factors[static_cast<std::size_t>(place)] = factor;
    return std::nullopt;
}

/// A list such as "3,17".
std::optional<Usage> readPlaces(const QCommandLineParser& parser, const QCommandLineOption& option, float factor, int count,
                                std::vector<float>& factors) {
    const QStringList places = parser.isSet(option) ? parser.value(option).split(u',') : QStringList();
    for (const QString& text : places) {
        if (auto usage = setFactor(ruleOf(renderNumbers(), option), text, factor, count, factors)) {
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
        if (parts.size() != 2) {
            return Usage{optionText(QT_TRANSLATE_NOOP("CommandLine", "--%1 takes a channel and its factor as %2, not “%3”."))
                             .arg(option.names().constLast(), option.valueName(), text)};
        }
        double factor = 1.0;
        auto usage = readNumber(ruleOf(renderNumbers(), option, 1), parts[1], factor);
        usage =
            usage ? usage : setFactor(ruleOf(renderNumbers(), option, 0), parts[0], static_cast<float>(factor), count, factors);
        if (usage) {
            return usage;
        }
    }
    return std::nullopt;
}

/// The members of a style which tell one value from another.
std::optional<Usage> readMarks(const QCommandLineParser& parser, const StyleOptions& options, OverlayStyle& style) {
    double percent = 100.0 * style.clipShare;
    double threshold = 0.0;
    for (const auto& usage : {readOne(parser, options.clipShare, percent), readOne(parser, options.threshold, threshold),
                              readOne(parser, options.contours, style.contours)}) {
        if (usage) {
            return usage;
        }
    }
    style.clipped = parser.isSet(options.clipped) || parser.isSet(options.clipShare);
    style.clipShare = percent / 100.0;
    style.thresholded = parser.isSet(options.threshold);
    style.threshold = static_cast<float>(threshold);
    style.mode = parser.isSet(options.brightness) ? OverlayMode::Brightness : OverlayMode::Blend;
    return std::nullopt;
}

std::optional<Usage> readHead(const QCommandLineParser& parser, const FieldOptions& options, int& head) {
    const std::pair<QLatin1String, int> words[] = {
        {QLatin1String("mean"), kMeanOverHeads}, {QLatin1String("max"), kMaxOverHeads}, {QLatin1String("min"), kMinOverHeads}};
    for (const auto& [word, value] : words) {
        if (parser.value(options.head) == word) {
            head = value;
            return std::nullopt;
        }
    }
    return readOne(parser, options.head, head);
}

}  // namespace

void RenderOptions::addTo(QCommandLineParser& parser) const {
    parser.addOptions({output.file,      module.id,         module.param,      module.weights,     module.seed,
                       model.stride,     model.name,        model.fine,        model.crop,         field.activation,
                       style.clipped,    field.map,         field.mode,        field.channel,      field.head,
                       field.query,      field.to,          style.colormap,    style.range,        style.opacity,
                       style.cells,      output.figure,     output.raw,        output.codec,       output.beside,
                       output.noCaption, output.noCsv,      style.clipShare,   style.threshold,    style.contours,
                       style.brightness, intervention.mute, intervention.solo, intervention.scale, intervention.muteHeads});
}

std::optional<Usage> readStride(const QCommandLineParser& parser, const ModelOptions& options, int& stride) {
    return readOne(parser, options.stride, stride);
}

std::optional<Usage> readStyle(const QCommandLineParser& parser, const StyleOptions& options, OverlayStyle& style) {
    if (parser.isSet(options.colormap)) {
        const auto* map = findColormap(parser.value(options.colormap).toStdString());
        if (map == nullptr) {
            QStringList names;
            for (const auto& known : colormaps()) {
                names << QString::fromStdString(known.id);
            }
            return Usage{optionText(QT_TRANSLATE_NOOP("CommandLine", "There is no colour map “%1”; choose one of %2."))
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
            return Usage{optionText(QT_TRANSLATE_NOOP("CommandLine", "--range needs its first number below its second."))};
        }
        style.autoRange = false;
        style.range = {static_cast<float>(lo), static_cast<float>(hi)};
    }
    if (auto usage = readOne(parser, options.opacity, style.opacity)) {
        return usage;
    }
    style.smooth = !parser.isSet(options.cells);
    return readMarks(parser, options, style);
}

std::optional<Usage> readField(const QCommandLineParser& parser, const FieldOptions& options, FieldSpec& field,
                               std::optional<PointValue>& query) {
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
        return Usage{optionText(QT_TRANSLATE_NOOP("CommandLine", "--mode is before, after or changed, not “%1”.")).arg(mode)};
    }
    if (auto usage = readOne(parser, options.channel, field.channel)) {
        return usage;
    }
    if (parser.isSet(options.channel)) {
        field.channelMode = ChannelMode::Single;
    }
    if (auto usage = readHead(parser, options, field.head)) {
        return usage;
    }
    if (!parser.isSet(options.query)) {
        return std::nullopt;
    }
    query.emplace();
    return readPair(parser, options.query, u',', query->x, query->y);
}

std::optional<Usage> checkChoices(const QCommandLineParser& parser, const RenderOptions& options, const FieldChoices& choices) {
    const auto refused = [&](const QCommandLineOption& option, const QString& text, int count) -> std::optional<Usage> {
        if (count < 1) {
            return Usage{optionText(QT_TRANSLATE_NOOP("CommandLine", "There are no heads here; leave --%1 out."))
                             .arg(option.names().constLast())};
        }
        int unused = 0;
        return readNumber(ruleOf(renderNumbers(), option).upTo(count - 1), text, unused);
    };
    int head = -1;
    if (!readHead(parser, options.field, head) && head >= 0) {
        if (auto usage = refused(options.field.head, parser.value(options.field.head), choices.mapHeads)) {
            return usage;
        }
    }
    if (parser.isSet(options.field.channel)) {
        if (auto usage = refused(options.field.channel, parser.value(options.field.channel), choices.mapChannels)) {
            return usage;
        }
    }
    const QStringList muted =
        parser.isSet(options.intervention.muteHeads) ? parser.value(options.intervention.muteHeads).split(u',') : QStringList();
    for (const QString& text : muted) {
        if (auto usage = refused(options.intervention.muteHeads, text, choices.moduleHeads)) {
            return usage;
        }
    }
    return std::nullopt;
}

std::optional<Usage> readIntervention(const QCommandLineParser& parser, const InterventionOptions& options, int channels,
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
