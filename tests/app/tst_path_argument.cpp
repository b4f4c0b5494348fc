// Files named by a URL, and pictures taken from an address: on the command line and as the window's argument.

#include <QProcess>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>
#include <QUrl>
#include <opencv2/imgcodecs.hpp>

#include <nlohmann/json.hpp>

#include "app/main_window.h"
#include "app/path_argument.h"
#include "engine/io/atomic_file.h"
#include "tests/support/image_bytes.h"
#include "tests/support/mjpeg_server.h"
#include "tests/support/program_run.h"
#include "tests/support/recordings.h"
#include "tests/support/video_files.h"
#include "tests/support/view_test.h"

using namespace fovea;
using namespace fovea::test;

namespace {

constexpr int kPatience = 60000;

Outcome run(const QStringList& arguments, const QString& folder = {}) {
    return runProgram(arguments, [&folder](QProcess& program) { program.setWorkingDirectory(folder); });
}

}  // namespace

class TestPathArgument final : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { failOnWarnings(); }

    void fileUrlsArePaths() {
        const auto same = [](const char* text) { return pathArgument(QString::fromUtf8(text)) == QString::fromUtf8(text); };
        QVERIFY(same("/tmp/a.png") && same("a b.png") && same("") && same("http://host/a%20b") && same("file") && same("a%20b"));
        QCOMPARE(pathArgument(QStringLiteral("file:///tmp/a%20b%23%C3%A9.png")), QStringLiteral("/tmp/a b#é.png"));
        QCOMPARE(pathArgument(QStringLiteral("FILE:///tmp/a.png")), QStringLiteral("/tmp/a.png"));
        QCOMPARE(pathArgument(QStringLiteral("file:/tmp/a.png")), QStringLiteral("/tmp/a.png"));
        QCOMPARE(pathArgument(QStringLiteral("file://localhost/tmp/a.png")), QStringLiteral("/tmp/a.png"));
        QCOMPARE(pathArgument(QStringLiteral("file:///tmp/图.png")), QStringLiteral("/tmp/图.png"));
        QVERIFY(same("file:"));
    }

    void aFileOfThatNameComesFirst() {
        const QTemporaryDir dir;
        const QString before = QDir::currentPath();
        QVERIFY(QDir::setCurrent(dir.path()));
        QVERIFY(writeFileAtomically("file:a", "x").ok());
        QCOMPARE(pathArgument(QStringLiteral("file:a")), QStringLiteral("file:a"));
        QVERIFY(QDir::setCurrent(before));
    }

    void everyCommandTakesThem() {
        const QTemporaryDir dir;
        const QString input = dir.filePath(QStringLiteral("a picture #1 é.png"));
        const Bytes png = encoded(".png", numberedPicture(3, 64, 48));
        QVERIFY(writeFileAtomically(input.toStdString(), std::string(png.begin(), png.end())).ok());
        const auto url = [](const QString& path) { return QString::fromLatin1(QUrl::fromLocalFile(path).toEncoded()); };
        QVERIFY(url(input).contains(QStringLiteral("%20")));
        const QString out = dir.filePath(QStringLiteral("out put.png"));
        const QString raw = dir.filePath(QStringLiteral("raw numbers"));
        const Outcome o = run({QStringLiteral("render"), url(input), QStringLiteral("-o"), url(out), QStringLiteral("--module"),
                               QStringLiteral("simam"), QStringLiteral("--raw=") + url(raw)});
        QVERIFY2(o.status == 0, qPrintable(o.err));
        QVERIFY(QFile::exists(out));
        QVERIFY(QFile::exists(raw + QStringLiteral("/a picture #1 é.simam.safetensors")));
        const auto source = parsed(dir.filePath(QStringLiteral("out put.json")))["source"];
        QCOMPARE(QString::fromStdString(source["path"].get<std::string>()), input);
        const Outcome missing = run({QStringLiteral("render"), QStringLiteral("file:///none/a%20b.png"), QStringLiteral("-o"),
                                     out, QStringLiteral("--module"), QStringLiteral("simam")});
        QCOMPARE(missing.status, 1);
        QVERIFY2(missing.err.contains(QStringLiteral("“/none/a b.png”")), qPrintable(missing.err));
    }

    void theWindowTakesThem() {
        const QTemporaryDir dir;
        const QString input = dir.filePath(QStringLiteral("a picture #1.png"));
        QVERIFY(cv::imwrite(input.toStdString(), numberedPicture(3, 64, 48)));
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, dir.path());
        Settings settings;
        settings.setModel(QStringLiteral("retina"));
        MainWindow window(settings);
        window.show();
        window.start(QString::fromLatin1(QUrl::fromLocalFile(input).toEncoded()));
        QTRY_VERIFY_WITH_TIMEOUT(window.session().shown().result() && window.session().shown().result()->frame.source, kPatience);
        QCOMPARE(QString::fromStdString(window.session().shown().result()->frame.source->path), input);
    }

    void anAddressGivesOnePicture() {
        MjpegServer server;
        QVERIFY(server.start());
        server.setSize({160, 96});
        server.sendFrame();
        server.run(20.0);
        const QTemporaryDir dir;
        const QString out = dir.filePath(QStringLiteral("out.png"));
        const Outcome o = run({QStringLiteral("render"), QString::fromStdString(server.url()), QStringLiteral("-o"), out,
                               QStringLiteral("--module"), QStringLiteral("simam"), QStringLiteral("--opacity"),
                               QStringLiteral("0"), QStringLiteral("--raw"), dir.filePath(QStringLiteral("raw"))});
        QVERIFY2(o.status == 0, qPrintable(o.err));
        QVERIFY(o.err.isEmpty());
        QCOMPARE(numberOf(cv::imread(out.toStdString())), 0);
        const auto source = parsed(dir.filePath(QStringLiteral("out.json")))["source"];
        QCOMPARE(source["path"].get<std::string>(), server.url());
        QCOMPARE(source["sha256"].get<std::string>().size(), std::size_t{64});
        QVERIFY(QFile::exists(dir.filePath(QStringLiteral("raw/video.simam.json"))));
        server.kill();
        const Outcome gone = run({QStringLiteral("render"), QString::fromStdString(server.url()), QStringLiteral("-o"), out,
                                  QStringLiteral("--module"), QStringLiteral("simam")});
        QCOMPARE(gone.status, 1);
        QVERIFY2(gone.err.startsWith(QStringLiteral("fovea: ")) && gone.err.count(u'\n') == 1, qPrintable(gone.err));
    }
};

QTEST_MAIN(TestPathArgument)
#include "tst_path_argument.moc"
