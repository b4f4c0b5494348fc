#pragma once

#include <QObject>
#include <QStringList>

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "app/recorder.h"
#include "engine/export/output_places.h"
#include "engine/runtime/job_owner.h"

class QWidget;

namespace fovea {

class Actions;
class CanvasArea;
class Session;
class Settings;

/// Saves what is shown, as jobs in the background: a whole picture may be large. A message over the picture tells how a job
/// ended. GUI thread only.
class Exports final : public QObject {
    Q_OBJECT

public:
    /// All arguments outlive the object. `window` is the parent of dialogs.
    Exports(QWidget* window, Settings& settings, Session& session, BackgroundJobs& jobs, CanvasArea& area);

    /// Says what the entries about pictures and numbers do.
    void bind(Actions& actions);
    /// Whether there is a map to save; says so when there is none.
    [[nodiscard]] bool hasSomething();
    /// Saves picture and sidecar.
    void savePicture(const QString& path, bool withFigure);
    /// Saves the raw numbers of the chosen mechanism into a folder.
    void saveNumbers(const QString& folder);
    /// Writes what `bytes` makes to a path which a person named. `bytes` runs in the background.
    void saveBytes(const QString& path, std::function<std::string()> bytes);
    /// Puts the overlay at the picture's own size on the clipboard.
    void copyPicture();
    /// Says how a recording ended, and tells its files.
    void sayRecorded(const Result<RecordingOutcome>& outcome);
    /// Says how a job ended: a sentence, or why the job failed. Tells the files which the job wrote.
    void sayEnded(const Result<QString>& sentence, const QStringList& files = {});
    /// Shows an error, but not that something was cancelled: the person who cancelled knows that.
    void sayFailed(const Error& error);

Q_SIGNALS:
    /// An export or a recording has ended; the files it wrote, none after a failure.
    void exported(const QStringList& files);

private:
    struct SavedFiles {
        QStringList paths;
        std::vector<Error> notes;  ///< for each file which got another name than expected
    };
    using Work = std::function<Result<QStringList>(OutputPlaces&, const std::stop_token&)>;

    void askForPicture(const QString& title, bool withFigure);
    void askForNumbers();
    [[nodiscard]] QString proposedFile() const;
    /// Runs `work` as a job, which ends even when the window is closed; `path` is what the job writes.
    void run(const QString& path, Work work);
    void finish(const Result<SavedFiles>& saved);
    [[nodiscard]] OutputPlaces outputPlaces();

    QWidget* m_window;
    Settings& m_settings;
    Session& m_session;
    CanvasArea& m_area;
    JobOwner m_work;  ///< last: its jobs call the rest
};

}  // namespace fovea
