// Every change of a session emits its own signal and no other, so that who listens to one is called for nothing else.

#include <QSignalSpy>
#include <QTest>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "app/session/session.h"
#include "engine/attention/registry.h"
#include "tests/support/session_pane.h"

using namespace fovea;
using namespace fovea::test;

namespace {

const QString kPicture = QStringLiteral(FOVEA_SOURCE_DIR "/resources/samples/rocket.jpg");
constexpr int kPatience = 30000;

/// Counts what a session and its controls say about changes, in this order.
class Listeners final {
public:
    explicit Listeners(Session& session) {
        listen("panes", session.paneControl(), &PaneControl::panesChanged);
        listen("mechanism", session.paneControl(), &PaneControl::mechanismChanged);
        listen("parameters", session.paneControl(), &PaneControl::parametersChanged);
        listen("intervention", session.paneControl(), &PaneControl::interventionChanged);
        listen("weights", session.paneControl(), &PaneControl::weightsChanged);
        listen("model", session.paneControl(), &PaneControl::modelChanged);
        listen("field", session.fieldControl(), &FieldControl::fieldChanged);
        listen("place", session.fieldControl(), &FieldControl::placeChanged);
        listen("pins", session.fieldControl(), &FieldControl::pinsChanged);
        listen("pinned", session.fieldControl(), &FieldControl::pinnedChanged);
        listen("style", session.display(), &DisplayControl::styleChanged);
        listen("opening", session, &Session::opening);
        listen("picture", session, &Session::pictureChanged);
        listen("result", session, &Session::resultChanged);
        listen("failed", session, &Session::failed);
    }

    /// The signals which `act` has emitted before it returns, one by one: "panes mechanism".
    std::string during(const std::function<void()>& act) {
        for (auto& [name, spy] : m_spies) {
            spy->clear();
        }
        act();
        QStringList said;
        for (auto& [name, spy] : m_spies) {
            for (qsizetype k = 0; k < spy->count(); ++k) {
                said << QString::fromLatin1(name);
            }
        }
        return said.join(u' ').toStdString();
    }

private:
    template <class Object, class Signal>
    void listen(const char* name, const Object& object, Signal signal) {
        m_spies.emplace_back(name, std::make_unique<QSignalSpy>(&object, signal));
    }

    std::vector<std::pair<const char*, std::unique_ptr<QSignalSpy>>> m_spies;
};

/// A session in which this mechanism has finished on a picture.
struct Finished {
    Session session;
    Listeners listeners{session};

    explicit Finished(const char* module) { begin({pane(module)}); }

    /// Restores the panes and waits for the result of the first one.
    void begin(const std::vector<PaneState>& panes) {
        SessionState state;
        state.panes = panes;
        session.restore(state);
        session.openFile(kPicture);
        QTRY_VERIFY_WITH_TIMEOUT(session.shown().moduleResult() && session.isUpToDate(0) && !session.isBusy(), kPatience);
        QVERIFY(session.shown().moduleResult()->output.ok());
    }
    std::string during(const std::function<void()>& act) { return listeners.during(act); }
};

}  // namespace

class TestSessionSignals final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aMechanism() {
        Finished f("se");
        PaneControl& control = f.session.paneControl();
        QCOMPARE(f.during([&] { control.setModule(QStringLiteral("simam")); }), "mechanism");
        QCOMPARE(f.during([&] { control.setModule(QStringLiteral("simam")); }), "");
        QCOMPARE(f.during([&] { control.setModule(QStringLiteral("tomorrow")); }), "");
        ParamSet params = f.session.choice().params;
        QVERIFY(params.setText(findModule("simam")->params, "e_lambda", "0.05"));
        QCOMPARE(f.during([&] { control.setParams(params); }), "parameters");
        QCOMPARE(f.during([&] { control.setParams(params); }), "");
        QCOMPARE(f.during([&] { control.setIntervention({.channels = {0.0F}}); }), "intervention");
        QCOMPARE(f.during([&] { control.setIntervention({.channels = {0.0F}}); }), "");
        QCOMPARE(f.during([&] { control.setSeed(7); }), "weights");
        QCOMPARE(f.during([&] { control.setTrained(true); }), "weights");
        QCOMPARE(f.during([&] { control.setFilmstrip({findModule("gc")}); }), "");
        QCOMPARE(f.during([&] { control.setStepsRecorded(true); }), "");
    }

    void aModel() {
        Finished f("se");
        PaneControl& control = f.session.paneControl();
        QCOMPARE(f.during([&] { control.setModel(RetinaOptions{.stride = 16}); }), "model");
        QCOMPARE(f.during([&] { control.setModel(RetinaOptions{.stride = 16}); }), "");
        QCOMPARE(f.during([&] { control.setRetina({.stride = 8}); }), "model");
        QCOMPARE(f.during([&] { control.setInput({.fit = Fit::Crop}); }), "model");
        QCOMPARE(f.during([&] { control.setInput({.fit = Fit::Crop}); }), "");
    }

    // Another pane is active, which may have another mechanism.
    void panes() {
        Finished f("se");
        PaneControl& control = f.session.paneControl();
        QCOMPARE(f.during([&] { control.add(findModule("se")); }), "panes");
        QCOMPARE(f.during([&] { control.setActive(0); }), "panes");
        QCOMPARE(f.during([&] { control.setActive(0); }), "");
        QCOMPARE(f.during([&] { control.add(findModule("gc")); }), "panes mechanism");
        QCOMPARE(f.during([&] { control.setActive(0); }), "panes mechanism");
        QCOMPARE(f.during([&] { control.swap(1, 2); }), "panes");
        QCOMPARE(f.during([&] { control.swap(0, 1); }), "panes mechanism");
        QCOMPARE(f.during([&] { control.remove(2); }), "panes");
        QCOMPARE(f.during([&] { control.setCompared(true); }), "");
        QCOMPARE(f.during([&] { control.remove(0); }), "panes mechanism");
        QCOMPARE(f.during([&] { control.remove(0); }), "");
    }

    void fields() {
        Finished f("cbam");
        FieldControl& control = f.session.fieldControl();
        QCOMPARE(f.during([&] { control.setMap("spatial"); }), "field");
        QCOMPARE(f.during([&] { control.setChannelMode(ChannelMode::Single, 2); }), "field");
        QCOMPARE(f.during([&] { control.setHead(1); }), "field");
        QCOMPARE(f.during([&] { control.setDirection(true); }), "field");
        QCOMPARE(f.during([&] { control.setActivation(3, false); }), "field");
        QCOMPARE(f.during([&] { control.setClipFrame(1); }), "field");
        QCOMPARE(f.during([&] { control.followNewest(); }), "field");
        QCOMPARE(f.during([&] { control.setPinned(false, {2}); }), "pinned");
        QCOMPARE(f.during([&] { control.setPinned(false, {2}); }), "");
    }

    void questions() {
        Finished f("sagan");
        FieldControl& control = f.session.fieldControl();
        QCOMPARE(f.during([&] { control.ask({0.3, 0.3}, QueryGesture::Add); }), "place pins");
        QCOMPARE(f.during([&] { control.ask({0.6, 0.6}, QueryGesture::Add); }), "place pins");
        QCOMPARE(f.during([&] { control.ask({0.7, 0.6}, QueryGesture::Move); }), "place pins");
        QCOMPARE(f.during([&] { control.setActivePin(1); }), "place pins");
        QCOMPARE(f.during([&] { control.setActivePin(1); }), "");
        QCOMPARE(f.during([&] { control.removePin(2); }), "pins");
        QCOMPARE(f.during([&] { control.removePin(2); }), "");
        QCOMPARE(f.during([&] { control.ask({0.2, 0.2}, QueryGesture::Add); }), "place pins");
        QCOMPARE(f.during([&] { control.removePin(2); }), "place pins");  // the one before it asks
        QCOMPARE(f.during([&] { control.clearPins(); }), "pins");
        QCOMPARE(f.during([&] { control.askOnGrid({0.5, 0.25}, -1); }), "place");
        QCOMPARE(f.during([&] { control.askInPane(0, {0.5, 0.75}); }), "place");
    }

    // A map which asks nothing has no pins. A mechanism which looks where it is told has another parameter then.
    void aClickElsewhere() {
        Finished quiet("se");
        QCOMPARE(quiet.during([&] { quiet.session.fieldControl().ask({0.3, 0.3}, QueryGesture::Add); }), "place");
        Finished told("ram_glimpse");
        QCOMPARE(told.during([&] { told.session.fieldControl().ask({0.3, 0.3}, QueryGesture::Add); }), "parameters place pins");
        QCOMPARE(told.during([&] { told.session.fieldControl().ask({0.3, 0.3}, QueryGesture::Move); }), "place pins");
    }

    void aStyle() {
        Finished f("se");
        DisplayControl& display = f.session.display();
        OverlayStyle style = display.style();
        style.opacity = 0.3;
        QCOMPARE(f.during([&] { display.setStyle(style); }), "style");
        QCOMPARE(f.during([&] { display.setStyle(style); }), "");
        QCOMPARE(f.during([&] { display.setRange(RangeMode::Typed, {0.25F, 0.75F}); }), "style");
        QCOMPARE(f.during([&] { display.setRange(RangeMode::Typed, {0.25F, 0.75F}); }), "");
        QCOMPARE(f.during([&] { display.setRange(RangeMode::Locked, {0.25F, 0.75F}); }), "style");  // the same range, now locked
        QCOMPARE(f.during([&] { display.setRangeSmoothing(0.5); }), "style");
    }

    // Everything may be another one, and each signal says so once.
    void aRestoredState() {
        Finished f("se");
        const SessionState state = f.session.state();
        QCOMPARE(f.during([&] { f.session.restore(state); }), "panes mechanism model field pins style");
        QCOMPARE(f.during([&] { f.session.restore({}); }), "");
    }

    void whatIsDropped() {
        PaneState asked = pane("se");
        asked.field.map = "tomorrow";
        asked.intervention.channels.assign(5000, 0.5F);
        asked.pinnedChannels = {1, 4999};
        Finished f("se");
        f.begin({asked});
        std::vector<Error> problems;
        QCOMPARE(f.during([&] { problems = f.session.fieldControl().dropMissingChoices(0, "panes[0]."); }),
                 "intervention field pinned");
        QCOMPARE(problems.size(), std::size_t{3});
        QVERIFY(f.session.choice().field.map.empty());
        QCOMPARE(f.session.choice().pinnedChannels, std::vector<int>{1});
    }

    void aPicture() {
        Finished f("se");
        QCOMPARE(f.during([&] { f.session.openFile(kPicture); }), "opening");
        const auto before = f.session.shown().result();
        const std::string followed = f.during(
            [&] { QTRY_VERIFY_WITH_TIMEOUT(f.session.shown().result() != before && f.session.isUpToDate(0), kPatience); });
        QVERIFY2(followed.starts_with("picture result") && followed.find("failed") == std::string::npos, followed.c_str());
        QCOMPARE(f.during([&] { f.session.openFrame(makeError(ErrorCode::BadFormat, "none", {})); }), "failed");
    }
};

QTEST_GUILESS_MAIN(TestSessionSignals)
#include "tst_session_signals.moc"
