#pragma once

#include <QObject>

#include <string>
#include <vector>

#include "app/session/selection.h"

namespace fovea {

class Controller;

/// Changes what is computed: the panes, their mechanisms and models, and what is chosen for the mechanism of the active pane.
/// Each change gives the controller new jobs and then says what has changed. GUI thread only.
class PaneControl final : public QObject {
    Q_OBJECT

public:
    /// Selection and controller outlive the control.
    PaneControl(Selection& selection, Controller& controller, QObject* parent = nullptr);

    void setActive(int pane);
    /// Adds a pane which begins as a copy of the active one, with this mechanism. The new pane becomes the active one. False when
    /// there are kMaxPanes already.
    bool add(const ModuleInfo* module);
    void remove(int pane);
    void swap(int a, int b);
    /// Whether all panes are computed, not the active one alone.
    void setCompared(bool compared);
    /// The mechanisms which are computed besides those of the panes.
    void setFilmstrip(std::vector<const ModuleInfo*> modules);
    /// Whether the active pane's mechanism records its steps.
    void setStepsRecorded(bool recorded);

    /// Chooses a mechanism by id; unknown ids are ignored.
    void setModule(const QString& id);
    /// Chooses a mechanism by its descriptor (tests bring their own).
    void setModule(const ModuleInfo* module);
    void setParams(const ParamSet& params);
    /// Which channels and heads are muted or scaled.
    void setIntervention(const Intervention& intervention, int pane = kActivePane);
    /// Weights from a file. When it fits, weightsTaken() says so; else weightsRefused() says why, and the weights stay as they
    /// were.
    void setWeightsFile(const QString& path);
    /// Random weights.
    void setSeed(quint64 seed);
    /// Whether mechanisms get the bundle's weights where it has some; else random ones, to see what training does.
    void setTrained(bool trained);

    /// Chooses a model for the active pane, and for the others which had the same model unless panes are compared. How pictures
    /// enter a network, and the options of the Retina, are those of all panes.
    void setModel(const ModelSpec& model);
    /// How pictures enter the networks, now and in future.
    void setInput(const ModelInput& input);
    /// The options of the Retina, now and in future.
    void setRetina(const RetinaOptions& options);
    /// The bundle of this folder can be chosen from now on. The active pane gets the network, unless a state was restored
    /// meanwhile.
    void takeOpened(const std::string& folder);

    /// Gives the controller the jobs for what is chosen now, unless they wait for a bundle.
    void submit();
    /// Judges a file of weights which is on trial. False when the result comes from a file which was refused: nobody shall see
    /// that result.
    bool judgeWeights(const FrameResult& result);
    /// Says that panes, model and mechanism may be others, as when a state was restored.
    void tellAll();

Q_SIGNALS:
    /// Panes have come, gone or changed places, or another one is active.
    void panesChanged();
    /// The active pane has another mechanism.
    void mechanismChanged();
    /// The mechanism has other parameters, whose results are still to come.
    void parametersChanged();
    /// Other channels or heads are muted or scaled.
    void interventionChanged();
    /// Trained or random weights were chosen.
    void weightsChanged();
    /// The active pane has another network, or another size of its input; or a bundle was opened.
    void modelChanged();
    /// A file of weights has proved good, or was refused.
    void weightsTaken(const QString& path);
    void weightsRefused(const fovea::Error& error);

private:
    /// Says what of the active pane is another one than `before`.
    void tellPanes(const Pane& before);

    Selection& m_selection;
    Controller& m_controller;
};

}  // namespace fovea
