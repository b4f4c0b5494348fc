#include "app/session/choices.h"

#include <algorithm>
#include <utility>

#include "engine/render/query_place.h"

namespace fovea {

bool Choice::setPinned(bool heads, const std::vector<int>& pinned) {
    std::vector<int>& own = heads ? pinnedHeads : pinnedChannels;
    const bool isOther = own != pinned;
    own = pinned;
    return isOther;
}

void Choice::tryFile(const std::string& path) {
    if (!fileOnTrial) {
        fallbackFile = weightsFile;
    }
    fileOnTrial = true;
    weightsFile = path;
}

Choice::Verdict Choice::judgeFile(bool fits) {
    if (!std::exchange(fileOnTrial, false)) {
        return Verdict::None;
    }
    if (!fits) {
        weightsFile = fallbackFile;
    }
    return fits ? Verdict::Taken : Verdict::Refused;
}

void Choice::drawWeights(std::uint64_t newSeed) {
    weightsFile.clear();
    fileOnTrial = false;
    seed = newSeed;
}

void Choice::showMap(const std::string& map) {
    field.map = map;
    field.activationClass = -1;
    field.channel = -1;
    field.channelMode = ChannelMode::After;
}

void Choice::showChannel(ChannelMode mode, int channel) {
    field.channelMode = mode;
    field.activationClass = -1;
    field.channel = channel;
}

void Choice::showHead(int head) {
    field.head = head;
    field.channelMode = ChannelMode::After;
}

void Choice::showDirection(bool to) {
    field.toQuery = to;
    field.channelMode = ChannelMode::After;
}

Choice& Choices::of(const Pane& pane, const Pane& active) {
    const auto [it, isNew] = m_choices.try_emplace(pane.jobId());
    Choice& choice = it->second;
    if (isNew) {
        if (const Choice* asking = find(active.jobId()); asking != nullptr && asking != &choice) {
            if (modelId(pane.model) == modelId(active.model)) {
                choice.field.activationClass = asking->field.activationClass;
                choice.field.plainActivation = asking->field.plainActivation;
            }
            choice.field.queryX = asking->field.queryX;
            choice.field.queryY = asking->field.queryY;
        }
        choice.params = modelJob(*pane.module, pane.model).params;
        choice.field.job = pane.jobId();
    }
    return choice;
}

const Choice* Choices::find(const JobId& id) const {
    const auto it = m_choices.find(id);
    return it == m_choices.end() ? nullptr : &it->second;
}

void Choices::set(const Pane& pane, Choice choice) {
    choice.field.job = pane.jobId();
    m_choices[pane.jobId()] = std::move(choice);
}

void Choices::makeRoomFor(const Pane& added) {
    std::erase_if(m_choices, [&added](const auto& known) {
        return known.first.place == added.place && (added.place != 0 || known.first == added.jobId());
    });
}

void Choices::setActivation(ModelId model, int index, bool plain) {
    for (auto& [id, choice] : m_choices) {
        if (id.model == model) {
            choice.field.activationClass = index;
            choice.field.plainActivation = plain;
        }
    }
}

void Choices::setClipFrame(int frame) {
    for (auto& [id, choice] : m_choices) {
        choice.field.frame = frame;
    }
}

void Choices::followNewest() {
    for (auto& [id, choice] : m_choices) {
        choice.field.frame = -1;
        choice.field.queryFrame = -1;
    }
}

void Choices::askAt(PointValue place, int frame, ModelId model, const FrameResult* result) {
    const auto isSeen = [result](ModelId by) { return result != nullptr && result->features(by) != nullptr; };
    for (auto& [id, choice] : m_choices) {
        const bool isElsewhere = id.model != model && isSeen(model) && isSeen(id.model);
        const PointValue at = isElsewhere ? onGrid(*result, id.model, onPicture(*result, model, place)) : place;
        choice.field.queryX = std::clamp(at.x, 0.0, 1.0);
        choice.field.queryY = std::clamp(at.y, 0.0, 1.0);
        choice.field.queryFrame = frame;
    }
}

const ParamSpec* placeParam(const ModuleInfo& module) {
    const auto& specs = module.params;
    const auto it = std::find_if(specs.begin(), specs.end(), [](const ParamSpec& s) { return s.type == ParamType::Point; });
    return it == specs.end() ? nullptr : &*it;
}

}  // namespace fovea
