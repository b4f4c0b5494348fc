#pragma once

#include <QCommandLineOption>
#include <QString>

#include <optional>
#include <vector>

#include "engine/number_rule.h"

namespace fovea {

/// A wrong use of an option: one sentence.
struct Usage {
    QString sentence;
};

/// One number in the value of an option. An option with two numbers has two of them, in their order.
struct NumberOption {
    QString option;  ///< "query"
    NumberRule rule;
    QString form = QStringLiteral("%1");  ///< a good value of the option with the number in the place of %1
    bool endsLater = false;  ///< the upper end depends on the features or the map: this one is only the largest there can be
};

/// Every number which the options of `fovea render`, and of `fovea evaluate`, take. Nothing reads one which is not declared here.
const std::vector<NumberOption>& renderNumbers();
const std::vector<NumberOption>& evaluateNumbers();

/// The rule of the number at `place` in the value of an option.
NumberRule ruleOf(const std::vector<NumberOption>& numbers, const QCommandLineOption& option, std::size_t place = 0);

/// Reads one number; `value` stays what it is where the text is refused.
std::optional<Usage> readNumber(const NumberRule& rule, const QString& text, double& value);
std::optional<Usage> readNumber(const NumberRule& rule, const QString& text, int& value);

}  // namespace fovea
