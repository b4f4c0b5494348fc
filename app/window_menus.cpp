// Menus of the window, the list of commands and the sheet of keys.

#include <QAction>
#include <QActionGroup>
#include <QApplication>
#include <QContextMenuEvent>
#include <QDir>
#include <QFileInfo>
#include <QMenu>
#include <QMessageBox>

#include <optional>
#include <utility>
#include <vector>

#include "app/actions/actions.h"
#include "app/actions/command_palette.h"
#include "app/actions/key_sheet.h"
#include "app/canvas_area.h"
#include "app/language.h"
#include "app/main_window.h"
#include "app/top_bar.h"
#include "engine/api.h"
#include "engine/attention/registry.h"
#include "engine/kernels/level.h"

namespace fovea {
namespace {

/// Where an event of a canvas was, as a fraction of the picture; nothing beside it and for the keyboard.
std::optional<QPointF> spotOf(const Canvas& canvas, const QContextMenuEvent& event) {
    const QSizeF picture = canvas.view().picture;
    const QPointF at = canvas.view().pictureAt(event.pos());
    if (event.reason() == QContextMenuEvent::Keyboard || !QRectF(QPointF(), picture).contains(at)) {
        return std::nullopt;
    }
    return QPointF(at.x() / picture.width(), at.y() / picture.height());
}

}  // namespace

void MainWindow::makeMenus() {
    m_actions->fill(*m_exportMenu, ActionMenu::Export);
    m_topBar->setExportMenu(m_exportMenu);
    m_topBar->setMainMenu(m_mainMenu);
}

void MainWindow::rebuildMenus() {
    m_mainMenu->clear();
    m_actions->fill(*m_mainMenu, ActionMenu::Open);
    addSampleMenu();
    addRecentMenu();
    m_actions->fill(*m_mainMenu, ActionMenu::File);
    m_mainMenu->addSeparator();
    m_actions->fill(*m_mainMenu->addMenu(tr("Views and panes")), ActionMenu::Panes);
    m_actions->fill(*m_mainMenu, ActionMenu::View);
    m_mainMenu->addSeparator();
    addAppearanceMenus();
    m_actions->fill(*m_mainMenu, ActionMenu::Window);
    m_mainMenu->addSeparator();
    m_actions->fill(*m_mainMenu, ActionMenu::Help);
}

void MainWindow::addSampleMenu() {
    auto* menu = m_mainMenu->addMenu(tr("Sample photographs"));
    for (const QString& name : sampleNames()) {
        menu->addAction(name, this, [this, name] { m_session.openFile(QDir(samplesFolder()).filePath(name)); });
    }
}

void MainWindow::addRecentMenu() {
    auto* menu = m_mainMenu->addMenu(tr("Recent files"));
    const QStringList files = m_settings.recentFiles().entries();
    menu->setEnabled(!files.isEmpty());
    for (const auto& path : files) {
        auto* action = menu->addAction(QFileInfo(path).fileName(), this, [this, path] { m_session.openFile(path); });
        action->setToolTip(path);
    }
    menu->setToolTipsVisible(true);
    menu->addSeparator();
    menu->addAction(tr("Forget them"), this, [this] {
        m_settings.recentFiles().clear();
        rebuildMenus();
    });
}

void MainWindow::addAppearanceMenus() {
    auto* languageMenu = m_mainMenu->addMenu(tr("Language"));
    auto* languageGroup = new QActionGroup(languageMenu);
    for (const auto& language : languages()) {
        auto* action = languageMenu->addAction(languageName(language), this, [this, language] {
            m_settings.setLanguage(language);
            setLanguage(language);
        });
        action->setCheckable(true);
        action->setChecked(language == currentLanguage());
        languageGroup->addAction(action);
    }
    auto* themeMenu = m_mainMenu->addMenu(tr("Theme"));
    auto* themeGroup = new QActionGroup(themeMenu);
    const std::pair<ThemeName, QString> themes[] = {{ThemeName::Dark, tr("Dark")}, {ThemeName::Light, tr("Light")}};
    for (const auto& [name, title] : themes) {
        auto* action = themeMenu->addAction(title, this, [this, chosen = name] {
            m_settings.setTheme(chosen);
            applyTheme(*qApp, chosen);
        });
        action->setCheckable(true);
        action->setChecked(name == themeName());
        themeGroup->addAction(action);
    }
    m_mainMenu->addSeparator();
}

void MainWindow::openMainMenu() {
    m_mainMenu->popup(m_topBar->mapToGlobal(QPoint(m_topBar->width() - m_mainMenu->sizeHint().width(), m_topBar->height())));
}

// While a button moves the picture or a pin there is no menu.
void MainWindow::showCanvasMenu(int index, const QContextMenuEvent& event) {
    if ((QGuiApplication::mouseButtons() & (Qt::LeftButton | Qt::MiddleButton)) != 0) {
        return;
    }
    if (index < m_session.panes().count()) {
        m_session.paneControl().setActive(index);
    }
    const Canvas* canvas = m_area->canvas(index);
    m_menuSpot = spotOf(*canvas, event);
    m_actions->refresh();
    auto* menu = new QMenu(this);
    menu->setObjectName(QStringLiteral("canvasMenu"));
    menu->setAttribute(Qt::WA_DeleteOnClose);
    m_actions->fillCanvasMenu(*menu);
    // The chosen action is triggered when the menu has gone already, but in the same turn of the event loop.
    connect(
        menu, &QMenu::aboutToHide, this, [this] { m_menuSpot.reset(); }, Qt::QueuedConnection);
    menu->popup(canvas->mapToGlobal(event.pos()));
}

void MainWindow::showCommands() {
    if (m_palette == nullptr) {
        m_palette = new CommandPalette(this);
    }
    m_actions->refresh();
    std::vector<PaletteEntry> entries = m_actions->commands();
    for (const ModuleInfo* info : modules()) {
        const QString title = QString::fromStdString(info->title);
        entries.push_back({.text = tr("Mechanism: %1").arg(title),
                           .english = QStringLiteral("Mechanism: %1 %2").arg(title, QString::fromStdString(info->longTitle)),
                           .isChecked = info == m_session.panes().current().module,
                           .run = [this, info] { m_session.paneControl().setModule(info); }});
    }
    for (const QString& name : sampleNames()) {
        entries.push_back({.text = tr("Sample: %1").arg(name),
                           .english = QStringLiteral("Sample: %1").arg(name),
                           .run = [this, name] { m_session.openFile(QDir(samplesFolder()).filePath(name)); }});
    }
    m_palette->offer(std::move(entries));
}

void MainWindow::showKeys() {
    if (!m_keySheet) {
        m_keySheet = new KeySheet(*m_actions, this);
        m_keySheet->setAttribute(Qt::WA_DeleteOnClose);
    }
    m_keySheet->show();
    m_keySheet->raise();
    m_keySheet->activateWindow();
}

void MainWindow::showAbout() {
    QMessageBox::about(
        this, tr("About Fovea"),
        tr("<b>Fovea %1</b><p>Shows what attention mechanisms in computer vision attend to.</p>"
           "<p>MIT licence. Built on Qt %2 (LGPL), OpenCV (Apache-2.0), Eigen (MPL-2.0) and nlohmann/json (MIT).</p>"
           "<p>Engine for %3.</p>")
            .arg(QLatin1String(version()), QLatin1String(qVersion()), QLatin1String(kernelLevel())));
}

}  // namespace fovea
