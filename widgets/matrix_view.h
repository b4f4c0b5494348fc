#pragma once

#include <QWidget>

#include <memory>

#include "engine/render/render.h"

namespace fovea {

/// A pairwise map as a matrix (rows = queries) with head selector and from/to switch. Click or arrow keys choose the query; the
/// canvas shows the query's row. Of several matrices it is the one in which the query lies.
class MatrixView final : public QWidget {
    Q_OBJECT
    Q_PROPERTY(QString textSummary READ textSummary)

public:
    explicit MatrixView(QWidget* parent = nullptr);
    ~MatrixView() override;

    /// What to show; asks for pixels by renderRequested().
    void setMap(std::shared_ptr<const FrameResult> result, const FieldSpec& field, const OverlayStyle& style);
    void setRendered(const RenderedMatrix& rendered);
    [[nodiscard]] QString textSummary() const;
    /// The square the matrix fills.
    [[nodiscard]] QRect matrixRect() const;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;
    [[nodiscard]] bool hasHeightForWidth() const override { return true; }
    [[nodiscard]] int heightForWidth(int width) const override;

Q_SIGNALS:
    void renderRequested(const fovea::MatrixRequest& request);
    void headChosen(int head);  ///< or kMeanOverHeads, kMaxOverHeads, kMinOverHeads
    void directionChosen(bool to);
    void codeChosen(int code);  ///< of a map whose queries or keys are channels or codes
    /// Fractions of the query grid, and the frame which asks; −1 is the newest.
    void queryChosen(QPointF fraction, int frame);

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void requestPixels();

    struct State;
    std::unique_ptr<State> m_state;
};

}  // namespace fovea
