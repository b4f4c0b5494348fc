#include <QTemporaryDir>
#include <QTest>
#include <opencv2/core.hpp>

#include <cmath>

#include "engine/io/atomic_file.h"
#include "engine/source/frame_source.h"
#include "tests/support/video_files.h"

using namespace fovea;
using namespace fovea::test;

namespace {

using Source = std::unique_ptr<FrameSource>;

Result<Source> openVideoFile(const std::string& path) { return openSource({SourceKind::Video, path}); }

}  // namespace

class TestVideoSource : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QVERIFY(m_dir.isValid()); }
    void numbersSurvive();
    void traitsComeFromTheFile();
    void aHeaderWhichLiesAboutTheRate();
    void uprightFrames_data();
    void uprightFrames();
    void coloursComeBack_data();
    void coloursComeBack();
    void mirrored();
    void oddSizes();
    void oneFrame();
    void withoutItsTable();
    void soundOnly();
    void playlistsAreRefused_data();
    void playlistsAreRefused();
    void refusedPaths();
    void whatAPathMeans();
    void aPictureIsASourceOfOneFrame();
    void theSample();

private:
    std::string path(const std::string& name) const { return m_dir.filePath(QString::fromStdString(name)).toStdString(); }

    QTemporaryDir m_dir;
};

void TestVideoSource::numbersSurvive() {
    for (int number = 0; number < 4096; number += 5) {
        QCOMPARE(numberOf(numberedPicture(number, 35, 17)), number);
    }
}

void TestVideoSource::traitsComeFromTheFile() {
    VideoRecipe recipe;
    recipe.rate = 30;
    const std::string file = path("named by no ending");
    QVERIFY(writeVideo(file, recipe));
    const auto source = openVideoFile(file);
    QVERIFY(source.ok());
    const SourceTraits& traits = (*source)->traits();
    QVERIFY(traits.kind == SourceKind::Video);
    QCOMPARE(traits.name, std::string("named by no ending"));
    QCOMPARE(traits.rate, 30.0);
    QCOMPARE(traits.frames, std::int64_t{60});
    QVERIFY(std::abs(traits.duration - 2.0) < 1e-3);
    QCOMPARE(traits.width, 160);
    QCOMPARE(traits.height, 96);
    QCOMPARE(traits.note, std::string());
    QVERIFY(traits.seekable && !traits.live);
    const auto first = (*source)->next({});
    const auto second = (*source)->next({});
    QCOMPARE(first->source->path, file);
    QCOMPARE(first->source->description, std::string("160 × 96, 30 frames/s, H.264"));
    QCOMPARE(first->source.get(), second->source.get());
    QCOMPARE(first->pixels->type(), CV_8UC3);
}

void TestVideoSource::aHeaderWhichLiesAboutTheRate() {
    VideoRecipe recipe = recipeOf("matroska", "ffv1");
    recipe.claimedRate = 200;
    const std::string file = path("rate.mkv");
    QVERIFY(writeVideo(file, recipe));
    const auto source = openVideoFile(file);
    QVERIFY(source.ok());
    QVERIFY(std::abs((*source)->traits().rate - 25.0) < 0.01);
    QVERIFY((*source)->traits().note.find("frame rate") != std::string::npos);
    QCOMPARE((*source)->timeOf(50), 2.0);
}

void TestVideoSource::uprightFrames_data() {
    QTest::addColumn<int>("turns");
    for (int turns = 0; turns < 4; ++turns) {
        QTest::addRow("%d°", 90 * turns) << turns;
    }
}

void TestVideoSource::uprightFrames() {
    QFETCH(int, turns);
    VideoRecipe recipe;
    recipe.frames = 3;
    recipe.quarterTurns = turns;
    // White in the corner which the turn brings to the top left.
    recipe.picture = [turns](int) {
        cv::Mat picture(96, 160, CV_8UC3, cv::Scalar::all(20));
        const int left = turns == 2 || turns == 3 ? 128 : 0;
        const int top = turns == 1 || turns == 2 ? 64 : 0;
        picture(cv::Rect(left, top, 32, 32)).setTo(cv::Scalar::all(230));
        return picture;
    };
    const std::string file = path("turned.mp4");
    QVERIFY(writeVideo(file, recipe));
    const auto source = openVideoFile(file);
    QVERIFY(source.ok());
    const auto frame = (*source)->next({});
    QVERIFY(frame.ok());
    const cv::Size expected = turns % 2 == 0 ? cv::Size(160, 96) : cv::Size(96, 160);
    QVERIFY(frame->pixels->size() == expected);
    QCOMPARE((*source)->traits().width, expected.width);
    QCOMPARE((*source)->traits().height, expected.height);
    QCOMPARE(frame->width, expected.width);
    QVERIFY(frame->pixels->at<cv::Vec3b>(16, 16)[1] > 200);
    QVERIFY(frame->pixels->at<cv::Vec3b>(expected.height - 16, expected.width - 16)[1] < 60);
    QVERIFY(frame->pixels->at<cv::Vec3b>(16, expected.width - 16)[1] < 60);
}

void TestVideoSource::coloursComeBack_data() {
    QTest::addColumn<QString>("container");
    QTest::addColumn<QString>("encoder");
    QTest::newRow("limited range") << "mp4"
                                   << "libx264";
    QTest::newRow("full range") << "avi"
                                << "mjpeg";
    QTest::newRow("lossless") << "matroska"
                              << "ffv1";
}

void TestVideoSource::coloursComeBack() {
    QFETCH(QString, container);
    QFETCH(QString, encoder);
    const std::vector<cv::Vec3b> colours = {{0, 0, 0},      {255, 255, 255}, {30, 60, 200},
                                            {200, 120, 40}, {60, 180, 90},   {128, 128, 128}};
    VideoRecipe recipe = recipeOf(container.toStdString(), encoder.toStdString());
    recipe.frames = static_cast<int>(colours.size());
    recipe.keyEvery = 1;
    recipe.picture = [&](int k) { return cv::Mat(96, 160, CV_8UC3, cv::Scalar(colours[static_cast<std::size_t>(k)])); };
    const std::string file = path("colours");
    QVERIFY(writeVideo(file, recipe));
    const auto source = openVideoFile(file);
    QVERIFY(source.ok());
    for (const auto& colour : colours) {
        const auto frame = (*source)->next({});
        QVERIFY(frame.ok());
        const auto got = frame->pixels->at<cv::Vec3b>(48, 80);
        for (int k = 0; k < 3; ++k) {
            QVERIFY2(std::abs(int(got[k]) - int(colour[k])) <= 3,
                     qPrintable(QStringLiteral("%1 %2 %3").arg(got[0]).arg(got[1]).arg(got[2])));
        }
    }
}

void TestVideoSource::mirrored() {
    VideoRecipe recipe;
    recipe.frames = 2;
    const std::string file = path("mirror.mp4");
    QVERIFY(writeVideo(file, recipe));
    SourceSpec spec{SourceKind::Video, file};
    spec.mirror = true;
    const auto source = openSource(spec);
    QVERIFY(source.ok());
    QCOMPARE(numberOf(*(*source)->next({})->pixels), 0);
    const auto frame = (*source)->next({});
    QCOMPARE(numberOf(*frame->pixels), 8);  // the first of four columns is the last now
    QVERIFY(frame->source->description.ends_with(", mirrored"));
    QVERIFY((*source)->seek(0, {}).ok());
    QCOMPARE((*source)->traits().frames, std::int64_t{2});
}

void TestVideoSource::oddSizes() {
    for (const auto& size : {cv::Size(35, 17), cv::Size(33, 31), cv::Size(129, 7)}) {
        for (const char* encoder : {"ffv1", "libx264", "mjpeg"}) {
            VideoRecipe recipe = recipeOf("matroska", encoder);
            recipe.width = size.width;
            recipe.height = size.height;
            recipe.frames = 20;
            const std::string file = path("odd.mkv");
            QVERIFY(writeVideo(file, recipe));
            const auto source = openVideoFile(file);
            QVERIFY2(source.ok(), source ? "" : source.error().message().c_str());
            QCOMPARE((*source)->traits().width, size.width);
            QVERIFY(numbersToTheEnd(**source) == upTo(20));
            QVERIFY((*source)->seek(3, {}).ok());
            QVERIFY((*source)->next({})->pixels->isContinuous());
        }
    }
}

void TestVideoSource::oneFrame() {
    VideoRecipe recipe;
    recipe.frames = 1;
    for (const char* container : {"mp4", "matroska", "avi"}) {
        recipe.container = container;
        const std::string file = path("one");
        QVERIFY(writeVideo(file, recipe));
        const auto source = openVideoFile(file);
        QVERIFY2(source.ok(), source ? "" : source.error().message().c_str());
        QCOMPARE((*source)->traits().frames, std::int64_t{1});
        QVERIFY((*source)->traits().duration > 0.0);
        QVERIFY(numbersToTheEnd(**source) == upTo(1));
        QVERIFY((*source)->seek(5, {}).ok());
        QVERIFY(numbersToTheEnd(**source) == upTo(1));
    }
}

void TestVideoSource::withoutItsTable() {
    const std::string file = path("unfinished.mp4");
    QVERIFY(writeVideo(file, {}));
    cutFile(file, 0.5);
    const auto source = openVideoFile(file);
    QVERIFY(!source.ok());
    QCOMPARE(source.error().code, ErrorCode::BadFormat);
    QVERIFY(QString::fromStdString(source.error().message()).contains(QStringLiteral("no table of its frames")));
}

void TestVideoSource::soundOnly() {
    // An MP4 with its boxes in order and no track of pictures.
    const std::string file = path("sound.y4m");
    QVERIFY(writeFileAtomically(file, "OggS" + std::string(200, '\0')).ok());
    const auto source = openVideoFile(file);
    QVERIFY(!source.ok());
    QVERIFY(!source.error().message().empty());
}

void TestVideoSource::playlistsAreRefused_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("m3u8") << QByteArray("#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n");
    QTest::newRow("m3u8 behind blanks") << QByteArray("\xEF\xBB\xBF \r\n#EXTM3U\nhttp://127.0.0.1/x.ts\n");
    QTest::newRow("dash") << QByteArray("<?xml version=\"1.0\"?>\n<MPD><BaseURL>http://127.0.0.1/</BaseURL></MPD>");
    QTest::newRow("concat") << QByteArray("ffconcat version 1.0\nfile /etc/passwd\n");
    QTest::newRow("sdp") << QByteArray("v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\n");
    QTest::newRow("pls") << QByteArray("[playlist]\nFile1=http://127.0.0.1/\n");
}

void TestVideoSource::playlistsAreRefused() {
    QFETCH(QByteArray, bytes);
    const std::string file = path("list.mp4");
    QVERIFY(writeFileAtomically(file, bytes.toStdString()).ok());
    const auto source = openVideoFile(file);
    QVERIFY(!source.ok());
    QCOMPARE(source.error().code, ErrorCode::Unsupported);
    QVERIFY(QString::fromStdString(source.error().message()).contains(QStringLiteral("playlist")));
    QCOMPARE(sourceSpecFor(file).error().code, ErrorCode::Unsupported);
}

void TestVideoSource::refusedPaths() {
    QCOMPARE(openVideoFile(path("none.mp4")).error().code, ErrorCode::NotFound);
    QCOMPARE(openVideoFile(m_dir.path().toStdString()).error().code, ErrorCode::Unsupported);
    QCOMPARE(openVideoFile("/dev/zero").error().code, ErrorCode::Unsupported);
    QCOMPARE(openVideoFile("concat:a|b").error().code, ErrorCode::NotFound);
    QCOMPARE(openVideoFile(FOVEA_SOURCE_DIR "/resources/samples/coffee.png").error().code, ErrorCode::BadFormat);
    const std::string empty = path("empty.mp4");
    QVERIFY(writeFileAtomically(empty, "").ok());
    QCOMPARE(openVideoFile(empty).error().code, ErrorCode::BadFormat);
}

void TestVideoSource::whatAPathMeans() {
    const auto kind = [](const std::string& text) {
        const auto spec = sourceSpecFor(text);
        return spec ? static_cast<int>(spec->kind) : -1 - static_cast<int>(spec.error().code);
    };
    const std::string video = path("video.png");
    QVERIFY(writeVideo(video, {}));
    QCOMPARE(kind(video), int(SourceKind::Video));
    QCOMPARE(kind(m_dir.path().toStdString()), int(SourceKind::Folder));
    QCOMPARE(kind(FOVEA_SOURCE_DIR "/resources/samples/coffee.png"), int(SourceKind::Image));
    QCOMPARE(kind("/dev/video7"), int(SourceKind::Camera));
    for (const char* address : {"http://host/x", "HTTPS://host", "rtsp://host/x", "tcp://host:1"}) {
        QCOMPARE(kind(address), int(SourceKind::Stream));
    }
    for (const char* address : {"file:///etc/passwd", "concat://x", "ftp://host/x", "udp://host:1"}) {
        QCOMPARE(kind(address), -1 - int(ErrorCode::Unsupported));
    }
    QCOMPARE(kind("http://"), -1 - int(ErrorCode::BadParameter));
    QCOMPARE(kind(path("none")), -1 - int(ErrorCode::NotFound));
}

void TestVideoSource::aPictureIsASourceOfOneFrame() {
    const auto source = openSource({SourceKind::Image, FOVEA_SOURCE_DIR "/resources/samples/coffee.png"});
    QVERIFY(source.ok());
    QCOMPARE((*source)->traits().frames, std::int64_t{1});
    QVERIFY((*source)->traits().seekable && !(*source)->traits().live);
    const auto frame = (*source)->next({});
    QVERIFY(frame.ok());
    QCOMPARE(frame->width, 600);
    QCOMPARE(frame->source->path, std::string(FOVEA_SOURCE_DIR "/resources/samples/coffee.png"));
    QCOMPARE((*source)->next({}).error().code, ErrorCode::Ended);
    QVERIFY((*source)->seek(0, {}).ok());
    QVERIFY((*source)->next({}).ok());
}

void TestVideoSource::theSample() {
    const auto source = openVideoFile(FOVEA_SOURCE_DIR "/resources/samples/clip.mp4");
    QVERIFY2(source.ok(), source ? "" : source.error().message().c_str());
    QCOMPARE((*source)->traits().rate, 30.0);
    QVERIFY((*source)->traits().duration > 5.0);
    std::int64_t frames = 0;
    while ((*source)->next({}).ok()) {
        ++frames;
    }
    QCOMPARE(frames, (*source)->traits().frames);
}

QTEST_GUILESS_MAIN(TestVideoSource)
#include "tst_video_source.moc"
