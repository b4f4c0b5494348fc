#pragma once

#include <QJsonArray>
#include <QJsonObject>
#include <QString>

#include <string>
#include <vector>

#include "engine/number_rule.h"

namespace fovea {

/// Every number of a session file, by its dotted key; "pins[].x" are those of all entries of a list. Nothing reads a number which
/// is not declared here.
const std::vector<NumberRule>& sessionRules();

/// Values of a JSON object by key, each checked for its type and its range. A value which is not allowed is never changed into
/// another one: the caller's default stands in its place, and a sentence with the dotted key goes into `problems`. A missing key
/// is no problem. Holds a reference: it lives no longer than `problems`.
class SessionKeys final {
public:
    SessionKeys(QJsonObject object, std::string path, std::vector<Error>& problems);

    [[nodiscard]] bool has(const char* key) const { return m_object.contains(QLatin1String(key)); }
    double number(const char* key, double fallback);
    int whole(const char* key, int fallback);
    bool flag(const char* key, bool fallback);
    std::string text(const char* key);
    /// A text which is one of `choices`.
    std::string choice(const char* key, const std::vector<std::string>& choices, const std::string& fallback);
    /// A list of numbers. One which is not allowed becomes `fallback`, so that the others keep their places.
    std::vector<double> numbers(const char* key, double fallback);
    /// An object, empty where there is none.
    SessionKeys object(const char* key);
    /// The objects of a list, at most `most` of them; what is no object is empty.
    std::vector<SessionKeys> objects(const char* key, qsizetype most);

    /// The rule of the number under `key`, with the whole dotted key as its name.
    [[nodiscard]] NumberRule rule(const char* key) const;
    /// "panes[0].field.head".
    [[nodiscard]] std::string pathOf(const char* key) const;
    /// Notes a problem; of very many only the first ones, and that there are more.
    void refuse(Error problem);
    [[nodiscard]] const QJsonObject& json() const { return m_object; }

private:
    double checked(const NumberRule& rule, const QJsonValue& value, double fallback);
    QJsonObject objectAt(const std::string& path, const QJsonValue& value);
    QJsonArray listAt(const char* key, qsizetype most);

    QJsonObject m_object;
    std::string m_path;
    std::vector<Error>* m_problems;
};

}  // namespace fovea
