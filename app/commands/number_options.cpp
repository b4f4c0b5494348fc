#include "app/commands/number_options.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "engine/attention/weights.h"
#include "engine/models/retina.h"
#include "engine/pipeline/intervention.h"
#include "engine/render/compose.h"
#include "widgets/engine_text.h"

namespace fovea {
namespace {

constexpr double kMostPictures = 1e6;
constexpr double kLargestSide = 4096;

NumberOption numberOption(const char* option, double least, double most, const char* form = "%1") {
    return {.option = QString::fromLatin1(option),
            .rule = {.name = std::string("--") + option, .least = least, .most = most},
            .form = QString::fromLatin1(form)};
}

NumberOption wholeOption(const char* option, double least, double most) {
    NumberOption out = numberOption(option, least, most);
    out.rule.whole = true;
    return out;
}

/// The number of a channel or a head.
NumberOption place(const char* option, const char* form = "%1") {
    NumberOption out = wholeOption(option, 0.0, kLargestPlace);
    out.form = QString::fromLatin1(form);
    out.endsLater = true;
    return out;
}

std::vector<NumberOption> makeRenderNumbers() {
    NumberOption head = place("head");
    head.rule.words = {"mean", "max", "min"};
    return {wholeOption("seed", 0.0, kLargestSeed),
            {.option = QStringLiteral("stride"), .rule = retinaStrideRule("--stride")},
            place("channel"),
            std::move(head),
            numberOption("query", 0.0, 1.0, "%1,0.5"),
            numberOption("query", 0.0, 1.0, "0.5,%1"),
            numberOption("range", -kFarthestValue, kFarthestValue, "%1:1e+30"),
            numberOption("range", -kFarthestValue, kFarthestValue, "-1e+30:%1"),
            numberOption("opacity", 0.0, 1.0),
            numberOption("clip-share", 0.0, 100.0 * kLargestClipShare),
            numberOption("threshold", -kFarthestValue, kFarthestValue),
            wholeOption("contours", 0.0, kMostContours),
            place("mute"),
            place("solo"),
            place("scale", "%1=0.5"),
            numberOption("scale", -kLargestFactor, kLargestFactor, "1=%1"),
            place("mute-heads")};
}

}  // namespace

const std::vector<NumberOption>& renderNumbers() {
    static const std::vector<NumberOption> kNumbers = makeRenderNumbers();
    return kNumbers;
}

const std::vector<NumberOption>& evaluateNumbers() {
    static const std::vector<NumberOption> kNumbers{wholeOption("limit", 1.0, kMostPictures),
                                                    wholeOption("size", 1.0, kLargestSide)};
    return kNumbers;
}

NumberRule ruleOf(const std::vector<NumberOption>& numbers, const QCommandLineOption& option, std::size_t place) {
    const auto isIts = [&option](const NumberOption& n) { return n.option == option.names().constLast(); };
    auto it = std::find_if(numbers.begin(), numbers.end(), isIts);
    for (; place > 0 && it != numbers.end(); --place) {
        it = std::find_if(std::next(it), numbers.end(), isIts);
    }
    Q_ASSERT_X(it != numbers.end(), "ruleOf", "a number which is not declared");
    return it->rule;
}

std::optional<Usage> readNumber(const NumberRule& rule, const QString& text, double& value) {
    const auto number = rule.parse(text.toStdString());
    if (!number) {
        return Usage{errorText(number.error())};
    }
    value = *number;
    return std::nullopt;
}

std::optional<Usage> readNumber(const NumberRule& rule, const QString& text, int& value) {
    double number = value;
    auto usage = readNumber(rule, text, number);
    value = static_cast<int>(number);
    return usage;
}

}  // namespace fovea
