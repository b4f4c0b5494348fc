#pragma once

#include <QObject>
#include <QString>

#include <optional>
#include <string>
#include <vector>

#include "app/session/session_file.h"

namespace fovea {

class Session;

/// The session file which was opened last: what of it is still missing, and what can be checked only once there are results. GUI
/// thread only.
class RestoreControl final : public QObject {
    Q_OBJECT

public:
    explicit RestoreControl(Session& session, QObject* parent = nullptr);

    /// Another session is being restored, with these losses so far.
    void begin(const OpenedSession& opened);
    [[nodiscard]] const std::vector<SessionLoss>& losses() const { return m_losses; }
    [[nodiscard]] const SessionFile& file() const { return m_file; }
    /// Empties the list: the person has closed it.
    void forget();

    /// Whether the session's own picture is being opened.
    [[nodiscard]] bool awaitsPicture() const { return m_awaitsPicture; }
    /// A picture from this place is being opened; another one than the session's ends the waiting for that.
    void pictureOpening(const std::string& location);
    /// A picture from this place has appeared; another one than the session's ends the waiting for that.
    void pictureOpened(const std::string& location);
    /// The session's picture is there, with this hash and so many frames.
    void pictureRestored(const std::string& sha256, std::int64_t frames);
    /// The session's picture is there, but cannot be opened.
    void pictureFailed(const Error& error);
    /// The model of a folder cannot be opened, and the one in `standIn` takes its place (empty: the Retina). False when no pane
    /// of the session wanted it.
    bool modelFailed(const std::string& folder, const std::string& standIn, const Error& error);
    /// Whether all panes of the session have been checked against a result.
    [[nodiscard]] bool isSettled() const { return m_unsettled.empty(); }
    /// Drops and lists the choices which a pane's new result does not have. Returns whether anything was dropped.
    bool settle();

    /// A file or folder was chosen in place of a lost one. The state to restore, from `now` on, where panes still wait for it.
    [[nodiscard]] std::optional<SessionState> located(const SessionLoss& loss, const std::string& path, SessionState now);

    /// `file`, which is to be saved, with the places of everything that is still missing: what is not here today is not lost.
    [[nodiscard]] SessionFile withMissing(SessionFile file) const;

Q_SIGNALS:
    void lossesChanged();

private:
    [[nodiscard]] bool lacksModel(int place) const;
    bool noteWeights(int pane);
    /// The present choices of a pane of the window.
    [[nodiscard]] PaneState chosen(int pane) const;
    /// Gives the panes of `state` which still wait for `loss` the file or folder at `path`. Returns those panes.
    std::vector<PaneState> giveBack(SessionState& state, const SessionLoss& loss, const std::string& path) const;
    void drop(SessionLoss::Kind kind, const std::string& path);
    void add(SessionLoss loss);

    Session& m_session;
    SessionFile m_file;  ///< its panes as they were restored: with what stands in, and without what was dropped
    std::vector<SessionLoss> m_losses;
    bool m_awaitsPicture = false;
    std::vector<int> m_unsettled;  ///< places of panes which were not checked against a result yet
};

}  // namespace fovea
