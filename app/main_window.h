#pragma once

#include <QMainWindow>
#include <QPointer>
#include <QTimer>

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "app/live_monitor.h"
#include "app/message_bar.h"
#include "app/recording_control.h"
#include "app/recording_rescue.h"
#include "app/restore_control.h"
#include "app/session/session.h"
#include "app/session/undo_states.h"
#include "app/session/view_kind.h"
#include "app/settings.h"
#include "engine/evaluation/faithfulness.h"
#include "engine/export/output_places.h"
#include "engine/runtime/job_owner.h"
#include "engine/runtime/render_view.h"

class QContextMenuEvent;
class QLockFile;
class QMenu;
class QMimeData;

namespace fovea {

class Actions;
class Canvas;
class CanvasArea;
class CardsPanel;
class ChannelGrid;
class CommandPalette;
class ComparisonTable;
class Filmstrip;
class KeySheet;
class FaithfulnessPlot;
class ModulePicker;
class StepStrip;
class StatusLine;
class TopBar;
class TransportBar;

/// The window: it places the views and joins their signals with the session. What is computed and remembered is the session's
/// matter.
class MainWindow final : public QMainWindow {
    Q_OBJECT

public:
    explicit MainWindow(Settings& settings, QWidget* parent = nullptr);
    ~MainWindow() override;

    /// Opens a file, its URL or an address, or a sample photograph when `argument` is empty.
    void start(const QString& argument);

    [[nodiscard]] Session& session() { return m_session; }
    [[nodiscard]] Actions& actions() { return *m_actions; }
    [[nodiscard]] LiveMonitor& monitor() { return m_monitor; }
    [[nodiscard]] ViewKind view() const { return m_view; }
    void setView(ViewKind view);
    [[nodiscard]] RecordingControl& recording() { return m_recording; }
    [[nodiscard]] BackgroundJobs& jobs() { return m_jobs; }
    /// Begins or ends a recording of what is shown, into the folder of exports.
    void record(bool on);
    /// Finishes a live recording or cancels the saving of a file, and then ends the program. Returns at once. For signals.
    void endInOrder();
    /// Ends the recording and waits until its files are written. Events are handled meanwhile, but not mouse and keyboard. For a
    /// window which is closed, and for the desktop's session manager, which waits for an answer.
    /// Returns false when the recording failed.
    bool waitForRecording();
    /// Saves picture and sidecar; in the background, with a message at the end.
    void exportPicture(const QString& path, bool withFigure);
    /// Saves the raw numbers of the chosen module into a folder, likewise.
    void exportRaw(const QString& folder);
    /// Saves what is chosen, with the picture by reference; likewise.
    void saveSession(const QString& path);
    /// Opens such a file, and removes it then where `forget` says so.
    void openSession(const QString& path, bool forget = false);
    /// Puts the overlay at the picture's own size on the clipboard, likewise.
    void copyPicture();

Q_SIGNALS:
    /// An export has ended; the files it wrote, none after a failure.
    void exported(const QStringList& files);

protected:
    bool event(QEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void closeEvent(QCloseEvent* event) override;
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    // main_window.cpp
    [[nodiscard]] RenderWorker& overlayLane() { return m_session.lane(RenderLane::Overlays); }
    void placeViews();
    void connectSession();
    void connectControls();
    void connectViews();
    void showField();
    void showChip(int index, const QString& text);
    void showTimes();
    void foldForWidth();

    // window_actions.cpp
    void bindActions();
    void bindFileActions();
    void bindPaneActions();
    void bindViewActions();
    void bindWindowActions();
    void bindExportActions();
    void bindPinActions();
    void bindSourceActions();
    void followActions();
    void showKeyTexts();
    [[nodiscard]] Canvas* canvasInUse() const;
    void chooseFromFilmstrip(std::size_t place);
    void addPin();
    void chooseNextPin();
    void removePin();
    void lockRange();
    void autoRange();
    void toggleFullScreen();
    void togglePanels();
    void toggleSmooth();

    // window_menus.cpp
    void makeMenus();
    void rebuildMenus();
    void addSampleMenu();
    void addRecentMenu();
    void addAppearanceMenus();
    void openMainMenu();
    void showCanvasMenu(int index, const QContextMenuEvent& event);
    void showCommands();
    void showKeys();
    void showAbout();

    // window_files.cpp
    void openDialog();
    void openFolderDialog();
    void paste();
    void weightsDialog();
    [[nodiscard]] QString proposedFile() const;
    void pictureDialog(const QString& title, bool withFigure);
    void saveRawDialog();
    [[nodiscard]] bool isFromFile();
    void openNeighbour(int step);

    // window_model.cpp
    void bundleDialog();
    void openModel();
    void chooseNetwork(const NetworkModel& network);
    void chooseRetina(int stride);
    void showModel();
    void toggleTrained();
    void clippedRange();

    // window_live.cpp
    void connectSource();
    void showTransport();
    void showPlaying(bool playing);
    void showPosition(const Frame& frame);
    void showInterrupted(const Error& error);
    void stopSource();
    void togglePlaying();
    void step(int frames);
    void playSample();
    void sourceDialog();
    void toggleRecording();
    void recordFileDialog();
    void showFileProgress(qint64 done, qint64 total);
    void showRecorded(const Result<RecordingOutcome>& outcome);
    void sayRecorded(const Result<RecordingOutcome>& outcome);
    void toggleAutoSize();
    void toggleRangeSmoothing();

    // window_compare.cpp
    void connectCompare();
    void connectCanvas(int index);
    [[nodiscard]] OverlayStyle paneStyle(int index);
    void takeStyle(const OverlayStyle& edited);
    void showStyles();
    void showPanes();
    void showResults();
    void showCompared();
    [[nodiscard]] QString paneModel(int pane) const;
    void showPins();
    void showSteps();
    void showOverlay(int index, const RenderedOverlay& overlay);
    void requestComparisons();
    void linkRange(int index, const RenderedOverlay& overlay);
    void toggleLinkedRange();
    void addNextPane();
    void addPane();
    void addSamePane();
    void removePane();
    void swapPanes();
    void toggleCompare();
    void toggleDifference();
    void toggleHoverQuery();
    bool dropModule(const QMimeData* data);

    // window_session.cpp
    void connectUndo();
    [[nodiscard]] SessionState currentState();
    void noteState();
    void takeState();
    void restoreState(const SessionState& state);
    void undo();
    void redo();
    /// The picture or moving source which is shown; without a location when there is none.
    [[nodiscard]] SourceSpec shownSource();
    /// The session as it is shown; `withMissing` adds what could not be restored of the one which was opened.
    [[nodiscard]] SessionFile sessionFile();
    void saveSessionDialog();
    void keepRecovery();
    void dropRecovery();
    void offerRecovery();

    // window_recovery.cpp
    /// A sentence which waits until the one before is answered.
    struct Announcement {
        QString sentence;
        bool isError = false;
        std::vector<MessageAction> actions;
    };
    void connectRecovery();
    void announce(Announcement announcement);
    void showNextAnnouncement();
    void sayWhatIsNotKept();
    void offerRecordings();
    void offerRecording(const LostRecording& lost);
    void rescueRecording(const UnfinishedRecording& recording);
    void forgetRecording(const UnfinishedRecording& recording);
    void leave(int status);

    // window_restore.cpp
    void connectRestoring();
    void applySession(OpenedSession opened);
    void restoreAsStep(const SessionState& state);
    void finishOpening();
    void settleRestored();
    void openModelInstead(const Error& error);
    void showNotices();
    void locate(const SessionLoss& loss);
    void takeLocated(const SessionLoss& loss, const QString& path);

    // window_experiments.cpp
    /// What is tried out in the panel under the picture.
    enum class Experiment { None, Channels, Heads, Faithfulness };
    void connectExperiments();
    void setExperiment(Experiment experiment);
    void showGrid();
    void takeFactors(const std::vector<float>& factors);
    void unmuteAll();
    void measure();
    void takeFaithfulness(const Result<FaithfulnessResult>& result);
    void saveFaithfulness();

    // window_export.cpp
    [[nodiscard]] bool canExport();
    struct SavedFiles {
        QStringList paths;
        std::vector<Error> notes;  ///< for each file which got another name than expected
    };
    using ExportWork = std::function<Result<QStringList>(OutputPlaces&, const std::stop_token&)>;
    /// Runs `work` as a job, which ends even when the window is closed, and tells how it ended; `path` is what it writes.
    void runExport(const QString& path, ExportWork work);
    /// Writes what `bytes` makes, likewise, to a path which a person named.
    void exportFile(const QString& path, std::function<std::string()> bytes);
    void finishExport(const Result<SavedFiles>& saved);
    /// Shows an error, but not that something was cancelled.
    void sayFailed(const Error& error);
    [[nodiscard]] OutputPlaces outputPlaces();

    Settings& m_settings;
    BackgroundJobs m_jobs;
    Session m_session;
    LiveMonitor m_monitor;
    RecordingControl m_recording;
    RestoreControl m_restore;
    std::vector<Error> m_settingProblems;  ///< wrong settings which the list still shows
    bool m_opensSetModel = false;          ///< the model of the settings is being opened
    Actions* m_actions;
    TopBar* m_topBar;
    ModulePicker* m_picker;
    CanvasArea* m_area;
    TransportBar* m_transport;
    Filmstrip* m_filmstrip;
    StepStrip* m_stepStrip;
    ComparisonTable* m_comparison;
    ChannelGrid* m_grid;
    FaithfulnessPlot* m_faithfulnessPlot;
    CardsPanel* m_cards;
    StatusLine* m_status;
    QMenu* m_mainMenu;
    QMenu* m_exportMenu;
    RenderViews<int, OverlayRequest> m_canvasViews;         ///< by index of the canvas
    RenderViews<QString, OverlayRequest> m_thumbnailViews;  ///< by mechanism
    RenderViews<int, OverlayRequest> m_comparisonViews;     ///< by pane
    RenderViews<int, StepRequest> m_stepViews;              ///< by card
    RenderView<ChannelGridRequest> m_gridView;
    CommandPalette* m_palette = nullptr;  ///< from the first use on
    QPointer<KeySheet> m_keySheet;
    std::optional<QPointF> m_menuSpot;  ///< where the menu of a canvas was asked for, as fractions of the picture
    UndoStates m_undo;
    bool m_restoring = false;
    QString m_recovery;  ///< the file of what is shown now, which goes when the program ends
    std::unique_ptr<QLockFile> m_recoveryLock;
    QTimer m_recoveryTimer;
    QTimer m_noteTimer;
    std::deque<Announcement> m_announcements;
    bool m_offersRecovery = false;
    Experiment m_experiment = Experiment::None;
    JobNumber m_measuring = 0;
    std::shared_ptr<const FaithfulnessResult> m_measured;
    ViewKind m_view = ViewKind::Overlay;
    std::array<ValueRange, kMaxPanes> m_paneRanges = {};
    std::optional<ValueRange> m_linkedRange;  ///< of all panes together, where it is wanted
    bool m_linksRanges = false;
    bool m_recordsBeside = false;  ///< the original beside the overlay
    bool m_hoverQuery = false;
    bool m_panelsHidden = false;
    double m_paintMilliseconds = 0.0;
    JobOwner m_work{m_jobs};  ///< last: its jobs call the rest
};

/// Folder of the sample photographs: beside the installed program, else in the source tree.
QString samplesFolder();
/// The names of the photographs in it.
QStringList sampleNames();

}  // namespace fovea
