// Exports are jobs in the background: they render the whole picture, which may be large.

#include <QApplication>
#include <QClipboard>
#include <QFileInfo>

#include "app/canvas_area.h"
#include "app/exporter.h"
#include "app/main_window.h"
#include "widgets/engine_text.h"

namespace fovea {

bool MainWindow::canExport() {
    if (m_session.shown().map() != nullptr) {
        return true;
    }
    m_area->showMessage(tr("There is no attention to save yet; open a picture and choose a mechanism that runs on it."), true);
    return false;
}

void MainWindow::runExport(const QString& path, ExportWork work) {
    m_area->setHintVisible(false);
    m_work.start<SavedFiles>(
        {.title = tr("Saving %1").arg(QFileInfo(path).fileName()), .about = path.toStdString(), .end = JobEnd::Finish},
        [work = std::move(work), places = outputPlaces()](const JobControl& control) -> Result<SavedFiles> {
            OutputPlaces taken = places;
            const auto written = work(taken, control.stop());
            return written ? Result<SavedFiles>({*written, taken.notes()}) : Result<SavedFiles>(written.error());
        },
        [this](const Result<SavedFiles>& saved) { finishExport(saved); });
}

void MainWindow::finishExport(const Result<SavedFiles>& saved) {
    if (!saved) {
        sayFailed(saved.error());
        Q_EMIT exported({});
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
    m_area->showMessage(text, false);
    Q_EMIT exported(saved->paths);
}

// Who cancelled something knows that it did not happen.
void MainWindow::sayFailed(const Error& error) {
    if (error.code != ErrorCode::Cancelled) {
        m_area->showMessage(errorText(error), true);
    }
}

// The window reads its picture or moving source, and the weights of all panes.
OutputPlaces MainWindow::outputPlaces() {
    std::vector<std::string> inputs;
    for (int pane = 0; pane < m_session.panes().count(); ++pane) {
        inputs.push_back(m_session.job(pane).weightsFile);
    }
    inputs.push_back(shownSource().location);
    if (const auto& source = m_session.frame().source) {
        inputs.push_back(source->path);
    }
    return OutputPlaces(std::move(inputs));
}

void MainWindow::exportPicture(const QString& path, bool withFigure) {
    if (!canExport()) {
        return;
    }
    const PictureExport what{
        m_session.shown().result(), *m_session.shown().field(), m_session.display().style(), {withFigure, withFigure, {}}};
    runExport(path, [what, path](OutputPlaces& places, const std::stop_token& stop) {
        return fovea::exportPicture(what, path, places, stop);
    });
}

void MainWindow::exportRaw(const QString& folder) {
    if (!canExport()) {
        return;
    }
    const auto result = m_session.shown().result();
    const JobId job = m_session.shown().field()->job;
    const QFileInfo source(QString::fromStdString(result->frame.source->name));
    const std::string base = source.completeBaseName().toStdString() + "." + job.source;
    runExport(folder, [result, job, base, folder](OutputPlaces& places, const std::stop_token& stop) -> Result<QStringList> {
        const auto files = fovea::exportRaw(*result, job, folder.toStdString(), base, places, stop);
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

void MainWindow::exportFile(const QString& path, std::function<std::string()> bytes) {
    runExport(path, [path, bytes = std::move(bytes)](OutputPlaces& places, const std::stop_token& stop) -> Result<QStringList> {
        const std::string made = bytes();
        if (stop.stop_requested()) {
            return jobStopped();
        }
        const auto saved = writeNamedFile(places, path.toStdString(), made);
        return saved ? Result<QStringList>(QStringList{path}) : Result<QStringList>(saved.error());
    });
}

void MainWindow::copyPicture() {
    if (!canExport()) {
        return;
    }
    const PictureExport what{
        m_session.shown().result(), *m_session.shown().field(), m_session.display().style(), {false, false, {}}};
    m_area->setHintVisible(false);
    m_work.start<QImage>(
        {.title = tr("Copying the picture"), .about = what.result->frame.source->name},
        [what](const JobControl& control) { return exportedPicture(what, control.stop()); },
        [this](const Result<QImage>& image) {
            if (image) {
                QApplication::clipboard()->setImage(*image);
                m_area->showMessage(tr("Copied the picture with its overlay."), false);
            } else {
                sayFailed(image.error());
            }
            Q_EMIT exported({});
        });
}

}  // namespace fovea
