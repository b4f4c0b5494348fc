#pragma once

#include <QObject>
#include <QString>

#include <memory>

#include "engine/pipeline/pipeline.h"
#include "engine/runtime/moving_source.h"

namespace fovea {

class RenderWorker;

/// The threads which paint. A large matrix takes up to a second, and the picture must not wait for it.
enum class RenderLane { Overlays, Matrices };

/// The GUI thread's only door to the workers. Owns the inference thread and the render threads; lives on the GUI thread, and
/// every slot asserts it. Destroying it stops and joins them.
class Controller final : public QObject {
    Q_OBJECT

public:
    /// `open` opens moving sources; tests bring their own.
    explicit Controller(QObject* parent = nullptr, Capture::Open open = fovea::openSource);
    ~Controller() override;

    /// Opens a picture (loaded and hashed on the worker), or a video or folder as a moving source, whichever it is. frameLoaded
    /// or loadFailed follows; the old picture or source stays until then.
    void openFile(const QString& path);
    /// Opens any source; as openFile().
    void openSource(const SourceSpec& spec);
    /// Takes a picture which is already in memory (clipboard); it is hashed on the worker.
    void openFrame(const Frame& frame);

    /// Opens a folder with a network and trained weights, read and tried on the worker. bundleLoaded or bundleFailed follows.
    void openBundle(const QString& folder);

    /// Lets go of the moving source, so that a camera is free for others; its newest result's frame stays as a picture.
    void closeSource();

    /// What to compute on the current frame, and on those which follow. Raises the epoch, cancels the running pass, starts a new
    /// one. The shown jobs of a moving source appear together, on every frame.
    void setJobs(std::vector<ModelJobs> models);
    /// Whether the working size of a moving source may be lowered to keep the rate.
    void setAutoSize(bool on);

    /// The moving source, to play and to seek; active() is false while a single picture is shown.
    [[nodiscard]] MovingSource& source() noexcept;
    /// Longer side of the Retina's picture, or shorter side of a network's, of the newest result of a moving source, and whether
    /// it was lowered.
    [[nodiscard]] int workingSide() const noexcept;
    [[nodiscard]] bool autoSized() const noexcept;

    /// The thread which paints for the RenderViews of this lane.
    [[nodiscard]] RenderWorker& lane(RenderLane lane) noexcept;

    /// The epoch of the newest request. A result of an older one is never emitted.
    [[nodiscard]] std::uint64_t epoch() const noexcept;
    [[nodiscard]] const Frame& frame() const noexcept;
    /// True while the inference worker has work of the current epoch.
    [[nodiscard]] bool busy() const noexcept;

Q_SIGNALS:
    /// A new picture or moving source is current (its results follow).
    void frameLoaded();
    /// The picture or source could not be opened; the old one stays.
    void loadFailed(const fovea::Error& error);
    /// The folder opened by openBundle() can be used.
    void bundleLoaded(const std::shared_ptr<const fovea::Bundle>& bundle);
    void bundleFailed(const fovea::Error& error);
    /// A snapshot or the full result of the current epoch.
    void resultReady(const std::shared_ptr<const fovea::FrameResult>& result);
    /// The features could not be computed.
    void passFailed(const fovea::Error& error);
    void busyChanged(bool busy);

private:
    struct State;
    std::unique_ptr<State> m_state;
};

}  // namespace fovea
