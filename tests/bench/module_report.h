#pragma once

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

/// What this machine reaches with one thread.
struct MachineRates {
    double operations = 0.0;  ///< floating-point operations per second of a large product of matrices
    double bytes = 0.0;       ///< read and written per second by a large copy
};

/// Of one module: medians over the rounds, in nanoseconds of processor time.
struct ModuleTimes {
    std::string id;
    double nanoseconds = 0.0;  ///< 0: it did not run
    double reference = 0.0;    ///< PyTorch's; 0: not measured
    double bytes = 0.0;
    double operations = 0.0;  ///< 0: not counted
    double difference = 0.0;  ///< largest between the two outputs, as a share of the largest value
    std::string remark = {};  ///< why something is missing

    /// Ours as a multiple of PyTorch's; 0 where one of them is missing.
    [[nodiscard]] double ratio() const { return reference > 0 && nanoseconds > 0 ? nanoseconds / reference : 0.0; }
};

/// The middle one, or the upper of the two in the middle. Not of nothing.
double median(std::vector<double> times);

/// Prints a row per module and, at the end, what they say together.
class ModuleReport final : public benchmark::BenchmarkReporter {
public:
    /// `version` of PyTorch, empty without it; then `problem` says why.
    ModuleReport(MachineRates rates, std::string version, std::string problem);

    /// The module whose run is reported next.
    void add(const ModuleTimes& times) { m_times.push_back(times); }

    bool ReportContext(const Context& context) override;
    void ReportRuns(const std::vector<Run>& runs) override;
    void Finalize() override;

private:
    void printRow(const ModuleTimes& times) const;
    void printSums() const;
    void printWorst() const;
    void printAims() const;
    [[nodiscard]] std::vector<ModuleTimes> compared() const;

    MachineRates m_rates;
    std::string m_version;
    std::string m_problem;
    std::vector<ModuleTimes> m_times;
};
