#include "tests/bench/module_report.h"

#include <algorithm>
#include <cstdio>
#include <numeric>

#include "engine/kernels/level.h"

namespace {

constexpr std::size_t kWorst = 8;

/// A module which should take at most this share of PyTorch's time.
struct Aim {
    const char* id;
    double share;
};

constexpr Aim kAims[] = {
    {"sagan", 0.5},        {"danet", 0.5},
    {"nonlocal_dot", 0.5}, {"nonlocal_embedded", 0.5},
    {"mhsa", 0.2},         {"nonlocal_gaussian", 0.5},
    {"rga", 0.2},          {"spacetime_nonlocal", 0.5},
    {"divided_st", 0.2},
};

constexpr double kMostRatio = 2.0;

/// Differences of rounding lie below; above, the two do not compute the same.
constexpr double kMostDifference = 1e-3;

const char* verdict(bool holds) { return holds ? "holds" : "DOES NOT HOLD"; }

/// "12.3", or a dash for what is not known.
std::string number(double value, const char* format) {
    char text[32];
    std::snprintf(text, sizeof text, format, value);
    return value > 0 ? text : "–";
}

/// Right-aligned; printf counts the bytes of a dash.
std::string right(const std::string& text, std::size_t width) {
    const std::size_t shown = text == "–" ? 1 : text.size();
    return std::string(width > shown ? width - shown : 0, ' ') + text;
}

}  // namespace

double median(std::vector<double> times) {
    const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
    std::nth_element(times.begin(), middle, times.end());
    return *middle;
}

ModuleReport::ModuleReport(MachineRates rates, std::string version, std::string problem)
    : m_rates(rates), m_version(std::move(version)), m_problem(std::move(problem)) {}

bool ModuleReport::ReportContext(const Context& context) {
    std::printf("64 channels of 60×80 cells, clips eight frames of 28×28; engine for %s, one thread of %d, processor time\n",
                fovea::kernelLevel(), context.cpu_info.num_cpus);
    std::printf("this machine now: product of 512×512 matrices (Eigen) %.1f GFLOP/s, copy %.1f GB/s read and written\n",
                1e-9 * m_rates.operations, 1e-9 * m_rates.bytes);
    if (m_version.empty()) {
        std::printf("no comparison: PyTorch does not answer (%s)\n", m_problem.c_str());
    } else {
        std::printf("compared with %s, both in turn\n", m_version.c_str());
    }
    std::printf("\n%-20s %13s %9s %8s %8s %8s %13s %7s %10s\n", "", "ns", "MB", "GFLOP/s", "of prod.", "of copy", "PyTorch ns",
                "ratio", "difference");
    return true;
}

void ModuleReport::ReportRuns(const std::vector<Run>& runs) {
    for (const auto& run : runs) {
        if (run.run_type == Run::RT_Iteration && !m_times.empty()) {
            printRow(m_times.back());
        }
    }
    std::fflush(stdout);
}

void ModuleReport::printRow(const ModuleTimes& times) const {
    if (times.nanoseconds > 0) {
        const double rate = times.operations / times.nanoseconds * 1e9;
        const double traffic = times.bytes / times.nanoseconds * 1e9;
        std::printf("%-20s %s %s %s %s %s %s %s %s\n", times.id.c_str(), right(number(times.nanoseconds, "%.0f"), 13).c_str(),
                    right(number(1e-6 * times.bytes, "%.2f"), 9).c_str(), right(number(1e-9 * rate, "%.2f"), 8).c_str(),
                    right(number(100 * rate / m_rates.operations, "%.1f%%"), 8).c_str(),
                    right(number(100 * traffic / m_rates.bytes, "%.1f%%"), 8).c_str(),
                    right(number(times.reference, "%.0f"), 13).c_str(), right(number(times.ratio(), "%.2f"), 7).c_str(),
                    right(times.reference > 0 && times.difference == 0 ? "0" : number(times.difference, "%.0e"), 10).c_str());
    }
    if (!times.remark.empty()) {
        std::printf("%-20s %s\n", times.id.c_str(), times.remark.c_str());
    }
}

std::vector<ModuleTimes> ModuleReport::compared() const {
    std::vector<ModuleTimes> both;
    std::copy_if(m_times.begin(), m_times.end(), std::back_inserter(both), [](const auto& t) { return t.ratio() > 0; });
    std::sort(both.begin(), both.end(), [](const auto& a, const auto& b) { return a.ratio() > b.ratio(); });
    return both;
}

void ModuleReport::Finalize() {
    std::printf(
        "\nMB: input, weights and output, each once; of copy: MB per time as a share of the copy's, which caches may exceed.\n"
        "GFLOP/s: products and convolutions as the equations have them; over 100%% where the engine gets by with fewer.\n\n");
    printSums();
    if (!compared().empty()) {
        printWorst();
        printAims();
    }
}

void ModuleReport::printSums() const {
    const auto both = compared();
    const auto sum = [](const std::vector<ModuleTimes>& of, double ModuleTimes::*what) {
        return 1e-6 * std::accumulate(of.begin(), of.end(), 0.0, [&](double total, const auto& t) { return total + t.*what; });
    };
    std::printf("sum over %zu modules: %.1f ms\n", m_times.size(), sum(m_times, &ModuleTimes::nanoseconds));
    if (!both.empty()) {
        const double ours = sum(both, &ModuleTimes::nanoseconds);
        const double theirs = sum(both, &ModuleTimes::reference);
        std::printf("sum over the %zu compared: %.1f ms, PyTorch %.1f ms, ratio %.2f\n", both.size(), ours, theirs,
                    ours / theirs);
        if (both.size() < m_times.size()) {
            std::printf("NOT ALL were compared: what follows is about the %zu.\n", both.size());
        }
        std::printf("aim: the sum is at most PyTorch's: %s\n", verdict(ours <= theirs));
    }
}

void ModuleReport::printWorst() const {
    const auto both = compared();
    std::printf("aim: none takes over %.0f× PyTorch's time: %s\n", kMostRatio, verdict(both.front().ratio() <= kMostRatio));
    std::printf("largest ratios:");
    for (std::size_t k = 0; k < std::min(kWorst, both.size()); ++k) {
        std::printf(" %s %.2f", both[k].id.c_str(), both[k].ratio());
    }
    const auto least =
        std::max_element(both.begin(), both.end(), [](const auto& a, const auto& b) { return a.difference < b.difference; });
    std::printf("\nlargest difference between the outputs: %s %.0e%s\n", least->id.c_str(), least->difference,
                least->difference > kMostDifference ? ": NOT THE SAME" : "");
}

void ModuleReport::printAims() const {
    const auto both = compared();
    for (const auto& aim : kAims) {
        const auto it = std::find_if(both.begin(), both.end(), [&](const auto& t) { return t.id == aim.id; });
        if (it == both.end()) {
            std::printf("aim: %s takes at most %.1f of PyTorch's time: not measured\n", aim.id, aim.share);
        } else {
            std::printf("aim: %s takes at most %.1f of PyTorch's time: %s (%.2f)\n", aim.id, aim.share,
                        verdict(it->ratio() <= aim.share), it->ratio());
        }
    }
}
