#include <QAccessible>
#include <QLineF>
#include <QRegularExpression>
#include <QTest>

#include "tests/support/canvas_fixture.h"
#include "widgets/theme.h"

using namespace fovea;

class TestCanvas : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() {
        // All but what the offscreen platform itself prints.
        QTest::failOnWarning(QRegularExpression(QStringLiteral("^(?!This plugin does not support )")));
        applyTheme(*qApp, ThemeName::Dark);
    }

    void positionsAreInverse_data() {
        QTest::addColumn<QSize>("picture");
        QTest::newRow("wide") << QSize(451, 300);
        QTest::newRow("7x13") << QSize(7, 13);
        QTest::newRow("1x1") << QSize(1, 1);
        QTest::newRow("strip") << QSize(2000, 3);
    }

    void positionsAreInverse() {
        QFETCH(QSize, picture);
        CanvasFixture f;
        f.show(makeResult(makeFrame(picture.width(), picture.height()), 1, 1), {});
        f.wheel({120, 90}, 360);
        for (const QPointF at : {QPointF(0, 0), QPointF(picture.width(), picture.height()), QPointF(-3.5, 8.25)}) {
            const QPointF back = f.canvas.view().pictureAt(f.canvas.view().positionOf(at));
            QVERIFY(QLineF(at, back).length() < 1e-6);
        }
        QVERIFY(f.canvas.view().zoom > 0.0);
        QVERIFY(f.canvas.rendered().pixels);
        QVERIFY(!f.canvas.rendered().error);
    }

    void fitKeepsMarginsAndRoomForTheScale() {
        CanvasFixture f({400, 300});
        f.show(makeResult(makeFrame(800, 200), 4, 1), {});
        const auto left = [&] { return f.canvas.view().positionOf({0, 0}).x(); };
        const auto right = [&] { return f.canvas.view().positionOf({800, 200}).x(); };
        QVERIFY(left() >= 15.0);
        QVERIFY(std::abs(left() - (400.0 - right())) <= 1.0);
        f.canvas.setRightMargin(100);
        QVERIFY(right() <= 300.5);
        QVERIFY(right() >= 295.0);
        // A narrow picture which does not reach the scale stays in the middle.
        f.show(makeResult(makeFrame(50, 200), 1, 4), {});
        QVERIFY(std::abs(left() - (400.0 - f.canvas.view().positionOf({50, 0}).x())) <= 1.0);
    }

    void oneRequestATurnWithTheRightViewport() {
        CanvasFixture f({400, 300});
        const auto result = makeResult(makeFrame(100, 80), 5, 4);
        f.show(result, {});
        f.requests.clear();
        f.canvas.zoomBy(2.0);
        f.canvas.zoomBy(1.1);
        f.canvas.setStyle(opaqueCells());
        QVERIFY(f.requests.empty());
        f.settle();
        QCOMPARE(f.requests.size(), 1U);
        const OverlayRequest& request = f.requests.front();
        const double ratio = f.canvas.devicePixelRatioF();
        QCOMPARE(request.viewport.width, qRound(400 * ratio));
        QCOMPARE(request.viewport.height, qRound(300 * ratio));
        QCOMPARE(request.viewport.zoom, f.canvas.view().zoom);
        QCOMPARE(QPointF(request.viewport.originX, request.viewport.originY), f.canvas.view().pictureAt({0, 0}));
        QCOMPARE(request.result, result);
        QCOMPARE(request.field, std::optional(fakeField()));
        QCOMPARE(request.style, opaqueCells());
        QCOMPARE(request.background, theme().canvas.rgb());
        f.canvas.update();
        f.settle();
        QCOMPARE(f.requests.size(), 1U);
        applyTheme(*qApp, ThemeName::Light);
        f.settle();
        QCOMPARE(f.requests.back().background, theme(ThemeName::Light).canvas.rgb());
        QCOMPARE(f.requests.size(), 2U);
    }

    void hiddenCanvasAsksForNothing() {
        CanvasFixture f;
        f.show(makeResult(makeFrame(20, 20), 2, 2), {});
        f.canvas.hide();
        f.requests.clear();
        f.canvas.zoomBy(2.0);
        f.settle();
        QVERIFY(f.requests.empty());
        f.canvas.show();
        QTRY_COMPARE(f.requests.size(), 1U);
    }

    void paintsExactlyThePixelsWhichCame() {
        CanvasFixture f;
        f.show(makeResult(makeFrame(60, 40), 12, 8), {});
        f.canvas.clearFocus();
        const QImage grabbed = f.grab();
        const auto pixels = f.canvas.rendered().pixels;
        QCOMPARE(grabbed.size(), QSize(pixels->cols, pixels->rows));
        int wrong = 0;
        for (int y = 0; y < grabbed.height(); ++y) {
            for (int x = 0; x < grabbed.width(); ++x) {
                const auto p = pixels->at<cv::Vec4b>(y, x);
                wrong += grabbed.pixel(x, y) != qRgb(p[2], p[1], p[0]) ? 1 : 0;
            }
        }
        QCOMPARE(wrong, 0);
    }

    void actualSizeShowsThePicturesOwnPixels() {
        CanvasFixture f;
        const Frame frame = makeFrame(90, 70);
        f.canvas.setResult(makeResult(frame, 3, 3));
        f.canvas.actualSize();
        QCOMPARE(f.canvas.view().zoom, 1.0);
        const QImage grabbed = f.grab();
        for (const QPoint at : {QPoint(0, 0), QPoint(89, 69), QPoint(31, 17)}) {
            const auto bgr = frame.pixels->at<cv::Vec3b>(at.y(), at.x());
            QCOMPARE(grabbed.pixel(f.deviceAt(QPointF(at) + QPointF(0.5, 0.5))), qRgb(bgr[2], bgr[1], bgr[0]));
        }
    }

    void aColourReadsBackToItsValue() {
        CanvasFixture f;
        f.show(makeResult(makeFrame(70, 39), 7, 13), opaqueCells());
        const QImage grabbed = f.grab();
        const auto field = f.canvas.rendered().field;
        QVERIFY(field);
        const ColorTable& table = effectiveColormap(*field, opaqueCells()).table;
        const ValueRange range = effectiveRange(*field, opaqueCells());
        for (int i = 0; i < 13; ++i) {
            for (int j = 0; j < 7; ++j) {
                const QRgb colour = grabbed.pixel(f.deviceAt({(j + 0.5) * 10.0, (i + 0.5) * 3.0}));
                const int index = indexOfColor(table, colour);
                QVERIFY(index >= 0);
                const float value = field->values[static_cast<std::size_t>(i * 7 + j)];
                QVERIFY(std::abs(indexValue(index, range) - value) <= (range.hi - range.lo) / 255.0F);
            }
        }
    }

    void outdatedPixelsAreDropped() {
        CanvasFixture f;
        const auto first = makeResult(makeFrame(40, 30), 4, 3, 1);
        f.show(first, {});
        const RenderedOverlay old = f.canvas.rendered();
        QVERIFY(old.pixels);
        f.canvas.disconnect(SIGNAL(renderRequested(fovea::OverlayRequest)));
        f.canvas.setResult(makeResult(makeFrame(40, 30), 4, 3, 1));
        QVERIFY(!f.canvas.rendered().pixels);
        f.canvas.setRendered(old);
        QVERIFY(!f.canvas.rendered().pixels);
        f.canvas.setResult(first);
        f.canvas.setRendered(old);
        QCOMPARE(f.canvas.rendered().pixels, old.pixels);
        // Another map under this map's chip, and parameters which have changed since.
        RenderedOverlay other = old;
        other.pixels = std::make_shared<const cv::Mat>(old.pixels->clone());
        other.request.field->map = "other";
        f.canvas.setRendered(other);
        QCOMPARE(f.canvas.rendered().pixels, old.pixels);
        auto newer = std::make_shared<FrameResult>(*first);
        newer->epoch = 2;
        f.canvas.setResult(newer);
        QCOMPARE(f.canvas.rendered().pixels, old.pixels);
        other = old;
        other.pixels = std::make_shared<const cv::Mat>(old.pixels->clone());
        f.canvas.setRendered(other);
        QCOMPARE(f.canvas.rendered().pixels, old.pixels);
    }

    void lastPixelsMoveWithTheViewUntilNewOnesCome() {
        CanvasFixture f;
        f.show(makeResult(makeFrame(40, 30), 8, 6), opaqueCells());
        f.canvas.disconnect(SIGNAL(renderRequested(fovea::OverlayRequest)));
        const QRgb colour = f.grab().pixel(f.deviceAt({2.5, 2.5}));
        f.canvas.zoomBy(0.5);
        QCOMPARE(f.grab().pixel(f.deviceAt({2.5, 2.5})), colour);
        QCOMPARE(f.grab().pixel(f.deviceAt({-5, -5})), theme().canvas.rgb());
    }

    void anotherMapFadesInOnlyWithMotion() {
        CanvasFixture f;
        const auto result = makeResult(makeFrame(100, 80), 10, 8);
        f.show(result, opaqueCells());
        f.canvas.setField(std::nullopt);
        const QImage alone = f.grab();
        f.canvas.setField(fakeField());
        const QImage overlaid = f.grab();
        QVERIFY(differences(alone, overlaid, alone.rect()) > 1000);
        const RenderedOverlay awaited = f.canvas.rendered();
        f.canvas.setField(std::nullopt);
        QCOMPARE(f.grab(), alone);
        f.canvas.disconnect(SIGNAL(renderRequested(fovea::OverlayRequest)));
        Canvas::setMotion(true);
        f.canvas.setField(fakeField());
        f.canvas.setRendered(awaited);
        Canvas::setMotion(false);
        QVERIFY(f.canvas.rendered().field);
        QCOMPARE(f.canvas.grab().toImage().convertToFormat(QImage::Format_RGB32), alone);
        QTRY_COMPARE(f.grab(), overlaid);
    }

    // Nobody can read numbers which change thirty times a second.
    void valuesAreNotWrittenWhilePicturesFollowEachOther() {
        CanvasFixture f({400, 320});
        f.show(makeResult(makeFrame(80, 64), 2, 2), opaqueCells());
        const QImage standing = f.grab();
        f.canvas.setMoving(true);
        const QImage moving = f.grab();
        QVERIFY(differences(standing, moving, standing.rect()) > 20);
        const auto& pixels = *f.canvas.rendered().pixels;
        const QPoint middle = f.deviceAt({20.0, 16.0});  // of a cell: where its number stood
        QCOMPARE(QColor(moving.pixel(middle)).rgb(),
                 QColor(qRgb(pixels.at<cv::Vec4b>(middle.y(), middle.x())[2], pixels.at<cv::Vec4b>(middle.y(), middle.x())[1],
                             pixels.at<cv::Vec4b>(middle.y(), middle.x())[0]))
                     .rgb());
        f.canvas.setMoving(false);
        QCOMPARE(differences(standing, f.grab(), standing.rect()), 0);
    }

    void valuesAreWrittenIntoLargeCellsOnly() {
        CanvasFixture f;
        f.show(makeResult(makeFrame(80, 64), 10, 8), opaqueCells());
        const double ratio = f.canvas.devicePixelRatioF();
        const auto inside = [&](QImage& grabbed) {
            const QPoint centre = f.deviceAt({36, 28});
            const QRect cell(centre - QPoint(20, 20), QSize(41, 41));
            QImage flat = grabbed;
            flat.fill(grabbed.pixel(f.deviceAt({33, 25})));
            return differences(grabbed, flat, cell);
        };
        f.canvas.zoomBy(48.0 * ratio / 8.0 / f.canvas.view().zoom);
        QImage small = f.grab();
        QCOMPARE(inside(small), 0);
        f.canvas.zoomBy(50.0 / 48.0);
        QImage large = f.grab();
        QVERIFY(inside(large) > 20);
        f.canvas.setPeek(true);
        QImage peeked = f.grab();
        QCOMPARE(peeked.pixel(f.deviceAt({36.5, 28.5})), qRgb((53 * 36) % 256, (91 * 28) % 256, (37 * 36 + 11 * 28) % 256));
    }

    void valuesAreBlackOnLightAndWhiteOnDark() {
        CanvasFixture f({500, 300});
        OverlayStyle grey = opaqueCells();
        grey.colormap = "grey";
        f.show(makeResult(makeFrame(2, 1), 2, 1), grey);
        const QImage grabbed = f.grab();
        const QRect light(f.deviceAt({0.2, 0.2}), f.deviceAt({0.8, 0.8}));
        const QRect dark(f.deviceAt({1.2, 0.2}), f.deviceAt({1.8, 0.8}));
        QVERIFY(countOf(grabbed.copy(light), Qt::black, 90) > 5);
        QVERIFY(countOf(grabbed.copy(dark), Qt::white, 90) > 5);
    }

    void chipPinAndPlaceholderArePainted() {
        CanvasFixture f;
        const QImage empty = f.grab();
        f.canvas.setPlaceholder(QStringLiteral("Open a picture."));
        QVERIFY(differences(empty, f.grab(), empty.rect()) > 50);
        f.show(makeResult(makeFrame(100, 80), 10, 8), opaqueCells());
        QImage before = f.grab();
        f.canvas.setChip(QStringLiteral("CBAM · spatial gate"), Domain::ChannelSpatial, false);
        const QImage soft = f.grab();
        QVERIFY(countOf(soft, theme().channelSpatial) > 20);
        QCOMPARE(soft.pixel(390, 20), before.pixel(390, 20));
        f.canvas.setChip(QStringLiteral("CBAM · spatial gate"), Domain::ChannelSpatial, true);
        QVERIFY(differences(soft, f.grab(), QRect(10, 10, 200, 32)) > 20);
        before = f.grab();
        f.canvas.setPins({{1, QPointF(0.7, 0.6), true}});
        const QPoint at = f.deviceAt({70, 48});
        const QImage pinned = f.grab();
        QVERIFY(differences(before, pinned, QRect(at - QPoint(11, 11), QSize(23, 23))) > 200);
        f.canvas.setPins({});
        QCOMPARE(f.grab(), before);
    }

    void anErrorStandsUnderThePicture() {
        CanvasFixture f;
        f.canvas.setResult(makeResult(makeFrame(100, 80), 10, 8));
        FieldSpec missing = fakeField();
        missing.job.source = "absent";
        f.canvas.setField(missing);
        const QImage grabbed = f.grab();
        QVERIFY(f.canvas.rendered().error);
        QVERIFY(countOf(grabbed, theme().errorSurface) > 200);
        QVERIFY(f.canvas.textSummary().contains(QStringLiteral("absent")));
        QCOMPARE(grabbed.pixel(f.deviceAt({50.5, 40.5})), qRgb((53 * 50) % 256, (91 * 40) % 256, (37 * 50 + 11 * 40) % 256));
    }

    void screenReadersGetTheSummary() {
        CanvasFixture f;
        f.show(makeResult(makeFrame(100, 80), 10, 8), {});
        QAccessibleInterface* view = QAccessible::queryAccessibleInterface(&f.canvas);
        QVERIFY(view != nullptr);
        QCOMPARE(view->role(), QAccessible::Graphic);
        QVERIFY(!view->text(QAccessible::Name).isEmpty());
        const QString text = view->text(QAccessible::Description);
        QCOMPARE(text, f.canvas.textSummary());
        QVERIFY2(text.contains(QStringLiteral("Fake")) && text.contains(QStringLiteral("upper left")), qPrintable(text));
        QVERIFY2(text.contains(QStringLiteral("% of the area")) && text.contains(QStringLiteral("values 0 to 1")),
                 qPrintable(text));
    }

    void oddPicturesArePainted_data() {
        QTest::addColumn<QSize>("picture");
        QTest::addColumn<QSize>("grid");
        QTest::newRow("1x1") << QSize(1, 1) << QSize(1, 1);
        QTest::newRow("7x13") << QSize(7, 13) << QSize(3, 2);
        QTest::newRow("one row") << QSize(64, 48) << QSize(9, 1);
        QTest::newRow("one column") << QSize(3, 500) << QSize(1, 77);
    }

    void oddPicturesArePainted() {
        QFETCH(QSize, picture);
        QFETCH(QSize, grid);
        CanvasFixture f;
        f.show(makeResult(makeFrame(picture.width(), picture.height()), grid.width(), grid.height()), opaqueCells());
        const auto field = f.canvas.rendered().field;
        QVERIFY(field);
        QCOMPARE(QSize(field->width, field->height), grid);
        const QImage grabbed = f.grab();
        // Near the picture's last corner, away from the number in the middle of the cell.
        const double inset = 0.6 / f.canvas.view().zoom;
        const QPointF last(picture.width() - std::max(inset, 0.02 * picture.width() / grid.width()),
                           picture.height() - std::max(inset, 0.02 * picture.height() / grid.height()));
        const int index = indexOfColor(effectiveColormap(*field, opaqueCells()).table, grabbed.pixel(f.deviceAt(last)));
        QCOMPARE(index, 0);
        QTest::keyClick(&f.canvas, Qt::Key_Left, Qt::ShiftModifier);
        QTest::keyClick(&f.canvas, Qt::Key_Down, Qt::ShiftModifier);
        QVERIFY(!f.grab().isNull());
    }
};

QTEST_MAIN(TestCanvas)
#include "tst_canvas.moc"
