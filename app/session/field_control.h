#pragma once

#include <QObject>
#include <QPointF>

#include <string>
#include <vector>

#include "app/session/pane_control.h"
#include "app/session/shown_results.h"

namespace fovea {

/// Changes which field of the results is looked at, and which place is asked about. Nothing is computed anew, except that a
/// mechanism which is told where to look is told it here. GUI thread only.
class FieldControl final : public QObject {
    Q_OBJECT

public:
    /// All of these outlive the control.
    FieldControl(Selection& selection, const ShownResults& shown, PaneControl& panes, QObject* parent = nullptr);

    void setMap(const std::string& map);
    void setChannelMode(ChannelMode mode, int channel);
    void setHead(int head);
    void setDirection(bool to);
    /// Puts the class activation map of a class on the canvas, of the network without the module when `plain`; −1: the module's
    /// map.
    void setActivation(int index, bool plain);
    /// Which frame of a clip is shown, counted from the oldest; −1 the newest.
    void setClipFrame(int frame);
    /// The newest frame is shown and asks: the clip moves on.
    void followNewest();
    /// Which channels, or heads, of the chosen mechanism come first wherever they are listed.
    void setPinned(bool heads, const std::vector<int>& pinned);

    /// Asks about a place given as fractions of the picture: a new pin, or the active one moved; no pin where the map asks
    /// nothing. Nothing happens while there are no features.
    void ask(QPointF fraction, QueryGesture gesture = QueryGesture::Move);
    /// The same for one pane alone; pins stay where they are.
    void askInPane(int pane, QPointF fraction);
    /// A place given as fractions of the query grid, and the frame of a clip which asks (−1 the newest), as the matrix reports
    /// them.
    void askOnGrid(QPointF fraction, int frame);
    /// Makes the pin of this number the one which asks; unknown ones are ignored.
    void setActivePin(int number);
    /// After the one which asked, the one before it asks; without any the question stays where it was.
    void removePin(int number);
    void clearPins();

    /// Resets the choices of a pane which its newest result does not have. Returns one sentence for each; the names in the
    /// sentences begin with `path`.
    std::vector<Error> dropMissingChoices(int pane, const std::string& path);
    /// Says that pins and fields may be others, as when a state was restored.
    void tellAll();

Q_SIGNALS:
    /// Another map, channel, head, direction, class or frame is chosen to be looked at.
    void fieldChanged();
    /// Another place is asked about, or a mechanism is told to look there.
    void placeChanged();
    /// Pins have come, gone or moved, or another one asks.
    void pinsChanged();
    /// Other channels or heads come first wherever they are listed.
    void pinnedChanged();

private:
    /// Lets all fields ask at a place of the picture, and tells the place to a mechanism which looks where it is told. There are
    /// features.
    void askOnPicture(QPointF fraction);
    /// Lets all fields ask at a place of the grid of the active pane's model.
    void setQuery(PointValue place, int frame);

    Selection& m_selection;
    const ShownResults& m_shown;
    PaneControl& m_panes;
};

}  // namespace fovea
