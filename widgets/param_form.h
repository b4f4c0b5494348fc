#pragma once

#include <QWidget>

#include <memory>
#include <optional>

#include "engine/attention/module.h"

namespace fovea {

/// A module's declared parameters as controls (slider + number, switch, choice, point), with reset, and its weights: provenance,
/// open a file, seed. One generic form; it knows no module.
class ParamForm final : public QWidget {
    Q_OBJECT

public:
    explicit ParamForm(QWidget* parent = nullptr);
    ~ParamForm() override;

    /// The parameters trained weights were trained with, which Reset then goes to; nothing when there are no trained weights, and
    /// then there is no switch for them. Call it before setModule().
    void setTrained(std::optional<ParamSet> params);
    /// The key which does what the switch does, for its tool tips; empty without one.
    void setTrainedKey(const QString& key);
    /// What stands behind the "i" beside the weights, as rich text; empty: no "i".
    void setInfo(const QString& html);
    /// Shows these values without emitting.
    void setModule(const ModuleInfo& info, const ParamSet& params, bool hasWeights, const Provenance& provenance);
    [[nodiscard]] const ParamSet& params() const;

Q_SIGNALS:
    void paramsChanged(const fovea::ParamSet& params);
    void weightsFileRequested();
    void randomWeightsRequested(quint64 seed);
    void trainedWeightsRequested(bool trained);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

}  // namespace fovea
