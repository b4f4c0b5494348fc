#include "engine/export/video_writer.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>
#include <opencv2/core.hpp>
#include <utility>

#include "engine/export/video_encoder.h"
#include "engine/export/video_muxer.h"
#include "engine/io/atomic_file.h"

namespace fovea {
namespace {

constexpr double kLowestRate = 0.01;
constexpr double kHighestRate = 1000.0;
constexpr AVRational kMillisecond = {1, 1000};  // all that an .mkv can tell apart
constexpr double kMostBesideTurn = 0.25;        // of a turn: times are rounded, and cameras are never quite regular

struct Plan {
    std::string path;
    const CodecSetup* setup = nullptr;
    const char* container = "";
    bool timed = true;  ///< the container keeps the time of each frame
    double rate = 30.0;
    AVRational timeBase = kMillisecond;
};

class FileVideoWriter final : public VideoWriter {
public:
    FileVideoWriter(Plan plan, AtomicFile file) : m_plan(std::move(plan)), m_file(std::move(file)) {}

    Result<void> write(const cv::Mat& pixels, double timestamp) override;
    Result<WrittenVideo> close() override;
    [[nodiscard]] AtomicFile& file() noexcept override { return m_file; }
    [[nodiscard]] std::int64_t frames() const noexcept override { return m_frames; }
    [[nodiscard]] std::int64_t bytes() const noexcept override { return m_file.size(); }

private:
    Result<void> start(int width, int height);
    Result<void> check(const cv::Mat& pixels, double timestamp) const;
    [[nodiscard]] Result<std::int64_t> ticksOf(double timestamp) const;
    int take(AVPacket* packet);
    /// The error of the file where there is one: it says what to do.
    [[nodiscard]] Error failure(int code) const;

    Plan m_plan;
    AtomicFile m_file;
    std::unique_ptr<VideoEncoder> m_encoder;
    std::unique_ptr<VideoMuxer> m_muxer;
    std::int64_t m_frames = 0;
    std::int64_t m_ticks = 0;
    double m_first = 0.0;
    double m_last = 0.0;
};

Error FileVideoWriter::failure(int code) const {
    if (m_file.failure()) {
        return *m_file.failure();
    }
    return makeError(ErrorCode::Unwritable, FOVEA_TEXT("engine", "“%1” cannot be encoded (%2); choose another codec."),
                     {m_plan.path, ffmpegMessage(code)});
}

Result<void> FileVideoWriter::start(int width, int height) {
    auto encoder = VideoEncoder::open(*m_plan.setup, {.width = width,
                                                      .height = height,
                                                      .rate = av_d2q(m_plan.rate, 100000),
                                                      .timeBase = m_plan.timeBase,
                                                      .globalHeader = std::string(m_plan.container) != "avi"});
    if (!encoder) {
        return encoder.error();
    }
    m_encoder = *std::move(encoder);
    if (const int code = VideoMuxer::open(m_file, m_plan.container, *m_encoder, m_muxer); code < 0) {
        m_muxer.reset();
        return failure(code);
    }
    return {};
}

Result<void> FileVideoWriter::check(const cv::Mat& pixels, double timestamp) const {
    if (pixels.empty() || (pixels.type() != CV_8UC3 && pixels.type() != CV_8UC4)) {
        return makeError(ErrorCode::BadShape, FOVEA_TEXT("engine", "A frame of a video has 8-bit colours; this one has not."));
    }
    if (!std::isfinite(timestamp) || (m_frames > 0 && timestamp <= m_last)) {
        return makeError(
            ErrorCode::BadValue,
            FOVEA_TEXT("engine", "The frame at %1 s does not come after the one at %2 s; a recording goes forwards."),
            {std::to_string(timestamp), std::to_string(m_last)});
    }
    if (m_encoder && (pixels.cols != m_encoder->context().width || pixels.rows != m_encoder->context().height)) {
        return makeError(ErrorCode::BadShape,
                         FOVEA_TEXT("engine", "A frame is %1 × %2 and the video %3 × %4; record frames of one size."),
                         {std::to_string(pixels.cols), std::to_string(pixels.rows), std::to_string(m_encoder->context().width),
                          std::to_string(m_encoder->context().height)});
    }
    return {};
}

Result<std::int64_t> FileVideoWriter::ticksOf(double timestamp) const {
    const double exact = m_frames == 0 ? 0.0 : (timestamp - m_first) / av_q2d(m_plan.timeBase);
    const std::int64_t ticks = std::llround(exact);
    if (m_plan.timed) {
        return m_frames == 0 ? 0 : std::max(m_ticks + 1, ticks);  // two frames closer than a tick keep their order
    }
    if (std::abs(exact - static_cast<double>(ticks)) > kMostBesideTurn || (m_frames > 0 && ticks <= m_ticks)) {
        return unsteadyTimes(m_plan.path);
    }
    return ticks;
}

int FileVideoWriter::take(AVPacket* packet) {
    return m_muxer->write(packet, std::max<std::int64_t>(1, std::llround(1.0 / (m_plan.rate * av_q2d(m_plan.timeBase)))));
}

Result<void> FileVideoWriter::write(const cv::Mat& pixels, double timestamp) {
    if (auto good = check(pixels, timestamp); !good) {
        return good;
    }
    if (m_file.failure()) {
        return *m_file.failure();
    }
    if (!m_muxer) {
        if (auto started = start(pixels.cols, pixels.rows); !started) {
            return started;
        }
    }
    const auto ticks = ticksOf(timestamp);
    if (!ticks) {
        return ticks.error();
    }
    const int code = m_encoder->encode(pixels, *ticks, [this](AVPacket* packet) { return take(packet); });
    if (code < 0 || m_file.failure()) {
        return failure(code);
    }
    if (m_frames == 0) {
        m_first = timestamp;
    }
    m_ticks = *ticks;
    m_last = timestamp;
    ++m_frames;
    return {};
}

Result<WrittenVideo> FileVideoWriter::close() {
    if (m_frames == 0) {
        return makeError(ErrorCode::BadValue, FOVEA_TEXT("engine", "There is no frame for “%1”; record at least one."),
                         {m_plan.path});
    }
    int code = m_encoder->flush([this](AVPacket* packet) { return take(packet); });
    if (code >= 0) {
        code = m_muxer->close();
    }
    if (code < 0 || m_file.failure()) {
        return failure(code);
    }
    if (auto synced = m_file.sync(); !synced) {
        return synced.error();
    }
    const auto contents = readVideoContents(m_file.temporary(), m_plan.container, m_plan.rate);
    if (!contents || contents->frames != m_frames) {
        return makeError(ErrorCode::BadFormat,
                         FOVEA_TEXT("engine", "“%1” holds %2 of the %3 frames; what was written is kept as “%4”."),
                         {m_plan.path, std::to_string(contents ? contents->frames : 0), std::to_string(m_frames), m_file.keep()});
    }
    return WrittenVideo{m_plan.path, contents->frames, contents->duration};
}

}  // namespace

VideoWriter::~VideoWriter() = default;

bool keepsTimes(const std::string& path) { return lowerExtension(path) != ".avi"; }

std::optional<double> steadyRate(const std::vector<double>& times, double said) {
    if (times.size() < 2) {
        return said;
    }
    std::vector<double> gaps(times.size());
    std::adjacent_difference(times.begin(), times.end(), gaps.begin());
    gaps.erase(gaps.begin());
    const double shortest = *std::min_element(gaps.begin(), gaps.end());
    const double length = times.back() - times.front();
    // Each gap as a number of the shortest ones: rounded times do not add up this way.
    const double turns = std::accumulate(gaps.begin(), gaps.end(), 0.0,
                                         [shortest](double sum, double gap) { return sum + std::round(gap / shortest); });
    const auto keptTo = [&times](double rate) {
        std::int64_t before = -1;
        return rate >= kLowestRate && rate <= kHighestRate && std::all_of(times.begin(), times.end(), [&](double time) {
                   const double exact = (time - times.front()) * rate;
                   const std::int64_t turn = std::llround(exact);
                   return std::abs(exact - static_cast<double>(turn)) <= kMostBesideTurn && turn > std::exchange(before, turn);
               });
    };
    for (const double rate : {said, static_cast<double>(gaps.size()) / length, turns / length}) {
        if (keptTo(rate)) {
            return rate;
        }
    }
    return std::nullopt;
}

Error unsteadyTimes(const std::string& path) {
    return makeError(ErrorCode::Unsupported,
                     FOVEA_TEXT("engine",
                                "An .avi shows its frames at one rate, and those for “%1” come at uneven times; name an .mkv or "
                                "an .mp4 instead."),
                     {path});
}

Result<WrittenVideo> VideoWriter::finish() {
    auto written = close();
    if (written) {
        if (auto renamed = file().commit(); !renamed) {
            return renamed.error();
        }
    }
    return written;
}

Result<std::unique_ptr<VideoWriter>> VideoWriter::create(const std::string& path, const VideoWriterOptions& options) {
    const auto fallback = defaultVideoCodec(path);
    if (!fallback) {
        return fallback.error();
    }
    const auto fitting = videoCodecsFor(path);
    const std::string extension = lowerExtension(path);
    if (std::none_of(fitting.begin(), fitting.end(), [&](const VideoCodec& codec) { return codec.id == options.codec; })) {
        return makeError(ErrorCode::Unsupported,
                         FOVEA_TEXT("engine", "“%1” cannot hold “%2” here; choose another codec, such as %3."),
                         {path, options.codec, *fallback});
    }
    if (!(options.rate >= kLowestRate && options.rate <= kHighestRate)) {
        return makeError(ErrorCode::BadParameter, FOVEA_TEXT("engine", "A video has %1 to %2 frames per second, not %3."),
                         {"0.01", "1000", std::to_string(options.rate)});
    }
    AtomicFile::removeStale(path, options.keep);
    auto file = AtomicFile::create(path);
    if (!file) {
        return file.error();
    }
    Plan plan{path, findCodecSetup(options.codec), containerFor(extension), keepsTimes(path), options.rate, kMillisecond};
    if (extension == ".mp4") {
        plan.timeBase = {1, 90000};
    } else if (extension == ".avi") {
        plan.timeBase = av_inv_q(av_d2q(options.rate, 100000));
    }
    return std::unique_ptr<VideoWriter>(std::make_unique<FileVideoWriter>(std::move(plan), *std::move(file)));
}

std::int64_t freeSpaceFor(const std::string& path) {
    std::error_code failure;
    const auto folder = std::filesystem::absolute(path, failure).parent_path();
    const auto space = std::filesystem::space(folder, failure);
    return failure ? -1 : static_cast<std::int64_t>(space.available);
}

}  // namespace fovea
