#include "engine/source/image_source.h"

#include <QRegularExpression>
#include <QTest>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "engine/io/read_file.h"
#include "tests/support/image_bytes.h"

using namespace fovea;
using namespace fovea::test;

namespace {

int largestDifference(const cv::Mat& a, const cv::Mat& b) {
    return a.size() == b.size() && a.type() == b.type() ? static_cast<int>(cv::norm(a, b, cv::NORM_INF)) : 256;
}

/// The value of a channel over white, straight from the definition.
int overWhite(double colour, double alpha, double full) {
    return static_cast<int>(std::floor(255.0 * (colour / full * (alpha / full) + 1.0 - alpha / full) + 0.5));
}

}  // namespace

class TestImageSource final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void lossless_data();
    void lossless();
    void onePixel();
    void jpegEqualsTheLibrary();
    void sixteenBits();
    void greyAlpha();
    void palette();
    void transparentGrey();
    void undeclaredFourthChannel();
    void shadesOfPnm();
    void cmyk();
    void orientation_data();
    void orientation();
    void orientationElsewhere();
    void alphaOfTiff();
    void pastedPixels();
};

void TestImageSource::lossless_data() {
    QTest::addColumn<QString>("ending");
    QTest::addColumn<int>("type");
    QTest::addColumn<QString>("description");
    const auto row = [](const char* ending, int type, const char* description) {
        QTest::addRow("%s %s", ending, cv::typeToString(type).c_str())
            << QString::fromLatin1(ending) << type << QStringLiteral("13 × 7, ") + QString::fromUtf8(description);
    };
    row(".png", CV_8UC1, "8-bit grey");
    row(".png", CV_8UC3, "8-bit RGB");
    row(".png", CV_8UC4, "8-bit RGB with alpha, alpha over white");
    row(".png", CV_16UC1, "16-bit grey, 16-bit reduced to 8");
    row(".png", CV_16UC3, "16-bit RGB, 16-bit reduced to 8");
    row(".png", CV_16UC4, "16-bit RGB with alpha, 16-bit reduced to 8, alpha over white");
    row(".webp", CV_8UC3, "8-bit RGB");
    row(".webp", CV_8UC4, "8-bit RGB with alpha, alpha over white");
    row(".bmp", CV_8UC1, "8-bit palette");
    row(".bmp", CV_8UC3, "8-bit RGB");
    row(".tiff", CV_8UC1, "8-bit grey");
    row(".tiff", CV_8UC3, "8-bit RGB");
    row(".tiff", CV_16UC1, "16-bit grey, 16-bit reduced to 8");
    row(".tiff", CV_16UC3, "16-bit RGB, 16-bit reduced to 8");
    row(".ppm", CV_8UC3, "8-bit RGB");
    row(".ppm", CV_16UC3, "16-bit RGB, 16-bit reduced to 8");
    row(".pgm", CV_8UC1, "8-bit grey");
    row(".pgm", CV_16UC1, "16-bit grey, 16-bit reduced to 8");
}

void TestImageSource::lossless() {
    QFETCH(QString, ending);
    QFETCH(int, type);
    QFETCH(QString, description);
    const cv::Mat stored = noise(type);
    const auto frame = decodeImage(encoded(qPrintable(ending), stored, {cv::IMWRITE_WEBP_QUALITY, 101}), "photo");
    QVERIFY2(frame.ok(), textOf(frame).c_str());
    QCOMPARE(QString::fromStdString(frame->source->description), description);
    QCOMPARE(frame->source->name, std::string("photo"));
    QCOMPARE(frame->width, 13);
    QCOMPARE(frame->height, 7);
    QCOMPARE(frame->pixels->type(), CV_8UC3);
    const double full = stored.depth() == CV_16U ? 65535.0 : 255.0;
    cv::Mat wide;
    stored.convertTo(wide, CV_64F);
    const int channels = stored.channels();
    for (int y = 0; y < 7; ++y) {
        for (int x = 0; x < 13; ++x) {
            const double* in = wide.ptr<double>(y) + x * channels;
            for (int k = 0; k < 3; ++k) {
                const int expected = overWhite(in[channels == 1 ? 0 : k], channels == 4 ? in[3] : full, full);
                QCOMPARE(int(frame->pixels->at<cv::Vec3b>(y, x)[k]), expected);
            }
        }
    }
}

void TestImageSource::onePixel() {
    for (const char* ending : {".png", ".jpg", ".webp", ".bmp", ".tiff", ".ppm"}) {
        const auto frame = decodeImage(encoded(ending, cv::Mat(1, 1, CV_8UC3, cv::Scalar(200, 200, 200))), "dot");
        QVERIFY2(frame.ok(), textOf(frame).c_str());
        QCOMPARE(frame->width * frame->height, 1);
        QVERIFY(std::abs(frame->pixels->at<cv::Vec3b>(0, 0)[1] - 200) <= 2);
    }
}

void TestImageSource::jpegEqualsTheLibrary() {
    for (const int progressive : {0, 1}) {
        const Bytes bytes = encoded(".jpg", photo(), {cv::IMWRITE_JPEG_QUALITY, 90, cv::IMWRITE_JPEG_PROGRESSIVE, progressive});
        const auto frame = decodeImage(bytes, "photo");
        QVERIFY2(frame.ok(), textOf(frame).c_str());
        QCOMPARE(textOf(frame), std::string("131 × 97, 8-bit RGB"));
        QCOMPARE(largestDifference(*frame->pixels, cv::imdecode(bytes, cv::IMREAD_COLOR)), 0);
    }
    const auto grey = decodeImage(encoded(".jpg", noise(CV_8UC1)), "grey");
    QCOMPARE(textOf(grey), std::string("13 × 7, 8-bit grey"));
}

void TestImageSource::sixteenBits() {
    cv::Mat ramp(1, 65536, CV_16UC1);
    for (int v = 0; v < 65536; ++v) {
        ramp.at<std::uint16_t>(0, v) = static_cast<std::uint16_t>(v);
    }
    const auto frame = decodeImage(encoded(".png", ramp), "ramp");
    QVERIFY2(frame.ok(), textOf(frame).c_str());
    for (int v = 0; v < 65536; ++v) {
        QCOMPARE(int(frame->pixels->at<cv::Vec3b>(0, v)[2]), (v * 2 + 257) / 514);  // round(v / 257)
    }
}

void TestImageSource::greyAlpha() {
    // Grey with alpha, 1×2, stored without compression: white at alpha 0, grey 100 at alpha 51.
    Bytes data;
    for (const int v : {0x78, 0x01, 0x01, 5, 0, 0xFA, 0xFF, 0, 40, 0, 100, 51}) {
        put(data, static_cast<std::uint64_t>(v), 1, true);
    }
    std::uint32_t a = 1;
    std::uint32_t b = 0;
    for (std::size_t k = 7; k < data.size(); ++k) {
        a = (a + data[k]) % 65521;
        b = (b + a) % 65521;
    }
    put(data, b << 16 | a, 4, true);
    Bytes header;
    put(header, 2, 4, true);
    put(header, 1, 4, true);
    for (const int v : {8, 4, 0, 0, 0}) {
        put(header, static_cast<std::uint64_t>(v), 1, true);
    }
    Bytes png = bytesOf("\x89PNG\r\n\x1A\n");
    for (const Bytes& chunk : {pngChunk("IHDR", header), pngChunk("IDAT", data), pngChunk("IEND", {})}) {
        png.insert(png.end(), chunk.begin(), chunk.end());
    }
    const auto frame = decodeImage(png, "grey");
    QVERIFY2(frame.ok(), textOf(frame).c_str());
    QCOMPARE(textOf(frame), std::string("2 × 1, 8-bit grey with alpha, alpha over white"));
    QCOMPARE(frame->pixels->at<cv::Vec3b>(0, 0), cv::Vec3b(255, 255, 255));
    QCOMPARE(frame->pixels->at<cv::Vec3b>(0, 1), cv::Vec3b(224, 224, 224));  // 100·0.2 + 255·0.8
}

void TestImageSource::palette() {
    // 1-bit BMP: its palette is black and white; and a PNG of one bit a pixel.
    cv::Mat checks(7, 13, CV_8UC1);
    for (int k = 0; k < 91; ++k) {
        checks.data[k] = k % 2 != 0 ? 255 : 0;
    }
    const auto frame = decodeImage(encoded(".png", checks, {cv::IMWRITE_PNG_BILEVEL, 1}), "checks");
    QVERIFY2(frame.ok(), textOf(frame).c_str());
    QCOMPARE(textOf(frame), std::string("13 × 7, 1-bit grey"));
    QCOMPARE(frame->pixels->at<cv::Vec3b>(0, 0), cv::Vec3b(0, 0, 0));
    QCOMPARE(frame->pixels->at<cv::Vec3b>(0, 1), cv::Vec3b(255, 255, 255));
}

void TestImageSource::transparentGrey() {
    cv::Mat grey(1, 3, CV_8UC1);
    grey.data[0] = 10;
    grey.data[1] = 77;
    grey.data[2] = 200;
    const auto frame = decodeImage(withChunk(encoded(".png", grey), "tRNS", {0, 77}), "grey");
    QVERIFY2(frame.ok(), textOf(frame).c_str());
    QCOMPARE(textOf(frame), std::string("3 × 1, 8-bit grey with alpha, alpha over white"));
    QCOMPARE(int(frame->pixels->at<cv::Vec3b>(0, 0)[0]), 10);
    QCOMPARE(int(frame->pixels->at<cv::Vec3b>(0, 1)[0]), 255);
    QCOMPARE(int(frame->pixels->at<cv::Vec3b>(0, 2)[0]), 200);
}

void TestImageSource::undeclaredFourthChannel() {
    // OpenCV writes the fourth channel without saying that it is alpha.
    const cv::Mat stored = noise(CV_8UC4);
    cv::Mat colours;
    cv::cvtColor(stored, colours, cv::COLOR_BGRA2BGR);
    for (const char* ending : {".tiff", ".bmp"}) {
        const auto frame = decodeImage(encoded(ending, stored), "four");
        QVERIFY2(frame.ok(), textOf(frame).c_str());
        QCOMPARE(textOf(frame), std::string("13 × 7, 8-bit RGB"));
        QCOMPARE(largestDifference(*frame->pixels, colours), 0);
    }
}

void TestImageSource::shadesOfPnm() {
    const auto shades = [](const std::string& text) {
        const auto frame = decodeImage(bytesOf(text), "x.pgm");
        QList<int> values;
        for (int x = 0; frame && x < frame->width; ++x) {
            values.append(frame->pixels->at<cv::Vec3b>(0, x)[1]);
        }
        return values;
    };
    using namespace std::string_literals;
    QCOMPARE(shades("P5 3 1 100\n\x00\x32\x64"s), (QList<int>{0, 128, 255}));
    QCOMPARE(shades("P5\n# a comment\n3 1\n1023\n\x00\x00\x02\x00\x03\xFF"s), (QList<int>{0, 128, 255}));
    QCOMPARE(shades("P2 3 1 15\n0 7 15"), (QList<int>{0, 119, 255}));
    QCOMPARE(shades("P3 1 1 1000\n1000 500 0"), (QList<int>{128}));
    QCOMPARE(shades("P1 3 1\n0 1 0"), (QList<int>{255, 0, 255}));
    QCOMPARE(shades("P4 3 1\n\x40"), (QList<int>{255, 0, 255}));
}

void TestImageSource::cmyk() {
    // Four blocks of 16×16: red, green, blue, and a grey of 128. The file's inks are inverted, as its Adobe marker says.
    auto file = readFile(FOVEA_SOURCE_DIR "/tests/support/cmyk.jpg", kMaxImageBytes);
    QVERIFY(file.ok());
    const std::array<cv::Vec3b, 4> colours = {cv::Vec3b(0, 0, 255), cv::Vec3b(0, 255, 0), cv::Vec3b(255, 0, 0),
                                              cv::Vec3b(128, 128, 128)};
    const auto frame = decodeImage(*file, "cmyk");
    QVERIFY2(frame.ok(), textOf(frame).c_str());
    QCOMPARE(textOf(frame), std::string("64 × 16, 8-bit CMYK"));
    for (int k = 0; k < 4; ++k) {
        QVERIFY(cv::norm(frame->pixels->at<cv::Vec3b>(8, 16 * k + 8), colours[k], cv::NORM_INF) <= 3);
    }

    // Without the marker the same numbers are inks as they are: every colour turns into what the inverted reading leaves.
    const auto marker = std::search(file->begin(), file->end(), std::begin("Adobe"), std::end("Adobe") - 1);
    QVERIFY(marker != file->end());
    *marker = 'B';
    const auto plain = decodeImage(*file, "cmyk");
    QVERIFY2(plain.ok(), textOf(plain).c_str());
    // Stored 255,0,0,255 (red, inverted) reads as full cyan and full black.
    QVERIFY(cv::norm(plain->pixels->at<cv::Vec3b>(8, 8), cv::Vec3b(0, 0, 0), cv::NORM_INF) <= 3);
}

void TestImageSource::orientation_data() {
    QTest::addColumn<int>("value");
    QTest::addColumn<QString>("note");
    QTest::newRow("1") << 1 << QString();
    QTest::newRow("2") << 2 << QStringLiteral(", mirrored by EXIF");
    QTest::newRow("3") << 3 << QStringLiteral(", rotated 180° by EXIF");
    QTest::newRow("4") << 4 << QStringLiteral(", flipped by EXIF");
    QTest::newRow("5") << 5 << QStringLiteral(", mirrored and rotated 270° by EXIF");
    QTest::newRow("6") << 6 << QStringLiteral(", rotated 90° by EXIF");
    QTest::newRow("7") << 7 << QStringLiteral(", mirrored and rotated 90° by EXIF");
    QTest::newRow("8") << 8 << QStringLiteral(", rotated 270° by EXIF");
    QTest::newRow("0") << 0 << QString();
    QTest::newRow("9") << 9 << QString();
}

/// Where the stored pixel (row, column) = (0, 0) and (0, last) belong, by the EXIF standard: row 0 is the top, left, … side of
/// the picture.
void TestImageSource::orientation() {
    QFETCH(int, value);
    QFETCH(QString, note);
    // Corners: white top left, the rest of the top row light, everything else dark. 24×40, so that turning shows in the size.
    cv::Mat stored(24, 40, CV_8UC1, cv::Scalar(20));
    stored(cv::Rect(0, 0, 40, 8)).setTo(120);
    stored(cv::Rect(0, 0, 8, 8)).setTo(240);
    for (const bool big : {false, true}) {
        const auto frame = decodeImage(withExif(encoded(".jpg", stored, {cv::IMWRITE_JPEG_QUALITY, 100}), value, big), "photo");
        QVERIFY2(frame.ok(), textOf(frame).c_str());
        QCOMPARE(QString::fromStdString(frame->source->description), QStringLiteral("40 × 24, 8-bit grey") + note);
        const bool swapped = value >= 5 && value <= 8;
        QCOMPARE(frame->width, swapped ? 24 : 40);
        QCOMPARE(frame->height, swapped ? 40 : 24);
        const int right = frame->width - 4;
        const int bottom = frame->height - 4;
        // Corner of the white block, and the other end of the light row.
        struct Corner {
            int x, y;
        };
        const std::array<std::array<Corner, 2>, 10> places = {{{{{4, 4}, {right, 4}}},
                                                               {{{4, 4}, {right, 4}}},
                                                               {{{right, 4}, {4, 4}}},
                                                               {{{right, bottom}, {4, bottom}}},
                                                               {{{4, bottom}, {right, bottom}}},
                                                               {{{4, 4}, {4, bottom}}},
                                                               {{{right, 4}, {right, bottom}}},
                                                               {{{right, bottom}, {right, 4}}},
                                                               {{{4, bottom}, {4, 4}}},
                                                               {{{4, 4}, {right, 4}}}}};
        const auto at = [&](const Corner& c) { return int(frame->pixels->at<cv::Vec3b>(c.y, c.x)[0]); };
        QVERIFY2(std::abs(at(places[value][0]) - 240) < 10, std::to_string(at(places[value][0])).c_str());
        QVERIFY2(std::abs(at(places[value][1]) - 120) < 10, std::to_string(at(places[value][1])).c_str());
    }
}

void TestImageSource::orientationElsewhere() {
    const cv::Mat stored = noise(CV_8UC3);
    cv::Mat expected;
    cv::rotate(stored, expected, cv::ROTATE_90_CLOCKWISE);
    const auto png = decodeImage(withChunk(encoded(".png", stored), "eXIf", exifBlock(6, true)), "x.png");
    QVERIFY2(png.ok(), textOf(png).c_str());
    QCOMPARE(largestDifference(*png->pixels, expected), 0);

    // A TIFF says it in a tag of its own. OpenCV would turn some kinds and not others.
    for (const int type : {CV_8UC1, CV_8UC3, CV_16UC1, CV_16UC3}) {
        const cv::Mat pixels = noise(type);
        const auto upright = decodeImage(tiffOf(pixels, 1), "x.tiff");
        const auto turned = decodeImage(tiffOf(pixels, 6), "x.tiff");
        QVERIFY2(upright.ok(), textOf(upright).c_str());
        QVERIFY2(turned.ok(), textOf(turned).c_str());
        QVERIFY(textOf(turned).find("rotated 90° by EXIF") != std::string::npos);
        cv::rotate(*upright->pixels, expected, cv::ROTATE_90_CLOCKWISE);
        QCOMPARE(largestDifference(*turned->pixels, expected), 0);
    }
}

void TestImageSource::alphaOfTiff() {
    // Red 200, green 20, blue 10 at alpha 100 of 255, once as it is, once multiplied.
    const cv::Mat straight(1, 1, CV_8UC4, cv::Scalar(200, 20, 10, 100));
    const cv::Mat multiplied(1, 1, CV_8UC4, cv::Scalar(78, 8, 4, 100));
    cv::Mat straightDeep;
    cv::Mat multipliedDeep;
    straight.convertTo(straightDeep, CV_16U, 257);
    multiplied.convertTo(multipliedDeep, CV_16U, 257);
    for (const auto& [pixels, extra] : {std::pair(straight, 2), {multiplied, 1}, {straightDeep, 2}, {multipliedDeep, 1}}) {
        const auto frame = decodeImage(tiffOf(pixels, 1, extra), "x.tiff");
        QVERIFY2(frame.ok(), textOf(frame).c_str());
        QVERIFY(textOf(frame).find("alpha over white") != std::string::npos);
        QVERIFY(cv::norm(frame->pixels->at<cv::Vec3b>(0, 0), cv::Vec3b(159, 163, 233), cv::NORM_INF) <= 1);
    }
}

void TestImageSource::pastedPixels() {
    cv::Mat pixels(7, 13, CV_8UC4, cv::Scalar(10, 20, 200, 100));
    const auto frame = frameFromPixels(pixels, "clipboard");
    QVERIFY2(frame.ok(), textOf(frame).c_str());
    QCOMPARE(textOf(frame), std::string("13 × 7, 8-bit RGB with alpha, alpha over white"));
    QCOMPARE(frame->source->name, std::string("clipboard"));
    QVERIFY(frame->source->path.empty());
    QCOMPARE(frame->pixels->at<cv::Vec3b>(6, 12), cv::Vec3b(159, 163, 233));

    cv::Mat opaque(1, 1, CV_8UC3, cv::Scalar(1, 2, 3));
    const auto copy = frameFromPixels(opaque, "clipboard");
    opaque.setTo(9);
    QCOMPARE(copy->pixels->at<cv::Vec3b>(0, 0), cv::Vec3b(1, 2, 3));
    QCOMPARE(textOf(copy), std::string("1 × 1, 8-bit RGB"));
    QVERIFY(!frameFromPixels(cv::Mat(), "clipboard").ok());
    QVERIFY(!frameFromPixels(cv::Mat(2, 2, CV_32FC3), "clipboard").ok());
}

QTEST_GUILESS_MAIN(TestImageSource)
#include "tst_image_source.moc"
