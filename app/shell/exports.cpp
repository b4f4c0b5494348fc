#include "app/shell/exports.h"

#include <QApplication>
#include <QClipboard>
#include <QFileDialog>
#include <QFileInfo>

#include <utility>

#include "app/actions/actions.h"
#include "app/canvas_area.h"
#include "app/exporter.h"
#include "app/save_dialog.h"
#include "app/session/session.h"
#include "app/settings.h"
#include "widgets/engine_text.h"

namespace fovea {

Exports::Exports(QWidget* window, Settings& settings, Session& session, BackgroundJobs& jobs, CanvasArea& area)
    : m_window(window), m_settings(settings), m_session(session), m_area(area), m_work(jobs) {}

void Exports::bind(Actions& actions) {
    actions.bind("export.picture", {.run = [this] { askForPicture(tr("Save the overlay"), false); }});
    actions.bind("export.figure", {.run = [this] { askForPicture(tr("Save a figure"), true); }});
    actions.bind("export.numbers", {.run = [this] { askForNumbers(); }});
    actions.bind("export.copy", {.run = [this] { copyPicture(); }});
}

bool Exports::hasSomething() {
    if (m_session.shown().map() != nullptr) {
        return true;
    }
    m_area.showMessage(tr("There is no attention to save yet; open a picture and choose a mechanism that runs on it."), true);
    return false;
}

QString Exports::proposedFile() const {
    const QFileInfo source(QString::fromStdString(m_session.shown().result()->frame.source->name));
    return QStringLiteral("%1/%2-%3.png")
        .arg(m_settings.folder(QStringLiteral("export")), source.completeBaseName(),
             QString::fromStdString(m_session.panes().current().module->id));
}

void Exports::askForPicture(const QString& title, bool withFigure) {
    const QString path = hasSomething() ? askWhereToSave(m_window, title, proposedFile(), pictureFilters()) : QString();
    if (!path.isEmpty()) {
        savePicture(path, withFigure);
    }
}

void Exports::askForNumbers() {
    if (!hasSomething()) {
        return;
    }
    const QString folder =
        QFileDialog::getExistingDirectory(m_window, tr("Folder for the numbers"), m_settings.folder(QStringLiteral("export")));
    if (!folder.isEmpty()) {
        saveNumbers(folder);
    }
}

void Exports::run(const QString& path, Work work) {
    m_area.setHintVisible(false);
    m_work.start<SavedFiles>(
        {.title = tr("Saving %1").arg(QFileInfo(path).fileName()), .about = path.toStdString(), .end = JobEnd::Finish},
        [work = std::move(work), places = outputPlaces()](const JobControl& control) -> Result<SavedFiles> {
            OutputPlaces taken = places;
            const auto written = work(taken, control.stop());
            return written ? Result<SavedFiles>({*written, taken.notes()}) : Result<SavedFiles>(written.error());
        },
        [this](const Result<SavedFiles>& saved) { finish(saved); });
}

void Exports::finish(const Result<SavedFiles>& saved) {
    if (!saved) {
        sayEnded(saved.error());
        return;
    }
    const QFileInfo first(saved->paths.value(0));
    QString text = saved->paths.size() > 2
                       ? tr("Saved %n file(s) in %1.", nullptr, static_cast<int>(saved->paths.size())).arg(first.path())
                   : saved->paths.size() == 1 ? tr("Saved %1.").arg(first.filePath())
                                              : tr("Saved %1 and its description.").arg(first.filePath());
    for (const auto& note : saved->notes) {
        text += QLatin1Char(' ') + errorText(note);
    }
    m_settings.setFolder(QStringLiteral("export"), first.absolutePath());
    sayEnded(text, saved->paths);
}

void Exports::sayEnded(const Result<QString>& sentence, const QStringList& files) {
    if (sentence) {
        m_area.showMessage(*sentence, false);
    } else {
        sayFailed(sentence.error());
    }
    Q_EMIT exported(files);
}

void Exports::sayFailed(const Error& error) {
    if (error.code != ErrorCode::Cancelled) {
        m_area.showMessage(errorText(error), true);
    }
}

void Exports::sayRecorded(const Result<RecordingOutcome>& outcome) {
    if (!outcome) {
        if (outcome.error().code == ErrorCode::Cancelled) {
            m_area.clearMessage();
        }
        sayEnded(outcome.error());
        return;
    }
    const QString path = QString::fromStdString(outcome->video.path);
    m_settings.setFolder(QStringLiteral("export"), QFileInfo(path).absolutePath());
    QString text = tr("Saved %n frame(s) in %1.", nullptr, static_cast<int>(outcome->video.frames)).arg(path);
    if (outcome->dropped > 0) {
        text += QLatin1Char(' ') + tr("%n frame(s) came too fast to be written.", nullptr, static_cast<int>(outcome->dropped));
    }
    if (outcome->note) {
        text += QLatin1Char(' ') + errorText(*outcome->note);
    }
    for (const auto& note : outcome->renamed) {
        text += QLatin1Char(' ') + errorText(note);
    }
    m_area.showMessage(text, outcome->note.has_value());
    Q_EMIT exported({path, QString::fromStdString(outcome->csvPath), QString::fromStdString(outcome->sidecarPath)});
}

// The window reads its picture or moving source, and the weights of all panes.
OutputPlaces Exports::outputPlaces() {
    std::vector<std::string> inputs;
    for (int pane = 0; pane < m_session.panes().count(); ++pane) {
        inputs.push_back(m_session.job(pane).weightsFile);
    }
    inputs.push_back(shownSource(m_session).location);
    if (const auto& source = m_session.frame().source) {
        inputs.push_back(source->path);
    }
    return OutputPlaces(std::move(inputs));
}

void Exports::savePicture(const QString& path, bool withFigure) {
    if (!hasSomething()) {
        return;
    }
    const PictureExport what{
        m_session.shown().result(), *m_session.shown().field(), m_session.display().style(), {withFigure, withFigure, {}}};
    run(path,
        [what, path](OutputPlaces& places, const std::stop_token& stop) { return exportPicture(what, path, places, stop); });
}

void Exports::saveNumbers(const QString& folder) {
    if (!hasSomething()) {
        return;
    }
    const auto result = m_session.shown().result();
    const JobId job = m_session.shown().field()->job;
    const QFileInfo source(QString::fromStdString(result->frame.source->name));
    const std::string base = source.completeBaseName().toStdString() + "." + job.source;
    run(folder, [result, job, base, folder](OutputPlaces& places, const std::stop_token& stop) -> Result<QStringList> {
        const auto files = exportRaw(*result, job, folder.toStdString(), base, places, stop);
        if (!files) {
            return files.error();
        }
        QStringList written;
        for (const auto& file : *files) {
            written << QString::fromStdString(file);
        }
        return written;
    });
}

void Exports::saveBytes(const QString& path, std::function<std::string()> bytes) {
    run(path, [path, bytes = std::move(bytes)](OutputPlaces& places, const std::stop_token& stop) -> Result<QStringList> {
        const std::string made = bytes();
        if (stop.stop_requested()) {
            return jobStopped();
        }
        const auto saved = writeNamedFile(places, path.toStdString(), made);
        return saved ? Result<QStringList>(QStringList{path}) : Result<QStringList>(saved.error());
    });
}

void Exports::copyPicture() {
    if (!hasSomething()) {
        return;
    }
    const PictureExport what{
        m_session.shown().result(), *m_session.shown().field(), m_session.display().style(), {false, false, {}}};
    m_area.setHintVisible(false);
    m_work.start<QImage>(
        {.title = tr("Copying the picture"), .about = what.result->frame.source->name},
        [what](const JobControl& control) { return exportedPicture(what, control.stop()); },
        [this](const Result<QImage>& image) {
            if (image) {
                QApplication::clipboard()->setImage(*image);
            }
            sayEnded(image ? Result<QString>(tr("Copied the picture with its overlay.")) : Result<QString>(image.error()));
        });
}

}  // namespace fovea
