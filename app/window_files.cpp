// Files of the window: what a person opens, and where pictures and numbers are saved.

#include <QApplication>
#include <QClipboard>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QMimeData>

#include "app/canvas_area.h"
#include "app/main_window.h"
#include "app/pasted_picture.h"
#include "app/save_dialog.h"

namespace fovea {
namespace {

const QStringList kPatterns{QStringLiteral("*.png"), QStringLiteral("*.jpg"), QStringLiteral("*.jpeg"), QStringLiteral("*.webp"),
                            QStringLiteral("*.bmp"), QStringLiteral("*.tif"), QStringLiteral("*.tiff"), QStringLiteral("*.pbm"),
                            QStringLiteral("*.pgm"), QStringLiteral("*.ppm")};
const QStringList kVideoPatterns{QStringLiteral("*.mp4"), QStringLiteral("*.m4v"),  QStringLiteral("*.mov"),
                                 QStringLiteral("*.mkv"), QStringLiteral("*.webm"), QStringLiteral("*.avi"),
                                 QStringLiteral("*.mpg"), QStringLiteral("*.ts"),   QStringLiteral("*.ogv"),
                                 QStringLiteral("*.flv"), QStringLiteral("*.gif")};

}  // namespace

QStringList sampleNames() { return QDir(samplesFolder()).entryList(kPatterns, QDir::Files, QDir::Name); }

void MainWindow::openDialog() {
    const QString path =
        QFileDialog::getOpenFileName(this, tr("Open a picture or video"), m_settings.folder(QStringLiteral("open")),
                                     tr("Pictures, videos and sessions (%1);;All files (*)")
                                         .arg((kPatterns + kVideoPatterns + QStringList{QStringLiteral("*.fovea")}).join(u' ')));
    if (!path.isEmpty()) {
        m_area->setHintVisible(false);
        if (path.endsWith(QLatin1String(".fovea"))) {
            openSession(path);
        } else {
            m_session.openFile(path);
        }
    }
}

void MainWindow::openFolderDialog() {
    const QString folder =
        QFileDialog::getExistingDirectory(this, tr("Folder of pictures"), m_settings.folder(QStringLiteral("open")));
    if (!folder.isEmpty()) {
        m_area->setHintVisible(false);
        m_session.openFile(folder);
    }
}

void MainWindow::paste() {
    const auto* content = QApplication::clipboard()->mimeData();
    const QList<QUrl> urls = content != nullptr ? content->urls() : QList<QUrl>();
    if (!urls.isEmpty() && urls.first().isLocalFile()) {
        m_session.openFile(urls.first().toLocalFile());
    } else {
        m_session.openFrame(pastedPicture(QApplication::clipboard()->image()));
    }
    m_area->setHintVisible(false);
}

void MainWindow::weightsDialog() {
    if (m_session.panes().current().module->weights == nullptr) {
        m_area->showMessage(tr("%1 is parameter-free: it has no weights to open.")
                                .arg(QString::fromStdString(m_session.panes().current().module->title)),
                            true);
        return;
    }
    const QString path = QFileDialog::getOpenFileName(this, tr("Open weights"), m_settings.folder(QStringLiteral("weights")),
                                                      tr("Weights (*.safetensors);;All files (*)"));
    if (!path.isEmpty()) {
        m_session.paneControl().setWeightsFile(path);
    }
}

QString MainWindow::proposedFile() const {
    const QFileInfo source(QString::fromStdString(m_session.shown().result()->frame.source->name));
    return QStringLiteral("%1/%2-%3.png")
        .arg(m_settings.folder(QStringLiteral("export")), source.completeBaseName(),
             QString::fromStdString(m_session.panes().current().module->id));
}

void MainWindow::pictureDialog(const QString& title, bool withFigure) {
    const QString path = canExport() ? askWhereToSave(this, title, proposedFile(), pictureFilters()) : QString();
    if (!path.isEmpty()) {
        exportPicture(path, withFigure);
    }
}

void MainWindow::saveRawDialog() {
    if (!canExport()) {
        return;
    }
    const QString folder =
        QFileDialog::getExistingDirectory(this, tr("Folder for the numbers"), m_settings.folder(QStringLiteral("export")));
    if (!folder.isEmpty()) {
        exportRaw(folder);
    }
}

// Whether the picture lies in a folder, where others may be beside it.
bool MainWindow::isFromFile() {
    const auto& frame = m_session.frame();
    return frame.valid() && !frame.source->path.empty();
}

void MainWindow::openNeighbour(int step) {
    if (!isFromFile()) {
        return;
    }
    const QFileInfo current(QString::fromStdString(m_session.frame().source->path));
    const QStringList names = current.dir().entryList(kPatterns, QDir::Files, QDir::Name | QDir::IgnoreCase);
    const auto index = names.indexOf(current.fileName());
    const auto next = index + step;
    if (index >= 0 && next >= 0 && next < names.size()) {
        m_session.openFile(current.dir().filePath(names[next]));
    }
}

}  // namespace fovea
