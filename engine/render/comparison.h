#pragma once

#include <limits>

#include "engine/api.h"
#include "engine/render/field.h"
#include "engine/result.h"

namespace fovea {

/// How alike two fields are, over the cells which take part in both. What is undefined is NaN. Values are taken as they are:
/// nothing but the Jensen–Shannon divergence is normalised.
struct MapComparison {
    double pearson = std::numeric_limits<double>::quiet_NaN();   ///< correlation; NaN when one of them is constant
    double spearman = std::numeric_limits<double>::quiet_NaN();  ///< correlation of the ranks; equal values have their mean rank
    /// Intersection over union of the top fifth of the cells: of each field exactly ⌈0.2·cells⌉ cells of the largest values,
    /// where of equal values the one which comes first, row by row, counts. NaN when one of them is constant: it has no top.
    double iouTop = std::numeric_limits<double>::quiet_NaN();
    /// Jensen–Shannon divergence in bits, 0 … 1, of the two fields as distributions, each divided by its sum; NaN when a value is
    /// negative or all of a field are 0.
    double jensenShannon = std::numeric_limits<double>::quiet_NaN();
    int cells = 0;  ///< which take part in both
};

/// Compares two fields on the grid of the finer one, which has more cells (the first of two equals): at the centre of each of its
/// cells the other is read, from the cell which is nearest there.
FOVEA_API MapComparison compareFields(const ScalarField& a, const ScalarField& b);

/// a − b on that common grid: diverging, its automatic range symmetric about 0, a gap where one of them has a gap. It names
/// modules and maps of both. An error when no cell takes part in both.
FOVEA_API Result<ScalarField> differenceField(const ScalarField& a, const ScalarField& b);

}  // namespace fovea
