#pragma once

#include <QObject>

class QMimeData;
class QWidget;

namespace fovea {

class Actions;
class CanvasArea;
class Session;
class Settings;
class TopBar;

/// Opens what a person chooses, drops or pastes, and names what is open. GUI thread only.
class FileControl final : public QObject {
    Q_OBJECT

public:
    /// All arguments outlive the object. `window` is the parent of dialogs and bears the name of the picture.
    FileControl(QWidget* window, Settings& settings, Session& session, TopBar& topBar, CanvasArea& area);

    /// Says what the entries about files do.
    void bind(Actions& actions);
    /// Opens a picture, a video, an address or a session.
    void open(const QString& path);
    /// Whether something of this kind can be dropped.
    [[nodiscard]] static bool canTake(const QMimeData& dropped);
    /// Opens what was dropped, or says why not.
    void take(const QMimeData& dropped);

Q_SIGNALS:
    /// A session file was chosen.
    void sessionChosen(const QString& path);
    /// The list of recent files has changed.
    void recentFilesChanged();

private:
    void showPicture();
    void askForFile();
    void askForFolder();
    void paste();
    [[nodiscard]] bool isFromFile();
    void openNeighbour(int step);

    QWidget* m_window;
    Settings& m_settings;
    Session& m_session;
    TopBar& m_topBar;
    CanvasArea& m_area;
};

}  // namespace fovea
