// Files which take their names only when they are whole, and names which nobody has.

#include "engine/io/atomic_file.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <barrier>
#include <thread>

#include "app/recording_names.h"
#include "tests/support/files.h"

using namespace fovea;
using namespace fovea::test;

namespace {

QStringList entries(const QTemporaryDir& dir) {
    return QDir(dir.path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot, QDir::Name);
}

/// Two files which wait for their names.
struct Pair {
    Result<AtomicFile> a;
    Result<AtomicFile> b;

    explicit Pair(const QTemporaryDir& dir)
        : a(AtomicFile::stage(dir.filePath(QStringLiteral("a")).toStdString(), "first")),
          b(AtomicFile::stage(dir.filePath(QStringLiteral("b")).toStdString(), "second")) {}
    Result<bool> commit(const QTemporaryDir& dir) {
        return AtomicFile::commitNew(
            {&*a, &*b}, {dir.filePath(QStringLiteral("a")).toStdString(), dir.filePath(QStringLiteral("b")).toStdString()});
    }
};

}  // namespace

class TestAtomicFile final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void whatIsKeptMayBeSpeltAnotherWay() {
        const QTemporaryDir dir;
        QProcess ended;
        ended.start(QStringLiteral("true"), QStringList());
        QVERIFY(ended.waitForStarted());
        const QString left = dir.filePath(QStringLiteral(".clip.%1-0.part.mkv").arg(ended.processId()));
        QVERIFY(ended.waitForFinished());
        put(left, "frames");
        AtomicFile::removeStale(
            dir.filePath(QStringLiteral("../%1/clip.mkv")).arg(QFileInfo(dir.path()).fileName()).toStdString(),
            {left.toStdString()});
        QVERIFY(QFile::exists(left));
        AtomicFile::removeStale(dir.filePath(QStringLiteral("clip.mkv")).toStdString());
        QVERIFY(!QFile::exists(left));
    }

    void newNamesAreTakenTogether() {
        const QTemporaryDir dir;
        Pair pair(dir);
        const auto taken = pair.commit(dir);
        QVERIFY(taken.ok() && *taken);
        QCOMPARE(entries(dir), (QStringList{QStringLiteral("a"), QStringLiteral("b")}));
        QCOMPARE(contents(dir.filePath(QStringLiteral("b"))), QByteArray("second"));
    }

    void aTakenNameLeavesAllAsItWas_data() {
        QTest::addColumn<QString>("kind");
        for (const char* kind : {"file", "folder", "link which leads nowhere"}) {
            QTest::newRow(kind) << QString::fromLatin1(kind);
        }
    }

    void aTakenNameLeavesAllAsItWas() {
        QFETCH(QString, kind);
        const QTemporaryDir dir;
        {
            Pair pair(dir);
            const QString taken = dir.filePath(QStringLiteral("b"));
            if (kind == QLatin1String("folder")) {
                QVERIFY(QDir(dir.path()).mkdir(QStringLiteral("b")));
            } else if (kind == QLatin1String("file")) {
                put(taken, "mine");
            } else {
                QVERIFY(QFile::link(QStringLiteral("/none"), taken));
            }
            const auto committed = pair.commit(dir);
            QVERIFY(committed.ok() && !*committed);
            QCOMPARE(entries(dir).size(), 3);
            QVERIFY(!QFile::exists(dir.filePath(QStringLiteral("a"))));
            // What waits can still have another name.
            const auto other = AtomicFile::commitNew({&*pair.a}, {dir.filePath(QStringLiteral("c")).toStdString()});
            QVERIFY(other.ok() && *other);
            QCOMPARE(contents(dir.filePath(QStringLiteral("c"))), QByteArray("first"));
        }
        QCOMPARE(entries(dir), (QStringList{QStringLiteral("b"), QStringLiteral("c")}));
        if (kind == QLatin1String("file")) {
            QCOMPARE(contents(dir.filePath(QStringLiteral("b"))), QByteArray("mine"));
        }
    }

    void aFolderWhichIsNotThereIsAnError() {
        const QTemporaryDir dir;
        auto file = AtomicFile::stage(dir.filePath(QStringLiteral("a")).toStdString(), "first");
        const auto committed = AtomicFile::commitNew({&*file}, {dir.filePath(QStringLiteral("none/a")).toStdString()});
        QVERIFY(!committed.ok());
        QVERIFY(committed.error().message().find("none/a") != std::string::npos);
    }

    // Two programs which begin in the same second: both keep what they recorded.
    void recordingsOfOneNameBothStay() {
        const QTemporaryDir dir;
        const std::string path = dir.filePath(QStringLiteral("film.mkv")).toStdString();
        std::barrier together(2);
        std::string names[2];
        const auto record = [&](int which) {
            auto video = AtomicFile::stage(path, "video " + std::to_string(which));
            auto csv = AtomicFile::stage(besideVideo(path, ".csv"), "table " + std::to_string(which));
            together.arrive_and_wait();
            const auto name =
                nameRecording({.video = &*video, .csv = &*csv, .describe = [](const std::string& under) { return under; }}, path);
            names[which] = name ? *name : name.error().message();
        };
        {
            const std::jthread first(record, 0);
            const std::jthread second(record, 1);
        }
        QCOMPARE(entries(dir),
                 (QStringList{QStringLiteral("film (2).csv"), QStringLiteral("film (2).json"), QStringLiteral("film (2).mkv"),
                              QStringLiteral("film.csv"), QStringLiteral("film.json"), QStringLiteral("film.mkv")}));
        QVERIFY(names[0] != names[1]);
        for (int which = 0; which < 2; ++which) {
            const auto bytes = [&](const char* extension) {
                return contents(QString::fromStdString(besideVideo(names[which], extension)));
            };
            QCOMPARE(bytes(".mkv"), QByteArray("video " + QByteArray::number(which)));
            QCOMPARE(bytes(".csv"), QByteArray("table " + QByteArray::number(which)));
            QCOMPARE(bytes(".json"), QByteArray::fromStdString(names[which]));
        }
    }

    void neighboursAreKnownByTheirNames() {
        QVERIFY(AtomicFile::isNeighbour("/a/.film.12-3.part.mkv", "/a/film.mkv"));
        QVERIFY(!AtomicFile::isNeighbour("/b/.film.12-3.part.mkv", "/a/film.mkv"));
        QVERIFY(!AtomicFile::isNeighbour("/a/film.mkv", "/a/film.mkv"));
        QVERIFY(!AtomicFile::isNeighbour("/a/.film.12-3.part.csv", "/a/film.mkv"));
        QVERIFY(!AtomicFile::isNeighbour("", ""));
    }
};

QTEST_GUILESS_MAIN(TestAtomicFile)
#include "tst_atomic_file.moc"
