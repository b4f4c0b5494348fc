#pragma once

#include <QDialog>

class QLabel;
class QLineEdit;
class QPushButton;
class QTreeWidget;
class QTreeWidgetItem;

namespace fovea {

class Actions;
class KeyEdit;
struct ActionSpec;

/// The sheet of keys: every action with its keys, and what hands do on the picture, to be searched. The keys of an action can be
/// changed here; a key which another one has is refused in one sentence. It stays open beside the window.
class KeySheet final : public QDialog {
    Q_OBJECT

public:
    explicit KeySheet(Actions& actions, QWidget* parent = nullptr);

protected:
    void changeEvent(QEvent* event) override;

private:
    void build();
    void connectAll();
    void fill();
    void addActions();
    void addGestures();
    QTreeWidgetItem* addHeading(const QString& text);
    void addRow(QTreeWidgetItem* heading, const QString& text, const QString& keys, const QString& words, const QString& id);
    void filter();
    void showChosen();
    void startChange();
    void endChange();
    void takeKey(const QKeySequence& key);
    void say(const QString& sentence, bool isError);
    void retranslate();
    void restyle();
    [[nodiscard]] const ActionSpec* chosen() const;

    Actions& m_actions;
    QLineEdit* m_search;
    QTreeWidget* m_list;
    QLabel* m_sentence;
    KeyEdit* m_edit;
    QPushButton* m_change;
    QPushButton* m_remove;
    QPushButton* m_reset;
    QPushButton* m_resetAll;
    bool m_saysError = false;
};

}  // namespace fovea
