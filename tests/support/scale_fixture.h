#pragma once

#include <QMouseEvent>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "tests/support/view_test.h"
#include "widgets/colour_scale.h"

namespace fovea::test {

inline constexpr int kBarColumn = 37;  // its middle, right of the histogram

inline std::shared_ptr<ScalarField> makeField(std::vector<float> values) {
    auto field = std::make_shared<ScalarField>();
    field->height = 1;
    field->width = static_cast<int>(values.size());
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    field->min = field->scaleMin = *low;
    field->max = field->scaleMax = *high;
    field->values = std::move(values);
    return field;
}

/// A scale on its own, shown at the size it wants.
struct ScaleFixture {
    ColourScale scale;

    ScaleFixture() {
        scale.resize(scale.sizeHint());
        scale.show();
        [[maybe_unused]] const bool exposed = QTest::qWaitForWindowExposed(&scale);
    }
    QImage grab() {
        QCoreApplication::processEvents();
        return scale.grab().toImage().convertToFormat(QImage::Format_RGB32);
    }
    template <class T>
    T* part(const char* name) {
        return scale.findChild<T*>(QLatin1String(name));
    }
    // The rows of the bar.
    std::pair<int, int> barRows(const ColorTable& table = findColormap("inferno")->table) {
        const QImage image = grab();
        int first = -1;
        int last = -1;
        for (int y = 0; y < image.height(); ++y) {
            if (indexOfColor(table, image.pixel(kBarColumn, y)) >= 0) {
                first = first < 0 ? y : first;
                last = y;
            }
        }
        return {first, last};
    }
    QPoint upperHandle() { return {kBarColumn, barRows().first - 4}; }
    QPoint lowerHandle() { return {kBarColumn, barRows().second + 4}; }
    /// The mouse moves here without a button.
    void hover(QPoint place) {
        QMouseEvent move(QEvent::MouseMove, place, scale.mapToGlobal(place), Qt::NoButton, Qt::NoButton, Qt::NoModifier);
        QApplication::sendEvent(&scale, &move);
    }
    void drag(QPoint from, int rows) {
        QTest::mousePress(&scale, Qt::LeftButton, {}, from);
        QTest::mouseMove(&scale, from + QPoint(0, rows / 2));
        QTest::mouseMove(&scale, from + QPoint(0, rows));
        QTest::mouseRelease(&scale, Qt::LeftButton, {}, from + QPoint(0, rows));
    }
    // The colours down the middle of the bar which are entries of the table, top first.
    std::vector<int> barIndices(const ColorTable& table) {
        const QImage image = grab();
        std::vector<int> indices;
        const int x = qRound(kBarColumn * scale.devicePixelRatioF());
        for (int y = 0; y < image.height(); ++y) {
            const int index = indexOfColor(table, image.pixel(x, y));
            if (index >= 0) {
                indices.push_back(index);
            }
        }
        return indices;
    }
};

inline std::shared_ptr<const FieldStatistics> statisticsOf(const ScalarField& field) {
    return std::make_shared<const FieldStatistics>(fieldStatistics(field));
}

inline OverlayStyle typedStyle(float lo, float hi) {
    OverlayStyle style;
    style.autoRange = false;
    style.range = {lo, hi};
    return style;
}

inline bool near(float a, double b, double slack = 1e-4) { return std::abs(static_cast<double>(a) - b) <= slack; }

inline int differences(const QImage& a, const QImage& b) {
    int count = 0;
    for (int y = 0; y < a.height(); ++y) {
        for (int x = 0; x < a.width(); ++x) {
            count += a.pixel(x, y) != b.pixel(x, y) ? 1 : 0;
        }
    }
    return count;
}

}  // namespace fovea::test
