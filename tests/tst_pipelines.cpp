// One frame through several networks at once.

#include <QTest>

#include "engine/attention/registry.h"
#include "engine/models/open_bundle.h"
#include "engine/pipeline/pipelines.h"
#include "engine/runtime/controller.h"
#include "engine/runtime/source_hash.h"
#include "tests/support/bundle_copy.h"
#include "tests/support/fake_feed.h"

using namespace fovea;
using namespace fovea::test;

namespace {

using FullResult = std::shared_ptr<const FrameResult>;

ModuleJob job(const char* id, const std::shared_ptr<const Bundle>& bundle, const char* slot = "") {
    ModuleJob made = bundleJob(*findModule(id), bundle);
    made.slot = slot;
    return made;
}

bool sameMaps(const FullResult& a, const FullResult& b, const char* id, const char* slot) {
    const auto x = a ? a->find(id, slot) : nullptr;
    const auto y = b ? b->find(id, slot) : nullptr;
    if (!x || !y || !x->output || !y->output || x->output->maps.size() != y->output->maps.size()) {
        return false;
    }
    for (std::size_t k = 0; k < x->output->maps.size(); ++k) {
        if (x->output->maps[k].data.values != y->output->maps[k].data.values) {
            return false;
        }
    }
    return x->provenance.kind == y->provenance.kind;
}

}  // namespace

class TestPipelines final : public QObject {
    Q_OBJECT

    std::shared_ptr<const Bundle> m_bundle;
    std::shared_ptr<const Bundle> m_second;  ///< the same once more, as another folder would be
    Frame m_frame;

    /// The Retina with what is looked at and one of the filmstrip, and the networks beside it.
    PipelineRequest request() const {
        PipelineRequest r{.epoch = 7, .frame = m_frame};
        r.jobs = {job("gc", nullptr), job("se", nullptr, "C"), job("simam", nullptr)};
        r.shownJobs = 2;
        r.others = {{.network = {.bundle = m_bundle}, .jobs = {job("gc", m_bundle, "B"), job("cbam", m_bundle, "D")}},
                    {.network = {.bundle = m_second}, .jobs = {job("gc", m_second, "E")}}};
        return r;
    }
    static FullResult alone(PipelineRequest r, std::size_t other) {
        r.network = r.others[other].network;
        r.jobs = r.others[other].jobs;
        r.others.clear();
        Pipeline pipeline;
        const auto result = pipeline.run(r, {});
        return result ? *result : nullptr;
    }

private Q_SLOTS:
    void initTestCase() {
        const auto bundle = openBundle(kShippedBundle);
        const auto frame = loadFrame(QStringLiteral(FOVEA_SOURCE_DIR "/tests/bundle/coffee.png"));
        QVERIFY(bundle.ok() && frame.ok());
        m_bundle = *bundle;
        m_second = std::make_shared<const Bundle>(**bundle);
        m_frame = *frame;
    }

    // Each network by itself says the very same, bit for bit; none runs twice.
    void everyNetworkGivesItsOwnNumbers() {
        Pipelines pipelines;
        std::vector<FullResult> seen;
        const auto result = pipelines.run(request(), {}, [&](FullResult snapshot) { seen.push_back(std::move(snapshot)); });
        QVERIFY2(result.ok(), result ? "" : result.error().message().c_str());
        const FrameResult& all = **result;
        QVERIFY(all.complete());
        QCOMPARE(pipelines.backboneRuns(), 3U);
        QCOMPARE(all.bundle, nullptr);
        QCOMPARE(all.others.size(), std::size_t{2});
        QCOMPARE(all.others[0]->bundle, m_bundle);
        QCOMPARE(all.others[1]->bundle, m_second);
        PipelineRequest retina = request();
        retina.others.clear();
        Pipeline pipeline;
        const auto own = pipeline.run(retina, {});
        QVERIFY(own.ok());
        QVERIFY(sameMaps(*result, *own, "gc", "") && sameMaps(*result, *own, "se", "C") && sameMaps(*result, *own, "simam", ""));
        QVERIFY(sameMaps(all.others[0], alone(request(), 0), "gc", "B"));
        QVERIFY(sameMaps(all.others[0], alone(request(), 0), "cbam", "D"));
        QVERIFY(sameMaps(all.others[1], alone(request(), 1), "gc", "E"));
        QVERIFY(all.others[0]->features->map.channels() != all.features->map.channels());
        for (const auto& snapshot : seen) {
            QCOMPARE(snapshot->modules.size(), std::size_t{3});
            QCOMPARE(snapshot->others.size(), std::size_t{2});
            QCOMPARE(snapshot->epoch, 7U);
            QCOMPARE(snapshot->frame.pixels, m_frame.pixels);
        }
        // What nobody looks at waits until all which somebody looks at is there.
        for (const auto& snapshot : seen) {
            QVERIFY(!snapshot->find("simam") || snapshot->complete(2));
        }
        QCOMPARE(seen.back().get(), result->get());
    }

    // A change in one place leaves what is known in all the others, from the first snapshot on.
    void whatIsKnownStandsInTheFirstSnapshot() {
        Pipelines pipelines;
        const auto before = pipelines.run(request(), {});
        QVERIFY(before.ok());
        PipelineRequest changed = request();
        changed.epoch = 8;
        changed.jobs[0].intervention.channels = {0.0F};
        FullResult first;
        const auto after = pipelines.run(changed, {}, [&](FullResult snapshot) { first = first ? first : std::move(snapshot); });
        QVERIFY(after.ok());
        QCOMPARE(pipelines.backboneRuns(), 3U);
        QVERIFY(first->modules[0] == nullptr);
        QCOMPARE(first->find("se", "C"), (*before)->find("se", "C"));
        QCOMPARE(first->find("simam"), (*before)->find("simam"));
        QCOMPARE(first->others[0]->find("cbam", "D"), (*before)->others[0]->find("cbam", "D"));
        QCOMPARE(first->others[1]->epoch, 8U);
        QVERIFY(!sameMaps(*before, *after, "gc", ""));
    }

    // Another pane becomes the active one: the networks change places, and none runs anew.
    void changingPlacesCostsNothing() {
        Pipelines pipelines;
        const auto before = pipelines.run(request(), {});
        QVERIFY(before.ok());
        PipelineRequest swapped = request();
        swapped.network = swapped.others[0].network;
        std::swap(swapped.jobs, swapped.others[0].jobs);
        swapped.others[0].network = {};
        const auto after = pipelines.run(swapped, {});
        QVERIFY(after.ok());
        QCOMPARE(pipelines.backboneRuns(), 3U);
        QCOMPARE((*after)->bundle, m_bundle);
        QCOMPARE((*after)->find("gc", "B"), (*before)->others[0]->find("gc", "B"));
        QCOMPARE((*after)->others[0]->find("gc"), (*before)->find("gc"));
        // A network which is not asked for any more is let go.
        std::weak_ptr<const Bundle> gone = m_second;
        swapped.others.clear();
        QVERIFY(pipelines.run(swapped, {}).ok());
        const long users = gone.use_count();
        QVERIFY(pipelines.run(request(), {}).ok());
        QVERIFY(gone.use_count() > users);
        QCOMPARE(pipelines.backboneRuns(), 5U);  // the Retina and the second network had gone
    }

    void aFailingNetworkFillsItsOwnPlace() {
        Bundle broken = *m_bundle;
        broken.backbonePath = "/nowhere/backbone.onnx";
        PipelineRequest r = request();
        r.others[0].network.bundle = std::make_shared<const Bundle>(broken);
        Pipelines pipelines;
        FullResult last;
        const auto result = pipelines.run(r, {}, [&](FullResult snapshot) { last = std::move(snapshot); });
        QVERIFY(result.ok());
        QCOMPARE(last.get(), result->get());
        QVERIFY((*result)->complete());
        const FrameResult& place = *(*result)->others[0];
        QVERIFY(!place.features);
        QCOMPARE(place.frame.pixels, m_frame.pixels);
        for (const auto& module : place.modules) {
            QVERIFY(!module->output);
            QVERIFY(!module->output.error().message().empty());
        }
        QVERIFY((*result)->find("gc")->output.ok());
        QVERIFY((*result)->others[1]->find("gc", "E")->output.ok());
    }

    void stopsBetweenNetworks() {
        Pipelines pipelines;
        std::stop_source stop;
        const auto result = pipelines.run(request(), stop.get_token(), [&](const FullResult& snapshot) {
            if (snapshot->find("gc") && !snapshot->others[0]) {
                stop.request_stop();
            }
        });
        QVERIFY(!result);
        QCOMPARE(int(result.error().code), int(ErrorCode::Cancelled));
        QCOMPARE(pipelines.backboneRuns(), 1U);
    }

    // Of a camera all networks show the same frame, or none.
    void liveNetworksAppearTogether() {
        FakeFeed feed(liveTraits());
        Controller controller(nullptr, feed.open());
        std::vector<FullResult> results;
        connect(&controller, &Controller::resultReady, this, [&](const FullResult& r) { results.push_back(r); });
        const PipelineRequest r = request();
        controller.setJobs(r.jobs, r.retina, r.network, r.shownJobs, r.others);
        controller.openSource({.kind = feed.traits.kind, .location = "fake"});
        for (std::uint64_t index = 0; index < 4; ++index) {
            feed.release(1);
            QTRY_VERIFY_WITH_TIMEOUT(!results.empty() && results.back()->frame.index == index, 60000);
        }
        for (const auto& result : results) {
            QVERIFY(result->complete(2));
            QCOMPARE(result->others.size(), std::size_t{2});
            for (const auto& other : result->others) {
                QCOMPARE(other->frame.pixels, result->frame.pixels);
                QVERIFY(other->features && other->modules.front()->output.ok());
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestPipelines)
#include "tst_pipelines.moc"
