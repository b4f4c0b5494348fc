#pragma once

#include <QWidget>

#include <memory>

#include "engine/attention/module.h"

namespace fovea {

/// A module's declared parameters as controls (slider + number, switch, choice, point), with reset, and its weights: provenance,
/// open a file, seed. One generic form; it knows no module.
class ParamForm final : public QWidget {
    Q_OBJECT

public:
    explicit ParamForm(QWidget* parent = nullptr);
    ~ParamForm() override;

    /// Shows these values without emitting.
    void setModule(const ModuleInfo& info, const ParamSet& params, bool hasWeights, const Provenance& provenance);
    [[nodiscard]] const ParamSet& params() const;

Q_SIGNALS:
    void paramsChanged(const fovea::ParamSet& params);
    void weightsFileRequested();
    void randomWeightsRequested(quint64 seed);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

}  // namespace fovea
