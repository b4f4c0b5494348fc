#include "app/session/missing_choices.h"

#include <algorithm>
#include <utility>

#include "engine/number_rule.h"
#include "engine/render/field_choices.h"

namespace fovea {
namespace {

/// The sentence for a place which is not among `count`.
Error missing(const std::string& name, int place, int count) {
    return count < 1 ? makeError(ErrorCode::BadParameter, FOVEA_TEXT("engine", "“%1” is %2, but this mechanism has none."),
                                 {name, std::to_string(place)})
                     : NumberRule{.name = name, .most = count - 1.0, .whole = true}.refusal(std::to_string(place));
}

/// How many classes can be drawn; while the network was not asked, as many as the bundle names.
int classCount(const FrameResult& result, const JobResult& module, const FieldSpec& field) {
    const ModelResult& model = *result.find(field.job.model);
    const bool wasAsked = module.prediction || module.predictionError;
    FieldSpec asked = field;
    asked.plainActivation = field.plainActivation || !wasAsked;  // whether there are class maps is a matter of the network alone
    const bool isKnown = !asked.plainActivation || model.prediction;
    const auto choices = fieldChoices(result, asked);
    const auto bundle = bundleOf(model.model);
    const int named = bundle ? static_cast<int>(bundle->classes.size()) : 0;
    return isKnown && choices ? choices->classes : named;
}

void dropMissingClass(FieldSpec& field, int count, const std::string& path, std::vector<Error>& problems) {
    if (field.activationClass >= count) {
        problems.push_back(missing(path + "field.class", field.activationClass, count));
        field.activationClass = -1;
    }
}

void dropMissingPlaces(FieldSpec& field, const FieldChoices& choices, const std::string& path, std::vector<Error>& problems) {
    if (choices.mapHeads > 0 && field.head >= choices.mapHeads) {  // what is no matrix has no use for a head
        problems.push_back(missing(path + "field.head", field.head, choices.mapHeads));
        field.head = kMeanOverHeads;
    }
    if (field.channel >= choices.mapChannels) {
        problems.push_back(missing(path + "field.channel", field.channel, choices.mapChannels));
        field.channel = -1;
        field.channelMode = field.channelMode == ChannelMode::Single ? ChannelMode::After : field.channelMode;
    }
}

/// What the result offers for the module's map; the map is dropped where the module has no such one. An error when the module
/// has failed.
Result<FieldChoices> offeredChoices(FieldSpec& field, const FrameResult& result, std::vector<Error>& problems) {
    FieldSpec ofModule = field;
    ofModule.activationClass = -1;
    auto choices = fieldChoices(result, ofModule);
    if (!choices && !ofModule.map.empty()) {
        ofModule.map.clear();
        if (auto others = fieldChoices(result, ofModule)) {
            problems.push_back(choices.error());
            field.map.clear();
            choices = std::move(others);
        }
    }
    return choices;
}

/// Factors beyond the channels, or heads, there are.
void dropBeyond(std::vector<float>& factors, int count, const std::string& name, std::vector<Error>& problems) {
    const auto there = std::min(static_cast<std::size_t>(std::max(count, 0)), factors.size());
    const auto beyond = factors.begin() + static_cast<std::ptrdiff_t>(there);
    if (std::any_of(beyond, factors.end(), [](float f) { return f != 1.0F; })) {
        problems.push_back(makeError(ErrorCode::BadParameter,
                                     FOVEA_TEXT("engine", "“%1” has %2 entries, but there are only %3 here."),
                                     {name, std::to_string(factors.size()), std::to_string(count)}));
    }
    factors.erase(beyond, factors.end());
}

void dropMissing(std::vector<int>& places, int count, const std::string& name, std::vector<Error>& problems) {
    const auto first = std::stable_partition(places.begin(), places.end(), [count](int place) { return place < count; });
    for (auto it = first; it != places.end(); ++it) {
        problems.push_back(missing(name, *it, count));
    }
    places.erase(first, places.end());
}

}  // namespace

std::vector<Error> dropMissingChoices(Choice& choice, const FrameResult& result, const std::string& path) {
    std::vector<Error> problems;
    FieldSpec& field = choice.field;
    const auto finished = result.find(field.job);
    if (!finished) {
        return problems;
    }
    if (field.activationClass >= 0) {
        dropMissingClass(field, classCount(result, *finished, field), path, problems);
    }
    const auto offered = offeredChoices(field, result, problems);
    if (!offered) {  // the mechanism failed, and its pane says why
        return problems;
    }
    dropMissingPlaces(field, *offered, path, problems);
    dropBeyond(choice.intervention.channels, offered->moduleChannels, path + "channelFactors", problems);
    dropBeyond(choice.intervention.heads, offered->moduleHeads, path + "headFactors", problems);
    dropMissing(choice.pinnedChannels, offered->moduleChannels, path + "pinnedChannels", problems);
    dropMissing(choice.pinnedHeads, offered->moduleHeads, path + "pinnedHeads", problems);
    return problems;
}

}  // namespace fovea
