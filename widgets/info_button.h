#pragma once

#include <QFrame>
#include <QPointer>
#include <QToolButton>

namespace fovea {

/// A small round "i" which opens a few sentences beside it. What they are about is its accessible name, set by its owner. It is
/// hidden while it has no text.
class InfoButton final : public QToolButton {
    Q_OBJECT

public:
    explicit InfoButton(QWidget* parent = nullptr);
    /// Rich text; an empty one hides the button. An open popup about something else closes.
    void setText(const QString& html);
    [[nodiscard]] QString text() const { return m_html; }
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;
    void setVisible(bool visible) override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void open();
    [[nodiscard]] bool isOpen() const { return m_popup != nullptr && m_popup->isVisible(); }

    QString m_html;
    QPointer<QFrame> m_popup;
};

}  // namespace fovea
