// Videos whose program was killed while it wrote them: what can be read is copied, wherever the file ends.

#include "engine/export/unfinished_video.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <opencv2/core.hpp>

#include "tests/support/recordings.h"
#include "tests/support/video_files.h"
#include "tests/support/video_reader.h"

using namespace fovea;
using namespace fovea::test;

namespace {

constexpr int kFrames = 120;

/// The bytes of a video at the moment its program would be killed.
QByteArray unfinished(const QTemporaryDir& dir, const QString& ending, const QString& codec) {
    auto writer = VideoWriter::create(dir.filePath(QStringLiteral("out") + ending).toStdString(),
                                      {.codec = codec.toStdString(), .rate = 25.0});
    for (int k = 0; writer && k < kFrames; ++k) {
        if (!(*writer)->write(numberedPicture(k, 160, 96), k * 0.04)) {
            return {};
        }
    }
    return writer ? contents(QString::fromStdString((*writer)->file().temporary())) : QByteArray();
}

void writeBytes(const QString& path, const QByteArray& bytes) {
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size());
}

}  // namespace

class TestUnfinishedVideo final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void whatCanBeReadIsCopied_data() {
        QTest::addColumn<QString>("codec");
        for (const char* codec : {"h264", "ffv1", "mjpeg"}) {
            QTest::newRow(codec) << QString::fromLatin1(codec);
        }
    }

    void whatCanBeReadIsCopied() {
        QFETCH(QString, codec);
        const QTemporaryDir dir;
        const QByteArray bytes = unfinished(dir, QStringLiteral(".mkv"), codec);
        QVERIFY(bytes.size() > 1000);
        const QString left = dir.filePath(QStringLiteral(".left.7-0.part.mkv"));
        std::size_t before = 0;
        for (int part = 0; part <= 20; ++part) {  // the file may end anywhere
            const QByteArray cut = bytes.left(bytes.size() * part / 20);
            writeBytes(left, cut);
            auto to = AtomicFile::create(dir.filePath(QStringLiteral("whole%1.mkv").arg(part)).toStdString());
            const auto copied = copyFrames(left.toStdString(), *to);
            QCOMPARE(copied.ok(), holdsFrames(left.toStdString()));
            QCOMPARE(contents(left), cut);
            if (!copied) {
                QCOMPARE(before, std::size_t{0});
                continue;
            }
            QVERIFY(to->commit().ok());
            const auto frames = readVideo(QString::fromStdString(copied->path));
            QCOMPARE(frames.size(), static_cast<std::size_t>(copied->frames));
            for (std::size_t k = 0; k < frames.size(); ++k) {
                QCOMPARE(numberOf(frames[k].pixels), static_cast<int>(k));
                QVERIFY(std::abs(frames[k].time - static_cast<double>(k) * 0.04) <= 0.001);
            }
            QVERIFY(frames.size() >= before);
            before = frames.size();
        }
        QVERIFY2(before >= kFrames - 60, qPrintable(QString::number(before)));
    }

    void containersWithATableAtTheirEndHoldNothing_data() {
        QTest::addColumn<QString>("ending");
        QTest::addColumn<QString>("codec");
        QTest::newRow("mp4") << QStringLiteral(".mp4") << QStringLiteral("h264");
        QTest::newRow("no video") << QStringLiteral(".txt") << QString();
    }

    void containersWithATableAtTheirEndHoldNothing() {
        QFETCH(QString, ending);
        QFETCH(QString, codec);
        const QTemporaryDir dir;
        const QByteArray bytes = codec.isEmpty() ? QByteArray("nothing of a video") : unfinished(dir, ending, codec);
        QVERIFY(!bytes.isEmpty());
        const QString left = dir.filePath(QStringLiteral(".left.7-0.part") + ending);
        writeBytes(left, bytes);
        QVERIFY(!holdsFrames(left.toStdString()));
        {
            auto to = AtomicFile::create(dir.filePath(QStringLiteral("whole") + ending).toStdString());
            const auto copied = copyFrames(left.toStdString(), *to);
            QVERIFY(!copied.ok());
            QVERIFY(copied.error().message().find("No frame can be read") == 0);
        }
        QCOMPARE(entries(dir), QStringList{QStringLiteral(".left.7-0.part") + ending});
    }

    void anAviKeepsItsFrames() {
        const QTemporaryDir dir;
        const QString left = dir.filePath(QStringLiteral(".left.7-0.part.avi"));
        writeBytes(left, unfinished(dir, QStringLiteral(".avi"), QStringLiteral("mjpeg")));
        QVERIFY(holdsFrames(left.toStdString()));
        auto to = AtomicFile::create(dir.filePath(QStringLiteral("whole.avi")).toStdString());
        const auto copied = copyFrames(left.toStdString(), *to);
        QVERIFY2(copied.ok(), copied.ok() ? "" : copied.error().message().c_str());
        QVERIFY(to->commit().ok());
        const auto frames = readVideo(dir.filePath(QStringLiteral("whole.avi")));
        QCOMPARE(frames.size(), static_cast<std::size_t>(copied->frames));
        QVERIFY(frames.size() >= std::size_t{kFrames - 30});
        for (std::size_t k = 0; k < frames.size(); ++k) {
            QCOMPARE(numberOf(frames[k].pixels), static_cast<int>(k));
        }
    }

    void aStopLeavesEverythingAsItWas() {
        const QTemporaryDir dir;
        const QString left = dir.filePath(QStringLiteral(".left.7-0.part.mkv"));
        writeBytes(left, unfinished(dir, QStringLiteral(".mkv"), QStringLiteral("mjpeg")));
        std::stop_source stop;
        stop.request_stop();
        {
            auto to = AtomicFile::create(dir.filePath(QStringLiteral("whole.mkv")).toStdString());
            const auto copied = copyFrames(left.toStdString(), *to, stop.get_token());
            QCOMPARE(static_cast<int>(copied.error().code), static_cast<int>(ErrorCode::Cancelled));
        }
        QCOMPARE(entries(dir), QStringList{QStringLiteral(".left.7-0.part.mkv")});
    }
};

QTEST_GUILESS_MAIN(TestUnfinishedVideo)
#include "tst_unfinished_video.moc"
