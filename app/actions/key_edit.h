#pragma once

#include <QKeySequenceEdit>

namespace fovea {

/// A field which takes one key with its modifiers, whatever the key means elsewhere. QKeySequenceEdit alone would wait for
/// further strokes, and leave Tab to the focus.
class KeyEdit final : public QKeySequenceEdit {
    Q_OBJECT

public:
    using QKeySequenceEdit::QKeySequenceEdit;

Q_SIGNALS:
    void pressed(const QKeySequence& key);
    /// Escape was pressed, or the focus has gone elsewhere.
    void givenUp();

protected:
    bool event(QEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    void take(const QKeyEvent& event);
};

}  // namespace fovea
