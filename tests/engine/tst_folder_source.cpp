#include <QTemporaryDir>
#include <QTest>
#include <opencv2/core.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include "engine/io/atomic_file.h"
#include "engine/io/natural_order.h"
#include "engine/source/frame_source.h"
#include "tests/support/image_bytes.h"
#include "tests/support/video_files.h"

using namespace fovea;
using namespace fovea::test;

class TestFolderSource : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() {
        m_dir = std::make_unique<QTemporaryDir>();
        QVERIFY(m_dir->isValid());
    }
    void naturalOrder_data();
    void naturalOrder();
    void picturesInOrder();
    void otherFilesAreLeftOut();
    void damagedPicturesKeepTheirPlace();
    void seeking();
    void refusals();

private:
    std::string path(const std::string& name) const { return m_dir->filePath(QString::fromStdString(name)).toStdString(); }
    void write(const std::string& name, const Bytes& bytes) {
        QVERIFY(writeFileAtomically(path(name), std::string(bytes.begin(), bytes.end())).ok());
    }
    void writePicture(const std::string& name, int number, const cv::Size& size = {64, 48}) {
        write(name, encoded(".png", numberedPicture(number, size.width, size.height)));
    }
    auto open() const { return openSource({SourceKind::Folder, m_dir->path().toStdString()}); }

    std::unique_ptr<QTemporaryDir> m_dir;
};

void TestFolderSource::naturalOrder_data() {
    QTest::addColumn<QString>("before");
    QTest::addColumn<QString>("after");
    QTest::newRow("numbers") << "frame 9.png"
                             << "frame 10.png";
    QTest::newRow("zeros in front") << "f08.png"
                                    << "f9.png";
    QTest::newRow("huge numbers") << QStringLiteral("1") + QString(40, u'0') << QStringLiteral("2") + QString(40, u'0');
    QTest::newRow("case") << "a2.png"
                          << "B1.png";
    QTest::newRow("shorter") << "a"
                             << "a1";
    QTest::newRow("only zeros differ") << "a01"
                                       << "a1";
    QTest::newRow("beyond ASCII") << "a"
                                  << "é";
}

void TestFolderSource::naturalOrder() {
    QFETCH(QString, before);
    QFETCH(QString, after);
    QVERIFY(naturallyBefore(before.toStdString(), after.toStdString()));
    QVERIFY(!naturallyBefore(after.toStdString(), before.toStdString()));
    QVERIFY(!naturallyBefore(before.toStdString(), before.toStdString()));
}

void TestFolderSource::picturesInOrder() {
    for (int k = 0; k < 12; ++k) {
        writePicture("frame " + std::to_string(k) + ".png", k, k == 5 ? cv::Size(31, 57) : cv::Size(64, 48));
    }
    const auto source = open();
    QVERIFY2(source.ok(), source ? "" : source.error().message().c_str());
    const SourceTraits& traits = (*source)->traits();
    QVERIFY(traits.kind == SourceKind::Folder);
    QVERIFY(traits.seekable && !traits.live);
    QCOMPARE(traits.frames, std::int64_t{12});
    QCOMPARE(traits.rate, 25.0);
    QCOMPARE(traits.duration, 12 / 25.0);
    QCOMPARE(traits.width, 64);
    QCOMPARE(traits.height, 48);
    std::shared_ptr<const SourceInfo> info;
    for (int k = 0; k < 12; ++k) {
        const auto frame = (*source)->next({});
        QVERIFY(frame.ok());
        QCOMPARE(numberOf(*frame->pixels), k);
        QCOMPARE(frame->index, std::uint64_t(k));
        QCOMPARE(frame->timestamp, k / 25.0);
        QCOMPARE(frame->width, k == 5 ? 31 : 64);
        QVERIFY(info == nullptr || info == frame->source);
        info = frame->source;
    }
    QCOMPARE(info->path, m_dir->path().toStdString());
    QCOMPARE(info->description, std::string("12 pictures"));
    QCOMPARE((*source)->next({}).error().code, ErrorCode::Ended);
}

void TestFolderSource::otherFilesAreLeftOut() {
    writePicture("1 named by no ending", 1);
    writePicture(".hidden.png", 9);
    write("notes.txt", bytesOf("not a picture"));
    write("#list.m3u8", bytesOf("#EXTM3U\n"));
    QVERIFY(QDir(m_dir->path()).mkdir(QStringLiteral("0.png")));
    QCOMPARE(::mkfifo(path("pipe.png").c_str(), 0600), 0);
    const auto source = open();
    QVERIFY(source.ok());
    QCOMPARE((*source)->traits().frames, std::int64_t{1});
    QCOMPARE(numberOf(*(*source)->next({})->pixels), 1);
}

void TestFolderSource::damagedPicturesKeepTheirPlace() {
    write("0.png", {});
    writePicture("1.png", 1);
    Bytes half = encoded(".png", numberedPicture(2, 64, 48));
    half.resize(half.size() / 2);
    write("2.png", half);
    writePicture("3.png", 3);
    const auto source = open();
    QVERIFY2(source.ok(), source ? "" : source.error().message().c_str());
    QCOMPARE((*source)->traits().width, 64);
    QCOMPARE((*source)->next({}).error().code, ErrorCode::BadFormat);
    QCOMPARE(numberOf(*(*source)->next({})->pixels), 1);
    const auto damaged = (*source)->next({});
    QCOMPARE(damaged.error().code, ErrorCode::BadFormat);
    const std::string folder = QFileInfo(m_dir->path()).fileName().toStdString();
    QVERIFY2(damaged.error().message().find("“" + folder + "/2.png”") != std::string::npos, damaged.error().message().c_str());
    const auto frame = (*source)->next({});
    QCOMPARE(numberOf(*frame->pixels), 3);
    QCOMPARE(frame->index, std::uint64_t{3});
}

void TestFolderSource::seeking() {
    for (int k = 0; k < 5; ++k) {
        writePicture(std::to_string(k) + ".png", k);
    }
    const auto source = open();
    QVERIFY(source.ok());
    for (const int index : {3, 0, 4, 1, -7, 70}) {
        QVERIFY((*source)->seek(index, {}).ok());
        QCOMPARE(numberOf(*(*source)->next({})->pixels), std::clamp(index, 0, 4));
    }
    QVERIFY((*source)->seek(1, {}).ok());
    QVERIFY((*source)->skip({}).ok());
    QCOMPARE(numberOf(*(*source)->next({})->pixels), 2);
    std::stop_source stop;
    stop.request_stop();
    QCOMPARE((*source)->next(stop.get_token()).error().code, ErrorCode::Cancelled);
    // A picture which was taken away meanwhile is an error of its own.
    QVERIFY(QFile::remove(QString::fromStdString(path("3.png"))));
    QCOMPARE((*source)->next({}).error().code, ErrorCode::NotFound);
    QCOMPARE(numberOf(*(*source)->next({})->pixels), 4);
}

void TestFolderSource::refusals() {
    QCOMPARE(open().error().code, ErrorCode::NotFound);
    QCOMPARE(openSource({SourceKind::Folder, path("none")}).error().code, ErrorCode::NotFound);
    write("a.png", bytesOf("text"));
    QCOMPARE(open().error().code, ErrorCode::BadFormat);
    QCOMPARE(openSource({SourceKind::Folder, path("a.png")}).error().code, ErrorCode::NotFound);
}

QTEST_GUILESS_MAIN(TestFolderSource)
#include "tst_folder_source.moc"
