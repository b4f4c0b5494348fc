#pragma once

#include <QFrame>
#include <QPointer>
#include <QString>

#include <functional>
#include <vector>

class QLineEdit;
class QListWidget;
class QListWidgetItem;

namespace fovea {

/// Something the list of commands offers.
struct PaletteEntry {
    QString text;
    QString english;  ///< found by these words, too
    QString keys = {};
    bool isEnabled = true;
    bool isChecked = false;
    std::function<void()> run;
};

/// The list of commands: a field over the top of the window, and under it what fits the words in it. Return runs the chosen one,
/// Escape and every other place of the window close it. The focus goes back to where it was.
class CommandPalette final : public QFrame {
    Q_OBJECT

public:
    explicit CommandPalette(QWidget* window);

    /// Opens with these entries and an empty field, or closes what is open.
    void offer(std::vector<PaletteEntry> entries);
    /// Closes without running anything.
    void leave();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    [[nodiscard]] bool pressed(int key);
    void filter();
    void addRow(std::size_t index);
    void choose(int step);
    void run(QListWidgetItem* item);
    void place();
    void retranslate();
    void restyle();

    std::vector<PaletteEntry> m_entries;
    QLineEdit* m_field;
    QListWidget* m_list;
    QPointer<QWidget> m_before;  ///< what had the focus
};

}  // namespace fovea
