// What is missing in a session that was opened: what waits for it, what a person may choose meanwhile, and what is dropped.

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>

#include "app/restore_control.h"
#include "app/session/session.h"
#include "app/session/session_file.h"
#include "engine/attention/registry.h"
#include "engine/models/bundle.h"
#include "engine/render/field.h"
#include "tests/support/files.h"
#include "tests/support/session_pane.h"

using namespace fovea;
using namespace fovea::test;
using Kind = SessionLoss::Kind;

namespace {

const QString kPicture = QStringLiteral(FOVEA_SOURCE_DIR "/resources/samples/rocket.jpg");
constexpr int kPatience = 30000;

}  // namespace

class TestRestoreControl final : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_place;
    QString m_root;
    BundledModel m_own;  ///< of a program whose files nobody opens

    QString at(const QString& path) const { return m_root + u'/' + path; }
    /// A session as read whose pane waits for its model and its weights, and whose map no model here has.
    OpenedSession waiting(const BundledModel& own) const {
        PaneState p = pane("se", "/lost/mine");
        p.weightsFile = "/lost/w.safetensors";
        p.field.map = "tomorrow";
        SessionFile file;
        file.source.location = at(QStringLiteral("work/picture.png")).toStdString();
        file.state.panes = {p};
        return *parseSession(sessionJson(file, {}, own), "a.fovea", m_root, own);
    }
    /// Restores a state, on a picture, and waits for the results of all panes.
    static void compute(Session& session, const SessionState& state) {
        session.paneControl().setCompared(state.panes.size() > 1);
        session.restore(state);
        session.openFile(kPicture);
        const auto isThere = [&] {
            bool all = session.panes().count() == static_cast<int>(state.panes.size()) && !session.models().isRestoring();
            for (int k = 0; all && k < session.panes().count(); ++k) {
                all = session.shown().moduleResult(k) && session.isUpToDate(k);
            }
            return all;
        };
        QTRY_VERIFY_WITH_TIMEOUT(isThere(), kPatience);
    }

private Q_SLOTS:
    void init() {
        m_place = std::make_unique<QTemporaryDir>();
        m_root = QFileInfo(m_place->path()).canonicalFilePath();
        m_own = {.name = "fovea-v1", .folder = at(QStringLiteral("program/fovea-v1")).toStdString(), .sha256 = "abc"};
        QVERIFY(QDir().mkpath(at(QStringLiteral("work"))));
        put(at(QStringLiteral("work/picture.png")), "a picture which nobody opens");
    }

    // What a person chooses while something is missing is saved; all else waits for what is missing.
    void whatWasChosenMeanwhileStays() {
        Session session;
        RestoreControl restore(session);
        const OpenedSession opened = waiting(m_own);
        restore.begin(opened);
        const auto saved = [&](const std::function<void(PaneState&)>& choose) {
            SessionFile file = opened.file;
            choose(file.state.panes.front());
            return restore.withMissing(file).state.panes.front();
        };
        const PaneState untouched = saved([](PaneState&) {});
        QCOMPARE(untouched.bundleFolder, "/lost/mine");
        QCOMPARE(untouched.weightsFile, "/lost/w.safetensors");
        QCOMPARE(saved([](PaneState& p) { p.weightsFile = "/mine/w.safetensors"; }).weightsFile, "/mine/w.safetensors");
        QCOMPARE(saved([](PaneState& p) { p.bundleFolder = "/mine/model"; }).bundleFolder, "/mine/model");
        const PaneState changed = saved([](PaneState& p) {
            p.seed = 5;
            p.field.map = "channel";
        });
        QCOMPARE(changed.bundleFolder, "/lost/mine");
        QCOMPARE(changed.seed, std::uint64_t{5});
        QCOMPARE(changed.field.map, "channel");
        QCOMPARE(changed.weightsFile, "");  // random ones were chosen
        const PaneState another = saved([](PaneState& p) { p.module = "gc"; });
        QCOMPARE(another.bundleFolder, "/lost/mine");
        QCOMPARE(another.module, "gc");
        // The same when the model is located.
        const auto model = std::find_if(opened.losses.begin(), opened.losses.end(),
                                        [](const SessionLoss& loss) { return loss.kind == Kind::Model; });
        QVERIFY(model != opened.losses.end());
        SessionState now = opened.file.state;
        now.panes.front().seed = 5;
        const auto located = restore.located(*model, "/found/mine", now);
        QVERIFY(located && located->panes.front().bundleFolder == "/found/mine" && located->panes.front().seed == 5);
        restore.begin(opened);
        now.panes.front().bundleFolder = "/mine/model";
        QVERIFY(!restore.located(*model, "/found/mine", now));
    }

    void whatTheStandInDoesNotHaveComesBack() {
        Session session;
        RestoreControl restore(session);
        const OpenedSession opened = waiting({});
        restore.begin(opened);
        compute(session, opened.file.state);
        QVERIFY(restore.settle());
        session.paneControl().setSeed(5);
        SessionFile file;
        file.state = session.state();
        QCOMPARE(file.state.panes.front().field.map, "");
        const PaneState saved = restore.withMissing(file).state.panes.front();
        QCOMPARE(saved.bundleFolder, "/lost/mine");
        QCOMPARE(saved.field.map, "tomorrow");
        QCOMPARE(saved.seed, std::uint64_t{5});
    }

    void anotherPictureEndsTheWaiting() {
        Session session;
        RestoreControl restore(session);
        restore.begin(waiting(m_own));
        restore.pictureOpened(at(QStringLiteral("work/picture.png")).toStdString());
        QVERIFY(restore.awaitsPicture());
        restore.pictureOpened("/elsewhere.png");
        QVERIFY(!restore.awaitsPicture());

        restore.begin(waiting(m_own));
        restore.pictureOpening(at(QStringLiteral("work/picture.png")).toStdString());
        QVERIFY(restore.awaitsPicture());
        restore.pictureOpening("/elsewhere.png");  // whose failure is not the session's
        QVERIFY(!restore.awaitsPicture());
    }

    // Where the network does not end in a layer which explains, nothing can be drawn of a class.
    void aClassWithoutAMapIsDropped() {
        const QString own = QString::fromStdString(bundledModelFolder());
        if (own.isEmpty()) {
            QSKIP("built without the bundle");
        }
        const QString model = at(QStringLiteral("model"));
        for (const QString& inner : {QStringLiteral("/"), QStringLiteral("/modules/")}) {
            QVERIFY(QDir().mkpath(model + inner));
            for (const QString& name : QDir(own + inner).entryList(QDir::Files)) {
                QVERIFY(QFile::copy(own + inner + name, model + inner + name));
            }
        }
        QByteArray manifest = contents(model + QStringLiteral("/manifest.json"));
        const auto feat = manifest.indexOf("\"feat\"");  // the last features before the mean
        const auto comma = manifest.lastIndexOf(',', feat);
        QVERIFY(comma > 0);
        manifest.remove(comma, feat + 6 - comma);
        put(model + QStringLiteral("/manifest.json"), manifest);
        for (const QString& folder : {own, model}) {
            SessionState state;
            state.panes = {pane("se", folder.toStdString()), pane("gc", folder.toStdString(), 1)};
            for (PaneState& p : state.panes) {
                p.params = {};  // the model's
                p.field.activationClass = 3;
            }
            Session session;
            compute(session, state);
            // The window asks the network for the map of the first pane only, so the second pane is checked without one.
            for (int k = 0; k < 2; ++k) {
                const auto problems = session.fieldControl().dropMissingChoices(k, "panes[" + std::to_string(k) + "].");
                QCOMPARE(problems.empty(), folder == own);
                QVERIFY(problems.empty() ||
                        problems.front().message() ==
                            "“panes[" + std::to_string(k) + "].field.class” is 3, but this mechanism has none.");
            }
        }
    }

    void aChannelWhichAParameterRemovedIsNotAskedFor() {
        SessionState state;
        state.panes = {pane("external")};
        state.panes.front().field.channel = 60;
        Session session;
        compute(session, state);
        QCOMPARE(session.shown().field()->channel, 60);
        ParamSet params = session.choice().params;
        QVERIFY(params.set(session.panes().current().module->params, "K", 8));
        session.paneControl().setParams(params);
        QTRY_VERIFY_WITH_TIMEOUT(session.shown().moduleResult() && session.shown().moduleResult()->source.params == params,
                                 kPatience);
        QCOMPARE(session.shown().field()->channel, 7);
        QVERIFY(makeField(*session.shown().result(), *session.shown().field()));
    }
};

QTEST_GUILESS_MAIN(TestRestoreControl)
#include "tst_restore_control.moc"
