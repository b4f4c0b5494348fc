#pragma once

#include <string>
#include <vector>

#include "engine/api.h"
#include "engine/result.h"

namespace fovea {

/// A number which a person gives: an option, a parameter, a key of a session or of the settings. A number outside the
/// rule is never rounded or clamped: a sentence refuses it by name and says what is allowed.
struct NumberRule {
    std::string name;  ///< as the person wrote it: "--opacity", "reduction", "style.opacity"
    double least = 0.0;
    double most = 1.0;
    bool whole = false;
    std::vector<double> only = {};        ///< where nothing but these is allowed
    std::vector<std::string> words = {};  ///< may stand in place of the number; who reads the value knows them

    /// `value` itself, or the refusal. Infinity and not a number are always refused.
    [[nodiscard]] FOVEA_API Result<double> check(double value) const;
    /// The number a text is, with a point whatever the locale; spaces around the number are allowed.
    [[nodiscard]] FOVEA_API Result<double> parse(const std::string& text) const;
    /// The sentence for a value which is not allowed.
    [[nodiscard]] FOVEA_API Error refusal(const std::string& given) const;
    /// The same rule with another upper end, which is known only now, such as the last head of a map.
    [[nodiscard]] FOVEA_API NumberRule upTo(double last) const;
};

/// The sentence for a text which is none of `choices`.
FOVEA_API Error notOneOf(const std::string& name, const std::vector<std::string>& choices, const std::string& given);

/// A text from outside for a sentence: the whole text, or its beginning and “…” where it is too long.
FOVEA_API std::string shown(const std::string& given);

/// The text without the spaces and tabs around it.
FOVEA_API std::string trimmed(const std::string& text);

/// The shortest text which reads back as this number.
FOVEA_API std::string shortestText(double value);

}  // namespace fovea
