#pragma once

#include <QWidget>

#include <memory>
#include <vector>

#include "engine/render/render.h"

namespace fovea {

/// Six mechanisms as live thumbnails of this very picture, numbered 1–6. It asks for its pixels by renderRequested(). Arrow keys and clicks choose.
class Filmstrip final : public QWidget {
    Q_OBJECT

public:
    explicit Filmstrip(QWidget* parent = nullptr);
    ~Filmstrip() override;

    void setModules(const std::vector<const ModuleInfo*>& modules);
    [[nodiscard]] const std::vector<const ModuleInfo*>& modules() const;
    void setCurrent(const QString& id);
    /// Asks for the thumbnails of modules which have become ready.
    void setResult(std::shared_ptr<const FrameResult> result, const OverlayStyle& style);
    void setRendered(const QString& id, const RenderedOverlay& rendered);
    [[nodiscard]] QString textSummary() const;
    [[nodiscard]] QSize sizeHint() const override;

Q_SIGNALS:
    void renderRequested(const QString& id, const fovea::OverlayRequest& request);
    void chosen(const QString& id);

private:
    struct State;
    std::unique_ptr<State> m_state;
};

}  // namespace fovea
