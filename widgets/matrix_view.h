#pragma once

#include <QWidget>

#include <memory>

#include "engine/render/render.h"

namespace fovea {

/// A pairwise map as a matrix (rows = queries) with head selector and from/to switch. Click or arrow keys choose the query; the canvas shows the query's row.
class MatrixView final : public QWidget {
    Q_OBJECT

public:
    explicit MatrixView(QWidget* parent = nullptr);
    ~MatrixView() override;

    /// What to show; asks for pixels by renderRequested().
    void setMap(std::shared_ptr<const FrameResult> result, const FieldSpec& field, const OverlayStyle& style);
    void setRendered(const RenderedMatrix& rendered);
    [[nodiscard]] QString textSummary() const;

Q_SIGNALS:
    void renderRequested(const fovea::MatrixRequest& request);
    void headChosen(int head);        ///< −1: mean over heads
    void directionChosen(bool to);
    /// Fractions of the query grid.
    void queryChosen(QPointF fraction);

private:
    struct State;
    std::unique_ptr<State> m_state;
};

}  // namespace fovea
