#pragma once

#include <QObject>

#include <functional>
#include <string_view>
#include <vector>

#include "app/actions/command_palette.h"
#include "app/actions/key_bindings.h"

class QAction;
class QMenu;
class QWidget;

namespace fovea {

class Settings;

/// A text of the table in the language of the window.
[[nodiscard]] QString tableText(const char* text);

/// What the window does for an entry of the table, and when.
struct ActionBinding {
    std::function<void()> run;
    std::function<bool()> isEnabled = {};                ///< always, where there is none
    std::function<bool()> isChecked = {};                ///< of a checkable entry
    std::function<QString(const QString&)> fillIn = {};  ///< the text with its %1 filled in
    std::function<void(bool isHeld)> hold = {};          ///< instead of `run`, of an entry which acts while its key is held
};

/// The actions of a window, made from the table: texts, keys, states, menus. The window binds what they do. The keys are those
/// of the settings, and another choice is kept there.
class Actions final : public QObject {
    Q_OBJECT

public:
    /// Belongs to the window, in which the keys act.
    Actions(Settings& settings, QWidget* window);

    /// Says what an entry does. An id without an entry is a mistake.
    void bind(std::string_view id, ActionBinding binding);
    /// The ids of entries which are not bound, and of bindings without an entry. A test checks that there are none.
    [[nodiscard]] QStringList mistakes() const;

    /// The action of an entry, for menus and to trigger it; null for an unknown id.
    [[nodiscard]] QAction* action(std::string_view id) const;
    /// The text of an entry in the language of the window, or as it stands in the table.
    [[nodiscard]] QString text(const ActionSpec& action) const;
    [[nodiscard]] QString englishText(const ActionSpec& action) const;
    [[nodiscard]] const Keys& keys(const ActionSpec& action) const { return m_bindings.keys(action); }
    [[nodiscard]] bool hasDefaultKeys(const ActionSpec& action) const { return m_bindings.isDefault(action); }
    /// The first key of an entry as it is written in the language of the window; empty without one.
    [[nodiscard]] QString keyText(std::string_view id) const;
    /// A text for a tool tip, with the key of the entry behind it.
    [[nodiscard]] QString toolTip(std::string_view id, const QString& text) const;

    /// Adds the entries of a group.
    void fill(QMenu& menu, ActionMenu group) const;
    /// Adds what can be done on a canvas now.
    void fillCanvasMenu(QMenu& menu) const;

    /// What a list of commands offers of the entries: those which act at once.
    [[nodiscard]] std::vector<PaletteEntry> commands() const;

    /// Does what a key means on a canvas, also where its action is disabled: what cannot be done now says why. False when the
    /// key means nothing there.
    bool press(const QKeyEvent& event);
    /// The same in other views, for keys which these have no use for.
    bool pressElsewhere(const QKeyEvent& event);
    /// Ends what acts while its key is held.
    bool release(const QKeyEvent& event);

    /// Gives an entry other keys, or none, and keeps that. Returns the sentence which refuses them; empty when they are taken.
    [[nodiscard]] QString rebind(const ActionSpec& action, const Keys& keys);
    /// Gives an entry the keys of the table; refused where another one has taken them meanwhile.
    [[nodiscard]] QString reset(const ActionSpec& action) { return rebind(action, defaultKeys(action)); }
    void resetAll();

    /// Asks again what is enabled and checked now. Cheap enough for every key which is pressed.
    void refresh();
    /// Takes the language of the window.
    void retranslate();

Q_SIGNALS:
    void keysChanged();

private:
    struct Entry {
        const ActionSpec* spec;
        QAction* action;
        ActionBinding binding;
    };

    [[nodiscard]] const Entry* entry(std::string_view id) const;
    [[nodiscard]] const Entry* entryAt(const QKeyEvent& event) const;
    [[nodiscard]] QString filledIn(const Entry& entry, const QString& text) const;
    [[nodiscard]] QString refusal(const KeyConflict& conflict) const;
    void run(const Entry& entry);
    void act(const Entry& entry, const QKeyEvent& event);
    void take(const KeyBindings& bindings);
    void showKeys(const Entry& entry) const;

    Settings& m_settings;
    KeyBindings m_bindings;
    std::vector<Entry> m_entries;  ///< in the order of the table
    QStringList m_unknown;
    const Entry* m_held = nullptr;
    int m_heldKey = 0;
};

}  // namespace fovea
