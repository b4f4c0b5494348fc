#include "engine/number_rule.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <optional>

namespace fovea {
namespace {

constexpr std::size_t kLongestShown = 60;

std::optional<double> numberIn(const std::string& text) {
    const std::string digits = trimmed(text);
    const char* first = digits.data() + (digits.starts_with('+') ? 1 : 0);
    const char* last = digits.data() + digits.size();
    double value = 0.0;
    const auto [end, error] = std::from_chars(first, last, value);
    const bool isSigned = first != digits.data() && first != last && (*first == '-' || *first == '+');
    return error == std::errc() && end == last && !isSigned ? std::optional(value) : std::nullopt;
}

}  // namespace

std::string shown(const std::string& given) {
    if (given.size() <= kLongestShown) {
        return given;
    }
    std::size_t end = kLongestShown;
    while (end > 0 && (static_cast<unsigned char>(given[end]) & 0xC0U) == 0x80U) {  // inside a letter of UTF-8
        --end;
    }
    return given.substr(0, end) + "…";
}

std::string trimmed(const std::string& text) {
    const auto first = text.find_first_not_of(" \t");
    return first == std::string::npos ? std::string() : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string shortestText(double value) {
    char buffer[40];
    const auto [end, error] = std::to_chars(std::begin(buffer), std::end(buffer), value);
    return error == std::errc() ? std::string(std::begin(buffer), end) : std::string();
}

Result<double> NumberRule::check(double value) const {
    const bool inside = std::isfinite(value) && value >= least && value <= most && (!whole || std::floor(value) == value);
    const bool listed = only.empty() || std::find(only.begin(), only.end(), value) != only.end();
    return inside && listed ? Result<double>(value) : Result<double>(refusal(shortestText(value)));
}

Result<double> NumberRule::parse(const std::string& text) const {
    const auto value = numberIn(text);
    return value && check(*value) ? Result<double>(*value) : Result<double>(refusal(text));
}

Error NumberRule::refusal(const std::string& given) const {
    if (!only.empty()) {
        std::vector<std::string> numbers;
        std::transform(only.begin(), only.end(), std::back_inserter(numbers), shortestText);
        return notOneOf(name, numbers, given);
    }
    std::vector<std::string> args{name, shortestText(least), shortestText(most), shown(given)};
    if (!words.empty()) {
        args.push_back(commaList(words));
        return makeError(ErrorCode::BadParameter,
                         FOVEA_TEXT("engine", "“%1” takes a whole number from %2 to %3, or one of %5, not “%4”."),
                         std::move(args));
    }
    return makeError(ErrorCode::BadParameter,
                     whole ? FOVEA_TEXT("engine", "“%1” takes a whole number from %2 to %3, not “%4”.")
                           : FOVEA_TEXT("engine", "“%1” takes a number from %2 to %3, not “%4”."),
                     std::move(args));
}

Error notOneOf(const std::string& name, const std::vector<std::string>& choices, const std::string& given) {
    return makeError(ErrorCode::BadParameter, FOVEA_TEXT("engine", "“%1” takes one of %2, not “%3”."),
                     {name, commaList(choices), shown(given)});
}

NumberRule NumberRule::upTo(double last) const {
    NumberRule rule = *this;
    rule.most = last;
    return rule;
}

}  // namespace fovea
