// Comparing in the window: panes, the line of a split view, the difference and its numbers, pins, steps.

#include <QDropEvent>
#include <QLabel>
#include <QMimeData>

#include <cmath>

#include "app/language.h"
#include "engine/attention/registry.h"
#include "engine/render/comparison.h"
#include "tests/support/compare_window_fixture.h"
#include "widgets/comparison_table.h"
#include "widgets/engine_text.h"
#include "widgets/module_mime.h"
#include "widgets/step_strip.h"

using namespace fovea;
using namespace fovea::test;

class TestCompareWindow final : public QObject {
    Q_OBJECT

    CompareWindow m;

    Session& session() { return m.session(); }
    CanvasArea* area() { return m.area(); }
    static QPoint onCanvas(const Canvas* canvas, double x, double y) { return CompareWindow::place(canvas, x, y); }

private Q_SLOTS:
    void init() { m.open(); }
    void cleanup() { m.close(); }

    void oneKeyGoesToTwoPanesAndBack() {
        m.press(Qt::Key_C);
        QCOMPARE(m.window->workspaces().view(), kCompareView);
        QCOMPARE(session().panes().count(), 2);
        QTRY_VERIFY_WITH_TIMEOUT(m.settled(), 30000);
        QVERIFY(area()->canvas(0)->isVisible() && area()->canvas(1)->isVisible());
        QVERIFY(!area()->canvas(0)->geometry().intersects(area()->canvas(1)->geometry()));
        // One pass for both: the very same features.
        QCOMPARE(area()->canvas(0)->rendered().request.result->models.front().features,
                 area()->canvas(1)->rendered().request.result->models.front().features);
        m.press(Qt::Key_C);
        QCOMPARE(m.window->workspaces().view(), kOverlayView);
        QVERIFY(area()->canvas(1)->isVisible() && !area()->canvas(0)->isVisible());
    }

    void swappingExchangesMapsNotPlaces() {
        m.press(Qt::Key_C);
        QTRY_VERIFY_WITH_TIMEOUT(m.settled(), 30000);
        const auto first = session().panes()[0].module;
        const auto second = session().panes()[1].module;
        const cv::Mat* pixels = area()->canvas(0)->rendered().pixels.get();
        m.press(Qt::Key_X);
        QCOMPARE(session().panes()[0].module, second);
        QCOMPARE(session().panes()[1].module, first);
        QTRY_VERIFY_WITH_TIMEOUT(m.settled(), 30000);
        QVERIFY(area()->canvas(0)->rendered().pixels.get() != pixels);
        QCOMPARE(area()->canvas(0)->rendered().request.field->job.source, second->id);
    }

    void theSameMechanismWithOtherParameters() {
        session().paneControl().setModule(QStringLiteral("simam"));
        m.press(Qt::Key_D, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(session().panes().count(), 2);
        QCOMPARE(session().panes()[0].module, session().panes()[1].module);
        ParamSet params = session().choice().params;
        QVERIFY(params.setText(session().panes().current().module->params, "e_lambda", "0.05"));
        session().paneControl().setParams(params);
        QTRY_VERIFY_WITH_TIMEOUT(m.settled(), 30000);
        QVERIFY(session().shown().moduleResult(0)->source.params != session().shown().moduleResult(1)->source.params);
        const auto& a = area()->canvas(0)->rendered().field->values;
        const auto& b = area()->canvas(1)->rendered().field->values;
        QCOMPARE(a.size(), b.size());
        QVERIFY(a != b);
    }

    // A new pane begins as a copy of the active one, whatever was done in one that has gone.
    void aNewPaneKnowsNothingOfOneThatHasGone() {
        session().paneControl().setModule(QStringLiteral("simam"));
        m.press(Qt::Key_D, Qt::ControlModifier | Qt::ShiftModifier);
        session().paneControl().setModule(QStringLiteral("se"));
        session().paneControl().setIntervention({.channels = {0.0F}, .heads = {}});
        QTRY_VERIFY_WITH_TIMEOUT(m.settled(), 30000);
        m.press(Qt::Key_Backspace, Qt::ControlModifier);
        m.press(Qt::Key_D, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(session().panes().current().module->id, "simam");
        session().paneControl().setModule(QStringLiteral("se"));
        QVERIFY(session().choice().intervention.empty());
    }

    void panesAreLinkedUnlessAltIsHeld() {
        m.press(Qt::Key_C);
        QTRY_VERIFY_WITH_TIMEOUT(m.settled(), 30000);
        Canvas* a = area()->canvas(0);
        Canvas* b = area()->canvas(1);
        const QPointF at(137.5, 81.25);
        for (int notch = 0; notch < 5; ++notch) {
            QWheelEvent wheel(a->view().positionOf(at), a->mapToGlobal(a->view().positionOf(at)), {}, {0, 120}, Qt::NoButton,
                              Qt::NoModifier, Qt::NoScrollPhase, false);
            QCoreApplication::sendEvent(a, &wheel);
        }
        QCOMPARE(b->view().zoom, a->view().zoom);
        // The same place under the same point, within half a pixel of the picture.
        const QPointF middleOfA = a->view().pictureAt(QRectF(a->rect()).center());
        const QPointF middleOfB = b->view().pictureAt(QRectF(b->rect()).center());
        QVERIFY(std::hypot(middleOfA.x() - middleOfB.x(), middleOfA.y() - middleOfB.y()) < 0.5);
    }

    // Cells of different sizes: what is under the cursor is the same place of the picture on both.
    void theCursorIsOnThePanesWithinHalfAPixel() {
        session().paneControl().setModule(QStringLiteral("simam"));
        session().paneControl().add(findModule("strip_pooling"));
        m.window->workspaces().setView(kCompareView);
        QTRY_VERIFY_WITH_TIMEOUT(m.settled(), 30000);
        Canvas* a = area()->canvas(0);
        Canvas* b = area()->canvas(1);
        for (int k = 0; k < 50; ++k) {
            const QPointF place(std::fmod(k * 37.7, a->view().picture.width()), std::fmod(k * 23.3, a->view().picture.height()));
            const QPointF there = b->view().pictureAt(b->view().positionOf(a->view().pictureAt(a->view().positionOf(place))));
            QVERIFY(std::hypot(there.x() - place.x(), there.y() - place.y()) < 0.5);
        }
    }

    void theLineOfASplitViewDividesTwoMaps() {
        m.window->workspaces().setView(kSplitView);
        QTRY_VERIFY_WITH_TIMEOUT(m.settled(), 30000);
        Canvas* a = area()->canvas(0);
        Canvas* b = area()->canvas(1);
        QCOMPARE(a->geometry(), b->geometry());
        area()->setSplit(0.5);
        const QImage whole = area()->grab().toImage();
        area()->setSplit(0.25);
        const QImage moved = area()->grab().toImage();
        const QImage ofA = a->grab().toImage();
        const QImage ofB = b->grab().toImage();
        const QPoint left = onCanvas(a, 0.22, 0.5);
        const QPoint between(area()->width() * 3 / 8, onCanvas(a, 0.3, 0.6).y());
        QCOMPARE(whole.pixel(left), ofA.pixel(left));
        QCOMPARE(whole.pixel(between), ofA.pixel(between));
        QCOMPARE(moved.pixel(between), ofB.pixel(between));
        QVERIFY(ofA.pixel(between) != ofB.pixel(between));
    }

    void theDifferenceAndItsNumbers() {
        session().paneControl().setModule(QStringLiteral("simam"));
        session().paneControl().add(findModule("cbam"));
        m.window->workspaces().setView(kCompareView);
        m.press(Qt::Key_D);
        QTRY_VERIFY_WITH_TIMEOUT(m.settled(), 30000);
        Canvas* difference = area()->canvas(CanvasArea::kDifference);
        QTRY_VERIFY_WITH_TIMEOUT(difference->rendered().field && difference->rendered().field->diverging, 30000);
        const auto a = makeField(*session().shown().result(), *session().shown().field(0));
        const auto b = makeField(*session().shown().result(), *session().shown().field(1));
        QVERIFY(a && b);
        const auto expected = differenceField(*a, *b);
        QVERIFY(expected);
        QCOMPARE(difference->rendered().field->values, expected->values);
        // It follows B alone, too.
        session().paneControl().setActive(1);
        session().fieldControl().setMap("channel");
        QTRY_VERIFY_WITH_TIMEOUT(difference->rendered().field && difference->rendered().field->values != expected->values, 30000);
        session().fieldControl().setMap("spatial");
        QTRY_VERIFY_WITH_TIMEOUT(difference->rendered().field && difference->rendered().field->values == expected->values, 30000);
        const MapComparison numbers = compareFields(*a, *b);
        const QString pearson = numberText(numbers.pearson);
        const auto* table = m.window->findChild<ComparisonTable*>();
        QTRY_VERIFY_WITH_TIMEOUT(table->textSummary().contains(pearson), 30000);
    }

    // What no pane fills says in one sentence what would.
    void aPlaceWithoutPaneSaysWhatFillsIt() {
        const auto* vacant = area()->findChild<QLabel*>(QStringLiteral("vacant"));
        QVERIFY(!vacant->isVisible());
        session().paneControl().add(findModule("cbam"));
        m.window->workspaces().setView(kCompareView);
        QVERIFY(!vacant->isVisible());
        session().paneControl().add(findModule("se"));
        QTRY_VERIFY(vacant->isVisible());
        QVERIFY(vacant->text().contains(QStringLiteral("Drag a mechanism here")));
        for (const int index : area()->canvases()) {
            QVERIFY(!area()->canvas(index)->geometry().intersects(vacant->geometry()));
        }
        QVERIFY(area()->rect().contains(vacant->geometry()));
        session().paneControl().add(findModule("simam"));
        QTRY_VERIFY(!vacant->isVisible());
        m.press(Qt::Key_D);
        QTRY_VERIFY(vacant->isVisible());
        QVERIFY(vacant->text().contains(QStringLiteral("Four")));
        m.window->workspaces().setView(kSplitView);
        QVERIFY(!vacant->isVisible());
    }

    // Both maps of a difference are named in the language of the window.
    void theDifferenceIsNamedInItsLanguage() {
        session().paneControl().setModule(QStringLiteral("gc"));
        session().paneControl().add(findModule("cbam"));
        m.window->workspaces().setView(kCompareView);
        m.press(Qt::Key_D);
        const Canvas* difference = area()->canvas(CanvasArea::kDifference);
        QTRY_VERIFY_WITH_TIMEOUT(difference->rendered().field && difference->rendered().field->diverging, 30000);
        const std::string title = difference->rendered().field->map;
        const QString english = engineText(title);
        setLanguage(QStringLiteral("zh_CN"));
        const QString chinese = engineText(title);
        const QStringList ofA{engineText(session().shown().map(0)->title), engineText(session().shown().map(1)->title)};
        setLanguage(QStringLiteral("en"));
        QVERIFY(english.contains(u'\u2212'));
        QCOMPARE(chinese, ofA.join(QStringLiteral(" \u2212 ")));
        QVERIFY(!chinese.contains(QRegularExpression(QStringLiteral("[a-z]"))));
    }

    void clicksAddPinsAndKeysMoveAndRemoveThem() {
        session().paneControl().setModule(QStringLiteral("sagan"));
        QTRY_VERIFY_WITH_TIMEOUT(m.settled(0), 30000);
        Canvas* canvas = area()->canvas(0);
        QTest::mouseClick(canvas, Qt::LeftButton, {}, onCanvas(canvas, 0.25, 0.25));
        QTest::mouseClick(canvas, Qt::LeftButton, {}, onCanvas(canvas, 0.75, 0.5));
        QCOMPARE(session().questions().pins().size(), std::size_t{2});
        QCOMPARE(session().questions().activePin(), 2);
        QTRY_VERIFY_WITH_TIMEOUT(m.settled(0), 30000);
        const auto ofSecond = canvas->rendered().field->values;
        QTest::keyClick(canvas, Qt::Key_N);
        QCOMPARE(session().questions().activePin(), 1);
        QTRY_VERIFY_WITH_TIMEOUT(m.settled(0), 30000);
        QVERIFY(canvas->rendered().field->values != ofSecond);
        const Pin before = session().questions().pins().front();
        QTest::keyClick(canvas, Qt::Key_Right);
        QVERIFY(session().questions().pins().front().x > before.x);
        QCOMPARE(session().questions().pins().size(), std::size_t{2});
        // Dragged: the same pin, elsewhere.
        const QPoint from = onCanvas(canvas, session().questions().pins().front().x, session().questions().pins().front().y);
        const QPoint to = onCanvas(canvas, 0.5, 0.8);
        QTest::mousePress(canvas, Qt::LeftButton, {}, from);
        QTest::mouseMove(canvas, (from + to) / 2);
        QTest::mouseMove(canvas, to);
        QTest::mouseRelease(canvas, Qt::LeftButton, {}, to);
        QCOMPARE(session().questions().pins().size(), std::size_t{2});
        QVERIFY(std::abs(session().questions().pins().front().x - 0.5) < 0.01 &&
                std::abs(session().questions().pins().front().y - 0.8) < 0.01);
        QTest::keyClick(canvas, Qt::Key_Delete);
        QCOMPARE(session().questions().pins().size(), std::size_t{1});
        QCOMPARE(session().questions().activePin(), 2);
        QTRY_VERIFY_WITH_TIMEOUT(m.settled(0), 30000);
        QCOMPARE(canvas->rendered().field->values, ofSecond);
    }

    // Who clicks on a map without a query finds no pins when one with a query is chosen, but the place is asked.
    void clicksOnOtherMapsLeaveNoPins() {
        session().paneControl().setModule(QStringLiteral("simam"));
        QTRY_VERIFY_WITH_TIMEOUT(m.settled(0), 30000);
        Canvas* canvas = area()->canvas(0);
        QTest::mouseClick(canvas, Qt::LeftButton, {}, onCanvas(canvas, 0.25, 0.25));
        QTest::mouseClick(canvas, Qt::LeftButton, {}, onCanvas(canvas, 0.75, 0.5));
        QVERIFY(session().questions().pins().empty());
        session().paneControl().setModule(QStringLiteral("sagan"));
        QTRY_VERIFY_WITH_TIMEOUT(m.settled(0), 30000);
        QVERIFY(std::abs(session().shown().queryOnPicture()->x() - 0.75) < 0.01);
    }

    void theQueryFollowsTheCursor() {
        session().paneControl().setModule(QStringLiteral("sagan"));
        QTRY_VERIFY_WITH_TIMEOUT(m.settled(0), 30000);
        Canvas* canvas = area()->canvas(0);
        m.press(Qt::Key_H);
        QTest::mouseMove(canvas, onCanvas(canvas, 0.3, 0.3));
        QTest::mouseMove(canvas, onCanvas(canvas, 0.6, 0.7));
        QVERIFY(std::abs(session().shown().queryOnPicture()->x() - 0.6) < 0.01);
        QCOMPARE(session().questions().pins().size(), std::size_t{1});
    }

    void aDroppedMechanismIsAnotherPane() {
        QMimeData data;
        data.setData(kModuleMime, "cbam");
        QDropEvent drop(QPointF(600, 300), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QDragEnterEvent enter(QPoint(600, 300), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(m.window.get(), &enter);
        QVERIFY(enter.isAccepted());
        QCoreApplication::sendEvent(m.window.get(), &drop);
        QCOMPARE(m.window->workspaces().view(), kCompareView);
        QCOMPARE(session().panes().count(), 2);
        QCOMPARE(session().panes().current().module->id, "cbam");
        QTest::keyClick(area()->canvas(), Qt::Key_Backspace, Qt::ControlModifier);
        QCOMPARE(session().panes().count(), 1);
        QCOMPARE(m.window->workspaces().view(), kOverlayView);
    }

    void theStepsAreThoseOfTheActivePane() {
        session().paneControl().setModule(QStringLiteral("se"));
        m.press(Qt::Key_F8);
        QCOMPARE(m.window->workspaces().view(), kStepsView);
        auto* strip = m.window->findChild<StepStrip*>();
        QVERIFY(strip->isVisible());
        QTRY_VERIFY_WITH_TIMEOUT(session().shown().moduleResult() && session().shown().moduleResult()->steps.all().size() > 2,
                                 30000);
        QTRY_VERIFY_WITH_TIMEOUT(strip->textSummary().contains(QStringLiteral("squeeze")), 30000);
        m.press(Qt::Key_F5);
        QVERIFY(!strip->isVisible());
    }
};

QTEST_MAIN(TestCompareWindow)
#include "tst_compare_window.moc"
