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

/// The objects which all parts of a window share. The window owns the objects and deletes its parts first.
struct Desk {
    QWidget* window;  ///< the parent of dialogs and menus
    Settings& settings;
    Session& session;
    Actions& actions;
    BackgroundJobs& jobs;
    Workspaces& workspaces;
    TopBar& topBar;
    CanvasArea& area;  ///< the picture, which all workspaces share, and the messages over it
    CardsPanel& cards;
    StatusLine& status;
    Exports& exports;
};

}  // namespace fovea
