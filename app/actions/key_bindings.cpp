#include "app/actions/key_bindings.h"

#include <QKeyEvent>
#include <QStringList>

#include <algorithm>

#include "engine/number_rule.h"

namespace fovea {
namespace {

const QString kBetweenKeys = QStringLiteral("; ");

bool isModifier(int key) {
    switch (key) {
        case 0:
        case Qt::Key_unknown:
        case Qt::Key_Shift:
        case Qt::Key_Control:
        case Qt::Key_Meta:
        case Qt::Key_Alt:
        case Qt::Key_AltGr:
        case Qt::Key_CapsLock:
        case Qt::Key_NumLock:
        case Qt::Key_ScrollLock:
        case Qt::Key_Super_L:
        case Qt::Key_Super_R:
        case Qt::Key_Hyper_L:
        case Qt::Key_Hyper_R:
        case Qt::Key_Multi_key:
        case Qt::Key_Mode_switch:
            return true;
        default:
            return false;
    }
}

Error refusal(const std::string& name, const KeyConflict& conflict) {
    const std::string key = conflict.key.toString(QKeySequence::PortableText).toStdString();
    if (conflict.owner != nullptr) {
        return makeError(ErrorCode::BadParameter, FOVEA_TEXT("engine", "“%1” takes another key than “%2”, which “keys/%3” has."),
                         {name, key, conflict.owner->id});
    }
    if (conflict.gesture != nullptr) {
        return makeError(ErrorCode::BadParameter,
                         FOVEA_TEXT("engine", "“%1” takes another key than “%2”, which always means the same on the picture."),
                         {name, key});
    }
    return makeError(ErrorCode::BadParameter,
                     FOVEA_TEXT("engine", "“%1” takes a key to be held, without Ctrl, Alt or Meta, not “%2”."), {name, key});
}

}  // namespace

KeyContext contextOf(const QKeySequence& key) {
    if (key.isEmpty()) {
        return KeyContext::Window;
    }
    const QKeyCombination stroke = key[0];
    const bool modified = (stroke.keyboardModifiers() & (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier)) != 0;
    const bool function = stroke.key() >= Qt::Key_F1 && stroke.key() <= Qt::Key_F35;
    return modified || function || stroke.key() == Qt::Key_Question ? KeyContext::Window : KeyContext::Canvas;
}

QKeySequence keyOf(const QKeyEvent& event) {
    if (isModifier(event.key())) {
        return {};
    }
    Qt::KeyboardModifiers modifiers =
        event.modifiers() & (Qt::ShiftModifier | Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier);
    const QChar typed = event.text().isEmpty() ? QChar() : event.text().at(0);
    if (typed.isPrint() && !typed.isLetterOrNumber() && !typed.isSpace()) {
        modifiers &= ~Qt::ShiftModifier;
    }
    return QKeySequence(QKeyCombination(modifiers, static_cast<Qt::Key>(event.key())));
}

// A text with a comma in it would be several strokes, one after the other.
std::optional<Keys> parseKeys(const QString& text) {
    Keys keys;
    for (const QString& part : text.split(kBetweenKeys, Qt::SkipEmptyParts)) {
        const QKeySequence key = QKeySequence::fromString(part.trimmed(), QKeySequence::PortableText);
        if (key.count() != 1 || isModifier(key[0].key())) {
            return std::nullopt;
        }
        keys << key;
    }
    return keys;
}

QString writtenKeys(const Keys& keys) { return QKeySequence::listToString(keys, QKeySequence::PortableText); }

Keys defaultKeys(const ActionSpec& action) { return parseKeys(QString::fromLatin1(action.keys)).value_or(Keys()); }

KeyBindings::KeyBindings() {
    for (const ActionSpec& action : actionTable()) {
        m_keys.push_back(defaultKeys(action));
    }
}

std::optional<KeyConflict> KeyBindings::conflict(const ActionSpec& action, const Keys& keys) const {
    for (const QKeySequence& key : keys) {
        for (const FixedGesture& gesture : fixedGestures()) {
            if (parseKeys(QString::fromLatin1(gesture.keys)).value_or(Keys()).contains(key)) {
                return KeyConflict{.key = key, .gesture = &gesture};
            }
        }
        for (const ActionSpec& other : actionTable()) {
            if (&other != &action && this->keys(other).contains(key)) {
                return KeyConflict{.key = key, .owner = &other};
            }
        }
        if (action.traits.isHeld && contextOf(key) == KeyContext::Window) {
            return KeyConflict{.key = key};
        }
    }
    return std::nullopt;
}

KeyBindings readBindings(const WrittenBindings& written, std::vector<Error>& problems) {
    KeyBindings bindings;
    std::vector<const ActionSpec*> changed;
    for (const auto& [id, text] : written) {
        const std::string name = "keys/" + id.toStdString();
        const ActionSpec* action = findAction(id.toStdString());
        const auto keys = parseKeys(text);
        if (action == nullptr) {
            problems.push_back(makeError(ErrorCode::NotFound,
                                         FOVEA_TEXT("engine", "“%1” names an action which this version does not know."), {name}));
        } else if (!keys) {
            problems.push_back(makeError(ErrorCode::BadParameter,
                                         FOVEA_TEXT("engine", "“%1” takes keys such as “Ctrl+Shift+P”, not “%2”."),
                                         {name, shown(text.toStdString())}));
        } else {
            bindings.set(*action, *keys);
            changed.push_back(action);
        }
    }
    // An action whose keys are refused gets those of the table back, and another one may have been given them.
    const auto disputed = [&bindings](const ActionSpec* action) {
        return bindings.conflict(*action, bindings.keys(*action)).has_value();
    };
    for (auto it = std::find_if(changed.rbegin(), changed.rend(), disputed); it != changed.rend();
         it = std::find_if(changed.rbegin(), changed.rend(), disputed)) {
        const ActionSpec* action = *it;
        problems.push_back(refusal("keys/" + std::string(action->id), *bindings.conflict(*action, bindings.keys(*action))));
        bindings.set(*action, defaultKeys(*action));
        std::erase(changed, action);
    }
    return bindings;
}

}  // namespace fovea
