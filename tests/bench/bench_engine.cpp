// Times of the engine as ratios to named references in the same run; machines are noisy, so no absolute claim is made and nothing
// can fail.

#include <QString>

#include <Eigen/Dense>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <opencv2/core.hpp>
#include <random>
#include <vector>

#include "engine/attention/registry.h"
#include "engine/models/retina.h"
#include "engine/pipeline/pipeline.h"
#include "engine/render/render.h"
#include "engine/runtime/source_hash.h"
#include "engine/tensor/ops.h"

using namespace fovea;

namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Best of several runs, in milliseconds.
template <class Work>
double best(Work&& work, int runs = 7) {
    double shortest = 1e300;
    for (int i = 0; i < runs; ++i) {
        const auto start = std::chrono::steady_clock::now();
        work();
        const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
        shortest = std::min(shortest, took.count());
    }
    return shortest;
}

FeatureMap randomMap(int c, int h, int w) {
    std::mt19937 generator(1);
    std::normal_distribution<float> normal;
    FeatureMap map(c, h, w);
    std::generate_n(map.data(), map.size(), [&] { return normal(generator); });
    return map;
}

void row(const char* what, double ours, double reference, const char* referenceName) {
    std::printf("%-34s %9.3f ms   %6.2f × %s\n", what, ours, ours / reference, referenceName);
}

void benchKernels() {
    const FeatureMap x = randomMap(64, 60, 80);
    const auto n = x.cells();
    Tensor weight(Shape{64, 64, 1, 1});
    std::copy_n(x.data(), weight.size(), weight.values.begin());
    Matrix out(64, n);
    const Eigen::Map<const Matrix> xm(x.data(), 64, n);
    const Eigen::Map<const Matrix> wm(weight.values.data(), 64, 64);
    const double product = best([&] { out.noalias() = wm * xm; });
    row("1×1 convolution, 64→64, 60×80", best([&] { (void)ops::conv2d(x, weight, {}); }), product,
        "Eigen product (this program's flags)");

    std::vector<float> copy(x.size());
    const double copied = best([&] { std::memcpy(copy.data(), x.data(), x.size() * sizeof(float)); });
    row("global mean, 64×60×80", best([&] { (void)ops::globalMean(x); }), copied, "memcpy of the map");

    const FeatureMap tokens = randomMap(64, 30, 40);
    const auto naive = [&] {
        const Eigen::Map<const Matrix> q(tokens.data(), 64, tokens.cells());
        Matrix s = (q.transpose() * q) * 0.125F;
        s = (s.colwise() - s.rowwise().maxCoeff()).array().exp().matrix();
        s = s.array().colwise() / s.rowwise().sum().array();
        out = q * s.transpose();
    };
    row("softmax(QᵀK)V, N=1200, d=64", best([&] { (void)attend(tokens, tokens, tokens, 1, 0.125F, {}); }), best(naive),
        "Eigen, whole matrix (this program's flags)");
}

void benchModules(const Features& features) {
    std::vector<float> copy(features.map.size());
    const double copied = best([&] { std::memcpy(copy.data(), features.map.data(), copy.size() * sizeof(float)); });
    const InputShape shape{.channels = features.map.channels(), .height = features.map.height(), .width = features.map.width()};
    for (const auto* info : modules()) {
        const ParamSet params(info->params);
        const auto specs = weightSpecs(*info, shape, params);
        auto module = createModule(*info, shape, params, randomWeights(specs, 1));
        if (!module) {
            std::printf("%-34s %s\n", info->id.c_str(), module.error().message().c_str());
            continue;
        }
        Trace trace;
        const double time = best([&] { (void)runModule(*info, **module, {.frames = {&features.map}}, trace); }, 3);
        row(info->id.c_str(), time, copied, "memcpy of the features");
    }
}

}  // namespace

int main() {
    std::printf("engine for %s, OpenCV on %d threads\n", engineLevel(), cv::getNumThreads());
    benchKernels();
    const auto frame = loadFrame(QStringLiteral(FOVEA_SOURCE_DIR "/resources/samples/astronaut.png"));
    if (!frame) {
        std::printf("%s\n", frame.error().message().c_str());
        return 1;
    }
    const auto retina = makeRetina({});
    auto features = retina->run(*frame, {});
    const double copied = best([&] { (void)frame->pixels->clone(); });
    row("Retina, 512×512, stride 8", best([&] { features = retina->run(*frame, {}); }), copied, "copy of the picture");
    benchModules(*features);

    Pipeline pipeline;
    const auto* simam = findModule("simam");
    const auto result = pipeline.run(
        {.epoch = 1, .frame = *frame, .retina = {}, .jobs = {{.info = simam, .params = ParamSet(simam->params)}}}, {});
    const OverlayRequest overlay{*result, FieldSpec{.module = "simam"}, {}, {0, 0, 2.0, 1024, 1024}, 0xFF000000};
    cv::Mat screen(1024, 1024, CV_8UC4);
    row("overlay, 1024×1024", best([&] { (void)render(overlay); }), best([&] { (void)screen.clone(); }), "copy of the pixels");
    return 0;
}
