#pragma once

#include <QByteArray>
#include <QSize>
#include <QThread>

#include <atomic>
#include <memory>

namespace fovea::test {

class MjpegServing;

/// A camera on the network, for tests: sends Motion JPEG over HTTP to whoever connects to 127.0.0.1. Every picture bears its
/// number in its pixels, to be read back by numberOf() of video_files.h; the first is 0. It lives in a thread of its own, so that
/// a test may block in reading. All functions may be called from the test's thread; they return when the server has done what
/// they say.
///
/// Either the test sends each picture by sendFrame(), or run() sends them at a rate. A picture which is sent while nobody is
/// connected is kept and given to the next one who connects, so a test needs no waiting: start(), sendFrame(), open the source.
class MjpegServer final {
public:
    MjpegServer();
    MjpegServer(const MjpegServer&) = delete;
    MjpegServer& operator=(const MjpegServer&) = delete;
    ~MjpegServer();

    /// Listens on a free port, or again on the earlier one after kill(), so that a source can reconnect. False when it cannot.
    bool start();
    /// "http://127.0.0.1:port/video".
    [[nodiscard]] std::string url() const;
    [[nodiscard]] int port() const noexcept { return m_port; }

    /// Size of the pictures from the next one on; 160×120 at first.
    void setSize(const QSize& size);
    /// What the answer begins with instead of a Motion JPEG header, e.g. "HTTP/1.0 404 Not Found\r\n\r\n"; nothing follows it.
    void setAnswer(const QByteArray& answer);

    /// Sends the next picture. Returns its number.
    int sendFrame();
    /// Sends pictures by itself, `rate` a second, from now on.
    void run(double rate);
    /// Sends nothing further by itself; connections stay open.
    void stall();
    /// Sends bytes as they are, in between pictures.
    void sendBytes(const QByteArray& bytes);
    /// Sends a picture's frame around bytes which are no picture.
    void sendDamagedFrame();
    /// Ends all connections and listens no more.
    void kill();

    [[nodiscard]] int clients() const noexcept;      ///< connected now
    [[nodiscard]] int connections() const noexcept;  ///< which there have been
    [[nodiscard]] int sent() const noexcept;         ///< pictures sent

private:
    QThread m_thread;
    MjpegServing* m_serving;
    int m_port = 0;
};

}  // namespace fovea::test
