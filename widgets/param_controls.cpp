#include "widgets/param_controls.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QSignalBlocker>
#include <QSlider>
#include <QSpinBox>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "widgets/card_parts.h"
#include "widgets/engine_text.h"

namespace fovea {
namespace {

constexpr int kSliderSteps = 200;

// Values which a slider or a step sets are short: three digits in decades, else as many decimals as the step needs.
double shortened(double value, double step, bool logarithmic) {
    if (logarithmic || !(step > 0.0)) {
        return QString::number(value, 'g', 3).toDouble();
    }
    const int decimals = std::clamp(static_cast<int>(std::ceil(-std::log10(step) - 1e-9)), 0, 24);
    return QString::number(value, 'f', decimals).toDouble();
}

QString labelText(const ParamSpec& spec) {
    const QString label = engineText(spec.label.empty() ? spec.key : spec.label);
    return spec.unit.empty() ? label : QStringLiteral("%1 (%2)").arg(label, engineText(spec.unit));
}

LineLabel* makeLabel(const ParamSpec& spec, QWidget* parent) {
    auto* label = new LineLabel(false, parent);
    label->setText(labelText(spec));
    return label;
}

QHBoxLayout* makeRow() {
    auto* row = new QHBoxLayout;
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    return row;
}

void prepareNumber(QAbstractSpinBox* spin, const ParamSpec& spec) {
    spin->setFont(smallFont(spin->font()));
    spin->setAccessibleName(labelText(spec));
    spin->setButtonSymbols(QAbstractSpinBox::NoButtons);
    spin->setAlignment(Qt::AlignRight);
    spin->setKeyboardTracking(false);
    spin->setFixedWidth(66);
}

QSlider* makeSlider(const ParamSpec& spec, QWidget* parent) {
    auto* slider = new QSlider(Qt::Horizontal, parent);
    slider->setAccessibleName(labelText(spec));
    slider->setFixedHeight(16);
    slider->setMinimumWidth(60);
    return slider;
}

class RealControl final : public ParamControl {
public:
    RealControl(const ParamSpec& spec, QWidget* parent)
        : ParamControl(parent), m_spec(spec), m_logarithmic(spec.logarithmic && spec.min > 0.0) {
        auto* column = new QVBoxLayout(this);
        column->setContentsMargins(0, 0, 0, 0);
        column->setSpacing(1);
        auto* row = makeRow();
        m_spin = new RealSpin(m_logarithmic, this);
        prepareNumber(m_spin, spec);
        m_spin->setRange(spec.min, spec.max);
        m_spin->setSingleStep((spec.max - spec.min) / 100.0);
        m_slider = makeSlider(spec, this);
        m_slider->setRange(0, kSliderSteps);
        m_slider->setPageStep(kSliderSteps / 10);
        row->addWidget(makeLabel(spec, this), 1);
        row->addWidget(m_spin);
        column->addLayout(row);
        column->addWidget(m_slider);
        connect(m_slider, &QSlider::valueChanged, this, [this](int tick) {
            const QSignalBlocker quiet(m_spin);
            m_spin->setValue(valueAt(tick));
            Q_EMIT edited(m_spin->value());
        });
        connect(m_spin, &QDoubleSpinBox::valueChanged, this, [this](double value) {
            const QSignalBlocker quiet(m_slider);
            m_slider->setValue(tickOf(value));
            Q_EMIT edited(value);
        });
    }

    void show(const ParamValue& value) override {
        const double real = std::get<double>(value);
        const QSignalBlocker quietSpin(m_spin);
        const QSignalBlocker quietSlider(m_slider);
        if (m_spin->value() != real) {  // setting it again would discard what is being typed
            m_spin->setValue(real);
        }
        m_slider->setValue(tickOf(real));
    }

private:
    [[nodiscard]] double valueAt(int tick) const {
        if (tick <= 0 || tick >= kSliderSteps) {
            return tick <= 0 ? m_spec.min : m_spec.max;
        }
        const double t = static_cast<double>(tick) / kSliderSteps;
        const double value =
            m_logarithmic ? m_spec.min * std::pow(m_spec.max / m_spec.min, t) : m_spec.min + t * (m_spec.max - m_spec.min);
        return std::clamp(shortened(value, (m_spec.max - m_spec.min) / kSliderSteps, m_logarithmic), m_spec.min, m_spec.max);
    }

    [[nodiscard]] int tickOf(double value) const {
        if (m_spec.max <= m_spec.min) {
            return 0;
        }
        const double t = m_logarithmic ? std::log(value / m_spec.min) / std::log(m_spec.max / m_spec.min)
                                       : (value - m_spec.min) / (m_spec.max - m_spec.min);
        return static_cast<int>(std::lround(std::clamp(t, 0.0, 1.0) * kSliderSteps));
    }

    ParamSpec m_spec;
    bool m_logarithmic;
    RealSpin* m_spin = nullptr;
    QSlider* m_slider = nullptr;
};

class IntControl final : public ParamControl {
public:
    IntControl(const ParamSpec& spec, QWidget* parent) : ParamControl(parent) {
        auto* column = new QVBoxLayout(this);
        column->setContentsMargins(0, 0, 0, 0);
        column->setSpacing(1);
        auto* row = makeRow();
        m_spin = new QSpinBox(this);
        prepareNumber(m_spin, spec);
        m_slider = makeSlider(spec, this);
        const int min = static_cast<int>(spec.min);
        const int max = static_cast<int>(spec.max);
        m_spin->setRange(min, max);
        m_slider->setRange(min, max);
        m_slider->setPageStep(std::max(1, (max - min) / 10));
        row->addWidget(makeLabel(spec, this), 1);
        row->addWidget(m_spin);
        column->addLayout(row);
        column->addWidget(m_slider);
        connect(m_slider, &QSlider::valueChanged, this, [this](int value) {
            const QSignalBlocker quiet(m_spin);
            m_spin->setValue(value);
            Q_EMIT edited(value);
        });
        connect(m_spin, &QSpinBox::valueChanged, m_slider, &QSlider::setValue);
    }

    void show(const ParamValue& value) override {
        const QSignalBlocker quietSpin(m_spin);
        const QSignalBlocker quietSlider(m_slider);
        if (m_spin->value() != std::get<int>(value)) {  // setting it again would discard what is being typed
            m_spin->setValue(std::get<int>(value));
        }
        m_slider->setValue(std::get<int>(value));
    }

private:
    QSpinBox* m_spin = nullptr;
    QSlider* m_slider = nullptr;
};

class BoolControl final : public ParamControl {
public:
    BoolControl(const ParamSpec& spec, QWidget* parent) : ParamControl(parent) {
        auto* row = makeRow();
        setLayout(row);
        m_box = new QCheckBox(this);
        m_box->setAccessibleName(labelText(spec));
        row->addWidget(makeLabel(spec, this), 1);
        row->addWidget(m_box);
        connect(m_box, &QCheckBox::toggled, this, [this](bool on) { Q_EMIT edited(on); });
    }

    void show(const ParamValue& value) override {
        const QSignalBlocker quiet(m_box);
        m_box->setChecked(std::get<bool>(value));
    }

private:
    QCheckBox* m_box = nullptr;
};

class ChoiceControl final : public ParamControl {
public:
    ChoiceControl(const ParamSpec& spec, QWidget* parent) : ParamControl(parent) {
        auto* row = makeRow();
        setLayout(row);
        m_combo = new QComboBox(this);
        m_combo->setFont(smallFont(font()));
        m_combo->setAccessibleName(labelText(spec));
        m_combo->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        m_combo->setMinimumContentsLength(6);
        for (const auto& choice : spec.choices) {
            m_combo->addItem(engineText(choice), QString::fromStdString(choice));
        }
        row->addWidget(makeLabel(spec, this), 1);
        row->addWidget(m_combo);
        connect(m_combo, &QComboBox::currentIndexChanged, this,
                [this](int index) { Q_EMIT edited(m_combo->itemData(index).toString().toStdString()); });
    }

    void show(const ParamValue& value) override {
        const QSignalBlocker quiet(m_combo);
        m_combo->setCurrentIndex(m_combo->findData(QString::fromStdString(std::get<std::string>(value))));
    }

private:
    QComboBox* m_combo = nullptr;
};

class ChoiceSetControl final : public ParamControl {
public:
    ChoiceSetControl(const ParamSpec& spec, QWidget* parent) : ParamControl(parent) {
        auto* column = new QVBoxLayout(this);
        column->setContentsMargins(0, 0, 0, 0);
        column->setSpacing(1);
        column->addWidget(makeLabel(spec, this));
        for (const auto& choice : spec.choices) {
            auto* box = new QCheckBox(engineText(choice), this);
            box->setFont(smallFont(font()));
            column->addWidget(box);
            m_boxes.emplace_back(choice, box);
            connect(box, &QCheckBox::toggled, this, [this] { Q_EMIT edited(chosen()); });
        }
    }

    void show(const ParamValue& value) override {
        const auto& set = std::get<std::vector<std::string>>(value);
        for (const auto& [choice, box] : m_boxes) {
            const QSignalBlocker quiet(box);
            box->setChecked(std::find(set.begin(), set.end(), choice) != set.end());
        }
    }

private:
    [[nodiscard]] std::vector<std::string> chosen() const {
        std::vector<std::string> set;
        for (const auto& [choice, box] : m_boxes) {
            if (box->isChecked()) {
                set.push_back(choice);
            }
        }
        return set;
    }

    std::vector<std::pair<std::string, QCheckBox*>> m_boxes;
};

class PointControl final : public ParamControl {
public:
    PointControl(const ParamSpec& spec, QWidget* parent) : ParamControl(parent) {
        auto* row = makeRow();
        row->setSpacing(4);
        setLayout(row);
        row->addWidget(makeLabel(spec, this), 1);
        const std::pair<RealSpin**, QString> axes[] = {{&m_x, QStringLiteral("x")}, {&m_y, QStringLiteral("y")}};
        for (const auto& [spin, axis] : axes) {
            *spin = new RealSpin(false, this);
            prepareNumber(*spin, spec);
            (*spin)->setAccessibleName(QStringLiteral("%1 %2").arg(labelText(spec), axis));
            (*spin)->setRange(0.0, 1.0);
            (*spin)->setSingleStep(0.01);
            (*spin)->setFixedWidth(54);
            row->addWidget(*spin);
            connect(*spin, &QDoubleSpinBox::valueChanged, this, [this] {
                Q_EMIT edited(PointValue{m_x->value(), m_y->value()});
            });
        }
    }

    void show(const ParamValue& value) override {
        const auto& point = std::get<PointValue>(value);
        const QSignalBlocker quietX(m_x);
        const QSignalBlocker quietY(m_y);
        for (const auto& [spin, fraction] : {std::pair(m_x, point.x), std::pair(m_y, point.y)}) {
            if (spin->value() != fraction) {
                spin->setValue(fraction);
            }
        }
    }

private:
    RealSpin* m_x = nullptr;
    RealSpin* m_y = nullptr;
};

/// A line of whole numbers, "3, 5". What cannot be read or has the wrong count goes back to what it was.
class IntListControl final : public ParamControl {
public:
    IntListControl(const ParamSpec& spec, QWidget* parent)
        : ParamControl(parent), m_spec(spec), m_shown(std::vector<ParamSpec>{spec}) {
        auto* row = makeRow();
        setLayout(row);
        m_line = new QLineEdit(this);
        m_line->setFont(smallFont(font()));
        m_line->setAccessibleName(labelText(spec));
        m_line->setAlignment(Qt::AlignRight);
        m_line->setFixedWidth(90);
        row->addWidget(makeLabel(spec, this), 1);
        row->addWidget(m_line);
        connect(m_line, &QLineEdit::editingFinished, this, &IntListControl::take);
        showNumbers();
    }

    void show(const ParamValue& value) override {
        if (m_shown.set({m_spec}, m_spec.key, value)) {
            showNumbers();
        }
    }

private:
    void take() {
        const auto before = m_shown;
        const bool read(m_shown.setText({m_spec}, m_spec.key, m_line->text().toStdString()));
        showNumbers();
        if (read && !(m_shown == before)) {
            Q_EMIT edited(m_shown.integers(m_spec.key));
        }
    }

    void showNumbers() {
        QStringList texts;
        for (const int number : m_shown.integers(m_spec.key)) {
            texts.push_back(QString::number(number));
        }
        m_line->setText(texts.join(QStringLiteral(", ")));
    }

    ParamSpec m_spec;
    ParamSet m_shown;
    QLineEdit* m_line = nullptr;
};

}  // namespace

RealSpin::RealSpin(bool logarithmic, QWidget* parent) : QDoubleSpinBox(parent), m_logarithmic(logarithmic) {
    setLocale(QLocale::c());
    setDecimals(24);  // the field rounds to this many; fewer would change small values
}

void RealSpin::stepBy(int steps) {
    const double target = m_logarithmic ? value() * std::pow(10.0, steps / 10.0) : value() + steps * singleStep();
    setValue(std::clamp(shortened(target, singleStep() / 10.0, m_logarithmic), minimum(), maximum()));
    selectAll();
}

QSize RealSpin::sizeHint() const { return {66, QWidget::minimumSizeHint().height()}; }

QString RealSpin::textFromValue(double value) const {
    const double magnitude = std::abs(value);
    const bool plain = magnitude == 0.0 || (magnitude >= 1e-4 && magnitude < 1e7);
    QString text = QString::number(value, plain ? 'f' : 'e', QLocale::FloatingPointShortest);
    return text.replace(QStringLiteral("e-0"), QStringLiteral("e-")).replace(QStringLiteral("e+0"), QStringLiteral("e"));
}

double RealSpin::valueFromText(const QString& text) const { return text.toDouble(); }

QValidator::State RealSpin::validate(QString& text, int&) const {
    bool number = false;
    const double value = text.toDouble(&number);
    if (number) {
        return value >= minimum() && value <= maximum() ? QValidator::Acceptable : QValidator::Intermediate;
    }
    const auto partOfNumber = [](QChar c) { return c.isDigit() || QStringLiteral("+-.eE").contains(c); };
    return std::all_of(text.begin(), text.end(), partOfNumber) ? QValidator::Intermediate : QValidator::Invalid;
}

ParamControl* makeParamControl(const ParamSpec& spec, QWidget* parent) {
    ParamControl* control = nullptr;
    switch (spec.type) {
        case ParamType::Real:
            control = new RealControl(spec, parent);
            break;
        case ParamType::Int:
            control = new IntControl(spec, parent);
            break;
        case ParamType::Bool:
            control = new BoolControl(spec, parent);
            break;
        case ParamType::Choice:
            control = new ChoiceControl(spec, parent);
            break;
        case ParamType::ChoiceSet:
            control = new ChoiceSetControl(spec, parent);
            break;
        case ParamType::Point:
            control = new PointControl(spec, parent);
            break;
        case ParamType::IntList:
            control = new IntListControl(spec, parent);
            break;
    }
    const QString help = engineText(spec.help);
    for (auto* child : control->findChildren<QWidget*>(QString(), Qt::FindDirectChildrenOnly)) {
        child->setToolTip(help);
        child->setAccessibleDescription(help);
    }
    control->setObjectName(QString::fromStdString(spec.key));
    control->setToolTip(help);
    return control;
}

}  // namespace fovea
