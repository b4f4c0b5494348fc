#pragma once

#include <QWidget>

#include <memory>
#include <vector>

#include "engine/render/render.h"

namespace fovea {

/// Six mechanisms as live thumbnails of this very picture, numbered 1–6. It asks for its pixels by renderRequested(). Arrow keys
/// and clicks choose.
class Filmstrip final : public QWidget {
    Q_OBJECT
    Q_PROPERTY(QString textSummary READ textSummary)

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
    [[nodiscard]] QSize minimumSizeHint() const override;
    /// Where the picture of a module is painted, within its slot.
    [[nodiscard]] QRect thumbRect(const QString& id) const;

Q_SIGNALS:
    void renderRequested(const QString& id, const fovea::OverlayRequest& request);
    void chosen(const QString& id);

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void dragPressed();

    void requestThumbnails();

    struct State;
    std::unique_ptr<State> m_state;
};

}  // namespace fovea
