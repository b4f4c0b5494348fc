// Products of views of matrices against loops written straight from their definition, in double.
// test: both-levels

#include <QTest>

#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include "engine/kernels/product.h"
#include "tests/support/numbers.h"

using namespace fovea;
using namespace fovea::test;

namespace {

/// The value in the given row and column of a factor as it enters the product.
double valueAt(const ops::ConstMatrixView& m, int row, int column) {
    return m.transposed ? m.values[column * m.stride + row] : m.values[row * m.stride + column];
}

std::vector<double> expectedProduct(const ops::ConstMatrixView& a, const ops::ConstMatrixView& b) {
    const int rows = a.transposed ? a.columns : a.rows;
    const int columns = b.transposed ? b.rows : b.columns;
    const int depth = a.transposed ? a.rows : a.columns;
    std::vector<double> out;
    for (int i = 0; i < rows; ++i) {
        for (int j = 0; j < columns; ++j) {
            double total = 0.0;
            for (int k = 0; k < depth; ++k) {
                total += valueAt(a, i, k) * valueAt(b, k, j);
            }
            out.push_back(total);
        }
    }
    return out;
}

/// A rows×columns view into the middle of a larger tensor, whose rows are three values longer.
ops::ConstMatrixView innerPart(const Tensor& whole, int rows, int columns) {
    return ops::columnsOf(ops::rowsOf(ops::matrixOf(whole), 2, rows), 1, columns);
}

}  // namespace

class TestMatrixProduct : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void productsOfPartsAreTheDefinition_data() {
        QTest::addColumn<int>("rows");
        QTest::addColumn<int>("depth");
        QTest::addColumn<int>("columns");
        QTest::addColumn<bool>("turnA");
        QTest::addColumn<bool>("turnB");
        const std::vector<std::array<int, 3>> sizes{{1, 1, 1}, {1, 30, 40}, {40, 30, 1}, {3, 4, 5}, {33, 70, 21}};
        const std::vector<std::pair<bool, bool>> turns{{false, false}, {true, false}, {false, true}};
        for (const auto& [rows, depth, columns] : sizes) {
            for (const auto& [turnA, turnB] : turns) {
                QTest::addRow("%dx%dx%d %d%d", rows, depth, columns, turnA, turnB) << rows << depth << columns << turnA << turnB;
            }
        }
    }

    void productsOfPartsAreTheDefinition() {
        QFETCH(int, rows);
        QFETCH(int, depth);
        QFETCH(int, columns);
        QFETCH(bool, turnA);
        QFETCH(bool, turnB);
        const int aRows = turnA ? depth : rows, aColumns = turnA ? rows : depth;
        const int bRows = turnB ? columns : depth, bColumns = turnB ? depth : columns;
        const Tensor wholeA = randomTensor({aRows + 4, aColumns + 3}, 1);
        const Tensor wholeB = randomTensor({bRows + 4, bColumns + 3}, 2);
        ops::ConstMatrixView a = innerPart(wholeA, aRows, aColumns);
        ops::ConstMatrixView b = innerPart(wholeB, bRows, bColumns);
        a.transposed = turnA;
        b.transposed = turnB;
        auto expected = expectedProduct(a, b);
        const Tensor product = ops::product(a, b);
        QCOMPARE(product.shape, (Shape{rows, columns}));
        QCOMPARE(difference(product.values, expected, 1e-5), QString());
        Tensor out = product;
        ops::addProduct(-2.0F, a, b, ops::matrixOf(out));
        for (std::size_t k = 0; k < expected.size(); ++k) {
            QVERIFY(std::abs(out.values[k] + expected[k]) <= 3e-5);
        }
        ops::scaledProduct(3.0F, a, b, ops::matrixOf(out));
        for (double& v : expected) {
            v *= 3.0;
        }
        QCOMPARE(difference(out.values, expected, 3e-5), QString());
    }

    void whatLiesBetweenTheRowsOfTheResultStays() {
        const Tensor a = randomTensor({4, 6}, 1);
        const Tensor b = randomTensor({6, 5}, 2);
        Tensor whole({4, 9}, std::vector<float>(36, 7.0F));
        ops::product(ops::matrixOf(a), ops::matrixOf(b), ops::columnsOf(ops::matrixOf(whole), 2, 5));
        const Tensor dense = ops::product(ops::matrixOf(a), ops::matrixOf(b));
        for (int i = 0; i < 4; ++i) {
            for (int j = 0; j < 9; ++j) {
                const bool inside = j >= 2 && j < 7;
                QCOMPARE(whole.values[9 * i + j], inside ? dense.values[5 * i + j - 2] : 7.0F);
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestMatrixProduct)
#include "tst_matrix_product.moc"
