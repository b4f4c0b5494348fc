// test: both-levels

#include <QTemporaryDir>
#include <QTest>

#include <filesystem>
#include <thread>

#include "engine/pipeline/pipeline.h"
#include "engine/render/field.h"
#include "engine/tensor/safetensors.h"
#include "tests/support/fake_modules.h"
#include "tests/support/made_result.h"

using namespace fovea;
using namespace fovea::test;

namespace {

using FullResult = std::shared_ptr<const FrameResult>;

PipelineRequest request(const Frame& frame, std::vector<ModuleJob> jobs, std::uint64_t epoch = 1) {
    return {.epoch = epoch, .frame = frame, .models = {{RetinaOptions{}, std::move(jobs)}}};
}

FullResult runOrNull(Pipeline& pipeline, const PipelineRequest& asked) {
    auto result = pipeline.run(asked, {});
    return result ? *result : nullptr;
}

float shownValue(const JobResult& module) { return module.output->maps.front().data.values.front(); }

bool writeWeights(const std::string& path, std::vector<float> w) {
    SafetensorsFile file;
    file.tensors["w"] = Tensor(Shape{static_cast<std::int64_t>(w.size())}, w);
    const auto bytes = safetensorsBytes(file);
    QFile out(QString::fromStdString(path));
    return out.open(QIODevice::WriteOnly) &&
           out.write(bytes.data(), static_cast<qint64>(bytes.size())) == static_cast<qint64>(bytes.size());
}

}  // namespace

class TestPipeline final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void runsEveryShape_data();
    void runsEveryShape();
    void publishesImmutableSnapshots();
    void featuresAreCached();
    void onlyTheChangedModuleRuns();
    void instancesOutliveTheFrame();
    void idleResultsAreBounded();
    void cachedCellsStandInTheFirstSnapshot();
    void placesTellJobsOfOneModuleApart();
    void failingModuleLeavesOthers_data();
    void failingModuleLeavesOthers();
    void failureIsNotKept();
    void unmetNeedsAreNamed();
    void randomWeightsFollowTheSeed();
    void givenWeightsWin();
    void weightsFileIsReadAgainWhenItChanges();
    void brokenWeightsFillOneCell();
    void stepsOnlyWhenAsked();
    void stopsBetweenAndInsideModules();
    void noPictureIsAnError();
};

void TestPipeline::init() {
    QTest::failOnWarning(QRegularExpression(QStringLiteral(".*")));
    resetFakeModules();
}

void TestPipeline::runsEveryShape_data() {
    QTest::addColumn<int>("width");
    QTest::addColumn<int>("height");
    QTest::newRow("1x1") << 1 << 1;
    QTest::newRow("7x13") << 7 << 13;
    QTest::newRow("64x33") << 64 << 33;
}

void TestPipeline::runsEveryShape() {
    QFETCH(int, width);
    QFETCH(int, height);
    Pipeline pipeline;
    const auto frame = testFrame(width, height);
    const auto result = runOrNull(pipeline, request(frame, {fakeJob(0, 0.25)}, 7));
    QVERIFY(result);
    QCOMPARE(result->epoch, std::uint64_t{7});
    QCOMPARE(result->frame.pixels, frame.pixels);
    QCOMPARE(result->models.front().jobs.size(), std::size_t{1});
    const auto& map = jobAt(*result)->output->maps.front();
    QCOMPARE(std::get<SpatialMap>(map.kind).height, result->models.front().features->map.height());
    QCOMPARE(std::get<SpatialMap>(map.kind).width, result->models.front().features->map.width());
    QCOMPARE(shownValue(*jobAt(*result)), 0.25F);
    QCOMPARE(jobAt(*result)->source.provenance.kind, ProvenanceKind::ParameterFree);
}

void TestPipeline::publishesImmutableSnapshots() {
    Pipeline pipeline;
    std::vector<FullResult> seen;
    const auto result =
        pipeline.run(request(testFrame(20, 12), {fakeJob(0), fakeJob(1)}), {}, [&](FullResult r) { seen.push_back(r); });
    QVERIFY(result.ok());
    QCOMPARE(seen.size(), std::size_t{3});
    for (std::size_t step = 0; step < seen.size(); ++step) {
        QVERIFY(seen[step]->models.front().features);
        QCOMPARE(seen[step]->models.front().jobs.size(), std::size_t{2});
        QCOMPARE(jobAt(*seen[step]) != nullptr, step >= 1);
        QCOMPARE(jobAt(*seen[step], 1) != nullptr, step >= 2);
    }
    QCOMPARE(seen[2], *result);
}

void TestPipeline::featuresAreCached() {
    Pipeline pipeline;
    const auto frame = testFrame(40, 24);
    const auto first = runOrNull(pipeline, request(frame, {fakeJob(0)}, 1));
    const auto second = runOrNull(pipeline, request(frame, {fakeJob(1)}, 2));
    QVERIFY(first && second);
    QCOMPARE(pipeline.backboneRuns(), std::uint64_t{1});
    QCOMPARE(first->models.front().features, second->models.front().features);

    auto next = frame;
    ++next.index;
    QVERIFY(runOrNull(pipeline, request(next, {}, 2)));
    QCOMPARE(pipeline.backboneRuns(), std::uint64_t{2});

    QVERIFY(runOrNull(pipeline, request(testFrame(40, 24), {}, 3)));
    QCOMPARE(pipeline.backboneRuns(), std::uint64_t{3});

    auto coarser = request(frame, {}, 4);
    coarser.models.front().model = RetinaOptions{.stride = 16};
    QVERIFY(runOrNull(pipeline, coarser));
    QVERIFY(runOrNull(pipeline, coarser));
    QCOMPARE(pipeline.backboneRuns(), std::uint64_t{4});
}

void TestPipeline::onlyTheChangedModuleRuns() {
    Pipeline pipeline;
    const auto frame = testFrame(40, 24);
    const auto first = runOrNull(pipeline, request(frame, {fakeJob(0), fakeJob(1), fakeJob(2)}));
    const auto turned = runOrNull(pipeline, request(frame, {fakeJob(2), fakeJob(0), fakeJob(1)}, 2));
    QVERIFY(first && turned);
    QCOMPARE(jobAt(*turned), jobAt(*first, 2));
    QCOMPARE(jobAt(*turned, 1), jobAt(*first));
    const auto changed = runOrNull(pipeline, request(frame, {fakeJob(0), fakeJob(1, 0.75), fakeJob(2)}, 3));
    QVERIFY(changed);
    QCOMPARE(shownValue(*jobAt(*changed, 1)), 0.75F);
    QCOMPARE(fakeModule(0).ran.load(), 1);
    QCOMPARE(fakeModule(1).ran.load(), 2);
    QCOMPARE(fakeModule(2).ran.load(), 1);

    QVERIFY(runOrNull(pipeline, request(frame, {fakeJob(1)}, 4)));  // back to the value before
    QCOMPARE(fakeModule(1).ran.load(), 2);
    const auto twice = runOrNull(pipeline, request(frame, {fakeJob(3), fakeJob(3)}, 5));
    QVERIFY(twice);
    QCOMPARE(jobAt(*twice), jobAt(*twice, 1));
    QCOMPARE(fakeModule(3).ran.load(), 1);
}

void TestPipeline::instancesOutliveTheFrame() {
    Pipeline pipeline;
    QVERIFY(runOrNull(pipeline, request(testFrame(40, 24), {fakeJob(6)})));
    QVERIFY(runOrNull(pipeline, request(testFrame(40, 24), {fakeJob(6)})));
    QCOMPARE(fakeModule(6).created.load(), 1);
    QCOMPARE(fakeModule(6).ran.load(), 2);
    QVERIFY(runOrNull(pipeline, request(testFrame(80, 24), {fakeJob(6)})));  // another shape
    QCOMPARE(fakeModule(6).created.load(), 2);
}

void TestPipeline::idleResultsAreBounded() {
    Pipeline pipeline;
    const auto frame = testFrame(40, 24);
    std::vector<std::weak_ptr<const JobResult>> results;
    for (int step = 0; step < 50; ++step) {
        const auto result = runOrNull(pipeline, request(frame, {fakeJob(0, step / 50.0)}));
        QVERIFY(result);
        results.push_back(jobAt(*result));
    }
    const auto alive = std::count_if(results.begin(), results.end(), [](const auto& r) { return !r.expired(); });
    QVERIFY2(alive >= 2 && alive <= 8, qPrintable(QString::number(alive)));
    QVERIFY(!results.back().expired());
    QVERIFY(runOrNull(pipeline, request(testFrame(40, 24), {})));
    QVERIFY(results.back().expired());  // results belong to the features
}

void TestPipeline::cachedCellsStandInTheFirstSnapshot() {
    Pipeline pipeline;
    const auto frame = testFrame(40, 24);
    QVERIFY(runOrNull(pipeline, request(frame, {fakeJob(0), fakeJob(1)})));
    std::vector<FullResult> seen;
    const auto result = pipeline.run(request(frame, {fakeJob(2), fakeJob(1), fakeJob(0)}), {},
                                     [&](FullResult r) { seen.push_back(std::move(r)); });
    QVERIFY(result.ok());
    QCOMPARE(seen.size(), std::size_t{2});
    QVERIFY(!jobAt(*seen[0]) && jobAt(*seen[0], 1) && jobAt(*seen[0], 2));
}

void TestPipeline::placesTellJobsOfOneModuleApart() {
    Pipeline pipeline;
    ModuleJob other = fakeJob(0, 0.75);
    other.place = 1;
    const auto result = runOrNull(pipeline, request(testFrame(8, 8), {fakeJob(0, 0.25), other}));
    QVERIFY(result);
    const std::string id = fakeJob(0).info->id;
    QCOMPARE(shownValue(*result->find(JobId{id})), 0.25F);
    QCOMPARE(shownValue(*result->find(JobId{id, 1})), 0.75F);
    QVERIFY(!result->find(JobId{id, 2}));
    const auto field = makeField(*result, {.job = {id, 1}});
    QVERIFY(field);
    QCOMPARE(field->values.front(), 0.75F);
}

void TestPipeline::failingModuleLeavesOthers_data() {
    QTest::addColumn<FakeBehaviour>("behaviour");
    QTest::addColumn<ErrorCode>("code");
    QTest::addColumn<QString>("word");
    QTest::newRow("error") << FakeBehaviour::Failing << ErrorCode::BadValue << QStringLiteral("The fake failed.");
    QTest::newRow("nan") << FakeBehaviour::NotFinite << ErrorCode::BadValue << QStringLiteral("spatial");
    QTest::newRow("exception") << FakeBehaviour::Throwing << ErrorCode::BadValue << QStringLiteral("thrown by the fake");
    QTest::newRow("memory") << FakeBehaviour::OutOfMemory << ErrorCode::TooLarge << QStringLiteral("Fake 1 needs more memory");
}

void TestPipeline::failingModuleLeavesOthers() {
    QFETCH(FakeBehaviour, behaviour);
    QFETCH(ErrorCode, code);
    QFETCH(QString, word);
    fakeModule(1).behaviour = behaviour;
    Pipeline pipeline;
    const auto result = runOrNull(pipeline, request(testFrame(40, 24), {fakeJob(0), fakeJob(1), fakeJob(2)}));
    QVERIFY(result);
    QVERIFY(jobAt(*result)->output.ok());
    QVERIFY(jobAt(*result, 2)->output.ok());
    const auto& failed = *jobAt(*result, 1);
    QVERIFY(!failed.output.ok());
    QCOMPARE(failed.output.error().code, code);
    QVERIFY2(QString::fromStdString(failed.output.error().message()).contains(word), failed.output.error().message().c_str());
    QCOMPARE(failed.source.id, fakeModule(1).info.id);
}

void TestPipeline::failureIsNotKept() {
    fakeModule(0).behaviour = FakeBehaviour::Throwing;
    Pipeline pipeline;
    const auto frame = testFrame(40, 24);
    const auto failed = runOrNull(pipeline, request(frame, {fakeJob(0)}));
    QVERIFY(failed && !jobAt(*failed)->output.ok());
    fakeModule(0).behaviour = FakeBehaviour::Constant;
    const auto good = runOrNull(pipeline, request(frame, {fakeJob(0)}));
    QVERIFY(good && jobAt(*good)->output.ok());
    QCOMPARE(fakeModule(0).created.load(), 2);  // an instance which threw is not run again
}

void TestPipeline::unmetNeedsAreNamed() {
    fakeModule(0).info.needs = {.clip = true};
    Pipeline pipeline;
    const auto result = runOrNull(pipeline, request(testFrame(40, 24), {fakeJob(0), fakeJob(1)}));
    QVERIFY(result);
    QVERIFY(!jobAt(*result)->output.ok());
    QVERIFY(QString::fromStdString(jobAt(*result)->output.error().message()).contains(QStringLiteral("frames")));
    QVERIFY(jobAt(*result, 1)->output.ok());
    QCOMPARE(fakeModule(0).created.load(), 0);
}

void TestPipeline::randomWeightsFollowTheSeed() {
    Pipeline pipeline;
    const auto frame = testFrame(40, 24);
    auto job = fakeJob(6);
    job.seed = 3;
    const auto first = runOrNull(pipeline, request(frame, {job}));
    QVERIFY(first);
    QCOMPARE(jobAt(*first)->source.provenance, (Provenance{.kind = ProvenanceKind::Random, .source = {}, .seed = 3}));
    job.seed = 4;
    const auto second = runOrNull(pipeline, request(frame, {job}));
    QVERIFY(second);
    QVERIFY(shownValue(*jobAt(*first)) != shownValue(*jobAt(*second)));
    QCOMPARE(fakeModule(6).ran.load(), 2);
}

void TestPipeline::givenWeightsWin() {
    Pipeline pipeline;
    auto weights = std::make_shared<Weights>();
    weights->tensors["w"] = Tensor(Shape{2}, {3.0F, 0.0F});
    weights->provenance = {.kind = ProvenanceKind::Trained, .source = "bundle"};
    auto job = fakeJob(6, 0.5);
    job.weights = weights;
    job.weightsFile = "/there/is/no/such/file";
    const auto result = runOrNull(pipeline, request(testFrame(40, 24), {job}));
    QVERIFY(result && jobAt(*result)->output.ok());
    QCOMPARE(shownValue(*jobAt(*result)), 1.5F);
    QCOMPARE(jobAt(*result)->source.provenance, weights->provenance);
}

void TestPipeline::weightsFileIsReadAgainWhenItChanges() {
    const QTemporaryDir folder;
    const std::string path = folder.filePath(QStringLiteral("w.safetensors")).toStdString();
    QVERIFY(writeWeights(path, {1.0F, 0.0F}));
    Pipeline pipeline;
    const auto frame = testFrame(40, 24);
    auto job = fakeJob(6, 0.5);
    job.weightsFile = path;
    const auto first = runOrNull(pipeline, request(frame, {job}));
    QVERIFY(first && jobAt(*first)->output.ok());
    QCOMPARE(shownValue(*jobAt(*first)), 0.5F);
    QCOMPARE(jobAt(*first)->source.provenance.kind, ProvenanceKind::File);
    QCOMPARE(jobAt(*first)->source.provenance.source, std::string("w.safetensors"));
    QVERIFY(runOrNull(pipeline, request(frame, {job})));
    QCOMPARE(fakeModule(6).ran.load(), 1);

    const auto before = std::filesystem::last_write_time(path);
    QVERIFY(writeWeights(path, {2.0F, 0.0F}));
    std::filesystem::last_write_time(path, before + std::chrono::seconds(1));
    const auto second = runOrNull(pipeline, request(frame, {job}));
    QVERIFY(second && jobAt(*second)->output.ok());
    QCOMPARE(shownValue(*jobAt(*second)), 1.0F);

    // Other parameters of the same shapes reuse what was read: the file need not be readable any more.
    QVERIFY(writeWeights(path, {4.0F, 0.0F}));
    std::filesystem::last_write_time(path, before + std::chrono::seconds(1));
    auto other = fakeJob(6, 0.25);
    other.weightsFile = path;
    const auto third = runOrNull(pipeline, request(frame, {other}));
    QVERIFY(third && jobAt(*third)->output.ok());
    QCOMPARE(shownValue(*jobAt(*third)), 0.5F);
}

void TestPipeline::brokenWeightsFillOneCell() {
    const QTemporaryDir folder;
    auto missing = fakeJob(6);
    missing.weightsFile = folder.filePath(QStringLiteral("missing.safetensors")).toStdString();
    auto misshapen = fakeJob(7);
    misshapen.weightsFile = folder.filePath(QStringLiteral("misshapen.safetensors")).toStdString();
    QVERIFY(writeWeights(misshapen.weightsFile, {1.0F, 2.0F, 3.0F}));
    Pipeline pipeline;
    const auto result = runOrNull(pipeline, request(testFrame(40, 24), {missing, misshapen, fakeJob(0)}));
    QVERIFY(result);
    QVERIFY(!jobAt(*result)->output.ok());
    QCOMPARE(jobAt(*result)->source.provenance.source, std::string("missing.safetensors"));
    QVERIFY(!jobAt(*result, 1)->output.ok());
    QVERIFY(jobAt(*result, 2)->output.ok());
    QCOMPARE(fakeModule(7).created.load(), 0);
}

void TestPipeline::stepsOnlyWhenAsked() {
    Pipeline pipeline;
    const auto frame = testFrame(40, 24);
    auto job = fakeJob(0);
    const auto plain = runOrNull(pipeline, request(frame, {job}));
    QVERIFY(plain && jobAt(*plain)->steps.all().empty());
    job.recordSteps = true;
    const auto recorded = runOrNull(pipeline, request(frame, {job}));
    QVERIFY(recorded);
    QCOMPARE(jobAt(*recorded)->steps.all().size(), std::size_t{1});
    QCOMPARE(fakeModule(0).created.load(), 1);
    QVERIFY(runOrNull(pipeline, request(frame, {job})));
    QCOMPARE(fakeModule(0).ran.load(), 2);
}

void TestPipeline::stopsBetweenAndInsideModules() {
    Pipeline pipeline;
    const auto frame = testFrame(40, 24);
    for (const auto behaviour : {FakeBehaviour::Stoppable, FakeBehaviour::Gated}) {
        auto& fake = fakeModule(behaviour == FakeBehaviour::Gated ? 1 : 0);
        fake.behaviour = behaviour;
        const auto job = fakeJob(behaviour == FakeBehaviour::Gated ? 1 : 0);
        std::stop_source stop;
        std::thread stopper([&] {
            fake.gate.waitForArrivals(1);
            stop.request_stop();
            if (behaviour == FakeBehaviour::Gated) {
                fake.gate.open();
            }
        });
        const auto result = pipeline.run(request(frame, {job, fakeJob(2)}), stop.get_token());
        stopper.join();
        QVERIFY(!result.ok());
        QCOMPARE(result.error().code, ErrorCode::Cancelled);
        QCOMPARE(fakeModule(2).ran.load(), 0);
    }
    // What was finished in spite of the stop is not computed again.
    QVERIFY(runOrNull(pipeline, request(frame, {fakeJob(1)})));
    QCOMPARE(fakeModule(1).ran.load(), 1);
}

void TestPipeline::noPictureIsAnError() {
    Pipeline pipeline;
    const auto result = pipeline.run(request({}, {fakeJob(0)}), {});
    QVERIFY(!result.ok());
    QCOMPARE(result.error().code, ErrorCode::NotFound);
    QCOMPARE(pipeline.backboneRuns(), std::uint64_t{0});
}

QTEST_GUILESS_MAIN(TestPipeline)
#include "tst_pipeline.moc"
