// Reading a session: every value is checked, every file is looked for, and what is not there is listed.

#include <QDir>
#include <QFileInfo>
#include <QJsonDocument>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "app/session/session_file.h"
#include "app/session/session_keys.h"
#include "app/session/session_paths.h"
#include "engine/attention/registry.h"
#include "engine/io/read_file.h"
#include "engine/render/colormap.h"
#include "engine/source/stream_address.h"

namespace fovea {
namespace {

constexpr qsizetype kMostBytes = 4 << 20;

using Kind = SessionLoss::Kind;

std::vector<float> floats(const std::vector<double>& values) {
    std::vector<float> out;
    std::transform(values.begin(), values.end(), std::back_inserter(out), [](double v) { return static_cast<float>(v); });
    return out;
}

/// Channels or heads, each of them once.
std::vector<int> places(const std::vector<double>& values) {
    std::vector<int> out;
    for (const double value : values) {
        const int place = static_cast<int>(value);
        if (place >= 0 && std::find(out.begin(), out.end(), place) == out.end()) {
            out.push_back(place);
        }
    }
    return out;
}

class Reader final {
public:
    Reader(QString folder, const BundledModel& own) : m_folder(std::move(folder)), m_own(own) {}

    OpenedSession read(const QJsonObject& json);

private:
    void readSource(SessionKeys keys);
    void readPanes(SessionKeys& keys, const std::string& sharedFolder);
    std::optional<PaneState> readPane(SessionKeys& keys, const std::string& sharedFolder);
    ParamSet readParams(SessionKeys& keys, const ModuleInfo& info);
    std::string readModel(SessionKeys& keys, const std::string& sharedFolder, std::string& missing);
    std::string modelAt(const QJsonObject& reference, bool isOld, std::string& missing);
    std::string readWeights(SessionKeys& keys, std::string& missing);
    int placeFor(const std::string& wanted) const;
    void noteOtherHash(const std::string& sha256);
    void readStyle(SessionKeys keys);
    void readPins(SessionKeys& keys);
    void readView(SessionKeys keys);
    std::string wholePath(const QString& path) const;
    /// Panes which miss the same file are one loss.
    void addWaiting(Kind kind, const std::string& path, const PaneState& pane);

    QString m_folder;
    const BundledModel& m_own;
    OpenedSession m_opened;
    std::vector<Error> m_problems;
};

std::string Reader::wholePath(const QString& path) const {
    return (path.isEmpty() || m_folder.isEmpty() ? path : QDir::cleanPath(QDir(m_folder).filePath(path))).toStdString();
}

void Reader::readSource(SessionKeys keys) {
    SessionFile& file = m_opened.file;
    file.source.kind = static_cast<SourceKind>(keys.whole("kind", 0));
    file.source.mirror = keys.flag("mirror", false);
    file.sha256 = keys.text("sha256");
    file.frame = static_cast<std::uint64_t>(keys.number("frame", 0.0));
    file.source.location = keys.text("location");
    if (!isOnDisk(file.source.kind)) {
        m_opened.losses.push_back({.kind = Kind::Live,
                                   .text = makeError(ErrorCode::NotFound, FOVEA_TEXT("engine", "This session was saved on %1."),
                                                     {shownLocation(file.source.location)}),
                                   .path = file.source.location});
        return;
    }
    const QJsonObject& reference = keys.json();
    const bool isFolder = file.source.kind == SourceKind::Folder;
    const QString found = isFolder ? foundFolder(reference, m_folder) : foundFile(reference, m_folder);
    file.source.location = found.isEmpty() ? wholePath(referencePath(reference)) : found.toStdString();
    if (!found.isEmpty()) {
        return;
    }
    const char* sentence = file.source.location.empty()
                               ? FOVEA_TEXT("engine", "The picture of this session was pasted: it is not part of the session.")
                           : isFolder ? FOVEA_TEXT("engine", "The folder of pictures “%1” is not there.")
                           : file.source.kind == SourceKind::Video ? FOVEA_TEXT("engine", "The video “%1” is not there.")
                                                                   : FOVEA_TEXT("engine", "The picture “%1” is not there.");
    m_opened.losses.push_back({.kind = Kind::Picture,
                               .text = makeError(ErrorCode::NotFound, sentence, {file.source.location}),
                               .path = file.source.location});
}

// Several panes may name the bundled model; that it differs is said once.
void Reader::noteOtherHash(const std::string& sha256) {
    const Error note =
        makeError(ErrorCode::BadValue,
                  FOVEA_TEXT("engine", "The model %1 of this program is not the one of the session; the numbers may differ."),
                  {m_own.name});
    const bool isOther = !sha256.empty() && !m_own.sha256.empty() && sha256 != m_own.sha256;
    const bool isSaid =
        std::any_of(m_problems.begin(), m_problems.end(), [&note](const Error& e) { return e.text == note.text; });
    if (isOther && !isSaid) {
        m_problems.push_back(note);
    }
}

std::string Reader::modelAt(const QJsonObject& reference, bool isOld, std::string& missing) {
    const QString path = referencePath(reference);
    if (path.isEmpty()) {
        return {};
    }
    const QString found = foundFolder(reference, m_folder);
    if (!found.isEmpty()) {
        return found.toStdString();
    }
    // A session of the first kind knew the model which comes with the program by its path on that computer alone.
    const bool isOwn = isOld && !m_own.name.empty() && QFileInfo(QDir::cleanPath(path)).fileName().toStdString() == m_own.name;
    if (!isOwn) {
        missing = wholePath(path);
    }
    return m_own.folder;
}

std::string Reader::readModel(SessionKeys& keys, const std::string& sharedFolder, std::string& missing) {
    const auto old = [](const std::string& path) {
        return QJsonObject{{QStringLiteral("location"), QString::fromStdString(path)}};
    };
    if (!keys.has("model")) {
        return modelAt(old(keys.has("modelFolder") ? keys.text("modelFolder") : sharedFolder), true, missing);
    }
    SessionKeys model = keys.object("model");
    if (!model.has("name")) {
        return modelAt(model.json(), false, missing);
    }
    const std::string name = model.text("name");
    if (name == kRetinaName.toStdString()) {
        return {};
    }
    if (name == m_own.name) {
        noteOtherHash(model.text("sha256"));
    } else {
        missing = name;
    }
    return m_own.folder;
}

std::string Reader::readWeights(SessionKeys& keys, std::string& missing) {
    const QJsonObject reference =
        keys.has("weightsFile") ? QJsonObject{{QStringLiteral("location"), QString::fromStdString(keys.text("weightsFile"))}}
                                : keys.object("weights").json();
    const QString path = referencePath(reference);
    const QString found = foundFile(reference, m_folder);
    if (!path.isEmpty() && found.isEmpty()) {
        missing = wholePath(path);
    }
    return found.toStdString();
}

ParamSet Reader::readParams(SessionKeys& keys, const ModuleInfo& info) {
    SessionKeys given = keys.object("params");
    ParamSet params(info.params);
    const QStringList names = given.json().keys();
    for (const QString& name : names) {
        const std::string key = name.toStdString();
        const QJsonDocument one(QJsonObject{{name, given.json()[name]}});
        const auto read = ParamSet::fromJson(info.params, one.toJson(QJsonDocument::Compact).toStdString());
        if (given.json()[name].isNull()) {
            given.refuse(makeError(ErrorCode::BadFormat, FOVEA_TEXT("engine", "“%1” is empty; its default is used."),
                                   {given.pathOf(key.c_str())}));
        } else if (!read) {
            Error problem = read.error();
            problem.args[0] = given.pathOf(key.c_str());
            given.refuse(std::move(problem));
        } else {
            static_cast<void>(params.set(info.params, key, read->values().at(key)));
        }
    }
    return params;
}

FieldSpec readField(SessionKeys keys) {
    FieldSpec f;
    f.map = keys.text("map");
    f.channelMode = static_cast<ChannelMode>(keys.whole("channelMode", static_cast<int>(f.channelMode)));
    f.channel = keys.whole("channel", -1);
    f.head = keys.whole("head", -1);
    f.queryX = keys.number("queryX", 0.5);
    f.queryY = keys.number("queryY", 0.5);
    f.toQuery = keys.flag("toQuery", false);
    f.activationClass = keys.whole("class", -1);
    f.plainActivation = keys.flag("plainClass", false);
    if (f.channelMode == ChannelMode::Single && f.channel < 0) {  // the channel was refused
        f.channelMode = ChannelMode::After;
    }
    return f;
}

/// Newer sessions write the seed as a text, because a JSON number cannot hold every seed.
std::uint64_t readSeed(SessionKeys& keys) {
    if (!keys.has("seed") || !keys.json()[QStringLiteral("seed")].isString()) {
        return static_cast<std::uint64_t>(keys.number("seed", 1.0));
    }
    const auto seed = keys.rule("seed").parse(keys.text("seed"));
    if (!seed) {
        keys.refuse(seed.error());
    }
    return seed ? static_cast<std::uint64_t>(*seed) : 1;
}

// The place tells panes with the same mechanism apart, so no two panes share one.
int Reader::placeFor(const std::string& wanted) const {
    const auto& panes = m_opened.file.state.panes;
    const auto named = static_cast<int>(std::find(kPlaceNames.begin(), kPlaceNames.end(), wanted) - kPlaceNames.begin());
    const bool isFree = std::none_of(panes.begin(), panes.end(), [named](const PaneState& p) { return p.place == named; });
    return named < kMaxPanes && isFree ? named : freePlace(panes);
}

void Reader::addWaiting(Kind kind, const std::string& path, const PaneState& pane) {
    auto& losses = m_opened.losses;
    const auto same = std::find_if(losses.begin(), losses.end(),
                                   [&](const SessionLoss& loss) { return loss.kind == kind && loss.path == path; });
    if (same != losses.end()) {
        same->panes.push_back(pane);
        return;
    }
    const std::string standIn = m_own.name.empty() ? "Retina" : m_own.name;
    losses.push_back(
        {.kind = kind,
         .text = kind == Kind::Model
                     ? makeError(ErrorCode::NotFound, FOVEA_TEXT("engine", "The model “%1” is not there; %2 stands in for it."),
                                 {path, standIn})
                     : makeError(ErrorCode::NotFound,
                                 FOVEA_TEXT("engine", "The weights “%1” are not there; others stand in for them."), {path}),
         .path = path,
         .panes = {pane}});
}

/// Returns nothing when this version does not know the mechanism.
std::optional<PaneState> Reader::readPane(SessionKeys& keys, const std::string& sharedFolder) {
    PaneState p;
    p.module = keys.text("module");
    const ModuleInfo* info = findModule(p.module);
    if (info == nullptr) {
        return std::nullopt;
    }
    std::string missingModel;
    std::string missingWeights;
    p.bundleFolder = readModel(keys, sharedFolder, missingModel);
    p.place = placeFor(keys.text("slot"));
    p.trained = keys.flag("trained", true);
    p.params = readParams(keys, *info);
    p.weightsFile = readWeights(keys, missingWeights);
    p.seed = readSeed(keys);
    p.field = readField(keys.object("field"));
    p.intervention = {floats(keys.numbers("channelFactors", 1.0)), floats(keys.numbers("headFactors", 1.0))};
    p.pinnedChannels = places(keys.numbers("pinnedChannels", -1.0));
    p.pinnedHeads = places(keys.numbers("pinnedHeads", -1.0));
    if (!missingModel.empty()) {
        addWaiting(Kind::Model, missingModel, p);
    }
    if (!missingWeights.empty()) {
        addWaiting(Kind::Weights, missingWeights, p);
    }
    return p;
}

// A pane which is left out moves the ones after it, and the active one with them.
void Reader::readPanes(SessionKeys& keys, const std::string& sharedFolder) {
    SessionState& state = m_opened.file.state;
    std::vector<SessionKeys> panes = keys.objects("panes", kMaxPanes);
    int active = keys.whole("active", 0);
    const auto count = static_cast<int>(panes.size());
    if (active > 0 && active >= count) {
        keys.refuse(keys.rule("active").upTo(std::max(count - 1, 0)).refusal(std::to_string(active)));
        active = 0;
    }
    for (int k = 0; k < count; ++k) {
        SessionKeys& pane = panes[static_cast<std::size_t>(k)];
        if (auto read = readPane(pane, sharedFolder)) {
            state.active = k <= active ? static_cast<int>(state.panes.size()) : state.active;
            state.panes.push_back(*std::move(read));
            continue;
        }
        keys.refuse(makeError(ErrorCode::NotFound,
                              FOVEA_TEXT("engine", "Pane %1 of the session is left out: this version knows no mechanism “%2”."),
                              {std::string(1, static_cast<char>('A' + k)), pane.text("module")}));
    }
    if (state.panes.empty()) {
        std::string missing;
        PaneState standIn;
        standIn.bundleFolder = panes.empty() ? m_own.folder : readModel(panes.front(), sharedFolder, missing);
        standIn.trained = panes.empty() || panes.front().flag("trained", true);
        state.panes.push_back(standIn);
        keys.refuse(makeError(ErrorCode::NotFound,
                              FOVEA_TEXT("engine", "No pane of the session can be restored; the window keeps its mechanism.")));
    }
}

void Reader::readStyle(SessionKeys keys) {
    SessionState& state = m_opened.file.state;
    OverlayStyle& s = state.style;
    s.colormap = keys.choice("colormap", colormapIds(false), s.colormap);
    s.divergingColormap = keys.choice("divergingColormap", colormapIds(true), s.divergingColormap);
    s.opacity = keys.number("opacity", s.opacity);
    s.smooth = keys.flag("smooth", s.smooth);
    const double lo = keys.number("lo", s.range.lo);
    const double hi = keys.number("hi", s.range.hi);
    const ValueRange range{static_cast<float>(lo), static_cast<float>(hi)};
    // The range of a uniform map, which may be locked, has both ends at one place; a typed one never has.
    if (range.hi < range.lo || (state.rangeMode == RangeMode::Typed && !(range.lo < range.hi))) {
        keys.refuse(makeError(
            ErrorCode::BadValue,
            FOVEA_TEXT("engine", "“%1” is %2, but the lower end of the range is %3; the range is the automatic one instead."),
            {keys.pathOf("hi"), shortestText(hi), shortestText(lo)}));
        state.rangeMode = RangeMode::Auto;
    } else {
        s.range = range;
    }
    s.autoRange = state.rangeMode == RangeMode::Auto || state.rangeMode == RangeMode::Clipped;
    s.clipped = state.rangeMode == RangeMode::Clipped;
    s.clipShare = keys.number("clipShare", s.clipShare);
    s.mode = keys.flag("brightness", false) ? OverlayMode::Brightness : OverlayMode::Blend;
    s.thresholded = keys.flag("thresholded", false);
    s.threshold = static_cast<float>(keys.number("threshold", s.threshold));
    s.contours = keys.whole("contours", s.contours);
    s.rangeSmoothing = keys.number("rangeSmoothing", s.rangeSmoothing);
}

// A pin of which one number is not allowed would stand at another place: it is left out.
void Reader::readPins(SessionKeys& keys) {
    SessionState& state = m_opened.file.state;
    for (SessionKeys& pin : keys.objects("pins", kMaxPins)) {
        if (!pin.has("number") || !pin.has("x") || !pin.has("y")) {
            pin.refuse(makeError(ErrorCode::BadFormat, FOVEA_TEXT("engine", "“%1” is missing, so that pin is left out."),
                                 {pin.pathOf(!pin.has("number") ? "number"
                                             : !pin.has("x")    ? "x"
                                                                : "y")}));
            continue;
        }
        const Pin read{pin.whole("number", 0), pin.number("x", -1.0), pin.number("y", -1.0)};
        const bool isTwice =
            std::any_of(state.pins.begin(), state.pins.end(), [&read](const Pin& p) { return p.number == read.number; });
        if (isTwice && read.number > 0) {
            pin.refuse(makeError(ErrorCode::BadFormat, FOVEA_TEXT("engine", "“%1” is %2 a second time; that pin is left out."),
                                 {pin.pathOf("number"), std::to_string(read.number)}));
        } else if (read.number > 0 && read.x >= 0.0 && read.y >= 0.0) {
            state.pins.push_back(read);
        }
    }
    state.activePin = keys.whole("activePin", 0);
}

void Reader::readView(SessionKeys keys) {
    SessionFile& file = m_opened.file;
    const std::string name = keys.text("name");
    file.state.view = name.empty() ? kNumberedViews[static_cast<std::size_t>(keys.whole("kind", 0))] : name;
    file.state.difference = keys.flag("difference", false);
    file.split = keys.number("split", 0.5);
    file.place = {keys.flag("fitted", true), keys.number("zoom", 1.0),
                  QPointF(keys.number("centreX", 0.0), keys.number("centreY", 0.0))};
}

OpenedSession Reader::read(const QJsonObject& json) {
    SessionKeys keys(json, {}, m_problems);
    SessionState& s = m_opened.file.state;
    readSource(keys.object("source"));
    SessionKeys model = keys.object("model");
    readPanes(keys, model.text("folder"));
    s.cropped = model.flag("cropped", false);
    s.fine = model.flag("fine", false);
    s.retina.stride = model.whole("retinaStride", s.retina.stride);
    s.retina.maxSide = model.whole("retinaSide", s.retina.maxSide);
    s.rangeMode = static_cast<RangeMode>(keys.whole("rangeMode", 0));
    readStyle(keys.object("style"));
    readPins(keys);
    readView(keys.object("view"));
    for (Error& problem : m_problems) {
        m_opened.losses.push_back({.kind = Kind::Note, .text = std::move(problem)});
    }
    return std::move(m_opened);
}

}  // namespace

Result<OpenedSession> parseSession(const QByteArray& json, const std::string& name, const QString& folder,
                                   const BundledModel& own) {
    const QJsonObject o = json.size() <= kMostBytes ? QJsonDocument::fromJson(json).object() : QJsonObject();
    const int version = o[QStringLiteral("fovea")].toInt();
    if (version < 1) {
        return makeError(ErrorCode::BadFormat, FOVEA_TEXT("engine", "“%1” is not a session of Fovea; choose a .fovea file."),
                         {name});
    }
    if (version > kSessionVersion) {
        return makeError(ErrorCode::Unsupported, FOVEA_TEXT("engine", "“%1” was saved by a newer Fovea; open it with that one."),
                         {name});
    }
    return Reader(folder, own).read(o);
}

Result<OpenedSession> readSession(const QString& path) {
    const auto bytes = readFile(path.toStdString(), kMostBytes);
    if (!bytes) {
        return bytes.error();
    }
    const QFileInfo info(path);
    return parseSession(QByteArray(reinterpret_cast<const char*>(bytes->data()), static_cast<qsizetype>(bytes->size())),
                        info.fileName().toStdString(), QFileInfo(info.absolutePath()).canonicalFilePath());
}

}  // namespace fovea
