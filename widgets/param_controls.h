#pragma once

#include <QDoubleSpinBox>
#include <QWidget>

#include <functional>

#include "engine/attention/params.h"

class QSlider;

namespace fovea {

/// A number field without arrows which shows a real number as it is ("0.0001", never "0.00"); with `logarithmic` a step is a
/// tenth of a decade.
class RealSpin final : public QDoubleSpinBox {
    Q_OBJECT

public:
    explicit RealSpin(bool logarithmic, QWidget* parent = nullptr);
    void stepBy(int steps) override;
    [[nodiscard]] QSize sizeHint() const override;

protected:
    [[nodiscard]] QString textFromValue(double value) const override;
    [[nodiscard]] double valueFromText(const QString& text) const override;
    [[nodiscard]] QValidator::State validate(QString& text, int& position) const override;

private:
    bool m_logarithmic;
};

/// The control of one declared parameter, label included.
class ParamControl : public QWidget {
    Q_OBJECT

public:
    using QWidget::QWidget;
    /// Shows a value without a signal.
    virtual void show(const ParamValue& value) = 0;
    using QWidget::show;

Q_SIGNALS:
    void edited(const fovea::ParamValue& value);
};

/// Builds the control of a spec: slider and number, switch, choices, or a point.
ParamControl* makeParamControl(const ParamSpec& spec, QWidget* parent);

}  // namespace fovea
