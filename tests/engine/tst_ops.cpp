// Each operator against a loop written straight from its definition, in double.
// test: both-levels

#include <QRegularExpression>
#include <QTest>
#include <atomic>
#include <cmath>
#include <limits>
#include <new>

#include "engine/kernels/elementwise.h"
#include "engine/kernels/ops.h"
#include "engine/kernels/parallel.h"
#include "tests/support/numbers.h"

using namespace fovea;
using namespace fovea::test;

namespace {

constexpr double kTolerance = 2e-6;

struct Size {
    int c, h, w;
};
const std::vector<Size> kSizes{{1, 1, 1}, {1, 7, 13}, {5, 1, 9}, {3, 8, 1}, {16, 7, 13}, {2, 33, 20}};

void addSizes() {
    QTest::addColumn<int>("c");
    QTest::addColumn<int>("h");
    QTest::addColumn<int>("w");
    for (const auto& s : kSizes) {
        QTest::addRow("%dx%dx%d", s.c, s.h, s.w) << s.c << s.h << s.w;
    }
}

FeatureMap fetchMap() {
    QFETCH(int, c);
    QFETCH(int, h);
    QFETCH(int, w);
    return randomMap(c, h, w, 11, 3.0F);
}

/// value(c, i, j) over all cells of a grid.
template <class Value>
std::vector<double> grid(int channels, int height, int width, Value&& value) {
    std::vector<double> out;
    for (int c = 0; c < channels; ++c) {
        for (int i = 0; i < height; ++i) {
            for (int j = 0; j < width; ++j) {
                out.push_back(value(c, i, j));
            }
        }
    }
    return out;
}

double inside(const FeatureMap& x, int c, int i, int j) {
    return i >= 0 && i < x.height() && j >= 0 && j < x.width() ? x.at(c, i, j) : 0.0;
}

std::vector<double> naiveConv(const FeatureMap& x, const Tensor& w, const Tensor& b, const ops::ConvOptions& o, int height,
                              int width) {
    const int inputs = w.dim(1);
    const int kh = w.shape.size() == 4 ? w.dim(2) : 1;
    const int kw = w.shape.size() == 4 ? w.dim(3) : 1;
    const int perGroup = w.dim(0) / o.groups;
    return grid(w.dim(0), height, width, [&](int c, int i, int j) {
        double sum = b.empty() ? 0.0 : b.values[c];
        for (int k = 0; k < inputs; ++k) {
            for (int u = 0; u < kh; ++u) {
                for (int v = 0; v < kw; ++v) {
                    sum += static_cast<double>(w.values[((c * inputs + k) * kh + u) * kw + v]) *
                           inside(x, c / perGroup * inputs + k, i * o.stride - o.padH + u * o.dilation,
                                  j * o.stride - o.padW + v * o.dilation);
                }
            }
        }
        return sum;
    });
}

#define VERIFY_NEAR(values, expected)                                     \
    do {                                                                  \
        const QString problem = difference(values, expected, kTolerance); \
        QVERIFY2(problem.isEmpty(), qPrintable(problem));                 \
    } while (false)

}  // namespace

class TestOps : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".?"))); }

    void globalPools_data() { addSizes(); }
    void globalPools() {
        const FeatureMap x = fetchMap();
        std::vector<double> mean, top, biased, unbiased;
        for (int c = 0; c < x.channels(); ++c) {
            double sum = 0.0, best = -1e30, squares = 0.0;
            for (int n = 0; n < x.cells(); ++n) {
                sum += x.row(c)[n];
                best = std::max<double>(best, x.row(c)[n]);
            }
            for (int n = 0; n < x.cells(); ++n) {
                squares += std::pow(x.row(c)[n] - sum / x.cells(), 2);
            }
            mean.push_back(sum / x.cells());
            top.push_back(best);
            biased.push_back(squares / x.cells());
            unbiased.push_back(squares / (x.cells() - 1));
        }
        VERIFY_NEAR(ops::globalMean(x), mean);
        VERIFY_NEAR(ops::globalMax(x), top);
        VERIFY_NEAR(ops::globalVariance(x, false), biased);
        if (x.cells() > 1) {
            VERIFY_NEAR(ops::globalVariance(x, true), unbiased);
        } else {
            QVERIFY(std::isnan(ops::globalVariance(x, true).front()));
        }
    }

    void stripAndChannelPools_data() { addSizes(); }
    void stripAndChannelPools() {
        const FeatureMap x = fetchMap();
        const auto overWidth = grid(x.channels(), x.height(), 1, [&](int c, int i, int) {
            double sum = 0.0;
            for (int j = 0; j < x.width(); ++j) sum += x.at(c, i, j);
            return sum / x.width();
        });
        const auto overHeight = grid(x.channels(), 1, x.width(), [&](int c, int, int j) {
            double sum = 0.0;
            for (int i = 0; i < x.height(); ++i) sum += x.at(c, i, j);
            return sum / x.height();
        });
        const auto mean = grid(1, x.height(), x.width(), [&](int, int i, int j) {
            double sum = 0.0;
            for (int c = 0; c < x.channels(); ++c) sum += x.at(c, i, j);
            return sum / x.channels();
        });
        const auto top = grid(1, x.height(), x.width(), [&](int, int i, int j) {
            double best = x.at(0, i, j);
            for (int c = 1; c < x.channels(); ++c) best = std::max<double>(best, x.at(c, i, j));
            return best;
        });
        const FeatureMap strip = ops::meanOverWidth(x);
        QCOMPARE(strip.height(), x.height());
        QCOMPARE(strip.width(), 1);
        QCOMPARE(ops::meanOverHeight(x).width(), x.width());
        VERIFY_NEAR(valuesOf(strip), overWidth);
        VERIFY_NEAR(valuesOf(ops::meanOverHeight(x)), overHeight);
        VERIFY_NEAR(valuesOf(ops::channelMean(x)), mean);
        VERIFY_NEAR(valuesOf(ops::channelMax(x)), top);
        const auto topOverWidth = grid(x.channels(), x.height(), 1, [&](int c, int i, int) {
            return *std::max_element(x.row(c) + i * x.width(), x.row(c) + (i + 1) * x.width());
        });
        const auto topOverHeight = grid(x.channels(), 1, x.width(), [&](int c, int, int j) {
            double best = x.at(c, 0, j);
            for (int i = 1; i < x.height(); ++i) best = std::max<double>(best, x.at(c, i, j));
            return best;
        });
        QCOMPARE(ops::maxOverWidth(x).height(), x.height());
        QCOMPARE(ops::maxOverHeight(x).width(), x.width());
        VERIFY_NEAR(valuesOf(ops::maxOverWidth(x)), topOverWidth);
        VERIFY_NEAR(valuesOf(ops::maxOverHeight(x)), topOverHeight);
    }

    void windowPools_data() {
        QTest::addColumn<int>("kernel");
        QTest::addColumn<int>("stride");
        QTest::addColumn<int>("padding");
        QTest::newRow("1") << 1 << 1 << 0;
        QTest::newRow("2 stride 2") << 2 << 2 << 0;
        QTest::newRow("3 padded") << 3 << 1 << 1;
        QTest::newRow("5 stride 3 padded") << 5 << 3 << 2;
    }
    void windowPools() {
        QFETCH(int, kernel);
        QFETCH(int, stride);
        QFETCH(int, padding);
        const FeatureMap x = randomMap(3, 7, 13, 2, 3.0F);
        const int h = (7 + 2 * padding - kernel) / stride + 1;
        const int w = (13 + 2 * padding - kernel) / stride + 1;
        std::vector<double> top, counted, real;
        for (int k = 0; k < 3 * h * w; ++k) {
            const int c = k / (h * w), i = k / w % h, j = k % w;
            double best = -std::numeric_limits<double>::infinity(), sum = 0.0;
            int cells = 0;
            for (int u = i * stride - padding; u < i * stride - padding + kernel; ++u) {
                for (int v = j * stride - padding; v < j * stride - padding + kernel; ++v) {
                    if (u >= 0 && u < 7 && v >= 0 && v < 13) {
                        best = std::max<double>(best, x.at(c, u, v));
                        sum += x.at(c, u, v);
                        ++cells;
                    }
                }
            }
            top.push_back(best);
            counted.push_back(sum / (kernel * kernel));
            real.push_back(sum / cells);
        }
        const FeatureMap pooled = ops::maxPool(x, kernel, stride, padding);
        QCOMPARE(pooled.height(), h);
        QCOMPARE(pooled.width(), w);
        VERIFY_NEAR(valuesOf(pooled), top);
        VERIFY_NEAR(valuesOf(ops::meanPool(x, kernel, stride, padding)), counted);
        VERIFY_NEAR(valuesOf(ops::meanPool(x, kernel, stride, padding, false)), real);
    }

    void adaptivePool_data() { addSizes(); }
    void adaptivePool() {
        const FeatureMap x = fetchMap();
        for (const auto& [h, w] : std::vector<std::pair<int, int>>{{1, 1}, {3, 2}, {7, 7}, {9, 20}}) {
            const auto expected = grid(x.channels(), h, w, [&, rows = h, columns = w](int c, int i, int j) {
                double sum = 0.0;
                int cells = 0;
                for (int u = i * x.height() / rows; u < std::ceil((i + 1.0) * x.height() / rows); ++u) {
                    for (int v = j * x.width() / columns; v < std::ceil((j + 1.0) * x.width() / columns); ++v, ++cells) {
                        sum += x.at(c, u, v);
                    }
                }
                return sum / cells;
            });
            VERIFY_NEAR(valuesOf(ops::adaptiveMeanPool(x, h, w)), expected);
        }
    }

    void linearAndConv1d() {
        const auto x = randomValues(19, 3);
        const Tensor w = randomTensor({4, 19}, 4);
        const Tensor b = randomTensor({4}, 5);
        std::vector<double> with, without;
        for (int o = 0; o < 4; ++o) {
            double sum = 0.0;
            for (int k = 0; k < 19; ++k) sum += static_cast<double>(w.values[o * 19 + k]) * x[k];
            without.push_back(sum);
            with.push_back(sum + b.values[o]);
        }
        VERIFY_NEAR(ops::linear(x, w, b), with);
        VERIFY_NEAR(ops::linear(x, w, {}), without);
        for (const int taps : {1, 3, 9, 63}) {
            const Tensor kernel = randomTensor({1, 1, taps}, 6);
            std::vector<double> expected;
            for (int c = 0; c < 19; ++c) {
                double sum = 0.0;
                for (int t = 0; t < taps; ++t) {
                    const int k = c + t - (taps - 1) / 2;
                    sum += k >= 0 && k < 19 ? static_cast<double>(kernel.values[t]) * x[k] : 0.0;
                }
                expected.push_back(sum);
            }
            VERIFY_NEAR(ops::conv1d(x, kernel), expected);
        }
    }

    void convolution_data() {
        QTest::addColumn<int>("c");
        QTest::addColumn<int>("h");
        QTest::addColumn<int>("w");
        QTest::addColumn<QList<int>>("shape");    // out, in/groups, kh, kw
        QTest::addColumn<QList<int>>("options");  // stride, padH, padW, dilation, groups
        using L = QList<int>;
        QTest::newRow("1x1 of one cell") << 1 << 1 << 1 << L{1, 1, 1, 1} << L{1, 0, 0, 1, 1};
        QTest::newRow("1x1") << 16 << 7 << 13 << L{5, 16, 1, 1} << L{1, 0, 0, 1, 1};
        QTest::newRow("1x1 as a matrix") << 16 << 7 << 13 << L{5, 16} << L{1, 0, 0, 1, 1};
        QTest::newRow("1x1 groups") << 6 << 7 << 13 << L{4, 3, 1, 1} << L{1, 0, 0, 1, 2};
        QTest::newRow("1x1 stride") << 6 << 7 << 13 << L{4, 6, 1, 1} << L{2, 0, 0, 1, 1};
        QTest::newRow("3x3") << 5 << 7 << 13 << L{4, 5, 3, 3} << L{1, 1, 1, 1, 1};
        QTest::newRow("3x3 larger than the map") << 5 << 1 << 2 << L{4, 5, 3, 3} << L{1, 1, 1, 1, 1};
        QTest::newRow("7x7, one channel") << 1 << 7 << 13 << L{1, 1, 7, 7} << L{1, 3, 3, 1, 1};
        QTest::newRow("7x7, two to one") << 2 << 40 << 33 << L{1, 2, 7, 7} << L{1, 3, 3, 1, 1};
        QTest::newRow("1x7") << 4 << 7 << 13 << L{3, 4, 1, 7} << L{1, 0, 3, 1, 1};
        QTest::newRow("5x1 stride 2") << 4 << 7 << 13 << L{3, 4, 5, 1} << L{2, 2, 0, 1, 1};
        QTest::newRow("3x3 dilation 4") << 3 << 9 << 13 << L{3, 3, 3, 3} << L{1, 4, 4, 4, 1};
        QTest::newRow("3x3 groups stride dilation") << 6 << 11 << 13 << L{4, 3, 3, 3} << L{3, 2, 1, 2, 2};
        QTest::newRow("3x3 unpadded") << 3 << 7 << 13 << L{2, 3, 3, 3} << L{1, 0, 0, 1, 1};
        QTest::newRow("depthwise 3x3") << 6 << 7 << 13 << L{6, 1, 3, 3} << L{1, 1, 1, 1, 6};
        QTest::newRow("depthwise stride dilation") << 6 << 17 << 13 << L{6, 1, 3, 5} << L{2, 3, 6, 3, 6};
        QTest::newRow("depthwise 7x7 dilation 3") << 4 << 9 << 39 << L{4, 1, 7, 7} << L{1, 9, 9, 3, 4};
        QTest::newRow("depthwise without padding") << 4 << 9 << 23 << L{4, 1, 5, 2} << L{1, 0, 0, 2, 4};
        QTest::newRow("depthwise beyond the map") << 4 << 1 << 5 << L{4, 1, 7, 7} << L{1, 9, 9, 3, 4};
        QTest::newRow("depthwise multiplier") << 3 << 7 << 13 << L{6, 1, 3, 3} << L{1, 1, 1, 1, 3};
        QTest::newRow("several tiles") << 40 << 50 << 90 << L{3, 40, 3, 3} << L{1, 1, 1, 1, 1};
    }
    void convolution() {
        QFETCH(int, c);
        QFETCH(int, h);
        QFETCH(int, w);
        QFETCH(QList<int>, shape);
        QFETCH(QList<int>, options);
        const ops::ConvOptions o{options[0], options[1], options[2], options[3], options[4]};
        const Shape weightShape(shape.begin(), shape.end());
        const int kh = shape.size() == 4 ? shape[2] : 1;
        const int kw = shape.size() == 4 ? shape[3] : 1;
        const int height = (h + 2 * o.padH - o.dilation * (kh - 1) - 1) / o.stride + 1;
        const int width = (w + 2 * o.padW - o.dilation * (kw - 1) - 1) / o.stride + 1;
        const FeatureMap x = randomMap(c, h, w, 21);
        const Tensor weight = randomTensor(weightShape, 22, 1.0F / static_cast<float>(kh * kw));
        const Tensor bias = randomTensor({shape[0]}, 23);
        const FeatureMap y = ops::conv2d(x, weight, bias, o);
        QCOMPARE(y.height(), height);
        QCOMPARE(y.width(), width);
        // Products are summed in float, whose rounding errors add up like a random walk over the terms.
        const double terms = weight.dim(1) * kh * kw;
        for (const bool biased : {true, false}) {
            const auto expected = naiveConv(x, weight, biased ? bias : Tensor(), o, height, width);
            double peak = 1.0;
            for (const double v : expected) peak = std::max(peak, std::abs(v));
            const double tolerance = std::max(kTolerance, 5.0 * std::sqrt(terms) * peak * std::ldexp(1.0, -24));
            const QString problem = difference(valuesOf(biased ? y : ops::conv2d(x, weight, {}, o)), expected, tolerance);
            QVERIFY2(problem.isEmpty(), qPrintable(problem));
        }
    }

    void normalisation() {
        FeatureMap x = randomMap(3, 7, 13, 31, 4.0F);
        const FeatureMap before = x;
        const Tensor w = randomTensor({3}, 32), b = randomTensor({3}, 33), mean = randomTensor({3}, 34);
        const Tensor var({3}, {0.5F, 0.0F, 2.0F});
        ops::batchNorm(x, w, b, mean, var, 1e-3F);
        const auto normal = grid(3, 7, 13, [&](int c, int i, int j) {
            return (static_cast<double>(before.at(c, i, j)) - mean.values[c]) / std::sqrt(var.values[c] + 1e-3) * w.values[c] +
                   b.values[c];
        });
        QVERIFY(maxDifference(valuesOf(x), normal) < 2e-5);  // a variance of 0 multiplies by 30

        ops::Vector v{1.0F, -2.0F, 4.0F};
        ops::layerNorm(v, w, b);
        std::vector<double> expected;
        for (const double value : {1.0, -2.0, 4.0}) {
            const auto k = expected.size();
            expected.push_back((value - 1.0) / std::sqrt(6.0 + 1e-5) * w.values[k] + b.values[k]);
        }
        VERIFY_NEAR(v, expected);
        ops::Vector single{5.0F};
        ops::layerNorm(single, Tensor({1}, {3.0F}), Tensor({1}, {0.25F}));
        QCOMPARE(single.front(), 0.25F);
    }

    void softmaxAlongEachAxis() {
        for (std::size_t axis = 0; axis < 3; ++axis) {
            const Tensor before = randomTensor({3, 4, 5}, 41, 200.0F);
            Tensor x = before;
            ops::softmax(x, axis);
            const std::size_t inner = axis == 0 ? 20 : axis == 1 ? 5 : 1;
            const auto length = static_cast<std::size_t>(before.shape[axis]);
            std::vector<double> expected;
            for (std::size_t k = 0; k < 60; ++k) {
                const std::size_t first = k / (inner * length) * inner * length + k % inner;
                double sum = 0.0;
                for (std::size_t m = 0; m < length; ++m)
                    sum += std::exp(static_cast<double>(before.values[first + m * inner]) - before.values[k]);
                expected.push_back(1.0 / sum);
            }
            VERIFY_NEAR(x.values, expected);
        }
        std::vector<float> runs{1000.0F, 1000.0F, -5.0F, -5.0F, 0.0F, -1000.0F};
        ops::softmax(runs.data(), runs.size(), 2);
        VERIFY_NEAR(runs, (std::vector<double>{0.5, 0.5, 0.5, 0.5, 1.0, 0.0}));
    }

    void sigmoidOfArrays() {
        // Whatever the length and wherever it begins, a value gives the same number; what is not a number stays so.
        constexpr float kInfinity = std::numeric_limits<float>::infinity();
        std::vector<float> values{-kInfinity, kInfinity, std::numeric_limits<float>::quiet_NaN(), -200.0F, 200.0F};
        for (int k = 0; k < 140; ++k) {
            values.push_back(0.17F * static_cast<float>(k - 70));
        }
        std::vector<float> all = values;
        ops::sigmoidInPlace(all.data(), all.size());
        QVERIFY(std::abs(all[0]) < 1e-37F);
        QCOMPARE(all[1], 1.0F);
        QVERIFY(std::isnan(all[2]));
        QVERIFY(std::abs(all[3]) < 1e-37F);
        QCOMPARE(all[4], 1.0F);
        for (std::size_t k = 5; k < values.size(); ++k) {
            const double exact = 1.0 / (1.0 + std::exp(-static_cast<double>(values[k])));
            QVERIFY(std::abs(all[k] - exact) < 3e-7);
            float single = values[k];
            ops::sigmoidInPlace(&single, 1);
            QCOMPARE(single, all[k]);
        }
    }

    void findsWhatIsNotFinite() {
        std::vector<float> values(37, std::numeric_limits<float>::max());
        values[3] = std::numeric_limits<float>::denorm_min();
        QVERIFY(allFinite(values.data(), values.size()));
        QVERIFY(allFinite(values.data(), 0));
        constexpr float kInfinity = std::numeric_limits<float>::infinity();
        for (const float bad : {kInfinity, -kInfinity, std::numeric_limits<float>::quiet_NaN()}) {
            for (const std::size_t at : {std::size_t{0}, std::size_t{17}, values.size() - 1}) {
                std::vector<float> broken = values;
                broken[at] = bad;
                QVERIFY(!allFinite(broken.data(), broken.size()));
            }
        }
    }

    // Bodies allocate, and a request without memory must fail alone.
    void whatABodyThrowsArrives() {
        std::atomic<int> parts = 0;
        const auto body = [&parts](int first, int last) {
            parts += last - first;
            if (first <= 7 && 7 < last) {
                throw std::bad_alloc();
            }
        };
        QVERIFY_EXCEPTION_THROWN(parallelFor(64, body), std::bad_alloc);
        QVERIFY(parts > 0 && parts <= 64);
        parallelFor(5, body);
    }

    void activations() {
        for (const float x : {-1000.0F, -100.0F, -3.5F, -3.0F, -1.0F, 0.0F, 0.5F, 3.0F, 4.0F, 100.0F, 1000.0F}) {
            const double d = x;
            float sigmoid = x;
            float gelu = x;
            ops::sigmoidInPlace(&sigmoid, 1);
            ops::geluInPlace(&gelu, 1);
            QVERIFY(std::abs(sigmoid - 1.0 / (1.0 + std::exp(-d))) < 2e-7);
            QVERIFY(std::abs(gelu - 0.5 * d * (1.0 + std::erf(d / std::sqrt(2.0)))) <= 1e-6 * std::abs(d));
            QVERIFY(std::abs(ops::hardSwish(x) - d * std::min(6.0, std::max(0.0, d + 3.0)) / 6.0) <= 1e-6 * std::abs(d));
        }
        std::vector<float> values{-2.0F, 0.0F, 3.0F, NAN};
        ops::reluInPlace(values.data(), values.size());
        QCOMPARE(values[0], 0.0F);
        QCOMPARE(values[2], 3.0F);
        QVERIFY(std::isnan(values[3]));
        ops::sigmoidInPlace(values.data(), 3);
        QCOMPARE(values[1], 0.5F);
    }

    void gatesAndTensors() {
        const FeatureMap x = randomMap(3, 7, 13, 51);
        const auto gate = randomValues(3, 52);
        const FeatureMap plane = randomMap(1, 7, 13, 53);
        VERIFY_NEAR(valuesOf(ops::scaleChannels(x, gate)),
                    grid(3, 7, 13, [&](int c, int i, int j) { return 1.0 * x.at(c, i, j) * gate[c]; }));
        VERIFY_NEAR(valuesOf(ops::scalePositions(x, plane)),
                    grid(3, 7, 13, [&](int c, int i, int j) { return 1.0 * x.at(c, i, j) * plane.at(0, i, j); }));
        QCOMPARE(ops::toTensor(gate).shape, (Shape{3}));
        QCOMPARE(ops::toTensor(x).shape, (Shape{3, 7, 13}));
        QCOMPARE(ops::toTensor(x, true).shape, (Shape{3, 7, 13}));
        QCOMPARE(ops::toTensor(plane).shape, (Shape{1, 7, 13}));
        QCOMPARE(ops::toTensor(plane, true).shape, (Shape{7, 13}));
        QCOMPARE(ops::toTensor(plane, true).values, valuesOf(plane));
    }

    void resizing_data() { addSizes(); }
    void resizing() {
        const FeatureMap x = fetchMap();
        for (const auto& [h, w] : std::vector<std::pair<int, int>>{{1, 1}, {7, 13}, {3, 40}, {20, 5}, {64, 1}}) {
            const auto source = [](int k, int from, int to, bool align) {
                return align ? (to == 1 ? 0.0 : 1.0 * k * (from - 1) / (to - 1)) : std::max(0.0, (k + 0.5) * from / to - 0.5);
            };
            for (const bool align : {false, true}) {
                const auto bilinear = grid(x.channels(), h, w, [&, height = h, width = w](int c, int i, int j) {
                    const double y = source(i, x.height(), height, align), z = source(j, x.width(), width, align);
                    const int y0 = static_cast<int>(y), z0 = static_cast<int>(z);
                    const int y1 = std::min(y0 + 1, x.height() - 1), z1 = std::min(z0 + 1, x.width() - 1);
                    return (x.at(c, y0, z0) * (1 - z + z0) + x.at(c, y0, z1) * (z - z0)) * (1 - y + y0) +
                           (x.at(c, y1, z0) * (1 - z + z0) + x.at(c, y1, z1) * (z - z0)) * (y - y0);
                });
                VERIFY_NEAR(valuesOf(ops::resize(x, h, w, ops::Interpolation::Bilinear, align)), bilinear);
            }
            const auto nearest = grid(x.channels(), h, w, [&, height = h, width = w](int c, int i, int j) {
                return static_cast<double>(x.at(c, i * x.height() / height, j * x.width() / width));
            });
            VERIFY_NEAR(valuesOf(ops::resize(x, h, w, ops::Interpolation::Nearest)), nearest);
        }
    }
};

QTEST_GUILESS_MAIN(TestOps)
#include "tst_ops.moc"
