#pragma once

#include <QWidget>

#include <utility>
#include <vector>

#include "app/session.h"

class QComboBox;

namespace fovea {

class Card;
class ChannelBars;
class MatrixView;
class ParamForm;
class StatisticsView;

/// The right column: one card per kind of map the chosen mechanism has, then its parameters. Knows kinds, never modules.
class CardsPanel final : public QWidget {
    Q_OBJECT

public:
    explicit CardsPanel(Session& session, QWidget* parent = nullptr);

    /// Statistics of what is on the canvas.
    void setRendered(const RenderedOverlay& rendered);
    void setMatrixRendered(const RenderedMatrix& rendered);

Q_SIGNALS:
    void matrixRequested(const fovea::MatrixRequest& request);
    void weightsFileRequested();

protected:
    void changeEvent(QEvent* event) override;

private:
    void connectViews();
    void refresh();
    void refreshMaps();
    void refreshBars();
    void refreshMatrix();
    void refreshForm();
    void retranslate();

    Session& m_session;
    QComboBox* m_maps;
    ChannelBars* m_bars;
    MatrixView* m_matrix;
    StatisticsView* m_statistics;
    ParamForm* m_form;
    Card* m_barsCard;
    Card* m_matrixCard;
    Card* m_statisticsCard;
    Card* m_formCard;
    std::vector<std::pair<QString, QString>> m_mapEntries;  ///< title and name, as they stand in m_maps
    RenderedOverlay m_rendered;
};

}  // namespace fovea
