#pragma once

#include <QKeySequence>
#include <QList>
#include <QString>

#include <optional>
#include <utility>
#include <vector>

#include "app/actions/action_table.h"
#include "engine/result.h"

class QKeyEvent;

namespace fovea {

/// The keys of an action; each of them does it. Every key is one stroke with its modifiers.
using Keys = QList<QKeySequence>;

/// Where a key acts.
enum class KeyContext {
    Window,  ///< in the whole window, but for text fields which need the key themselves
    Canvas,  ///< while a canvas has the focus: elsewhere such keys type, choose and scroll
};

/// Keys with Ctrl, Alt or Meta, function keys and "?" act in the whole window, all others on the canvas.
[[nodiscard]] KeyContext contextOf(const QKeySequence& key);
/// The key of an event. A Shift which a sign needs is left out; for a modifier alone the answer is empty.
[[nodiscard]] QKeySequence keyOf(const QKeyEvent& event);

/// Reads "Ctrl+Shift+Z; Ctrl+Y", the same in every language. An empty text has no keys; nothing is returned for what is no key.
[[nodiscard]] std::optional<Keys> parseKeys(const QString& text);
/// The inverse.
[[nodiscard]] QString writtenKeys(const Keys& keys);
/// The keys the table gives an action.
[[nodiscard]] Keys defaultKeys(const ActionSpec& action);

/// Why an action cannot have a key. Without owner and gesture: an action acts while its key is held, which only canvas keys can
/// be.
struct KeyConflict {
    QKeySequence key;
    const ActionSpec* owner = nullptr;
    const FixedGesture* gesture = nullptr;
};

/// The keys of all actions, as a value.
class KeyBindings final {
public:
    /// Those of the table.
    KeyBindings();

    [[nodiscard]] const Keys& keys(const ActionSpec& action) const { return m_keys[placeOf(action)]; }
    [[nodiscard]] bool isDefault(const ActionSpec& action) const { return keys(action) == defaultKeys(action); }
    /// What speaks against these keys for an action; nothing when it can have them.
    [[nodiscard]] std::optional<KeyConflict> conflict(const ActionSpec& action, const Keys& keys) const;
    /// Gives an action other keys without a question.
    void set(const ActionSpec& action, Keys keys) { m_keys[placeOf(action)] = std::move(keys); }

private:
    std::vector<Keys> m_keys;  ///< in the order of the table
};

/// Keys by the id of their action, as the settings have them.
using WrittenBindings = std::vector<std::pair<QString, QString>>;

/// The keys of the table but where others are written. What is not allowed is left out, with one sentence each in `problems`;
/// of two actions with one key the one which is written later is refused.
[[nodiscard]] KeyBindings readBindings(const WrittenBindings& written, std::vector<Error>& problems);

}  // namespace fovea
