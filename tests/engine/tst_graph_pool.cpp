// The pools against a loop written straight from their definitions, in double.
// test: both-levels

#include <QTest>
#include <algorithm>
#include <limits>

#include "tests/support/kernel_run.h"
#include "tests/support/numbers.h"

using namespace fovea;
using namespace fovea::test;
using graph::Node;

namespace {

using Integers = std::vector<std::int64_t>;

struct Case {
    const char* name;
    Shape x;
    Integers kernel;
    Integers strides = {1, 1};
    Integers pads = {0, 0, 0, 0};
    Integers dilations = {1, 1};
    Integers output;  ///< extents of the result, worked out by hand
    bool ceiling = false;
};

const std::vector<Case> kCases{
    {"2x2, stride 2", {2, 3, 8, 9}, {2, 2}, {2, 2}, {0, 0, 0, 0}, {1, 1}, {4, 4}},
    {"2x2, stride 2, ceiling", {2, 3, 8, 9}, {2, 2}, {2, 2}, {0, 0, 0, 0}, {1, 1}, {4, 5}, true},
    {"3x3, stride 2, padding 1", {1, 5, 14, 15}, {3, 3}, {2, 2}, {1, 1, 1, 1}, {1, 1}, {7, 8}},
    {"3x3, stride 1, padding 1", {1, 2, 7, 21}, {3, 3}, {1, 1}, {1, 1, 1, 1}, {1, 1}, {7, 21}},
    {"one cell", {1, 4, 1, 1}, {1, 1}, {1, 1}, {0, 0, 0, 0}, {1, 1}, {1, 1}},
    {"stride 3, kernel 2x4, asymmetric", {1, 3, 10, 13}, {2, 4}, {3, 3}, {0, 2, 1, 3}, {1, 1}, {4, 5}},
    {"dilation", {1, 3, 12, 13}, {3, 2}, {1, 2}, {1, 1, 1, 1}, {2, 3}, {10, 6}},
    {"kernel larger than the input", {1, 2, 3, 2}, {5, 4}, {1, 1}, {2, 2, 2, 2}, {1, 1}, {3, 3}},
    // The third window would begin in the padding behind the input: (5 + 2 − 2)/3 + 1 rounded up is 3, yet 2·3 ≥ 5 + 1.
    {"ceiling drops a window in the padding", {1, 2, 5, 5}, {2, 2}, {3, 3}, {1, 1, 1, 1}, {1, 1}, {2, 2}, true},
    {"ceiling with padding", {1, 2, 6, 6}, {3, 3}, {2, 2}, {1, 1, 1, 1}, {1, 1}, {4, 4}, true},
    {"one-dimensional", {2, 3, 11}, {3}, {2}, {1, 0}, {1}, {5}},
};

struct Axis {
    std::int64_t in = 1, kernel = 1, stride = 1, begin = 0, end = 0, dilation = 1, out = 1;

    /// Inputs which output o reads; those in the padding as −1 when they count.
    [[nodiscard]] Integers taps(std::int64_t o, bool padding) const {
        Integers result;
        for (std::int64_t k = 0; k < kernel; ++k) {
            const std::int64_t at = o * stride - begin + k * dilation;
            if (at >= 0 && at < in) {
                result.push_back(at);
            } else if (padding && at < in + end) {
                result.push_back(-1);
            }
        }
        return result;
    }
};

Axis axisOf(const Case& c, std::size_t axis) {
    const std::size_t spatial = c.x.size() - 2;
    if (axis + spatial < 2) {
        return {};
    }
    const std::size_t i = axis + spatial - 2;
    return {c.x[i + 2], c.kernel[i], c.strides[i], c.pads[i], c.pads[i + spatial], c.dilations[i], c.output[i]};
}

std::vector<double> naive(const Case& c, const std::vector<float>& x, bool max, bool padding) {
    const Axis high = axisOf(c, 0);
    const Axis wide = axisOf(c, 1);
    std::vector<double> y;
    for (std::int64_t p = 0; p < c.x[0] * c.x[1]; ++p) {
        for (std::int64_t o = 0; o < high.out * wide.out; ++o) {
            double sum = 0.0;
            double largest = -std::numeric_limits<double>::infinity();
            double count = 0.0;
            for (const auto i : high.taps(o / wide.out, padding)) {
                for (const auto j : wide.taps(o % wide.out, padding)) {
                    ++count;
                    if (i >= 0 && j >= 0) {
                        const double value = x[(p * high.in + i) * wide.in + j];
                        sum += value;
                        largest = std::max(largest, value);
                    }
                }
            }
            y.push_back(max ? largest : sum / count);
        }
    }
    return y;
}

Node poolNode(const std::string& op, const Case& c) {
    Node node{op, "", "", {"x"}, {"y"}};
    node.attributes = {{"kernel_shape", c.kernel},
                       {"strides", c.strides},
                       {"pads", c.pads},
                       {"dilations", c.dilations},
                       {"ceil_mode", std::int64_t{c.ceiling}}};
    return node;
}

#define VERIFY_NEAR(values, expected)                               \
    do {                                                            \
        const QString problem = difference(values, expected, 2e-6); \
        QVERIFY2(problem.isEmpty(), qPrintable(problem));           \
    } while (false)

#define VERIFY_OK(result) QVERIFY2((result).ok(), (result).ok() ? "" : (result).error().message().c_str())

}  // namespace

class TestGraphPool : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void followsTheDefinition_data();
    void followsTheDefinition();
    void largestIsNotANumberWhereAnInputIsNone();
    void whole_data();
    void whole();
    void refused_data();
    void refused();
    void indicesAreRefused();
};

void TestGraphPool::followsTheDefinition_data() {
    QTest::addColumn<int>("index");
    for (std::size_t i = 0; i < kCases.size(); ++i) {
        QTest::addRow("%s", kCases[i].name) << static_cast<int>(i);
    }
}

void TestGraphPool::followsTheDefinition() {
    QFETCH(int, index);
    const Case& c = kCases[index];
    const auto x = randomArray(c.x, 4, 3.0F);
    Shape shape{c.x[0], c.x[1]};
    shape.insert(shape.end(), c.output.begin(), c.output.end());
    const auto largest = runKernel(poolNode("MaxPool", c), 13, {{x}});
    VERIFY_OK(largest);
    QCOMPARE(largest->shape(), shape);
    VERIFY_NEAR(valuesOf(*largest), naive(c, valuesOf(x), true, false));
    for (const bool padding : {false, true}) {
        Node node = poolNode("AveragePool", c);
        node.attributes["count_include_pad"] = std::int64_t{padding};
        const auto average = runKernel(node, 19, {{x}});
        VERIFY_OK(average);
        QCOMPARE(average->shape(), shape);
        VERIFY_NEAR(valuesOf(*average), naive(c, valuesOf(x), false, padding));
    }
}

void TestGraphPool::largestIsNotANumberWhereAnInputIsNone() {
    const Case c{"", {1, 1, 4, 4}, {2, 2}, {2, 2}, {0, 0, 0, 0}, {1, 1}, {2, 2}};
    for (int at = 0; at < 16; ++at) {
        auto x = randomArray(c.x, 4);
        x.data<float>()[at] = std::numeric_limits<float>::quiet_NaN();
        const auto y = runKernel(poolNode("MaxPool", c), 13, {{x}});
        VERIFY_OK(y);
        for (int o = 0; o < 4; ++o) {
            QCOMPARE(std::isnan(valuesOf(*y)[o]), o == at / 8 * 2 + at % 4 / 2);
        }
    }
}

void TestGraphPool::whole_data() {
    QTest::addColumn<std::vector<qint64>>("x");
    using List = std::vector<qint64>;
    QTest::addRow("one cell") << List{1, 3, 1, 1};
    QTest::addRow("odd") << List{2, 5, 7, 13};
    QTest::addRow("one axis") << List{2, 5, 31};
    QTest::addRow("three axes") << List{1, 2, 3, 4, 5};
    QTest::addRow("no batch") << List{0, 2, 3, 4};
}

void TestGraphPool::whole() {
    QFETCH(std::vector<qint64>, x);
    const Shape shape(x.begin(), x.end());
    const auto array = randomArray(shape, 6, 2.0F);
    const auto values = valuesOf(array);
    const auto planes = static_cast<std::size_t>(shape[0] * shape[1]);
    std::vector<double> means;
    std::vector<double> largest;
    for (std::size_t p = 0; p < planes; ++p) {
        const std::size_t cells = values.size() / planes;
        double sum = 0.0;
        double most = -1e30;
        for (std::size_t i = 0; i < cells; ++i) {
            sum += values[p * cells + i];
            most = std::max<double>(most, values[p * cells + i]);
        }
        means.push_back(sum / static_cast<double>(cells));
        largest.push_back(most);
    }
    Shape expected(shape.size(), 1);
    expected[0] = shape[0];
    expected[1] = shape[1];
    const auto mean = runKernel({"GlobalAveragePool", "", "", {"x"}, {"y"}}, 13, {{array}});
    VERIFY_OK(mean);
    QCOMPARE(mean->shape(), expected);
    VERIFY_NEAR(valuesOf(*mean), means);
    const auto most = runKernel({"GlobalMaxPool", "", "", {"x"}, {"y"}}, 13, {{array}});
    VERIFY_OK(most);
    QCOMPARE(most->shape(), expected);
    VERIFY_NEAR(valuesOf(*most), largest);
}

void TestGraphPool::refused_data() {
    QTest::addColumn<QString>("key");
    QTest::addColumn<std::vector<qint64>>("value");
    using List = std::vector<qint64>;
    const qint64 huge = std::numeric_limits<qint64>::max();
    QTest::addRow("no kernel") << "kernel_shape" << List{};
    QTest::addRow("kernel 0") << "kernel_shape" << List{0, 2};
    QTest::addRow("kernel huge") << "kernel_shape" << List{huge, huge};
    QTest::addRow("kernel too large") << "kernel_shape" << List{9, 9};
    QTest::addRow("kernel of another rank") << "kernel_shape" << List{2, 2, 2};
    QTest::addRow("stride 0") << "strides" << List{0, 1};
    QTest::addRow("strides too many") << "strides" << List{1, 1, 1};
    QTest::addRow("padding negative") << "pads" << List{-1, 0, 0, 0};
    QTest::addRow("padding of a whole window") << "pads" << List{2, 0, 0, 0};
    QTest::addRow("padding huge") << "pads" << List{0, huge, 0, huge};
    QTest::addRow("dilation negative") << "dilations" << List{1, -2};
}

void TestGraphPool::refused() {
    QFETCH(QString, key);
    QFETCH(std::vector<qint64>, value);
    for (const char* op : {"MaxPool", "AveragePool"}) {
        Node node{op, "", "", {"x"}, {"y"}};
        node.attributes["kernel_shape"] = Integers{2, 2};
        node.attributes[key.toStdString()] = Integers(value.begin(), value.end());
        const auto y = runKernel(node, 13, {{randomArray({1, 2, 8, 8}, 1)}});
        QVERIFY(!y.ok());
        QVERIFY(!y.error().message().empty());
    }
}

void TestGraphPool::indicesAreRefused() {
    Node node{"MaxPool", "", "", {"x"}, {"y", "indices"}};
    node.attributes["kernel_shape"] = Integers{2, 2};
    QVERIFY(!runKernel(node, 13, {{randomArray({1, 2, 8, 8}, 1)}}).ok());
    node.outputs[1].clear();
    VERIFY_OK(runKernel(node, 13, {{randomArray({1, 2, 8, 8}, 1)}}));
}

QTEST_GUILESS_MAIN(TestGraphPool)
#include "tst_graph_pool.moc"
