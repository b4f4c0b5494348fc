// The shipped bundle gives the numbers PyTorch gives: tap, every mechanism's output and attention, logits.
// test: both-levels

#include <QTest>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <thread>

#include "engine/attention/registry.h"
#include "engine/models/open_bundle.h"
#include "engine/pipeline/pipeline.h"
#include "engine/runtime/source_hash.h"
#include "engine/tensor/safetensors.h"
#include "tests/support/fake_modules.h"
#include "tests/support/made_result.h"
#include "tests/support/requests.h"

using namespace fovea;

namespace {

constexpr double kTolerance = 1e-4;
/// Its logits are sums of squares over all positions and reach hundreds; see tests/bundle/README.md.
constexpr double kChannelMatrixTolerance = 5e-4;

/// As tests/bundle/README.md says: up to 256 evenly spaced values, mean, L2 norm.
std::vector<double> summary(const float* values, std::size_t count) {
    std::vector<double> out;
    const std::size_t kept = std::min<std::size_t>(256, count);
    for (std::size_t i = 0; i < kept; ++i) {
        out.push_back(values[i * count / kept]);
    }
    const auto squares = [](double sum, float v) { return sum + static_cast<double>(v) * static_cast<double>(v); };
    out.push_back(std::accumulate(values, values + count, 0.0) / static_cast<double>(count));
    out.push_back(std::sqrt(std::accumulate(values, values + count, 0.0, squares)));
    return out;
}

}  // namespace

class TestBundleNumbers final : public QObject {
    Q_OBJECT

private:
    std::shared_ptr<const Bundle> m_bundle;
    std::size_t m_compared = 0;

    void compare(const SafetensorsFile& file, const std::string& name, const float* values, std::size_t count,
                 double tolerance = kTolerance) {
        const auto expected = file.tensors.find(name);
        QVERIFY2(expected != file.tensors.end(), name.c_str());
        const auto got = summary(values, count);
        QVERIFY2(got.size() == expected->second.size(), name.c_str());
        double scale = 0.0;
        double difference = 0.0;
        for (std::size_t k = 0; k < got.size(); ++k) {
            scale = std::max(scale, std::abs(static_cast<double>(expected->second.values[k])));
            difference = std::max(difference, std::abs(got[k] - static_cast<double>(expected->second.values[k])));
        }
        QVERIFY2(difference <= tolerance * scale,
                 qPrintable(QStringLiteral("%1: %2 of %3").arg(QString::fromStdString(name)).arg(difference).arg(scale)));
        ++m_compared;
    }

    void compareModule(const SafetensorsFile& file, const JobResult& module) {
        const std::string id = module.source.id + "/";
        QVERIFY2(module.output.ok(), module.output ? "" : module.output.error().message().c_str());
        QVERIFY2(module.prediction != nullptr, id.c_str());
        QCOMPARE(module.source.provenance.kind,
                 findModule(module.source.id)->weights == nullptr ? ProvenanceKind::ParameterFree : ProvenanceKind::Trained);
        const FeatureMap& output = module.output->frames.front();
        compare(file, id + "output", output.data(), output.size());
        compare(file, id + "logits", module.prediction->logits.data(), module.prediction->logits.size());
        for (const auto& map : module.output->maps) {
            if (file.tensors.count(id + "attn." + map.name) == 0) {
                continue;  // a map which only the program shows
            }
            const auto dense = denseTensor(map);
            QVERIFY(dense.ok());
            const std::string name = id + "attn." + map.name;
            compare(file, name, dense->values.data(), dense->size(),
                    name == "danet/attn.channel_matrix" ? kChannelMatrixTolerance : kTolerance);
        }
    }

private Q_SLOTS:
    void initTestCase() {
        auto bundle = openBundle(FOVEA_SOURCE_DIR "/resources/models/fovea-v1");
        QVERIFY2(bundle.ok(), bundle ? "" : bundle.error().message().c_str());
        m_bundle = *bundle;
        QCOMPARE(m_bundle->modules.size(), 32U);
    }

    void numbersArePyTorchs_data() {
        QTest::addColumn<QString>("picture");
        for (const char* name : {"astronaut", "chelsea", "coffee", "rocket"}) {
            QTest::newRow(name) << QString::fromLatin1(name);
        }
    }

    void numbersArePyTorchs() {
        QFETCH(QString, picture);
        const std::string stem = FOVEA_SOURCE_DIR "/tests/bundle/" + picture.toStdString();
        const auto file = readSafetensors(stem + ".safetensors");
        const auto frame = loadFrame(QString::fromStdString(stem + ".png"));
        QVERIFY(file.ok() && frame.ok());
        const NetworkModel model{m_bundle, {.fit = Fit::Whole, .size = std::min(frame->width, frame->height)}};
        PipelineRequest request = test::requestOf(*frame, {}, model);
        for (const auto& [id, module] : m_bundle->modules) {
            ModuleJob job{.info = findModule(id), .params = module.params};
            if (job.info->weights != nullptr) {
                job.weights = std::shared_ptr<const Weights>(m_bundle, &module.weights);
            }
            job.predict = true;
            request.models.front().jobs.push_back(job);
        }
        Pipeline pipeline;
        const auto result = pipeline.run(request, {});
        QVERIFY2(result.ok(), result ? "" : result.error().message().c_str());
        m_compared = 0;
        const ModelResult& all = (*result)->models.front();
        compare(*file, "plain/tap", all.features->map.data(), all.features->map.size());
        QVERIFY(all.prediction && all.prediction->explains());
        compare(*file, "plain/feat", all.prediction->features.data(), all.prediction->features.size());
        compare(*file, "plain/logits", all.prediction->logits.data(), all.prediction->logits.size());
        for (const auto& job : all.jobs) {
            compareModule(*file, *job.result);
        }
        QCOMPARE(m_compared, file->tensors.size());  // nothing PyTorch computed was left out
        QCOMPARE(pipeline.backboneRuns(), 1U);
    }

    // The class activation map is exact: its mean and the bias are the logit.
    void activationMapsSumToLogits() {
        const auto frame = loadFrame(QStringLiteral(FOVEA_SOURCE_DIR "/tests/bundle/rocket.png"));
        PipelineRequest request = test::requestOf(
            *frame, {{.info = findModule("simam"), .params = m_bundle->modules.at("simam").params, .predict = true}},
            NetworkModel{m_bundle});
        Pipeline pipeline;
        const auto result = pipeline.run(request, {});
        QVERIFY(result.ok());
        for (const auto* prediction : {(*result)->models.front().prediction.get(), test::jobAt(**result)->prediction.get()}) {
            for (int index = 0; index < static_cast<int>(m_bundle->classes.size()); ++index) {
                const FeatureMap map = classActivation(*prediction, index);
                const double mean = std::accumulate(map.data(), map.data() + map.size(), 0.0) / static_cast<double>(map.size());
                const double logit = mean + static_cast<double>(prediction->linear->bias[static_cast<std::size_t>(index)]);
                QVERIFY(std::abs(logit - static_cast<double>(prediction->logits[static_cast<std::size_t>(index)])) < 1e-4);
            }
            const auto shares = classProbabilities(*prediction);
            QVERIFY(std::abs(std::accumulate(shares.begin(), shares.end(), 0.0) - 1.0) < 1e-9);
            const auto top = topGuesses(*prediction, 5);
            QCOMPARE(top.size(), 5U);
            QCOMPARE(top[0].probability, *std::max_element(shares.begin(), shares.end()));
            QVERIFY(top[0].probability >= top[1].probability && top[3].probability >= top[4].probability);
        }
    }

    // Another module on the same picture costs no pass of the network.
    void modulesShareTheFeatures() {
        const auto frame = loadFrame(QStringLiteral(FOVEA_SOURCE_DIR "/tests/bundle/coffee.png"));
        PipelineRequest request = test::requestOf(*frame, {}, NetworkModel{m_bundle});
        ModelJobs& asked = request.models.front();
        Pipeline pipeline;
        for (const char* id : {"gc", "se", "gc"}) {
            const auto& module = m_bundle->modules.at(id);
            asked.jobs = {
                {.info = findModule(id), .params = module.params, .weights = {m_bundle, &module.weights}, .predict = true}};
            QVERIFY(pipeline.run(request, {}).ok());
        }
        QCOMPARE(pipeline.backboneRuns(), 1U);
        asked.jobs.front().weights = nullptr;  // trained → random
        const auto random = pipeline.run(request, {});
        QCOMPARE(test::jobAt(**random)->source.provenance.kind, ProvenanceKind::Random);
        QCOMPARE(pipeline.backboneRuns(), 1U);
        std::get<NetworkModel>(asked.model).input.fine = true;
        QVERIFY(pipeline.run(request, {}).ok());
        QCOMPARE(pipeline.backboneRuns(), 2U);
    }

    // A pass which is stopped before the network has said anything leaves nothing behind that looks like an answer.
    void aStoppedPredictionIsMadeLater() {
        test::resetFakeModules();
        test::FakeModule& fake = test::fakeModule(0);
        fake.behaviour = test::FakeBehaviour::Gated;
        const auto frame = loadFrame(QStringLiteral(FOVEA_SOURCE_DIR "/tests/bundle/coffee.png"));
        PipelineRequest request = test::requestOf(*frame, {test::fakeJob(0)}, NetworkModel{m_bundle});
        request.models.front().jobs.front().predict = true;
        Pipeline pipeline;
        std::stop_source stop;
        std::thread stopper([&] {
            fake.gate.waitForArrivals(1);
            stop.request_stop();
            fake.gate.open();
        });
        const auto stopped = pipeline.run(request, stop.get_token());
        stopper.join();
        QVERIFY(!stopped.ok() && stopped.error().code == ErrorCode::Cancelled);
        const auto result = pipeline.run(request, {});
        QVERIFY(result.ok());
        QVERIFY(test::jobAt(**result)->prediction != nullptr);
        QVERIFY(!test::jobAt(**result)->predictionError);
    }
};

QTEST_GUILESS_MAIN(TestBundleNumbers)
#include "tst_bundle_numbers.moc"
