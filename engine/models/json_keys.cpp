#include "engine/models/json_keys.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "engine/api.h"

namespace fovea {
namespace {

using Json = nlohmann::json;

constexpr int kMaxDepth = 32;
constexpr std::size_t kMaxText = 2000;

/// Whether brackets outside of texts are nested at most kMaxDepth deep: copies and dumps of a value go as deep on the stack.
bool isShallow(std::string_view text) {
    int depth = 0;
    bool quoted = false;
    for (std::size_t k = 0; k < text.size(); ++k) {
        const char c = text[k];
        if (quoted) {
            k += c == '\\' ? 1 : 0;
            quoted = c != '"';
        } else if (c == '"') {
            quoted = true;
        } else if (c == '[' || c == '{') {
            if (++depth > kMaxDepth) {
                return false;
            }
        } else if (c == ']' || c == '}') {
            --depth;
        }
    }
    return true;
}

const Json& emptyObject() {
    static const Json kEmpty = Json::object();
    return kEmpty;
}

std::string numberText(double value) { return Json(value).dump(); }

}  // namespace

Result<Json> parseJson(const std::vector<std::uint8_t>& bytes, const std::string& file) {
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (!isShallow(text)) {
        return makeError(ErrorCode::BadFormat,
                         FOVEA_TEXT("engine", "“%1” is nested more than %2 levels deep; choose another folder."),
                         {file, std::to_string(kMaxDepth)});
    }
    Json json = Json::parse(text, nullptr, false);
    if (json.is_discarded()) {
        return makeError(ErrorCode::BadFormat,
                         FOVEA_TEXT("engine", "“%1” is not JSON or is cut off; correct it or copy the folder again."), {file});
    }
    return json;
}

JsonKeys::JsonKeys(const Json& json, const std::string& file, std::string path, std::optional<Error>& problem)
    : m_json(&json), m_file(&file), m_path(std::move(path)), m_problem(&problem) {}

void JsonKeys::refuse(const std::string& key, const char* text, const std::vector<std::string>& args) const {
    if (*m_problem) {
        return;
    }
    std::vector<std::string> all{*m_file, pathOf(key)};
    all.insert(all.end(), args.begin(), args.end());
    *m_problem = makeError(ErrorCode::BadFormat, text, std::move(all));
}

const Json* JsonKeys::find(const char* key) const {
    const auto it = m_json->find(key);
    return it == m_json->end() || it->is_null() ? nullptr : &*it;
}

const Json* JsonKeys::need(const char* key) {
    const Json* value = find(key);
    if (value == nullptr) {
        refuse(key, FOVEA_TEXT("engine", "%1: the key “%2” is missing; add it."));
    }
    return value;
}

int JsonKeys::wholeOf(const char* key, const Json& value, int min, int max) {
    const bool integer = value.is_number_integer();
    const bool inside = integer && (!value.is_number_unsigned() || value.get<std::uint64_t>() <= INT32_MAX) &&
                        value.get<std::int64_t>() >= min && value.get<std::int64_t>() <= max;
    if (!integer) {
        refuse(key, FOVEA_TEXT("engine", "%1: “%2” should be a whole number."));
    } else if (!inside) {
        refuse(key, FOVEA_TEXT("engine", "%1: “%2” should be a whole number from %3 to %4."),
               {std::to_string(min), std::to_string(max)});
    }
    return inside ? value.get<int>() : min;
}

int JsonKeys::whole(const char* key, int min, int max) {
    const Json* value = need(key);
    return value != nullptr ? wholeOf(key, *value, min, max) : min;
}

int JsonKeys::whole(const char* key, int min, int max, int fallback) {
    const Json* value = find(key);
    return value != nullptr ? wholeOf(key, *value, min, max) : fallback;
}

std::string JsonKeys::textOf(const std::string& key, const Json& value) {
    const auto* text = value.get_ptr<const std::string*>();
    if (text == nullptr || text->empty()) {
        refuse(key, FOVEA_TEXT("engine", "%1: “%2” should be a text in quotes."));
        return {};
    }
    if (text->size() > kMaxText || text->find('\0') != std::string::npos) {
        refuse(key, FOVEA_TEXT("engine", "%1: “%2” should be a text of at most %3 letters."), {std::to_string(kMaxText)});
        return {};
    }
    return *text;
}

std::string JsonKeys::text(const char* key) {
    const Json* value = need(key);
    return value != nullptr ? textOf(key, *value) : std::string();
}

std::string JsonKeys::text(const char* key, const std::string& fallback) {
    const Json* value = find(key);
    return value != nullptr ? textOf(key, *value) : fallback;
}

bool JsonKeys::flag(const char* key, bool fallback) {
    const Json* value = find(key);
    if (value != nullptr && !value->is_boolean()) {
        refuse(key, FOVEA_TEXT("engine", "%1: “%2” should be true or false."));
        return fallback;
    }
    return value != nullptr ? value->get<bool>() : fallback;
}

std::optional<double> JsonKeys::number(const char* key) {
    const Json* value = find(key);
    if (value != nullptr && !value->is_number()) {
        refuse(key, FOVEA_TEXT("engine", "%1: “%2” should be a number."));
        return std::nullopt;
    }
    return value != nullptr ? std::optional<double>(value->get<double>()) : std::nullopt;
}

JsonKeys JsonKeys::child(const char* key, const Json* value) {
    const bool usable = value != nullptr && value->is_object();
    if (value != nullptr && !usable) {
        refuse(key, FOVEA_TEXT("engine", "%1: “%2” should be an object in braces."));
    }
    return {usable ? *value : emptyObject(), *m_file, pathOf(key), *m_problem};
}

JsonKeys JsonKeys::object(const char* key) { return child(key, need(key)); }

JsonKeys JsonKeys::optionalObject(const char* key) { return child(key, find(key)); }

std::vector<double> JsonKeys::numbers(const char* key, std::size_t count, double min, double max) {
    const Json* value = find(key);
    if (value == nullptr) {
        return {};
    }
    const bool fits =
        value->is_array() && value->size() == count && std::all_of(value->begin(), value->end(), [&](const Json& item) {
            return item.is_number() && item.get<double>() >= min && item.get<double>() <= max;
        });
    if (!fits) {
        refuse(key, FOVEA_TEXT("engine", "%1: “%2” should be a list of %3 numbers from %4 to %5."),
               {std::to_string(count), numberText(min), numberText(max)});
        return {};
    }
    return value->get<std::vector<double>>();
}

std::vector<std::string> JsonKeys::texts(const char* key, const std::vector<std::string>& fallback) {
    const Json* value = find(key);
    if (value == nullptr) {
        return fallback;
    }
    if (!value->is_array() || value->empty()) {
        refuse(key, FOVEA_TEXT("engine", "%1: “%2” should be a list of texts."));
        return fallback;
    }
    std::vector<std::string> all;
    for (std::size_t k = 0; k < value->size() && !*m_problem; ++k) {
        all.push_back(textOf(std::string(key) + "[" + std::to_string(k) + "]", (*value)[k]));
    }
    return all.empty() ? fallback : all;
}

std::string JsonKeys::choice(const char* key, std::initializer_list<const char*> choices, const std::string& fallback) {
    const std::string value = text(key, fallback);
    if (value == fallback || std::find(choices.begin(), choices.end(), value) != choices.end()) {
        return value;
    }
    std::string all;
    for (const char* each : choices) {
        all += (all.empty() ? "" : ", ") + std::string(each);
    }
    refuse(key, FOVEA_TEXT("engine", "%1: “%2” should be one of: %3."), {all});
    return fallback;
}

}  // namespace fovea
