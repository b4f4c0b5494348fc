// Pictures as files: the ending of the name decides the format.

#include "widgets/figure/picture_file.h"

#include <QTest>

#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>

#include "widgets/figure/mat_image.h"

using namespace fovea;

namespace {

/// Smooth colours, which a lossy format keeps nearly as they are.
QImage gradient(int width, int height) {
    QImage image(width, height, QImage::Format_RGB32);
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            image.setPixel(x, y, qRgb(255 * x / width, 255 * y / height, 128));
        }
    }
    return image;
}

cv::Mat decoded(const std::string& bytes) {
    return cv::imdecode(std::vector<uchar>(bytes.begin(), bytes.end()), cv::IMREAD_COLOR);
}

}  // namespace

class TestPictureFile : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theEndingDecides_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QByteArray>("magic");
        QTest::addColumn<bool>("lossless");
        QTest::newRow("png") << "a.png" << QByteArray("\x89PNG\r\n\x1a\n", 8) << true;
        QTest::newRow("PNG") << "a.b.PNG" << QByteArray("\x89PNG\r\n\x1a\n", 8) << true;
        QTest::newRow("jpg") << "a.jpg" << QByteArray("\xff\xd8\xff", 3) << false;
        QTest::newRow("jpeg") << "a.jpeg" << QByteArray("\xff\xd8\xff", 3) << false;
        QTest::newRow("tif") << "a.tif" << QByteArray("II*\0", 4) << true;
        QTest::newRow("tiff") << "a.Tiff" << QByteArray("II*\0", 4) << true;
        QTest::newRow("webp") << "a.webp" << QByteArray("RIFF", 4) << true;
    }

    void theEndingDecides() {
        QFETCH(QString, name);
        QFETCH(QByteArray, magic);
        QFETCH(bool, lossless);
        const auto format = pictureFormatFor(name);
        QVERIFY(format.ok());
        QCOMPARE(format->lossless, lossless);
        const QImage image = gradient(61, 37);
        const auto bytes = pictureBytes(image, *format);
        QVERIFY(bytes.ok());
        QCOMPARE(QByteArray::fromStdString(*bytes).left(magic.size()), magic);
        const cv::Mat read = decoded(*bytes);
        QCOMPARE(read.size(), cv::Size(61, 37));
        const double worst = cv::norm(read, *imageMat(image), cv::NORM_INF);
        QVERIFY2(lossless ? worst == 0.0 : worst > 0.0 && worst < 24.0, qPrintable(QString::number(worst)));
    }

    void pngAndJpegKeepTheirTexts() {
        for (const auto& name : {QStringLiteral("a.png"), QStringLiteral("a.jpg")}) {
            QImage image = gradient(9, 9);
            image.setText(QStringLiteral("Description"), QStringLiteral("SE · channel gate"));
            const QByteArray bytes = QByteArray::fromStdString(*pictureBytes(image, *pictureFormatFor(name)));
            QCOMPARE(QImage::fromData(bytes).text(QStringLiteral("Description")), QStringLiteral("SE · channel gate"));
        }
    }

    void otherEndingsAreRefused() {
        for (const auto& name : {QStringLiteral("a.svg"), QStringLiteral("a.pdf"), QStringLiteral("a.xyz"),
                                 QStringLiteral("a.json"), QStringLiteral("a"), QStringLiteral("png"), QString()}) {
            const auto format = pictureFormatFor(name);
            QVERIFY2(!format.ok(), qPrintable(name));
            QCOMPARE(int(format.error().code), int(ErrorCode::Unsupported));
            QVERIFY(format.error().message().find(".png, .jpg, .tif, .webp") != std::string::npos);
        }
    }

    void whatAFormatCannotHoldIsSaid() {
        QCOMPARE(int(pictureBytes(QImage(), *pictureFormatFor(QStringLiteral("a.png"))).error().code), int(ErrorCode::BadValue));
        const QImage wide = gradient(16500, 1);  // WebP ends at 16383
        const auto refused = pictureBytes(wide, *pictureFormatFor(QStringLiteral("a.webp")));
        QVERIFY(!refused.ok());
        QVERIFY(refused.error().message().find("WebP") != std::string::npos);
        QVERIFY(pictureBytes(wide, *pictureFormatFor(QStringLiteral("a.png"))).ok());
    }
};

QTEST_MAIN(TestPictureFile)
#include "tst_picture_file.moc"
