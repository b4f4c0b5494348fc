#include "tests/bench/reference_process.h"

#include <QFileInfo>

namespace {

constexpr int kPatience = 600'000;  // milliseconds: the slowest module on a busy machine

/// Debian's interpreter, which finds Debian's python3-torch, whatever else comes first on the path.
QString interpreter() {
    const QString debian = QStringLiteral("/usr/bin/python3");
    return QFileInfo::exists(debian) ? debian : QStringLiteral("python3");
}

}  // namespace

ReferenceProcess::ReferenceProcess(const QString& script, const QStringList& arguments) {
    m_process.setProcessChannelMode(QProcess::SeparateChannels);
    m_process.start(interpreter(), QStringList(script) + arguments);
    m_running = true;
    const auto greeting = answer();
    m_running = greeting.has_value();
    m_version = greeting.value_or("");
}

ReferenceProcess::~ReferenceProcess() {
    m_process.closeWriteChannel();  // it ends with its input
    if (m_process.state() != QProcess::NotRunning && !m_process.waitForFinished()) {
        m_process.kill();
        m_process.waitForFinished();
    }
}

std::optional<double> ReferenceProcess::load(const std::string& what) {
    return request(QStringLiteral("load ") + QString::fromStdString(what));
}

std::optional<double> ReferenceProcess::run(int runs) { return request(QStringLiteral("run %1").arg(runs)); }

std::optional<double> ReferenceProcess::request(const QString& line) {
    if (!m_running) {
        return std::nullopt;
    }
    m_process.write((line + QLatin1Char('\n')).toUtf8());
    const auto text = answer();
    return text ? std::optional(QString::fromStdString(*text).toDouble()) : std::nullopt;
}

std::string ReferenceProcess::ending() {
    const auto lines = QString::fromUtf8(m_process.readAllStandardError()).trimmed().split(QLatin1Char('\n'));
    const QString state = m_process.state() == QProcess::NotRunning ? QStringLiteral("status %1").arg(m_process.exitCode())
                                                                    : m_process.errorString();
    return (lines.back().isEmpty() ? state : lines.back() + QStringLiteral(", ") + state).toStdString();
}

std::optional<std::string> ReferenceProcess::answer() {
    while (!m_process.canReadLine()) {
        if (!m_process.waitForReadyRead(kPatience)) {
            m_problem = ending();
            m_running = false;
            return std::nullopt;
        }
    }
    const std::string line = QString::fromUtf8(m_process.readLine()).trimmed().toStdString();
    if (!line.starts_with("ok ")) {
        m_problem = line;
        return std::nullopt;
    }
    return line.substr(3);
}
