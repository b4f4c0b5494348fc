// Videos with bytes changed, taken away or doubled: each opens or is refused, and is read to an end.

#include <QTemporaryDir>
#include <QTest>

#include <fstream>
#include <random>

#include "engine/io/atomic_file.h"
#include "engine/source/frame_source.h"
#include "tests/support/video_files.h"

using namespace fovea;
using namespace fovea::test;

namespace {

std::string contents(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// One to four changes, some of them near the start, where the tables are.
std::string changed(std::string bytes, std::mt19937& random) {
    const auto below = [&](std::size_t bound) { return static_cast<std::size_t>(random()) % std::max<std::size_t>(bound, 1); };
    const std::size_t changes = 1 + below(4);
    for (std::size_t k = 0; k < changes && bytes.size() > 16; ++k) {
        const std::size_t at = below(4) == 0 ? below(std::min<std::size_t>(bytes.size(), 1500)) : below(bytes.size());
        switch (below(6)) {
            case 0:
                bytes.resize(std::max<std::size_t>(at, 16));
                break;
            case 1:
                bytes.erase(at, below(40));
                break;
            case 2:
                bytes.insert(at, bytes.substr(below(bytes.size()), below(200)));
                break;
            case 3:
                bytes.replace(at, std::min<std::size_t>(4, bytes.size() - at), 4, '\xFF');
                break;
            default:
                bytes[at] = static_cast<char>(random());
        }
    }
    return bytes;
}

}  // namespace

class TestDamagedVideo : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void changedFilesComeToAnEnd_data();
    void changedFilesComeToAnEnd();
};

void TestDamagedVideo::changedFilesComeToAnEnd_data() {
    QTest::addColumn<QString>("container");
    QTest::addColumn<QString>("encoder");
    QTest::newRow("mp4") << "mp4"
                         << "libx264";
    QTest::newRow("mkv") << "matroska"
                         << "libx264";
    QTest::newRow("avi") << "avi"
                         << "mpeg4";
    QTest::newRow("ts") << "mpegts"
                        << "mpeg4";
}

void TestDamagedVideo::changedFilesComeToAnEnd() {
    QFETCH(QString, container);
    QFETCH(QString, encoder);
    const QTemporaryDir dir;
    const std::string path = dir.filePath(QStringLiteral("video")).toStdString();
    VideoRecipe recipe;
    recipe.container = container.toStdString();
    recipe.encoder = encoder.toStdString();
    recipe.width = 64;
    recipe.height = 48;
    recipe.frames = 15;
    recipe.keyEvery = 5;
    recipe.tableFirst = true;
    QVERIFY(writeVideo(path, recipe));
    const std::string whole = contents(path);
    std::mt19937 random(11);
    int opened = 0;
    for (int k = 0; k < 70; ++k) {
        QVERIFY(writeFileAtomically(path, changed(whole, random)).ok());
        const auto source = openSource({SourceKind::Video, path});
        if (!source) {
            QVERIFY(!source.error().message().empty());
            continue;
        }
        ++opened;
        // A frame more than once, or errors without end, would be a loop.
        const std::int64_t frames = (*source)->traits().frames;
        QVERIFY(frames >= 1 && frames < 1000);
        std::int64_t steps = 0;
        auto frame = (*source)->next({});
        while ((frame || frame.error().code != ErrorCode::Ended) && steps < 1000) {
            QVERIFY(!frame || (frame->valid() && frame->index < static_cast<std::uint64_t>(frames)));
            frame = (*source)->next({});
            ++steps;
        }
        QVERIFY2(steps <= 2 * frames + 2, qPrintable(QStringLiteral("%1 steps, %2 frames").arg(steps).arg(frames)));
        for (const std::int64_t index : {frames / 2, frames - 1, std::int64_t{0}}) {
            QVERIFY((*source)->seek(index, {}).ok());
            const auto there = (*source)->next({});
            QVERIFY(!there || there->index >= static_cast<std::uint64_t>(index));
        }
    }
    QVERIFY2(opened > 10, qPrintable(QString::number(opened)));
}

QTEST_GUILESS_MAIN(TestDamagedVideo)
#include "tst_damaged_video.moc"
