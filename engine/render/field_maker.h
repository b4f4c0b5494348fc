#pragma once

#include <functional>
#include <vector>

#include "engine/render/field.h"

/// The kinds of maps make their fields and timelines with these.
namespace fovea::fields {

/// Everything the maker of one kind reads.
struct Job {
    const JobResult& module;
    const AttentionMap& map;
    const FieldSpec& spec;
    const Features& features;    ///< of the frame shown
    const Clip* clip = nullptr;  ///< of a map over a clip
    int shown = -1;              ///< the clip's frame which is shown; −1 without a clip
};

bool multiplies(MapRole role) noexcept;
/// Signed values diverge only where 0 means "nothing"; a gate or a ranking has no such centre.
bool crossesZero(const std::vector<float>& values);
bool allFinite(const std::vector<float>& values);
Error misshapen(const Job& job);
Error notFinite(const Job& job);
Error notMultiplying(const Job& job);
/// The map lies nowhere on the picture.
Error noPlace(const Job& job);
/// The map of a timeline has not one weight for each frame of the clip.
Error misshapenTimeline(const JobResult& module, const AttentionMap& map);
ScalarField emptyField(const Job& job, int height, int width);
/// Gives a field the ends of `all` as its range.
void shareScale(ScalarField& field, const std::vector<float>& all);
/// The value which a share of all lies above; the largest where everything below is the same. Reorders `values`.
float clippedMaximum(std::vector<float>& values, double share);
/// Fills in ends and, unless it is shared, the automatic range. A field is shown only if all of it, but for its gaps, is finite.
Result<ScalarField> finished(const Job& job, ScalarField field, bool isSigned);
/// mean_c factor(c)·|x_c| per cell, in double: the sums cancel. With `job`, of the features x as its module has read them: muted
/// and scaled.
std::vector<float> weightedMagnitude(const FeatureMap& x, const std::function<double(int)>& factor);
std::vector<float> weightedMagnitude(const Job& job, const FeatureMap& x, const std::function<double(int)>& factor);
/// The sentence about a channel or head which is not there; there are `count` of them, counted from 0.
Error noChannel(int channel, int count);
Error noHead(int head, int count);

/// Says which channel the values are of: its name, or its number where there is none.
void nameChannel(ScalarField& field, int channel, const std::vector<std::string>& names);
/// x_c itself, as the module has read it.
Result<ScalarField> singleChannel(const Job& job);
/// mean_c |x_c|: what went in.
Result<ScalarField> featuresBefore(const Job& job);
/// The finished field of a map whose data lie on a grid. It diverges where the map is added and 0 lies between its values.
Result<ScalarField> gridField(const Job& job, ScalarField field);

}  // namespace fovea::fields
