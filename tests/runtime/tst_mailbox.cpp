#include <QTest>

#include <memory>
#include <thread>

#include "engine/runtime/mailbox.h"

using fovea::Mailbox;

class TestMailbox final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }
    void takesNothingFromAnEmptySlot();
    void newestWins();
    void wakesOnlyWhenTheSlotWasEmpty();
    void releasesWhatIsReplaced();
    void neverGoesBackNorLosesTheLast();
};

void TestMailbox::takesNothingFromAnEmptySlot() {
    Mailbox<int> box;
    QVERIFY(!box.take().has_value());
    QVERIFY(box.put(1));
    QVERIFY(box.take().has_value());
    QVERIFY(!box.take().has_value());
}

void TestMailbox::newestWins() {
    Mailbox<int> box;
    for (const int value : {1, 2, 3}) {
        static_cast<void>(box.put(value));
    }
    QCOMPARE(box.take().value_or(0), 3);
    QVERIFY(!box.take().has_value());
}

void TestMailbox::wakesOnlyWhenTheSlotWasEmpty() {
    Mailbox<int> box;
    QVERIFY(box.put(1));
    QVERIFY(!box.put(2));
    QVERIFY(!box.put(3));
    QCOMPARE(box.take().value_or(0), 3);
    QVERIFY(box.put(4));
}

void TestMailbox::releasesWhatIsReplaced() {
    Mailbox<std::shared_ptr<int>> box;
    auto first = std::make_shared<int>(1);
    const std::weak_ptr<int> watched = first;
    static_cast<void>(box.put(std::move(first)));
    QVERIFY(!watched.expired());
    static_cast<void>(box.put(nullptr));
    QVERIFY(watched.expired());
}

void TestMailbox::neverGoesBackNorLosesTheLast() {
    constexpr int kLast = 20000;
    Mailbox<int> box;
    int wakes = 0;
    std::thread writer([&] {
        for (int value = 1; value <= kLast; ++value) {
            wakes += box.put(value) ? 1 : 0;
        }
    });
    int seen = 0;
    int taken = 0;
    bool ordered = true;
    while (seen != kLast) {
        if (const auto value = box.take()) {
            ordered = ordered && *value > seen;
            seen = *value;
            ++taken;
        } else {
            std::this_thread::yield();
        }
    }
    writer.join();
    QVERIFY(ordered);
    QCOMPARE(wakes, taken);  // one wake for each value which could be taken
}

QTEST_GUILESS_MAIN(TestMailbox)
#include "tst_mailbox.moc"
