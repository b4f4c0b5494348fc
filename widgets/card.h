#pragma once

#include <QFrame>

class QLabel;
class QToolButton;

namespace fovea {

/// A titled, foldable card of the right column.
class Card final : public QFrame {
    Q_OBJECT

public:
    explicit Card(QWidget* content, QWidget* parent = nullptr);
    void setTitle(const QString& title);
    /// Quiet text at the right of the title: "128", "20 × 13".
    void setAside(const QString& text);
    [[nodiscard]] bool folded() const;
    void setFolded(bool folded);
    [[nodiscard]] QWidget* content() const { return m_content; }

Q_SIGNALS:
    void foldedChanged(bool folded);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QToolButton* m_title;
    QLabel* m_aside;
    QWidget* m_content;
};

}  // namespace fovea
