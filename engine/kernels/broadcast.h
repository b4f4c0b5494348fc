#pragma once

#include "engine/api.h"
#include "engine/kernels/ops.h"
#include "engine/tensor/feature_map.h"

/// Maps C×H×W from values which belong to a channel [C], a position [1×H×W], a row [C×H] or a column [C×W] alone.
namespace fovea::ops {

/// channels[c] + positions[n], or their product.
FOVEA_API FeatureMap channelsPlusPositions(const Vector& channels, const FeatureMap& positions);
FOVEA_API FeatureMap channelsTimesPositions(const Vector& channels, const FeatureMap& positions);
/// channels[c]·x + positions[n]·x, or the larger of the two terms.
FOVEA_API FeatureMap scaleBySum(const FeatureMap& x, const Vector& channels, const FeatureMap& positions);
FOVEA_API FeatureMap scaleByLarger(const FeatureMap& x, const Vector& channels, const FeatureMap& positions);

/// rows[c,i] · columns[c,j].
FOVEA_API FeatureMap rowsTimesColumns(const FeatureMap& rows, const FeatureMap& columns);
/// x · columns[c,j] · rows[c,i], from left to right.
FOVEA_API FeatureMap scaleRowsAndColumns(const FeatureMap& x, const FeatureMap& rows, const FeatureMap& columns);
/// max(0, rows[c,i] + columns[c,j]); 0 where the sum is not a number.
FOVEA_API FeatureMap rectifiedRowsPlusColumns(const FeatureMap& rows, const FeatureMap& columns);

/// The mean of columns[c,j], rows[i,c] and positions[i,j], or of the first two where `positions` is empty. `columns` is 1×C×W and
/// `rows` 1×H×C.
FOVEA_API FeatureMap meanOfPlanes(const FeatureMap& columns, const FeatureMap& rows, const FeatureMap& positions);

}  // namespace fovea::ops
