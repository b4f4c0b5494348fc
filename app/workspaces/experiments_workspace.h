#pragma once

#include <memory>

#include "app/shell/desk.h"
#include "app/shell/workspace.h"
#include "engine/evaluation/faithfulness.h"
#include "engine/runtime/job_owner.h"
#include "engine/runtime/render_view.h"

namespace fovea {

class ChannelGrid;
class FaithfulnessPlot;

/// Experiments in a panel below the picture: a person mutes and scales channels and heads, or measures how faithful a map is to
/// the network.
class ExperimentsWorkspace final : public Workspace {
    Q_OBJECT

public:
    explicit ExperimentsWorkspace(const Desk& desk);

    [[nodiscard]] std::vector<QWidget*> panels() const override;
    void bindActions() override;
    void viewChosen(const ViewId& view) override;
    void arrange() override;
    [[nodiscard]] bool takesRoomBelow() const override { return m_experiment != Experiment::None; }

private:
    enum class Experiment { None, Channels, Heads, Faithfulness };

    void connectGrid();
    void connectFaithfulness();
    [[nodiscard]] bool showsGrid() const;
    void setExperiment(Experiment experiment);
    void showGrid();
    void showWhetherItMeasures();
    void takeFactors(const std::vector<float>& factors);
    void chooseChannel(int index, bool isHead);
    void measure();
    void takeFaithfulness(const Result<FaithfulnessResult>& result);
    void saveFaithfulness();

    Desk m_desk;
    ChannelGrid* m_grid;
    FaithfulnessPlot* m_plot;
    Experiment m_experiment = Experiment::None;
    JobNumber m_measuring = 0;
    std::shared_ptr<const FaithfulnessResult> m_measured;
    RenderView<ChannelGridRequest> m_gridView;
    JobOwner m_work;  ///< last: its jobs call the rest
};

}  // namespace fovea
