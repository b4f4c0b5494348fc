#pragma once

#include <cstdint>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "engine/result.h"

namespace fovea {

/// Parses a JSON file of bounded depth; `file` is its name in messages.
Result<nlohmann::json> parseJson(const std::vector<std::uint8_t>& bytes, const std::string& file);

/// Values of a JSON object by key, each checked for its type and range. The first problem stays in `problem`, named by file and
/// dotted key; from then on every value is a default. Holds references: it lives no longer than what it was made from.
class JsonKeys final {
public:
    using Json = nlohmann::json;

    /// `json` must be an object; `path` is the dotted key it was found under, empty for the whole file.
    JsonKeys(const Json& json, const std::string& file, std::string path, std::optional<Error>& problem);

    [[nodiscard]] bool has(const char* key) const { return find(key) != nullptr; }
    /// Keys which are there in any case, else the problem is that they are missing.
    int whole(const char* key, int min, int max);
    std::string text(const char* key);
    JsonKeys object(const char* key);
    /// Keys with a default.
    int whole(const char* key, int min, int max, int fallback);
    std::string text(const char* key, const std::string& fallback);
    bool flag(const char* key, bool fallback);
    std::optional<double> number(const char* key);
    /// An object which may be missing: then it is empty.
    JsonKeys optionalObject(const char* key);
    /// `count` numbers of min to max, or nothing when the key is missing.
    std::vector<double> numbers(const char* key, std::size_t count, double min, double max);
    /// At least one text, or `fallback` when the key is missing.
    std::vector<std::string> texts(const char* key, const std::vector<std::string>& fallback);
    /// One of `choices`, or `fallback`.
    std::string choice(const char* key, std::initializer_list<const char*> choices, const std::string& fallback);

    /// Says that the value of `key` is wrong: `text` is a template with %1 the file, %2 the key and further `args`.
    void refuse(const std::string& key, const char* text, const std::vector<std::string>& args = {}) const;
    [[nodiscard]] const Json& json() const noexcept { return *m_json; }
    [[nodiscard]] const std::string& file() const noexcept { return *m_file; }
    /// "modules.gc.file".
    [[nodiscard]] std::string pathOf(const std::string& key) const { return m_path.empty() ? key : m_path + "." + key; }

private:
    /// The value, or null when the key is missing or null.
    [[nodiscard]] const Json* find(const char* key) const;
    /// The value; a missing one is a problem.
    const Json* need(const char* key);
    JsonKeys child(const char* key, const Json* value);
    int wholeOf(const char* key, const Json& value, int min, int max);
    std::string textOf(const std::string& key, const Json& value);

    const Json* m_json;
    const std::string* m_file;
    std::string m_path;
    std::optional<Error>* m_problem;
};

}  // namespace fovea
