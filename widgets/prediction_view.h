#pragma once

#include <QString>
#include <QWidget>

#include <memory>
#include <vector>

namespace fovea {

/// One class of a network's guess: its number among the outputs, its name, the group its label belongs to (may be empty), and its
/// probability 0..1 without and with the attention module; NaN where it was not computed.
struct PredictionRow {
    int index = -1;
    QString name;
    QString group;
    double without = 0.0;
    double with = 0.0;
};

/// What a network guesses without and with the attention module: per class two thin bars from 0 to 1 over the whole width and two
/// numbers, exact on hover. Where the guess can be explained, a click (or Enter, Space) on a row shows the map of its class, on
/// its number "without" the map without the module; a second click returns. Up to ten rows, each of the same height.
class PredictionView final : public QWidget {
    Q_OBJECT
    Q_PROPERTY(QString textSummary READ textSummary)

public:
    explicit PredictionView(QWidget* parent = nullptr);
    ~PredictionView() override;

    /// Rows in the order they are shown, ten at the most; `explains` lets a person choose one. Cheap enough for every frame of a
    /// video: only another number of rows asks for a new layout.
    void setRows(std::vector<PredictionRow> rows, bool explains);
    /// One sentence instead of rows, such as why there are none.
    void setMessage(const QString& sentence);
    /// Marks the class whose map is on the picture, without a signal; −1 marks none.
    void setChosen(int index, bool plain);
    [[nodiscard]] QString textSummary() const;
    /// Where the row of a class is painted; null if it has none.
    [[nodiscard]] QRect rowRect(int index) const;
    /// The part of that row which chooses the class without the module: the column of its number.
    [[nodiscard]] QRect plainRect(int index) const;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;
    [[nodiscard]] bool hasHeightForWidth() const override;
    [[nodiscard]] int heightForWidth(int width) const override;

Q_SIGNALS:
    /// A class, without the module if `plain`; −1 (and false) goes back to the module's own map.
    void classChosen(int index, bool plain);

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

}  // namespace fovea
