#pragma once

class QWidget;

namespace fovea {

class Actions;
class BackgroundJobs;
class CanvasArea;
class CardsPanel;
class Exports;
class Session;
class Settings;
class StatusLine;
class TopBar;
class Workspaces;

/// What the parts of the window share. The window owns all of it and lets its parts go first.
struct Desk {
    QWidget* window;  ///< the parent of dialogs and menus
    Settings& settings;
    Session& session;
    Actions& actions;
    BackgroundJobs& jobs;
    Workspaces& workspaces;
    TopBar& topBar;
    CanvasArea& area;  ///< the picture, on which all workspaces look, and the messages over it
    CardsPanel& cards;
    StatusLine& status;
    Exports& exports;
};

}  // namespace fovea
