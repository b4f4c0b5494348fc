#include "app/main_window.h"

#include <QApplication>
#include <QCloseEvent>
#include <QContextMenuEvent>
#include <QDir>
#include <QDragEnterEvent>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLockFile>
#include <QMenu>
#include <QMimeData>
#include <QVBoxLayout>

#include <algorithm>
#include <optional>
#include <utility>

#include "app/actions/actions.h"
#include "app/canvas_area.h"
#include "app/cards_panel.h"
#include "app/commands/commands.h"
#include "app/exporter.h"
#include "app/language.h"
#include "app/pasted_picture.h"
#include "app/path_argument.h"
#include "app/status_line.h"
#include "app/top_bar.h"
#include "engine/attention/registry.h"
#include "engine/export/video_writer.h"
#include "widgets/accessible_view.h"
#include "widgets/channel_grid.h"
#include "widgets/comparison_table.h"
#include "widgets/engine_text.h"
#include "widgets/faithfulness_plot.h"
#include "widgets/filmstrip.h"
#include "widgets/module_mime.h"
#include "widgets/module_picker.h"
#include "widgets/step_strip.h"
#include "widgets/transport_bar.h"

namespace fovea {
namespace {

constexpr int kSideWidth = 176;
// Below these widths of the window a side column folds away by itself.
constexpr int kCardsFrom = 860;
constexpr int kPickerFrom = 640;

std::vector<const ModuleInfo*> filmstripModules() {
    std::vector<const ModuleInfo*> chosen;
    for (const char* id : {"gc", "mhsa", "sagan", "cbam", "psa", "simam"}) {
        if (const auto* info = findModule(id)) {
            chosen.push_back(info);
        }
    }
    return chosen;
}

/// The module of the last run; at the first start one whose map is worth looking at, in what makes the features.
QString firstModule(const Settings& settings) {
    const QString chosen = settings.module();
    if (!chosen.isEmpty()) {
        return chosen;
    }
    const bool network = settings.model() != QLatin1String("retina") && !bundledModelFolder().empty();
    return network ? QStringLiteral("gc") : QStringLiteral("simam");
}

}  // namespace

QString samplesFolder() {
    const QDir installed(QCoreApplication::applicationDirPath() + QStringLiteral("/../share/fovea/samples"));
    return installed.exists() ? installed.canonicalPath() : QStringLiteral(FOVEA_SAMPLES_DIR);
}

MainWindow::MainWindow(Settings& settings, QWidget* parent)
    : QMainWindow(parent),
      m_settings(settings),
      m_monitor(m_session),
      m_recording(m_session, m_jobs),
      m_restore(m_session),
      m_settingProblems(settings.problems()),
      m_actions(new Actions(settings, this)),
      m_topBar(new TopBar(*m_actions)),
      m_picker(new ModulePicker),
      m_area(new CanvasArea),
      m_transport(new TransportBar),
      m_filmstrip(new Filmstrip),
      m_stepStrip(new StepStrip),
      m_comparison(new ComparisonTable),
      m_grid(new ChannelGrid),
      m_faithfulnessPlot(new FaithfulnessPlot),
      m_cards(new CardsPanel(m_session)),
      m_status(new StatusLine(m_jobs)),
      m_mainMenu(new QMenu(this)),
      m_exportMenu(new QMenu(this)),
      m_canvasViews(overlayLane(), [this](int index, const RenderedOverlay& overlay) { showOverlay(index, overlay); }),
      m_thumbnailViews(overlayLane(),
                       [this](const QString& id, const RenderedOverlay& overlay) { m_filmstrip->setRendered(id, overlay); }),
      m_comparisonViews(overlayLane(),
                        [this](int pane, const RenderedOverlay& overlay) {
                            m_comparison->setComparison(pane, overlay.comparison ? *overlay.comparison : MapComparison{});
                        }),
      m_stepViews(overlayLane(), [this](int, const RenderedStep& step) { m_stepStrip->setRendered(step); }),
      m_gridView(overlayLane(), [this](const RenderedChannelGrid& grid) { m_grid->setRendered(grid); }) {
    registerAccessibleViews();
    setAcceptDrops(true);
    resize(1280, 800);
    setMinimumSize(480, 360);
    restoreGeometry(m_settings.geometry());
    placeViews();
    bindActions();
    makeMenus();

    m_session.display().setStyle(m_settings.style());
    m_session.paneControl().setRetina(m_settings.retina());
    m_session.setAutoSize(m_settings.autoSize());
    m_session.paneControl().setModule(firstModule(m_settings));
    m_session.paneControl().setFilmstrip(filmstripModules());
    m_picker->setModules(modules());
    m_picker->setCurrent(QString::fromStdString(m_session.panes().current().module->id));
    m_filmstrip->setModules(filmstripModules());
    m_filmstrip->setCurrent(m_picker->current());
    m_topBar->setStyle(m_session.display().style());
    connectSession();
    connectViews();
    connectCompare();
    connectExperiments();
    connectUndo();
    connectRestoring();
    connectCanvas(0);
    connectSource();
    connectRecovery();
    followActions();
    rebuildMenus();
    showModel();
    m_area->canvas()->setFocus();
}

MainWindow::~MainWindow() {
    m_recording.finishNow();
    m_work.end();
    dropRecovery();  // after the last of its writers
}

void MainWindow::start(const QString& argument) {
    const QString file = pathArgument(argument);
    openModel();
    m_offersRecovery = true;
    if (file.endsWith(QLatin1String(".fovea"))) {
        openSession(file);
    } else {
        m_session.openFile(file.isEmpty() ? samplesFolder() + QStringLiteral("/chelsea.png") : file);
    }
    showNotices();
    sayWhatIsNotKept();
    offerRecordings();
    m_area->setHintVisible(file.isEmpty() && m_settings.recentFiles().entries().isEmpty());
    m_work.start<void>({}, [](const JobControl&) {  // tried now, so that nobody waits for it later
        static_cast<void>(videoCodecs());
        return Result<void>();
    });
}

void MainWindow::placeViews() {
    auto* central = new QWidget;
    auto* rows = new QVBoxLayout(central);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(0);
    rows->addWidget(m_topBar);
    auto* columns = new QHBoxLayout;
    columns->setSpacing(0);
    m_picker->setFixedWidth(kSideWidth);
    columns->addWidget(m_picker);
    auto* middle = new QVBoxLayout;
    middle->setSpacing(0);
    middle->addWidget(m_area, 1);
    middle->addWidget(m_transport);
    m_transport->hide();
    middle->addWidget(m_comparison);
    middle->addWidget(m_stepStrip);
    middle->addWidget(m_grid);
    middle->addWidget(m_faithfulnessPlot);
    middle->addWidget(m_filmstrip);
    m_grid->hide();
    m_faithfulnessPlot->hide();
    m_comparison->hide();
    m_stepStrip->hide();
    columns->addLayout(middle, 1);
    columns->addWidget(m_cards);
    rows->addLayout(columns, 1);
    rows->addWidget(m_status);
    setCentralWidget(central);
    m_area->setMinimumSize(160, 120);
}

void MainWindow::connectSession() {
    connect(&m_session, &Session::pictureChanged, this, [this] {
        const auto& source = m_session.frame().source;
        const QString path = QString::fromStdString(source->path);
        m_area->clearMessage();
        if (std::exchange(m_offersRecovery, false)) {
            offerRecovery();
        }
        m_topBar->setFileName(QString::fromStdString(source->name), path + u'\n' + QString::fromStdString(source->description));
        setWindowTitle(QStringLiteral("%1 – Fovea").arg(QString::fromStdString(source->name)));
        const SourceKind kind = m_session.source().traits().kind;  // an image while there is none
        if (isOnDisk(kind) && !path.isEmpty() && !path.startsWith(samplesFolder())) {
            m_settings.recentFiles().add(path);
            m_settings.setFolder(QStringLiteral("open"), QFileInfo(path).path());
            rebuildMenus();
        }
    });
    connect(&m_session, &Session::failed, this, [this](const Error& error) { m_area->showMessage(errorText(error), true); });
    connect(&m_session, &Session::resultChanged, this, [this] {
        const QSizeF before = m_area->canvas(0)->view().picture;
        showResults();
        if (m_area->canvas(0)->view().picture != before) {
            m_area->place();
        }
        showSteps();
        showGrid();
        showTimes();
        showField();
    });
    connect(&m_session, &Session::snapshot, this, [this](const std::shared_ptr<const FrameResult>& result) {
        m_filmstrip->setResult(result, m_session.display().style());
    });
    connect(&m_session, &Session::busyChanged, m_status, &StatusLine::setBusy);
    connect(&m_session.display(), &DisplayControl::styleChanged, this, [this] {
        showStyles();
        m_topBar->setStyle(m_session.display().style());
        m_settings.setStyle(m_session.display().style());
    });
    connectControls();
}

void MainWindow::connectControls() {
    const PaneControl& panes = m_session.paneControl();
    connect(&panes, &PaneControl::modelChanged, this, &MainWindow::showModel);
    connect(&panes, &PaneControl::mechanismChanged, this, [this] {
        const QString id = QString::fromStdString(m_session.panes().current().module->id);
        m_picker->setCurrent(id);
        m_filmstrip->setCurrent(id);
        m_settings.setModule(id);
    });
    connect(&panes, &PaneControl::mechanismChanged, this, &MainWindow::showField);
    connect(&panes, &PaneControl::weightsChanged, this, &MainWindow::showField);
    connect(&panes, &PaneControl::weightsTaken, this,
            [this](const QString& path) { m_settings.setFolder(QStringLiteral("weights"), QFileInfo(path).absolutePath()); });
    for (const auto signal : {&PaneControl::mechanismChanged, &PaneControl::panesChanged, &PaneControl::interventionChanged}) {
        connect(&panes, signal, this, [this] { m_area->setHintVisible(false); });  // who works here needs no hint
    }
    for (const auto signal : {&FieldControl::fieldChanged, &FieldControl::placeChanged}) {
        connect(&m_session.fieldControl(), signal, this, &MainWindow::showField);
    }
}

void MainWindow::connectViews() {
    connect(m_filmstrip, &Filmstrip::renderRequested, this,
            [this](const QString& id, const OverlayRequest& request) { m_thumbnailViews.request(id, request); });
    connect(m_area, &CanvasArea::openRequested, this, &MainWindow::openDialog);
    connect(m_area, &CanvasArea::cameraRequested, this, &MainWindow::sourceDialog);
    connect(m_picker, &ModulePicker::chosen, this, [this](const QString& id) { m_session.paneControl().setModule(id); });
    connect(m_filmstrip, &Filmstrip::chosen, this, [this](const QString& id) { m_session.paneControl().setModule(id); });
    connect(m_cards, &CardsPanel::weightsFileRequested, this, &MainWindow::weightsDialog);
    connect(m_topBar, &TopBar::openRequested, this, &MainWindow::openDialog);
    connect(m_topBar, &TopBar::cameraRequested, this, &MainWindow::sourceDialog);
    connect(m_topBar, &TopBar::opacityChosen, this, [this](double opacity) {
        OverlayStyle style = m_session.display().style();
        style.opacity = opacity;
        m_session.display().setStyle(style);
    });
    connect(m_topBar, &TopBar::strideChosen, this, &MainWindow::chooseRetina);
    connect(m_topBar, &TopBar::networkChosen, this, &MainWindow::chooseNetwork);
    connect(m_topBar, &TopBar::bundleRequested, this, &MainWindow::bundleDialog);
}

void MainWindow::showField() {
    showCompared();
    const auto module = m_session.shown().moduleResult();
    m_status->setProvenance(m_session.shown().provenance(), module ? module->resampled : std::nullopt);
    if (!m_session.shown().field()) {
        showChip(m_session.panes().active(),
                 tr("%1 · computing…").arg(QString::fromStdString(m_session.panes().current().module->title)));
        m_area->colourScale()->setField(nullptr, m_session.display().style());
    } else if (!m_session.shown().pictureField()) {  // a matrix alone: nothing lies over the picture
        showChip(m_session.panes().active(), QString::fromStdString(m_session.panes().current().module->title));
        m_area->colourScale()->setField(nullptr, m_session.display().style());
        m_cards->setRendered({});
    }
}

// The chip of a pane, or of the difference; an empty text means the mechanism's own name.
void MainWindow::showChip(int index, const QString& text) {
    const bool difference = index == CanvasArea::kDifference;
    const ModuleInfo& info = *m_session.panes()[difference ? 0 : std::min(index, m_session.panes().count() - 1)].module;
    QString said = text.isEmpty() ? QString::fromStdString(info.title) : text;
    if (const QString model = paneModel(index); !model.isEmpty()) {
        said = model + QStringLiteral(" · ") + said;
    }
    const bool lettered = m_session.panes().count() > 1 && !difference;
    m_area->canvas(index)->setChip(lettered ? QStringLiteral("%1 · %2").arg(QChar(u'A' + index)).arg(said) : said,
                                   difference ? std::nullopt : std::optional(info.domain),
                                   !difference && info.kind == AttentionKind::Hard);
}

void MainWindow::showTimes() {
    const ModelResult* model = m_session.shown().modelResult();
    const auto module = m_session.shown().moduleResult();
    m_status->setTimes(model != nullptr && model->features ? model->features->milliseconds : 0.0,
                       module ? module->milliseconds : 0.0, m_paintMilliseconds);
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    if (event->mimeData()->hasFormat(kModuleMime) || event->mimeData()->hasUrls() || event->mimeData()->hasImage()) {
        event->acceptProposedAction();
    }
}

void MainWindow::dropEvent(QDropEvent* event) {
    if (dropModule(event->mimeData())) {
        event->acceptProposedAction();
        return;
    }
    const QList<QUrl> urls = event->mimeData()->urls();
    const QString path = urls.isEmpty() || !urls.first().isLocalFile() ? QString() : urls.first().toLocalFile();
    if (!path.isEmpty() && QFileInfo::exists(path + QStringLiteral("/manifest.json"))) {  // the folder of a model
        m_session.openBundle(path);
    } else if (path.endsWith(QLatin1String(".fovea"))) {
        openSession(path);
    } else if (!path.isEmpty()) {
        m_session.openFile(path);
    } else if (event->mimeData()->hasImage()) {
        m_session.openFrame(pastedPicture(qvariant_cast<QImage>(event->mimeData()->imageData())));
    } else {
        m_area->showMessage(tr("Only files on this computer and pictures can be dropped here."), true);
    }
    m_area->setHintVisible(false);
    event->acceptProposedAction();
}

void MainWindow::closeEvent(QCloseEvent* event) {
    m_settings.setGeometry(saveGeometry());
    if (!waitForRecording()) {
        QCoreApplication::exit(kExitFailed);
    }
    QMainWindow::closeEvent(event);
}

void MainWindow::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange) {
        applyFont(currentLanguage() == QLatin1String("zh_CN"));
        m_actions->retranslate();
        rebuildMenus();
        showKeyTexts();
        showField();
        showNotices();
        for (const int index : m_area->canvases()) {
            if (const auto& shown = m_area->canvas(index)->rendered(); shown.field) {
                showChip(index, fieldCaption(*shown.field));
            }
        }
    }
    QMainWindow::changeEvent(event);
}

void MainWindow::resizeEvent(QResizeEvent* event) {
    QMainWindow::resizeEvent(event);
    foldForWidth();
}

void MainWindow::foldForWidth() {
    m_cards->setVisible(!m_panelsHidden && width() >= kCardsFrom);
    m_picker->setVisible(!m_panelsHidden && width() >= kPickerFrom);
    const bool compares = m_view == ViewKind::Compare || m_view == ViewKind::Split;
    m_comparison->setVisible(!m_panelsHidden && compares);
    m_stepStrip->setVisible(!m_panelsHidden && m_view == ViewKind::Steps);
    m_grid->setVisible(!m_panelsHidden && (m_experiment == Experiment::Channels || m_experiment == Experiment::Heads));
    m_faithfulnessPlot->setVisible(!m_panelsHidden && m_experiment == Experiment::Faithfulness);
    m_filmstrip->setVisible(!m_panelsHidden && m_view != ViewKind::Steps && m_experiment == Experiment::None);
    m_topBar->setVisible(!m_panelsHidden);
    m_status->setVisible(!m_panelsHidden);
    m_transport->setVisible(!m_panelsHidden && m_session.source().active());
}

// A key which is about to be a shortcut finds its action as it is now. What accepts the key itself keeps it from coming here.
bool MainWindow::event(QEvent* event) {
    if (event->type() == QEvent::ShortcutOverride) {
        m_actions->refresh();
    }
    return QMainWindow::event(event);
}

// Of the canvases, which alone are watched.
bool MainWindow::eventFilter(QObject* watched, QEvent* event) {
    const int index = m_area->indexOf(watched);
    if (event->type() == QEvent::FocusIn && index >= 0 && index < m_session.panes().count()) {
        m_session.paneControl().setActive(index);
    }
    const bool begins = event->type() == QEvent::ShortcutOverride || event->type() == QEvent::KeyPress ||
                        event->type() == QEvent::MouseButtonPress;
    if (begins && m_noteTimer.isActive()) {  // what was done before is a step of its own
        takeState();
    }
    if (event->type() == QEvent::KeyPress && m_actions->press(*static_cast<QKeyEvent*>(event))) {
        return true;
    }
    if (event->type() == QEvent::KeyRelease && m_actions->release(*static_cast<QKeyEvent*>(event))) {
        return true;
    }
    if (event->type() == QEvent::ContextMenu && index >= 0) {
        showCanvasMenu(index, *static_cast<QContextMenuEvent*>(event));
        return true;
    }
    return QMainWindow::eventFilter(watched, event);
}

// What no view has a use for, such as Space on the scrub bar, plays and steps too.
void MainWindow::keyPressEvent(QKeyEvent* event) {
    if (m_session.source().active() && m_actions->pressElsewhere(*event)) {
        return;
    }
    QMainWindow::keyPressEvent(event);
}

}  // namespace fovea
