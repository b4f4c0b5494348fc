#pragma once

#include <QObject>

#include "app/shell/desk.h"
#include "engine/models/model_spec.h"
#include "engine/result.h"

namespace fovea {

/// The model of the active pane and its weights: a trained network or the Retina, trained weights, random ones or those of a
/// file. GUI thread only.
class ModelControl final : public QObject {
    Q_OBJECT

public:
    explicit ModelControl(const Desk& desk);

    /// Says what the entries about models and weights do.
    void bind(Actions& actions);
    /// Opens the model of the last run, else the bundle which comes with the program.
    void openFirst();
    /// The model of the settings is not wanted any more, should it still be opening.
    void forgetFirst() { m_opensSetModel = false; }
    /// Writes keys in the language of the window.
    void retranslate();

Q_SIGNALS:
    /// The model which the settings name cannot be opened; the bundle which comes with the program takes its place.
    void settingRefused(const fovea::Error& problem);

private:
    void connectTopBar();
    void showModel();
    void askForBundle();
    void askForWeights();
    void chooseNetwork(const NetworkModel& network);
    void chooseRetina(int stride);
    void toggleTrained();
    void openInstead(const Error& error);

    Desk m_desk;
    bool m_opensSetModel = false;  ///< the model of the settings is being opened
};

}  // namespace fovea
