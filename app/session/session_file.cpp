#include "app/session/session_file.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>

#include "app/session/session_paths.h"
#include "engine/source/stream_address.h"

namespace fovea {
namespace {

QString text(const std::string& s) { return QString::fromStdString(s); }

template <class T>
QJsonArray numbers(const std::vector<T>& values) {
    QJsonArray array;
    for (const T v : values) {
        array.append(static_cast<double>(v));
    }
    return array;
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

QJsonObject modelJson(const std::string& bundleFolder, const QString& folder, const BundledModel& own) {
    if (bundleFolder.empty()) {
        return {{QStringLiteral("name"), kRetinaName}};
    }
    if (bundleFolder == own.folder) {
        return {{QStringLiteral("name"), text(own.name)}, {QStringLiteral("sha256"), text(own.sha256)}};
    }
    return referenceJson(text(bundleFolder), folder);
}

QJsonObject paneJson(const PaneState& p, const QString& folder, const BundledModel& own) {
    QJsonObject json{{QStringLiteral("model"), modelJson(p.bundleFolder, folder, own)},
                     {QStringLiteral("module"), text(p.module)},
                     {QStringLiteral("slot"), QString::fromLatin1(kPlaceNames[static_cast<std::size_t>(p.place)])},
                     {QStringLiteral("trained"), p.trained},
                     {QStringLiteral("params"), QJsonDocument::fromJson(QByteArray::fromStdString(p.params.toJson())).object()},
                     {QStringLiteral("seed"), QString::number(p.seed)},
                     {QStringLiteral("field"), fieldJson(p.field)},
                     {QStringLiteral("channelFactors"), numbers(p.intervention.channels)},
                     {QStringLiteral("headFactors"), numbers(p.intervention.heads)},
                     {QStringLiteral("pinnedChannels"), numbers(p.pinnedChannels)},
                     {QStringLiteral("pinnedHeads"), numbers(p.pinnedHeads)}};
    if (!p.weightsFile.empty()) {
        json[QStringLiteral("weights")] = referenceJson(text(p.weightsFile), folder);
    }
    return json;
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

QJsonArray pinsJson(const std::vector<Pin>& pins) {
    QJsonArray array;
    for (const Pin& pin : pins) {
        array.append(
            QJsonObject{{QStringLiteral("number"), pin.number}, {QStringLiteral("x"), pin.x}, {QStringLiteral("y"), pin.y}});
    }
    return array;
}

QJsonObject sourceJson(const SessionFile& session, const QString& folder) {
    QJsonObject json{{QStringLiteral("location"), text(shownLocation(session.source.location))}};
    if (isOnDisk(session.source.kind) && !session.source.location.empty()) {
        json = referenceJson(text(session.source.location), folder);
    }
    json[QStringLiteral("kind")] = static_cast<int>(session.source.kind);
    json[QStringLiteral("mirror")] = session.source.mirror;
    json[QStringLiteral("sha256")] = text(session.sha256);
    json[QStringLiteral("frame")] = static_cast<double>(session.frame);
    return json;
}

QJsonObject viewJson(const SessionFile& session) {
    QJsonObject json{
        {QStringLiteral("difference"), session.state.difference}, {QStringLiteral("split"), session.split},
        {QStringLiteral("fitted"), session.place.fitted},         {QStringLiteral("zoom"), session.place.zoom},
        {QStringLiteral("centreX"), session.place.centre.x()},    {QStringLiteral("centreY"), session.place.centre.y()}};
    const auto* numbered = std::find(kNumberedViews.begin(), kNumberedViews.end(), session.state.view);
    if (numbered == kNumberedViews.end()) {
        json[QStringLiteral("name")] = text(session.state.view);
    } else {
        json[QStringLiteral("kind")] = static_cast<int>(numbered - kNumberedViews.begin());
    }
    return json;
}

}  // namespace

QByteArray sessionJson(const SessionFile& session, const QString& folder, const BundledModel& own) {
    const SessionState& s = session.state;
    QJsonArray panes;
    for (const PaneState& pane : s.panes) {
        panes.append(paneJson(pane, folder, own));
    }
    const QJsonObject model{{QStringLiteral("cropped"), s.cropped},
                            {QStringLiteral("fine"), s.fine},
                            {QStringLiteral("retinaStride"), s.retina.stride},
                            {QStringLiteral("retinaSide"), s.retina.maxSide}};
    return QJsonDocument(QJsonObject{{QStringLiteral("fovea"), kSessionVersion},
                                     {QStringLiteral("source"), sourceJson(session, folder)},
                                     {QStringLiteral("model"), model},
                                     {QStringLiteral("panes"), panes},
                                     {QStringLiteral("active"), s.active},
                                     {QStringLiteral("style"), styleJson(s.style)},
                                     {QStringLiteral("rangeMode"), static_cast<int>(s.rangeMode)},
                                     {QStringLiteral("pins"), pinsJson(s.pins)},
                                     {QStringLiteral("activePin"), s.activePin},
                                     {QStringLiteral("view"), viewJson(session)}})
        .toJson();
}

}  // namespace fovea
