// Reductions, softmax and normalisations, each against its definition in double.
// test: both-levels

#include <QTest>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "tests/support/run_node.h"

using namespace fovea;
using namespace fovea::graph;
using namespace fovea::test;

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

struct Reduction {
    const char* op;
    double start;
    std::function<double(double, double)> join;
    std::function<double(double, double)> finish;  ///< (kept, count)
};

double kept(double value, double) { return value; }

const std::vector<Reduction> kReductions{
    {"ReduceSum", 0, [](double a, double x) { return a + x; }, kept},
    {"ReduceMean", 0, [](double a, double x) { return a + x; }, [](double a, double n) { return a / n; }},
    {"ReduceMax", -1e300, [](double a, double x) { return std::max(a, x); }, kept},
    {"ReduceMin", 1e300, [](double a, double x) { return std::min(a, x); }, kept},
    {"ReduceProd", 1, [](double a, double x) { return a * x; }, kept},
    {"ReduceL1", 0, [](double a, double x) { return a + std::abs(x); }, kept},
    {"ReduceL2", 0, [](double a, double x) { return a + x * x; }, [](double a, double) { return std::sqrt(a); }},
    {"ReduceSumSquare", 0, [](double a, double x) { return a + x * x; }, kept},
    {"ReduceLogSumExp", 0, [](double a, double x) { return a + std::exp(x); }, [](double a, double) { return std::log(a); }},
};

}  // namespace

class TestGraphReductions : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void reductions_data();
    void reductions();
    void reductionsAtTheEdge();
    void softmaxes();
    void indicesOfExtremes();
    void runningSums();
    void batchNormalization();
    void otherNormalizations();
};

void TestGraphReductions::reductions_data() {
    QTest::addColumn<Shape>("shape");
    QTest::addColumn<Shape>("axes");
    QTest::newRow("last") << Shape{3, 21} << Shape{-1};
    QTest::newRow("first") << Shape{5, 17} << Shape{0};
    QTest::newRow("picture") << Shape{2, 3, 4, 5} << Shape{2, 3};
    QTest::newRow("middle") << Shape{2, 3, 4} << Shape{1};
    QTest::newRow("alternating") << Shape{2, 3, 4, 5} << Shape{-2, 0};
    QTest::newRow("all") << Shape{4, 3} << Shape{};
    QTest::newRow("ones") << Shape{1, 3, 1} << Shape{0, 2};
    QTest::newRow("scalar") << Shape{} << Shape{};
}

void TestGraphReductions::reductions() {
    QFETCH(Shape, shape);
    QFETCH(Shape, axes);
    const Array x = randomFloats(shape, 3);
    std::vector<bool> chosen(shape.size(), axes.empty());
    for (const auto axis : axes) {
        chosen[static_cast<std::size_t>(axis < 0 ? axis + static_cast<std::int64_t>(shape.size()) : axis)] = true;
    }
    Shape small;
    Shape shorter;
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
        small.push_back(chosen[axis] ? 1 : shape[axis]);
        if (!chosen[axis]) {
            shorter.push_back(shape[axis]);
        }
    }
    for (const auto& test : kReductions) {
        Numbers expected(Tensor::count(small), test.start);
        std::size_t next = 0;
        forEachAt(shape, [&](const Shape& at) {
            double& sum = expected[repeatedPlace(small, at)];
            sum = test.join(sum, static_cast<double>(x.data<float>()[next++]));
        });
        for (double& value : expected) {
            value = test.finish(value, static_cast<double>(x.count() / expected.size()));
        }
        Node node{.op = test.op, .attributes = {{"axes", axes}}};
        const bool asInput = std::string(test.op) == "ReduceSum";
        compare(output(node, asInput ? 11 : 13, {x}), small, expected);
        compare(output({.op = test.op}, 18, {x, integers(axes)}), small, expected);
        node.attributes["keepdims"] = std::int64_t{0};
        compare(output(node, asInput ? 11 : 13, {x}), shorter, expected);
    }
}

void TestGraphReductions::reductionsAtTheEdge() {
    const Node sum{.op = "ReduceSum", .attributes = {{"noop_with_empty_axes", std::int64_t{1}}}};
    compare(output(sum, 13, {floats({2}, {1, 2})}), {2}, {1, 2});
    compare(output(sum, 13, {floats({2}, {1, 2}), integers({})}), {2}, {1, 2});
    compare(output({.op = "ReduceSum"}, 13, {floats({0, 2}, {}), integers({0})}), {1, 2}, {0, 0});
    compare(output({.op = "ReduceProd"}, 18, {floats({2, 0}, {}), integers({1})}), {2, 1}, {1, 1});
    compare(output({.op = "ReduceMean"}, 18, {floats({0, 2}, {}), integers({1})}), {0, 1}, {});
    compare(output({.op = "ReduceLogSumExp"}, 18, {floats({2}, {1000, 1000}), integers({0})}), {1}, {1000 + std::log(2.0)});
    compare(output({.op = "ReduceLogSum"}, 18, {floats({2, 2}, {1, 2, 3, 4}), integers({1})}), {2, 1},
            {std::log(3), std::log(7)});
    compare(output({.op = "ReduceProd"}, 18, {integers({1 << 30, 1 << 30, 3})}), {1}, {3458764513820540928.0}, 0);
    compare(output({.op = "ReduceMean"}, 18, {integers({-3, -4})}), {1}, {-3});
    compare(output({.op = "ReduceMax"}, 18, {floats({3}, {1, static_cast<float>(kNaN), 2})}), {1}, {kNaN});
    Array many(ElementType::Float, {100000, 3});  // a plain sum of floats is wrong by 1e-3 here
    std::fill_n(many.data<float>(), many.count(), 0.1F);
    compare(output({.op = "ReduceSum"}, 13, {many, integers({0})}), {1, 3}, Numbers(3, 100000 * static_cast<double>(0.1F)), 1e-7);
}

void TestGraphReductions::softmaxes() {
    const Array x = randomFloats({2, 3, 70}, 4);
    for (std::int64_t axis = -3; axis < 3; ++axis) {
        for (const bool flat : {false, true}) {
            const auto first = static_cast<std::size_t>(axis < 0 ? axis + 3 : axis);
            Shape small = x.shape();
            for (std::size_t k = first; k < (flat ? 3 : first + 1); ++k) {
                small[k] = 1;
            }
            Numbers sums(Tensor::count(small), 0.0);
            std::size_t next = 0;
            forEachAt(x.shape(), [&](const Shape& at) {
                sums[repeatedPlace(small, at)] += std::exp(static_cast<double>(x.data<float>()[next++]));
            });
            Numbers expected;
            Numbers logarithms;
            forEachAt(x.shape(), [&](const Shape& at) {
                const auto value = static_cast<double>(x.data<float>()[expected.size()]);
                expected.push_back(std::exp(value) / sums[repeatedPlace(small, at)]);
                logarithms.push_back(value - std::log(sums[repeatedPlace(small, at)]));
            });
            const std::map<std::string, Attribute> attributes{{"axis", axis}};
            compare(output({.op = "Softmax", .attributes = attributes}, flat ? 11 : 13, {x}), x.shape(), expected, 1e-6, 1e-3);
            compare(output({.op = "LogSoftmax", .attributes = attributes}, flat ? 11 : 13, {x}), x.shape(), logarithms);
        }
    }
    compare(output({.op = "Softmax"}, 13, {floats({1, 3}, {10000, 10000, -10000})}), {1, 3}, {0.5, 0.5, 0});
    compare(output({.op = "Softmax"}, 13, {floats({2, 0}, {})}), {2, 0}, {});
    QVERIFY(!refusal({.op = "Softmax"}, 13, {floats({}, {1})}).empty());
}

void TestGraphReductions::indicesOfExtremes() {
    const Array x = floats({2, 4}, {1, 5, 5, 0, 7, -1, -1, 2});
    const auto along = [](std::int64_t axis, std::int64_t keep, std::int64_t last) {
        return std::map<std::string, Attribute>{{"axis", axis}, {"keepdims", keep}, {"select_last_index", last}};
    };
    compare(output({.op = "ArgMax", .attributes = along(-1, 0, 0)}, 13, {x}), {2}, {1, 0});
    compare(output({.op = "ArgMax", .attributes = along(1, 1, 1)}, 13, {x}), {2, 1}, {2, 0});
    compare(output({.op = "ArgMin", .attributes = along(0, 1, 0)}, 13, {x}), {1, 4}, {0, 1, 1, 0});
    QVERIFY(!refusal({.op = "ArgMax"}, 13, {floats({0, 2}, {})}).empty());
}

void TestGraphReductions::runningSums() {
    const Array x = floats({2, 3}, {1, 2, 3, 4, 5, 6});
    const auto form = [](std::int64_t exclusive, std::int64_t reverse) {
        return std::map<std::string, Attribute>{{"exclusive", exclusive}, {"reverse", reverse}};
    };
    compare(output({.op = "CumSum"}, 14, {x, arrayOf<std::int64_t>({}, {1})}), {2, 3}, {1, 3, 6, 4, 9, 15});
    compare(output({.op = "CumSum", .attributes = form(1, 1)}, 14, {x, integers({0})}), {2, 3}, {4, 5, 6, 0, 0, 0});
    QVERIFY(!refusal({.op = "CumSum"}, 14, {x, integers({2})}).empty());
}

void TestGraphReductions::batchNormalization() {
    const Array x = randomFloats({2, 3, 4, 5}, 5);
    const Array scale = floats({3}, {1, 2, -0.5F});
    const Array bias = floats({3}, {0.5F, 0, 1});
    const Array mean = floats({3}, {0.1F, -3, 20});
    const Array variance = floats({3}, {1, 0.01F, 4});
    Numbers expected;
    forEachAt(x.shape(), [&](const Shape& at) {
        const auto c = static_cast<std::size_t>(at[1]);
        const auto value = static_cast<double>(x.data<float>()[expected.size()]);
        expected.push_back((value - numbersOf(mean)[c]) / std::sqrt(numbersOf(variance)[c] + 1e-3) * numbersOf(scale)[c] +
                           numbersOf(bias)[c]);
    });
    const Node node{.op = "BatchNormalization", .outputs = {"y"}, .attributes = {{"epsilon", 1e-3F}}};
    compare(output(node, 13, {x, scale, bias, mean, variance}), x.shape(), expected, 2e-6, 1);
    QVERIFY(!refusal(node, 13, {x, scale, bias, mean, floats({2}, {1, 1})}).empty());
    const Node training{.op = "BatchNormalization", .attributes = {{"training_mode", std::int64_t{1}}}};
    QVERIFY(!refusal(training, 15, {x, scale, bias, mean, variance}).empty());
}

void TestGraphReductions::otherNormalizations() {
    const Array x = randomFloats({2, 6, 35}, 6);
    const auto normalized = [&](std::size_t run) {
        Numbers values = numbersOf(x);
        for (auto first = values.begin(); first != values.end(); first += static_cast<std::ptrdiff_t>(run)) {
            const auto last = first + static_cast<std::ptrdiff_t>(run);
            const double mean = std::accumulate(first, last, 0.0) / static_cast<double>(run);
            double variance = 0.0;
            std::for_each(first, last, [&](double v) { variance += (v - mean) * (v - mean) / static_cast<double>(run); });
            std::for_each(first, last, [&](double& v) { v = (v - mean) / std::sqrt(variance + 1e-5); });
        }
        return values;
    };
    const Array six = randomFloats({6}, 7);
    const Array last = randomFloats({35}, 8);
    const auto scaled = [&](Numbers values, const Array& scale, std::size_t run, std::size_t share) {
        for (std::size_t i = 0; i < values.size(); ++i) {
            const double factor = numbersOf(scale)[i / run % 6 / share];
            values[i] = values[i] * factor + factor;
        }
        return values;
    };
    compare(output({.op = "InstanceNormalization"}, 13, {x, six, six}), x.shape(), scaled(normalized(35), six, 35, 1), 2e-6, 1);
    const std::map<std::string, Attribute> groups{{"num_groups", std::int64_t{3}}};
    compare(output({.op = "GroupNormalization", .attributes = groups}, 21, {x, six, six}), x.shape(),
            scaled(normalized(70), six, 35, 1), 2e-6, 1);
    const Array three = randomFloats({3}, 9);
    compare(output({.op = "GroupNormalization", .attributes = groups}, 18, {x, three, three}), x.shape(),
            scaled(normalized(70), three, 35, 2), 2e-6, 1);
    Numbers layers = normalized(35);
    for (std::size_t i = 0; i < layers.size(); ++i) {
        layers[i] = layers[i] * numbersOf(last)[i % 35] + numbersOf(last)[i % 35];
    }
    compare(output({.op = "LayerNormalization", .outputs = {"y"}}, 17, {x, last, last}), x.shape(), layers, 2e-6, 1);
    const Node lengths{.op = "LpNormalization", .attributes = {{"axis", std::int64_t{1}}}};
    compare(output(lengths, 13, {floats({2, 2}, {3, 4, 0, 0})}), {2, 2}, {0.6, 0.8, 0, 0});
    QVERIFY(!refusal({.op = "LayerNormalization", .outputs = {"y"}}, 17, {x, six}).empty());
    QVERIFY(!refusal({.op = "GroupNormalization"}, 21, {x, six, six}).empty());
}

QTEST_GUILESS_MAIN(TestGraphReductions)
#include "tst_graph_reductions.moc"
