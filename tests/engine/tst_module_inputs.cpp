// What a pass gives a mechanism besides its features: a gate, a hidden vector, the state of the frame before, a fixed grid.

#include <QTest>

#include "engine/kernels/ops.h"
#include "engine/pipeline/pipeline.h"
#include "tests/support/fake_modules.h"
#include "tests/support/made_result.h"

using namespace fovea;
using namespace fovea::test;

namespace {

/// Remembers what it was given; counts the frames of its stream.
class Witness final : public AttentionModule {
public:
    Result<AttentionOutput> run(const ModuleInput& input, Steps&) override {
        extras.clear();
        for (const auto& [name, tensor] : input.extras) {
            extras[name] = *tensor;
        }
        features = input.features();
        const float before = extras.count("count") != 0 ? extras.at("count").values.front() : 0.0F;
        AttentionOutput output;
        output.frames.push_back(features);
        output.maps.push_back({.name = "spatial",
                               .kind = SpatialMap{features.height(), features.width()},
                               .data = Tensor({features.height(), features.width()},
                                              std::vector<float>(static_cast<std::size_t>(features.cells()), before + 1.0F))});
        output.state["count"] = Tensor({1}, {before + 1.0F});
        return output;
    }

    static inline std::map<std::string, Tensor> extras;
    static inline FeatureMap features;
};

InputShape createdFor;

ModuleInfo witness(ModuleNeeds needs, bool (*tied)(const ParamSet&) = nullptr, bool sized = false) {
    ModuleInfo info;
    info.id = "witness";
    info.title = "Witness";
    info.needs = needs;
    info.tied = tied;
    for (const char* key : {"H", "W"}) {
        if (sized) {
            info.params.push_back({.key = key, .type = ParamType::Int, .fallback = 0, .min = 0, .max = 100});
        }
    }
    info.create = [](const InputShape& shape, const ParamSet&, const Weights&) -> std::unique_ptr<AttentionModule> {
        createdFor = shape;
        return std::make_unique<Witness>();
    };
    return info;
}

ModuleJob inputJob(const ModuleInfo& info) { return {.info = &info, .params = ParamSet(info.params), .weightsFile = {}}; }

std::shared_ptr<const FrameResult> pass(Pipeline& pipeline, const Frame& frame, const ModuleJob& job) {
    const auto result = pipeline.run({.frame = frame, .models = {{RetinaOptions{}, {job}}}}, {});
    return result ? *result : nullptr;
}

float count(const std::shared_ptr<const FrameResult>& result) {
    return result && jobAt(*result)->output ? jobAt(*result)->output->maps.front().data.values.front() : -1.0F;
}

/// Frames of one source, as a video gives them.
Frame streamFrame(std::uint64_t index, const Frame& source) {
    Frame frame = testFrame(64, 48, index);
    frame.source = source.source;
    frame.sequence = index + 1;
    return frame;
}

}  // namespace

class TestModuleInputs final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void gateIsTheFeaturesAtHalfTheirResolution() {
        const auto info = witness({.gate = true});
        Pipeline pipeline;
        const auto result = pass(pipeline, testFrame(96, 64), inputJob(info));
        QVERIFY(result && jobAt(*result)->output.ok());
        const FeatureMap& x = result->models.front().features->map;
        const Tensor& gate = Witness::extras.at("gate");
        const Shape wanted{x.channels(), (x.height() + 1) / 2, (x.width() + 1) / 2};
        QVERIFY(gate.shape == wanted);
        QVERIFY(createdFor.extras.at("gate") == wanted);
        QVERIFY(x.height() % 2 == 0 && x.width() % 2 == 0);  // so that each cell of the gate is a mean of four
        const double mean = (x.at(0, 0, 0) + x.at(0, 0, 1) + x.at(0, 1, 0) + x.at(0, 1, 1)) / 4.0;
        QVERIFY(std::abs(gate.values.front() - mean) < 1e-5);
        QVERIFY(x.at(0, 0, 0) != x.at(0, 1, 1));
    }

    void hiddenIsTheMeanOfEachChannel() {
        const auto info = witness({.hidden = true});
        Pipeline pipeline;
        const auto result = pass(pipeline, testFrame(64, 48), inputJob(info));
        QVERIFY(result && jobAt(*result)->output.ok());
        QVERIFY(Witness::extras.at("hidden").values == ops::globalMean(result->models.front().features->map));
        QVERIFY((createdFor.extras.at("hidden") == Shape{result->models.front().features->map.channels()}));
    }

    void memoryFollowsTheStream() {
        const auto info = witness({});
        Pipeline pipeline;
        const auto job = inputJob(info);
        const Frame video = testFrame(64, 48);
        const Frame camera = testFrame(64, 48);
        QCOMPARE(count(pass(pipeline, streamFrame(0, video), job)), 1.0F);
        QCOMPARE(count(pass(pipeline, streamFrame(1, video), job)), 2.0F);
        const Frame third = streamFrame(2, video);
        QCOMPARE(count(pass(pipeline, third, job)), 3.0F);
        auto recorded = job;
        recorded.recordSteps = true;
        QCOMPARE(count(pass(pipeline, third, recorded)), 3.0F);             // the same frame once more is not a further one
        QCOMPARE(count(pass(pipeline, streamFrame(1, video), job)), 1.0F);  // back: another beginning
        QCOMPARE(count(pass(pipeline, streamFrame(2, video), job)), 2.0F);
        QCOMPARE(count(pass(pipeline, streamFrame(3, camera), job)), 1.0F);  // another source
    }

    void aTiedModuleRunsOnItsOwnGrid() {
        const auto info = witness({}, [](const ParamSet&) { return true; });
        Pipeline pipeline;
        const auto first = pass(pipeline, testFrame(88, 56), inputJob(info));
        QVERIFY(first && jobAt(*first)->output.ok());
        QVERIFY(jobAt(*first)->resampled == (GridSize{28, 28}));
        QCOMPARE(createdFor.height, 28);
        const FeatureMap wanted = ops::adaptiveMeanPool(first->models.front().features->map, 28, 28);
        QVERIFY(Witness::features.size() == wanted.size());
        QVERIFY(std::equal(wanted.data(), wanted.data() + wanted.size(), Witness::features.data()));
        const auto other = pass(pipeline, testFrame(64, 48), inputJob(info));
        QVERIFY(jobAt(*other)->resampled == (GridSize{28, 28}));  // another picture, the same weights
    }

    void aTiedModuleTakesTheSizeItIsTold() {
        const auto info = witness(
            {}, [](const ParamSet&) { return true; }, true);
        auto job = inputJob(info);
        QVERIFY(job.params.set(info.params, "H", 5).ok() && job.params.set(info.params, "W", 9).ok());
        Pipeline pipeline;
        const auto result = pass(pipeline, testFrame(88, 56), job);
        QVERIFY(jobAt(*result)->resampled == (GridSize{5, 9}));
        const auto free = witness({}, [](const ParamSet&) { return false; });
        QVERIFY(!jobAt(*pass(pipeline, testFrame(88, 56), inputJob(free)))->resampled);
    }
};

QTEST_GUILESS_MAIN(TestModuleInputs)
#include "tst_module_inputs.moc"
