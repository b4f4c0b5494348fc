#pragma once

#include <QImage>
#include <QVariantAnimation>

#include <optional>

#include "widgets/canvas.h"
#include "widgets/canvas_subject.h"

namespace fovea {

/// The pixels of a canvas which have come back: of its map, of the picture alone while peeking, and of the map before while the
/// next one fades in. They may be behind the subject for a while.
class CanvasLayers final {
public:
    /// Pixels as Qt paints them.
    struct Layer {
        RenderedOverlay rendered;
        QImage image;
    };

    /// The canvas is painted again while one map fades into another.
    CanvasLayers(QWidget& canvas, const CanvasSubject& subject);
    /// Whether another map fades in instead of appearing at once.
    static void setMotion(bool on);

    /// Takes pixels for an earlier request, or drops those which are of no use any more; whether it took them.
    bool take(const RenderedOverlay& rendered);
    /// Of the picture alone.
    void forgetPlain() { m_plain = {}; }
    void forget();

    [[nodiscard]] const CanvasSubject& subject() const { return m_subject; }
    [[nodiscard]] const RenderedOverlay& overlay() const { return m_overlay.rendered; }
    /// What is painted.
    [[nodiscard]] const Layer& shown() const;
    /// What is painted below it while it fades in; null else.
    [[nodiscard]] const Layer* fading() const;
    /// How far it has faded in, 0 … 1.
    [[nodiscard]] double faded() const { return m_fade.currentValue().toDouble(); }

    /// The picture which is painted: the newest result may be further.
    [[nodiscard]] const Frame& frame() const;
    /// The numbers which are painted; null where there are none to read.
    [[nodiscard]] const ScalarField* field() const;
    /// By how many milliseconds the painted map is older than the painted picture; nothing where they belong together.
    [[nodiscard]] std::optional<int> staleness() const;
    /// What is painted at a position on the picture.
    [[nodiscard]] CursorInfo infoAt(QPointF at) const;

private:
    const CanvasSubject& m_subject;
    Layer m_overlay;  ///< what was asked for with the field
    Layer m_plain;
    Layer m_fading;
    QVariantAnimation m_fade;
};

}  // namespace fovea
