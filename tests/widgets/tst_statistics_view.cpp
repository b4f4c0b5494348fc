#include <QSignalSpy>
#include <QTest>
#include <QToolButton>

#include <algorithm>

#include "tests/support/view_test.h"
#include "widgets/card.h"
#include "widgets/card_parts.h"
#include "widgets/statistics_view.h"
#include "widgets/theme.h"

using namespace fovea;
using namespace fovea::test;

namespace {

std::shared_ptr<ScalarField> makeTestField(int height, int width, std::vector<float> values) {
    auto field = std::make_shared<ScalarField>();
    field->height = height;
    field->width = width;
    field->values = std::move(values);
    field->min = *std::min_element(field->values.begin(), field->values.end());
    field->max = *std::max_element(field->values.begin(), field->values.end());
    field->scaleMin = field->min;
    field->scaleMax = field->max;
    return field;
}

void show(StatisticsView& view, const std::shared_ptr<ScalarField>& field, const OverlayStyle& style = {}) {
    view.setField(field, std::make_shared<FieldStatistics>(fieldStatistics(*field)), style);
}

}  // namespace

class TestStatisticsView : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { applyTheme(*qApp, ThemeName::Dark); }
    void init() { failOnWarnings(); }

    // Three cells of four at the low end: a full column in its colour there, a third of it in the other colour at the high end.
    void histogramHasTheColoursOfTheScale() {
        StatisticsView view;
        show(view, makeTestField(2, 2, {0.0F, 0.0F, 0.0F, 1.0F}));
        showAt(view, 256, view.sizeHint().height());
        const QImage image = view.grab().toImage();
        const auto& table = findColormap(OverlayStyle{}.colormap)->table;
        const ValueRange range{0.0F, 1.0F};
        const QRgb low = table[static_cast<std::size_t>(colorIndex(0.5F / 64.0F, range))];
        const QRgb high = table[static_cast<std::size_t>(colorIndex(63.5F / 64.0F, range))];
        const int tall = countColour(image, QRect(3, 0, 1, 44), low);
        const int small = countColour(image, QRect(252, 0, 1, 44), high);
        QVERIFY(tall >= 40);
        QVERIFY(qAbs(small * 3 - tall) <= 3);
        QCOMPARE(countColour(image, QRect(60, 0, 100, 40), high), 0);
    }

    void aLockedRangeColoursByThatRange() {
        StatisticsView view;
        OverlayStyle style;
        style.autoRange = false;
        style.range = {0.0F, 2.0F};
        show(view, makeTestField(1, 2, {0.0F, 1.0F}), style);
        showAt(view, 256, view.sizeHint().height());
        const QRgb half = findColormap(style.colormap)->table[static_cast<std::size_t>(colorIndex(63.5F / 64.0F, style.range))];
        QVERIFY(countColour(view.grab().toImage(), QRect(252, 0, 1, 44), half) >= 40);
    }

    void rowsSayTheNumbers() {
        StatisticsView view;
        show(view, makeTestField(2, 2, {1.0F, 1.0F, 1.0F, 5.0F}));
        const auto rows = view.rows();
        QCOMPARE(rows.size(), std::size_t{4});
        QCOMPARE(rows[0].second, QStringLiteral("25 % of area"));
        QVERIFY(rows[1].second.endsWith(QStringLiteral("of 2.0 bits")));
        QCOMPARE(rows[2].second, QStringLiteral("2"));
        QVERIFY(rows[3].second.endsWith(QStringLiteral("(1, 1)")));
    }

    void rowsFitTheColumn() {
        StatisticsView view;
        show(view, makeTestField(40, 60, std::vector<float>(2400, 0.001F)));
        const auto field = makeTestField(40, 60, std::vector<float>(2400, 0.00123F));
        field->values[2399] = 123.0F;
        show(view, field);
        QFont font = view.font();
        font.setPixelSize(11);
        const QFontMetrics metrics(font);
        for (const auto& [label, value] : view.rows()) {
            QVERIFY2(metrics.horizontalAdvance(label) + metrics.horizontalAdvance(value) + 6 <= 196, qPrintable(label + value));
        }
    }

    void flatFieldsAreNamed() {
        StatisticsView view;
        show(view, makeTestField(7, 13, std::vector<float>(91, 0.5F)));
        QVERIFY(view.textSummary().contains(QStringLiteral("same value, 0.5")));
        show(view, makeTestField(1, 1, {0.0F}));
        QVERIFY(view.textSummary().contains(QStringLiteral("Every cell is 0")));
        showAt(view, 196, view.sizeHint().height());
        QVERIFY(!view.grab().isNull());
    }

    void arrowsWalkTheBins() {
        StatisticsView view;
        show(view, makeTestField(2, 2, {0.0F, 0.0F, 0.0F, 6.4F}));
        showAt(view, 256, view.sizeHint().height());
        view.activateWindow();
        view.setFocus();
        QTRY_VERIFY(view.hasFocus());
        QTest::keyClick(&view, Qt::Key_Right);
        QVERIFY(view.textSummary().contains(QStringLiteral("0 … 0.1: 75 %")));
        QTest::keyClick(&view, Qt::Key_Right);
        QVERIFY(view.textSummary().contains(QStringLiteral("0.1 … 0.2: 0 %")));
        QVERIFY(countColour(view.grab().toImage(), view.rect(), theme().focus.rgb()) > 100);
    }

    void screenReaderHearsWhereItIsStrongest() {
        StatisticsView view;
        QCOMPARE(described(view), view.textSummary());
        show(view, makeTestField(3, 3, {9.0F, 0.0F, 0.0F, 0.0F, 0.0F, 0.0F, 0.0F, 0.0F, 0.0F}));
        QCOMPARE(described(view), view.textSummary());
        QVERIFY(view.textSummary().contains(QStringLiteral("upper left")));
        QVERIFY(view.textSummary().contains(QStringLiteral("half the weight on 11 %")));
    }

    void itsCardFolds() {
        auto* view = new StatisticsView;
        Card card(view);
        card.setTitle(QStringLiteral("Spatial gate"));
        card.setAside(QStringLiteral("20 × 13"));
        showAt(card, 216, card.sizeHint().height());
        QCOMPARE(card.content(), view);
        QCOMPARE(view->accessibleName(), QStringLiteral("Spatial gate"));
        QCOMPARE(card.grab().toImage().pixel(card.width() / 2, 4), theme().card.rgb());
        QSignalSpy folded(&card, &Card::foldedChanged);
        auto* title = card.findChild<QToolButton*>();
        QVERIFY(title->width() >= title->sizeHint().width());
        // The longest title leaves room for a number of three digits.
        card.setTitle(QStringLiteral("Added to each channel"));
        card.setAside(QStringLiteral("128"));
        QCoreApplication::processEvents();
        const auto labels = card.findChildren<LineLabel*>();
        QVERIFY(std::none_of(labels.begin(), labels.end(), [](const LineLabel* label) { return label->shortened(); }));
        QTest::mouseClick(title, Qt::LeftButton);
        QVERIFY(card.folded());
        QVERIFY(!view->isVisible());
        card.setFolded(false);
        QVERIFY(view->isVisible());
        QCOMPARE(folded.size(), 2);
    }

    void speaksAnotherLanguage() {
        StatisticsView view;
        show(view, makeTestField(2, 2, {1.0F, 1.0F, 1.0F, 5.0F}));
        showAt(view, 196, view.sizeHint().height());
        BracketTranslator brackets;
        QApplication::installTranslator(&brackets);
        QCOMPARE(view.rows()[1].first, QStringLiteral("[entropy]"));
        QVERIFY(!view.grab().isNull());
        QApplication::removeTranslator(&brackets);
    }
};

QTEST_MAIN(TestStatisticsView)
#include "tst_statistics_view.moc"
