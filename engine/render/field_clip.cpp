#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/render/field_parts.h"

// Fields of pairwise maps and of maps over a clip. What belongs together – all frames which one query looks at, all frames which
// one gate weighs – has one scale, so that frames can be compared.
namespace fovea::fields {
namespace {

bool allFinite(const std::vector<float>& values) {
    return std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); });
}

/// A map which speaks of frames speaks of those of the clip.
bool fitsClip(const Job& job) {
    const int frames = job.clip != nullptr ? static_cast<int>(job.clip->size()) : 1;
    const auto fits = [frames](int n) { return n <= 1 || n == frames; };
    return fits(job.map.gridFrames) && fits(job.map.keyFrames) && fits(job.map.groupFrames);
}

void shareScale(ScalarField& field, const std::vector<float>& all) {
    const auto [low, high] = std::minmax_element(all.begin(), all.end());
    field.sharedScale = true;
    field.scaleMin = *low;
    field.scaleMax = *high;
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
    const AttentionMap& map = job.map;
    const bool to = job.spec.toQuery;
    const auto frames = static_cast<std::size_t>(to ? map.gridFrames : map.keyFrames);
    ScalarField field = emptyField(job, map.groupHeight, map.groupWidth);
    const auto rows = pairwiseRows(map, job.spec.head, askingFrame(job), to);
    if (map.groupFrames > 1 || map.gridHeight * map.gridWidth * map.keyHeight * map.keyWidth != 1 ||
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

/// The factor of every channel in every frame, and their mean.
class FrameWeights final {
public:
    FrameWeights(const Tensor& data, int frames, int channels)
        : m_values(data.values), m_perChannel(data.size() != static_cast<std::size_t>(frames)), m_channels(channels) {
        for (const float w : m_values) {
            m_mean += w;
        }
        m_mean /= static_cast<double>(m_values.size());
    }

    [[nodiscard]] double at(int frame, int channel) const {
        return m_values[static_cast<std::size_t>(m_perChannel ? frame * m_channels + channel : frame)];
    }
    /// The double sum of equal floats and its quotient by their number are exact, so a uniform gate differs from it by 0 itself.
    [[nodiscard]] double mean() const { return m_mean; }

private:
    const std::vector<float>& m_values;
    bool m_perChannel;
    int m_channels;
    double m_mean = 0.0;
};

/// What a mode shows of one frame.
std::vector<float> weighted(const Job& job, const FrameWeights& weights, ChannelMode mode, int frame) {
    return weightedMagnitude(job, (*job.clip)[static_cast<std::size_t>(frame)].features->map, [&](int c) {
        const double w = weights.at(frame, c);
        return mode == ChannelMode::Before ? 1.0 : mode == ChannelMode::After ? std::abs(w) : w - weights.mean();
    });
}

/// The place which was asked, on a query grid of height × width cells over the whole picture.
AskedPlace askedPlace(const Job& job, int height, int width) {
    const int frames = job.spec.toQuery ? job.map.keyFrames : job.map.gridFrames;
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
    const AttentionMap& map = job.map;
    const bool to = job.spec.toQuery;
    ScalarField field = emptyField(job, map.layout->height, map.layout->width);
    field.gaps = true;
    field.values =
        pairwisePicture(map, job.spec.head, placeIndex(job.spec.queryX, job.spec.queryY, field.height, field.width), to);
    if (std::all_of(field.values.begin(), field.values.end(), [](float v) { return std::isnan(v); })) {
        return misshapen(job);
    }
    field.what = directionText(to, false, headsOf(job));
    field.asked = askedPlace(job, field.height, field.width);
    return finished(job, std::move(field), false);
}

/// Weights between positions and channels or codes: those of one code over the positions.
Result<ScalarField> codeField(const Job& job) {
    const AttentionMap& map = job.map;
    if (!touchesPositions(map)) {
        return makeError(ErrorCode::Unsupported,
                         FOVEA_TEXT("engine", "The map “%1” of %2 has no place on the picture; choose another map."),
                         {map.name, job.module.info->title});
    }
    const bool codesAreKeys = map.queryAxis == MapAxis::Positions;
    ScalarField field =
        codesAreKeys ? emptyField(job, map.gridHeight, map.gridWidth) : emptyField(job, map.keyHeight, map.keyWidth);
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
    const bool isCode = (codesAreKeys ? map.keyAxis : map.queryAxis) == MapAxis::Codes;
    field.what = (isCode ? kCode : kChannel).of(headsOf(job));
    field.whatArgs = {std::to_string(chosen)};
    field.channel = chosen;
    return finished(job, std::move(field), false);
}

/// The row of the matrix which the query has, or its column.
Result<ScalarField> queryField(const Job& job) {
    const AttentionMap& map = job.map;
    const bool to = job.spec.toQuery;
    if (map.gridHeight < 1 || map.gridWidth < 1 || map.keyHeight < 1 || map.keyWidth < 1 || !fitsClip(job)) {
        return misshapen(job);
    }
    if (map.layout) {
        return layoutField(job);
    }
    if (!betweenPositions(map)) {
        return codeField(job);
    }
    if (map.groupHeight * map.groupWidth > 1) {
        return placesField(job);
    }
    const int shown = std::max(job.shown, 0);
    const int frames = to ? map.gridFrames : map.keyFrames;
    ScalarField field = to ? emptyField(job, map.gridHeight, map.gridWidth) : emptyField(job, map.keyHeight, map.keyWidth);
    const Asked asked = askedOf(map, job.spec, askingFrame(job), shown);
    const auto row = pairwiseRow(map, job.spec.head, asked.position, to, asked.group);
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
    field.asked = to ? askedPlace(job, map.keyHeight, map.keyWidth) : askedPlace(job, map.gridHeight, map.gridWidth);
    const bool isSigned = map.role != MapRole::Distribution && frames <= 1 && crossesZero(field.values);
    return finished(job, std::move(field), isSigned);
}

}  // namespace

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

Result<ScalarField> temporalField(const Job& job) {
    const Clip& clip = *job.clip;
    const int frames = static_cast<int>(clip.size());
    const int channels = job.features.map.channels();
    const std::size_t size = job.map.data.size();
    const auto perFrame = static_cast<std::size_t>(frames);
    if (size != perFrame && size != perFrame * static_cast<std::size_t>(channels)) {
        return misshapen(job);
    }
    const ChannelMode mode = job.spec.channelMode;
    if (mode == ChannelMode::Single) {
        return singleChannel(job);
    }
    if (mode != ChannelMode::Before && !multiplies(job.map.role)) {
        return notMultiplying(job);
    }
    const FrameWeights weights(job.map.data, frames, channels);
    ScalarField field = emptyField(job, job.features.map.height(), job.features.map.width());
    field.values = weighted(job, weights, mode, job.shown);
    const bool changed = mode == ChannelMode::Changed;
    std::vector<float> all;
    const auto modes = changed ? std::vector{mode} : std::vector{ChannelMode::Before, ChannelMode::After};
    for (int t = 0; t < frames; ++t) {
        for (const ChannelMode one : modes) {
            const auto values = weighted(job, weights, one, t);
            all.insert(all.end(), values.begin(), values.end());
        }
    }
    if (!allFinite(all)) {
        return notFinite(job);
    }
    shareScale(field, all);
    if (changed) {
        field.scaleMax = std::max(std::abs(field.scaleMin), std::abs(field.scaleMax));
        field.scaleMin = -field.scaleMax;
    } else {
        field.scaleMin = 0.0F;
    }
    field.what = changed                       ? FOVEA_TEXT("engine", "what attention changed")
                 : mode == ChannelMode::Before ? FOVEA_TEXT("engine", "before")
                                               : FOVEA_TEXT("engine", "after");
    return finished(job, std::move(field), changed);
}

}  // namespace fovea::fields
