// Mutates ONNX, safetensors and bundle files and uses every one that is accepted. Fails for a crash, an error which is no
// sentence, more memory than the budget, or more than ten seconds of work for one file. `fovea_mutate --seed S --only N` repeats
// one case.

#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <new>
#include <string>
#include <vector>

#include "tests/fuzz/allocation.h"
#include "tests/fuzz/cases.h"

// The sanitizer's own bounds; what a program without one never calls.
extern "C" [[gnu::visibility("default")]] const char* __asan_default_options() {
    return "allocator_may_return_null=0:max_allocation_size_mb=2560:hard_rss_limit_mb=6144:quarantine_size_mb=32:"
           "detect_stack_use_after_return=1";
}

namespace {

using namespace fovea::mutate;

constexpr long kMostSeconds = 10;   ///< of work for one file
constexpr long kLongestWait = 120;  ///< of waiting: other programs may keep the processors, but nothing waits for ever
constexpr int kMostFaults = 25;
constexpr int kFaultStatus = 9;

struct Options {
    std::uint64_t seed = 1;
    std::uint64_t count = 20'000;
    std::uint64_t first = 0;
    std::uint64_t jobs = 1;
    bool only = false;
    std::string folder = (std::filesystem::temp_directory_path() / ("fovea-mutate-" + std::to_string(getpid()))).string();
};

struct Counts {
    std::uint64_t mutated = 0;
    std::uint64_t refused = 0;
    std::uint64_t accepted = 0;
    std::uint64_t run = 0;
};

/// What a worker says to its parent; it survives the worker.
struct Report {
    Counts counts[kKinds];
    std::uint64_t number = 0;  ///< of the running case
    std::uint64_t slowestNumber = 0;
    double slowest = 0.0;
    char what[512] = {};  ///< of the running case: file and mutation
    char path[512] = {};
};

void note(char (&text)[512], const std::string& value) { std::snprintf(text, sizeof text, "%s", value.c_str()); }

/// The process ends by a signal when the running case takes too long; 0 seconds: no longer.
void limitTime(long work, long wait) {
    const itimerval ofWork{.it_interval = {}, .it_value = {work, 0}};
    const itimerval ofWait{.it_interval = {}, .it_value = {wait, 0}};
    setitimer(ITIMER_PROF, &ofWork, nullptr);
    setitimer(ITIMER_REAL, &ofWait, nullptr);
}

/// Makes and uses one case; the parent hears of it before anything can go wrong.
void runCase(const Seeds& seeds, Workplace& place, const Options& options, std::uint64_t number, Report& report) {
    const auto start = std::chrono::steady_clock::now();
    note(report.what, "the mutation itself");
    const Case made = makeCase(seeds, options.seed, number);
    note(report.what, std::string(kindName(made.kind)) + ", " + made.what);
    note(report.path, place.pathOf(made, number));
    limitTime(kMostSeconds, kLongestWait);
    const Verdict verdict = place.use(made, seeds, options.seed, number);
    limitTime(0, 0);
    if (!verdict.fault.empty()) {
        std::fprintf(stderr, "%s\n", verdict.fault.c_str());
        _exit(kFaultStatus);
    }
    if (options.only) {
        std::printf("%s (%s) %s\n", report.what, report.path, verdict.message.c_str());
    }
    Counts& counts = report.counts[static_cast<int>(made.kind)];
    ++counts.mutated;
    ++(verdict.outcome == Outcome::Refused ? counts.refused : counts.accepted);
    counts.run += verdict.outcome == Outcome::Run ? 1 : 0;
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (seconds > report.slowest) {
        report.slowest = seconds;
        report.slowestNumber = number;
    }
}

/// A worker's own process: every job-th case from report.number on.
[[noreturn]] void work(const Seeds& seeds, const Options& options, std::uint64_t job, Report& report) {
    Workplace place(options.folder + "/" + std::to_string(job), seeds);
    if (job == 0 && report.number == options.first) {
        note(report.what, "the seeds as they are");
        if (const std::string fault = seedFault(options.folder + "/0"); !fault.empty()) {
            std::fprintf(stderr, "%s\n", fault.c_str());
            _exit(kFaultStatus);
        }
    }
    watchAllocations();
    for (; report.number < options.first + options.count; report.number += options.jobs) {
        runCase(seeds, place, options, report.number, report);
    }
    std::exit(0);  // leaks are looked for
}

pid_t start(const Seeds& seeds, const Options& options, std::uint64_t job, Report& report) {
    const pid_t child = fork();
    if (child == 0) {
        work(seeds, options, job, report);
    }
    return child;
}

/// Says how a worker ended; whether that was a fault.
bool explain(const Options& options, const Report& report, int status) {
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        return false;
    }
    const bool done = report.number >= options.first + options.count;
    const bool late = WIFSIGNALED(status) && (WTERMSIG(status) == SIGPROF || WTERMSIG(status) == SIGALRM);
    std::fprintf(stderr, "FAULT %s: --seed %llu --only %llu: %s\n  %s\n",
                 done   ? "at the end (a leak)"
                 : late ? "it takes too long"
                        : "see above",
                 static_cast<unsigned long long>(options.seed), static_cast<unsigned long long>(report.number), report.what,
                 report.path);
    return true;
}

int superviseAll(const Seeds& seeds, const Options& options, Report* reports) {
    std::vector<pid_t> workers;
    for (std::uint64_t job = 0; job < options.jobs; ++job) {
        new (&reports[job]) Report{.number = options.first + job};
        workers.push_back(start(seeds, options, job, reports[job]));
    }
    int faults = 0;
    int status = 0;
    for (pid_t ended = wait(&status); ended > 0; ended = wait(&status)) {
        for (std::uint64_t job = 0; job < options.jobs; ++job) {
            Report& report = reports[job];
            if (workers[job] != ended || !explain(options, report, status)) {
                continue;
            }
            ++faults;
            report.number += options.jobs;
            if (faults < kMostFaults && report.number < options.first + options.count) {
                workers[job] = start(seeds, options, job, report);
            }
        }
    }
    return faults;
}

void print(const Options& options, const Report* reports, double seconds) {
    std::printf("%-20s %8s %8s %8s %8s\n", "", "mutated", "refused", "accepted", "run");
    Counts all;
    const auto row = [](const char* name, const Counts& c) {
        std::printf("%-20s %8llu %8llu %8llu %8llu\n", name, static_cast<unsigned long long>(c.mutated),
                    static_cast<unsigned long long>(c.refused), static_cast<unsigned long long>(c.accepted),
                    static_cast<unsigned long long>(c.run));
    };
    const auto add = [](Counts& sum, const Counts& more) {
        sum.mutated += more.mutated;
        sum.refused += more.refused;
        sum.accepted += more.accepted;
        sum.run += more.run;
    };
    for (int kind = 0; kind < kKinds; ++kind) {
        Counts sum;
        for (std::uint64_t job = 0; job < options.jobs; ++job) {
            add(sum, reports[job].counts[kind]);
        }
        row(kindName(static_cast<Kind>(kind)), sum);
        add(all, sum);
    }
    row("all", all);
    for (std::uint64_t job = 0; job < options.jobs; ++job) {
        std::printf("slowest of process %llu: %.2f s, number %llu\n", static_cast<unsigned long long>(job), reports[job].slowest,
                    static_cast<unsigned long long>(reports[job].slowestNumber));
    }
    std::printf("%.0f s altogether\n", seconds);
}

bool parse(int argc, char** argv, Options& options) {
    for (int k = 1; k < argc; k += 2) {
        if (k + 1 >= argc) {
            return false;
        }
        const std::string key = argv[k];
        const std::uint64_t number = std::strtoull(argv[k + 1], nullptr, 10);
        if (key == "--seed") {
            options.seed = number;
        } else if (key == "--count") {
            options.count = number;
        } else if (key == "--first") {
            options.first = number;
        } else if (key == "--jobs" && number >= 1 && number <= 64) {
            options.jobs = number;
        } else if (key == "--only") {
            options.only = true;
            options.first = number;
            options.count = 1;
        } else if (key == "--folder") {
            options.folder = argv[k + 1];
        } else {
            return false;
        }
    }
    return true;
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    if (!parse(argc, argv, options)) {
        std::fprintf(stderr, "usage: %s [--seed S] [--count N] [--first N] [--jobs N] [--only N] [--folder F]\n", argv[0]);
        return 2;
    }
    const auto start = std::chrono::steady_clock::now();
    std::filesystem::create_directories(options.folder);
    const Seeds seeds = collectSeeds(options.folder);
    std::fprintf(stderr, "%zu networks, %zu weights, %zu files of a bundle\n", seeds.networks.size(), seeds.weights.size(),
                 seeds.bundle.size());
    void* shared = mmap(nullptr, options.jobs * sizeof(Report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) {
        return 2;
    }
    auto* reports = static_cast<Report*>(shared);
    const int faults = superviseAll(seeds, options, reports);
    print(options, reports, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    if (faults > 0) {
        std::printf("%d faults; their files lie in %s\n", faults, options.folder.c_str());
        return 1;
    }
    std::filesystem::remove_all(options.folder);
    return 0;
}
