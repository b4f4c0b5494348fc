#include "engine/attention/params.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>

#include "engine/number_rule.h"

namespace fovea {
namespace {

using Json = nlohmann::json;

Error unknownKey(const std::vector<ParamSpec>& specs, const std::string& key) {
    if (specs.empty()) {
        return makeError(ErrorCode::BadParameter, FOVEA_TEXT("engine", "There is no parameter “%1”; this mechanism has none."),
                         {key});
    }
    std::vector<std::string> keys;
    keys.reserve(specs.size());
    for (const auto& spec : specs) {
        keys.push_back(spec.key);
    }
    return makeError(ErrorCode::BadParameter, FOVEA_TEXT("engine", "There is no parameter “%1”; choose one of: %2."),
                     {key, commaList(keys)});
}

NumberRule ruleOf(const ParamSpec& spec) {
    return {.name = spec.key, .least = spec.min, .most = spec.max, .whole = spec.type != ParamType::Real};
}

/// The sentence about a value of another type.
const char* wantedText(ParamType type) {
    switch (type) {
        case ParamType::Real:
        case ParamType::Int:
            break;  // their rule says it, with the range
        case ParamType::Bool:
            return FOVEA_TEXT("engine", "The parameter “%1” needs true or false, not “%2”.");
        case ParamType::Choice:
            return FOVEA_TEXT("engine", "The parameter “%1” needs one of its choices, not “%2”.");
        case ParamType::ChoiceSet:
            return FOVEA_TEXT("engine", "The parameter “%1” needs a list of its choices, not “%2”.");
        case ParamType::Point:
            return FOVEA_TEXT("engine", "The parameter “%1” needs two fractions such as 0.3,0.7, not “%2”.");
        case ParamType::IntList:
            return FOVEA_TEXT("engine", "The parameter “%1” needs whole numbers such as 3,5, not “%2”.");
    }
    return "";
}

Error wrongType(const ParamSpec& spec, const std::string& given) {
    if (spec.type == ParamType::Real || spec.type == ParamType::Int) {
        return ruleOf(spec).refusal(given);
    }
    return makeError(ErrorCode::BadParameter, wantedText(spec.type), {spec.key, given});
}

Error unknownChoice(const ParamSpec& spec, const std::string& given) {
    return makeError(ErrorCode::BadParameter, FOVEA_TEXT("engine", "The parameter “%1” has no choice “%2”; choose from: %3."),
                     {spec.key, given, commaList(spec.choices)});
}

const ParamSpec* findSpec(const std::vector<ParamSpec>& specs, const std::string& key) {
    const auto it = std::find_if(specs.begin(), specs.end(), [&](const ParamSpec& s) { return s.key == key; });
    return it == specs.end() ? nullptr : &*it;
}

bool hasChoice(const ParamSpec& spec, const std::string& text) {
    return std::find(spec.choices.begin(), spec.choices.end(), text) != spec.choices.end();
}

Json toJsonValue(const ParamValue& value) {
    if (const auto* point = std::get_if<PointValue>(&value)) {
        return Json::array({point->x, point->y});
    }
    return std::visit(
        [](const auto& v) -> Json {
            if constexpr (std::is_same_v<std::decay_t<decltype(v)>, PointValue>) {
                return nullptr;
            } else {
                return v;
            }
        },
        value);
}

/// JSON as text for a message; never throws on text which is not UTF-8.
std::string dumped(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

/// A Real or an Int, inside its range.
Result<ParamValue> checkedNumber(const ParamSpec& spec, const ParamValue& value) {
    const auto* whole = std::get_if<int>(&value);
    const auto* real = std::get_if<double>(&value);
    if (whole == nullptr && real == nullptr) {
        return wrongType(spec, dumped(toJsonValue(value)));
    }
    const auto number = ruleOf(spec).check(whole != nullptr ? *whole : *real);
    if (!number) {
        return number.error();
    }
    return spec.type == ParamType::Int ? ParamValue{static_cast<int>(*number)} : ParamValue{*number};
}

Result<ParamValue> checkedChoice(const ParamSpec& spec, const ParamValue& value) {
    const auto* text = std::get_if<std::string>(&value);
    if (text == nullptr) {
        return wrongType(spec, dumped(toJsonValue(value)));
    }
    if (!hasChoice(spec, *text)) {
        return unknownChoice(spec, *text);
    }
    return value;
}

/// The chosen texts in the order of the spec's choices, so that equal sets are equal values.
Result<ParamValue> checkedChoiceSet(const ParamSpec& spec, const ParamValue& value) {
    const auto* texts = std::get_if<std::vector<std::string>>(&value);
    if (texts == nullptr) {
        return wrongType(spec, dumped(toJsonValue(value)));
    }
    for (const auto& text : *texts) {
        if (!hasChoice(spec, text)) {
            return unknownChoice(spec, text);
        }
        if (std::count(texts->begin(), texts->end(), text) > 1) {
            return makeError(ErrorCode::BadParameter, FOVEA_TEXT("engine", "The parameter “%1” has “%2” twice; give it once."),
                             {spec.key, text});
        }
    }
    std::vector<std::string> ordered;
    std::copy_if(spec.choices.begin(), spec.choices.end(), std::back_inserter(ordered),
                 [&](const std::string& choice) { return std::find(texts->begin(), texts->end(), choice) != texts->end(); });
    return ParamValue{std::move(ordered)};
}

Result<ParamValue> checkedPoint(const ParamSpec& spec, const ParamValue& value) {
    const auto* point = std::get_if<PointValue>(&value);
    if (point == nullptr) {
        return wrongType(spec, dumped(toJsonValue(value)));
    }
    for (const double fraction : {point->x, point->y}) {
        if (auto inside = NumberRule{.name = spec.key}.check(fraction); !inside) {
            return inside.error();
        }
    }
    return value;
}

Result<ParamValue> checkedIntList(const ParamSpec& spec, const ParamValue& value) {
    const auto* numbers = std::get_if<std::vector<int>>(&value);
    if (numbers == nullptr) {
        return wrongType(spec, dumped(toJsonValue(value)));
    }
    const auto count = static_cast<int>(numbers->size());
    if (count < spec.leastCount || count > spec.mostCount) {
        return makeError(ErrorCode::BadParameter,
                         FOVEA_TEXT("engine", "The parameter “%1” needs %2 to %3 whole numbers, not %4."),
                         {spec.key, std::to_string(spec.leastCount), std::to_string(spec.mostCount), std::to_string(count)});
    }
    for (const int number : *numbers) {
        if (auto inside = ruleOf(spec).check(number); !inside) {
            return inside.error();
        }
    }
    return value;
}

/// `value` as the spec wants it: of its type, inside its range.
Result<ParamValue> checkedValue(const ParamSpec& spec, const ParamValue& value) {
    switch (spec.type) {
        case ParamType::Real:
        case ParamType::Int:
            return checkedNumber(spec, value);
        case ParamType::Choice:
            return checkedChoice(spec, value);
        case ParamType::ChoiceSet:
            return checkedChoiceSet(spec, value);
        case ParamType::Point:
            return checkedPoint(spec, value);
        case ParamType::IntList:
            return checkedIntList(spec, value);
        case ParamType::Bool:
            break;
    }
    if (!std::holds_alternative<bool>(value)) {
        return wrongType(spec, dumped(toJsonValue(value)));
    }
    return value;
}

std::vector<std::string> splitAtCommas(const std::string& text) {
    std::vector<std::string> parts;
    std::size_t start = 0;
    while (!trimmed(text).empty()) {
        const auto comma = text.find(',', start);
        parts.push_back(trimmed(text.substr(start, comma == std::string::npos ? comma : comma - start)));
        if (comma == std::string::npos) {
            break;
        }
        start = comma + 1;
    }
    return parts;
}

/// A whole text as a number of any size.
std::optional<double> parsedNumber(const std::string& text) {
    constexpr double kFar = std::numeric_limits<double>::max();
    const auto number = NumberRule{.name = {}, .least = -kFar, .most = kFar}.parse(text);
    return number ? std::optional(*number) : std::nullopt;
}

std::optional<bool> parsedBool(const std::string& text) {
    std::string word = trimmed(text);
    std::transform(word.begin(), word.end(), word.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    if (word == "true" || word == "yes" || word == "on" || word == "1") {
        return true;
    }
    if (word == "false" || word == "no" || word == "off" || word == "0") {
        return false;
    }
    return std::nullopt;
}

std::optional<ParamValue> wholeNumbers(const std::vector<double>& numbers) {
    std::vector<int> whole;
    for (const double number : numbers) {
        if (std::floor(number) != number || std::abs(number) > std::numeric_limits<int>::max()) {
            return std::nullopt;
        }
        whole.push_back(static_cast<int>(number));
    }
    return ParamValue{std::move(whole)};
}

std::optional<ParamValue> parsedValue(ParamType type, const std::string& text) {
    if (type == ParamType::Choice) {
        return ParamValue{trimmed(text)};
    }
    const auto parts = splitAtCommas(text);
    if (type == ParamType::ChoiceSet) {
        return ParamValue{parts};
    }
    if (type == ParamType::Point) {
        const auto x = parts.size() == 2 ? parsedNumber(parts[0]) : std::nullopt;
        const auto y = parts.size() == 2 ? parsedNumber(parts[1]) : std::nullopt;
        return x && y ? std::optional<ParamValue>(PointValue{*x, *y}) : std::nullopt;
    }
    if (type == ParamType::IntList) {
        std::vector<double> numbers;
        for (const auto& part : parts) {
            const auto number = parsedNumber(part);
            if (!number) {
                return std::nullopt;
            }
            numbers.push_back(*number);
        }
        return wholeNumbers(numbers);
    }
    if (type == ParamType::Bool) {
        const auto flag = parsedBool(text);
        return flag ? std::optional<ParamValue>(*flag) : std::nullopt;
    }
    const auto number = parsedNumber(text);
    return number ? std::optional<ParamValue>(*number) : std::nullopt;
}

std::optional<ParamValue> fromJsonValue(ParamType type, const Json& json) {
    if (json.is_boolean()) {
        return ParamValue{json.get<bool>()};
    }
    if (json.is_number()) {
        return ParamValue{json.get<double>()};
    }
    if (json.is_string()) {
        return ParamValue{json.get<std::string>()};
    }
    const auto all = [&](auto&& is) { return json.is_array() && std::all_of(json.begin(), json.end(), is); };
    if (type == ParamType::ChoiceSet && all([](const Json& j) { return j.is_string(); })) {
        return ParamValue{json.get<std::vector<std::string>>()};
    }
    if (type == ParamType::Point && all([](const Json& j) { return j.is_number(); }) && json.size() == 2) {
        return ParamValue{PointValue{json[0].get<double>(), json[1].get<double>()}};
    }
    if (type == ParamType::IntList && all([](const Json& j) { return j.is_number(); })) {
        return wholeNumbers(json.get<std::vector<double>>());
    }
    return std::nullopt;
}

template <class T>
const T& valueAs(const std::map<std::string, ParamValue>& values, const std::string& key) {
    const auto* value = std::get_if<T>(&values.at(key));
    if (value == nullptr) {
        throw std::out_of_range("parameter " + key + " is of another type");
    }
    return *value;
}

}  // namespace

ParamSet::ParamSet(const std::vector<ParamSpec>& specs) {
    for (const auto& spec : specs) {
        // A spec may write a whole number for a Real; the set holds the type the spec declares.
        auto value = checkedValue(spec, spec.fallback);
        m_values.emplace(spec.key, value ? *value : spec.fallback);
    }
}

Result<void> ParamSet::set(const std::vector<ParamSpec>& specs, const std::string& key, const ParamValue& value) {
    const ParamSpec* spec = findSpec(specs, key);
    if (spec == nullptr) {
        return unknownKey(specs, key);
    }
    auto checked = checkedValue(*spec, value);
    if (!checked) {
        return checked.error();
    }
    m_values[key] = std::move(*checked);
    return {};
}

Result<void> ParamSet::setText(const std::vector<ParamSpec>& specs, const std::string& key, const std::string& text) {
    const ParamSpec* spec = findSpec(specs, key);
    if (spec == nullptr) {
        return unknownKey(specs, key);
    }
    auto value = parsedValue(spec->type, text);
    if (!value) {
        return wrongType(*spec, text);
    }
    return set(specs, key, *value);
}

double ParamSet::real(const std::string& key) const { return valueAs<double>(m_values, key); }
int ParamSet::integer(const std::string& key) const { return valueAs<int>(m_values, key); }
bool ParamSet::boolean(const std::string& key) const { return valueAs<bool>(m_values, key); }
const std::string& ParamSet::choice(const std::string& key) const { return valueAs<std::string>(m_values, key); }
const std::vector<std::string>& ParamSet::choiceSet(const std::string& key) const {
    return valueAs<std::vector<std::string>>(m_values, key);
}
const std::vector<int>& ParamSet::integers(const std::string& key) const { return valueAs<std::vector<int>>(m_values, key); }
PointValue ParamSet::point(const std::string& key) const { return valueAs<PointValue>(m_values, key); }

std::string ParamSet::toJson() const {
    Json object = Json::object();
    for (const auto& [key, value] : m_values) {
        object[key] = toJsonValue(value);
    }
    return dumped(object);
}

Result<ParamSet> ParamSet::fromJson(const std::vector<ParamSpec>& specs, const std::string& json,
                                    const std::vector<std::string>& ignored) {
    const Json object = Json::parse(json, nullptr, false);
    if (!object.is_object()) {
        return makeError(ErrorCode::BadFormat,
                         FOVEA_TEXT("engine", "The parameters are not a JSON object such as {\"reduction\": 16}."));
    }
    ParamSet params(specs);
    for (const auto& [key, value] : object.items()) {
        if (std::find(ignored.begin(), ignored.end(), key) != ignored.end()) {
            continue;
        }
        const ParamSpec* spec = findSpec(specs, key);
        if (spec == nullptr) {
            return unknownKey(specs, key);
        }
        if (value.is_null()) {
            continue;
        }
        const auto parsed = fromJsonValue(spec->type, value);
        if (!parsed) {
            return wrongType(*spec, dumped(value));
        }
        if (auto set = params.set(specs, key, *parsed); !set) {
            return set.error();
        }
    }
    return params;
}

}  // namespace fovea
