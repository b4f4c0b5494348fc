// What holds for every registered mechanism, whatever its equations: odd shapes, extreme values, repetition, what roles promise.
// test: both-levels

#include <QTest>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "engine/attention/registry.h"
#include "engine/kernels/ops.h"
#include "tests/support/numbers.h"

using namespace fovea;
using namespace fovea::test;

namespace {

enum class Values { Random, Constant, Large };

struct Grid {
    int channels;
    int height;
    int width;
};

/// Everything one run reads, kept alive.
struct Setup {
    std::vector<FeatureMap> frames;
    std::map<std::string, Tensor> extras;
    ParamSet params;
    InputShape shape;

    Setup(const ModuleInfo& info, Grid grid, Values values) : params(info.params) {
        const int count = info.needs.clip ? 4 : 1;
        for (int t = 0; t < count; ++t) {
            FeatureMap map = randomMap(grid.channels, grid.height, grid.width, 11 + static_cast<std::uint64_t>(t));
            for (std::size_t k = 0; k < map.size(); ++k) {
                map.data()[k] = values == Values::Constant ? 0.5F
                                : values == Values::Large  ? 50.0F * map.data()[k]
                                                           : map.data()[k];
            }
            frames.push_back(std::move(map));
        }
        if (info.needs.gate) {
            extras["gate"] = ops::toTensor(ops::adaptiveMeanPool(frames.front(), (grid.height + 1) / 2, (grid.width + 1) / 2));
        }
        if (info.needs.hidden) {
            extras["hidden"] = ops::toTensor(ops::globalMean(frames.front()));
        }
        shape = {grid.channels, grid.height, grid.width, count, {}};
        for (const auto& [name, tensor] : extras) {
            shape.extras[name] = tensor.shape;
        }
    }

    [[nodiscard]] Result<AttentionOutput> run(const ModuleInfo& info) const {
        if (auto fits = info.check != nullptr ? info.check(shape, params) : Result<void>(); !fits) {
            return fits.error();
        }
        auto module = createModule(info, shape, params, randomWeights(weightSpecs(info, shape, params), 5));
        if (!module) {
            return module.error();
        }
        ModuleInput input;
        for (const auto& frame : frames) {
            input.frames.push_back(&frame);
        }
        for (const auto& [name, tensor] : extras) {
            input.extras[name] = &tensor;
        }
        Steps steps;
        return runModule(info, **module, input, steps);
    }
};

bool sameBits(const std::vector<float>& a, const std::vector<float>& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

/// Whether the sums along the axis of `extent` values, `stride` apart, are all 1.
bool sumsToOne(const Tensor& data, std::size_t extent, std::size_t stride) {
    const std::size_t block = extent * stride;
    for (std::size_t first = 0; first < data.size(); first += block) {
        for (std::size_t k = 0; k < stride; ++k) {
            double sum = 0.0;
            for (std::size_t n = 0; n < extent; ++n) {
                sum += data.values[first + n * stride + k];
            }
            if (std::abs(sum - 1.0) > 1e-5) {
                return false;
            }
        }
    }
    return true;
}

/// A distribution sums to 1 along one of its axes, or over all positions at once.
bool isDistribution(const Tensor& data) {
    if (std::any_of(data.values.begin(), data.values.end(), [](float v) { return v < 0.0F; })) {
        return false;
    }
    std::size_t stride = 1;
    std::size_t trailing = 1;
    for (std::size_t axis = data.shape.size(); axis-- > 0;) {
        const auto extent = static_cast<std::size_t>(data.shape[axis]);
        trailing *= extent;
        if (sumsToOne(data, extent, stride) || sumsToOne(data, trailing, 1)) {
            return true;
        }
        stride *= extent;
    }
    return false;
}

void addModules() {
    QTest::addColumn<QString>("id");
    for (const auto* info : modules()) {
        QTest::newRow(info->id.c_str()) << QString::fromStdString(info->id);
    }
}

const ModuleInfo& moduleOf(const QString& id) { return *findModule(id.toStdString()); }

}  // namespace

class TestModuleProperties final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".?"))); }

    void oddInputsAreComputedOrRefused_data() { addModules(); }

    void oddInputsAreComputedOrRefused() {
        QFETCH(QString, id);
        const ModuleInfo& info = moduleOf(id);
        for (const Grid grid :
             {Grid{1, 7, 13}, {16, 1, 1}, {16, 1, 9}, {16, 9, 1}, {16, 7, 13}, {3, 2, 2}, {1, 1, 1}, {64, 5, 8}}) {
            for (const Values values : {Values::Random, Values::Constant, Values::Large}) {
                const auto output = Setup(info, grid, values).run(info);
                if (output) {
                    continue;  // runModule() has refused everything which is not finite
                }
                const QString said = QString::fromStdString(output.error().message());
                QVERIFY2(
                    output.error().code != ErrorCode::BadValue || values == Values::Constant || grid.height * grid.width == 1,
                    qPrintable(said));
                QVERIFY2(said.endsWith(u'.') && said.size() > 20 && !said.contains(u'%'), qPrintable(said));
            }
        }
    }

    void theUsualInputIsNeverRefused_data() { addModules(); }

    void theUsualInputIsNeverRefused() {
        QFETCH(QString, id);
        const ModuleInfo& info = moduleOf(id);
        for (const Values values : {Values::Random, Values::Large}) {
            const auto output = Setup(info, {64, 12, 16}, values).run(info);
            QVERIFY2(output.ok(), output ? "" : output.error().message().c_str());
        }
    }

    void theSameInputGivesTheSameBits_data() { addModules(); }

    void theSameInputGivesTheSameBits() {
        QFETCH(QString, id);
        const ModuleInfo& info = moduleOf(id);
        const Setup setup(info, {16, 7, 13}, Values::Random);
        const auto first = setup.run(info);
        const auto second = setup.run(info);
        QVERIFY(first.ok() && second.ok());
        QCOMPARE(first->maps.size(), second->maps.size());
        for (std::size_t k = 0; k < first->maps.size(); ++k) {
            QVERIFY(sameBits(denseTensor(first->maps[k])->values, denseTensor(second->maps[k])->values));
        }
        const auto& a = first->frames.front();
        const auto& b = second->frames.front();
        QVERIFY(a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0);
    }

    void mapsAreWhatTheirRoleSays_data() { addModules(); }

    void mapsAreWhatTheirRoleSays() {
        QFETCH(QString, id);
        const ModuleInfo& info = moduleOf(id);
        const auto output = Setup(info, {16, 7, 13}, Values::Random).run(info);
        QVERIFY(output.ok());
        for (const auto& map : output->maps) {
            const auto dense = denseTensor(map);
            QVERIFY(dense.ok());
            const auto& values = dense->values;
            if (map.role == MapRole::Distribution && asKind<RegionMap>(map) == nullptr) {
                QVERIFY2(isDistribution(*dense), map.name.c_str());
            } else if (map.role == MapRole::Mask) {
                QVERIFY2(std::all_of(values.begin(), values.end(), [](float v) { return v == 0.0F || v == 1.0F; }),
                         map.name.c_str());
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestModuleProperties)
#include "tst_module_properties.moc"
