#pragma once

#include <QString>

#include <vector>

#include "app/session/choices.h"
#include "app/session/models.h"
#include "app/session/panes.h"
#include "app/session/questions.h"
#include "engine/pipeline/pipeline.h"

namespace fovea {

/// Everything that is chosen about what is computed and asked, as values, with the jobs which follow from it. How fields are
/// drawn is the matter of DisplayControl.
struct Selection {
    Panes panes;
    Choices choices = {};
    Questions questions = {};
    Models models = {};
    std::vector<const ModuleInfo*> filmstrip = {};  ///< the mechanisms which are computed besides those of the panes
    bool recordsSteps = false;                      ///< whether the active pane's mechanism records its steps

    /// The choices of a pane; they are made at the first look.
    Choice& choice(int pane = kActivePane) { return choices.of(panes[pane], panes.current()); }
    /// The same, but null for a pane which nobody has looked at.
    [[nodiscard]] const Choice* knownChoice(int pane) const { return choices.find(panes[pane].jobId()); }
    /// The mechanism of this id, first among those of the filmstrip, which may be a test's own; null when there is none.
    [[nodiscard]] const ModuleInfo* module(const QString& id) const;

    /// What is computed for a pane.
    [[nodiscard]] ModuleJob job(int pane = kActivePane);
    /// What is computed for all that is looked at: the active pane comes first, then the others which are compared, those of one
    /// model together, then the filmstrip.
    [[nodiscard]] std::vector<ModelJobs> jobs();

    /// Adds a pane which begins as a copy of the active one, but with this mechanism. False when there are kMaxPanes already.
    bool addPane(const ModuleInfo* module);
    /// Gives the active pane this model, and the others which had the same one unless panes are compared. The place which was
    /// asked about stays.
    void setModel(const ModelSpec& model);
    /// Gives all panes the input, or the options, which are chosen now.
    void refreshModels();

    /// All of this as one value, without the style.
    [[nodiscard]] SessionState state();
    /// Goes back to a state whose bundles are open. Panes whose mechanism is not known are left out.
    void restore(const SessionState& state);

private:
    [[nodiscard]] ModuleJob jobOf(const Pane& pane);
    void restorePane(const PaneState& state, const Pane& pane);
};

}  // namespace fovea
