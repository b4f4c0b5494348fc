#include "app/commands/interrupt.h"

#include <unistd.h>

#include <cerrno>
#include <cstdint>

namespace fovea {

Interrupt::Interrupt() : m_waiter([this] { wait(); }) {}

Interrupt::~Interrupt() {
    m_over = true;
    m_signals.wake();
    m_waiter.join();
}

void Interrupt::wait() {
    std::uint64_t count = 0;
    while (::read(m_signals.descriptor(), &count, sizeof count) < 0 && errno == EINTR) {
    }
    if (!m_over) {
        m_stop.request_stop();
    }
}

}  // namespace fovea
