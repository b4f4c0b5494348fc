// Attention in tiles: rows, columns, the whole matrix and the output agree with the definition; a stop is obeyed.
// test: both-levels

#include <QRegularExpression>
#include <QTest>
#include <cmath>

#include "engine/attention/maps.h"
#include "tests/support/numbers.h"

using namespace fovea;
using namespace fovea::test;

namespace {

/// softmax(scale·QᵀK) in double, [heads×N×M].
std::vector<double> naiveMatrix(const FeatureMap& q, const FeatureMap& k, int heads, double scale) {
    const int depth = q.channels() / heads;
    std::vector<double> out;
    for (int h = 0; h < heads; ++h) {
        for (int n = 0; n < q.cells(); ++n) {
            std::vector<double> row(k.cells(), 0.0);
            double top = -1e300;
            for (int m = 0; m < k.cells(); ++m) {
                for (int d = h * depth; d < (h + 1) * depth; ++d) {
                    row[m] += scale * q.row(d)[n] * k.row(d)[m];
                }
                top = std::max(top, row[m]);
            }
            double sum = 0.0;
            for (double& v : row) {
                v = std::exp(v - top);
                sum += v;
            }
            for (const double v : row) {
                out.push_back(v / sum);
            }
        }
    }
    return out;
}

std::vector<double> naiveOutput(const std::vector<double>& matrix, const FeatureMap& v, int heads, int queries) {
    const int depth = v.channels() / heads;
    std::vector<double> out;
    for (int c = 0; c < v.channels(); ++c) {
        for (int n = 0; n < queries; ++n) {
            double sum = 0.0;
            for (int m = 0; m < v.cells(); ++m) {
                sum += matrix[(static_cast<std::size_t>(c / depth) * queries + n) * v.cells() + m] * v.row(c)[m];
            }
            out.push_back(sum);
        }
    }
    return out;
}

AttentionMap mapOf(const Attended& attended) {
    AttentionMap map;
    map.kind = PairwiseMap{.factors = attended.factors};
    map.name = "matrix";
    return map;
}

}  // namespace

class TestPairwise : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".?"))); }

    void agreesWithTheDefinition_data() {
        QTest::addColumn<int>("heads");
        QTest::addColumn<int>("depth");
        QTest::addColumn<int>("queryH");
        QTest::addColumn<int>("queryW");
        QTest::addColumn<int>("keyH");
        QTest::addColumn<int>("keyW");
        QTest::addColumn<double>("size");
        QTest::newRow("one cell") << 1 << 1 << 1 << 1 << 1 << 1 << 1.0;
        QTest::newRow("7x13, 3 heads") << 3 << 2 << 7 << 13 << 7 << 13 << 2.0;
        QTest::newRow("one row") << 2 << 4 << 1 << 9 << 1 << 9 << 2.0;
        QTest::newRow("one column") << 2 << 4 << 9 << 1 << 9 << 1 << 2.0;
        QTest::newRow("other keys") << 2 << 3 << 5 << 4 << 7 << 13 << 2.0;
        QTest::newRow("several tiles") << 2 << 5 << 24 << 37 << 24 << 37 << 2.0;
        QTest::newRow("flat") << 2 << 4 << 7 << 13 << 7 << 13 << 0.0;
        QTest::newRow("large logits") << 2 << 4 << 7 << 13 << 7 << 13 << 30.0;
    }

    void agreesWithTheDefinition() {
        QFETCH(int, heads);
        QFETCH(int, depth);
        QFETCH(int, queryH);
        QFETCH(int, queryW);
        QFETCH(int, keyH);
        QFETCH(int, keyW);
        QFETCH(double, size);
        const auto large = static_cast<float>(size);
        const FeatureMap q = randomMap(heads * depth, queryH, queryW, 1, large);
        const FeatureMap k = randomMap(heads * depth, keyH, keyW, 2, large);
        const FeatureMap v = randomMap(heads * 3, keyH, keyW, 3);
        // A logit of size L is rounded to L·2⁻²⁴ in float, and a weight changes by as much.
        const double tolerance = 2e-6 + size * size * 3e-6;
        const auto attended = attend(q, k, v, heads, 0.5F, {});
        QVERIFY(attended.has_value());
        const auto expected = naiveMatrix(q, k, heads, 0.5);
        const QString output = difference(valuesOf(attended->output), naiveOutput(expected, v, heads, q.cells()), tolerance);
        QVERIFY2(output.isEmpty(), qPrintable(output));
        const Tensor dense = attended->factors->dense();
        QCOMPARE(dense.shape, (Shape{heads, q.cells(), k.cells()}));
        const QString matrix = difference(dense.values, expected, tolerance);
        QVERIFY2(matrix.isEmpty(), qPrintable(matrix));

        for (int h = 0; h < heads; ++h) {
            for (const int n : {0, q.cells() / 2, q.cells() - 1}) {
                const auto row = attended->factors->row(h, n);
                double sum = 0.0;
                std::vector<double> wanted;
                for (int m = 0; m < k.cells(); ++m) {
                    sum += row[m];
                    wanted.push_back(expected[(static_cast<std::size_t>(h) * q.cells() + n) * k.cells() + m]);
                }
                QVERIFY(std::abs(sum - 1.0) < 1e-5);
                QVERIFY(maxDifference(row, wanted) <= tolerance);
            }
            for (const int m : {0, k.cells() - 1}) {
                std::vector<double> wanted;
                for (int n = 0; n < q.cells(); ++n) {
                    wanted.push_back(expected[(static_cast<std::size_t>(h) * q.cells() + n) * k.cells() + m]);
                }
                QVERIFY(maxDifference(attended->factors->column(h, m), wanted) <= tolerance);
            }
        }
    }

    void rowsAreReadTheSameWayHoweverTheyAreHeld() {
        const auto attended = attend(randomMap(6, 5, 4, 1), randomMap(6, 3, 7, 2), randomMap(6, 3, 7, 3), 3, 1.0F, {});
        const AttentionMap lazy = mapOf(*attended);
        AttentionMap stored = lazy;
        stored.data = attended->factors->dense();
        std::get<PairwiseMap>(stored.kind).factors.reset();
        QCOMPARE(headCount(lazy), 3);
        QCOMPARE(headCount(stored), 3);
        for (const bool to : {false, true}) {
            for (const int head : {-1, 0, 2, 99}) {
                for (const int position : {-5, 0, 11, 9999}) {
                    const auto a = pairwiseRow(lazy, head, position, to);
                    const auto b = pairwiseRow(stored, head, position, to);
                    QCOMPARE(a.size(), std::size_t{to ? 20U : 21U});
                    QVERIFY(maxDifference(a, b) < 1e-6);
                }
            }
        }
        QVERIFY(maxDifference(pairwiseRow(stored, 0, 9999, true), pairwiseRow(stored, 0, 20, true)) == 0.0);
        std::vector<double> mean(21, 0.0);
        for (int h = 0; h < 3; ++h) {
            const auto row = pairwiseRow(stored, h, 4, false);
            for (std::size_t m = 0; m < mean.size(); ++m) mean[m] += row[m] / 3.0;
        }
        QVERIFY(maxDifference(pairwiseRow(lazy, -1, 4, false), mean) < 1e-6);
    }

    void maximumAndMinimumOverHeadsAreTheEndsOfEachWeight() {
        const auto attended = attend(randomMap(6, 5, 4, 1), randomMap(6, 3, 7, 2), randomMap(6, 3, 7, 3), 3, 1.0F, {});
        const AttentionMap lazy = mapOf(*attended);
        AttentionMap stored = lazy;
        stored.data = attended->factors->dense();
        std::get<PairwiseMap>(stored.kind).factors.reset();
        const auto matrix = naiveMatrix(randomMap(6, 5, 4, 1), randomMap(6, 3, 7, 2), 3, 1.0);
        for (const bool to : {false, true}) {
            for (const int position : {0, 4, 11, 9999}) {
                const int clamped = std::min(position, to ? 20 : 19);
                std::vector<double> most(to ? 20 : 21, 0.0);
                std::vector<double> least(most.size(), 2.0);
                for (int h = 0; h < 3; ++h) {
                    for (int n = 0; n < static_cast<int>(most.size()); ++n) {
                        const int query = to ? n : clamped;
                        const int key = to ? clamped : n;
                        const double weight = matrix[static_cast<std::size_t>((h * 20 + query) * 21 + key)];
                        most[static_cast<std::size_t>(n)] = std::max(most[static_cast<std::size_t>(n)], weight);
                        least[static_cast<std::size_t>(n)] = std::min(least[static_cast<std::size_t>(n)], weight);
                    }
                }
                for (const AttentionMap& map : {lazy, stored}) {
                    QVERIFY(maxDifference(pairwiseRow(map, kMaxOverHeads, position, to), most) < 1e-5);
                    QVERIFY(maxDifference(pairwiseRow(map, kMinOverHeads, position, to), least) < 1e-5);
                }
                QVERIFY(most != least);
            }
        }
        QVERIFY(maxDifference(pairwiseRow(stored, -4, 4, false), pairwiseRow(stored, kMeanOverHeads, 4, false)) ==
                0.0);  // clamped to the mean
    }

    void groupsAttendWithinThemselves_data() {
        QTest::addColumn<int>("groups");
        QTest::addColumn<int>("queries");
        QTest::addColumn<int>("keys");
        QTest::newRow("many small") << 35 << 3 << 3;
        QTest::newRow("few large") << 3 << 77 << 20;
    }

    void groupsAttendWithinThemselves() {
        QFETCH(int, groups);
        QFETCH(int, queries);
        QFETCH(int, keys);
        const FeatureMap q = randomMap(6, groups, queries, 1, 2.0F);
        const FeatureMap k = randomMap(6, groups, keys, 2, 2.0F);
        const FeatureMap v = randomMap(4, groups, keys, 3);
        const auto attended = attend(q, k, v, 2, 0.5F, {}, groups);
        QVERIFY(attended.has_value());
        AttentionMap map = mapOf(*attended);
        std::get<PairwiseMap>(map.kind).groups = {.frames = 1, .height = groups, .width = 1};
        const auto dense = denseTensor(map);
        QVERIFY(dense.ok());
        QCOMPARE(dense->shape, (Shape{groups, 2, queries, keys}));
        AttentionMap stored = map;
        stored.data = *dense;
        std::get<PairwiseMap>(stored.kind).factors.reset();
        const auto cut = [](const FeatureMap& x, int group) {
            FeatureMap y(x.channels(), 1, x.width());
            for (int c = 0; c < x.channels(); ++c) std::copy_n(x.row(c) + group * x.width(), x.width(), y.row(c));
            return y;
        };
        for (int g = 0; g < groups; ++g) {
            const auto alone = attend(cut(q, g), cut(k, g), cut(v, g), 2, 0.5F, {});
            QVERIFY(maxDifference(valuesOf(cut(attended->output, g)), valuesOf(alone->output)) < 1e-5);
            for (const int head : {-1, 1}) {
                const AttentionMap own = mapOf(*alone);
                QVERIFY(maxDifference(pairwiseRow(map, head, 2, false, g), pairwiseRow(own, head, 2, false)) < 1e-6);
                QVERIFY(maxDifference(pairwiseRow(map, head, 2, true, g), pairwiseRow(own, head, 2, true)) < 1e-5);
                QVERIFY(maxDifference(pairwiseRow(stored, head, 2, true, g), pairwiseRow(own, head, 2, true)) < 1e-5);
            }
        }
        for (const bool to : {false, true}) {
            std::vector<float> all;
            for (int g = 0; g < groups; ++g) {
                const auto one = pairwiseRow(map, -1, 1, to, g);
                all.insert(all.end(), one.begin(), one.end());
            }
            QVERIFY(maxDifference(pairwiseRows(map, -1, 1, to), all) < 1e-6);
            QVERIFY(maxDifference(pairwiseRows(stored, -1, 1, to), all) < 1e-6);
        }
        QVERIFY(!denseTensor(map, dense->size() * sizeof(float) - 1).ok());
    }

    void otherKindsHaveNoRows() {
        AttentionMap map;
        map.kind = ChannelMap{};
        map.data = randomTensor({8}, 1);
        QCOMPARE(headCount(map), 0);
        QVERIFY(pairwiseRow(map, 0, 0, false).empty());
        const auto dense = denseTensor(map);
        QVERIFY(dense.ok());
        QCOMPARE(dense->values, map.data.values);
        QCOMPARE(mapKindName({.kind = PairwiseMap{}}), "pairwise");
        QCOMPARE(mapRoleName(MapRole::Saliency), "saliency");
    }

    void aMatrixOverTheBoundIsAnError() {
        const auto attended = attend(randomMap(2, 7, 13, 1), randomMap(2, 7, 13, 2), randomMap(2, 7, 13, 3), 2, 1.0F, {});
        const AttentionMap map = mapOf(*attended);
        const std::size_t bytes = 2 * 91 * 91 * sizeof(float);
        QVERIFY(denseTensor(map, bytes).ok());
        const auto refused = denseTensor(map, bytes - 1);
        QVERIFY(!refused.ok());
        QCOMPARE(refused.error().code, ErrorCode::TooLarge);
        QVERIFY(refused.error().message().find("2×91×91") != std::string::npos);
    }

    void endsAreThoseOfTheMatrix() {
        for (const int groups : {1, 3}) {
            const auto attended = attend(randomMap(6, groups, 45, 1, 2.0F), randomMap(6, groups, 70, 2, 2.0F),
                                         randomMap(4, groups, 70, 3), 2, 0.5F, {}, groups);
            const Tensor dense = attended->factors->dense();
            const auto [low, high] = std::minmax_element(dense.values.begin(), dense.values.end());
            const auto ends = mapEnds(mapOf(*attended));
            QVERIFY(ends.has_value());
            QCOMPARE(ends->first, *low);
            QCOMPARE(ends->second, *high);
        }
        const auto linear = attendLinear(randomMap(2, 7, 13, 1), randomMap(2, 7, 13, 2), randomMap(2, 7, 13, 3), 0.1F);
        const Tensor dense = linear.factors->dense();
        const auto [low, high] = std::minmax_element(dense.values.begin(), dense.values.end());
        QVERIFY(*low < 0.0F);
        QCOMPARE(linear.factors->ends(), std::pair(*low, *high));
        AttentionMap stored;
        stored.kind = SpatialMap{};
        QVERIFY(!mapEnds(stored));
        stored.data = Tensor({3}, {2.0F, -1.0F, 0.5F});
        QCOMPARE(*mapEnds(stored), std::pair(-1.0F, 2.0F));
        QCOMPARE(mapShape(stored), (Shape{3}));
        QCOMPARE(mapShape(mapOf(*attend(randomMap(2, 7, 13, 1), randomMap(2, 7, 13, 2), randomMap(2, 7, 13, 3), 2, 1.0F, {}))),
                 (Shape{2, 91, 91}));
    }

    void aMatrixWithoutQueriesOrKeysHasNoEnds() {
        for (const bool hasKeys : {true, false}) {
            auto factors = std::make_shared<PairwiseFactors>();
            (hasKeys ? factors->keys : factors->queries) = randomMap(1, 1, 5, 1);
            AttentionMap map;
            map.kind = PairwiseMap{.factors = factors};
            QVERIFY(!mapEnds(map));
            const auto dense = denseTensor(map);
            QVERIFY(dense.ok());
            QVERIFY(dense->empty());
            QCOMPARE(dense->shape, hasKeys ? (Shape{1, 0, 5}) : (Shape{1, 5, 0}));
        }
    }

    void aStopIsObeyed() {
        std::stop_source source;
        source.request_stop();
        QVERIFY(!attend(randomMap(2, 7, 13, 1), randomMap(2, 7, 13, 2), randomMap(2, 7, 13, 3), 1, 1.0F, source.get_token()));
    }

    void aMatrixOverTheBoundIsStillAttendedTo() {
        // 4800 × 4800 weights take 92 MB.
        const auto attended = attend(randomMap(1, 60, 80, 1), randomMap(1, 60, 80, 2), randomMap(1, 60, 80, 3), 1, 1.0F, {});
        QVERIFY(attended.has_value());
        QVERIFY(!denseTensor(mapOf(*attended), std::size_t{64} << 20).ok());
        const auto row = attended->factors->row(0, 4321);
        double output = 0.0;
        const FeatureMap v = randomMap(1, 60, 80, 3);
        for (std::size_t m = 0; m < row.size(); ++m) output += static_cast<double>(row[m]) * v.data()[m];
        QVERIFY(std::abs(output - attended->output.data()[4321]) < 1e-5);
    }
};

QTEST_GUILESS_MAIN(TestPairwise)
#include "tst_pairwise.moc"
