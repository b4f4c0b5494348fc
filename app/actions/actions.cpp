#include "app/actions/actions.h"

#include <QAction>
#include <QCoreApplication>
#include <QKeyEvent>
#include <QMenu>
#include <QWidget>

#include <algorithm>
#include <utility>

#include "app/settings.h"

namespace fovea {
namespace {

QString native(const QKeySequence& key) { return key.toString(QKeySequence::NativeText); }

/// The highest number of a group in the menu of a canvas.
int lastCanvasGroup() {
    int last = 0;
    for (const ActionSpec& action : actionTable()) {
        last = std::max(last, action.traits.canvasGroup);
    }
    return last;
}

}  // namespace

QString tableText(const char* text) { return QCoreApplication::translate("fovea::Actions", text); }

Actions::Actions(Settings& settings, QWidget* window) : QObject(window), m_settings(settings), m_bindings(settings.keys()) {
    m_entries.reserve(actionTable().size());
    for (const ActionSpec& spec : actionTable()) {
        auto* action = new QAction(this);
        action->setObjectName(QLatin1String(spec.id));
        action->setCheckable(spec.traits.isCheckable);
        window->addAction(action);
        m_entries.push_back({&spec, action, {}});
        connect(action, &QAction::triggered, this, [this, place = placeOf(spec)] { run(m_entries[place]); });
    }
    retranslate();
}

void Actions::bind(std::string_view id, ActionBinding binding) {
    const ActionSpec* spec = findAction(id);
    if (spec == nullptr) {
        m_unknown << QString::fromUtf8(id.data(), static_cast<qsizetype>(id.size()));
        return;
    }
    Entry& bound = m_entries[placeOf(*spec)];
    bound.binding = std::move(binding);
    showKeys(bound);
}

QStringList Actions::mistakes() const {
    QStringList ids = m_unknown;
    for (const Entry& each : m_entries) {
        const bool isBound = each.spec->traits.isHeld ? each.binding.hold != nullptr : each.binding.run != nullptr;
        const bool isComplete = isBound && each.spec->traits.isCheckable == (each.binding.isChecked != nullptr);
        if (!isComplete) {
            ids << QLatin1String(each.spec->id);
        }
    }
    return ids;
}

const Actions::Entry* Actions::entry(std::string_view id) const {
    const ActionSpec* spec = findAction(id);
    return spec == nullptr ? nullptr : &m_entries[placeOf(*spec)];
}

QAction* Actions::action(std::string_view id) const {
    const Entry* found = entry(id);
    return found == nullptr ? nullptr : found->action;
}

QString Actions::filledIn(const Entry& entry, const QString& text) const {
    return entry.binding.fillIn ? entry.binding.fillIn(text) : text;
}

QString Actions::text(const ActionSpec& action) const { return filledIn(m_entries[placeOf(action)], tableText(action.text)); }

QString Actions::englishText(const ActionSpec& action) const {
    return filledIn(m_entries[placeOf(action)], QString::fromUtf8(action.text));
}

QString Actions::keyText(std::string_view id) const {
    const Entry* found = entry(id);
    return found == nullptr || keys(*found->spec).isEmpty() ? QString() : native(keys(*found->spec).front());
}

QString Actions::toolTip(std::string_view id, const QString& text) const {
    const QString key = keyText(id);
    return key.isEmpty() ? text : tr("%1 (%2)").arg(text, key);
}

void Actions::fill(QMenu& menu, ActionMenu group) const {
    for (const Entry& each : m_entries) {
        const ActionTraits& traits = each.spec->traits;
        if (each.spec->menu != group || !traits.isInMenu) {
            continue;
        }
        if (traits.isGroupStart) {
            menu.addSeparator();
        }
        menu.addAction(each.action);
    }
}

void Actions::fillCanvasMenu(QMenu& menu) const {
    for (int group = 1; group <= lastCanvasGroup(); ++group) {
        for (const Entry& each : m_entries) {
            if (each.spec->traits.canvasGroup == group && each.action->isEnabled()) {
                menu.addAction(each.action);
            }
        }
        menu.addSeparator();
    }
}

std::vector<PaletteEntry> Actions::commands() const {
    std::vector<PaletteEntry> offered;
    for (const Entry& each : m_entries) {
        if (each.spec->traits.isHeld || std::string_view(each.spec->id) == "help.commands") {
            continue;
        }
        offered.push_back({.text = text(*each.spec),
                           .english = englishText(*each.spec),
                           .keys = keyText(each.spec->id),
                           .isEnabled = each.action->isEnabled(),
                           .isChecked = each.action->isChecked(),
                           .run = [action = each.action] { action->trigger(); }});
    }
    return offered;
}

const Actions::Entry* Actions::entryAt(const QKeyEvent& event) const {
    const QKeySequence key = keyOf(event);
    if (key.isEmpty() || contextOf(key) != KeyContext::Canvas) {
        return nullptr;
    }
    const auto it =
        std::find_if(m_entries.begin(), m_entries.end(), [&](const Entry& each) { return keys(*each.spec).contains(key); });
    return it == m_entries.end() ? nullptr : &*it;
}

bool Actions::press(const QKeyEvent& event) {
    const Entry* meant = entryAt(event);
    if (meant != nullptr) {
        act(*meant, event);
    }
    return meant != nullptr;
}

bool Actions::pressElsewhere(const QKeyEvent& event) {
    const Entry* meant = entryAt(event);
    const bool reaches = meant != nullptr && meant->spec->traits.isForAllViews;
    if (reaches) {
        act(*meant, event);
    }
    return reaches;
}

void Actions::act(const Entry& entry, const QKeyEvent& event) {
    if (!entry.spec->traits.isHeld) {
        run(entry);
    } else if (!event.isAutoRepeat() && entry.binding.hold) {
        m_held = &entry;
        m_heldKey = event.key();
        entry.binding.hold(true);
    }
}

bool Actions::release(const QKeyEvent& event) {
    if (m_held == nullptr || event.isAutoRepeat() || event.key() != m_heldKey) {
        return false;
    }
    std::exchange(m_held, nullptr)->binding.hold(false);
    return true;
}

void Actions::run(const Entry& entry) {
    if (entry.binding.run) {
        entry.binding.run();
    }
    refresh();
}

QString Actions::refusal(const KeyConflict& conflict) const {
    if (conflict.owner != nullptr) {
        return tr("%1 belongs to “%2”; give that another key first.").arg(native(conflict.key), text(*conflict.owner));
    }
    if (conflict.gesture != nullptr) {
        return tr("%1 always means the same on the picture: %2.").arg(native(conflict.key), tableText(conflict.gesture->text));
    }
    return tr("This acts while its key is held; choose a key without Ctrl, Alt and Meta.");
}

QString Actions::rebind(const ActionSpec& action, const Keys& keys) {
    if (const auto conflict = m_bindings.conflict(action, keys)) {
        return refusal(*conflict);
    }
    KeyBindings bindings = m_bindings;
    bindings.set(action, keys);
    take(bindings);
    return {};
}

void Actions::resetAll() { take(KeyBindings()); }

void Actions::take(const KeyBindings& bindings) {
    m_bindings = bindings;
    m_settings.setKeys(m_bindings);
    for (const Entry& each : m_entries) {
        showKeys(each);
    }
    Q_EMIT keysChanged();
}

// Keys of the canvas are no shortcuts, because these would take them from every other view; a menu shows them behind a tab.
void Actions::showKeys(const Entry& entry) const {
    Keys shortcuts;
    QString shown;
    for (const QKeySequence& key : keys(*entry.spec)) {
        if (contextOf(key) == KeyContext::Window) {
            shortcuts << key;
        } else if (shown.isEmpty()) {
            shown = QLatin1Char('\t') + native(key);
        }
    }
    entry.action->setShortcuts(shortcuts);
    entry.action->setText(text(*entry.spec) + (shortcuts.isEmpty() ? shown : QString()));
}

void Actions::refresh() {
    for (const Entry& each : m_entries) {
        const ActionBinding& binding = each.binding;
        each.action->setEnabled(!binding.isEnabled || binding.isEnabled());
        if (binding.isChecked) {
            each.action->setChecked(binding.isChecked());
        }
        if (binding.fillIn) {
            showKeys(each);
        }
    }
}

void Actions::retranslate() {
    for (const Entry& each : m_entries) {
        showKeys(each);
    }
}

}  // namespace fovea
