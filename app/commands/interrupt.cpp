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
    ssize_t got = 0;
    do {
        got = ::read(m_signals.descriptor(), &count, sizeof count);
    } while (got < 0 && errno == EINTR);
    if (got > 0 && !m_over) {  // nothing is read where there was no descriptor to have
        m_stop.request_stop();
    }
}

}  // namespace fovea
