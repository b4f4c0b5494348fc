// Files which are not what they seem, on the command line: one sentence says what they are, and stderr holds nothing else.

#include <QDir>
#include <QDirIterator>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>
#include <opencv2/imgcodecs.hpp>

#include <fstream>

#include "engine/runtime/source_hash.h"
#include "tests/support/bundle_copy.h"
#include "tests/support/png_bytes.h"
#include "tests/support/program_run.h"
#include "tests/support/small_disk.h"
#include "tests/support/video_files.h"

using namespace fovea;
using namespace fovea::test;

namespace {

constexpr const char* kPointer =
    "version https://git-lfs.github.com/spec/v1\n"
    "oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n";
const QString kSample = QStringLiteral(FOVEA_SOURCE_DIR "/resources/samples/chelsea.png");

Outcome run(const QStringList& arguments, rlim_t largestFile = RLIM_INFINITY) {
    return runProgram(arguments, [largestFile](QProcess& program) { limitFiles(program, largestFile); });
}

QStringList render(const QString& input, const QString& output, const QStringList& more = {}) {
    return QStringList{QStringLiteral("render"), input, QStringLiteral("-o"), output, QStringLiteral("--module"),
                       QStringLiteral("se")} +
           more;
}

/// A second of an MP3: frames of silence at 128 kbit/s.
Bytes mp3() {
    Bytes bytes;
    for (int k = 0; k < 38; ++k) {
        Bytes frame{0xFF, 0xFB, 0x90, 0x64};
        frame.resize(417, 0);
        bytes.insert(bytes.end(), frame.begin(), frame.end());
    }
    return bytes;
}

Bytes wave() {
    Bytes bytes = bytesOf("RIFF");
    put(bytes, 36 + 800, 4, false);
    for (const char* part : {"WAVE", "fmt "}) {
        const Bytes text = bytesOf(part);
        bytes.insert(bytes.end(), text.begin(), text.end());
    }
    put(bytes, 16, 4, false);
    for (const auto& [value, count] :
         {std::pair(1, 2), std::pair(1, 2), std::pair(8000, 4), std::pair(8000, 4), std::pair(1, 2), std::pair(8, 2)}) {
        put(bytes, static_cast<std::uint64_t>(value), count, false);
    }
    const Bytes data = bytesOf("data");
    bytes.insert(bytes.end(), data.begin(), data.end());
    put(bytes, 800, 4, false);
    bytes.insert(bytes.end(), 800, 128);
    return bytes;
}

}  // namespace

class TestBadFiles final : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_dir;

    QString path(const QString& name) const { return m_dir->filePath(name); }
    void write(const QString& name, const Bytes& bytes) const {
        std::ofstream file(path(name).toStdString(), std::ios::binary);
        file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
        QVERIFY(file.good());
    }
    void saysOnly(const Outcome& o, const QStringList& words) const {
        QCOMPARE(o.status, 1);
        QCOMPARE(o.err.count(u'\n'), 1);
        QVERIFY2(o.err.startsWith(QStringLiteral("fovea: ")) && o.err.endsWith(QStringLiteral(".\n")), qPrintable(o.err));
        for (const auto& word : words) {
            QVERIFY2(o.err.contains(word), qPrintable(o.err));
        }
        QVERIFY2(o.out.isEmpty(), qPrintable(o.out));
    }

private Q_SLOTS:
    void init() { m_dir = std::make_unique<QTemporaryDir>(); }

    void pictures_data();
    void pictures();
    void soundIsCalledSound_data();
    void soundIsCalledSound();
    void pointersOfGitLfs();
    void aVideoIsNoPicture();
    void aFullDiskIsCalledFull();
    void theWindowPrintsNothing();
};

void TestBadFiles::pictures_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("says");
    const auto row = [](const char* name, const Bytes& bytes, const char* says) {
        QTest::newRow(name) << QByteArray(reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size()))
                            << QString::fromUtf8(says);
    };
    row("PNG of three bits", pngWith({.width = 8, .height = 8, .bits = 3}, plainRows(8, 3)), "3 bits per value");
    row("PNG with too few rows", pngWith({.width = 8, .height = 8}, plainRows(5, 8)), "after row 5 of 8");
    Bytes bmp = encoded(".bmp", photo());
    bmp[30] = 1;  // says that it is compressed in runs, which it is not
    bmp[28] = 8;
    row("BMP", bmp, "this BMP file");
    Bytes tiff = encoded(".tiff", photo(), {cv::IMWRITE_TIFF_COMPRESSION, 8});  // zlib notices
    std::fill(tiff.begin() + 100, tiff.begin() + 400, std::uint8_t{0xA5});
    row("TIFF", tiff, "this TIFF file");
    Bytes webp = encoded(".webp", photo());
    std::fill(webp.begin() + 40, webp.begin() + 200, std::uint8_t{0xA5});
    row("WebP", webp, "this WebP file");
    row("text", bytesOf("not a picture at all"), "is not a picture");
}

void TestBadFiles::pictures() {
    QFETCH(QByteArray, bytes);
    QFETCH(QString, says);
    write(QStringLiteral("bad.png"), Bytes(bytes.begin(), bytes.end()));
    saysOnly(run(render(path(QStringLiteral("bad.png")), path(QStringLiteral("out.png")))), {QStringLiteral("“bad.png”"), says});
}

void TestBadFiles::soundIsCalledSound_data() {
    QTest::addColumn<QByteArray>("bytes");
    const auto row = [](const char* name, const Bytes& bytes) {
        QTest::newRow(name) << QByteArray(reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size()));
    };
    row("mp3", mp3());
    Bytes tagged = bytesOf("ID3");
    const Bytes sound = mp3();
    tagged.insert(tagged.end(), {3, 0, 0, 0, 0, 0, 0});
    tagged.insert(tagged.end(), sound.begin(), sound.end());
    row("mp3 with a tag", tagged);
    row("wav", wave());
    row("flac", bytesOf("fLaC and so on"));
    Bytes mp4;
    put(mp4, 24, 4, true);
    const Bytes brands = bytesOf("ftypM4A isomM4A mp42");
    mp4.insert(mp4.end(), brands.begin(), brands.end());
    row("m4a", mp4);
    Bytes ogg = bytesOf("OggS");
    ogg.resize(28, 0);
    const Bytes vorbis = bytesOf("\x01vorbis");
    ogg.insert(ogg.end(), vorbis.begin(), vorbis.end());
    row("ogg", ogg);
}

void TestBadFiles::soundIsCalledSound() {
    QFETCH(QByteArray, bytes);
    write(QStringLiteral("song.mp3"), Bytes(bytes.begin(), bytes.end()));
    for (const char* output : {"out.png", "out.mp4"}) {
        const Outcome o = run(render(path(QStringLiteral("song.mp3")), path(QString::fromLatin1(output))));
        saysOnly(o, {QStringLiteral("song.mp3"), QStringLiteral("sound")});
        QVERIFY2(!o.err.contains(QStringLiteral("single picture")), qPrintable(o.err));
    }
    const auto opened = loadFrame(path(QStringLiteral("song.mp3")));  // as the window does
    QVERIFY(!opened.ok());
    QVERIFY2(opened.error().message().find("sound") != std::string::npos, opened.error().message().c_str());
}

void TestBadFiles::pointersOfGitLfs() {
    const Bytes pointer = bytesOf(kPointer);
    const QStringList words{QStringLiteral("Git LFS"), QStringLiteral("git lfs pull")};
    for (const char* name : {"a.png", "film.mp4", "weights.safetensors"}) {
        write(QString::fromLatin1(name), pointer);
    }
    const QString out = path(QStringLiteral("out.png"));
    const QString film = path(QStringLiteral("film.mp4"));
    saysOnly(run(render(path(QStringLiteral("a.png")), out)), QStringList(words) << QStringLiteral("a.png"));
    saysOnly(run(render(film, out)), QStringList(words) << QStringLiteral("film.mp4"));
    saysOnly(run(render(film, path(QStringLiteral("out.mp4")))), QStringList(words) << QStringLiteral("film.mp4"));
    saysOnly(run(render(kSample, out, {QStringLiteral("--weights"), path(QStringLiteral("weights.safetensors"))})),
             QStringList(words) << QStringLiteral("weights.safetensors"));
    for (const char* name : {"manifest.json", "modules/gc.safetensors", "classes.json", "backbone.onnx", "tail.onnx"}) {
        BundleCopy bundle;
        for (const char* network : {"backbone.onnx", "tail.onnx"}) {
            const auto to = bundle.folder() / network;
            std::filesystem::copy_file(std::filesystem::path(kShippedBundle) / network, to,
                                       std::filesystem::copy_options::overwrite_existing);
        }
        writeFile(bundle.folder() / name, kPointer);
        const Outcome o =
            run(render(kSample, out, {QStringLiteral("--model"), QString::fromStdString(bundle.folder().string())}));
        saysOnly(o, QStringList(words) << QString::fromLatin1(name).section(u'/', -1));
    }
    QVERIFY(QDir(m_dir->path()).mkdir(QStringLiteral("folder")));
    write(QStringLiteral("folder/1.png"), pointer);
    saysOnly(run(render(path(QStringLiteral("folder")), path(QStringLiteral("out.mkv")))), QStringList(words)
                                                                                               << QStringLiteral("1.png"));
}

void TestBadFiles::aVideoIsNoPicture() {
    const QString film = path(QStringLiteral("film.mp4"));
    QVERIFY(writeVideo(film.toStdString(), recipeOf("mp4", "libx264")));
    saysOnly(run(render(film, path(QStringLiteral("out.png")))),
             {QStringLiteral("film.mp4"), QStringLiteral("is a video"), QStringLiteral(".mkv")});
}

void TestBadFiles::aFullDiskIsCalledFull() {
    const Outcome o = run(render(kSample, path(QStringLiteral("out.png"))), 20'000);
    saysOnly(o, {QStringLiteral("There is no room for"), QStringLiteral("out.png")});
    QVERIFY(QDir(m_dir->path()).entryList(QDir::Files | QDir::Hidden).isEmpty());
}

void TestBadFiles::theWindowPrintsNothing() {
    QVERIFY(QDir(m_dir->path()).mkdir(QStringLiteral("film")));
    write(QStringLiteral("film/1.png"), pngWith({.width = 8, .height = 8, .bits = 3}, plainRows(8, 3)));
    write(QStringLiteral("film/2.png"), pngWith({.width = 8, .height = 8}, plainRows(5, 8)));
    write(QStringLiteral("film/3.png"), encoded(".png", photo()));
    QProcess program;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("HOME"), m_dir->path());
    for (const char* name : {"XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"}) {
        environment.remove(QString::fromLatin1(name));
    }
    environment.insert(QStringLiteral("QT_QPA_PLATFORM"), QStringLiteral("offscreen"));
    environment.insert(QStringLiteral("QT_LOGGING_RULES"), QStringLiteral("*.debug=true"));  // Qt has much to say
    program.setProcessEnvironment(environment);
    program.start(QStringLiteral(FOVEA_BINARY_DIR "/bin/fovea"), {path(QStringLiteral("film"))});
    QVERIFY(program.waitForStarted());
    // The session is kept for a crash once a picture is shown: the third one, after the two bad ones.
    const auto kept = [this] {
        QDirIterator it(m_dir->path(), {QStringLiteral("*.fovea")}, QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
        return it.hasNext();
    };
    QTRY_VERIFY_WITH_TIMEOUT(kept(), 60000);
    program.kill();
    QVERIFY(program.waitForFinished());
    QCOMPARE(program.readAllStandardError(), QByteArray());
    QCOMPARE(program.readAllStandardOutput(), QByteArray());
}

QTEST_GUILESS_MAIN(TestBadFiles)
#include "tst_bad_files.moc"
