// Every registered mechanism gives the numbers of its reference implementation.
// test: both-levels

#include <QFileInfo>
#include <QTest>

#include "engine/attention/registry.h"
#include "engine/pipeline/case.h"
#include "tests/support/golden_case.h"
#include "tests/support/numbers.h"

using namespace fovea;
using namespace fovea::test;

namespace {

/// Masks and boxes of whole cells are indices in disguise and must be right to the last bit.
bool exact(const std::string& id, const std::string& name) {
    return (id == "hard_topk" && name == "attn.spatial") ||
           ((id == "ram_glimpse" || id == "st_gumbel") && (name == "attn.spatial" || name == "attn.box"));
}

/// Whether a map says of each cell yes or no.
bool isMask(const AttentionMap& map) { return map.role == MapRole::Mask; }

/// The forms RegionMap allows.
bool isRegion(const Shape& shape) {
    const auto last = shape.empty() ? 0 : shape.back();
    return shape == Shape{5} || shape == Shape{2, 3} || (shape.size() <= 2 && last == 4) || (shape.size() >= 2 && last == 2);
}

/// What a mechanism needs beside the features.
std::map<std::string, Tensor> extrasFor(const ModuleInfo& info) {
    std::map<std::string, Tensor> extras;
    if (info.needs.gate) {
        extras["gate"] = randomTensor({10, 4, 7}, 8);
    }
    if (info.needs.hidden) {
        extras["hidden"] = randomTensor({16}, 9);
    }
    return extras;
}

std::string firstFile(const std::string& id) {
    const auto files = goldenFiles(id);
    return files.empty() ? std::string() : files.front();
}

GoldenCase caseOf(const std::string& id) {
    auto golden = readGoldenCase(firstFile(id));
    return golden ? std::move(*golden) : GoldenCase();
}

QString messageOf(const SafetensorsFile& file) {
    const auto result = applyCase(file);
    return result ? QString() : QString::fromStdString(result.error().message());
}

}  // namespace

class TestGolden : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".?"))); }

    void everyMechanismHasVectors_data() {
        QTest::addColumn<QString>("id");
        for (const auto* info : modules()) {
            QTest::newRow(info->id.c_str()) << QString::fromStdString(info->id);
        }
    }

    void everyMechanismHasVectors() {
        QFETCH(QString, id);
        QVERIFY2(!goldenFiles(id.toStdString()).empty(),
                 qPrintable(QStringLiteral("%1 has no vector files in tests/golden").arg(id)));
    }

    void numbersAreTheReferences_data() {
        QTest::addColumn<QString>("path");
        for (const auto* info : modules()) {
            for (const auto& path : goldenFiles(info->id)) {
                const QString file = QString::fromStdString(path);
                QTest::newRow(qPrintable(QFileInfo(file).completeBaseName())) << file;
            }
        }
    }

    void numbersAreTheReferences() {
        QFETCH(QString, path);
        const auto golden = readGoldenCase(path.toStdString());
        QVERIFY2(golden.ok(), golden ? "" : golden.error().message().c_str());
        const auto result = applyCase(golden->given);
        QVERIFY2(result.ok(), result ? "" : result.error().message().c_str());
        const std::string id = result->metadata.at("id");
        QVERIFY(golden->expected.count("output") == 1 && golden->expected.size() >= 2);
        for (const auto& [name, expected] : golden->expected) {
            QVERIFY2(result->tensors.count(name) == 1, name.c_str());
            const Tensor& tensor = result->tensors.at(name);
            QVERIFY2(tensor.shape == expected.shape, (name + " is " + shapeText(tensor.shape)).c_str());
            const double tolerance = exact(id, name) ? 0.0 : golden->tolerances.at(name);
            const auto wanted = std::vector<double>(expected.values.begin(), expected.values.end());
            const QString problem = difference(tensor.values, wanted, tolerance);
            QVERIFY2(problem.isEmpty(), qPrintable(QString::fromStdString(name) + QLatin1Char(' ') + problem));
        }
        // Nothing is shown which the reference does not have.
        QCOMPARE(result->tensors.size(), golden->expected.size());
    }

    void mapsAndStepsAreDescribed_data() { everyMechanismHasVectors_data(); }

    void mapsAndStepsAreDescribed() {
        QFETCH(QString, id);
        const ModuleInfo& info = *findModule(id.toStdString());
        QVERIFY(!info.title.empty() && !info.longTitle.empty() && !info.paper.empty() && !info.reference.empty() &&
                !info.summary.empty());
        QVERIFY(info.year >= 2014);
        std::vector<FeatureMap> frames;
        ModuleInput input;
        for (std::uint64_t t = 0; t < (info.needs.clip ? 3U : 1U); ++t) {
            frames.push_back(randomMap(16, 7, 13, 5 + t));
        }
        for (const auto& frame : frames) {
            input.frames.push_back(&frame);
        }
        InputShape shape{16, 7, 13, static_cast<int>(frames.size()), {}};
        const auto extras = extrasFor(info);
        for (const auto& [name, tensor] : extras) {
            shape.extras[name] = tensor.shape;
            input.extras[name] = &tensor;
        }
        const ParamSet params(info.params);
        const auto weights = randomWeights(weightSpecs(info, shape, params), 3);
        auto module = createModule(info, shape, params, weights);
        QVERIFY2(module.ok(), module ? "" : module.error().message().c_str());
        Steps steps = Steps::recording();
        const auto output = runModule(info, **module, input, steps);
        QVERIFY2(output.ok(), output ? "" : output.error().message().c_str());
        QVERIFY(!steps.all().empty());
        for (const auto& step : steps.all()) {
            QVERIFY(!step.name.empty() && !step.equation.empty() && !step.value.empty());
            QCOMPARE(step.value.size(), Tensor::count(step.value.shape));
        }
        QVERIFY(!output->maps.empty());
        QCOMPARE(output->frames.size(), frames.size());
        for (const auto& map : output->maps) {
            const auto dense = denseTensor(map);
            QVERIFY(dense.ok() && !map.title.empty());
            if (const auto* spatial = asKind<SpatialMap>(map)) {
                QVERIFY(dense->size() % (static_cast<std::size_t>(spatial->height) * static_cast<std::size_t>(spatial->width)) ==
                        0);
            }
            if (const auto* full = asKind<FullMap>(map)) {
                QVERIFY(dense->size() % (static_cast<std::size_t>(full->height) * static_cast<std::size_t>(full->width)) == 0);
            }
            QVERIFY(asKind<RegionMap>(map) == nullptr || isRegion(dense->shape));
            QVERIFY(!isMask(map) ||
                    std::all_of(dense->values.begin(), dense->values.end(), [](float v) { return v == 0.0F || v == 1.0F; }));
        }
    }

    void outputAndMapsOfTheFileAreNeverRead() {
        for (const auto* info : modules()) {
            auto golden = caseOf(info->id);
            const auto clean = applyCase(golden.given);
            for (auto& [name, tensor] : golden.expected) {
                golden.given.tensors[name] = Tensor({2}, {NAN, 1e30F});
            }
            golden.given.tensors["aux.anything"] = Tensor({1}, {NAN});
            const auto scrambled = applyCase(golden.given);
            QVERIFY2(clean.ok() && scrambled.ok(), info->id.c_str());
            QCOMPARE(scrambled->tensors.size(), clean->tensors.size());
            for (const auto& [name, tensor] : clean->tensors) {
                QVERIFY2(scrambled->tensors.at(name).values == tensor.values, name.c_str());
            }
        }
    }

    void contradictionsAreOneSentence() {
        const auto golden = caseOf("se");
        auto file = golden.given;
        file.metadata.erase("id");
        QVERIFY(messageOf(file).contains(QStringLiteral("“id”")));
        file.metadata["id"] = "nonsense";
        QVERIFY(messageOf(file).contains(QStringLiteral("“nonsense”")));
        file = golden.given;
        file.metadata["hyperparams"] = R"({"C": 31, "bias": true, "reduction": 16})";
        QCOMPARE(messageOf(file), QStringLiteral("The hyper-parameter “C” is 31, but “input” has 32; make them agree."));
        file.metadata["hyperparams"] = R"({"C": 32, "bias": true, "reduction": 5000})";
        QVERIFY(messageOf(file).contains(QStringLiteral("“reduction” takes a whole number from")));
        file.metadata["hyperparams"] = R"({"C": 32, "bias": true, "reduction": 33})";
        QVERIFY(messageOf(file).contains(QStringLiteral("at most 32")));
        file.metadata["hyperparams"] = R"({"C": 32, "squeeze": 16})";
        QVERIFY(messageOf(file).contains(QStringLiteral("“squeeze”")));
        file.metadata["hyperparams"] = "[";
        QVERIFY(messageOf(file).contains(QStringLiteral("JSON")));
        file = golden.given;
        file.tensors.erase("param.fc.0.bias");
        QVERIFY(messageOf(file).contains(QStringLiteral("“fc.0.bias”")));
    }

    void inputsWhichDoNotFitAreOneSentence() {
        const auto golden = caseOf("simam");
        auto file = golden.given;
        file.tensors.erase("input");
        QVERIFY(messageOf(file).contains(QStringLiteral("“input”")));
        file.tensors["input"] = Tensor(Shape{4, 5});
        QVERIFY(messageOf(file).contains(QStringLiteral("4×5")));
        file.tensors["input"] = Tensor(Shape{4, 0, 5});
        QVERIFY(messageOf(file).contains(QStringLiteral("not empty")));
        file.tensors["input"] = Tensor(Shape{2, 4, 5, 6});
        QVERIFY(messageOf(file).contains(QStringLiteral("2 frames")));
        file.tensors["input"] = Tensor({1, 1, 2}, {1.0F, INFINITY});
        QVERIFY(messageOf(file).contains(QStringLiteral("not finite")));
        file.tensors["input"] = Tensor({1, 1, 1}, {1.0F});
        QVERIFY(messageOf(file).contains(QStringLiteral("two positions")));
        file = golden.given;
        file.tensors["param.extra"] = Tensor({1}, {1.0F});
        QVERIFY(messageOf(file).contains(QStringLiteral("“extra”")));
    }

    void oneFrameOfAClipKeepsItsRank() {
        auto golden = caseOf("simam");
        auto& shape = golden.given.tensors.at("input").shape;
        shape.insert(shape.begin(), 1);
        const auto result = applyCase(golden.given);
        QVERIFY(result.ok());
        QCOMPARE(result->tensors.at("output").shape.size(), std::size_t{4});
        QVERIFY(maxDifference(result->tensors.at("output").values, golden.expected.at("output").values) <=
                golden.tolerances.at("output"));
    }
};

QTEST_GUILESS_MAIN(TestGolden)
#include "tst_golden.moc"
