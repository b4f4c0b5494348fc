#pragma once

#include <QProcess>
#include <QString>

#include <optional>
#include <string>

/// A PyTorch reference as a child process which answers requests, one line each: tests/bench/reference.py time --serve, or
/// another script which speaks the same way.
class ReferenceProcess {
public:
    /// Starts it; without PyTorch it does not run and problem() says why.
    ReferenceProcess(const QString& script, const QStringList& arguments);
    ~ReferenceProcess();
    ReferenceProcess(const ReferenceProcess&) = delete;
    ReferenceProcess& operator=(const ReferenceProcess&) = delete;

    [[nodiscard]] bool running() const noexcept { return m_running; }
    /// "PyTorch 1.13.1, NumPy 1.24.2".
    [[nodiscard]] const std::string& version() const noexcept { return m_version; }
    /// What went wrong last, in one sentence.
    [[nodiscard]] const std::string& problem() const noexcept { return m_problem; }

    /// Loads a case (a file, or what else the script takes): the largest difference of PyTorch's output from the file's, as a
    /// share of its largest value. Nothing where that fails.
    std::optional<double> load(const std::string& what);
    /// Processor time of one run of what is loaded, in nanoseconds, the mean of `runs`. Nothing where that fails.
    std::optional<double> run(int runs);

private:
    /// The next line's text after "ok "; nothing, and problem(), where it is an error or does not come.
    std::optional<std::string> answer();
    /// Why no answer comes: its last words, and how it ended.
    std::string ending();
    std::optional<double> request(const QString& line);

    QProcess m_process;
    bool m_running = false;
    std::string m_version;
    std::string m_problem;
};
