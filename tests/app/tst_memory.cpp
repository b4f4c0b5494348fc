// Jobs for which the memory does not suffice: each ends with one sentence, and nothing hangs or is left behind.

#include <QProcess>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <opencv2/imgcodecs.hpp>

#include <sys/resource.h>

#include <condition_variable>
#include <mutex>
#include <stdexcept>

#include "app/canvas_area.h"
#include "app/main_window.h"
#include "app/recorder.h"
#include "engine/attention/maps.h"
#include "engine/evaluation/evaluation.h"
#include "engine/export/export.h"
#include "engine/io/atomic_file.h"
#include "engine/models/open_bundle.h"
#include "engine/runtime/capture.h"
#include "engine/runtime/controller.h"
#include "engine/source/image_source.h"
#include "engine/thrown.h"
#include "tests/support/fake_modules.h"
#include "tests/support/image_bytes.h"
#include "tests/support/little_memory.h"
#include "tests/support/made_result.h"
#include "tests/support/numbers.h"
#include "tests/support/recordings.h"
#include "tests/support/requests.h"
#include "tests/support/video_files.h"
#include "tests/support/video_reader.h"
#include "tests/support/view_test.h"

using namespace fovea;
using namespace fovea::test;

namespace {

constexpr std::size_t kMegabyte = std::size_t{1} << 20;
constexpr int kPatience = 60000;
const QString kSuffices = QStringLiteral("There is not enough memory for “%1”; ");

/// A result whose one map is a matrix of side² values, given by its factors.
FrameResult largeMatrix(int side) {
    static const ModuleInfo& info = *findModule("mhsa");
    AttentionMap map = selfAttentionMap(
        1, side, attend(randomMap(2, 1, side, 1), randomMap(2, 1, side, 2), randomMap(2, 1, side, 3), 1, 1.0F, {})->factors);
    auto module = jobOf(info);
    AttentionOutput output;
    output.frames.push_back(randomMap(2, 1, side, 4));
    output.maps.push_back(std::move(map));
    module->output = std::move(output);
    return madeResult(testFrame(64, 48), nullptr, {module});
}

struct Outcome {
    bool ended = false;
    int status = -1;
    QString out;
    QString err;
};

/// Runs the program with an address space of at most `bytes`.
Outcome run(const QStringList& arguments, rlim_t bytes, int patience = 120000) {
    QProcess program;
    program.setChildProcessModifier([bytes] {
        const rlimit limit = {bytes, bytes};
        ::setrlimit(RLIMIT_AS, &limit);
    });
    program.start(QStringLiteral(FOVEA_BINARY_DIR "/bin/fovea"), arguments);
    const bool ended = program.waitForFinished(patience) && program.exitStatus() == QProcess::NormalExit;
    program.kill();
    program.waitForFinished();
    return {ended, program.exitCode(), QString::fromUtf8(program.readAllStandardOutput()),
            QString::fromUtf8(program.readAllStandardError())};
}

/// The least address space, in megabytes, in which the libraries load and the program can list its modules. With a little less
/// memory the program may neither start nor end.
rlim_t leastSpace() {
    for (rlim_t megabytes = 300; megabytes < 4000; megabytes += 100) {
        const Outcome o = run({QStringLiteral("modules")}, megabytes * kMegabyte, 5000);
        if (o.ended && o.status == 0) {
            return megabytes;
        }
    }
    return 0;
}

}  // namespace

class TestMemory final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() {
        failOnWarnings();
        resetFakeModules();
    }

    void whatIsThrownIsOneSentence();
    void aDescriptionHoldsNoMatrix();
    void aPictureTooLargeIsOneSentence();
    void aPassEndsWithASentence();
    void aSourceEndsWithASentence();
    void recordingsEndWithASentence_data();
    void recordingsEndWithASentence();
    void aLiveRecordingKeepsWhatItHas();
    void exportsOfTheWindowEndWithASentence();
    void anEvaluationLeavesThePictureOut();
    void theCommandLineEndsWithASentence_data();
    void theCommandLineEndsWithASentence();
};

void TestMemory::whatIsThrownIsOneSentence() {
    const auto said = [](auto thrown) {
        const auto result = withoutThrowing("a.png", [&]() -> Result<int> { throw thrown; });
        return sentence(result.error());
    };
    const QString memory = kSuffices.arg(QStringLiteral("a.png"));
    QVERIFY(said(std::bad_alloc()).startsWith(memory));
    QVERIFY(said(std::length_error("vector::_M_default_append")).startsWith(memory));
    QVERIFY(said(cv::Exception(cv::Error::StsNoMem, "Failed to allocate 9 bytes", "f", "alloc.cpp", 3)).startsWith(memory));
    const QString other = said(cv::Exception(cv::Error::StsAssert, "a > b", "f", "matrix.cpp", 3));
    QVERIFY2(other.contains(QStringLiteral("(a > b)")) && !other.contains(QStringLiteral("matrix.cpp")), qPrintable(other));
    QVERIFY(said(std::runtime_error("the disk is on fire")).contains(QStringLiteral("the disk is on fire")));
    QCOMPARE(*withoutThrowing("a.png", []() -> Result<int> { return 7; }), 7);
}

void TestMemory::aDescriptionHoldsNoMatrix() {
    constexpr int kSide = 3000;  // 36 MB as a matrix
    const FrameResult result = largeMatrix(kSide);
    const JobResult& module = *result.find(JobId{"mhsa"});
    const auto whole = denseTensor(module.output->maps.front());
    const auto [low, high] = std::minmax_element(whole->values.begin(), whole->values.end());
    std::string text;
    {
        const LittleMemory memory(8 * kMegabyte);
        QVERIFY(!withoutThrowing("matrix", [&] { return denseTensor(module.output->maps.front()); }).ok());
        text = sidecarJson(result, {"mhsa"}, nullptr, nullptr);
    }
    const auto map = nlohmann::json::parse(text)["maps"][0];
    QVERIFY(map["shape"] == nlohmann::json({1, kSide, kSide}));
    QCOMPARE(map["min"].get<float>(), *low);
    QCOMPARE(map["max"].get<float>(), *high);
    QVERIFY(!map.contains("refused"));
}

void TestMemory::aPictureTooLargeIsOneSentence() {
    const cv::Mat picture(1200, 1600, CV_8UC3, cv::Scalar::all(90));
    for (const char* ending : {".png", ".jpg", ".bmp", ".tiff", ".webp", ".ppm"}) {
        const Bytes bytes = encoded(ending, picture);
        const LittleMemory memory(2 * kMegabyte);
        const auto frame = withoutThrowing("outside", [&] { return decodeImage(bytes, "a.png"); });
        QVERIFY2(!frame.ok(), ending);
        QCOMPARE(frame.error().code, ErrorCode::TooLarge);
        QVERIFY2(sentence(frame.error()).startsWith(kSuffices.arg(QStringLiteral("a.png"))), qPrintable(sentence(frame.error())));
    }
}

void TestMemory::aPassEndsWithASentence() {
    fakeModule(1).behaviour = FakeBehaviour::OutOfMemory;
    Controller controller;
    std::shared_ptr<const FrameResult> result;
    connect(&controller, &Controller::resultReady, this, [&](const auto& ready) { result = ready; });
    controller.setJobs(onRetina({fakeJob(1), fakeJob(2)}));
    controller.openFrame(testFrame(64, 48));
    QTRY_VERIFY_WITH_TIMEOUT(result && result->complete() && !controller.busy(), kPatience);
    QVERIFY(!jobAt(*result)->output.ok());
    QVERIFY(sentence(jobAt(*result)->output.error()).contains(QStringLiteral("more memory than there is")));
    QVERIFY(jobAt(*result, 1)->output.ok());
    // The thread is still there for the next one.
    fakeModule(1).behaviour = FakeBehaviour::Constant;
    controller.setJobs(onRetina({fakeJob(1, 0.25), fakeJob(2)}));
    QTRY_VERIFY_WITH_TIMEOUT(result->complete() && !controller.busy() && jobAt(*result)->output.ok(), kPatience);
}

void TestMemory::aSourceEndsWithASentence() {
    FakeFilm film{.frames = 4};
    film.throwAt = 2;
    std::mutex mutex;
    std::condition_variable changed;
    int frames = 0;
    QStringList errors;
    bool ended = false;
    const auto note = [&](auto change) {
        {
            const std::scoped_lock lock(mutex);
            change();
        }
        changed.notify_all();
    };
    Capture capture({SourceKind::Video, "film.mp4"},
                    [&film](const SourceSpec&, const std::stop_token&) -> Result<std::unique_ptr<FrameSource>> {
                        return std::unique_ptr<FrameSource>(std::make_unique<FakeSource>(film));
                    },
                    {.opened = [](const SourceTraits&) {},
                     .frame = [&](const Captured&) { note([&] { ++frames; }); },
                     .failed = [&](const Error& error) { note([&] { errors << sentence(error); }); },
                     .ended = [&] { note([&] { ended = true; }); },
                     .finished = [] {}});
    std::unique_lock lock(mutex);
    QVERIFY(changed.wait_for(lock, std::chrono::minutes(1), [&] { return ended; }));
    QCOMPARE(frames, 3);  // the one after it came
    QCOMPARE(errors.size(), 1);
    QVERIFY2(errors.front().startsWith(kSuffices.arg(QStringLiteral("film.mp4"))), qPrintable(errors.front()));
}

void TestMemory::recordingsEndWithASentence_data() {
    QTest::addColumn<QString>("where");
    for (const char* where : {"source", "encoder", "opening"}) {
        QTest::newRow(where) << QString::fromLatin1(where);
    }
}

void TestMemory::recordingsEndWithASentence() {
    QFETCH(QString, where);
    const QTemporaryDir dir;
    const QString path = dir.filePath(QStringLiteral("out.mkv"));
    FakeFilm film{.frames = 40};
    film.throwAt = where == QLatin1String("source") ? 20 : -1;
    FileRecordingJob job = jobFor(film, path);
    if (where == QLatin1String("encoder")) {  // on the thread of the encoder, in the middle of the film
        job.recording.freeSpace = [looks = std::make_shared<int>(0)](const std::string&) -> std::int64_t {
            return ++*looks < 5 ? kPlenty : throw std::bad_alloc();
        };
    } else if (where == QLatin1String("opening")) {
        job.open = [](const std::stop_token&) -> Result<std::unique_ptr<FrameSource>> { throw std::bad_alloc(); };
    }
    const auto outcome = recordFile(job);
    QVERIFY(!outcome.ok());
    QCOMPARE(outcome.error().code, ErrorCode::TooLarge);
    const QString name = where == QLatin1String("source") ? QStringLiteral("film.mp4") : path;
    QVERIFY2(sentence(outcome.error()).startsWith(kSuffices.arg(name)), qPrintable(sentence(outcome.error())));
    QCOMPARE(entries(dir), QStringList());
}

void TestMemory::aLiveRecordingKeepsWhatItHas() {
    const QTemporaryDir dir;
    const QString path = dir.filePath(QStringLiteral("out.mkv"));
    RecordingOptions options = jobFor({}, path).recording;
    std::mutex mutex;
    std::condition_variable changed;
    std::optional<Result<RecordingOutcome>> ended;
    Pipeline pipeline;
    const auto job = jobFor({}, path);
    std::vector<FrameRecord> records;
    for (int k = 0; k < 4; ++k) {
        // The last one has a picture for which there is no room.
        const FakeFilm film = k < 3 ? FakeFilm{} : FakeFilm{.width = 1600, .height = 1200};
        Frame frame = filmFrame(film, k);
        frame.sequence = static_cast<std::uint64_t>(k) + 1;
        records.push_back(
            {*pipeline.run({.epoch = 1, .frame = frame, .models = {{RetinaOptions{}, {job.module}}}}, {}), job.field, job.style});
    }
    {
        const LittleMemory memory(4 * kMegabyte);
        LiveRecording recording(options, [&](const Result<RecordingOutcome>& outcome) {
            const std::scoped_lock lock(mutex);
            ended = outcome;
            changed.notify_all();
        });
        for (const auto& record : records) {
            QVERIFY(recording.push(record));
        }
        std::unique_lock lock(mutex);
        QVERIFY(changed.wait_for(lock, std::chrono::minutes(1), [&] { return ended.has_value(); }));
    }
    QVERIFY2(ended->ok(), ended->ok() ? "" : ended->error().message().c_str());
    QVERIFY((*ended)->note.has_value());
    QVERIFY2(sentence(*(*ended)->note).contains(QStringLiteral("memory")), qPrintable(sentence(*(*ended)->note)));
    QCOMPARE(readVideo(path).size(), std::size_t{3});
}

void TestMemory::exportsOfTheWindowEndWithASentence() {
    const QTemporaryDir dir;
    const QString picture = dir.filePath(QStringLiteral("large.png"));
    QVERIFY(cv::imwrite(picture.toStdString(), numberedPicture(1, 3000, 2000)));
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, dir.path());
    Settings settings;
    settings.setModel(QStringLiteral("retina"));
    settings.setLanguage(QStringLiteral("en"));
    MainWindow window(settings);
    window.resize(1000, 700);
    window.show();
    window.start(picture);
    QTRY_VERIFY_WITH_TIMEOUT(window.session().shown().map() != nullptr, kPatience);
    QSignalSpy spy(&window.exports(), &Exports::exported);
    const QString out = dir.filePath(QStringLiteral("out.png"));
    {
        const LittleMemory memory(16 * kMegabyte);  // the view fits, the picture at its own size does not
        window.exports().savePicture(out, true);
        QTRY_COMPARE_WITH_TIMEOUT(spy.size(), 1, kPatience);
    }
    const QString message = window.findChild<CanvasArea*>()->message();
    QVERIFY2(message.startsWith(kSuffices.arg(out)), qPrintable(message));
    QVERIFY(!QFile::exists(out));
    window.exports().savePicture(out, true);
    QTRY_COMPARE_WITH_TIMEOUT(spy.size(), 2, kPatience);
    QVERIFY(QFile::exists(out));
}

void TestMemory::anEvaluationLeavesThePictureOut() {
    if (bundledModelFolder().empty()) {
        QSKIP("built without the bundle");
    }
    const QTemporaryDir dir;
    const auto bundle = openBundle(bundledModelFolder());
    QVERIFY(bundle.ok());
    QVERIFY(cv::imwrite(dir.filePath(QStringLiteral("small.png")).toStdString(), numberedPicture(1, 160, 120)));
    QVERIFY(cv::imwrite(dir.filePath(QStringLiteral("large.png")).toStdString(), numberedPicture(1, 3000, 2000)));
    const std::string label = (*bundle)->classes.front().group.empty()
                                  ? (*bundle)->classes.front().name
                                  : (*bundle)->classes.front().group + "/" + (*bundle)->classes.front().name;
    QVERIFY(writeFileAtomically(
                dir.filePath(QStringLiteral("boxes.csv")).toStdString(),
                "file,class,x0,y0,x1,y1\nsmall.png,\"" + label + "\",0,0,50,50\nlarge.png,\"" + label + "\",0,0,50,50\n")
                .ok());
    const LittleMemory memory(12 * kMegabyte);
    const auto evaluation = evaluate({.bundle = *bundle, .folder = dir.path().toStdString(), .modules = {"simam"}}, {});
    QVERIFY2(evaluation.ok(), evaluation ? "" : evaluation.error().message().c_str());
    QCOMPARE(evaluation->pictures, 1);
    QCOMPARE(evaluation->problems.size(), std::size_t{1});
    const QString said = sentence(evaluation->problems.front());
    QVERIFY2(said.contains(QStringLiteral("large.png")) && said.contains(QStringLiteral("not enough memory")), qPrintable(said));
}

void TestMemory::theCommandLineEndsWithASentence_data() {
    QTest::addColumn<QString>("output");
    QTest::newRow("picture") << QStringLiteral("out.png");
    QTest::newRow("video") << QStringLiteral("out.mkv");
}

// Whatever the limit, the program ends by itself: done, or with one sentence and nothing left.
void TestMemory::theCommandLineEndsWithASentence() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    QSKIP("a sanitizer needs more address space than there is memory");
#endif
    QFETCH(QString, output);
    static const rlim_t least = leastSpace();
    QVERIFY(least > 0);
    const QTemporaryDir dir;
    QVERIFY(QDir(dir.path()).mkdir(QStringLiteral("film")));
    for (int k = 0; k < 3; ++k) {
        const auto path = dir.filePath(QStringLiteral("film/%1.png").arg(k)).toStdString();
        QVERIFY(cv::imwrite(path, numberedPicture(k, 4000, 3000)));
    }
    const bool video = output.endsWith(QLatin1String("mkv"));
    const QString input = dir.filePath(video ? QStringLiteral("film") : QStringLiteral("film/0.png"));
    QVERIFY(QDir(dir.path()).mkdir(QStringLiteral("out")));
    const QDir out(dir.filePath(QStringLiteral("out")));
    const rlim_t step = video ? 150 : 25;
    int failed = 0;
    int done = 0;
    for (rlim_t megabytes = least; done == 0 && megabytes < 16000; megabytes += step) {
        const Outcome o = run({QStringLiteral("render"), input, QStringLiteral("-o"), out.filePath(output),
                               QStringLiteral("--module"), QStringLiteral("sagan")},
                              megabytes * kMegabyte);
        const QString what = QStringLiteral("%1 MB: %2 %3").arg(megabytes).arg(o.status).arg(o.err);
        QVERIFY2(o.ended, qPrintable(what));
        const QStringList left = out.entryList(QDir::Files | QDir::Hidden);
        if (o.status == 0) {
            ++done;
            QVERIFY2(o.err.isEmpty(), qPrintable(what));
            QVERIFY2(left.contains(output), qPrintable(what));
        } else {
            ++failed;
            QCOMPARE(o.status, 1);
            QVERIFY2(o.err.startsWith(QStringLiteral("fovea: ")) && o.err.count(u'\n') == 1, qPrintable(what));
            QVERIFY2(!left.contains(output), qPrintable(what + left.join(u' ')));
            for (const auto& name : left) {  // only where not even a thread could be begun
                QVERIFY2(name.contains(QStringLiteral(".part.")) && o.err.contains(QStringLiteral("another thread")),
                         qPrintable(what));
                QVERIFY(QFile::remove(out.filePath(name)));
            }
        }
    }
    QCOMPARE(done, 1);
    QVERIFY(failed > 0);
}

QTEST_MAIN(TestMemory)
#include "tst_memory.moc"
