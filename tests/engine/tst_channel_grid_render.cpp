// Numbers, order and pixels of the grid of channels, each computed a second time here.

#include "engine/render/channel_grid.h"

#include <QRegularExpression>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/render/render.h"
#include "tests/support/made_result.h"
#include "tests/support/numbers.h"
#include "tests/support/render_fixtures.h"

using namespace fovea;
using namespace fovea::test;

namespace {

constexpr int kChannels = 6;
constexpr int kHeight = 3;
constexpr int kWidth = 4;
constexpr int kCells = kHeight * kWidth;

const ModuleInfo& info() {
    static const ModuleInfo kInfo = [] {
        ModuleInfo made;
        made.id = "module";
        made.title = "Module";
        return made;
    }();
    return kInfo;
}

FieldSpec spec() {
    FieldSpec out;
    out.job.source = "module";
    return out;
}

AttentionMap spatialMap() {
    AttentionMap map;
    map.name = "spatial";
    map.title = "Spatial gate";
    map.data = randomTensor({kHeight, kWidth}, 21);
    map.kind = SpatialMap{kHeight, kWidth};
    return map;
}

AttentionMap channelGate() {
    AttentionMap map;
    map.name = "channel";
    map.title = "Channel gate";
    map.kind = ChannelMap{};
    map.data = Tensor({kChannels}, {0.25F, 2.0F, 0.0F, 1.0F, 0.5F, 0.75F});
    return map;
}

/// Features of random numbers and a module which gave `output` for them.
std::shared_ptr<FrameResult> resultOf(AttentionOutput output, const Intervention& intervention = {}) {
    auto features = std::make_shared<Features>();
    features->map = FeatureMap(kChannels, kHeight, kWidth);
    const Tensor x = randomTensor({kChannels, kHeight, kWidth}, 4);
    for (int c = 0; c < kChannels; ++c) {
        std::copy_n(x.values.begin() + c * kCells, kCells, features->map.row(c));
    }
    auto module = jobOf(info());
    module->intervention = intervention;
    module->output = std::move(output);
    return std::make_shared<FrameResult>(madeResult(testFrame(12, 16), features, {module}));
}

std::shared_ptr<FrameResult> gated(const Intervention& intervention = {}) {
    AttentionOutput output;
    output.maps = {spatialMap(), channelGate()};
    return resultOf(std::move(output), intervention);
}

float valueOf(const FrameResult& result, int channel, int cell) { return result.models.front().features->map.row(channel)[cell]; }

double pearson(const std::vector<double>& a, const std::vector<double>& b) {
    const double n = static_cast<double>(a.size());
    const double ma = std::accumulate(a.begin(), a.end(), 0.0) / n;
    const double mb = std::accumulate(b.begin(), b.end(), 0.0) / n;
    double ab = 0.0, aa = 0.0, bb = 0.0;
    for (std::size_t k = 0; k < a.size(); ++k) {
        ab += (a[k] - ma) * (b[k] - mb);
        aa += (a[k] - ma) * (a[k] - ma);
        bb += (b[k] - mb) * (b[k] - mb);
    }
    return ab / std::sqrt(aa) / std::sqrt(bb);
}

ChannelGridRequest requestOf(const std::shared_ptr<FrameResult>& result) {
    ChannelGridRequest out;
    out.result = result;
    out.field = spec();
    out.sort = GridSort::Index;
    out.columns = 3;
    out.rows = 2;
    out.tileWidth = kWidth * 5;
    out.tileHeight = kHeight * 5;
    out.style.smooth = false;
    out.background = 0xFF102030;
    return out;
}

RenderedChannelGrid rendered(const ChannelGridRequest& request) { return render(request); }

}  // namespace

class TestChannelGridRender : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".?"))); }

    void numbersOfAGate() {
        const auto result = gated();
        const auto numbers = gridNumbers(*result, spec(), GridSubject::Channels);
        QVERIFY(numbers.ok());
        QVERIFY((*numbers)->gated);
        const auto gate = channelGate().data.values;
        const auto map = spatialMap().data.values;
        for (int c = 0; c < kChannels; ++c) {
            const auto k = static_cast<std::size_t>(c);
            QCOMPARE((*numbers)->weight[k], gate[k]);
            double change = 0.0;
            std::vector<double> own;
            for (int cell = 0; cell < kCells; ++cell) {
                own.push_back(valueOf(*result, c, cell));
                change += std::abs((gate[k] - 1.0) * own.back()) / kCells;
            }
            QVERIFY(std::abs((*numbers)->change[k] - change) < 1e-6);
            QVERIFY(std::abs((*numbers)->likeness[k] - pearson(own, std::vector<double>(map.begin(), map.end()))) < 1e-6);
        }
    }

    // Without a gate the weight is by how much the mean magnitude grew.
    void numbersOfAnOutput() {
        AttentionOutput output;
        output.maps = {spatialMap()};
        FeatureMap after(kChannels, kHeight, kWidth);
        const Tensor y = randomTensor({kChannels, kHeight, kWidth}, 9);
        for (int c = 0; c < kChannels; ++c) {
            std::copy_n(y.values.begin() + c * kCells, kCells, after.row(c));
        }
        output.frames.push_back(std::move(after));
        const auto result = resultOf(std::move(output));
        const auto numbers = gridNumbers(*result, spec(), GridSubject::Channels);
        QVERIFY(numbers.ok());
        QVERIFY(!(*numbers)->gated);
        for (int c = 0; c < kChannels; ++c) {
            double came = 0.0, went = 0.0, change = 0.0;
            for (int cell = 0; cell < kCells; ++cell) {
                const double b = valueOf(*result, c, cell);
                const double a = y.values.data()[c * kCells + cell];
                came += std::abs(b);
                went += std::abs(a);
                change += std::abs(a - b) / kCells;
            }
            QVERIFY(std::abs((*numbers)->weight[static_cast<std::size_t>(c)] - went / came) < 1e-5);
            QVERIFY(std::abs((*numbers)->change[static_cast<std::size_t>(c)] - change) < 1e-6);
        }
    }

    void aModuleWithoutAfterSaysSo() {
        AttentionOutput output;
        output.maps = {spatialMap()};
        output.frames.emplace_back(kChannels, 1, 1);
        const auto result = resultOf(std::move(output));
        auto request = requestOf(result);
        const auto before = rendered(request);
        QVERIFY(before.pixels != nullptr);
        QVERIFY(std::isnan(before.numbers->weight[0]) && std::isnan(before.numbers->change[0]));
        request.mode = GridMode::Changed;
        const auto changed = rendered(request);
        QVERIFY(changed.pixels == nullptr && changed.error.has_value());
        request.subject = GridSubject::Heads;
        QVERIFY(rendered(request).error.has_value());
    }

    void anInterventionIsInTheAfter() {
        Intervention muted;
        muted.channels = {1.0F, 0.0F, 1.0F, 0.5F};
        const auto result = gated(muted);
        const auto numbers = gridNumbers(*result, spec(), GridSubject::Channels);
        QVERIFY(numbers.ok());
        for (const auto& [channel, factor] : {std::pair{1, 2.0 * 0.0}, std::pair{3, 1.0 * 0.5}, std::pair{5, 0.75}}) {
            double change = 0.0;
            for (int cell = 0; cell < kCells; ++cell) {
                change += std::abs((factor - 1.0) * valueOf(*result, channel, cell)) / kCells;
            }
            QVERIFY(std::abs((*numbers)->change[static_cast<std::size_t>(channel)] - change) < 1e-6);
        }
    }

    void ordersByEachKey() {
        GridNumbers numbers;
        const float none = std::numeric_limits<float>::quiet_NaN();
        numbers.weight = {0.5F, none, 0.75F, 0.5F};
        numbers.change = {4, 3, 2, 1};
        numbers.likeness = {-1.0F, 0.0F, 0.5F, 0.25F};
        using Order = std::vector<int>;
        QVERIFY((gridOrder(numbers, GridSort::Weight, {}, {}) == Order{2, 0, 3, 1}));
        QVERIFY((gridOrder(numbers, GridSort::Index, {}, {}) == Order{0, 1, 2, 3}));
        QVERIFY((gridOrder(numbers, GridSort::Change, {}, {}) == Order{0, 1, 2, 3}));
        QVERIFY((gridOrder(numbers, GridSort::Likeness, {}, {}) == Order{2, 3, 1, 0}));
        QVERIFY((gridOrder(numbers, GridSort::Weight, {1, 3, 99, 1}, {}) == Order{1, 3, 2, 0}));
        QVERIFY((gridOrder(numbers, GridSort::Weight, {1, 3}, Order{0, 2, 3, -4, 17}) == Order{3, 2, 0}));
        QVERIFY(gridOrder(numbers, GridSort::Weight, {}, Order{}).empty());
    }

    // Each tile of 5×5 pixels a cell holds the colours of its channel's values on the scale of all.
    void pixelsAreColoursOfTheValues() {
        const auto result = gated();
        for (const auto mode : {GridMode::Before, GridMode::After, GridMode::Changed}) {
            auto request = requestOf(result);
            request.mode = mode;
            const auto grid = rendered(request);
            QVERIFY(grid.pixels != nullptr);
            QCOMPARE(grid.pixels->rows, 2 * kHeight * 5);
            QCOMPARE(grid.pixels->cols, 3 * kWidth * 5);
            const auto gate = channelGate().data.values;
            const auto shown = [&](int c, int cell) {
                const float x = valueOf(*result, c, cell);
                const float w = gate[static_cast<std::size_t>(c)];
                return mode == GridMode::Before ? x : mode == GridMode::After ? w * x : w * x - x;
            };
            float largest = 0.0F;
            for (int c = 0; c < kChannels; ++c) {
                for (int cell = 0; cell < kCells; ++cell) {
                    largest = std::max(largest, std::abs(shown(c, cell)));
                }
            }
            QVERIFY(grid.diverging);  // the numbers lie on both sides of 0
            QCOMPARE(grid.range.hi, largest);
            QCOMPARE(grid.range.lo, -largest);
            const ColorTable& table = findColormap("blue-red")->table;
            for (int c = 0; c < kChannels; ++c) {
                for (int cell = 0; cell < kCells; ++cell) {
                    const int u = c % 3 * kWidth * 5 + cell % kWidth * 5 + 2;
                    const int v = c / 3 * kHeight * 5 + cell / kWidth * 5 + 2;
                    QCOMPARE(at(*grid.pixels, u, v), table[static_cast<std::size_t>(colorIndex(shown(c, cell), grid.range))]);
                }
            }
        }
    }

    void onlyTheRowsAskedForAndBackgroundBeyondTheLast() {
        const auto result = gated();
        auto request = requestOf(result);
        const auto all = rendered(request);
        request.firstRow = 1;
        request.columns = 4;
        request.rows = 1;
        request.known = all.numbers;
        const auto grid = rendered(request);
        QVERIFY(grid.numbers == all.numbers);  // taken over, not computed again
        QCOMPARE(grid.pixels->rows, kHeight * 5);
        QCOMPARE(grid.pixels->cols, 4 * kWidth * 5);
        QCOMPARE(at(*grid.pixels, 2, 2), at(*all.pixels, kWidth * 5 + 2, kHeight * 5 + 2));  // channel 4
        QCOMPARE(at(*grid.pixels, 2 * kWidth * 5 + 2, 2), 0xFF102030U);
    }

    void anOrderIsKeptWhileItHoldsTheSame() {
        const auto result = gated();
        auto request = requestOf(result);
        request.sort = GridSort::Weight;
        QVERIFY((rendered(request).order == std::vector<int>{1, 3, 5, 4, 0, 2}));
        request.order = {5, 4, 3, 2, 1, 0};
        QVERIFY(rendered(request).order == request.order);
        request.order = {5, 4, 3};
        QVERIFY((rendered(request).order == std::vector<int>{1, 3, 5, 4, 0, 2}));
    }

    void itCanBeStopped() {
        std::stop_source stop;
        stop.request_stop();
        const auto grid = render(requestOf(gated()), stop.get_token());
        QVERIFY(grid.pixels == nullptr && !grid.error);
    }
};

QTEST_MAIN(TestChannelGridRender)
#include "tst_channel_grid_render.moc"
