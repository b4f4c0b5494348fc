// Four panes of a camera of 640×480 at 30 frames a second through the whole window: how many overlays each pane paints, how old
// they are then, and how long the event loop waits. It measures; nothing can fail.

#include <algorithm>
#include <array>
#include <cstdio>

#include "app/canvas_area.h"
#include "engine/attention/registry.h"
#include "engine/kernels/level.h"
#include "tests/bench/live_rig.h"
#include "tests/support/loop_gaps.h"

using namespace fovea;
using namespace fovea::bench;

namespace {

constexpr int kWarmUp = 3000;
constexpr int kMeasured = 10000;
constexpr std::array<const char*, 4> kPanes{"se", "cbam", "coord", "sagan"};

double median(std::vector<double> values) {
    if (values.empty()) {
        return 0.0;
    }
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

void measure(WindowRig& rig, const char* title) {
    auto* area = rig.window().findChild<CanvasArea*>();
    WindowRig::spin(kWarmUp);
    std::array<std::vector<double>, kPanes.size()> latencies;
    test::LoopGaps gaps;
    QObject scope;
    for (std::size_t pane = 0; pane < kPanes.size(); ++pane) {
        auto& seen = latencies[pane];
        QObject::connect(area->canvas(static_cast<int>(pane)), &Canvas::overlayPainted, &scope,
                         [&seen](const RenderedOverlay& overlay) {
                             if (overlay.field && !overlay.request.over.valid()) {
                                 const auto age = std::chrono::steady_clock::now() - overlay.request.result->frame.captured;
                                 seen.push_back(std::chrono::duration<double, std::milli>(age).count());
                             }
                         });
    }
    const auto start = std::chrono::steady_clock::now();
    WindowRig::spin(kMeasured);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    std::printf("%s\n", title);
    for (std::size_t pane = 0; pane < kPanes.size(); ++pane) {
        std::printf("  %-6s %5.1f overlays/s   %6.1f ms median\n", kPanes[pane],
                    static_cast<double>(latencies[pane].size()) / seconds, median(latencies[pane]));
    }
    const LiveStats stats = rig.window().live().monitor().stats();
    std::printf("  %.1f frames/s in   input %d px%s   event loop p99 %.1f ms\n", stats.framesPerSecond, stats.workingSide,
                stats.autoSized ? " (lowered)" : "", gaps.p99());
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
    rig.session().paneControl().setModule(QString::fromLatin1(kPanes[0]));
    for (std::size_t pane = 1; pane < kPanes.size(); ++pane) {
        rig.session().paneControl().add(findModule(kPanes[pane]));
    }
    rig.window().workspaces().setView(kCompareView);
    measure(rig, "four panes, the Retina:");
    const std::string folder = bundledModelFolder();
    if (!folder.empty()) {
        rig.session().openBundle(QString::fromStdString(folder));
        WindowRig::spin(kWarmUp);
        measure(rig, "four panes, the trained network:");
    }
    return 0;
}
