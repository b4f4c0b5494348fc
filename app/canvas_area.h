#pragma once

#include <QWidget>

#include <functional>

#include "widgets/canvas.h"
#include "widgets/colour_scale.h"

class QFrame;
class QLabel;
class QToolButton;

namespace fovea {

/// The canvas with what floats over it: colour scale, message, first hint.
class CanvasArea final : public QWidget {
    Q_OBJECT

public:
    explicit CanvasArea(QWidget* parent = nullptr);

    [[nodiscard]] Canvas* canvas() const { return m_canvas; }
    [[nodiscard]] ColourScale* colourScale() const { return m_scale; }

    /// One sentence over the top of the picture until it is closed or cleared, with a button if there is something to do about
    /// it.
    void showMessage(const QString& sentence, bool isError, const QString& buttonText = {}, std::function<void()> action = {});
    void clearMessage();
    [[nodiscard]] QString message() const;
    /// The faint line for a first visit; leaves for good with setHintVisible(false).
    void setHintVisible(bool visible);

Q_SIGNALS:
    void openRequested();
    void cameraRequested();

protected:
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void place();
    void retranslate();
    void restyle();

    Canvas* m_canvas;
    ColourScale* m_scale;
    QFrame* m_messageFrame;
    QLabel* m_message;
    QToolButton* m_messageButton;
    QToolButton* m_closeMessage;
    std::function<void()> m_messageAction;
    QLabel* m_hint;
    bool m_messageIsError = false;
};

}  // namespace fovea
