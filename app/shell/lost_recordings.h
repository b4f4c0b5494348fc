#pragma once

#include <QObject>

#include "app/recording_rescue.h"
#include "app/shell/desk.h"
#include "engine/runtime/job_owner.h"

namespace fovea {

class Announcements;

/// Recordings which a program that ended unexpectedly has left: each is offered to be finished or deleted. GUI thread only.
class LostRecordings final : public QObject {
    Q_OBJECT

public:
    /// All arguments outlive the object.
    LostRecordings(const Desk& desk, Announcements& announcements);

    /// Looks for lost recordings in the background, and offers them.
    void look();

private:
    void offer(const LostRecording& lost);
    void finish(const UnfinishedRecording& recording);
    void remove(const UnfinishedRecording& recording);

    Desk m_desk;
    Announcements& m_announcements;
    JobOwner m_work;  ///< last: its jobs call the rest
};

}  // namespace fovea
