#include "engine/runtime/matter_job.h"

#include <utility>

namespace fovea {

MatterJob::MatterJob(QObject* parent) : QObject(parent) {}

MatterJob::~MatterJob() { stopAndWait(); }

void MatterJob::start(MatterRequest request) {
    stopAndWait();
    m_stop = std::stop_source();
    const quint64 number = ++m_number;
    // What the thread reports is queued to this object's thread and dropped there if another job has begun meanwhile.
    const auto report = [this, number](int done, int total) {
        QMetaObject::invokeMethod(
            this,
            [this, number, done, total] {
                if (number == m_number) {
                    Q_EMIT progressed(done, total);
                }
            },
            Qt::QueuedConnection);
    };
    auto work = [this, number, report, request = std::move(request), stop = m_stop.get_token()] {
        auto result = measureMatter(request, stop, report);
        QMetaObject::invokeMethod(
            this,
            [this, number, result = std::move(result)] {
                if (number != m_number) {
                    return;
                }
                m_thread->wait();
                m_thread.reset();
                Q_EMIT finished(result);
            },
            Qt::QueuedConnection);
    };
    m_thread.reset(QThread::create(std::move(work)));
    m_thread->setObjectName(QStringLiteral("matter"));
    m_thread->start();
}

void MatterJob::cancel() { m_stop.request_stop(); }

void MatterJob::stopAndWait() {
    ++m_number;
    m_stop.request_stop();
    if (m_thread) {
        m_thread->wait();
        m_thread.reset();
    }
}

}  // namespace fovea
