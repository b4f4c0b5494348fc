#pragma once

#include <map>
#include <string>
#include <variant>
#include <vector>

#include "engine/api.h"
#include "engine/result.h"

namespace fovea {

enum class ParamType { Real, Int, Bool, Choice, ChoiceSet, Point, IntList };

/// A position as fractions of the picture's width and height, 0..1.
struct PointValue {
    double x = 0.5;
    double y = 0.5;
    bool operator==(const PointValue&) const = default;
};

/// The value of one parameter: Real, Int, Bool, Choice (its text), ChoiceSet (the chosen texts, in order), Point,
/// IntList (whole numbers, in order).
using ParamValue = std::variant<double, int, bool, std::string, std::vector<std::string>, PointValue, std::vector<int>>;

/// A declared parameter. Labels and helps are FOVEA_TEXT, translated where they are shown.
struct ParamSpec {
    std::string key;    ///< as in the reference's hyper-parameters: "reduction", "e_lambda"
    std::string label;  ///< "Reduction"
    ParamType type = ParamType::Real;
    ParamValue fallback = 0.0;  ///< the default
    double min = 0.0;           ///< of Real, Int and each number of an IntList
    double max = 1.0;
    int leastCount = 1;  ///< numbers in an IntList
    int mostCount = 8;
    bool logarithmic = false;  ///< a Real whose slider moves in decades
    std::vector<std::string> choices = {};
    std::string unit = {};
    std::string help = {};  ///< one sentence
};

/// The parameters of one run: a value, copied into each job. Holds exactly the keys of its specs.
class FOVEA_API ParamSet {
public:
    ParamSet() = default;
    /// All defaults.
    explicit ParamSet(const std::vector<ParamSpec>& specs);

    /// Sets one value. An unknown key or choice, another type, and a number outside of the spec's range are refused by name.
    Result<void> set(const std::vector<ParamSpec>& specs, const std::string& key, const ParamValue& value);
    /// The same from text, as typed on a command line: "0.25", "true", "avg", "avg,max", "0.3,0.7", "3,5".
    Result<void> setText(const std::vector<ParamSpec>& specs, const std::string& key, const std::string& text);

    /// Values by key; the key must be one of the specs' (else std::out_of_range, a programming error).
    [[nodiscard]] double real(const std::string& key) const;
    [[nodiscard]] int integer(const std::string& key) const;
    [[nodiscard]] bool boolean(const std::string& key) const;
    [[nodiscard]] const std::string& choice(const std::string& key) const;
    [[nodiscard]] const std::vector<std::string>& choiceSet(const std::string& key) const;
    [[nodiscard]] PointValue point(const std::string& key) const;
    [[nodiscard]] const std::vector<int>& integers(const std::string& key) const;

    [[nodiscard]] const std::map<std::string, ParamValue>& values() const noexcept { return m_values; }
    bool operator==(const ParamSet&) const = default;

    /// A JSON object {"key": value}, keys sorted.
    [[nodiscard]] std::string toJson() const;
    /// Reads a JSON object. Keys listed in `ignored` (such as "C", which the input itself says) are skipped;
    /// other unknown keys are an error. Missing keys keep their default. null keeps the default too.
    static Result<ParamSet> fromJson(const std::vector<ParamSpec>& specs, const std::string& json,
                                     const std::vector<std::string>& ignored = {});

private:
    std::map<std::string, ParamValue> m_values;
};

}  // namespace fovea
