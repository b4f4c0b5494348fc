// Panes of the window are linked until Alt is held; mechanisms are dragged onto the picture from strip and list.

#include <QApplication>
#include <QDrag>
#include <QDropEvent>
#include <QListView>
#include <QMimeData>
#include <QTimer>

#include <cmath>

#include "engine/attention/registry.h"
#include "tests/support/compare_window_fixture.h"
#include "widgets/filmstrip.h"
#include "widgets/module_mime.h"
#include "widgets/module_picker.h"

using namespace fovea;
using namespace fovea::test;

class TestLinkWindow final : public QObject {
    Q_OBJECT

    CompareWindow m;

    void compare(const char* a, const char* b) {
        m.session().paneControl().setModule(QString::fromLatin1(a));
        m.session().paneControl().add(findModule(b));
        m.window->workspaces().setView(kCompareView);
        m.canvas()->setFocus();
        QTRY_VERIFY_WITH_TIMEOUT(m.settled(), CompareWindow::kPatience);
    }
    static bool same(const CanvasPlace& a, const CanvasPlace& b) {
        return a.fitted == b.fitted && std::abs(a.zoom - b.zoom) < 1e-9 &&
               std::hypot(a.centre.x() - b.centre.x(), a.centre.y() - b.centre.y()) < 1e-6;
    }
    /// Drags from `source` at `from` and drops on the middle of the picture what is dragged.
    void dragOntoThePicture(QWidget* source, QPoint from) {
        QByteArray dragged;
        const auto drop = [&] {
            const auto* drag = source->findChild<QDrag*>();
            if (drag == nullptr || !dragged.isEmpty()) {
                return;
            }
            dragged = drag->mimeData()->data(kModuleMime);
            const QPoint at = m.area()->mapTo(m.window.get(), m.area()->rect().center());
            QDragEnterEvent enter(at, Qt::CopyAction, drag->mimeData(), Qt::LeftButton, Qt::NoModifier);
            QCoreApplication::sendEvent(m.window.get(), &enter);
            QVERIFY(enter.isAccepted());
            QDropEvent dropped(at, Qt::CopyAction, drag->mimeData(), Qt::LeftButton, Qt::NoModifier);
            QCoreApplication::sendEvent(m.window.get(), &dropped);
            QVERIFY(dropped.isAccepted());
            QDrag::cancel();
        };
        QTest::ignoreMessage(QtWarningMsg, "Unimplemented code.");  // the offscreen platform's own drag
        QTimer::singleShot(0, this, drop);                          // while the drag has an event loop of its own
        QTest::mousePress(source, Qt::LeftButton, {}, from);
        const QPoint near = from + QPoint(QApplication::startDragDistance() / 3, 0);
        const auto move = [source](QPoint to) {
            QMouseEvent event(QEvent::MouseMove, to, source->mapToGlobal(to), Qt::NoButton, Qt::LeftButton, Qt::NoModifier);
            QCoreApplication::sendEvent(source, &event);
        };
        move(near);
        QVERIFY(source->findChild<QDrag*>() == nullptr);  // not a drag yet
        move(from + QPoint(2 * QApplication::startDragDistance() + 2, 0));
        move(from + QPoint(3 * QApplication::startDragDistance() + 4, 0));
        drop();  // where it has none
        QVERIFY(!dragged.isEmpty());
        QTest::mouseRelease(source, Qt::LeftButton, {}, from);
        QCOMPARE(m.session().panes().current().module->id, dragged.toStdString());
        QCOMPARE(m.session().panes().count(), 2);
        QCOMPARE(m.window->workspaces().view(), kCompareView);
        QTRY_VERIFY_WITH_TIMEOUT(m.settled(), CompareWindow::kPatience);
    }

private Q_SLOTS:
    void init() { m.open(); }
    void cleanup() { m.close(); }

    void zoomAndPanAreLinkedUnlessAltIsHeld() {
        compare("simam", "cbam");
        Canvas* a = m.canvas(0);
        Canvas* b = m.canvas(1);
        const QPointF at = QRectF(a->rect()).center();
        for (int notch = 0; notch < 5; ++notch) {
            CompareWindow::wheel(a, at, 120);
        }
        QVERIFY(same(a->view().place(), b->view().place()));
        CompareWindow::drag(a, at.toPoint(), at.toPoint() + QPoint(60, 40));
        QVERIFY(same(a->view().place(), b->view().place()));
        const CanvasPlace linked = a->view().place();
        m.holdAlt(true);
        CompareWindow::wheel(b, at, 240, Qt::AltModifier);
        QVERIFY(b->view().zoom > linked.zoom * 1.5);
        QVERIFY(same(a->view().place(), linked));
        const CanvasPlace zoomed = b->view().place();
        CompareWindow::drag(b, at.toPoint(), at.toPoint() + QPoint(50, 30), Qt::AltModifier);
        QVERIFY(!same(b->view().place(), zoomed));
        QVERIFY(same(a->view().place(), linked));
        const CanvasPlace alone = b->view().place();
        m.holdAlt(false);
        QVERIFY(same(b->view().place(), alone));
        // From now on together again: the other one comes to where this one goes.
        CompareWindow::wheel(a, at, -120);
        QVERIFY(same(a->view().place(), b->view().place()));
    }

    void theQueryIsAskedInAllPanesUnlessAltIsHeld() {
        compare("sagan", "mhsa");
        const auto query = [&](int pane) { return *m.session().shown().queryOnPicture(pane); };
        QTest::mouseClick(m.canvas(0), Qt::LeftButton, {}, CompareWindow::place(m.canvas(0), 0.25, 0.25));
        QTRY_VERIFY_WITH_TIMEOUT(m.settled(), CompareWindow::kPatience);
        QCOMPARE(query(0), query(1));
        const QPointF asked = query(0);
        const auto ofA = m.canvas(0)->rendered().field->values;
        const auto ofB = m.canvas(1)->rendered().field->values;
        const auto pins = m.session().questions().pins();
        m.holdAlt(true);
        QTest::mouseClick(m.canvas(1), Qt::LeftButton, Qt::AltModifier, CompareWindow::place(m.canvas(1), 0.75, 0.5));
        m.holdAlt(false);
        QTRY_VERIFY_WITH_TIMEOUT(m.settled(), CompareWindow::kPatience);
        QCOMPARE(query(0), asked);
        QVERIFY(std::abs(query(1).x() - 0.75) < 0.01 && std::abs(query(1).y() - 0.5) < 0.01);
        QCOMPARE(m.session().questions().pins(), pins);
        QVERIFY(m.canvas(0)->rendered().field->values == ofA);
        QVERIFY(m.canvas(1)->rendered().field->values != ofB);
        // The next question without Alt is everybody's.
        QTest::mouseClick(m.canvas(0), Qt::LeftButton, {}, CompareWindow::place(m.canvas(0), 0.5, 0.7));
        QTRY_VERIFY_WITH_TIMEOUT(m.settled(), CompareWindow::kPatience);
        QCOMPARE(query(0), query(1));
    }

    // A pin dragged with Alt moves in this pane alone, too.
    void aPinDraggedWithAltMovesInOnePane() {
        compare("sagan", "mhsa");
        QTest::mouseClick(m.canvas(0), Qt::LeftButton, {}, CompareWindow::place(m.canvas(0), 0.25, 0.25));
        QTRY_VERIFY_WITH_TIMEOUT(m.settled(), CompareWindow::kPatience);
        const QPointF asked = *m.session().shown().queryOnPicture(0);
        Canvas* b = m.canvas(1);
        m.holdAlt(true);
        CompareWindow::drag(b, CompareWindow::place(b, asked.x(), asked.y()), CompareWindow::place(b, 0.6, 0.6), Qt::AltModifier);
        m.holdAlt(false);
        QCOMPARE(*m.session().shown().queryOnPicture(0), asked);
        QVERIFY(std::abs(m.session().shown().queryOnPicture(1)->x() - 0.6) < 0.01);
    }

    void dragFromTheFilmstrip() {
        m.session().paneControl().setModule(QStringLiteral("simam"));
        auto* strip = m.part<Filmstrip>();
        dragOntoThePicture(strip, strip->thumbRect(QStringLiteral("cbam")).center());
        QCOMPARE(m.session().panes()[0].module->id, "simam");
        QCOMPARE(m.session().panes()[1].module->id, "cbam");
    }

    void dragFromTheList() {
        m.session().paneControl().setModule(QStringLiteral("simam"));
        auto* list = m.part<ModulePicker>()->findChild<QListView*>();
        const QModelIndexList rows = list->model()->match(list->model()->index(0, 0), Qt::DisplayRole, QStringLiteral("CBAM"));
        QVERIFY(!rows.isEmpty());
        list->scrollTo(rows.first());
        const QPoint from = list->visualRect(rows.first()).center();
        // The view starts the drag; what is dragged is its viewport's or its own.
        std::unique_ptr<QMimeData> data(list->model()->mimeData(rows));
        QCOMPARE(data->data(kModuleMime), QByteArray("cbam"));
        QVERIFY(list->model()->flags(rows.first()).testFlag(Qt::ItemIsDragEnabled));
        QByteArray dragged;
        const auto catchDrag = [&] {
            if (const auto* drag = list->findChild<QDrag*>(); drag != nullptr && dragged.isEmpty()) {
                dragged = drag->mimeData()->data(kModuleMime);
                QDragEnterEvent enter(QPoint(600, 300), Qt::CopyAction, drag->mimeData(), Qt::LeftButton, Qt::NoModifier);
                QCoreApplication::sendEvent(m.window.get(), &enter);
                QDropEvent dropped(QPoint(600, 300), Qt::CopyAction, drag->mimeData(), Qt::LeftButton, Qt::NoModifier);
                QCoreApplication::sendEvent(m.window.get(), &dropped);
                QDrag::cancel();
            }
        };
        QTest::ignoreMessage(QtWarningMsg, "Unimplemented code.");  // the offscreen platform's own drag
        QTimer::singleShot(0, this, catchDrag);
        QWidget* viewport = list->viewport();
        const auto send = [&](QEvent::Type type, QPoint to, Qt::MouseButton button) {
            QMouseEvent event(type, to, viewport->mapToGlobal(to), button, Qt::LeftButton, Qt::NoModifier);
            QCoreApplication::sendEvent(viewport, &event);
        };
        send(QEvent::MouseButtonPress, from, Qt::LeftButton);
        send(QEvent::MouseMove, from + QPoint(QApplication::startDragDistance() + 4, 0), Qt::NoButton);
        send(QEvent::MouseMove, from + QPoint(2 * QApplication::startDragDistance() + 8, 0), Qt::NoButton);
        catchDrag();
        QCOMPARE(dragged, QByteArray("cbam"));
        QCOMPARE(m.session().panes().count(), 2);
        QCOMPARE(m.session().panes()[1].module->id, "cbam");
        // Nothing else was chosen by dragging it.
        QCOMPARE(m.session().panes()[0].module->id, "simam");
    }
};

QTEST_MAIN(TestLinkWindow)
#include "tst_link_window.moc"
