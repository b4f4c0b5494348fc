// PNGs of every kind give their pixels; damaged ones give a sentence, and nothing is printed.

#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <opencv2/imgcodecs.hpp>

#include <unistd.h>

#include <cstdio>

#include "tests/support/png_bytes.h"
#include "tests/support/view_test.h"

using namespace fovea;
using namespace fovea::test;

namespace {

/// Collects everything that this process writes to stderr while the object lives.
class StandardError final {
public:
    StandardError() : m_before(::dup(STDERR_FILENO)), m_file(std::tmpfile()) {
        std::fflush(stderr);
        ::dup2(::fileno(m_file), STDERR_FILENO);
    }
    StandardError(const StandardError&) = delete;
    StandardError& operator=(const StandardError&) = delete;
    ~StandardError() {
        restore();
        std::fclose(m_file);
    }
    QByteArray text() {
        restore();
        QFile file;
        return file.open(m_file, QIODevice::ReadOnly) && file.seek(0) ? file.readAll() : QByteArray("cannot be read");
    }

private:
    void restore() {
        if (m_before >= 0) {
            std::fflush(stderr);
            ::dup2(m_before, STDERR_FILENO);
            ::close(std::exchange(m_before, -1));
        }
    }

    int m_before;
    std::FILE* m_file;
};

cv::Vec3b at(const Result<Frame>& frame, int y, int x) { return frame->pixels->at<cv::Vec3b>(y, x); }

/// Rows of an interlaced 8-bit grey picture whose value is 10·row + column.
Bytes interlacedRows(int width, int height) {
    constexpr int kPasses[7][4] = {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4},
                                   {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}};
    Bytes rows;
    for (const auto& [left, top, stepX, stepY] : kPasses) {
        for (int y = top; y < height && left < width; y += stepY) {
            rows.push_back(0);
            for (int x = left; x < width; x += stepX) {
                rows.push_back(static_cast<std::uint8_t>(10 * y + x));
            }
        }
    }
    return rows;
}

QByteArray packed(const Bytes& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size())};
}

}  // namespace

class TestPng final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { failOnWarnings(); }

    void fewBits();
    void palettes();
    void transparentColours();
    void sixteenBitsOfEveryKind();
    void interlaced();
    void refused_data();
    void refused();
    void nothingIsPrinted_data();
    void nothingIsPrinted();
};

void TestPng::fewBits() {
    for (const int bits : {1, 2, 4, 8}) {
        const int most = (1 << bits) - 1;
        // One row: black, white, and what lies in between.
        Bytes rows{0};
        unsigned packedBits = 0;
        int filled = 0;
        const int values[] = {0, most, most / 2, 0};
        for (const int v : values) {
            packedBits = packedBits << bits | static_cast<unsigned>(v);
            filled += bits;
        }
        for (int shift = std::max(filled, 8) - 8; shift >= 0; shift -= 8) {
            rows.push_back(static_cast<std::uint8_t>((filled < 8 ? packedBits << (8 - filled) : packedBits) >> shift));
        }
        const auto frame = decodeImage(pngWith({.width = 4, .bits = bits}, rows), "grey");
        QVERIFY2(frame.ok(), textOf(frame).c_str());
        for (int x = 0; x < 4; ++x) {
            const auto grey = static_cast<uchar>(values[x] * 255 / most);
            QCOMPARE(at(frame, 0, x), cv::Vec3b(grey, grey, grey));
        }
    }
}

void TestPng::palettes() {
    const Bytes colours = pngChunk("PLTE", {255, 0, 0, 0, 200, 0, 10, 20, 30});
    const auto frame = decodeImage(pngWith({.width = 4, .bits = 2, .colour = 3}, {0, 0b00'01'10'00}, colours), "palette");
    QVERIFY2(frame.ok(), textOf(frame).c_str());
    QCOMPARE(textOf(frame), std::string("4 × 1, 2-bit palette"));
    QCOMPARE(at(frame, 0, 0), cv::Vec3b(0, 0, 255));
    QCOMPARE(at(frame, 0, 1), cv::Vec3b(0, 200, 0));
    QCOMPARE(at(frame, 0, 2), cv::Vec3b(30, 20, 10));
    Bytes seeThrough = colours;
    const Bytes alpha = pngChunk("tRNS", {255, 0, 51});
    seeThrough.insert(seeThrough.end(), alpha.begin(), alpha.end());
    const auto over = decodeImage(pngWith({.width = 3, .colour = 3}, {0, 0, 1, 2}, seeThrough), "palette");
    QVERIFY2(over.ok(), textOf(over).c_str());
    QCOMPARE(at(over, 0, 0), cv::Vec3b(0, 0, 255));
    QCOMPARE(at(over, 0, 1), cv::Vec3b(255, 255, 255));
    QCOMPARE(at(over, 0, 2), cv::Vec3b(210, 208, 206));  // a fifth of the colour over white
}

void TestPng::transparentColours() {
    const auto frame =
        decodeImage(pngWith({.width = 2, .colour = 2}, {0, 1, 2, 3, 9, 8, 7}, pngChunk("tRNS", {0, 9, 0, 8, 0, 7})), "RGB");
    QVERIFY2(frame.ok(), textOf(frame).c_str());
    QCOMPARE(at(frame, 0, 0), cv::Vec3b(3, 2, 1));
    QCOMPARE(at(frame, 0, 1), cv::Vec3b(255, 255, 255));
}

void TestPng::sixteenBitsOfEveryKind() {
    // 257·v in both bytes is v in eight bits.
    const auto grey = decodeImage(pngWith({.width = 2, .bits = 16}, {0, 7, 7, 200, 200}), "grey");
    QVERIFY2(grey.ok(), textOf(grey).c_str());
    QCOMPARE(at(grey, 0, 1), cv::Vec3b(200, 200, 200));
    const auto colour = decodeImage(pngWith({.bits = 16, .colour = 2}, {0, 10, 10, 20, 20, 30, 30}), "RGB");
    QCOMPARE(at(colour, 0, 0), cv::Vec3b(30, 20, 10));
    const auto alpha = decodeImage(pngWith({.bits = 16, .colour = 6}, {0, 10, 10, 20, 20, 30, 30, 255, 255}), "RGBA");
    QCOMPARE(at(alpha, 0, 0), cv::Vec3b(30, 20, 10));
    const auto greyAlpha = decodeImage(pngWith({.bits = 16, .colour = 4}, {0, 50, 50, 0, 0}), "GA");
    QCOMPARE(at(greyAlpha, 0, 0), cv::Vec3b(255, 255, 255));
}

void TestPng::interlaced() {
    for (const auto& [width, height] : {std::pair(13, 9), std::pair(1, 1), std::pair(3, 2)}) {
        const PngHead head{
            .width = static_cast<std::uint32_t>(width), .height = static_cast<std::uint32_t>(height), .interlaced = true};
        const auto frame = decodeImage(pngWith(head, interlacedRows(width, height)), "interlaced");
        QVERIFY2(frame.ok(), textOf(frame).c_str());
        for (int y = 0; y < height; ++y) {
            for (int x = 0; x < width; ++x) {
                QCOMPARE(int(at(frame, y, x)[0]), 10 * y + x);
            }
        }
    }
}

void TestPng::refused_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("says");
    const PngHead square{.width = 8, .height = 8};
    const auto row = [](const char* name, const Bytes& bytes, const char* says) {
        QTest::newRow(name) << packed(bytes) << QString::fromUtf8(says);
    };
    row("three bits", pngWith({.width = 8, .height = 8, .bits = 3}, plainRows(8, 3)), "3 bits per value");
    row("sixteen bits of a palette", pngWith({.width = 8, .height = 8, .bits = 16, .colour = 3}, plainRows(8, 16)),
        "16 bits per value");
    row("four bits of colours", pngWith({.width = 8, .height = 8, .bits = 4, .colour = 2}, plainRows(8, 12)), "4 bits per value");
    row("too few rows", pngWith(square, plainRows(5, 8)), "after row 5 of 8");
    row("half a row too little",
        pngWith(square,
                [] {
                    Bytes rows = plainRows(8, 8);
                    rows.resize(rows.size() - 4);
                    return rows;
                }()),
        "after row 7 of 8");
    row("no rows", pngWith(square, {}), "from its beginning");
    row("no such filter",
        pngWith(square,
                [] {
                    Bytes rows = plainRows(8, 8);
                    rows[4 * 9] = 77;
                    return rows;
                }()),
        "after row 4 of 8");
    row("no palette", pngWith({.width = 8, .height = 8, .colour = 3}, plainRows(8, 8, 0)), "from its beginning");
    row(
        "no zlib",
        [] {
            Bytes png = pngHeader(8, 8);
            for (const Bytes& part : {pngChunk("IDAT", bytesOf("this is no compressed data")), pngChunk("IEND", {})}) {
                png.insert(png.end(), part.begin(), part.end());
            }
            return png;
        }(),
        "from its beginning");
}

void TestPng::refused() {
    QFETCH(QByteArray, bytes);
    QFETCH(QString, says);
    StandardError printed;
    const auto frame = decodeImage(Bytes(bytes.begin(), bytes.end()), "x.png");
    QCOMPARE(printed.text(), QByteArray());
    QVERIFY(!frame.ok());
    const QString message = QString::fromStdString(frame.error().message());
    QVERIFY2(message.startsWith(QStringLiteral("“x.png”")) && message.endsWith(u'.'), qPrintable(message));
    QVERIFY2(message.contains(says), qPrintable(message));
    QCOMPARE(frame.error().code, ErrorCode::BadFormat);
}

void TestPng::nothingIsPrinted_data() {
    QTest::addColumn<QByteArray>("bytes");
    const cv::Mat smooth = photo();
    for (const char* ending : {".png", ".jpg", ".webp", ".bmp", ".tiff", ".ppm"}) {
        const Bytes whole = encoded(ending, smooth);
        // Every tenth of the file is damaged in turn.
        for (std::size_t part = 0; part < 10; ++part) {
            Bytes damaged = whole;
            const std::size_t first = part * whole.size() / 10;
            for (std::size_t k = first; k < std::min(first + 30, whole.size()); ++k) {
                damaged[k] = static_cast<std::uint8_t>(damaged[k] ^ (0x5AU + k));
            }
            QTest::addRow("%s %d", ending, static_cast<int>(part)) << packed(damaged);
        }
    }
    // A compressed BMP which ends too early.
    Bytes runs = bytesOf("BM");
    for (const std::uint64_t v : {5000U, 0U, 54U + 1024U, 40U, 64U, 64U}) {
        put(runs, v, 4, false);
    }
    put(runs, 1, 2, false);
    put(runs, 8, 2, false);
    for (const std::uint64_t v : {1U, 0U, 2835U, 2835U, 256U, 0U}) {
        put(runs, v, 4, false);
    }
    for (std::uint64_t k = 0; k < 256; ++k) {
        put(runs, k * 0x010101U, 4, false);
    }
    put(runs, 0x2010'2010, 4, false);
    QTest::newRow("runs of a BMP") << packed(runs);
}

void TestPng::nothingIsPrinted() {
    QFETCH(QByteArray, bytes);
    StandardError printed;
    const auto frame = decodeImage(Bytes(bytes.begin(), bytes.end()), "x");
    QCOMPARE(printed.text(), QByteArray());
    QVERIFY(frame.ok() || QString::fromStdString(frame.error().message()).endsWith(u'.'));
}

QTEST_MAIN(TestPng)
#include "tst_png.moc"
