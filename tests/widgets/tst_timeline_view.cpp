#include <QSignalSpy>
#include <QTest>

#include "engine/render/colormap.h"
#include "tests/support/view_test.h"
#include "widgets/theme.h"
#include "widgets/timeline_view.h"

using namespace fovea;
using namespace fovea::test;

namespace {

// Eight frames a tenth of a second apart, but three are missing after the fourth.
Timeline eight() {
    Timeline t;
    t.timestamps = {0.0, 0.1, 0.2, 0.3, 0.7, 0.8, 0.9, 1.0};
    t.indices = {10, 13, 16, 19, 31, 34, 37, 40};
    t.weights = {0.05F, 0.1F, 0.08F, 0.12F, 0.21F, 0.2F, 0.14F, 0.1F};
    t.shown = 7;
    t.what = "gate per frame";
    return t;
}

// Pixels of the bar's colours in the middle column of a frame.
int barHeight(const TimelineView& view, const QImage& image, int frame) {
    const int x = static_cast<int>(view.barRect(frame).center().x());
    const QRgb background = image.pixel(1, 1);
    const QRectF bar = view.barRect(frame);
    int count = 0;
    for (int y = static_cast<int>(bar.top()) - 8; y < static_cast<int>(std::lround(bar.bottom())); ++y) {
        const QColor colour(image.pixel(x, y));
        count += image.pixel(x, y) != background && colour.blue() > colour.green() + 20 ? 1 : 0;
    }
    return count;
}

}  // namespace

class TestTimelineView : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { applyTheme(*qApp, ThemeName::Dark); }
    void init() { failOnWarnings(); }

    void barsAreInProportionAndReachTheTrueMaximum() {
        TimelineView view;
        view.setTimeline(eight());
        showAt(view, 240, view.sizeHint().height());
        const QImage image = view.grab().toImage();
        const int highest = barHeight(view, image, 4);
        QVERIFY(highest > 60);
        QVERIFY(qAbs(barHeight(view, image, 1) - highest * 10 / 21) <= 2);
        QVERIFY(qAbs(barHeight(view, image, 0) - highest * 5 / 21) <= 2);
        QVERIFY(countColour(image, view.barRect(7).toAlignedRect(), theme().temporal.rgb()) > 50);
        QCOMPARE(countColour(image, view.barRect(3).toAlignedRect(), theme().temporal.rgb()), 0);
    }

    void aGapInTimeIsAGap() {
        TimelineView view;
        view.setTimeline(eight());
        view.resize(240, view.sizeHint().height());
        const auto x = [&](int k) { return view.barRect(k).center().x(); };
        const double tenth = x(1) - x(0);
        QVERIFY(tenth > 5.0);
        QVERIFY(qAbs(x(4) - x(3) - 4.0 * tenth) < 1e-6);
        QVERIFY(qAbs(x(7) - x(6) - tenth) < 1e-6);
        QVERIFY(view.barRect(0).left() >= 0.0 && view.barRect(7).right() <= 240.0);
        QVERIFY(view.barRect(1).left() > view.barRect(0).right());
    }

    void signedWeightsGrowFromZero() {
        Timeline t = eight();
        t.weights[1] = -0.21F;
        TimelineView view;
        view.setTimeline(t);
        view.resize(240, view.sizeHint().height());
        QVERIFY(qAbs(view.barRect(1).top() - view.barRect(4).bottom()) < 1e-6);
        QVERIFY(qAbs(view.barRect(1).height() - view.barRect(4).height()) < 1e-6);
    }

    void clicksAndKeysChooseAFrame() {
        TimelineView view;
        view.setTimeline(eight());
        showAt(view, 240, view.sizeHint().height());
        QSignalSpy chosen(&view, &TimelineView::frameChosen);
        QTest::mouseClick(&view, Qt::LeftButton, {}, view.barRect(2).center().toPoint());
        QCOMPARE(chosen.last().at(0).toInt(), 2);
        QTest::keyClick(&view, Qt::Key_Right);
        QCOMPARE(chosen.last().at(0).toInt(), 3);
        QTest::keyClick(&view, Qt::Key_Left);
        QCOMPARE(chosen.last().at(0).toInt(), 2);
        QTest::keyClick(&view, Qt::Key_End);
        QCOMPARE(chosen.last().at(0).toInt(), 7);
        QTest::keyClick(&view, Qt::Key_Right);
        QCOMPARE(chosen.last().at(0).toInt(), 7);
        QTest::keyClick(&view, Qt::Key_Home);
        QCOMPARE(chosen.last().at(0).toInt(), 0);
        const auto before = chosen.size();
        const double gap = (view.barRect(3).right() + view.barRect(4).left()) / 2.0;
        QTest::mouseClick(&view, Qt::LeftButton, {}, QPoint(static_cast<int>(gap), 60));
        QCOMPARE(chosen.size(), before);
    }

    void shownAndAskingHaveMarksOfTheirOwn() {
        TimelineView view;
        Timeline t = eight();
        t.shown = 2;
        view.setTimeline(t);
        showAt(view, 240, view.sizeHint().height());
        const auto under = [&](int k) {
            const QRectF bar = view.barRect(k);
            return QRect(static_cast<int>(bar.center().x()) - 5, static_cast<int>(bar.bottom()) + 2, 11, 8);
        };
        const QImage image = view.grab().toImage();
        const int triangle = countColour(image, under(2), theme().text.rgb(), 30);
        QVERIFY(triangle > 15);
        QCOMPARE(countColour(image, under(5), theme().text.rgb(), 30), 0);
        t.asking = 5;
        view.setTimeline(t);
        const int diamond = countColour(view.grab().toImage(), under(5), theme().text.rgb(), 90);
        QVERIFY(diamond > 4);
        QVERIFY(view.textSummary().contains(QStringLiteral("Asking: frame 6.")));
    }

    void channelsStandBelowInTheColoursOfTheScale() {
        Timeline t = eight();
        t.channels = 4;
        for (int n = 0; n < 32; ++n) {
            t.rows.push_back(static_cast<float>(n) / 31.0F - 0.2F);
        }
        TimelineView view;
        const int without = view.sizeHint().height();
        view.setTimeline(t);
        QVERIFY(view.sizeHint().height() > without);
        showAt(view, 240, view.sizeHint().height());
        const QImage image = view.grab().toImage();
        const ColorTable& table = findColormap("inferno")->table;
        for (const auto& [frame, channel] : {std::pair{0, 0}, std::pair{7, 3}, std::pair{3, 2}}) {
            const int index = colorIndex(t.rows[static_cast<std::size_t>(frame * 4 + channel)], {-0.2F, 0.8F});
            const QPoint at = view.cellRect(frame, channel).center().toPoint();
            QCOMPARE(image.pixel(at), table[static_cast<std::size_t>(index)]);
        }
        t.rows.clear();
        t.channels = 0;
        view.setTimeline(t);
        QCOMPARE(view.sizeHint().height(), without);
        QVERIFY(view.cellRect(0, 0).isNull());
    }

    void oddClipsArePainted_data() {
        QTest::addColumn<QList<double>>("times");
        QTest::addColumn<QList<float>>("weights");
        QTest::newRow("one frame") << QList<double>{3.0} << QList<float>{1.0F};
        QTest::newRow("no times") << QList<double>{0.0, 0.0, 0.0} << QList<float>{0.2F, 0.3F, 0.5F};
        QTest::newRow("all zero") << QList<double>{0.0, 1.0} << QList<float>{0.0F, 0.0F};
    }

    void oddClipsArePainted() {
        QFETCH(QList<double>, times);
        QFETCH(QList<float>, weights);
        Timeline t;
        t.timestamps.assign(times.begin(), times.end());
        t.weights.assign(weights.begin(), weights.end());
        t.shown = static_cast<int>(times.size()) - 1;
        TimelineView view;
        view.setTimeline(t);
        showAt(view, 120, view.sizeHint().height());
        QVERIFY(!view.grab().isNull());
        for (int k = 1; k < static_cast<int>(times.size()); ++k) {
            QVERIFY(view.barRect(k).left() >= view.barRect(k - 1).right());
        }
        QVERIFY(view.barRect(static_cast<int>(times.size()) - 1).right() <= 120.0);
    }

    void itSaysWhatIsMissing() {
        TimelineView view;
        QVERIFY(view.textSummary().startsWith(QStringLiteral("Choose a temporal mechanism")));
        showAt(view, 240, 120);
        const QImage empty = view.grab().toImage();
        QVERIFY(countColour(empty, empty.rect(), theme().secondary.rgb(), 60) > 30);
        view.setTimeline(eight());
        view.setMessage(QStringLiteral("The clip is not full yet."));
        QCOMPARE(view.textSummary(), QStringLiteral("The clip is not full yet."));
        QVERIFY(view.barRect(0).isNull());
        QSignalSpy chosen(&view, &TimelineView::frameChosen);
        QTest::keyClick(&view, Qt::Key_Left);
        QTest::mouseClick(&view, Qt::LeftButton, {}, QPoint(100, 60));
        QCOMPARE(chosen.size(), 0);
    }

    void screenReadersHearTheHeaviestFrame() {
        TimelineView view;
        view.setTimeline(eight());
        QVERIFY2(view.textSummary().startsWith(QStringLiteral("frame 5 of 8, 0.3 s ago, has the most weight: 0.21.")),
                 qPrintable(view.textSummary()));
        QVERIFY(view.textSummary().contains(QStringLiteral("Shown: frame 8 with 0.1.")));
        QCOMPARE(described(view), view.textSummary());
    }
};

QTEST_MAIN(TestTimelineView)
#include "tst_timeline_view.moc"
