// Muted and scaled channels and heads: the numbers PyTorch gives for such features, and what of a pass follows them.
// test: both-levels

#include <QDir>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <opencv2/core.hpp>

#include "engine/attention/registry.h"
#include "engine/kernels/ops.h"
#include "engine/models/open_bundle.h"
#include "engine/models/tail.h"
#include "engine/pipeline/case.h"
#include "engine/pipeline/pipeline.h"
#include "engine/render/field.h"
#include "engine/runtime/source_hash.h"
#include "engine/tensor/safetensors.h"
#include "tests/support/made_result.h"
#include "tests/support/requests.h"

using namespace fovea;

namespace {

constexpr double kTolerance = 1e-5;

QStringList caseFiles() {
    return QDir(QStringLiteral(FOVEA_SOURCE_DIR "/tests/intervention")).entryList({QStringLiteral("*.safetensors")}, QDir::Files);
}

std::vector<float> factorsOf(const SafetensorsFile& file, const char* key) {
    return nlohmann::json::parse(file.metadata.at(key)).get<std::vector<float>>();
}

double largestDifference(const Tensor& a, const Tensor& b) {
    double most = a.shape == b.shape ? 0.0 : 1e9;
    for (std::size_t n = 0; n < std::min(a.size(), b.size()); ++n) {
        most = std::max(most, std::abs(static_cast<double>(a.values[n]) - static_cast<double>(b.values[n])));
    }
    return most;
}

bool sameBits(const FeatureMap& a, const FeatureMap& b) {
    return a.size() == b.size() && std::equal(a.data(), a.data() + a.size(), b.data());
}

bool sameBits(const AttentionOutput& a, const AttentionOutput& b) {
    return std::equal(a.frames.begin(), a.frames.end(), b.frames.begin(), b.frames.end(),
                      [](const FeatureMap& x, const FeatureMap& y) { return sameBits(x, y); }) &&
           std::equal(
               a.maps.begin(), a.maps.end(), b.maps.begin(), b.maps.end(),
               [](const AttentionMap& x, const AttentionMap& y) { return denseTensor(x)->values == denseTensor(y)->values; });
}

/// A picture with something everywhere.
Frame texture(int height, int width, std::uint64_t index = 0) {
    auto pixels = std::make_shared<cv::Mat>(height, width, CV_8UC3);
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            const int n = (x * 7 + y * 13 + static_cast<int>(index) * 29 + x * y) % 256;
            pixels->at<cv::Vec3b>(y, x) =
                cv::Vec3b(static_cast<uchar>(n), static_cast<uchar>(255 - n), static_cast<uchar>(x * 5 % 256));
        }
    }
    Frame frame;
    frame.pixels = pixels;
    frame.width = width;
    frame.height = height;
    frame.index = index;
    frame.sequence = index;
    frame.timestamp = static_cast<double>(index);
    return frame;
}

ModuleJob jobOf(const char* id, Intervention intervention = {}) {
    const ModuleInfo* info = findModule(id);
    return {.info = info, .params = ParamSet(info->params), .intervention = std::move(intervention)};
}

std::shared_ptr<const FrameResult> run(Pipeline& pipeline, const Frame& frame, std::vector<ModuleJob> jobs) {
    const auto result =
        pipeline.run({.epoch = 1, .frame = frame, .models = {{RetinaOptions{}, std::move(jobs)}}, .clipFrames = 3}, {});
    return result ? *result : nullptr;
}

/// The module run by hand on features in which a channel is 0.
AttentionOutput byHand(const ModuleJob& job, std::vector<FeatureMap> frames, const std::vector<int>& muted,
                       const std::map<std::string, Tensor>& state = {}) {
    ModuleInput input;
    for (auto& frame : frames) {
        for (const int c : muted) {
            std::fill_n(frame.row(c), frame.cells(), 0.0F);
        }
        input.frames.push_back(&frame);
    }
    const FeatureMap& newest = frames.back();
    InputShape shape{newest.channels(), newest.height(), newest.width(), static_cast<int>(frames.size()), {}};
    Tensor gate;
    Tensor hidden;
    if (job.info->needs.gate) {
        gate = ops::toTensor(ops::adaptiveMeanPool(newest, (newest.height() + 1) / 2, (newest.width() + 1) / 2));
        input.extras["gate"] = &gate;
        shape.extras["gate"] = gate.shape;
    }
    if (job.info->needs.hidden) {
        hidden = ops::toTensor(ops::globalMean(newest));
        input.extras["hidden"] = &hidden;
        shape.extras["hidden"] = hidden.shape;
    }
    for (const auto& [name, tensor] : state) {
        input.extras[name] = &tensor;
    }
    const auto specs = weightSpecs(*job.info, shape, job.params);
    const Weights weights = specs.empty() ? Weights{} : randomWeights(specs, job.seed);
    const auto module = createModule(*job.info, shape, job.params, weights);
    Steps steps;
    return *runModule(*job.info, **module, input, steps);
}

std::vector<float> muteOne(int channel) {
    std::vector<float> factors(static_cast<std::size_t>(channel) + 1, 1.0F);
    factors.back() = 0.0F;
    return factors;
}

}  // namespace

class TestIntervention final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void emptyMeansOne() {
        QVERIFY(Intervention{}.empty());
        QVERIFY((Intervention{.channels = {1.0F, 1.0F}, .heads = {1.0F}}.empty()));
        QVERIFY((!Intervention{.heads = {1.0F, 0.5F}}.empty()));
        QCOMPARE(Intervention{.channels = {0.5F}}.channel(0), 0.5F);
        QCOMPARE(Intervention{.channels = {0.5F}}.channel(1), 1.0F);
        QCOMPARE(Intervention{.channels = {0.5F}}.channel(-1), 1.0F);
        QVERIFY(!intervened(FeatureMap(2, 1, 1), {.channels = {1.0F, 1.0F, 0.0F}}));  // the third channel is not there
    }

    void numbersArePyTorchs_data() {
        QTest::addColumn<QString>("name");
        QVERIFY(caseFiles().size() >= 14);
        for (const auto& name : caseFiles()) {
            QTest::newRow(qPrintable(name)) << name;
        }
    }

    void numbersArePyTorchs() {
        QFETCH(QString, name);
        const auto file = readSafetensors(FOVEA_SOURCE_DIR "/tests/intervention/" + name.toStdString());
        QVERIFY(file.ok());
        const Intervention made{.channels = factorsOf(*file, "channels"), .heads = factorsOf(*file, "heads")};
        QVERIFY(!made.empty());
        const auto got = applyCase(*file, made);
        QVERIFY2(got.ok(), got ? "" : got.error().message().c_str());
        int compared = 0;
        for (const auto& [key, expected] : file->tensors) {
            if (key == "output" || key.starts_with("attn.")) {
                QVERIFY2(got->tensors.count(key) == 1, key.c_str());
                const double difference = largestDifference(got->tensors.at(key), expected);
                QVERIFY2(difference < kTolerance,
                         qPrintable(QStringLiteral("%1: %2").arg(QString::fromStdString(key)).arg(difference)));
                ++compared;
            }
        }
        QVERIFY(compared >= 1);
        const auto plain = applyCase(*file);
        QVERIFY(largestDifference(plain->tensors.at("output"), file->tensors.at("output")) > 100.0 * kTolerance);
    }

    // The pipeline gives what the mechanism gives for such features, extra inputs included.
    void passIsAsIfTheChannelWereZero_data() {
        QTest::addColumn<QString>("id");
        for (const char* id : {"se", "cbam", "simam", "sagan", "mhsa", "attention_gate", "highway"}) {
            if (findModule(id) != nullptr && !findModule(id)->needs.clip) {
                QTest::newRow(id) << QString::fromLatin1(id);
            }
        }
    }

    void passIsAsIfTheChannelWereZero() {
        QFETCH(QString, id);
        Pipeline pipeline;
        const auto job = jobOf(id.toLatin1().constData(), {.channels = muteOne(2)});
        const auto result = run(pipeline, texture(48, 64), {job});
        QVERIFY(result && test::jobAt(*result)->output.ok());
        QVERIFY(sameBits(*test::jobAt(*result)->output, byHand(job, {result->models.front().features->map}, {2})));
        QCOMPARE(test::jobAt(*result)->intervention, job.intervention);
    }

    void everyFrameOfAClipIsMuted() {
        Pipeline pipeline;
        const auto job = jobOf("divided_st", {.channels = muteOne(5)});
        std::shared_ptr<const FrameResult> result;
        for (std::uint64_t k = 0; k < 3; ++k) {
            result = run(pipeline, texture(32, 40, k), {job});
        }
        QVERIFY2(test::jobAt(*result)->output.ok(), "the clip is full");
        std::vector<FeatureMap> frames;
        for (const auto& held : *result->models.front().clip) {
            frames.push_back(held.features->map);
        }
        QVERIFY(sameBits(*test::jobAt(*result)->output, byHand(job, frames, {5})));
    }

    void mutingBackGivesTheSameBits() {
        Pipeline pipeline;
        const Frame frame = texture(48, 64);
        const auto before = test::jobAt(*run(pipeline, frame, {jobOf("cbam")}));
        const auto muted = test::jobAt(*run(pipeline, frame, {jobOf("cbam", {.channels = muteOne(0)})}));
        QVERIFY(!sameBits(*before->output, *muted->output));
        QCOMPARE(test::jobAt(*run(pipeline, frame, {jobOf("cbam", {.channels = muteOne(0)})})), muted);  // cached
        const auto after = test::jobAt(*run(pipeline, frame, {jobOf("cbam")}));
        QVERIFY(sameBits(*before->output, *after->output));
        QCOMPARE(pipeline.backboneRuns(), 1U);
    }

    // A mechanism with memory goes on from the frame before, whatever was muted there.
    void memoryGoesOn() {
        Pipeline pipeline;
        const auto plain = jobOf("dia");
        const auto muted = jobOf("dia", {.channels = muteOne(2)});
        std::map<std::string, Tensor> state;
        std::uint64_t index = 0;
        for (const auto& job : {plain, plain, muted, muted, plain, muted}) {
            const auto result = run(pipeline, texture(48, 64, index++), {job});
            const auto& output = *test::jobAt(*result)->output;
            const std::vector<int> channels = job.intervention.empty() ? std::vector<int>{} : std::vector<int>{2};
            QVERIFY(!output.state.empty());
            QVERIFY2(sameBits(output, byHand(job, {result->models.front().features->map}, channels, state)),
                     qPrintable(QString::number(index)));
            state = output.state;
        }
    }

    void twoTreatmentsStandSideBySide() {
        Pipeline pipeline;
        const auto jobs = {jobOf("se"), jobOf("se", {.channels = muteOne(1)}), jobOf("se", {.channels = muteOne(3)})};
        const auto result = run(pipeline, texture(48, 64), jobs);
        const auto again = run(pipeline, texture(48, 64), jobs);
        QCOMPARE(result->models.front().jobs.size(), 3U);
        QVERIFY(!sameBits(*test::jobAt(*result, 1)->output, *test::jobAt(*result, 2)->output));
        QVERIFY(sameBits(*test::jobAt(*result, 2)->output, *test::jobAt(*again, 2)->output));
        QVERIFY(sameBits(*test::jobAt(*result)->output, byHand(jobOf("se"), {result->models.front().features->map}, {})));
    }

    void wrongLengthsAreHarmless() {
        Pipeline pipeline;
        const Frame frame = texture(48, 64);
        Intervention tooLong{.channels = std::vector<float>(5000, 1.0F), .heads = std::vector<float>(99, 1.0F)};
        tooLong.channels.back() = 0.0F;
        const auto plain = run(pipeline, frame, {jobOf("mhsa")});
        const auto treated = run(pipeline, frame, {jobOf("mhsa", tooLong)});
        QVERIFY(sameBits(*test::jobAt(*plain)->output, *test::jobAt(*treated)->output));
        const auto shorter = run(pipeline, frame, {jobOf("mhsa", {.channels = {0.0F}})});
        QVERIFY(sameBits(*test::jobAt(*shorter)->output, byHand(jobOf("mhsa"), {plain->models.front().features->map}, {0})));
    }

    // Fields are of what the module has read; the features stay as they are.
    void fieldsFollow() {
        Pipeline pipeline;
        const Frame frame = texture(48, 64);
        const auto plain = run(pipeline, frame, {jobOf("se")});
        const auto muted = run(pipeline, frame, {jobOf("se", {.channels = {1.0F, 0.0F, 0.5F}})});
        QVERIFY(sameBits(plain->models.front().features->map, muted->models.front().features->map));
        const FeatureMap& x = muted->models.front().features->map;
        const auto& gate = test::jobAt(*muted)->output->maps.front().data.values;
        double mean = 0.0;
        for (const float w : gate) {
            mean += w / static_cast<double>(gate.size());
        }
        for (const auto mode : {ChannelMode::Before, ChannelMode::After, ChannelMode::Changed}) {
            const auto field = makeField(*muted, {.job = {"se"}, .channelMode = mode});
            QVERIFY(field.ok());
            for (int n = 0; n < x.cells(); ++n) {
                double expected = 0.0;
                for (int c = 0; c < x.channels(); ++c) {
                    const double w = gate[static_cast<std::size_t>(c)];
                    const double factor = mode == ChannelMode::Before ? 1.0 : mode == ChannelMode::After ? std::abs(w) : w - mean;
                    expected += factor * std::abs(x.row(c)[n]) * (c == 1 ? 0.0 : c == 2 ? 0.5 : 1.0) / x.channels();
                }
                QVERIFY(std::abs(field->values[static_cast<std::size_t>(n)] - expected) < 1e-6);
            }
        }
        const auto single = makeField(*muted, {.job = {"se"}, .channelMode = ChannelMode::Single, .channel = 1});
        QCOMPARE(single->min, 0.0F);
        QCOMPARE(single->max, 0.0F);
    }

    // What the network says follows; without the module it says what it said.
    void predictionFollows() {
        const auto bundle = openBundle(FOVEA_SOURCE_DIR "/resources/models/fovea-v1");
        QVERIFY(bundle.ok());
        const auto frame = loadFrame(QStringLiteral(FOVEA_SOURCE_DIR "/tests/bundle/rocket.png"));
        QVERIFY(frame.ok());
        for (const char* id : {"se", "mhsa"}) {
            ModuleJob job = modelJob(*findModule(id), NetworkModel{*bundle});
            job.predict = true;
            PipelineRequest request = test::requestOf(*frame, {job}, NetworkModel{*bundle});
            Pipeline pipeline;
            const auto plain = pipeline.run(request, {});
            request.models.front().jobs.front().intervention = {.channels = muteOne(17), .heads = {0.0F}};
            const auto muted = pipeline.run(request, {});
            QVERIFY(plain.ok() && muted.ok());
            QCOMPARE((*plain)->models.front().prediction, (*muted)->models.front().prediction);
            const JobResult& module = *test::jobAt(**muted);
            QVERIFY(module.output.ok() && module.prediction);
            FeatureMap tap = (*muted)->models.front().features->map;
            std::fill_n(tap.row(17), tap.cells(), 0.0F);
            const auto tail = Tail::create(*bundle);
            const auto said = (*tail)->run(tap, module.output->frames.back(), (*bundle)->modules.at(id).tailInput, {});
            QVERIFY(said.ok());
            QCOMPARE(module.prediction->logits, (*said)->logits);
            QVERIFY(module.prediction->logits != test::jobAt(**plain)->prediction->logits);
        }
    }
};

QTEST_GUILESS_MAIN(TestIntervention)
#include "tst_intervention.moc"
