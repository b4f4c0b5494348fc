#include "app/recorder.h"

#include <QTemporaryDir>
#include <QTest>
#include <opencv2/imgproc.hpp>

#include <cmath>

#include "tests/support/fake_modules.h"
#include "tests/support/recordings.h"
#include "tests/support/small_disk.h"
#include "tests/support/video_reader.h"
#include "tests/support/view_test.h"

using namespace fovea;
using namespace fovea::test;

namespace {

/// What the recording has to show of a frame.
RenderedOverlay expectedOverlay(const FileRecordingJob& job, const FakeFilm& film, int index) {
    static Pipeline s_pipeline;
    Frame frame = filmFrame(film, index);
    frame.sequence = static_cast<std::uint64_t>(index);
    const auto result = s_pipeline.run({.epoch = 1, .frame = frame, .models = {{job.model, {job.module}}}}, {});
    return render(OverlayRequest{*result, job.field, job.style, fullViewport(frame)});
}

cv::Mat withoutAlpha(const cv::Mat& pixels) {
    cv::Mat out;
    cv::cvtColor(pixels, out, cv::COLOR_BGRA2BGR);
    return out;
}

}  // namespace

class TestRecorder final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() {
        failOnWarnings();
        resetFakeModules();
    }

    void everyFrameOnce();
    void everyRowIsOfItsOverlay();
    void besideTheOriginalWithItsCaption();
    void aPlaceOfThePictureIsAsked();
    void descriptionTravels();
    void encodingHoldsComputingBack();
    void cancelLeavesNothing();
    void damage_data();
    void damage();
    void damageOfASourceWithoutNumberOfFrames();
    void failuresLeaveNothing_data();
    void failuresLeaveNothing();
    void fullDiskLeavesNothing();
    void nearlyFullDiskEndsInTime();
    void whatIsReadIsNotReplaced();
    void filesOfOtherProgramsAreKept();
};

void TestRecorder::everyFrameOnce() {
    const QTemporaryDir dir;
    const QString path = dir.filePath(QStringLiteral("out.mkv"));
    FakeFilm film{.frames = 60};
    film.time = [](int k) { return 2.0 + 0.04 * k + 0.001 * (k % 7); };
    FileRecordingJob job = jobFor(film, path);
    job.style.opacity = 0.0;
    std::vector<std::int64_t> done;
    const auto outcome = recordFile(job, {}, [&](std::int64_t frames, std::int64_t total) {
        done.push_back(frames);
        QCOMPARE(total, std::int64_t{60});
    });
    QVERIFY2(outcome.ok(), outcome.ok() ? "" : outcome.error().message().c_str());
    QVERIFY(!outcome->note);
    QCOMPARE(outcome->video.frames, std::int64_t{60});
    QCOMPARE(done.size(), std::size_t{60});
    QCOMPARE(done.back(), std::int64_t{60});
    QCOMPARE(entries(dir), (QStringList{QStringLiteral("out.csv"), QStringLiteral("out.json"), QStringLiteral("out.mkv")}));
    const auto frames = readVideo(path);
    const auto rows = table(dir.filePath(QStringLiteral("out.csv")));
    QCOMPARE(frames.size(), std::size_t{60});
    QCOMPARE(rows.size(), 61);
    for (int k = 0; k < 60; ++k) {
        const auto& frame = frames[static_cast<std::size_t>(k)];
        QVERIFY2(same(frame.pixels, filmPicture(k, {48, 36})), qPrintable(QString::number(k)));
        QVERIFY(std::abs(frame.time - (film.time(k) - 2.0)) <= 0.001);
        const auto& row = rows.at(k + 1);
        QCOMPARE(row.size(), 15);
        QCOMPARE(row.at(kColumn.frame).toInt(), k);
        QCOMPARE(row.at(kColumn.sourceIndex).toInt(), k);
        QCOMPARE(row.at(kColumn.overlayOf).toInt(), k);
        QCOMPARE(row.at(kColumn.sourceTime).toDouble(), film.time(k));
    }
}

void TestRecorder::everyRowIsOfItsOverlay() {
    const QTemporaryDir dir;
    const QString path = dir.filePath(QStringLiteral("out.mkv"));
    const FakeFilm film{.frames = 8};
    FileRecordingJob job = jobFor(film, path);
    job.model = RetinaOptions{.stride = 4};
    const auto outcome = recordFile(job);
    QVERIFY(outcome.ok());
    const auto frames = readVideo(path);
    const auto rows = table(dir.filePath(QStringLiteral("out.csv")));
    QCOMPARE(frames.size(), std::size_t{8});
    QCOMPARE(rows.first().join(','),
             QByteArray("frame,source_index,source_time_s,features_ms,module_ms,map,min,max,mean,peak_x,peak_y,range_lo,range_hi,"
                        "smoothing,overlay_of"));
    for (int k = 0; k < 8; ++k) {
        const auto expected = expectedOverlay(job, film, k);
        QVERIFY2(same(frames[static_cast<std::size_t>(k)].pixels, withoutAlpha(*expected.pixels)),
                 qPrintable(QString::number(k)));
        const auto& row = rows.at(k + 1);
        QCOMPARE(row.at(kColumn.map), QByteArray("\"full\""));
        QCOMPARE(row.at(kColumn.min).toFloat(), expected.statistics->min);
        QCOMPARE(row.at(kColumn.max).toFloat(), expected.statistics->max);
        QCOMPARE(row.at(kColumn.mean).toDouble(), expected.statistics->mean);
        const ValueRange range = effectiveRange(*expected.field, job.style);
        QCOMPARE(row.at(kColumn.rangeLo).toFloat(), range.lo);
        QCOMPARE(row.at(kColumn.rangeHi).toFloat(), range.hi);
        QCOMPARE(row.at(kColumn.smoothing).toDouble(), 0.0);
        const Cell peak = cellAt(*expected.field, row.at(kColumn.peakX).toDouble(), row.at(kColumn.peakY).toDouble());
        QCOMPARE(peak, expected.statistics->peak);
    }
}

void TestRecorder::besideTheOriginalWithItsCaption() {
    const QTemporaryDir dir;
    const FakeFilm film{.frames = 2, .width = 320, .height = 240};
    FileRecordingJob job = jobFor(film, dir.filePath(QStringLiteral("out.mkv")));
    job.recording.beside = true;
    job.recording.caption = true;
    job.recording.csv = false;
    QVERIFY(recordFile(job).ok());
    QCOMPARE(entries(dir), (QStringList{QStringLiteral("out.json"), QStringLiteral("out.mkv")}));
    const auto frames = readVideo(dir.filePath(QStringLiteral("out.mkv")));
    QCOMPARE(frames.size(), std::size_t{2});
    const cv::Mat& pixels = frames[1].pixels;
    QCOMPARE(pixels.cols, 640);
    QCOMPARE(pixels.rows, 240);
    QVERIFY(same(pixels(cv::Rect(0, 0, 320, 240)), filmPicture(1, {320, 240})));
    const cv::Mat overlay = withoutAlpha(*expectedOverlay(job, film, 1).pixels);
    const cv::Mat right = pixels(cv::Rect(320, 0, 320, 240));
    // The caption lies in the lower left corner, is dark with light letters, and nothing else is changed.
    cv::Mat changed;
    cv::absdiff(right, overlay, changed);
    cv::cvtColor(changed, changed, cv::COLOR_BGR2GRAY);
    const cv::Rect box = cv::boundingRect(changed);
    QVERIFY2(box.x >= 1 && box.x < 16 && box.br().y > 224 && box.br().y < 240, "corner");
    const QString place = QStringLiteral("%1 %2 %3 %4").arg(box.x).arg(box.y).arg(box.width).arg(box.height);
    QVERIFY2(box.height > 12 && box.height < 40 && box.width > 100 && box.br().x <= 320 - box.x, qPrintable(place));
    double darkest = 0.0;
    double lightest = 0.0;
    cv::Mat grey;
    cv::cvtColor(right(box), grey, cv::COLOR_BGR2GRAY);
    cv::minMaxLoc(grey, &darkest, &lightest);
    QVERIFY(darkest < 70.0 && lightest > 230.0);
}

void TestRecorder::aPlaceOfThePictureIsAsked() {
    const QTemporaryDir dir;
    const FakeFilm film{.frames = 2, .width = 317, .height = 203};  // no whole number of cells
    FileRecordingJob job = jobFor(film, dir.filePath(QStringLiteral("out.mkv")));
    const ModuleInfo& info = *findModule("sagan");
    job.module = {.info = &info, .params = ParamSet(info.params), .weightsFile = {}, .weights = {}};
    job.field.job.source = "sagan";
    job.query = PointValue{0.9, 0.25};
    QVERIFY(recordFile(job).ok());
    const auto asked = parsed(dir.filePath(QStringLiteral("out.json")))["field"]["asked"];
    QVERIFY(std::abs(asked["x"].get<double>() - 0.9 * 317.0) < 1e-9);
    QVERIFY(std::abs(asked["y"].get<double>() - 0.25 * 203.0) < 1e-9);
}

void TestRecorder::descriptionTravels() {
    const QTemporaryDir dir;
    FakeFilm film{.frames = 3};
    FileRecordingJob job = jobFor(film, dir.filePath(QStringLiteral("out.mkv")));
    const ModuleInfo& info = *findModule("cbam");
    job.module = {.info = &info, .params = ParamSet(info.params), .weightsFile = {}, .weights = {}, .seed = 7};
    job.field.job.source = "cbam";
    QVERIFY(recordFile(job).ok());
    const auto json = parsed(dir.filePath(QStringLiteral("out.json")));
    QCOMPARE(json["weights"]["text"].get<std::string>(), std::string("random (seed 7)"));
    QCOMPARE(json["source"]["name"].get<std::string>(), std::string("film.mp4"));
    QVERIFY(json.contains("field") && json.contains("style"));
    const auto& recording = json["recording"];
    QCOMPARE(recording["video"].get<std::string>(), std::string("out.mkv"));
    QCOMPARE(recording["csv"].get<std::string>(), std::string("out.csv"));
    QCOMPARE(recording["codec"].get<std::string>(), std::string("ffv1"));
    QCOMPARE(recording["frames"].get<int>(), 3);
    QCOMPARE(recording["dropped"].get<int>(), 0);
    QCOMPARE(recording["rate"].get<double>(), 25.0);
    QCOMPARE(recording["rangeSmoothing"].get<double>(), 0.0);
    QCOMPARE(recording["besideOriginal"].get<bool>(), false);
    QCOMPARE(recording["describedSourceIndex"].get<int>(), 2);
    QVERIFY(!recording.contains("note"));
}

void TestRecorder::encodingHoldsComputingBack() {
    const QTemporaryDir dir;
    const FakeFilm film{.frames = 30};
    const FileRecordingJob job = jobFor(film, dir.filePath(QStringLiteral("out.mkv")));
    int ahead = 0;
    const auto outcome = recordFile(
        job, {}, [&](std::int64_t done, std::int64_t) { ahead = std::max(ahead, *film.read - static_cast<int>(done)); });
    QVERIFY(outcome.ok());
    // Three in the queue and one which waits to get in; the end is read, too.
    QVERIFY2(ahead <= 5, qPrintable(QString::number(ahead)));
}

void TestRecorder::cancelLeavesNothing() {
    const QTemporaryDir dir;
    const FakeFilm film{.frames = 100000};
    std::stop_source stop;
    const auto outcome =
        recordFile(jobFor(film, dir.filePath(QStringLiteral("out.mkv"))), stop.get_token(), [&](std::int64_t done, std::int64_t) {
            if (done == 5) {
                stop.request_stop();
            }
        });
    QVERIFY(!outcome.ok());
    QCOMPARE(int(outcome.error().code), int(ErrorCode::Cancelled));
    QVERIFY(*film.read < 20);
    QCOMPARE(entries(dir), QStringList());
}

void TestRecorder::damage_data() {
    QTest::addColumn<QList<int>>("places");
    QTest::addColumn<int>("recorded");  // 0: an error
    QTest::addColumn<QString>("says");
    QTest::newRow("in the middle") << QList<int>{4} << 9
                                   << QStringLiteral("“film.mp4” holds 10 frames; 9 were recorded: Broken 4.");
    QTest::newRow("at the end") << QList<int>{7, 8, 9} << 7
                                << QStringLiteral("“film.mp4” holds 10 frames; 7 were recorded: Broken 7.");
    QTest::newRow("at the beginning") << QList<int>{0, 1} << 8
                                      << QStringLiteral("“film.mp4” holds 10 frames; 8 were recorded: Broken 0.");
    QTest::newRow("here and there") << QList<int>{2, 3, 6} << 7
                                    << QStringLiteral("“film.mp4” holds 10 frames; 7 were recorded: Broken 2.");
    QTest::newRow("behind the end") << QList<int>{10} << 10
                                    << QStringLiteral("“film.mp4” is cut off: its first 10 frames were recorded.");
    QTest::newRow("everywhere") << QList<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9} << 0 << QStringLiteral("Broken 0.");
}

void TestRecorder::damage() {
    QFETCH(QList<int>, places);
    QFETCH(int, recorded);
    QFETCH(QString, says);
    const QTemporaryDir dir;
    const QString path = dir.filePath(QStringLiteral("out.mkv"));
    FakeFilm film;
    for (const int place : places) {
        film.errors[place] = makeError(ErrorCode::BadFormat, "Broken %1.", {std::to_string(place)});
    }
    const auto outcome = recordFile(jobFor(film, path));
    QCOMPARE(outcome.ok(), recorded > 0);
    QCOMPARE(sentence(outcome ? *outcome->note : outcome.error()), says);
    QCOMPARE(entries(dir).size(), outcome ? 3 : 0);
    const auto frames = readVideo(path);
    QCOMPARE(static_cast<int>(frames.size()), recorded);
    if (!outcome) {
        return;
    }
    // The frames which are there keep their own times, and the description says what is missing.
    int k = 0;
    for (int index = 0; index < film.frames; ++index) {
        if (!places.contains(index)) {
            const double wanted = index / film.rate - (places.contains(0) ? 2 / film.rate : 0.0);
            QVERIFY(std::abs(frames[static_cast<std::size_t>(k++)].time - wanted) <= 0.001);
        }
    }
    const auto description = parsed(dir.filePath(QStringLiteral("out.json")))["recording"];
    QCOMPARE(description["frames"].get<int>(), recorded);
    QCOMPARE(description["sourceFrames"].get<int>(), film.frames);
    QCOMPARE(QString::fromStdString(description["note"].get<std::string>()), says);
}

void TestRecorder::damageOfASourceWithoutNumberOfFrames() {
    const QTemporaryDir dir;
    FakeFilm film;
    film.saysFrames = false;
    film.errors[4] = makeError(ErrorCode::BadFormat, "Broken.");
    const auto outcome = recordFile(jobFor(film, dir.filePath(QStringLiteral("out.mkv"))));
    QVERIFY(outcome.ok() && outcome->note);
    QCOMPARE(sentence(*outcome->note), QStringLiteral("9 frames of “film.mp4” were recorded, others cannot be read: Broken."));
}

void TestRecorder::failuresLeaveNothing_data() {
    QTest::addColumn<QString>("what");
    for (const char* what : {"no source", "module", "map", "too short", "codec", "folder", "sizes", "no frames"}) {
        QTest::newRow(what) << QString::fromLatin1(what);
    }
}

void TestRecorder::failuresLeaveNothing() {
    QFETCH(QString, what);
    const QTemporaryDir dir;
    FakeFilm film;
    if (what == QLatin1String("sizes")) {
        film.size = [](int k) { return k < 5 ? cv::Size(48, 36) : cv::Size(48, 40); };
    } else if (what == QLatin1String("no frames")) {
        film.frames = 0;
    }
    FileRecordingJob job = jobFor(film, dir.filePath(QStringLiteral("out.mkv")));
    if (what == QLatin1String("no source")) {
        job.open = [](const std::stop_token&) { return makeError(ErrorCode::NotFound, "No such film."); };
    } else if (what == QLatin1String("module")) {
        job.module = fakeJob(1);
        job.field.job.source = job.module.info->id;
        fakeModule(1).behaviour = FakeBehaviour::NotFinite;
    } else if (what == QLatin1String("map")) {
        job.field.map = "nope";
    } else if (what == QLatin1String("too short")) {
        job.module = fakeJob(1);
        job.field.job.source = job.module.info->id;
        fakeModule(1).info.needs.clip = true;
        fakeModule(1).behaviour = FakeBehaviour::Failing;
    } else if (what == QLatin1String("codec")) {
        job.recording.codec = "vp9";
    } else if (what == QLatin1String("folder")) {
        job.recording.path = dir.filePath(QStringLiteral("none/out.mkv")).toStdString();
    }
    const auto outcome = recordFile(job);
    QVERIFY(!outcome.ok());
    QCOMPARE(sentence(outcome.error()).back(), QChar(u'.'));
    QCOMPARE(entries(dir), QStringList());
}

void TestRecorder::fullDiskLeavesNothing() {
    const QTemporaryDir dir;
    const QString path = dir.filePath(QStringLiteral("out.mkv"));
    const FakeFilm film{.frames = 500, .width = 160, .height = 120};
    const SmallDisk disk(100'000);
    const auto outcome = recordFile(jobFor(film, path));
    QVERIFY(!outcome.ok());
    QCOMPARE(sentence(outcome.error()),
             QStringLiteral("There is no room for “%1”; free some space or choose another folder.").arg(path));
    QCOMPARE(entries(dir), QStringList());
}

void TestRecorder::nearlyFullDiskEndsInTime() {
    const QTemporaryDir dir;
    const QString path = dir.filePath(QStringLiteral("out.mkv"));
    FileRecordingJob job = jobFor({.frames = 100}, path);
    int looks = 0;
    job.recording.freeSpace = [&looks](const std::string&) { return ++looks < 7 ? kPlenty : kBytesKeptFree - 1; };
    const auto outcome = recordFile(job);
    QVERIFY(outcome.ok());
    QVERIFY(outcome->note.has_value());
    QCOMPARE(sentence(*outcome->note),
             QStringLiteral("The disk of “%1” is nearly full, so the recording ended at frame 6; free some space.").arg(path));
    QCOMPARE(readVideo(path).size(), std::size_t{6});
    QCOMPARE(table(dir.filePath(QStringLiteral("out.csv"))).size(), 7);
    QVERIFY(parsed(dir.filePath(QStringLiteral("out.json")))["recording"].contains("note"));

    job.recording.path = dir.filePath(QStringLiteral("other.mkv")).toStdString();
    job.recording.freeSpace = [](const std::string&) { return kBytesKeptFree - 1; };
    const auto refused = recordFile(job);
    QVERIFY(!refused.ok());
    QVERIFY(sentence(refused.error()).startsWith(QStringLiteral("Less than 200 MB are free for ")));
    QCOMPARE(entries(dir).size(), 3);

    // Ten seconds of so many bytes are more than the 200 MB.
    FakeFilm film{.frames = 100, .width = 100, .height = 80};
    film.time = [](int k) { return 1e-5 * k; };
    FileRecordingJob fast = jobFor(film, dir.filePath(QStringLiteral("fast.mkv")));
    fast.recording.codec = "mjpeg";
    fast.recording.freeSpace = [](const std::string&) { return 2 * kBytesKeptFree; };
    const auto ended = recordFile(fast);
    QVERIFY(ended.ok() && ended->note);
    QCOMPARE(ended->video.frames, std::int64_t{2});
}

void TestRecorder::whatIsReadIsNotReplaced() {
    const QTemporaryDir dir;
    const QString path = dir.filePath(QStringLiteral("out.mkv"));
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(file.write("the source"), 10);
    file.close();
    FileRecordingJob job = jobFor(FakeFilm{}, path);
    job.recording.inputs = {path.toStdString()};
    FakeFilm film;  // the job names no input, and the frames say where they come from
    film.path = path.toStdString();
    for (const auto& each : {job, jobFor(film, path)}) {
        const auto refused = recordFile(each);
        QVERIFY(!refused.ok());
        QVERIFY(sentence(refused.error()).contains(QStringLiteral("is the input")));
        QCOMPARE(contents(path), QByteArray("the source"));
        QCOMPARE(entries(dir).size(), 1);
    }
}

void TestRecorder::filesOfOtherProgramsAreKept() {
    const QTemporaryDir dir;
    for (const char* name : {"out.csv", "out.json"}) {
        QFile file(dir.filePath(QLatin1String(name)));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("somebody's") > 0);
    }
    const QString path = dir.filePath(QStringLiteral("out.mkv"));
    for (int run = 0; run < 2; ++run) {  // the second one replaces what the first one wrote
        const auto outcome = recordFile(jobFor(FakeFilm{}, path));
        QVERIFY(outcome.ok());
        QCOMPARE(outcome->renamed.size(), std::size_t{2});
        QCOMPARE(QString::fromStdString(outcome->csvPath), dir.filePath(QStringLiteral("out.fovea.csv")));
        QCOMPARE(QString::fromStdString(outcome->sidecarPath), dir.filePath(QStringLiteral("out.fovea.json")));
        QCOMPARE(QString::fromStdString(parsed(dir.filePath(QStringLiteral("out.fovea.json")))["recording"]["csv"]),
                 QStringLiteral("out.fovea.csv"));
        QCOMPARE(table(dir.filePath(QStringLiteral("out.fovea.csv"))).size(), static_cast<int>(outcome->video.frames) + 1);
        QCOMPARE(contents(dir.filePath(QStringLiteral("out.csv"))), QByteArray("somebody's"));
        QCOMPARE(contents(dir.filePath(QStringLiteral("out.json"))), QByteArray("somebody's"));
        QCOMPARE(entries(dir).size(), 5);
    }
}

QTEST_MAIN(TestRecorder)
#include "tst_recorder.moc"
