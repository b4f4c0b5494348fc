#pragma once

#include "widgets/card_parts.h"

class QMenu;

namespace fovea {

/// A button which says how fast a clip plays, with a menu of the speeds there are: 0.25, 0.5, 1, 2 and 4.
class SpeedButton final : public TextButton {
    Q_OBJECT

public:
    explicit SpeedButton(QWidget* parent = nullptr);
    /// Gives no signal.
    void setSpeed(double speed);
    /// Says everything again in the language of the program.
    void retranslate();

Q_SIGNALS:
    /// A person chose another speed; the button shows it already.
    void chosen(double speed);

private:
    QMenu* m_menu;
    double m_speed = 1.0;
};

}  // namespace fovea
