#pragma once

#include <QObject>
#include <QString>

#include <memory>

#include "app/session/display_control.h"
#include "app/session/field_control.h"
#include "app/session/pane_control.h"
#include "app/session/shown_results.h"
#include "engine/runtime/controller.h"

namespace fovea {

/// The picture a person looks at, what is chosen, and the newest results. The session owns what is chosen as values, and the
/// controller which computes. Controls change the values and say what has changed. The session itself opens pictures and models,
/// takes results, and goes back to a state. Nothing is painted here. GUI thread only.
class Session final : public QObject {
    Q_OBJECT

public:
    explicit Session(QObject* parent = nullptr);

    [[nodiscard]] const Panes& panes() const { return m_selection.panes; }
    [[nodiscard]] const Questions& questions() const { return m_selection.questions; }
    [[nodiscard]] const Models& models() const { return m_selection.models; }
    /// The choices of a pane; they are made at the first look.
    [[nodiscard]] const Choice& choice(int pane = kActivePane) { return m_selection.choice(pane); }
    /// The job of a pane: the mechanism with the parameters and weights as they are chosen now.
    [[nodiscard]] ModuleJob job(int pane = kActivePane) { return m_selection.job(pane); }
    /// The newest results, and which of their fields are looked at.
    [[nodiscard]] const ShownResults& shown() const { return m_shown; }
    /// Whether the newest result of a pane is of all that is chosen now.
    [[nodiscard]] bool isUpToDate(int pane) const { return m_shown.finishedEpoch(pane) == epoch(); }
    [[nodiscard]] PaneControl& paneControl() { return m_paneControl; }
    [[nodiscard]] FieldControl& fieldControl() { return m_fieldControl; }
    [[nodiscard]] DisplayControl& display() { return m_display; }

    /// A picture, a video or a folder of pictures.
    void openFile(const QString& path);
    /// A camera or a stream (or any other source).
    void openSource(const SourceSpec& spec);
    /// A picture which is in memory, such as a pasted one. An error is told by failed().
    void openFrame(const Result<Frame>& frame);
    /// Lets go of the moving source; its newest frame stays as a picture.
    void closeSource() { m_controller.closeSource(); }
    /// The moving source, to play and to seek; active() is false while a single picture is shown.
    [[nodiscard]] MovingSource& source() { return m_controller.source(); }
    /// Whether pictures come by themselves now: a source is open and plays.
    [[nodiscard]] bool isPlaying() { return source().active() && source().playing(); }
    /// The picture, or the newest one of the source; not valid before the first.
    [[nodiscard]] const Frame& frame() const { return m_controller.frame(); }

    /// Whether the working size of a moving source may be lowered to keep the rate.
    void setAutoSize(bool on) { m_controller.setAutoSize(on); }
    /// The working size of the newest result of a moving source.
    struct WorkingSize {
        int side = 0;  ///< longer side of the Retina's picture, or shorter side of a network's, in pixels
        bool isLowered = false;
    };
    [[nodiscard]] WorkingSize workingSize() const { return {m_controller.workingSide(), m_controller.autoSized()}; }
    /// The thread which paints for the views of this lane.
    [[nodiscard]] RenderWorker& lane(RenderLane lane) { return m_controller.lane(lane); }
    /// Whether something is being computed for what is chosen now.
    [[nodiscard]] bool isBusy() const { return m_controller.busy(); }
    /// Rises with every change of what is computed; a result bears the one it was computed for.
    [[nodiscard]] std::uint64_t epoch() const { return m_controller.epoch(); }

    /// Opens a folder with a network and trained weights. A good one becomes the model of the active pane; else failed() says
    /// why. Until then nothing is computed if nothing was before.
    void openBundle(const QString& folder);
    /// Everything that is chosen, to come back to; how the window shows it is not the session's.
    [[nodiscard]] SessionState state();
    /// Goes back to a state; bundles which are not open are opened first. Panes whose bundle cannot be opened get the bundled
    /// model, or else the Retina; bundleMissing() is emitted.
    void restore(const SessionState& state);

Q_SIGNALS:
    /// A picture or a source is being opened; empty for pixels without a place.
    void opening(const QString& location);
    /// Another picture or source is there; results follow.
    void pictureChanged();
    /// A picture or source could not be opened; the old one stays. failed() was emitted before.
    void pictureFailed(const fovea::Error& error);
    /// Another picture, or another result of a pane.
    void resultChanged();
    /// Every snapshot, for the filmstrip.
    void snapshot(const std::shared_ptr<const fovea::FrameResult>& result);
    /// A bundle was opened, or could not be. Panes and models are as they shall be then.
    void bundleOpened();
    void bundleFailed(const fovea::Error& error);
    /// The model of a state which is being restored cannot be opened; the one in `standIn` takes its place, empty: the Retina.
    void bundleMissing(const QString& folder, const QString& standIn, const fovea::Error& error);
    /// Something which a person asked for could not be done.
    void failed(const fovea::Error& error);
    /// Whether something is being computed.
    void busyChanged(bool busy);

private:
    void takeBundle(const std::shared_ptr<const Bundle>& bundle);
    void takeBundleError(const Error& error);
    void takeResult(const std::shared_ptr<const FrameResult>& result);

    Controller m_controller;
    Selection m_selection;
    ShownResults m_shown{m_selection};
    PaneControl m_paneControl{m_selection, m_controller};
    FieldControl m_fieldControl{m_selection, m_shown, m_paneControl};
    DisplayControl m_display;
};

/// The picture or moving source which is shown; without a location when there is none.
[[nodiscard]] SourceSpec shownSource(Session& session);

}  // namespace fovea
