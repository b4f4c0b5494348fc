#include "app/shell/action_refresh.h"

#include "app/actions/actions.h"
#include "app/session/session.h"
#include "app/shell/desk.h"
#include "app/shell/workspaces.h"

namespace fovea {

void refreshActionsWithSession(const Desk& desk) {
    Session& session = desk.session;
    Actions& actions = desk.actions;
    for (const auto signal : {&Session::pictureChanged, &Session::resultChanged}) {
        QObject::connect(&session, signal, &actions, &Actions::refresh);
    }
    for (const auto signal : {&PaneControl::panesChanged, &PaneControl::mechanismChanged, &PaneControl::interventionChanged,
                              &PaneControl::weightsChanged, &PaneControl::modelChanged}) {
        QObject::connect(&session.paneControl(), signal, &actions, &Actions::refresh);
    }
    for (const auto signal :
         {&FieldControl::fieldChanged, &FieldControl::placeChanged, &FieldControl::pinsChanged, &FieldControl::pinnedChanged}) {
        QObject::connect(&session.fieldControl(), signal, &actions, &Actions::refresh);
    }
    QObject::connect(&session.display(), &DisplayControl::styleChanged, &actions, &Actions::refresh);
    QObject::connect(&desk.workspaces, &Workspaces::viewChanged, &actions, &Actions::refresh);
    actions.refresh();
}

}  // namespace fovea
