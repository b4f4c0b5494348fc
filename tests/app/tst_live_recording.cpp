#include <QTemporaryDir>
#include <QTest>

#include <future>

#include "app/recorder.h"
#include "app/recording_rescue.h"
#include "tests/support/fake_modules.h"
#include "tests/support/recordings.h"
#include "tests/support/small_disk.h"
#include "tests/support/video_reader.h"
#include "tests/support/view_test.h"

using namespace fovea;
using namespace fovea::test;

namespace {

RecordingOptions liveOptions(const QTemporaryDir& dir) {
    RecordingOptions options = jobFor({}, dir.filePath(QStringLiteral("live.mkv"))).recording;
    options.rate = 25.0;
    return options;
}

/// A frame of a live picture with the fake module's map.
FrameRecord liveRecord(const FakeFilm& film, int index) {
    static Pipeline s_pipeline;
    const ModuleJob module = fakeJob(0, 0.25);
    FieldSpec field;
    field.job.source = module.info->id;
    OverlayStyle style;
    style.opacity = 0.0;
    return {*s_pipeline.run({.epoch = 1, .frame = filmFrame(film, index), .models = {{RetinaOptions{}, {module}}}}, {}), field,
            style};
}

/// A live recording whose end a test waits for.
struct Live {
    std::promise<Result<RecordingOutcome>> ended;
    std::unique_ptr<LiveRecording> recording;

    explicit Live(RecordingOptions options) {
        recording = std::make_unique<LiveRecording>(
            std::move(options), [this](const Result<RecordingOutcome>& outcome) { ended.set_value(outcome); });
    }
    Result<RecordingOutcome> outcome() { return ended.get_future().get(); }
};

}  // namespace

class TestLiveRecording final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() {
        failOnWarnings();
        resetFakeModules();
    }

    void liveNeverWaits();
    void liveGoesForwards();
    void liveKeepsWhatWasGood();
    void liveSaysOnceWhatFailed();
    void whatAFullDiskTookIsOfferedLater();
    void liveFinishesWhenItGoes();
    void liveTakesNobodysName();
};

void TestLiveRecording::liveNeverWaits() {
    const QTemporaryDir dir;
    Gate disk;
    RecordingOptions options = liveOptions(dir);
    // The recording's thread asks for the free space before and after its first frame; the second time it waits.
    int looks = 0;
    options.freeSpace = [&disk, &looks](const std::string&) {
        if (++looks > 1) {
            disk.pass();
        }
        return kPlenty;
    };
    Live live(options);
    const FakeFilm film{.frames = 30};
    QVERIFY(live.recording->push(liveRecord(film, 0)));
    QVERIFY(disk.waitForArrivals(1));
    int taken = 1;
    for (int k = 1; k < 20; ++k) {
        taken += live.recording->push(liveRecord(film, k)) ? 1 : 0;
    }
    QCOMPARE(taken, 9);  // one written, eight waiting
    QCOMPARE(live.recording->dropped(), std::uint64_t{11});
    live.recording->finish();
    QVERIFY(!live.recording->push(liveRecord(film, 20)));
    disk.open();
    const auto outcome = live.outcome();
    QVERIFY2(outcome.ok(), outcome.ok() ? "" : outcome.error().message().c_str());
    QCOMPARE(outcome->dropped, std::uint64_t{11});
    QCOMPARE(outcome->video.frames, std::int64_t{9});
    const auto frames = readVideo(dir.filePath(QStringLiteral("live.mkv")));
    QCOMPARE(frames.size(), std::size_t{9});
    const auto rows = table(dir.filePath(QStringLiteral("live.csv")));
    for (int k = 0; k < 9; ++k) {
        QVERIFY(same(frames[static_cast<std::size_t>(k)].pixels, filmPicture(k, {48, 36})));
        QCOMPARE(rows.at(k + 1).at(kColumn.sourceIndex).toInt(), k);
        QCOMPARE(rows.at(k + 1).at(kColumn.max).toFloat(), 0.25F);
    }
    QCOMPARE(parsed(dir.filePath(QStringLiteral("live.json")))["recording"]["dropped"].get<int>(), 11);
}

void TestLiveRecording::liveGoesForwards() {
    const QTemporaryDir dir;
    FakeFilm film{.frames = 6};
    // A film which begins again after its third frame.
    film.time = [](int k) { return 10.0 + 0.5 * (k % 3); };
    Live live(liveOptions(dir));
    for (int k = 0; k < 6; ++k) {
        QVERIFY(live.recording->push(liveRecord(film, k)));
    }
    live.recording->finish();
    QVERIFY(live.outcome().ok());
    QCOMPARE(live.recording->frames(), std::int64_t{6});
    const auto frames = readVideo(dir.filePath(QStringLiteral("live.mkv")));
    const double expected[] = {0.0, 0.5, 1.0, 1.04, 1.54, 2.04};
    QCOMPARE(frames.size(), std::size_t{6});
    for (std::size_t k = 0; k < 6; ++k) {
        QVERIFY(std::abs(frames[k].time - expected[k]) <= 0.001);
    }
    QCOMPARE(table(dir.filePath(QStringLiteral("live.csv"))).at(4).at(kColumn.sourceTime), QByteArray("10"));
}

void TestLiveRecording::liveKeepsWhatWasGood() {
    const QTemporaryDir dir;
    FakeFilm film{.frames = 6};
    film.size = [](int k) { return k < 4 ? cv::Size(48, 36) : cv::Size(64, 36); };
    Live live(liveOptions(dir));
    for (int k = 0; k < 6; ++k) {
        live.recording->push(liveRecord(film, k));
    }
    const auto outcome = live.outcome();
    QVERIFY(outcome.ok());
    QCOMPARE(sentence(*outcome->note), QStringLiteral("A frame is 64 × 36 and the video 48 × 36; record frames of one size."));
    QCOMPARE(readVideo(dir.filePath(QStringLiteral("live.mkv"))).size(), std::size_t{4});
    QVERIFY(!live.recording->push(liveRecord(film, 0)));

    RecordingOptions options = liveOptions(dir);
    options.path = dir.filePath(QStringLiteral("full.mkv")).toStdString();
    int looks = 0;
    options.freeSpace = [&looks](const std::string&) { return ++looks < 2 ? kPlenty : std::int64_t{0}; };
    Live full(options);
    QVERIFY(full.recording->push(liveRecord(film, 0)));
    const auto ended = full.outcome();
    QVERIFY(ended.ok());
    QCOMPARE(ended->video.frames, std::int64_t{1});
    QVERIFY(sentence(*ended->note).contains(QStringLiteral("nearly full")));
}

void TestLiveRecording::liveSaysOnceWhatFailed() {
    const QTemporaryDir dir;
    RecordingOptions options = liveOptions(dir);
    options.path = dir.filePath(QStringLiteral("none/live.mkv")).toStdString();
    Live folder(options);  // a second call would break its promise
    const auto outcome = folder.outcome();
    QVERIFY(!outcome.ok());
    QCOMPARE(int(outcome.error().code), int(ErrorCode::Unwritable));
    folder.recording->finish();
    folder.recording.reset();

    Live empty(liveOptions(dir));
    empty.recording->finish();
    QCOMPARE(int(empty.outcome().error().code), int(ErrorCode::NotFound));

    const SmallDisk disk(20'000);
    Live small(liveOptions(dir));
    const FakeFilm film{.frames = 200, .width = 200, .height = 120};
    for (int k = 0; small.recording->push(liveRecord(film, k)) || k < 100; ++k) {
    }
    QVERIFY(sentence(small.outcome().error()).startsWith(QStringLiteral("There is no room for ")));
    small.recording.reset();
    QCOMPARE(entries(dir), QStringList());
}

void TestLiveRecording::whatAFullDiskTookIsOfferedLater() {
    const QTemporaryDir dir;
    const std::string notes = dir.filePath(QStringLiteral("notes")).toStdString();
    RecordingOptions options = liveOptions(dir);
    options.recoveryFolder = notes;
    options.keepsNote = true;
    const SmallDisk disk(20'000);
    Live small(options);
    const FakeFilm film{.frames = 200, .width = 200, .height = 120};
    for (int k = 0; small.recording->push(liveRecord(film, k)) || k < 100; ++k) {
    }
    QVERIFY(sentence(small.outcome().error()).contains(QStringLiteral("offered when Fovea starts the next time")));
    small.recording.reset();
    const auto lost = lostRecordings(notes);
    QCOMPARE(lost.size(), std::size_t{1});
    QCOMPARE(lost.front().recording.path, options.path);
    QVERIFY(QFile::exists(QString::fromStdString(lost.front().recording.video)));
}

void TestLiveRecording::liveFinishesWhenItGoes() {
    const QTemporaryDir dir;
    Live live(liveOptions(dir));
    for (int k = 0; k < 5; ++k) {
        QVERIFY(live.recording->push(liveRecord({}, k)));
    }
    live.recording.reset();
    QCOMPARE(live.outcome()->video.frames, std::int64_t{5});
    QCOMPARE(readVideo(dir.filePath(QStringLiteral("live.mkv"))).size(), std::size_t{5});
}

// As two programs do which begin in the same second.
void TestLiveRecording::liveTakesNobodysName() {
    const QTemporaryDir dir;
    RecordingOptions options = liveOptions(dir);
    options.isNew = true;
    Live first(options);
    Live second(options);
    for (int k = 0; k < 5; ++k) {
        QVERIFY(first.recording->push(liveRecord({}, k)));
        QVERIFY(k >= 3 || second.recording->push(liveRecord({}, k)));
    }
    first.recording->finish();
    second.recording->finish();
    const auto longer = first.outcome();
    const auto shorter = second.outcome();
    QVERIFY(longer.ok() && shorter.ok());
    QVERIFY(longer->video.path != shorter->video.path);
    QCOMPARE(entries(dir).size(), 6);
    for (const auto& outcome : {*longer, *shorter}) {
        const auto frames = static_cast<std::size_t>(outcome.video.frames);
        QCOMPARE(readVideo(QString::fromStdString(outcome.video.path)).size(), frames);
        QCOMPARE(table(QString::fromStdString(outcome.csvPath)).size(), static_cast<qsizetype>(frames) + 1);
        const auto described = parsed(QString::fromStdString(outcome.sidecarPath))["recording"];
        QCOMPARE(described["frames"].get<std::size_t>(), frames);
        QCOMPARE(described["video"].get<std::string>(),
                 QFileInfo(QString::fromStdString(outcome.video.path)).fileName().toStdString());
    }
    QCOMPARE(longer->video.frames + shorter->video.frames, std::int64_t{8});
}

QTEST_MAIN(TestLiveRecording)
#include "tst_live_recording.moc"
