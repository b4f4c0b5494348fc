#pragma once

#include "app/shell/announcements.h"
#include "app/shell/ending.h"
#include "app/shell/lost_recordings.h"
#include "app/shell/model_control.h"
#include "app/shell/recovery.h"
#include "app/shell/session_control.h"
#include "app/shell/undo_control.h"
#include "app/shell/window_menus.h"

namespace fovea {

/// The parts of a window which use its workspaces. The window deletes the controls before the workspaces.
struct Controls {
    Controls(const Desk& desk, RecordingControl& recording)
        : undo(desk),
          sessions(desk, undo),
          announcements(desk.area),
          recovery(desk, undo, sessions, announcements),
          lostRecordings(desk, announcements),
          models(desk),
          menus(desk),
          ending(desk.window, recording) {
        QObject::connect(&sessions, &SessionControl::restoring, &models, &ModelControl::forgetFirst);
        QObject::connect(&models, &ModelControl::settingRefused, &sessions, &SessionControl::addSettingProblem);
    }

    void bind(Actions& actions) {
        undo.bind(actions);
        sessions.bind(actions);
        models.bind(actions);
        menus.bind(actions);
    }

    UndoControl undo;
    SessionControl sessions;
    Announcements announcements;
    Recovery recovery;
    LostRecordings lostRecordings;
    ModelControl models;
    WindowMenus menus;
    Ending ending;
};

}  // namespace fovea
