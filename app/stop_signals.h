#pragma once

#include <array>
#include <csignal>

namespace fovea {

/// While it lives, the signals which tell a program to end – SIGINT, SIGTERM, SIGHUP – make descriptor() readable instead. The
/// second SIGINT or SIGTERM ends the program as ever; a hang-up often comes twice. A signal which was ignored, as nohup has it,
/// stays ignored. One at a time.
class StopSignals final {
public:
    StopSignals();
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;
    ~StopSignals();

    [[nodiscard]] int descriptor() const;
    /// Makes the descriptor readable without a signal; any thread.
    void wake();

private:
    static constexpr std::array<int, 3> kSignals = {SIGINT, SIGTERM, SIGHUP};

    std::array<struct sigaction, kSignals.size()> m_before = {};
};

}  // namespace fovea
