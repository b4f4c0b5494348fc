#include <QLineF>
#include <QMouseEvent>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QTest>

#include "tests/support/canvas_fixture.h"
#include "widgets/theme.h"

using namespace fovea;

class TestCanvasInput : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() {
        // All but what the offscreen platform itself prints.
        QTest::failOnWarning(QRegularExpression(QStringLiteral("^(?!This plugin does not support )")));
        applyTheme(*qApp, ThemeName::Dark);
    }

    void wheelZoomsAboutTheCursor() {
        CanvasFixture f;
        f.show(makeResult(makeFrame(451, 300), 8, 8), {});
        QSignalSpy zoomed(&f.canvas, &Canvas::zoomChanged);
        const QPointF cursor(137, 201);
        const QPointF under = f.canvas.view().pictureAt(cursor);
        const double before = f.canvas.view().zoom;
        f.wheel(cursor, 120);
        QVERIFY(std::abs(f.canvas.view().zoom / before - 1.25) < 1e-9);
        QVERIFY(QLineF(f.canvas.view().pictureAt(cursor), under).length() < 1e-9);
        f.wheel(cursor, -240);
        QVERIFY(QLineF(f.canvas.view().pictureAt(cursor), under).length() < 1e-9);
        QCOMPARE(zoomed.count(), 2);
        const double coarse = f.canvas.view().zoom;
        f.wheel(cursor, 0, {0, 10});
        QVERIFY(f.canvas.view().zoom > coarse);
        QVERIFY(f.canvas.view().zoom < coarse * 1.25);
    }

    void zoomHasLimits() {
        CanvasFixture f;
        f.show(makeResult(makeFrame(451, 300), 8, 8), {});
        const double fitted = f.canvas.view().zoom;
        f.wheel({200, 150}, 120 * 100);
        QCOMPARE(f.canvas.view().zoom, 64.0 * f.canvas.devicePixelRatioF());
        f.wheel({200, 150}, -120 * 100);
        QVERIFY(std::abs(f.canvas.view().zoom - fitted / 4.0) < 1e-9);
        // From beside the picture as well it never leaves the view.
        f.canvas.fit();
        f.wheel({1, 1}, 120 * 100);
        QVERIFY(f.canvas.rect().adjusted(-1, -1, 1, 1).contains(f.canvas.view().positionOf({0, 0}).toPoint()));
    }

    void clickQueriesAndDragPans() {
        CanvasFixture f;
        f.show(makeResult(makeFrame(100, 80), 5, 4), {});
        QSignalSpy chosen(&f.canvas, &Canvas::queryChosen);
        const QPoint at = f.canvas.view().positionOf({25, 60}).toPoint();
        QTest::mousePress(&f.canvas, Qt::LeftButton, {}, at);
        QTest::mouseMove(&f.canvas, at + QPoint(2, 1));
        QTest::mouseRelease(&f.canvas, Qt::LeftButton, {}, at);
        QCOMPARE(chosen.count(), 1);
        const QPointF fraction = chosen.front().front().toPointF();
        QVERIFY(QLineF(fraction, QPointF(0.25, 0.75)).length() < 0.01);
        QTest::mouseClick(&f.canvas, Qt::LeftButton, {}, QPoint(3, 3));
        QTest::mouseClick(&f.canvas, Qt::MiddleButton, {}, at);
        QCOMPARE(chosen.count(), 1);
        for (const auto button : {Qt::LeftButton, Qt::MiddleButton}) {
            const QPointF before = f.canvas.view().positionOf({0, 0});
            QTest::mousePress(&f.canvas, button, {}, at);
            QMouseEvent move(QEvent::MouseMove, at + QPoint(30, 20), f.canvas.mapToGlobal(at + QPoint(30, 20)), Qt::NoButton,
                             button, {});
            QCoreApplication::sendEvent(&f.canvas, &move);
            QTest::mouseRelease(&f.canvas, button, {}, at + QPoint(30, 20));
            QVERIFY(QLineF(f.canvas.view().positionOf({0, 0}), before + QPointF(30, 20)).length() < 1e-6);
        }
        QCOMPARE(chosen.count(), 1);
    }

    void arrowKeysMoveTheQueryByOneCell() {
        CanvasFixture f;
        f.show(makeResult(makeFrame(100, 80), 10, 8), {});
        QSignalSpy chosen(&f.canvas, &Canvas::queryChosen);
        QObject::connect(&f.canvas, &Canvas::queryChosen, &f.canvas, [&](QPointF q) { f.canvas.setPins({{1, q, true}}); });
        f.canvas.setPins({{1, QPointF(0.23, 0.31), true}});
        const auto press = [&](Qt::Key key, Qt::KeyboardModifiers modifiers = {}) {
            QTest::keyClick(&f.canvas, key, modifiers);
            return chosen.back().front().toPointF();
        };
        const auto near = [](QPointF a, double x, double y) { return QLineF(a, QPointF(x, y)).length() < 1e-6; };
        QVERIFY(near(press(Qt::Key_Right), 0.35, 2.5 / 8));
        QVERIFY(near(press(Qt::Key_Down), 0.35, 3.5 / 8));
        QVERIFY(near(press(Qt::Key_Left), 0.25, 3.5 / 8));
        QVERIFY(near(press(Qt::Key_Up), 0.25, 2.5 / 8));
        QVERIFY(near(press(Qt::Key_Right, Qt::ShiftModifier), 0.75, 2.5 / 8));
        QVERIFY(near(press(Qt::Key_Right, Qt::ShiftModifier), 0.95, 2.5 / 8));
        QVERIFY(near(press(Qt::Key_Home), 0.5, 0.5));
        QCOMPARE(chosen.count(), 7);
    }

    void keysZoomAndTheViewFits() {
        CanvasFixture f;
        f.show(makeResult(makeFrame(100, 80), 10, 8), {});
        const double fitted = f.canvas.view().zoom;
        QTest::keyClick(&f.canvas, Qt::Key_Plus);
        QVERIFY(std::abs(f.canvas.view().zoom - 1.25 * fitted) < 1e-9);
        QTest::keyClick(&f.canvas, Qt::Key_Minus);
        QVERIFY(std::abs(f.canvas.view().zoom - fitted) < 1e-9);
        QTest::keyClick(&f.canvas, Qt::Key_Plus, Qt::ControlModifier);  // the window's own
        QVERIFY(std::abs(f.canvas.view().zoom - fitted) < 1e-9);
        f.canvas.actualSize();
        QCOMPARE(f.canvas.view().zoom, 1.0);
        f.canvas.resize(500, 400);
        QCOMPARE(f.canvas.view().zoom, 1.0);
        f.canvas.fit();
        QVERIFY(f.canvas.view().zoom > fitted);
        const double larger = f.canvas.view().zoom;
        f.canvas.actualSize();
        f.canvas.fit();
        QCOMPARE(f.canvas.view().zoom, larger);
        f.canvas.resize(300, 200);
        QVERIFY(f.canvas.view().zoom < larger);
    }

    void peekShowsThePictureAlone() {
        CanvasFixture f;
        f.show(makeResult(makeFrame(100, 80), 10, 8), opaqueCells());
        const QImage overlaid = f.grab();
        f.canvas.setPeek(true);
        const QImage alone = f.grab();
        QVERIFY(!f.canvas.rendered().field);
        QVERIFY(differences(overlaid, alone, alone.rect()) > 1000);
        f.canvas.setPeek(false);
        QVERIFY(f.canvas.rendered().field);
        QCOMPARE(f.grab(), overlaid);
    }

    void cursorTellsPixelCellAndValue() {
        CanvasFixture f;
        f.show(makeResult(makeFrame(100, 80), 10, 8), {});
        CursorInfo info;
        QObject::connect(&f.canvas, &Canvas::cursorMoved, &f.canvas, [&](const CursorInfo& i) { info = i; });
        QTest::mouseMove(&f.canvas, f.canvas.view().positionOf({25.5, 60.5}).toPoint());
        QTRY_VERIFY(info.inside);
        QCOMPARE(info.x, 25);
        QCOMPARE(info.y, 60);
        QCOMPARE(info.colour, qRgb((53 * 25) % 256, (91 * 60) % 256, (37 * 25 + 11 * 60) % 256));
        QVERIFY(info.hasValue);
        QCOMPARE(info.cell, (Cell{6, 2}));
        QCOMPARE(info.value, static_cast<float>(79 - 62) / 79.0F);
        QEvent leave(QEvent::Leave);
        QCoreApplication::sendEvent(&f.canvas, &leave);
        QVERIFY(!info.inside);
    }

    void focusIsVisible() {
        CanvasFixture f;
        f.show(makeResult(makeFrame(100, 80), 10, 8), {});
        f.canvas.clearFocus();
        const QImage without = f.grab();
        QCOMPARE(countOf(without, theme().focus), 0);
        f.canvas.activateWindow();
        f.canvas.setFocus(Qt::TabFocusReason);
        QTRY_VERIFY(f.canvas.hasFocus());
        QVERIFY(countOf(f.grab(), theme().focus) > 500);
    }
};

QTEST_MAIN(TestCanvasInput)
#include "tst_canvas_input.moc"
