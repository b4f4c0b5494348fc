#pragma once

#include <QFrame>
#include <QString>

#include <functional>
#include <vector>

class QScrollArea;
class QToolButton;
class QVBoxLayout;

namespace fovea {

/// One sentence of a list, with a button if there is something to do about it.
struct Notice {
    QString text;
    QString button = {};
    std::function<void()> act = {};
};

/// Sentences under a heading.
struct NoticeSection {
    QString heading;
    std::vector<Notice> notices;
};

/// Several things which are to be said at once: sections of sentences, which scroll where there is no room for all of them, and
/// a button which closes the list. It is hidden while there is nothing to say.
class NoticeList final : public QFrame {
    Q_OBJECT
    Q_PROPERTY(QString textSummary READ textSummary)

public:
    explicit NoticeList(QWidget* parent = nullptr);

    /// Shows these sections; those without notices are left out.
    void setSections(const std::vector<NoticeSection>& sections);
    [[nodiscard]] bool isEmpty() const { return m_summary.isEmpty(); }
    /// All sentences, for a screen reader.
    [[nodiscard]] QString textSummary() const { return m_summary; }
    /// How high the list wants to be at this width.
    [[nodiscard]] int wantedHeight(int width) const;

Q_SIGNALS:
    /// The person has read it.
    void closed();
    /// wantedHeight() may be another one now.
    void heightChanged();

protected:
    void changeEvent(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void addNotice(const Notice& notice);
    void restyle();

    QScrollArea* m_scroll;
    QWidget* m_body = nullptr;
    QVBoxLayout* m_rows = nullptr;
    QToolButton* m_close;
    QString m_summary;
};

}  // namespace fovea
