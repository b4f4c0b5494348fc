#pragma once

#include <atomic>
#include <stop_token>
#include <thread>

#include "app/stop_signals.h"

namespace fovea {

/// Turns Ctrl+C, SIGTERM and SIGHUP into a request to stop, while it lives. One at a time.
class Interrupt final {
public:
    Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;
    ~Interrupt();

    [[nodiscard]] std::stop_token token() const { return m_stop.get_token(); }

private:
    void wait();

    StopSignals m_signals;
    std::stop_source m_stop;
    std::atomic<bool> m_over = false;
    std::jthread m_waiter;
};

}  // namespace fovea
