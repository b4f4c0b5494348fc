#include "app/session/session.h"

#include <algorithm>
#include <array>
#include <utility>

#include "engine/attention/registry.h"
#include "engine/render/field_choices.h"
#include "engine/render/kinds/map_kind.h"

namespace fovea {

Session::Session(QObject* parent) : QObject(parent), m_panes{{.module = findModule("simam")}} {
    connect(&m_controller, &Controller::frameLoaded, this, &Session::pictureChanged);
    connect(&m_controller, &Controller::loadFailed, this, &Session::failed);
    connect(&m_controller, &Controller::passFailed, this, &Session::failed);
    connect(&m_controller, &Controller::bundleFailed, this, &Session::takeBundleError);
    connect(&m_controller, &Controller::bundleLoaded, this, &Session::takeBundle);
    connect(&m_controller, &Controller::resultReady, this, &Session::takeResult);
}

Session::~Session() = default;

void Session::openFile(const QString& path) {
    Q_EMIT opening(path);
    m_controller.openFile(path);
}

void Session::openSource(const SourceSpec& spec) {
    Q_EMIT opening(QString::fromStdString(spec.location));
    m_controller.openSource(spec);
}

bool Session::playing() { return m_controller.source().active() && m_controller.source().playing(); }

void Session::openFrame(const Result<Frame>& frame) {
    if (!frame) {
        Q_EMIT failed(frame.error());
        return;
    }
    Q_EMIT opening({});
    m_controller.openFrame(*frame);
}

void Session::setModule(const QString& id) {
    const auto it = std::find_if(m_filmstrip.begin(), m_filmstrip.end(),
                                 [&](const ModuleInfo* m) { return QString::fromStdString(m->id) == id; });
    setModule(it == m_filmstrip.end() ? findModule(id.toStdString()) : *it);
}

void Session::setModule(const ModuleInfo* info) {
    if (info == nullptr || info == module()) {
        return;
    }
    pane().module = info;
    submit();
    Q_EMIT moduleChanged();
    Q_EMIT fieldChanged();
}

void Session::setFilmstrip(std::vector<const ModuleInfo*> modules) {
    m_filmstrip = std::move(modules);
    submit();
}

Session::Choice& Session::choice(const Pane& of) {
    const auto [it, isNew] = m_choices.try_emplace(idOf(of));
    if (isNew) {
        if (const Choice* current = knownChoice(m_active); current != nullptr && &it->second != current) {
            if (modelId(of.model) == modelId(model())) {
                it->second.field.activationClass = current->field.activationClass;
                it->second.field.plainActivation = current->field.plainActivation;
            }
            it->second.field.queryX = current->field.queryX;
            it->second.field.queryY = current->field.queryY;
        }
        it->second.params = modelJob(*of.module, of.model).params;
        it->second.field.job = idOf(of);
    }
    return it->second;
}

const Session::Choice* Session::knownChoice(int pane) const {
    const auto it = m_choices.find(jobId(pane));
    return it == m_choices.end() ? nullptr : &it->second;
}

const ParamSet& Session::params() { return choice().params; }

void Session::setParams(const ParamSet& params) {
    if (choice().params == params) {
        return;
    }
    choice().params = params;
    submit();
    Q_EMIT jobChanged();
}

void Session::setWeightsFile(const QString& path) {
    Choice& c = choice();
    if (!c.fileOnTrial) {
        c.fallbackFile = c.weightsFile;
    }
    c.fileOnTrial = true;
    c.weightsFile = path.toStdString();
    submit();
}

void Session::setSeed(quint64 seed) {
    Choice& c = choice();
    c.weightsFile.clear();
    c.fileOnTrial = false;
    c.seed = seed;
    pane().trained = pane().trained && !canBeTrained();
    submit();
    Q_EMIT modelChanged();
}

void Session::setRetina(const RetinaOptions& options) {
    if (options != m_retina) {
        m_retina = options;
        refreshInputs();
        submit();
        Q_EMIT jobChanged();
    }
}

void Session::setTrained(bool trained) {
    if (trained) {
        choice().weightsFile.clear();
    }
    pane().trained = trained;
    submit();
    Q_EMIT modelChanged();
}

const Intervention& Session::intervention() { return choice().intervention; }

void Session::setIntervention(const Intervention& intervention) {
    if (choice().intervention != intervention) {
        choice().intervention = intervention;
        submit();
        Q_EMIT moduleChanged();
    }
}

void Session::setPinned(bool heads, const std::vector<int>& pinned) {
    std::vector<int>& own = heads ? choice().pinnedHeads : choice().pinnedChannels;
    if (own != pinned) {
        own = pinned;
        Q_EMIT fieldChanged();
    }
}

void Session::setStepsRecorded(bool recorded) {
    if (std::exchange(m_stepsRecorded, recorded) != recorded) {
        submit();
    }
}

ModuleJob Session::jobOf(const Pane& of) {
    const Choice& c = choice(of);
    ModuleJob job = modelJob(*of.module, of.model);
    job.place = of.place;
    job.params = c.params;
    job.weightsFile = c.weightsFile;
    job.seed = c.seed;
    job.intervention = c.intervention;
    if (!of.trained || !c.weightsFile.empty()) {
        job.weights.reset();
    }
    return job;
}

ModuleJob Session::job(const ModuleInfo* info) { return info == module() ? paneJob(m_active) : jobOf(beside(info)); }

ModuleJob Session::paneJob(int pane) {
    const Pane& of = this->pane(pane);
    ModuleJob job = jobOf(of);
    job.predict = pane == m_active && predicts(of.model);
    job.recordSteps = pane == m_active && m_stepsRecorded;
    return job;
}

// The active pane first, then the others which are shown, those of one model together, then the filmstrip.
void Session::submit() {
    if (m_awaitsBundle) {
        return;
    }
    std::vector<ModelJobs> models{{.model = model(), .jobs = {paneJob(m_active)}}};
    for (int pane = 0; m_comparing && pane < paneCount(); ++pane) {
        if (pane == m_active) {
            continue;
        }
        auto its =
            std::find_if(models.begin(), models.end(), [&](const auto& m) { return modelId(m.model) == modelId(model(pane)); });
        if (its == models.end()) {
            its = models.insert(its, {.model = model(pane), .jobs = {}});
        }
        its->jobs.push_back(paneJob(pane));
    }
    std::vector<ModuleJob>& jobs = models.front().jobs;
    for (const auto* info : m_filmstrip) {
        const auto same = [info](const ModuleJob& job) { return job.info == info && job.place == 0; };
        if (std::none_of(jobs.begin(), jobs.end(), same)) {
            jobs.push_back(jobOf(beside(info)));
            jobs.back().shown = false;
        }
    }
    m_controller.setJobs(std::move(models));
}

// A file which does not fit is put back to the weights before it; what is on the screen stays.
bool Session::judgeWeights(const FrameResult& result) {
    Choice& c = choice();
    const auto finished = result.find(jobId(m_active));
    if (!c.fileOnTrial || !finished) {
        return true;
    }
    c.fileOnTrial = false;
    if (finished->output.ok()) {
        Q_EMIT weightsTaken(QString::fromStdString(c.weightsFile));
        return true;
    }
    c.weightsFile = c.fallbackFile;
    Q_EMIT failed(finished->output.error());
    submit();
    return false;
}

void Session::takeResult(const std::shared_ptr<const FrameResult>& result) {
    if (!judgeWeights(*result)) {
        return;
    }
    const bool newPicture = !m_shown || m_shown->frame.pixels != result->frame.pixels;
    std::array<std::shared_ptr<const JobResult>, kMaxPanes> known;
    for (int pane = 0; pane < paneCount(); ++pane) {
        known[static_cast<std::size_t>(pane)] = moduleResult(pane);
    }
    const auto before = std::exchange(m_shown, result);
    bool news = newPicture;
    for (int pane = 0; pane < paneCount(); ++pane) {
        const auto finished = moduleResult(pane);
        m_finishedEpochs[static_cast<std::size_t>(pane)] = finished ? result->epoch : 0;
        news = news || (finished && finished != known[static_cast<std::size_t>(pane)]);
    }
    // A snapshot which adds only another mechanism changes nothing that is looked at here.
    if (news) {
        Q_EMIT resultChanged();
        Q_EMIT fieldChanged();
    } else {
        m_shown = before;
    }
    Q_EMIT snapshot(result);
}

std::shared_ptr<const JobResult> Session::moduleResult(int pane) const { return m_shown ? m_shown->find(jobId(pane)) : nullptr; }

const AttentionMap* Session::shownMap(int pane) const {
    const auto finished = moduleResult(pane);
    if (!finished || !finished->output) {
        return nullptr;
    }
    const Choice* c = knownChoice(pane);
    const auto& maps = finished->output->maps;
    const auto named =
        std::find_if(maps.begin(), maps.end(), [c](const AttentionMap& map) { return c != nullptr && map.name == c->field.map; });
    return named != maps.end() ? &*named : defaultMap(*finished->output);
}

std::optional<FieldSpec> Session::field(int pane) const {
    if (!moduleResult(pane)) {
        return std::nullopt;
    }
    const Choice* c = knownChoice(pane);
    if (c == nullptr) {
        return std::nullopt;
    }
    FieldSpec spec = c->field;
    if (const auto* map = shownMap(pane)) {
        spec.map = map->name;
        if (map->role == MapRole::Additive && spec.channelMode != ChannelMode::Single) {
            spec.channelMode = ChannelMode::Before;
        }
        // A channel or head chosen before a parameter made fewer of them.
        spec.head = std::min(spec.head, headCount(*map) - 1);
        if (const auto choices = fieldChoices(*m_shown, spec)) {
            spec.channel = std::min(spec.channel, choices->mapChannels - 1);
        }
    }
    spec.frame = clipFrame(pane, spec);
    return spec;
}

std::optional<FieldSpec> Session::pictureField(int pane) const {
    const auto* map = shownMap(pane);
    const Choice* c = knownChoice(pane);
    const bool activation = c != nullptr && c->field.activationClass >= 0;
    const bool matrixAlone = !activation && map != nullptr && !kindInfo(*map).liesOnPicture(*map);
    return matrixAlone ? std::nullopt : field(pane);
}

void Session::changeField(const FieldSpec& field) {
    choice().field = field;
    Q_EMIT fieldChanged();
}

void Session::setMap(const std::string& map) {
    FieldSpec spec = choice().field;
    spec.map = map;
    spec.activationClass = -1;
    spec.channel = -1;
    spec.channelMode = ChannelMode::After;
    changeField(spec);
}

void Session::setActivation(int index, bool plain) {
    for (auto& [key, c] : m_choices) {  // the question “where is this class?” stays when the module changes
        if (key.model == modelId(model())) {
            c.field.activationClass = index;
            c.field.plainActivation = plain;
        }
    }
    changeField(choice().field);
}

void Session::setChannelMode(ChannelMode mode, int channel) {
    FieldSpec spec = choice().field;
    spec.channelMode = mode;
    spec.activationClass = -1;
    spec.channel = channel;
    changeField(spec);
}

void Session::setHead(int head) {
    FieldSpec spec = choice().field;
    spec.head = head;
    spec.channelMode = ChannelMode::After;
    changeField(spec);
}

void Session::setDirection(bool to) {
    FieldSpec spec = choice().field;
    spec.toQuery = to;
    spec.channelMode = ChannelMode::After;
    changeField(spec);
}

void Session::setClipFrame(int frame) {
    for (auto& [key, c] : m_choices) {
        c.field.frame = frame;
    }
    changeField(choice().field);
}

void Session::followNewest() {
    for (auto& [key, c] : m_choices) {
        c.field.frame = -1;
        c.field.queryFrame = -1;
    }
    changeField(choice().field);
}

// The frames of a running clip move on; only a clip which stands has one a person can come back to.
int Session::clipFrame(int pane, const FieldSpec& spec) const {
    const ModelResult* own = modelResult(pane);
    const bool stands = own != nullptr && own->clip && spec.frame >= 0 && spec.frame < static_cast<int>(own->clip->size());
    return stands ? spec.frame : -1;
}

void Session::setRangeSmoothing(double share) {
    OverlayStyle style = m_style;
    style.rangeSmoothing = share;
    setStyle(style);
}

std::optional<ValueRange> Session::rangeBefore(const Frame& frame) const {
    if (m_ranges.source != frame.source || frame.sequence < m_ranges.sequence) {
        return std::nullopt;
    }
    return frame.sequence == m_ranges.sequence ? m_ranges.before : m_ranges.newest;
}

void Session::noteRange(const RenderedOverlay& rendered) {
    if (!rendered.field) {
        return;
    }
    const Frame& frame = rendered.request.result->frame;
    const std::string map = rendered.request.field->job.source + '/' + rendered.request.field->map;
    if (frame.source != m_ranges.source || map != m_ranges.map || frame.sequence < m_ranges.sequence) {
        m_ranges = {.source = frame.source, .map = map, .sequence = frame.sequence, .newest = {}, .before = {}};
    } else if (frame.sequence > m_ranges.sequence) {
        m_ranges.before = m_ranges.newest;
        m_ranges.sequence = frame.sequence;
    }
    m_ranges.newest = effectiveRange(*rendered.field, rendered.request.style);
}

void Session::setStyle(const OverlayStyle& style) {
    if (style != m_style) {
        m_style = style;
        Q_EMIT styleChanged();
    }
}

void Session::setRange(RangeMode mode, ValueRange range) {
    const RangeMode before = std::exchange(m_rangeMode, mode);
    OverlayStyle style = m_style;
    style.autoRange = mode == RangeMode::Auto || mode == RangeMode::Clipped;
    style.clipped = mode == RangeMode::Clipped;
    style.range = range;
    if (style == m_style && before != mode) {  // the range shown is typed, or locked, as it is
        Q_EMIT styleChanged();
    }
    setStyle(style);
}

Provenance Session::provenance() const {
    if (const auto finished = moduleResult()) {
        return finished->source.provenance;
    }
    if (module()->weights == nullptr) {
        return {};
    }
    if (trained() && canBeTrained()) {
        return {.kind = ProvenanceKind::Trained, .source = modelName(model())};
    }
    const Choice* c = knownChoice(m_active);
    return {.kind = ProvenanceKind::Random, .source = {}, .seed = c == nullptr ? 1 : c->seed};
}

}  // namespace fovea
