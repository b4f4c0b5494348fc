// Faithfulness in the window: measured by its button, cancelled, saved; the numbers are the engine's own.
// test: needs-bundle

#include <QFile>
#include <QFileDialog>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTimer>

#include <algorithm>
#include <cmath>

#include "engine/attention/registry.h"
#include "tests/support/compare_window_fixture.h"
#include "widgets/engine_text.h"
#include "widgets/faithfulness_plot.h"

using namespace fovea;
using namespace fovea::test;

class TestFaithfulnessWindow final : public QObject {
    Q_OBJECT

    CompareWindow m;

    FaithfulnessPlot* plot() { return m.part<FaithfulnessPlot>(); }
    QPushButton* button(const char* text) {
        for (auto* candidate : plot()->findChildren<QPushButton*>()) {
            if (candidate->text() == QString::fromUtf8(text)) {
                return candidate;
            }
        }
        return nullptr;
    }
    FaithfulnessRequest request() {
        FaithfulnessRequest request;
        request.frame = m.session().shown().result()->frame;
        request.model = m.session().panes().current().model;
        request.job = m.session().job();
        request.field = *m.session().shown().field();
        return request;
    }
    bool idle() { return button("Start")->isVisible() && !button("Cancel")->isVisible(); }

private Q_SLOTS:
    void init() { m.open({}); }
    void cleanup() { m.close(); }

    void measuredNumbersAreTheEngines() {
        m.press(Qt::Key_J, Qt::ControlModifier);
        QVERIFY(plot()->isVisible() && button("Start")->isEnabled() && !button("Save CSV…")->isEnabled());
        QTest::mouseClick(button("Start"), Qt::LeftButton);
        QVERIFY(!button("Start")->isVisible() && button("Cancel")->isVisible());
        const QRegularExpression running(QStringLiteral("Running: [1-9][0-9]* of [1-9]"));
        QTRY_VERIFY_WITH_TIMEOUT(plot()->textSummary().contains(running), CompareWindow::kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(idle(), 240000);
        const auto expected = measureFaithfulness(request());
        QVERIFY(expected.ok());
        // The chosen file gets what the engine writes, digit by digit.
        const QString path = m.folder.filePath(QStringLiteral("curves"));
        QSignalSpy exported(&m.window->exports(), &Exports::exported);
        QTimer::singleShot(0, this, [&path] {
            auto* dialog = qobject_cast<QFileDialog*>(QApplication::activeModalWidget());
            QVERIFY(dialog != nullptr);
            dialog->findChild<QLineEdit*>()->setText(path);
            QMetaObject::invokeMethod(dialog, "accept");
        });
        QTest::mouseClick(button("Save CSV…"), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(exported.size(), 1, CompareWindow::kPatience);
        QFile file(path + QStringLiteral(".csv"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), QByteArray::fromStdString(faithfulnessCsv(*expected)));
        QCOMPARE(m.area()->message(), QStringLiteral("Saved %1.").arg(file.fileName()));
        // The curves as painted: each point where the engine's numbers say.
        for (const bool shown : {false, true}) {
            const QRect box = plot()->plotRect(shown);
            for (int order = 0; order < 3; ++order) {
                const FaithfulnessOrder& of = expected->orders[static_cast<std::size_t>(order)];
                const FaithfulnessCurve& curve = shown ? of.shown : of.removed;
                for (std::size_t k = 0; k < curve.shares.size(); ++k) {
                    const QPointF at = plot()->curvePoint(shown, order, static_cast<int>(k));
                    QVERIFY(std::abs((at.x() - box.left()) / box.width() - curve.shares[k]) < 1e-9);
                    QVERIFY(std::abs((box.bottom() + 1 - at.y()) / box.height() - curve.probabilities[k]) < 1e-9);
                }
            }
        }
        // The rows stand as the engine ranks them.
        const auto& ranked = expected->effects;
        int above = -1;
        int rows = 0;
        for (const FaithfulnessEffect& effect : ranked) {
            const QRect row = plot()->rowRect(effect.index, effect.head);
            if (row.isNull()) {
                break;
            }
            QVERIFY(row.top() > above);
            above = row.top();
            ++rows;
        }
        QVERIFY(rows > 2);
        QTest::mouseClick(plot(), Qt::LeftButton, {}, plot()->rowRect(ranked[1].index, ranked[1].head).center());
        QCOMPARE(m.session().shown().field()->channel, ranked[1].index);
        QCOMPARE(m.session().shown().field()->channelMode, ChannelMode::Single);
    }

    void cancelledItIsCalmAndShowsNothing() {
        m.press(Qt::Key_J, Qt::ControlModifier);
        const QString first = plot()->textSummary();
        QTest::mouseClick(button("Start"), Qt::LeftButton);
        // Some runs of the network are done, then it is cancelled.
        const QRegularExpression running(QStringLiteral("Running: [1-9][0-9]* of [1-9]"));
        QTRY_VERIFY_WITH_TIMEOUT(plot()->textSummary().contains(running), CompareWindow::kPatience);
        QVERIFY(!idle());
        QTest::mouseClick(button("Cancel"), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(idle(), CompareWindow::kPatience);
        QVERIFY(button("Start")->isEnabled() && !button("Save CSV…")->isEnabled());
        QVERIFY(plot()->plotRect(false).isNull());
        QCOMPARE(plot()->textSummary(), first);
        QCOMPARE(m.area()->message(), QString());
        // The window goes on.
        m.press(Qt::Key_4);
        QTRY_VERIFY_WITH_TIMEOUT(m.settled(), CompareWindow::kPatience);
        QCOMPARE(m.session().panes().current().module->id, "cbam");
    }

    // A module of several heads: each of them is ranked beside the channels, and a click on its row shows it.
    void headsAreRankedToo() {
        m.session().paneControl().setModule(QStringLiteral("mhsa"));
        QTRY_VERIFY_WITH_TIMEOUT(m.settled(), CompareWindow::kPatience);
        FaithfulnessRequest asked = request();
        asked.curves = asked.channels = false;
        const auto heads = measureFaithfulness(asked);
        QVERIFY(heads.ok() && heads->effects.size() > 1);
        m.press(Qt::Key_J, Qt::ControlModifier);
        QTest::mouseClick(button("Start"), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(idle() && button("Save CSV…")->isEnabled(), 240000);
        plot()->setFocus();
        const auto strongest = std::max_element(heads->effects.begin(), heads->effects.end(), [](const auto& a, const auto& b) {
            return std::abs(a.probability) < std::abs(b.probability);
        });
        for (int k = 0; k < 1000 && plot()->rowRect(strongest->index, true).isNull(); ++k) {
            QTest::keyClick(plot(), Qt::Key_Down);
        }
        const QRect row = plot()->rowRect(strongest->index, true);
        QVERIFY(!row.isNull());
        QTest::mouseClick(plot(), Qt::LeftButton, {}, row.center());
        QCOMPARE(m.session().shown().field()->head, strongest->index);
        // Of the heads alone the stronger stands above.
        int above = -1;
        for (const FaithfulnessEffect& effect : heads->effects) {
            if (const QRect at = plot()->rowRect(effect.index, true); !at.isNull()) {
                QVERIFY(at.top() > above);
                above = at.top();
            }
        }
    }

    // Without a network it cannot be measured, and with one again it can, while the panel stays open.
    void availableWithANetworkOnly() {
        m.press(Qt::Key_J, Qt::ControlModifier);
        QVERIFY(button("Start")->isEnabled());
        const ModelSpec network = m.session().panes().current().model;
        m.session().paneControl().setModel(RetinaOptions{});
        QVERIFY(!button("Start")->isEnabled());
        m.session().paneControl().setModel(network);
        QVERIFY(button("Start")->isEnabled());
        QTRY_VERIFY_WITH_TIMEOUT(m.settled(), CompareWindow::kPatience);
    }
};

QTEST_MAIN(TestFaithfulnessWindow)
#include "tst_faithfulness_window.moc"
