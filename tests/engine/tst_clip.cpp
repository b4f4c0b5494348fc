// Clips: which frames are kept together, and what mechanisms over time get of them.

#include <QRegularExpression>
#include <QTest>
#include <nlohmann/json.hpp>
#include <thread>

#include "engine/attention/registry.h"
#include "engine/export/export.h"
#include "engine/pipeline/clip_buffer.h"
#include "engine/pipeline/pipeline.h"
#include "engine/render/field.h"
#include "tests/support/fake_modules.h"
#include "tests/support/made_result.h"
#include "tests/support/numbers.h"

using namespace fovea;
using namespace fovea::test;

namespace {

std::shared_ptr<const Features> features(int height = 3, int width = 4) {
    auto out = std::make_shared<Features>();
    out->map = FeatureMap(2, height, width);
    return out;
}

/// Frames of one source which comes 30 times a second.
class Video {
public:
    Frame at(std::uint64_t index, int width = 40) {
        Frame frame = testFrame(width, 24, index);
        frame.source = m_source;
        frame.sequence = ++m_sequence;
        frame.timestamp = static_cast<double>(index) / 30.0;
        return frame;
    }

private:
    std::shared_ptr<const SourceInfo> m_source = std::make_shared<const SourceInfo>();
    std::uint64_t m_sequence = 0;
};

std::vector<std::uint64_t> indices(const Clip& clip) {
    std::vector<std::uint64_t> out;
    for (const auto& held : clip) out.push_back(held.frame.index);
    return out;
}

using Indices = std::vector<std::uint64_t>;
using FullResult = std::shared_ptr<const FrameResult>;

PipelineRequest request(const Frame& frame, std::vector<ModuleJob> jobs, int clipFrames = 3) {
    return {.epoch = 1, .frame = frame, .models = {{RetinaOptions{}, std::move(jobs)}}, .clipFrames = clipFrames};
}

FullResult runOrNull(Pipeline& pipeline, const PipelineRequest& asked) {
    auto result = pipeline.run(asked, {});
    return result ? *result : nullptr;
}

ModuleJob clipJob() {
    fakeModule(0).info.needs.clip = true;
    return fakeJob(0);
}

ModuleJob jobOf(const char* id) {
    const ModuleInfo* info = findModule(id);
    return {.info = info, .params = ParamSet(info->params), .weightsFile = {}, .weights = {}};
}

QString messageOf(const FullResult& result) { return QString::fromStdString(jobAt(*result)->output.error().message()); }

}  // namespace

class TestClip final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() {
        QTest::failOnWarning(QRegularExpression(QStringLiteral(".?")));
        resetFakeModules();
    }

    void theNewestFramesAreKeptInOrder() {
        Video video;
        ClipBuffer buffer(3);
        for (const std::uint64_t index : {0U, 1U, 7U, 8U}) {
            QCOMPARE(buffer.full(), buffer.size() == 3);
            buffer.push(video.at(index), features());
        }
        QVERIFY(buffer.full());
        QCOMPARE(indices(*buffer.snapshot()), (Indices{1, 7, 8}));
        const Clip& clip = *buffer.snapshot();
        QVERIFY(clip[1].frame.timestamp - clip[0].frame.timestamp > 0.19);  // the gap stays one in time
    }

    void snapshotsDoNotChange() {
        Video video;
        ClipBuffer buffer(2);
        buffer.push(video.at(0), features());
        const auto before = buffer.snapshot();
        QCOMPARE(before, buffer.snapshot());
        buffer.push(video.at(1), features());
        QCOMPARE(before->size(), std::size_t{1});
        QVERIFY(before != buffer.snapshot());
    }

    void theSameFrameIsNotTakenTwice() {
        Video video;
        ClipBuffer buffer(3);
        buffer.push(video.at(0), features());
        const Frame frame = video.at(1);
        const auto its = features();
        buffer.push(frame, its);
        const auto before = buffer.snapshot();
        buffer.push(frame, its);
        QCOMPARE(buffer.snapshot(), before);
    }

    void whatDoesNotFollowBeginsAnew_data() {
        QTest::addColumn<int>("change");
        QTest::newRow("back") << 0;
        QTest::newRow("delivered again") << 1;
        QTest::newRow("another source") << 2;
        QTest::newRow("another shape") << 3;
        QTest::newRow("an older delivery") << 4;
        QTest::newRow("time runs back") << 5;
    }

    void whatDoesNotFollowBeginsAnew() {
        QFETCH(int, change);
        Video video;
        Video other;
        ClipBuffer buffer(4);
        buffer.push(video.at(3), features());
        buffer.push(video.at(4), features());
        Frame next = video.at(change == 0 ? 2 : change == 1 ? 4 : 5);
        if (change == 2) next.source = other.at(0).source;
        if (change == 4) next.sequence = 1;
        if (change == 5) next.timestamp = 0.0;
        buffer.push(next, change == 3 ? features(3, 5) : features());
        QCOMPARE(buffer.size(), 1);
        QCOMPARE(buffer.snapshot()->back().frame.pixels, next.pixels);
        buffer.clear();
        QCOMPARE(buffer.size(), 0);
    }

    void aSmallerCapacityDropsTheOldest() {
        Video video;
        ClipBuffer buffer(4);
        for (std::uint64_t index = 0; index < 4; ++index) buffer.push(video.at(index), features());
        QVERIFY(!buffer.setCapacity(4));
        QVERIFY(buffer.setCapacity(2));
        QCOMPARE(indices(*buffer.snapshot()), (Indices{2, 3}));
        QVERIFY(buffer.setCapacity(3));
        QVERIFY(!buffer.full());
    }

    void framesAreCollectedBeforeAnythingRuns() {
        Video video;
        Pipeline pipeline;
        const auto job = clipJob();
        for (std::uint64_t index = 0; index < 2; ++index) {
            const auto result = runOrNull(pipeline, request(video.at(index), {job, fakeJob(1)}));
            QVERIFY(result && !jobAt(*result)->output.ok() && jobAt(*result, 1)->output.ok());
            QVERIFY2(messageOf(result).startsWith(QStringLiteral("Collecting frames: %1 of 3").arg(index + 1)),
                     qPrintable(messageOf(result)));
            QVERIFY(result->models.front().clip);
            QCOMPARE(result->models.front().clip->size(), index + 1);
        }
        const auto result = runOrNull(pipeline, request(video.at(2), {job}));
        QVERIFY(result && jobAt(*result)->output.ok());
        QCOMPARE(indices(*result->models.front().clip), (Indices{0, 1, 2}));
        QCOMPARE(result->models.front().clip->back().features, result->models.front().features);
        QCOMPARE(fakeModule(0).ran.load(), 1);
        QVERIFY(!runOrNull(pipeline, request(video.at(3), {fakeJob(1)}))->models.front().clip);
    }

    void framesAreKeptBeforeAMechanismOverTimeIsChosen() {
        Video video;
        Pipeline pipeline;
        Frame last;
        for (std::uint64_t index = 0; index < 3; ++index) {
            last = video.at(index);
            QVERIFY(runOrNull(pipeline, request(last, {})));
        }
        const auto result = runOrNull(pipeline, request(last, {clipJob()}));
        QVERIFY(result && jobAt(*result)->output.ok());
        QCOMPARE(pipeline.backboneRuns(), std::uint64_t{3});
    }

    void theResultBelongsToTheFrame() {
        Video video;
        Pipeline pipeline;
        const auto job = clipJob();
        Frame last;
        for (std::uint64_t index = 0; index < 3; ++index) {
            last = video.at(index);
            QVERIFY(runOrNull(pipeline, request(last, {job})));
        }
        const auto first = runOrNull(pipeline, request(last, {job}));
        const auto again = runOrNull(pipeline, request(last, {job}));
        QVERIFY(first && again);
        QCOMPARE(jobAt(*first), jobAt(*again));
        QCOMPARE(first->models.front().clip, again->models.front().clip);
        QCOMPARE(fakeModule(0).ran.load(), 1);
        QVERIFY(runOrNull(pipeline, request(video.at(3), {job})));
        QCOMPARE(fakeModule(0).ran.load(), 2);
        QCOMPARE(fakeModule(0).created.load(), 1);
        Frame redelivered = last;  // the same pixels, handed on once more
        redelivered.sequence += 10;
        const auto back = runOrNull(pipeline, request(redelivered, {job}));
        QVERIFY(back && messageOf(back).contains(QStringLiteral("1 of 3")));
    }

    void anotherLengthIsAnotherClip() {
        Video video;
        Pipeline pipeline;
        const auto job = clipJob();
        Frame last;
        for (std::uint64_t index = 0; index < 4; ++index) {
            last = video.at(index);
            QVERIFY(runOrNull(pipeline, request(last, {job}, 4)));
        }
        QVERIFY(jobAt(*runOrNull(pipeline, request(last, {job}, 4)))->output.ok());
        const auto shorter = runOrNull(pipeline, request(last, {job}, 2));
        QVERIFY(jobAt(*shorter)->output.ok());
        QCOMPARE(indices(*shorter->models.front().clip), (Indices{2, 3}));
        const auto longer = runOrNull(pipeline, request(last, {job}, 4));
        QVERIFY(!jobAt(*longer)->output.ok());  // the frames are gone, and the result of them with them
        const auto bounded = runOrNull(pipeline, request(last, {job}, 1));
        QCOMPARE(indices(*bounded->models.front().clip), (Indices{2, 3}));
    }

    void otherFeaturesBeginAnew() {
        Video video;
        Pipeline pipeline;
        const auto job = clipJob();
        for (std::uint64_t index = 0; index < 3; ++index) QVERIFY(runOrNull(pipeline, request(video.at(index), {job})));
        auto coarser = request(video.at(3), {job});
        coarser.models.front().model = RetinaOptions{.stride = 16};
        QVERIFY(messageOf(runOrNull(pipeline, coarser)).contains(QStringLiteral("1 of 3")));
        QVERIFY(messageOf(runOrNull(pipeline, request(video.at(4, 80), {job}))).contains(QStringLiteral("1 of 3")));
    }

    void optionsWhichChangeBackKeepTheFrame() {
        Video video;
        Pipeline pipeline;
        const Frame frame = video.at(0);
        QVERIFY(runOrNull(pipeline, request(frame, {})));
        auto coarser = request({}, {});
        coarser.models.front().model = RetinaOptions{.stride = 16};
        QVERIFY(!runOrNull(pipeline, coarser));
        const auto result = runOrNull(pipeline, request(frame, {clipJob()}));
        QVERIFY(messageOf(result).contains(QStringLiteral("1 of 3")));
    }

    void aSinglePictureHasNoClip() {
        Pipeline pipeline;
        const auto result = runOrNull(pipeline, request(testFrame(40, 24), {clipJob()}));
        QVERIFY(messageOf(result).contains(QStringLiteral("this is a single picture")));
    }

    void everyMechanismOverTimeRunsOnVideo_data() {
        QTest::addColumn<QString>("id");
        for (const char* id : {"tam", "temporal_se", "gltr", "spacetime_nonlocal", "divided_st"}) {
            QTest::newRow(id) << QString::fromLatin1(id);
        }
    }

    void everyMechanismOverTimeRunsOnVideo() {
        QFETCH(QString, id);
        Video video;
        Pipeline pipeline;
        const auto job = jobOf(qPrintable(id));
        FullResult result;
        for (std::uint64_t index = 0; index < 3; ++index) result = runOrNull(pipeline, request(video.at(index, 96), {job}));
        QVERIFY2(result && jobAt(*result)->output.ok(), qPrintable(id));
        QCOMPARE(jobAt(*result)->output->frames.size(), std::size_t{3});
        QVERIFY(defaultMap(*jobAt(*result)->output) != nullptr);
        FieldSpec spec;
        spec.job.source = id.toStdString();
        for (const int frame : {-1, 0, 1}) {
            spec.frame = frame;
            const auto field = makeField(*result, spec);
            QVERIFY2(field.ok(), field ? "" : field.error().message().c_str());
            QCOMPARE(field->frame, frame < 0 ? 2 : frame);
            QCOMPARE(shownFrame(*result, spec).index, static_cast<std::uint64_t>(frame < 0 ? 2 : frame));
        }
    }

    void theSidecarDescribesTheClip() {
        Video video;
        Pipeline pipeline;
        FullResult result;
        for (const std::uint64_t index : {0U, 1U, 5U}) {
            result = runOrNull(pipeline, request(video.at(index), {jobOf("divided_st")}));
        }
        QVERIFY(result && jobAt(*result)->output.ok());
        FieldSpec spec;
        spec.job.source = "divided_st";
        spec.frame = 1;
        const auto field = makeField(*result, spec);
        QVERIFY(field.ok());
        const auto json = nlohmann::json::parse(sidecarJson(*result, spec.job, &*field, nullptr));
        const int height = result->models.front().features->map.height(), width = result->models.front().features->map.width();
        QCOMPARE(json["clip"].size(), std::size_t{3});
        QCOMPARE(json["clip"][2]["index"].get<int>(), 5);
        QCOMPARE(json["field"]["frame"].get<int>(), 1);
        QVERIFY(json["maps"][0]["groups"] == nlohmann::json({3, 1, 1}));
        QVERIFY(json["maps"][0]["shape"] == nlohmann::json({3, 8, height * width, height * width}));
        QVERIFY(json["maps"][1]["groups"] == nlohmann::json({1, height, width}));
        QVERIFY(json["maps"][1]["shape"] == nlohmann::json({height * width, 8, 3, 3}));
        QCOMPARE(json["maps"][1]["keyFrames"].get<int>(), 3);
    }

    void aStopEndsAMechanismOverTime() {
        Video video;
        Pipeline pipeline;
        fakeModule(0).behaviour = FakeBehaviour::Stoppable;
        const auto job = clipJob();
        for (std::uint64_t index = 0; index < 2; ++index) QVERIFY(runOrNull(pipeline, request(video.at(index), {job})));
        std::stop_source stop;
        std::thread stopper([&] {
            fakeModule(0).gate.waitForArrivals(1);
            stop.request_stop();
        });
        const auto result = pipeline.run(request(video.at(2), {job}), stop.get_token());
        stopper.join();
        QVERIFY(!result.ok());
        QCOMPARE(result.error().code, ErrorCode::Cancelled);
    }
};

QTEST_GUILESS_MAIN(TestClip)
#include "tst_clip.moc"
