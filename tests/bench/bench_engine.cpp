// Times of the engine as ratios to named references in the same run; machines are noisy, so no absolute claim is made and nothing
// can fail.

#include <QString>

#include <Eigen/Dense>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <random>
#include <vector>

#include "engine/attention/registry.h"
#include "engine/kernels/level.h"
#include "engine/kernels/ops.h"
#include "engine/models/retina.h"
#include "engine/pipeline/pipeline.h"
#include "engine/render/render.h"
#include "engine/runtime/source_hash.h"

using namespace fovea;

namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// An odd number, so that there is a middle one.
constexpr int kRuns = 21;

/// Medians of processor time of all threads, in milliseconds.
struct Times {
    double ours = 0.0;
    double reference = 0.0;
};

double median(std::vector<double> times) {
    const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
    std::nth_element(times.begin(), middle, times.end());
    return *middle;
}

/// Both in turn, so that what else the machine does meets both alike.
template <class Ours, class Reference>
Times measure(Ours&& ours, Reference&& reference) {
    const auto timed = [](auto&& work) {
        const std::clock_t start = std::clock();
        work();
        return 1e3 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    };
    std::vector<double> first;
    std::vector<double> second;
    ours();  // memory which is kept is obtained now
    reference();
    for (int i = 0; i < kRuns; ++i) {
        first.push_back(timed(ours));
        second.push_back(timed(reference));
    }
    return {median(first), median(second)};
}

FeatureMap randomMap(int c, int h, int w) {
    std::mt19937 generator(1);
    std::normal_distribution<float> normal;
    FeatureMap map(c, h, w);
    std::generate_n(map.data(), map.size(), [&] { return normal(generator); });
    return map;
}

void row(const char* what, const Times& times, const char* referenceName) {
    std::printf("%-34s %9.3f ms   %6.2f × %s\n", what, times.ours, times.ours / times.reference, referenceName);
}

void benchKernels() {
    const FeatureMap x = randomMap(64, 60, 80);
    const auto n = x.cells();
    Tensor weight(Shape{64, 64, 1, 1});
    std::copy_n(x.data(), weight.size(), weight.values.begin());
    Matrix out(64, n);
    const Eigen::Map<const Matrix> xm(x.data(), 64, n);
    const Eigen::Map<const Matrix> wm(weight.values.data(), 64, 64);
    row("1×1 convolution, 64→64, 60×80", measure([&] { (void)ops::conv2d(x, weight, {}); }, [&] { out.noalias() = wm * xm; }),
        "Eigen product (this program's flags)");

    std::vector<float> copy(x.size());
    row("global mean, 64×60×80",
        measure([&] { (void)ops::globalMean(x); }, [&] { std::memcpy(copy.data(), x.data(), x.size() * sizeof(float)); }),
        "memcpy of the map");

    const FeatureMap tokens = randomMap(64, 30, 40);
    const auto naive = [&] {
        const Eigen::Map<const Matrix> q(tokens.data(), 64, tokens.cells());
        Matrix s = (q.transpose() * q) * 0.125F;
        s = (s.colwise() - s.rowwise().maxCoeff()).array().exp().matrix();
        s = s.array().colwise() / s.rowwise().sum().array();
        out = q * s.transpose();
    };
    row("softmax(QᵀK)V, N=1200, d=64", measure([&] { (void)attend(tokens, tokens, tokens, 1, 0.125F, {}); }, naive),
        "Eigen, whole matrix (this program's flags)");
}

/// The picture at a camera's size, sharp and soft in turn, so that something moves.
std::array<Frame, 2> liveFrames(const Frame& from) {
    std::array<Frame, 2> frames = {from, from};
    cv::Mat sharp;
    cv::Mat soft;
    cv::resize(*from.pixels, sharp, cv::Size(640, 480), 0.0, 0.0, cv::INTER_AREA);
    cv::GaussianBlur(sharp, soft, cv::Size(3, 3), 1.0);
    frames[0].pixels = std::make_shared<const cv::Mat>(sharp);
    frames[1].pixels = std::make_shared<const cv::Mat>(soft);
    for (Frame& frame : frames) {
        frame.width = sharp.cols;
        frame.height = sharp.rows;
    }
    return frames;
}

Result<Features> benchRetina(const std::array<Frame, 2>& frames) {
    const auto retina = makeRetina({});
    std::uint64_t index = 0;
    auto features = retina->run(frames[0], {});
    const auto next = [&] {
        ++index;
        Frame frame = frames[index % 2];
        frame.index = index;
        features = retina->run(frame, {});
    };
    cv::Mat reduced;
    const auto reduce = [&] { cv::resize(*frames[0].pixels, reduced, cv::Size(512, 384), 0.0, 0.0, cv::INTER_AREA); };
    row("Retina, 640×480, stride 8", measure(next, reduce), "cv::resize of the picture to 512×384");
    return features;
}

void benchModules(const Features& features) {
    std::vector<float> copy(features.map.size());
    const auto copying = [&] { std::memcpy(copy.data(), features.map.data(), copy.size() * sizeof(float)); };
    const InputShape shape{.channels = features.map.channels(), .height = features.map.height(), .width = features.map.width()};
    for (const auto* info : modules()) {
        const ParamSet params(info->params);
        const auto specs = weightSpecs(*info, shape, params);
        auto module = createModule(*info, shape, params, randomWeights(specs, 1));
        if (!module) {
            std::printf("%-34s %s\n", info->id.c_str(), module.error().message().c_str());
            continue;
        }
        Steps steps;
        row(info->id.c_str(), measure([&] { (void)runModule(*info, **module, {.frames = {&features.map}}, steps); }, copying),
            "memcpy of the features");
    }
}

void benchRender(const Frame& frame) {
    Pipeline pipeline;
    PipelineRequest request{.epoch = 1, .frame = frame, .models = {{RetinaOptions{}, {}}}};
    for (const char* id : {"simam", "se"}) {
        request.models.front().jobs.push_back({.info = findModule(id), .params = ParamSet(findModule(id)->params)});
    }
    const auto result = pipeline.run(request, {});
    const FeatureMap& map = (*result)->models.front().features->map;
    std::vector<float> copy(map.size());
    const auto copying = [&] { std::memcpy(copy.data(), map.data(), copy.size() * sizeof(float)); };
    const cv::Mat screen(675, 900, CV_8UC4);
    cv::Mat target;
    const auto copyScreen = [&] { screen.copyTo(target); };
    for (const auto& job : request.models.front().jobs) {
        const FieldSpec spec{.job = {job.info->id}};
        row(("field and statistics, " + spec.job.source).c_str(),
            measure([&] { (void)fieldStatistics(*makeField(**result, spec)); }, copying), "memcpy of the features");
        const OverlayRequest overlay{*result, spec, {}, {0, 0, 900.0 / frame.width, 900, 675}, 0xFF000000};
        row(("overlay, 900×675, " + spec.job.source).c_str(), measure([&] { (void)render(overlay); }, copyScreen),
            "copy of the pixels");
    }
}

}  // namespace

int main() {
    std::printf("engine for %s, OpenCV on %d threads; processor time\n", kernelLevel(), cv::getNumThreads());
    benchKernels();
    const auto frame = loadFrame(QStringLiteral(FOVEA_SOURCE_DIR "/resources/samples/astronaut.png"));
    if (!frame) {
        std::printf("%s\n", frame.error().message().c_str());
        return 1;
    }
    const auto frames = liveFrames(*frame);
    const auto features = benchRetina(frames);
    if (!features) {
        std::printf("%s\n", features.error().message().c_str());
        return 1;
    }
    benchModules(*features);
    benchRender(frames[0]);
    return 0;
}
