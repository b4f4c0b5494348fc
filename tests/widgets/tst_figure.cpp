#include "widgets/figure/figure.h"

#include <QTest>

#include <opencv2/core.hpp>

#include <cmath>

#include "widgets/figure/mat_image.h"

using namespace fovea;

namespace {

QImage testOverlay(int width, int height) {
    QImage image(width, height, QImage::Format_RGB32);
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            image.setPixel(x, y, qRgb(x % 256, y % 256, 90));
        }
    }
    return image;
}

ScalarField testField(float min, float max, bool diverging = false) {
    ScalarField field;
    field.min = field.scaleMin = min;
    field.max = field.scaleMax = max;
    field.diverging = diverging;
    return field;
}

FigureOptions barOnly() {
    FigureOptions options;
    options.caption = false;
    return options;
}

/// The bar's left edge and its table indices from top to bottom; the bar lies one pixel inside a rim.
struct Bar {
    int x = -1;
    std::vector<int> indices;
};

Bar findBar(const QImage& figure, int pictureWidth, const ColorTable& table) {
    constexpr QRgb kRim = 0xFF808080U;
    for (int x = pictureWidth; x < figure.width() - 1; ++x) {
        int rim = 0;
        while (rim < figure.height() && figure.pixel(x, rim) == kRim) {
            ++rim;
        }
        Bar bar{x + 1, {}};
        for (int y = 1; y < rim - 1; ++y) {
            bar.indices.push_back(indexOfColor(table, figure.pixel(x + 1, y)));
        }
        if (bar.indices.size() > 8) {
            return bar;
        }
    }
    return {};
}

/// Whether anything dark is drawn in a part of the figure.
bool hasInk(const QImage& figure, const QRect& where) {
    const QRect area = where & figure.rect();
    for (int y = area.top(); y <= area.bottom(); ++y) {
        for (int x = area.left(); x <= area.right(); ++x) {
            if (qGray(figure.pixel(x, y)) < 120) {
                return true;
            }
        }
    }
    return false;
}

}  // namespace

class TestFigure final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }
    void matImageDoesNotCopy();
    void matImageOfOtherTypes();
    void imageMatDrawsAlphaOverWhite();
    void withoutBarAndCaptionNothingChanges();
    void pictureStaysAsItIs_data();
    void pictureStaysAsItIs();
    void theAskedPlaceIsMarked();
    void barHoldsExactEntries_data();
    void barHoldsExactEntries();
    void barSaysItsEnds();
    void flatBar();
    void sizesFollowThePicture();
    void captionIsWrapped();
};

void TestFigure::matImageDoesNotCopy() {
    auto mat = std::make_shared<const cv::Mat>(7, 13, CV_8UC4, cv::Scalar(1, 2, 3, 255));
    const std::weak_ptr<const cv::Mat> watched = mat;
    {
        const QImage image = matImage(mat);
        QCOMPARE(image.format(), QImage::Format_RGB32);
        QCOMPARE(static_cast<const void*>(image.constBits()), static_cast<const void*>(mat->data));
        mat.reset();
        QVERIFY(!watched.expired());
        const QImage copy = image;
        QCOMPARE(copy.size(), QSize(13, 7));
        QCOMPARE(copy.pixel(12, 6), qRgb(3, 2, 1));
    }
    QVERIFY(watched.expired());
}

void TestFigure::matImageOfOtherTypes() {
    const cv::Mat wide(5, 11, CV_8UC3, cv::Scalar(10, 20, 30));
    const QImage image = matImage(std::make_shared<const cv::Mat>(wide(cv::Rect(3, 1, 7, 3))));  // rows with a stride
    QCOMPARE(image.size(), QSize(7, 3));
    QCOMPARE(image.format(), QImage::Format_RGB32);
    QCOMPARE(image.pixel(6, 2), qRgb(30, 20, 10));
    const QImage part =
        matImage(std::make_shared<const cv::Mat>(cv::Mat(5, 11, CV_8UC4, cv::Scalar(9, 8, 7, 255))(cv::Rect(1, 1, 2, 4))));
    QCOMPARE(part.size(), QSize(2, 4));
    QCOMPARE(part.pixel(1, 3), qRgb(7, 8, 9));
    QVERIFY(matImage(nullptr).isNull());
    QVERIFY(matImage(std::make_shared<const cv::Mat>()).isNull());
    QVERIFY(matImage(std::make_shared<const cv::Mat>(2, 2, CV_32FC1)).isNull());
}

void TestFigure::imageMatDrawsAlphaOverWhite() {
    QImage image(3, 1, QImage::Format_ARGB32);
    image.setPixel(0, 0, qRgba(255, 0, 0, 255));
    image.setPixel(1, 0, qRgba(10, 20, 30, 0));
    image.setPixel(2, 0, qRgba(0, 0, 0, 128));
    const auto mat = imageMat(image);
    QCOMPARE(mat->type(), CV_8UC3);
    QVERIFY(mat->at<cv::Vec3b>(0, 0) == cv::Vec3b(0, 0, 255));
    QVERIFY(mat->at<cv::Vec3b>(0, 1) == cv::Vec3b(255, 255, 255));
    QVERIFY(mat->at<cv::Vec3b>(0, 2) == cv::Vec3b(127, 127, 127));
    QVERIFY(imageMat(QImage()) == nullptr);
    const QImage opaque = testOverlay(13, 7);
    QCOMPARE(matImage(imageMat(opaque)), opaque);
    QImage grey(2, 1, QImage::Format_Grayscale16);
    grey.fill(Qt::white);
    QVERIFY(imageMat(grey)->at<cv::Vec3b>(0, 1) == cv::Vec3b(255, 255, 255));
}

void TestFigure::withoutBarAndCaptionNothingChanges() {
    const QImage overlay = testOverlay(40, 30);
    const ScalarField field = testField(0.0F, 1.0F);
    FigureOptions options;
    options.colorBar = false;
    options.captionText = QStringLiteral("unused");
    options.caption = false;
    QCOMPARE(composeFigure(overlay, &field, {}, options), overlay);
    QCOMPARE(composeFigure(overlay, nullptr, {}, barOnly()), overlay);  // no field, no bar
    QVERIFY(composeFigure(QImage(), &field, {}, {}).isNull());
}

void TestFigure::pictureStaysAsItIs_data() {
    QTest::addColumn<QSize>("size");
    QTest::newRow("1x1") << QSize(1, 1);
    QTest::newRow("13x7") << QSize(13, 7);
    QTest::newRow("640x480") << QSize(640, 480);
    QTest::newRow("90x900") << QSize(90, 900);
}

void TestFigure::pictureStaysAsItIs() {
    QFETCH(QSize, size);
    const QImage overlay = testOverlay(size.width(), size.height());
    const ScalarField field = testField(0.41F, 0.93F);
    FigureOptions options;
    options.captionText = QStringLiteral("CBAM · spatial gate · random (seed 1)");
    const QImage figure = composeFigure(overlay, &field, {}, options);
    QVERIFY(figure.width() > size.width());
    QVERIFY(figure.height() > size.height());
    QCOMPARE(figure.copy(overlay.rect()), overlay);
    QVERIFY(!hasInk(figure, QRect(figure.width() - 2, 0, 2, figure.height())));
    QVERIFY(!hasInk(figure, QRect(0, figure.height() - 2, figure.width(), 2)));
}

// Two rings of 5 pixels, white within black: all else, their middle too, is the overlay.
void TestFigure::theAskedPlaceIsMarked() {
    const QImage overlay = testOverlay(400, 300);
    ScalarField field = testField(0.0F, 1.0F);
    field.asked = AskedPlace{.x = 120.0, .y = 90.0};
    const QImage figure = composeFigure(overlay, &field, {}, barOnly());
    QCOMPARE(figure.pixel(120, 90), overlay.pixel(120, 90));
    for (const QPoint at : {QPoint(124, 89), QPoint(115, 90), QPoint(119, 94), QPoint(120, 85)}) {
        QVERIFY(qGray(figure.pixel(at)) > 200);
    }
    int changed = 0;
    for (int y = 0; y < overlay.height(); ++y) {
        for (int x = 0; x < overlay.width(); ++x) {
            if (figure.pixel(x, y) != overlay.pixel(x, y)) {
                ++changed;
                QVERIFY(std::hypot(x + 0.5 - 120.0, y + 0.5 - 90.0) < 8.0);
            }
        }
    }
    QVERIFY(changed > 60);
    QCOMPARE(composeFigure(overlay, &field, {}, {.colorBar = false, .caption = false}), overlay);
}

void TestFigure::barHoldsExactEntries_data() {
    QTest::addColumn<QString>("map");
    QTest::addColumn<bool>("diverging");
    QTest::addColumn<int>("height");
    for (const auto& map : colormaps()) {
        for (const int height : {7, 200, 700}) {
            QTest::addRow("%s %d", map.id.c_str(), height) << QString::fromStdString(map.id) << map.diverging << height;
        }
    }
}

void TestFigure::barHoldsExactEntries() {
    QFETCH(QString, map);
    QFETCH(bool, diverging);
    QFETCH(int, height);
    OverlayStyle style;
    (diverging ? style.divergingColormap : style.colormap) = map.toStdString();
    const ScalarField field = testField(-1.0F, 1.0F, diverging);
    const QImage figure = composeFigure(testOverlay(50, height), &field, style, barOnly());
    const Bar bar = findBar(figure, 50, findColormap(map.toStdString())->table);
    QVERIFY(bar.x > 50);
    const auto rows = static_cast<int>(bar.indices.size());
    QVERIFY(rows >= height - 2);
    QCOMPARE(bar.indices.front(), 255);
    QCOMPARE(bar.indices.back(), 0);
    for (int k = 0; k < rows; ++k) {
        QVERIFY(std::abs(bar.indices[static_cast<std::size_t>(k)] - 255.0 * (rows - 1 - k) / (rows - 1)) <= 0.5);
    }
}

void TestFigure::barSaysItsEnds() {
    const QImage overlay = testOverlay(300, 400);
    const auto labelArea = [&](const QImage& figure) {
        const Bar bar = findBar(figure, 300, findColormap("inferno")->table);
        return QRect(bar.x + 14, 0, figure.width() - bar.x - 14, 400);
    };
    const ScalarField field = testField(0.412F, 0.934F);
    const QImage figure = composeFigure(overlay, &field, {}, barOnly());
    const QRect labels = labelArea(figure);
    QVERIFY(hasInk(figure, QRect(labels.left(), 0, labels.width(), 20)));
    QVERIFY(hasInk(figure, QRect(labels.left(), 380, labels.width(), 20)));
    QVERIFY(!hasInk(figure, QRect(labels.left(), 30, labels.width(), 340)));
    // The same digits give the same labels; other ends give others.
    const ScalarField near = testField(0.41203F, 0.93399F);
    QCOMPARE(composeFigure(overlay, &near, {}, barOnly()), figure);
    const ScalarField other = testField(0.412F, 0.935F);
    QVERIFY(composeFigure(overlay, &other, {}, barOnly()) != figure);
    // A typed range is what the bar shows, not the field's own.
    OverlayStyle typed;
    typed.autoRange = false;
    typed.range = {0.412F, 0.935F};
    QCOMPARE(composeFigure(overlay, &field, typed, barOnly()), composeFigure(overlay, &other, {}, barOnly()));
    // A diverging bar marks its centre too.
    const ScalarField diverging = testField(-1.0F, 1.0F, true);
    const QImage centred = composeFigure(overlay, &diverging, {}, barOnly());
    const Bar bar = findBar(centred, 300, findColormap("blue-red")->table);
    QVERIFY(hasInk(centred, QRect(bar.x + 14, 190, centred.width(), 20)));
}

void TestFigure::flatBar() {
    const QImage overlay = testOverlay(300, 400);
    for (const bool diverging : {false, true}) {
        const ScalarField field = testField(0.0F, 0.0F, diverging);
        const QImage figure = composeFigure(overlay, &field, {}, barOnly());
        const Bar bar = findBar(figure, 300, effectiveColormap(field, {}).table);
        const std::vector<int> one(bar.indices.size(), diverging ? 128 : 0);
        QVERIFY(bar.indices.size() >= 390);
        QCOMPARE(bar.indices, one);
        QVERIFY(hasInk(figure, QRect(bar.x + 14, 185, figure.width(), 30)));  // one label, in the middle
        QVERIFY(!hasInk(figure, QRect(bar.x + 14, 0, figure.width(), 180)));
    }
}

void TestFigure::sizesFollowThePicture() {
    const ScalarField field = testField(0.0F, 1.0F);
    const auto extra = [&](int height) { return composeFigure(testOverlay(64, height), &field, {}, barOnly()).width() - 64; };
    QCOMPARE(extra(100), extra(300));  // the smallest size that can be read
    QVERIFY(extra(2000) > 1.7 * extra(1000));
    QVERIFY(extra(2000) < 2.3 * extra(1000));
}

void TestFigure::captionIsWrapped() {
    const QImage overlay = testOverlay(320, 240);
    FigureOptions options;
    options.colorBar = false;
    const auto heightFor = [&](const QString& text) {
        options.captionText = text;
        const QImage figure = composeFigure(overlay, nullptr, {}, options);
        if (!text.isEmpty()) {
            const QRect below(0, 240, figure.width(), figure.height() - 240);
            const bool drawn = hasInk(figure, below);
            const bool cut = hasInk(figure, QRect(figure.width() - 2, 240, 2, below.height()));
            return drawn && !cut ? figure.height() : -1;
        }
        return figure.height();
    };
    QCOMPARE(heightFor(QString()), 240);
    const int one = heightFor(QStringLiteral("SE · channel gate"));
    const int two = heightFor(QStringLiteral("word ").repeated(14));
    const int four = heightFor(QStringLiteral("word ").repeated(200));
    QVERIFY(one > 240);
    QVERIFY(two > one);
    QVERIFY(four > two);
    QCOMPARE(heightFor(QStringLiteral("word ").repeated(2000)), four);  // elided
    QCOMPARE(heightFor(QString(3000, QLatin1Char('w'))), four);         // one word, broken anywhere
}

QTEST_MAIN(TestFigure)
#include "tst_figure.moc"
