#include "engine/runtime/controller.h"

#include <QThread>

#include <utility>

#include "engine/runtime/render_worker.h"
#include "engine/runtime/worker.h"

namespace fovea {

namespace {

struct PaintingThread {
    QThread thread;
    RenderWorker worker;
};

}  // namespace

struct Controller::State {
    State(Controller& controller, Capture::Open open)
        : owner(controller), source(std::move(open), [this](const Captured& captured) { worker.post(captured); }) {}

    Controller& owner;
    QThread inference;
    Worker worker;
    PaintingThread overlays;
    PaintingThread matrices;
    MovingSource source;

    Frame frame;
    std::vector<ModelJobs> models{ModelJobs()};
    std::uint64_t epoch = 0;

    std::uint64_t loadSerial = 0;
    std::stop_source loadStop;
    std::uint64_t bundleSerial = 0;
    std::stop_source bundleStop;
    std::stop_source passStop;
    bool loading = false;
    bool computing = false;
    bool interrupted = false;  ///< the pass of this epoch was stopped so that a picture could be opened
    bool shownBusy = false;
    bool autoSize = true;
    int workingSide = 0;
    bool autoSized = false;

    void open(Worker::Load load);
    [[nodiscard]] PipelineRequest request(const Frame& of) const;
    void startPass();
    void startLive();
    void renewStop();
    void leaveSource();
    void nextEpoch();
    void sourceOpened();
    void openFailed(const Error& error);
    void playingChanged();
    void takeLoaded();
    void takeBundle();
    void takeProgress();
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
    if (source.active()) {
        computing = false;
        startLive();
        return;
    }
    computing = frame.valid();
    if (computing) {
        renewStop();
        worker.post(Worker::Pass{request(frame), passStop.get_token()});
    }
}

PipelineRequest Controller::State::request(const Frame& of) const { return {.epoch = epoch, .frame = of, .models = models}; }

void Controller::State::renewStop() {
    if (passStop.stop_requested()) {
        passStop = std::stop_source();
    }
}

void Controller::State::startLive() {
    renewStop();
    worker.setLive(std::make_shared<const Worker::Live>(Worker::Live{
        .request = request({}),
        .stop = passStop.get_token(),
        .source = source.newest().source,
        .jump = source.jump(),
        .playing = source.playing(),
        .autoSize = autoSize,
    }));
}

void Controller::State::leaveSource() {
    source.close();
    worker.setLive(nullptr);
}

void Controller::State::sourceOpened() {
    loadStop.request_stop();
    ++loadSerial;  // a picture which is still being loaded comes too late
    loading = false;
    frame = source.newest();
    nextEpoch();
    Q_EMIT owner.frameLoaded();
    updateBusy();
}

// The pictures stay the same, so the epoch does too: what was computed for them still holds.
void Controller::State::playingChanged() {
    if (source.active() && source.newest().valid()) {
        startLive();
    }
}

void Controller::State::openFailed(const Error& error) {
    loading = false;
    if (interrupted) {
        startPass();
    }
    Q_EMIT owner.loadFailed(error);
    updateBusy();
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
    if (loaded->moving) {
        source.open(*loaded->moving);
    } else if (loaded->frame) {
        loading = false;
        leaveSource();
        frame = *std::move(loaded->frame);
        nextEpoch();
        Q_EMIT owner.frameLoaded();
        updateBusy();
    } else {
        openFailed(loaded->frame.error());
    }
}

void Controller::State::takeBundle() {
    const auto loaded = worker.takeBundle();
    if (!loaded || loaded->serial != bundleSerial) {
        return;
    }
    if (loaded->bundle) {
        Q_EMIT owner.bundleLoaded(*loaded->bundle);
    } else {
        Q_EMIT owner.bundleFailed(loaded->bundle.error());
    }
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
    workingSide = progress->workingSide;
    autoSized = progress->autoSized;
    if (progress->result) {
        frame = progress->result->frame;
    }
    if (progress->error) {
        Q_EMIT owner.passFailed(*progress->error);
    } else {
        Q_EMIT owner.resultReady(progress->result);
    }
    updateBusy();
}

void Controller::State::updateBusy() {
    const bool busy = loading || computing;
    if (busy != std::exchange(shownBusy, busy)) {
        Q_EMIT owner.busyChanged(busy);
    }
}

Controller::Controller(QObject* parent, Capture::Open open)
    : QObject(parent), m_state(std::make_unique<State>(*this, std::move(open))) {
    auto& state = *m_state;
    connect(&state.source, &MovingSource::opened, this, [&state] { state.sourceOpened(); });
    connect(&state.source, &MovingSource::openFailed, this, [&state](const Error& error) { state.openFailed(error); });
    connect(&state.source, &MovingSource::jumped, this, [&state] { state.nextEpoch(); });
    connect(&state.source, &MovingSource::playingChanged, this, [&state] { state.playingChanged(); });
    connect(&state.worker, &Worker::loadedReady, this, [&state] { state.takeLoaded(); });
    connect(&state.worker, &Worker::bundleReady, this, [&state] { state.takeBundle(); });
    connect(&state.worker, &Worker::progressReady, this, [&state] { state.takeProgress(); });
    state.inference.setObjectName(QStringLiteral("inference"));
    state.overlays.thread.setObjectName(QStringLiteral("render overlays"));
    state.matrices.thread.setObjectName(QStringLiteral("render matrices"));
    state.worker.moveToThread(&state.inference);
    state.inference.start();
    for (auto* lane : {&state.overlays, &state.matrices}) {
        connect(&lane->worker, &RenderWorker::finishedReady, this, [lane] { lane->worker.deliver(); });
        lane->worker.moveToThread(&lane->thread);
        lane->thread.start();
    }
}

Controller::~Controller() {
    Q_ASSERT(QThread::currentThread() == thread());
    m_state->loadStop.request_stop();
    m_state->bundleStop.request_stop();
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
    m_state->source.cancelOpening();
    m_state->open({.fromFile = true, .path = path, .frame = {}, .stop = {}});
}

void Controller::openSource(const SourceSpec& spec) {
    Q_ASSERT(QThread::currentThread() == thread());
    if (spec.kind == SourceKind::Image) {
        openFile(QString::fromStdString(spec.location));
        return;
    }
    m_state->loadStop.request_stop();
    ++m_state->loadSerial;
    m_state->loading = true;
    m_state->source.open(spec);
    m_state->updateBusy();
}

void Controller::closeSource() {
    Q_ASSERT(QThread::currentThread() == thread());
    if (m_state->source.active()) {
        m_state->leaveSource();
        m_state->nextEpoch();
        Q_EMIT frameLoaded();
        m_state->updateBusy();
    }
}

void Controller::openFrame(const Frame& frame) {
    Q_ASSERT(QThread::currentThread() == thread());
    m_state->source.cancelOpening();
    m_state->open({.fromFile = false, .path = {}, .frame = frame, .stop = {}});
}

void Controller::openBundle(const QString& folder) {
    Q_ASSERT(QThread::currentThread() == thread());
    m_state->bundleStop.request_stop();
    m_state->bundleStop = std::stop_source();
    m_state->worker.post(Worker::BundleLoad{++m_state->bundleSerial, folder, m_state->bundleStop.get_token()});
}

void Controller::setJobs(std::vector<ModelJobs> models) {
    Q_ASSERT(QThread::currentThread() == thread());
    m_state->models = std::move(models);
    m_state->nextEpoch();
    m_state->updateBusy();
}

RenderWorker& Controller::lane(RenderLane lane) noexcept {
    return lane == RenderLane::Matrices ? m_state->matrices.worker : m_state->overlays.worker;
}

void Controller::setAutoSize(bool on) {
    if (std::exchange(m_state->autoSize, on) != on) {
        m_state->nextEpoch();
    }
}

MovingSource& Controller::source() noexcept { return m_state->source; }
int Controller::workingSide() const noexcept { return m_state->workingSide; }
bool Controller::autoSized() const noexcept { return m_state->autoSized; }
std::uint64_t Controller::epoch() const noexcept { return m_state->epoch; }
const Frame& Controller::frame() const noexcept { return m_state->frame; }
bool Controller::busy() const noexcept { return m_state->loading || m_state->computing; }

}  // namespace fovea
