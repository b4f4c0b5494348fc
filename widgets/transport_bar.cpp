#include "widgets/transport_bar.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QPainter>

#include <algorithm>
#include <cmath>
#include <limits>

#include "widgets/accessible_view.h"
#include "widgets/card_parts.h"
#include "widgets/dot_label.h"
#include "widgets/engine_text.h"
#include "widgets/glyph_button.h"
#include "widgets/scrub_bar.h"
#include "widgets/speed_button.h"
#include "widgets/theme.h"
#include "widgets/transport_recording.h"

namespace fovea {
namespace {

constexpr int kHeight = 36;
constexpr int kFrameLabelFrom = 640;  // narrower bars keep the time and give the rest to the scrub bar
constexpr int kNameFrom = 480;

}  // namespace

struct TransportBar::State {
    explicit State(TransportBar& owner) : bar(owner) {}

    TransportBar& bar;
    TransportKeys keys;
    SourceTraits traits;
    std::int64_t index = 0;
    double seconds = 0.0;
    bool playing = false;
    bool frozen = false;
    bool sample = false;

    GlyphButton* back = nullptr;
    GlyphButton* play = nullptr;
    GlyphButton* forward = nullptr;
    GlyphButton* freeze = nullptr;
    LineLabel* name = nullptr;
    DotLabel* live = nullptr;
    LineLabel* sampleWord = nullptr;
    LineLabel* time = nullptr;
    ScrubBar* scrub = nullptr;
    QWidget* gap = nullptr;
    LineLabel* frame = nullptr;
    GlyphButton* loop = nullptr;
    SpeedButton* speed = nullptr;
    std::unique_ptr<TransportRecording> recording;

    void build();
    void connectButtons();
    void arrange();
    void retranslate();
    void showPosition();

    [[nodiscard]] QString timeText(double at) const {
        if (traits.live) {
            return frozen ? tr("frozen at %1 s").arg(QString::number(at, 'f', 1)) : clockText(at);
        }
        return traits.duration > 0.0 ? QStringLiteral("%1 / %2").arg(clockText(at), clockText(traits.duration)) : clockText(at);
    }
    [[nodiscard]] QString frameText(std::int64_t at) const {
        return traits.frames > 0 ? tr("frame %1 of %2").arg(at + 1).arg(traits.frames) : tr("frame %1").arg(at + 1);
    }
};

void TransportBar::State::build() {
    auto* row = new QHBoxLayout(&bar);
    row->setContentsMargins(8, 4, 8, 4);
    row->setSpacing(8);
    auto* moves = new QHBoxLayout;
    moves->setSpacing(0);
    back = new GlyphButton(Glyph::StepBack, &bar);
    play = new GlyphButton(Glyph::Play, &bar);
    forward = new GlyphButton(Glyph::StepForward, &bar);
    freeze = new GlyphButton(Glyph::Pause, &bar);
    for (auto* button : {back, play, forward, freeze}) {
        moves->addWidget(button);
    }
    row->addLayout(moves);
    name = new LineLabel(false, &bar);
    live = new DotLabel(&Theme::focus, &bar);
    time = new LineLabel(false, &bar);
    sampleWord = new LineLabel(true, &bar);
    scrub = new ScrubBar(&bar);
    gap = new QWidget(&bar);
    gap->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    frame = new LineLabel(true, &bar);
    loop = new GlyphButton(Glyph::Loop, &bar);
    loop->setCheckable(true);
    speed = new SpeedButton(&bar);
    recording = std::make_unique<TransportRecording>(bar);
    for (QWidget* part : std::initializer_list<QWidget*>{name, live, time, sampleWord}) {
        row->addWidget(part);
    }
    row->addWidget(scrub, 1);
    row->addWidget(gap, 1);
    for (QWidget* part : std::initializer_list<QWidget*>{frame, loop, speed}) {
        row->addWidget(part);
    }
    recording->addTo(*row);
}

void TransportBar::State::connectButtons() {
    QObject::connect(back, &QToolButton::clicked, &bar, [this] { Q_EMIT bar.stepRequested(-1); });
    QObject::connect(forward, &QToolButton::clicked, &bar, [this] { Q_EMIT bar.stepRequested(1); });
    QObject::connect(play, &QToolButton::clicked, &bar, [this] { Q_EMIT bar.playRequested(!playing); });
    QObject::connect(freeze, &QToolButton::clicked, &bar, [this] { Q_EMIT bar.freezeRequested(!frozen); });
    QObject::connect(loop, &QToolButton::clicked, &bar, &TransportBar::loopRequested);
    QObject::connect(scrub, &ScrubBar::sought, &bar, [this](int at) { Q_EMIT bar.seekRequested(at); });
    QObject::connect(speed, &SpeedButton::chosen, &bar, &TransportBar::speedRequested);
}

// Which parts this kind of source has, and what there is room for.
void TransportBar::State::arrange() {
    const bool isLive = traits.live;
    back->setVisible(traits.seekable);
    play->setVisible(!isLive);
    forward->setVisible(!isLive);
    freeze->setVisible(isLive);
    name->setVisible(isLive && bar.width() >= kNameFrom);
    live->setVisible(isLive && !frozen);
    sampleWord->setVisible(sample);
    scrub->setVisible(traits.seekable && traits.frames > 0);
    gap->setVisible(scrub->isHidden());
    frame->setVisible(!isLive && bar.width() >= kFrameLabelFrom);
    loop->setVisible(traits.seekable);
    speed->setVisible(!isLive);
    recording->setVisible(isLive);
    // The longest texts there will be, so that nothing moves while numbers run.
    const QFontMetrics metrics(smallFont(bar.font()));
    const std::int64_t last = std::max<std::int64_t>(0, traits.frames - 1);
    time->setMinimumWidth(metrics.horizontalAdvance(timeText(std::max(traits.duration, seconds))) + 2);
    frame->setMinimumWidth(metrics.horizontalAdvance(frameText(last)) + 2);
}

void TransportBar::State::retranslate() {
    bar.setAccessibleName(tr("Moving picture"));
    back->setWords(tr("One frame back"), keys.stepBack);
    forward->setWords(tr("One frame forward"), keys.stepForward);
    play->setWords(playing ? tr("Pause") : tr("Play"), keys.play);
    play->setGlyph(playing ? Glyph::Pause : Glyph::Play);
    freeze->setWords(frozen ? tr("Resume") : tr("Freeze"), keys.play);
    freeze->setGlyph(frozen ? Glyph::Play : Glyph::Pause);
    loop->setWords(tr("Begin again at the end"));
    scrub->setAccessibleName(tr("Place in the source"));
    speed->retranslate();
    recording->retranslate(keys.record);
    live->setText(tr("live"));
    sampleWord->setText(tr("sample clip"));
    name->setText(QString::fromStdString(traits.name));
    if (!traits.note.empty()) {
        time->setAccessibleDescription(engineText(traits.note));
    }
    showPosition();
    arrange();
}

void TransportBar::State::showPosition() {
    QString exact = tr("%1 s").arg(exactNumberText(seconds));
    if (traits.duration > 0.0) {
        exact = tr("%1 of %2 s").arg(exactNumberText(seconds), exactNumberText(traits.duration));
    }
    const QString whole = QStringLiteral("%1, %2").arg(frameText(index), exact);
    time->setText(timeText(seconds));
    time->setToolTip(traits.note.empty() ? whole : whole + QLatin1Char('\n') + engineText(traits.note));
    frame->setText(frameText(index));
    frame->setToolTip(whole);
    scrub->setPosition(static_cast<int>(std::min<std::int64_t>(index, std::numeric_limits<int>::max())));
}

TransportBar::TransportBar(QWidget* parent) : QWidget(parent), m_state(std::make_unique<State>(*this)) {
    registerAccessibleViews();
    setFixedHeight(kHeight);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    m_state->build();
    m_state->connectButtons();
    m_state->retranslate();
}

TransportBar::~TransportBar() = default;

void TransportBar::setKeys(const TransportKeys& keys) {
    m_state->keys = keys;
    m_state->retranslate();
}

void TransportBar::setTraits(const SourceTraits& traits) {
    State& s = *m_state;
    s.traits = traits;
    s.index = 0;
    s.seconds = 0.0;
    s.frozen = false;
    s.scrub->setLength(static_cast<int>(std::min<std::int64_t>(traits.frames, std::numeric_limits<int>::max())), traits.duration);
    s.retranslate();
    announceSummary(this);
}

void TransportBar::setPosition(std::int64_t index, double seconds) {
    State& s = *m_state;
    s.index = index;
    s.seconds = seconds;
    s.showPosition();
}

void TransportBar::setPlaying(bool playing) {
    m_state->playing = playing;
    m_state->retranslate();
    announceSummary(this);
}

void TransportBar::setFrozen(bool frozen) {
    m_state->frozen = frozen;
    m_state->retranslate();
    announceSummary(this);
}

void TransportBar::setLooping(bool looping) { m_state->loop->setChecked(looping); }

void TransportBar::setSpeed(double speed) { m_state->speed->setSpeed(speed); }

void TransportBar::setRecording(const std::optional<RecordingState>& progress) {
    State& s = *m_state;
    const bool other = s.recording->isRunning() != progress.has_value();
    s.recording->set(progress);
    if (other) {
        s.retranslate();
        announceSummary(this);
    }
}

void TransportBar::setSample(bool sample) {
    m_state->sample = sample;
    m_state->retranslate();
}

QString TransportBar::textSummary() const {
    const State& s = *m_state;
    QStringList parts{QString::fromStdString(s.traits.name)};
    if (s.traits.live) {
        parts << (s.frozen ? s.timeText(s.seconds) : tr("live, %1").arg(clockText(s.seconds)));
    } else {
        parts << (s.playing ? tr("playing") : tr("paused")) << s.timeText(s.seconds) << s.frameText(s.index);
    }
    if (s.sample) {
        parts << s.sampleWord->text();
    }
    if (s.recording->isRunning()) {
        parts << tr("recording %1").arg(s.recording->text());
    }
    parts.removeAll(QString());
    return parts.join(QStringLiteral(", "));
}

void TransportBar::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), theme().window);
}

void TransportBar::resizeEvent(QResizeEvent*) { m_state->arrange(); }

void TransportBar::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange || event->type() == QEvent::FontChange) {
        m_state->retranslate();
    }
    if (event->type() == QEvent::PaletteChange) {
        update();
    }
    QWidget::changeEvent(event);
}

}  // namespace fovea
