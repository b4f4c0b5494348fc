#include "app/recording_files.h"

#include <QImage>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <opencv2/core.hpp>
#include <utility>

#include "app/exporter.h"
#include "app/recording_names.h"
#include "engine/export/output_places.h"
#include "engine/io/atomic_file.h"
#include "engine/thrown.h"
#include "widgets/figure/caption_chip.h"

namespace fovea {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

RenderedOverlay rendered(const FrameRecord& record, std::optional<FieldSpec> field, const std::stop_token& stop) {
    const OverlayRequest request{.result = record.result,
                                 .field = std::move(field),
                                 .style = record.style,
                                 .viewport = fullViewport(record.result->frame),
                                 .rangeBefore = record.rangeBefore};
    return render(request, stop);
}

std::string mapName(const FrameRecord& record) {
    const auto module = record.result->find(record.field.job);
    const AttentionMap* map = record.field.map.empty() && module && module->output ? defaultMap(*module->output) : nullptr;
    return map != nullptr ? map->name : record.field.map;
}

OverlayNumbers numbersOf(const RenderedOverlay& overlay, const FrameRecord& record) {
    const ScalarField& field = *overlay.field;
    const FieldStatistics& statistics = *overlay.statistics;
    const ValueRange range = effectiveRange(field, record.style);
    const auto module = record.result->find(record.field.job);
    return {.moduleMilliseconds = module ? module->milliseconds : 0.0,
            .map = mapName(record),
            .min = statistics.min,
            .max = statistics.max,
            .mean = statistics.mean,
            .peakX = field.geometry.originX + (statistics.peak.j + 0.5) * field.geometry.stepX,
            .peakY = field.geometry.originY + (statistics.peak.i + 0.5) * field.geometry.stepY,
            .rangeLo = range.lo,
            .rangeHi = range.hi,
            .smoothing = record.style.autoRange ? record.style.rangeSmoothing : 0.0,
            .overlayOf = record.result->frame.index};
}

FrameRow rowOf(const FrameRecord& record) {
    FrameRow row;
    row.sourceIndex = record.result->frame.index;
    row.sourceTime = record.result->frame.timestamp;
    const auto features = record.result->features(record.field.job.model);
    row.featuresMilliseconds = features ? features->milliseconds : 0.0;
    return row;
}

void writeCaption(cv::Mat& pixels, const QString& text) {
    QImage image(pixels.data, pixels.cols, pixels.rows, static_cast<qsizetype>(pixels.step[0]), QImage::Format_RGB32);
    paintCaptionChip(image, text);
}

Error recordingStopped() { return makeError(ErrorCode::Cancelled, FOVEA_TEXT("engine", "The recording was stopped.")); }

Result<DrawnFrame> draw(const FrameRecord& record, const RecordingOptions& options, const std::stop_token& stop) {
    DrawnFrame out;
    out.record = record;
    out.row = rowOf(record);
    const RenderedOverlay overlay = rendered(record, record.field, stop);
    if (!overlay.pixels) {
        return recordingStopped();
    }
    out.problem = overlay.error;
    out.field = overlay.field;
    out.pixels = *overlay.pixels;  // nobody else has them
    if (overlay.field) {
        out.row.overlay = numbersOf(overlay, record);
        if (options.caption) {
            writeCaption(out.pixels, fieldCaption(*overlay.field));
        }
    }
    if (options.beside) {
        const RenderedOverlay original = rendered(record, std::nullopt, stop);
        if (!original.pixels) {
            return recordingStopped();
        }
        cv::Mat both;
        cv::hconcat(*original.pixels, out.pixels, both);
        out.pixels = both;
    }
    return out;
}

/// The paths of all files of a recording, which it may take.
Result<RecordingOutcome> placesOf(const RecordingOptions& options) {
    OutputPlaces places(options.inputs);
    if (auto taken = places.take(options.path); !taken) {
        return taken.error();
    }
    RecordingOutcome outcome;
    if (options.csv) {
        const auto table = places.takeBeside(besideVideo(options.path, ".csv"), Companion::FrameTable);
        if (!table) {
            return table.error();
        }
        outcome.csvPath = *table;
    }
    const auto description = places.takeBeside(besideVideo(options.path, ".json"), Companion::Description);
    if (!description) {
        return description.error();
    }
    outcome.video.path = options.path;
    outcome.sidecarPath = *description;
    outcome.renamed = places.notes();
    return outcome;
}

}  // namespace

Error diskNearlyFullNote(const std::string& path, std::int64_t frames) {
    return makeError(
        ErrorCode::Unwritable,
        FOVEA_TEXT("engine", "The disk of “%1” is nearly full, so the recording ended at frame %2; free some space."),
        {path, std::to_string(frames)});
}

Result<DrawnFrame> drawFrame(const FrameRecord& record, const RecordingOptions& options, const std::stop_token& stop) {
    try {
        return draw(record, options, stop);
    } catch (const std::exception& failure) {
        return makeError(ErrorCode::TooLarge, FOVEA_TEXT("engine", "A frame cannot be drawn (%1); record a smaller picture."),
                         {reasonOf(failure)});
    }
}

RecordingFiles::RecordingFiles(RecordingOptions options, RecordingOutcome outcome, std::unique_ptr<VideoWriter> video,
                               std::optional<FrameCsv> csv)
    : m_options(std::move(options)), m_outcome(std::move(outcome)), m_video(std::move(video)), m_csv(std::move(csv)) {}

Result<std::unique_ptr<RecordingFiles>> RecordingFiles::create(const RecordingOptions& options) {
    const std::int64_t free = options.freeSpace(options.path);
    if (free >= 0 && free < kBytesKeptFree) {
        return makeError(ErrorCode::Unwritable,
                         FOVEA_TEXT("engine", "Less than %2 MB are free for “%1”; free some space or choose another folder."),
                         {options.path, std::to_string(kBytesKeptFree / 1'000'000)});
    }
    RecordingOptions chosen = options;
    if (chosen.codec.empty()) {
        auto codec = defaultVideoCodec(options.path);
        if (!codec) {
            return codec.error();
        }
        chosen.codec = *std::move(codec);
    }
    if (chosen.isNew) {
        chosen.path = freePath(options.path);
    }
    auto outcome = placesOf(chosen);
    if (!outcome) {
        return outcome.error();
    }
    const auto keep = notedFiles(chosen.recoveryFolder);
    auto video = VideoWriter::create(chosen.path, {chosen.codec, chosen.rate, keep});
    if (!video) {
        return video.error();
    }
    std::optional<FrameCsv> csv;
    if (chosen.csv) {
        auto table = FrameCsv::create(outcome->csvPath, keep);
        if (!table) {
            return table.error();
        }
        csv.emplace(*std::move(table));
    }
    std::unique_ptr<RecordingFiles> files(
        new RecordingFiles(std::move(chosen), *std::move(outcome), *std::move(video), std::move(csv)));
    files->m_asked = options.path;
    files->keepNote();
    return files;
}

void RecordingFiles::keepNote() {
    if (!m_options.keepsNote || m_options.recoveryFolder.empty()) {
        return;
    }
    UnfinishedRecording begun;
    begun.path = fs::absolute(m_video->file().target()).string();
    begun.video = fs::absolute(m_video->file().temporary()).string();
    if (m_csv) {
        begun.table = fs::absolute(m_csv->file().target()).string();
        begun.csv = fs::absolute(m_csv->file().temporary()).string();
    }
    m_note = std::make_unique<RecordingNote>(m_options.recoveryFolder, std::move(begun));
}

Result<void> RecordingFiles::append(const DrawnFrame& frame) {
    const double sourceTime = frame.row.sourceTime;
    if (frames() == 0) {
        m_firstSourceTime = sourceTime;
        m_offset = -sourceTime;
    } else if (sourceTime + m_offset <= m_time) {
        m_offset = m_time + 1.0 / m_options.rate - sourceTime;
    }
    FrameRow row = frame.row;
    row.frame = frames();
    if (auto written = m_video->write(frame.pixels, sourceTime + m_offset); !written) {
        return written;
    }
    m_time = sourceTime + m_offset;
    if (frame.field || !m_last.result) {
        m_last = frame.record;
        m_lastField = frame.field;
        m_lastRow = row;
    }
    if (m_note && row.frame == 0) {
        m_note->describe(sidecar(m_outcome));
    }
    return m_csv ? m_csv->append(row) : Result<void>();
}

bool RecordingFiles::diskNearlyFull() const {
    const std::int64_t free = m_options.freeSpace(m_options.path);
    const double perSecond = m_time > 0.0 ? static_cast<double>(m_video->bytes()) / m_time : 0.0;
    const auto needed = std::max(kBytesKeptFree, static_cast<std::int64_t>(perSecond * kSecondsKeptFree));
    return free >= 0 && free < needed;
}

std::string RecordingFiles::sidecar(const RecordingOutcome& outcome) const {
    const auto module = m_last.result->find(m_last.field.job);
    Json json = {{"program", {{"name", "fovea"}, {"version", version()}}}};
    if (module) {
        json =
            Json::parse(sidecarJson(*m_last.result, m_last.field.job, m_lastField.get(), m_lastField ? &m_last.style : nullptr));
    }
    Json recording = {{"video", fs::path(outcome.video.path).filename().string()},
                      {"codec", m_options.codec},
                      {"frames", frames()},
                      {"dropped", outcome.dropped},
                      {"rate", m_options.rate},
                      {"seconds", m_time},
                      {"firstSourceTime", m_firstSourceTime},
                      {"besideOriginal", m_options.beside},
                      {"caption", m_options.caption},
                      {"rangeSmoothing", m_lastRow.overlay ? m_lastRow.overlay->smoothing : 0.0},
                      // Maps, ranges and field above are those of this one frame; the table has every frame's.
                      {"describedFrame", m_lastRow.frame},
                      {"describedSourceIndex", m_lastRow.sourceIndex}};
    if (m_csv) {
        recording["csv"] = fs::path(outcome.csvPath).filename().string();
    }
    if (outcome.sourceFrames > 0) {
        recording["sourceFrames"] = outcome.sourceFrames;
    }
    if (outcome.note) {
        recording["note"] = outcome.note->message();
    }
    json["recording"] = std::move(recording);
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

Result<RecordingOutcome> RecordingFiles::finish(std::uint64_t dropped, std::optional<Error> note, std::int64_t sourceFrames) {
    RecordingOutcome outcome = m_outcome;
    outcome.dropped = dropped;
    outcome.note = std::move(note);
    outcome.sourceFrames = sourceFrames;
    if (frames() == 0) {
        return makeError(ErrorCode::NotFound,
                         FOVEA_TEXT("engine", "There was no frame to record for “%1”; start the source first."),
                         {m_options.path});
    }
    // Everything which can fail comes before the first rename.
    if (m_csv) {
        if (auto closed = m_csv->close(); !closed) {
            return closed.error();
        }
    }
    auto video = m_video->close();
    if (!video) {
        return video.error();
    }
    outcome.video = *std::move(video);
    const auto named = m_options.isNew ? takeNewNames(outcome) : replace(outcome);
    return named ? Result<RecordingOutcome>(outcome) : Result<RecordingOutcome>(named.error());
}

bool RecordingFiles::leaveForNextStart() {
    if (!m_note || frames() == 0) {
        return false;
    }
    m_video->file().keep();
    if (m_csv) {
        m_csv->file().keep();
    }
    return true;
}

Result<void> RecordingFiles::replace(const RecordingOutcome& outcome) {
    auto description = AtomicFile::stage(outcome.sidecarPath, sidecar(outcome));
    if (!description) {
        return description.error();
    }
    // The video comes last: once it has its name, another Fovea which starts now removes what else the note tells of.
    if (m_csv) {
        if (auto committed = m_csv->commit(); !committed) {
            return committed;
        }
    }
    if (auto committed = description->commit(); !committed) {
        return committed;
    }
    return m_video->file().commit();
}

Result<void> RecordingFiles::takeNewNames(RecordingOutcome& outcome) {
    const auto describe = [&](const std::string& name) {
        outcome.video.path = name;
        outcome.sidecarPath = besideVideo(name, ".json");
        outcome.csvPath = m_csv ? besideVideo(name, ".csv") : std::string();
        return sidecar(outcome);
    };
    const auto path =
        nameRecording({.video = &m_video->file(), .csv = m_csv ? &m_csv->file() : nullptr, .describe = describe}, m_asked);
    return path ? Result<void>() : path.error();
}

}  // namespace fovea
