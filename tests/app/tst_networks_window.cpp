// Panes of different networks in the whole window.
// test: needs-bundle

#include <QMimeData>
#include <QSignalSpy>
#include <QTemporaryDir>

#include <QDragEnterEvent>

#include <cmath>

#include "engine/attention/registry.h"
#include "tests/support/compare_window_fixture.h"
#include "tests/support/requests.h"
#include "widgets/comparison_table.h"
#include "widgets/engine_text.h"
#include "widgets/prediction_view.h"

using namespace fovea;
using namespace fovea::test;

class TestNetworksWindow final : public QObject {
    Q_OBJECT

    CompareWindow m;

    void settle() {
        QCoreApplication::processEvents();
        QTRY_VERIFY_WITH_TIMEOUT(m.settled(), CompareWindow::kPatience);
        QCoreApplication::processEvents();
    }
    /// Two panes of one mechanism: A on the trained network, B on the Retina.
    void compareModels(const char* module = "gc") {
        m.session().paneControl().setModule(QString::fromLatin1(module));
        settle();
        m.press(Qt::Key_D, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(m.session().panes().count(), 2);
        settle();
        m.chooseModel("Retina · stride 8");
        settle();
    }
    /// What the engine gives for a pane, computed by itself.
    Result<ScalarField> field(int pane) {
        Pipeline pipeline;
        const auto result =
            pipeline.run(requestOf(m.session().frame(), {m.session().job(pane)}, m.session().panes()[pane].model), {});
        return result ? makeField(**result, *m.session().shown().field(pane)) : Result<ScalarField>(result.error());
    }
    const ScalarField& shown(int pane) { return *m.canvas(pane)->rendered().field; }
    SessionState state() {
        SessionState state = m.session().state();
        state.view = m.window->workspaces().view();
        state.difference = m.area()->differenceShown();
        return state;
    }

private Q_SLOTS:
    void init() { m.open({}); }
    void cleanup() { m.close(); }

    // The list of models is the active pane's; each pane shows what its own network gives.
    void theListChoosesForTheActivePane() {
        compareModels();
        QCOMPARE(m.window->workspaces().view(), kCompareView);
        QVERIFY(bundleOf(m.session().panes()[0].model) != nullptr);
        QVERIFY(bundleOf(m.session().panes()[1].model) == nullptr);
        for (int pane = 0; pane < 2; ++pane) {
            const auto expected = field(pane);
            QVERIFY2(expected.ok(), expected ? "" : expected.error().message().c_str());
            QCOMPARE(shown(pane).values, expected->values);
            QCOMPARE(int(shown(pane).provenance.kind), int(expected->provenance.kind));
        }
        QCOMPARE(int(shown(0).provenance.kind), int(ProvenanceKind::Trained));
        QCOMPARE(int(shown(1).provenance.kind), int(ProvenanceKind::Random));
        QVERIFY(shown(0).values != shown(1).values);
        QCOMPARE(CompareWindow::pixels(m.canvas(1)), CompareWindow::engine(m.canvas(1), m.session().display().style()));
        // One frame for both, and the bar follows the pane a person works on.
        QCOMPARE(m.canvas(0)->rendered().request.result->frame.pixels, m.canvas(1)->rendered().request.result->frame.pixels);
        QCOMPARE(m.models()->currentText(), QStringLiteral("Retina · stride 8"));
        QVERIFY(!m.part<PredictionView>()->isVisible());
        QTest::mouseClick(m.canvas(0), Qt::LeftButton, {}, {40, 40});
        settle();
        QCOMPARE(m.session().panes().active(), 0);
        QCOMPARE(m.models()->currentText(), QStringLiteral("fovea-v1 · 160 px"));
        QVERIFY(m.part<PredictionView>()->isVisible());
        QVERIFY(m.session().shown().moduleResult()->prediction != nullptr);
        const QString names = m.part<ComparisonTable>()->textSummary();
        QVERIFY2(names.contains(QStringLiteral("fovea-v1")) && names.contains(QStringLiteral("Retina")), qPrintable(names));
    }

    void theDifferenceIsOfBothNetworks() {
        compareModels();
        m.press(Qt::Key_D);
        settle();
        const auto a = field(0);
        const auto b = field(1);
        QVERIFY(a && b);
        QVERIFY(a->width != b->width);
        const auto expected = differenceField(*a, *b);
        QVERIFY(expected.ok());
        const Canvas* difference = m.canvas(CanvasArea::kDifference);
        QTRY_VERIFY_WITH_TIMEOUT(difference->rendered().field && difference->rendered().field->values == expected->values,
                                 CompareWindow::kPatience);
        const QString pearson = numberText(compareFields(*a, *b).pearson);
        QTRY_VERIFY_WITH_TIMEOUT(m.part<ComparisonTable>()->textSummary().contains(pearson), CompareWindow::kPatience);
        // Exchanged, it changes its sign.
        m.press(Qt::Key_X);
        settle();
        QTRY_VERIFY_WITH_TIMEOUT(bundleOf(m.session().panes()[0].model) == nullptr && difference->rendered().field &&
                                     difference->rendered().field->values != expected->values,
                                 CompareWindow::kPatience);
        const auto& turned = difference->rendered().field->values;
        QCOMPARE(turned.size(), expected->values.size());
        for (std::size_t n = 0; n < turned.size(); ++n) {
            QCOMPARE(turned[n], -expected->values[n]);
        }
    }

    // A click asks both networks about the same place of the picture, though their cells differ; centred input is cut off.
    void oneQuestionForAllNetworks() {
        m.chooseModel("fovea-v1 · 160 px, centre");
        compareModels("sagan");
        QTest::mouseClick(m.canvas(1), Qt::LeftButton, {}, CompareWindow::place(m.canvas(1), 0.4, 0.3));
        settle();
        for (int pane = 0; pane < 2; ++pane) {
            const auto asked = m.session().shown().queryOnPicture(pane);
            QVERIFY(asked);
            const QSizeF size = m.canvas(pane)->view().picture;
            QVERIFY2(std::abs(asked->x() - 0.4) * size.width() < 1.0, qPrintable(QString::number(asked->x())));
            QVERIFY(std::abs(asked->y() - 0.3) * size.height() < 1.0);
            QCOMPARE(shown(pane).values, field(pane)->values);
        }
        QVERIFY(std::abs(m.session().shown().field(0)->queryX - m.session().shown().field(1)->queryX) > 0.01);
    }

    void undoAndSessionsKeepEachPanesNetwork() {
        m.session().paneControl().setModule(QStringLiteral("gc"));
        settle();
        m.press(Qt::Key_D, Qt::ControlModifier | Qt::ShiftModifier);
        settle();
        const SessionState before = state();
        const QImage drawn = CompareWindow::pixels(m.canvas(1));
        m.chooseModel("Retina · stride 8");
        settle();
        const SessionState after = state();
        const QImage changed = CompareWindow::pixels(m.canvas(1));
        const QImage untouched = CompareWindow::pixels(m.canvas(0));
        QVERIFY(after != before && changed != drawn);
        QTest::keyClick(m.window.get(), Qt::Key_Z, Qt::ControlModifier);
        QVERIFY(state() == before);
        settle();
        QCOMPARE(CompareWindow::pixels(m.canvas(1)), drawn);
        QTest::keyClick(m.window.get(), Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY(state() == after);
        settle();
        QCOMPARE(CompareWindow::pixels(m.canvas(1)), changed);

        QTemporaryDir place;
        const QString path = place.filePath(QStringLiteral("two.fovea"));
        QSignalSpy saved(&m.window->exports(), &Exports::exported);
        m.window->sessions().save(path);
        QTRY_COMPARE_WITH_TIMEOUT(saved.size(), 1, CompareWindow::kPatience);
        m.close();
        m.open();  // another program, which was left with the Retina
        m.window->sessions().open(path);
        QTRY_VERIFY_WITH_TIMEOUT(state() == after, CompareWindow::kPatience);
        settle();
        QVERIFY(bundleOf(m.session().panes()[0].model) && !bundleOf(m.session().panes()[1].model));
        QCOMPARE(CompareWindow::pixels(m.canvas(0)), untouched);
        QCOMPARE(CompareWindow::pixels(m.canvas(1)), changed);
    }

    // A folder dropped on the window while panes are compared is the active pane's; a session brings both back.
    void aSecondModelBesideTheFirst() {
        m.press(Qt::Key_C);
        settle();
        const QString other = m.copyModel();
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(other)});
        QDragEnterEvent enter(QPoint(600, 300), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(m.window.get(), &enter);
        QDropEvent drop(QPointF(600, 300), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(m.window.get(), &drop);
        QTRY_VERIFY_WITH_TIMEOUT(m.session().models().bundles().size() == 2, CompareWindow::kPatience);
        settle();
        QCOMPARE(m.session().state().panes[1].bundleFolder, other.toStdString());
        QCOMPARE(m.session().state().panes[0].bundleFolder, bundledModelFolder());
        QCOMPARE(m.models()->findData(other, Qt::ToolTipRole) >= 0, true);
        const SessionState both = state();
        QTemporaryDir place;
        const QString path = place.filePath(QStringLiteral("both.fovea"));
        QSignalSpy saved(&m.window->exports(), &Exports::exported);
        m.window->sessions().save(path);
        QTRY_COMPARE_WITH_TIMEOUT(saved.size(), 1, CompareWindow::kPatience);
        m.window->sessions().open(path);
        settle();
        m.close();
        m.open();
        m.window->sessions().open(path);
        // The state is the one asked for already while its second model is read.
        QTRY_COMPARE_WITH_TIMEOUT(m.session().models().bundles().size(), std::size_t{2}, CompareWindow::kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(!m.session().models().isRestoring(), CompareWindow::kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(state() == both, CompareWindow::kPatience);
        settle();
        QVERIFY(state() == both);
        QCOMPARE(m.session().models().bundles().size(), std::size_t{2});
    }

    // In the view of one picture a model is chosen for all panes which had the same.
    void withoutComparingAllFollow() {
        m.press(Qt::Key_C);
        settle();
        m.press(Qt::Key_C);
        settle();
        m.chooseModel("Retina · stride 16");
        settle();
        QVERIFY(m.session().panes().haveOneModel() && !bundleOf(m.session().panes()[0].model));
        m.press(Qt::Key_C);
        settle();
        m.chooseModel("fovea-v1 · 160 px");
        settle();
        QVERIFY(!m.session().panes().haveOneModel());
    }

    // Of two panes of one mechanism, the active one's numbers are saved.
    void rawNumbersAreTheActivePanes() {
        compareModels();
        const auto saveRaw = [this] {
            QTemporaryDir place;
            QSignalSpy saved(&m.window->exports(), &Exports::exported);
            m.window->exports().saveNumbers(place.path());
            static_cast<void>(QTest::qWaitFor([&] { return saved.size() == 1; }, CompareWindow::kPatience));
            QFile file(place.filePath(QStringLiteral("chelsea.gc.spatial.npy")));
            return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
        };
        const auto holds = [this](const QByteArray& npy, int pane) {
            const auto& values = m.session().shown().moduleResult(pane)->output->maps.front().data.values;
            const auto bytes = static_cast<qsizetype>(values.size() * sizeof(float));
            return npy.size() > bytes && npy.endsWith(QByteArray(reinterpret_cast<const char*>(values.data()), bytes));
        };
        const QByteArray second = saveRaw();
        QVERIFY(holds(second, 1));
        QVERIFY(!holds(second, 0));
        m.session().paneControl().setActive(0);
        settle();
        QVERIFY(holds(saveRaw(), 0));
    }
};

QTEST_MAIN(TestNetworksWindow)
#include "tst_networks_window.moc"
