// Endurance: a live source through the whole window for as long as is asked (20 minutes by default), then sources which come and
// go. Exit status 1 when memory grows or a thread or a descriptor is left behind.

#include <unistd.h>

#include <QDir>
#include <QFile>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "engine/attention/registry.h"
#include "tests/bench/live_rig.h"

using namespace fovea;
using namespace fovea::bench;

namespace {

constexpr double kMostGrowth = 1.02;
constexpr int kCycles = 200;

/// Resident memory in bytes.
double residentBytes() {
    QFile file(QStringLiteral("/proc/self/statm"));
    if (!file.open(QIODevice::ReadOnly)) {
        return 0.0;
    }
    const auto fields = file.readAll().split(' ');
    return fields.value(1).toDouble() * static_cast<double>(sysconf(_SC_PAGESIZE));
}

int entries(const char* folder) {
    return static_cast<int>(
        QDir(QString::fromLatin1(folder)).entryList(QDir::NoDotAndDotDot | QDir::AllEntries | QDir::System).size());
}
int threads() { return entries("/proc/self/task"); }
int descriptors() { return entries("/proc/self/fd"); }

/// The largest memory seen within a minute: single readings jump with what happens to be in work.
double minuteOfLive() {
    double most = 0.0;
    for (int i = 0; i < 60; ++i) {
        WindowRig::spin(1000);
        most = std::max(most, residentBytes());
    }
    return most;
}

bool live(WindowRig& rig, int minutes) {
    double first = 0.0;
    double last = 0.0;
    for (int minute = 0; minute <= minutes; ++minute) {
        last = minuteOfLive();
        first = minute == 1 ? last : first;
        const LiveStats stats = rig.window().live().monitor().stats();
        std::printf("minute %2d: %.1f MB, %.1f overlays/s, %d threads, %d descriptors\n", minute, last / 1e6,
                    stats.overlaysPerSecond, threads(), descriptors());
        std::fflush(stdout);
    }
    const double growth = first > 0.0 ? last / first : 1.0;
    std::printf("memory after %d minutes: %.2f %% of that after the first\n", minutes, 100.0 * growth);
    return growth < kMostGrowth;
}

bool cycles(WindowRig& rig, const CameraProcess& camera) {
    for (int i = 0; i < 5; ++i) {  // what is made once and kept
        if (!rig.open(camera)) {
            return false;
        }
    }
    WindowRig::spin(1000);
    const int threadsBefore = threads();
    const int descriptorsBefore = descriptors();
    for (int i = 0; i < kCycles; ++i) {
        if (!rig.open(camera)) {
            std::printf("cycle %d did not start\n", i);
            return false;
        }
    }
    WindowRig::spin(2000);
    std::printf("%d starts and stops: %d threads before, %d after; %d descriptors before, %d after\n", kCycles, threadsBefore,
                threads(), descriptorsBefore, descriptors());
    return threads() <= threadsBefore && descriptors() <= descriptorsBefore;
}

}  // namespace

int main(int argc, char** argv) {
    if (CameraProcess::serve(argc, argv)) {
        return 0;
    }
    QApplication application(argc, argv);
    const int minutes = argc > 1 ? std::max(1, std::atoi(argv[1])) : 20;
    const CameraProcess camera;
    WindowRig rig;
    if (camera.url().isEmpty() || !rig.open(camera)) {
        std::fprintf(stderr, "The camera process did not answer.\n");
        return 1;
    }
    const bool lived = live(rig, minutes);
    const bool cycled = cycles(rig, camera);
    std::printf("%s\n", lived && cycled ? "soak passed" : "soak FAILED");
    return lived && cycled ? 0 : 1;
}
