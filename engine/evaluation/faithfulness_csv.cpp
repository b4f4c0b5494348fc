#include "engine/evaluation/faithfulness.h"
#include "engine/io/csv_text.h"

namespace fovea {
namespace {

/// One line; a cell which is not given stays empty.
struct Line {
    std::string kind;
    std::string order = {};
    std::string index = {};
    std::string name = {};
    std::string share = {};
    std::string probability = {};
    std::string logit = {};
    std::string area = {};
    std::string probabilityChange = {};
    std::string logitChange = {};
};

void append(std::string& out, const Line& line) {
    out += line.kind;
    for (const auto* cell : {&line.order, &line.index, &line.name, &line.share, &line.probability, &line.logit, &line.area,
                             &line.probabilityChange, &line.logitChange}) {
        out += ',';
        out += *cell;
    }
    out += '\n';
}

void append(std::string& out, const char* kind, const std::string& order, const FaithfulnessCurve& curve) {
    for (std::size_t k = 0; k < curve.shares.size(); ++k) {
        append(out, {.kind = kind,
                     .order = order,
                     .index = std::to_string(k),
                     .share = csvNumber(curve.shares[k]),
                     .probability = csvNumber(curve.probabilities[k])});
    }
    append(out, {.kind = std::string(kind) + "_area", .order = order, .area = csvNumber(curve.area)});
}

}  // namespace

std::string faithfulnessCsv(const FaithfulnessResult& result) {
    std::string out = "kind,order,index,name,share,probability,logit,area,probability_change,logit_change\n";
    append(out, {.kind = "class",
                 .index = std::to_string(result.classIndex),
                 .name = csvQuoted(result.className),
                 .probability = csvNumber(result.probability),
                 .logit = csvNumber(result.logit)});
    for (const auto& order : result.orders) {
        append(out, "deletion", order.name, order.removed);
        append(out, "insertion", order.name, order.shown);
    }
    for (const auto& effect : result.effects) {
        append(out, {.kind = effect.head ? "head" : "channel",
                     .index = std::to_string(effect.index),
                     .name = csvQuoted(effect.name),
                     .probabilityChange = csvNumber(effect.probability),
                     .logitChange = csvNumber(effect.logit)});
    }
    return out;
}

}  // namespace fovea
