#include "app/top_bar.h"

#include <QButtonGroup>
#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QSlider>
#include <QToolButton>

#include <algorithm>
#include <utility>

#include "app/actions/actions.h"

namespace fovea {
namespace {

constexpr int kStrides[] = {4, 8, 16, 32};

/// What the data of an entry of the list of models says: a stride is the Retina's, kOpenBundle opens a folder, and what lies
/// below are a bundle's place in the list and how its pictures enter it.
constexpr int kOpenBundle = -1;
constexpr int kNetworks = -2;

int networkEntry(std::size_t bundle, bool fine, bool cropped) {
    return kNetworks - static_cast<int>(4 * bundle) - (fine ? 1 : 0) - (cropped ? 2 : 0);
}

}  // namespace

TopBar::TopBar(const Actions& actions, QWidget* parent)
    : QWidget(parent),
      m_actions(actions),
      m_open(new QToolButton(this)),
      m_camera(new QToolButton(this)),
      m_file(new QLabel(this)),
      m_viewRow(new QHBoxLayout),
      m_views(new QButtonGroup(this)),
      m_opacity(new QSlider(Qt::Horizontal, this)),
      m_opacityLabel(new QLabel(this)),
      m_features(new QComboBox(this)),
      m_export(new QToolButton(this)),
      m_menu(new QToolButton(this)) {
    setFixedHeight(40);
    setAutoFillBackground(true);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(8, 4, 8, 4);
    layout->setSpacing(8);
    m_viewRow->setSpacing(0);
    m_opacity->setRange(0, 100);
    m_opacity->setFixedWidth(110);
    m_features->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_export->setObjectName(QStringLiteral("primary"));
    m_export->setPopupMode(QToolButton::InstantPopup);
    m_menu->setPopupMode(QToolButton::InstantPopup);
    m_menu->setText(QStringLiteral("☰"));
    m_file->setMinimumWidth(40);
    m_file->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    layout->addWidget(m_open);
    layout->addWidget(m_camera);
    layout->addWidget(m_file, 1);
    layout->addLayout(m_viewRow);
    layout->addSpacing(8);
    layout->addWidget(m_opacityLabel);
    layout->addWidget(m_opacity);
    layout->addStretch(1);
    layout->addWidget(m_features);
    layout->addWidget(m_export);
    layout->addWidget(m_menu);

    connect(m_open, &QToolButton::clicked, this, &TopBar::openRequested);
    connect(m_camera, &QToolButton::clicked, this, &TopBar::cameraRequested);
    connect(m_views, &QButtonGroup::idClicked, this,
            [this](int place) { Q_EMIT viewChosen(m_offers[static_cast<std::size_t>(place)].id); });
    connect(m_opacity, &QSlider::valueChanged, this, [this](int value) { Q_EMIT opacityChosen(value / 100.0); });
    connect(m_features, &QComboBox::activated, this, &TopBar::chooseModel);
    connect(&m_actions, &Actions::keysChanged, this, &TopBar::showTips);
    retranslate();
}

void TopBar::setFileName(const QString& name, const QString& toolTip) {
    m_file->setText(name);
    m_file->setToolTip(toolTip);
}

void TopBar::setStyle(const OverlayStyle& style) {
    const QSignalBlocker blocker(m_opacity);
    m_opacity->setValue(qRound(style.opacity * 100.0));
}

void TopBar::setViews(std::vector<ViewOffer> views) {
    m_offers = std::move(views);
    makeViewButtons();
    for (std::size_t place = 0; place < m_offers.size(); ++place) {
        m_views->button(static_cast<int>(place))->setText(m_offers[place].title);
    }
    showTips();
}

void TopBar::makeViewButtons() {
    for (int place = static_cast<int>(m_views->buttons().size()); place < static_cast<int>(m_offers.size()); ++place) {
        auto* button = new QToolButton(this);
        button->setCheckable(true);
        button->setObjectName(QStringLiteral("segment"));
        m_views->addButton(button, place);
        m_viewRow->addWidget(button);
    }
}

void TopBar::setView(const ViewId& view) {
    for (std::size_t place = 0; place < m_offers.size(); ++place) {
        if (m_offers[place].id == view) {
            m_views->button(static_cast<int>(place))->setChecked(true);
        }
    }
}

void TopBar::setModel(const std::vector<std::shared_ptr<const Bundle>>& bundles, const ModelSpec& model) {
    const bool others = m_bundles != bundles || m_features->count() == 0;
    m_bundles = bundles;
    m_model = model;
    if (others) {
        fillModels();
    }
    markModel();
}

void TopBar::fillModels() {
    m_features->clear();
    for (std::size_t k = 0; k < m_bundles.size(); ++k) {
        const QString name = QString::fromStdString(m_bundles[k]->name);
        const BundleInput& input = m_bundles[k]->input;
        m_features->addItem(tr("%1 · %2 px").arg(name).arg(input.size), networkEntry(k, false, false));
        if (!input.fixed) {
            m_features->addItem(tr("%1 · fine, %2 px").arg(name).arg(input.fine), networkEntry(k, true, false));
        }
        m_features->addItem(tr("%1 · %2 px, centre").arg(name).arg(input.size), networkEntry(k, false, true));
        if (!input.fixed) {
            m_features->addItem(tr("%1 · fine, %2 px, centre").arg(name).arg(input.fine), networkEntry(k, true, true));
        }
        for (int row = m_features->count() - (input.fixed ? 2 : 4); row < m_features->count(); ++row) {
            m_features->setItemData(row, QString::fromStdString(m_bundles[k]->folder), Qt::ToolTipRole);
        }
        m_features->insertSeparator(m_features->count());
    }
    for (const int stride : kStrides) {
        m_features->addItem(tr("Retina · stride %1").arg(stride), stride);
    }
    m_features->insertSeparator(m_features->count());
    m_features->addItem(tr("Open a model…"), kOpenBundle);
}

void TopBar::markModel() { m_features->setCurrentIndex(m_features->findData(usedEntry())); }

int TopBar::usedEntry() const {
    const auto* network = std::get_if<NetworkModel>(&m_model);
    if (network == nullptr) {
        return std::get<RetinaOptions>(m_model).stride;
    }
    const auto used = std::find_if(m_bundles.begin(), m_bundles.end(),
                                   [network](const auto& bundle) { return bundle->folder == network->bundle->folder; });
    const bool fine = network->input.fine && !network->bundle->input.fixed;
    return networkEntry(static_cast<std::size_t>(used - m_bundles.begin()), fine, network->input.fit == Fit::Crop);
}

void TopBar::chooseModel() {
    const int entry = m_features->currentData().toInt();
    markModel();  // the list follows what is in use, and a folder may not be chosen after all
    if (entry == kOpenBundle) {
        Q_EMIT bundleRequested();
    } else if (entry > 0) {
        Q_EMIT strideChosen(entry);
    } else {
        const int place = kNetworks - entry;
        Q_EMIT networkChosen({.bundle = m_bundles[static_cast<std::size_t>(place / 4)],
                              .input = {.fit = place & 2 ? Fit::Crop : Fit::Whole, .fine = (place & 1) != 0}});
    }
}

void TopBar::setExportMenu(QMenu* menu) { m_export->setMenu(menu); }
void TopBar::setMainMenu(QMenu* menu) { m_menu->setMenu(menu); }

void TopBar::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange) {
        retranslate();
    }
    QWidget::changeEvent(event);
}

void TopBar::retranslate() {
    m_open->setText(tr("Open…"));
    m_camera->setText(tr("Camera…"));
    m_opacityLabel->setText(tr("Opacity"));
    m_opacityLabel->setBuddy(m_opacity);
    m_opacity->setAccessibleName(tr("Opacity of the overlay"));
    m_opacity->setToolTip(tr("Opacity of the overlay"));
    m_features->setAccessibleName(tr("Model"));
    m_features->setToolTip(tr(
        "What makes the features: a trained network and the shorter side of the picture it sees, or the built-in Retina, which "
        "needs no training, and the size of its cells"));
    m_export->setText(tr("Export"));
    m_menu->setAccessibleName(tr("Menu"));
    showTips();
    fillModels();
    markModel();
}

void TopBar::showTips() {
    m_open->setToolTip(m_actions.toolTip("file.open", tr("Open a picture or a video")));
    m_camera->setToolTip(m_actions.toolTip("source.open", tr("Show a camera or a network stream")));
    m_menu->setToolTip(m_actions.toolTip("window.menu", tr("Menu")));
    for (std::size_t place = 0; place < m_offers.size(); ++place) {
        m_views->button(static_cast<int>(place))->setToolTip(m_actions.toolTip(m_offers[place].action, m_offers[place].tip));
    }
}

}  // namespace fovea
