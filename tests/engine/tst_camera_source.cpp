// No machine has a camera for sure: what can be wrong with one is shown with files which stand for its node and for sysfs.

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

#include <unistd.h>

#include <cerrno>

#include "engine/io/atomic_file.h"
#include "engine/source/camera_node.h"
#include "engine/source/frame_source.h"

using namespace fovea;

class TestCameraSource : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() {
        m_dir = std::make_unique<QTemporaryDir>();
        QVERIFY(QDir(m_dir->path()).mkpath(QStringLiteral("dev")));
        QVERIFY(QDir(m_dir->path()).mkpath(QStringLiteral("sys")));
    }
    void whatANodeSays();
    void errorNumbers_data();
    void errorNumbers();
    void forbidden();
    void listsByNumber();
    void otherNodesAreNotListed();
    void aListOfNothing();
    void thisMachine();
    void openCvWaitsTwoSeconds();

private:
    std::string path(const std::string& name) const { return m_dir->path().toStdString() + "/" + name; }
    void addCamera(const std::string& entry, const std::string& name) {
        QVERIFY(QDir(m_dir->path()).mkpath(QString::fromStdString("sys/" + entry)));
        if (!name.empty()) {
            QVERIFY(writeFileAtomically(path("sys/" + entry + "/name"), name + "\n").ok());
        }
    }
    auto list() const { return listCamerasIn(path("sys"), path("dev")); }

    std::unique_ptr<QTemporaryDir> m_dir;
};

void TestCameraSource::whatANodeSays() {
    const auto code = [](const std::string& node) { return openSource({SourceKind::Camera, node}).error().code; };
    QCOMPARE(code(path("dev/video0")), ErrorCode::NotFound);
    QVERIFY(writeFileAtomically(path("dev/video1"), "a file").ok());
    QCOMPARE(code(path("dev/video1")), ErrorCode::Unsupported);
    QCOMPARE(code("/dev/null"), ErrorCode::Unsupported);
    QCOMPARE(code(path("dev")), ErrorCode::Unsupported);
    QCOMPARE(code(path("dev/video1/below")), ErrorCode::NotFound);
    const Error error = openSource({SourceKind::Camera, "/dev/null"}).error();
    QCOMPARE(error.message(), std::string("“/dev/null” is not a camera; choose another device."));
}

void TestCameraSource::errorNumbers_data() {
    QTest::addColumn<int>("number");
    QTest::addColumn<int>("code");
    QTest::addColumn<QString>("part");
    QTest::newRow("none") << ENOENT << int(ErrorCode::NotFound) << "plug it in";
    QTest::newRow("forbidden") << EACCES << int(ErrorCode::Denied) << "group “video”";
    QTest::newRow("busy") << EBUSY << int(ErrorCode::Busy) << "Another program";
    QTest::newRow("unplugged") << ENODEV << int(ErrorCode::Disconnected) << "not connected any more";
    QTest::newRow("no device behind the node") << ENXIO << int(ErrorCode::Disconnected) << "not connected any more";
    QTest::newRow("no camera") << ENOTTY << int(ErrorCode::Unsupported) << "is not a camera";
    QTest::newRow("anything else") << EMFILE << int(ErrorCode::Unreadable) << "cannot be opened";
}

void TestCameraSource::errorNumbers() {
    QFETCH(int, number);
    QFETCH(int, code);
    QFETCH(QString, part);
    const Error error = cameraError("/dev/video3", number);
    QCOMPARE(int(error.code), code);
    const QString message = QString::fromStdString(error.message());
    QVERIFY2(message.contains(part) && message.contains(QStringLiteral("/dev/video3")), qPrintable(message));
}

void TestCameraSource::forbidden() {
    if (::geteuid() == 0) {
        QSKIP("Nothing is forbidden to root.");
    }
    QVERIFY(writeFileAtomically(path("dev/video0"), "").ok());
    QVERIFY(QFile::setPermissions(QString::fromStdString(path("dev/video0")), {}));
    QCOMPARE(askCamera(path("dev/video0")).error().code, ErrorCode::Denied);
}

void TestCameraSource::listsByNumber() {
    addCamera("video10", "Tenth Camera");
    addCamera("video2", "Second Camera");
    addCamera("video0", "");
    const auto cameras = list();
    // Their nodes cannot be opened, so they are listed by name, for opening to say why.
    QCOMPARE(cameras.size(), std::size_t{3});
    QCOMPARE(cameras[0], (CameraInfo{path("dev/video0"), "video0", {}}));
    QCOMPARE(cameras[1], (CameraInfo{path("dev/video2"), "Second Camera", {}}));
    QCOMPARE(cameras[2], (CameraInfo{path("dev/video10"), "Tenth Camera", {}}));
}

void TestCameraSource::otherNodesAreNotListed() {
    addCamera("video0", "Not a camera");
    QVERIFY(writeFileAtomically(path("dev/video0"), "").ok());
    addCamera("v4l-subdev0", "Part of a camera");
    addCamera("videox", "No number");
    QVERIFY(list().empty());
}

void TestCameraSource::aListOfNothing() {
    QVERIFY(list().empty());
    QVERIFY(listCamerasIn(path("none"), path("none")).empty());
}

void TestCameraSource::thisMachine() {
    for (const auto& camera : listCameras()) {
        QVERIFY(camera.device.starts_with("/dev/video"));
        QVERIFY(!camera.name.empty());
    }
}

void TestCameraSource::openCvWaitsTwoSeconds() { QCOMPARE(qgetenv("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT"), QByteArray("2")); }

QTEST_GUILESS_MAIN(TestCameraSource)
#include "tst_camera_source.moc"
