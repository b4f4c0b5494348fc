#pragma once

#include <QObject>
#include <QString>

#include <memory>

#include "engine/pipeline/pipeline.h"
#include "engine/render/render.h"

namespace fovea {

/// The GUI thread's only door to the workers. Owns the inference thread and two render threads, one for overlays and one for
/// matrices; lives on the GUI thread, and every slot asserts it. Destroying it stops and joins them.
class Controller final : public QObject {
    Q_OBJECT

public:
    explicit Controller(QObject* parent = nullptr);
    ~Controller() override;

    /// Loads and hashes a picture on the worker; frameLoaded or loadFailed follows. The old picture stays until then.
    void openFile(const QString& path);
    /// Takes a picture which is already in memory (clipboard); it is hashed on the worker.
    void openFrame(const Frame& frame);

    /// What to compute on the current frame. Raises the epoch, cancels the running pass, starts a new one.
    void setJobs(std::vector<ModuleJob> jobs, const RetinaOptions& retina);

    /// Asks for pixels; per view the newest request wins. rendered() follows with the same view.
    void render(const QString& view, RenderRequest request);

    /// The epoch of the newest request. A result of an older one is never emitted.
    [[nodiscard]] std::uint64_t epoch() const noexcept;
    [[nodiscard]] const Frame& frame() const noexcept;
    /// True while the inference worker has work of the current epoch.
    [[nodiscard]] bool busy() const noexcept;

Q_SIGNALS:
    /// A new picture is current (its results follow).
    void frameLoaded();
    /// The picture could not be opened; the old one stays.
    void loadFailed(const fovea::Error& error);
    /// A snapshot or the full result of the current epoch.
    void resultReady(const std::shared_ptr<const fovea::FrameResult>& result);
    /// The features could not be computed.
    void passFailed(const fovea::Error& error);
    void rendered(const QString& view, const fovea::Rendered& rendered);
    void busyChanged(bool busy);

private:
    struct State;
    std::unique_ptr<State> m_state;
};

}  // namespace fovea
