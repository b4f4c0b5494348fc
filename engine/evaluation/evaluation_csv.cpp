#include <array>
#include <charconv>

#include "engine/evaluation/evaluation.h"
#include "engine/io/csv_text.h"

namespace fovea {
namespace {

constexpr int kDecimals = 4;

/// With a point whatever the locale; empty when there is no number.
std::string number(const std::optional<double>& value) {
    if (!value) {
        return {};
    }
    std::array<char, 64> text = {};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), *value, std::chars_format::fixed, kDecimals);
    return {text.data(), end.ptr};
}

std::string columns(const EvaluationShares& shares) {
    const MapMetrics& map = shares.map;
    std::string out;
    for (const auto& value :
         {shares.top1, shares.top5, map.point, map.pointSmall, map.pointOff, map.gain, map.gainSmall, map.gainOff}) {
        out += ',';
        out += number(value);
    }
    return out;
}

}  // namespace

std::string evaluationCsv(const Evaluation& evaluation) {
    std::string out = "module,map,n,n_small,n_off";
    for (const char* prefix : {"", "untrained_"}) {
        for (const char* name : {"top1", "top5", "point", "point_small", "point_off", "gain", "gain_small", "gain_off"}) {
            out.append(",").append(prefix).append(name);
        }
    }
    for (const auto& row : evaluation.rows) {
        out.append("\n").append(row.name).append(",").append(csvQuoted(row.map));
        for (const int count : {evaluation.pictures, evaluation.small, evaluation.off}) {
            out.append(",").append(std::to_string(count));
        }
        out.append(columns(row.trained)).append(columns(row.untrained));
    }
    return out + "\n";
}

}  // namespace fovea
