#include "app/commands/render_video.h"

#include <QCoreApplication>
#include <QFileInfo>

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "app/commands/command_line.h"
#include "app/commands/commands.h"
#include "app/commands/interrupt.h"

namespace fovea {
namespace {

/// A sentence about a codec which is not to be had for this file; empty when all is well.
QString codecComplaint(const RecordingOptions& options) {
    QStringList names;
    for (const auto& codec : videoCodecsFor(options.path)) {
        names << QString::fromStdString(codec.id);
    }
    const QString wanted = QString::fromStdString(options.codec);
    if (wanted.isEmpty() || names.contains(wanted)) {
        return {};
    }
    return QCoreApplication::translate("CommandLine", "“%1” does not go into “%2” here; choose one of %3.")
        .arg(wanted, QString::fromStdString(options.path), names.join(QStringLiteral(", ")));
}

Result<SourceSpec> finiteSource(const QString& input) {
    auto spec = sourceSpecFor(input.toStdString());
    if (!spec || spec->kind == SourceKind::Video || spec->kind == SourceKind::Folder) {
        return spec;
    }
    if (spec->kind == SourceKind::Image) {
        return makeError(ErrorCode::Unsupported, FOVEA_TEXT("engine", "“%1” is a single picture; write it as a .png."),
                         {input.toStdString()});
    }
    return makeError(ErrorCode::Unsupported, FOVEA_TEXT("engine", "“%1” is live and has no end; record it in the window."),
                     {input.toStdString()});
}

/// A line which counts, for a person who waits; a file or a pipe gets the paths alone.
void showProgress(std::int64_t done, std::int64_t total) {
    if (total > 0) {
        std::printf("\r%lld / %lld", static_cast<long long>(done), static_cast<long long>(total));
    } else {
        std::printf("\r%lld", static_cast<long long>(done));
    }
    std::fflush(stdout);
}

}  // namespace

bool isVideoName(const QString& path) {
    const QString suffix = QFileInfo(path).suffix().toLower();
    return suffix == QLatin1String("mp4") || suffix == QLatin1String("mkv") || suffix == QLatin1String("avi");
}

int renderVideo(const QString& input, FileRecordingJob job) {
    if (const QString complaint = codecComplaint(job.recording); !complaint.isEmpty()) {
        return complain(complaint, kExitUsage);
    }
    const auto spec = finiteSource(input);
    if (!spec) {
        return complain(spec.error());
    }
    job.open = [&spec](const std::stop_token& stop) { return openSource(*spec, stop); };
    const bool watched = ::isatty(STDOUT_FILENO) == 1;
    const auto outcome = [&] {
        const Interrupt interrupt;
        return recordFile(job, interrupt.token(), watched ? RecordingProgress(showProgress) : RecordingProgress());
    }();
    if (watched) {
        std::printf("\r\033[K");
    }
    if (!outcome) {
        return complain(outcome.error());
    }
    for (const auto& path : {outcome->video.path, outcome->csvPath, outcome->sidecarPath}) {
        if (!path.empty()) {
            printLine(QString::fromStdString(path));
        }
    }
    remark(outcome->renamed);
    return outcome->note ? complain(*outcome->note) : kExitDone;
}

}  // namespace fovea
