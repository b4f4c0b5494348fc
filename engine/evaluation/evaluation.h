#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/api.h"
#include "engine/models/bundle.h"
#include "engine/result.h"

namespace fovea {

/// What is measured on which pictures.
struct EvaluationRequest {
    std::shared_ptr<const Bundle> bundle;
    std::string folder;                ///< pictures with boxes.csv beside them
    std::vector<std::string> modules;  ///< ids of mechanisms of the bundle; empty: all of them
    int limit = 0;                     ///< so many pictures, evenly spaced over the file; 0: all
    int size = 0;                      ///< shorter side of the working picture; 0: what the bundle recommends
    std::function<void(std::size_t done, std::size_t total)> progress = {};  ///< from any thread, one call at a time
};

/// Means over the pictures; what was not measured is empty.
struct EvaluationShares {
    std::optional<double> top1;  ///< share of pictures whose class has the largest logit of its label group
    std::optional<double> top5;
    MapMetrics map;
};

/// One line of the table.
struct EvaluationRow {
    std::string name;  ///< "none", "centred Gaussian" or a mechanism's id
    std::string map;   ///< how the judged map is made; empty when there is none
    EvaluationShares trained;
    EvaluationShares untrained;  ///< the same parameters with random weights of seed 1; empty without weights
};

/// What was measured.
struct Evaluation {
    int pictures = 0;
    int small = 0;  ///< of these with a small box
    int off = 0;    ///< with a box off the centre
    std::vector<EvaluationRow> rows;
    std::vector<Error> problems;  ///< one per picture which was left out, and one per mechanism and picture which failed
};

/// Measures how well maps find objects, and how often classes are right, without mechanism, with each of them as trained, and
/// with random weights. Pictures are decoded and their features computed once, on at most two threads; the numbers do not depend
/// on these. An error when boxes.csv is wrong, a mechanism unknown, no picture readable, or when stopped (ErrorCode::Cancelled).
FOVEA_API Result<Evaluation> evaluate(const EvaluationRequest& request, const std::stop_token& stop);

/// The table as CSV with a header, numbers with four decimals.
FOVEA_API std::string evaluationCsv(const Evaluation& evaluation);

}  // namespace fovea
