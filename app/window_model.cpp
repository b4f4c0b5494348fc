// The model in the window: the bundle or the Retina, trained or random weights.

#include <QFileDialog>

#include "app/canvas_area.h"
#include "app/cards_panel.h"
#include "app/main_window.h"
#include "app/top_bar.h"

namespace fovea {

// At the start: the model of the last run, else the bundle which comes with the program.
void MainWindow::openModel() {
    const QString chosen = m_settings.model();
    const QString folder = chosen.isEmpty() ? QString::fromStdString(bundledModelFolder()) : chosen;
    if (chosen != QLatin1String("retina") && !folder.isEmpty()) {
        m_session.paneControl().setInput(m_settings.input());
        m_opensSetModel = !chosen.isEmpty();
        m_session.openBundle(folder);
        clippedRange();
    }
}

void MainWindow::bundleDialog() {
    const QString folder =
        QFileDialog::getExistingDirectory(this, tr("Folder of a model"), m_settings.folder(QStringLiteral("models")));
    if (!folder.isEmpty()) {
        m_session.openBundle(folder);
    }
}

void MainWindow::chooseNetwork(const NetworkModel& network) {
    m_settings.setInput(network.input);
    m_session.paneControl().setModel(network);
}

void MainWindow::chooseRetina(int stride) {
    RetinaOptions options = m_session.models().retina();
    options.stride = stride;
    m_session.paneControl().setModel(options);
    m_settings.setRetina(options);
}

// Said wherever it shows, and remembered for the next start.
void MainWindow::showModel() {
    m_topBar->setModel(m_session.models().bundles(), m_session.panes().current().model);
    m_cards->refresh();
    showPanes();
    if (const auto bundle = bundleOf(m_session.panes().current().model)) {
        const bool own = bundle->folder == bundledModelFolder();
        const QString folder = own ? QString() : QString::fromStdString(bundle->folder);
        m_settings.setModel(folder);
        if (!own) {
            m_settings.setFolder(QStringLiteral("models"), folder);
        }
    } else if (!m_session.models().bundles().empty()) {  // left for the Retina
        m_settings.setModel(QStringLiteral("retina"));
    }
}

void MainWindow::toggleTrained() {
    if (m_session.panes().current().canBeTrained()) {
        m_session.paneControl().setTrained(m_session.shown().provenance().kind != ProvenanceKind::Trained);
        return;
    }
    m_area->showMessage(predicts(m_session.panes().current().model)
                            ? tr("The model in use has no trained weights for this mechanism.")
                            : tr("The Retina is not trained; choose a trained network in the list of models."),
                        false);
}

void MainWindow::clippedRange() {
    m_area->colourScale()->setMode(RangeMode::Clipped, {});
    m_session.display().setRange(RangeMode::Clipped, {});
}

}  // namespace fovea
