// A camera of 640×480 at 30 frames a second through the whole window: how many overlays are painted, how old they are then, and
// where the time goes. It measures; nothing can fail.

#include <algorithm>
#include <cstdio>

#include "engine/attention/registry.h"
#include "engine/kernels/level.h"
#include "engine/models/bundle.h"
#include "tests/bench/live_rig.h"
#include "tests/support/loop_gaps.h"
#include "widgets/canvas.h"

using namespace fovea;
using namespace fovea::bench;

namespace {

constexpr int kWarmUp = 3000;
constexpr int kMeasured = 10000;

double milliseconds(std::chrono::steady_clock::duration d) { return std::chrono::duration<double, std::milli>(d).count(); }

double quantile(std::vector<double> values, double share) {
    if (values.empty()) {
        return 0.0;
    }
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1) + 0.5);
    std::nth_element(values.begin(), at, values.end());
    return *at;
}

/// Sums over the overlays which were painted.
struct Measured {
    std::vector<double> latencies;
    double waited = 0.0;
    double features = 0.0;
    double module = 0.0;
    double render = 0.0;

    void add(const RenderedOverlay& overlay) {
        const auto& result = *overlay.request.result;
        const auto module_ = result.find(overlay.request.field->job);
        latencies.push_back(milliseconds(std::chrono::steady_clock::now() - result.frame.captured));
        waited += milliseconds(result.started - result.frame.captured);
        features += result.models.front().features->milliseconds;
        module += module_ ? module_->milliseconds : 0.0;
        render += overlay.milliseconds;
    }
};

void measure(WindowRig& rig, const char* id) {
    rig.session().paneControl().setModule(QString::fromLatin1(id));
    WindowRig::spin(kWarmUp);
    Measured m;
    test::LoopGaps gaps;
    QObject scope;
    QObject::connect(rig.window().findChild<Canvas*>(), &Canvas::overlayPainted, &scope, [&m](const RenderedOverlay& overlay) {
        if (overlay.field && !overlay.request.over.valid()) {
            m.add(overlay);
        }
    });
    const auto start = std::chrono::steady_clock::now();
    WindowRig::spin(kMeasured);
    const double seconds = milliseconds(std::chrono::steady_clock::now() - start) / 1000.0;
    double total = 0.0;
    for (const double latency : m.latencies) {
        total += latency;
    }
    const auto share = [total](double part) { return total > 0.0 ? 100.0 * part / total : 0.0; };
    const LiveStats stats = rig.window().live().monitor().stats();
    std::printf(
        "%-8s %5.1f in %5.1f out /s   %6.1f ms median %6.1f p95   waits %2.0f %%  features %2.0f %%  module %2.0f %%  drawing "
        "%2.0f %%  "
        "rest %2.0f %%   input %d px%s   event loop p99 %.1f ms\n",
        id, stats.framesPerSecond, static_cast<double>(m.latencies.size()) / seconds, quantile(m.latencies, 0.5),
        quantile(m.latencies, 0.95), share(m.waited), share(m.features), share(m.module), share(m.render),
        share(total - m.waited - m.features - m.module - m.render), stats.workingSide, stats.autoSized ? " (lowered)" : "",
        gaps.p99());
    std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
    if (CameraProcess::serve(argc, argv)) {
        return 0;
    }
    QApplication application(argc, argv);
    const CameraProcess camera;
    WindowRig rig;
    if (camera.url().isEmpty() || !rig.open(camera)) {
        std::fprintf(stderr, "The camera process did not answer.\n");
        return 1;
    }
    std::printf("engine for %s; the whole window, offscreen, 1280×800; camera on loopback, 640×480 at 30 frames/s\n",
                kernelLevel());
    for (const char* id : {"se", "cbam", "coord", "simam", "sagan"}) {
        measure(rig, id);
    }
    const std::string folder = bundledModelFolder();
    if (!folder.empty()) {
        std::printf("with the trained network, its prediction included:\n");
        rig.session().openBundle(QString::fromStdString(folder));
        for (const char* id : {"gc", "cbam", "mhsa"}) {
            measure(rig, id);
        }
    }
    return 0;
}
