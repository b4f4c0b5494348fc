// Models as values: bundles which were opened, and what those which are being opened are for.

#include <QTest>

#include <memory>

#include "app/session/models.h"

using namespace fovea;

namespace {

std::shared_ptr<const Bundle> bundleOfFolder(const char* folder) {
    auto bundle = std::make_shared<Bundle>();
    bundle->folder = folder;
    return bundle;
}

SessionState stateOf(const std::vector<std::string>& folders) {
    SessionState state;
    for (const std::string& folder : folders) {
        state.panes.push_back({.bundleFolder = folder, .module = "se"});
    }
    return state;
}

}  // namespace

class TestModels final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aFolderKeepsItsPlace() {
        Models models;
        models.add(bundleOfFolder("/a"));
        models.add(bundleOfFolder("/b"));
        const auto again = bundleOfFolder("/a");
        models.add(again);
        QCOMPARE(models.bundles().size(), std::size_t{2});
        QCOMPARE(models.bundles().front(), again);
        QCOMPARE(models.bundleIn("/a"), again);
        QVERIFY(models.bundleIn("/c") == nullptr);
    }

    void theFirstClosedBundleIsFound() {
        Models models;
        models.add(bundleOfFolder("/a"));
        QCOMPARE(models.closedBundle(stateOf({"", "/a"})), "");
        QCOMPARE(models.closedBundle(stateOf({"/a", "/c", "/b"})), "/c");
    }

    void inputAndOptionsAreThoseOfAll() {
        Models models;
        const ModelInput cropped{.fit = Fit::Crop, .fine = true};
        QVERIFY(models.setInput(cropped));
        QVERIFY(!models.setInput(cropped));
        models.add(bundleOfFolder("/a"));
        const ModelSpec network = models.inFolder("/a");
        QVERIFY(network == ModelSpec(NetworkModel{.bundle = models.bundleIn("/a"), .input = cropped}));
        QVERIFY(models.inFolder("/none") == ModelSpec(models.retina()));
        models.follow(RetinaOptions{.stride = 16});
        QCOMPARE(models.retina().stride, 16);
        QVERIFY(models.refreshed(RetinaOptions{}) == ModelSpec(RetinaOptions{.stride = 16}));
        models.follow(NetworkModel{.bundle = models.bundleIn("/a")});
        QVERIFY(models.input() == ModelInput());
        QVERIFY(models.refreshed(network) == ModelSpec(NetworkModel{.bundle = models.bundleIn("/a")}));
    }

    void theFirstJobsWait() {
        Models models;
        models.openForPane(true);
        QVERIFY(!models.holdsJobs());
        models.openForPane(false);
        QVERIFY(models.holdsJobs() && models.selectsOpened());
        models.openForPane(true);  // another folder before the first one was read
        QVERIFY(models.holdsJobs());
        QVERIFY(models.releaseJobs());
        QVERIFY(!models.releaseJobs());
    }

    void aStateWaitsForItsBundles() {
        Models models;
        models.openForState(stateOf({"/a"}), false);
        QVERIFY(models.isRestoring() && models.holdsJobs() && !models.selectsOpened());
        QVERIFY(*models.pending() == stateOf({"/a"}));
        QVERIFY(*models.takePending() == stateOf({"/a"}));
        QVERIFY(!models.isRestoring() && !models.takePending());
        models.openForState(stateOf({"/a"}), true);
        models.openForPane(true);  // chosen by a person meanwhile
        QVERIFY(!models.isRestoring() && models.selectsOpened());
        models.openForState(stateOf({"/a"}), false);
        models.endOpening();
        QVERIFY(!models.isRestoring() && !models.holdsJobs() && !models.selectsOpened());
    }
};

QTEST_GUILESS_MAIN(TestModels)
#include "tst_models.moc"
