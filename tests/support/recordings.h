#pragma once

#include <QDir>
#include <QFile>
#include <QTemporaryDir>

#include <nlohmann/json.hpp>

#include "app/recorder.h"
#include "engine/attention/registry.h"
#include "tests/support/fake_source.h"
#include "tests/support/files.h"

namespace fovea::test {

inline constexpr std::int64_t kPlenty = 1'000'000'000'000;

inline QStringList entries(const QTemporaryDir& folder) {
    return QDir(folder.path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot, QDir::Name);
}

inline nlohmann::json parsed(const QString& path) { return nlohmann::json::parse(contents(path).toStdString()); }

inline QString sentence(const Error& error) { return QString::fromStdString(error.message()); }

/// Rows of the table, the names first; no field of these tests holds a comma.
inline QList<QByteArrayList> table(const QString& path) {
    QList<QByteArrayList> rows;
    QByteArrayList lines = contents(path).split('\n');
    if (lines.takeLast().isEmpty()) {
        for (const auto& line : lines) {
            rows << line.split(',');
        }
    }
    return rows;
}

struct Column {
    int frame = 0, sourceIndex = 1, sourceTime = 2, module = 4, map = 5, min = 6, max = 7, mean = 8, peakX = 9, peakY = 10,
        rangeLo = 11, rangeHi = 12, smoothing = 13, overlayOf = 14;
};
inline constexpr Column kColumn;

/// A recording of a film with SimAM, lossless.
inline FileRecordingJob jobFor(const FakeFilm& film, const QString& path) {
    FileRecordingJob job;
    job.open = [film](const std::stop_token&) -> Result<std::unique_ptr<FrameSource>> {
        return std::unique_ptr<FrameSource>(std::make_unique<FakeSource>(film));
    };
    const ModuleInfo& info = *findModule("simam");
    job.module = {.info = &info, .params = ParamSet(info.params), .weightsFile = {}, .weights = {}};
    job.field.job.source = info.id;
    job.recording.path = path.toStdString();
    job.recording.codec = "ffv1";
    job.recording.caption = false;
    job.recording.freeSpace = [](const std::string&) { return kPlenty; };
    return job;
}

inline bool same(const cv::Mat& a, const cv::Mat& b) { return a.size() == b.size() && cv::norm(a, b, cv::NORM_INF) == 0.0; }

}  // namespace fovea::test
