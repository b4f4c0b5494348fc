#pragma once

#include <QObject>
#include <QPointF>
#include <QString>

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "app/session/session_state.h"
#include "engine/render/query_place.h"
#include "engine/runtime/controller.h"

namespace fovea {

/// What the person has chosen, and the newest result for it. Widgets show it, the controller computes it; it paints nothing. GUI
/// thread only.
class Session final : public QObject {
    Q_OBJECT

public:
    explicit Session(QObject* parent = nullptr);
    ~Session() override;

    [[nodiscard]] Controller& controller() { return m_controller; }

    /// A picture, a video or a folder of pictures.
    void openFile(const QString& path);
    /// A camera or a stream (or any other source).
    void openSource(const SourceSpec& spec);
    /// Whether pictures come by themselves now: a source is open and plays.
    [[nodiscard]] bool playing();
    /// A picture which is in memory, such as a pasted one. An error is told by failed().
    void openFrame(const Result<Frame>& frame);

    /// The mechanisms which are compared on one picture, at least one. All that speaks of “the chosen module” speaks of the
    /// active pane's.
    [[nodiscard]] int paneCount() const { return static_cast<int>(m_panes.size()); }
    [[nodiscard]] int activePane() const { return m_active; }
    void setActivePane(int pane);
    [[nodiscard]] const ModuleInfo* paneModule(int pane) const { return m_panes[static_cast<std::size_t>(pane)].module; }
    /// Adds a pane which begins as a copy of what the active one has chosen, with this mechanism; it becomes the active one.
    /// False when there are kMaxPanes already.
    bool addPane(const ModuleInfo* info);
    void removePane(int pane);
    /// Exchanges the places of two panes.
    void swapPanes(int a, int b);
    /// Whether all panes are computed, not the active one alone.
    void setComparing(bool comparing);
    [[nodiscard]] bool comparing() const { return m_comparing; }

    [[nodiscard]] const ModuleInfo* module() const { return m_panes[static_cast<std::size_t>(m_active)].module; }
    /// Chooses a mechanism by id; unknown ids are ignored.
    void setModule(const QString& id);
    /// Chooses a mechanism by its descriptor (tests bring their own).
    void setModule(const ModuleInfo* info);
    /// The mechanisms computed besides the chosen one, for the filmstrip.
    void setFilmstrip(std::vector<const ModuleInfo*> modules);

    [[nodiscard]] const ParamSet& params();
    void setParams(const ParamSet& params);
    /// Weights from a file; if it does not fit, failed() says why and the weights stay as they were.
    void setWeightsFile(const QString& path);
    void setSeed(quint64 seed);
    [[nodiscard]] const RetinaOptions& retina() const { return m_retina; }
    void setRetina(const RetinaOptions& options);

    /// Opens a folder with a network and trained weights; it becomes the model when it is good, else failed() says why. Until
    /// then nothing is computed if nothing was before.
    void openBundle(const QString& folder);
    /// The model of the active pane, or of another one.
    [[nodiscard]] const ModelSpec& model() const { return model(m_active); }
    [[nodiscard]] const ModelSpec& model(int pane) const { return this->pane(pane).model; }
    /// Chooses a model for the active pane, and for the others which had the same model unless panes are compared. How pictures
    /// enter a network, and the options of the Retina, are those of all panes.
    void setModel(const ModelSpec& model);
    /// How pictures enter the networks, now and in future.
    void setInput(const ModelInput& input);
    /// Whether all panes have one model.
    [[nodiscard]] bool oneModel() const;
    /// The bundles which were opened, in use or not, in this order.
    [[nodiscard]] const std::vector<std::shared_ptr<const Bundle>>& bundles() const { return m_bundles; }
    /// What the bundle in use has for a mechanism, or null.
    [[nodiscard]] const BundleModule* bundleModule(const ModuleInfo* info) const;
    /// Whether mechanisms get the bundle's weights where it has some; else random ones, to see what training does.
    [[nodiscard]] bool trained() const { return m_panes[static_cast<std::size_t>(m_active)].trained; }
    void setTrained(bool trained);
    /// Whether the chosen module can be switched between trained and random weights.
    [[nodiscard]] bool canBeTrained() const { return bundleModule(module()) != nullptr && module()->weights != nullptr; }
    /// Which channels and heads of the chosen module are muted or scaled.
    [[nodiscard]] const Intervention& intervention();
    void setIntervention(const Intervention& intervention);
    /// Which channels, or heads, of the chosen module come first wherever they are listed.
    [[nodiscard]] const std::vector<int>& pinned(bool heads) { return heads ? choice().pinnedHeads : choice().pinnedChannels; }
    void setPinned(bool heads, const std::vector<int>& pinned);
    /// Whether the chosen module records its steps.
    void setStepsRecorded(bool recorded);

    /// What is computed for a module: its parameters and weights as they are chosen now.
    [[nodiscard]] ModuleJob job(const ModuleInfo* info);
    /// The same of a pane.
    [[nodiscard]] ModuleJob paneJob(int pane);

    /// The field on the canvas: nothing until the chosen module has finished.
    [[nodiscard]] std::optional<FieldSpec> field() const { return field(m_active); }
    [[nodiscard]] std::optional<FieldSpec> field(int pane) const;
    /// The same, but nothing where the map is a matrix without a place on the picture.
    [[nodiscard]] std::optional<FieldSpec> pictureField() const { return pictureField(m_active); }
    [[nodiscard]] std::optional<FieldSpec> pictureField(int pane) const;
    void setMap(const std::string& map);
    void setChannelMode(ChannelMode mode, int channel);
    void setHead(int head);
    void setDirection(bool to);
    /// Puts the class activation map of a class on the canvas, of the network without the module when `plain`; −1: the module's
    /// map.
    void setActivation(int index, bool plain);
    /// A position as fractions of the picture: a new pin, or the active one moved; no pin where the map asks nothing.
    void setQuery(QPointF fraction, QueryGesture gesture = QueryGesture::Move);
    /// The same for one pane alone; pins stay where they are.
    void setPaneQuery(int pane, QPointF fraction);
    /// The places which are asked about, as fractions of the picture; empty until somebody asks: then the middle counts.
    [[nodiscard]] const std::vector<Pin>& pins() const { return m_pins; }
    [[nodiscard]] int activePin() const { return m_activePin; }
    /// Makes the pin of this number the one which asks; unknown ones are ignored.
    void setActivePin(int number);
    void removePin(int number);
    void clearPins();
    /// A position as fractions of the query grid and the frame of a clip which asks (−1 the newest), as the matrix reports them.
    void setGridQuery(QPointF fraction, int frame);
    /// Which frame of a clip is shown, counted from the oldest; −1 the newest.
    void setClipFrame(int frame);
    /// The newest frame is shown and asks: the clip moves on.
    void followNewest();
    /// Where the query of a pairwise map lies, or the place the module is told to look at, as fractions of the picture.
    [[nodiscard]] std::optional<QPointF> queryOnPicture() const { return queryOnPicture(m_active); }
    [[nodiscard]] std::optional<QPointF> queryOnPicture(int pane) const;

    [[nodiscard]] const OverlayStyle& style() const { return m_style; }
    void setStyle(const OverlayStyle& style);
    [[nodiscard]] RangeMode rangeMode() const { return m_rangeMode; }
    void setRange(RangeMode mode, ValueRange range);
    /// Share of the range before in an automatic range while pictures follow each other; 0: none. Only the display changes.
    void setRangeSmoothing(double share);
    /// The range the picture before `frame` was drawn with; nothing before the first.
    [[nodiscard]] std::optional<ValueRange> rangeBefore(const Frame& frame) const;
    /// Notes the range a picture was drawn with.
    void noteRange(const RenderedOverlay& rendered);

    /// The newest result in which the chosen module has finished (well or not) or which has a newer picture; null at first.
    [[nodiscard]] const std::shared_ptr<const FrameResult>& result() const { return m_shown; }
    /// The part of a pane's model in result(), or null.
    [[nodiscard]] const ModelResult* modelResult() const { return modelResult(m_active); }
    [[nodiscard]] const ModelResult* modelResult(int pane) const {
        return m_shown ? m_shown->find(modelId(model(pane))) : nullptr;
    }
    /// The chosen module's result in result(), or null.
    [[nodiscard]] std::shared_ptr<const JobResult> moduleResult() const { return moduleResult(m_active); }
    [[nodiscard]] std::shared_ptr<const JobResult> moduleResult(int pane) const;
    /// The map which is on the canvas, or null.
    [[nodiscard]] const AttentionMap* shownMap() const { return shownMap(m_active); }
    [[nodiscard]] const AttentionMap* shownMap(int pane) const;
    /// Weights the chosen module has now, for the form before the first result.
    [[nodiscard]] Provenance provenance() const;

    /// Everything that is chosen, to come back to; how the window shows it is not the session's.
    [[nodiscard]] SessionState state();
    /// Goes back to it; other bundles are opened first. Panes whose bundle cannot be opened get the bundled model, or else the
    /// Retina; bundleMissing() is emitted.
    void restore(const SessionState& state);
    /// Whether a model of the state to be restored is still being read.
    [[nodiscard]] bool restoring() const { return m_pending.has_value(); }
    /// The number which tells a pane from every other as long as it is there.
    [[nodiscard]] int panePlace(int pane) const { return this->pane(pane).place; }
    /// The id of a pane's job.
    [[nodiscard]] JobId jobId(int pane) const { return idOf(this->pane(pane)); }
    /// Whether the newest result of a pane is of all that is chosen now.
    [[nodiscard]] bool isUpToDate(int pane) const;
    /// Resets the choices of a pane which its newest result does not have: map, head, channel, class, factors, pins. Returns one
    /// sentence for each; the names in the sentences begin with `path`.
    std::vector<Error> dropMissingChoices(int pane, const std::string& path);

Q_SIGNALS:
    /// A picture or a source is being opened; empty for pixels without a place.
    void opening(const QString& location);
    void pictureChanged();
    void moduleChanged();
    /// Parameters or the Retina, whose results are still to come.
    void jobChanged();
    /// Panes have come, gone or changed places, or another one is active.
    void panesChanged();
    void pinsChanged();
    /// Another network, or the same with other weights or another size.
    void modelChanged();
    /// A file of weights has proved good.
    void weightsTaken(const QString& path);
    void resultChanged();
    /// Every snapshot, for the filmstrip.
    void snapshot(const std::shared_ptr<const fovea::FrameResult>& result);
    void fieldChanged();
    void styleChanged();
    void failed(const fovea::Error& error);
    /// The model of a state which is being restored cannot be opened; the one in `standIn` takes its place, empty: the Retina.
    void bundleMissing(const QString& folder, const QString& standIn, const fovea::Error& error);

private:
    /// What is remembered per module while the program runs.
    struct Choice {
        ParamSet params;
        std::string weightsFile;
        std::string fallbackFile;  ///< the weights before the newest file, until that one has proved good
        bool fileOnTrial = false;
        quint64 seed = 1;
        FieldSpec field;
        Intervention intervention;
        std::vector<int> pinnedChannels;
        std::vector<int> pinnedHeads;
    };
    struct Pane {
        const ModuleInfo* module = nullptr;
        int place = 0;        ///< JobId::place of its jobs
        bool trained = true;  ///< the bundle's weights where it has some
        ModelSpec model = RetinaOptions{};
    };

    /// The parameter of the module which says where it looks; null when it has none.
    [[nodiscard]] const ParamSpec* placeParam() const;
    [[nodiscard]] Pane& pane() { return m_panes[static_cast<std::size_t>(m_active)]; }
    [[nodiscard]] const Pane& pane(int index) const { return m_panes[static_cast<std::size_t>(index)]; }
    [[nodiscard]] static JobId idOf(const Pane& of) { return {of.module->id, of.place, modelId(of.model)}; }
    Choice& choice(const Pane& of);
    /// Of the active pane.
    Choice& choice() { return choice(pane()); }
    /// The same of any pane, but null when its module was not looked at yet.
    [[nodiscard]] const Choice* knownChoice(int pane) const;
    [[nodiscard]] ModuleJob jobOf(const Pane& of);
    /// Another mechanism beside the active pane's, as the filmstrip shows it.
    [[nodiscard]] Pane beside(const ModuleInfo* info) const { return {.module = info, .trained = trained(), .model = model()}; }
    /// Whether the picture which is shown has features of this model.
    [[nodiscard]] bool hasFeatures(ModelId model) const;
    void askAt(QPointF fraction);
    /// After another pane has become the active one, or the panes have changed; `before` is the model of the active one before.
    void emitPanes(ModelId before);
    /// Gives the panes of networks, and those of the Retina, the input and the options which are chosen now.
    void refreshInputs();
    [[nodiscard]] std::shared_ptr<const Bundle> bundleIn(const std::string& folder) const;
    void takeBundle(const std::shared_ptr<const Bundle>& bundle);
    void takeBundleError(const Error& error);
    /// The first bundle of a state which is not open; empty when all are.
    [[nodiscard]] std::string closedBundle(const SessionState& state) const;
    void restorePanes(const SessionState& state);
    void submit();
    void takeResult(const std::shared_ptr<const FrameResult>& result);
    bool judgeWeights(const FrameResult& result);
    void changeField(const FieldSpec& field);
    [[nodiscard]] int clipFrame(int pane, const FieldSpec& spec) const;

    /// The ranges of the newest two pictures of a source which were drawn.
    struct DrawnRanges {
        std::shared_ptr<const SourceInfo> source;
        std::string map;  ///< module and map they belong to
        std::uint64_t sequence = 0;
        std::optional<ValueRange> newest;
        std::optional<ValueRange> before;
    };

    Controller m_controller;
    std::vector<Pane> m_panes;
    int m_active = 0;
    bool m_comparing = false;
    bool m_stepsRecorded = false;
    std::vector<Pin> m_pins;
    int m_activePin = 0;
    std::optional<SessionState> m_pending;  ///< to be restored when its bundle has been opened
    bool m_selectsOpened = true;            ///< the bundle which is being opened becomes the active pane's
    std::vector<const ModuleInfo*> m_filmstrip;
    std::map<JobId, Choice> m_choices;  ///< one for each mechanism, model and place of a pane
    RetinaOptions m_retina;
    std::vector<std::shared_ptr<const Bundle>> m_bundles;
    ModelInput m_input;           ///< how pictures enter networks
    bool m_awaitsBundle = false;  ///< the first jobs wait for the bundle they are meant for
    OverlayStyle m_style;
    RangeMode m_rangeMode = RangeMode::Auto;
    std::shared_ptr<const FrameResult> m_shown;
    std::array<std::uint64_t, kMaxPanes> m_finishedEpochs = {};  ///< of the newest results of the panes, whether news or not
    DrawnRanges m_ranges;
};

}  // namespace fovea
