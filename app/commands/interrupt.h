#pragma once

#include <atomic>
#include <stop_token>
#include <thread>

namespace fovea {

/// Turns Ctrl+C and SIGTERM into a request to stop, while it lives; the second time they end the program as ever. One at a time.
class Interrupt final {
public:
    Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;
    ~Interrupt();

    [[nodiscard]] std::stop_token token() const { return m_stop.get_token(); }

private:
    void wait();

    std::stop_source m_stop;
    std::atomic<bool> m_over = false;
    std::jthread m_waiter;
};

}  // namespace fovea
