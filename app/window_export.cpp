// Exports run on a pool thread: they render the whole picture, which may be large.

#include <QApplication>
#include <QClipboard>
#include <QFileInfo>
#include <QPointer>
#include <QThreadPool>

#include "app/canvas_area.h"
#include "app/exporter.h"
#include "app/main_window.h"
#include "widgets/engine_text.h"

namespace fovea {

bool MainWindow::canExport() {
    if (m_session.shownMap() != nullptr) {
        return true;
    }
    m_area->showMessage(tr("There is no attention to save yet; open a picture and choose a mechanism that runs on it."), true);
    return false;
}

void MainWindow::runExport(std::function<void()> work) {
    m_area->setHintVisible(false);
    QThreadPool::globalInstance()->start(std::move(work));
}

void MainWindow::finishExport(const Result<QStringList>& written) {
    if (!written) {
        m_area->showMessage(errorText(written.error()), true);
        Q_EMIT exported({});
        return;
    }
    const QFileInfo first(written->value(0));
    m_settings.setFolder(QStringLiteral("export"), first.absolutePath());
    m_area->showMessage(written->size() > 2
                            ? tr("Saved %n file(s) in %1.", nullptr, static_cast<int>(written->size())).arg(first.path())
                        : written->size() == 1 ? tr("Saved %1.").arg(first.filePath())
                                               : tr("Saved %1 and its description.").arg(first.filePath()),
                        false);
    Q_EMIT exported(*written);
}

void MainWindow::exportPicture(const QString& path, bool withFigure) {
    if (!canExport()) {
        return;
    }
    const PictureExport what{m_session.result(), *m_session.field(), m_session.style(), {withFigure, withFigure, {}}};
    runExport([this, what, path] {
        const auto written = fovea::exportPicture(what, path);
        QMetaObject::invokeMethod(
            this, [this, written] { finishExport(written); }, Qt::QueuedConnection);
    });
}

void MainWindow::exportRaw(const QString& folder) {
    if (!canExport()) {
        return;
    }
    const auto result = m_session.result();
    const std::string module = m_session.module()->id;
    const std::string slot = m_session.field()->slot;
    const QFileInfo source(QString::fromStdString(result->frame.source->name));
    const std::string base = source.completeBaseName().toStdString() + "." + module;
    runExport([this, result, module, slot, base, folder] {
        const auto files = fovea::exportRaw(*result, module, folder.toStdString(), base, slot);
        Result<QStringList> written = QStringList();
        if (files) {
            for (const auto& file : *files) {
                *written << QString::fromStdString(file);
            }
        } else {
            written = files.error();
        }
        QMetaObject::invokeMethod(
            this, [this, written] { finishExport(written); }, Qt::QueuedConnection);
    });
}

void MainWindow::copyPicture() {
    if (!canExport()) {
        return;
    }
    const PictureExport what{m_session.result(), *m_session.field(), m_session.style(), {false, false, {}}};
    runExport([this, what] {
        const auto image = exportedPicture(what);
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
