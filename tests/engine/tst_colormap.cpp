#include "engine/render/colormap.h"

#include <QTest>

#include <cfloat>
#include <limits>
#include <set>

#include "engine/render/compose.h"

using namespace fovea;

namespace {

int channel(std::uint32_t color, int shift) { return static_cast<int>(color >> shift & 0xFFU); }

/// Luma, enough to order colours by lightness.
double lightness(std::uint32_t color) {
    return 0.2126 * channel(color, 16) + 0.7152 * channel(color, 8) + 0.0722 * channel(color, 0);
}

}  // namespace

class TestColormap final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }
    void offersTheMaps();
    void everyEntryIsDistinct_data();
    void everyEntryIsDistinct();
    void sequentialMapsRise();
    void divergingMapsAreNeutralInTheMiddle();
    void equalsPublishedColours();
    void indexRoundsAndSaturates();
    void indexAndValueInvertEachOther();
    void extremeRanges();
};

void TestColormap::offersTheMaps() {
    for (const char* id : {"inferno", "viridis", "magma", "cividis", "grey", "blue-red", "purple-green"}) {
        const Colormap* map = findColormap(id);
        QVERIFY2(map != nullptr, id);
        QCOMPARE(map->diverging, std::string(id).find('-') != std::string::npos);
        QVERIFY(!map->title.empty());
    }
    QCOMPARE(findColormap("jet"), nullptr);
    QCOMPARE(findColormap(""), nullptr);
    QVERIFY(findColormap(OverlayStyle{}.colormap) != nullptr);
    QVERIFY(findColormap(OverlayStyle{}.divergingColormap) != nullptr);
}

void TestColormap::everyEntryIsDistinct_data() {
    QTest::addColumn<int>("index");
    for (int i = 0; i < static_cast<int>(colormaps().size()); ++i) {
        QTest::newRow(colormaps()[static_cast<std::size_t>(i)].id.c_str()) << i;
    }
}

void TestColormap::everyEntryIsDistinct() {
    QFETCH(int, index);
    const ColorTable& table = colormaps()[static_cast<std::size_t>(index)].table;
    QCOMPARE(std::set<std::uint32_t>(table.begin(), table.end()).size(), std::size_t{256});
    for (int i = 0; i < 256; ++i) {
        QCOMPARE(table[static_cast<std::size_t>(i)] >> 24, 0xFFU);
        QCOMPARE(indexOfColor(table, table[static_cast<std::size_t>(i)]), i);
    }
    QCOMPARE(indexOfColor(table, 0xFF00FF00U), -1);
}

void TestColormap::sequentialMapsRise() {
    for (const auto& map : colormaps()) {
        for (std::size_t i = 8; i < 256 && !map.diverging; i += 8) {
            QVERIFY2(lightness(map.table[i]) > lightness(map.table[i - 8]), map.id.c_str());
        }
    }
}

void TestColormap::divergingMapsAreNeutralInTheMiddle() {
    for (const auto& map : colormaps()) {
        if (!map.diverging) {
            continue;
        }
        for (const std::size_t i : {std::size_t{127}, std::size_t{128}}) {
            const auto [low, high] = std::minmax({channel(map.table[i], 16), channel(map.table[i], 8), channel(map.table[i], 0)});
            QVERIFY2(high - low <= 6, map.id.c_str());
            QVERIFY2(low >= 210, map.id.c_str());
        }
        for (std::size_t i = 4; i <= 124; i += 4) {  // lighter towards the middle from both ends, and mirrored in lightness
            QVERIFY2(lightness(map.table[i]) > lightness(map.table[i - 4]), map.id.c_str());
            QVERIFY2(lightness(map.table[255 - i]) > lightness(map.table[259 - i]), map.id.c_str());
        }
    }
    const ColorTable& table = findColormap("blue-red")->table;
    QVERIFY(channel(table[0], 0) > channel(table[0], 16) + 80);      // blue where attention takes away
    QVERIFY(channel(table[255], 16) > channel(table[255], 0) + 80);  // red where it adds
}

void TestColormap::equalsPublishedColours() {
    // Ends and middle as matplotlib publishes them.
    QCOMPARE(findColormap("inferno")->table[0], 0xFF000004U);
    QCOMPARE(findColormap("inferno")->table[255], 0xFFFCFFA4U);
    QCOMPARE(findColormap("viridis")->table[0], 0xFF440154U);
    QCOMPARE(findColormap("viridis")->table[255], 0xFFFDE725U);
    QCOMPARE(findColormap("grey")->table[77], 0xFF4D4D4DU);
}

void TestColormap::indexRoundsAndSaturates() {
    const ValueRange range{-1.0F, 1.0F};
    QCOMPARE(colorIndex(-1.0F, range), 0);
    QCOMPARE(colorIndex(0.0F, range), 128);
    QCOMPARE(colorIndex(1.0F, range), 255);
    QCOMPARE(colorIndex(-7.0F, range), 0);
    QCOMPARE(colorIndex(7.0F, range), 255);
    QCOMPARE(colorIndex(0.49F / 255.0F, {0.0F, 1.0F}), 0);
    QCOMPARE(colorIndex(0.51F / 255.0F, {0.0F, 1.0F}), 1);
    QCOMPARE(colorIndex(3.0F, {3.0F, 3.0F}), 0);
    QCOMPARE(colorIndex(3.0F, {4.0F, 2.0F}), 0);
    QCOMPARE(colorIndex(std::numeric_limits<float>::quiet_NaN(), range), 0);
    QCOMPARE(indexValue(17, {3.0F, 3.0F}), 3.0F);
}

void TestColormap::indexAndValueInvertEachOther() {
    for (const ValueRange range :
         {ValueRange{0.0F, 1.0F}, ValueRange{-0.3F, 0.9F}, ValueRange{0.62F, 0.63F}, ValueRange{-1e-6F, 1e-6F}}) {
        for (int i = 0; i < 256; ++i) {
            QCOMPARE(colorIndex(indexValue(i, range), range), i);
        }
    }
}

void TestColormap::extremeRanges() {
    const ValueRange range{-FLT_MAX, FLT_MAX};
    QCOMPARE(colorIndex(-FLT_MAX, range), 0);
    QCOMPARE(colorIndex(0.0F, range), 128);
    QCOMPARE(colorIndex(FLT_MAX, range), 255);
    QCOMPARE(indexValue(255, range), FLT_MAX);
    QCOMPARE(colorIndex(FLT_MAX, {0.0F, FLT_MIN}), 255);
}

QTEST_GUILESS_MAIN(TestColormap)
#include "tst_colormap.moc"
