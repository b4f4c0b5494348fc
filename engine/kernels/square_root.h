#pragma once

#include <optional>
#include <stop_token>
#include <vector>

#include "engine/api.h"

/// Square roots of symmetric matrices, n×n and row-major.
namespace fovea::ops {

/// √S by Newton and Schulz, for an S ≥ 0 whose trace is above 0: A = S / tr S, Z = (3I − A)/2, Y = A·Z; `iterations` − 1 times
/// D = (3I − Z·Y)/2, Y = Y·D, Z = D·Z; √S = √(tr S)·Y. Nothing when `stop` was requested.
FOVEA_API std::optional<std::vector<double>> squareRoot(const std::vector<double>& s, int n, int iterations,
                                                        const std::stop_token& stop);
/// [n]: the mean of each column.
FOVEA_API std::vector<double> columnMeans(const std::vector<double>& matrix, int n);

}  // namespace fovea::ops
