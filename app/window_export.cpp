// Exports run on a pool thread: they render the whole picture, which may be large.

#include <QApplication>
#include <QClipboard>
#include <QFileInfo>
#include <QThreadPool>

#include "app/canvas_area.h"
#include "app/exporter.h"
#include "app/main_window.h"
#include "engine/thrown.h"
#include "widgets/engine_text.h"

namespace fovea {

bool MainWindow::canExport() {
    if (m_session.shownMap() != nullptr) {
        return true;
    }
    m_area->showMessage(tr("There is no attention to save yet; open a picture and choose a mechanism that runs on it."), true);
    return false;
}

void MainWindow::runExport(const QString& path, std::function<Result<QStringList>(OutputPlaces&)> work) {
    m_area->setHintVisible(false);
    auto task = [this, path = path.toStdString(), work = std::move(work), places = outputPlaces()]() mutable {
        const auto written = withoutThrowing(path, [&] { return work(places); });
        QMetaObject::invokeMethod(
            this, [this, written, notes = places.notes()] { finishExport(written, notes); }, Qt::QueuedConnection);
    };
    QThreadPool::globalInstance()->start(std::move(task));
}

void MainWindow::finishExport(const Result<QStringList>& written, const std::vector<Error>& notes) {
    if (!written) {
        m_area->showMessage(errorText(written.error()), true);
        Q_EMIT exported({});
        return;
    }
    const QFileInfo first(written->value(0));
    QString text = written->size() > 2
                       ? tr("Saved %n file(s) in %1.", nullptr, static_cast<int>(written->size())).arg(first.path())
                   : written->size() == 1 ? tr("Saved %1.").arg(first.filePath())
                                          : tr("Saved %1 and its description.").arg(first.filePath());
    for (const auto& note : notes) {
        text += QLatin1Char(' ') + errorText(note);
    }
    m_settings.setFolder(QStringLiteral("export"), first.absolutePath());
    m_area->showMessage(text, false);
    Q_EMIT exported(*written);
}

// The window reads its picture or moving source, and the weights of all panes.
OutputPlaces MainWindow::outputPlaces() {
    std::vector<std::string> inputs;
    for (int pane = 0; pane < m_session.paneCount(); ++pane) {
        inputs.push_back(m_session.paneJob(pane).weightsFile);
    }
    inputs.push_back(shownSource().location);
    if (const auto& source = m_session.controller().frame().source) {
        inputs.push_back(source->path);
    }
    return OutputPlaces(std::move(inputs));
}

void MainWindow::exportPicture(const QString& path, bool withFigure) {
    if (!canExport()) {
        return;
    }
    const PictureExport what{m_session.result(), *m_session.field(), m_session.style(), {withFigure, withFigure, {}}};
    runExport(path, [what, path](OutputPlaces& places) { return fovea::exportPicture(what, path, places); });
}

void MainWindow::exportRaw(const QString& folder) {
    if (!canExport()) {
        return;
    }
    const auto result = m_session.result();
    const JobId job = m_session.field()->job;
    const QFileInfo source(QString::fromStdString(result->frame.source->name));
    const std::string base = source.completeBaseName().toStdString() + "." + job.source;
    runExport(folder, [result, job, base, folder](OutputPlaces& places) -> Result<QStringList> {
        const auto files = fovea::exportRaw(*result, job, folder.toStdString(), base, places);
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
    runExport(path, [path, bytes = std::move(bytes)](OutputPlaces& places) {
        const auto saved = writeNamedFile(places, path.toStdString(), bytes());
        return saved ? Result<QStringList>(QStringList{path}) : Result<QStringList>(saved.error());
    });
}

void MainWindow::copyPicture() {
    if (!canExport()) {
        return;
    }
    const PictureExport what{m_session.result(), *m_session.field(), m_session.style(), {false, false, {}}};
    m_area->setHintVisible(false);
    QThreadPool::globalInstance()->start([this, what] {
        const auto image = withoutThrowing(what.result->frame.source->name, [&what] { return exportedPicture(what); });
        QMetaObject::invokeMethod(
            this,
            [this, image] {
                if (image) {
                    QApplication::clipboard()->setImage(*image);
                    m_area->showMessage(tr("Copied the picture with its overlay."), false);
                } else {
                    m_area->showMessage(errorText(image.error()), true);
                }
                Q_EMIT exported({});
            },
            Qt::QueuedConnection);
    });
}

}  // namespace fovea
