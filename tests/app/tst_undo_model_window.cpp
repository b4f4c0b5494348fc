// Undo and redo of what is chosen about the trained network: weights, size and place of its input, Retina instead.
// test: needs-bundle

#include <functional>

#include "tests/support/compare_window_fixture.h"
#include "widgets/param_form.h"
#include "widgets/prediction_view.h"

using namespace fovea;
using namespace fovea::test;

class TestUndoModelWindow final : public QObject {
    Q_OBJECT

    CompareWindow m;

    SessionState state() {
        SessionState state = m.session().state();
        state.view = m.window->workspaces().view();
        state.difference = m.area()->differenceShown();
        return state;
    }
    void undo() { QTest::keyClick(m.window.get(), Qt::Key_Z, Qt::ControlModifier); }
    void redo() { QTest::keyClick(m.window.get(), Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier); }
    void settle() {
        QCoreApplication::processEvents();
        QTRY_VERIFY_WITH_TIMEOUT(m.settled(), CompareWindow::kPatience);
        QCoreApplication::processEvents();
    }
    void goesThereAndBack(const std::function<void()>& act) {
        settle();
        const SessionState before = state();
        const QImage drawn = CompareWindow::pixels(m.canvas());
        act();
        settle();
        const SessionState after = state();
        QVERIFY(!(after == before));
        const QImage changed = CompareWindow::pixels(m.canvas());
        QVERIFY(changed != drawn);
        undo();
        QVERIFY(state() == before);
        settle();
        QVERIFY(state() == before);
        QVERIFY(CompareWindow::pixels(m.canvas()) == drawn);
        redo();
        QVERIFY(state() == after);
        settle();
        QVERIFY(CompareWindow::pixels(m.canvas()) == changed);
    }

private Q_SLOTS:
    void init() { m.open({}); }
    void cleanup() { m.close(); }

    void trainedOrRandom() {
        goesThereAndBack([this] { m.press(Qt::Key_T); });
    }
    void seed() {
        goesThereAndBack([this] { Q_EMIT m.part<ParamForm>()->randomWeightsRequested(5); });
    }
    void finerInput() {
        goesThereAndBack([this] { m.chooseModel("fovea-v1 · fine, 320 px"); });
    }
    void croppedInput() {
        goesThereAndBack([this] { m.chooseModel("fovea-v1 · 160 px, centre"); });
    }
    void retinaInstead() {
        goesThereAndBack([this] { m.chooseModel("Retina · stride 16"); });
    }
    void whereAClassIs() {
        const int guess = topGuesses(*m.session().shown().moduleResult()->prediction, 1).front().index;
        goesThereAndBack([this, guess] { Q_EMIT m.part<PredictionView>()->classChosen(guess, false); });
    }

    // Another folder of a model is opened again before its states are there: nothing is forgotten meanwhile.
    void anotherBundle() {
        settle();
        const SessionState before = state();
        const QImage drawn = CompareWindow::pixels(m.canvas());
        const QString other = m.copyModel();
        m.session().openBundle(other);
        QTRY_COMPARE_WITH_TIMEOUT(QString::fromStdString(m.session().state().panes[0].bundleFolder), other,
                                  CompareWindow::kPatience);
        settle();
        const SessionState after = state();
        undo();
        QTRY_VERIFY_WITH_TIMEOUT(state() == before, CompareWindow::kPatience);
        settle();
        QVERIFY(state() == before);
        QVERIFY(CompareWindow::pixels(m.canvas()) == drawn);
        redo();
        QTRY_VERIFY_WITH_TIMEOUT(state() == after, CompareWindow::kPatience);
        settle();
        QVERIFY(state() == after);
    }
};

QTEST_MAIN(TestUndoModelWindow)
#include "tst_undo_model_window.moc"
