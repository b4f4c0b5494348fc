#pragma once

#include <QWidget>

#include <functional>
#include <vector>

#include "app/message_bar.h"
#include "widgets/canvas.h"
#include "widgets/colour_scale.h"
#include "widgets/notice_list.h"

class QLabel;

namespace fovea {

/// The canvases with what floats over them: a colour scale each, message, first hint. Canvases of one area stand at the same
/// place of the picture, unless Alt is held, and show where the cursor is on the other ones.
class CanvasArea final : public QWidget {
    Q_OBJECT

public:
    enum class Arrangement {
        Single,  ///< the active pane
        Split,   ///< the first two over each other, divided by a line which can be dragged
        Grid,    ///< all of them, and the difference if it is shown
    };
    /// Index of the canvas which shows the difference of the first two panes.
    static constexpr int kDifference = 4;

    explicit CanvasArea(QWidget* parent = nullptr);

    /// Of the active pane.
    [[nodiscard]] Canvas* canvas() const { return canvas(m_active); }
    [[nodiscard]] ColourScale* colourScale() const { return colourScale(m_active); }
    /// Of any pane or of the difference; null before it was shown for the first time.
    [[nodiscard]] Canvas* canvas(int index) const;
    [[nodiscard]] ColourScale* colourScale(int index) const;
    /// Those which exist.
    [[nodiscard]] std::vector<int> canvases() const;
    [[nodiscard]] int indexOf(const QObject* canvas) const;

    /// How many panes there are and which is active.
    void setPanes(int count, int active);
    void setArrangement(Arrangement arrangement);
    [[nodiscard]] Arrangement arrangement() const { return m_arrangement; }
    /// Places the panes anew, as when the picture has another shape.
    void place();
    void setDifferenceShown(bool shown);
    [[nodiscard]] bool differenceShown() const { return m_difference; }
    /// Where the line of a split view stands, 0 … 1 from the left.
    void setSplit(double share);
    [[nodiscard]] double split() const { return m_split; }

    /// One sentence over the top of the picture until it is closed or cleared, with a button if there is something to do about
    /// it.
    void showMessage(const QString& sentence, bool isError, const QString& buttonText = {}, std::function<void()> action = {});
    void clearMessage();
    [[nodiscard]] QString message() const;
    /// Shows a message below the others which stays until a person answers; announcementAnswered() is emitted then.
    void showAnnouncement(const QString& sentence, bool isError, std::vector<MessageAction> actions = {});
    [[nodiscard]] QString announcement() const;
    /// Several sentences at once, below both, until they are closed or there are none any more.
    void setNotices(const std::vector<NoticeSection>& sections);
    [[nodiscard]] NoticeList* notices() const { return m_notices; }
    /// The faint line for a first visit; leaves for good with setHintVisible(false).
    void setHintVisible(bool visible);

Q_SIGNALS:
    void openRequested();
    void cameraRequested();
    /// A canvas which was not there before.
    void canvasMade(int index);
    /// The difference was shown or hidden.
    void differenceShownChanged();
    /// The person closed the announcement, or one of its buttons was pressed.
    void announcementAnswered();

protected:
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    struct View {
        int index = 0;
        Canvas* canvas = nullptr;
        ColourScale* scale = nullptr;
    };

    void make(int index);
    void link(int index);
    [[nodiscard]] std::vector<int> shownIndices() const;
    void placeView(const View& view, const QRect& rect, bool leftScale);
    void placeSplit();
    void placeVacant(const QRect& rect);
    void placeMessages();
    void retranslate();
    void restyle();

    std::vector<View> m_views;
    int m_count = 1;
    int m_active = 0;
    Arrangement m_arrangement = Arrangement::Single;
    bool m_difference = false;
    double m_split = 0.5;
    QWidget* m_handle;  ///< the line of a split view
    QLabel* m_vacant;   ///< what would fill a place of the grid which no pane has
    MessageBar* m_message;
    MessageBar* m_announcement;
    NoticeList* m_notices;
    QLabel* m_hint;
};

}  // namespace fovea
