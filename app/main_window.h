#pragma once

#include <QMainWindow>

#include <memory>

#include "app/session/session.h"
#include "app/settings.h"
#include "app/shell/desk.h"
#include "app/shell/ending.h"
#include "app/shell/exports.h"
#include "app/shell/file_control.h"
#include "app/shell/session_control.h"
#include "app/shell/workspaces.h"
#include "app/workspaces/live_workspace.h"
#include "engine/runtime/job_owner.h"

namespace fovea {

class Actions;
class CanvasArea;
class CardsPanel;
struct Controls;
class StatusLine;
class TopBar;

/// The window: it places the bars, the picture and the workspaces, and hands events on to them.
class MainWindow final : public QMainWindow {
    Q_OBJECT

public:
    explicit MainWindow(Settings& settings, QWidget* parent = nullptr);
    ~MainWindow() override;

    /// Opens a file, its URL or an address, or a sample photograph when `argument` is empty.
    void start(const QString& argument);

    [[nodiscard]] Session& session() { return m_session; }
    [[nodiscard]] Actions& actions() { return *m_actions; }
    [[nodiscard]] BackgroundJobs& jobs() { return m_jobs; }
    [[nodiscard]] Workspaces& workspaces() { return m_workspaces; }
    [[nodiscard]] Exports& exports() { return m_exports; }
    [[nodiscard]] SessionControl& sessions();
    [[nodiscard]] LiveWorkspace& live() { return *m_workspaces.find<LiveWorkspace>(); }
    [[nodiscard]] Ending& ending();

protected:
    bool event(QEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void closeEvent(QCloseEvent* event) override;
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void placeWidgets();
    void connectControls();
    void bindActions();
    void arrange();
    void retranslate();

    Settings& m_settings;
    BackgroundJobs m_jobs;
    Session m_session;
    Actions* m_actions;
    TopBar* m_topBar;
    CanvasArea* m_area;
    CardsPanel* m_cards;
    StatusLine* m_status;
    Exports m_exports;
    FileControl m_files;
    Workspaces m_workspaces;
    Desk m_desk;
    std::unique_ptr<Controls> m_controls;
    JobOwner m_work;  ///< last: its jobs call the rest
};

}  // namespace fovea
