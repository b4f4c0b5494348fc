#include "widgets/colour_scale_panel.h"

#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPushButton>
#include <QRadioButton>
#include <QVBoxLayout>

#include <charconv>
#include <cmath>
#include <optional>

#include "widgets/theme.h"

namespace fovea {
namespace {

// The shortest text which reads back as exactly this number, so that opening the panel never changes an end.
QString editText(float value) {
    char buffer[32];
    const auto [end, error] = std::to_chars(std::begin(buffer), std::end(buffer), value);
    return error == std::errc() ? QString::fromLatin1(buffer, end - buffer) : QString();
}

// Reads "1.5e-3", also with the minus sign which screens of ours show.
std::optional<float> numberOf(QString text) {
    bool ok = false;
    const float value = QLocale::c().toFloat(text.trimmed().replace(QChar(0x2212), u'-'), &ok);
    return ok && std::isfinite(value) ? std::optional<float>(value) : std::nullopt;
}

QLineEdit* endEdit(const QString& name, QWidget* parent) {
    auto* edit = new QLineEdit(parent);
    edit->setObjectName(name);
    return edit;
}

}  // namespace

ColourScalePanel::ColourScalePanel(RangeMode mode, ValueRange shown, ValueRange automatic, float clippedMax, QWidget* parent)
    : QFrame(parent, Qt::Popup), m_shown(shown), m_automatic(automatic), m_clippedMax(clippedMax) {
    setFrameShape(QFrame::StyledPanel);
    setAttribute(Qt::WA_DeleteOnClose);
    build();
    QRadioButton* current = mode == RangeMode::Auto      ? m_auto
                            : mode == RangeMode::Clipped ? m_clipped
                            : mode == RangeMode::Locked  ? m_locked
                                                         : m_typed;
    current->setChecked(true);
    current->setFocus();
    m_problem->hide();
    showEnds();
    connect(m_auto, &QRadioButton::clicked, this, [this] { choose(RangeMode::Auto); });
    connect(m_clipped, &QRadioButton::clicked, this, [this] { choose(RangeMode::Clipped); });
    connect(m_locked, &QRadioButton::clicked, this, [this] { choose(RangeMode::Locked); });
    connect(m_typed, &QRadioButton::clicked, this, [this] { choose(RangeMode::Typed); });
    for (QLineEdit* edit : {m_low, m_high}) {
        connect(edit, &QLineEdit::textEdited, this, [this] { m_typed->setChecked(true); });
        connect(edit, &QLineEdit::editingFinished, this, [this] {
            if (m_typed->isChecked()) {
                takeTyped();
            }
        });
    }
}

void ColourScalePanel::build() {
    m_auto = new QRadioButton(tr("Auto: the map's own ends"), this);
    m_clipped = new QRadioButton(tr("Clipped: the highest 2 % of the cells above the end"), this);
    m_locked = new QRadioButton(tr("Locked: keep these ends"), this);
    m_typed = new QRadioButton(tr("Typed:"), this);
    m_auto->setObjectName(QStringLiteral("rangeAuto"));
    m_clipped->setObjectName(QStringLiteral("rangeClipped"));
    m_locked->setObjectName(QStringLiteral("rangeLocked"));
    m_typed->setObjectName(QStringLiteral("rangeTyped"));
    m_low = endEdit(QStringLiteral("rangeLow"), this);
    m_high = endEdit(QStringLiteral("rangeHigh"), this);
    auto* reset = new QPushButton(tr("Reset"), this);
    reset->setObjectName(QStringLiteral("rangeReset"));
    m_problem = new QLabel(this);
    m_problem->setObjectName(QStringLiteral("rangeProblem"));
    m_problem->setWordWrap(true);
    QPalette red = m_problem->palette();
    red.setColor(QPalette::WindowText, theme().error);
    m_problem->setPalette(red);

    auto* ends = new QFormLayout;
    ends->setContentsMargins(24, 0, 0, 0);
    ends->addRow(tr("from"), m_low);
    ends->addRow(tr("to"), m_high);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(12, 12, 12, 12);
    column->setSpacing(8);
    for (QRadioButton* button : {m_auto, m_clipped, m_locked, m_typed}) {
        column->addWidget(button);
    }
    column->addLayout(ends);
    column->addWidget(m_problem);
    column->addWidget(reset, 0, Qt::AlignRight);
    connect(reset, &QPushButton::clicked, this, [this] {
        m_auto->setChecked(true);
        choose(RangeMode::Auto);
    });
}

void ColourScalePanel::choose(RangeMode mode) {
    m_problem->hide();
    if (mode == RangeMode::Typed) {
        m_low->setFocus();
        m_low->selectAll();
        takeTyped();
        return;
    }
    if (mode == RangeMode::Auto) {
        m_shown = m_automatic;
    } else if (mode == RangeMode::Clipped) {
        m_shown = {m_automatic.lo, m_clippedMax};
    }
    showEnds();
    Q_EMIT chosen(mode, m_shown);
}

void ColourScalePanel::takeTyped() {
    const std::optional<float> low = numberOf(m_low->text());
    const std::optional<float> high = numberOf(m_high->text());
    const bool good = low && high && *low < *high;
    m_problem->setText(good ? QString() : tr("Type two numbers, the second larger than the first."));
    m_problem->setVisible(!good);
    adjustSize();
    if (good) {
        m_shown = ValueRange{*low, *high};
        Q_EMIT chosen(RangeMode::Typed, m_shown);
    }
}

void ColourScalePanel::showEnds() {
    m_low->setText(editText(m_shown.lo));
    m_high->setText(editText(m_shown.hi));
}

}  // namespace fovea
