#pragma once

#include <QTimer>
#include <QWidget>

#include <utility>
#include <vector>

#include "app/session/session.h"
#include "engine/runtime/render_view.h"

class QComboBox;

namespace fovea {

class Card;
class ChannelBars;
class LivePlot;
class MatrixView;
class ParamForm;
class PredictionView;
class StatisticsView;
class TimelineView;
struct LiveStats;

/// The right column: one card per kind of map the chosen mechanism has, then its parameters. Knows kinds, never modules.
class CardsPanel final : public QWidget {
    Q_OBJECT

public:
    explicit CardsPanel(Session& session, QWidget* parent = nullptr);

    /// Statistics of what is on the canvas.
    void setRendered(const RenderedOverlay& rendered);
    /// How the moving source is doing; its card is there only while one plays.
    void setLive(const LiveStats& stats);
    /// Shows at once what the session holds now.
    void refresh();
    /// The key which switches between trained and random weights, for tool tips; empty without one.
    void setTrainedKey(const QString& key);
    /// Opens or folds the card with the times of the moving source.
    void toggleLive();

Q_SIGNALS:
    void weightsFileRequested();

protected:
    void changeEvent(QEvent* event) override;

private:
    void connectViews();
    void connectFieldViews();
    void connectForm();
    void followSession();
    void refreshSoon();
    void refreshStatistics();
    void refreshTimeline();
    void refreshMaps();
    void refreshBars();
    void refreshMatrix();
    void refreshPrediction();
    void refreshForm();
    void retranslate();

    Session& m_session;
    QComboBox* m_maps;
    ChannelBars* m_bars;
    MatrixView* m_matrix;
    StatisticsView* m_statistics;
    TimelineView* m_timeline;
    LivePlot* m_livePlot;
    PredictionView* m_prediction;
    ParamForm* m_form;
    Card* m_barsCard;
    Card* m_matrixCard;
    Card* m_statisticsCard;
    Card* m_timelineCard;
    Card* m_liveCard;
    Card* m_predictionCard;
    Card* m_formCard;
    std::vector<std::pair<QString, QString>> m_mapEntries;  ///< title and name, as they stand in m_maps
    RenderView<MatrixRequest> m_matrixView;
    RenderedOverlay m_rendered;
    std::size_t m_leastGuesses = 0;  ///< while pictures move the card of guesses never becomes smaller
    QTimer m_pace;                   ///< bundles what follows each other quickly while pictures move
};

}  // namespace fovea
