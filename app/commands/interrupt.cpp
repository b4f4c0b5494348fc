#include "app/commands/interrupt.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>

namespace fovea {
namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM};

std::atomic<int> s_event = -1;
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler reads it");

/// All that is allowed in a signal handler; a thread does the rest.
extern "C" void wake(int /*signal*/) {
    const int before = errno;
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(s_event, &one, sizeof one);
    errno = before;
}

}  // namespace

Interrupt::Interrupt() {
    s_event = ::eventfd(0, EFD_CLOEXEC);
    m_waiter = std::jthread([this] { wait(); });
    struct sigaction action = {};
    action.sa_handler = wake;
    action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
    for (const int signal : kSignals) {
        ::sigaction(signal, &action, nullptr);
    }
}

Interrupt::~Interrupt() {
    for (const int signal : kSignals) {
        std::signal(signal, SIG_DFL);
    }
    m_over = true;
    wake(0);
    m_waiter.join();
    ::close(s_event.exchange(-1));
}

void Interrupt::wait() {
    std::uint64_t count = 0;
    while (::read(s_event, &count, sizeof count) < 0 && errno == EINTR) {
    }
    if (!m_over) {
        m_stop.request_stop();
    }
}

}  // namespace fovea
