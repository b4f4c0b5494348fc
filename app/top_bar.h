#pragma once

#include <QWidget>

#include <memory>
#include <vector>

#include "app/shell/view_offer.h"
#include "engine/models/model_spec.h"
#include "engine/render/compose.h"

class QButtonGroup;
class QComboBox;
class QHBoxLayout;
class QLabel;
class QSlider;
class QToolButton;

namespace fovea {

class Actions;

/// The bar above the picture: open, camera, the views, opacity, features, export, menu.
class TopBar final : public QWidget {
    Q_OBJECT

public:
    /// The actions, whose keys stand in the tool tips, outlive the bar.
    explicit TopBar(const Actions& actions, QWidget* parent = nullptr);

    void setFileName(const QString& name, const QString& toolTip);
    void setStyle(const OverlayStyle& style);
    /// Offers these views, in this order.
    void setViews(std::vector<ViewOffer> views);
    void setView(const ViewId& view);
    /// Offers the bundles and the Retina with its strides, and marks the model in use.
    void setModel(const std::vector<std::shared_ptr<const Bundle>>& bundles, const ModelSpec& model);
    void setExportMenu(QMenu* menu);
    void setMainMenu(QMenu* menu);

Q_SIGNALS:
    void openRequested();
    void cameraRequested();
    void viewChosen(const std::string& view);
    void opacityChosen(double opacity);
    void networkChosen(const fovea::NetworkModel& network);
    void strideChosen(int stride);
    void bundleRequested();

protected:
    void changeEvent(QEvent* event) override;

private:
    void makeViewButtons();
    void retranslate();
    void showTips();
    void fillModels();
    void markModel();
    [[nodiscard]] int usedEntry() const;
    void chooseModel();

    const Actions& m_actions;
    std::vector<std::shared_ptr<const Bundle>> m_bundles;
    ModelSpec m_model;
    QToolButton* m_open;
    QToolButton* m_camera;
    QLabel* m_file;
    std::vector<ViewOffer> m_offers;
    QHBoxLayout* m_viewRow;
    QButtonGroup* m_views;  ///< a button for each offer, whose place is its id
    QSlider* m_opacity;
    QLabel* m_opacityLabel;
    QComboBox* m_features;
    QToolButton* m_export;
    QToolButton* m_menu;
};

}  // namespace fovea
