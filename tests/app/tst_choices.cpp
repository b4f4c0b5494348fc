// Choices as values: what a mechanism remembers, what all of them share, and the jobs which follow.

#include <QTest>

#include <algorithm>
#include <memory>

#include "app/session/selection.h"
#include "engine/attention/registry.h"

using namespace fovea;
using Verdict = Choice::Verdict;

namespace {

/// A network which is never run.
ModelSpec network() {
    auto bundle = std::make_shared<Bundle>();
    bundle->folder = "/models/mine";
    return NetworkModel{.bundle = std::move(bundle)};
}

Pane paneOf(const char* module, int place = 0, const ModelSpec& model = RetinaOptions{}) {
    return {.module = findModule(module), .place = place, .model = model};
}

/// A result with features of the Retina, whose grid covers the picture, and of `other`, which sees its left half alone.
FrameResult resultOf(const ModelSpec& other) {
    FrameResult result;
    result.frame.width = 80;
    result.frame.height = 40;
    const auto part = [](const ModelSpec& model, int columns) {
        auto features = std::make_shared<Features>();
        features->map = FeatureMap(1, 4, columns);
        features->geometry = {.originX = 0.0, .originY = 0.0, .stepX = 10.0, .stepY = 10.0};
        return ModelResult{.model = model, .features = std::move(features)};
    };
    result.models = {part(RetinaOptions{}, 8), part(other, 4)};
    return result;
}

std::vector<std::string> ids(const std::vector<ModuleJob>& jobs) {
    std::vector<std::string> found;
    std::transform(jobs.begin(), jobs.end(), std::back_inserter(found), [](const ModuleJob& job) { return job.info->id; });
    return found;
}

}  // namespace

class TestChoices final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aMechanismBeginsWithItsDefaults() {
        Choices choices;
        const Pane pane = paneOf("gc");
        QVERIFY(choices.find(pane.jobId()) == nullptr);
        const Choice& choice = choices.of(pane, pane);
        QVERIFY(choice.params == ParamSet(findModule("gc")->params));
        QVERIFY(choice.field.job == pane.jobId());
        QCOMPARE(choice.field.queryX, 0.5);
        QCOMPARE(choices.find(pane.jobId()), &choice);
    }

    void anotherOneBeginsWithTheQuestion() {
        Choices choices;
        const Pane active = paneOf("gc");
        Choice& asking = choices.of(active, active);
        asking.field.queryX = 0.25;
        asking.field.queryY = 0.75;
        asking.field.activationClass = 3;
        asking.field.head = 2;
        const Choice& beside = choices.of(paneOf("se"), active);
        QCOMPARE(beside.field.queryX, 0.25);
        QCOMPARE(beside.field.queryY, 0.75);
        QCOMPARE(beside.field.activationClass, 3);
        QCOMPARE(beside.field.head, -1);
        const Choice& elsewhere = choices.of(paneOf("se", 0, network()), active);
        QCOMPARE(elsewhere.field.queryX, 0.25);
        QCOMPARE(elsewhere.field.activationClass, -1);  // a class of another network
    }

    void aMechanismIsAsItWasLeft() {
        Choices choices;
        const Pane first = paneOf("gc");
        choices.of(first, first).seed = 7;
        static_cast<void>(choices.of(paneOf("se"), paneOf("se")));
        QCOMPARE(choices.of(first, paneOf("se")).seed, std::uint64_t{7});
    }

    void aFileIsOnTrial() {
        Choice choice;
        QVERIFY(choice.judgeFile(false) == Verdict::None);
        choice.tryFile("/good");
        QVERIFY(choice.judgeFile(true) == Verdict::Taken);
        QVERIFY(choice.judgeFile(false) == Verdict::None);
        QCOMPARE(choice.weightsFile, "/good");
        choice.tryFile("/bad");
        choice.tryFile("/worse");  // before the first was judged
        QVERIFY(choice.judgeFile(false) == Verdict::Refused);
        QCOMPARE(choice.weightsFile, "/good");
        choice.tryFile("/bad");
        choice.drawWeights(9);
        QVERIFY(choice.judgeFile(false) == Verdict::None);
        QCOMPARE(choice.weightsFile, "");
        QCOMPARE(choice.seed, std::uint64_t{9});
    }

    void aFieldLeavesWhatItContradicts() {
        Choice choice;
        choice.showChannel(ChannelMode::Single, 5);
        QCOMPARE(choice.field.channel, 5);
        choice.field.activationClass = 2;
        choice.showMap("spatial");
        QCOMPARE(choice.field.map, "spatial");
        QCOMPARE(choice.field.channel, -1);
        QCOMPARE(choice.field.activationClass, -1);
        QVERIFY(choice.field.channelMode == ChannelMode::After);
        choice.showChannel(ChannelMode::Single, 5);
        choice.showHead(1);
        QVERIFY(choice.field.channelMode == ChannelMode::After);
        QCOMPARE(choice.field.head, 1);
    }

    void pinnedListsAreToldApart() {
        Choice choice;
        QVERIFY(choice.setPinned(false, {3, 1}));
        QVERIFY(choice.setPinned(true, {2}));
        QVERIFY(!choice.setPinned(true, {2}));
        QVERIFY(!choice.setPinned(true, choice.pinnedHeads));
        QCOMPARE(choice.pinned(false), (std::vector<int>{3, 1}));
        QCOMPARE(choice.pinned(true), std::vector<int>{2});
    }

    void allAskAtOnePlaceOfThePicture() {
        const ModelSpec other = network();
        const FrameResult result = resultOf(other);
        Choices choices;
        const Pane near = paneOf("gc");
        const Pane far = paneOf("gc", 0, other);
        static_cast<void>(choices.of(near, near));
        static_cast<void>(choices.of(far, near));
        choices.askAt({0.25, 0.5}, 2, modelId(near.model), &result);
        QCOMPARE(choices.find(near.jobId())->field.queryX, 0.25);
        QCOMPARE(choices.find(far.jobId())->field.queryX, 0.5);  // the same pixel, on a grid of half the width
        QCOMPARE(choices.find(far.jobId())->field.queryY, 0.5);
        QCOMPARE(choices.find(far.jobId())->field.queryFrame, 2);
        choices.askAt({0.75, 0.5}, -1, modelId(near.model), &result);
        QCOMPARE(choices.find(far.jobId())->field.queryX, 1.0);  // the nearest which that network sees
        choices.askAt({0.75, 0.5}, -1, modelId(near.model), nullptr);
        QCOMPARE(choices.find(far.jobId())->field.queryX, 0.75);
    }

    void aClassIsAskedOfOneModel() {
        const ModelSpec other = network();
        Choices choices;
        const Pane near = paneOf("gc");
        const Pane far = paneOf("gc", 0, other);
        static_cast<void>(choices.of(near, near));
        static_cast<void>(choices.of(far, near));
        choices.setActivation(modelId(other), 4, true);
        QCOMPARE(choices.find(far.jobId())->field.activationClass, 4);
        QVERIFY(choices.find(far.jobId())->field.plainActivation);
        QCOMPARE(choices.find(near.jobId())->field.activationClass, -1);
        choices.setClipFrame(3);
        QCOMPARE(choices.find(near.jobId())->field.frame, 3);
        choices.followNewest();
        QCOMPARE(choices.find(far.jobId())->field.frame, -1);
    }

    // The first place is the filmstrip's, too.
    void aPaneWhichHasGoneIsForgotten() {
        Choices choices;
        for (const Pane& pane : {paneOf("gc"), paneOf("se"), paneOf("gc", 1), paneOf("se", 1)}) {
            choices.of(pane, pane).seed = 5;
        }
        choices.makeRoomFor(paneOf("gc", 1));
        QVERIFY(choices.find(paneOf("gc", 1).jobId()) == nullptr && choices.find(paneOf("se", 1).jobId()) == nullptr);
        choices.makeRoomFor(paneOf("gc"));
        QVERIFY(choices.find(paneOf("gc").jobId()) == nullptr && choices.find(paneOf("se").jobId()) != nullptr);
    }

    void anAddedPaneIsACopyOfTheActiveOne() {
        Selection selection{.panes = Panes(paneOf("gc"))};
        selection.choice().seed = 5;
        selection.choice().field.queryX = 0.25;
        QVERIFY(!selection.addPane(nullptr));
        QVERIFY(selection.addPane(findModule("gc")));
        QCOMPARE(selection.panes.active(), 1);
        QCOMPARE(selection.panes.current().place, 1);
        QCOMPARE(selection.choice().seed, std::uint64_t{5});
        QVERIFY(selection.choice().field.job == selection.panes.current().jobId());
        QVERIFY(selection.addPane(findModule("se")));
        QCOMPARE(selection.choice().seed, std::uint64_t{1});  // another mechanism takes only the question along
        QCOMPARE(selection.choice().field.queryX, 0.25);
    }

    void theActivePaneIsComputedFirst() {
        Selection selection{.panes = Panes(paneOf("gc"))};
        selection.filmstrip = {findModule("gc"), findModule("simam")};
        selection.recordsSteps = true;
        QVERIFY(selection.addPane(findModule("se")));
        auto jobs = selection.jobs();
        QCOMPARE(jobs.size(), std::size_t{1});
        QCOMPARE(ids(jobs[0].jobs), (std::vector<std::string>{"se", "gc", "simam"}));
        QVERIFY(jobs[0].jobs[0].shown && jobs[0].jobs[0].recordSteps && jobs[0].jobs[0].place == 1);
        QVERIFY(!jobs[0].jobs[1].shown && !jobs[0].jobs[1].recordSteps && jobs[0].jobs[1].place == 0);
        selection.panes.setCompared(true);
        jobs = selection.jobs();
        QCOMPARE(ids(jobs[0].jobs), (std::vector<std::string>{"se", "gc", "simam"}));
        QVERIFY(jobs[0].jobs[1].shown);  // that of the other pane, which the filmstrip shows, too
    }

    void eachModelHasItsJobs() {
        Selection selection{.panes = Panes(paneOf("gc"))};
        QVERIFY(selection.addPane(findModule("se")));
        selection.panes.setCompared(true);
        selection.setModel(network());
        QVERIFY(!bundleOf(selection.panes[0].model) && bundleOf(selection.panes[1].model));
        const auto jobs = selection.jobs();
        QCOMPARE(jobs.size(), std::size_t{2});
        QVERIFY(bundleOf(jobs[0].model));
        QCOMPARE(ids(jobs[0].jobs), std::vector<std::string>{"se"});
        QCOMPARE(ids(jobs[1].jobs), std::vector<std::string>{"gc"});
        QVERIFY(jobs[0].jobs[0].predict && !jobs[1].jobs[0].predict);
    }

    // Unless panes are compared, those with the same model follow.
    void aModelIsThatOfAllPanes() {
        Selection selection{.panes = Panes(paneOf("gc"))};
        QVERIFY(selection.addPane(findModule("se")));
        selection.choice().field.queryX = 0.25;
        const ModelSpec other = network();
        selection.setModel(other);
        QVERIFY(selection.panes.haveOneModel() && selection.panes[0].model == other);
        QCOMPARE(selection.choice().field.queryX, 0.25);  // the question stays
        selection.models.setRetina({.stride = 16});
        selection.setModel(selection.models.retina());
        QVERIFY(selection.panes[0].model == ModelSpec(RetinaOptions{.stride = 16}));
    }

    void aStateComesBack() {
        Selection selection{.panes = Panes(paneOf("gc"))};
        QVERIFY(selection.addPane(findModule("se")));
        selection.choice().seed = 5;
        selection.choice().intervention.channels = {0.0F};
        selection.questions.ask({0.25, 0.75}, QueryGesture::Add);
        selection.models.setInput({.fit = Fit::Crop, .fine = true});
        const SessionState state = selection.state();
        QCOMPARE(state.panes.size(), std::size_t{2});
        Selection other{.panes = Panes(paneOf("simam"))};
        other.restore(state);
        QVERIFY(other.state() == state);
        QCOMPARE(other.panes.active(), 1);
        QVERIFY(other.models.input() == (ModelInput{.fit = Fit::Crop, .fine = true}));
    }

    void anUnknownMechanismIsLeftOut() {
        Selection selection{.panes = Panes(paneOf("gc"))};
        SessionState state;
        state.panes = {{.module = "tomorrow"}, {.module = "se", .place = 1}};
        state.active = 1;
        selection.restore(state);
        QCOMPARE(selection.panes.count(), 1);
        QCOMPARE(selection.panes.current().module, findModule("se"));
        QVERIFY(selection.choice().params == ParamSet(findModule("se")->params));  // none were given: the model's
        state.panes = {{.module = "tomorrow"}};
        selection.restore(state);
        QCOMPARE(selection.panes.current().module, findModule("se"));
    }
};

QTEST_GUILESS_MAIN(TestChoices)
#include "tst_choices.moc"
