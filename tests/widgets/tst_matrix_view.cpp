#include <QComboBox>
#include <QRadioButton>
#include <QSignalSpy>
#include <QTest>

#include <opencv2/core.hpp>

#include "tests/support/made_result.h"
#include "tests/support/view_test.h"
#include "widgets/matrix_view.h"
#include "widgets/theme.h"

using namespace fovea;
using namespace fovea::test;

namespace {

const ModuleInfo& info() {
    static const ModuleInfo kInfo = [] {
        ModuleInfo made;
        made.id = "pairs";
        made.title = "Pairs";
        return made;
    }();
    return kInfo;
}

// Every query looks only at the key with its own number, head by head a little less.
std::shared_ptr<const FrameResult> makeResult(int heads, int queryHeight, int queryWidth, int keyHeight, int keyWidth) {
    const int n = queryHeight * queryWidth;
    const int m = keyHeight * keyWidth;
    AttentionMap map;
    map.name = "matrix";
    map.kind =
        PairwiseMap{.queries = {.height = queryHeight, .width = queryWidth}, .keys = {.height = keyHeight, .width = keyWidth}};
    map.role = MapRole::Distribution;
    map.data = Tensor(Shape{heads, n, m});
    for (int h = 0; h < heads; ++h) {
        for (int q = 0; q < n; ++q) {
            map.data.values[static_cast<std::size_t>((h * n + q) * m + q % m)] = 1.0F;
        }
    }
    auto module = jobOf(info());
    AttentionOutput output;
    output.maps.push_back(std::move(map));
    module->output = std::move(output);
    return std::make_shared<FrameResult>(madeResult({}, nullptr, {module}));
}

std::shared_ptr<const FrameResult> resultOf(AttentionMap map) {
    auto module = jobOf(info());
    module->output = AttentionOutput{{}, {std::move(map)}};
    return std::make_shared<FrameResult>(madeResult({}, nullptr, {module}));
}

// 3×3 places in windows of 2×2, of which those at the right and the bottom are padded; every token looks at itself.
AttentionMap windowsMap() {
    auto layout = PairwiseLayout::grouped(3, 3, 4, 1, {0, 1, 3, 4, 2, -1, 5, -1, 6, 7, -1, -1, 8, -1, -1, -1});
    AttentionMap map = layoutMap("matrix", "Windows", std::make_shared<PairwiseLayout>(std::move(layout)));
    map.data = Tensor(std::get<PairwiseMap>(map.kind).layout->shape);
    for (int k = 0; k < 16; ++k) map.data.values[static_cast<std::size_t>(k * 4 + k % 4)] = 1.0F;
    return map;
}

FieldSpec spec(double x = 0.0, double y = 0.0, bool to = false) {
    FieldSpec field;
    field.job.source = "pairs";
    field.queryX = x;
    field.queryY = y;
    field.toQuery = to;
    return field;
}

// Answers a request with one colour.
void answer(MatrixView& view, const MatrixRequest& request, const cv::Scalar& bgr) {
    RenderedMatrix rendered;
    rendered.request = request;
    rendered.picture.pixels = std::make_shared<cv::Mat>(request.side, request.side, CV_8UC4, bgr);
    rendered.picture.min = 0.0F;
    rendered.picture.max = 1.0F;
    view.setRendered(rendered);
}

QRadioButton* segment(MatrixView& view, const QString& text) {
    for (auto* button : view.findChildren<QRadioButton*>()) {
        if (button->text() == text) {
            return button;
        }
    }
    return nullptr;
}

}  // namespace

class TestMatrixView : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { applyTheme(*qApp, ThemeName::Dark); }
    void init() { failOnWarnings(); }

    void asksOnceForItsOwnPixels() {
        MatrixView view;
        QSignalSpy asked(&view, &MatrixView::renderRequested);
        const auto result = makeResult(2, 3, 4, 3, 4);
        view.setMap(result, spec(), {});
        QCOMPARE(asked.size(), 0);  // hidden views paint nothing
        showAt(view, 196, view.heightForWidth(196));
        QCOMPARE(asked.size(), 1);
        const auto request = asked.at(0).at(0).value<MatrixRequest>();
        QCOMPARE(request.job.source, std::string("pairs"));
        QCOMPARE(request.map, std::string("matrix"));
        QCOMPARE(request.head, -1);
        QCOMPARE(request.side, qRound(view.matrixRect().width() * view.devicePixelRatioF()));
        view.setMap(result, spec(0.9, 0.9), {});
        QCOMPARE(asked.size(), 1);  // another query is the same matrix
        OverlayStyle style;
        style.colormap = "viridis";
        view.setMap(result, spec(), style);
        QCOMPARE(asked.size(), 2);
    }

    void paintsWhatCameBackAndMarksTheRow() {
        MatrixView view;
        QSignalSpy asked(&view, &MatrixView::renderRequested);
        const auto result = makeResult(1, 2, 2, 2, 2);
        view.setMap(result, spec(0.75, 0.0), {});
        showAt(view, 196, view.heightForWidth(196));
        answer(view, asked.at(0).at(0).value<MatrixRequest>(), cv::Scalar(200, 100, 50, 255));
        QImage image = view.grab().toImage();
        const QRect box = view.matrixRect();
        QVERIFY(countColour(image, box, qRgb(50, 100, 200)) > box.width() * box.height() * 8 / 10);
        // Row 1 of 4 lies between a quarter and a half of the height.
        const auto whiteAt = [&](int x, int y) { return countColour(image, QRect(x - 2, y - 2, 5, 5), qRgb(255, 255, 255)) > 0; };
        QVERIFY(whiteAt(box.center().x(), box.top() + box.height() / 4));
        QVERIFY(whiteAt(box.center().x(), box.top() + box.height() / 2));
        QVERIFY(!whiteAt(box.center().x(), box.top() + box.height() * 3 / 4));
        view.setMap(result, spec(0.75, 0.0, true), {});
        image = view.grab().toImage();
        QVERIFY(whiteAt(box.left() + box.width() / 4, box.center().y()));
        QVERIFY(!whiteAt(box.left() + box.width() * 3 / 4, box.center().y()));
    }

    void anotherResultsPixelsAreNotShown() {
        MatrixView view;
        QSignalSpy asked(&view, &MatrixView::renderRequested);
        view.setMap(makeResult(1, 2, 2, 2, 2), spec(), {});
        showAt(view, 196, view.heightForWidth(196));
        const auto old = asked.at(0).at(0).value<MatrixRequest>();
        auto next = std::make_shared<FrameResult>(*makeResult(1, 2, 2, 2, 2));
        next->epoch = 1;
        view.setMap(next, spec(), {});
        answer(view, old, cv::Scalar(200, 100, 50, 255));
        QCOMPARE(countColour(view.grab().toImage(), view.matrixRect(), qRgb(50, 100, 200)), 0);
    }

    void clickChoosesTheQuery() {
        MatrixView view;
        view.setMap(makeResult(1, 3, 4, 2, 2), spec(), {});
        showAt(view, 196, view.heightForWidth(196));
        QSignalSpy queries(&view, &MatrixView::queryChosen);
        const QRect box = view.matrixRect();
        // Row 6 of 12 is cell (1, 2) of the 3×4 grid.
        QTest::mouseClick(&view, Qt::LeftButton, {}, QPoint(box.left() + 5, box.top() + box.height() * 13 / 24));
        QCOMPARE(queries.size(), 1);
        QCOMPARE(queries.at(0).at(0).toPointF(), QPointF(2.5 / 4, 1.5 / 3));
        // "To" walks columns: column 3 of 4 is cell (1, 1) of the 2×2 grid of keys.
        QTest::mouseClick(segment(view, QStringLiteral("To")), Qt::LeftButton);
        QTest::mouseClick(&view, Qt::LeftButton, {}, QPoint(box.left() + box.width() * 7 / 8, box.top() + 3));
        QCOMPARE(queries.at(1).at(0).toPointF(), QPointF(0.75, 0.75));
    }

    void arrowsMoveByOneRow() {
        MatrixView view;
        view.setMap(makeResult(1, 3, 4, 3, 4), spec(), {});
        showAt(view, 196, view.heightForWidth(196));
        QSignalSpy queries(&view, &MatrixView::queryChosen);
        const auto last = [&queries] { return queries.last().at(0).toPointF(); };
        QTest::keyClick(&view, Qt::Key_Up);
        QCOMPARE(last(), QPointF(0.5 / 4, 0.5 / 3));  // stays in the grid
        QTest::keyClick(&view, Qt::Key_Down);
        QCOMPARE(last(), QPointF(1.5 / 4, 0.5 / 3));
        QTest::keyClick(&view, Qt::Key_PageDown);
        QCOMPARE(last(), QPointF(1.5 / 4, 1.5 / 3));
        QTest::keyClick(&view, Qt::Key_Left);
        QCOMPARE(last(), QPointF(0.5 / 4, 1.5 / 3));
        QTest::keyClick(&view, Qt::Key_End);
        QCOMPARE(last(), QPointF(3.5 / 4, 2.5 / 3));
    }

    void theWindowOfTheQueryIsShown() {
        MatrixView view;
        QSignalSpy asked(&view, &MatrixView::renderRequested);
        const auto result = resultOf(windowsMap());
        view.setMap(result, spec(0.9, 0.5), {});
        showAt(view, 196, view.heightForWidth(196));
        QCOMPARE(asked.last().at(0).value<MatrixRequest>().group, 1);
        QVERIFY(view.textSummary().startsWith(QStringLiteral("4 × 4 weights")));
        QVERIFY(view.textSummary().contains(QStringLiteral("Cell 1, 2 looks most at cell 1, 2 (1)")));
        // Tokens 1 and 3 of that window are padding, which cannot ask.
        QSignalSpy queries(&view, &MatrixView::queryChosen);
        QTest::keyClick(&view, Qt::Key_Up);
        QCOMPARE(queries.last().at(0).toPointF(), QPointF(2.5 / 3, 0.5 / 3));
        QTest::keyClick(&view, Qt::Key_Down);
        QCOMPARE(queries.last().at(0).toPointF(), QPointF(2.5 / 3, 1.5 / 3));
        QTest::keyClick(&view, Qt::Key_End);
        QCOMPARE(queries.last().at(0).toPointF(), QPointF(2.5 / 3, 1.5 / 3));
        view.setMap(result, spec(0.1, 0.9), {});
        QCOMPARE(asked.last().at(0).value<MatrixRequest>().group, 2);
    }

    // One matrix of frames per place: another frame asks, and the place stays.
    void walkingThroughFramesKeepsThePlace() {
        AttentionMap map = placeMatricesMap(3, 2, 2, nullptr);
        map.data = Tensor(Shape{4, 3, 3});
        MatrixView view;
        FieldSpec asks = spec(0.9, 0.1);
        asks.queryFrame = 0;
        view.setMap(resultOf(std::move(map)), asks, {});
        showAt(view, 196, view.heightForWidth(196));
        QSignalSpy queries(&view, &MatrixView::queryChosen);
        QTest::keyClick(&view, Qt::Key_Down);
        QCOMPARE(queries.last().at(0).toPointF(), QPointF(0.9, 0.1));
        QCOMPARE(queries.last().at(1).toInt(), 1);
        QTest::mouseClick(&view, Qt::LeftButton, {}, view.matrixRect().bottomRight() - QPoint(2, 2));
        QCOMPARE(queries.last().at(0).toPointF(), QPointF(0.9, 0.1));
        QCOMPARE(queries.last().at(1).toInt(), 2);
    }

    void crissCrossIsWalkedByRows() {
        AttentionMap map = layoutMap("criss", "Criss-cross", std::make_shared<PairwiseLayout>(PairwiseLayout::criss(2, 3, 1)));
        map.data = Tensor(std::get<PairwiseMap>(map.kind).layout->shape);
        map.data.values[5 * 5 + 2] = 1.0F;  // (1,2) looks at the first place of its row
        MatrixView view;
        view.setMap(resultOf(std::move(map)), spec(0.9, 0.9, true), {});
        showAt(view, 196, view.heightForWidth(196));
        QVERIFY(view.textSummary().startsWith(QStringLiteral("6 × 5 weights")));
        QVERIFY(view.textSummary().contains(QStringLiteral("Cell 1, 2 looks most at cell 1, 0 (1)")));
        QVERIFY(segment(view, QStringLiteral("To"))->isVisible());
        QSignalSpy queries(&view, &MatrixView::queryChosen);
        QTest::keyClick(&view, Qt::Key_Up);
        QCOMPARE(queries.last().at(0).toPointF(), QPointF(1.5 / 3, 0.75));
    }

    void codesAndChannelsAreChosenByNumber() {
        AttentionMap map = jobAt(*makeResult(1, 2, 3, 1, 4))->output->maps.front();
        auto& sides = std::get<PairwiseMap>(map.kind);
        sides.keys.axis = MapAxis::Codes;
        MatrixView view;
        FieldSpec field = spec();
        field.channel = 2;
        view.setMap(resultOf(map), field, {});
        showAt(view, 196, view.heightForWidth(196));
        QVERIFY(view.textSummary().contains(QStringLiteral("Most between code 2 and 0, 2 (1).")));
        QVERIFY(!segment(view, QStringLiteral("To"))->isVisible());
        QSignalSpy codes(&view, &MatrixView::codeChosen);
        QSignalSpy queries(&view, &MatrixView::queryChosen);
        QTest::keyClick(&view, Qt::Key_Right);
        QCOMPARE(codes.last().at(0).toInt(), 3);
        const QRect box = view.matrixRect();
        QTest::mouseClick(&view, Qt::LeftButton, {}, QPoint(box.left() + box.width() * 3 / 8, box.center().y()));
        QCOMPARE(codes.last().at(0).toInt(), 1);
        QCOMPARE(queries.size(), 0);
        sides.queries = {.height = 1, .width = 6, .axis = MapAxis::Channels};
        sides.keys.axis = MapAxis::Channels;
        view.setMap(resultOf(map), field, {});
        QVERIFY(view.textSummary().contains(QStringLiteral("channel 2")));
        QVERIFY(segment(view, QStringLiteral("To"))->isVisible());
    }

    void headsAndDirectionAreChosen() {
        MatrixView view;
        QSignalSpy asked(&view, &MatrixView::renderRequested);
        view.setMap(makeResult(3, 2, 2, 2, 2), spec(), {});
        showAt(view, 196, view.heightForWidth(196));
        auto* heads = view.findChild<QComboBox*>();
        QVERIFY(heads->isVisible());
        QCOMPARE(heads->count(), 6);  // mean, three heads, max, min
        QCOMPARE(heads->itemData(5).toInt(), kMinOverHeads);
        QSignalSpy chosen(&view, &MatrixView::headChosen);
        heads->setFocus();
        QTest::keyClick(heads, Qt::Key_Down);
        QCOMPARE(chosen.at(0).at(0).toInt(), 0);
        QCOMPARE(asked.last().at(0).value<MatrixRequest>().head, 0);
        QSignalSpy directions(&view, &MatrixView::directionChosen);
        QTest::mouseClick(segment(view, QStringLiteral("To")), Qt::LeftButton);
        QCOMPARE(directions.at(0).at(0).toBool(), true);
        view.setMap(makeResult(1, 2, 2, 2, 2), spec(), {});
        QVERIFY(!heads->isVisible());
    }

    void screenReaderHearsTheStrongestLink() {
        MatrixView view;
        QVERIFY(!described(view).isEmpty());
        view.setMap(makeResult(2, 3, 4, 3, 4), spec(0.6, 0.5), {});
        QCOMPARE(described(view), view.textSummary());
        QVERIFY(view.textSummary().contains(QStringLiteral("Cell 1, 2 looks most at cell 1, 2 (1)")));
        QVERIFY(view.textSummary().contains(QStringLiteral("mean over 2 heads")));
    }

    void errorsAreSaid() {
        MatrixView view;
        QSignalSpy asked(&view, &MatrixView::renderRequested);
        view.setMap(makeResult(1, 2, 2, 2, 2), spec(), {});
        showAt(view, 196, view.heightForWidth(196));
        RenderedMatrix rendered;
        rendered.request = asked.at(0).at(0).value<MatrixRequest>();
        rendered.error = makeError(ErrorCode::TooLarge, "The matrix is too large.");
        view.setRendered(rendered);
        QVERIFY(countColour(view.grab().toImage(), view.matrixRect(), theme().error.rgb(), 40) > 5);
    }

    void oddShapesAndLanguages() {
        MatrixView view;
        showAt(view, 196, view.heightForWidth(196));
        QVERIFY(!view.grab().isNull());
        QTest::keyClick(&view, Qt::Key_Down);
        view.setMap(makeResult(1, 1, 1, 1, 1), spec(1.0, 1.0), {});
        QTest::keyClick(&view, Qt::Key_Down);
        view.setMap(makeResult(2, 7, 13, 1, 1), spec(1.0, 1.0, true), {});
        view.resize(20, 20);
        QVERIFY(!view.grab().isNull());
        BracketTranslator brackets;
        QApplication::installTranslator(&brackets);
        QTRY_VERIFY(segment(view, QStringLiteral("[From]")) != nullptr);
        QApplication::removeTranslator(&brackets);
        QTRY_VERIFY(segment(view, QStringLiteral("From")) != nullptr);
    }
};

QTEST_MAIN(TestMatrixView)
#include "tst_matrix_view.moc"
