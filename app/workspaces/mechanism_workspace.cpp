#include "app/workspaces/mechanism_workspace.h"

#include <QWidget>

#include <string>

#include "app/actions/actions.h"
#include "app/session/session.h"
#include "app/settings.h"
#include "app/shell/workspaces.h"
#include "engine/attention/registry.h"
#include "widgets/filmstrip.h"
#include "widgets/module_picker.h"

namespace fovea {
namespace {

constexpr int kPickerWidth = 176;
/// A narrower window folds the list of mechanisms away.
constexpr int kPickerFrom = 640;
constexpr std::size_t kFilmstripKeys = 6;

}  // namespace

std::vector<const ModuleInfo*> filmstripModules() {
    std::vector<const ModuleInfo*> chosen;
    for (const char* id : {"gc", "mhsa", "sagan", "cbam", "psa", "simam"}) {
        if (const auto* info = findModule(id)) {
            chosen.push_back(info);
        }
    }
    return chosen;
}

MechanismWorkspace::MechanismWorkspace(const Desk& desk)
    : m_desk(desk),
      m_picker(new ModulePicker),
      m_filmstrip(new Filmstrip),
      m_thumbnails(desk.session.lane(RenderLane::Overlays),
                   [this](const QString& id, const RenderedOverlay& overlay) { m_filmstrip->setRendered(id, overlay); }) {
    m_desk.session.paneControl().setFilmstrip(filmstripModules());
    m_picker->setFixedWidth(kPickerWidth);
    m_picker->setModules(modules());
    m_filmstrip->setModules(filmstripModules());
    showMechanism();
    connect(m_filmstrip, &Filmstrip::renderRequested, this,
            [this](const QString& id, const OverlayRequest& request) { m_thumbnails.request(id, request); });
    connect(m_picker, &ModulePicker::chosen, this, &MechanismWorkspace::choose);
    connect(m_filmstrip, &Filmstrip::chosen, this, &MechanismWorkspace::choose);
    connect(&m_desk.session, &Session::snapshot, this, [this](const std::shared_ptr<const FrameResult>& result) {
        m_filmstrip->setResult(result, m_desk.session.display().style());
    });
    connect(&m_desk.session.paneControl(), &PaneControl::mechanismChanged, this, [this] {
        showMechanism();
        m_desk.settings.setModule(m_picker->current());
    });
}

std::vector<QWidget*> MechanismWorkspace::sidePanels() const { return {m_picker}; }

std::vector<QWidget*> MechanismWorkspace::panels() const { return {m_filmstrip}; }

void MechanismWorkspace::bindActions() {
    for (std::size_t place = 0; place < kFilmstripKeys; ++place) {
        m_desk.actions.bind("filmstrip." + std::to_string(place + 1),
                            {.run = [this, place] { chooseFromFilmstrip(place); },
                             .isEnabled = [this, place] { return place < m_filmstrip->modules().size(); },
                             .fillIn = [place](const QString& text) { return text.arg(place + 1); }});
    }
}

void MechanismWorkspace::arrange() {
    const bool shows = m_desk.workspaces.showsPanels();
    m_picker->setVisible(shows && m_desk.window->width() >= kPickerFrom);
    m_filmstrip->setVisible(shows && !m_desk.workspaces.isRoomBelowTaken());
}

void MechanismWorkspace::choose(const QString& id) { m_desk.session.paneControl().setModule(id); }

void MechanismWorkspace::chooseFromFilmstrip(std::size_t place) {
    const auto& strip = m_filmstrip->modules();
    if (place < strip.size()) {
        m_desk.session.paneControl().setModule(strip[place]);
    }
}

void MechanismWorkspace::showMechanism() {
    const QString id = QString::fromStdString(m_desk.session.panes().current().module->id);
    m_picker->setCurrent(id);
    m_filmstrip->setCurrent(id);
}

}  // namespace fovea
