#pragma once

#include <QObject>

class QWidget;

namespace fovea {

class RecordingControl;

/// The end of the program while a recording runs. GUI thread only.
class Ending final : public QObject {
    Q_OBJECT

public:
    /// Both outlive the object.
    Ending(QWidget* window, RecordingControl& recording);

    /// Finishes a live recording or cancels the saving of a file, and then ends the program. Returns at once. For signals.
    void endInOrder();
    /// Ends the recording and waits until its files are written. Events are handled meanwhile, but not mouse and keyboard. For a
    /// window which is closed, and for the desktop's session manager, which waits for an answer.
    /// Returns false when the recording failed.
    bool waitForRecording();

private:
    void leave(int status);

    QWidget* m_window;
    RecordingControl& m_recording;
};

}  // namespace fovea
