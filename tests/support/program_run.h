#pragma once

#include <QProcess>
#include <QString>
#include <QStringList>

#include <sys/resource.h>

#include <functional>

namespace fovea::test {

/// How a run of the program ended, and its sentences.
struct Outcome {
    int status = -1;  ///< −1: the program did not end in time
    QString out;
    QString err;
};

/// Runs the program with these arguments; `prepare` may change environment, folder and limits of the process before.
inline Outcome runProgram(const QStringList& arguments, const std::function<void(QProcess&)>& prepare = {}) {
    constexpr int kPatience = 240000;
    QProcess program;
    if (prepare) {
        prepare(program);
    }
    program.start(QStringLiteral(FOVEA_BINARY_DIR "/bin/fovea"), arguments);
    if (!program.waitForFinished(kPatience)) {
        return {};
    }
    return {program.exitCode(), QString::fromUtf8(program.readAllStandardOutput()),
            QString::fromUtf8(program.readAllStandardError())};
}

/// Limits the size of the files which a process may write.
inline void limitFiles(QProcess& program, rlim_t bytes) {
    program.setChildProcessModifier([bytes] {
        const rlimit limit = {bytes, RLIM_INFINITY};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    });
}

}  // namespace fovea::test
