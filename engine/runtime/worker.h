#pragma once

#include <QObject>
#include <QString>

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>

#include "engine/pipeline/auto_size.h"
#include "engine/pipeline/pipeline.h"
#include "engine/runtime/capture.h"
#include "engine/runtime/mailbox.h"
#include "engine/runtime/spare_time.h"

namespace fovea {

/// Opens pictures and runs passes on the inference thread, for single pictures and for the frames of a moving source. Everything
/// goes in and out through one-slot mailboxes.
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
        std::optional<SourceSpec> moving = {};  ///< the file is no picture but this source; `frame` means nothing then
    };
    /// A folder with a network and trained weights to open.
    struct BundleLoad {
        std::uint64_t serial = 0;
        QString folder;
        std::stop_token stop;
    };
    struct LoadedBundle {
        std::uint64_t serial = 0;
        Result<std::shared_ptr<const Bundle>> bundle;
    };
    struct Pass {
        PipelineRequest request;
        std::stop_token stop;
    };
    /// What is computed on the frames of a moving source, from now on until it is set anew.
    struct Live {
        PipelineRequest request;  ///< without its frame
        std::stop_token stop;
        std::shared_ptr<const SourceInfo> source;  ///< frames of other sources are passed over
        std::uint64_t jump = 0;                    ///< and those which were read before this seek
        bool playing = true;   ///< the shown jobs on every frame, the others as time allows; else all jobs on the newest frame
        bool autoSize = true;  ///< lower the working size to keep the rate
    };
    /// How far a pass has come: a snapshot, the full result, or the reason there is none. Stopped passes say nothing.
    struct Progress {
        std::uint64_t epoch = 0;
        std::shared_ptr<const FrameResult> result;
        std::optional<Error> error;
        bool finished = false;
        int workingSide = 0;  ///< longer side the Retina was asked for, or the shorter side of a network's input
        bool autoSized = false;
    };

    /// Posts work, from any thread. A load which waits is taken before a pass which waits.
    void post(Load load);
    void post(BundleLoad load);
    void post(Pass pass);
    /// Takes a frame of a moving source, from any thread; the newest wins.
    void post(Captured captured);
    /// Says what to do with those frames; null: nothing. Begins on the newest frame if no other comes first. Any thread.
    void setLive(std::shared_ptr<const Live> live);
    /// Takes what came out, from any thread.
    std::optional<Loaded> takeLoaded() { return m_loaded.take(); }
    std::optional<LoadedBundle> takeBundle() { return m_bundle.take(); }
    std::optional<Progress> takeProgress() { return m_progress.take(); }
    /// No work is begun after this; the running one is stopped by its own token. Any thread.
    void shutDown() { m_shutdown.request_stop(); }

Q_SIGNALS:
    /// Something lies in the slot which was empty.
    void loadedReady();
    void bundleReady();
    void progressReady();

private:
    Q_INVOKABLE void drain();
    void load(const Load& load);
    void loadBundle(const BundleLoad& load);
    void pass(const Pass& pass);
    bool liveTurn();
    void runLive(const Live& live);
    bool runJobs(const Live& live, std::vector<ModelJobs> models);
    void runOthers(const Live& live);
    void runBackground(const Live& live);
    void report(Progress progress);

    Mailbox<Load> m_loads;
    Mailbox<BundleLoad> m_bundleLoads;
    Mailbox<LoadedBundle> m_bundle;
    Mailbox<Pass> m_passes;
    Mailbox<Loaded> m_loaded;
    Mailbox<Progress> m_progress;
    Mailbox<Captured> m_frames;
    Mailbox<std::shared_ptr<const Live>> m_newLive;
    std::stop_source m_shutdown;

    // Inference thread only.
    Pipeline m_pipeline;
    std::shared_ptr<const Live> m_live;
    Frame m_liveFrame;  ///< the newest of m_live's source
    std::chrono::steady_clock::time_point m_liveStarted;
    bool m_liveDone = true;  ///< m_live has been run on m_liveFrame
    AutoSize m_autoSize;
    SpareTime m_spareTime;
};

}  // namespace fovea
