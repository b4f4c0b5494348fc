#include "widgets/colour_scale_panel.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPushButton>
#include <QRadioButton>
#include <QSignalBlocker>
#include <QVBoxLayout>

#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

#include "widgets/card_parts.h"
#include "widgets/colormap_icon.h"
#include "widgets/engine_text.h"
#include "widgets/theme.h"

namespace fovea {
namespace {

constexpr int kGrid = 8;
constexpr int kThresholdWidth = 88;
constexpr int kIndent = 24;

// The shortest text which reads back as exactly this number, so that opening the panel never changes an end.
QString editText(float value) {
    char buffer[32];
    const auto [end, error] = std::to_chars(std::begin(buffer), std::end(buffer), value);
    return error == std::errc() ? QString::fromLatin1(buffer, end - buffer) : QString();
}

// As wide as the longest of these texts: a number without its exponent would be another number.
int editWidth(const QLineEdit& field) { return field.fontMetrics().horizontalAdvance(editText(-8.8888888e-38F)) + 4 * kGrid; }

// Of a number which does not fit all the same the beginning is seen.
void showNumber(QLineEdit* field, float value) {
    field->setText(editText(value));
    field->setCursorPosition(0);
}

// Reads "1.5e-3", also with the minus sign which screens of ours show.
std::optional<float> numberOf(QString text) {
    bool ok = false;
    const float value = QLocale::c().toFloat(text.trimmed().replace(QChar(0x2212), u'-'), &ok);
    return ok && std::abs(static_cast<double>(value)) <= kFarthestValue ? std::optional<float>(value) : std::nullopt;
}

template <class T>
T* named(T* widget, const char* name) {
    widget->setObjectName(QLatin1String(name));
    return widget;
}

QLabel* caption(const QString& text, QWidget* parent, QWidget* buddy = nullptr) {
    auto* label = new QLabel(text, parent);
    label->setFont(smallFont(label->font()));
    label->setBuddy(buddy);
    QPalette quiet = label->palette();
    quiet.setColor(QPalette::WindowText, theme().secondary);
    label->setPalette(quiet);
    return label;
}

/// Where a threshold begins: in the middle of the range, or halfway from 0 where 0 is the centre; two digits.
float firstThreshold(const ColourScalePanel::Shown& shown) {
    const ValueRange range = shown.range;
    const double middle = shown.field->diverging ? range.hi / 2.0 : (static_cast<double>(range.lo) + range.hi) / 2.0;
    return QString::number(middle, 'g', 2).toFloat();
}

}  // namespace

ColourScalePanel::ColourScalePanel(Shown shown, QWidget* parent) : QFrame(parent, Qt::Popup), m_shown(std::move(shown)) {
    setFrameShape(QFrame::StyledPanel);
    setAttribute(Qt::WA_DeleteOnClose);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(2 * kGrid, 2 * kGrid, 2 * kGrid, 2 * kGrid);
    column->setSpacing(kGrid);
    buildRange(*column);
    column->addSpacing(kGrid);
    buildDrawing(*column);
    auto* again = named(new QPushButton(tr("Reset"), this), "rangeReset");
    again->setToolTip(tr("The map's own range, and neither threshold nor lines"));
    column->addWidget(again, 0, Qt::AlignRight);
    QRadioButton* const modes[] = {m_auto, m_clipped, m_locked, m_typed};
    QRadioButton* current = modes[static_cast<std::size_t>(m_shown.mode)];
    current->setChecked(true);
    current->setFocus();
    m_problem->hide();
    showEnds();
    showStyle();
    connectRange();
    connectDrawing();
    connect(again, &QPushButton::clicked, this, &ColourScalePanel::reset);
}

void ColourScalePanel::buildRange(QVBoxLayout& column) {
    m_auto = named(new QRadioButton(tr("Auto: the map's own ends"), this), "rangeAuto");
    m_clipped =
        named(new QRadioButton(
                  m_shown.field->diverging ? tr("Clipped: without the strongest") : tr("Clipped: without the highest"), this),
              "rangeClipped");
    m_locked = named(new QRadioButton(tr("Locked: keep these ends"), this), "rangeLocked");
    m_typed = named(new QRadioButton(tr("Typed:"), this), "rangeTyped");
    m_percent = named(new QDoubleSpinBox(this), "clipPercent");
    m_percent->setRange(0.1, 49.9);
    m_percent->setDecimals(1);
    m_percent->setSuffix(tr(" %"));
    m_percent->setButtonSymbols(QAbstractSpinBox::NoButtons);  // the arrow keys and the wheel do the same
    m_percent->setKeyboardTracking(false);
    m_percent->setAccessibleName(tr("Share of the cells beyond the range"));
    m_low = named(new QLineEdit(this), "rangeLow");
    m_high = named(new QLineEdit(this), "rangeHigh");
    m_low->setAccessibleName(tr("Lower end"));
    m_high->setAccessibleName(tr("Upper end"));
    m_problem = named(new QLabel(this), "rangeProblem");
    m_problem->setWordWrap(true);
    QPalette red = m_problem->palette();
    red.setColor(QPalette::WindowText, theme().error);
    m_problem->setPalette(red);

    auto* clipRow = new QHBoxLayout;
    clipRow->setSpacing(kGrid);
    clipRow->addWidget(m_clipped);
    clipRow->addWidget(m_percent);
    clipRow->addStretch(1);
    auto* ends = new QHBoxLayout;
    ends->setContentsMargins(kIndent, 0, 0, 0);
    ends->setSpacing(kGrid);
    for (QLineEdit* edit : {m_low, m_high}) {
        edit->setFixedWidth(editWidth(*edit));
        ends->addWidget(caption(edit == m_low ? tr("from") : tr("to"), this, edit));
        ends->addWidget(edit);
    }
    ends->addStretch(1);
    column.addWidget(caption(tr("Range"), this));
    column.addWidget(m_auto);
    column.addLayout(clipRow);
    column.addWidget(m_locked);
    column.addWidget(m_typed);
    column.addLayout(ends);
    column.addWidget(m_problem);
}

void ColourScalePanel::buildDrawing(QVBoxLayout& column) {
    m_colours = named(new QComboBox(this), "colourMap");
    m_colours->setIconSize(kSwatchSize);
    m_colours->setAccessibleName(tr("Colour map"));
    fillColours();
    m_mode = named(new SegmentSwitch(this), "overlayMode");
    m_mode->setSegments({{static_cast<int>(OverlayMode::Blend), tr("colours"), tr("The map's colours lie over the picture")},
                         {static_cast<int>(OverlayMode::Brightness), tr("brightness"),
                          tr("The picture keeps its own colours and is dark where the map is low")}});
    m_contours = named(new SegmentSwitch(this), "contours");
    m_contours->setSegments({{0, tr("off"), tr("No lines")},
                             {3, QStringLiteral("3"), tr("Lines at %1 equally spaced values").arg(3)},
                             {5, QStringLiteral("5"), tr("Lines at %1 equally spaced values").arg(5)},
                             {9, QStringLiteral("9"), tr("Lines at %1 equally spaced values").arg(9)}});
    m_thresholded =
        named(new QCheckBox(m_shown.field->diverging ? tr("Hide weaker than") : tr("Hide below"), this), "thresholdOn");
    m_threshold = named(new QLineEdit(this), "threshold");
    m_threshold->setFixedWidth(kThresholdWidth);
    m_threshold->setAccessibleName(tr("Threshold"));

    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(2 * kGrid);
    grid->setVerticalSpacing(kGrid);
    grid->setColumnStretch(2, 1);
    const std::pair<QString, QWidget*> rows[] = {{tr("Colours"), m_colours}, {tr("Drawn as"), m_mode}, {tr("Lines"), m_contours}};
    int row = 0;
    for (const auto& [text, control] : rows) {
        grid->addWidget(new QLabel(text, this), row, 0);
        grid->addWidget(control, row++, 1, Qt::AlignLeft | Qt::AlignVCenter);
    }
    grid->addWidget(m_thresholded, row, 0);
    grid->addWidget(m_threshold, row, 1, Qt::AlignLeft);
    column.addWidget(caption(tr("Drawing"), this));
    column.addLayout(grid);
}

/// Those which fit the field.
void ColourScalePanel::fillColours() {
    for (const auto& map : colormaps()) {
        if (map.diverging == m_shown.field->diverging) {
            m_colours->addItem(colormapIcon(map), engineText(map.title), QString::fromStdString(map.id));
        }
    }
}

void ColourScalePanel::connectRange() {
    const std::pair<QRadioButton*, RangeMode> modes[] = {
        {m_auto, RangeMode::Auto}, {m_clipped, RangeMode::Clipped}, {m_locked, RangeMode::Locked}, {m_typed, RangeMode::Typed}};
    for (const auto& [button, mode] : modes) {
        connect(button, &QRadioButton::clicked, this, [this, mode = mode] { choose(mode); });
    }
    connect(m_percent, &QDoubleSpinBox::valueChanged, this, &ColourScalePanel::chooseShare);
    for (QLineEdit* edit : {m_low, m_high}) {
        connect(edit, &QLineEdit::textEdited, this, [this] { m_typed->setChecked(true); });
        connect(edit, &QLineEdit::editingFinished, this, [this] {
            if (m_typed->isChecked()) {
                takeTyped();
            }
        });
    }
}

void ColourScalePanel::connectDrawing() {
    connect(m_colours, &QComboBox::activated, this, [this] {
        OverlayStyle& style = m_shown.style;
        (m_shown.field->diverging ? style.divergingColormap : style.colormap) = m_colours->currentData().toString().toStdString();
        Q_EMIT edited(style);
    });
    connect(m_mode, &SegmentSwitch::chosen, this, [this](int mode) {
        m_shown.style.mode = static_cast<OverlayMode>(mode);
        Q_EMIT edited(m_shown.style);
    });
    connect(m_contours, &SegmentSwitch::chosen, this, [this](int count) {
        m_shown.style.contours = count;
        Q_EMIT edited(m_shown.style);
    });
    connect(m_thresholded, &QCheckBox::clicked, this, [this] { takeThreshold(); });
    connect(m_threshold, &QLineEdit::textEdited, this, [this] { m_thresholded->setChecked(true); });
    connect(m_threshold, &QLineEdit::editingFinished, this, [this] {
        if (m_thresholded->isChecked()) {
            takeThreshold();
        }
    });
}

ValueRange ColourScalePanel::ownRange(bool clipped) const {
    OverlayStyle style = m_shown.style;
    style.autoRange = true;
    style.clipped = clipped;
    return effectiveRange(*m_shown.field, style);
}

void ColourScalePanel::choose(RangeMode mode) {
    showProblem({});
    if (mode == RangeMode::Typed) {
        m_low->setFocus();
        m_low->selectAll();
        takeTyped();
        return;
    }
    if (mode != RangeMode::Locked) {
        m_shown.range = ownRange(mode == RangeMode::Clipped);
    }
    showEnds();
    Q_EMIT chosen(mode, m_shown.range);
}

/// Who sets the share wants the range to be clipped.
void ColourScalePanel::chooseShare(double percent) {
    m_shown.style.clipShare = percent / 100.0;
    m_clipped->setChecked(true);
    Q_EMIT edited(m_shown.style);
    choose(RangeMode::Clipped);
}

void ColourScalePanel::takeTyped() {
    const std::optional<float> low = numberOf(m_low->text());
    const std::optional<float> high = numberOf(m_high->text());
    const bool good = low && high && *low < *high;
    showProblem(good ? QString() : tr("Type two numbers, the second larger than the first."));
    if (good) {
        m_shown.range = ValueRange{*low, *high};
        Q_EMIT chosen(RangeMode::Typed, m_shown.range);
    }
}

void ColourScalePanel::takeThreshold() {
    const std::optional<float> value = numberOf(m_threshold->text());
    const bool on = m_thresholded->isChecked();
    showProblem(on && !value ? tr("Type a number below which the map is hidden.") : QString());
    OverlayStyle style = m_shown.style;
    style.thresholded = on && value;
    style.threshold = value.value_or(style.threshold);
    if (style != m_shown.style) {
        m_shown.style = style;
        Q_EMIT edited(style);
    }
}

void ColourScalePanel::reset() {
    const OverlayStyle plain;
    OverlayStyle style = m_shown.style;
    style.mode = plain.mode;
    style.thresholded = plain.thresholded;
    style.contours = plain.contours;
    style.clipShare = plain.clipShare;
    if (style != m_shown.style) {
        m_shown.style = style;
        showStyle();
        Q_EMIT edited(style);
    }
    m_auto->setChecked(true);
    choose(RangeMode::Auto);
}

void ColourScalePanel::showStyle() {
    const OverlayStyle& style = m_shown.style;
    const QSignalBlocker blocker(m_percent);
    m_percent->setValue(style.clipShare * 100.0);
    m_colours->setCurrentIndex(m_colours->findData(QString::fromStdString(effectiveColormap(*m_shown.field, style).id)));
    m_mode->setCurrent(static_cast<int>(style.mode));
    m_contours->setCurrent(style.contours);
    m_thresholded->setChecked(style.thresholded);
    showNumber(m_threshold, style.thresholded ? style.threshold : firstThreshold(m_shown));
}

void ColourScalePanel::showEnds() {
    showNumber(m_low, m_shown.range.lo);
    showNumber(m_high, m_shown.range.hi);
}

void ColourScalePanel::showProblem(const QString& sentence) {
    m_problem->setText(sentence);
    m_problem->setVisible(!sentence.isEmpty());
    adjustSize();
}

}  // namespace fovea
