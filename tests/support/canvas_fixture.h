#pragma once

#include <QCoreApplication>
#include <QImage>
#include <QTest>
#include <QWheelEvent>

#include <opencv2/core.hpp>

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "engine/render/render.h"
#include "tests/support/made_result.h"
#include "widgets/canvas.h"

namespace fovea {

inline const ModuleInfo& fakeModule() {
    static const ModuleInfo kInfo = [] {
        ModuleInfo info;
        info.id = "fake";
        info.title = "Fake";
        return info;
    }();
    return kInfo;
}

// A picture without equal neighbours, so that a shift by one pixel shows.
inline Frame makeFrame(int width, int height, std::uint64_t index = 0) {
    cv::Mat pixels(height, width, CV_8UC3);
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            pixels.at<cv::Vec3b>(y, x) =
                cv::Vec3b(static_cast<uchar>(37 * x + 11 * y), static_cast<uchar>(91 * y), static_cast<uchar>(53 * x));
        }
    }
    Frame frame;
    frame.pixels = std::make_shared<const cv::Mat>(pixels);
    frame.width = width;
    frame.height = height;
    frame.index = index;
    return frame;
}

// One spatial map "spatial" of cells as large as stated; values rise from 0 in the last cell to 1 in the first.
inline std::shared_ptr<const FrameResult> makeResult(const Frame& frame, int columns, int rows, std::uint64_t epoch = 1) {
    AttentionMap map;
    map.name = "spatial";
    map.title = "Spatial gate";
    map.kind = SpatialMap{rows, columns};
    map.data = Tensor(Shape{rows, columns});
    const auto count = map.data.size();
    for (std::size_t n = 0; n < count; ++n) {
        map.data.values[n] = count == 1 ? 0.5F : static_cast<float>(count - 1 - n) / static_cast<float>(count - 1);
    }
    AttentionOutput output;
    output.maps.push_back(std::move(map));
    auto module = test::jobOf(fakeModule());
    module->output = std::move(output);
    auto features = std::make_shared<Features>();
    features->map = FeatureMap(1, rows, columns);
    features->geometry = {0.0, 0.0, static_cast<double>(frame.width) / columns, static_cast<double>(frame.height) / rows};
    auto result = std::make_shared<FrameResult>(test::madeResult({}, nullptr));
    result->epoch = epoch;
    result->frame = frame;
    result->models.front().features = features;
    test::addJob(*result, module);
    return result;
}

inline FieldSpec fakeField() {
    FieldSpec spec;
    spec.job.source = "fake";
    spec.map = "spatial";
    return spec;
}

inline OverlayStyle opaqueCells() {
    OverlayStyle style;
    style.opacity = 1.0;
    style.smooth = false;
    return style;
}

// A canvas whose requests are answered at once, as the render thread would.
struct CanvasFixture {
    Canvas canvas;
    std::vector<OverlayRequest> requests;
    bool answering = true;  ///< false: requests are only kept, as while the render thread is busy

    explicit CanvasFixture(QSize size = {400, 300}) {
        QObject::connect(&canvas, &Canvas::renderRequested, &canvas, [this](const OverlayRequest& request) {
            requests.push_back(request);
            if (answering) {
                answer(request);
            }
        });
        canvas.resize(size);
        canvas.show();
        [[maybe_unused]] const bool exposed = QTest::qWaitForWindowExposed(&canvas);
    }

    void show(std::shared_ptr<const FrameResult> result, const OverlayStyle& style) {
        canvas.setResult(std::move(result));
        canvas.setField(fakeField());
        canvas.setStyle(style);
        settle();
    }
    void answer(const OverlayRequest& request) { canvas.setRendered(render(request)); }
    static void settle() { QCoreApplication::processEvents(); }

    QImage grab() {
        settle();
        return canvas.grab().toImage().convertToFormat(QImage::Format_RGB32);
    }
    void wheel(QPointF position, int angle, QPoint pixels = {}) {
        QWheelEvent event(position, canvas.mapToGlobal(position), pixels, QPoint(0, angle), Qt::NoButton, Qt::NoModifier,
                          Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(&canvas, &event);
    }
    // Device pixel of a picture position.
    QPoint deviceAt(QPointF picture) const {
        const QPointF at = canvas.view().positionOf(picture) * canvas.devicePixelRatioF();
        return {static_cast<int>(std::floor(at.x())), static_cast<int>(std::floor(at.y()))};
    }
};

inline int differences(const QImage& a, const QImage& b, QRect where) {
    int count = 0;
    for (int y = where.top(); y <= where.bottom(); ++y) {
        for (int x = where.left(); x <= where.right(); ++x) {
            count += a.pixel(x, y) != b.pixel(x, y) ? 1 : 0;
        }
    }
    return count;
}

// Pixels within `tolerance` of a colour in each channel.
inline int countOf(const QImage& image, const QColor& colour, int tolerance = 0) {
    int count = 0;
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x) {
            const QColor pixel = image.pixelColor(x, y);
            const int worst = std::max({std::abs(pixel.red() - colour.red()), std::abs(pixel.green() - colour.green()),
                                        std::abs(pixel.blue() - colour.blue())});
            count += worst <= tolerance ? 1 : 0;
        }
    }
    return count;
}

}  // namespace fovea
