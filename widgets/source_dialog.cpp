#include "widgets/source_dialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QEvent>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

#include "widgets/card_parts.h"
#include "widgets/engine_text.h"
#include "widgets/theme.h"

namespace fovea {
namespace {

constexpr int kWidth = 440;
constexpr int kHeight = 320;
constexpr int kMostRows = 5;      // of cameras at once
constexpr int kUsualWidth = 640;  // what a camera is asked for unless somebody wants more
constexpr double kUsualRate = 30.0;

QLabel* paragraph(QWidget* parent) {
    auto* label = new QLabel(parent);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Minimum);
    return label;
}

void colourText(QLabel* label, const QColor& colour) {
    QPalette palette = label->palette();
    palette.setColor(QPalette::WindowText, colour);
    label->setPalette(palette);
}

// The usual rates a mode reaches, and its own highest one.
std::vector<double> ratesOf(const CameraMode& mode) {
    std::vector<double> rates;
    for (const double usual : {5.0, 10.0, 15.0, 30.0, 60.0}) {
        if (usual < mode.rate) {
            rates.push_back(usual);
        }
    }
    if (mode.rate > 0.0) {
        rates.push_back(mode.rate);
    }
    return rates;
}

}  // namespace

struct SourceDialog::State {
    State(SourceDialog& owner, AddressCheck addressCheck, SourceSpec sampleClip)
        : dialog(owner), check(std::move(addressCheck)), sample(std::move(sampleClip)) {}

    SourceDialog& dialog;
    AddressCheck check;
    SourceSpec sample;
    std::vector<CameraInfo> cameras;
    bool looking = true;
    std::optional<SourceSpec> stream;  // what the address means

    SegmentSwitch* pages = nullptr;
    QStackedWidget* stack = nullptr;
    QLabel* cameraState = nullptr;
    QPushButton* playSample = nullptr;
    QListWidget* list = nullptr;
    QWidget* options = nullptr;
    QLabel* sizeLabel = nullptr;
    QComboBox* size = nullptr;
    QLabel* rateLabel = nullptr;
    QComboBox* rate = nullptr;
    QCheckBox* mirror = nullptr;
    QLabel* addressLabel = nullptr;
    QComboBox* address = nullptr;
    QLabel* addressState = nullptr;
    QLabel* sampleText = nullptr;
    QDialogButtonBox* buttons = nullptr;
    QPushButton* startButton = nullptr;

    void build();
    QWidget* cameraPage();
    QWidget* streamPage();
    QWidget* samplePage();
    void connectAll();
    void retranslate();
    void showCameras();
    void showModes();
    void showRates();
    void checkAddress();
    void showStart();
    void start(const SourceSpec& spec) {
        dialog.accept();
        Q_EMIT dialog.chosen(spec);
    }

    [[nodiscard]] const CameraInfo* camera() const {
        const int row = list->currentRow();
        return row >= 0 && row < static_cast<int>(cameras.size()) ? &cameras[static_cast<std::size_t>(row)] : nullptr;
    }
    [[nodiscard]] const CameraMode* mode() const {
        const CameraInfo* chosen = camera();
        const int row = size->currentIndex();
        const bool known = chosen != nullptr && row >= 0 && row < static_cast<int>(chosen->modes.size());
        return known ? &chosen->modes[static_cast<std::size_t>(row)] : nullptr;
    }
    [[nodiscard]] std::optional<SourceSpec> cameraSpec() const;
};

QWidget* SourceDialog::State::cameraPage() {
    auto* page = new QWidget(&dialog);
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    cameraState = paragraph(page);
    playSample = new QPushButton(page);
    playSample->setAutoDefault(false);
    list = new QListWidget(page);
    list->setFrameShape(QFrame::NoFrame);
    list->setUniformItemSizes(true);
    options = new QWidget(page);
    auto* form = new QFormLayout(options);
    form->setContentsMargins(0, 0, 0, 0);
    form->setVerticalSpacing(8);
    form->setHorizontalSpacing(16);
    size = new QComboBox(options);
    rate = new QComboBox(options);
    sizeLabel = new QLabel(options);
    sizeLabel->setBuddy(size);
    rateLabel = new QLabel(options);
    rateLabel->setBuddy(rate);
    mirror = new QCheckBox(options);
    mirror->setChecked(true);
    form->addRow(sizeLabel, size);
    form->addRow(rateLabel, rate);
    form->addRow(mirror);
    column->addWidget(cameraState);
    column->addWidget(playSample, 0, Qt::AlignLeft);
    column->addWidget(list);
    column->addWidget(options);
    column->addStretch(1);
    return page;
}

QWidget* SourceDialog::State::streamPage() {
    auto* page = new QWidget(&dialog);
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    addressLabel = new QLabel(page);
    address = new QComboBox(page);
    address->setEditable(true);
    address->setInsertPolicy(QComboBox::NoInsert);
    address->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    address->setMinimumContentsLength(20);
    address->lineEdit()->setPlaceholderText(QStringLiteral("http://192.168.1.20:8080/video"));
    addressLabel->setBuddy(address);
    addressState = paragraph(page);
    for (QWidget* part : std::initializer_list<QWidget*>{addressLabel, address, addressState}) {
        column->addWidget(part);
    }
    column->addStretch(1);
    return page;
}

QWidget* SourceDialog::State::samplePage() {
    auto* page = new QWidget(&dialog);
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(0, 0, 0, 0);
    sampleText = paragraph(page);
    column->addWidget(sampleText);
    column->addStretch(1);
    return page;
}

void SourceDialog::State::build() {
    auto* column = new QVBoxLayout(&dialog);
    column->setContentsMargins(16, 16, 16, 16);
    column->setSpacing(16);
    pages = new SegmentSwitch(&dialog);
    stack = new QStackedWidget(&dialog);
    stack->addWidget(cameraPage());
    stack->addWidget(streamPage());
    stack->addWidget(samplePage());
    buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, &dialog);
    buttons->button(QDialogButtonBox::Cancel)->setAutoDefault(false);  // Enter starts, wherever the focus is
    startButton = new QPushButton(&dialog);
    startButton->setObjectName(QStringLiteral("primary"));
    startButton->setDefault(true);
    buttons->addButton(startButton, QDialogButtonBox::AcceptRole);
    column->addWidget(pages, 0, Qt::AlignLeft);
    column->addWidget(stack, 1);
    column->addWidget(buttons);
}

void SourceDialog::State::connectAll() {
    QObject::connect(pages, &SegmentSwitch::chosen, &dialog, [this](int id) { dialog.setPage(static_cast<Page>(id)); });
    QObject::connect(list, &QListWidget::currentRowChanged, &dialog, [this] { showModes(); });
    QObject::connect(list, &QListWidget::itemDoubleClicked, startButton, &QPushButton::click);
    QObject::connect(size, &QComboBox::currentIndexChanged, &dialog, [this] { showRates(); });
    QObject::connect(address, &QComboBox::editTextChanged, &dialog, [this] { checkAddress(); });
    QObject::connect(playSample, &QPushButton::clicked, &dialog, [this] { start(sample); });
    QObject::connect(buttons, &QDialogButtonBox::rejected, &dialog, &QDialog::reject);
    QObject::connect(buttons, &QDialogButtonBox::accepted, &dialog, [this] {
        if (const auto spec = dialog.spec()) {
            start(*spec);
        }
    });
}

void SourceDialog::State::retranslate() {
    dialog.setWindowTitle(tr("Live picture"));
    pages->setSegments({{static_cast<int>(Page::Camera), tr("Camera"), tr("A camera of this computer")},
                        {static_cast<int>(Page::Stream), tr("Network stream"), tr("A camera or a video in the network")},
                        {static_cast<int>(Page::Sample), tr("Sample clip"), tr("A short clip which comes with the program")}});
    pages->setAccessibleName(tr("Kind of source"));
    playSample->setText(tr("Play the sample clip"));
    list->setAccessibleName(tr("Cameras"));
    sizeLabel->setText(tr("&Size"));
    rateLabel->setText(tr("&Rate"));
    mirror->setText(tr("&Mirror, as you see yourself"));
    mirror->setToolTip(tr("Exchanges left and right"));
    addressLabel->setText(tr("&Address"));
    sampleText->setText(
        tr("A few seconds of moving picture which come with the program; they play without a camera and without "
           "a network, again and again."));
    startButton->setText(tr("Start"));
    buttons->button(QDialogButtonBox::Cancel)->setText(tr("Cancel"));
    showCameras();
    checkAddress();
}

void SourceDialog::State::showCameras() {
    const bool any = !cameras.empty();
    cameraState->setText(looking ? tr("Looking for cameras…")
                                 : tr("No camera was found. Connect one and open this window again, or play the sample clip."));
    cameraState->setVisible(looking || !any);
    playSample->setVisible(!looking && !any);
    list->setVisible(any);
    options->setVisible(any);
    const int row = std::max(0, list->currentRow());
    list->clear();
    for (const CameraInfo& each : cameras) {
        auto* item = new QListWidgetItem(QString::fromStdString(each.name), list);
        item->setToolTip(QString::fromStdString(each.device));
    }
    const int rows = std::clamp(list->count(), 2, kMostRows);
    list->setFixedHeight(rows * std::max(24, list->sizeHintForRow(0)) + 8);
    list->setCurrentRow(any ? std::min(row, list->count() - 1) : -1);
    showModes();
}

void SourceDialog::State::showModes() {
    size->clear();
    if (const CameraInfo* chosen = camera()) {
        int best = 0;
        for (int k = 0; k < static_cast<int>(chosen->modes.size()); ++k) {
            const CameraMode& each = chosen->modes[static_cast<std::size_t>(k)];
            size->addItem(tr("%1 × %2").arg(each.width).arg(each.height));
            const auto away = [&](int n) { return std::abs(chosen->modes[static_cast<std::size_t>(n)].width - kUsualWidth); };
            best = away(k) < away(best) ? k : best;
        }
        if (chosen->modes.empty()) {
            size->addItem(tr("as the camera likes"));
        }
        size->setCurrentIndex(best);
    }
    size->setEnabled(size->count() > 1);
    showRates();
}

void SourceDialog::State::showRates() {
    rate->clear();
    const CameraMode* chosen = mode();
    const std::vector<double> rates = chosen != nullptr ? ratesOf(*chosen) : std::vector<double>();
    int best = 0;
    for (int k = 0; k < static_cast<int>(rates.size()); ++k) {
        const double each = rates[static_cast<std::size_t>(k)];
        rate->addItem(tr("%1 a second").arg(numberText(each)), each);
        best = std::abs(each - kUsualRate) < std::abs(rates[static_cast<std::size_t>(best)] - kUsualRate) ? k : best;
    }
    if (rates.empty()) {
        rate->addItem(tr("as the camera likes"), 0.0);
    }
    rate->setCurrentIndex(best);
    rate->setEnabled(rate->count() > 1);
    showStart();
}

// Only what begins like an address is looked at: while somebody types, no file is touched.
void SourceDialog::State::checkAddress() {
    const QString text = address->currentText().trimmed();
    stream.reset();
    QString said;
    if (!text.isEmpty() && text.contains(QLatin1String("://"))) {
        const Result<SourceSpec> meant = check(text.toStdString());
        if (!meant) {
            said = errorText(meant.error());
        } else if (meant->kind == SourceKind::Stream) {
            stream = *meant;
        }
    }
    const QString begins = tr("An address begins with http://, https://, rtsp:// or tcp://.");
    addressState->setText(stream ? QString() : said.isEmpty() ? begins : said);
    colourText(addressState, said.isEmpty() ? theme().secondary : theme().error);
    showStart();
}

void SourceDialog::State::showStart() { startButton->setEnabled(dialog.spec().has_value()); }

std::optional<SourceSpec> SourceDialog::State::cameraSpec() const {
    const CameraInfo* chosen = camera();
    if (chosen == nullptr) {
        return std::nullopt;
    }
    SourceSpec wanted;
    wanted.kind = SourceKind::Camera;
    wanted.location = chosen->device;
    wanted.mirror = mirror->isChecked();
    if (const CameraMode* asked = mode()) {
        wanted.width = asked->width;
        wanted.height = asked->height;
        wanted.rate = rate->currentData().toDouble();
    }
    return wanted;
}

SourceDialog::SourceDialog(AddressCheck check, SourceSpec sample, QWidget* parent)
    : QDialog(parent), m_state(std::make_unique<State>(*this, std::move(check), std::move(sample))) {
    m_state->build();
    m_state->connectAll();
    m_state->retranslate();
    setPage(Page::Camera);
    m_state->pages->button(static_cast<int>(Page::Camera))->setFocus();
    resize(kWidth, kHeight);
}

SourceDialog::~SourceDialog() = default;

void SourceDialog::setCameras(const std::vector<CameraInfo>& cameras) {
    m_state->cameras = cameras;
    m_state->looking = false;
    m_state->showCameras();
}

void SourceDialog::setRecentAddresses(const QStringList& addresses) {
    State& s = *m_state;
    const QString typed = s.address->currentText();
    s.address->clear();
    s.address->addItems(addresses);
    s.address->setEditText(typed.isEmpty() && !addresses.isEmpty() ? addresses.front() : typed);
}

void SourceDialog::setPage(Page page) {
    State& s = *m_state;
    const bool onSwitch = s.pages->isAncestorOf(focusWidget());
    s.pages->setCurrent(static_cast<int>(page));
    if (onSwitch) {
        s.pages->button(static_cast<int>(page))->setFocus();
    }
    s.stack->setCurrentIndex(static_cast<int>(page));
    s.showStart();
}

SourceDialog::Page SourceDialog::page() const { return static_cast<Page>(m_state->stack->currentIndex()); }

std::optional<SourceSpec> SourceDialog::spec() const {
    const State& s = *m_state;
    switch (page()) {
        case Page::Camera:
            return s.cameraSpec();
        case Page::Stream:
            return s.stream;
        case Page::Sample:
            return s.sample;
    }
    return std::nullopt;
}

void SourceDialog::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange) {
        m_state->retranslate();
    }
    if (event->type() == QEvent::PaletteChange) {
        m_state->checkAddress();
    }
    QDialog::changeEvent(event);
}

}  // namespace fovea
