#include "tests/support/fake_feed.h"

#include <algorithm>
#include <opencv2/core.hpp>
#include <utility>

namespace fovea::test {
namespace {

class FakeSource final : public FrameSource {
public:
    explicit FakeSource(FakeFeed& feed)
        : m_feed(feed), m_source(std::make_shared<const SourceInfo>(SourceInfo{.path = {}, .name = feed.traits.name})) {
        ++m_feed.alive;
    }
    ~FakeSource() override { --m_feed.alive; }

    [[nodiscard]] const SourceTraits& traits() const noexcept override { return m_feed.traits; }

    Result<Frame> next(const std::stop_token& stop) override {
        if (m_feed.traits.live) {
            if (!m_feed.waitForOne(stop)) {
                return makeError(ErrorCode::Cancelled, "stopped");
            }
        } else if (m_next >= m_feed.traits.frames) {
            return makeError(ErrorCode::Ended, "ended");
        }
        if (auto error = m_feed.takeError()) {
            return *error;
        }
        const std::int64_t index = m_next++;
        if (auto damage = m_feed.takeDamage(index)) {
            return *damage;
        }
        Frame frame = FakeFeed::frame(static_cast<std::uint64_t>(index), m_source);
        frame.timestamp = timeOf(index);
        frame.captured = std::chrono::steady_clock::now();
        return frame;
    }

    Result<void> skip(const std::stop_token&) override {
        ++m_next;
        return {};
    }

    Result<void> seek(std::int64_t index, const std::stop_token&) override {
        ++m_feed.seeks;
        m_next = index;
        return {};
    }

    [[nodiscard]] double timeOf(std::int64_t index) const override {
        return m_feed.traits.rate > 0.0 ? static_cast<double>(index) / m_feed.traits.rate : 0.0;
    }

private:
    FakeFeed& m_feed;
    std::shared_ptr<const SourceInfo> m_source;
    std::int64_t m_next = 0;
};

}  // namespace

FakeFeed::FakeFeed(SourceTraits what) : traits(std::move(what)) { opening.open(); }

Capture::Open FakeFeed::open() {
    return [this](const SourceSpec&, const std::stop_token& stop) -> Result<std::unique_ptr<FrameSource>> {
        if (!opening.pass(stop)) {
            return makeError(ErrorCode::Cancelled, "stopped");
        }
        if (auto error = refusal()) {
            return *error;
        }
        return std::unique_ptr<FrameSource>(std::make_unique<FakeSource>(*this));
    };
}

void FakeFeed::release(int count) {
    {
        const std::scoped_lock lock(m_mutex);
        m_released += count;
    }
    m_changed.notify_all();
}

void FakeFeed::fail(Error error) {
    {
        const std::scoped_lock lock(m_mutex);
        m_error = std::move(error);
        ++m_released;
    }
    m_changed.notify_all();
}

void FakeFeed::damage(std::int64_t index) {
    const std::scoped_lock lock(m_mutex);
    m_damage.emplace(index, makeError(ErrorCode::BadFormat, "Frame %1 is damaged.", {std::to_string(index)}));
}

void FakeFeed::refuse(Error error) {
    const std::scoped_lock lock(m_mutex);
    m_refusal = std::move(error);
}

Frame FakeFeed::frame(std::uint64_t index, const std::shared_ptr<const SourceInfo>& source) {
    const auto grey = static_cast<double>(index * 4 % 256);
    return {.pixels = std::make_shared<const cv::Mat>(32, 48, CV_8UC3, cv::Scalar::all(grey)),
            .width = 48,
            .height = 32,
            .index = index,
            .source = source};
}

bool FakeFeed::waitForOne(const std::stop_token& stop) {
    std::unique_lock lock(m_mutex);
    if (!m_changed.wait(lock, stop, [this] { return m_released > 0; })) {
        return false;
    }
    --m_released;
    return true;
}

std::optional<Error> FakeFeed::takeError() {
    const std::scoped_lock lock(m_mutex);
    return m_released == 0 ? std::exchange(m_error, std::nullopt) : std::nullopt;
}

std::optional<Error> FakeFeed::takeDamage(std::int64_t index) {
    const std::scoped_lock lock(m_mutex);
    const auto it = m_damage.find(index);
    return it == m_damage.end() ? std::nullopt : std::optional(it->second);
}

std::optional<Error> FakeFeed::refusal() {
    const std::scoped_lock lock(m_mutex);
    return m_refusal;
}

SourceTraits liveTraits() {
    return {.kind = SourceKind::Camera, .name = "fake camera", .live = true, .rate = 30.0, .width = 48, .height = 32};
}

SourceTraits fileTraits(std::int64_t frames, double rate) {
    return {.kind = SourceKind::Video,
            .name = "fake.mp4",
            .live = false,
            .seekable = true,
            .rate = rate,
            .frames = frames,
            .duration = static_cast<double>(frames) / rate,
            .width = 48,
            .height = 32};
}

int greyIndex(const cv::Mat& pixels) { return pixels.at<cv::Vec3b>(0, 0)[0] / 4; }

}  // namespace fovea::test
