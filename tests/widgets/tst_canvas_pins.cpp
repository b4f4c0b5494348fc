// The places of a canvas which are asked about, without a canvas.

#include "widgets/canvas_pins.h"

#include <QLineF>
#include <QTest>

using namespace fovea;

namespace {

bool isNear(QPointF a, QPointF b) { return QLineF(a, b).length() < 1e-9; }

// Of the whole picture of 100 × 80 pixels.
ScalarField fieldOf(int columns, int rows) {
    ScalarField field;
    field.width = columns;
    field.height = rows;
    field.values.assign(static_cast<std::size_t>(columns) * rows, 0.0F);
    field.geometry = {0.0, 0.0, 100.0 / columns, 80.0 / rows};
    return field;
}

}  // namespace

class TestCanvasPins : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theNearestPinIsTaken() {
        CanvasView view;
        view.picture = QSizeF(100, 80);
        view.resize(QSizeF(400, 300), 1.0);
        const CanvasPins pins{.pins = {{1, {0.5, 0.5}, true}, {2, {0.55, 0.5}, false}}};
        const auto at = [&](QPointF fraction) { return view.positionOf(view.atFraction(fraction)); };
        QCOMPARE(pins.under(at({0.5, 0.5}), view), 1);
        QCOMPARE(pins.under(at({0.54, 0.5}), view), 2);
        QCOMPARE(pins.under(at({0.5, 0.5}) - QPointF(11, 0), view), 1);
        QCOMPARE(pins.under(at({0.5, 0.5}) - QPointF(13, 0), view), 0);
    }

    void arrowKeysBeginAtTheActivePin() {
        const ScalarField field = fieldOf(10, 8);
        const QSizeF picture(100, 80);
        CanvasPins pins;
        QVERIFY(isNear(pins.stepped(1, 0, &field, picture), {0.65, 4.5 / 8}));  // from the middle
        pins.spot = QPointF(0.01, 0.01);
        QVERIFY(isNear(pins.stepped(1, 0, &field, picture), {0.15, 0.5 / 8}));
        pins.pins = {{1, {0.9, 0.9}, false}, {2, {0.23, 0.31}, true}};
        QVERIFY(isNear(pins.stepped(0, 1, &field, picture), {0.25, 3.5 / 8}));
        QVERIFY(isNear(pins.stepped(99, -99, &field, picture), {0.95, 0.5 / 8}));  // to the last cell
        QVERIFY(isNear(pins.stepped(-1, 1, nullptr, picture), {0.18, 0.36}));      // a twentieth where there are no cells
    }
};

QTEST_GUILESS_MAIN(TestCanvasPins)
#include "tst_canvas_pins.moc"
