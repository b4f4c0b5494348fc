// Recordings of videos which lose frames: damaged in the middle, cut while they are read, pictures of a folder. What is missing
// is said, and what is there is kept.

#include <QApplication>
#include <QDir>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <opencv2/imgcodecs.hpp>

#include <filesystem>
#include <fstream>

#include "app/canvas_area.h"
#include "app/main_window.h"
#include "engine/source/frame_source.h"
#include "tests/support/program_run.h"
#include "tests/support/recordings.h"
#include "tests/support/video_files.h"
#include "tests/support/video_reader.h"
#include "tests/support/view_test.h"

using namespace fovea;
using namespace fovea::test;

namespace {

constexpr int kFrames = 50;
constexpr int kPatience = 60000;

/// A numbered picture above noise, which takes many bytes.
cv::Mat noisePicture(int number) {
    cv::Mat pixels(240, 320, CV_8UC3);
    numberedPicture(number, 320, 120).copyTo(pixels.rowRange(0, 120));
    cv::RNG random(static_cast<std::uint64_t>(number) + 1);
    random.fill(pixels.rowRange(120, 240), cv::RNG::UNIFORM, 0, 256);
    return pixels;
}

/// H.264 in whose middle some bytes were overwritten.
void writeDamagedVideo(const std::string& path) {
    VideoRecipe recipe;
    recipe.frames = kFrames;
    recipe.keyEvery = 10;
    recipe.tableFirst = true;
    QVERIFY(writeVideo(path, recipe));
    const auto size = static_cast<std::streamoff>(std::filesystem::file_size(path));
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(size / 2);
    const std::string rubbish(static_cast<std::size_t>(size / 12), '\xA5');
    file.write(rubbish.data(), static_cast<std::streamsize>(rubbish.size()));
}

/// The frames which can be read, and every error between them.
struct Readable {
    std::vector<std::uint64_t> indices;
    QStringList errors;
};

Readable readableOf(const std::string& path) {
    Readable out;
    const auto source = openSource({SourceKind::Video, path});
    for (int step = 0; source && step < 4 * kFrames; ++step) {
        const auto frame = (*source)->next({});
        if (frame) {
            out.indices.push_back(frame->index);
        } else if (frame.error().code == ErrorCode::Ended) {
            break;
        } else {
            out.errors << sentence(frame.error());
        }
    }
    return out;
}

Outcome render(const QString& input, const QString& output) {
    return runProgram(
        {QStringLiteral("render"), input, QStringLiteral("-o"), output, QStringLiteral("--module"), QStringLiteral("simam")});
}

}  // namespace

class TestMissingFrames final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { failOnWarnings(); }

    void damageInTheMiddleIsCounted();
    void theReaderNamesTheFramesWhichAreMissing();
    void aFileWhichShrinksIsNotWhole_data();
    void aFileWhichShrinksIsNotWhole();
    void aDamagedPictureOfAFolderIsNamed();
    void theWindowSaysWhatIsMissing();
    void theWindowKeepsItsInput();
};

void TestMissingFrames::damageInTheMiddleIsCounted() {
    const QTemporaryDir dir;
    const QString path = dir.filePath(QStringLiteral("film.mp4"));
    writeDamagedVideo(path.toStdString());
    const auto whole = readableOf(path.toStdString());
    const auto count = static_cast<int>(whole.indices.size());
    QVERIFY2(count > 10 && count < kFrames, qPrintable(QString::number(count)));

    const QString out = dir.filePath(QStringLiteral("out.mkv"));
    const Outcome o = render(path, out);
    QCOMPARE(o.status, 1);
    QCOMPARE(o.err.count(u'\n'), 1);
    const QString said = QStringLiteral("“film.mp4” holds %1 frames; %2 were recorded").arg(kFrames).arg(count);
    QVERIFY2(o.err.startsWith(QStringLiteral("fovea: ") + said), qPrintable(o.err));
    QVERIFY(o.out.contains(out));
    QCOMPARE(static_cast<int>(readVideo(out).size()), count);
    const auto rows = table(dir.filePath(QStringLiteral("out.csv")));
    QCOMPARE(rows.size(), count + 1);
    for (int k = 0; k < count; ++k) {
        QCOMPARE(rows.at(k + 1).at(kColumn.sourceIndex).toULongLong(), whole.indices[static_cast<std::size_t>(k)]);
    }
    const auto recording = parsed(dir.filePath(QStringLiteral("out.json")))["recording"];
    QCOMPARE(recording["frames"].get<int>(), count);
    QCOMPARE(recording["sourceFrames"].get<int>(), kFrames);
    QVERIFY(QString::fromStdString(recording["note"].get<std::string>()).startsWith(said));
}

void TestMissingFrames::theReaderNamesTheFramesWhichAreMissing() {
    const QTemporaryDir dir;
    const std::string path = dir.filePath(QStringLiteral("film.mp4")).toStdString();
    writeDamagedVideo(path);
    const auto read = readableOf(path);
    // Each gap between the frames which come is announced by an error which names its first frame.
    std::uint64_t next = 0;
    int gaps = 0;
    for (const auto index : read.indices) {
        if (index > next) {
            ++gaps;
            QVERIFY2(read.errors.filter(QStringLiteral("Frame %1 of").arg(next)).size() == 1,
                     qPrintable(read.errors.join(u'\n')));
        }
        next = index + 1;
    }
    QVERIFY(gaps >= 1);
}

void TestMissingFrames::aFileWhichShrinksIsNotWhole_data() {
    QTest::addColumn<QString>("container");
    QTest::newRow("mp4") << QStringLiteral("mp4");
    QTest::newRow("mkv") << QStringLiteral("matroska");
    QTest::newRow("avi") << QStringLiteral("avi");
}

void TestMissingFrames::aFileWhichShrinksIsNotWhole() {
    QFETCH(QString, container);
    const QTemporaryDir dir;
    const QString path = dir.filePath(QStringLiteral("film"));
    VideoRecipe recipe = recipeOf(container.toStdString(), "mjpeg");
    recipe.width = 320;
    recipe.height = 240;
    recipe.frames = 100;
    recipe.tableFirst = true;
    recipe.picture = noisePicture;
    QVERIFY(writeVideo(path.toStdString(), recipe));

    FileRecordingJob job = jobFor({}, dir.filePath(QStringLiteral("out.mkv")));
    job.style.opacity = 0.0;
    job.open = [&path](const std::stop_token& stop) { return openSource({SourceKind::Video, path.toStdString()}, stop); };
    bool cut = false;
    const auto outcome = recordFile(job, {}, [&](std::int64_t, std::int64_t) {
        if (!std::exchange(cut, true)) {
            cutFile(path.toStdString(), 0.5);
        }
    });
    QVERIFY2(outcome.ok(), outcome ? "" : outcome.error().message().c_str());
    QVERIFY(outcome->note.has_value());
    const auto recorded = outcome->video.frames;
    QVERIFY2(recorded > 30 && recorded < 70, qPrintable(QString::number(recorded)));
    const QString said = sentence(*outcome->note);
    QVERIFY2(said.startsWith(QStringLiteral("“film” holds 100 frames; %1 were recorded: ").arg(recorded)), qPrintable(said));
    QVERIFY2(said.contains(QStringLiteral("cut off")), qPrintable(said));
    const auto frames = readVideo(dir.filePath(QStringLiteral("out.mkv")));
    QCOMPARE(static_cast<std::int64_t>(frames.size()), recorded);
    for (std::size_t k = 0; k < frames.size(); ++k) {
        QCOMPARE(numberOf(frames[k].pixels.rowRange(0, 120)), static_cast<int>(k));
    }
    QCOMPARE(parsed(dir.filePath(QStringLiteral("out.json")))["recording"]["note"].get<std::string>(), outcome->note->message());
}

void TestMissingFrames::aDamagedPictureOfAFolderIsNamed() {
    const QTemporaryDir dir;
    QVERIFY(QDir(dir.path()).mkdir(QStringLiteral("film")));
    for (int k = 1; k <= 4; ++k) {
        QVERIFY(cv::imwrite(dir.filePath(QStringLiteral("film/%1.png").arg(k)).toStdString(), numberedPicture(k, 64, 48)));
    }
    cutFile(dir.filePath(QStringLiteral("film/2.png")).toStdString(), 0.5);
    const QString out = dir.filePath(QStringLiteral("out.mkv"));
    const Outcome o = render(dir.filePath(QStringLiteral("film")), out);
    QCOMPARE(o.status, 1);
    QCOMPARE(o.err.count(u'\n'), 1);
    QVERIFY2(o.err.startsWith(QStringLiteral("fovea: “film” holds 4 frames; 3 were recorded: “film/2.png” is cut off")),
             qPrintable(o.err));
    QCOMPARE(readVideo(out).size(), std::size_t{3});
}

void TestMissingFrames::theWindowKeepsItsInput() {
    const QTemporaryDir dir;
    const QString path = dir.filePath(QStringLiteral("film.mp4"));
    QVERIFY(QFile::copy(QStringLiteral(FOVEA_SOURCE_DIR "/resources/samples/clip.mp4"), path));
    const QByteArray before = contents(path);
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, dir.path());
    Settings settings;
    settings.setModel(QStringLiteral("retina"));
    settings.setLanguage(QStringLiteral("en"));
    MainWindow window(settings);
    window.show();
    window.start(path);
    QTRY_VERIFY_WITH_TIMEOUT(window.session().source().active() && window.session().shown().map() != nullptr, kPatience);
    QSignalSpy spy(&window.live().recording(), &RecordingControl::ended);
    window.live().recording().startFile(path, false);
    QTRY_COMPARE_WITH_TIMEOUT(spy.size(), 1, kPatience);
    const QString message = window.findChild<CanvasArea*>()->message();
    QVERIFY2(message.contains(QStringLiteral("is the input")), qPrintable(message));
    QCOMPARE(contents(path), before);
}

void TestMissingFrames::theWindowSaysWhatIsMissing() {
    const QTemporaryDir dir;
    const QString path = dir.filePath(QStringLiteral("film.mp4"));
    writeDamagedVideo(path.toStdString());
    const auto count = readableOf(path.toStdString()).indices.size();
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, dir.path());
    Settings settings;
    settings.setModel(QStringLiteral("retina"));
    settings.setLanguage(QStringLiteral("en"));
    MainWindow window(settings);
    window.resize(1280, 800);
    window.show();
    window.start(path);
    QTRY_VERIFY_WITH_TIMEOUT(window.session().source().active() && window.session().shown().map() != nullptr, kPatience);
    QSignalSpy spy(&window.exports(), &Exports::exported);
    const QString out = dir.filePath(QStringLiteral("out.mkv"));
    window.live().recording().startFile(out, false);
    QTRY_COMPARE_WITH_TIMEOUT(spy.size(), 1, kPatience);
    const QString message = window.findChild<CanvasArea*>()->message();
    QVERIFY2(message.contains(QStringLiteral("holds %1 frames; %2 were recorded").arg(kFrames).arg(count)), qPrintable(message));
    QCOMPARE(readVideo(out).size(), count);
}

QTEST_MAIN(TestMissingFrames)
#include "tst_missing_frames.moc"
