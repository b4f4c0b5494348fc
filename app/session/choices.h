#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "app/session/panes.h"
#include "engine/render/field.h"

namespace fovea {

/// What is chosen for one mechanism on one model in one place.
struct Choice {
    ParamSet params;
    std::string weightsFile;   ///< empty: the bundle's weights or random ones
    std::string fallbackFile;  ///< the file before the one on trial
    bool fileOnTrial = false;  ///< whether the file has still to prove good
    std::uint64_t seed = 1;
    FieldSpec field;
    Intervention intervention;
    std::vector<int> pinnedChannels;  ///< they come first wherever channels are listed
    std::vector<int> pinnedHeads;

    [[nodiscard]] const std::vector<int>& pinned(bool heads) const { return heads ? pinnedHeads : pinnedChannels; }
    /// Returns whether it was another list before.
    bool setPinned(bool heads, const std::vector<int>& pinned);

    /// Weights from a file, on trial until judgeFile() is told of a result.
    void tryFile(const std::string& path);
    enum class Verdict { None, Taken, Refused };
    /// Ends a trial. The fallback file takes the place of one which does not fit. None when no file was on trial.
    Verdict judgeFile(bool fits);
    /// Random weights instead of a file.
    void drawWeights(std::uint64_t newSeed);

    // Which field is shown. A choice ends others which contradict it: another map has other channels.
    void showMap(const std::string& map);
    void showChannel(ChannelMode mode, int channel);
    void showHead(int head);
    void showDirection(bool to);
};

/// The choices for every mechanism, model and place which was looked at. They stay while the program runs, so that a mechanism
/// which is chosen again is as it was left.
class Choices final {
public:
    /// The choices of a pane. At the first look they are the model's parameters and, unless the pane is the active one, the
    /// question which the active one asks.
    Choice& of(const Pane& pane, const Pane& active);
    /// The same, but null for a pane which nobody has looked at.
    [[nodiscard]] const Choice* find(const JobId& id) const;
    /// Replaces the choices of a pane.
    void set(const Pane& pane, Choice choice);
    /// Forgets the choices of a pane which had the place of `added` before. The first place is the filmstrip's, too: there the
    /// choices of other mechanisms stay.
    void makeRoomFor(const Pane& added);

    /// The question “where is this class?” stays when the mechanism changes: all of one model ask it.
    void setActivation(ModelId model, int index, bool plain);
    /// Which frame of a clip all of them show, counted from the oldest; −1 the newest.
    void setClipFrame(int frame);
    /// The newest frame is shown and asks.
    void followNewest();
    /// One question for the whole session: all ask at this place, given as fractions of the grid of `model`. Other models' grids
    /// lie otherwise, as `result` tells where it has the features of both; it may be null. `frame` of a clip asks.
    void askAt(PointValue place, int frame, ModelId model, const FrameResult* result);

private:
    std::map<JobId, Choice> m_choices;
};

/// The parameter which says where a mechanism looks; null when it has none.
[[nodiscard]] const ParamSpec* placeParam(const ModuleInfo& module);

}  // namespace fovea
