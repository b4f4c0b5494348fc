#include "app/canvas_area.h"

#include <QEvent>
#include <QGuiApplication>
#include <QKeyEvent>
#include <QLabel>
#include <QMouseEvent>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "widgets/theme.h"

namespace fovea {
namespace {

constexpr int kGap = 2;     // between panes
constexpr int kHandle = 6;  // width of the line of a split view
constexpr int kMessageTop = 48;
constexpr int kBelowMessage = 8;

/// The number of columns in which `count` pictures become largest on an area; each needs a margin beside it for its scale.
int bestColumns(int count, const QSizeF& area, const QSizeF& picture, double margin) {
    int best = 1;
    double largest = 0.0;
    for (int columns = 1; columns <= count; ++columns) {
        const int rows = (count + columns - 1) / columns;
        const double scale = std::min((area.width() / columns - margin) / std::max(1.0, picture.width()),
                                      area.height() / rows / std::max(1.0, picture.height()));
        if (scale > largest) {
            largest = scale;
            best = columns;
        }
    }
    return best;
}

}  // namespace

CanvasArea::CanvasArea(QWidget* parent)
    : QWidget(parent),
      m_handle(new QWidget(this)),
      m_vacant(new QLabel(this)),
      m_message(new MessageBar(this)),
      m_announcement(new MessageBar(this)),
      m_notices(new NoticeList(this)),
      m_hint(new QLabel(this)) {
    m_hint->setTextFormat(Qt::RichText);
    m_hint->setFocusPolicy(Qt::NoFocus);
    m_handle->setCursor(Qt::SplitHCursor);
    m_handle->setAutoFillBackground(true);
    m_handle->setFocusPolicy(Qt::TabFocus);
    m_handle->installEventFilter(this);
    m_handle->hide();
    m_vacant->setObjectName(QStringLiteral("vacant"));
    m_vacant->setAlignment(Qt::AlignCenter);
    m_vacant->setWordWrap(true);
    m_vacant->hide();
    make(0);
    connect(m_notices, &NoticeList::heightChanged, this, &CanvasArea::placeMessages);
    connect(m_message, &MessageBar::answered, this, &CanvasArea::placeMessages);
    connect(m_announcement, &MessageBar::answered, this, [this] {
        placeMessages();
        Q_EMIT announcementAnswered();
    });
    connect(m_hint, &QLabel::linkActivated, this, [this](const QString& link) {
        if (link == QLatin1String("camera")) {
            Q_EMIT cameraRequested();
        } else {
            Q_EMIT openRequested();
        }
    });
    retranslate();
    restyle();
}

Canvas* CanvasArea::canvas(int index) const {
    const auto it = std::find_if(m_views.begin(), m_views.end(), [index](const View& v) { return v.index == index; });
    return it == m_views.end() ? nullptr : it->canvas;
}

ColourScale* CanvasArea::colourScale(int index) const {
    const auto it = std::find_if(m_views.begin(), m_views.end(), [index](const View& v) { return v.index == index; });
    return it == m_views.end() ? nullptr : it->scale;
}

std::vector<int> CanvasArea::canvases() const {
    std::vector<int> indices;
    for (const View& view : m_views) {
        indices.push_back(view.index);
    }
    return indices;
}

int CanvasArea::indexOf(const QObject* canvas) const {
    const auto it = std::find_if(m_views.begin(), m_views.end(), [canvas](const View& v) { return v.canvas == canvas; });
    return it == m_views.end() ? -1 : it->index;
}

void CanvasArea::make(int index) {
    const View view{.index = index, .canvas = new Canvas(this), .scale = new ColourScale(this)};
    m_views.push_back(view);
    view.canvas->setMinimumSize(1, 1);
    view.canvas->setRightMargin(view.scale->sizeHint().width() + 8);
    view.canvas->stackUnder(m_handle);
    view.scale->stackUnder(m_handle);
    link(index);
    retranslate();
    if (index != 0) {
        view.canvas->setPlace(canvas(0)->view().place());
        Q_EMIT canvasMade(index);
    }
}

void CanvasArea::link(int index) {
    Canvas* from = canvas(index);
    connect(from, &Canvas::placeChanged, this, [this, from](const CanvasPlace& place) {
        const bool unlinked = QGuiApplication::keyboardModifiers().testFlag(Qt::AltModifier);
        for (const View& view : m_views) {
            if (view.canvas != from && !unlinked) {
                view.canvas->setPlace(place);
            }
        }
    });
    connect(from, &Canvas::cursorMoved, this, [this, from](const CursorInfo& info) {
        for (const View& view : m_views) {
            const bool shows = view.canvas != from && info.inside;
            view.canvas->setGhost(shows ? std::optional(QPointF(info.x + 0.5, info.y + 0.5)) : std::nullopt);
        }
    });
}

void CanvasArea::setPanes(int count, int active) {
    m_count = count;
    m_active = active;
    for (int index = 0; index < count; ++index) {
        if (canvas(index) == nullptr) {
            make(index);
        }
    }
    place();
}

void CanvasArea::setArrangement(Arrangement arrangement) {
    m_arrangement = arrangement;
    place();
}

void CanvasArea::setDifferenceShown(bool shown) {
    m_difference = shown;
    if (shown && canvas(kDifference) == nullptr) {
        make(kDifference);
    }
    place();
    Q_EMIT differenceShownChanged();
}

void CanvasArea::setSplit(double share) {
    m_split = std::clamp(share, 0.0, 1.0);
    if (m_handle->isVisible()) {
        placeSplit();
        placeMessages();
    }
}

std::vector<int> CanvasArea::shownIndices() const {
    if (m_arrangement == Arrangement::Single || m_count < 2) {
        return {m_active};
    }
    std::vector<int> indices{0, 1};
    if (m_arrangement == Arrangement::Grid) {
        for (int index = 2; index < m_count; ++index) {
            indices.push_back(index);
        }
        if (m_difference) {
            indices.push_back(kDifference);
        }
    }
    return indices;
}

void CanvasArea::placeView(const View& view, const QRect& rect, bool leftScale) {
    view.canvas->setGeometry(rect);
    const QSize scale = view.scale->sizeHint().boundedTo({rect.width(), std::max(60, rect.height() - 96)});
    const int left = leftScale ? rect.left() + 8 : rect.right() + 1 - scale.width() - 8;
    view.scale->setGeometry(left, rect.top() + (rect.height() - scale.height()) / 2, scale.width(), scale.height());
    view.scale->raise();
}

// The second canvas lies over the first one and shows only what is right of the line.
void CanvasArea::placeSplit() {
    const int at = static_cast<int>(std::lround(m_split * width()));
    canvas(1)->raise();
    canvas(1)->setChipLeft(at);
    canvas(1)->setMask(QRegion(at, 0, std::max(1, width() - at), height()));
    colourScale(0)->raise();
    colourScale(1)->raise();
    m_handle->setGeometry(at - kHandle / 2, 0, kHandle, height());
    m_handle->raise();
}

void CanvasArea::placeVacant(const QRect& rect) {
    m_vacant->setText(m_count < kDifference ? tr("Drag a mechanism here to compare one more.") : tr("Four panes are the most."));
    m_vacant->setGeometry(rect.adjusted(24, 0, -24, 0));
    m_vacant->setVisible(!rect.isNull());
}

bool CanvasArea::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_handle && event->type() == QEvent::MouseMove) {
        const auto* mouse = static_cast<QMouseEvent*>(event);
        setSplit((m_handle->x() + mouse->position().x()) / width());
        return true;
    }
    if (watched == m_handle && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        if (key == Qt::Key_Left || key == Qt::Key_Right) {
            setSplit(m_split + (key == Qt::Key_Left ? -0.01 : 0.01));
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

void CanvasArea::showMessage(const QString& sentence, bool isError, const QString& buttonText, std::function<void()> action) {
    std::vector<MessageAction> actions;
    if (action) {
        actions.push_back({buttonText, std::move(action)});
    }
    m_message->say(sentence, isError, std::move(actions));
    placeMessages();
}

void CanvasArea::clearMessage() {
    m_message->clear();
    placeMessages();
}

QString CanvasArea::message() const { return m_message->text(); }

void CanvasArea::showAnnouncement(const QString& sentence, bool isError, std::vector<MessageAction> actions) {
    m_announcement->say(sentence, isError, std::move(actions));
    placeMessages();
}

QString CanvasArea::announcement() const { return m_announcement->text(); }

void CanvasArea::setNotices(const std::vector<NoticeSection>& sections) {
    m_notices->setSections(sections);
    placeMessages();
}

void CanvasArea::setHintVisible(bool visible) { m_hint->setVisible(visible); }

void CanvasArea::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    place();
}

void CanvasArea::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange) {
        retranslate();
        place();
    } else if (event->type() == QEvent::PaletteChange) {
        restyle();
    }
    QWidget::changeEvent(event);
}

void CanvasArea::place() {
    const std::vector<int> shown = shownIndices();
    const bool hadFocus = indexOf(focusWidget()) >= 0;
    for (const View& view : m_views) {
        const bool visible = std::find(shown.begin(), shown.end(), view.index) != shown.end();
        view.canvas->setVisible(visible);
        view.scale->setVisible(visible);
        view.canvas->setReading(shown.size() > 1);
        view.canvas->clearMask();
        view.canvas->setChipLeft(0.0);
    }
    const bool split = m_arrangement == Arrangement::Split && shown.size() == 2;
    const int columns = split ? 1
                              : bestColumns(static_cast<int>(shown.size()), size(), canvas(0)->view().picture,
                                            colourScale(0)->sizeHint().width() + 8);
    const int rows = split ? 1 : (static_cast<int>(shown.size()) + columns - 1) / columns;
    const auto cell = [this, columns, rows](int k) {
        const int column = k % columns;
        const int row = k / columns;
        return QRect(QPoint(column * width() / columns, row * height() / rows),
                     QPoint((column + 1) * width() / columns - (column + 1 < columns ? kGap : 0) - 1,
                            (row + 1) * height() / rows - (row + 1 < rows ? kGap : 0) - 1));
    };
    const int count = static_cast<int>(shown.size());
    for (int k = 0; k < count; ++k) {
        const int index = shown[static_cast<std::size_t>(k)];
        const auto view = std::find_if(m_views.begin(), m_views.end(), [index](const View& v) { return v.index == index; });
        placeView(*view, split ? rect() : cell(k), split && k == 0);
    }
    placeVacant(split || count == rows * columns ? QRect() : cell(count) | cell(rows * columns - 1));
    m_handle->setVisible(split);
    if (split) {
        placeSplit();
    }
    if (hadFocus && !canvas()->hasFocus()) {
        canvas()->setFocus();
    }
    placeMessages();
    const QSize hint = m_hint->sizeHint();
    m_hint->setGeometry((width() - hint.width()) / 2, height() - hint.height() - 8, hint.width(), hint.height());
}

// The announcement lies under the message, or takes its place while there is none; the list has the room below both.
void CanvasArea::placeMessages() {
    const int wide = std::min(width() - 32, 640);
    const int left = (width() - wide) / 2;
    int top = kMessageTop;
    for (MessageBar* bar : {m_message, m_announcement}) {
        const int high = bar->heightForWidth(wide);
        bar->setGeometry(left, top, wide, high);
        bar->raise();
        top += bar->text().isEmpty() ? 0 : high + kBelowMessage;
    }
    const int room = std::max(0, height() - top - kBelowMessage);
    m_notices->setGeometry(left, top, wide, std::min(room, m_notices->wantedHeight(wide)));
    m_notices->raise();
}

void CanvasArea::retranslate() {
    m_handle->setAccessibleName(tr("Line between the two maps"));
    m_handle->setToolTip(tr("Drag the line, or move it with the arrow keys"));
    for (const View& view : m_views) {
        view.canvas->setAccessibleName(tr("Picture"));
        view.scale->setAccessibleName(tr("Colour scale"));
        view.canvas->setPlaceholder(tr("Open a picture, drop one here, or paste it."));
    }
    restyle();
}

void CanvasArea::restyle() {
    const Theme& t = theme();
    QPalette handle = m_handle->palette();
    handle.setColor(QPalette::Window, t.accent);
    m_handle->setPalette(handle);
    m_vacant->setStyleSheet(QStringLiteral("color: %1;").arg(t.secondary.name()));
    m_hint->setText(QStringLiteral("<span style='color:%1'><a href='open' style='color:%1'>%2</a> · <a href='camera' "
                                   "style='color:%1'>%3</a> · %4</span>")
                        .arg(t.secondary.name(), tr("Open a picture or video").toHtmlEscaped(), tr("Camera").toHtmlEscaped(),
                             tr("or drop one here, or paste it").toHtmlEscaped()));
}

}  // namespace fovea
