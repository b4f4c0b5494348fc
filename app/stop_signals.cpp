#include "app/stop_signals.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>

namespace fovea {
namespace {

std::atomic<int> s_event = -1;
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler reads it");

/// All that is allowed in a signal handler; somebody who reads the descriptor does the rest.
extern "C" void writeEvent(int /*signal*/) {
    const int before = errno;
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(s_event, &one, sizeof one);
    errno = before;
}

}  // namespace

StopSignals::StopSignals() {
    s_event = ::eventfd(0, EFD_CLOEXEC);
    for (std::size_t k = 0; k < kSignals.size(); ++k) {
        struct sigaction action = {};
        action.sa_handler = writeEvent;
        action.sa_flags = SA_RESTART | (kSignals[k] == SIGHUP ? 0 : static_cast<int>(SA_RESETHAND));
        ::sigaction(kSignals[k], nullptr, &m_before[k]);
        if (m_before[k].sa_handler != SIG_IGN) {
            ::sigaction(kSignals[k], &action, nullptr);
        }
    }
}

StopSignals::~StopSignals() {
    for (std::size_t k = 0; k < kSignals.size(); ++k) {
        ::sigaction(kSignals[k], &m_before[k], nullptr);
    }
    ::close(s_event.exchange(-1));
}

int StopSignals::descriptor() const { return s_event; }

void StopSignals::wake() { writeEvent(0); }

}  // namespace fovea
