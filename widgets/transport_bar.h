#pragma once

#include <QWidget>

#include <cstdint>
#include <memory>
#include <optional>

#include "engine/source/frame_source.h"

namespace fovea {

/// How far a recording is.
struct RecordingState {
    double seconds = 0.0;
    std::int64_t frames = 0;
    std::int64_t freeBytes = 0;  ///< on the disk it goes to
};

/// The keys which do what the buttons do, as tool tips write them; empty without one.
struct TransportKeys {
    QString stepBack;
    QString play;
    QString stepForward;
    QString record;
};

/// One row under the picture of a moving source. A seekable one has play, single steps, a scrub bar, loop and speed; a live one
/// has freeze, its name, how long it has run, and a button which records. It only says what a person wants; the set…() functions
/// say what is so. `seconds` are those of the source.
class TransportBar final : public QWidget {
    Q_OBJECT
    Q_PROPERTY(QString textSummary READ textSummary)

public:
    explicit TransportBar(QWidget* parent = nullptr);
    ~TransportBar() override;

    void setKeys(const TransportKeys& keys);
    void setTraits(const SourceTraits& traits);
    void setPosition(std::int64_t index, double seconds);
    void setPlaying(bool playing);
    void setFrozen(bool frozen);
    void setLooping(bool looping);
    /// 0.25, 0.5, 1, 2 or 4.
    void setSpeed(double speed);
    /// Nothing: no recording runs.
    void setRecording(const std::optional<RecordingState>& progress);
    /// Whether this is the clip which comes with the program.
    void setSample(bool sample);
    [[nodiscard]] QString textSummary() const;

Q_SIGNALS:
    void playRequested(bool play);
    /// −1 or 1 frame.
    void stepRequested(int frames);
    /// Exactly this frame; once for every move of a drag.
    void seekRequested(qint64 index);
    void loopRequested(bool loop);
    void speedRequested(double speed);
    void freezeRequested(bool freeze);
    void recordRequested(bool record);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

}  // namespace fovea
