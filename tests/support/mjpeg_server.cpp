#include "tests/support/mjpeg_server.h"

#include <QTcpServer>
#include <QTcpSocket>
#include <QTimer>
#include <opencv2/imgcodecs.hpp>

#include "tests/support/image_bytes.h"
#include "tests/support/video_files.h"

namespace fovea::test {
namespace {

const QByteArray kHeader =
    "HTTP/1.0 200 OK\r\nCache-Control: no-cache\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n";

QByteArray part(const QByteArray& jpeg) {
    return "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: " + QByteArray::number(jpeg.size()) + "\r\n\r\n" + jpeg +
           "\r\n";
}

QByteArray jpegOf(int number, const QSize& size) {
    const Bytes bytes = encoded(".jpg", numberedPicture(number, size.width(), size.height()));
    return {reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size())};
}

}  // namespace

/// The part of the server which lives in its thread.
class MjpegServing final : public QObject {
public:
    bool listen(int port) {
        m_server = new QTcpServer(this);
        connect(m_server, &QTcpServer::newConnection, this, &MjpegServing::accept);
        return m_server->listen(QHostAddress::LocalHost, static_cast<quint16>(port));
    }

    [[nodiscard]] int port() const { return m_server->serverPort(); }

    void close() {
        stall();
        delete m_server;
        m_server = nullptr;
        const QList<QTcpSocket*> all = std::exchange(m_ready, {}) + std::exchange(m_waiting, {});
        for (QTcpSocket* socket : all) {
            socket->disconnect(this);
            socket->abort();
            socket->deleteLater();
        }
        m_kept.clear();
        clients = 0;
    }

    int sendFrame() {
        const int number = sent++;
        send(part(jpegOf(number, size)));
        return number;
    }

    void run(double rate) {
        stall();
        m_timer = new QTimer(this);
        m_timer->setTimerType(Qt::PreciseTimer);
        connect(m_timer, &QTimer::timeout, this, [this] {
            if (!m_ready.isEmpty()) {
                sendFrame();
            }
        });
        m_timer->start(static_cast<int>(1000.0 / rate));
    }

    void stall() {
        delete m_timer;
        m_timer = nullptr;
    }

    void send(const QByteArray& bytes) {
        if (m_ready.isEmpty()) {
            m_kept += bytes;
        }
        for (QTcpSocket* socket : std::as_const(m_ready)) {
            socket->write(bytes);
            socket->flush();
        }
    }

    QSize size{160, 120};
    QByteArray answer;
    std::atomic<int> clients = 0;
    std::atomic<int> connections = 0;
    std::atomic<int> sent = 0;

private:
    void accept() {
        while (QTcpSocket* socket = m_server->nextPendingConnection()) {
            m_waiting << socket;
            ++clients;
            ++connections;
            connect(socket, &QTcpSocket::readyRead, this, [this, socket] { reply(socket); });
            connect(socket, &QTcpSocket::disconnected, this, [this, socket] {
                m_waiting.removeAll(socket);
                m_ready.removeAll(socket);
                --clients;
                socket->deleteLater();
            });
        }
    }

    /// Answers when the request is there whole; what a client says later is of no interest.
    void reply(QTcpSocket* socket) {
        if (!m_waiting.contains(socket) || !socket->peek(65536).contains("\r\n\r\n")) {
            return;
        }
        socket->readAll();
        m_waiting.removeAll(socket);
        if (!answer.isEmpty()) {
            socket->write(answer);
            socket->disconnectFromHost();
            return;
        }
        socket->write(kHeader + std::exchange(m_kept, {}));
        socket->flush();
        m_ready << socket;
    }

    QTcpServer* m_server = nullptr;
    QTimer* m_timer = nullptr;
    QList<QTcpSocket*> m_waiting;  ///< which have not asked yet
    QList<QTcpSocket*> m_ready;
    QByteArray m_kept;
};

namespace {

/// Runs `work` in the server's thread and waits for it.
template <class Work>
void inThread(MjpegServing* serving, Work work) {
    QMetaObject::invokeMethod(serving, std::move(work), Qt::BlockingQueuedConnection);
}

}  // namespace

MjpegServer::MjpegServer() : m_serving(new MjpegServing) {
    m_serving->moveToThread(&m_thread);
    m_thread.start();
}

MjpegServer::~MjpegServer() {
    inThread(m_serving, [this] {
        m_serving->close();
        delete m_serving;
    });
    m_thread.quit();
    m_thread.wait();
}

bool MjpegServer::start() {
    bool listens = false;
    inThread(m_serving, [&] {
        listens = m_serving->listen(m_port);
        m_port = m_serving->port();
    });
    return listens;
}

std::string MjpegServer::url() const { return "http://127.0.0.1:" + std::to_string(m_port) + "/video"; }

void MjpegServer::setSize(const QSize& size) {
    inThread(m_serving, [&] { m_serving->size = size; });
}

void MjpegServer::setAnswer(const QByteArray& answer) {
    inThread(m_serving, [&] { m_serving->answer = answer; });
}

int MjpegServer::sendFrame() {
    int number = 0;
    inThread(m_serving, [&] { number = m_serving->sendFrame(); });
    return number;
}

void MjpegServer::run(double rate) {
    inThread(m_serving, [&] { m_serving->run(rate); });
}

void MjpegServer::stall() {
    inThread(m_serving, [&] { m_serving->stall(); });
}

void MjpegServer::sendBytes(const QByteArray& bytes) {
    inThread(m_serving, [&] { m_serving->send(bytes); });
}

void MjpegServer::sendDamagedFrame() { sendBytes(part(QByteArray(300, 'x'))); }

void MjpegServer::kill() {
    inThread(m_serving, [&] { m_serving->close(); });
}

int MjpegServer::clients() const noexcept { return m_serving->clients; }
int MjpegServer::connections() const noexcept { return m_serving->connections; }
int MjpegServer::sent() const noexcept { return m_serving->sent; }

}  // namespace fovea::test
