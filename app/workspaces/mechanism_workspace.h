#pragma once

#include "app/shell/desk.h"
#include "app/shell/workspace.h"
#include "engine/runtime/render_view.h"

namespace fovea {

class Filmstrip;
class ModulePicker;

/// The mechanisms of the filmstrip, in its order.
std::vector<const ModuleInfo*> filmstripModules();

/// The choice of a mechanism: the list left of the picture, and the filmstrip below it where nothing else has that room.
class MechanismWorkspace final : public Workspace {
    Q_OBJECT

public:
    explicit MechanismWorkspace(const Desk& desk);

    [[nodiscard]] std::vector<QWidget*> sidePanels() const override;
    [[nodiscard]] std::vector<QWidget*> panels() const override;
    void bindActions() override;
    void arrange() override;

private:
    void choose(const QString& id);
    void chooseFromFilmstrip(std::size_t place);
    void showMechanism();

    Desk m_desk;
    ModulePicker* m_picker;
    Filmstrip* m_filmstrip;
    RenderViews<QString, OverlayRequest> m_thumbnails;  ///< by mechanism
};

}  // namespace fovea
