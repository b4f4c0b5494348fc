// Menus, shortcuts and dialogs of the window.

#include <QAction>
#include <QActionGroup>
#include <QApplication>
#include <QClipboard>
#include <QDir>
#include <QFileDialog>
#include <QMenu>
#include <QMessageBox>
#include <QMimeData>

#include "app/canvas_area.h"
#include "app/language.h"
#include "app/main_window.h"
#include "app/save_dialog.h"
#include "app/top_bar.h"
#include "engine/api.h"
#include "engine/kernels/level.h"
#include "widgets/engine_text.h"
#include "widgets/filmstrip.h"
#include "widgets/module_picker.h"

namespace fovea {
namespace {

const QStringList kPatterns{QStringLiteral("*.png"), QStringLiteral("*.jpg"), QStringLiteral("*.jpeg"), QStringLiteral("*.webp"),
                            QStringLiteral("*.bmp"), QStringLiteral("*.tif"), QStringLiteral("*.tiff"), QStringLiteral("*.pbm"),
                            QStringLiteral("*.pgm"), QStringLiteral("*.ppm")};
const QStringList kVideoPatterns{QStringLiteral("*.mp4"), QStringLiteral("*.m4v"),  QStringLiteral("*.mov"),
                                 QStringLiteral("*.mkv"), QStringLiteral("*.webm"), QStringLiteral("*.avi"),
                                 QStringLiteral("*.mpg"), QStringLiteral("*.ts"),   QStringLiteral("*.ogv"),
                                 QStringLiteral("*.flv"), QStringLiteral("*.gif")};

}  // namespace

QAction* MainWindow::makeAction(const char* text, const QList<QKeySequence>& keys, void (MainWindow::*slot)()) {
    auto* action = new QAction(this);
    action->setShortcuts(keys);
    connect(action, &QAction::triggered, this, slot);
    addAction(action);
    m_texts.emplace_back(action, text);
    return action;
}

void MainWindow::createActions() {
    using Keys = QList<QKeySequence>;
    const auto key = [](const char* text) { return QKeySequence(QLatin1String(text)); };
    const auto make = [this](const char* text, const Keys& keys, void (MainWindow::*slot)()) {
        return makeAction(text, keys, slot);
    };

    m_openAction = make(QT_TR_NOOP("Open a picture or video…"), {key("Ctrl+O")}, &MainWindow::openDialog);
    m_sourceActions = {make(QT_TR_NOOP("Open a folder as a sequence…"), {key("Ctrl+Shift+F")}, &MainWindow::openFolderDialog),
                       make(QT_TR_NOOP("Camera or stream…"), {key("Ctrl+Shift+O")}, &MainWindow::sourceDialog),
                       make(QT_TR_NOOP("Play the sample clip"), {}, &MainWindow::playSample),
                       make(QT_TR_NOOP("Stop the camera or video"), {key("Ctrl+W")}, &MainWindow::stopSource)};
    m_autoSizeAction = make(QT_TR_NOOP("Lower the input to keep 10 overlays a second"), {}, &MainWindow::toggleAutoSize);
    m_smoothRangeAction = make(QT_TR_NOOP("Smooth the range over time"), {}, &MainWindow::toggleRangeSmoothing);
    m_autoSizeAction->setCheckable(true);
    m_autoSizeAction->setChecked(m_settings.autoSize());
    m_smoothRangeAction->setCheckable(true);
    m_clippedAction = make(QT_TR_NOOP("Range without the highest %1 %"), {key("Ctrl+Alt+R")}, &MainWindow::clippedRange);
    m_trainedAction = make(QT_TR_NOOP("Trained or random weights"), {key("Ctrl+T")}, &MainWindow::toggleTrained);
    m_fileActions = {make(QT_TR_NOOP("Paste a picture"), {key("Ctrl+V")}, &MainWindow::paste),
                     make(QT_TR_NOOP("Next picture in the folder"), {key("Alt+Right")}, &MainWindow::openNext),
                     make(QT_TR_NOOP("Previous picture in the folder"), {key("Alt+Left")}, &MainWindow::openPrevious),
                     make(QT_TR_NOOP("Open weights…"), {key("Ctrl+Shift+W")}, &MainWindow::weightsDialog),
                     make(QT_TR_NOOP("Open a model…"), {key("Ctrl+M")}, &MainWindow::bundleDialog),
                     m_trainedAction,
                     make(QT_TR_NOOP("Undo"), {key("Ctrl+Z")}, &MainWindow::undo),
                     make(QT_TR_NOOP("Redo"), {key("Ctrl+Shift+Z"), key("Ctrl+Y")}, &MainWindow::redo)};
    m_viewActions = {make(QT_TR_NOOP("Fit the picture"), {key("Ctrl+9")}, &MainWindow::fitPicture),
                     make(QT_TR_NOOP("Show at 100 %"), {key("Ctrl+1")}, &MainWindow::actualSize),
                     make(QT_TR_NOOP("Zoom in"), {key("Ctrl++"), key("Ctrl+=")}, &MainWindow::zoomIn),
                     make(QT_TR_NOOP("Zoom out"), {key("Ctrl+-")}, &MainWindow::zoomOut),
                     make(QT_TR_NOOP("Smooth cells"), {key("Ctrl+I")}, &MainWindow::toggleSmooth),
                     make(QT_TR_NOOP("Lock the range"), {key("Ctrl+L")}, &MainWindow::lockRange),
                     make(QT_TR_NOOP("Automatic range"), {key("Ctrl+R")}, &MainWindow::autoRange),
                     m_clippedAction,
                     m_smoothRangeAction,
                     m_autoSizeAction};
    m_linkRangeAction = make(QT_TR_NOOP("One range for all panes"), {key("Ctrl+Alt+L")}, &MainWindow::toggleLinkedRange);
    m_linkRangeAction->setCheckable(true);
    m_compareActions = {make(QT_TR_NOOP("Overlay"), {key("F5")}, &MainWindow::viewOverlay),
                        make(QT_TR_NOOP("Split"), {key("F6")}, &MainWindow::viewSplit),
                        make(QT_TR_NOOP("Compare"), {key("F7")}, &MainWindow::viewCompare),
                        make(QT_TR_NOOP("Steps"), {key("F8")}, &MainWindow::viewSteps),
                        make(QT_TR_NOOP("Add a pane"), {key("Ctrl+D")}, &MainWindow::addPane),
                        make(QT_TR_NOOP("Add a pane of the same mechanism"), {key("Ctrl+Shift+D")}, &MainWindow::addSamePane),
                        make(QT_TR_NOOP("Remove this pane"), {key("Ctrl+Backspace")}, &MainWindow::removePane),
                        make(QT_TR_NOOP("Exchange A and B"), {key("Ctrl+Shift+X")}, &MainWindow::swapPanes),
                        make(QT_TR_NOOP("Difference of A and B"), {key("Ctrl+Alt+D")}, &MainWindow::toggleDifference),
                        make(QT_TR_NOOP("The query follows the cursor"), {key("Ctrl+Alt+H")}, &MainWindow::toggleHoverQuery),
                        m_linkRangeAction,
                        make(QT_TR_NOOP("All channels"), {key("Ctrl+G")}, &MainWindow::toggleChannels),
                        make(QT_TR_NOOP("All heads"), {key("Ctrl+Shift+G")}, &MainWindow::toggleHeads),
                        make(QT_TR_NOOP("Nothing muted or scaled"), {key("Ctrl+0")}, &MainWindow::unmuteAll),
                        make(QT_TR_NOOP("Does it matter?"), {key("Ctrl+J")}, &MainWindow::toggleMatter)};
    m_windowActions = {make(QT_TR_NOOP("Full screen"), {key("F11")}, &MainWindow::toggleFullScreen),
                       make(QT_TR_NOOP("Hide or show the panels"), {key("F9")}, &MainWindow::togglePanels)};
    m_helpActions = {make(QT_TR_NOOP("Keys"), {key("?"), key("F1")}, &MainWindow::showKeys),
                     make(QT_TR_NOOP("About Fovea"), {}, &MainWindow::showAbout),
                     make(QT_TR_NOOP("Quit"), {key("Ctrl+Q")}, &MainWindow::quit)};
    make(QT_TR_NOOP("Open the menu"), {key("F10")}, &MainWindow::openMainMenu);

    m_exportMenu->addAction(make(QT_TR_NOOP("Save the overlay…"), {key("Ctrl+S")}, &MainWindow::savePictureDialog));
    m_exportMenu->addAction(
        make(QT_TR_NOOP("Save a figure with colour bar and caption…"), {key("Ctrl+Shift+S")}, &MainWindow::saveFigureDialog));
    m_exportMenu->addAction(make(QT_TR_NOOP("Save the numbers…"), {key("Ctrl+E")}, &MainWindow::saveRawDialog));
    m_exportMenu->addAction(make(QT_TR_NOOP("Save the session…"), {key("Ctrl+Alt+S")}, &MainWindow::saveSessionDialog));
    m_exportMenu->addSeparator();
    m_exportMenu->addAction(make(QT_TR_NOOP("Record what is shown"), {key("Ctrl+Shift+R")}, &MainWindow::toggleRecording));
    m_exportMenu->addAction(
        make(QT_TR_NOOP("Save every frame as a video…"), {key("Ctrl+Shift+E")}, &MainWindow::recordFileDialog));
    m_besideAction = new QAction(this);
    m_exportMenu->addAction(m_besideAction);
    m_besideAction->setCheckable(true);
    m_texts.emplace_back(m_besideAction, QT_TR_NOOP("Record the original beside it"));
    m_exportMenu->addSeparator();
    m_exportMenu->addAction(make(QT_TR_NOOP("Copy the overlay"), {key("Ctrl+C")}, &MainWindow::copyPicture));
    m_topBar->setExportMenu(m_exportMenu);
    m_topBar->setMainMenu(m_mainMenu);
    retranslateActions();
}

void MainWindow::retranslateActions() {
    for (const auto& [action, text] : m_texts) {
        const QString said = tr(text);
        action->setText(action == m_clippedAction ? said.arg(numberText(100.0 * m_session.style().clipShare)) : said);
    }
}

void MainWindow::rebuildMenus() {
    m_mainMenu->clear();
    m_mainMenu->addAction(m_openAction);
    m_mainMenu->addActions(m_sourceActions);
    addSampleMenu();
    addRecentMenu();
    m_mainMenu->addActions(m_fileActions);
    m_mainMenu->addSeparator();
    auto* compareMenu = m_mainMenu->addMenu(tr("Views and panes"));
    compareMenu->addActions(m_compareActions);
    m_mainMenu->addActions(m_viewActions);
    m_mainMenu->addSeparator();
    addAppearanceMenus();
    m_mainMenu->addActions(m_windowActions);
    m_mainMenu->addSeparator();
    m_mainMenu->addActions(m_helpActions);
}

void MainWindow::addSampleMenu() {
    auto* menu = m_mainMenu->addMenu(tr("Sample photographs"));
    const QDir folder(samplesFolder());
    const QStringList names = folder.entryList(kPatterns, QDir::Files, QDir::Name);
    for (const auto& name : names) {
        menu->addAction(name, this, [this, folder, name] { m_session.openFile(folder.filePath(name)); });
    }
}

void MainWindow::addRecentMenu() {
    auto* menu = m_mainMenu->addMenu(tr("Recent files"));
    const QStringList files = m_settings.recentFiles();
    menu->setEnabled(!files.isEmpty());
    for (const auto& path : files) {
        auto* action = menu->addAction(QFileInfo(path).fileName(), this, [this, path] { m_session.openFile(path); });
        action->setToolTip(path);
    }
    menu->setToolTipsVisible(true);
    menu->addSeparator();
    menu->addAction(tr("Forget them"), this, [this] {
        m_settings.clearRecentFiles();
        rebuildMenus();
    });
}

void MainWindow::addAppearanceMenus() {
    auto* languageMenu = m_mainMenu->addMenu(tr("Language"));
    auto* languageGroup = new QActionGroup(languageMenu);
    for (const auto& language : languages()) {
        auto* action = languageMenu->addAction(languageName(language), this, [this, language] {
            m_settings.setLanguage(language);
            setLanguage(language);
        });
        action->setCheckable(true);
        action->setChecked(language == currentLanguage());
        languageGroup->addAction(action);
    }
    auto* themeMenu = m_mainMenu->addMenu(tr("Theme"));
    auto* themeGroup = new QActionGroup(themeMenu);
    const std::pair<ThemeName, QString> themes[] = {{ThemeName::Dark, tr("Dark")}, {ThemeName::Light, tr("Light")}};
    for (const auto& [name, title] : themes) {
        auto* action = themeMenu->addAction(title, this, [this, chosen = name] {
            m_settings.setTheme(chosen);
            applyTheme(*qApp, chosen);
        });
        action->setCheckable(true);
        action->setChecked(name == themeName());
        themeGroup->addAction(action);
    }
    m_mainMenu->addSeparator();
}

void MainWindow::openDialog() {
    const QString path =
        QFileDialog::getOpenFileName(this, tr("Open a picture or video"), m_settings.folder(QStringLiteral("open")),
                                     tr("Pictures, videos and sessions (%1);;All files (*)")
                                         .arg((kPatterns + kVideoPatterns + QStringList{QStringLiteral("*.fovea")}).join(u' ')));
    if (!path.isEmpty()) {
        m_area->setHintVisible(false);
        if (path.endsWith(QLatin1String(".fovea"))) {
            openSession(path);
        } else {
            m_session.openFile(path);
        }
    }
}

void MainWindow::openFolderDialog() {
    const QString folder =
        QFileDialog::getExistingDirectory(this, tr("Folder of pictures"), m_settings.folder(QStringLiteral("open")));
    if (!folder.isEmpty()) {
        m_area->setHintVisible(false);
        m_session.openFile(folder);
    }
}

void MainWindow::paste() {
    const auto* content = QApplication::clipboard()->mimeData();
    const QList<QUrl> urls = content != nullptr ? content->urls() : QList<QUrl>();
    if (!urls.isEmpty() && urls.first().isLocalFile()) {
        m_session.openFile(urls.first().toLocalFile());
    } else {
        m_session.openImage(QApplication::clipboard()->image());
    }
    m_area->setHintVisible(false);
}

void MainWindow::weightsDialog() {
    if (m_session.module()->weights == nullptr) {
        m_area->showMessage(
            tr("%1 is parameter-free: it has no weights to open.").arg(QString::fromStdString(m_session.module()->title)), true);
        return;
    }
    const QString path = QFileDialog::getOpenFileName(this, tr("Open weights"), m_settings.folder(QStringLiteral("weights")),
                                                      tr("Weights (*.safetensors);;All files (*)"));
    if (!path.isEmpty()) {
        m_session.setWeightsFile(path);
    }
}

QString MainWindow::proposedFile() const {
    const QFileInfo source(QString::fromStdString(m_session.result()->frame.source->name));
    return QStringLiteral("%1/%2-%3.png")
        .arg(m_settings.folder(QStringLiteral("export")), source.completeBaseName(),
             QString::fromStdString(m_session.module()->id));
}

void MainWindow::savePictureDialog() { pictureDialog(tr("Save the overlay"), false); }

void MainWindow::saveFigureDialog() { pictureDialog(tr("Save a figure"), true); }

void MainWindow::pictureDialog(const QString& title, bool withFigure) {
    const QString path = canExport() ? askWhereToSave(this, title, proposedFile(), pictureFilters()) : QString();
    if (!path.isEmpty()) {
        exportPicture(path, withFigure);
    }
}

void MainWindow::saveRawDialog() {
    if (!canExport()) {
        return;
    }
    const QString folder =
        QFileDialog::getExistingDirectory(this, tr("Folder for the numbers"), m_settings.folder(QStringLiteral("export")));
    if (!folder.isEmpty()) {
        exportRaw(folder);
    }
}

void MainWindow::openNeighbour(int step) {
    const auto& frame = m_session.controller().frame();
    if (!frame.valid() || frame.source->path.empty()) {
        return;
    }
    const QFileInfo current(QString::fromStdString(frame.source->path));
    const QStringList names = current.dir().entryList(kPatterns, QDir::Files, QDir::Name | QDir::IgnoreCase);
    const auto index = names.indexOf(current.fileName());
    const auto next = index + step;
    if (index >= 0 && next >= 0 && next < names.size()) {
        m_session.openFile(current.dir().filePath(names[next]));
    }
}

void MainWindow::openNext() { openNeighbour(1); }
void MainWindow::openPrevious() { openNeighbour(-1); }
void MainWindow::fitPicture() { m_area->canvas()->fit(); }
void MainWindow::actualSize() { m_area->canvas()->actualSize(); }
void MainWindow::zoomIn() { m_area->canvas()->zoomBy(1.25); }
void MainWindow::zoomOut() { m_area->canvas()->zoomBy(0.8); }
void MainWindow::quit() { close(); }
void MainWindow::toggleFullScreen() { setWindowState(windowState() ^ Qt::WindowFullScreen); }

void MainWindow::togglePanels() {
    m_panelsHidden = !m_panelsHidden;
    foldForWidth();
    m_area->canvas()->setFocus();
}

void MainWindow::toggleSmooth() {
    OverlayStyle style = m_session.style();
    style.smooth = !style.smooth;
    m_session.setStyle(style);
}

void MainWindow::lockRange() {
    m_area->colourScale()->setMode(RangeMode::Locked, m_area->colourScale()->range());
    m_session.setRange(RangeMode::Locked, m_area->colourScale()->range());
}

void MainWindow::autoRange() {
    m_area->colourScale()->setMode(RangeMode::Auto, {});
    m_session.setRange(RangeMode::Auto, {});
}

void MainWindow::showKeys() {
    QString rows;
    const auto row = [&rows](const QString& keys, const QString& text) {
        rows += QStringLiteral("<tr><td style='padding-right:24px'><b>%1</b></td><td>%2</td></tr>")
                    .arg(keys.toHtmlEscaped(), text.toHtmlEscaped());
    };
    row(QStringLiteral("1 – 6"), tr("choose a mechanism from the filmstrip"));
    row(tr("wheel, drag"), tr("zoom about the cursor, move the picture"));
    row(tr("F, B (hold)"), tr("fit the picture, look at it without the overlay"));
    row(tr("click, arrow keys"), tr("add a pin which asks a pairwise map, move it"));
    row(tr("drag a pin, N, Delete"), tr("move a pin, take the next one, remove it"));
    row(QStringLiteral("H"), tr("the query follows the cursor"));
    row(QStringLiteral("C, X, D"), tr("compare two panes, exchange them, show their difference"));
    row(tr("Alt (hold)"), tr("zoom, move or ask in one pane alone"));
    row(QStringLiteral("T"), tr("trained or random weights"));
    row(tr("Space"), tr("play, pause or freeze"));
    row(QStringLiteral(", ."), tr("one frame back, one frame on"));
    row(tr("Tab"), tr("hide or show all panels"));
    row(tr("Page Up, Page Down"), tr("previous and next picture in the folder"));
    for (const auto& [action, text] : m_texts) {
        if (!action->shortcuts().isEmpty()) {
            row(QKeySequence::listToString(action->shortcuts(), QKeySequence::NativeText), action->text());
        }
    }
    QMessageBox(QMessageBox::NoIcon, tr("Keys"), QStringLiteral("<table>%1</table>").arg(rows), QMessageBox::Close, this).exec();
}

void MainWindow::showAbout() {
    QMessageBox::about(
        this, tr("About Fovea"),
        tr("<b>Fovea %1</b><p>Shows what attention mechanisms in computer vision attend to.</p>"
           "<p>MIT licence. Built on Qt %2 (LGPL), OpenCV (Apache-2.0), Eigen (MPL-2.0) and nlohmann/json (MIT).</p>"
           "<p>Engine for %3.</p>")
            .arg(QLatin1String(version()), QLatin1String(qVersion()), QLatin1String(kernelLevel())));
}

void MainWindow::openMainMenu() {
    m_mainMenu->popup(m_topBar->mapToGlobal(QPoint(m_topBar->width() - m_mainMenu->sizeHint().width(), m_topBar->height())));
}

}  // namespace fovea
