// An .avi shows its frames at one rate: it keeps their times where they fit, and refuses them where they do not.

#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <optional>

#include "engine/export/video_writer.h"
#include "tests/support/recordings.h"
#include "tests/support/video_files.h"
#include "tests/support/video_reader.h"
#include "tests/support/view_test.h"

using namespace fovea;
using namespace fovea::test;

namespace {

/// Seconds between 25 and 160 ms apart.
double irregularTime(int frame) { return 0.04 * frame + 0.003 * frame * frame + (frame % 3 == 1 ? 0.015 : 0.0); }

std::unique_ptr<VideoWriter> opened(const QString& path, const QString& codec) {
    auto writer = VideoWriter::create(path.toStdString(), {codec.toStdString(), 25.0});
    return writer ? *std::move(writer) : nullptr;
}

/// A recording of a film into an .avi which shows nothing but its pictures.
FileRecordingJob aviJob(const FakeFilm& film, const QString& path) {
    FileRecordingJob job = jobFor(film, path);
    job.style.opacity = 0.0;
    return job;
}

}  // namespace

class TestAviTimes final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { failOnWarnings(); }

    void framesOfAnAviKeepTheirTimes_data();
    void framesOfAnAviKeepTheirTimes();
    void framesBetweenTheTurnsOfAnAviAreRefused();
    void steadyRates();
    void aVideoWhichStandsStillIsRecordedInTime();
    void unevenTimesAreRefusedBeforeAnythingIsWritten();
    void missingFramesLeaveTheOthersInTime();
    void ourOwnReaderFindsTheTimes();
};

void TestAviTimes::framesOfAnAviKeepTheirTimes_data() {
    QTest::addColumn<QString>("codec");
    QTest::newRow("mjpeg") << QStringLiteral("mjpeg");
    QTest::newRow("ffv1") << QStringLiteral("ffv1");
}

void TestAviTimes::framesOfAnAviKeepTheirTimes() {
    QFETCH(QString, codec);
    const QTemporaryDir dir;
    const QString path = dir.filePath(QStringLiteral("out.avi"));
    auto writer = opened(path, codec);
    QVERIFY(writer);
    // Frames of 40 ms, of which some are shown for longer; their times are rounded as cameras round them.
    const std::vector<int> turns{0, 1, 2, 7, 12, 13, 40, 41};
    for (std::size_t k = 0; k < turns.size(); ++k) {
        const auto written =
            writer->write(numberedPicture(static_cast<int>(k), 64, 48), 3.0 + turns[k] / 25.0 + (k % 2 == 1 ? 0.004 : 0.0));
        QVERIFY2(written.ok(), written.ok() ? "" : written.error().message().c_str());
    }
    const auto done = writer->finish();
    QVERIFY2(done.ok(), done.ok() ? "" : done.error().message().c_str());
    QCOMPARE(done->frames, static_cast<std::int64_t>(turns.size()));
    QVERIFY(std::abs(done->duration - 42 / 25.0) < 1e-6);
    const auto frames = readVideo(path);
    QCOMPARE(frames.size(), turns.size());
    for (std::size_t k = 0; k < turns.size(); ++k) {
        QCOMPARE(numberOf(frames[k].pixels), static_cast<int>(k));
        QVERIFY2(std::abs(frames[k].time - turns[k] / 25.0) < 1e-6, qPrintable(QString::number(frames[k].time)));
    }
}

void TestAviTimes::framesBetweenTheTurnsOfAnAviAreRefused() {
    const QTemporaryDir dir;
    const QString path = dir.filePath(QStringLiteral("out.avi"));
    auto writer = opened(path, QStringLiteral("mjpeg"));
    QVERIFY(writer);
    QVERIFY(writer->write(numberedPicture(0, 64, 48), 0.0).ok());
    QVERIFY(writer->write(numberedPicture(1, 64, 48), 0.04).ok());
    for (const double time : {0.06, 0.045}) {  // half a turn, and the turn before once more
        const auto refused = writer->write(numberedPicture(2, 64, 48), time);
        QVERIFY(!refused.ok());
        QCOMPARE(refused.error().code, ErrorCode::Unsupported);
        for (const char* word : {"out.avi", ".mkv", ".mp4"}) {
            QVERIFY2(sentence(refused.error()).contains(QLatin1String(word)), qPrintable(sentence(refused.error())));
        }
    }
    // What was written before stays good.
    QVERIFY(writer->write(numberedPicture(2, 64, 48), 0.08).ok());
    QVERIFY(writer->finish().ok());
    QCOMPARE(readVideo(path).size(), std::size_t{3});
}

void TestAviTimes::steadyRates() {
    const auto every = [](double seconds, int count) {
        std::vector<double> times;
        for (int k = 0; k < count; ++k) {
            times.push_back(5.0 + seconds * k);
        }
        return times;
    };
    QCOMPARE(steadyRate(every(0.04, 100), 25.0), std::optional(25.0));
    QCOMPARE(steadyRate({}, 25.0), std::optional(25.0));
    QCOMPARE(steadyRate({3.0}, 25.0), std::optional(25.0));
    // Milliseconds, as an .mkv rounds them.
    std::vector<double> rounded = every(1.0 / 30.0, 500);
    for (double& time : rounded) {
        time = std::round(time * 1000.0) / 1000.0;
    }
    QCOMPARE(steadyRate(rounded, 30.0), std::optional(30.0));
    // A header which is a little or altogether wrong.
    const auto measured = steadyRate(every(1.0 / 24.9, 5000), 25.0);
    QVERIFY(measured && std::abs(*measured - 24.9) < 1e-6);
    // Frames which stand still for several turns: the mean says nothing, the shortest gap does.
    std::vector<double> gaps;
    for (const int turn : {0, 1, 2, 3, 8, 13, 18}) {
        gaps.push_back(turn * 0.04);
    }
    const auto least = steadyRate(gaps, 9.0);
    QVERIFY(least && std::abs(*least - 25.0) < 1e-6);
    // The same with times in milliseconds, over a minute.
    std::vector<double> phone;
    for (int turn = 0; turn < 1800; turn += turn % 50 < 40 ? 1 : 3) {
        phone.push_back(std::round(turn / 30.0 * 1000.0) / 1000.0);
    }
    const auto thirty = steadyRate(phone, 24.0);
    QVERIFY2(thirty && std::abs(*thirty - 30.0) < 0.01, qPrintable(QString::number(thirty.value_or(0.0))));
    std::vector<double> irregular;
    for (int k = 0; k < 14; ++k) {
        irregular.push_back(irregularTime(k));
    }
    QVERIFY(!steadyRate(irregular, 25.0));
    QVERIFY(!steadyRate({0.0, 0.04, 0.04, 0.08}, 25.0));  // two at once
    QVERIFY(keepsTimes("a.mkv") && keepsTimes("a.mp4") && !keepsTimes("a.AVI"));
}

void TestAviTimes::aVideoWhichStandsStillIsRecordedInTime() {
    const QTemporaryDir dir;
    // 25 frames a second, then 5: the header says their mean.
    const std::vector<int> turns{0, 1, 2, 3, 4, 5, 10, 15, 20, 25};
    FakeFilm film{.frames = static_cast<int>(turns.size()), .rate = 9.0};
    film.seekable = true;
    film.time = [&turns](int k) { return 1.0 + turns[static_cast<std::size_t>(k)] * 0.04; };
    const QString path = dir.filePath(QStringLiteral("out.avi"));
    const auto outcome = recordFile(aviJob(film, path));
    QVERIFY2(outcome.ok(), outcome ? "" : outcome.error().message().c_str());
    QVERIFY(!outcome->note);
    const auto frames = readVideo(path);
    QCOMPARE(frames.size(), turns.size());
    for (std::size_t k = 0; k < turns.size(); ++k) {
        QVERIFY(same(frames[k].pixels, filmPicture(static_cast<int>(k), {48, 36})));
        QVERIFY2(std::abs(frames[k].time - turns[k] * 0.04) < 1e-4, qPrintable(QString::number(frames[k].time)));
    }
}

void TestAviTimes::unevenTimesAreRefusedBeforeAnythingIsWritten() {
    const QTemporaryDir dir;
    FakeFilm film{.frames = 14};
    film.seekable = true;
    film.time = irregularTime;
    const auto refused = recordFile(aviJob(film, dir.filePath(QStringLiteral("out.avi"))));
    QVERIFY(!refused.ok());
    QCOMPARE(refused.error().code, ErrorCode::Unsupported);
    QVERIFY2(sentence(refused.error()).contains(QStringLiteral(".mkv")), qPrintable(sentence(refused.error())));
    QCOMPARE(*film.read, 0);
    QCOMPARE(entries(dir), QStringList());
    QVERIFY(recordFile(aviJob(film, dir.filePath(QStringLiteral("out.mkv")))).ok());
    // A source which cannot be asked beforehand is refused at the first frame which does not fit.
    film = FakeFilm{.frames = 14};
    film.time = irregularTime;
    const auto later = recordFile(aviJob(film, dir.filePath(QStringLiteral("late.avi"))));
    QVERIFY(!later.ok());
    QCOMPARE(later.error().code, ErrorCode::Unsupported);
    QVERIFY(!entries(dir).contains(QStringLiteral("late.avi")));
}

void TestAviTimes::missingFramesLeaveTheOthersInTime() {
    const QTemporaryDir dir;
    FakeFilm film{.frames = 12};
    film.seekable = true;
    for (const int lost : {4, 5, 9}) {
        film.errors[lost] = makeError(ErrorCode::BadFormat, "Broken.");
    }
    const QString path = dir.filePath(QStringLiteral("out.avi"));
    const auto outcome = recordFile(aviJob(film, path));
    QVERIFY2(outcome.ok(), outcome ? "" : outcome.error().message().c_str());
    QVERIFY(outcome->note.has_value());
    const auto frames = readVideo(path);
    QCOMPARE(frames.size(), std::size_t{9});
    std::size_t k = 0;
    for (const int index : {0, 1, 2, 3, 6, 7, 8, 10, 11}) {
        QVERIFY(same(frames[k].pixels, filmPicture(index, {48, 36})));
        QVERIFY(std::abs(frames[k++].time - index / 25.0) < 1e-6);
    }
}

void TestAviTimes::ourOwnReaderFindsTheTimes() {
    const QTemporaryDir dir;
    const QString path = dir.filePath(QStringLiteral("out.avi"));
    auto writer = opened(path, QStringLiteral("ffv1"));
    QVERIFY(writer);
    const std::vector<int> turns{0, 1, 5, 6, 20};
    for (std::size_t k = 0; k < turns.size(); ++k) {
        QVERIFY(writer->write(numberedPicture(static_cast<int>(k), 64, 48), turns[k] / 25.0).ok());
    }
    QVERIFY(writer->finish().ok());
    const auto source = openSource({SourceKind::Video, path.toStdString()});
    QVERIFY2(source.ok(), source ? "" : source.error().message().c_str());
    QCOMPARE((*source)->traits().frames, static_cast<std::int64_t>(turns.size()));
    for (std::size_t k = 0; k < turns.size(); ++k) {
        const auto frame = (*source)->next({});
        QVERIFY2(frame.ok(), frame ? "" : frame.error().message().c_str());
        QCOMPARE(numberOf(*frame->pixels), static_cast<int>(k));
        QVERIFY(std::abs(frame->timestamp - turns[k] / 25.0) < 1e-6);
    }
    QCOMPARE((*source)->next({}).error().code, ErrorCode::Ended);
    QVERIFY((*source)->seek(3, {}).ok());
    QCOMPARE(numberOf(*(*source)->next({})->pixels), 3);
}

QTEST_MAIN(TestAviTimes)
#include "tst_avi_times.moc"
