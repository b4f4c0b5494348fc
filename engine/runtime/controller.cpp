#include "engine/runtime/controller.h"

#include <QThread>

#include <utility>

#include "engine/runtime/render_worker.h"
#include "engine/runtime/worker.h"

namespace fovea {

namespace {

/// A thread which paints. A large matrix takes up to a second, and the picture must not wait for it: each has a lane of its own.
struct RenderLane {
    QThread thread;
    RenderWorker worker;
};

}  // namespace

struct Controller::State {
    explicit State(Controller& controller) : owner(controller) {}

    Controller& owner;
    QThread inference;
    Worker worker;
    RenderLane overlays;
    RenderLane matrices;

    Frame frame;
    std::vector<ModuleJob> jobs;
    RetinaOptions retina;
    std::uint64_t epoch = 0;

    std::uint64_t loadSerial = 0;
    std::stop_source loadStop;
    std::stop_source passStop;
    bool loading = false;
    bool computing = false;
    bool interrupted = false;  ///< the pass of this epoch was stopped so that a picture could be opened
    bool shownBusy = false;

    void open(Worker::Load load);
    void startPass();
    void nextEpoch();
    void takeLoaded();
    void takeProgress();
    void takeRendered(RenderWorker& renderWorker);
    void updateBusy();
};

void Controller::State::open(Worker::Load load) {
    loadStop.request_stop();
    loadStop = std::stop_source();
    loading = true;
    if (computing) {  // opening comes first; the pass goes on from its cache if there is nothing to open
        passStop.request_stop();
        interrupted = true;
    }
    load.serial = ++loadSerial;
    load.stop = loadStop.get_token();
    worker.post(std::move(load));
    updateBusy();
}

void Controller::State::startPass() {
    interrupted = false;
    computing = frame.valid();
    if (computing) {
        passStop = std::stop_source();
        worker.post(Worker::Pass{{.epoch = epoch, .frame = frame, .retina = retina, .jobs = jobs}, passStop.get_token()});
    }
}

void Controller::State::nextEpoch() {
    passStop.request_stop();
    ++epoch;
    startPass();
}

void Controller::State::takeLoaded() {
    auto loaded = worker.takeLoaded();
    if (!loaded || loaded->serial != loadSerial) {
        return;
    }
    loading = false;
    if (loaded->frame) {
        frame = *std::move(loaded->frame);
        nextEpoch();
        Q_EMIT owner.frameLoaded();
    } else {
        if (interrupted) {
            startPass();
        }
        Q_EMIT owner.loadFailed(loaded->frame.error());
    }
    updateBusy();
}

void Controller::State::takeProgress() {
    const auto progress = worker.takeProgress();
    if (!progress || progress->epoch != epoch) {
        return;
    }
    if (progress->finished) {
        computing = false;
        interrupted = false;
    }
    if (progress->error) {
        Q_EMIT owner.passFailed(*progress->error);
    } else {
        Q_EMIT owner.resultReady(progress->result);
    }
    updateBusy();
}

void Controller::State::takeRendered(RenderWorker& renderWorker) {
    while (const auto finished = renderWorker.takeFinished()) {
        Q_EMIT owner.rendered(finished->view, finished->rendered);
    }
}

void Controller::State::updateBusy() {
    const bool busy = loading || computing;
    if (busy != std::exchange(shownBusy, busy)) {
        Q_EMIT owner.busyChanged(busy);
    }
}

Controller::Controller(QObject* parent) : QObject(parent), m_state(std::make_unique<State>(*this)) {
    auto& state = *m_state;
    connect(&state.worker, &Worker::loadedReady, this, [&state] { state.takeLoaded(); });
    connect(&state.worker, &Worker::progressReady, this, [&state] { state.takeProgress(); });
    state.inference.setObjectName(QStringLiteral("inference"));
    state.overlays.thread.setObjectName(QStringLiteral("render overlays"));
    state.matrices.thread.setObjectName(QStringLiteral("render matrices"));
    state.worker.moveToThread(&state.inference);
    state.inference.start();
    for (auto* lane : {&state.overlays, &state.matrices}) {
        connect(&lane->worker, &RenderWorker::finishedReady, this, [&state, lane] { state.takeRendered(lane->worker); });
        lane->worker.moveToThread(&lane->thread);
        lane->thread.start();
    }
}

Controller::~Controller() {
    Q_ASSERT(QThread::currentThread() == thread());
    m_state->loadStop.request_stop();
    m_state->passStop.request_stop();
    m_state->worker.shutDown();
    for (auto* lane : {&m_state->overlays, &m_state->matrices}) {
        lane->worker.shutDown();
        lane->thread.quit();
        lane->thread.wait();
    }
    m_state->inference.quit();
    m_state->inference.wait();
}

void Controller::openFile(const QString& path) {
    Q_ASSERT(QThread::currentThread() == thread());
    m_state->open({.fromFile = true, .path = path, .frame = {}, .stop = {}});
}

void Controller::openFrame(const Frame& frame) {
    Q_ASSERT(QThread::currentThread() == thread());
    m_state->open({.fromFile = false, .path = {}, .frame = frame, .stop = {}});
}

void Controller::setJobs(std::vector<ModuleJob> jobs, const RetinaOptions& retina) {
    Q_ASSERT(QThread::currentThread() == thread());
    m_state->jobs = std::move(jobs);
    m_state->retina = retina;
    m_state->nextEpoch();
    m_state->updateBusy();
}

void Controller::render(const QString& view, RenderRequest request) {
    Q_ASSERT(QThread::currentThread() == thread());
    auto& lane = std::holds_alternative<MatrixRequest>(request) ? m_state->matrices : m_state->overlays;
    lane.worker.post(view, std::move(request));
}

std::uint64_t Controller::epoch() const noexcept { return m_state->epoch; }
const Frame& Controller::frame() const noexcept { return m_state->frame; }
bool Controller::busy() const noexcept { return m_state->loading || m_state->computing; }

}  // namespace fovea
