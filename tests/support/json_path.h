#pragma once

#include <QJsonArray>
#include <QJsonObject>
#include <QJsonValue>
#include <QStringList>

namespace fovea::test {

/// The same JSON with another value under a path such as {"panes", "[]", "field", "head"}. "[]" is the first place of a list.
inline QJsonValue withValue(const QJsonValue& json, const QStringList& path, const QJsonValue& value) {
    if (path.isEmpty()) {
        return value;
    }
    const QStringList rest = path.mid(1);
    if (path.first() == QLatin1String("[]")) {
        QJsonArray list = json.toArray();
        list[0] = withValue(list[0], rest, value);
        return list;
    }
    QJsonObject object = json.toObject();
    object[path.first()] = withValue(object[path.first()], rest, value);
    return object;
}

/// The value under such a path.
inline QJsonValue valueAt(const QJsonValue& json, const QStringList& path) {
    if (path.isEmpty()) {
        return json;
    }
    const bool isList = path.first() == QLatin1String("[]");
    return valueAt(isList ? json.toArray().at(0) : json.toObject()[path.first()], path.mid(1));
}

}  // namespace fovea::test
