// One frame through several models at once.
// test: needs-bundle

#include <QTest>

#include <algorithm>
#include <memory>
#include <stop_token>
#include <utility>
#include <vector>

#include "engine/attention/registry.h"
#include "engine/models/open_bundle.h"
#include "engine/pipeline/pipeline.h"
#include "engine/runtime/controller.h"
#include "engine/runtime/source_hash.h"
#include "tests/support/bundle_copy.h"
#include "tests/support/fake_feed.h"
#include "tests/support/made_result.h"

using namespace fovea;
using namespace fovea::test;

namespace {

using FullResult = std::shared_ptr<const FrameResult>;

ModuleJob job(const char* id, const ModelSpec& model, int place = 0, bool shown = true) {
    ModuleJob made = modelJob(*findModule(id), model);
    made.place = place;
    made.shown = shown;
    return made;
}

std::shared_ptr<const JobResult> found(const FullResult& result, const char* id, int place, const ModelSpec& model) {
    return result ? result->find(JobId{id, place, modelId(model)}) : nullptr;
}

bool sameMaps(const FullResult& a, const FullResult& b, const char* id, int place, const ModelSpec& model) {
    const auto x = found(a, id, place, model);
    const auto y = found(b, id, place, model);
    if (!x || !y || !x->output || !y->output || x->output->maps.size() != y->output->maps.size()) {
        return false;
    }
    for (std::size_t k = 0; k < x->output->maps.size(); ++k) {
        if (x->output->maps[k].data.values != y->output->maps[k].data.values) {
            return false;
        }
    }
    return x->source.provenance.kind == y->source.provenance.kind;
}

/// Whether the first network's features of one result are those of the second network, which is its equal, of the other.
bool sameValues(const FrameResult& a, const FrameResult& b) {
    const FeatureMap& x = a.models[1].features->map;
    const FeatureMap& y = b.models[2].features->map;
    return x.size() == y.size() && std::equal(x.data(), x.data() + x.size(), y.data());
}

}  // namespace

class TestModelsTogether final : public QObject {
    Q_OBJECT

    const ModelSpec m_retina = RetinaOptions{};
    ModelSpec m_first;
    ModelSpec m_second;  ///< the same network once more, as another folder would be
    Frame m_frame;

    /// The Retina with what is looked at and one of the filmstrip, and the networks beside it.
    PipelineRequest request() const {
        return {.epoch = 7,
                .frame = m_frame,
                .models = {{m_retina, {job("gc", m_retina), job("se", m_retina, 2), job("simam", m_retina, 0, false)}},
                           {m_first, {job("gc", m_first, 1), job("cbam", m_first, 3)}},
                           {m_second, {job("gc", m_second, 4)}}}};
    }
    FullResult alone(std::size_t model) const {
        PipelineRequest one = request();
        one.models = {one.models[model]};
        Pipeline pipeline;
        const auto result = pipeline.run(one, {});
        return result ? *result : nullptr;
    }

private Q_SLOTS:
    void initTestCase() {
        const auto bundle = openBundle(kShippedBundle);
        const auto frame = loadFrame(QStringLiteral(FOVEA_SOURCE_DIR "/tests/bundle/coffee.png"));
        QVERIFY(bundle.ok() && frame.ok());
        m_first = NetworkModel{*bundle};
        Bundle copy = **bundle;
        copy.id = newModelId();
        m_second = NetworkModel{std::make_shared<const Bundle>(copy)};
        m_frame = *frame;
    }

    // Each network by itself says the very same, bit for bit; none runs twice.
    void everyModelGivesItsOwnNumbers() {
        Pipeline pipeline;
        std::vector<FullResult> seen;
        const auto result = pipeline.run(request(), {}, [&](FullResult snapshot) { seen.push_back(std::move(snapshot)); });
        QVERIFY2(result.ok(), result ? "" : result.error().message().c_str());
        const FrameResult& all = **result;
        QVERIFY(all.complete());
        QCOMPARE(pipeline.backboneRuns(), 3U);
        QCOMPARE(all.models.size(), std::size_t{3});
        QVERIFY(all.models[0].model == m_retina && all.models[1].model == m_first && all.models[2].model == m_second);
        QVERIFY(sameMaps(*result, alone(0), "gc", 0, m_retina) && sameMaps(*result, alone(0), "se", 2, m_retina));
        QVERIFY(sameMaps(*result, alone(0), "simam", 0, m_retina));
        QVERIFY(sameMaps(*result, alone(1), "gc", 1, m_first) && sameMaps(*result, alone(1), "cbam", 3, m_first));
        QVERIFY(sameMaps(*result, alone(2), "gc", 4, m_second));
        QVERIFY(all.models[1].features->map.channels() != all.models[0].features->map.channels());
        for (const auto& snapshot : seen) {
            QCOMPARE(snapshot->models.size(), std::size_t{3});
            QCOMPARE(snapshot->models.front().jobs.size(), std::size_t{3});
            QCOMPARE(snapshot->epoch, 7U);
            QCOMPARE(snapshot->frame.pixels, m_frame.pixels);
        }
        // A hidden job waits until all shown jobs are there.
        for (const auto& snapshot : seen) {
            const bool shownAreThere = found(snapshot, "gc", 0, m_retina) && found(snapshot, "se", 2, m_retina) &&
                                       found(snapshot, "gc", 1, m_first) && found(snapshot, "cbam", 3, m_first) &&
                                       found(snapshot, "gc", 4, m_second);
            QCOMPARE(snapshot->shownComplete(), shownAreThere);
            QVERIFY(!found(snapshot, "simam", 0, m_retina) || shownAreThere);
        }
        QCOMPARE(seen.back().get(), result->get());
    }

    // A change in one place leaves what is known in all the others, from the first snapshot on.
    void whatIsKnownStandsInTheFirstSnapshot() {
        Pipeline pipeline;
        const auto before = pipeline.run(request(), {});
        QVERIFY(before.ok());
        PipelineRequest changed = request();
        changed.epoch = 8;
        changed.models[0].jobs[0].intervention.channels = {0.0F};
        FullResult first;
        const auto after = pipeline.run(changed, {}, [&](FullResult snapshot) { first = first ? first : std::move(snapshot); });
        QVERIFY(after.ok());
        QCOMPARE(pipeline.backboneRuns(), 3U);
        QVERIFY(jobAt(*first) == nullptr);
        QCOMPARE(found(first, "se", 2, m_retina), found(*before, "se", 2, m_retina));
        QCOMPARE(found(first, "simam", 0, m_retina), found(*before, "simam", 0, m_retina));
        QCOMPARE(found(first, "cbam", 3, m_first), found(*before, "cbam", 3, m_first));
        QCOMPARE(first->epoch, 8U);
        QVERIFY(!sameMaps(*before, *after, "gc", 0, m_retina));
    }

    // Another pane becomes the active one: the networks change places, and none runs anew.
    void changingPlacesCostsNothing() {
        Pipeline pipeline;
        const auto before = pipeline.run(request(), {});
        QVERIFY(before.ok());
        PipelineRequest swapped = request();
        std::swap(swapped.models[0], swapped.models[1]);
        const auto after = pipeline.run(swapped, {});
        QVERIFY(after.ok());
        QCOMPARE(pipeline.backboneRuns(), 3U);
        QVERIFY((*after)->models.front().model == m_first);
        QCOMPARE(found(*after, "gc", 1, m_first), found(*before, "gc", 1, m_first));
        QCOMPARE(found(*after, "gc", 0, m_retina), found(*before, "gc", 0, m_retina));
        // A model which is not asked for any more is let go.
        const std::weak_ptr<const Bundle> gone = bundleOf(m_second);
        swapped.models.resize(1);
        QVERIFY(pipeline.run(swapped, {}).ok());
        const long users = gone.use_count();
        const auto again = pipeline.run(request(), {});
        QVERIFY(again.ok());
        QVERIFY(gone.use_count() > users);
        QCOMPARE(pipeline.backboneRuns(), 5U);  // the Retina and the second network had gone
    }

    void aFailingNetworkFillsItsOwnPlace() {
        Bundle broken = *bundleOf(m_first);
        broken.id = newModelId();
        broken.backbonePath = "/nowhere/backbone.onnx";
        PipelineRequest r = request();
        r.models[1].model = NetworkModel{std::make_shared<const Bundle>(broken)};
        Pipeline pipeline;
        FullResult last;
        const auto result = pipeline.run(r, {}, [&](FullResult snapshot) { last = std::move(snapshot); });
        QVERIFY(result.ok());
        QCOMPARE(last.get(), result->get());
        QVERIFY((*result)->complete());
        const ModelResult& place = (*result)->models[1];
        QVERIFY(!place.features);
        QCOMPARE((*result)->frame.pixels, m_frame.pixels);
        for (const auto& asked : place.jobs) {
            QVERIFY(!asked.result->output);
            QVERIFY(!asked.result->output.error().message().empty());
        }
        QVERIFY(found(*result, "gc", 0, m_retina)->output.ok());
        QVERIFY(found(*result, "gc", 4, m_second)->output.ok());
    }

    void stopsBetweenNetworks() {
        Pipeline pipeline;
        std::stop_source stop;
        const auto result = pipeline.run(request(), stop.get_token(), [&](const FullResult& snapshot) {
            if (found(snapshot, "gc", 0, m_retina) && !snapshot->models[1].features) {
                stop.request_stop();
            }
        });
        QVERIFY(!result);
        QCOMPARE(int(result.error().code), int(ErrorCode::Cancelled));
        QCOMPARE(pipeline.backboneRuns(), 1U);
    }

    // All models show the same frame of a camera, or none.
    void liveModelsAppearTogether() {
        FakeFeed feed(liveTraits());
        Controller controller(nullptr, feed.open());
        std::vector<FullResult> results;
        connect(&controller, &Controller::resultReady, this, [&](const FullResult& r) { results.push_back(r); });
        controller.setJobs(request().models);
        controller.openSource({.kind = feed.traits.kind, .location = "fake"});
        for (std::uint64_t index = 0; index < 4; ++index) {
            feed.release(1);
            QTRY_VERIFY_WITH_TIMEOUT(!results.empty() && results.back()->frame.index == index, 60000);
        }
        for (const auto& result : results) {
            QVERIFY(result->shownComplete());
            QCOMPARE(result->models.size(), std::size_t{3});
            for (const ModelResult& model : result->models) {
                QVERIFY(model.features && model.jobs.front().result->output.ok());
            }
            QVERIFY(sameValues(*result, *result));  // two equal networks have seen the same frame
            QVERIFY(result == results.front() || result->frame.index == results.front()->frame.index ||
                    !sameValues(*result, *results.front()));
        }
    }
};

QTEST_GUILESS_MAIN(TestModelsTogether)
#include "tst_models_together.moc"
