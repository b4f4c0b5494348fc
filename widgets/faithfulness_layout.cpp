#include "widgets/faithfulness_layout.h"

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

constexpr int kBodyTop = FaithfulnessLayout::kMargin + FaithfulnessLayout::kButton + 9;  // below it the thin bar of progress
constexpr int kGap = 16;
constexpr int kWideEnough = 240;  // of a chart, for a legend beside its curves

}  // namespace

QRect FaithfulnessLayout::progress() const { return {kMargin, kBodyTop - kProgress - 2, view.width() - 2 * kMargin, kProgress}; }

QRect FaithfulnessLayout::body() const { return view.adjusted(kMargin, kBodyTop, -kMargin, -4); }

QRect FaithfulnessLayout::chart(bool shown) const {
    QRect box = body();
    if (rows > 0) {
        box.setRight(list().left() - 1 - kGap);
    }
    const int width = (box.width() - kGap) / 2;
    return {shown ? box.left() + width + kGap : box.left(), box.top(), width, box.height()};
}

bool FaithfulnessLayout::isLegendBeside() const { return chart(false).width() >= kWideEnough; }

QRect FaithfulnessLayout::plot(bool shown) const {
    const QRect box = chart(shown);
    const int above = kTitle + (isLegendBeside() ? 4 : orders * kLegendLine + 4);
    const int right = isLegendBeside() ? kLegendWidth + 8 : 4;
    return {box.left() + kAxisLeft, box.top() + above, std::max(1, box.width() - kAxisLeft - right),
            std::max(1, box.height() - above - kAxisBelow)};
}

QPointF FaithfulnessLayout::curvePoint(bool shown, const FaithfulnessCurve& curve, int k) const {
    const QRect box = plot(shown);
    const auto at = static_cast<std::size_t>(k);
    return {box.left() + curve.shares[at] * box.width(),
            box.bottom() + 1 - std::clamp(curve.probabilities[at], 0.0, 1.0) * box.height()};
}

int FaithfulnessLayout::pointAt(bool shown, const FaithfulnessCurve& curve, double x) const {
    const QRect box = plot(shown);
    const double share = (x - box.left()) / box.width();
    const auto& shares = curve.shares;
    const auto nearest = std::min_element(shares.begin(), shares.end(),
                                          [share](double a, double b) { return std::abs(a - share) < std::abs(b - share); });
    return nearest == shares.end() ? -1 : static_cast<int>(nearest - shares.begin());
}

QRect FaithfulnessLayout::list() const {
    if (rows == 0) {
        return {};
    }
    const QRect box = body();
    const int width = orders > 0 ? std::clamp(box.width() * 32 / 100, 136, 280) : box.width();
    return {box.right() + 1 - width, box.top(), width, box.height()};
}

int FaithfulnessLayout::visibleRows() const { return std::max(1, (list().height() - kTitle) / kRow); }

QRect FaithfulnessLayout::row(int k) const {
    const QRect box = list();
    const int place = k - first;
    if (k < 0 || k >= rows || place < 0 || place >= visibleRows()) {
        return {};
    }
    return {box.left(), box.top() + kTitle + place * kRow, box.width(), kRow};
}

int FaithfulnessLayout::rowAt(const QPoint& position) const {
    for (int k = first; k < std::min(rows, first + visibleRows()); ++k) {
        if (row(k).contains(position)) {
            return k;
        }
    }
    return -1;
}

FaithfulnessLayout::Columns FaithfulnessLayout::columns() const {
    const QRect box = list().adjusted(3, 0, -kHintWidth - 3, 0);
    // Names are whole where the bars still have room.
    const int room = box.width() - widestValue - 12;
    const int nameWidth = std::max(0, std::min(widestName, std::max(room - 100, room * 62 / 100)));
    const int left = box.left() + nameWidth + 6;
    return {QRect(box.left(), 0, nameWidth, kRow), QRect(left, 0, std::max(1, box.right() + 1 - widestValue - 6 - left), kRow),
            QRect(box.right() + 1 - widestValue, 0, widestValue, kRow)};
}

QRectF FaithfulnessLayout::bar(int k, double share) const {
    const QRect at = columns().bar;
    const double zero = at.left() + at.width() / 2.0;
    const double end = zero + share * at.width() / 2.0;
    return {std::min(zero, end), row(k).top() + 3.0, std::abs(end - zero), kRow - 6.0};
}

int FaithfulnessLayout::firstShowing(int k) const {
    const int visible = visibleRows();
    const int near = std::clamp(first, k - visible + 1, std::max(k, 0));
    return std::clamp(near, 0, std::max(0, rows - visible));
}

}  // namespace fovea
