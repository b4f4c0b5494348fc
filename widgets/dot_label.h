#pragma once

#include <QColor>
#include <QString>
#include <QWidget>

namespace fovea {

struct Theme;

/// Small words behind a dot of a colour of the theme. The dot is never all that says it.
class DotLabel final : public QWidget {
public:
    DotLabel(QColor Theme::*colour, QWidget* parent);
    void setText(const QString& text);
    [[nodiscard]] QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QColor Theme::*m_colour;
    QString m_text;
};

}  // namespace fovea
