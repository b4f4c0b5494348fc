#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "engine/render/compose.h"
#include "engine/render/field_lookup.h"
#include "engine/render/field_maker.h"
#include "engine/render/kinds/map_kind.h"

namespace fovea {
namespace {

using namespace fields;

/// The group and the position in its matrix which `spec` asks from (a query, or a key when it asks who looks there), of a clip's
/// frame `asking`.
struct Asked {
    int group = 0;
    int position = 0;
};

Asked askedOf(const PairwiseMap& map, const FieldSpec& spec, int asking, int shown) noexcept {
    const PairwiseSide& side = spec.toQuery ? map.keys : map.queries;
    Asked out;
    out.position =
        (side.frames > 1 ? asking * side.height * side.width : 0) + placeIndex(spec.queryX, spec.queryY, side.height, side.width);
    if (map.layout) {
        return {map.layout->groupOf(out.position), map.layout->queryOf(out.position)};
    }
    const PairwiseGroups& groups = map.groups;
    if (groups.frames > 0) {
        out.group = (groups.frames > 1 ? shown * groups.height * groups.width : 0) +
                    placeIndex(spec.queryX, spec.queryY, groups.height, groups.width);
    }
    return out;
}

const PairwiseMap& pairwiseOf(const Job& job) { return std::get<PairwiseMap>(job.map.kind); }

/// The side which the field lies on, and the one which is asked.
const PairwiseSide& shownSide(const Job& job) { return job.spec.toQuery ? pairwiseOf(job).queries : pairwiseOf(job).keys; }
const PairwiseSide& askedSide(const Job& job) { return job.spec.toQuery ? pairwiseOf(job).keys : pairwiseOf(job).queries; }

/// A map which speaks of frames speaks of those of the clip.
bool fitsClip(const Job& job) {
    const int frames = job.clip != nullptr ? static_cast<int>(job.clip->size()) : 1;
    const auto fits = [frames](int n) { return n <= 1 || n == frames; };
    const PairwiseMap& map = pairwiseOf(job);
    return fits(map.queries.frames) && fits(map.keys.frames) && fits(map.groups.frames);
}

int askingFrame(const Job& job) {
    return job.clip != nullptr ? clipIndex(job.spec.queryFrame, static_cast<int>(job.clip->size())) : 0;
}

/// How several heads become one map. Their largest and smallest weights do not sum to 1, so labels name them.
enum class Heads { Plain, Most, Least };

Heads headsOf(const Job& job) {
    if (headCount(job.map) < 2) {
        return Heads::Plain;
    }
    return job.spec.head == kMaxOverHeads ? Heads::Most : job.spec.head == kMinOverHeads ? Heads::Least : Heads::Plain;
}

/// One text for each of Heads.
struct HeadTexts {
    const char* plain;
    const char* most;
    const char* least;

    [[nodiscard]] const char* of(Heads heads) const {
        return heads == Heads::Most ? most : heads == Heads::Least ? least : plain;
    }
};

constexpr HeadTexts kFromPlaces{FOVEA_TEXT("engine", "from each place to itself in this frame"),
                                FOVEA_TEXT("engine", "from each place to itself in this frame, maximum over heads"),
                                FOVEA_TEXT("engine", "from each place to itself in this frame, minimum over heads")};
constexpr HeadTexts kToPlaces{FOVEA_TEXT("engine", "to each place from itself in this frame"),
                              FOVEA_TEXT("engine", "to each place from itself in this frame, maximum over heads"),
                              FOVEA_TEXT("engine", "to each place from itself in this frame, minimum over heads")};
constexpr HeadTexts kFromQueryInFrame{FOVEA_TEXT("engine", "from the query to this frame"),
                                      FOVEA_TEXT("engine", "from the query to this frame, maximum over heads"),
                                      FOVEA_TEXT("engine", "from the query to this frame, minimum over heads")};
constexpr HeadTexts kToQueryInFrame{FOVEA_TEXT("engine", "to the query from this frame"),
                                    FOVEA_TEXT("engine", "to the query from this frame, maximum over heads"),
                                    FOVEA_TEXT("engine", "to the query from this frame, minimum over heads")};
constexpr HeadTexts kFromQuery{FOVEA_TEXT("engine", "from the query"), FOVEA_TEXT("engine", "from the query, maximum over heads"),
                               FOVEA_TEXT("engine", "from the query, minimum over heads")};
constexpr HeadTexts kToQuery{FOVEA_TEXT("engine", "to the query"), FOVEA_TEXT("engine", "to the query, maximum over heads"),
                             FOVEA_TEXT("engine", "to the query, minimum over heads")};
constexpr HeadTexts kCode{FOVEA_TEXT("engine", "code %1"), FOVEA_TEXT("engine", "code %1, maximum over heads"),
                          FOVEA_TEXT("engine", "code %1, minimum over heads")};
constexpr HeadTexts kChannel{FOVEA_TEXT("engine", "channel %1"), FOVEA_TEXT("engine", "channel %1, maximum over heads"),
                             FOVEA_TEXT("engine", "channel %1, minimum over heads")};

const char* directionText(bool to, bool acrossFrames, Heads heads) {
    const HeadTexts& texts = acrossFrames ? (to ? kToQueryInFrame : kFromQueryInFrame) : (to ? kToQuery : kFromQuery);
    return texts.of(heads);
}

/// Every place attends along time by itself: how much each gives to the frame shown, or takes from it.
Result<ScalarField> placesField(const Job& job) {
    const PairwiseMap& map = pairwiseOf(job);
    const bool to = job.spec.toQuery;
    const auto frames = static_cast<std::size_t>(shownSide(job).frames);
    ScalarField field = emptyField(job, map.groups.height, map.groups.width);
    const auto rows = pairwiseRows(job.map, job.spec.head, askingFrame(job), to);
    if (map.groups.frames > 1 || map.queries.height * map.queries.width * map.keys.height * map.keys.width != 1 ||
        rows.size() != field.values.size() * frames) {
        return misshapen(job);
    }
    if (!allFinite(rows)) {
        return notFinite(job);
    }
    for (std::size_t n = 0; n < field.values.size(); ++n) {
        field.values[n] = rows[n * frames + static_cast<std::size_t>(job.shown)];
    }
    shareScale(field, rows);
    field.what = (to ? kToPlaces : kFromPlaces).of(headsOf(job));
    return finished(job, std::move(field), false);
}

/// The place which was asked, on a grid of its side over the whole picture.
AskedPlace askedPlace(const Job& job) {
    const auto& [height, width, frames, axis] = askedSide(job);
    const auto within = [](double share) { return std::isnan(share) ? 0.0 : std::clamp(share, 0.0, 1.0); };
    const int place = placeIndex(job.spec.queryX, job.spec.queryY, height, width);
    const CellGeometry& cells = job.features.geometry;
    return {.to = job.spec.toQuery,
            .row = place / width,
            .column = place % width,
            .x = cells.originX + within(job.spec.queryX) * job.features.map.width() * cells.stepX,
            .y = cells.originY + within(job.spec.queryY) * job.features.map.height() * cells.stepY,
            .frame = frames > 1 ? askingFrame(job) : -1};
}

/// Rows, columns, windows or phases of one picture.
Result<ScalarField> layoutField(const Job& job) {
    const PairwiseLayout& layout = *pairwiseOf(job).layout;
    const bool to = job.spec.toQuery;
    ScalarField field = emptyField(job, layout.height, layout.width);
    field.gaps = true;
    field.values =
        pairwisePicture(job.map, job.spec.head, placeIndex(job.spec.queryX, job.spec.queryY, field.height, field.width), to);
    if (std::all_of(field.values.begin(), field.values.end(), [](float v) { return std::isnan(v); })) {
        return misshapen(job);
    }
    field.what = directionText(to, false, headsOf(job));
    field.asked = askedPlace(job);
    return finished(job, std::move(field), false);
}

/// Weights between positions and channels or codes: those of one code over the positions.
Result<ScalarField> codeField(const Job& job) {
    const AttentionMap& map = job.map;
    if (!touchesPositions(map)) {
        return noPlace(job);
    }
    const auto& [queries, keys, groups, factors, layout] = pairwiseOf(job);
    const bool codesAreKeys = queries.axis == MapAxis::Positions;
    const PairwiseSide& positions = codesAreKeys ? queries : keys;
    ScalarField field = emptyField(job, positions.height, positions.width);
    const int codes = codesAreKeys ? keyCount(map) : queryCount(map);
    if (job.spec.channel >= codes) {
        return noChannel(job.spec.channel, codes);
    }
    const int chosen = chosenCode(map, job.spec);
    auto row = pairwiseRow(map, job.spec.head, chosen, codesAreKeys);
    if (row.size() != field.values.size()) {
        return misshapen(job);
    }
    field.values = std::move(row);
    const bool isCode = (codesAreKeys ? keys : queries).axis == MapAxis::Codes;
    field.what = (isCode ? kCode : kChannel).of(headsOf(job));
    field.whatArgs = {std::to_string(chosen)};
    field.channel = chosen;
    return finished(job, std::move(field), false);
}

/// The row of the matrix which the query has, or its column.
Result<ScalarField> queryField(const Job& job) {
    const PairwiseMap& map = pairwiseOf(job);
    const bool to = job.spec.toQuery;
    if (std::min({map.queries.height, map.queries.width, map.keys.height, map.keys.width}) < 1 || !fitsClip(job)) {
        return misshapen(job);
    }
    if (map.layout) {
        return layoutField(job);
    }
    if (!betweenPositions(job.map)) {
        return codeField(job);
    }
    if (map.groups.height * map.groups.width > 1) {
        return placesField(job);
    }
    const int shown = std::max(job.shown, 0);
    const auto& [height, width, frames, axis] = shownSide(job);
    ScalarField field = emptyField(job, height, width);
    const Asked asked = askedOf(map, job.spec, askingFrame(job), shown);
    const auto row = pairwiseRow(job.map, job.spec.head, asked.position, to, asked.group);
    if (row.size() != field.values.size() * static_cast<std::size_t>(std::max(frames, 1))) {
        return misshapen(job);
    }
    if (!allFinite(row)) {
        return notFinite(job);
    }
    const auto first = frames > 1 ? row.begin() + shown * static_cast<std::ptrdiff_t>(field.values.size()) : row.begin();
    std::copy_n(first, field.values.size(), field.values.begin());
    if (frames > 1) {
        shareScale(field, row);
    }
    field.what = directionText(to, frames > 1, headsOf(job));
    field.asked = askedPlace(job);
    const bool isSigned = job.map.role != MapRole::Distribution && frames <= 1 && crossesZero(field.values);
    return finished(job, std::move(field), isSigned);
}

Result<ScalarField> pairwiseField(const Job& job) {
    const int heads = headCount(job.map);
    if (job.spec.head >= heads) {
        return noHead(job.spec.head, heads);
    }
    auto field = queryField(job);
    if (field && heads > 1) {
        field->head = job.spec.head;
    }
    return field;
}

/// Looking from the query the weights sum to 1; what looks at it has no such sum.
Result<Timeline> pairwiseTimeline(Timeline line, const JobResult& module, const AttentionMap& map, const FieldSpec& spec) {
    const auto frames = line.timestamps.size();
    line.asking = clipIndex(spec.queryFrame, static_cast<int>(frames));
    const auto& pairwise = std::get<PairwiseMap>(map.kind);
    const auto asked = askedOf(pairwise, spec, line.asking, line.shown);
    const auto row = pairwiseRow(map, spec.head, asked.position, spec.toQuery, asked.group);
    const int over = (spec.toQuery ? pairwise.queries : pairwise.keys).frames;
    if (over != static_cast<int>(frames) || row.empty() || row.size() % frames != 0) {
        return misshapenTimeline(module, map);
    }
    const std::size_t places = row.size() / frames;
    for (std::size_t t = 0; t < frames; ++t) {
        double sum = 0.0;
        for (std::size_t n = 0; n < places; ++n) {
            sum += row[t * places + n];
        }
        line.weights.push_back(static_cast<float>(sum));
    }
    line.role = spec.toQuery ? MapRole::Saliency : MapRole::Distribution;
    line.what = spec.toQuery ? FOVEA_TEXT("engine", "who looks at the query, by frame")
                             : FOVEA_TEXT("engine", "where the query looks, by frame");
    return line;
}

bool keysOverTime(const AttentionMap& map) { return std::get<PairwiseMap>(map.kind).keys.frames > 1; }

bool overClip(const AttentionMap& map) {
    const auto& pairwise = std::get<PairwiseMap>(map.kind);
    return std::max({pairwise.queries.frames, pairwise.keys.frames, pairwise.groups.frames}) > 1;
}

std::optional<int> pairwiseRank(const AttentionMap& map) {
    const auto& pairwise = std::get<PairwiseMap>(map.kind);
    if (!touchesPositions(map)) {
        return 10;  // has a matrix, if no picture
    }
    if (!overClip(map) || pairwise.keys.height * pairwise.keys.width > 1) {
        return 3;
    }
    return pairwise.groups.height * pairwise.groups.width > 1 ? 4 : 9;  // whole frames which attend to frames have no places
}

/// Channels or codes which are chosen by number.
int pairwiseChannels(const AttentionMap& map, const FeatureMap& features) {
    if (betweenPositions(map)) {
        return features.channels();
    }
    return std::get<PairwiseMap>(map.kind).queries.axis == MapAxis::Positions ? keyCount(map) : queryCount(map);
}

std::vector<MapExtent> pairwiseExtents(const AttentionMap& map) {
    const auto& [queries, keys, groups, factors, layout] = std::get<PairwiseMap>(map.kind);
    std::vector<MapExtent> extents;
    if (queries.height > 0) {
        extents.push_back({"grid", {queries.height, queries.width}});
    }
    if (keys.height > 0) {
        extents.push_back({"keyGrid", {keys.height, keys.width}});
    }
    if (queries.frames > 1 || keys.frames > 1) {
        extents.push_back({"frames", {queries.frames}});
        extents.push_back({"keyFrames", {keys.frames}});
    }
    if (groups.frames > 0) {
        extents.push_back({"groups", {groups.frames, groups.height, groups.width}});
    }
    if (layout) {
        extents.push_back({"matrices", {layout->groups}});
    }
    return extents;
}

/// Between positions: the attention every position receives. With codes: the weight of the code which is used most, since each
/// position's weights on all codes may sum to 1.
std::optional<PositionNumbers> pairwiseNumbers(const AttentionMap& map) {
    if (overClip(map) || !touchesPositions(map)) {
        return std::nullopt;
    }
    if (!betweenPositions(map)) {
        return PositionNumbers{map.name + ": weight of the code used most", {}};
    }
    const char* how = std::get<PairwiseMap>(map.kind).layout
                          ? ": attention received, mean over heads and the queries which see the position"
                          : ": attention received, mean over heads and queries";
    return PositionNumbers{map.name + how, receivedAttention(map)};
}

}  // namespace

int chosenCode(const AttentionMap& map, const FieldSpec& spec) {
    const bool codesAreKeys = std::get<PairwiseMap>(map.kind).queries.axis == MapAxis::Positions;
    const int count = codesAreKeys ? keyCount(map) : queryCount(map);
    if (spec.channel >= 0 || !touchesPositions(map)) {
        return std::clamp(spec.channel, 0, std::max(count - 1, 0));
    }
    int most = 0;
    double mostWeight = 0.0;
    for (int code = 0; code < count; ++code) {
        const auto row = pairwiseRow(map, spec.head, code, codesAreKeys);
        const double weight = std::accumulate(row.begin(), row.end(), 0.0);
        if (code == 0 || weight > mostWeight) {
            most = code;
            mostWeight = weight;
        }
    }
    return most;
}

int matrixGroup(const AttentionMap& map, const FieldSpec& spec) noexcept {
    const auto* pairwise = asKind<PairwiseMap>(map);
    if (pairwise == nullptr) {
        return 0;
    }
    const int frames = pairwise->groups.frames;
    return askedOf(*pairwise, spec, 0, frames > 1 ? clipIndex(spec.frame, frames) : 0).group;
}

const MapKindInfo& pairwiseKindInfo() {
    static const MapKindInfo kInfo{
        .name = PairwiseMap::kName,
        .rank = pairwiseRank,
        .field = pairwiseField,
        .withoutChannels = betweenPositions,
        .channels = pairwiseChannels,
        .liesOnPicture = touchesPositions,
        .hasQueries = true,
        .askedOnPicture = betweenPositions,
        .overClip = overClip,
        .hasTimeline = keysOverTime,
        .timeline = pairwiseTimeline,
        .card = MapCard::Matrix,
        .extents = pairwiseExtents,
        .perPosition = pairwiseNumbers,
    };
    return kInfo;
}

}  // namespace fovea
