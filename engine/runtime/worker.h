#pragma once

#include <QObject>
#include <QString>

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>

#include "engine/pipeline/pipeline.h"
#include "engine/runtime/mailbox.h"

namespace fovea {

/// Opens pictures and runs passes on the inference thread. Everything goes in and out through one-slot mailboxes.
class Worker final : public QObject {
    Q_OBJECT

public:
    /// A picture to open: a file, or pixels which are in memory already.
    struct Load {
        std::uint64_t serial = 0;
        bool fromFile = true;
        QString path;
        Frame frame;
        std::stop_token stop;
    };
    struct Loaded {
        std::uint64_t serial = 0;
        Result<Frame> frame;
    };
    struct Pass {
        PipelineRequest request;
        std::stop_token stop;
    };
    /// How far a pass has come: a snapshot, the full result, or the reason there is none. Stopped passes say nothing.
    struct Progress {
        std::uint64_t epoch = 0;
        std::shared_ptr<const FrameResult> result;
        std::optional<Error> error;
        bool finished = false;
    };

    /// Posts work, from any thread. A load which waits is taken before a pass which waits.
    void post(Load load);
    void post(Pass pass);
    /// Takes what came out, from any thread.
    std::optional<Loaded> takeLoaded() { return m_loaded.take(); }
    std::optional<Progress> takeProgress() { return m_progress.take(); }
    /// No work is begun after this; the running one is stopped by its own token. Any thread.
    void shutDown() { m_shutdown.request_stop(); }

Q_SIGNALS:
    /// Something lies in the slot which was empty.
    void loadedReady();
    void progressReady();

private:
    Q_INVOKABLE void drain();
    void load(const Load& load);
    void pass(const Pass& pass);
    void report(Progress progress);

    Mailbox<Load> m_loads;
    Mailbox<Pass> m_passes;
    Mailbox<Loaded> m_loaded;
    Mailbox<Progress> m_progress;
    std::stop_source m_shutdown;
    Pipeline m_pipeline;
};

}  // namespace fovea
