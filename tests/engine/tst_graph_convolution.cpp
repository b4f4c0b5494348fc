// Conv against a loop written straight from its definition, in double.
// test: both-levels

#include <QTest>
#include <cmath>

#include "tests/support/kernel_run.h"
#include "tests/support/numbers.h"

using namespace fovea;
using namespace fovea::test;
using graph::Array;
using graph::Node;

namespace {

using Integers = std::vector<std::int64_t>;

struct Case {
    const char* name;
    Shape x;
    Shape w;
    std::int64_t groups = 1;
    Integers strides = {1, 1};
    Integers pads = {0, 0, 0, 0};
    Integers dilations = {1, 1};
};

const std::vector<Case> kCases{
    {"pointwise, one cell", {1, 5, 1, 1}, {7, 5, 1, 1}},
    {"pointwise", {1, 17, 7, 13}, {23, 17, 1, 1}},
    {"pointwise, one channel", {1, 1, 7, 13}, {1, 1, 1, 1}},
    {"pointwise, deep", {1, 700, 5, 5}, {13, 700, 1, 1}},
    {"pointwise, many cells", {1, 6, 40, 41}, {8, 6, 1, 1}},
    {"pointwise, many rows", {1, 400, 3, 7}, {400, 400, 1, 1}},
    {"pointwise, batch 2, groups", {2, 6, 5, 7}, {4, 3, 1, 1}, 2},
    {"pointwise, stride 2", {1, 6, 9, 8}, {4, 6, 1, 1}, 1, {2, 2}},
    {"3x3", {1, 3, 7, 13}, {5, 3, 3, 3}, 1, {1, 1}, {1, 1, 1, 1}},
    {"3x3, many tiles", {1, 20, 33, 35}, {24, 20, 3, 3}, 1, {1, 1}, {1, 1, 1, 1}},
    {"3x3, square", {2, 16, 14, 14}, {16, 16, 3, 3}, 1, {1, 1}, {1, 1, 1, 1}},
    {"3x3, deep", {1, 130, 7, 7}, {32, 130, 3, 3}, 1, {1, 1}, {1, 1, 1, 1}},
    {"3x3, no padding", {1, 8, 9, 10}, {8, 8, 3, 3}},
    {"3x3, padding 2", {1, 8, 9, 10}, {8, 8, 3, 3}, 1, {1, 1}, {2, 2, 2, 2}},
    {"3x3, asymmetric padding", {2, 16, 11, 12}, {16, 16, 3, 3}, 1, {1, 1}, {0, 2, 1, 0}},
    {"3x3, tiles of 4, many strips", {1, 16, 50, 61}, {17, 16, 3, 3}, 1, {1, 1}, {1, 1, 1, 1}},
    {"3x3, tiles of 4, asymmetric padding", {1, 16, 13, 14}, {16, 16, 3, 3}, 1, {1, 1}, {0, 2, 1, 0}},
    {"3x3, tiles of 4, groups", {2, 32, 14, 14}, {48, 16, 3, 3}, 2, {1, 1}, {1, 1, 1, 1}},
    {"3x3, tiles of 4, one row", {1, 16, 1, 160}, {16, 16, 3, 3}, 1, {1, 1}, {1, 1, 1, 1}},
    {"3x3, groups", {1, 32, 9, 9}, {48, 16, 3, 3}, 2, {1, 1}, {1, 1, 1, 1}},
    {"3x3, one cell", {1, 16, 1, 1}, {16, 16, 3, 3}, 1, {1, 1}, {1, 1, 1, 1}},
    {"3x3, stride 2", {1, 4, 15, 16}, {6, 4, 3, 3}, 1, {2, 2}, {1, 1, 1, 1}},
    {"3x3, dilation", {1, 16, 15, 16}, {16, 16, 3, 3}, 1, {1, 1}, {2, 3, 2, 3}, {2, 3}},
    {"7x7, stride 2", {1, 3, 30, 31}, {10, 3, 7, 7}, 1, {2, 2}, {3, 3, 3, 3}},
    {"strides differ, 2x5", {1, 3, 11, 17}, {4, 3, 2, 5}, 1, {3, 2}, {1, 0, 0, 3}},
    {"kernel larger than the input", {1, 2, 3, 2}, {3, 2, 7, 6}, 1, {1, 1}, {3, 3, 3, 3}},
    {"the whole input", {2, 6, 4, 5}, {8, 3, 4, 5}, 2},
    {"depthwise 3x3", {1, 5, 7, 13}, {5, 1, 3, 3}, 5, {1, 1}, {1, 1, 1, 1}},
    {"depthwise 3x3, wide", {1, 3, 10, 67}, {3, 1, 3, 3}, 3, {1, 1}, {1, 1, 1, 1}},
    {"depthwise 3x3, stride 2", {2, 4, 15, 28}, {4, 1, 3, 3}, 4, {2, 2}, {1, 1, 1, 1}},
    {"depthwise 5x5", {1, 4, 7, 7}, {4, 1, 5, 5}, 4, {1, 1}, {2, 2, 2, 2}},
    {"depthwise 5x5, stride 2", {1, 4, 14, 13}, {4, 1, 5, 5}, 4, {2, 2}, {2, 2, 2, 2}},
    {"depthwise, stride 3, asymmetric", {1, 4, 14, 13}, {4, 1, 4, 2}, 4, {2, 3}, {0, 1, 3, 0}},
    {"depthwise, two outputs per channel", {2, 3, 9, 9}, {6, 1, 3, 3}, 3, {1, 1}, {1, 1, 1, 1}},
    {"depthwise, dilation", {1, 3, 15, 16}, {3, 1, 3, 3}, 3, {2, 2}, {2, 2, 2, 2}, {2, 3}},
    {"depthwise, kernel larger than the input", {1, 3, 2, 3}, {3, 1, 5, 7}, 3, {1, 1}, {2, 3, 2, 3}},
    {"depthwise, padding before the input alone", {1, 2, 1, 1}, {2, 1, 1, 1}, 2, {9, 9}, {4, 4, 0, 0}},
    {"one-dimensional", {2, 3, 17}, {4, 3, 5}, 1, {2}, {2, 1}, {1}},
    {"one-dimensional, depthwise", {1, 4, 33}, {4, 1, 3}, 4, {1}, {1, 1}, {1}},
    {"one-dimensional, three taps", {1, 16, 33}, {16, 16, 3}, 1, {1}, {1, 1}, {1}},
};

Node convNode(const Case& c) {
    Node node{"Conv", "", "", {"x", "w"}, {"y"}};
    node.attributes = {{"group", c.groups}, {"strides", c.strides}, {"pads", c.pads}, {"dilations", c.dilations}};
    return node;
}

/// The definition, with both spatial axes; a missing height is 1.
struct Naive {
    explicit Naive(const Case& c) {
        for (const std::size_t axis : {std::size_t{0}, std::size_t{1}}) {
            const std::size_t spatial = c.x.size() - 2;
            if (axis + spatial < 2) {
                continue;
            }
            const std::size_t i = axis + spatial - 2;
            in[axis] = c.x[i + 2];
            kernel[axis] = c.w[i + 2];
            stride[axis] = c.strides[i];
            dilation[axis] = c.dilations[i];
            pad[axis] = c.pads[i];
            out[axis] = (in[axis] + pad[axis] + c.pads[i + spatial] - dilation[axis] * (kernel[axis] - 1) - 1) / stride[axis] + 1;
        }
    }

    [[nodiscard]] std::vector<double> run(const Case& c, const std::vector<float>& x, const std::vector<float>& w,
                                          const std::vector<float>& bias) const {
        std::vector<double> y;
        for (std::int64_t n = 0; n < c.x[0]; ++n) {
            for (std::int64_t m = 0; m < c.w[0]; ++m) {
                const std::int64_t firstChannel = n * c.x[1] + m / (c.w[0] / c.groups) * c.w[1];
                for (std::int64_t i = 0; i < out[0]; ++i) {
                    for (std::int64_t j = 0; j < out[1]; ++j) {
                        y.push_back((bias.empty() ? 0.0 : bias[m]) + sum(c, x, w, firstChannel, m, i, j));
                    }
                }
            }
        }
        return y;
    }

    [[nodiscard]] double sum(const Case& c, const std::vector<float>& x, const std::vector<float>& w, std::int64_t firstChannel,
                             std::int64_t m, std::int64_t i, std::int64_t j) const {
        double total = 0.0;
        for (std::int64_t k = 0; k < c.w[1]; ++k) {
            for (std::int64_t u = 0; u < kernel[0]; ++u) {
                for (std::int64_t v = 0; v < kernel[1]; ++v) {
                    const std::int64_t row = i * stride[0] - pad[0] + u * dilation[0];
                    const std::int64_t column = j * stride[1] - pad[1] + v * dilation[1];
                    if (row >= 0 && row < in[0] && column >= 0 && column < in[1]) {
                        total += static_cast<double>(x[((firstChannel + k) * in[0] + row) * in[1] + column]) *
                                 w[((m * c.w[1] + k) * kernel[0] + u) * kernel[1] + v];
                    }
                }
            }
        }
        return total;
    }

    std::array<std::int64_t, 2> in{1, 1}, kernel{1, 1}, stride{1, 1}, dilation{1, 1}, pad{0, 0}, out{1, 1};
};

Array arrayX(const Case& c) { return randomArray(c.x, 1); }
Array arrayW(const Case& c) { return randomArray(c.w, 2); }
Array arrayBias(const Case& c) { return randomArray({c.w[0]}, 3); }

/// Rounding errors grow with the root of the number of summands, and by Winograd's transforms.
double toleranceFor(const Case& c) {
    const bool transformed = c.w.size() == 4 && c.w[2] == 3 && c.w[3] == 3 && c.w[1] >= 16;
    return (transformed ? 8e-6 : 1e-6) * (2.0 + std::sqrt(static_cast<double>(Tensor::count(c.w)) / static_cast<double>(c.w[0])));
}

double activate(const std::string& name, double x) {
    if (name == "Relu") {
        return std::max(x, 0.0);
    }
    if (name == "Clip") {
        return std::clamp(x, -0.25, 0.5);
    }
    if (name == "Sigmoid") {
        return 1.0 / (1.0 + std::exp(-x));
    }
    if (name == "Silu") {
        return x / (1.0 + std::exp(-x));
    }
    if (name == "HardSigmoid") {
        return std::clamp(0.3 * x + 0.4, 0.0, 1.0);
    }
    if (name == "HardSwish") {
        return x * std::clamp(x / 6.0 + 0.5, 0.0, 1.0);
    }
    return x;
}

#define VERIFY_NEAR(values, expected, tolerance)                         \
    do {                                                                 \
        const QString problem = difference(values, expected, tolerance); \
        QVERIFY2(problem.isEmpty(), qPrintable(problem));                \
    } while (false)

#define VERIFY_OK(result) QVERIFY2((result).ok(), (result).ok() ? "" : (result).error().message().c_str())

}  // namespace

class TestGraphConvolution : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void followsTheDefinition_data() { addCases(); }
    void followsTheDefinition();
    void fused_data();
    void fused();
    void paddingByName_data();
    void paddingByName();
    void refused_data();
    void refused();
    void nothingIsComputedForABatchOfNone();

private:
    int m_plainOf = -1;  ///< the case whose convolution without anything fused m_plain is
    std::vector<double> m_plain;

    static void addCases() {
        QTest::addColumn<int>("index");
        for (std::size_t i = 0; i < kCases.size(); ++i) {
            QTest::addRow("%s", kCases[i].name) << static_cast<int>(i);
        }
    }
};

void TestGraphConvolution::followsTheDefinition() {
    QFETCH(int, index);
    const Case& c = kCases[index];
    const Array x = arrayX(c);
    const Array w = arrayW(c);
    const Array bias = arrayBias(c);
    for (const bool constant : {true, false}) {
        for (const bool biased : {true, false}) {
            std::vector<KernelInput> inputs{{x}, {w, constant}};
            if (biased) {
                inputs.push_back({bias, constant});
            }
            const auto y = runKernel(convNode(c), 13, inputs);
            VERIFY_OK(y);
            const Naive naive(c);
            Shape shape{c.x[0], c.w[0], naive.out[1]};
            if (c.x.size() == 4) {
                shape.insert(shape.begin() + 2, naive.out[0]);
            }
            QCOMPARE(y->shape(), shape);
            VERIFY_NEAR(valuesOf(*y), naive.run(c, valuesOf(x), valuesOf(w), biased ? valuesOf(bias) : std::vector<float>{}),
                        toleranceFor(c));
        }
    }
}

void TestGraphConvolution::fused_data() {
    QTest::addColumn<int>("index");
    QTest::addColumn<QString>("activation");
    for (std::size_t i = 0; i < kCases.size(); ++i) {
        for (const char* name : {"", "Relu", "Clip", "Sigmoid", "Silu", "HardSigmoid", "HardSwish"}) {
            QTest::addRow("%s, %s", kCases[i].name, name) << static_cast<int>(i) << QString::fromLatin1(name);
        }
    }
}

void TestGraphConvolution::fused() {
    QFETCH(int, index);
    QFETCH(QString, activation);
    const Case& c = kCases[index];
    const std::string name = activation.toStdString();
    Node node = convNode(c);
    if (!name.empty()) {
        node.attributes[graph::kFusedActivation] = name;
    }
    if (name == "Clip" || name == "HardSigmoid") {
        node.attributes[graph::kFusedLow] = name == "Clip" ? -0.25F : 0.3F;
        node.attributes[graph::kFusedHigh] = name == "Clip" ? 0.5F : 0.4F;
    }
    const Array x = arrayX(c);
    const Array w = arrayW(c);
    if (m_plainOf != index) {
        m_plain = Naive(c).run(c, valuesOf(x), valuesOf(w), {});
        m_plainOf = index;
    }
    const auto shape = runKernel(convNode(c), 13, {{x}, {w}});
    VERIFY_OK(shape);
    const Array residual = randomArray(shape->shape(), 5, 2.0F);
    const auto y = runKernel(node, 13, {{x}, {w, true}, {}, {residual}});
    VERIFY_OK(y);
    std::vector<double> expected;
    const auto added = valuesOf(residual);
    for (std::size_t i = 0; i < m_plain.size(); ++i) {
        expected.push_back(activate(name, m_plain[i] + added[i]));
    }
    VERIFY_NEAR(valuesOf(*y), expected, 4.0 * toleranceFor(c));
}

void TestGraphConvolution::paddingByName_data() {
    QTest::addColumn<QString>("padding");
    QTest::addColumn<int>("begin");
    QTest::addColumn<int>("end");
    // 10 columns, a kernel of 4 and stride 3: 4 outputs want (4−1)·3 + 4 = 13 columns.
    QTest::addRow("SAME_UPPER") << "SAME_UPPER" << 1 << 2;
    QTest::addRow("SAME_LOWER") << "SAME_LOWER" << 2 << 1;
    QTest::addRow("VALID") << "VALID" << 0 << 0;
    QTest::addRow("NOTSET") << "NOTSET" << 3 << 3;
}

void TestGraphConvolution::paddingByName() {
    QFETCH(QString, padding);
    QFETCH(int, begin);
    QFETCH(int, end);
    const Case c{"", {1, 3, 10, 10}, {5, 3, 4, 4}, 1, {3, 3}, {begin, begin, end, end}};
    Node node = convNode(c);
    node.attributes["pads"] = Integers{3, 3, 3, 3};
    node.attributes["auto_pad"] = padding.toStdString();
    const auto y = runKernel(node, 13, {{arrayX(c)}, {arrayW(c), true}});
    VERIFY_OK(y);
    VERIFY_NEAR(valuesOf(*y), Naive(c).run(c, valuesOf(arrayX(c)), valuesOf(arrayW(c)), {}), toleranceFor(c));
}

void TestGraphConvolution::refused_data() {
    QTest::addColumn<QString>("key");
    QTest::addColumn<std::vector<qint64>>("value");
    QTest::addColumn<std::vector<qint64>>("x");
    QTest::addColumn<std::vector<qint64>>("w");
    using List = std::vector<qint64>;
    const List x{1, 4, 8, 8};
    const List w{4, 4, 3, 3};
    const qint64 huge = std::numeric_limits<qint64>::max();
    QTest::addRow("stride 0") << "strides" << List{0, 1} << x << w;
    QTest::addRow("stride negative") << "strides" << List{1, -1} << x << w;
    QTest::addRow("strides too few") << "strides" << List{1} << x << w;
    QTest::addRow("dilation 0") << "dilations" << List{0, 1} << x << w;
    QTest::addRow("dilation huge") << "dilations" << List{huge, 1} << x << w;
    QTest::addRow("dilation beyond the input") << "dilations" << List{5, 1} << x << w;
    QTest::addRow("padding negative") << "pads" << List{0, -1, 0, 0} << x << w;
    QTest::addRow("padding huge") << "pads" << List{huge, 0, huge, 0} << x << w;
    QTest::addRow("padding, three values") << "pads" << List{1, 1, 1} << x << w;
    QTest::addRow("kernel_shape is another") << "kernel_shape" << List{5, 5} << x << w;
    QTest::addRow("kernel_shape of another rank") << "kernel_shape" << List{3} << x << w;
    QTest::addRow("group 0") << "group" << List{0} << x << w;
    QTest::addRow("group negative") << "group" << List{-4} << x << w;
    QTest::addRow("group does not divide") << "group" << List{3} << x << w;
    QTest::addRow("group of another kind") << "strides" << List{} << x << List{4, 2, 3, 3};
    QTest::addRow("kernel larger than the input") << "strides" << List{} << x << List{4, 4, 9, 9};
    QTest::addRow("no inputs channels") << "strides" << List{} << List{1, 0, 8, 8} << List{4, 0, 3, 3};
    QTest::addRow("no outputs") << "strides" << List{} << x << List{0, 4, 3, 3};
    QTest::addRow("no columns") << "strides" << List{} << List{1, 4, 8, 0} << w;
    QTest::addRow("three axes") << "strides" << List{} << List{1, 4, 8, 8, 8} << List{4, 4, 3, 3, 3};
    QTest::addRow("no axes") << "strides" << List{} << List{1, 4} << List{4, 4};
    QTest::addRow("ranks differ") << "strides" << List{} << x << List{4, 4, 3};
}

void TestGraphConvolution::refused() {
    QFETCH(QString, key);
    QFETCH(std::vector<qint64>, value);
    QFETCH(std::vector<qint64>, x);
    QFETCH(std::vector<qint64>, w);
    Node node{"Conv", "", "", {"x", "w"}, {"y"}};
    if (key == QLatin1String("group")) {
        node.attributes["group"] = std::int64_t{value[0]};
    } else {
        node.attributes[key.toStdString()] = Integers(value.begin(), value.end());
    }
    const auto y = runKernel(node, 13,
                             {{Array(graph::ElementType::Float, Shape(x.begin(), x.end()))},
                              {Array(graph::ElementType::Float, Shape(w.begin(), w.end())), true}});
    QVERIFY(!y.ok());
    QVERIFY(!y.error().message().empty());
    QVERIFY(!QString::fromStdString(y.error().message()).contains(QLatin1Char('%')));
}

void TestGraphConvolution::nothingIsComputedForABatchOfNone() {
    const Case c{"", {0, 3, 8, 8}, {4, 3, 3, 3}};
    const auto y = runKernel(convNode(c), 13, {{arrayX(c)}, {arrayW(c), true}});
    VERIFY_OK(y);
    QCOMPARE(y->shape(), (Shape{0, 4, 6, 6}));
}

QTEST_GUILESS_MAIN(TestGraphConvolution)
#include "tst_graph_convolution.moc"
