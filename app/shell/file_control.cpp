#include "app/shell/file_control.h"

#include <QApplication>
#include <QClipboard>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QMimeData>

#include "app/actions/actions.h"
#include "app/canvas_area.h"
#include "app/pasted_picture.h"
#include "app/session/session.h"
#include "app/settings.h"
#include "app/shell/samples.h"
#include "app/top_bar.h"
#include "widgets/engine_text.h"

namespace fovea {
namespace {

const QStringList kVideoPatterns{QStringLiteral("*.mp4"), QStringLiteral("*.m4v"),  QStringLiteral("*.mov"),
                                 QStringLiteral("*.mkv"), QStringLiteral("*.webm"), QStringLiteral("*.avi"),
                                 QStringLiteral("*.mpg"), QStringLiteral("*.ts"),   QStringLiteral("*.ogv"),
                                 QStringLiteral("*.flv"), QStringLiteral("*.gif")};

}  // namespace

FileControl::FileControl(QWidget* window, Settings& settings, Session& session, TopBar& topBar, CanvasArea& area)
    : m_window(window), m_settings(settings), m_session(session), m_topBar(topBar), m_area(area) {
    connect(&m_session, &Session::pictureChanged, this, &FileControl::showPicture);
    connect(&m_session, &Session::failed, this, [this](const Error& error) { m_area.showMessage(errorText(error), true); });
    connect(&m_topBar, &TopBar::openRequested, this, &FileControl::askForFile);
    connect(&m_area, &CanvasArea::openRequested, this, &FileControl::askForFile);
}

void FileControl::bind(Actions& actions) {
    const auto isFile = [this] { return isFromFile(); };
    actions.bind("file.open", {.run = [this] { askForFile(); }});
    actions.bind("file.folder", {.run = [this] { askForFolder(); }});
    actions.bind("file.paste", {.run = [this] { paste(); }});
    actions.bind("file.next", {.run = [this] { openNeighbour(1); }, .isEnabled = isFile});
    actions.bind("file.previous", {.run = [this] { openNeighbour(-1); }, .isEnabled = isFile});
}

void FileControl::showPicture() {
    const auto& source = m_session.frame().source;
    const QString path = QString::fromStdString(source->path);
    const QString name = QString::fromStdString(source->name);
    m_area.clearMessage();
    m_topBar.setFileName(name, path + u'\n' + QString::fromStdString(source->description));
    m_window->setWindowTitle(QStringLiteral("%1 – Fovea").arg(name));
    const SourceKind kind = m_session.source().traits().kind;  // an image while there is none
    if (isOnDisk(kind) && !path.isEmpty() && !path.startsWith(samplesFolder())) {
        m_settings.recentFiles().add(path);
        m_settings.setFolder(QStringLiteral("open"), QFileInfo(path).path());
        Q_EMIT recentFilesChanged();
    }
}

void FileControl::open(const QString& path) {
    if (path.endsWith(QLatin1String(".fovea"))) {
        Q_EMIT sessionChosen(path);
    } else {
        m_session.openFile(path);
    }
}

void FileControl::askForFile() {
    const QString path = QFileDialog::getOpenFileName(
        m_window, tr("Open a picture or video"), m_settings.folder(QStringLiteral("open")),
        tr("Pictures, videos and sessions (%1);;All files (*)")
            .arg((picturePatterns() + kVideoPatterns + QStringList{QStringLiteral("*.fovea")}).join(u' ')));
    if (!path.isEmpty()) {
        m_area.setHintVisible(false);
        open(path);
    }
}

void FileControl::askForFolder() {
    const QString folder =
        QFileDialog::getExistingDirectory(m_window, tr("Folder of pictures"), m_settings.folder(QStringLiteral("open")));
    if (!folder.isEmpty()) {
        m_area.setHintVisible(false);
        m_session.openFile(folder);
    }
}

void FileControl::paste() {
    const auto* content = QApplication::clipboard()->mimeData();
    const QList<QUrl> urls = content != nullptr ? content->urls() : QList<QUrl>();
    if (!urls.isEmpty() && urls.first().isLocalFile()) {
        m_session.openFile(urls.first().toLocalFile());
    } else {
        m_session.openFrame(pastedPicture(QApplication::clipboard()->image()));
    }
    m_area.setHintVisible(false);
}

bool FileControl::canTake(const QMimeData& dropped) { return dropped.hasUrls() || dropped.hasImage(); }

void FileControl::take(const QMimeData& dropped) {
    const QList<QUrl> urls = dropped.urls();
    const QString path = urls.isEmpty() || !urls.first().isLocalFile() ? QString() : urls.first().toLocalFile();
    if (!path.isEmpty() && QFileInfo::exists(path + QStringLiteral("/manifest.json"))) {  // the folder of a model
        m_session.openBundle(path);
    } else if (!path.isEmpty()) {
        open(path);
    } else if (dropped.hasImage()) {
        m_session.openFrame(pastedPicture(qvariant_cast<QImage>(dropped.imageData())));
    } else {
        m_area.showMessage(tr("Only files on this computer and pictures can be dropped here."), true);
    }
    m_area.setHintVisible(false);
}

// Whether the picture lies in a folder, where other pictures may be beside it.
bool FileControl::isFromFile() {
    const auto& frame = m_session.frame();
    return frame.valid() && !frame.source->path.empty();
}

void FileControl::openNeighbour(int step) {
    if (!isFromFile()) {
        return;
    }
    const QFileInfo current(QString::fromStdString(m_session.frame().source->path));
    const QStringList names = current.dir().entryList(picturePatterns(), QDir::Files, QDir::Name | QDir::IgnoreCase);
    const auto index = names.indexOf(current.fileName());
    const auto next = index + step;
    if (index >= 0 && next >= 0 && next < names.size()) {
        m_session.openFile(current.dir().filePath(names[next]));
    }
}

}  // namespace fovea
