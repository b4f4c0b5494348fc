// Every registered mechanism beside its PyTorch reference: one thread, processor time, both in turn, so that what else the
// machine does meets both alike. Google Benchmark runs it (--benchmark_filter, --benchmark_out …); --rounds N sets how often
// (21).

#include <QCoreApplication>
#include <QTemporaryDir>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstring>
#include <ctime>
#include <functional>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "engine/attention/registry.h"
#include "engine/kernels/ops.h"
#include "tests/bench/module_case.h"
#include "tests/bench/module_report.h"
#include "tests/bench/module_work.h"
#include "tests/bench/reference_process.h"

using namespace fovea;

namespace {

/// How long one round of a quick module lasts, so that switching between the two processes does not count.
constexpr double kRoundNanoseconds = 2e7;
constexpr int kMostRuns = 64;
constexpr int kRateRounds = 21;

double processorNanoseconds() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return 1e9 * static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec);
}

template <class Work>
double timed(int runs, Work&& work) {
    const double start = processorNanoseconds();
    for (int i = 0; i < runs; ++i) {
        work();
    }
    return (processorNanoseconds() - start) / runs;
}

int runsFor(double nanoseconds) {
    return static_cast<int>(std::clamp(kRoundNanoseconds / std::max(nanoseconds, 1.0), 1.0, static_cast<double>(kMostRuns)));
}

/// What this machine reaches: operations/s of a product of matrices in the engine (Eigen), bytes/s read and written by a large
/// copy.
MachineRates measureRates() {
    constexpr int kSide = 512;
    FeatureMap x(kSide, 16, kSide / 16);
    std::fill_n(x.data(), x.size(), 0.5F);
    Tensor weight(Shape{kSide, kSide, 1, 1});
    std::fill(weight.values.begin(), weight.values.end(), 0.25F);
    std::vector<char> from(std::size_t{1} << 28, 1);
    std::vector<char> to(from.size(), 2);
    std::vector<double> product;
    std::vector<double> copy;
    for (int i = 0; i < kRateRounds; ++i) {
        product.push_back(timed(1, [&] { benchmark::DoNotOptimize(ops::conv2d(x, weight, {})); }));
        copy.push_back(timed(1, [&] {
            std::memcpy(to.data(), from.data(), from.size());
            benchmark::ClobberMemory();
        }));
    }
    return {2.0 * kSide * kSide * kSide / median(product) * 1e9, 2.0 * static_cast<double>(from.size()) / median(copy) * 1e9};
}

/// What one module's measurement shares.
struct Bench {
    ReferenceProcess reference{QStringLiteral(FOVEA_SOURCE_DIR "/tests/bench/reference.py"),
                               {QStringLiteral("time"), QStringLiteral("--serve")}};
    QTemporaryDir folder;
    ModuleReport* report = nullptr;
};

/// Gives the case to PyTorch, which says how far its output is from ours. Without an answer the module is measured alone.
bool loadReference(Bench& bench, const ModuleCase& from, const AttentionOutput& output, ModuleTimes& times) {
    if (!bench.reference.running()) {
        return false;
    }
    const std::string path = bench.folder.filePath(QStringLiteral("case.safetensors")).toStdString();
    if (!from.write(path, output)) {
        times.remark = "the case file could not be written to " + path;
        return false;
    }
    const auto difference = bench.reference.load(path);
    if (!difference) {
        times.remark = bench.reference.problem();
        return false;
    }
    times.difference = *difference;
    return true;
}

/// Rounds of both in turn; a round is as many runs as fill a little time.
void measure(benchmark::State& state, Bench& bench, ModuleCase& from, bool withReference, ModuleTimes& times) {
    const auto run = [&] { (void)from.run(); };
    const int runs = runsFor(timed(1, run));
    const auto first = withReference ? bench.reference.run(1) : std::nullopt;
    const int referenceRuns = runsFor(first.value_or(kRoundNanoseconds));
    std::vector<double> ours;
    std::vector<double> theirs;
    for ([[maybe_unused]] auto round : state) {
        ours.push_back(timed(runs, run));
        state.SetIterationTime(1e-9 * ours.back());
        if (const auto time = first ? bench.reference.run(referenceRuns) : std::nullopt; time) {
            theirs.push_back(*time);
        }
    }
    times.nanoseconds = median(ours);
    times.reference = theirs.empty() ? 0.0 : median(theirs);
}

void benchModule(benchmark::State& state, const ModuleInfo& info, Bench& bench) {
    ModuleTimes times{.id = info.id};
    auto made = ModuleCase::make(info);
    auto output = made ? (*made)->run() : Result<AttentionOutput>(made.error());
    if (!output) {
        times.remark = output.error().message();
        bench.report->add(times);
        state.SkipWithError(times.remark.c_str());
        return;
    }
    times.bytes = (*made)->bytes(*output);
    times.operations = operations(**made).value_or(0.0);
    const bool withReference = loadReference(bench, **made, *output, times);
    output = AttentionOutput{};  // its memory is free while times are taken
    measure(state, bench, **made, withReference, times);
    if (withReference && !bench.reference.running()) {
        times.remark = "PyTorch answers no more: " + bench.reference.problem();
    }
    state.counters["median_ns"] = times.nanoseconds;
    state.counters["bytes"] = times.bytes;
    state.counters["operations"] = times.operations;
    state.counters["pytorch_ns"] = times.reference;
    state.counters["difference"] = times.difference;
    bench.report->add(times);
}

/// Takes "--rounds N" out of the arguments; 0 if N is not a number.
int roundsOf(int& argc, char** argv) {
    int rounds = 21;
    for (int i = 1; i + 1 < argc; ++i) {
        if (std::strcmp(argv[i], "--rounds") == 0) {
            rounds = std::max(0, std::atoi(argv[i + 1]));
            std::rotate(argv + i, argv + i + 2, argv + argc);
            argc -= 2;
            break;
        }
    }
    return rounds;
}

}  // namespace

int main(int argc, char** argv) {
    const QCoreApplication application(argc, argv);
    const int rounds = roundsOf(argc, argv);
    benchmark::Initialize(&argc, argv);
    if (rounds < 1 || benchmark::ReportUnrecognizedArguments(argc, argv)) {
        std::fprintf(stderr, "usage: fovea_bench_modules [--rounds N] [--benchmark_filter=REGEX] [--benchmark_out=FILE]\n");
        return 2;
    }
    cv::setNumThreads(1);
    Bench bench;
    ModuleReport report(measureRates(), bench.reference.version(), bench.reference.problem());
    bench.report = &report;
    for (const auto* info : modules()) {
        benchmark::RegisterBenchmark(info->id.c_str(),
                                     [info, &bench](benchmark::State& state) { benchModule(state, *info, bench); })
            ->UseManualTime()
            ->Iterations(rounds)
            ->Unit(benchmark::kMicrosecond);
    }
    benchmark::RunSpecifiedBenchmarks(&report);
    benchmark::Shutdown();
    return 0;
}
