#include "engine/export/video_writer.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QProcess>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>
#include <opencv2/core.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <thread>

#include "tests/support/files.h"
#include "tests/support/small_disk.h"
#include "tests/support/video_reader.h"

using namespace fovea;
using namespace fovea::test;

namespace {

constexpr int kFrames = 14;
constexpr const char* kOld = "old and whole";

QStringList entries(const QString& folder) {
    return QDir(folder).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot);
}

void writeText(const QString& path, const char* text) {
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(file.write(text), qint64(qstrlen(text)));
}

/// Grey of a frame; the last column and the last row have a colour of their own.
int greyOf(int frame) { return 20 + 15 * frame; }
const cv::Vec3b kColumn(200, 60, 60);
const cv::Vec3b kRow(60, 60, 200);

cv::Mat numbered(int width, int height, int frame) {
    cv::Mat pixels(height, width, CV_8UC3, cv::Scalar::all(greyOf(frame)));
    if (width > 4 && height > 4) {
        pixels.col(width - 1).setTo(kColumn);
        pixels.row(height - 1).setTo(kRow);
    }
    return pixels;
}

cv::Mat noise(int width, int height, int seed) {
    cv::Mat pixels(height, width, CV_8UC3);
    cv::RNG random(static_cast<std::uint64_t>(seed) + 1);
    random.fill(pixels, cv::RNG::UNIFORM, 0, 256);
    return pixels;
}

int distance(const cv::Vec3b& a, const cv::Vec3b& b) {
    return std::max({std::abs(a[0] - b[0]), std::abs(a[1] - b[1]), std::abs(a[2] - b[2])});
}

/// Seconds between 25 and 160 ms apart, from 7.5 on.
double irregularTime(int frame) { return 7.5 + 0.04 * frame + 0.003 * frame * frame + (frame % 3 == 1 ? 0.015 : 0.0); }

std::unique_ptr<VideoWriter> opened(const QString& path, const QString& codec, double rate = 25.0) {
    auto writer = VideoWriter::create(path.toStdString(), {codec.toStdString(), rate});
    return writer ? *std::move(writer) : nullptr;
}

QString messageOf(const Error& error) { return QString::fromStdString(error.message()); }

/// What the test binary does when it is started as a writer: records, says so, and waits to be killed.
int recordAndWait(const char* path, const char* codec) {
    auto writer = VideoWriter::create(path, {codec, 25.0});
    if (!writer) {
        return 1;
    }
    for (int k = 0; k < 250; ++k) {
        if (!(*writer)->write(numbered(64, 48, k % kFrames), k * 0.04)) {
            return 1;
        }
    }
    std::puts("recording");
    std::fflush(stdout);
    std::getchar();
    return 0;
}

}  // namespace

class TestVideoWriter final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void codecsWereTried();
    void everyFrameComesBack_data();
    void everyFrameComesBack();
    void losslessIsExact();
    void closeTimesKeepTheirOrder();
    void wrongFramesAreRefused();
    void refused_data();
    void refused();
    void fullDisk_data();
    void fullDisk();
    void unfinishedLeavesNothing();
    void killedLeavesNothing_data();
    void killedLeavesNothing();
    void onlyTheDeadAreRemoved();
    void followsLinksAndKeepsPermissions();
    void oneAfterTheOther();
    void freeSpace();
};

void TestVideoWriter::codecsWereTried() {
    const std::vector<VideoCodec>* seen[2] = {};
    {
        const std::jthread first([&] { seen[0] = &videoCodecs(); });
        const std::jthread second([&] { seen[1] = &videoCodecs(); });
    }
    QCOMPARE(seen[0], seen[1]);
    QStringList ids;
    for (const auto& codec : *seen[0]) {
        ids << QString::fromStdString(codec.id + codec.extension);
        QCOMPARE(codec.lossless, codec.id == "ffv1");
    }
    QCOMPARE(ids, (QStringList{QStringLiteral("h264.mp4"), QStringLiteral("ffv1.mkv"), QStringLiteral("mjpeg.avi")}));
    QCOMPARE(*defaultVideoCodec("/a/b.MKV"), std::string("h264"));
    QCOMPARE(*defaultVideoCodec("b.avi"), std::string("mjpeg"));
    QVERIFY(videoCodecsFor("b.webm").empty());
}

void TestVideoWriter::everyFrameComesBack_data() {
    QTest::addColumn<QString>("codec");
    QTest::addColumn<QString>("ending");
    QTest::addColumn<QSize>("size");
    QTest::addColumn<double>("tick");  // 0: no times
    const QSize sizes[] = {{64, 48}, {35, 17}, {1, 1}, {1, 9}, {17, 2}, {1026, 58}};
    const std::tuple<const char*, const char*, double> kinds[] = {
        {"h264", ".mp4", 1.0 / 90000}, {"h264", ".mkv", 0.001},  {"ffv1", ".mkv", 0.001},       {"ffv1", ".avi", 0.0},
        {"mjpeg", ".avi", 0.0},        {"mjpeg", ".mkv", 0.001}, {"mjpeg", ".mp4", 1.0 / 90000}};
    for (const auto& [codec, ending, tick] : kinds) {
        for (const QSize& size : sizes) {
            QTest::addRow("%s %s %dx%d", codec, ending, size.width(), size.height())
                << QString::fromLatin1(codec) << QString::fromLatin1(ending) << size << tick;
        }
    }
}

void TestVideoWriter::everyFrameComesBack() {
    QFETCH(QString, codec);
    QFETCH(QString, ending);
    QFETCH(QSize, size);
    QFETCH(double, tick);
    const QTemporaryDir dir;
    const QString path = dir.filePath(QStringLiteral("注意: out") + ending);
    auto writer = opened(path, codec);
    QVERIFY(writer);
    const auto timeOf = [tick](int k) { return tick > 0 ? irregularTime(k) : 7.5 + k / 25.0; };
    for (int k = 0; k < kFrames; ++k) {
        const auto written = writer->write(numbered(size.width(), size.height(), k), timeOf(k));
        QVERIFY2(written.ok(), written.ok() ? "" : written.error().message().c_str());
    }
    QCOMPARE(writer->frames(), std::int64_t{kFrames});
    QVERIFY(!QFile::exists(path));
    const auto done = writer->finish();
    QVERIFY2(done.ok(), done.ok() ? "" : done.error().message().c_str());
    QCOMPARE(done->frames, std::int64_t{kFrames});
    QCOMPARE(QString::fromStdString(done->path), path);
    const double last = tick > 0 ? irregularTime(kFrames - 1) - irregularTime(0) : (kFrames - 1) / 25.0;
    QVERIFY2(std::abs(done->duration - last - 1.0 / 25.0) < 0.002, qPrintable(QString::number(done->duration)));
    writer.reset();
    QCOMPARE(entries(dir.path()).size(), 1);

    const auto frames = readVideo(path);
    QCOMPARE(static_cast<int>(frames.size()), kFrames);
    const bool coloured = size.width() > 4 && size.height() > 4;
    for (int k = 0; k < kFrames; ++k) {
        const cv::Mat& pixels = frames[static_cast<std::size_t>(k)].pixels;
        QCOMPARE(QSize(pixels.cols, pixels.rows), size);
        const auto grey = static_cast<uchar>(greyOf(k));
        QVERIFY2(distance(pixels.at<cv::Vec3b>(0, 0), {grey, grey, grey}) <= 5, qPrintable(QString::number(k)));
        if (coloured) {
            // Thinned out colours mix with their neighbours: there the brightness alone tells that the row is still there.
            const int slack = codec == QLatin1String("ffv1")                            ? 0
                              : codec == QLatin1String("h264") && size.width() % 2 == 1 ? 40
                                                                                        : 75;
            QVERIFY(distance(pixels.at<cv::Vec3b>(size.height() / 2, size.width() - 1), kColumn) <= slack);
            QVERIFY(distance(pixels.at<cv::Vec3b>(size.height() - 1, size.width() / 2), kRow) <= slack);
        }
        const double expected = timeOf(k) - timeOf(0);
        QVERIFY2(std::abs(frames[static_cast<std::size_t>(k)].time - expected) <= std::max(tick, 1e-6),
                 qPrintable(QStringLiteral("%1: %2").arg(k).arg(frames[static_cast<std::size_t>(k)].time)));
    }
}

void TestVideoWriter::losslessIsExact() {
    const QTemporaryDir dir;
    const QString path = dir.filePath(QStringLiteral("out.mkv"));
    auto writer = opened(path, QStringLiteral("ffv1"));
    QVERIFY(writer);
    for (int k = 0; k < 6; ++k) {
        cv::Mat pixels = noise(61, 43, k);
        if (k % 2 == 1) {  // BGRX, as the renderer gives it
            cv::Mat wide(43, 61, CV_8UC4);
            const int places[] = {0, 0, 1, 1, 2, 2};
            cv::mixChannels(&pixels, 1, &wide, 1, places, 3);
            pixels = wide;
        }
        QVERIFY(writer->write(pixels, k * 0.04).ok());
    }
    QVERIFY(writer->finish().ok());
    const auto frames = readVideo(path);
    QCOMPARE(frames.size(), std::size_t{6});
    for (int k = 0; k < 6; ++k) {
        QCOMPARE(cv::norm(frames[static_cast<std::size_t>(k)].pixels, noise(61, 43, k), cv::NORM_INF), 0.0);
    }
}

void TestVideoWriter::closeTimesKeepTheirOrder() {
    const QTemporaryDir dir;
    const QString path = dir.filePath(QStringLiteral("out.mkv"));
    auto writer = opened(path, QStringLiteral("ffv1"));
    for (int k = 0; k < 5; ++k) {
        QVERIFY(writer->write(numbered(16, 16, k), 1e-5 * k).ok());
    }
    QVERIFY(writer->finish().ok());
    const auto frames = readVideo(path);
    QCOMPARE(frames.size(), std::size_t{5});
    for (std::size_t k = 1; k < frames.size(); ++k) {
        QVERIFY(frames[k].time > frames[k - 1].time);
    }
}

void TestVideoWriter::wrongFramesAreRefused() {
    const QTemporaryDir dir;
    const QString path = dir.filePath(QStringLiteral("out.mkv"));
    auto writer = opened(path, QStringLiteral("ffv1"));
    QVERIFY(!writer->write(cv::Mat(), 0.0).ok());
    QVERIFY(!writer->write(cv::Mat(8, 8, CV_8UC1), 0.0).ok());
    QVERIFY(writer->write(numbered(16, 12, 0), 1.0).ok());
    const auto size = writer->write(numbered(16, 13, 0), 2.0);
    QCOMPARE(messageOf(size.error()), QStringLiteral("A frame is 16 × 13 and the video 16 × 12; record frames of one size."));
    QCOMPARE(int(writer->write(numbered(16, 12, 0), 1.0).error().code), int(ErrorCode::BadValue));
    QVERIFY(!writer->write(numbered(16, 12, 0), 0.5).ok());
    QVERIFY(!writer->write(numbered(16, 12, 0), std::nan("")).ok());
    QVERIFY(writer->write(numbered(16, 12, 3), 2.0).ok());
    QCOMPARE(writer->frames(), std::int64_t{2});
    QVERIFY(writer->finish().ok());
    QCOMPARE(readVideo(path).size(), std::size_t{2});
}

void TestVideoWriter::refused_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("codec");
    QTest::addColumn<double>("rate");
    QTest::newRow("other container") << QStringLiteral("%1/out.webm") << QStringLiteral("h264") << 25.0;
    QTest::newRow("no extension") << QStringLiteral("%1/out") << QStringLiteral("h264") << 25.0;
    QTest::newRow("codec in the wrong container") << QStringLiteral("%1/out.avi") << QStringLiteral("h264") << 25.0;
    QTest::newRow("unknown codec") << QStringLiteral("%1/out.mkv") << QStringLiteral("vp9") << 25.0;
    QTest::newRow("no rate") << QStringLiteral("%1/out.mkv") << QStringLiteral("ffv1") << 0.0;
    QTest::newRow("no number") << QStringLiteral("%1/out.mkv") << QStringLiteral("ffv1") << std::nan("");
    QTest::newRow("no folder") << QStringLiteral("%1/none/out.mkv") << QStringLiteral("ffv1") << 25.0;
    QTest::newRow("a folder") << QStringLiteral("%1/folder.mkv") << QStringLiteral("ffv1") << 25.0;
    QTest::newRow("proc") << QStringLiteral("/proc/out.mkv") << QStringLiteral("ffv1") << 25.0;
}

void TestVideoWriter::refused() {
    QFETCH(QString, name);
    QFETCH(QString, codec);
    QFETCH(double, rate);
    const QTemporaryDir dir;
    QVERIFY(QDir(dir.path()).mkdir(QStringLiteral("folder.mkv")));
    const QString path = name.contains(u'%') ? name.arg(dir.path()) : name;
    const auto writer = VideoWriter::create(path.toStdString(), {codec.toStdString(), rate});
    QVERIFY(!writer.ok());
    QVERIFY(writer.error().message().back() == '.');
    QCOMPARE(entries(dir.path()), QStringList{QStringLiteral("folder.mkv")});
}

void TestVideoWriter::fullDisk_data() {
    QTest::addColumn<QString>("codec");
    QTest::addColumn<QString>("ending");
    for (const auto& [codec, ending] : {std::pair("h264", ".mp4"), {"h264", ".mkv"}, {"ffv1", ".mkv"}, {"mjpeg", ".avi"}}) {
        QTest::addRow("%s %s", codec, ending) << QString::fromLatin1(codec) << QString::fromLatin1(ending);
    }
}

void TestVideoWriter::fullDisk() {
    QFETCH(QString, codec);
    QFETCH(QString, ending);
    const QTemporaryDir dir;
    const QString path = dir.filePath(QStringLiteral("out") + ending);
    writeText(path, kOld);
    std::optional<Error> error;
    {
        const SmallDisk disk(150'000);
        auto writer = opened(path, codec);
        QVERIFY(writer);
        for (int k = 0; k < 60 && !error; ++k) {
            if (const auto written = writer->write(noise(160, 120, k), k * 0.04); !written) {
                error = written.error();
            }
        }
        QVERIFY(error);
        QCOMPARE(int(error->code), int(ErrorCode::Unwritable));
        QCOMPARE(messageOf(*error),
                 QStringLiteral("There is no room for “%1”; free some space or choose another folder.").arg(path));
        const auto done = writer->finish();
        QVERIFY(!done.ok());
        QCOMPARE(messageOf(done.error()), messageOf(*error));
    }
    QCOMPARE(contents(path), QByteArray(kOld));
    QCOMPARE(entries(dir.path()).size(), 1);

    // Where everything but the last bytes fits, only finish() can tell.
    {
        auto writer = opened(path, codec);
        for (int k = 0; k < 3; ++k) {
            QVERIFY(writer->write(noise(32, 24, k), k * 0.04).ok());
        }
        const SmallDisk disk(static_cast<rlim_t>(writer->bytes() + 16));
        QVERIFY(!writer->finish().ok());
    }
    QCOMPARE(contents(path), QByteArray(kOld));
    QCOMPARE(entries(dir.path()).size(), 1);
}

void TestVideoWriter::unfinishedLeavesNothing() {
    const QTemporaryDir dir;
    const QString path = dir.filePath(QStringLiteral("out.mkv"));
    {
        auto writer = opened(path, QStringLiteral("h264"));
        QVERIFY(!writer->finish().ok());  // not a single frame
        QVERIFY(writer->write(numbered(64, 48, 0), 0.0).ok());
        QCOMPARE(entries(dir.path()).size(), 1);
    }
    QCOMPARE(entries(dir.path()).size(), 0);
}

void TestVideoWriter::killedLeavesNothing_data() { fullDisk_data(); }

void TestVideoWriter::killedLeavesNothing() {
    QFETCH(QString, codec);
    QFETCH(QString, ending);
    const QTemporaryDir dir;
    const QString path = dir.filePath(QStringLiteral("out") + ending);
    QProcess child;
    child.start(QCoreApplication::applicationFilePath(), {QStringLiteral("--record"), path, codec});
    QVERIFY(child.waitForStarted());
    while (!child.canReadLine()) {
        QVERIFY(child.waitForReadyRead(60000));
    }
    const auto owner = child.processId();
    child.kill();
    QVERIFY(child.waitForFinished(60000));
    QCOMPARE(child.exitStatus(), QProcess::CrashExit);
    const QStringList left = entries(dir.path());
    QCOMPARE(left.size(), 1);
    QVERIFY2(left.first().startsWith(QStringLiteral(".out.%1-").arg(owner)), qPrintable(left.first()));
    if (ending == QLatin1String(".mkv")) {
        // 250 frames of 40 ms; what is missing is a cluster of a second and what the encoder held back.
        const auto frames = readVideo(dir.filePath(left.first()));
        QVERIFY2(frames.size() >= 180, qPrintable(QString::number(frames.size())));
    }

    auto writer = opened(path, codec);
    QVERIFY(writer->write(numbered(64, 48, 1), 0.0).ok());
    QVERIFY(writer->finish().ok());
    QCOMPARE(entries(dir.path()), QStringList{QStringLiteral("out") + ending});
}

void TestVideoWriter::onlyTheDeadAreRemoved() {
    const QTemporaryDir dir;
    // No process has a number above 2²².
    const QString dead = QStringLiteral(".out.99999999-0.part.mkv");
    const QStringList others = {QStringLiteral(".out.%1-0.part.mkv").arg(::getppid()),
                                QStringLiteral(".out.99999999-0.part.mp4"),
                                QStringLiteral(".out.99999999-.part.mkv"),
                                QStringLiteral(".out.99999999.part.mkv"),
                                QStringLiteral(".out.x99999999-0.part.mkv"),
                                QStringLiteral(".out.-1-0.part.mkv"),
                                QStringLiteral(".outer.99999999-0.part.mkv"),
                                QStringLiteral("out.99999999-0.part.mkv")};
    for (const QString& name : QStringList{dead} + others) {
        writeText(dir.filePath(name), "x");
    }
    QVERIFY(QDir(dir.path()).mkdir(QStringLiteral(".out.99999999-1.part.mkv")));
    const QString path = dir.filePath(QStringLiteral("out.mkv"));
    auto first = opened(path, QStringLiteral("ffv1"));
    auto second = opened(path, QStringLiteral("ffv1"));
    QVERIFY(first && second);
    QVERIFY(!entries(dir.path()).contains(dead));
    QCOMPARE(entries(dir.path()).size(), others.size() + 3);
    QVERIFY(first->write(numbered(16, 16, 0), 0.0).ok());
    QVERIFY(first->finish().ok());
    QVERIFY(second->write(numbered(16, 16, 0), 0.0).ok());
    QVERIFY(second->write(numbered(16, 16, 1), 1.0).ok());
    QVERIFY(second->finish().ok());
    QCOMPARE(readVideo(path).size(), std::size_t{2});
    for (const QString& name : others) {
        QVERIFY2(QFile::exists(dir.filePath(name)), qPrintable(name));
    }
}

void TestVideoWriter::followsLinksAndKeepsPermissions() {
    const QTemporaryDir dir;
    QVERIFY(QDir(dir.path()).mkdir(QStringLiteral("below")));
    const QString target = dir.filePath(QStringLiteral("below/target.mkv"));
    writeText(target, kOld);
    QVERIFY(QFile::setPermissions(target, QFile::ReadOwner | QFile::WriteOwner));
    const QString link = dir.filePath(QStringLiteral("link.mkv"));
    QVERIFY(QFile::link(target, link));
    auto writer = opened(link, QStringLiteral("ffv1"));
    QVERIFY(writer->write(numbered(16, 16, 0), 0.0).ok());
    QVERIFY(writer->finish().ok());
    QVERIFY(QFileInfo(link).isSymLink());
    QCOMPARE(readVideo(target).size(), std::size_t{1});
    struct stat info = {};
    QCOMPARE(::stat(target.toUtf8().constData(), &info), 0);
    QCOMPARE(info.st_mode & 0777U, 0600U);
}

void TestVideoWriter::oneAfterTheOther() {
    const QTemporaryDir dir;
    QVERIFY(QDir::setCurrent(dir.path()));
    for (int round = 0; round < 2; ++round) {
        auto writer = opened(QStringLiteral("bare.mp4"), QStringLiteral("h264"));
        QVERIFY(writer);
        for (int k = 0; k <= round; ++k) {
            QVERIFY(writer->write(numbered(16, 16, k), k).ok());
        }
        QVERIFY(writer->finish().ok());
    }
    QVERIFY(QDir::setCurrent(QCoreApplication::applicationDirPath()));
    QCOMPARE(readVideo(dir.filePath(QStringLiteral("bare.mp4"))).size(), std::size_t{2});
    QCOMPARE(entries(dir.path()).size(), 1);
}

void TestVideoWriter::freeSpace() {
    const QTemporaryDir dir;
    QVERIFY(freeSpaceFor(dir.filePath(QStringLiteral("out.mkv")).toStdString()) > 0);
    QVERIFY(freeSpaceFor("bare.mkv") > 0);
    QCOMPARE(freeSpaceFor("/none/there/out.mkv"), std::int64_t{-1});
}

int main(int argc, char** argv) {
    if (argc == 4 && qstrcmp(argv[1], "--record") == 0) {
        return recordAndWait(argv[2], argv[3]);
    }
    const QCoreApplication application(argc, argv);
    TestVideoWriter test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_video_writer.moc"
