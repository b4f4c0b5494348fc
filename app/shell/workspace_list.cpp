#include "app/shell/workspace_list.h"

#include <memory>

#include "app/shell/desk.h"
#include "app/shell/workspaces.h"
#include "app/workspaces/experiments_workspace.h"
#include "app/workspaces/live_workspace.h"
#include "app/workspaces/mechanism_workspace.h"
#include "app/workspaces/panes/pane_workspace.h"
#include "app/workspaces/steps_workspace.h"

namespace fovea {

void addWorkspaces(const Desk& desk) {
    Workspaces& all = desk.workspaces;
    all.add(std::make_unique<LiveWorkspace>(desk));
    all.add(std::make_unique<PaneWorkspace>(desk));
    all.add(std::make_unique<StepsWorkspace>(desk));
    all.add(std::make_unique<ExperimentsWorkspace>(desk));
    all.add(std::make_unique<MechanismWorkspace>(desk));  // last: its filmstrip has the room which the others leave
}

}  // namespace fovea
