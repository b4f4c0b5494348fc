#include "app/session/session_keys.h"

#include <QJsonDocument>

#include <algorithm>
#include <utility>

#include "app/session/session_state.h"
#include "app/session/view_id.h"
#include "engine/attention/maps.h"
#include "engine/attention/weights.h"
#include "engine/models/retina.h"
#include "engine/pipeline/intervention.h"
#include "engine/render/compose.h"
#include "engine/render/field.h"
#include "engine/render/range_mode.h"
#include "engine/source/frame_source.h"

namespace fovea {
namespace {

constexpr qsizetype kMostNumbers = 65536;
constexpr std::size_t kMostProblems = 100;

NumberRule number(const char* key, double least, double most) { return {.name = key, .least = least, .most = most}; }

NumberRule whole(const char* key, double least, double most) {
    return {.name = key, .least = least, .most = most, .whole = true};
}

std::vector<NumberRule> makeRules() {
    constexpr double kFar = kFarthestValue;
    return {whole("source.kind", 0, static_cast<int>(kLastSourceKind)),
            whole("source.frame", 0, 1e12),
            retinaStrideRule("model.retinaStride"),
            whole("model.retinaSide", 64, kLargestRetinaSide),
            whole("panes[].seed", 0, kLargestSeed),
            whole("panes[].field.channelMode", 0, static_cast<int>(ChannelMode::Single)),
            whole("panes[].field.channel", -1, kLargestPlace),
            whole("panes[].field.head", kMinOverHeads, kLargestPlace),
            number("panes[].field.queryX", 0, 1),
            number("panes[].field.queryY", 0, 1),
            whole("panes[].field.class", -1, 1e6),
            number("panes[].channelFactors[]", -kLargestFactor, kLargestFactor),
            number("panes[].headFactors[]", -kLargestFactor, kLargestFactor),
            whole("panes[].pinnedChannels[]", 0, kLargestPlace),
            whole("panes[].pinnedHeads[]", 0, kLargestPlace),
            whole("active", 0, kMaxPanes - 1),
            number("style.opacity", 0, 1),
            number("style.lo", -kFar, kFar),
            number("style.hi", -kFar, kFar),
            number("style.clipShare", 0, kLargestClipShare),
            number("style.threshold", -kFar, kFar),
            whole("style.contours", 0, kMostContours),
            number("style.rangeSmoothing", 0, kLargestRangeSmoothing),
            whole("rangeMode", 0, static_cast<int>(RangeMode::Typed)),
            whole("pins[].number", 1, kMaxPins),
            number("pins[].x", 0, 1),
            number("pins[].y", 0, 1),
            whole("activePin", 0, kMaxPins),
            whole("view.kind", 0, static_cast<double>(kNumberedViews.size() - 1)),
            number("view.split", 0, 1),
            number("view.zoom", 1e-4, 1e4),
            number("view.centreX", -1e6, 1e6),
            number("view.centreY", -1e6, 1e6)};
}

/// "panes[].x" of "panes[3].x".
std::string withoutPlaces(const std::string& path) {
    std::string out;
    bool inside = false;
    for (const char c : path) {
        inside = inside && c != ']';
        if (!inside) {
            out += c;
        }
        inside = inside || c == '[';
    }
    return out;
}

/// A value as it stands in the file, in full.
std::string written(const QJsonValue& value) {
    if (value.isString()) {
        return value.toString().toStdString();
    }
    const QByteArray list = QJsonDocument(QJsonArray{value}).toJson(QJsonDocument::Compact);
    return list.mid(1, list.size() - 2).toStdString();
}

}  // namespace

const std::vector<NumberRule>& sessionRules() {
    static const std::vector<NumberRule> kRules = makeRules();
    return kRules;
}

SessionKeys::SessionKeys(QJsonObject object, std::string path, std::vector<Error>& problems)
    : m_object(std::move(object)), m_path(std::move(path)), m_problems(&problems) {}

std::string SessionKeys::pathOf(const char* key) const { return m_path.empty() ? key : m_path + '.' + key; }

void SessionKeys::refuse(Error problem) {
    if (m_problems->size() < kMostProblems) {
        m_problems->push_back(std::move(problem));
    } else if (m_problems->size() == kMostProblems) {
        m_problems->push_back(
            makeError(ErrorCode::BadFormat, FOVEA_TEXT("engine", "There are more values which are not allowed.")));
    }
}

NumberRule SessionKeys::rule(const char* key) const {
    const std::string path = withoutPlaces(pathOf(key));
    const auto& rules = sessionRules();
    const auto it = std::find_if(rules.begin(), rules.end(), [&path](const NumberRule& r) { return r.name == path; });
    Q_ASSERT_X(it != rules.end(), "SessionKeys", path.c_str());
    NumberRule found = *it;
    found.name = pathOf(key);
    return found;
}

double SessionKeys::checked(const NumberRule& rule, const QJsonValue& value, double fallback) {
    if (value.isUndefined()) {
        return fallback;
    }
    const auto number = value.isDouble() ? rule.check(value.toDouble()) : Result<double>(rule.refusal(written(value)));
    if (!number) {
        refuse(number.error());
    }
    return number ? *number : fallback;
}

double SessionKeys::number(const char* key, double fallback) {
    return checked(rule(key), m_object.value(QLatin1String(key)), fallback);
}

int SessionKeys::whole(const char* key, int fallback) { return static_cast<int>(number(key, fallback)); }

bool SessionKeys::flag(const char* key, bool fallback) {
    const QJsonValue value = m_object.value(QLatin1String(key));
    if (value.isUndefined() || value.isBool()) {
        return value.toBool(fallback);
    }
    refuse(notOneOf(pathOf(key), {"true", "false"}, written(value)));
    return fallback;
}

std::string SessionKeys::text(const char* key) {
    const QJsonValue value = m_object.value(QLatin1String(key));
    if (!value.isUndefined() && !value.isString()) {
        refuse(makeError(ErrorCode::BadFormat, FOVEA_TEXT("engine", "“%1” takes a text, not “%2”."),
                         {pathOf(key), shown(written(value))}));
    }
    return value.toString().toStdString();
}

std::string SessionKeys::choice(const char* key, const std::vector<std::string>& choices, const std::string& fallback) {
    if (!has(key)) {
        return fallback;
    }
    const QJsonValue value = m_object.value(QLatin1String(key));
    const std::string given = value.toString().toStdString();
    if (value.isString() && std::find(choices.begin(), choices.end(), given) != choices.end()) {
        return given;
    }
    refuse(notOneOf(pathOf(key), choices, written(value)));
    return fallback;
}

QJsonObject SessionKeys::objectAt(const std::string& path, const QJsonValue& value) {
    if (!value.isUndefined() && !value.isObject()) {
        refuse(makeError(ErrorCode::BadFormat, FOVEA_TEXT("engine", "“%1” takes an object in braces, not “%2”."),
                         {path, shown(written(value))}));
    }
    return value.toObject();
}

QJsonArray SessionKeys::listAt(const char* key, qsizetype most) {
    const QJsonValue value = m_object.value(QLatin1String(key));
    if (!value.isUndefined() && !value.isArray()) {
        refuse(makeError(ErrorCode::BadFormat, FOVEA_TEXT("engine", "“%1” takes a list in brackets, not “%2”."),
                         {pathOf(key), shown(written(value))}));
    }
    const QJsonArray list = value.toArray();
    if (list.size() > most) {
        refuse(makeError(ErrorCode::BadFormat, FOVEA_TEXT("engine", "“%1” has %2 entries; only the first %3 are used."),
                         {pathOf(key), std::to_string(list.size()), std::to_string(most)}));
    }
    return list;
}

std::vector<double> SessionKeys::numbers(const char* key, double fallback) {
    NumberRule each = rule((std::string(key) + "[]").c_str());
    std::vector<double> out;
    const QJsonArray list = listAt(key, kMostNumbers);
    for (qsizetype k = 0; k < std::min(list.size(), kMostNumbers); ++k) {
        each.name = pathOf(key) + '[' + std::to_string(k) + ']';
        out.push_back(checked(each, list[k], fallback));
    }
    return out;
}

SessionKeys SessionKeys::object(const char* key) {
    return {objectAt(pathOf(key), m_object.value(QLatin1String(key))), pathOf(key), *m_problems};
}

std::vector<SessionKeys> SessionKeys::objects(const char* key, qsizetype most) {
    std::vector<SessionKeys> out;
    const QJsonArray list = listAt(key, most);
    for (qsizetype k = 0; k < std::min(list.size(), most); ++k) {
        const std::string path = pathOf(key) + '[' + std::to_string(k) + ']';
        out.emplace_back(objectAt(path, list[k]), path, *m_problems);
    }
    return out;
}

}  // namespace fovea
