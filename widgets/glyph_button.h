#pragma once

#include <QToolButton>

namespace fovea {

/// The pictures of buttons which move through time.
enum class Glyph { Play, Pause, StepBack, StepForward, Loop, Record };

/// A flat square button with one drawn sign, crisp at every pixel density. Its words are its tooltip and its accessible name.
class GlyphButton final : public QToolButton {
    Q_OBJECT

public:
    explicit GlyphButton(Glyph glyph, QWidget* parent = nullptr);
    void setGlyph(Glyph glyph);
    [[nodiscard]] Glyph glyph() const { return m_glyph; }
    /// The accessible name; the tooltip adds the key behind it.
    void setWords(const QString& name, const QString& key = {});
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    Glyph m_glyph;
};

}  // namespace fovea
