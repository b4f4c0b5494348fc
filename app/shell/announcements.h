#pragma once

#include <QObject>
#include <QString>

#include <deque>
#include <vector>

#include "app/message_bar.h"

namespace fovea {

class CanvasArea;

/// A sentence which stays until a person answers.
struct Announcement {
    QString sentence;
    bool isError = false;
    std::vector<MessageAction> actions = {};
};

/// Announcements over the picture, one after the other. GUI thread only.
class Announcements final : public QObject {
    Q_OBJECT

public:
    /// `area` outlives the object.
    explicit Announcements(CanvasArea& area);

    /// Shows an announcement as soon as those before are answered.
    void add(Announcement announcement);

private:
    void showNext();

    CanvasArea& m_area;
    std::deque<Announcement> m_waiting;
};

}  // namespace fovea
