#include <QSignalSpy>
#include <QTest>
#include <QWheelEvent>

#include <opencv2/core.hpp>

#include "tests/support/made_result.h"
#include "tests/support/view_test.h"
#include "widgets/step_strip.h"
#include "widgets/theme.h"

using namespace fovea;
using namespace fovea::test;

namespace {

const ModuleInfo& info() {
    static const ModuleInfo kInfo = [] {
        ModuleInfo made;
        made.id = "steps";
        made.title = "Steps";
        made.domain = Domain::Channel;
        return made;
    }();
    return kInfo;
}

std::shared_ptr<SourceInfo> source() {
    static const auto kSource = std::make_shared<SourceInfo>();
    return kSource;
}

// x, z from x, h from z, s from h, and y from x and s.
std::shared_ptr<FrameResult> makeResult(std::uint64_t sequence = 1) {
    auto features = std::make_shared<Features>();
    features->map = FeatureMap(4, 2, 3);
    auto module = jobOf(info());
    module->steps = Steps::recording();
    module->steps.add("squeeze", "z_c = mean of x_c", [] { return Tensor({4}, {0.25F, -1.5F, 3.0F, 0.5F}); });
    module->steps.add("reduce", "h = f(z)", [] { return Tensor({2}, {1.0F, 2.0F}); });
    module->steps.add("gate", "s = g(h)", [] { return Tensor({2, 3}, {0, 1, 2, 3, 4, 5}); });
    module->steps.add("scale", "y = s · x", [] { return Tensor(Shape{4, 2, 3}); });
    AttentionOutput output;
    output.frames.emplace_back(4, 2, 3);
    module->output = std::move(output);
    auto result = std::make_shared<FrameResult>(madeResult({}, nullptr));
    result->epoch = 1;
    result->frame.source = source();
    result->frame.sequence = sequence;
    result->models.front().features = features;
    addJob(*result, module);
    return result;
}

StepRequest requestOf(const QList<QVariant>& signal) { return signal.at(0).value<StepRequest>(); }

void answer(StepStrip& strip, const StepRequest& request, const cv::Scalar& bgr) {
    RenderedStep rendered = render(request);
    rendered.pixels = std::make_shared<cv::Mat>(request.height, request.width, CV_8UC4, bgr);
    strip.setRendered(rendered);
}

void answerAll(StepStrip& strip, const QSignalSpy& asked, const cv::Scalar& bgr = {200, 100, 50, 255}) {
    for (const auto& signal : asked) {
        answer(strip, requestOf(signal), bgr);
    }
}

const QRgb kBlue = qRgb(50, 100, 200);

}  // namespace

class TestStepStrip : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { applyTheme(*qApp, ThemeName::Dark); }
    void init() { failOnWarnings(); }

    void asksForWhatIsVisibleOnce() {
        StepStrip strip;
        showAt(strip, 560, 200);  // three cards
        QSignalSpy asked(&strip, &StepStrip::renderRequested);
        const auto result = makeResult();
        OverlayStyle style;
        strip.setResult(result, JobId{"steps"}, style);
        QCOMPARE(strip.count(), 5);
        QCOMPARE(asked.size(), 3);
        QCOMPARE(requestOf(asked.at(2)).step, 2);
        QCOMPARE(requestOf(asked.at(2)).width, strip.pictureRect(2).width());
        QCOMPARE(requestOf(asked.at(2)).height, strip.pictureRect(2).height());
        QCOMPARE(requestOf(asked.at(1)).ink, theme().channel.rgb());
        QVERIFY(strip.cardRect(3).isNull());
        strip.setResult(result, JobId{"steps"}, style);
        strip.setResult(std::make_shared<FrameResult>(*result), JobId{"steps"}, style);  // the next snapshot of this pass
        QCOMPARE(asked.size(), 3);
        style.colormap = "viridis";
        strip.setResult(result, JobId{"steps"}, style);
        QCOMPARE(asked.size(), 6);
        strip.setResult(makeResult(2), JobId{"steps"}, style);
        QCOMPARE(asked.size(), 9);
    }

    void hiddenItAsksForNothing() {
        StepStrip strip;
        strip.resize(560, 200);
        QSignalSpy asked(&strip, &StepStrip::renderRequested);
        strip.setResult(makeResult(), JobId{"steps"}, {});
        QCOMPARE(asked.size(), 0);
        strip.show();
        QVERIFY(QTest::qWaitForWindowExposed(&strip));
        QCOMPARE(asked.size(), 3);
    }

    void paintsThePixelsWhereItSays() {
        StepStrip strip;
        showAt(strip, 1000, 240);
        QSignalSpy asked(&strip, &StepStrip::renderRequested);
        strip.setResult(makeResult(), JobId{"steps"}, {});
        QCOMPARE(asked.size(), 5);
        answer(strip, requestOf(asked.at(3)), {200, 100, 50, 255});
        const QImage image = strip.grab().toImage();
        const QRect box = strip.pictureRect(3);
        QCOMPARE(countColour(image, box, kBlue), box.width() * box.height());
        QCOMPARE(countColour(image, image.rect(), kBlue), box.width() * box.height());
        // Two rows of three cells: the sides are those of the map.
        QVERIFY(qAbs(box.width() * 2 - box.height() * 3) <= 3);
        QVERIFY(strip.cardRect(3).contains(box));
    }

    void olderPicturesNeverCoverNewerOnes() {
        StepStrip strip;
        showAt(strip, 1000, 240);
        QSignalSpy asked(&strip, &StepStrip::renderRequested);
        strip.setResult(makeResult(1), JobId{"steps"}, {});
        strip.setResult(makeResult(2), JobId{"steps"}, {});
        QCOMPARE(asked.size(), 10);
        answer(strip, requestOf(asked.at(8)), {200, 100, 50, 255});
        answer(strip, requestOf(asked.at(3)), {0, 0, 255, 255});
        QVERIFY(countColour(strip.grab().toImage(), strip.rect(), kBlue) > 100);
        // A new result keeps the pictures until its own are there.
        strip.setResult(makeResult(3), JobId{"steps"}, {});
        QVERIFY(countColour(strip.grab().toImage(), strip.rect(), kBlue) > 100);
        auto other = makeResult(4);
        other->frame.source = std::make_shared<SourceInfo>();
        strip.setResult(other, JobId{"steps"}, {});
        QCOMPARE(countColour(strip.grab().toImage(), strip.rect(), kBlue), 0);
    }

    void pointingMarksWhatACardNeeds() {
        StepStrip strip;
        showAt(strip, 1000, 240);
        strip.setResult(makeResult(), JobId{"steps"}, {});
        strip.clearFocus();
        QCOMPARE(strip.highlighted(), std::vector<int>{});
        const auto edge = [&](int card) {
            const QRect box = strip.cardRect(card);
            return countColour(strip.grab().toImage(), QRect(box.left(), box.center().y(), 3, 1), theme().accent.rgb());
        };
        QCOMPARE(edge(0), 0);
        QTest::mouseMove(&strip, strip.cardRect(4).center());
        QTRY_COMPARE(strip.highlighted(), (std::vector<int>{0, 3}));
        QCOMPARE(edge(0), 2);
        QCOMPARE(edge(3), 2);
        QCOMPARE(edge(1), 0);
        // The way from the first card runs below those between.
        const QRect between = strip.cardRect(2);
        const QImage image = strip.grab().toImage();
        QVERIFY(countColour(image, QRect(between.left(), between.bottom() + 1, between.width(), 11), theme().accent.rgb()) >=
                between.width());
        QTest::mouseMove(&strip, strip.cardRect(1).center());
        QTRY_COMPARE(strip.highlighted(), std::vector<int>{0});
    }

    void clickEnlargesAndAgainReturns() {
        StepStrip strip;
        showAt(strip, 1000, 240);
        strip.setResult(makeResult(), JobId{"steps"}, {});
        QSignalSpy asked(&strip, &StepStrip::renderRequested);
        QSignalSpy chosen(&strip, &StepStrip::stepChosen);
        QTest::mouseClick(&strip, Qt::LeftButton, {}, strip.cardRect(1).center());
        QCOMPARE(chosen.size(), 1);
        QCOMPARE(chosen.at(0).at(0).toInt(), 1);
        QCOMPARE(strip.chosen(), 1);
        QVERIFY(strip.largeRect().width() > 400);
        QVERIFY(strip.largeRect().contains(strip.pictureRect(1)));
        QVERIFY(!asked.isEmpty());
        const auto large = requestOf(asked.at(0));
        QCOMPARE(large.step, 1);
        QCOMPARE(QSize(large.width, large.height), strip.pictureRect(1).size());
        QTest::mouseClick(&strip, Qt::LeftButton, {}, strip.largeRect().center());
        QCOMPARE(strip.chosen(), -1);
        QCOMPARE(chosen.at(1).at(0).toInt(), -1);
        QVERIFY(strip.largeRect().isNull());
    }

    // Bars: the value under the pointer is that of the channel there.
    void theValueUnderThePointer() {
        StepStrip strip;
        showAt(strip, 1000, 240);
        QSignalSpy asked(&strip, &StepStrip::renderRequested);
        strip.setResult(makeResult(), JobId{"steps"}, {});
        strip.setChosen(1);
        answerAll(strip, asked);
        const QRect box = strip.pictureRect(1);
        QTest::mouseMove(&strip, QPoint(box.left() + box.width() * 3 / 8, box.center().y()));
        QTRY_COMPARE(strip.reading(), QStringLiteral("channel 1: -1.5"));
        strip.setChosen(3);
        const QRect map = strip.pictureRect(3);
        QTest::mouseMove(&strip, QPoint(map.left() + map.width() / 2, map.top() + map.height() * 3 / 4));
        QTRY_COMPARE(strip.reading(), QStringLiteral("row 1, column 1: 4"));
        QTest::mouseMove(&strip, QPoint(map.right() + 20, 2));
        QTRY_COMPARE(strip.reading(), QString());
    }

    void keysMoveChooseAndReturn() {
        StepStrip strip;
        showAt(strip, 560, 200);
        strip.setResult(makeResult(), JobId{"steps"}, {});
        QSignalSpy chosen(&strip, &StepStrip::stepChosen);
        QTest::keyClick(&strip, Qt::Key_End);
        QVERIFY(strip.cardRect(0).isNull());
        QVERIFY(!strip.cardRect(4).isNull());
        QTest::keyClick(&strip, Qt::Key_Left);
        QTest::keyClick(&strip, Qt::Key_Return);
        QCOMPARE(strip.chosen(), 3);
        QVERIFY(strip.cardRect(3).isNull());  // narrow: the enlarged card has all the room
        QTest::keyClick(&strip, Qt::Key_Left);
        QCOMPARE(strip.chosen(), 2);
        QTest::keyClick(&strip, Qt::Key_Escape);
        QCOMPARE(strip.chosen(), -1);
        QCOMPARE(chosen.size(), 3);
        QTest::keyClick(&strip, Qt::Key_Home);
        QVERIFY(!strip.cardRect(0).isNull());
    }

    void theWheelMovesThrough() {
        StepStrip strip;
        showAt(strip, 560, 200);
        QSignalSpy asked(&strip, &StepStrip::renderRequested);
        strip.setResult(makeResult(), JobId{"steps"}, {});
        const auto turn = [&strip](int delta) {
            const QPointF middle = strip.rect().center();
            QWheelEvent wheel(middle, strip.mapToGlobal(middle), {}, {0, delta}, Qt::NoButton, {}, Qt::NoScrollPhase, false);
            QApplication::sendEvent(&strip, &wheel);
        };
        turn(-120);
        QVERIFY(strip.cardRect(0).isNull());
        QVERIFY(!strip.cardRect(3).isNull());
        QCOMPARE(requestOf(asked.last()).step, 3);
        for (int k = 0; k < 9; ++k) turn(-120);
        QVERIFY(!strip.cardRect(4).isNull());
        QVERIFY(!strip.cardRect(2).isNull());
        for (int k = 0; k < 9; ++k) turn(120);
        QVERIFY(!strip.cardRect(0).isNull());
    }

    void anErrorAndEmptinessAreSaid() {
        StepStrip strip;
        showAt(strip, 560, 200);
        QVERIFY(strip.textSummary().contains(QStringLiteral("Choose a mechanism")));
        auto result = makeResult();
        auto failed = jobOf(info());
        failed->output = makeError(ErrorCode::BadShape, "It needs %1 channels; choose another backbone.", {"8"});
        result->models.front().jobs.clear();
        addJob(*result, failed);
        strip.setResult(result, JobId{"steps"}, {});
        QVERIFY(countColour(strip.grab().toImage(), strip.rect(), theme().error.rgb(), 40) > 50);
        QCOMPARE(strip.highlighted(), std::vector<int>{});
        QTest::keyClick(&strip, Qt::Key_Right);
        QVERIFY(!strip.grab().isNull());
        strip.setResult(nullptr, JobId{"steps"}, {});
        QCOMPARE(strip.count(), 0);
        QTest::keyClick(&strip, Qt::Key_Return);
    }

    void anUnfinishedJobKeepsWhatIsShown() {
        StepStrip strip;
        showAt(strip, 1000, 240);
        strip.setResult(makeResult(1), JobId{"steps"}, {});
        auto early = makeResult(2);
        early->models.front().jobs.front().result = nullptr;
        strip.setResult(early, JobId{"steps"}, {});
        QCOMPARE(strip.count(), 5);
    }

    void screenReaderHearsTheSteps() {
        StepStrip strip;
        showAt(strip, 1000, 240);
        QSignalSpy asked(&strip, &StepStrip::renderRequested);
        strip.setResult(makeResult(), JobId{"steps"}, {});
        answerAll(strip, asked);
        QCOMPARE(described(strip), strip.textSummary());
        QVERIFY2(strip.textSummary().contains(QString::fromUtf8("2 squeeze, 4, −1.5 · 0.563 · 3; 3 reduce, 2")),
                 qPrintable(strip.textSummary()));
        strip.setChosen(4);
        QVERIFY(strip.textSummary().contains(QString::fromUtf8("Enlarged: scale. y = s · x. Computed from: x, gate.")));
    }

    void everySizeAndThemeIsPainted_data() {
        QTest::addColumn<QSize>("size");
        QTest::newRow("wide") << QSize(1000, 240);
        QTest::newRow("least") << QSize(400, 160);
        QTest::newRow("tiny") << QSize(60, 30);
    }

    void everySizeAndThemeIsPainted() {
        QFETCH(QSize, size);
        for (const auto name : {ThemeName::Light, ThemeName::Dark}) {
            applyTheme(*qApp, name);
            StepStrip strip;
            showAt(strip, size.width(), size.height());
            strip.setResult(makeResult(), JobId{"steps"}, {});
            for (const int chosen : {-1, 1, 4}) {
                strip.setChosen(chosen);
                QCOMPARE(strip.grab().toImage().pixel(1, 1), theme().window.rgb());
            }
        }
    }

    void focusIsSeenAndLanguageChanges() {
        StepStrip strip;
        showAt(strip, 1000, 240);
        strip.setResult(makeResult(), JobId{"steps"}, {});
        strip.activateWindow();
        strip.setFocus();
        QTRY_VERIFY(strip.hasFocus());
        QVERIFY(countColour(strip.grab().toImage(), strip.cardRect(0), theme().focus.rgb()) > 100);
        BracketTranslator brackets;
        QApplication::installTranslator(&brackets);
        QTRY_VERIFY(strip.accessibleName().startsWith(QLatin1Char('[')));
        QApplication::removeTranslator(&brackets);
    }
};

QTEST_MAIN(TestStepStrip)
#include "tst_step_strip.moc"
