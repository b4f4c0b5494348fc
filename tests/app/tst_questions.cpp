// Questions as values: which pin asks while pins come, move and go.

#include <QTest>

#include "app/session/questions.h"

using namespace fovea;

namespace {

constexpr auto kAdd = QueryGesture::Add;
constexpr auto kMove = QueryGesture::Move;
using Removal = Questions::Removal;

Questions threePins() {
    Questions questions;
    for (const double x : {0.1, 0.2, 0.3}) {
        questions.ask({x, 0.5}, kAdd);
    }
    return questions;
}

std::vector<int> numbers(const Questions& questions) {
    std::vector<int> found;
    for (const Pin& pin : questions.pins()) {
        found.push_back(pin.number);
    }
    return found;
}

}  // namespace

class TestQuestions final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void nobodyAsksAtFirst() {
        const Questions questions;
        QVERIFY(questions.pins().empty());
        QVERIFY(questions.find(questions.activePin()) == nullptr);
    }

    void aNewPinAsks() {
        const Questions questions = threePins();
        QCOMPARE(numbers(questions), (std::vector<int>{1, 2, 3}));
        QCOMPARE(questions.activePin(), 3);
        QVERIFY(*questions.find(3) == (Pin{3, 0.3, 0.5}));
    }

    void theOneWhichAsksMoves() {
        Questions questions = threePins();
        QVERIFY(questions.choose(2));
        questions.ask({0.8, 0.9}, kMove);
        QVERIFY(questions.pins() == (std::vector<Pin>{{1, 0.1, 0.5}, {2, 0.8, 0.9}, {3, 0.3, 0.5}}));
        QCOMPARE(questions.activePin(), 2);
    }

    void aMoveWithoutPinsMakesOne() {
        Questions questions;
        questions.ask({0.8, 0.9}, kMove);
        QVERIFY(questions.pins() == (std::vector<Pin>{{1, 0.8, 0.9}}));
        QCOMPARE(questions.activePin(), 1);
    }

    void whenThereAreTheMostAClickMovesOne() {
        Questions questions;
        for (int k = 0; k < kMaxPins + 1; ++k) {
            questions.ask({0.05 * k, 0.5}, kAdd);
        }
        QCOMPARE(questions.pins().size(), static_cast<std::size_t>(kMaxPins));
        QCOMPARE(questions.activePin(), kMaxPins);
        QCOMPARE(questions.find(kMaxPins)->x, 0.05 * kMaxPins);
    }

    void aNumberIsUsedAgain() {
        Questions questions = threePins();
        QVERIFY(questions.remove(1) == Removal::OfAnother);
        questions.ask({0.9, 0.9}, kAdd);
        QCOMPARE(numbers(questions), (std::vector<int>{2, 3, 1}));
        QCOMPARE(questions.activePin(), 1);
    }

    void theOneBeforeAsksThen() {
        Questions questions = threePins();
        QVERIFY(questions.remove(3) == Removal::OfActive);
        QCOMPARE(questions.activePin(), 2);
        QVERIFY(questions.choose(1));
        QVERIFY(questions.remove(1) == Removal::OfActive);
        QCOMPARE(questions.activePin(), 2);  // there is none before
        QVERIFY(questions.remove(7) == Removal::None);
        QVERIFY(questions.remove(2) == Removal::OfActive);
        QVERIFY(questions.pins().empty());
    }

    void onlyAnotherPinIsChosen() {
        Questions questions = threePins();
        QVERIFY(!questions.choose(3));
        QVERIFY(!questions.choose(4));
        QCOMPARE(questions.activePin(), 3);
        QVERIFY(questions.choose(1));
        QCOMPARE(questions.activePin(), 1);
    }

    void clearedOrReplaced() {
        Questions questions = threePins();
        questions.clear();
        QVERIFY(questions.pins().empty());
        QCOMPARE(questions.activePin(), 3);  // a saved session names the one which asked last
        questions.setAll({{5, 0.5, 0.5}}, 5);
        QCOMPARE(numbers(questions), std::vector<int>{5});
        QCOMPARE(questions.activePin(), 5);
    }
};

QTEST_GUILESS_MAIN(TestQuestions)
#include "tst_questions.moc"
