// Functions of one value and arithmetic with repeated shapes, each against its definition in double.
// test: both-levels

#include <QTest>
#include <cmath>
#include <functional>
#include <limits>

#include "tests/support/run_node.h"

using namespace fovea;
using namespace fovea::graph;
using namespace fovea::test;

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

using Function = std::function<double(double)>;

struct Unary {
    const char* op;
    int opset;
    double low, high;
    Function expected;
    std::map<std::string, Attribute> attributes = {};
    double floor = 0.1;  ///< what the error is relative to where the result is small
};

double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }
double elu(double x, double alpha) { return x < 0 ? alpha * std::expm1(x) : x; }

const std::vector<Unary> kUnary{
    {"Abs", 13, -5, 5, [](double x) { return std::abs(x); }},
    {"Ceil", 13, -5, 5, [](double x) { return std::ceil(x); }},
    {"Celu", 12, -5, 5, [](double x) { return x < 0 ? 1.5 * std::expm1(x / 1.5) : x; }, {{"alpha", 1.5F}}},
    {"Clip", 6, -5, 5, [](double x) { return std::clamp(x, -1.5, 2.25); }, {{"min", -1.5F}, {"max", 2.25F}}},
    {"Cos", 13, -9, 9, [](double x) { return std::cos(x); }},
    {"Elu", 13, -9, 5, [](double x) { return elu(x, 0.5); }, {{"alpha", 0.5F}}},
    {"Erf", 13, -6, 6, [](double x) { return std::erf(x); }},
    {"Exp", 13, -80, 80, [](double x) { return std::exp(x); }},
    {"Floor", 13, -5, 5, [](double x) { return std::floor(x); }},
    {"Gelu", 20, -6, 6, [](double x) { return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0))); }, {}, 1.0},
    {"Gelu",
     20,
     -6,
     6,
     [](double x) { return 0.5 * x * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x))); },
     {{"approximate", std::string("tanh")}},
     1.0},
    {"HardSigmoid", 13, -5, 5, [](double x) { return std::clamp(0.2 * x + 0.5, 0.0, 1.0); }},
    {"HardSwish", 14, -5, 5, [](double x) { return x * std::clamp(x / 6 + 0.5, 0.0, 1.0); }},
    {"LeakyRelu", 13, -5, 5, [](double x) { return x < 0 ? 0.25 * x : x; }, {{"alpha", 0.25F}}},
    {"Log", 13, 1e-6, 50, [](double x) { return std::log(x); }},
    {"Mish", 18, -30, 50, [](double x) { return x * std::tanh(softplus(x)); }},
    {"Neg", 13, -5, 5, [](double x) { return -x; }},
    {"Reciprocal", 13, 0.1, 5, [](double x) { return 1 / x; }},
    {"Relu", 13, -5, 5, [](double x) { return std::max(x, 0.0); }},
    {"Round", 13, -5, 5, [](double x) { return std::nearbyint(x); }},
    {"Selu", 13, -9, 5, [](double x) { return 1.0507009873554805 * elu(x, 1.6732632423543772); }},
    {"Sigmoid", 13, -80, 30, [](double x) { return 1 / (1 + std::exp(-x)); }},
    {"Sign", 13, -5, 5, [](double x) { return x > 0   ? 1.0
                                              : x < 0 ? -1.0
                                                      : 0.0; }},
    {"Sin", 13, -9, 9, [](double x) { return std::sin(x); }},
    {"Softplus", 13, -30, 30, softplus},
    {"Softsign", 13, -5, 5, [](double x) { return x / (1 + std::abs(x)); }},
    {"Sqrt", 13, 0, 50, [](double x) { return std::sqrt(x); }},
    {"Tanh", 13, -12, 12, [](double x) { return std::tanh(x); }},
    {"ThresholdedRelu", 13, -5, 5, [](double x) { return x > 0.5 ? x : 0.0; }, {{"alpha", 0.5F}}},
};

const std::vector<std::pair<Shape, Shape>> kPairs{
    {{2, 3, 4}, {2, 3, 4}}, {{5, 7}, {7}}, {{2, 3, 4, 5}, {3, 1, 1}}, {{2, 3}, {}},     {{}, {}},         {{4, 1}, {1, 5}},
    {{3, 1, 5}, {1, 4, 1}}, {{1}, {3, 2}}, {{2, 1, 3, 1}, {4, 1, 2}}, {{0, 3}, {1, 3}}, {{2, 1}, {2, 0}}, {{1, 1, 1}, {1}},
    {{6, 1, 1}, {1, 1, 9}},
};

}  // namespace

class TestGraphOperators : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void unary_data();
    void unary();
    void unaryKeepsNaNAndInfinity();
    void unaryOfIntegers();
    void clipWithInputs();
    void broadcasts_data();
    void broadcasts();
    void whereBroadcasts();
    void integerArithmetic();
    void powers();
    void ofManyInputs();
    void refusals();
};

void TestGraphOperators::unary_data() {
    QTest::addColumn<std::size_t>("index");
    for (std::size_t i = 0; i < kUnary.size(); ++i) {
        QTest::addRow("%zu %s", i, kUnary[i].op) << i;
    }
}

void TestGraphOperators::unary() {
    QFETCH(std::size_t, index);
    const Unary& test = kUnary[index];
    constexpr std::int64_t kCount = 1003;  // no multiple of a vector
    Array x(ElementType::Float, {17, 59});
    Numbers expected;
    for (std::int64_t i = 0; i < kCount; ++i) {
        const double share = static_cast<double>(i) / static_cast<double>(kCount - 1);
        x.data<float>()[i] = static_cast<float>(test.low + (test.high - test.low) * share);
        expected.push_back(test.expected(static_cast<double>(x.data<float>()[i])));
    }
    compare(output({.op = test.op, .attributes = test.attributes}, test.opset, {x}), {17, 59}, expected, 1e-6, test.floor);
    compare(output({.op = test.op, .attributes = test.attributes}, test.opset, {floats({2, 0}, {})}), {2, 0}, {});
}

void TestGraphOperators::unaryKeepsNaNAndInfinity() {
    const auto inf = std::numeric_limits<float>::infinity();
    const Array x = floats({3}, {static_cast<float>(kNaN), inf, -inf});
    compare(output({.op = "Relu"}, 13, {x}), {3}, {kNaN, static_cast<double>(inf), 0});
    compare(output({.op = "Sigmoid"}, 13, {x}), {3}, {kNaN, 1, 0});
    compare(output({.op = "Exp"}, 13, {x}), {3}, {kNaN, static_cast<double>(inf), 0});
    compare(output({.op = "Sqrt"}, 13, {floats({2}, {-1, 4})}), {2}, {kNaN, 2});
}

void TestGraphOperators::unaryOfIntegers() {
    const std::int64_t big = (std::int64_t{1} << 62) + 1;
    const Array x = integers({-big, 0, big, INT64_MIN});
    const Array negated = output({.op = "Neg"}, 13, {x});
    const Array absolute = output({.op = "Abs"}, 13, {x});
    QCOMPARE(negated.data<std::int64_t>()[0], big);
    QCOMPARE(negated.data<std::int64_t>()[3], INT64_MIN);
    QCOMPARE(absolute.data<std::int64_t>()[0], big);
    compare(output({.op = "Sign"}, 13, {x}), {4}, {-1, 0, 1, -1});
    compare(output({.op = "Relu"}, 14, {arrayOf<std::int32_t>({2}, {-3, 3})}), {2}, {0, 3});
    compare(output({.op = "Not"}, 13, {arrayOf<bool>({2}, {true, false})}), {2}, {0, 1});
    QVERIFY(!refusal({.op = "Exp"}, 13, {x}).empty());
    QVERIFY(!refusal({.op = "Not"}, 13, {x}).empty());
}

void TestGraphOperators::clipWithInputs() {
    const Array x = floats({4}, {-3, -1, 1, 3});
    compare(output({.op = "Clip"}, 13, {x, floats({}, {-2}), floats({}, {2})}), {4}, {-2, -1, 1, 2});
    compare(output({.op = "Clip"}, 13, {x, std::nullopt, floats({}, {2})}), {4}, {-3, -1, 1, 2});
    compare(output({.op = "Clip"}, 13, {x, floats({}, {0})}), {4}, {0, 0, 1, 3});
    compare(output({.op = "Clip"}, 13, {x}), {4}, {-3, -1, 1, 3});
    compare(output({.op = "Clip"}, 13, {x, floats({}, {2}), floats({}, {1})}), {4}, {1, 1, 1, 1});
    compare(output({.op = "Clip"}, 13, {integers({-5, 5}), arrayOf<std::int64_t>({}, {0})}), {2}, {0, 5});
    QVERIFY(!refusal({.op = "Clip"}, 13, {x, floats({2}, {0, 1})}).empty());
    QVERIFY(!refusal({.op = "Clip"}, 13, {x, integers({0})}).empty());
}

void TestGraphOperators::broadcasts_data() {
    QTest::addColumn<Shape>("a");
    QTest::addColumn<Shape>("b");
    for (const auto& [a, b] : kPairs) {
        QTest::addRow("%s, %s", shapeText(a).c_str(), shapeText(b).c_str()) << a << b;
        QTest::addRow("%s, %s back", shapeText(b).c_str(), shapeText(a).c_str()) << b << a;
    }
}

void TestGraphOperators::broadcasts() {
    QFETCH(Shape, a);
    QFETCH(Shape, b);
    Shape shape(std::max(a.size(), b.size()));
    for (std::size_t back = 1; back <= shape.size(); ++back) {
        const std::int64_t x = back <= a.size() ? a[a.size() - back] : 1;
        const std::int64_t y = back <= b.size() ? b[b.size() - back] : 1;
        shape[shape.size() - back] = x == 1 ? y : x;
    }
    const Array left = randomFloats(a, 1);
    const Array right = randomFloats(b, 2);
    const std::map<std::string, std::function<double(double, double)>> operations{
        {"Add", [](double x, double y) { return x + y; }},          {"Sub", [](double x, double y) { return x - y; }},
        {"Mul", [](double x, double y) { return x * y; }},          {"Div", [](double x, double y) { return x / y; }},
        {"Less", [](double x, double y) { return x < y; }},         {"LessOrEqual", [](double x, double y) { return x <= y; }},
        {"Greater", [](double x, double y) { return x > y; }},      {"GreaterOrEqual", [](double x, double y) { return x >= y; }},
        {"Equal", [](double x, double y) { return x == y; }},       {"Max", [](double x, double y) { return std::max(x, y); }},
        {"Min", [](double x, double y) { return std::min(x, y); }}, {"Mean", [](double x, double y) { return (x + y) / 2; }},
        {"Sum", [](double x, double y) { return x + y; }},
    };
    for (const auto& [op, function] : operations) {
        Numbers expected;
        forEachAt(shape, [&](const Shape& at) {
            expected.push_back(function(static_cast<double>(left.data<float>()[repeatedPlace(a, at)]),
                                        static_cast<double>(right.data<float>()[repeatedPlace(b, at)])));
        });
        compare(output({.op = op}, 13, {left, right}), shape, expected);
    }
}

void TestGraphOperators::whereBroadcasts() {
    const Array condition = arrayOf<bool>({3, 1}, {true, false, true});
    const Array a = floats({4}, {1, 2, 3, 4});
    const Array b = floats({2, 1, 1}, {-1, -2});
    compare(output({.op = "Where"}, 16, {condition, a, b}), {2, 3, 4},
            {1, 2, 3, 4, -1, -1, -1, -1, 1, 2, 3, 4, 1, 2, 3, 4, -2, -2, -2, -2, 1, 2, 3, 4});
    compare(output({.op = "Where"}, 16, {arrayOf<bool>({}, {false}), integers({1, 2}), integers({7})}), {2}, {7, 7});
    QVERIFY(!refusal({.op = "Where"}, 16, {a, a, a}).empty());
    QVERIFY(!refusal({.op = "Where"}, 16, {condition, a, integers({1})}).empty());
    const Array t = arrayOf<bool>({2, 1}, {true, false});
    const Array u = arrayOf<bool>({2}, {true, false});
    compare(output({.op = "And"}, 13, {t, u}), {2, 2}, {1, 0, 0, 0});
    compare(output({.op = "Or"}, 13, {t, u}), {2, 2}, {1, 1, 1, 0});
    compare(output({.op = "Xor"}, 13, {t, u}), {2, 2}, {0, 1, 1, 0});
}

void TestGraphOperators::integerArithmetic() {
    const std::int64_t big = (std::int64_t{1} << 53) + 1;  // no double has it
    const auto exact = [](const Array& array) {
        return std::vector<std::int64_t>(array.data<std::int64_t>(), array.data<std::int64_t>() + array.count());
    };
    using Exact = std::vector<std::int64_t>;
    QCOMPARE(exact(output({.op = "Add"}, 13, {integers({big, -7}), integers({0})})), (Exact{big, -7}));
    QCOMPARE(exact(output({.op = "Mul"}, 13, {integers({big, -7}), integers({3})})), (Exact{3 * big, -21}));
    QCOMPARE(exact(output({.op = "Div"}, 13, {integers({-7, 7, big}), integers({2, -2, 1})})), (Exact{-3, -3, big}));
    QCOMPARE(exact(output({.op = "Div"}, 13, {integers({INT64_MIN}), integers({-1})})), (Exact{INT64_MIN}));
    QCOMPARE(exact(output({.op = "Add"}, 13, {integers({INT64_MAX}), integers({1})})), (Exact{INT64_MIN}));
    QCOMPARE(exact(output({.op = "Mod"}, 13, {integers({-7, 7, -7, 6}), integers({3, -3, -3, 3})})), (Exact{2, -2, -1, 0}));
    const Node truncated{.op = "Mod", .attributes = {{"fmod", std::int64_t{1}}}};
    QCOMPARE(exact(output(truncated, 13, {integers({-7, 7, INT64_MIN}), integers({3, -3, -1})})), (Exact{-1, 1, 0}));
    compare(output(truncated, 13, {floats({2}, {-7.5F, 7.5F}), floats({2}, {2, -2})}), {2}, {-1.5, 1.5});
    for (const char* op : {"Div", "Mod"}) {
        QVERIFY(!refusal({.op = op}, 13, {integers({1, 2}), integers({1, 0})}).empty());
    }
    QVERIFY(!refusal({.op = "Mod"}, 13, {floats({1}, {1}), floats({1}, {1})}).empty());
    compare(output({.op = "Div"}, 13, {arrayOf<std::int32_t>({2}, {-7, INT32_MIN}), arrayOf<std::int32_t>({2}, {2, -1})}), {2},
            {-3, INT32_MIN});
}

void TestGraphOperators::powers() {
    const Array x = floats({5}, {-2, -0.5F, 0.5F, 1, 3});
    for (const float exponent : {0.0F, 0.5F, 1.0F, 2.0F, 3.0F, -1.0F, 2.5F}) {
        Numbers expected;
        for (const double base : numbersOf(x)) {
            expected.push_back(std::pow(base, static_cast<double>(exponent)));
        }
        compare(output({.op = "Pow"}, 13, {x, floats({}, {exponent})}), {5}, expected);
    }
    compare(output({.op = "Pow"}, 13, {floats({2, 1}, {2, 3}), integers({0, 1, 2, 3})}), {2, 4}, {1, 2, 4, 8, 1, 3, 9, 27});
    compare(output({.op = "Pow"}, 13, {integers({-1, -1, 2, 0, 7}), integers({-3, -2, -1, -1, 0})}), {5}, {-1, 1, 0, 0, 1});
    compare(output({.op = "Pow"}, 13, {integers({3, 2}), floats({2}, {39, 300})}), {2},
            {4052555153018976267.0, 9223372036854775807.0});
}

void TestGraphOperators::ofManyInputs() {
    const Array a = floats({2, 1}, {1, static_cast<float>(kNaN)});
    const Array b = floats({3}, {0, 2, 5});
    const Array c = floats({}, {1.5F});
    compare(output({.op = "Max"}, 13, {a, b, c}), {2, 3}, {1.5, 2, 5, kNaN, kNaN, kNaN});
    compare(output({.op = "Min"}, 13, {b, a, c}), {2, 3}, {0, 1, 1, kNaN, kNaN, kNaN});
    compare(output({.op = "Sum"}, 13, {c, b, floats({2, 3}, {1, 2, 3, 4, 5, 6})}), {2, 3}, {2.5, 5.5, 9.5, 5.5, 8.5, 12.5});
    compare(output({.op = "Mean"}, 13, {b, c, c}), {3}, {1, 5.0 / 3, 8.0 / 3});
    compare(output({.op = "Max"}, 13, {b}), {3}, {0, 2, 5});
    QVERIFY(!refusal({.op = "Sum"}, 13, {}).empty());
    compare(output({.op = "PRelu"}, 13, {floats({2, 2}, {-1, 1, -2, 2}), floats({2, 1}, {0.5F, 3})}), {2, 2}, {-0.5, 1, -6, 2});
    QVERIFY(!refusal({.op = "PRelu"}, 13, {b, floats({2, 3}, {1, 1, 1, 1, 1, 1})}).empty());
}

void TestGraphOperators::refusals() {
    const Array x = floats({2, 3}, {1, 2, 3, 4, 5, 6});
    QCOMPARE(refusal({.op = "Add"}, 13, {x, floats({2}, {1, 2})}), std::string("the sizes 2×3 and 2 do not fit together"));
    QCOMPARE(refusal({.op = "Add"}, 13, {x}), std::string("it has 1 inputs where 2 to 2 are needed"));
    QCOMPARE(refusal({.op = "Add"}, 13, {x, integers({1})}), std::string("it is not computed with elements of type int64"));
    QCOMPARE(refusal({.op = "ReduceSum"}, 13, {x, integers({2})}),
             std::string("the axis 2 does not exist in an array with 2 axes"));
    QCOMPARE(refusal({.op = "ReduceSum"}, 13, {x, integers({1, -1})}), std::string("the axis -1 is named twice"));
    QCOMPARE(refusal({.op = "Gelu", .attributes = {{"approximate", std::string("no")}}}, 20, {x}),
             std::string("its attribute “approximate” has a value which is not supported"));
    QCOMPARE(refusal({.op = "Gelu"}, 13, {x}), std::string("there is no Gelu"));
}

QTEST_GUILESS_MAIN(TestGraphOperators)
#include "tst_graph_operators.moc"
