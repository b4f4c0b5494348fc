// Every writer of the command line against everything which may lie in its way: nothing is harmed, and one sentence says why.

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <nlohmann/json.hpp>
#include <opencv2/imgcodecs.hpp>

#include "tests/support/files.h"
#include "tests/support/program_run.h"
#include "tests/support/video_files.h"

using namespace fovea::test;

namespace {

const QString kSamples = QStringLiteral(FOVEA_SOURCE_DIR "/tests/bundle/");
const QString kGolden = QStringLiteral(FOVEA_SOURCE_DIR "/tests/golden/se__1.safetensors");
const QString kBundle = QStringLiteral(FOVEA_SOURCE_DIR "/resources/models/fovea-v1");

/// A file which a command writes: the command's arguments below a folder, and the file's name there.
struct Writer {
    const char* name;
    QString target;
    QStringList arguments;
    bool derived = false;  ///< the name follows from another one, so a foreign file makes the writer choose a new name
};

QList<Writer> writers() {
    const QStringList render{QStringLiteral("render")};
    const QStringList simam{QStringLiteral("--module"), QStringLiteral("simam")};
    const auto words = [](const char* line) { return QString::fromUtf8(line).split(u' '); };
    QList<Writer> all{
        {"picture", QStringLiteral("o.png"), render + words("%1/in/chelsea.png -o %1/o.png") + simam},
        {"jpeg", QStringLiteral("o.jpg"), render + words("%1/in/chelsea.png -o %1/o.jpg") + simam},
        {"description", QStringLiteral("o.json"), render + words("%1/in/chelsea.png -o %1/o.png") + simam, true},
        {"numbers", QStringLiteral("chelsea.simam.output.npy"), render + words("%1/in/chelsea.png -o %1/o.png --raw %1") + simam,
         true},
        {"description of numbers", QStringLiteral("chelsea.simam.json"),
         render + words("%1/in/chelsea.png -o %1/o.png --raw %1") + simam, true},
        {"video", QStringLiteral("o.mkv"), render + words("%1/in/clip.mp4 -o %1/o.mkv --codec ffv1") + simam},
        {"table of frames", QStringLiteral("o.csv"), render + words("%1/in/clip.mp4 -o %1/o.mkv --codec ffv1") + simam, true},
        {"description of a video", QStringLiteral("o.json"), render + words("%1/in/clip.mp4 -o %1/o.mkv --codec ffv1") + simam,
         true},
        {"case", QStringLiteral("o.safetensors"), words("apply %1/in/se.safetensors -o %1/o.safetensors")},
    };
    if (QFile::exists(kBundle)) {
        all << Writer{"evaluation", QStringLiteral("o.csv"),
                      words("evaluate --data %1/in --modules simam --limit 1 -o %1/o.csv --bundle") + QStringList{kBundle}};
    }
    return all;
}

/// A file may have `largestFile` bytes.
Outcome run(const QStringList& arguments, rlim_t largestFile = RLIM_INFINITY) {
    return runProgram(arguments, [largestFile](QProcess& program) { limitFiles(program, largestFile); });
}

/// Type, permissions and bytes of a path; a FIFO or a device is not opened.
QByteArray snapshot(const QString& path) {
    struct stat info = {};
    if (::lstat(QFile::encodeName(path).constData(), &info) != 0) {
        return "nothing";
    }
    return QByteArray::number(info.st_mode, 8) + ' ' + QByteArray::number(static_cast<qulonglong>(info.st_rdev)) + ' ' +
           (S_ISREG(info.st_mode) ? contents(path) : QByteArray());
}

QStringList entries(const QString& folder) {
    return QDir(folder).entryList(QDir::AllEntries | QDir::System | QDir::Hidden | QDir::NoDotAndDotDot, QDir::Name);
}

}  // namespace

class TestWriters : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        VideoRecipe recipe = recipeOf("mp4", "mpeg4");
        recipe.frames = 3;
        QVERIFY(writeVideo(m_inputs.filePath(QStringLiteral("clip.mp4")).toStdString(), recipe));
        QVERIFY(QFile::copy(kSamples + QStringLiteral("chelsea.png"), m_inputs.filePath(QStringLiteral("chelsea.png"))));
        QVERIFY(QFile::copy(kGolden, m_inputs.filePath(QStringLiteral("se.safetensors"))));
        put(m_inputs.filePath(QStringLiteral("boxes.csv")), "file,class,x0,y0,x1,y1\nchelsea.png,Egyptian cat,20,5,75,60\n");
    }

    void init() {
        m_dir = std::make_unique<QTemporaryDir>();
        QVERIFY(QDir(m_dir->path()).mkdir(QStringLiteral("in")));
        for (const QString& name : entries(m_inputs.path())) {
            QVERIFY(QFile::copy(m_inputs.filePath(name), m_dir->filePath(QStringLiteral("in/") + name)));
        }
    }

    void obstacles_data() {
        QTest::addColumn<QString>("target");
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("obstacle");
        for (const Writer& writer : writers()) {
            for (const char* obstacle : {"fifo", "device", "directory", "read-only", "link to a fifo", "full disk"}) {
                if (writer.derived && QLatin1String(obstacle) == QLatin1String("full disk")) {
                    continue;  // the file which a person named fails first; see aFullDiskStopsWhatFollows()
                }
                QTest::addRow("%s, %s", writer.name, obstacle)
                    << writer.target << writer.arguments << QString::fromUtf8(obstacle);
            }
        }
    }

    void obstacles() {
        QFETCH(QString, target);
        QFETCH(QStringList, arguments);
        QFETCH(QString, obstacle);
        const QString path = m_dir->filePath(target);
        const QByteArray name = QFile::encodeName(path);
        if (obstacle == QLatin1String("fifo")) {
            QCOMPARE(::mkfifo(name.constData(), 0600), 0);
        } else if (obstacle == QLatin1String("link to a fifo")) {
            QCOMPARE(::mkfifo(QFile::encodeName(m_dir->filePath(QStringLiteral("in/fifo"))).constData(), 0600), 0);
            QVERIFY(QFile::link(m_dir->filePath(QStringLiteral("in/fifo")), path));
        } else if (obstacle == QLatin1String("device")) {
            if (::mknod(name.constData(), S_IFCHR | 0600, makedev(1, 3)) != 0) {
                QSKIP("this machine refuses to make devices");
            }
        } else if (obstacle == QLatin1String("directory")) {
            QVERIFY(QDir().mkdir(path));
        } else {
            put(path, "{\"program\": {\"name\": \"fovea\"}}");
            if (obstacle == QLatin1String("read-only")) {
                QVERIFY(QFile::setPermissions(path, QFileDevice::ReadOwner));
            }
        }
        const QByteArray before = snapshot(path);
        const QStringList there = entries(m_dir->path());
        const Outcome o = run(arguments.replaceInStrings(QStringLiteral("%1"), m_dir->path()),
                              obstacle == QLatin1String("full disk") ? rlim_t{512} : RLIM_INFINITY);
        QVERIFY2(o.status == 1, qPrintable(QString::number(o.status) + o.err));
        QVERIFY2(o.err.startsWith(QStringLiteral("fovea: ")) && o.err.count(u'\n') == 1, qPrintable(o.err));
        QCOMPARE(snapshot(path), before);
        // With --raw the picture comes first and is whole; nothing else may be left.
        QStringList after = entries(m_dir->path());
        if (arguments.contains(QStringLiteral("--raw"))) {
            QVERIFY(!QImage(m_dir->filePath(QStringLiteral("o.png"))).isNull());
            after.removeAll(QStringLiteral("o.png"));
            after.removeAll(QStringLiteral("o.json"));
        }
        QCOMPARE(after, there);
    }

    // The picture and its description fit on the disk, the numbers do not: the old numbers stay, and all new ones are gone.
    void aFullDiskStopsWhatFollows() {
        cv::Mat tiny(24, 24, CV_8UC3, cv::Scalar(40, 90, 200));
        QVERIFY(cv::imwrite(m_dir->filePath(QStringLiteral("in/tiny.png")).toStdString(), tiny));
        const QString line = QStringLiteral("render %1/in/tiny.png -o %1/o.png --module simam --raw %1").arg(m_dir->path());
        QCOMPARE(run(line.split(u' ')).status, 0);
        QMap<QString, QByteArray> before;
        qint64 least = 0;
        for (const QString& name : entries(m_dir->path())) {
            before[name] = contents(m_dir->filePath(name));
            least = name.startsWith(u'o') ? std::max<qint64>(least, before[name].size()) : least;
        }
        const qint64 numbers = before.value(QStringLiteral("tiny.simam.safetensors")).size();
        QVERIFY2(numbers > least, qPrintable(QString::number(numbers) + u' ' + QString::number(least)));
        const Outcome o = run(line.split(u' '), static_cast<rlim_t>(least));
        QCOMPARE(o.status, 1);
        QVERIFY2(o.err.count(u'\n') == 1 && o.err.contains(QStringLiteral("There is no room")), qPrintable(o.err));
        QCOMPARE(entries(m_dir->path()), before.keys());
        for (const QString& name : before.keys()) {
            QCOMPARE(contents(m_dir->filePath(name)), before[name]);
        }
    }

    void vanishedFolders() {
        for (const Writer& writer : writers()) {
            if (writer.derived) {
                continue;
            }
            QStringList arguments = writer.arguments;
            arguments.replaceInStrings(QStringLiteral("%1/o."), m_dir->path() + QStringLiteral("/gone/o."))
                .replaceInStrings(QStringLiteral("%1"), m_dir->path());
            const Outcome o = run(arguments);
            QVERIFY2(o.status == 1, writer.name);
            QVERIFY2(o.err.contains(QStringLiteral("/gone/")) && o.err.count(u'\n') == 1, qPrintable(o.err));
            QCOMPARE(entries(m_dir->path()), QStringList{QStringLiteral("in")});
        }
        const Outcome raw = run(QStringLiteral("render %1/in/chelsea.png -o %1/o.png --module simam --raw %1/in/chelsea.png/raw")
                                    .arg(m_dir->path())
                                    .split(u' '));
        QCOMPARE(raw.status, 1);
        QCOMPARE(raw.err.count(u'\n'), 1);
    }

    void inputsAreKept_data() {
        QTest::addColumn<QString>("input");
        QTest::addColumn<QString>("line");
        QTest::newRow("picture") << "chelsea.png"
                                 << "render %1/chelsea.png -o %1/chelsea.png --module simam";
        QTest::newRow("video") << "clip.mp4"
                               << "render %1/clip.mp4 -o %1/clip.mp4 --module simam";
        QTest::newRow("case") << "se.safetensors"
                              << "apply %1/se.safetensors -o %1/se.safetensors";
        QTest::newRow("through a link") << "chelsea.png"
                                        << "render %1/chelsea.png -o %1/link.png --module simam";
        if (QFile::exists(kBundle)) {
            QTest::newRow("boxes") << "boxes.csv"
                                   << QStringLiteral("evaluate --data %1 --modules simam -o %1/boxes.csv --bundle ") + kBundle;
        }
    }

    void inputsAreKept() {
        QFETCH(QString, input);
        QFETCH(QString, line);
        const QString folder = m_dir->filePath(QStringLiteral("in"));
        QVERIFY(QFile::link(QStringLiteral("chelsea.png"), folder + QStringLiteral("/link.png")));
        const QByteArray before = contents(folder + u'/' + input);
        const QStringList there = entries(folder);
        const Outcome o = run(QString(line).replace(QStringLiteral("%1"), folder).split(u' '));
        QVERIFY2(o.status == 1, qPrintable(o.err));
        QVERIFY2(o.err.count(u'\n') == 1 && o.err.contains(QStringLiteral("is the input")), qPrintable(o.err));
        QCOMPARE(contents(folder + u'/' + input), before);
        QCOMPARE(entries(folder), there);
    }

    // A file whose name merely follows from another one is nobody's wish: somebody else's file there stays.
    void foreignNeighboursAreKept() {
        for (const Writer& writer : writers()) {
            if (!writer.derived) {
                continue;
            }
            init();
            const QString path = m_dir->filePath(writer.target);
            const QByteArray old = writer.target.endsWith(QStringLiteral(".json")) ? "{\"shapes\": []}" : "label,x,y\n";
            put(path, old);
            QStringList arguments = writer.arguments;
            const Outcome o = run(arguments.replaceInStrings(QStringLiteral("%1"), m_dir->path()));
            QVERIFY2(o.status == 0, qPrintable(QLatin1String(writer.name) + o.err));
            QCOMPARE(contents(path), old);
            QVERIFY2(o.err.count(u'\n') == 1 && o.err.contains(QStringLiteral(".fovea")), qPrintable(o.err));
            const QStringList written = o.out.split(u'\n', Qt::SkipEmptyParts);
            QVERIFY(!written.contains(path));
            for (const QString& file : written) {
                QVERIFY2(QFile::exists(file), qPrintable(file));
            }
        }
    }

    // A second run replaces what the first one wrote, and says nothing about names.
    void ownFilesAreReplaced() {
        for (const Writer& writer : writers()) {
            init();
            QStringList arguments = writer.arguments;
            arguments.replaceInStrings(QStringLiteral("%1"), m_dir->path());
            const Outcome first = run(arguments);
            QVERIFY2(first.status == 0 && first.err.isEmpty(), qPrintable(QLatin1String(writer.name) + first.err));
            const QStringList there = entries(m_dir->path());
            const QString target = m_dir->filePath(writer.target);
            const QByteArray bytes = contents(target);
            put(target, writer.derived ? bytes + '\n' : QByteArray("old"));
            const Outcome second = run(arguments);
            QVERIFY2(second.status == 0 && second.err.isEmpty(), qPrintable(QLatin1String(writer.name) + second.err));
            QVERIFY2(contents(target) != (writer.derived ? bytes + '\n' : QByteArray("old")), writer.name);
            QCOMPARE(second.out, first.out);
            QCOMPARE(entries(m_dir->path()), there);
        }
    }

    void oneRunWritesNoFileTwice() {
        const Outcome o = run(QStringLiteral("render %1/in/chelsea.png -o %1/chelsea.simam.png --module simam --raw %1")
                                  .arg(m_dir->path())
                                  .split(u' '));
        QVERIFY2(o.status == 0, qPrintable(o.err));
        QVERIFY(o.err.contains(QStringLiteral("chelsea.simam.fovea")));
        const auto picture = nlohmann::json::parse(contents(m_dir->filePath(QStringLiteral("chelsea.simam.json"))).toStdString());
        const auto numbers =
            nlohmann::json::parse(contents(m_dir->filePath(QStringLiteral("chelsea.simam.fovea.json"))).toStdString());
        QVERIFY(picture.contains("picture") && !numbers.contains("picture"));
    }

    void otherEndingsAreWrongUse_data() {
        QTest::addColumn<QString>("line");
        for (const char* ending : {"svg", "pdf", "xyz", "json", "bmp", "gif"}) {
            QTest::newRow(ending) << QStringLiteral("render %1/in/chelsea.png --module simam -o %1/o.") + QLatin1String(ending);
        }
        QTest::newRow("no ending") << "render %1/in/chelsea.png --module simam -o %1/o";
        QTest::newRow("a case named png") << "apply %1/in/se.safetensors -o %1/o.png";
        QTest::newRow("a table named png") << "evaluate --bundle b --data %1/in -o %1/o.png";
    }

    void otherEndingsAreWrongUse() {
        QFETCH(QString, line);
        const Outcome o = run(line.replace(QStringLiteral("%1"), m_dir->path()).split(u' '));
        QCOMPARE(o.status, 2);
        QCOMPARE(o.err.count(u'\n'), 1);
        QCOMPARE(entries(m_dir->path()), QStringList{QStringLiteral("in")});
    }

    void theDescriptionSaysTheFormat() {
        for (const auto& [ending, lossless] : {std::pair("jpg", false), std::pair("png", true), std::pair("webp", true)}) {
            const Outcome o = run(QStringLiteral("render %1/in/chelsea.png -o %1/o.%2 --module simam")
                                      .arg(m_dir->path(), QLatin1String(ending))
                                      .split(u' '));
            QVERIFY2(o.status == 0, qPrintable(o.err));
            const auto json = nlohmann::json::parse(contents(m_dir->filePath(QStringLiteral("o.json"))).toStdString());
            QCOMPARE(json["picture"]["lossless"].get<bool>(), lossless);
            QCOMPARE(json["picture"]["file"].get<std::string>(), std::string("o.") + ending);
        }
    }

private:
    QTemporaryDir m_inputs;
    std::unique_ptr<QTemporaryDir> m_dir;
};

QTEST_GUILESS_MAIN(TestWriters)
#include "tst_writers.moc"
