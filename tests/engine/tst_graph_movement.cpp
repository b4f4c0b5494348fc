// The operators which change shapes and move elements, against places counted one by one; and what is refused.
// test: both-levels

#include <QTest>
#include <cmath>
#include <numeric>

#include "tests/support/run_node.h"

using namespace fovea;
using namespace fovea::graph;
using namespace fovea::test;

namespace {

using Attributes = std::map<std::string, Attribute>;

/// 0, 1, 2 … in a shape.
template <class T>
Array counting(const Shape& shape) {
    std::vector<T> values(Tensor::count(shape));
    std::iota(values.begin(), values.end(), T(0));
    return arrayOf<T>(shape, values);
}

Attribute integer(std::int64_t value) { return value; }
Attribute list(std::vector<std::int64_t> values) { return values; }

Shape shapeOf(const std::string& op, int opset, const Attributes& attributes, const Inputs& inputs) {
    const auto infos = inferNode({.op = op, .outputs = {"y"}, .attributes = attributes}, opset, inputs);
    return infos ? infos->front().shape : Shape{-1};
}

/// The elements which Python's x[start:stop:step] takes of an axis; start and stop as ONNX clamps them.
std::vector<std::int64_t> taken(std::int64_t extent, std::int64_t start, std::int64_t stop, std::int64_t step) {
    const auto from = [&](std::int64_t at) { return at < 0 ? at + extent : at; };
    std::vector<std::int64_t> places;
    for (std::int64_t place = 0; place < extent; ++place) {
        const std::int64_t i = step > 0 ? place : extent - 1 - place;
        const std::int64_t first =
            step > 0 ? std::max<std::int64_t>(from(start), 0) : std::clamp<std::int64_t>(from(start), 0, extent - 1);
        const bool inside = step > 0 ? i >= first && i < from(stop) : i <= first && i > from(stop);
        if (inside && (i - first) % step == 0) {
            places.push_back(i);
        }
    }
    return places;
}

const Array kX = floats({2, 3}, {0, 1, 2, 3, 4, 5});

}  // namespace

class TestGraphMovement : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void reshaped();
    void axesAddedAndLeftOut();
    void shapesAsNumbers();
    void constants();
    void casts();
    void ranges();
    void transposed_data();
    void transposed();
    void transposedTypes();
    void sliced();
    void slicedInEveryWay();
    void joinedAndSplit();
    void gathered();
    void expandedAndTiled();
    void padded();
    void resized();
    void blocks();
    void waitsForValues();
    void refusals_data();
    void refusals();
};

void TestGraphMovement::reshaped() {
    const Array x = counting<float>({2, 3, 4});
    const auto to = [&](const std::vector<std::int64_t>& shape) { return shapeOf("Reshape", 13, {}, {x, integers(shape)}); };
    QCOMPARE(to({6, 4}), (Shape{6, 4}));
    QCOMPARE(to({0, -1}), (Shape{2, 12}));
    QCOMPARE(to({-1}), (Shape{24}));
    QCOMPARE(to({4, 0, 2}), (Shape{4, 3, 2}));
    QCOMPARE(to({5, -1}), Shape{-1});
    QCOMPARE(to({-1, -1}), Shape{-1});
    QCOMPARE(to({2, 3, 4, 0}), Shape{-1});
    QCOMPARE(to({INT64_MAX, INT64_MAX, -1}), Shape{-1});
    const Array nothing = floats({0, 3}, {});
    QCOMPARE(shapeOf("Reshape", 14, {{"allowzero", integer(1)}}, {nothing, integers({3, 0})}), (Shape{3, 0}));
    QCOMPARE(shapeOf("Reshape", 14, {{"allowzero", integer(1)}}, {nothing, integers({0, -1})}), Shape{-1});
    QCOMPARE(shapeOf("Reshape", 13, {}, {nothing, integers({0, 1, 3})}), (Shape{0, 1, 3}));
    compare(output({.op = "Reshape"}, 13, {kX, integers({3, 2})}), {3, 2}, {0, 1, 2, 3, 4, 5});
    QCOMPARE(shapeOf("Flatten", 13, {}, {x}), (Shape{2, 12}));
    QCOMPARE(shapeOf("Flatten", 13, {{"axis", integer(0)}}, {x}), (Shape{1, 24}));
    QCOMPARE(shapeOf("Flatten", 13, {{"axis", integer(3)}}, {x}), (Shape{24, 1}));
    QCOMPARE(shapeOf("Flatten", 13, {{"axis", integer(-1)}}, {x}), (Shape{6, 4}));
    QCOMPARE(shapeOf("Flatten", 13, {{"axis", integer(4)}}, {x}), Shape{-1});
}

void TestGraphMovement::axesAddedAndLeftOut() {
    const Array x = counting<float>({1, 3, 1});
    QCOMPARE(shapeOf("Squeeze", 11, {}, {x}), Shape{3});
    QCOMPARE(shapeOf("Squeeze", 11, {{"axes", list({-1})}}, {x}), (Shape{1, 3}));
    QCOMPARE(shapeOf("Squeeze", 13, {}, {x, integers({0})}), (Shape{3, 1}));
    QCOMPARE(shapeOf("Squeeze", 13, {}, {x}), Shape{3});
    QCOMPARE(shapeOf("Squeeze", 13, {}, {x, integers({1})}), Shape{-1});
    QCOMPARE(shapeOf("Unsqueeze", 11, {{"axes", list({0, 4})}}, {x}), (Shape{1, 1, 3, 1, 1}));
    QCOMPARE(shapeOf("Unsqueeze", 13, {}, {x, integers({-1, 1})}), (Shape{1, 1, 3, 1, 1}));
    QCOMPARE(shapeOf("Unsqueeze", 13, {}, {x, integers({5})}), Shape{-1});
    QCOMPARE(shapeOf("Unsqueeze", 13, {}, {x, integers({0, 0})}), Shape{-1});
    QCOMPARE(shapeOf("Unsqueeze", 13, {}, {x}), Shape{-1});
}

void TestGraphMovement::shapesAsNumbers() {
    const Array x = counting<float>({2, 3, 4});
    compare(output({.op = "Shape"}, 13, {x}), {3}, {2, 3, 4});
    compare(output({.op = "Shape", .attributes = {{"start", integer(-2)}}}, 15, {x}), {2}, {3, 4});
    compare(output({.op = "Shape", .attributes = {{"start", integer(1)}, {"end", integer(-1)}}}, 15, {x}), {1}, {3});
    compare(output({.op = "Shape", .attributes = {{"start", integer(2)}, {"end", integer(1)}}}, 15, {x}), {0}, {});
    compare(output({.op = "Shape", .attributes = {{"start", integer(INT64_MIN)}, {"end", integer(INT64_MAX)}}}, 15, {x}), {3},
            {2, 3, 4});
    compare(output({.op = "Size"}, 13, {x}), {}, {24});
    compare(output({.op = "Identity"}, 13, {kX}), {2, 3}, {0, 1, 2, 3, 4, 5});
    compare(output({.op = "Dropout", .outputs = {"y"}}, 13, {kX, floats({}, {0.5F})}), {2, 3}, {0, 1, 2, 3, 4, 5});
}

void TestGraphMovement::constants() {
    const auto make = [](const char* key, Attribute value) {
        return output({.op = "Constant", .attributes = {{key, std::move(value)}}}, 13, {});
    };
    compare(make("value", kX), {2, 3}, {0, 1, 2, 3, 4, 5});
    compare(make("value_float", 2.5F), {}, {2.5});
    compare(make("value_int", integer(-3)), {}, {-3});
    compare(make("value_floats", std::vector<float>{1, 2}), {2}, {1, 2});
    compare(make("value_ints", list({4, 5, 6})), {3}, {4, 5, 6});
    compare(output({.op = "ConstantOfShape"}, 13, {integers({2, 2})}), {2, 2}, {0, 0, 0, 0});
    const Node sevens{.op = "ConstantOfShape", .attributes = {{"value", integers({7})}}};
    compare(output(sevens, 13, {integers({3})}), {3}, {7, 7, 7});
    compare(output(sevens, 13, {integers({})}), {}, {7});
    compare(output(sevens, 13, {integers({2, 0})}), {2, 0}, {});
}

void TestGraphMovement::casts() {
    const auto to = [](std::int64_t type, const Array& x) {
        return output({.op = "Cast", .attributes = {{"to", integer(type)}}}, 13, {x});
    };
    const Array x = floats({5}, {-1.9F, 0, 2.9F, 1e30F, static_cast<float>(std::nan(""))});
    compare(to(7, x), {5}, {-1, 0, 2, 9223372036854775807.0, 0});
    compare(to(6, x), {5}, {-1, 0, 2, 2147483647, 0});
    compare(to(9, x), {5}, {1, 0, 1, 1, 1});
    compare(to(1, integers({3, -4})), {2}, {3, -4});
    compare(to(6, integers({3, -4})), {2}, {3, -4});
    compare(to(1, arrayOf<bool>({2}, {true, false})), {2}, {1, 0});
    compare(output({.op = "CastLike"}, 15, {x, integers({0})}), {5}, {-1, 0, 2, 9223372036854775807.0, 0});
}

void TestGraphMovement::ranges() {
    const auto range = [](const Array& a, const Array& b, const Array& c) { return output({.op = "Range"}, 13, {a, b, c}); };
    const auto i = [](std::int64_t value) { return arrayOf<std::int64_t>({}, {value}); };
    compare(range(i(2), i(9), i(3)), {3}, {2, 5, 8});
    compare(range(i(2), i(-3), i(-2)), {3}, {2, 0, -2});
    compare(range(i(2), i(2), i(1)), {0}, {});
    compare(range(i(INT64_MIN), i(INT64_MAX), i(INT64_MAX)), {3}, {-9223372036854775808.0, -1, 9223372036854775806.0});
    compare(range(floats({}, {1}), floats({}, {2}), floats({}, {0.25F})), {4}, {1, 1.25, 1.5, 1.75});
    QVERIFY(!refusal({.op = "Range"}, 13, {i(0), i(5), i(0)}).empty());
    QVERIFY(!refusal({.op = "Range"}, 13, {floats({}, {0}), floats({}, {INFINITY}), floats({}, {1})}).empty());
}

void TestGraphMovement::transposed_data() {
    QTest::addColumn<Shape>("shape");
    QTest::addColumn<Shape>("order");
    const std::vector<std::pair<Shape, std::vector<Shape>>> cases{
        {{197, 12, 64}, {{1, 0, 2}, {1, 2, 0}, {0, 2, 1}, {2, 1, 0}, {2, 0, 1}}},
        {{1, 33, 3, 5}, {{0, 2, 1, 3}, {0, 2, 3, 1}, {3, 0, 1, 2}, {0, 1, 2, 3}, {3, 2, 1, 0}}},
        {{2, 1, 3, 17, 2}, {{4, 3, 2, 1, 0}, {0, 3, 2, 4, 1}, {1, 0, 4, 2, 3}}},
        {{3, 0, 2}, {{1, 0, 2}, {2, 1, 0}}},
        {{7}, {{0}}},
        {{}, {{}}},
    };
    for (const auto& [shape, orders] : cases) {
        for (const auto& order : orders) {
            QTest::addRow("%s by %s", shapeText(shape).c_str(), shapeText(order).c_str()) << shape << order;
        }
    }
}

void TestGraphMovement::transposed() {
    QFETCH(Shape, shape);
    QFETCH(Shape, order);
    const Array x = counting<float>(shape);
    Shape to;
    for (const auto axis : order) {
        to.push_back(shape[static_cast<std::size_t>(axis)]);
    }
    Numbers expected;
    forEachAt(to, [&](const Shape& at) {
        Shape from(shape.size());
        for (std::size_t k = 0; k < order.size(); ++k) {
            from[static_cast<std::size_t>(order[k])] = at[k];
        }
        expected.push_back(static_cast<double>(x.data<float>()[repeatedPlace(shape, from)]));
    });
    compare(output({.op = "Transpose", .attributes = {{"perm", list(order)}}}, 13, {x}), to, expected, 0);
}

void TestGraphMovement::transposedTypes() {
    compare(output({.op = "Transpose"}, 13, {kX}), {3, 2}, {0, 3, 1, 4, 2, 5});
    compare(output({.op = "Transpose"}, 13, {counting<std::int64_t>({2, 3})}), {3, 2}, {0, 3, 1, 4, 2, 5});
    compare(output({.op = "Transpose"}, 13, {counting<std::int32_t>({2, 3})}), {3, 2}, {0, 3, 1, 4, 2, 5});
    compare(output({.op = "Transpose"}, 13, {arrayOf<bool>({2, 2}, {true, true, false, false})}), {2, 2}, {1, 0, 1, 0});
}

void TestGraphMovement::sliced() {
    const Node old{.op = "Slice",
                   .attributes = {{"starts", list({0, 1})}, {"ends", list({INT64_MAX, -1})}, {"axes", list({0, 1})}}};
    compare(output(old, 9, {kX}), {2, 1}, {1, 4});
    compare(output({.op = "Slice"}, 13, {kX, integers({1}), integers({2})}), {1, 3}, {3, 4, 5});
    compare(output({.op = "Slice"}, 13, {kX, integers({-1}), integers({INT64_MIN}), integers({-1}), integers({-2})}), {2, 2},
            {2, 0, 5, 3});
    compare(output({.op = "Slice"}, 13, {kX, integers({0}), integers({9}), std::nullopt, integers({INT64_MAX})}), {1, 3},
            {0, 1, 2});
    compare(output({.op = "Slice"}, 13, {floats({0, 2}, {}), integers({5}), integers({-9}), integers({0}), integers({-1})}),
            {0, 2}, {});
}

void TestGraphMovement::slicedInEveryWay() {
    const std::vector<std::int64_t> places{INT64_MIN, -9, -5, -3, -1, 0, 1, 4, 5, 9, INT64_MAX};
    const Array x = counting<std::int64_t>({2, 5, 3});
    for (const auto start : places) {
        for (const auto stop : places) {
            for (const std::int64_t step : {-7, -2, -1, 1, 2, 7}) {
                const auto along = taken(5, start, stop, step);
                Numbers expected;
                for (const std::int64_t outer : {0, 1}) {
                    for (const auto place : along) {
                        for (const std::int64_t inner : {0, 1, 2}) {
                            expected.push_back(static_cast<double>((outer * 5 + place) * 3 + inner));
                        }
                    }
                }
                const Inputs inputs{x, integers({start}), integers({stop}), integers({1}), integers({step})};
                compare(output({.op = "Slice"}, 13, inputs), {2, static_cast<std::int64_t>(along.size()), 3}, expected, 0);
            }
        }
    }
}

void TestGraphMovement::joinedAndSplit() {
    const Node along{.op = "Concat", .attributes = {{"axis", integer(-1)}}};
    compare(output(along, 13, {kX, floats({2, 1}, {8, 9}), floats({2, 0}, {})}), {2, 4}, {0, 1, 2, 8, 3, 4, 5, 9});
    compare(output({.op = "Concat", .attributes = {{"axis", integer(0)}}}, 13, {integers({1}), integers({2, 3})}), {3},
            {1, 2, 3});
    const Node three{.op = "Split", .outputs = {"a", "b", "c"}, .attributes = {{"axis", integer(1)}}};
    const auto equal = runNode(three, 13, {kX});
    QVERIFY(equal && equal->size() == 3);
    compare((*equal)[1], {2, 1}, {1, 4});
    const auto parts = runNode(three, 13, {kX, integers({2, 0, 1})});
    QVERIFY(parts && parts->size() == 3);
    compare((*parts)[0], {2, 2}, {0, 1, 3, 4});
    compare((*parts)[1], {2, 0}, {});
    compare((*parts)[2], {2, 1}, {2, 5});
    const auto uneven =
        runNode({.op = "Split", .outputs = {"a", "b"}, .attributes = {{"num_outputs", integer(2)}}}, 18, {integers({1, 2, 3})});
    QVERIFY(uneven && uneven->size() == 2);
    compare((*uneven)[1], {1}, {3});
}

void TestGraphMovement::gathered() {
    compare(output({.op = "Gather", .attributes = {{"axis", integer(1)}}}, 13, {kX, integers({2, -3, 0})}), {2, 3},
            {2, 0, 0, 5, 3, 3});
    compare(output({.op = "Gather"}, 13, {kX, arrayOf<std::int64_t>({}, {-1})}), {3}, {3, 4, 5});
    compare(output({.op = "Gather"}, 13, {kX, arrayOf<std::int32_t>({1, 2}, {1, 0})}), {1, 2, 3}, {3, 4, 5, 0, 1, 2});
    compare(output({.op = "Gather"}, 13, {kX, integers({})}), {0, 3}, {});
    const Array at = arrayOf<std::int64_t>({1, 3}, {1, 0, -1});
    compare(output({.op = "GatherElements"}, 13, {kX, at}), {1, 3}, {3, 1, 5});
    QCOMPARE(refusal({.op = "Gather"}, 13, {kX, integers({0, 2})}),
             std::string("the index 2 lies outside of an axis with 2 elements"));
    QVERIFY(!refusal({.op = "Gather"}, 13, {floats({0, 2}, {}), integers({0})}).empty());
    QVERIFY(!refusal({.op = "Gather"}, 13, {kX, integers({INT64_MIN})}).empty());
    QVERIFY(!refusal({.op = "GatherElements"}, 13, {kX, arrayOf<std::int64_t>({1, 1}, {-3})}).empty());
}

void TestGraphMovement::expandedAndTiled() {
    compare(output({.op = "Expand"}, 13, {floats({2, 1}, {1, 2}), integers({2, 1, 3})}), {2, 2, 3},
            {1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2});
    compare(output({.op = "Expand"}, 13, {kX, integers({1})}), {2, 3}, {0, 1, 2, 3, 4, 5});
    compare(output({.op = "Tile"}, 13, {kX, integers({2, 2})}), {4, 6},
            {0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5, 0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5});
    compare(output({.op = "Tile"}, 13, {kX, integers({0, 2})}), {0, 6}, {});
}

void TestGraphMovement::padded() {
    const auto mode = [](const char* name) { return Attributes{{"mode", std::string(name)}}; };
    const Array row = floats({1, 3}, {1, 2, 3});
    const Array sides = integers({0, 4, 0, 3});
    compare(output({.op = "Pad"}, 13, {row, sides}), {1, 10}, {0, 0, 0, 0, 1, 2, 3, 0, 0, 0});
    compare(output({.op = "Pad"}, 13, {row, integers({1, 0, 0, -1}), floats({}, {7})}), {2, 2}, {7, 7, 1, 2});
    compare(output({.op = "Pad", .attributes = mode("edge")}, 13, {row, sides}), {1, 10}, {1, 1, 1, 1, 1, 2, 3, 3, 3, 3});
    compare(output({.op = "Pad", .attributes = mode("reflect")}, 13, {row, sides}), {1, 10}, {1, 2, 3, 2, 1, 2, 3, 2, 1, 2});
    compare(output({.op = "Pad"}, 18, {kX, integers({-2, 1}), std::nullopt, integers({-1})}), {2, 2}, {2, 0, 5, 0});
    compare(output({.op = "Pad", .attributes = {{"pads", list({0, 1, 1, 0})}, {"value", 9.0F}}}, 10, {kX}), {3, 4},
            {9, 0, 1, 2, 9, 3, 4, 5, 9, 9, 9, 9});
    compare(output({.op = "Pad"}, 13, {row, integers({0, -9, 0, 0})}), {1, 0}, {});
    compare(output({.op = "Pad"}, 13, {floats({}, {4}), integers({})}), {}, {4});
}

void TestGraphMovement::resized() {
    const auto form = [](const char* mode, const char* coordinates, const char* nearest = "round_prefer_floor") {
        return Attributes{{"mode", std::string(mode)},
                          {"coordinate_transformation_mode", std::string(coordinates)},
                          {"nearest_mode", std::string(nearest)}};
    };
    const Array x = floats({1, 1, 1, 4}, {0, 1, 2, 3});
    const auto to = [&](const Attributes& attributes, const std::vector<std::int64_t>& sizes) {
        return output({.op = "Resize", .attributes = attributes}, 13, {x, std::nullopt, std::nullopt, integers(sizes)});
    };
    compare(to(form("linear", "half_pixel"), {1, 1, 1, 8}), {1, 1, 1, 8}, {0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3});
    compare(to(form("linear", "align_corners"), {1, 1, 2, 7}), {1, 1, 2, 7},
            {0, 0.5, 1, 1.5, 2, 2.5, 3, 0, 0.5, 1, 1.5, 2, 2.5, 3});
    compare(to(form("linear", "asymmetric"), {1, 1, 1, 8}), {1, 1, 1, 8}, {0, 0.5, 1, 1.5, 2, 2.5, 3, 3});
    compare(to(form("nearest", "asymmetric", "floor"), {1, 1, 1, 8}), {1, 1, 1, 8}, {0, 0, 1, 1, 2, 2, 3, 3});
    compare(to(form("nearest", "half_pixel"), {1, 1, 1, 2}), {1, 1, 1, 2}, {0, 2});
    compare(to(form("nearest", "half_pixel", "ceil"), {1, 1, 1, 2}), {1, 1, 1, 2}, {1, 3});
    compare(to(form("cubic", "align_corners"), {1, 1, 1, 4}), {1, 1, 1, 4}, {0, 1, 2, 3});
    const Array doubled = floats({4}, {1, 1, 2, 2});
    const Array picture = counting<std::int64_t>({1, 1, 2, 2});
    compare(
        output({.op = "Resize", .attributes = form("nearest", "asymmetric", "floor")}, 11, {picture, floats({0}, {}), doubled}),
        {1, 1, 4, 4}, {0, 0, 1, 1, 0, 0, 1, 1, 2, 2, 3, 3, 2, 2, 3, 3});
    compare(output({.op = "Resize"}, 10, {picture, doubled}), {1, 1, 4, 4}, {0, 0, 1, 1, 0, 0, 1, 1, 2, 2, 3, 3, 2, 2, 3, 3});
    const Node upsample{.op = "Upsample",
                        .attributes = {{"scales", std::vector<float>{1, 1, 1, 2}}, {"mode", std::string("linear")}}};
    compare(output(upsample, 7, {x}), {1, 1, 1, 8}, {0, 0.5, 1, 1.5, 2, 2.5, 3, 3});
    // The first pass gives the whole output its shape, and the second one reads what the first one wrote.
    compare(output({.op = "Resize", .attributes = form("linear", "half_pixel")}, 13,
                   {floats({1, 1, 2, 4}, {0, 1, 2, 3, 4, 5, 6, 7}), std::nullopt, floats({4}, {1, 1, 1.25F, 2})}),
            {1, 1, 2, 8}, {0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3, 2.8, 3.05, 3.55, 4.05, 4.55, 5.05, 5.55, 5.8});
    // Rows and columns at once: the plane 10·i + j stays a plane.
    Array plane(ElementType::Float, {1, 2, 5, 6});
    forEachAt(plane.shape(), [&, next = std::size_t{0}](const Shape& at) mutable {
        plane.data<float>()[next++] = static_cast<float>(100 * at[1] + 10 * at[2] + at[3]);
    });
    Numbers expected;
    forEachAt({1, 2, 9, 11}, [&](const Shape& at) {
        expected.push_back(static_cast<double>(100 * at[1]) + 5.0 * static_cast<double>(at[2]) +
                           0.5 * static_cast<double>(at[3]));
    });
    for (const char* mode : {"linear", "cubic"}) {
        Attributes attributes = form(mode, "align_corners");
        const auto large =
            output({.op = "Resize", .attributes = attributes}, 13, {plane, std::nullopt, std::nullopt, integers({1, 2, 9, 11})});
        QCOMPARE(large.shape(), (Shape{1, 2, 9, 11}));
        QVERIFY(std::abs(numbersOf(large)[4 * 11 + 5] - expected[4 * 11 + 5]) < 1e-4);
        if (std::string(mode) == "linear") {
            compare(large, {1, 2, 9, 11}, expected);
        }
    }
}

void TestGraphMovement::blocks() {
    const Array x = counting<float>({1, 8, 1, 2});
    const Node dcr{.op = "DepthToSpace", .attributes = {{"blocksize", integer(2)}}};
    const Node crd{.op = "DepthToSpace", .attributes = {{"blocksize", integer(2)}, {"mode", std::string("CRD")}}};
    compare(output(dcr, 13, {x}), {1, 2, 2, 4}, {0, 4, 1, 5, 8, 12, 9, 13, 2, 6, 3, 7, 10, 14, 11, 15});
    compare(output(crd, 13, {x}), {1, 2, 2, 4}, {0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11, 12, 14, 13, 15});
    const Node back{.op = "SpaceToDepth", .attributes = {{"blocksize", integer(2)}}};
    compare(output(back, 13, {output(dcr, 13, {x})}), {1, 8, 1, 2}, numbersOf(x));
}

// Without the values of their shape inputs these answer nothing, so that the caller asks again.
void TestGraphMovement::waitsForValues() {
    const std::vector<std::pair<std::string, std::size_t>> waiting{{"Reshape", 2},   {"Expand", 2},  {"Slice", 3},
                                                                   {"Tile", 2},      {"Pad", 2},     {"Range", 3},
                                                                   {"ReduceSum", 2}, {"Squeeze", 2}, {"CumSum", 2}};
    for (const auto& [op, count] : waiting) {
        auto kernel = findOperator(op, "", 13)->create({.op = op, .outputs = {"y"}}, 13);
        QVERIFY(bool(kernel));
        std::vector<InputInfo> inputs(count, InputInfo{true, {ElementType::Int64, {}}, nullptr});
        inputs[0].info.shape = op == "Range" ? Shape{} : Shape{4};
        const auto infos = (*kernel)->infer(inputs);
        QVERIFY2(infos && infos->empty(), op.c_str());
    }
    QVERIFY((*findOperator("Reshape", "", 13)->create({.op = "Reshape"}, 13))->aliases());
    QVERIFY(!(*findOperator("Shape", "", 13)->create({.op = "Shape"}, 13))->aliases());
}

void TestGraphMovement::refusals_data() {
    QTest::addColumn<std::string>("op");
    QTest::addColumn<int>("opset");
    QTest::addColumn<Attributes>("attributes");
    QTest::addColumn<Inputs>("inputs");
    const auto row = [](const char* name, const char* op, int opset, const Attributes& attributes, const Inputs& inputs) {
        QTest::newRow(name) << std::string(op) << opset << attributes << inputs;
    };
    const std::int64_t huge = std::int64_t{1} << 40;
    row("a negative extent", "ConstantOfShape", 13, {}, {integers({2, -1})});
    row("a size that overflows", "ConstantOfShape", 13, {}, {integers({huge, huge})});
    row("a size that overflows beside a zero", "ConstantOfShape", 13, {}, {integers({0, huge, huge})});
    row("two values", "ConstantOfShape", 13, {{"value", kX}}, {integers({2})});
    row("a shape of floats", "Reshape", 13, {}, {kX, floats({1}, {6})});
    row("a shape of two axes", "Reshape", 13, {}, {kX, arrayOf<std::int64_t>({1, 1}, {6})});
    row("no value", "Constant", 13, {}, {});
    row("a value that is no array", "Constant", 13, {{"value", integer(3)}}, {});
    row("a cast to text", "Cast", 13, {{"to", integer(8)}}, {kX});
    row("an axis twice", "Transpose", 13, {{"perm", list({0, 0})}}, {kX});
    row("too few axes", "Transpose", 13, {{"perm", list({0})}}, {kX});
    row("an axis too far", "Transpose", 13, {{"perm", list({0, 2})}}, {kX});
    row("a step of zero", "Slice", 13, {}, {kX, integers({0}), integers({1}), integers({0}), integers({0})});
    row("the least step", "Slice", 13, {}, {kX, integers({0}), integers({1}), integers({0}), integers({INT64_MIN})});
    row("too few ends", "Slice", 13, {}, {kX, integers({0, 0}), integers({1})});
    row("too many starts", "Slice", 13, {}, {kX, integers({0, 0, 0}), integers({1, 1, 1})});
    row("an expansion that does not fit", "Expand", 13, {}, {kX, integers({4})});
    row("an expansion that overflows", "Expand", 13, {}, {floats({1, 1}, {1}), integers({huge, huge})});
    row("a negative repeat", "Tile", 13, {}, {kX, integers({1, -1})});
    row("a repeat that overflows", "Tile", 13, {}, {kX, integers({huge, huge})});
    row("too few repeats", "Tile", 13, {}, {kX, integers({1})});
    row("extents that differ", "Concat", 13, {{"axis", integer(0)}}, {kX, floats({1, 2}, {1, 2})});
    row("no axis", "Concat", 13, {}, {kX});
    row("types that differ", "Concat", 13, {{"axis", integer(0)}}, {kX, arrayOf<std::int64_t>({1, 3}, {1, 2, 3})});
    row("a split into other lengths", "Split", 13, {{"axis", integer(1)}}, {kX, integers({2})});
    row("a negative length", "Split", 13, {{"axis", integer(1)}}, {kX, integers({-3})});
    row("indices of floats", "Gather", 13, {}, {kX, floats({1}, {0})});
    row("a gather from a scalar", "Gather", 13, {}, {floats({}, {1}), integers({0})});
    row("too few pads", "Pad", 13, {}, {kX, integers({1, 1})});
    row("huge pads", "Pad", 13, {}, {kX, integers({INT64_MAX, INT64_MIN, 1, 1})});
    row("an edge of nothing", "Pad", 13, {{"mode", std::string("edge")}}, {floats({0}, {}), integers({1, 1})});
    row("a mode nobody knows", "Pad", 19, {{"mode", std::string("wrap")}}, {kX, integers({1, 1, 1, 1})});
    row("a scale of zero to the below", "Resize", 13, {}, {kX, std::nullopt, floats({2}, {-1, 1})});
    row("a scale that is no number", "Resize", 13, {}, {kX, std::nullopt, floats({2}, {std::nanf(""), 1})});
    row("a huge scale", "Resize", 13, {}, {kX, std::nullopt, floats({2}, {1e30F, 1})});
    row("huge sizes", "Resize", 13, {}, {kX, std::nullopt, std::nullopt, integers({huge, huge})});
    row("neither scales nor sizes", "Resize", 13, {}, {kX});
    row("integers between integers", "Resize", 13, {{"mode", std::string("linear")}},
        {integers({1, 2}), std::nullopt, floats({1}, {2})});
    row("something of nothing", "Resize", 13, {}, {floats({0}, {}), std::nullopt, std::nullopt, integers({3})});
    row("a block of zero", "DepthToSpace", 13, {{"blocksize", integer(0)}}, {floats({1, 1, 1, 1}, {1})});
    row("a huge block", "SpaceToDepth", 13, {{"blocksize", integer(INT64_MAX)}}, {floats({1, 1, 1, 1}, {1})});
    row("a mask", "Dropout", 11, {}, {kX, floats({}, {0}), arrayOf<bool>({}, {true})});
}

void TestGraphMovement::refusals() {
    QFETCH(std::string, op);
    QFETCH(int, opset);
    QFETCH(Attributes, attributes);
    QFETCH(Inputs, inputs);
    const std::string sentence = refusal({.op = op, .outputs = {"y"}, .attributes = attributes}, opset, inputs);
    QVERIFY(!sentence.empty());
    QVERIFY2(sentence.find('%') == std::string::npos && sentence.find("answers nothing") == std::string::npos, sentence.c_str());
}

QTEST_GUILESS_MAIN(TestGraphMovement)
#include "tst_graph_movement.moc"
