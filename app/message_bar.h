#pragma once

#include <QFrame>

#include <functional>
#include <vector>

class QHBoxLayout;
class QLabel;
class QToolButton;

namespace fovea {

/// Something a person can do about a message: the text of a button and what it does.
struct MessageAction {
    QString text;
    std::function<void()> run;
};

/// One sentence with the buttons for what can be done about it, the first of them the one to take; hidden while it says nothing.
class MessageBar final : public QFrame {
    Q_OBJECT

public:
    explicit MessageBar(QWidget* parent = nullptr);

    void say(const QString& sentence, bool isError, std::vector<MessageAction> actions = {});
    void clear();
    [[nodiscard]] QString text() const;

Q_SIGNALS:
    /// The person has closed it, or pressed one of its buttons, whose action has run.
    void answered();

protected:
    void changeEvent(QEvent* event) override;

private:
    void restyle();
    void retranslate();

    QHBoxLayout* m_buttons;
    QLabel* m_label;
    QToolButton* m_close;
    std::vector<QToolButton*> m_actions;
    bool m_isError = false;
};

}  // namespace fovea
