#include "app/shell/window_menus.h"

#include <QAction>
#include <QActionGroup>
#include <QApplication>
#include <QDir>
#include <QFileInfo>
#include <QMenu>
#include <QMessageBox>

#include <utility>
#include <vector>

#include "app/actions/actions.h"
#include "app/actions/command_palette.h"
#include "app/actions/key_sheet.h"
#include "app/language.h"
#include "app/session/session.h"
#include "app/settings.h"
#include "app/shell/samples.h"
#include "app/top_bar.h"
#include "engine/api.h"
#include "engine/attention/registry.h"
#include "engine/kernels/level.h"

namespace fovea {

WindowMenus::WindowMenus(const Desk& desk)
    : m_desk(desk), m_mainMenu(new QMenu(desk.window)), m_exportMenu(new QMenu(desk.window)) {
    m_desk.actions.fill(*m_exportMenu, ActionMenu::Export);
    m_desk.topBar.setExportMenu(m_exportMenu);
    m_desk.topBar.setMainMenu(m_mainMenu);
    connect(m_mainMenu, &QMenu::aboutToShow, &m_desk.actions, &Actions::refresh);
    connect(m_exportMenu, &QMenu::aboutToShow, &m_desk.actions, &Actions::refresh);
    rebuild();
}

void WindowMenus::bind(Actions& actions) {
    actions.bind("window.menu", {.run = [this] { openMainMenu(); }});
    actions.bind("help.commands", {.run = [this] { showCommands(); }});
    actions.bind("help.keys", {.run = [this] { showKeys(); }});
    actions.bind("help.about", {.run = [this] { showAbout(); }});
}

void WindowMenus::rebuild() {
    const Actions& actions = m_desk.actions;
    m_mainMenu->clear();
    actions.fill(*m_mainMenu, ActionMenu::Open);
    addSamples();
    addRecentFiles();
    actions.fill(*m_mainMenu, ActionMenu::File);
    m_mainMenu->addSeparator();
    actions.fill(*m_mainMenu->addMenu(tr("Views and panes")), ActionMenu::Panes);
    actions.fill(*m_mainMenu, ActionMenu::View);
    m_mainMenu->addSeparator();
    addLanguages();
    addThemes();
    m_mainMenu->addSeparator();
    actions.fill(*m_mainMenu, ActionMenu::Window);
    m_mainMenu->addSeparator();
    actions.fill(*m_mainMenu, ActionMenu::Help);
}

void WindowMenus::addSamples() {
    auto* menu = m_mainMenu->addMenu(tr("Sample photographs"));
    for (const QString& name : sampleNames()) {
        menu->addAction(name, this, [this, name] { m_desk.session.openFile(QDir(samplesFolder()).filePath(name)); });
    }
}

void WindowMenus::addRecentFiles() {
    auto* menu = m_mainMenu->addMenu(tr("Recent files"));
    const QStringList files = m_desk.settings.recentFiles().entries();
    menu->setEnabled(!files.isEmpty());
    for (const auto& path : files) {
        auto* action = menu->addAction(QFileInfo(path).fileName(), this, [this, path] { m_desk.session.openFile(path); });
        action->setToolTip(path);
    }
    menu->setToolTipsVisible(true);
    menu->addSeparator();
    menu->addAction(tr("Forget them"), this, [this] {
        m_desk.settings.recentFiles().clear();
        rebuild();
    });
}

void WindowMenus::addLanguages() {
    auto* menu = m_mainMenu->addMenu(tr("Language"));
    auto* group = new QActionGroup(menu);
    for (const auto& language : languages()) {
        auto* action = menu->addAction(languageName(language), this, [this, language] {
            m_desk.settings.setLanguage(language);
            setLanguage(language);
        });
        action->setCheckable(true);
        action->setChecked(language == currentLanguage());
        group->addAction(action);
    }
}

void WindowMenus::addThemes() {
    auto* menu = m_mainMenu->addMenu(tr("Theme"));
    auto* group = new QActionGroup(menu);
    const std::pair<ThemeName, QString> themes[] = {{ThemeName::Dark, tr("Dark")}, {ThemeName::Light, tr("Light")}};
    for (const auto& [name, title] : themes) {
        auto* action = menu->addAction(title, this, [this, chosen = name] {
            m_desk.settings.setTheme(chosen);
            applyTheme(*qApp, chosen);
        });
        action->setCheckable(true);
        action->setChecked(name == themeName());
        group->addAction(action);
    }
}

void WindowMenus::openMainMenu() {
    const TopBar& bar = m_desk.topBar;
    m_mainMenu->popup(bar.mapToGlobal(QPoint(bar.width() - m_mainMenu->sizeHint().width(), bar.height())));
}

void WindowMenus::showCommands() {
    if (m_palette == nullptr) {
        m_palette = new CommandPalette(m_desk.window);
    }
    Session& session = m_desk.session;
    m_desk.actions.refresh();
    std::vector<PaletteEntry> entries = m_desk.actions.commands();
    for (const ModuleInfo* info : modules()) {
        const QString title = QString::fromStdString(info->title);
        entries.push_back({.text = tr("Mechanism: %1").arg(title),
                           .english = QStringLiteral("Mechanism: %1 %2").arg(title, QString::fromStdString(info->longTitle)),
                           .isChecked = info == session.panes().current().module,
                           .run = [&session, info] { session.paneControl().setModule(info); }});
    }
    for (const QString& name : sampleNames()) {
        entries.push_back({.text = tr("Sample: %1").arg(name),
                           .english = QStringLiteral("Sample: %1").arg(name),
                           .run = [&session, name] { session.openFile(QDir(samplesFolder()).filePath(name)); }});
    }
    m_palette->offer(std::move(entries));
}

void WindowMenus::showKeys() {
    if (!m_keySheet) {
        m_keySheet = new KeySheet(m_desk.actions, m_desk.window);
        m_keySheet->setAttribute(Qt::WA_DeleteOnClose);
    }
    m_keySheet->show();
    m_keySheet->raise();
    m_keySheet->activateWindow();
}

void WindowMenus::showAbout() {
    QMessageBox::about(
        m_desk.window, tr("About Fovea"),
        tr("<b>Fovea %1</b><p>Shows what attention mechanisms in computer vision attend to.</p>"
           "<p>MIT licence. Built on Qt %2 (LGPL), OpenCV (Apache-2.0), Eigen (MPL-2.0) and nlohmann/json (MIT).</p>"
           "<p>Engine for %3.</p>")
            .arg(QLatin1String(version()), QLatin1String(qVersion()), QLatin1String(kernelLevel())));
}

}  // namespace fovea
