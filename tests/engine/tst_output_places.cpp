// Which paths a run may write to.

#include "engine/export/output_places.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <unistd.h>

#include "engine/export/frame_csv.h"
#include "engine/io/atomic_file.h"

using namespace fovea;

namespace {

const std::string kOwn = "{\"program\": {\"name\": \"fovea\"}}\n";

void put(const std::string& path, const std::string& bytes) { QVERIFY(writeFileAtomically(path, bytes).ok()); }

}  // namespace

class TestOutputPlaces : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_dir = std::make_unique<QTemporaryDir>(); }

    void anInputIsNeverTaken() {
        put(path("in.png"), "a picture");
        QVERIFY(::symlink("in.png", path("link.png").c_str()) == 0);
        QVERIFY(::link(path("in.png").c_str(), path("hard.png").c_str()) == 0);
        for (const char* name : {"in.png", "link.png", "hard.png", "./in.png"}) {
            OutputPlaces places({path("in.png"), ""});
            const auto taken = places.take(path(name));
            QVERIFY2(!taken.ok(), name);
            QVERIFY(taken.error().message().find(name) != std::string::npos);
        }
        OutputPlaces later;
        later.addInput(path("in.png"));
        QVERIFY(!later.take(path("in.png")).ok());
        QVERIFY(later.take(path("out.png")).ok());
    }

    void aPathIsTakenOnce() {
        OutputPlaces places;
        QVERIFY(places.take(path("a.png")).ok());
        QVERIFY(!places.take(path("a.png")).ok());
        QVERIFY(!places.take(path("./a.png")).ok());
        QVERIFY(::symlink(m_dir->path().toUtf8().constData(), path("here").c_str()) == 0);
        QVERIFY(!places.take(path("here/a.png")).ok());
        QVERIFY(places.take(path("b.png")).ok());
    }

    void aDescriptionReplacesOnlyOneOfOurs_data() {
        QTest::addColumn<QByteArray>("old");
        QTest::addColumn<bool>("replaced");
        QTest::newRow("ours") << QByteArray::fromStdString(kOwn) << true;
        QTest::newRow("another program's") << QByteArray("{\"shapes\": []}") << false;
        QTest::newRow("a list") << QByteArray("[\"program\"]") << false;
        QTest::newRow("a program without name") << QByteArray("{\"program\": 3}") << false;
        QTest::newRow("another name") << QByteArray("{\"program\": {\"name\": \"labelme\"}}") << false;
        QTest::newRow("not JSON") << QByteArray("fovea") << false;
        QTest::newRow("empty") << QByteArray("") << false;
    }

    void aDescriptionReplacesOnlyOneOfOurs() {
        QFETCH(QByteArray, old);
        QFETCH(bool, replaced);
        put(path("photo.json"), old.toStdString());
        OutputPlaces places;
        const auto taken = places.takeBeside(path("photo.json"), Companion::Description);
        QVERIFY(taken.ok());
        QCOMPARE(*taken, path(replaced ? "photo.json" : "photo.fovea.json"));
        QCOMPARE(places.notes().size(), std::size_t{replaced ? 0U : 1U});
        if (!replaced) {
            const std::string said = places.notes().front().message();
            QVERIFY(said.find("photo.json") != std::string::npos && said.find("photo.fovea.json") != std::string::npos);
        }
    }

    void otherNamesAreCounted() {
        put(path("photo.json"), "{}");
        put(path("photo.fovea.json"), "{}");
        OutputPlaces places;
        QCOMPARE(*places.takeBeside(path("photo.json"), Companion::Description), path("photo.fovea-2.json"));
        QCOMPARE(*places.takeBeside(path("photo.json"), Companion::Description), path("photo.fovea-3.json"));  // the same run
    }

    void aTableReplacesOnlyOneOfOurs() {
        put(path("clip.csv"), "file,class\n");
        put(path("old.csv"), frameCsvHeader() + "0,0\n");
        OutputPlaces places;
        QCOMPARE(*places.takeBeside(path("clip.csv"), Companion::FrameTable), path("clip.fovea.csv"));
        QCOMPARE(*places.takeBeside(path("old.csv"), Companion::FrameTable), path("old.csv"));
        QCOMPARE(*places.takeBeside(path("new.csv"), Companion::FrameTable), path("new.csv"));
        QCOMPARE(places.notes().size(), std::size_t{1});
    }

    void aSetStaysTogether() {
        const std::vector<std::string> endings = {".a.npy", ".json"};
        OutputPlaces first;
        QCOMPARE(*first.takeSet(path("x"), endings), path("x"));
        put(path("x.a.npy"), "somebody's numbers");
        OutputPlaces second;
        QCOMPARE(*second.takeSet(path("x"), endings), path("x.fovea"));
        QCOMPARE(second.notes().size(), std::size_t{1});
        put(path("x.json"), kOwn);  // now they are the numbers of an older export
        OutputPlaces third;
        QCOMPARE(*third.takeSet(path("x"), endings), path("x"));
        QVERIFY(third.notes().empty());
        OutputPlaces fourth({path("x.a.npy")});
        QCOMPARE(*fourth.takeSet(path("x"), endings), path("x.fovea"));
    }

    void whereNoFileMayStandNoNameIsTried() {
        QVERIFY(QDir().mkpath(QString::fromStdString(path("photo.json"))));
        OutputPlaces places;
        QVERIFY(!places.takeBeside(path("photo.json"), Companion::Description).ok());
        QVERIFY(!places.takeSet(path("photo"), {".json"}).ok());
        QVERIFY(places.notes().empty());
    }

    void aLinkWhichLeadsNowhereIsNotReplaced() {
        QVERIFY(QFile::link(QString::fromStdString(path("gone")), QString::fromStdString(path("link.png"))));
        OutputPlaces places;
        const auto taken = places.take(path("link.png"));
        QVERIFY(!taken.ok());
        QVERIFY(taken.error().message().find("leads nowhere") != std::string::npos);
        QVERIFY(QFileInfo(QString::fromStdString(path("link.png"))).isSymLink());
    }

    void aNamedFileIsWritten() {
        OutputPlaces places({path("in")});
        put(path("in"), "old");
        QVERIFY(!writeNamedFile(places, path("in"), "new").ok());
        QVERIFY(writeNamedFile(places, path("out"), "new").ok());
        QVERIFY(!writeNamedFile(places, path("out"), "newer").ok());
        QFile out(QString::fromStdString(path("out")));
        QVERIFY(out.open(QIODevice::ReadOnly));
        QCOMPARE(out.readAll(), QByteArray("new"));
    }

private:
    [[nodiscard]] std::string path(const char* name) const { return m_dir->filePath(QString::fromUtf8(name)).toStdString(); }

    std::unique_ptr<QTemporaryDir> m_dir;
};

QTEST_GUILESS_MAIN(TestOutputPlaces)
#include "tst_output_places.moc"
