#include "app/workspaces/experiments_workspace.h"

#include <algorithm>

#include "app/actions/actions.h"
#include "app/canvas_area.h"
#include "app/save_dialog.h"
#include "app/session/session.h"
#include "app/settings.h"
#include "app/shell/exports.h"
#include "app/shell/workspaces.h"
#include "widgets/channel_grid.h"
#include "widgets/engine_text.h"
#include "widgets/faithfulness_plot.h"

namespace fovea {

ExperimentsWorkspace::ExperimentsWorkspace(const Desk& desk)
    : m_desk(desk),
      m_grid(new ChannelGrid),
      m_plot(new FaithfulnessPlot),
      m_gridView(desk.session.lane(RenderLane::Overlays), [this](const RenderedChannelGrid& grid) { m_grid->setRendered(grid); }),
      m_work(desk.jobs) {
    m_grid->hide();
    m_plot->hide();
    connectGrid();
    connectFaithfulness();
}

std::vector<QWidget*> ExperimentsWorkspace::panels() const { return {m_grid, m_plot}; }

void ExperimentsWorkspace::bindActions() {
    const auto bindExperiment = [this](const char* id, Experiment experiment) {
        m_desk.actions.bind(id, {.run = [this, experiment] { setExperiment(experiment); },
                                 .isChecked = [this, experiment] { return m_experiment == experiment; }});
    };
    bindExperiment("channels.show", Experiment::Channels);
    bindExperiment("heads.show", Experiment::Heads);
    bindExperiment("matter.show", Experiment::Faithfulness);
    m_desk.actions.bind("channels.unmute", {.run = [this] { m_desk.session.paneControl().setIntervention({}); }});
}

void ExperimentsWorkspace::connectGrid() {
    Session& session = m_desk.session;
    connect(m_grid, &ChannelGrid::renderRequested, this,
            [this](const ChannelGridRequest& request) { m_gridView.request(request); });
    connect(m_grid, &ChannelGrid::factorsChanged, this, &ExperimentsWorkspace::takeFactors);
    connect(m_grid, &ChannelGrid::pinnedChanged, this, [this](const std::vector<int>& pinned) {
        m_desk.session.fieldControl().setPinned(m_experiment == Experiment::Heads, pinned);
    });
    connect(m_grid, &ChannelGrid::channelChosen, this,
            [this](int index) { chooseChannel(index, m_experiment == Experiment::Heads); });
    connect(&session, &Session::resultChanged, this, &ExperimentsWorkspace::showGrid);
    for (const auto signal : {&PaneControl::mechanismChanged, &PaneControl::panesChanged, &PaneControl::interventionChanged}) {
        connect(&session.paneControl(), signal, this, &ExperimentsWorkspace::showGrid);
    }
    for (const auto signal : {&FieldControl::fieldChanged, &FieldControl::placeChanged, &FieldControl::pinnedChanged}) {
        connect(&session.fieldControl(), signal, this, &ExperimentsWorkspace::showGrid);
    }
    connect(&session.display(), &DisplayControl::styleChanged, this, &ExperimentsWorkspace::showGrid);
}

void ExperimentsWorkspace::connectFaithfulness() {
    connect(m_plot, &FaithfulnessPlot::startRequested, this, &ExperimentsWorkspace::measure);
    connect(m_plot, &FaithfulnessPlot::cancelRequested, this, [this] { m_desk.jobs.cancel(m_measuring); });
    connect(m_plot, &FaithfulnessPlot::saveRequested, this, &ExperimentsWorkspace::saveFaithfulness);
    connect(m_plot, &FaithfulnessPlot::channelChosen, this, &ExperimentsWorkspace::chooseChannel);
    connect(&m_desk.session.paneControl(), &PaneControl::modelChanged, this, &ExperimentsWorkspace::showWhetherItMeasures);
    connect(&m_desk.jobs, &BackgroundJobs::progressed, this, [this](JobNumber job, qint64 done, qint64 total) {
        if (job == m_measuring) {
            m_plot->setProgress(static_cast<int>(done), static_cast<int>(total));
        }
    });
}

void ExperimentsWorkspace::viewChosen(const ViewId& view) {
    if (view == kStepsView) {  // both would need the room below the picture
        m_experiment = Experiment::None;
    }
}

bool ExperimentsWorkspace::showsGrid() const { return m_experiment == Experiment::Channels || m_experiment == Experiment::Heads; }

void ExperimentsWorkspace::arrange() {
    m_grid->setVisible(m_desk.workspaces.showsPanels() && showsGrid());
    m_plot->setVisible(m_desk.workspaces.showsPanels() && m_experiment == Experiment::Faithfulness);
}

void ExperimentsWorkspace::setExperiment(Experiment experiment) {
    m_experiment = m_experiment == experiment ? Experiment::None : experiment;
    m_desk.area.setHintVisible(false);
    if (m_experiment != Experiment::None && m_desk.workspaces.view() == kStepsView) {
        m_desk.workspaces.setView(kOverlayView);
    } else {
        m_desk.workspaces.arrange();
    }
    showGrid();
    showWhetherItMeasures();
}

void ExperimentsWorkspace::showWhetherItMeasures() { m_plot->setAvailable(predicts(m_desk.session.panes().current().model)); }

void ExperimentsWorkspace::showGrid() {
    Session& session = m_desk.session;
    const auto field = session.shown().field();
    if (!showsGrid() || !field) {
        return;
    }
    const bool heads = m_experiment == Experiment::Heads;
    const Intervention& intervention = session.choice().intervention;
    m_grid->setSubject(heads ? GridSubject::Heads : GridSubject::Channels);
    m_grid->setFactors(heads ? intervention.heads : intervention.channels);
    m_grid->setPinned(session.choice().pinned(heads));
    m_grid->setResult(session.shown().result(), *field, session.display().style());
    const int channel = field->channelMode == ChannelMode::Single ? field->channel : -1;
    const int chosen = heads ? std::max(field->head, -1) : channel;
    if (chosen != m_grid->chosen()) {
        m_grid->setChosen(chosen);
    }
}

void ExperimentsWorkspace::takeFactors(const std::vector<float>& factors) {
    Intervention intervention = m_desk.session.choice().intervention;
    (m_experiment == Experiment::Heads ? intervention.heads : intervention.channels) = factors;
    m_desk.session.paneControl().setIntervention(intervention);
}

void ExperimentsWorkspace::chooseChannel(int index, bool isHead) {
    FieldControl& field = m_desk.session.fieldControl();
    if (isHead) {
        field.setHead(index);
    } else {
        field.setChannelMode(index < 0 ? ChannelMode::After : ChannelMode::Single, index);
    }
}

void ExperimentsWorkspace::measure() {
    const auto result = m_desk.session.shown().result();
    const auto field = m_desk.session.shown().field();
    if (!result || !field) {
        return;
    }
    FaithfulnessRequest request;
    request.frame = result->frame;
    request.model = m_desk.session.panes().current().model;
    request.job = m_desk.session.job();
    request.field = *field;
    m_plot->setMessage({});
    m_plot->setRunning(true);
    m_measuring = m_work.start<FaithfulnessResult>(
        {.title = tr("Measuring whether the map matters"),
         .about = request.frame.source ? request.frame.source->name : std::string(),
         .lane = "faithfulness",
         .order = JobOrder::ReplacesAll},
        [request](const JobControl& control) {
            return measureFaithfulness(request, control.stop(),
                                       [&control](int done, int total) { control.progress(done, total); });
        },
        [this](const Result<FaithfulnessResult>& measured) { takeFaithfulness(measured); });
}

void ExperimentsWorkspace::takeFaithfulness(const Result<FaithfulnessResult>& result) {
    m_plot->setRunning(false);
    if (result) {
        m_measured = std::make_shared<const FaithfulnessResult>(*result);
        m_plot->setResult(m_measured);
    } else if (result.error().code != ErrorCode::Cancelled) {
        m_plot->setMessage(errorText(result.error()));
    }
}

void ExperimentsWorkspace::saveFaithfulness() {
    const QString path = askWhereToSave(m_desk.window, tr("Save the curves"), m_desk.settings.folder(QStringLiteral("export")),
                                        {tr("Tables (*.csv)")});
    if (!path.isEmpty() && m_measured) {
        m_desk.exports.saveBytes(path, [measured = m_measured] { return faithfulnessCsv(*measured); });
    }
}

}  // namespace fovea
