// Experiments in the window: channels and heads muted and scaled, and how faithful a map is to the network.

#include <algorithm>

#include "app/canvas_area.h"
#include "app/main_window.h"
#include "app/save_dialog.h"
#include "widgets/channel_grid.h"
#include "widgets/engine_text.h"
#include "widgets/faithfulness_plot.h"

namespace fovea {

void MainWindow::connectExperiments() {
    connect(m_grid, &ChannelGrid::renderRequested, this,
            [this](const ChannelGridRequest& request) { m_gridView.request(request); });
    connect(m_grid, &ChannelGrid::factorsChanged, this, &MainWindow::takeFactors);
    connect(m_grid, &ChannelGrid::pinnedChanged, this, [this](const std::vector<int>& pinned) {
        m_session.fieldControl().setPinned(m_experiment == Experiment::Heads, pinned);
    });
    connect(m_grid, &ChannelGrid::channelChosen, this, [this](int index) {
        if (m_experiment == Experiment::Heads) {
            m_session.fieldControl().setHead(index);
        } else {
            m_session.fieldControl().setChannelMode(index < 0 ? ChannelMode::After : ChannelMode::Single, index);
        }
    });
    for (const auto signal : {&PaneControl::mechanismChanged, &PaneControl::panesChanged, &PaneControl::interventionChanged}) {
        connect(&m_session.paneControl(), signal, this, &MainWindow::showGrid);
    }
    for (const auto signal : {&FieldControl::fieldChanged, &FieldControl::placeChanged, &FieldControl::pinnedChanged}) {
        connect(&m_session.fieldControl(), signal, this, &MainWindow::showGrid);
    }
    connect(&m_session.display(), &DisplayControl::styleChanged, this, &MainWindow::showGrid);
    connect(m_faithfulnessPlot, &FaithfulnessPlot::startRequested, this, &MainWindow::measure);
    connect(m_faithfulnessPlot, &FaithfulnessPlot::cancelRequested, this, [this] { m_jobs.cancel(m_measuring); });
    connect(m_faithfulnessPlot, &FaithfulnessPlot::saveRequested, this, &MainWindow::saveFaithfulness);
    connect(m_faithfulnessPlot, &FaithfulnessPlot::channelChosen, this, [this](int index, bool head) {
        if (head) {
            m_session.fieldControl().setHead(index);
        } else {
            m_session.fieldControl().setChannelMode(ChannelMode::Single, index);
        }
    });
    connect(&m_session.paneControl(), &PaneControl::modelChanged, this,
            [this] { m_faithfulnessPlot->setAvailable(predicts(m_session.panes().current().model)); });
    connect(&m_jobs, &BackgroundJobs::progressed, this, [this](JobNumber job, qint64 done, qint64 total) {
        if (job == m_measuring) {
            m_faithfulnessPlot->setProgress(static_cast<int>(done), static_cast<int>(total));
        }
    });
}

void MainWindow::setExperiment(Experiment experiment) {
    m_experiment = m_experiment == experiment ? Experiment::None : experiment;
    if (m_experiment != Experiment::None && m_view == ViewKind::Steps) {
        setView(ViewKind::Overlay);
    }
    m_area->setHintVisible(false);
    foldForWidth();
    showGrid();
    m_faithfulnessPlot->setAvailable(predicts(m_session.panes().current().model));
}

void MainWindow::showGrid() {
    const auto field = m_session.shown().field();
    if ((m_experiment != Experiment::Channels && m_experiment != Experiment::Heads) || !field) {
        return;
    }
    const bool heads = m_experiment == Experiment::Heads;
    const Intervention& intervention = m_session.choice().intervention;
    m_grid->setSubject(heads ? GridSubject::Heads : GridSubject::Channels);
    m_grid->setFactors(heads ? intervention.heads : intervention.channels);
    m_grid->setPinned(m_session.choice().pinned(heads));
    m_grid->setResult(m_session.shown().result(), *field, m_session.display().style());
    const int channel = field->channelMode == ChannelMode::Single ? field->channel : -1;
    const int chosen = heads ? std::max(field->head, -1) : channel;
    if (chosen != m_grid->chosen()) {
        m_grid->setChosen(chosen);
    }
}

void MainWindow::takeFactors(const std::vector<float>& factors) {
    Intervention intervention = m_session.choice().intervention;
    (m_experiment == Experiment::Heads ? intervention.heads : intervention.channels) = factors;
    m_session.paneControl().setIntervention(intervention);
}

void MainWindow::unmuteAll() { m_session.paneControl().setIntervention({}); }

void MainWindow::measure() {
    const auto result = m_session.shown().result();
    const auto field = m_session.shown().field();
    if (!result || !field) {
        return;
    }
    FaithfulnessRequest request;
    request.frame = result->frame;
    request.model = m_session.panes().current().model;
    request.job = m_session.job();
    request.field = *field;
    m_faithfulnessPlot->setMessage({});
    m_faithfulnessPlot->setRunning(true);
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

void MainWindow::takeFaithfulness(const Result<FaithfulnessResult>& result) {
    m_faithfulnessPlot->setRunning(false);
    if (result) {
        m_measured = std::make_shared<const FaithfulnessResult>(*result);
        m_faithfulnessPlot->setResult(m_measured);
    } else if (result.error().code != ErrorCode::Cancelled) {
        m_faithfulnessPlot->setMessage(errorText(result.error()));
    }
}

void MainWindow::saveFaithfulness() {
    const QString path =
        askWhereToSave(this, tr("Save the curves"), m_settings.folder(QStringLiteral("export")), {tr("Tables (*.csv)")});
    if (!path.isEmpty() && m_measured) {
        exportFile(path, [measured = m_measured] { return faithfulnessCsv(*measured); });
    }
}

}  // namespace fovea
