#include "app/shell/model_control.h"

#include <QFileDialog>
#include <QFileInfo>

#include <utility>

#include "app/actions/actions.h"
#include "app/canvas_area.h"
#include "app/cards_panel.h"
#include "app/session/session.h"
#include "app/settings.h"
#include "app/top_bar.h"
#include "widgets/engine_text.h"

namespace fovea {

ModelControl::ModelControl(const Desk& desk) : m_desk(desk) {
    Session& session = m_desk.session;
    connect(&session.paneControl(), &PaneControl::modelChanged, this, &ModelControl::showModel);
    connect(&session.paneControl(), &PaneControl::weightsTaken, this, [this](const QString& path) {
        m_desk.settings.setFolder(QStringLiteral("weights"), QFileInfo(path).absolutePath());
    });
    connect(&session, &Session::bundleFailed, this, &ModelControl::openInstead);
    connect(&session, &Session::bundleOpened, this, &ModelControl::forgetFirst);
    connect(&m_desk.cards, &CardsPanel::weightsFileRequested, this, &ModelControl::askForWeights);
    connectTopBar();
    showModel();
}

void ModelControl::connectTopBar() {
    connect(&m_desk.topBar, &TopBar::strideChosen, this, &ModelControl::chooseRetina);
    connect(&m_desk.topBar, &TopBar::networkChosen, this, &ModelControl::chooseNetwork);
    connect(&m_desk.topBar, &TopBar::bundleRequested, this, &ModelControl::askForBundle);
}

void ModelControl::bind(Actions& actions) {
    actions.bind("weights.open", {.run = [this] { askForWeights(); }});
    actions.bind("weights.trained", {.run = [this] { toggleTrained(); },
                                     .isEnabled = [this] { return m_desk.session.panes().current().canBeTrained(); }});
    actions.bind("model.open", {.run = [this] { askForBundle(); }});
}

void ModelControl::openFirst() {
    const QString chosen = m_desk.settings.model();
    const QString folder = chosen.isEmpty() ? QString::fromStdString(bundledModelFolder()) : chosen;
    if (chosen != QLatin1String("retina") && !folder.isEmpty()) {
        m_desk.session.paneControl().setInput(m_desk.settings.input());
        m_opensSetModel = !chosen.isEmpty();
        m_desk.session.openBundle(folder);
        m_desk.area.colourScale()->setMode(RangeMode::Clipped, {});
        m_desk.session.display().setRange(RangeMode::Clipped, {});
    }
}

void ModelControl::retranslate() { m_desk.cards.setTrainedKey(m_desk.actions.keyText("weights.trained")); }

// Shows the model in the bar and the cards, and keeps it in the settings for the next start.
void ModelControl::showModel() {
    const Session& session = m_desk.session;
    const ModelSpec& model = session.panes().current().model;
    m_desk.topBar.setModel(session.models().bundles(), model);
    m_desk.cards.refresh();
    if (const auto bundle = bundleOf(model)) {
        const bool isOwn = bundle->folder == bundledModelFolder();
        const QString folder = isOwn ? QString() : QString::fromStdString(bundle->folder);
        m_desk.settings.setModel(folder);
        if (!isOwn) {
            m_desk.settings.setFolder(QStringLiteral("models"), folder);
        }
    } else if (!session.models().bundles().empty()) {  // left for the Retina
        m_desk.settings.setModel(QStringLiteral("retina"));
    }
}

void ModelControl::askForBundle() {
    const QString folder = QFileDialog::getExistingDirectory(m_desk.window, tr("Folder of a model"),
                                                             m_desk.settings.folder(QStringLiteral("models")));
    if (!folder.isEmpty()) {
        m_desk.session.openBundle(folder);
    }
}

void ModelControl::askForWeights() {
    const ModuleInfo& mechanism = *m_desk.session.panes().current().module;
    if (mechanism.weights == nullptr) {
        m_desk.area.showMessage(
            tr("%1 is parameter-free: it has no weights to open.").arg(QString::fromStdString(mechanism.title)), true);
        return;
    }
    const QString path =
        QFileDialog::getOpenFileName(m_desk.window, tr("Open weights"), m_desk.settings.folder(QStringLiteral("weights")),
                                     tr("Weights (*.safetensors);;All files (*)"));
    if (!path.isEmpty()) {
        m_desk.session.paneControl().setWeightsFile(path);
    }
}

void ModelControl::chooseNetwork(const NetworkModel& network) {
    m_desk.settings.setInput(network.input);
    m_desk.session.paneControl().setModel(network);
}

void ModelControl::chooseRetina(int stride) {
    RetinaOptions options = m_desk.session.models().retina();
    options.stride = stride;
    m_desk.session.paneControl().setModel(options);
    m_desk.settings.setRetina(options);
}

void ModelControl::toggleTrained() {
    Session& session = m_desk.session;
    if (session.panes().current().canBeTrained()) {
        session.paneControl().setTrained(session.shown().provenance().kind != ProvenanceKind::Trained);
        return;
    }
    m_desk.area.showMessage(predicts(session.panes().current().model)
                                ? tr("The model in use has no trained weights for this mechanism.")
                                : tr("The Retina is not trained; choose a trained network in the list of models."),
                            false);
}

void ModelControl::openInstead(const Error& error) {
    if (!std::exchange(m_opensSetModel, false)) {
        return;
    }
    m_desk.area.clearMessage();
    if (const QString own = QString::fromStdString(bundledModelFolder()); !own.isEmpty()) {
        m_desk.session.openBundle(own);
    }
    Q_EMIT settingRefused(makeError(error.code, FOVEA_TEXT("engine", "“features/model”: %1"), {errorText(error).toStdString()}));
}

}  // namespace fovea
