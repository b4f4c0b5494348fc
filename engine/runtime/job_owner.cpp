#include "engine/runtime/job_owner.h"

namespace fovea {

JobOwner::JobOwner(BackgroundJobs& jobs) : m_jobs(&jobs) {}

JobOwner::~JobOwner() { end(); }

JobNumber JobOwner::startJob(JobSpec spec, std::function<void(const JobControl&)> work, std::function<void()> done) {
    return m_jobs ? m_jobs->start(*this, std::move(spec), std::move(work), std::move(done)) : 0;
}

void JobOwner::wait() {
    if (m_jobs) {
        m_jobs->wait(this);
    }
}

void JobOwner::end() {
    if (m_jobs) {
        m_jobs->endSoon(this);
        m_jobs->wait(this);
        m_jobs->forget(*this);
    }
}

}  // namespace fovea
