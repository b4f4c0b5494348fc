#include <QElapsedTimer>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTest>
#include <QUrl>
#include <opencv2/core.hpp>

#include <cmath>
#include <fstream>
#include <future>
#include <thread>

#include "engine/export/export.h"
#include "engine/source/frame_source.h"
#include "engine/source/stream_address.h"
#include "tests/support/mjpeg_server.h"
#include "tests/support/video_files.h"

using namespace fovea;
using namespace fovea::test;

namespace {

using Source = std::unique_ptr<FrameSource>;

Result<Source> openStream(const std::string& url, const std::stop_token& stop = {}) {
    return openSource({SourceKind::Stream, url}, stop);
}

/// A server which is running and has sent its first picture.
class Camera final {
public:
    Camera() {
        if (server.start()) {
            server.sendFrame();
            auto opened = openStream(server.url());
            if (opened) {
                source = std::move(*opened);
            } else {
                error = opened.error().message();
            }
        }
    }
    MjpegServer server;
    Source source;
    std::string error;
};

/// Serves bytes to whoever connects, as raw TCP, and closes behind them.
class BytesServer final : public QThread {
public:
    explicit BytesServer(QByteArray bytes) : m_bytes(std::move(bytes)) {
        start();
        m_listening.get_future().wait();
    }
    ~BytesServer() override { wait(); }
    int port = 0;

protected:
    void run() override {
        QTcpServer server;
        server.listen(QHostAddress::LocalHost);
        port = server.serverPort();
        m_listening.set_value();
        if (!server.waitForNewConnection(10000)) {
            return;
        }
        const std::unique_ptr<QTcpSocket> socket(server.nextPendingConnection());
        socket->write(m_bytes);
        while (socket->bytesToWrite() > 0 && socket->waitForBytesWritten(5000)) {
        }
        socket->disconnectFromHost();
    }

private:
    QByteArray m_bytes;
    std::promise<void> m_listening;
};

QByteArray fileBytes(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    return QByteArray::fromStdString(bytes);
}

bool says(const Error& error, const char* part) { return error.message().find(part) != std::string::npos; }

}  // namespace

class TestStreamSource : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void addresses_data();
    void addresses();
    void framesInOrder();
    void traitsOfALiveSource();
    void newSizeInMidStream();
    void timesAreThoseOfArrival();
    void mirrored();
    void skipping();
    void damagedPicture();
    void garbage();
    void killedServer();
    void silentServer();
    void stopEndsABlockedRead();
    void stopEndsABlockedOpening();
    void nobodyAnswers();
    void refusals_data();
    void refusals();
    void transportStreamOverTcp();
    void runningCamera();
};

void TestStreamSource::addresses_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("shown");
    QTest::addColumn<QString>("host");
    QTest::newRow("plain") << "http://camera/video"
                           << "http://camera/video"
                           << "camera";
    QTest::newRow("password") << "rtsp://me:se:cr@t@10.0.0.7:554/a?b=1"
                              << "rtsp://me@10.0.0.7:554/a?b=1"
                              << "10.0.0.7";
    QTest::newRow("secret in the query") << "HTTP://c:80/v.cgi?user=a&pwd=b&loginPass=c&x=1"
                                         << "http://c:80/v.cgi?user=a&pwd=…&loginPass=…&x=1"
                                         << "c";
    QTest::newRow("numbers in brackets") << "tcp://[::1]:8080"
                                         << "tcp://[::1]:8080"
                                         << "[::1]";
    QTest::newRow("an at sign in the path") << "http://camera/a@b:c"
                                            << "http://camera/a@b:c"
                                            << "camera";
}

void TestStreamSource::addresses() {
    QFETCH(QString, text);
    QFETCH(QString, shown);
    QFETCH(QString, host);
    const auto address = streamAddress(text.toStdString());
    QVERIFY(address.ok());
    QCOMPARE(QString::fromStdString(address->shown), shown);
    QCOMPARE(QString::fromStdString(address->host), host);
    QCOMPARE(QString::fromStdString(address->url).toLower(), text.toLower());
}

void TestStreamSource::framesInOrder() {
    Camera camera;
    QVERIFY2(camera.source, camera.error.c_str());
    for (int k = 0; k < 20; ++k) {
        const auto frame = camera.source->next({});
        QVERIFY2(frame.ok(), frame ? "" : frame.error().message().c_str());
        QCOMPARE(numberOf(*frame->pixels), k);
        QCOMPARE(frame->index, std::uint64_t(k));
        camera.server.sendFrame();
    }
    QCOMPARE(camera.server.connections(), 1);
}

void TestStreamSource::traitsOfALiveSource() {
    Camera camera;
    QVERIFY2(camera.source, camera.error.c_str());
    const SourceTraits& traits = camera.source->traits();
    QVERIFY(traits.kind == SourceKind::Stream);
    QVERIFY(traits.live && !traits.seekable);
    QCOMPARE(traits.name, std::string("127.0.0.1"));
    QCOMPARE(traits.width, 160);
    QCOMPARE(traits.height, 120);
    QCOMPARE(traits.rate, 0.0);
    QCOMPARE(traits.frames, std::int64_t{0});
    const auto frame = camera.source->next({});
    QCOMPARE(frame->source->path, camera.server.url());
    QCOMPARE(frame->source->description, std::string("160 × 120, Motion JPEG"));
    QCOMPARE(camera.source->seek(0, {}).error().code, ErrorCode::Unsupported);
}

void TestStreamSource::newSizeInMidStream() {
    Camera camera;
    QVERIFY2(camera.source, camera.error.c_str());
    QVERIFY(camera.source->next({}).ok());
    camera.server.setSize({323, 201});
    camera.server.sendFrame();
    const auto frame = camera.source->next({});
    QVERIFY(frame.ok());
    QVERIFY(frame->pixels->size() == cv::Size(323, 201));
    QCOMPARE(frame->width, 323);
    QCOMPARE(numberOf(*frame->pixels), 1);
}

void TestStreamSource::timesAreThoseOfArrival() {
    Camera camera;
    QVERIFY2(camera.source, camera.error.c_str());
    auto earlier = camera.source->next({});
    QVERIFY(earlier.ok());
    for (int k = 0; k < 3; ++k) {
        const auto before = std::chrono::steady_clock::now();
        camera.server.sendFrame();
        auto frame = camera.source->next({});
        QVERIFY(frame.ok());
        QVERIFY(frame->captured >= before && frame->captured <= std::chrono::steady_clock::now());
        const double passed = std::chrono::duration<double>(frame->captured - earlier->captured).count();
        QVERIFY(std::abs(frame->timestamp - earlier->timestamp - passed) < 1e-9);
        earlier = std::move(frame);
    }
}

void TestStreamSource::mirrored() {
    MjpegServer server;
    QVERIFY(server.start());
    server.sendFrame();
    server.sendFrame();
    SourceSpec spec{SourceKind::Stream, server.url()};
    spec.mirror = true;
    const auto source = openSource(spec);
    QVERIFY(source.ok());
    QVERIFY((*source)->next({}).ok());
    QCOMPARE(numberOf(*(*source)->next({})->pixels), 8);
}

void TestStreamSource::skipping() {
    Camera camera;
    QVERIFY2(camera.source, camera.error.c_str());
    camera.server.sendFrame();
    camera.server.sendFrame();
    QVERIFY(camera.source->skip({}).ok());
    QVERIFY(camera.source->skip({}).ok());
    const auto frame = camera.source->next({});
    QCOMPARE(numberOf(*frame->pixels), 2);
    QCOMPARE(frame->index, std::uint64_t{2});
}

void TestStreamSource::damagedPicture() {
    Camera camera;
    QVERIFY2(camera.source, camera.error.c_str());
    QVERIFY(camera.source->next({}).ok());
    camera.server.sendDamagedFrame();
    camera.server.sendFrame();
    const auto damaged = camera.source->next({});
    QVERIFY(!damaged.ok());
    QCOMPARE(damaged.error().code, ErrorCode::BadFormat);
    const auto frame = camera.source->next({});
    QVERIFY2(frame.ok(), frame ? "" : frame.error().message().c_str());
    QCOMPARE(numberOf(*frame->pixels), 1);
}

void TestStreamSource::garbage() {
    Camera camera;
    QVERIFY2(camera.source, camera.error.c_str());
    QVERIFY(camera.source->next({}).ok());
    camera.server.sendBytes("no boundary here\r\nnor there\r\n\r\n" + QByteArray(3000, 'x') + "\r\n");
    const auto lost = camera.source->next({});
    QVERIFY(!lost.ok());
    QCOMPARE(lost.error().code, ErrorCode::Disconnected);
    QVERIFY2(says(lost.error(), "no picture"), lost.error().message().c_str());
    QCOMPARE(camera.source->next({}).error().code, ErrorCode::Disconnected);
}

void TestStreamSource::killedServer() {
    Camera camera;
    QVERIFY2(camera.source, camera.error.c_str());
    QVERIFY(camera.source->next({}).ok());
    camera.server.kill();
    const auto lost = camera.source->next({});
    QVERIFY(!lost.ok());
    QCOMPARE(lost.error().code, ErrorCode::Disconnected);
    QVERIFY2(says(lost.error(), "ended the connection"), lost.error().message().c_str());
    QCOMPARE(camera.source->skip({}).error().code, ErrorCode::Disconnected);
    QCOMPARE(openStream(camera.server.url()).error().code, ErrorCode::Disconnected);
    // It comes back under the same address.
    QVERIFY(camera.server.start());
    camera.server.sendFrame();
    const auto again = openStream(camera.server.url());
    QVERIFY2(again.ok(), again ? "" : again.error().message().c_str());
    QCOMPARE(numberOf(*(*again)->next({})->pixels), 1);
}

void TestStreamSource::silentServer() {
    Camera camera;
    QVERIFY2(camera.source, camera.error.c_str());
    QVERIFY(camera.source->next({}).ok());
    const auto lost = camera.source->next({});
    QVERIFY(!lost.ok());
    QCOMPARE(lost.error().code, ErrorCode::Disconnected);
    QVERIFY2(says(lost.error(), "no picture for 2 s"), lost.error().message().c_str());
    // A connection in the midst of a picture cannot go on, even when more comes.
    camera.server.sendFrame();
    QCOMPARE(camera.source->next({}).error().code, ErrorCode::Disconnected);
}

void TestStreamSource::stopEndsABlockedRead() {
    Camera camera;
    QVERIFY2(camera.source, camera.error.c_str());
    QVERIFY(camera.source->next({}).ok());
    std::stop_source stop;
    std::jthread person([&] { stop.request_stop(); });
    const auto frame = camera.source->next(stop.get_token());
    QCOMPARE(frame.error().code, ErrorCode::Cancelled);
}

void TestStreamSource::stopEndsABlockedOpening() {
    MjpegServer server;  // it answers, and sends no picture
    QVERIFY(server.start());
    std::stop_source stop;
    std::jthread person([&] {
        while (server.connections() == 0) {
            std::this_thread::yield();
        }
        stop.request_stop();
    });
    const auto source = openStream(server.url(), stop.get_token());
    QVERIFY(!source.ok());
    QCOMPARE(source.error().code, ErrorCode::Cancelled);
}

void TestStreamSource::nobodyAnswers() {
    int port = 0;
    {
        QTcpServer free;
        QVERIFY(free.listen(QHostAddress::LocalHost));
        port = free.serverPort();
    }
    for (const char* scheme : {"http", "rtsp", "tcp"}) {
        const auto source = openStream(std::string(scheme) + "://me:secret@127.0.0.1:" + std::to_string(port) + "/x");
        QVERIFY(!source.ok());
        QCOMPARE(source.error().code, ErrorCode::Disconnected);
        QVERIFY2(says(source.error(), "Nobody answers"), source.error().message().c_str());
        QVERIFY(!says(source.error(), "secret"));
    }
}

void TestStreamSource::refusals_data() {
    QTest::addColumn<QByteArray>("answer");
    QTest::addColumn<int>("code");
    const QByteArray ok = "HTTP/1.0 200 OK\r\n";
    QTest::newRow("not found") << QByteArray("HTTP/1.0 404 Not Found\r\n\r\n") << int(ErrorCode::NotFound);
    QTest::newRow("password") << QByteArray("HTTP/1.0 401 Unauthorized\r\n\r\n") << int(ErrorCode::Denied);
    QTest::newRow("forbidden") << QByteArray("HTTP/1.0 403 Forbidden\r\n\r\n") << int(ErrorCode::Denied);
    QTest::newRow("a playlist") << ok + "Content-Type: application/vnd.apple.mpegurl\r\n\r\n#EXTM3U\n#EXT-X-VERSION:3\n"
                                        "#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfile:///etc/passwd\n"
                                << int(ErrorCode::Unsupported);
    QTest::newRow("a web page") << ok + "Content-Type: text/html\r\n\r\n<html><body>Hello</body></html>"
                                << int(ErrorCode::BadFormat);
    QTest::newRow("nothing") << ok + "\r\n" << int(ErrorCode::BadFormat);
    QTest::newRow("a file") << QByteArray(
                                   "HTTP/1.1 206 Partial Content\r\nAccept-Ranges: bytes\r\nContent-Length: 100\r\n"
                                   "Content-Range: bytes 0-99/100\r\n\r\n") +
                                   QByteArray(100, 'x')
                            << int(ErrorCode::Unsupported);
    QTest::newRow("elsewhere") << QByteArray("HTTP/1.0 302 Found\r\nLocation: file:///etc/passwd\r\n\r\n")
                               << int(ErrorCode::Disconnected);
    QTest::newRow("parts which are text") << ok + "Content-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n--frame\r\n"
                                                  "Content-Type: text/plain\r\n\r\nhello\r\n"
                                          << int(ErrorCode::Disconnected);
}

void TestStreamSource::refusals() {
    QFETCH(QByteArray, answer);
    QFETCH(int, code);
    MjpegServer server;
    server.setAnswer(answer);
    QVERIFY(server.start());
    const auto source = openStream(server.url());
    QVERIFY(!source.ok());
    QVERIFY2(int(source.error().code) == code, source.error().message().c_str());
    QVERIFY(says(source.error(), server.url().c_str()));
}

void TestStreamSource::transportStreamOverTcp() {
    const QTemporaryDir dir;
    const std::string file = dir.filePath(QStringLiteral("x.ts")).toStdString();
    VideoRecipe recipe;
    recipe.container = "mpegts";
    recipe.bFrames = 0;
    recipe.frames = 40;
    QVERIFY(writeVideo(file, recipe));
    const BytesServer server(fileBytes(file));
    const auto source = openStream("tcp://127.0.0.1:" + std::to_string(server.port));
    QVERIFY2(source.ok(), source ? "" : source.error().message().c_str());
    QCOMPARE((*source)->traits().width, 160);
    int last = -1;
    int frames = 0;
    auto frame = (*source)->next({});
    for (; frame.ok(); frame = (*source)->next({})) {
        const int number = numberOf(*frame->pixels);
        QVERIFY(number > last);
        last = number;
        ++frames;
    }
    QCOMPARE(last, 39);
    QCOMPARE(frames, 40);
    QCOMPARE(frame.error().code, ErrorCode::Disconnected);
}

void TestStreamSource::runningCamera() {
    MjpegServer server;
    QVERIFY(server.start());
    server.run(200.0);
    const auto source = openStream(server.url());
    QVERIFY2(source.ok(), source ? "" : source.error().message().c_str());
    int last = -1;
    for (int k = 0; k < 50; ++k) {
        const auto frame = (*source)->next({});
        QVERIFY(frame.ok());
        QCOMPARE(numberOf(*frame->pixels), last + 1);
        ++last;
    }
    server.stall();
    QCOMPARE(server.clients(), 1);
}

QTEST_GUILESS_MAIN(TestStreamSource)
#include "tst_stream_source.moc"
