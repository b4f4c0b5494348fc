// Weights: the same seed gives the same numbers everywhere; what does not fit is one clear sentence.
// test: both-levels

#include <QFile>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <cmath>

#include "engine/attention/registry.h"
#include "engine/tensor/safetensors.h"
#include "tests/support/numbers.h"

using namespace fovea;
using namespace fovea::test;

namespace {

const std::vector<WeightSpec> kSpecs{
    {"fc.weight", {3, 16}, WeightInit::FanIn, 16}, {"bn.running_var", {3}, WeightInit::One}, {"bn.bias", {3}, WeightInit::Zero}};

std::map<std::string, Tensor> fitting() { return randomWeights(kSpecs, 1).tensors; }

QString errorOf(std::map<std::string, Tensor> tensors, const std::vector<WeightSpec>& specs = kSpecs) {
    const auto checked = checkedWeights(specs, std::move(tensors), {ProvenanceKind::File, "w.safetensors", 0});
    return checked ? QString() : QString::fromStdString(checked.error().message());
}

}  // namespace

class TestWeights : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".?"))); }

    void theSameSeedGivesTheSameNumbersEverywhere() {
        const auto weights = randomWeights(kSpecs, 1);
        // From an independent computation: any machine and either level of the library must give these.
        const auto& values = weights.tensors.at("fc.weight").values;
        const std::vector<float> first(values.begin(), values.begin() + 4);
        const std::vector<float> expected{-0.0543040633F, -0.198324472F, 0.214751989F, 0.180417866F};
        QVERIFY2(first == expected, qPrintable(QStringLiteral("%1 %2 %3 %4")
                                                   .arg(first[0], 0, 'g', 9)
                                                   .arg(first[1], 0, 'g', 9)
                                                   .arg(first[2], 0, 'g', 9)
                                                   .arg(first[3], 0, 'g', 9)));
        QCOMPARE(weights.provenance, (Provenance{ProvenanceKind::Random, "", 1}));
        QVERIFY(randomWeights(kSpecs, 1).tensors.at("fc.weight").values == values);
        QVERIFY(randomWeights(kSpecs, 2).tensors.at("fc.weight").values != values);
    }

    void eachTensorHasItsOwnStream() {
        auto specs = kSpecs;
        specs.insert(specs.begin(), {"new.weight", {3, 16}, WeightInit::FanIn, 16});
        const auto more = randomWeights(specs, 1);
        QVERIFY(more.tensors.at("fc.weight").values == fitting().at("fc.weight").values);
        QVERIFY(more.tensors.at("new.weight").values != more.tensors.at("fc.weight").values);
    }

    void theDrawIsUniformWithinItsBound() {
        const auto weights = randomWeights({{"w", {200, 100}, WeightInit::FanIn, 25}}, 7);
        const auto& values = weights.tensors.at("w").values;
        const auto [low, high] = std::minmax_element(values.begin(), values.end());
        QVERIFY(*low >= -0.2F && *low < -0.199F && *high <= 0.2F && *high > 0.199F);
        double mean = 0.0;
        double square = 0.0;
        for (const float v : values) {
            mean += v / 20000.0;
            square += static_cast<double>(v) * v / 20000.0;
        }
        QVERIFY(std::abs(mean) < 0.004);
        QVERIFY(std::abs(square - 0.04 / 3.0) < 0.0004);
        const auto tensors = fitting();
        for (const float v : tensors.at("bn.running_var").values) QCOMPARE(v, 1.0F);
        for (const float v : tensors.at("bn.bias").values) QCOMPARE(v, 0.0F);
    }

    void provenanceInWords() {
        QCOMPARE(provenanceText({}), std::string("parameter-free"));
        QCOMPARE(provenanceText({ProvenanceKind::File, "x.safetensors", 0}), std::string("file (x.safetensors)"));
        QCOMPARE(provenanceText({ProvenanceKind::Random, "", 1}), std::string("random (seed 1)"));
        QCOMPARE(provenanceText({ProvenanceKind::Trained, "name", 0}), std::string("trained (name)"));
        QCOMPARE(randomWeights({}, 5).provenance, Provenance{});
    }

    void fittingTensorsPass() {
        auto tensors = fitting();
        tensors["bn.num_batches_tracked"] = Tensor(Shape{}, {12.0F});
        const auto checked = checkedWeights(kSpecs, tensors, {ProvenanceKind::File, "w.safetensors", 0});
        QVERIFY(checked.ok());
        QCOMPARE(checked->tensors.size(), std::size_t{3});
        QCOMPARE(checked->provenance.source, std::string("w.safetensors"));
        QVERIFY(checkedWeights({}, {}, {ProvenanceKind::File, "w", 0})->provenance == Provenance{});
    }

    void whatDoesNotFitIsOneSentence() {
        auto tensors = fitting();
        tensors.erase("bn.bias");
        QCOMPARE(errorOf(tensors),
                 QStringLiteral("The weights lack the tensor “bn.bias” (3); save the module's whole state_dict."));
        tensors = fitting();
        tensors["fc.weight"] = randomTensor({16, 3}, 1);
        QVERIFY(errorOf(tensors).contains(QStringLiteral("“fc.weight” has the shape 16×3 where 3×16 is needed")));
        for (const float wrong : {NAN, INFINITY}) {
            tensors = fitting();
            tensors["fc.weight"].values[7] = wrong;
            QVERIFY(errorOf(tensors).contains(QStringLiteral("“fc.weight” contains values which are not finite")));
        }
        tensors = fitting();
        tensors["other.weight"] = randomTensor({1}, 1);
        QVERIFY(errorOf(tensors).contains(QStringLiteral("“other.weight”")));
        QVERIFY(errorOf({{"w", randomTensor({1}, 1)}}, {}).contains(QStringLiteral("has no weights")));
    }

    void filesAreReadAndNamed() {
        const QTemporaryDir folder;
        const std::string path = folder.filePath(QStringLiteral("mine.safetensors")).toStdString();
        QVERIFY(!loadWeights(kSpecs, path).ok());
        QFile file(QString::fromStdString(path));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QByteArray::fromStdString(safetensorsBytes({fitting(), {}})));
        file.close();
        const auto loaded = loadWeights(kSpecs, path);
        QVERIFY2(loaded.ok(), loaded ? "" : loaded.error().message().c_str());
        QCOMPARE(loaded->provenance, (Provenance{ProvenanceKind::File, "mine.safetensors", 0}));
        QVERIFY(loaded->tensors.at("fc.weight").values == fitting().at("fc.weight").values);
    }

    void basesAreAboutOneLong() {
        for (const auto init : {WeightInit::Unit, WeightInit::Positive}) {
            const auto tensors = randomWeights({{"bases", {300, 20}, init, 300}}, 3).tensors;
            const auto& values = tensors.at("bases").values;
            for (std::size_t k = 0; k < 20; ++k) {
                double squares = 0.0;
                for (std::size_t n = k; n < values.size(); n += 20) squares += values[n] * values[n];
                QVERIFY(std::abs(std::sqrt(squares) - 1.0) < 0.2);
            }
            const auto negative = std::count_if(values.begin(), values.end(), [](float v) { return v < 0.0F; });
            QVERIFY(init == WeightInit::Positive ? negative == 0 : std::abs(negative - 3000) < 200);
        }
    }

    void everyMechanismRunsOnRandomWeights_data() {
        QTest::addColumn<QString>("id");
        for (const auto* info : modules()) {
            QTest::newRow(info->id.c_str()) << QString::fromStdString(info->id);
        }
    }

    void everyMechanismRunsOnRandomWeights() {
        QFETCH(QString, id);
        const ModuleInfo& info = *findModule(id.toStdString());
        InputShape shape{64, 7, 13, 1, {}};
        if (info.needs.gate) {
            shape.extras["gate"] = {64, 4, 7};
        }
        const ParamSet params(info.params);
        const auto specs = weightSpecs(info, shape, params);
        const auto weights = randomWeights(specs, 1);
        QCOMPARE(weights.provenance.kind, specs.empty() ? ProvenanceKind::ParameterFree : ProvenanceKind::Random);
        QVERIFY(checkedWeights(specs, weights.tensors, weights.provenance).ok());
        const auto module = createModule(info, shape, params, weights);
        QVERIFY2(module.ok(), module ? "" : module.error().message().c_str());
    }
};

QTEST_GUILESS_MAIN(TestWeights)
#include "tst_weights.moc"
