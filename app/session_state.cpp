#include "app/session_state.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>
#include <cmath>

#include "engine/attention/registry.h"
#include "engine/render/colormap.h"

namespace fovea {
namespace {

constexpr int kVersion = 1;
constexpr qsizetype kMostBytes = 4 << 20;

QString text(const std::string& s) { return QString::fromStdString(s); }
std::string text(const QJsonValue& v) { return v.toString().toStdString(); }

double between(const QJsonValue& v, double least, double most, double fallback) {
    const double number = v.toDouble(fallback);
    return std::isfinite(number) ? std::clamp(number, least, most) : fallback;
}

int whole(const QJsonValue& v, int least, int most, int fallback) {
    return static_cast<int>(std::lround(between(v, least, most, fallback)));
}

template <class T>
QJsonArray numbers(const std::vector<T>& values) {
    QJsonArray array;
    for (const T v : values) {
        array.append(static_cast<double>(v));
    }
    return array;
}

constexpr int kMostChannels = 65536;

std::vector<float> factors(const QJsonValue& v) {
    std::vector<float> out;
    const QJsonArray array = v.toArray();
    for (qsizetype k = 0; k < std::min<qsizetype>(array.size(), kMostChannels); ++k) {
        out.push_back(static_cast<float>(between(array[k], -1e3, 1e3, 1.0)));
    }
    return out;
}

/// Channels or heads, each of them once.
std::vector<int> places(const QJsonValue& v) {
    std::vector<int> out;
    const QJsonArray array = v.toArray();
    for (qsizetype k = 0; k < std::min<qsizetype>(array.size(), kMostChannels); ++k) {
        const int place = whole(array[k], 0, kMostChannels - 1, 0);
        if (std::find(out.begin(), out.end(), place) == out.end()) {
            out.push_back(place);
        }
    }
    return out;
}

QJsonObject fieldJson(const FieldSpec& f) {
    return {{QStringLiteral("map"), text(f.map)},
            {QStringLiteral("channelMode"), static_cast<int>(f.channelMode)},
            {QStringLiteral("channel"), f.channel},
            {QStringLiteral("head"), f.head},
            {QStringLiteral("queryX"), f.queryX},
            {QStringLiteral("queryY"), f.queryY},
            {QStringLiteral("toQuery"), f.toQuery},
            {QStringLiteral("class"), f.activationClass},
            {QStringLiteral("plainClass"), f.plainActivation}};
}

FieldSpec parseField(const QJsonObject& o) {
    FieldSpec f;
    f.map = text(o[QStringLiteral("map")]);
    f.channelMode = static_cast<ChannelMode>(whole(o[QStringLiteral("channelMode")], 0, 3, 1));
    f.channel = whole(o[QStringLiteral("channel")], -1, 1 << 20, -1);
    f.head = whole(o[QStringLiteral("head")], -2, 1 << 10, -1);
    f.queryX = between(o[QStringLiteral("queryX")], 0.0, 1.0, 0.5);
    f.queryY = between(o[QStringLiteral("queryY")], 0.0, 1.0, 0.5);
    f.toQuery = o[QStringLiteral("toQuery")].toBool();
    f.activationClass = whole(o[QStringLiteral("class")], -1, 1 << 20, -1);
    f.plainActivation = o[QStringLiteral("plainClass")].toBool();
    return f;
}

QJsonObject paneJson(const PaneState& p) {
    return {{QStringLiteral("modelFolder"), text(p.bundleFolder)},
            {QStringLiteral("module"), text(p.module)},
            {QStringLiteral("slot"), text(p.slot)},
            {QStringLiteral("trained"), p.trained},
            {QStringLiteral("params"), QJsonDocument::fromJson(QByteArray::fromStdString(p.params.toJson())).object()},
            {QStringLiteral("weightsFile"), text(p.weightsFile)},
            {QStringLiteral("seed"), QString::number(p.seed)},
            {QStringLiteral("field"), fieldJson(p.field)},
            {QStringLiteral("channelFactors"), numbers(p.intervention.channels)},
            {QStringLiteral("headFactors"), numbers(p.intervention.heads)},
            {QStringLiteral("pinnedChannels"), numbers(p.pinnedChannels)},
            {QStringLiteral("pinnedHeads"), numbers(p.pinnedHeads)}};
}

/// `folder` is the model's of a session in which all panes have one.
std::optional<PaneState> parsePane(const QJsonObject& o, const std::string& folder) {
    PaneState p;
    p.bundleFolder = o.contains(QStringLiteral("modelFolder")) ? text(o[QStringLiteral("modelFolder")]) : folder;
    p.module = text(o[QStringLiteral("module")]);
    const ModuleInfo* info = findModule(p.module);
    if (info == nullptr) {
        return std::nullopt;
    }
    p.slot = text(o[QStringLiteral("slot")]);
    p.trained = o[QStringLiteral("trained")].toBool(true);
    const auto params = ParamSet::fromJson(
        info->params, QJsonDocument(o[QStringLiteral("params")].toObject()).toJson(QJsonDocument::Compact).toStdString());
    p.params = params ? *params : ParamSet(info->params);
    p.weightsFile = text(o[QStringLiteral("weightsFile")]);
    p.seed = o[QStringLiteral("seed")].toString(QStringLiteral("1")).toULongLong();
    p.field = parseField(o[QStringLiteral("field")].toObject());
    p.field.module = p.module;
    p.field.slot = p.slot;
    p.intervention = {factors(o[QStringLiteral("channelFactors")]), factors(o[QStringLiteral("headFactors")])};
    p.pinnedChannels = places(o[QStringLiteral("pinnedChannels")]);
    p.pinnedHeads = places(o[QStringLiteral("pinnedHeads")]);
    return p;
}

QJsonObject styleJson(const OverlayStyle& s) {
    return {{QStringLiteral("colormap"), text(s.colormap)},
            {QStringLiteral("divergingColormap"), text(s.divergingColormap)},
            {QStringLiteral("opacity"), s.opacity},
            {QStringLiteral("smooth"), s.smooth},
            {QStringLiteral("lo"), static_cast<double>(s.range.lo)},
            {QStringLiteral("hi"), static_cast<double>(s.range.hi)},
            {QStringLiteral("clipShare"), s.clipShare},
            {QStringLiteral("brightness"), s.mode == OverlayMode::Brightness},
            {QStringLiteral("thresholded"), s.thresholded},
            {QStringLiteral("threshold"), static_cast<double>(s.threshold)},
            {QStringLiteral("contours"), s.contours},
            {QStringLiteral("rangeSmoothing"), s.rangeSmoothing}};
}

OverlayStyle parseStyle(const QJsonObject& o, RangeMode mode) {
    constexpr double kFar = 3e38;
    OverlayStyle s;
    const auto map = [](const std::string& id, const std::string& fallback) {
        return findColormap(id) != nullptr ? id : fallback;
    };
    s.colormap = map(text(o[QStringLiteral("colormap")]), s.colormap);
    s.divergingColormap = map(text(o[QStringLiteral("divergingColormap")]), s.divergingColormap);
    s.opacity = between(o[QStringLiteral("opacity")], 0.0, 1.0, s.opacity);
    s.smooth = o[QStringLiteral("smooth")].toBool(s.smooth);
    s.range = {static_cast<float>(between(o[QStringLiteral("lo")], -kFar, kFar, 0.0)),
               static_cast<float>(between(o[QStringLiteral("hi")], -kFar, kFar, 1.0))};
    s.autoRange = mode == RangeMode::Auto || mode == RangeMode::Clipped;
    s.clipped = mode == RangeMode::Clipped;
    s.clipShare = between(o[QStringLiteral("clipShare")], 0.0, 0.499, s.clipShare);
    s.mode = o[QStringLiteral("brightness")].toBool() ? OverlayMode::Brightness : OverlayMode::Blend;
    s.thresholded = o[QStringLiteral("thresholded")].toBool();
    s.threshold = static_cast<float>(between(o[QStringLiteral("threshold")], -kFar, kFar, 0.0));
    s.contours = whole(o[QStringLiteral("contours")], 0, 32, 0);
    s.rangeSmoothing = between(o[QStringLiteral("rangeSmoothing")], 0.0, 0.99, 0.0);
    return s;
}

QJsonArray pinsJson(const std::vector<Pin>& pins) {
    QJsonArray array;
    for (const Pin& pin : pins) {
        array.append(
            QJsonObject{{QStringLiteral("number"), pin.number}, {QStringLiteral("x"), pin.x}, {QStringLiteral("y"), pin.y}});
    }
    return array;
}

std::vector<Pin> parsePins(const QJsonArray& array) {
    constexpr qsizetype kMost = 9;
    std::vector<Pin> pins;
    for (qsizetype k = 0; k < std::min(array.size(), kMost); ++k) {
        const QJsonObject o = array[k].toObject();
        const Pin pin{whole(o[QStringLiteral("number")], 1, 9, 1), between(o[QStringLiteral("x")], 0.0, 1.0, 0.5),
                      between(o[QStringLiteral("y")], 0.0, 1.0, 0.5)};
        if (std::none_of(pins.begin(), pins.end(), [&pin](const Pin& p) { return p.number == pin.number; })) {
            pins.push_back(pin);
        }
    }
    return pins;
}

}  // namespace

QByteArray sessionJson(const SessionFile& session) {
    const SessionState& s = session.state;
    QJsonArray panes;
    for (const PaneState& pane : s.panes) {
        panes.append(paneJson(pane));
    }
    const QJsonObject source{{QStringLiteral("kind"), static_cast<int>(session.source.kind)},
                             {QStringLiteral("location"), text(session.source.location)},
                             {QStringLiteral("mirror"), session.source.mirror},
                             {QStringLiteral("sha256"), text(session.sha256)},
                             {QStringLiteral("frame"), static_cast<double>(session.frame)}};
    const QJsonObject model{{QStringLiteral("cropped"), s.cropped},
                            {QStringLiteral("fine"), s.fine},
                            {QStringLiteral("retinaStride"), s.retina.stride},
                            {QStringLiteral("retinaSide"), s.retina.maxSide}};
    const QJsonObject view{{QStringLiteral("kind"), static_cast<int>(s.view)},
                           {QStringLiteral("difference"), s.difference},
                           {QStringLiteral("split"), session.split},
                           {QStringLiteral("fitted"), session.place.fitted},
                           {QStringLiteral("zoom"), session.place.zoom},
                           {QStringLiteral("centreX"), session.place.centre.x()},
                           {QStringLiteral("centreY"), session.place.centre.y()}};
    return QJsonDocument(QJsonObject{{QStringLiteral("fovea"), kVersion},
                                     {QStringLiteral("source"), source},
                                     {QStringLiteral("model"), model},
                                     {QStringLiteral("panes"), panes},
                                     {QStringLiteral("active"), s.active},
                                     {QStringLiteral("style"), styleJson(s.style)},
                                     {QStringLiteral("rangeMode"), static_cast<int>(s.rangeMode)},
                                     {QStringLiteral("pins"), pinsJson(s.pins)},
                                     {QStringLiteral("activePin"), s.activePin},
                                     {QStringLiteral("view"), view}})
        .toJson();
}

Result<SessionFile> parseSession(const QByteArray& json, const std::string& name) {
    const QJsonObject o = json.size() <= kMostBytes ? QJsonDocument::fromJson(json).object() : QJsonObject();
    if (o[QStringLiteral("fovea")].toInt() < 1) {
        return makeError(ErrorCode::BadFormat, FOVEA_TEXT("engine", "“%1” is not a session of Fovea; choose a .fovea file."),
                         {name});
    }
    if (o[QStringLiteral("fovea")].toInt() > kVersion) {
        return makeError(ErrorCode::Unsupported, FOVEA_TEXT("engine", "“%1” was saved by a newer Fovea; open it with that one."),
                         {name});
    }
    SessionFile file;
    SessionState& s = file.state;
    const QJsonObject model = o[QStringLiteral("model")].toObject();
    for (const auto& value : o[QStringLiteral("panes")].toArray()) {
        if (auto pane = parsePane(value.toObject(), text(model[QStringLiteral("folder")]))) {
            s.panes.push_back(*std::move(pane));
        }
    }
    const QJsonObject source = o[QStringLiteral("source")].toObject();
    file.source.kind = static_cast<SourceKind>(whole(source[QStringLiteral("kind")], 0, static_cast<int>(SourceKind::Stream), 0));
    file.source.location = text(source[QStringLiteral("location")]);
    file.source.mirror = source[QStringLiteral("mirror")].toBool();
    file.sha256 = text(source[QStringLiteral("sha256")]);
    file.frame = static_cast<std::uint64_t>(between(source[QStringLiteral("frame")], 0.0, 1e12, 0.0));
    s.cropped = model[QStringLiteral("cropped")].toBool();
    s.fine = model[QStringLiteral("fine")].toBool();
    const int stride = whole(model[QStringLiteral("retinaStride")], 4, 32, s.retina.stride);
    s.retina.stride = stride == 4 || stride == 8 || stride == 16 || stride == 32 ? stride : s.retina.stride;
    s.retina.maxSide = whole(model[QStringLiteral("retinaSide")], 64, 4096, s.retina.maxSide);
    s.rangeMode = static_cast<RangeMode>(whole(o[QStringLiteral("rangeMode")], 0, 3, 0));
    s.style = parseStyle(o[QStringLiteral("style")].toObject(), s.rangeMode);
    s.active = whole(o[QStringLiteral("active")], 0, 3, 0);
    s.pins = parsePins(o[QStringLiteral("pins")].toArray());
    s.activePin = whole(o[QStringLiteral("activePin")], 0, 9, 0);
    const QJsonObject view = o[QStringLiteral("view")].toObject();
    s.view = static_cast<ViewKind>(whole(view[QStringLiteral("kind")], 0, 3, 0));
    s.difference = view[QStringLiteral("difference")].toBool();
    file.split = between(view[QStringLiteral("split")], 0.0, 1.0, 0.5);
    file.place = {view[QStringLiteral("fitted")].toBool(true), between(view[QStringLiteral("zoom")], 1e-4, 1e4, 1.0),
                  QPointF(between(view[QStringLiteral("centreX")], -1e6, 1e6, 0.0),
                          between(view[QStringLiteral("centreY")], -1e6, 1e6, 0.0))};
    return file;
}

}  // namespace fovea
