// Sessions as files: what goes through one, where its files are looked for on another computer, and what is listed as lost.

#include <sys/stat.h>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

#include <memory>
#include <stdexcept>
#include <tuple>

#include "app/session/session_file.h"
#include "engine/attention/registry.h"
#include "engine/runtime/moving_source.h"
#include "tests/support/files.h"
#include "tests/support/session_pane.h"

using namespace fovea;
using namespace fovea::test;
using Kind = SessionLoss::Kind;

namespace {

const QString kSessions = QStringLiteral(FOVEA_SOURCE_DIR "/tests/sessions/");
constexpr int kPatience = 30000;

void touch(const QString& path) {
    QVERIFY(QDir().mkpath(QFileInfo(path).path()));
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
}

QStringList said(const OpenedSession& opened) {
    QStringList all;
    for (const SessionLoss& loss : opened.losses) {
        all << QString::fromStdString(loss.text.message());
    }
    return all;
}

}  // namespace

class TestSessionFile final : public QObject {
    Q_OBJECT

    // A computer of its own for every test: a folder with the model which comes with the program.
    std::unique_ptr<QTemporaryDir> m_place;
    QString m_root;
    BundledModel m_own;

    QString at(const QString& path) const { return m_root + u'/' + path; }
    static Result<OpenedSession> parse(const QByteArray& json, const QString& folder, const BundledModel& own) {
        return parseSession(json, "a.fovea", folder, own);
    }

private Q_SLOTS:
    void init() {
        m_place = std::make_unique<QTemporaryDir>();
        m_root = QFileInfo(m_place->path()).canonicalFilePath();
        m_own = {.name = "fovea-v1", .folder = at(QStringLiteral("program/fovea-v1")).toStdString(), .sha256 = "abc"};
        touch(at(QStringLiteral("program/fovea-v1/manifest.json")));
        touch(at(QStringLiteral("work/picture.png")));
    }

    void whatIsNoSessionIsRefused() {
        for (const char* json : {"", "{}", "[1,2", "{\"fovea\": 0}", "{\"fovea\": \"1\"}"}) {
            QCOMPARE(parse(json, {}, m_own).error().code, ErrorCode::BadFormat);
        }
        QCOMPARE(parse("{\"fovea\": 99}", {}, m_own).error().code, ErrorCode::Unsupported);
    }

    // All of a pane goes through a file, its network and pins too.
    void panesGoThroughAFile() {
        SessionFile file;
        file.source.location = at(QStringLiteral("work/picture.png")).toStdString();
        file.frame = 7;
        file.sha256 = "cafe";
        file.place = {false, 2.5, {12.25, 1.0 / 3.0}};
        file.split = 0.25;
        PaneState first = pane("se", m_own.folder);
        first.trained = false;
        first.seed = 77;
        first.field.queryX = 1.0 / 3.0;
        first.intervention = {{0.0F, 0.25F}, {1.0F, 0.0F}};
        first.pinnedChannels = {7, 0, 63};
        first.pinnedHeads = {2};
        file.state.panes = {first, pane("mhsa", {}, 1), pane("gc", at(QStringLiteral("work")).toStdString(), 2)};
        file.state.active = 1;
        file.state.pins = {{1, 0.1, 0.2}, {3, 1.0, 0.0}};
        file.state.activePin = 3;
        file.state.view = kCompareView;
        const auto again = parse(sessionJson(file, at(QStringLiteral("work")), m_own), at(QStringLiteral("work")), m_own);
        QVERIFY(again);
        QCOMPARE(said(*again), QStringList());
        QVERIFY(again->file.state == file.state);
        QCOMPARE(again->file.source.location, file.source.location);
        QCOMPARE(again->file.frame, file.frame);
        QCOMPARE(again->file.sha256, file.sha256);
        QCOMPARE(again->file.place.centre, file.place.centre);
        QCOMPARE(again->file.split, file.split);
    }

    // The model which comes with the program is written by name and hash: its folder is this computer's alone.
    void theBundledModelIsKnownByName() {
        SessionFile file;
        file.state.panes = {pane("gc", m_own.folder)};
        const QByteArray json = sessionJson(file, {}, m_own);
        const QJsonObject model = QJsonDocument::fromJson(json)[QStringLiteral("panes")][0][QStringLiteral("model")].toObject();
        QCOMPARE(model, (QJsonObject{{QStringLiteral("name"), QStringLiteral("fovea-v1")},
                                     {QStringLiteral("sha256"), QStringLiteral("abc")}}));
        QVERIFY(!json.contains(m_own.folder.c_str()));
        const BundledModel elsewhere{.name = "fovea-v1", .folder = "/opt/fovea/models/fovea-v1", .sha256 = "abc"};
        QCOMPARE(parse(json, {}, elsewhere)->file.state.panes.front().bundleFolder, elsewhere.folder);
        QVERIFY(said(*parse(json, {}, elsewhere)).filter(QStringLiteral("fovea-v1")).isEmpty());
        // Another version of the program has other weights.
        const BundledModel newer{.name = "fovea-v1", .folder = "/opt/fovea/models/fovea-v1", .sha256 = "def"};
        QCOMPARE(said(*parse(json, {}, newer)).filter(QStringLiteral("numbers may differ")).size(), 1);
        // A program without a model, and one with another, say which one is missing.
        for (const BundledModel& other : {BundledModel{}, BundledModel{.name = "fovea-v9", .folder = "/v9", .sha256 = "1"}}) {
            const auto opened = parse(json, {}, other);
            QCOMPARE(opened->file.state.panes.front().bundleFolder, other.folder);
            const auto it = std::find_if(opened->losses.begin(), opened->losses.end(),
                                         [](const SessionLoss& loss) { return loss.kind == Kind::Model; });
            QVERIFY(it != opened->losses.end() && it->path == "fovea-v1" && it->panes.size() == 1);
        }
    }

    void theHashIsOfAllThatMakesNumbers() {
        const QString folder = at(QStringLiteral("model"));
        for (const char* name : {"manifest.json", "backbone.onnx", "modules/gc.safetensors", "README.md"}) {
            touch(folder + u'/' + QLatin1String(name));
        }
        const std::string before = modelHash(folder);
        QCOMPARE(before.size(), std::size_t{64});
        put(folder + QStringLiteral("/README.md"), "more to read");
        QCOMPARE(modelHash(folder), before);
        for (const char* name : {"/manifest.json", "/backbone.onnx", "/modules/gc.safetensors"}) {
            put(folder + QLatin1String(name), "changed");
            QVERIFY2(modelHash(folder) != before, name);
            put(folder + QLatin1String(name), "");
            QCOMPARE(modelHash(folder), before);
        }
        QVERIFY(modelHash(at(QStringLiteral("nowhere"))).empty());
    }

    // Session, picture, weights and a model of one's own lie together and move together, whatever the folders above are called.
    void filesAreLookedForFromTheSessionFirst() {
        touch(at(QStringLiteral("work/models/mine/manifest.json")));
        touch(at(QStringLiteral("work/my weights.safetensors")));
        SessionFile file;
        file.source.location = at(QStringLiteral("work/picture.png")).toStdString();
        PaneState p = pane("gc", at(QStringLiteral("work/models/mine")).toStdString());
        p.weightsFile = at(QStringLiteral("work/my weights.safetensors")).toStdString();
        file.state.panes = {p};
        QVERIFY(QDir().mkpath(at(QStringLiteral("work/sessions"))));
        const QByteArray json = sessionJson(file, at(QStringLiteral("work/sessions")), m_own);
        QVERIFY(QDir().rename(at(QStringLiteral("work")), at(QStringLiteral("elsewhere"))));
        const auto opened = parse(json, at(QStringLiteral("elsewhere/sessions")), m_own);
        QCOMPARE(said(*opened), QStringList());
        QCOMPARE(QString::fromStdString(opened->file.source.location), at(QStringLiteral("elsewhere/picture.png")));
        const PaneState& moved = opened->file.state.panes.front();
        QCOMPARE(QString::fromStdString(moved.bundleFolder), at(QStringLiteral("elsewhere/models/mine")));
        QCOMPARE(QString::fromStdString(moved.weightsFile), at(QStringLiteral("elsewhere/my weights.safetensors")));
        // The session alone was moved: the files are where they were.
        QVERIFY(QDir().rename(at(QStringLiteral("elsewhere")), at(QStringLiteral("work"))));
        const auto alone = parse(json, m_root, m_own);
        QCOMPARE(said(*alone), QStringList());
        QCOMPARE(alone->file.source.location, file.source.location);
        // Both are there: the one beside the session.
        touch(at(QStringLiteral("copy/picture.png")));
        QVERIFY(QDir().mkpath(at(QStringLiteral("copy/sessions"))));
        QCOMPARE(QString::fromStdString(parse(json, at(QStringLiteral("copy/sessions")), m_own)->file.source.location),
                 at(QStringLiteral("copy/picture.png")));
    }

    // A link in between would make “..” another folder.
    void linksAreFollowedBeforePathsAreCompared() {
        QVERIFY(QDir().mkpath(at(QStringLiteral("deep/er/sessions"))));
        QVERIFY(QFile::link(at(QStringLiteral("deep/er/sessions")), at(QStringLiteral("sessions"))));
        SessionFile file;
        file.source.location = at(QStringLiteral("work/picture.png")).toStdString();
        file.state.panes = {pane("simam")};
        QByteArray json = sessionJson(file, at(QStringLiteral("sessions")), m_own);
        json.replace("\"location\": \"" + m_root.toUtf8(), "\"location\": \"/none");
        put(at(QStringLiteral("deep/er/sessions/a.fovea")), json);
        for (const char* path : {"sessions/a.fovea", "deep/er/sessions/a.fovea"}) {
            const auto opened = readSession(at(QLatin1String(path)));
            QVERIFY(opened);
            QCOMPARE(said(*opened), QStringList());
            QCOMPARE(opened->file.source.location, file.source.location);
        }
    }

    // What was given relative to the working directory is written as a whole path.
    void relativePathsAreMadeWhole() {
        const QString before = QDir::currentPath();
        QVERIFY(QDir::setCurrent(at(QStringLiteral("work"))));
        SessionFile file;
        file.source.location = "./picture.png";
        file.state.panes = {pane("simam")};
        const QByteArray json = sessionJson(file, {}, m_own);
        QVERIFY(QDir::setCurrent(before));
        QCOMPARE(QString::fromStdString(parse(json, {}, m_own)->file.source.location), at(QStringLiteral("work/picture.png")));
    }

    // Sessions of the first kind have whole paths alone.
    void oldSessionsFindTheModelOfThisProgram() {
        const auto opened = parse(contents(kSessions + QStringLiteral("other-machine.fovea")), m_root, m_own);
        QVERIFY(opened);
        QCOMPARE(said(*opened), QStringList{QStringLiteral("The picture “/home/alice/pictures/harbour.png” is not there.")});
        QCOMPARE(opened->file.state.panes.size(), std::size_t{1});
        const PaneState& p = opened->file.state.panes.front();
        QCOMPARE(p.bundleFolder, m_own.folder);
        QCOMPARE(p.module, "axial");
        QVERIFY(p.trained);
        QCOMPARE(opened->file.state.pins.size(), std::size_t{9});
        QCOMPARE(opened->file.state.activePin, 9);
        QCOMPARE(opened->file.place.zoom, 2.0);
        // A folder which is there is what was meant, whatever its name.
        QByteArray json = contents(kSessions + QStringLiteral("other-machine.fovea"));
        touch(at(QStringLiteral("mine/fovea-v1/manifest.json")));
        json.replace("/home/alice/programs/fovea/resources/models/fovea-v1", at(QStringLiteral("mine/fovea-v1")).toUtf8());
        QCOMPARE(QString::fromStdString(parse(json, m_root, m_own)->file.state.panes.front().bundleFolder),
                 at(QStringLiteral("mine/fovea-v1")));
        // One model for all panes; and a path from the session's folder, not from the working directory.
        const auto shared = parse(
            "{\"fovea\":1,\"source\":{\"location\":\"work/picture.png\"},\"model\":{\"folder\":\"/x/fovea-v1/\"},"
            "\"panes\":[{\"module\":\"se\",\"pinnedChannels\":[3,3]}]}",
            m_root, m_own);
        QCOMPARE(said(*shared), QStringList());
        QCOMPARE(shared->file.state.panes.front().bundleFolder, m_own.folder);
        QCOMPARE(shared->file.state.panes.front().pinnedChannels, std::vector<int>{3});
        QCOMPARE(QString::fromStdString(shared->file.source.location), at(QStringLiteral("work/picture.png")));
    }

    void anUnknownMechanismIsListedAndTheRestIsKept() {
        const auto opened = parse(contents(kSessions + QStringLiteral("unknown-mechanism.fovea")), m_root, m_own);
        QVERIFY(opened);
        QVERIFY(!said(*opened).filter(QStringLiteral("attention_of_tomorrow")).isEmpty());
        QCOMPARE(opened->file.state.pins.size(), std::size_t{9});
        QCOMPARE(opened->file.state.panes.size(), std::size_t{1});  // one which takes the mechanism of the window
        QVERIFY(opened->file.state.panes.front().module.empty());
        QCOMPARE(opened->file.state.panes.front().bundleFolder, m_own.folder);
        const auto three = parse(
            "{\"fovea\":1,\"panes\":[{\"module\":\"nope\"},{\"module\":\"se\",\"slot\":\"B\"},"
            "{\"module\":\"gc\",\"slot\":\"C\"}],\"active\":2,\"pins\":[{\"number\":4,\"x\":0.5,\"y\":1}]}",
            m_root, m_own);
        QCOMPARE(three->file.state.panes.size(), std::size_t{2});
        QCOMPARE(three->file.state.panes[1].module, "gc");
        QCOMPARE(three->file.state.active, 1);  // the same pane as in the file
        QCOMPARE(three->file.state.pins.size(), std::size_t{1});
        QCOMPARE(said(*three).filter(QStringLiteral("nope")),
                 QStringList{QStringLiteral("Pane A of the session is left out: this version knows no mechanism “nope”.")});
    }

    void moreThanThereCanBeIsListed() {
        QByteArray panes;
        for (int k = 0; k < 6; ++k) {
            panes += QByteArray(k > 0 ? "," : "") + "{\"module\":\"se\",\"slot\":\"B\"}";
        }
        QByteArray pins;
        for (int k = 1; k <= 12; ++k) {
            pins += QByteArray(k > 1 ? "," : "") + "{\"number\":" + QByteArray::number(1 + k % 9) + ",\"x\":0.5,\"y\":0.5}";
        }
        const auto opened =
            parse("{\"fovea\":1,\"active\":3,\"panes\":[" + panes + "],\"pins\":[" + pins + ",{\"x\":0.1}]}", m_root, m_own);
        QCOMPARE(opened->file.state.panes.size(), std::size_t{4});
        QCOMPARE(opened->file.state.pins.size(), std::size_t{9});
        QVERIFY(!said(*opened).filter(QStringLiteral("“panes” has 6 entries")).isEmpty());
        QVERIFY(!said(*opened).filter(QStringLiteral("“pins” has 13 entries")).isEmpty());
        for (int k = 0; k < 4; ++k) {  // each has a job of its own
            for (int other = 0; other < k; ++other) {
                QVERIFY(opened->file.state.panes[static_cast<std::size_t>(k)].place !=
                        opened->file.state.panes[static_cast<std::size_t>(other)].place);
            }
        }
        const auto twice = parse(
            "{\"fovea\":1,\"panes\":[{\"module\":\"se\"}],\"pins\":[{\"number\":1,\"x\":0,\"y\":0},"
            "{\"number\":1,\"x\":1,\"y\":1},{\"number\":2,\"x\":1}]}",
            m_root, m_own);
        QCOMPARE(twice->file.state.pins, (std::vector<Pin>{{1, 0.0, 0.0}}));
        QVERIFY(!said(*twice).filter(QStringLiteral("“pins[1].number” is 1 a second time")).isEmpty());
        QVERIFY(!said(*twice).filter(QStringLiteral("“pins[2].y” is missing")).isEmpty());
    }

    // Nothing but a file or a folder of this computer is opened unasked.
    void devicesAndAddressesAreNoFiles_data() {
        QTest::addColumn<int>("kind");
        QTest::addColumn<QString>("location");
        for (const int kind : {0, 1, 2}) {
            for (const char* location :
                 {"/dev/video0", "/dev/zero", "http://127.0.0.1:9/x", "rtsp://127.0.0.1:9/x", "file:///etc/hostname"}) {
                QTest::addRow("%d %s", kind, location) << kind << QString::fromLatin1(location);
            }
        }
    }

    void devicesAndAddressesAreNoFiles() {
        QFETCH(int, kind);
        QFETCH(QString, location);
        const QByteArray json =
            QStringLiteral(
                "{\"fovea\":2,\"source\":{\"kind\":%1,\"location\":\"%2\",\"relative\":\"%2\"},\"panes\":[{\"module\":\"se\"}]}")
                .arg(kind)
                .arg(location)
                .toUtf8();
        const auto opened = parse(json, m_root, m_own);
        QCOMPARE(opened->losses.size(), std::size_t{1});
        QCOMPARE(opened->losses.front().kind, Kind::Picture);
    }

    void camerasAndAddressesAreAsked() {
        for (const int kind : {3, 4}) {
            const auto opened =
                parse(QStringLiteral(
                          "{\"fovea\":2,\"source\":{\"kind\":%1,\"location\":\"/dev/video0\"},\"panes\":[{\"module\":\"se\"}]}")
                          .arg(kind)
                          .toUtf8(),
                      m_root, m_own);
            QCOMPARE(opened->losses.size(), std::size_t{1});
            QCOMPARE(opened->losses.front().kind, Kind::Live);
        }
    }

    // Neither in a file which travels nor in a sentence.
    void secretsOfAnAddressAreLeftOut() {
        const QByteArray address = "http://alice:swordfish@127.0.0.1:9/video?pwd=sesame";
        const auto isClean = [](const QByteArray& text) {
            return text.contains("alice@127.0.0.1:9/video") && !text.contains("swordfish") && !text.contains("sesame");
        };
        SessionFile file;
        file.source = {.kind = SourceKind::Stream, .location = address.toStdString()};
        file.state.panes = {pane("se")};
        QVERIFY(isClean(sessionJson(file, {}, m_own)));
        // A session which has the password still connects with it.
        const auto opened =
            parse(R"({"fovea":1,"source":{"kind":4,"location":")" + address + R"("},"panes":[{"module":"se"}]})", m_root, m_own);
        QCOMPARE(opened->file.source.location, address.toStdString());
        QVERIFY(isClean(said(*opened).join(u'\n').toUtf8()));
        QByteArray failure;
        MovingSource source(
            [](const SourceSpec&, const std::stop_token&) -> Result<std::unique_ptr<FrameSource>> {
                throw std::runtime_error("broken");
            },
            [](const Captured&) {});
        connect(&source, &MovingSource::openFailed, this,
                [&failure](const Error& error) { failure = QByteArray::fromStdString(error.message()); });
        source.open(file.source);
        QTRY_VERIFY_WITH_TIMEOUT(!failure.isEmpty(), kPatience);
        QVERIFY2(isClean(failure), failure.constData());
    }

    // Opening a pipe would wait for its writer.
    void aPipeAndALargeFileAreRefused() {
        const QString pipe = at(QStringLiteral("work/pipe.fovea"));
        QCOMPARE(::mkfifo(QFile::encodeName(pipe).constData(), 0600), 0);
        QCOMPARE(readSession(pipe).error().code, ErrorCode::Unsupported);
        const QString large = at(QStringLiteral("work/large.fovea"));
        put(large, QByteArray(5 << 20, ' '));
        QCOMPARE(readSession(large).error().code, ErrorCode::TooLarge);
    }

    void aProblemIsListedOnce() {
        const auto opened = parse(R"({"fovea":2,"model":3,"panes":[{"module":"se"}]})", m_root, m_own);
        QCOMPARE(said(*opened).filter(QStringLiteral("“model”")).size(), 1);
    }

    // A locked range may have equal ends, as the range of a uniform map has; a typed range may not.
    void aTypedRangeHasTwoEnds() {
        for (const auto& [mode, hi, isRefused] :
             {std::tuple(RangeMode::Typed, 1, true), std::tuple(RangeMode::Typed, 2, false),
              std::tuple(RangeMode::Locked, 1, false), std::tuple(RangeMode::Locked, 0, true)}) {
            const QString json =
                QStringLiteral(R"({"fovea":2,"rangeMode":%1,"style":{"lo":1,"hi":%2},"panes":[{"module":"se"}]})")
                    .arg(static_cast<int>(mode))
                    .arg(hi);
            const auto opened = parse(json.toUtf8(), m_root, m_own);
            QCOMPARE(said(*opened).filter(QStringLiteral("“style.hi” is")).size(), isRefused ? 1 : 0);
            QCOMPARE(opened->file.state.rangeMode, isRefused ? RangeMode::Auto : mode);
        }
    }

    // The mode which shows one channel means nothing without a channel.
    void oneChannelNeedsAChannel() {
        SessionFile file;
        file.state.panes = {pane("gc")};
        file.state.panes.front().field.channelMode = ChannelMode::Single;
        const auto opened = parse(sessionJson(file), m_root, m_own);
        QVERIFY(opened.ok());
        QCOMPARE(opened->file.state.panes.front().field.channelMode, ChannelMode::After);
    }
};

QTEST_GUILESS_MAIN(TestSessionFile)
#include "tst_session_file.moc"
