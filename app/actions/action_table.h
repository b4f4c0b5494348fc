#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace fovea {

/// The groups of actions. All but the last fill a menu of the window; the sheet of keys has a heading for each.
enum class ActionMenu { Open, File, Panes, View, Window, Help, Export, Canvas };

/// What not every action has.
struct ActionTraits {
    bool isCheckable = false;
    bool isGroupStart = false;   ///< a line stands before it in its menu
    bool isInMenu = true;        ///< false: keys and the list of commands alone reach it
    bool isHeld = false;         ///< acts as long as its key is held
    bool isForAllViews = false;  ///< its canvas keys act in other views too, where these have no use for them
    int canvasGroup = 0;         ///< its part of the menu of a canvas, counted from 1; 0: it is not there
};

/// One thing a person can do in the window.
struct ActionSpec {
    const char* id;    ///< stands in the settings, so it never changes
    const char* text;  ///< English, translated in the context fovea::Actions; whoever binds it fills in a %1
    const char* keys;  ///< the keys it begins with, as parseKeys() reads them
    ActionMenu menu;
    ActionTraits traits = {};
};

/// What hands do on the canvas without an action: it is always the same.
struct FixedGesture {
    const char* gesture;
    const char* text;
    const char* keys;  ///< which no action can have on the canvas, as parseKeys() reads them
};

/// Every action, in the order of the menus.
[[nodiscard]] std::span<const ActionSpec> actionTable();
/// The action with this id, or null.
[[nodiscard]] const ActionSpec* findAction(std::string_view id);
/// The place of an entry in the table.
[[nodiscard]] std::size_t placeOf(const ActionSpec& action);
/// Every gesture, in the order in which the sheet of keys shows them.
[[nodiscard]] std::span<const FixedGesture> fixedGestures();
/// The heading of a group, in English; its context is fovea::Actions.
[[nodiscard]] const char* menuTitle(ActionMenu menu);

}  // namespace fovea
