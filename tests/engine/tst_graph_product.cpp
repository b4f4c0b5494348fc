// MatMul and Gemm against loops written straight from their definitions, in double.
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

using List = std::vector<qint64>;

Shape shapeOf(const List& list) { return {list.begin(), list.end()}; }

#define VERIFY_NEAR(values, expected, tolerance)                         \
    do {                                                                 \
        const QString problem = difference(values, expected, tolerance); \
        QVERIFY2(problem.isEmpty(), qPrintable(problem));                \
    } while (false)

#define VERIFY_OK(result) QVERIFY2((result).ok(), (result).ok() ? "" : (result).error().message().c_str())

const Node kMatMul{"MatMul", "", "", {"a", "b"}, {"y"}};

double toleranceFor(std::int64_t depth) { return 1e-6 * (2.0 + std::sqrt(static_cast<double>(depth))); }

/// Rows × depth times depth × columns, dense.
std::vector<double> times(const float* a, const float* b, std::int64_t rows, std::int64_t columns, std::int64_t depth) {
    std::vector<double> y;
    for (std::int64_t i = 0; i < rows; ++i) {
        for (std::int64_t j = 0; j < columns; ++j) {
            double sum = 0.0;
            for (std::int64_t k = 0; k < depth; ++k) {
                sum += static_cast<double>(a[i * depth + k]) * b[k * columns + j];
            }
            y.push_back(sum);
        }
    }
    return y;
}

}  // namespace

class TestGraphProduct : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void matrices_data();
    void matrices();
    void batches_data();
    void batches();
    void misfitsAreRefused_data();
    void misfitsAreRefused();
    void gemm_data();
    void gemm();
    void gemmRefuses_data();
    void gemmRefuses();
};

void TestGraphProduct::matrices_data() {
    QTest::addColumn<List>("a");
    QTest::addColumn<List>("b");
    QTest::addColumn<List>("y");
    QTest::addRow("1x1x1") << List{1, 1} << List{1, 1} << List{1, 1};
    QTest::addRow("odd") << List{7, 13} << List{13, 19} << List{7, 19};
    QTest::addRow("one row") << List{1, 37} << List{37, 41} << List{1, 41};
    QTest::addRow("one column") << List{37, 41} << List{41, 1} << List{37, 1};
    QTest::addRow("two rows") << List{2, 37} << List{37, 5} << List{2, 5};
    QTest::addRow("depth 1") << List{9, 1} << List{1, 33} << List{9, 33};
    QTest::addRow("deep") << List{13, 1000} << List{1000, 17} << List{13, 17};
    QTest::addRow("wide") << List{13, 40} << List{40, 700} << List{13, 700};
    QTest::addRow("many rows") << List{401, 330} << List{330, 20} << List{401, 20};
    QTest::addRow("vector times matrix") << List{13} << List{13, 19} << List{19};
    QTest::addRow("matrix times vector") << List{7, 13} << List{13} << List{7};
    QTest::addRow("vector times vector") << List{13} << List{13} << List{};
    QTest::addRow("no rows") << List{0, 13} << List{13, 19} << List{0, 19};
    QTest::addRow("no columns") << List{7, 13} << List{13, 0} << List{7, 0};
    QTest::addRow("no depth") << List{7, 0} << List{0, 19} << List{7, 19};
}

void TestGraphProduct::matrices() {
    QFETCH(List, a);
    QFETCH(List, b);
    QFETCH(List, y);
    const Array x = randomArray(shapeOf(a), 1);
    const Array w = randomArray(shapeOf(b), 2);
    const std::int64_t depth = a.back();
    const std::int64_t rows = a.size() == 1 ? 1 : a[0];
    const std::int64_t columns = b.size() == 1 ? 1 : b[1];
    for (const bool constant : {true, false}) {
        const auto product = runKernel(kMatMul, 13, {{x}, {w, constant}});
        VERIFY_OK(product);
        QCOMPARE(product->shape(), shapeOf(y));
        VERIFY_NEAR(valuesOf(*product), times(x.data<float>(), w.data<float>(), rows, columns, depth), toleranceFor(depth));
    }
}

void TestGraphProduct::batches_data() {
    QTest::addColumn<List>("a");  // extents before the matrix
    QTest::addColumn<List>("b");
    QTest::addColumn<List>("y");
    QTest::addRow("heads") << List{2, 3} << List{2, 3} << List{2, 3};
    QTest::addRow("one B for all") << List{2, 3} << List{} << List{2, 3};
    QTest::addRow("one A for all") << List{} << List{2, 3} << List{2, 3};
    QTest::addRow("either repeats") << List{4, 1, 3} << List{5, 1} << List{4, 5, 3};
    QTest::addRow("A repeats in front") << List{1, 3} << List{2, 1} << List{2, 3};
    QTest::addRow("B repeats, rank 3") << List{4} << List{1} << List{4};
    QTest::addRow("none") << List{0, 3} << List{1, 3} << List{0, 3};
}

void TestGraphProduct::batches() {
    QFETCH(List, a);
    QFETCH(List, b);
    QFETCH(List, y);
    struct Form {
        std::int64_t rows, columns, depth;
    };
    for (const auto& [rows, columns, depth] : {Form{7, 19, 13}, Form{1, 19, 13}, Form{7, 1, 13}}) {
        Shape aShape = shapeOf(a);
        aShape.insert(aShape.end(), {rows, depth});
        Shape bShape = shapeOf(b);
        bShape.insert(bShape.end(), {depth, columns});
        Shape yShape = shapeOf(y);
        yShape.insert(yShape.end(), {rows, columns});
        const Array x = randomArray(aShape, 1);
        const Array w = randomArray(bShape, 2);
        // The place of each extent's index in the count of matrices, from the last to the first.
        const auto source = [&y](std::int64_t index, const List& extents) {
            std::int64_t at = 0;
            std::int64_t step = 1;
            for (std::size_t i = 0; i < y.size(); ++i) {
                const std::int64_t here = index % y[y.size() - 1 - i];
                index /= y[y.size() - 1 - i];
                if (i < extents.size()) {
                    at += extents[extents.size() - 1 - i] == 1 ? 0 : here * step;
                    step *= extents[extents.size() - 1 - i];
                }
            }
            return at;
        };
        std::vector<double> expected;
        for (std::int64_t i = 0; i < static_cast<std::int64_t>(Tensor::count(shapeOf(y))); ++i) {
            const auto part = times(x.data<float>() + source(i, a) * rows * depth,
                                    w.data<float>() + source(i, b) * depth * columns, rows, columns, depth);
            expected.insert(expected.end(), part.begin(), part.end());
        }
        for (const bool constant : {true, false}) {
            const auto product = runKernel(kMatMul, 13, {{x}, {w, constant}});
            VERIFY_OK(product);
            QCOMPARE(product->shape(), yShape);
            VERIFY_NEAR(valuesOf(*product), expected, toleranceFor(depth));
        }
    }
}

void TestGraphProduct::misfitsAreRefused_data() {
    QTest::addColumn<List>("a");
    QTest::addColumn<List>("b");
    QTest::addRow("depth") << List{3, 4} << List{5, 3};
    QTest::addRow("scalar") << List{} << List{5, 3};
    QTest::addRow("batches") << List{2, 3, 4} << List{3, 4, 5};
    QTest::addRow("vector") << List{3} << List{4, 5};
}

void TestGraphProduct::misfitsAreRefused() {
    QFETCH(List, a);
    QFETCH(List, b);
    const auto y = runKernel(kMatMul, 13, {{randomArray(shapeOf(a), 1)}, {randomArray(shapeOf(b), 2)}});
    QVERIFY(!y.ok());
    QCOMPARE(y.error().code, ErrorCode::BadShape);
}

void TestGraphProduct::gemm_data() {
    QTest::addColumn<List>("sizes");  // rows, columns, depth
    QTest::addColumn<List>("c");
    for (const auto& sizes :
         {List{7, 19, 13}, List{1, 19, 13}, List{7, 1, 13}, List{1, 1, 1}, List{33, 40, 500}, List{3, 5, 0}}) {
        const auto name = [&](const char* form) {
            return QStringLiteral("%1x%2x%3, %4").arg(sizes[0]).arg(sizes[1]).arg(sizes[2]).arg(QLatin1String(form)).toUtf8();
        };
        QTest::newRow(name("full")) << sizes << List{sizes[0], sizes[1]};
        QTest::newRow(name("row")) << sizes << List{sizes[1]};
        QTest::newRow(name("row of a matrix")) << sizes << List{1, sizes[1]};
        QTest::newRow(name("column")) << sizes << List{sizes[0], 1};
        QTest::newRow(name("one")) << sizes << List{1};
        QTest::newRow(name("scalar")) << sizes << List{};
    }
}

void TestGraphProduct::gemm() {
    QFETCH(List, sizes);
    QFETCH(List, c);
    const std::int64_t rows = sizes[0];
    const std::int64_t columns = sizes[1];
    const std::int64_t depth = sizes[2];
    const Array a = randomArray({rows, depth}, 1);
    const Array b = randomArray({depth, columns}, 2);
    const Array addend = randomArray(shapeOf(c), 3);
    const auto flipped = [](const Array& m) {
        Array t(graph::ElementType::Float, {m.shape()[1], m.shape()[0]});
        for (std::int64_t i = 0; i < m.shape()[0]; ++i) {
            for (std::int64_t j = 0; j < m.shape()[1]; ++j) {
                t.data<float>()[j * m.shape()[0] + i] = m.data<float>()[i * m.shape()[1] + j];
            }
        }
        return t;
    };
    Shape full = shapeOf(c);
    full.insert(full.begin(), 2 - full.size(), 1);
    const auto product = times(a.data<float>(), b.data<float>(), rows, columns, depth);
    for (int form = 0; form < 32; ++form) {
        const bool flipA = (form & 1) != 0;
        const bool flipB = (form & 2) != 0;
        const bool scaled = (form & 4) != 0;
        const bool constant = (form & 8) != 0;
        const bool added = (form & 16) != 0;
        Node node{"Gemm", "", "", {"a", "b", "c"}, {"y"}};
        node.attributes = {{"transA", std::int64_t{flipA}}, {"transB", std::int64_t{flipB}}};
        if (scaled) {
            node.attributes["alpha"] = 0.5F;
            node.attributes["beta"] = -3.0F;
        }
        std::vector<KernelInput> inputs{{flipA ? flipped(a) : a}, {flipB ? flipped(b) : b, constant}, {}};
        if (added) {
            inputs[2] = {addend, constant};
        }
        std::vector<double> expected;
        for (std::int64_t i = 0; i < rows * columns; ++i) {
            const std::int64_t row = full[0] == 1 ? 0 : i / columns;
            const std::int64_t column = full[1] == 1 ? 0 : i % columns;
            const double plus = added ? addend.data<float>()[row * full[1] + column] : 0.0;
            expected.push_back((scaled ? 0.5 : 1.0) * product[i] + (scaled ? -3.0 : 1.0) * plus);
        }
        const auto y = runKernel(node, 13, inputs);
        VERIFY_OK(y);
        QCOMPARE(y->shape(), (Shape{rows, columns}));
        VERIFY_NEAR(valuesOf(*y), expected, toleranceFor(depth));
    }
}

void TestGraphProduct::gemmRefuses_data() {
    QTest::addColumn<List>("a");
    QTest::addColumn<List>("b");
    QTest::addColumn<List>("c");
    QTest::addRow("depth") << List{3, 4} << List{5, 3} << List{1};
    QTest::addRow("rank") << List{3} << List{3, 4} << List{1};
    QTest::addRow("C has three axes") << List{3, 4} << List{4, 5} << List{1, 1, 1};
    QTest::addRow("C is too wide") << List{3, 4} << List{4, 5} << List{6};
    QTest::addRow("C is too high") << List{3, 4} << List{4, 5} << List{2, 5};
}

void TestGraphProduct::gemmRefuses() {
    QFETCH(List, a);
    QFETCH(List, b);
    QFETCH(List, c);
    const auto y = runKernel({"Gemm", "", "", {"a", "b", "c"}, {"y"}}, 13,
                             {{randomArray(shapeOf(a), 1)}, {randomArray(shapeOf(b), 2)}, {randomArray(shapeOf(c), 3)}});
    QVERIFY(!y.ok());
    QCOMPARE(y.error().code, ErrorCode::BadShape);
}

QTEST_GUILESS_MAIN(TestGraphProduct)
#include "tst_graph_product.moc"
