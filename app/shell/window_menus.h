#pragma once

#include <QObject>
#include <QPointer>

#include "app/shell/desk.h"

class QMenu;

namespace fovea {

class CommandPalette;
class KeySheet;

/// The menus of the window, the list of commands and the sheet of keys. GUI thread only.
class WindowMenus final : public QObject {
    Q_OBJECT

public:
    explicit WindowMenus(const Desk& desk);

    /// Says what the entries about menus and help do.
    void bind(Actions& actions);
    /// Fills the menus anew: the language or the recent files have changed.
    void rebuild();

private:
    void addSamples();
    void addRecentFiles();
    void addLanguages();
    void addThemes();
    void openMainMenu();
    void showCommands();
    void showKeys();
    void showAbout();

    Desk m_desk;
    QMenu* m_mainMenu;
    QMenu* m_exportMenu;
    CommandPalette* m_palette = nullptr;  ///< from the first use on
    QPointer<KeySheet> m_keySheet;
};

}  // namespace fovea
