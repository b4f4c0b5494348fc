// What a style asks for beyond colours: brightness, threshold, lines, the clipped share, and a scale which stays put.

#include <QRegularExpression>
#include <QTest>

#include <opencv2/core.hpp>

#include <cmath>
#include <limits>
#include <random>

#include "engine/render/compose.h"
#include "tests/support/render_fixtures.h"

using namespace fovea;

namespace {

constexpr std::uint32_t kBackground = 0xFF102030U;
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

/// What a field says at the centre of each pixel of the whole picture, computed the plain way.
double valueAt(const ScalarField& field, int u, int v, bool smooth) {
    const auto cell = [&](int i, int j) {
        return static_cast<double>(field.values[static_cast<std::size_t>(i * field.width + j)]);
    };
    const double x = (u + 0.5) / field.geometry.stepX;
    const double y = (v + 0.5) / field.geometry.stepY;
    if (!smooth) {
        return cell(static_cast<int>(y), static_cast<int>(x));
    }
    const double cx = std::clamp(x - 0.5, 0.0, field.width - 1.0);
    const double cy = std::clamp(y - 0.5, 0.0, field.height - 1.0);
    const int j = static_cast<int>(cx);
    const int i = static_cast<int>(cy);
    const int right = std::min(j + 1, field.width - 1);
    const int lower = std::min(i + 1, field.height - 1);
    const double above = std::lerp(cell(i, j), cell(i, right), cx - j);
    const double below = std::lerp(cell(lower, j), cell(lower, right), cx - j);
    return std::lerp(above, below, cy - i);
}

int channel(std::uint32_t color, int shift) { return static_cast<int>(color >> shift & 0xFFU); }

double lumaOf(std::uint32_t color) { return 0.299 * channel(color, 16) + 0.587 * channel(color, 8) + 0.114 * channel(color, 0); }

cv::Mat drawn(const Frame& frame, const ScalarField* field, const OverlayStyle& style) {
    return composeOverlay(frame, field, style, fullViewport(frame), kBackground);
}

bool same(const cv::Mat& a, const cv::Mat& b) { return cv::norm(a, b, cv::NORM_INF) == 0.0; }

}  // namespace

class TestComposeStyle final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }
    void brightnessDarkensWhereTheMapIsLow_data();
    void brightnessDarkensWhereTheMapIsLow();
    void brightnessOfFlatFields();
    void staleBrightnessIsGrey();
    void thresholdHidesWhatIsBelow_data();
    void thresholdHidesWhatIsBelow();
    void theThresholdItselfIsDrawn();
    void contoursLieWhereLevelsAreCrossed_data();
    void contoursLieWhereLevelsAreCrossed();
    void contoursAreReadable();
    void contoursOfGapsAndMasks();
    void gapsStayTransparentInEveryMode_data();
    void gapsStayTransparentInEveryMode();
    void clippedShares();
    void clippedSharesOfDivergingFields();
    void whatIsNeverClipped();
    void aFixedRangeNeverMoves_data();
    void aFixedRangeNeverMoves();
    void theDefaultStyleAsksForNothing();
    void everyViewportAndThreadAgrees();
};

void TestComposeStyle::brightnessDarkensWhereTheMapIsLow_data() {
    QTest::addColumn<bool>("smooth");
    QTest::addColumn<bool>("diverging");
    QTest::addColumn<double>("opacity");
    for (const bool smooth : {false, true}) {
        for (const bool diverging : {false, true}) {
            for (const double opacity : {-1.0, 0.0, 0.3, 0.6, 1.0, 2.0}) {
                QTest::addRow("%s, %s, %g", smooth ? "smooth" : "cells", diverging ? "diverging" : "sequential", opacity)
                    << smooth << diverging << opacity;
            }
        }
    }
}

void TestComposeStyle::brightnessDarkensWhereTheMapIsLow() {
    QFETCH(bool, smooth);
    QFETCH(bool, diverging);
    QFETCH(double, opacity);
    const Frame frame = testFrame(60, 91);
    const ScalarField field = fieldOf(frame, 7, 13, scattered(91, diverging ? -3.0F : 0.5F, 2.0F), diverging);
    OverlayStyle style{.opacity = opacity, .smooth = smooth};
    style.mode = OverlayMode::Brightness;
    style.autoRange = false;
    style.range = diverging ? ValueRange{-2.5F, 2.5F} : ValueRange{0.7F, 1.7F};  // values lie beyond both ends
    const cv::Mat out = drawn(frame, &field, style);
    const double alpha = std::clamp(opacity, 0.0, 1.0);
    for (int v = 0; v < frame.height; ++v) {
        for (int u = 0; u < frame.width; ++u) {
            const double value = valueAt(field, u, v, smooth);
            const double p = std::clamp(diverging ? std::abs(value) / 2.5 : value - 0.7, 0.0, 1.0);
            for (const int shift : {0, 8, 16}) {
                const double expected = channel(pictureColor(u, v), shift) * (1.0 - alpha * (1.0 - p));
                QVERIFY(std::abs(channel(at(out, u, v), shift) - expected) <= 0.51);
            }
            QCOMPARE(at(out, u, v) >> 24, 0xFFU);
        }
    }
    QCOMPARE(same(out, drawn(frame, nullptr, {})), alpha == 0.0);
}

void TestComposeStyle::brightnessOfFlatFields() {
    const Frame frame = testFrame(4, 4);
    OverlayStyle style{.opacity = 0.5};
    style.mode = OverlayMode::Brightness;
    for (const bool diverging : {false, true}) {  // at the low end, or nothing changed anywhere: dark by the opacity
        const ScalarField field = fieldOf(frame, 1, 1, {0.0F}, diverging);
        QCOMPARE(at(drawn(frame, &field, style), 2, 0), 0xFF010064U);
    }
}

void TestComposeStyle::staleBrightnessIsGrey() {
    const Frame frame = testFrame(26, 35);
    const ScalarField field = fieldOf(frame, 13, 7, scattered(91, 0.0F, 1.0F));
    OverlayStyle style{.opacity = 1.0};
    style.mode = OverlayMode::Brightness;
    style.stale = true;
    const cv::Mat stale = drawn(frame, &field, style);
    for (int v = 0; v < frame.height; ++v) {
        for (int u = 0; u < frame.width; ++u) {
            const std::uint32_t grey = at(stale, u, v);
            QVERIFY(channel(grey, 0) == channel(grey, 8) && channel(grey, 8) == channel(grey, 16));
            QVERIFY(std::abs(channel(grey, 0) - lumaOf(pictureColor(u, v)) * valueAt(field, u, v, true)) <= 1.01);
        }
    }
    style.opacity = 0.0;
    QVERIFY(same(drawn(frame, &field, style), drawn(frame, nullptr, {})));
}

void TestComposeStyle::thresholdHidesWhatIsBelow_data() {
    QTest::addColumn<bool>("smooth");
    QTest::addColumn<bool>("diverging");
    QTest::addColumn<bool>("brightness");
    QTest::addColumn<bool>("stale");
    for (int bits = 0; bits < 16; ++bits) {
        QTest::addRow("%d", bits) << ((bits & 1) != 0) << ((bits & 2) != 0) << ((bits & 4) != 0) << ((bits & 8) != 0);
    }
}

void TestComposeStyle::thresholdHidesWhatIsBelow() {
    QFETCH(bool, smooth);
    QFETCH(bool, diverging);
    QFETCH(bool, brightness);
    QFETCH(bool, stale);
    const Frame frame = testFrame(60, 91);
    const ScalarField field = fieldOf(frame, 7, 13, scattered(91, diverging ? -1.0F : 0.0F, 1.0F), diverging);
    OverlayStyle style{.opacity = 0.7, .smooth = smooth, .stale = stale};
    style.mode = brightness ? OverlayMode::Brightness : OverlayMode::Blend;
    const cv::Mat whole = drawn(frame, &field, style);
    const cv::Mat picture = drawn(frame, nullptr, {});
    style.thresholded = true;
    style.threshold = 0.43F;
    const cv::Mat out = drawn(frame, &field, style);
    int hidden = 0;
    for (int v = 0; v < frame.height; ++v) {
        for (int u = 0; u < frame.width; ++u) {
            const double value = valueAt(field, u, v, smooth);
            const double strength = diverging ? std::abs(value) : value;
            if (smooth && std::abs(strength - 0.43) < 1e-6) {
                continue;
            }
            const bool below = static_cast<float>(strength) < 0.43F;
            hidden += below ? 1 : 0;
            QCOMPARE(at(out, u, v), below ? at(picture, u, v) : at(whole, u, v));
        }
    }
    QVERIFY(hidden > 300 && hidden < frame.width * frame.height - 300);
}

void TestComposeStyle::theThresholdItselfIsDrawn() {
    const Frame frame = testFrame(12, 12);
    const float below = std::nextafter(0.7F, 0.0F);  // equal to 0.7 once it is brought onto a range which is wide enough
    OverlayStyle style{.opacity = 1.0, .autoRange = false, .range = {-1e6F, 1e6F}};
    style.thresholded = true;
    for (const bool smooth : {false, true}) {
        style.smooth = smooth;
        style.threshold = 0.7F;
        const ScalarField equal = fieldOf(frame, 3, 3, std::vector<float>(9, 0.7F));
        const ScalarField less = fieldOf(frame, 3, 3, std::vector<float>(9, below));
        for (int n = 0; n < 144; ++n) {
            QVERIFY(at(drawn(frame, &equal, style), n % 12, n / 12) != pictureColor(n % 12, n / 12));
            QCOMPARE(at(drawn(frame, &less, style), n % 12, n / 12), pictureColor(n % 12, n / 12));
        }
    }
    // The largest floats do not overflow, and a threshold which is no number hides nothing.
    const float most = std::numeric_limits<float>::max();
    const ScalarField wide = fieldOf(frame, 1, 2, {-most, most});
    style.threshold = 0.0F;
    const cv::Mat halves = drawn(frame, &wide, style);
    QCOMPARE(at(halves, 1, 1), pictureColor(1, 1));
    QVERIFY(at(halves, 10, 1) != pictureColor(10, 1));
    style.threshold = kNaN;
    QVERIFY(at(drawn(frame, &wide, style), 1, 1) != pictureColor(1, 1));
}

void TestComposeStyle::contoursLieWhereLevelsAreCrossed_data() {
    QTest::addColumn<int>("count");
    QTest::addColumn<bool>("smooth");
    QTest::addColumn<bool>("diverging");
    for (const int count : {1, 3, 5, 9}) {
        for (const bool smooth : {false, true}) {
            for (const bool diverging : {false, true}) {
                QTest::addRow("%d, %s, %s", count, smooth ? "smooth" : "cells", diverging ? "diverging" : "sequential")
                    << count << smooth << diverging;
            }
        }
    }
}

void TestComposeStyle::contoursLieWhereLevelsAreCrossed() {
    QFETCH(int, count);
    QFETCH(bool, smooth);
    QFETCH(bool, diverging);
    const Frame frame = testFrame(90, 130);
    const ScalarField field = fieldOf(frame, 7, 13, scattered(91, diverging ? -0.93F : 0.113F, 0.951F), diverging);
    OverlayStyle style{.opacity = 0.5, .smooth = smooth};
    const cv::Mat plain = drawn(frame, &field, style);
    style.contours = count;
    const cv::Mat out = drawn(frame, &field, style);
    const ValueRange range = effectiveRange(field, style);
    const auto level = [&](double value) {  // how many of the levels a value reaches
        int reached = 0;
        for (int k = 1; k <= count; ++k) {
            reached += value >= range.lo + (range.hi - range.lo) * static_cast<double>(k) / (count + 1) ? 1 : 0;
        }
        return reached;
    };
    const auto unsure = [&](double value) {  // a level so close that rounding decides
        const double place = (value - range.lo) / (range.hi - range.lo) * (count + 1);
        return std::abs(place - std::round(place)) < 1e-4;
    };
    int lines = 0;
    for (int v = 0; v + 1 < frame.height; ++v) {
        for (int u = 0; u + 1 < frame.width; ++u) {
            const double here = valueAt(field, u, v, smooth);
            const double right = valueAt(field, u + 1, v, smooth);
            const double below = valueAt(field, u, v + 1, smooth);
            if (unsure(here) || unsure(right) || unsure(below)) {
                continue;
            }
            const bool line = level(here) != level(right) || level(here) != level(below);
            lines += line ? 1 : 0;
            const std::uint32_t expected = lumaOf(at(plain, u, v)) >= 127.5 - 1e-9 ? 0xFF141414U : 0xFFF0F0F0U;
            QCOMPARE(at(out, u, v), line ? expected : at(plain, u, v));
        }
    }
    QVERIFY(lines > 100);
    // The last column and row have a neighbour on one side only; lines at opacity 0 lie over the picture itself.
    style.opacity = 0.0;
    const cv::Mat bare = drawn(frame, &field, style);
    QVERIFY(!same(bare, drawn(frame, nullptr, {})));
}

void TestComposeStyle::contoursAreReadable() {
    for (const int grey : {0, 60, 127, 128, 200, 255}) {
        Frame frame = testFrame(8, 8);
        frame.pixels = std::make_shared<cv::Mat>(8, 8, CV_8UC3, cv::Scalar::all(grey));
        const ScalarField field = fieldOf(frame, 1, 2, {0.0F, 1.0F});
        OverlayStyle style{.opacity = 0.0, .smooth = false};
        style.contours = 1;
        const cv::Mat out = drawn(frame, &field, style);
        for (int v = 0; v < 8; ++v) {
            for (int u = 0; u < 8; ++u) {
                const auto under = static_cast<std::uint32_t>(grey) * 0x010101U | 0xFF000000U;
                QCOMPARE(at(out, u, v) != under, u == 3);  // one pixel wide, left of the step
            }
            QVERIFY(std::abs(lumaOf(at(out, 3, v)) - grey) >= 100.0);
        }
    }
}

void TestComposeStyle::contoursOfGapsAndMasks() {
    const Frame frame = testFrame(9, 9);
    const ScalarField gaps = fieldOf(frame, 3, 3, {0.0F, kNaN, 1.0F, 0.0F, kNaN, 1.0F, 0.0F, kNaN, 1.0F});
    OverlayStyle style{.opacity = 0.5};
    const cv::Mat plain = drawn(frame, &gaps, style);
    style.contours = 3;
    QVERIFY(same(drawn(frame, &gaps, style), plain));  // beside a gap there is nothing to cross
    ScalarField mask = fieldOf(frame, 3, 3, {0.0F, 0.0F, 0.0F, 0.0F, 1.0F, 0.0F, 0.0F, 0.0F, 0.0F});
    mask.discrete = true;
    const cv::Mat out = drawn(frame, &mask, style);
    int lines = 0;
    for (int n = 0; n < 81; ++n) {
        lines += at(out, n % 9, n / 9) == 0xFF141414U || at(out, n % 9, n / 9) == 0xFFF0F0F0U ? 1 : 0;
    }
    QCOMPARE(lines, 3 + 3 + 5);  // left of it, above it; its own last column and last row
    // A line which lies where nothing is drawn is not drawn either.
    style.thresholded = true;
    style.threshold = 2.0F;
    QVERIFY(same(drawn(frame, &mask, style), drawn(frame, nullptr, {})));
}

void TestComposeStyle::gapsStayTransparentInEveryMode_data() {
    QTest::addColumn<int>("bits");
    for (int bits = 0; bits < 32; ++bits) {
        QTest::addRow("%d", bits) << bits;
    }
}

void TestComposeStyle::gapsStayTransparentInEveryMode() {
    QFETCH(int, bits);
    const Frame frame = testFrame(30, 50);
    std::vector<float> values = scattered(15, -1.0F, 1.0F);
    for (const std::size_t n : {0UL, 4UL, 7UL, 14UL}) {
        values[n] = kNaN;
    }
    const ScalarField field = fieldOf(frame, 3, 5, values, (bits & 1) != 0);
    OverlayStyle style{.opacity = 0.8};
    style.mode = (bits & 2) != 0 ? OverlayMode::Brightness : OverlayMode::Blend;
    style.thresholded = (bits & 4) != 0;
    style.threshold = -5.0F;  // below everything: only gaps are hidden
    style.contours = (bits & 8) != 0 ? 5 : 0;
    style.stale = (bits & 16) != 0;
    const cv::Mat out = drawn(frame, &field, style);
    for (int v = 0; v < frame.height; ++v) {
        for (int u = 0; u < frame.width; ++u) {
            if (std::isnan(valueAt(field, u, v, false))) {
                QCOMPARE(at(out, u, v), pictureColor(u, v));
            }
            QCOMPARE(at(out, u, v) >> 24, 0xFFU);
        }
    }
}

void TestComposeStyle::clippedShares() {
    const Frame frame = testFrame(10, 10);
    std::vector<float> values;
    for (int n = 0; n < 1001; ++n) {
        values.push_back(static_cast<float>((n * 37) % 1001));  // 0 … 1000, each once
    }
    ScalarField field = fieldOf(frame, 7, 143, values);
    field.clippedMax = 980.0F;
    const std::vector<float> before = field.values;
    OverlayStyle style;
    for (const double share : {0.001, 0.02, 0.1, 0.25, 0.499}) {
        style.clipShare = share;
        style.clipped = false;
        QCOMPARE(effectiveRange(field, style), (ValueRange{0.0F, 1000.0F}));
        style.clipped = true;
        const ValueRange range = effectiveRange(field, style);
        QCOMPARE(range.lo, 0.0F);
        const auto above = std::count_if(values.begin(), values.end(), [&](float v) { return v > range.hi; });
        QVERIFY(std::abs(static_cast<double>(above) - share * 1001.0) <= 1.0);
    }
    style.clipShare = 0.0;
    QCOMPARE(effectiveRange(field, style).hi, 1000.0F);
    style.clipShare = -1.0;
    QCOMPARE(effectiveRange(field, style).hi, 1000.0F);
    style.clipShare = std::nan("");
    QCOMPARE(effectiveRange(field, style).hi, 1000.0F);
    style.clipShare = 7.0;  // no more than half
    QCOMPARE(effectiveRange(field, style).hi, 500.0F);
    style.clipShare = 0.3;
    style.autoRange = false;
    style.range = {3.0F, 4.0F};
    QCOMPARE(effectiveRange(field, style), style.range);
    QCOMPARE(field.values, before);
    // Of the cells which take part.
    values.insert(values.end(), 1001, kNaN);
    const ScalarField gaps = fieldOf(frame, 14, 143, values);
    QCOMPARE(effectiveRange(gaps, OverlayStyle{.clipped = true, .clipShare = 0.1}).hi, 900.0F);
}

void TestComposeStyle::clippedSharesOfDivergingFields() {
    const Frame frame = testFrame(10, 10);
    std::vector<float> values;
    for (int n = -300; n <= 700; ++n) {
        values.push_back(static_cast<float>(n));
    }
    const ScalarField field = fieldOf(frame, 7, 143, values, true);
    for (const double share : {kClippedShare, 0.1, 0.4}) {
        const ValueRange range = effectiveRange(field, OverlayStyle{.clipped = true, .clipShare = share});
        QCOMPARE(range.lo, -range.hi);
        const auto beyond = std::count_if(values.begin(), values.end(), [&](float v) { return std::abs(v) > range.hi; });
        QVERIFY(std::abs(static_cast<double>(beyond) - share * 1001.0) <= 2.0);
    }
    const ScalarField zero = fieldOf(frame, 1, 3, {0.0F, 0.0F, 0.0F}, true);
    QCOMPARE(effectiveRange(zero, OverlayStyle{.clipped = true}), (ValueRange{0.0F, 0.0F}));
    // Nearly all of it the same: an end there would leave no range.
    std::vector<float> lonely(1000, 0.0F);
    lonely[17] = -2.0F;
    const ScalarField peak = fieldOf(frame, 10, 100, lonely, true);
    QCOMPARE(effectiveRange(peak, OverlayStyle{.clipped = true}), (ValueRange{-2.0F, 2.0F}));
}

void TestComposeStyle::whatIsNeverClipped() {
    const Frame frame = testFrame(10, 10);
    ScalarField field = fieldOf(frame, 1, 100, scattered(100, 0.0F, 1.0F));
    const OverlayStyle style{.clipped = true, .clipShare = 0.3};
    QVERIFY(effectiveRange(field, style).hi < 0.75F);
    field.discrete = true;
    QCOMPARE(effectiveRange(field, style).hi, 1.0F);
    field.discrete = false;
    field.sharedScale = true;
    QCOMPARE(effectiveRange(field, style).hi, 1.0F);
    ScalarField empty;
    empty.scaleMax = 3.0F;
    QCOMPARE(effectiveRange(empty, style), (ValueRange{0.0F, 3.0F}));
}

void TestComposeStyle::aFixedRangeNeverMoves_data() {
    QTest::addColumn<int>("bits");
    for (int bits = 0; bits < 8; ++bits) {
        QTest::addRow("%d", bits) << bits;
    }
}

void TestComposeStyle::aFixedRangeNeverMoves() {
    QFETCH(int, bits);
    const Frame frame = testFrame(24, 32);
    OverlayStyle style{.opacity = 0.6, .smooth = (bits & 1) != 0, .autoRange = false, .range = {-0.2F, 0.9F}};
    style.mode = (bits & 2) != 0 ? OverlayMode::Brightness : OverlayMode::Blend;
    style.thresholded = (bits & 4) != 0;
    style.threshold = 0.1F;
    style.clipShare = 0.3;
    std::mt19937 random(5);
    std::uniform_real_distribution<float> numbers(-100.0F, 100.0F);
    cv::Mat first;
    for (int n = 0; n < 300; ++n) {
        std::vector<float> values(48);
        for (float& v : values) {
            v = numbers(random) / static_cast<float>(1 + n % 7);
        }
        for (const std::size_t k : {9UL, 10UL, 17UL, 18UL}) {  // four cells which stay, so that between them nothing changes
            values[k] = 0.4567F;
        }
        const ScalarField field = fieldOf(frame, 6, 8, values, false);
        const cv::Mat out = drawn(frame, &field, style);
        if (n == 0) {
            first = out.clone();
            QVERIFY(at(out, 7, 7) != pictureColor(7, 7));
        }
        QVERIFY(same(out(cv::Rect(6, 6, 4, 4)), first(cv::Rect(6, 6, 4, 4))));
    }
}

void TestComposeStyle::theDefaultStyleAsksForNothing() {
    const Frame frame = testFrame(41, 67);
    const ScalarField field = fieldOf(frame, 7, 13, scattered(91, 0.0F, 1.0F));
    OverlayStyle idle;
    idle.threshold = 0.5F;  // not switched on
    idle.clipShare = 0.4;
    const cv::Mat plain = drawn(frame, &field, {});
    QVERIFY(same(plain, drawn(frame, &field, idle)));
    idle.thresholded = true;
    idle.threshold = -1.0F;
    QVERIFY(same(plain, drawn(frame, &field, idle)));
    idle.contours = -3;
    QVERIFY(same(plain, drawn(frame, &field, idle)));
    QVERIFY(!(idle == OverlayStyle{}));
}

void TestComposeStyle::everyViewportAndThreadAgrees() {
    // Bands of rows are drawn side by side: their borders must not show in the lines, and half a picture draws like the whole.
    const Frame frame = testFrame(200, 150);
    const ScalarField field = fieldOf(frame, 7, 13, scattered(91, 0.0F, 1.0F));
    OverlayStyle style;
    style.contours = 9;
    style.thresholded = true;
    style.threshold = 0.2F;
    style.mode = OverlayMode::Brightness;
    const cv::Mat whole = drawn(frame, &field, style);
    const cv::Mat part = composeOverlay(frame, &field, style, Viewport{20.0, 37.0, 1.0, 90, 101}, kBackground);
    QVERIFY(same(part(cv::Rect(0, 0, 89, 100)), whole(cv::Rect(20, 37, 89, 100))));
}

QTEST_GUILESS_MAIN(TestComposeStyle)
#include "tst_compose_style.moc"
