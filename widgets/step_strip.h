#pragma once

#include <QWidget>

#include <memory>
#include <vector>

#include "engine/render/steps.h"

namespace fovea {

/// The steps of a mechanism from its input to its output as cards: name, picture, shape, equation and the numbers of this very
/// picture. Pointing at a card marks the ones it is computed from; a click (or Enter) enlarges it, a second one or Escape
/// returns. It asks for its pixels by renderRequested(), for the visible cards only and once per result; RenderedStep::request
/// names the card an answer is of. The wheel, Left, Right, Home and End move through the cards.
class StepStrip final : public QWidget {
    Q_OBJECT
    Q_PROPERTY(QString textSummary READ textSummary)

public:
    explicit StepStrip(QWidget* parent = nullptr);
    ~StepStrip() override;

    /// Shows the steps of a module's result; its job must have recorded them (ModuleJob::recordSteps).
    void setResult(std::shared_ptr<const FrameResult> result, const JobId& job, const OverlayStyle& style);
    void setRendered(const RenderedStep& rendered);
    /// The enlarged card, −1 for none; setting it gives no signal.
    [[nodiscard]] int chosen() const;
    void setChosen(int step);
    [[nodiscard]] int count() const;
    /// The cards marked now: those the card under the pointer, or of the keyboard, is computed from.
    [[nodiscard]] std::vector<int> highlighted() const;
    /// "channel 41: 0.83": what lies under the pointer in the enlarged picture; empty elsewhere.
    [[nodiscard]] QString reading() const;
    [[nodiscard]] QString textSummary() const;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;
    /// Where a card of the strip, and the enlarged one, is painted; null while it is scrolled away, or there is none.
    [[nodiscard]] QRect cardRect(int step) const;
    [[nodiscard]] QRect largeRect() const;
    /// Where the picture of a card is painted: in the enlarged card when it is the chosen one.
    [[nodiscard]] QRect pictureRect(int step) const;

Q_SIGNALS:
    void renderRequested(const fovea::StepRequest& request);
    /// A card was enlarged by a person; −1: it was put back.
    void stepChosen(int step);

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void requestPictures();
    void choose(int step);
    void select(int step);

    struct State;
    std::unique_ptr<State> m_state;
};

}  // namespace fovea
