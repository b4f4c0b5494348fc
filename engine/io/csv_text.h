#pragma once

#include <array>
#include <charconv>
#include <string>

namespace fovea {

/// The shortest decimal which reads back as the same number, with a point whatever the locale.
template <class Number>
std::string csvNumber(Number value) {
    std::array<char, 32> text = {};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value);
    return {text.data(), end.ptr};
}

/// A text in quotes, with its own quotes doubled (RFC 4180).
inline std::string csvQuoted(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) {
        out += c == '"' ? "\"\"" : std::string(1, c);
    }
    return out + '"';
}

}  // namespace fovea
