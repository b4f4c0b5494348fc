// Where a picture lies in a canvas, without a canvas.

#include "widgets/canvas_view.h"

#include <QLineF>
#include <QTest>

#include <cmath>

using namespace fovea;

namespace {

CanvasView viewOf(QSizeF picture, QSizeF size, double ratio = 1.0) {
    CanvasView view;
    view.picture = picture;
    view.resize(size, ratio);
    return view;
}

bool isNear(QPointF a, QPointF b) { return QLineF(a, b).length() < 1e-9; }

}  // namespace

class TestCanvasView : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void viewportIsInDevicePixels() {
        CanvasView view;
        view.picture = QSizeF(100, 50);
        view.resize(QSizeF(300, 200), 2.0);
        const Viewport viewport = view.viewport();
        QCOMPARE(viewport.width, 600);
        QCOMPARE(viewport.height, 400);
        QCOMPARE(view.zoom, view.fitZoom());
        QCOMPARE(view.scale(), view.zoom / 2.0);
        view.zoomTo({10, 20}, 1.0);
        const QSizeF shown = view.pictureRect().size();
        QCOMPARE(shown, QSizeF(50, 25));
        view.resize(QSizeF(300, 200), 1.0);
        QCOMPARE(view.pictureRect().size(), shown);
    }

    void withoutAPictureNothingHappens() {
        CanvasView view = viewOf({}, {300, 200});
        QVERIFY(!view.valid());
        view.zoomTo({10, 10}, 5.0);
        view.panBy({30, 0});
        view.setPlace({.fitted = false, .zoom = 3.0, .centre = {4, 4}});
        QCOMPARE(view.zoom, 1.0);
        QCOMPARE(view.origin, QPointF());
        QVERIFY(view.fitted);
        QVERIFY(!view.contains({0, 0}));
    }

    void fitShowsTheWholePictureClearOfTheMargin() {
        CanvasView view = viewOf({800, 200}, {400, 300});
        const QRectF centred = view.pictureRect();
        QVERIFY(QRectF(0, 0, 400, 300).contains(centred));
        QVERIFY(std::abs(centred.center().x() - 200.0) <= 1.0);
        view.rightMargin = 100.0;
        view.fit();
        QVERIFY(view.pictureRect().right() <= 300.5);
        view.zoomTo({200, 150}, 3.0);
        QVERIFY(!view.fitted);
        view.fit();
        QCOMPARE(view.zoom, view.fitZoom());
    }

    void positionsAndFractionsAreInverse() {
        CanvasView view = viewOf({451, 300}, {400, 300}, 1.5);
        view.zoomTo({120, 90}, 2.7);
        for (const QPointF at : {QPointF(0, 0), QPointF(451, 300), QPointF(12.5, 290.25)}) {
            QVERIFY(isNear(view.pictureAt(view.positionOf(at)), at));
            QVERIFY(isNear(view.atFraction(view.fractionAt(view.positionOf(at))), at));
        }
        QCOMPARE(view.fractionAt(view.positionOf({-30, 900})), QPointF(0.0, 1.0));  // beside it: the nearest
    }

    void whatIsOnThePictureEndsBeforeItsFarEdges() {
        const CanvasView view = viewOf({7, 13}, {300, 200});
        QVERIFY(view.contains({0, 0}) && view.contains({6.999, 12.999}));
        QVERIFY(!view.contains({7, 5}) && !view.contains({5, 13}) && !view.contains({-0.001, 5}));
    }

    void zoomHoldsThePointAndHasLimits() {
        CanvasView view = viewOf({451, 300}, {400, 300}, 2.0);
        const QPointF held = view.pictureAt({137, 201});
        view.zoomTo({137, 201}, 3.0);
        QVERIFY(isNear(view.pictureAt({137, 201}), held));
        view.zoomTo({137, 201}, 1e9);
        QCOMPARE(view.zoom, view.maximumZoom());
        view.zoomTo({137, 201}, 0.0);
        QCOMPARE(view.zoom, view.minimumZoom());
    }

    void someOfThePictureStaysInView() {
        CanvasView view = viewOf({100, 80}, {400, 300});
        view.zoomTo({200, 150}, 2.0);
        for (const QPointF by : {QPointF(5000, 0), QPointF(-5000, 0), QPointF(0, 5000), QPointF(0, -5000)}) {
            view.panBy(by);
            QVERIFY(view.pictureRect().intersects(QRectF(0, 0, 400, 300)));
        }
    }

    void anotherPictureKeepsWidthAndMiddle() {
        CanvasView view = viewOf({200, 160}, {400, 300});
        view.zoomTo({200, 150}, 4.0);
        const double width = view.pictureRect().width();
        const QPointF middle = view.fractionAt(view.middle());
        view.setPicture({100, 80});
        QCOMPARE(view.pictureRect().width(), width);
        QVERIFY(isNear(view.fractionAt(view.middle()), middle));
        view.fit();
        view.setPicture({50, 90});
        QCOMPARE(view.zoom, view.fitZoom());
    }

    void aPlaceIsTheSameInViewsOfAnySize() {
        CanvasView one = viewOf({451, 300}, {400, 300});
        CanvasView other = viewOf({451, 300}, {250, 260});
        one.zoomTo({300, 60}, 2.5);
        other.setPlace(one.place());
        QCOMPARE(other.zoom, one.zoom);
        QVERIFY(isNear(other.pictureAt(other.middle()), one.pictureAt(one.middle())));
        one.fit();
        other.setPlace(one.place());
        QVERIFY(other.fitted);
        QCOMPARE(other.zoom, other.fitZoom());
    }

    void snappingPutsPixelsOnPixels() {
        CanvasView view = viewOf({90, 70}, {401, 301}, 1.5);
        view.zoomTo({200, 150}, 1.0);
        view.snap();
        const QPointF corner = view.positionOf({0, 0}) * view.ratio;
        QVERIFY(isNear(corner, QPointF(std::round(corner.x()), std::round(corner.y()))));
    }
};

QTEST_GUILESS_MAIN(TestCanvasView)
#include "tst_canvas_view.moc"
