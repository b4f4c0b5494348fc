#include "widgets/speed_button.h"

#include <QActionGroup>
#include <QMenu>

namespace fovea {
namespace {

constexpr double kSpeeds[] = {0.25, 0.5, 1.0, 2.0, 4.0};

QString speedText(double speed) {
    if (speed == 0.25) {
        return QStringLiteral("¼×");
    }
    return speed == 0.5 ? QStringLiteral("½×") : QStringLiteral("%1×").arg(speed);
}

}  // namespace

SpeedButton::SpeedButton(QWidget* parent) : TextButton(parent), m_menu(new QMenu(this)) {
    setPopupMode(QToolButton::InstantPopup);
    setMenu(m_menu);
    auto* exclusive = new QActionGroup(m_menu);
    for (const double each : kSpeeds) {
        QAction* action = m_menu->addAction(speedText(each));
        action->setCheckable(true);
        action->setData(each);
        exclusive->addAction(action);
        connect(action, &QAction::triggered, this, [this, each] {
            setSpeed(each);
            Q_EMIT chosen(each);
        });
    }
    setSpeed(m_speed);
}

void SpeedButton::setSpeed(double speed) {
    m_speed = speed;
    for (QAction* action : m_menu->actions()) {
        action->setChecked(action->data().toDouble() == speed);
    }
    retranslate();
}

void SpeedButton::retranslate() {
    setText(speedText(m_speed));
    setToolTip(tr("Speed"));
    setAccessibleName(tr("Speed %1").arg(speedText(m_speed)));
}

}  // namespace fovea
