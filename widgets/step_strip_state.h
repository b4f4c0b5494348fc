#pragma once

#include <QCoreApplication>
#include <QImage>
#include <QPointF>

#include <optional>
#include <vector>

#include "widgets/step_strip.h"

class QPainter;

namespace fovea {

/// What the files of StepStrip share.
struct StepStrip::State {
    Q_DECLARE_TR_FUNCTIONS(fovea::StepStrip)

public:
    explicit State(const StepStrip& owner) : view(owner) {}

    /// The newest picture of a card, and what was asked for last.
    struct Picture {
        std::shared_ptr<const JobResult> asked;
        OverlayStyle style;
        QSize size;
        QRgb paper = 0;
        QImage image;
        RenderedStep rendered;  // without its pixels
        bool ready = false;
    };

    const StepStrip& view;
    std::shared_ptr<const FrameResult> result;
    std::shared_ptr<const JobResult> module;
    JobId job;
    OverlayStyle style;
    std::vector<StepCard> cards;
    std::vector<Picture> pictures;
    int first = 0;     // card at the left
    int selected = 0;  // of the keyboard
    int hovered = -1;
    int chosen = -1;
    int wheel = 0;
    QPointF pointer{-1, -1};

    [[nodiscard]] int count() const { return static_cast<int>(cards.size()); }
    [[nodiscard]] const StepCard& card(int k) const { return cards[static_cast<std::size_t>(k)]; }
    [[nodiscard]] const Picture& picture(int k) const { return pictures[static_cast<std::size_t>(k)]; }

    // Geometry.
    [[nodiscard]] QRect large() const;
    [[nodiscard]] int stripLeft() const;
    [[nodiscard]] int visibleCards() const;
    [[nodiscard]] int lastFirst() const;
    [[nodiscard]] QRect cardAt(int k) const;
    [[nodiscard]] QRect pictureBox(int k) const;
    [[nodiscard]] QRect pictureOf(int k) const;
    [[nodiscard]] int cardUnder(const QPoint& position) const;
    /// The card whose needs are marked; −1 for none.
    [[nodiscard]] int pointedAt() const;
    void reveal(int k);

    // Texts.
    [[nodiscard]] QString name(int k) const;
    [[nodiscard]] QString shape(int k) const;
    [[nodiscard]] QString numbers(int k) const;
    [[nodiscard]] QStringList exactNumbers(int k) const;
    [[nodiscard]] QString kind(int k) const;
    [[nodiscard]] QString readingAt(int k, const QPointF& position) const;
    [[nodiscard]] QString toolTip(int k, const QPointF& position) const;
    /// Why there are no cards.
    [[nodiscard]] QString emptyText() const;

    // Painting.
    void paint(QPainter& painter) const;
    void paintCard(QPainter& painter, int k) const;
    void paintLarge(QPainter& painter) const;
    void paintPicture(QPainter& painter, int k, const QRect& at) const;
    void paintArrows(QPainter& painter) const;
    void paintHint(QPainter& painter) const;
};

}  // namespace fovea
