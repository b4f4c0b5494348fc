// Steps in the window: cards with the numbers of this very picture, what each is computed from, enlarged and put back.

#include "engine/attention/registry.h"
#include "tests/support/compare_window_fixture.h"
#include "widgets/engine_text.h"
#include "widgets/param_form.h"
#include "widgets/step_strip.h"

using namespace fovea;
using namespace fovea::test;

class TestStepsWindow final : public QObject {
    Q_OBJECT

    CompareWindow m;

    StepStrip* strip() { return m.part<StepStrip>(); }
    std::vector<StepCard> cards() { return stepCards(*m.session().shown().modelResult(), *m.session().shown().moduleResult()); }
    bool recorded() {
        return m.settled() && m.session().shown().moduleResult() && m.session().shown().moduleResult()->steps.recorded() &&
               strip()->count() == static_cast<int>(cards().size());
    }
    void steps(const char* id) {
        m.session().paneControl().setModule(QString::fromLatin1(id));
        m.press(Qt::Key_F8);
        QVERIFY(strip()->isVisible());
        QTRY_VERIFY_WITH_TIMEOUT(recorded(), CompareWindow::kPatience);
    }
    /// The numbers of a card as the strip says them.
    QStringList numbersOf(int card) {
        const StepNumbers n =
            stepNumbers(stepValues(*m.session().shown().modelResult(), *m.session().shown().moduleResult(), card));
        return {numberText(n.min), numberText(n.max)};
    }
    bool saysNumbersOf(int card) {
        QWidget* view = strip();
        view->setFocus();
        QTest::keyClick(view, Qt::Key_Home);
        for (int k = 0; k < card; ++k) {
            QTest::keyClick(view, Qt::Key_Right);
        }
        const QString said = strip()->textSummary();
        const QStringList numbers = numbersOf(card);
        return said.contains(numbers.first()) && said.contains(numbers.last());
    }
    void hover(QPoint at) {
        QMouseEvent move(QEvent::MouseMove, at, strip()->mapToGlobal(at), Qt::NoButton, Qt::NoButton, Qt::NoModifier);
        QCoreApplication::sendEvent(strip(), &move);
    }

private Q_SLOTS:
    void init() { m.open(); }
    void cleanup() { m.close(); }

    void everyCardSaysItsNumbers_data() {
        QTest::addColumn<QByteArray>("id");
        for (const char* id : {"se", "cbam", "simam", "sagan"}) {
            QTest::newRow(id) << QByteArray(id);
        }
    }
    void everyCardSaysItsNumbers() {
        QFETCH(QByteArray, id);
        steps(id.constData());
        const auto all = cards();
        QVERIFY(all.size() > 2);
        for (int k = 0; k < static_cast<int>(all.size()); ++k) {
            QTRY_VERIFY_WITH_TIMEOUT(saysNumbersOf(k), CompareWindow::kPatience);
            const StepCard& card = all[static_cast<std::size_t>(k)];
            const QString said = strip()->textSummary();
            QVERIFY2(said.contains(engineText(card.name)), qPrintable(said));
            QVERIFY2(card.equation.empty() || said.contains(QString::fromStdString(card.equation)), qPrintable(said));
            for (int d = 0; d < static_cast<int>(card.shape.size()); ++d) {
                QVERIFY2(said.contains(QString::number(card.shape[static_cast<std::size_t>(d)])), qPrintable(said));
            }
        }
    }

    void pointingMarksWhatACardNeeds() {
        steps("se");
        const auto all = cards();
        std::vector<std::string> equations;
        const auto& recordedSteps = m.session().shown().moduleResult()->steps.all();
        std::transform(recordedSteps.begin(), recordedSteps.end(), std::back_inserter(equations),
                       [](const auto& s) { return s.equation; });
        const auto needs = stepDependencies(equations);
        int pointed = 0;
        for (int k = 0; k < strip()->count(); ++k) {
            const QRect card = strip()->cardRect(k);
            if (card.isNull() || static_cast<std::size_t>(k) >= needs.size()) {
                continue;
            }
            hover(card.center());
            QCOMPARE(strip()->highlighted(), needs[static_cast<std::size_t>(k)]);
            ++pointed;
        }
        QVERIFY(pointed > 2);
        QEvent leave(QEvent::Leave);
        QCoreApplication::sendEvent(strip(), &leave);
    }

    void pointingChangesTheMarkedCardsPixels() {
        steps("se");
        QVERIFY(!strip()->cardRect(2).isNull());
        QEvent leave(QEvent::Leave);
        QCoreApplication::sendEvent(strip(), &leave);
        m.canvas()->setFocus();
        QTRY_VERIFY_WITH_TIMEOUT(strip()->textSummary().size() > 20, CompareWindow::kPatience);
        const QImage before = strip()->grab().toImage();
        hover(strip()->cardRect(2).center());
        const QImage after = strip()->grab().toImage();
        const auto marked = strip()->highlighted();
        QVERIFY(!marked.empty());
        for (const int k : marked) {
            const QRect card = strip()->cardRect(k);
            QVERIFY(card.isNull() || before.copy(card) != after.copy(card));
        }
    }

    void aClickEnlargesAndEscapeGoesBack() {
        steps("se");
        QCOMPARE(strip()->chosen(), -1);
        QTest::mouseClick(strip(), Qt::LeftButton, {}, strip()->cardRect(1).center());
        QCOMPARE(strip()->chosen(), 1);
        QVERIFY(strip()->largeRect().isValid());
        QTest::keyClick(strip(), Qt::Key_Escape);
        QCOMPARE(strip()->chosen(), -1);
        QTest::mouseClick(strip(), Qt::LeftButton, {}, strip()->cardRect(1).center());
        QCOMPARE(strip()->chosen(), 1);
        QTest::mouseClick(strip(), Qt::LeftButton, {}, strip()->largeRect().center());
        QCOMPARE(strip()->chosen(), -1);
    }

    void theNumbersFollowAParameter() {
        steps("simam");
        const int last = strip()->count() - 1;
        QTRY_VERIFY_WITH_TIMEOUT(saysNumbersOf(last - 1), CompareWindow::kPatience);
        const auto before = m.session().shown().moduleResult();
        ParamSet params = m.session().choice().params;
        QVERIFY(params.setText(m.session().panes().current().module->params, "e_lambda", "0.05"));
        Q_EMIT m.part<ParamForm>()->paramsChanged(params);
        QTRY_VERIFY_WITH_TIMEOUT(m.session().shown().moduleResult() != before && recorded(), CompareWindow::kPatience);
        QVERIFY(m.session().shown().moduleResult()->source.params == params);
        for (int k = 0; k <= last; ++k) {
            QTRY_VERIFY_WITH_TIMEOUT(saysNumbersOf(k), CompareWindow::kPatience);
        }
    }
};

QTEST_MAIN(TestStepsWindow)
#include "tst_steps_window.moc"
