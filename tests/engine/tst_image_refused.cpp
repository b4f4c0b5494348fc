#include "engine/source/image_source.h"

#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "engine/io/atomic_file.h"
#include "engine/io/read_file.h"
#include "tests/support/image_bytes.h"

using namespace fovea;
using namespace fovea::test;

namespace {

void verifyRefused(const Bytes& bytes, ErrorCode code) {
    const auto frame = decodeImage(bytes, "x.png");
    QVERIFY2(!frame.ok(), textOf(frame).c_str());
    const QString message = QString::fromStdString(frame.error().message());
    QVERIFY2(message.contains(QStringLiteral("“x.png”")) && message.endsWith(QLatin1Char('.')), qPrintable(message));
    QCOMPARE(int(frame.error().code), int(code));
}

}  // namespace

class TestImageRefused final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void truncated_data();
    void truncated();
    void damagedScan();
    void damagedChunk();
    void notPictures_data();
    void notPictures();
    void hugeHeaders_data();
    void hugeHeaders();
    void headers();
    void files();
};

void TestImageRefused::truncated_data() {
    QTest::addColumn<QByteArray>("bytes");
    const auto row = [](const char* name, const Bytes& bytes) {
        QTest::newRow(name) << QByteArray(reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size()));
    };
    row("PNG", encoded(".png", noise(CV_8UC3)));
    row("PNG 16 bit", encoded(".png", noise(CV_16UC4)));
    row("JPEG", encoded(".jpg", noise(CV_8UC3)));
    row("JPEG progressive", encoded(".jpg", noise(CV_8UC3), {cv::IMWRITE_JPEG_PROGRESSIVE, 1}));
    row("WebP", encoded(".webp", noise(CV_8UC3), {cv::IMWRITE_WEBP_QUALITY, 80}));
    row("WebP lossless", encoded(".webp", noise(CV_8UC4), {cv::IMWRITE_WEBP_QUALITY, 101}));
    row("BMP", encoded(".bmp", noise(CV_8UC3)));
    row("TIFF", encoded(".tiff", noise(CV_8UC3)));
    row("TIFF plain", encoded(".tiff", noise(CV_8UC1), {cv::IMWRITE_TIFF_COMPRESSION, 1}));
    row("PNM", encoded(".ppm", noise(CV_8UC3)));
}

void TestImageRefused::truncated() {
    QFETCH(QByteArray, bytes);
    const Bytes whole(bytes.begin(), bytes.end());
    QVERIFY(decodeImage(whole, "x.png").ok());
    for (std::size_t length = 0; length < whole.size(); ++length) {
        const auto frame = decodeImage(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)), "x.png");
        QVERIFY2(!frame.ok(), std::to_string(length).c_str());
        QVERIFY(frame.error().message().find("“x.png”") != std::string::npos);
    }
}

void TestImageRefused::damagedScan() {
    Bytes jpeg = encoded(".jpg", photo());
    // Cut in the middle and given an end: the decoder would fill half of the picture with grey.
    Bytes cut(jpeg.begin(), jpeg.begin() + static_cast<std::ptrdiff_t>(jpeg.size() / 2));
    cut.insert(cut.end(), {0xFF, 0xD9});
    verifyRefused(cut, ErrorCode::BadFormat);
    // A disk which lost the second half.
    std::fill(jpeg.begin() + static_cast<std::ptrdiff_t>(jpeg.size() / 2), jpeg.end(), std::uint8_t{0});
    verifyRefused(jpeg, ErrorCode::BadFormat);
}

void TestImageRefused::damagedChunk() {
    Bytes png = encoded(".png", noise(CV_8UC3));
    const Bytes name = bytesOf("IDAT");
    const auto data = std::search(png.begin(), png.end(), name.begin(), name.end());
    *(data + 20) = static_cast<std::uint8_t>(*(data + 20) ^ 1U);
    verifyRefused(png, ErrorCode::BadFormat);
    verifyRefused(withChunk(encoded(".png", noise(CV_8UC3)), "IEND", {}), ErrorCode::BadFormat);
}

void TestImageRefused::notPictures_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("one byte") << QByteArray("\x89");
    QTest::newRow("text") << QByteArray("This is a text, not a picture.\n");
    QTest::newRow("text with BM") << QByteArray("BMW builds cars, motorcycles and engines.");
    QTest::newRow("text with P3") << QByteArray("P3 is the third item of the agenda.");
    QTest::newRow("text with II") << QByteArray("II. Second chapter");
    QTest::newRow("HTML") << QByteArray("<!DOCTYPE html><html></html>");
    QTest::newRow("SVG") << QByteArray("<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
    QTest::newRow("GIF") << QByteArray("GIF89a\x01\x00\x01\x00", 10);
    QTest::newRow("playlist") << QByteArray("#EXTM3U\nhttp://localhost/x.ts\n");
    QTest::newRow("NITF") << QByteArray("NITF02.1003BF01");
    QTest::newRow("JPEG start only") << QByteArray("\xFF\xD8\xFF");
    QTest::newRow("JPEG of fill bytes") << QByteArray("\xFF\xD8") + QByteArray(100000, '\xFF');
    QTest::newRow("JPEG segment of length 0") << QByteArray("\xFF\xD8\xFF\xE0\x00\x00\xFF\xD9", 8);
    QTest::newRow("PNG signature only") << QByteArray("\x89PNG\r\n\x1A\n");
    QTest::newRow("TIFF directory beyond") << QByteArray("II*\0\xFF\xFF\xFF\xFF", 8);
    QTest::newRow("TIFF endless strips") << QByteArray("II*\0\x08\0\0\0\x01\0\x11\x01\x04\0\xFF\xFF\xFF\xFF\0\0\0\0\0\0\0\0", 26);
    QTest::newRow("WebP empty") << QByteArray("RIFF\x04\0\0\0WEBP", 12);
    QTest::newRow("PNM without size") << QByteArray("P6\n");
    QTest::newRow("PNM of no width") << QByteArray("P6 0 5 255\n");
    QTest::newRow("PNM of white 0") << QByteArray("P5 1 1 0\n\0", 10);
}

void TestImageRefused::notPictures() {
    QFETCH(QByteArray, bytes);
    verifyRefused(Bytes(bytes.begin(), bytes.end()), ErrorCode::BadFormat);
}

void TestImageRefused::hugeHeaders_data() {
    QTest::addColumn<QByteArray>("bytes");
    const auto row = [](const char* name, const Bytes& bytes) {
        QTest::newRow(name) << QByteArray(reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size()));
    };
    row("PNG 20000×20000", pngHeader(20000, 20000));
    row("PNG first 24 bytes", [] {
        Bytes bytes = pngHeader(20000, 20000);
        bytes.resize(24);
        return bytes;
    }());
    row("PNG 2^32−1", pngHeader(0xFFFFFFFFU, 0xFFFFFFFFU));
    row("PNG one long row", pngHeader(99'000'000, 1));
    row("PNG one pixel more", pngHeader(10'000, 10'001));
    row("JPEG", {0xFF, 0xD8, 0xFF, 0xC0, 0, 17, 8, 0x4E, 0x20, 0x4E, 0x20, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1});
    row("PNM", bytesOf("P6 20000 20000 255\n"));
    row("PNM of many digits", bytesOf("P6 99999999999999999999999 1 255\n"));
    Bytes bmp = encoded(".bmp", noise(CV_8UC3));
    bmp[20] = 1;  // 65536 columns more
    bmp[24] = 1;  // 65536 rows more
    row("BMP", bmp);
    bmp[25] = 0x80;  // the lowest number: the rows count downwards
    row("BMP upside down", bmp);
    row("WebP", {'R', 'I', 'F', 'F', 22, 0, 0, 0, 'W', 'E',  'B',  'P', 'V',  'P',  '8',
                 'X', 10,  0,   0,   0,  0, 0, 0, 0,   0x1F, 0x4E, 0,   0x1F, 0x4E, 0});
}

void TestImageRefused::hugeHeaders() {
    QFETCH(QByteArray, bytes);
    verifyRefused(Bytes(bytes.begin(), bytes.end()), ErrorCode::TooLarge);
}

void TestImageRefused::headers() {
    const auto size = [](const Bytes& bytes) {
        const auto header = readImageHeader(bytes, "x");
        return header ? header->format + " " + std::to_string(header->width) + "×" + std::to_string(header->height)
                      : header.error().message();
    };
    QCOMPARE(size(encoded(".png", noise(CV_8UC3))), std::string("PNG 13×7"));
    QCOMPARE(size(encoded(".jpg", noise(CV_8UC3))), std::string("JPEG 13×7"));
    QCOMPARE(size(encoded(".webp", noise(CV_8UC3))), std::string("WebP 13×7"));
    QCOMPARE(size(encoded(".webp", noise(CV_8UC4), {cv::IMWRITE_WEBP_QUALITY, 101})), std::string("WebP 13×7"));
    QCOMPARE(size(encoded(".bmp", noise(CV_8UC3))), std::string("BMP 13×7"));
    QCOMPARE(size(encoded(".tiff", noise(CV_8UC3))), std::string("TIFF 13×7"));
    QCOMPARE(size(encoded(".ppm", noise(CV_8UC3))), std::string("PNM 13×7"));
    QCOMPARE(size(pngHeader(20000, 20000)), std::string("PNG 20000×20000"));
}

void TestImageRefused::files() {
    const QTemporaryDir dir;
    const std::string folder = dir.path().toStdString();
    const auto code = [](const std::string& path, std::int64_t bound = kMaxImageBytes) {
        const auto bytes = readFile(path, bound);
        return bytes ? -1 : int(bytes.error().code);
    };
    QCOMPARE(code(folder + "/none.png"), int(ErrorCode::NotFound));
    QCOMPARE(code(folder), int(ErrorCode::Unsupported));
    QCOMPARE(code("/dev/zero"), int(ErrorCode::Unsupported));
    QCOMPARE(code(""), int(ErrorCode::NotFound));
    const std::string pipe = folder + "/pipe.png";
    QCOMPARE(::mkfifo(pipe.c_str(), 0600), 0);
    QCOMPARE(code(pipe), int(ErrorCode::Unsupported));

    const std::string file = folder + "/ten bytes é";
    QVERIFY(writeFileAtomically(file, "0123456789").ok());
    QCOMPARE(code(file, 9), int(ErrorCode::TooLarge));
    const auto whole = readFile(file, 10);
    QVERIFY(whole.ok());
    QCOMPARE(std::string(whole->begin(), whole->end()), std::string("0123456789"));
    QVERIFY(code(file + "/below") == int(ErrorCode::NotFound));

    // A file of a terabyte without data costs nothing to make, and must cost nothing to refuse.
    QCOMPARE(::truncate(file.c_str(), off_t{1} << 40), 0);
    QCOMPARE(code(file), int(ErrorCode::TooLarge));
}

QTEST_GUILESS_MAIN(TestImageRefused)
#include "tst_image_refused.moc"
