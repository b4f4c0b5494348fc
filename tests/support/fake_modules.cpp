#include "tests/support/fake_modules.h"

#include <array>
#include <chrono>
#include <limits>
#include <new>
#include <opencv2/core/mat.hpp>
#include <stdexcept>
#include <utility>

namespace fovea::test {
namespace {

constexpr int kBusyMilliseconds = 500;
constexpr auto kPatience = std::chrono::minutes(1);

void compute(int milliseconds) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
    while (std::chrono::steady_clock::now() < end) {
    }
}

/// Does what the slot's behaviour says before there is a value.
Result<void> behave(FakeModule& fake, const std::stop_token& stop) {
    switch (fake.behaviour.load()) {
        case FakeBehaviour::Constant:
        case FakeBehaviour::NotFinite:
            return {};
        case FakeBehaviour::Gated:
            fake.gate.pass();
            return {};
        case FakeBehaviour::Stoppable:
            return fake.gate.pass(stop) ? Result<void>() : makeError(ErrorCode::Cancelled, "The fake was stopped.");
        case FakeBehaviour::Busy:
            compute(fake.busyMilliseconds);
            return {};
        case FakeBehaviour::Failing:
            return makeError(ErrorCode::BadValue, "The fake failed.");
        case FakeBehaviour::Throwing:
            throw std::runtime_error("thrown by the fake");
        case FakeBehaviour::OutOfMemory:
            throw std::bad_alloc();
    }
    return {};
}

class Fake final : public AttentionModule {
public:
    Fake(FakeModule& fake, float value) : m_fake(fake), m_value(value) {}

    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override {
        ++m_fake.ran;
        if (auto done = behave(m_fake, input.stop); !done) {
            return done.error();
        }
        const FeatureMap& x = input.features();
        Tensor map(Shape{x.height(), x.width()});
        map.values.assign(map.size(), m_value);
        if (m_fake.behaviour == FakeBehaviour::NotFinite) {
            map.values.back() = std::numeric_limits<float>::quiet_NaN();
        }
        steps.add("value", "a = value", [&] { return map; });
        AttentionOutput output;
        output.frames.push_back(x);
        auto& shown = output.maps.emplace_back();
        shown.name = "spatial";
        shown.title = "Spatial gate";
        shown.data = std::move(map);
        shown.kind = SpatialMap{x.height(), x.width()};
        return output;
    }

private:
    FakeModule& m_fake;
    float m_value;
};

template <int slot>
std::unique_ptr<AttentionModule> create(const InputShape&, const ParamSet& params, const Weights& weights) {
    ++fakeModule(slot).created;
    const auto learned = weights.tensors.find("w");
    const float scale = learned == weights.tensors.end() ? 1.0F : learned->second.values.front();
    return std::make_unique<Fake>(fakeModule(slot), scale * static_cast<float>(params.real("value")));
}

std::vector<WeightSpec> learnedSpecs(const InputShape&, const ParamSet&) { return {{.name = "w", .shape = {2}, .fanIn = 2}}; }

template <int slot>
ModuleInfo makeInfo() {
    ParamSpec value;
    value.key = "value";
    value.label = "Value";
    value.fallback = 0.5;
    ModuleInfo info;
    info.id = "fake" + std::to_string(slot);
    info.title = "Fake " + std::to_string(slot);
    info.domain = Domain::Spatial;
    info.params = {value};
    info.weights = slot >= kFirstLearned ? learnedSpecs : nullptr;
    info.create = create<slot>;
    return info;
}

template <int... slots>
std::array<FakeModule, sizeof...(slots)>& fakes(std::integer_sequence<int, slots...>) {
    static std::array<FakeModule, sizeof...(slots)> all;
    static const bool filled = [] {
        ((all[slots].info = makeInfo<slots>()), ...);
        return true;
    }();
    static_cast<void>(filled);
    return all;
}

}  // namespace

void Gate::open() {
    const std::scoped_lock lock(m_mutex);
    m_open = true;
    m_changed.notify_all();
}

void Gate::close() {
    const std::scoped_lock lock(m_mutex);
    m_open = false;
    m_arrivals = 0;
}

bool Gate::pass(const std::stop_token& stop) {
    std::unique_lock lock(m_mutex);
    ++m_arrivals;
    m_changed.notify_all();
    m_changed.wait(lock, stop, [this] { return m_open; });
    return !stop.stop_requested();
}

bool Gate::waitForArrivals(int count) {
    std::unique_lock lock(m_mutex);
    return m_changed.wait_for(lock, kPatience, [this, count] { return m_arrivals >= count; });
}

FakeModule& fakeModule(int slot) {
    return fakes(std::make_integer_sequence<int, kFakeModules>()).at(static_cast<std::size_t>(slot));
}

void resetFakeModules() {
    for (int slot = 0; slot < kFakeModules; ++slot) {
        auto& fake = fakeModule(slot);
        fake.behaviour = FakeBehaviour::Constant;
        fake.busyMilliseconds = kBusyMilliseconds;
        fake.created = 0;
        fake.ran = 0;
        fake.gate.close();
        fake.info.needs = {};
    }
}

ModuleJob fakeJob(int slot, double value) {
    const auto& info = fakeModule(slot).info;
    ModuleJob job{.info = &info, .params = ParamSet(info.params), .weightsFile = {}, .weights = {}};
    if (auto set = job.params.set(info.params, "value", value); !set) {
        throw std::invalid_argument(set.error().message());
    }
    return job;
}

Frame testFrame(int width, int height, std::uint64_t index) {
    cv::Mat pixels(height, width, CV_8UC3);
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            const auto value = static_cast<unsigned char>((x * 7 + y * 13) % 256);
            pixels.at<cv::Vec3b>(y, x) =
                cv::Vec3b(value, static_cast<unsigned char>(255 - value), static_cast<unsigned char>(x % 256));
        }
    }
    auto source = std::make_shared<const SourceInfo>(SourceInfo{.path = {}, .name = "test", .sha256 = {}, .description = {}});
    return {
        .pixels = std::make_shared<const cv::Mat>(pixels), .width = width, .height = height, .index = index, .source = source};
}

}  // namespace fovea::test
