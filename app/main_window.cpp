#include "app/main_window.h"

#include <QCloseEvent>
#include <QCoreApplication>
#include <QDragEnterEvent>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QMimeData>
#include <QVBoxLayout>

#include "app/actions/actions.h"
#include "app/canvas_area.h"
#include "app/cards_panel.h"
#include "app/commands/commands.h"
#include "app/language.h"
#include "app/path_argument.h"
#include "app/shell/action_refresh.h"
#include "app/shell/controls.h"
#include "app/shell/first_choices.h"
#include "app/shell/samples.h"
#include "app/shell/workspace_list.h"
#include "app/status_line.h"
#include "app/top_bar.h"
#include "engine/export/video_writer.h"
#include "widgets/accessible_view.h"
#include "widgets/module_mime.h"

namespace fovea {
namespace {

/// A narrower window folds the cards away.
constexpr int kCardsFrom = 860;

}  // namespace

MainWindow::MainWindow(Settings& settings, QWidget* parent)
    : QMainWindow(parent),
      m_settings(settings),
      m_actions(new Actions(settings, this)),
      m_topBar(new TopBar(*m_actions)),
      m_area(new CanvasArea),
      m_cards(new CardsPanel(m_session)),
      m_status(new StatusLine(m_jobs)),
      m_exports(this, settings, m_session, m_jobs, *m_area),
      m_files(this, settings, m_session, *m_topBar, *m_area),
      m_desk{this, settings, m_session, *m_actions, m_jobs, m_workspaces, *m_topBar, *m_area, *m_cards, *m_status, m_exports},
      m_work(m_jobs) {
    registerAccessibleViews();
    setAcceptDrops(true);
    resize(1280, 800);
    setMinimumSize(480, 360);
    restoreGeometry(m_settings.geometry());
    makeFirstChoices(m_session, m_settings);
    addWorkspaces(m_desk);
    placeWidgets();
    m_controls = std::make_unique<Controls>(m_desk, live().recording());
    connectControls();
    bindActions();
    refreshActionsWithSession(m_desk);
    retranslate();
    m_area->canvas()->setFocus();
}

MainWindow::~MainWindow() {
    live().recording().finishNow();  // while everything is there which hears of the end
    m_work.end();
    m_controls.reset();
    m_workspaces.clear();
}

SessionControl& MainWindow::sessions() { return m_controls->sessions; }

Ending& MainWindow::ending() { return m_controls->ending; }

void MainWindow::start(const QString& argument) {
    const QString file = pathArgument(argument);
    m_controls->models.openFirst();
    m_controls->recovery.offerWhenShown();
    m_files.open(file.isEmpty() ? samplesFolder() + QStringLiteral("/chelsea.png") : file);
    m_controls->sessions.showNotices();
    m_controls->recovery.sayWhatIsNotKept();
    m_controls->lostRecordings.look();
    m_area->setHintVisible(file.isEmpty() && m_settings.recentFiles().entries().isEmpty());
    m_work.start<void>({}, [](const JobControl&) {  // tried now, so that nobody waits for it later
        static_cast<void>(videoCodecs());
        return Result<void>();
    });
}

void MainWindow::placeWidgets() {
    auto* central = new QWidget;
    auto* rows = new QVBoxLayout(central);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(0);
    rows->addWidget(m_topBar);
    auto* columns = new QHBoxLayout;
    columns->setSpacing(0);
    auto* middle = new QVBoxLayout;
    middle->setSpacing(0);
    middle->addWidget(m_area, 1);
    for (const auto& workspace : m_workspaces.all()) {
        for (QWidget* panel : workspace->sidePanels()) {
            columns->addWidget(panel);
        }
        for (QWidget* panel : workspace->panels()) {
            middle->addWidget(panel);
        }
    }
    columns->addLayout(middle, 1);
    columns->addWidget(m_cards);
    rows->addLayout(columns, 1);
    rows->addWidget(m_status);
    setCentralWidget(central);
    m_area->setMinimumSize(160, 120);
}

void MainWindow::connectControls() {
    connect(&m_workspaces, &Workspaces::arranged, this, &MainWindow::arrange);
    connect(&m_workspaces, &Workspaces::viewChanged, m_topBar, &TopBar::setView);
    connect(m_topBar, &TopBar::viewChosen, &m_workspaces, &Workspaces::setView);
    connect(&m_session, &Session::busyChanged, m_status, &StatusLine::setBusy);
    connect(&m_files, &FileControl::sessionChosen, this, [this](const QString& path) { sessions().open(path); });
    connect(&m_files, &FileControl::recentFilesChanged, this, [this] { m_controls->menus.rebuild(); });
    connect(m_actions, &Actions::keysChanged, this, &MainWindow::retranslate);
}

void MainWindow::bindActions() {
    m_files.bind(*m_actions);
    m_exports.bind(*m_actions);
    m_controls->bind(*m_actions);
    m_actions->bind("window.fullScreen", {.run = [this] { setWindowState(windowState() ^ Qt::WindowFullScreen); },
                                          .isChecked = [this] { return isFullScreen(); }});
    m_actions->bind("window.panels", {.run = [this] {
                        m_workspaces.setShowsPanels(!m_workspaces.showsPanels());
                        m_area->canvas()->setFocus();
                    }});
    m_actions->bind("app.quit", {.run = [this] { close(); }});
}

void MainWindow::arrange() {
    const bool shows = m_workspaces.showsPanels();
    m_cards->setVisible(shows && width() >= kCardsFrom);
    m_topBar->setVisible(shows);
    m_status->setVisible(shows);
}

void MainWindow::retranslate() {
    m_topBar->setViews(m_workspaces.views());
    m_topBar->setView(m_workspaces.view());
    m_controls->models.retranslate();
    m_workspaces.retranslate();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    if (event->mimeData()->hasFormat(kModuleMime) || FileControl::canTake(*event->mimeData())) {
        event->acceptProposedAction();
    }
}

void MainWindow::dropEvent(QDropEvent* event) {
    if (!m_workspaces.takeDrop(*event->mimeData())) {
        m_files.take(*event->mimeData());
    }
    event->acceptProposedAction();
}

void MainWindow::closeEvent(QCloseEvent* event) {
    m_settings.setGeometry(saveGeometry());
    if (!ending().waitForRecording()) {
        QCoreApplication::exit(kExitFailed);
    }
    QMainWindow::closeEvent(event);
}

void MainWindow::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange) {
        applyFont(currentLanguage() == QLatin1String("zh_CN"));
        m_actions->retranslate();
        m_controls->menus.rebuild();
        m_controls->sessions.showNotices();
        retranslate();
    }
    QMainWindow::changeEvent(event);
}

void MainWindow::resizeEvent(QResizeEvent* event) {
    QMainWindow::resizeEvent(event);
    m_workspaces.arrange();
}

// Before a key becomes a shortcut, its action learns whether it is enabled now. A widget which accepts the key itself stops the
// event before the window sees it.
bool MainWindow::event(QEvent* event) {
    if (event->type() == QEvent::ShortcutOverride) {
        m_actions->refresh();
    }
    return QMainWindow::event(event);
}

// A key which the focused widget ignores, such as Space on the scrub bar, plays and steps too.
void MainWindow::keyPressEvent(QKeyEvent* event) {
    if (m_session.source().active() && m_actions->pressElsewhere(*event)) {
        return;
    }
    QMainWindow::keyPressEvent(event);
}

}  // namespace fovea
