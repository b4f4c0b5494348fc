#include "app/session.h"

#include <algorithm>
#include <utility>

#include "engine/attention/registry.h"
#include "engine/source/image_source.h"
#include "widgets/figure/mat_image.h"

namespace fovea {

Session::Session(QObject* parent) : QObject(parent), m_module(findModule("simam")) {
    connect(&m_controller, &Controller::frameLoaded, this, &Session::pictureChanged);
    connect(&m_controller, &Controller::loadFailed, this, &Session::failed);
    connect(&m_controller, &Controller::passFailed, this, &Session::failed);
    connect(&m_controller, &Controller::bundleFailed, this, [this](const Error& error) {
        if (std::exchange(m_awaitsBundle, false)) {
            submit();
        }
        Q_EMIT failed(error);
    });
    connect(&m_controller, &Controller::bundleLoaded, this, [this](const std::shared_ptr<const Bundle>& bundle) {
        m_awaitsBundle = false;
        m_bundle = bundle;
        NetworkChoice network = m_network;
        network.bundle = bundle;
        setNetwork(network);
    });
    connect(&m_controller, &Controller::resultReady, this, &Session::takeResult);
}

Session::~Session() = default;

void Session::openFile(const QString& path) { m_controller.openFile(path); }

void Session::openSource(const SourceSpec& spec) { m_controller.openSource(spec); }

bool Session::playing() { return m_controller.source().active() && m_controller.source().playing(); }

void Session::openImage(const QImage& image) {
    const auto pixels = imageMat(image);
    if (!pixels) {
        Q_EMIT failed(
            makeError(ErrorCode::BadFormat, FOVEA_TEXT("engine", "The clipboard holds no picture; copy one first."), {}));
        return;
    }
    const auto frame = frameFromPixels(*pixels, "clipboard");
    if (!frame) {
        Q_EMIT failed(frame.error());
        return;
    }
    m_controller.openFrame(*frame);
}

void Session::setModule(const QString& id) {
    const auto it = std::find_if(m_filmstrip.begin(), m_filmstrip.end(),
                                 [&](const ModuleInfo* m) { return QString::fromStdString(m->id) == id; });
    setModule(it == m_filmstrip.end() ? findModule(id.toStdString()) : *it);
}

void Session::setModule(const ModuleInfo* info) {
    if (info == nullptr || info == m_module) {
        return;
    }
    m_module = info;
    submit();
    Q_EMIT moduleChanged();
    Q_EMIT fieldChanged();
}

void Session::setFilmstrip(std::vector<const ModuleInfo*> modules) {
    m_filmstrip = std::move(modules);
    submit();
}

Session::Choice& Session::choice(const ModuleInfo* info) {
    const auto [it, isNew] = m_choices.try_emplace({m_network.bundle.get(), info});
    if (isNew) {
        if (const Choice* current = knownChoice(m_module); current != nullptr && info != m_module) {
            it->second.field.activationClass = current->field.activationClass;
            it->second.field.plainActivation = current->field.plainActivation;
            it->second.field.queryX = current->field.queryX;
            it->second.field.queryY = current->field.queryY;
        }
        it->second.params = bundleJob(*info, m_network.bundle).params;
        it->second.field.module = info->id;
    }
    return it->second;
}

const Session::Choice* Session::knownChoice(const ModuleInfo* info) const {
    const auto it = m_choices.find({m_network.bundle.get(), info});
    return it == m_choices.end() ? nullptr : &it->second;
}

const ParamSet& Session::params() { return choice(m_module).params; }

void Session::setParams(const ParamSet& params) {
    if (choice(m_module).params == params) {
        return;
    }
    choice(m_module).params = params;
    submit();
}

void Session::setWeightsFile(const QString& path) {
    Choice& c = choice(m_module);
    if (!c.fileOnTrial) {
        c.fallbackFile = c.weightsFile;
    }
    c.fileOnTrial = true;
    c.weightsFile = path.toStdString();
    submit();
}

void Session::setSeed(quint64 seed) {
    Choice& c = choice(m_module);
    c.weightsFile.clear();
    c.fileOnTrial = false;
    c.seed = seed;
    m_trained = m_trained && !canBeTrained();
    submit();
    Q_EMIT modelChanged();
}

void Session::setRetina(const RetinaOptions& options) {
    if (options != m_retina) {
        m_retina = options;
        submit();
    }
}

void Session::openBundle(const QString& folder) {
    m_awaitsBundle = m_awaitsBundle || !m_shown;
    m_controller.openBundle(folder);
}

void Session::setNetwork(const NetworkChoice& network) {
    if (network == m_network) {
        return;
    }
    const auto before = std::exchange(m_network, network).bundle;
    if (before != network.bundle) {
        // One question for the whole session: the place that was asked about stays.
        if (const auto old = m_choices.find({before.get(), m_module}); old != m_choices.end()) {
            FieldSpec& field = choice(m_module).field;
            field.queryX = old->second.field.queryX;
            field.queryY = old->second.field.queryY;
        }
    }
    submit();
    Q_EMIT modelChanged();
}

const BundleModule* Session::bundleModule(const ModuleInfo* info) const {
    if (!m_network.bundle) {
        return nullptr;
    }
    const auto it = m_network.bundle->modules.find(info->id);
    return it == m_network.bundle->modules.end() ? nullptr : &it->second;
}

void Session::setTrained(bool trained) {
    if (trained) {
        choice(m_module).weightsFile.clear();
    }
    m_trained = trained;
    submit();
    Q_EMIT modelChanged();
}

ModuleJob Session::job(const ModuleInfo* info) {
    const Choice& c = choice(info);
    ModuleJob job = bundleJob(*info, m_network.bundle);
    job.params = c.params;
    job.weightsFile = c.weightsFile;
    job.seed = c.seed;
    if (!m_trained || !c.weightsFile.empty()) {
        job.weights.reset();
    }
    job.predict = info == m_module && m_network.bundle != nullptr;
    return job;
}

void Session::submit() {
    if (m_awaitsBundle) {
        return;
    }
    std::vector<ModuleJob> jobs{job(m_module)};
    for (const auto* info : m_filmstrip) {
        if (info != m_module) {
            jobs.push_back(job(info));
        }
    }
    m_controller.setJobs(std::move(jobs), m_retina, m_network);
}

// A file which does not fit is put back to the weights before it; what is on the screen stays.
bool Session::judgeWeights(const FrameResult& result) {
    Choice& c = choice(m_module);
    const auto module = result.find(m_module->id);
    if (!c.fileOnTrial || !module) {
        return true;
    }
    c.fileOnTrial = false;
    if (module->output.ok()) {
        return true;
    }
    c.weightsFile = c.fallbackFile;
    Q_EMIT failed(module->output.error());
    submit();
    return false;
}

void Session::takeResult(const std::shared_ptr<const FrameResult>& result) {
    if (!judgeWeights(*result)) {
        return;
    }
    const bool newPicture = !m_shown || m_shown->frame.pixels != result->frame.pixels;
    const auto finished = result->find(m_module->id);
    // A snapshot which adds only another mechanism changes nothing that is looked at here.
    if (newPicture || (finished && finished != m_shown->find(m_module->id))) {
        m_shown = result;
        Q_EMIT resultChanged();
        Q_EMIT fieldChanged();
    }
    Q_EMIT snapshot(result);
}

std::shared_ptr<const ModuleResult> Session::moduleResult() const { return m_shown ? m_shown->find(m_module->id) : nullptr; }

const AttentionMap* Session::shownMap() const {
    const auto module = moduleResult();
    if (!module || !module->output) {
        return nullptr;
    }
    const Choice* c = knownChoice(m_module);
    const auto& maps = module->output->maps;
    const auto named =
        std::find_if(maps.begin(), maps.end(), [c](const AttentionMap& map) { return c != nullptr && map.name == c->field.map; });
    return named != maps.end() ? &*named : defaultMap(*module->output);
}

std::optional<FieldSpec> Session::field() const {
    if (!moduleResult()) {
        return std::nullopt;
    }
    const Choice* c = knownChoice(m_module);
    if (c == nullptr) {
        return std::nullopt;
    }
    FieldSpec spec = c->field;
    if (const auto* map = shownMap()) {
        spec.map = map->name;
        if (map->role == MapRole::Additive && spec.channelMode != ChannelMode::Single) {
            spec.channelMode = ChannelMode::Before;
        }
        // A channel or head chosen before a parameter made fewer of them.
        spec.head = std::min(spec.head, headCount(*map) - 1);
    }
    spec.frame = clipFrame(spec);
    return spec;
}

std::optional<FieldSpec> Session::pictureField() const {
    const auto* map = shownMap();
    const Choice* c = knownChoice(m_module);
    const bool activation = c != nullptr && c->field.activationClass >= 0;
    const bool matrixAlone = !activation && map != nullptr && map->kind == MapKind::Pairwise && !touchesPositions(*map);
    return matrixAlone ? std::nullopt : field();
}

void Session::changeField(const FieldSpec& field) {
    choice(m_module).field = field;
    Q_EMIT fieldChanged();
}

void Session::setMap(const std::string& map) {
    FieldSpec spec = choice(m_module).field;
    spec.map = map;
    spec.activationClass = -1;
    spec.channel = -1;
    spec.channelMode = ChannelMode::After;
    changeField(spec);
}

void Session::setActivation(int index, bool plain) {
    for (auto& [key, c] : m_choices) {  // the question “where is this class?” stays when the module changes
        c.field.activationClass = index;
        c.field.plainActivation = plain;
    }
    changeField(choice(m_module).field);
}

void Session::setChannelMode(ChannelMode mode, int channel) {
    FieldSpec spec = choice(m_module).field;
    spec.channelMode = mode;
    spec.activationClass = -1;
    spec.channel = channel;
    changeField(spec);
}

void Session::setHead(int head) {
    FieldSpec spec = choice(m_module).field;
    spec.head = head;
    changeField(spec);
}

void Session::setDirection(bool to) {
    FieldSpec spec = choice(m_module).field;
    spec.toQuery = to;
    changeField(spec);
}

void Session::setQuery(QPointF fraction) {
    if (!m_shown || !m_shown->features) {
        return;
    }
    const CellGeometry& g = m_shown->features->geometry;
    const double x = (fraction.x() * m_shown->frame.width - g.originX) / (g.stepX * m_shown->features->map.width());
    const double y = (fraction.y() * m_shown->frame.height - g.originY) / (g.stepY * m_shown->features->map.height());
    setGridQuery({x, y}, clipFrame(choice(m_module).field));
    // A mechanism which is told where to look is told it by the same click.
    if (const ParamSpec* place = placeParam()) {
        ParamSet params = choice(m_module).params;
        if (params.set(m_module->params, place->key, PointValue{x, y})) {
            setParams(params);
            Q_EMIT moduleChanged();
        }
    }
}

const ParamSpec* Session::placeParam() const {
    const auto& specs = m_module->params;
    const auto it = std::find_if(specs.begin(), specs.end(), [](const ParamSpec& s) { return s.type == ParamType::Point; });
    return it == specs.end() ? nullptr : &*it;
}

void Session::setGridQuery(QPointF fraction, int frame) {
    // One point for the whole session: switching the module keeps the question.
    for (auto& [key, c] : m_choices) {
        c.field.queryX = std::clamp(fraction.x(), 0.0, 1.0);
        c.field.queryY = std::clamp(fraction.y(), 0.0, 1.0);
        c.field.queryFrame = frame;
    }
    changeField(choice(m_module).field);
}

std::optional<QPointF> Session::queryOnPicture() const {
    const auto* map = shownMap();
    const ParamSpec* place = placeParam();
    if (map == nullptr || (!betweenPositions(*map) && place == nullptr)) {
        return std::nullopt;
    }
    const Choice* c = knownChoice(m_module);
    if (c == nullptr || c->field.activationClass >= 0) {
        return std::nullopt;
    }
    const PointValue at = place != nullptr ? c->params.point(place->key) : PointValue{c->field.queryX, c->field.queryY};
    const CellGeometry& g = m_shown->features->geometry;
    return QPointF((g.originX + at.x * g.stepX * m_shown->features->map.width()) / m_shown->frame.width,
                   (g.originY + at.y * g.stepY * m_shown->features->map.height()) / m_shown->frame.height);
}

void Session::setClipFrame(int frame) {
    for (auto& [key, c] : m_choices) {
        c.field.frame = frame;
    }
    changeField(choice(m_module).field);
}

void Session::followNewest() {
    for (auto& [key, c] : m_choices) {
        c.field.frame = -1;
        c.field.queryFrame = -1;
    }
    changeField(choice(m_module).field);
}

// The frames of a running clip move on; only a clip which stands has one a person can come back to.
int Session::clipFrame(const FieldSpec& spec) const {
    const bool stands = m_shown && m_shown->clip && spec.frame >= 0 && spec.frame < static_cast<int>(m_shown->clip->size());
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
    const std::string map = rendered.request.field->module + '/' + rendered.request.field->map;
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
    m_rangeMode = mode;
    OverlayStyle style = m_style;
    style.autoRange = mode == RangeMode::Auto || mode == RangeMode::Clipped;
    style.clipped = mode == RangeMode::Clipped;
    style.range = range;
    setStyle(style);
}

Provenance Session::provenance() const {
    if (const auto module = moduleResult()) {
        return module->provenance;
    }
    if (m_module->weights == nullptr) {
        return {};
    }
    if (m_trained && canBeTrained()) {
        return {.kind = ProvenanceKind::Trained, .source = m_network.bundle->name};
    }
    const Choice* c = knownChoice(m_module);
    return {.kind = ProvenanceKind::Random, .source = {}, .seed = c == nullptr ? 1 : c->seed};
}

}  // namespace fovea
