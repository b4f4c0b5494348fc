#include "app/cards_panel.h"

#include <QComboBox>
#include <QEvent>
#include <QScrollArea>
#include <QVBoxLayout>

#include <algorithm>
#include <iterator>

#include "app/language.h"
#include "app/model_text.h"
#include "engine/pipeline/live_stats.h"
#include "engine/render/kinds/map_kind.h"
#include "engine/render/timeline.h"
#include "widgets/card.h"
#include "widgets/channel_bars.h"
#include "widgets/engine_text.h"
#include "widgets/live_plot.h"
#include "widgets/matrix_view.h"
#include "widgets/param_form.h"
#include "widgets/prediction_view.h"
#include "widgets/statistics_view.h"
#include "widgets/timeline_view.h"

namespace fovea {
namespace {

/// The cards follow a moving picture this often; nobody reads faster.
constexpr int kPaceMilliseconds = 100;

bool hasBars(const AttentionMap& map) { return kindInfo(map).card == MapCard::Bars; }

/// The map whose bars are shown: the one on the canvas, else the first.
const AttentionMap* barsMap(const AttentionOutput& output, const AttentionMap* shown) {
    if (shown != nullptr && hasBars(*shown)) {
        return shown;
    }
    const auto it = std::find_if(output.maps.begin(), output.maps.end(), hasBars);
    return it == output.maps.end() ? nullptr : &*it;
}

QStringList barNames(const MapKindInfo& kind, std::size_t count, const Features& features) {
    QStringList names;
    if (kind.barText == nullptr) {
        std::transform(features.channelNames.begin(), features.channelNames.end(), std::back_inserter(names),
                       [](const std::string& name) { return engineText(name); });
        return names;
    }
    for (std::size_t k = 0; k < count; ++k) {
        names << engineText(kind.barText, {std::to_string(k)});
    }
    return names;
}

}  // namespace

CardsPanel::CardsPanel(Session& session, QWidget* parent)
    : QWidget(parent),
      m_session(session),
      m_maps(new QComboBox),
      m_bars(new ChannelBars),
      m_matrix(new MatrixView),
      m_statistics(new StatisticsView),
      m_timeline(new TimelineView),
      m_livePlot(new LivePlot),
      m_prediction(new PredictionView),
      m_form(new ParamForm),
      m_barsCard(new Card(m_bars)),
      m_matrixCard(new Card(m_matrix)),
      m_statisticsCard(new Card(m_statistics)),
      m_timelineCard(new Card(m_timeline)),
      m_liveCard(new Card(m_livePlot)),
      m_predictionCard(new Card(m_prediction)),
      m_formCard(new Card(m_form)),
      m_matrixView(session.lane(RenderLane::Matrices), [this](const RenderedMatrix& matrix) { m_matrix->setRendered(matrix); }) {
    setFixedWidth(232);
    auto* column = new QWidget;
    auto* cards = new QVBoxLayout(column);
    cards->setContentsMargins(8, 8, 8, 8);
    cards->setSpacing(8);
    cards->addWidget(m_maps);
    for (auto* card : {m_barsCard, m_matrixCard, m_timelineCard, m_statisticsCard, m_predictionCard, m_formCard, m_liveCard}) {
        cards->addWidget(card);
    }
    cards->addStretch(1);
    auto* scroll = new QScrollArea;
    scroll->setWidget(column);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(scroll);
    // A long name must not widen the column.
    m_maps->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_maps->setMinimumContentsLength(8);
    m_statisticsCard->setFolded(true);  // one click away
    m_liveCard->hide();
    m_liveCard->setFolded(true);
    m_pace.setSingleShot(true);
    m_pace.setInterval(kPaceMilliseconds);
    connect(&m_pace, &QTimer::timeout, this, &CardsPanel::refresh);
    connectViews();
    retranslate();
    refresh();
}

void CardsPanel::refreshSoon() {
    if (!m_session.isPlaying()) {
        refresh();
    } else if (!m_pace.isActive()) {
        m_pace.start();
    }
}

void CardsPanel::connectViews() {
    connect(m_maps, &QComboBox::activated, this,
            [this] { m_session.fieldControl().setMap(m_maps->currentData().toString().toStdString()); });
    connect(m_bars, &ChannelBars::modeChosen, this, [this](ChannelMode mode, int channel) {
        const auto module = m_session.shown().moduleResult();
        if (module && module->output) {
            if (const auto* map = barsMap(*module->output, m_session.shown().map());
                map != nullptr && map != m_session.shown().map()) {
                m_session.fieldControl().setMap(map->name);
            }
        }
        m_session.fieldControl().setChannelMode(mode, channel);
    });
    connect(m_bars, &ChannelBars::factorsChanged, this, [this](const std::vector<float>& factors) {
        Intervention intervention = m_session.choice().intervention;
        intervention.channels = factors;
        m_session.paneControl().setIntervention(intervention);
    });
    connect(m_bars, &ChannelBars::pinnedChanged, this,
            [this](const std::vector<int>& pinned) { m_session.fieldControl().setPinned(false, pinned); });
    connect(m_matrix, &MatrixView::renderRequested, this,
            [this](const MatrixRequest& request) { m_matrixView.request(request); });
    connectFieldViews();
    connectForm();
    followSession();
}

void CardsPanel::connectFieldViews() {
    FieldControl& control = m_session.fieldControl();
    connect(m_matrix, &MatrixView::headChosen, &control, &FieldControl::setHead);
    connect(m_matrix, &MatrixView::directionChosen, &control, &FieldControl::setDirection);
    connect(m_matrix, &MatrixView::queryChosen, &control, &FieldControl::askOnGrid);
    connect(m_matrix, &MatrixView::codeChosen, this,
            [this](int code) { m_session.fieldControl().setChannelMode(m_session.shown().field()->channelMode, code); });
    connect(m_prediction, &PredictionView::classChosen, &control, &FieldControl::setActivation);
    connect(m_timeline, &TimelineView::frameChosen, &control, &FieldControl::setClipFrame);
}

void CardsPanel::connectForm() {
    PaneControl& control = m_session.paneControl();
    connect(m_form, &ParamForm::paramsChanged, &control, &PaneControl::setParams);
    connect(m_form, &ParamForm::weightsFileRequested, this, &CardsPanel::weightsFileRequested);
    connect(m_form, &ParamForm::randomWeightsRequested, &control, &PaneControl::setSeed);
    connect(m_form, &ParamForm::trainedWeightsRequested, &control, &PaneControl::setTrained);
}

// Parameters come from the form itself, which nothing may change while a person types.
void CardsPanel::followSession() {
    for (const auto signal : {&PaneControl::mechanismChanged, &PaneControl::panesChanged, &PaneControl::interventionChanged,
                              &PaneControl::weightsChanged}) {
        connect(&m_session.paneControl(), signal, this, &CardsPanel::refresh);
    }
    for (const auto signal : {&FieldControl::fieldChanged, &FieldControl::placeChanged, &FieldControl::pinnedChanged}) {
        connect(&m_session.fieldControl(), signal, this, &CardsPanel::refreshSoon);
    }
    connect(&m_session, &Session::resultChanged, this, &CardsPanel::refreshSoon);
    connect(&m_session.display(), &DisplayControl::styleChanged, this, [this] {
        refreshMatrix();
        m_statistics->setField(m_rendered.field, m_rendered.statistics, m_session.display().style());
    });
}

void CardsPanel::setRendered(const RenderedOverlay& rendered) {
    m_rendered = rendered;
    if (!m_pace.isActive()) {
        refreshStatistics();
    }
}

void CardsPanel::setLive(const LiveStats& stats) {
    m_livePlot->setStats(stats);
    m_liveCard->setVisible(stats.valid);
    m_liveCard->setAside(stats.valid ? tr("%1 ms").arg(numberText(stats.latencyMedian)) : QString());
}

void CardsPanel::setTrainedKey(const QString& key) { m_form->setTrainedKey(key); }

void CardsPanel::toggleLive() { m_liveCard->setFolded(!m_liveCard->folded()); }

void CardsPanel::refreshTimeline() {
    const AttentionMap* shown = m_session.shown().map();
    const bool overTime = shown != nullptr && hasTimeline(*shown);
    m_timelineCard->setVisible(overTime);
    if (!overTime) {
        return;
    }
    const auto timeline = makeTimeline(*m_session.shown().result(), *m_session.shown().field());
    if (timeline) {
        m_timelineCard->setAside(QString::number(timeline->weights.size()));
        m_timeline->setTimeline(*timeline);
    } else {
        m_timeline->setMessage(errorText(timeline.error()));
    }
}

void CardsPanel::refreshStatistics() {
    const RenderedOverlay& rendered = m_rendered;
    m_statistics->setField(rendered.field, rendered.statistics, m_session.display().style());
    m_statisticsCard->setVisible(rendered.field != nullptr);
    if (rendered.field) {
        // Bars and matrix bear the map's name already where it has them.
        const AttentionMap* shown = m_session.shown().map();
        const bool named = shown != nullptr && kindInfo(*shown).card != MapCard::None;
        m_statisticsCard->setTitle(named ? tr("On the picture") : engineText(rendered.field->map));
        m_statisticsCard->setAside(QStringLiteral("%1 × %2").arg(rendered.field->width).arg(rendered.field->height));
    }
}

void CardsPanel::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange) {
        retranslate();
        refresh();
    }
    QWidget::changeEvent(event);
}

void CardsPanel::refresh() {
    refreshMaps();
    refreshBars();
    refreshMatrix();
    refreshTimeline();
    refreshPrediction();
    refreshForm();
    refreshStatistics();
}

void CardsPanel::refreshMaps() {
    const auto module = m_session.shown().moduleResult();
    std::vector<std::pair<QString, QString>> entries;
    if (module && module->output) {
        for (const auto& map : module->output->maps) {
            if (hasPicture(map)) {
                entries.emplace_back(engineText(map.title), QString::fromStdString(map.name));
            }
        }
    }
    if (entries != m_mapEntries) {  // else an open list would close under the cursor
        m_mapEntries = entries;
        m_maps->clear();
        for (const auto& [title, name] : entries) {
            m_maps->addItem(title, name);
        }
    }
    if (const auto* shown = m_session.shown().map()) {
        m_maps->setCurrentIndex(m_maps->findData(QString::fromStdString(shown->name)));
    }
    m_maps->setVisible(m_maps->count() > 1);
}

void CardsPanel::refreshBars() {
    const auto module = m_session.shown().moduleResult();
    const AttentionMap* shown = m_session.shown().map();
    const AttentionMap* map = module && module->output ? barsMap(*module->output, shown) : nullptr;
    m_barsCard->setVisible(map != nullptr);
    if (map == nullptr) {
        return;
    }
    const Features& features = *m_session.shown().modelResult()->features;
    const MapKindInfo& kind = kindInfo(*map);
    const auto& frames = module->output->frames;
    const auto weights = kind.bars(*map, frames.empty() ? 0 : frames.front().channels());
    const QStringList names = barNames(kind, weights.size(), features);
    m_barsCard->setTitle(engineText(map->title));
    m_barsCard->setAside(QString::number(weights.size()));
    m_bars->setWeights(weights, names, map->role);
    const bool channels = kind.perChannel && weights.size() == static_cast<std::size_t>(features.map.channels());
    m_bars->setOfChannels(channels);
    m_bars->setFactors(channels ? m_session.choice().intervention.channels : std::vector<float>());
    m_bars->setPinned(channels ? m_session.choice().pinned(false) : std::vector<int>());
    const auto field = m_session.shown().field();
    if (field && map == shown) {
        m_bars->setMode(field->channelMode, field->channel);
    }
}

void CardsPanel::refreshMatrix() {
    const AttentionMap* shown = m_session.shown().map();
    const bool pairwise = shown != nullptr && kindInfo(*shown).card == MapCard::Matrix;
    m_matrixCard->setVisible(pairwise);
    if (pairwise) {
        m_matrixCard->setTitle(engineText(shown->title));
        const int queries = queryCount(*shown);
        const int keys = keyCount(*shown);
        m_matrixCard->setAside(queries == keys ? QString::number(queries) + QStringLiteral("²")
                                               : QStringLiteral("%1 × %2").arg(queries).arg(keys));
        m_matrix->setMap(m_session.shown().result(), *m_session.shown().field(), m_session.display().style());
    }
}

void CardsPanel::refreshPrediction() {
    const ModelResult* result = m_session.shown().modelResult();
    const auto module = m_session.shown().moduleResult();
    const auto bundle = bundleOf(m_session.panes().current().model);
    m_predictionCard->setVisible(bundle != nullptr);
    const bool changed = module && !module->intervention.empty();
    m_predictionCard->setAside(changed ? tr("a guess · muted or scaled") : tr("a guess"));
    if (!bundle || result == nullptr || !module) {
        return;
    }
    if (module->predictionError) {
        m_prediction->setMessage(errorText(*module->predictionError));
    } else if (module->prediction) {
        auto rows = predictionRows(*bundle, result->prediction.get(), *module->prediction, m_leastGuesses);
        m_leastGuesses = m_session.isPlaying() ? rows.size() : 0;
        m_prediction->setRows(std::move(rows), module->prediction->explains());
    } else if (!module->output) {
        m_prediction->setMessage(tr("Without a result of the mechanism there is nothing to go on with."));
    }
    const auto field = m_session.shown().field();
    m_prediction->setChosen(field ? field->activationClass : -1, field && field->plainActivation);
}

void CardsPanel::refreshForm() {
    const ModuleInfo& info = *m_session.panes().current().module;
    const auto* trained = m_session.panes().current().bundleModule();
    m_form->setTrained(trained != nullptr ? std::optional(trained->params) : std::nullopt);
    m_form->setInfo(
        weightsText(bundleOf(m_session.panes().current().model).get(), info, m_session.shown().provenance(), currentLanguage()));
    m_formCard->setAside(QString::fromStdString(info.title));
    m_form->setModule(info, m_session.choice().params, info.weights != nullptr, m_session.shown().provenance());
}

void CardsPanel::retranslate() {
    m_formCard->setTitle(tr("Parameters"));
    m_predictionCard->setTitle(tr("Prediction"));
    m_predictionCard->setAside(tr("a guess"));
    m_liveCard->setTitle(tr("Capture to screen"));
    m_timelineCard->setTitle(tr("Over time"));
    m_timeline->setAccessibleName(tr("Weights over time"));
    m_livePlot->setAccessibleName(tr("Times of the newest frames"));
    m_maps->setAccessibleName(tr("Map shown on the picture"));
    m_maps->setToolTip(tr("Map shown on the picture"));
    m_bars->setAccessibleName(tr("Channel weights"));
    m_prediction->setAccessibleName(tr("What the network guesses without and with the mechanism"));
    m_matrix->setAccessibleName(tr("Attention matrix"));
    m_statistics->setAccessibleName(tr("Statistics of the map"));
}

}  // namespace fovea
