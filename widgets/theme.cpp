#include "widgets/theme.h"

#include <QApplication>
#include <QFocusEvent>
#include <QFont>
#include <QPainter>
#include <QPalette>
#include <QStyleFactory>
#include <QWidget>

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

ThemeName g_current = ThemeName::Dark;
bool g_focusVisible = true;
bool g_chineseFont = false;

/// Focus rings help who works by keyboard and disturb who works by mouse: the last input decides.
class FocusVisibility final : public QObject {
public:
    using QObject::QObject;

    bool eventFilter(QObject* watched, QEvent* event) override {
        const bool before = g_focusVisible;
        if (event->type() == QEvent::KeyPress) {
            g_focusVisible = true;
        } else if (event->type() == QEvent::MouseButtonPress) {
            g_focusVisible = false;
        } else if (event->type() == QEvent::FocusIn) {
            const auto reason = static_cast<QFocusEvent*>(event)->reason();
            g_focusVisible = g_focusVisible || reason == Qt::TabFocusReason || reason == Qt::BacktabFocusReason;
        }
        if (before != g_focusVisible && QApplication::focusWidget() != nullptr) {
            QApplication::focusWidget()->update();
        }
        return QObject::eventFilter(watched, event);
    }
};

Theme makeDark() {
    return {.window = QColor(0x1c1d21),
            .card = QColor(0x25272c),
            .control = QColor(0x32353c),
            .canvas = QColor(0x101113),
            .text = QColor(0xe8e9ec),
            .secondary = QColor(0xa9adb6),
            .accent = QColor(0x3868d0),
            .onAccent = QColor(0xffffff),
            .selection = QColor(0x263a63),
            .border = QColor(0x34373e),
            .focus = QColor(0x7fa8ff),
            .error = QColor(0xff9d92),
            .errorSurface = QColor(0x45211f),
            .channel = QColor(0xe8665a),
            .spatial = QColor(0x5b8def),
            .channelSpatial = QColor(0x4db878),
            .temporal = QColor(0xa77bd8),
            .spatialTemporal = QColor(0xdcb84a),
            .branch = QColor(0xa9adb6)};
}

Theme makeLight() {
    return {.window = QColor(0xf4f3f0),
            .card = QColor(0xffffff),
            .control = QColor(0xe5e4e0),
            .canvas = QColor(0xe8e6e1),
            .text = QColor(0x202226),
            .secondary = QColor(0x595d66),
            .accent = QColor(0x2f60c8),
            .onAccent = QColor(0xffffff),
            .selection = QColor(0xcfdcf7),
            .border = QColor(0xd6d4cf),
            .focus = QColor(0x2f60c8),
            .error = QColor(0xa1241a),
            .errorSurface = QColor(0xfbe3e0),
            .channel = QColor(0xc8463a),
            .spatial = QColor(0x2f62c4),
            .channelSpatial = QColor(0x2a8450),
            .temporal = QColor(0x7c4bb4),
            .spatialTemporal = QColor(0x96740a),
            .branch = QColor(0x6b6f78)};
}

QPalette makePalette(const Theme& t) {
    QPalette p;
    p.setColor(QPalette::Window, t.window);
    p.setColor(QPalette::WindowText, t.text);
    p.setColor(QPalette::Base, t.control);
    p.setColor(QPalette::AlternateBase, t.card);
    p.setColor(QPalette::Text, t.text);
    p.setColor(QPalette::Button, t.control);
    p.setColor(QPalette::ButtonText, t.text);
    p.setColor(QPalette::BrightText, t.error);
    p.setColor(QPalette::ToolTipBase, t.card);
    p.setColor(QPalette::ToolTipText, t.text);
    p.setColor(QPalette::PlaceholderText, t.secondary);
    p.setColor(QPalette::Highlight, t.accent);
    p.setColor(QPalette::HighlightedText, t.onAccent);
    p.setColor(QPalette::Link, t.focus);
    p.setColor(QPalette::Light, t.control.lighter(115));
    p.setColor(QPalette::Midlight, t.control);
    p.setColor(QPalette::Mid, t.border);
    p.setColor(QPalette::Dark, t.border.darker(115));
    p.setColor(QPalette::Shadow, t.canvas);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
        p.setColor(QPalette::Disabled, role, t.secondary);
    }
    return p;
}

// What Fusion cannot say by palette: flat, rounded controls without frames in frames.
QString makeStyleSheet(const Theme& t) {
    QString sheet = QStringLiteral(R"(
QToolTip { border: 1px solid @border; padding: 4px; background: @card; color: @text; }
QPushButton, QToolButton, QComboBox, QLineEdit, QAbstractSpinBox {
  border: 1px solid transparent; border-radius: 6px; background: @control; color: @text; padding: 3px 8px; min-height: 18px; }
QPushButton:hover, QToolButton:hover, QComboBox:hover { border-color: @border; }
QPushButton:focus, QToolButton:focus, QComboBox:focus, QLineEdit:focus, QAbstractSpinBox:focus { border-color: @focus; }
QPushButton:pressed, QToolButton:pressed, QToolButton:checked, QPushButton:checked { background: @selection; }
QPushButton#primary, QToolButton#primary { background: @accent; color: @onAccent; }
QPushButton:disabled, QPushButton#primary:disabled { background: @control; color: @secondary; }
QListWidget, QTreeWidget { background: @control; border: 1px solid transparent; border-radius: 6px; padding: 3px; outline: 0; }
QListWidget:focus, QTreeWidget:focus { border-color: @focus; }
QListWidget::item, QTreeWidget::item { padding: 4px 8px; border-radius: 4px; color: @text; }
QListWidget::item:selected, QTreeWidget::item:selected { background: @selection; color: @text; }
QTreeWidget::branch { background: transparent; }
QToolButton::menu-indicator { image: none; width: 0px; }
QComboBox::drop-down { border: none; width: 18px; }
QComboBox::down-arrow { image: url(:/theme/chevron-@name.svg); width: 10px; height: 10px; }
QComboBox QAbstractItemView { background: @card; border: 1px solid @border; selection-background-color: @selection; selection-color: @text; outline: 0; }
QDialogButtonBox, QMessageBox { dialogbuttonbox-buttons-have-icons: 0; }
QScrollBar:vertical { width: 8px; background: transparent; margin: 0; }
QScrollBar:horizontal { height: 8px; background: transparent; margin: 0; }
QScrollBar::handle { background: @control; border-radius: 4px; min-height: 24px; min-width: 24px; }
QScrollBar::handle:hover { background: @border; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QMenu { background: @card; border: 1px solid @border; padding: 4px; }
QMenu::item { padding: 5px 24px 5px 12px; border-radius: 4px; color: @text; }
QMenu::item:selected { background: @selection; }
QMenu::separator { height: 1px; background: @border; margin: 4px 8px; }
QMenu::item:disabled { color: @secondary; }
)");
    const std::pair<QLatin1String, QColor> places[] = {
        {QLatin1String("@border"), t.border},      {QLatin1String("@card"), t.card},
        {QLatin1String("@text"), t.text},          {QLatin1String("@control"), t.control},
        {QLatin1String("@focus"), t.focus},        {QLatin1String("@selection"), t.selection},
        {QLatin1String("@onAccent"), t.onAccent},  {QLatin1String("@accent"), t.accent},
        {QLatin1String("@secondary"), t.secondary}};
    sheet.replace(QLatin1String("@name"), g_current == ThemeName::Dark ? QLatin1String("dark") : QLatin1String("light"));
    for (const auto& [place, colour] : places) {
        sheet.replace(place, colour.name());
    }
    return sheet;
}

double luminance(const QColor& colour) {
    const auto linear = [](double v) { return v <= 0.03928 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4); };
    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) + 0.0722 * linear(colour.blueF());
}

}  // namespace

QColor Theme::domain(Domain d) const {
    switch (d) {
        case Domain::Channel:
            return channel;
        case Domain::Spatial:
            return spatial;
        case Domain::ChannelSpatial:
            return channelSpatial;
        case Domain::Temporal:
            return temporal;
        case Domain::SpatialTemporal:
            return spatialTemporal;
        case Domain::Branch:
            return branch;
    }
    return branch;
}

const Theme& theme(ThemeName name) {
    static const Theme kDark = makeDark();
    static const Theme kLight = makeLight();
    return name == ThemeName::Dark ? kDark : kLight;
}

const Theme& theme() { return theme(g_current); }

ThemeName themeName() { return g_current; }

void applyTheme(QApplication& application, ThemeName name) {
    g_current = name;
    application.setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    applyFont(g_chineseFont);
    QApplication::setPalette(makePalette(theme()));
    application.setStyleSheet(makeStyleSheet(theme()));
}

void applyFont(bool chinese) {
    g_chineseFont = chinese;
    QStringList families{QStringLiteral("Noto Sans"), QStringLiteral("DejaVu Sans")};
    families.insert(chinese ? 0 : families.size(), QStringLiteral("Noto Sans CJK SC"));
    QFont font(families);
    font.setPixelSize(13);
    QApplication::setFont(font);
}

void followFocusVisibility(QApplication& application) {
    g_focusVisible = false;
    application.installEventFilter(new FocusVisibility(&application));
}

double contrastRatio(const QColor& a, const QColor& b) {
    const double la = luminance(a);
    const double lb = luminance(b);
    return (std::max(la, lb) + 0.05) / (std::min(la, lb) + 0.05);
}

void paintFocusRing(QPainter& painter, const QRect& rect) {
    if (!g_focusVisible) {
        return;
    }
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(theme().focus, 2));
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(QRectF(rect).adjusted(1, 1, -1, -1), 5, 5);
    painter.restore();
}

}  // namespace fovea
