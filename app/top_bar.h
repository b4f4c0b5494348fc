#pragma once

#include <QWidget>

#include "engine/models/retina.h"
#include "engine/render/compose.h"

class QComboBox;
class QLabel;
class QSlider;
class QToolButton;

namespace fovea {

/// The bar above the picture: open, camera, colours, opacity, features, export, menu.
class TopBar final : public QWidget {
    Q_OBJECT

public:
    explicit TopBar(QWidget* parent = nullptr);

    void setFileName(const QString& name, const QString& toolTip);
    void setStyle(const OverlayStyle& style);
    void setRetina(const RetinaOptions& options);
    void setExportMenu(QMenu* menu);
    void setMainMenu(QMenu* menu);

Q_SIGNALS:
    void openRequested();
    void cameraRequested();
    void colormapChosen(const QString& id);
    void opacityChosen(double opacity);
    void strideChosen(int stride);

protected:
    void changeEvent(QEvent* event) override;

private:
    void retranslate();

    QToolButton* m_open;
    QToolButton* m_camera;
    QLabel* m_file;
    QComboBox* m_colormap;
    QSlider* m_opacity;
    QLabel* m_opacityLabel;
    QComboBox* m_features;
    QToolButton* m_export;
    QToolButton* m_menu;
};

}  // namespace fovea
