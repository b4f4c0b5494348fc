#include <QTemporaryDir>
#include <QTest>
#include <opencv2/core.hpp>

#include <cmath>
#include <random>
#include <string_view>

#include "engine/source/frame_source.h"
#include "tests/support/video_files.h"

using namespace fovea;
using namespace fovea::test;

namespace {

Result<std::unique_ptr<FrameSource>> openVideoFile(const std::string& path) { return openSource({SourceKind::Video, path}); }

/// Times which are regular nowhere: gaps of 20 to 120 ms.
std::vector<int> irregularTimes(int frames) {
    std::vector<int> times;
    int time = 0;
    for (int k = 0; k < frames; ++k) {
        times.push_back(time);
        time += 20 + k * 37 % 101;
    }
    return times;
}

}  // namespace

class TestVideoSeek : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QVERIFY(m_dir.isValid()); }
    void everyFrameInOrder_data() { containers(); }
    void everyFrameInOrder();
    void seeksExactly_data() { containers(); }
    void seeksExactly();
    void skippedFramesCount();
    void timesAreTheFilesOwn();
    void cutFiles_data();
    void cutFiles();
    void stopEndsReading();

private:
    void containers();
    std::string path(const std::string& name) const { return m_dir.filePath(QString::fromStdString(name)).toStdString(); }

    QTemporaryDir m_dir;
};

void TestVideoSeek::containers() {
    QTest::addColumn<QString>("container");
    QTest::addColumn<QString>("encoder");
    QTest::addColumn<bool>("irregular");
    QTest::addColumn<bool>("openGroups");
    QTest::addColumn<int>("seeks");
    const auto add = [](const char* container, const char* encoder, int seeks, const char* kind = "") {
        const bool irregular = std::string_view(kind) == "irregular";
        const bool open = std::string_view(kind) == "open groups";
        QTest::addRow("%s %s %s", encoder, container, kind) << container << encoder << irregular << open << seeks;
    };
    add("mp4", "libx264", 200);
    add("matroska", "libx264", 200);
    add("matroska", "libx264", 200, "open groups");
    add("matroska", "libx264", 200, "irregular");
    add("avi", "mpeg4", 200);
    add("avi", "mjpeg", 200);
    add("mp4", "libx264", 50, "open groups");
    add("mpegts", "libx264", 50);
    add("mp4", "mpeg4", 50);
    add("matroska", "ffv1", 50);
    add("webm", "libvpx", 50);
    // These say nothing or nothing reliable about times: frames are counted from the beginning.
    add("h264", "libx264", 20);
    add("avi", "libx264", 20);
    add("mpeg", "mpeg2video", 20);
}

void TestVideoSeek::everyFrameInOrder() {
    QFETCH(QString, container);
    QFETCH(QString, encoder);
    QFETCH(bool, irregular);
    QFETCH(bool, openGroups);
    VideoRecipe recipe = recipeOf(container.toStdString(), encoder.toStdString());
    recipe.openGroups = openGroups;
    recipe.times = irregular ? irregularTimes(recipe.frames) : std::vector<int>();
    const std::string file = path("order");
    QVERIFY(writeVideo(file, recipe));
    const auto source = openVideoFile(file);
    QVERIFY2(source.ok(), source ? "" : source.error().message().c_str());
    QCOMPARE((*source)->traits().frames, std::int64_t{60});
    for (int k = 0; k < 60; ++k) {
        const auto frame = (*source)->next({});
        QVERIFY2(frame.ok(), frame ? "" : frame.error().message().c_str());
        QCOMPARE(frame->index, std::uint64_t(k));
        QCOMPARE(numberOf(*frame->pixels), k);
        QCOMPARE(frame->timestamp, (*source)->timeOf(k));
        const double expected = irregular ? 0.001 * recipe.times[static_cast<std::size_t>(k)] : k / 25.0;
        QVERIFY2(std::abs(frame->timestamp - expected) < 0.0015, qPrintable(QString::number(frame->timestamp)));
    }
    QCOMPARE((*source)->next({}).error().code, ErrorCode::Ended);
    QCOMPARE((*source)->next({}).error().code, ErrorCode::Ended);
}

void TestVideoSeek::seeksExactly() {
    QFETCH(int, seeks);
    QFETCH(QString, container);
    QFETCH(QString, encoder);
    QFETCH(bool, irregular);
    QFETCH(bool, openGroups);
    VideoRecipe recipe = recipeOf(container.toStdString(), encoder.toStdString());
    recipe.openGroups = openGroups;
    recipe.frames = 150;
    recipe.times = irregular ? irregularTimes(recipe.frames) : std::vector<int>();
    const std::string file = path("seek");
    QVERIFY(writeVideo(file, recipe));
    const auto source = openVideoFile(file);
    QVERIFY2(source.ok(), source ? "" : source.error().message().c_str());
    std::mt19937 random(7);
    std::vector<int> missed;
    for (int k = 0; k < seeks; ++k) {
        const int index = static_cast<int>(random() % 150U);
        QVERIFY((*source)->seek(index, {}).ok());
        // Now and then a few frames are read on, as a person does who looks closer.
        for (int on = 0; on <= k % 4 && index + on < 150; ++on) {
            const auto frame = (*source)->next({});
            if (!frame || numberOf(*frame->pixels) != index + on || frame->index != std::uint64_t(index + on)) {
                missed.push_back(index + on);
            }
        }
    }
    QVERIFY2(missed.empty(),
             qPrintable(QStringLiteral("%1 missed, first %2").arg(missed.size()).arg(missed.empty() ? -1 : missed.front())));
    // Beyond either end there is the frame at that end.
    QVERIFY((*source)->seek(1000, {}).ok());
    QCOMPARE(numberOf(*(*source)->next({})->pixels), 149);
    QCOMPARE((*source)->next({}).error().code, ErrorCode::Ended);
    QVERIFY((*source)->seek(-3, {}).ok());
    QCOMPARE(numberOf(*(*source)->next({})->pixels), 0);
}

void TestVideoSeek::skippedFramesCount() {
    const std::string file = path("skip.mp4");
    QVERIFY(writeVideo(file, {}));
    const auto source = openVideoFile(file);
    QVERIFY(source.ok());
    for (int k = 0; k < 60; k += 3) {
        QCOMPARE(numberOf(*(*source)->next({})->pixels), k);
        QVERIFY((*source)->skip({}).ok());
        QVERIFY((*source)->skip({}).ok());
    }
    QCOMPARE((*source)->skip({}).error().code, ErrorCode::Ended);
}

void TestVideoSeek::timesAreTheFilesOwn() {
    VideoRecipe recipe = recipeOf("matroska", "libx264");
    recipe.frames = 4;
    recipe.times = {1000, 1010, 1500, 1900};
    const std::string file = path("times.mkv");
    QVERIFY(writeVideo(file, recipe));
    const auto source = openVideoFile(file);
    QVERIFY(source.ok());
    QCOMPARE((*source)->timeOf(0), 0.0);
    QCOMPARE((*source)->timeOf(1), 0.010);
    QCOMPARE((*source)->timeOf(2), 0.5);
    QCOMPARE((*source)->timeOf(3), 0.9);
    QCOMPARE((*source)->timeOf(99), 0.9);
    QVERIFY((*source)->traits().duration >= 0.9);
}

void TestVideoSeek::cutFiles_data() {
    QTest::addColumn<QString>("container");
    QTest::addColumn<QString>("encoder");
    QTest::newRow("mp4") << "mp4"
                         << "libx264";
    QTest::newRow("mkv") << "matroska"
                         << "libx264";
    QTest::newRow("avi") << "avi"
                         << "mjpeg";
    QTest::newRow("MPEG-4 avi") << "avi"
                                << "mpeg4";
}

void TestVideoSeek::cutFiles() {
    QFETCH(QString, container);
    QFETCH(QString, encoder);
    VideoRecipe recipe = recipeOf(container.toStdString(), encoder.toStdString());
    recipe.tableFirst = true;
    const std::string file = path("cut");
    QVERIFY(writeVideo(file, recipe));
    const auto whole = openVideoFile(file);
    QVERIFY(numbersToTheEnd(**whole) == upTo(60));
    cutFile(file, 0.6);
    const auto source = openVideoFile(file);
    QVERIFY2(source.ok(), source ? "" : source.error().message().c_str());
    const auto frames = (*source)->traits().frames;
    QVERIFY2(frames > 5 && frames < 60, qPrintable(QString::number(frames)));
    // What is there, one sentence, the end.
    const std::vector<int> numbers = numbersToTheEnd(**source);
    std::vector<int> expected = upTo(static_cast<int>(numbers.size()) - 1);
    expected.push_back(-1 - static_cast<int>(ErrorCode::BadFormat));
    QCOMPARE(numbers, expected);
    QVERIFY(static_cast<std::int64_t>(numbers.size()) - 1 >= frames - 3);
    QCOMPARE((*source)->next({}).error().code, ErrorCode::Ended);
    // Going back and coming there again says it again.
    QVERIFY((*source)->seek(2, {}).ok());
    QCOMPARE(numberOf(*(*source)->next({})->pixels), 2);
    Error said;
    for (auto frame = (*source)->next({}); said.text.empty(); frame = (*source)->next({})) {
        said = frame ? Error() : frame.error();
    }
    QCOMPARE(said.code, ErrorCode::BadFormat);
    QVERIFY2(QString::fromStdString(said.message()).contains(QStringLiteral("cut off")), said.message().c_str());
    QVERIFY2(QString::fromStdString(said.message()).contains(QString::number(numbers.size() - 2)), said.message().c_str());
}

void TestVideoSeek::stopEndsReading() {
    const std::string file = path("stop.mp4");
    QVERIFY(writeVideo(file, {}));
    std::stop_source stopped;
    const auto source = openVideoFile(file);
    QVERIFY(source.ok());
    QVERIFY((*source)->next(stopped.get_token()).ok());
    stopped.request_stop();
    QCOMPARE((*source)->next(stopped.get_token()).error().code, ErrorCode::Cancelled);
    QCOMPARE((*source)->skip(stopped.get_token()).error().code, ErrorCode::Cancelled);
    QCOMPARE((*source)->seek(50, stopped.get_token()).error().code, ErrorCode::Cancelled);
    QCOMPARE(openSource({SourceKind::Video, file}, stopped.get_token()).error().code, ErrorCode::Cancelled);
    // Nothing is lost by it.
    QVERIFY((*source)->seek(1, {}).ok());
    QCOMPARE(numberOf(*(*source)->next({})->pixels), 1);
}

QTEST_GUILESS_MAIN(TestVideoSeek)
#include "tst_video_seek.moc"
