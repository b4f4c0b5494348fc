#include "app/actions/key_edit.h"

#include <QKeyEvent>

#include "app/actions/key_bindings.h"

namespace fovea {

bool KeyEdit::event(QEvent* event) {
    if (event->type() == QEvent::KeyPress) {
        take(*static_cast<QKeyEvent*>(event));
        event->accept();
        return true;
    }
    if (event->type() == QEvent::KeyRelease) {
        event->accept();
        return true;
    }
    return QKeySequenceEdit::event(event);  // among others it claims every shortcut
}

void KeyEdit::focusOutEvent(QFocusEvent* event) {
    QKeySequenceEdit::focusOutEvent(event);
    if (event->reason() != Qt::ActiveWindowFocusReason && event->reason() != Qt::PopupFocusReason) {
        Q_EMIT givenUp();
    }
}

void KeyEdit::take(const QKeyEvent& event) {
    const QKeySequence key = keyOf(event);
    if (key == QKeySequence(Qt::Key_Escape)) {
        Q_EMIT givenUp();
    } else if (!key.isEmpty()) {
        setKeySequence(key);
        Q_EMIT pressed(key);
    }
}

}  // namespace fovea
