#pragma once

#include <functional>
#include <vector>

#include "engine/render/field.h"

/// What the makers of fields and of timelines share.
namespace fovea::fields {

/// Everything the maker of one kind reads.
struct Job {
    const FrameResult& frame;
    const ModuleResult& module;
    const AttentionMap& map;
    const FieldSpec& spec;
    const Features& features;    ///< of the frame shown
    const Clip* clip = nullptr;  ///< of a map over a clip
    int shown = -1;              ///< the clip's frame which is shown; −1 without a clip
};

/// The map `spec` names, or the default one.
Result<const AttentionMap*> chosenMap(const ModuleResult& module, const std::string& name);
/// The finished, good result `spec` names.
Result<std::shared_ptr<const ModuleResult>> finishedModule(const FrameResult& result, const FieldSpec& spec);
/// A frame of a clip of `count` frames; −1 and what lies outside: the newest.
int clipIndex(int frame, int count) noexcept;
/// Row-major index of the place (x, y), as fractions, in a grid; clamped, and not a number counts as 0.
int placeIndex(double x, double y, int height, int width) noexcept;
/// Index into n equal parts of 0..1, clamped; not a number counts as 0.
int clampedPart(double position, int n) noexcept;
/// The group and the position in its matrix which `spec` asks from (a query, or a key when it asks who looks there), of a clip's
/// frame `asking`.
struct Asked {
    int group = 0;
    int position = 0;
};
Asked askedOf(const AttentionMap& map, const FieldSpec& spec, int asking, int shown) noexcept;

bool multiplies(MapRole role) noexcept;
/// Signed values diverge only where 0 means "nothing"; a gate or a ranking has no such centre.
bool crossesZero(const std::vector<float>& values);
Error misshapen(const Job& job);
Error notFinite(const Job& job);
Error notMultiplying(const Job& job);
ScalarField emptyField(const Job& job, int height, int width);
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

/// The field of a Pairwise and of a Temporal map.
Result<ScalarField> pairwiseField(const Job& job);
Result<ScalarField> temporalField(const Job& job);

}  // namespace fovea::fields
