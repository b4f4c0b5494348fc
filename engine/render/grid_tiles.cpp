#include "engine/render/grid_tiles.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "engine/render/field_lookup.h"
#include "engine/render/kinds/map_kind.h"
#include "engine/render/tile_picture.h"

namespace fovea::grids {
namespace {

constexpr float kNone = std::numeric_limits<float>::quiet_NaN();

/// Pearson correlation over the places where both are finite; NaN where one of them is flat.
float correlation(const float* a, const std::vector<float>& b) {
    double n = 0.0, sumA = 0.0, sumB = 0.0;
    for (std::size_t k = 0; k < b.size(); ++k) {
        if (std::isfinite(a[k]) && std::isfinite(b[k])) {
            n += 1.0;
            sumA += a[k];
            sumB += b[k];
        }
    }
    const double meanA = n > 0.0 ? sumA / n : 0.0;
    const double meanB = n > 0.0 ? sumB / n : 0.0;
    double aa = 0.0, bb = 0.0, ab = 0.0;
    for (std::size_t k = 0; k < b.size(); ++k) {
        if (std::isfinite(a[k]) && std::isfinite(b[k])) {
            const double da = a[k] - meanA;
            const double db = b[k] - meanB;
            aa += da * da;
            bb += db * db;
            ab += da * db;
        }
    }
    return aa > 0.0 && bb > 0.0 ? static_cast<float>(ab / std::sqrt(aa * bb)) : kNone;
}

double meanMagnitude(const std::vector<float>& values) {
    double sum = 0.0;
    double count = 0.0;
    for (const float v : values) {
        if (!std::isnan(v)) {
            sum += std::abs(static_cast<double>(v));
            count += 1.0;
        }
    }
    return count > 0.0 ? sum / count : 0.0;
}

void widen(std::optional<ValueRange>& range, const std::vector<float>& values) {
    const ValueRange ends = tiles::endsOf(values.data(), values.size());
    range = range ? ValueRange{std::min(range->lo, ends.lo), std::max(range->hi, ends.hi)} : ends;
}

/// The channel gate of a module: it multiplies, and has a value for each channel.
const AttentionMap* gateOf(const AttentionOutput& output, int channels) {
    const auto it = std::find_if(output.maps.begin(), output.maps.end(), [channels](const AttentionMap& map) {
        return kindInfo(map).perChannel && fields::multiplies(map.role) && map.data.size() == static_cast<std::size_t>(channels);
    });
    return it == output.maps.end() ? nullptr : &*it;
}

}  // namespace

Result<Source> Source::of(const FrameResult& result, const FieldSpec& field, GridSubject subject) {
    Source out;
    out.m_module = result.find(field.job);
    if (!out.m_module) {
        return makeError(ErrorCode::NotFound,
                         FOVEA_TEXT("engine", "There is no result of the module “%1” yet; choose it in the list."),
                         {field.job.source});
    }
    if (!out.m_module->output) {
        return out.m_module->output.error();
    }
    out.m_features = result.features(field.job.model);
    if (!out.m_features || out.m_features->map.empty()) {
        return makeError(ErrorCode::NotFound, FOVEA_TEXT("engine", "There are no features yet; open a picture."));
    }
    out.m_field = field;
    out.m_subject = subject;
    if (subject == GridSubject::Channels) {
        out.takeChannels();
    } else if (auto taken = out.takeHeads(result); !taken) {
        return taken.error();
    }
    return out;
}

void Source::takeChannels() {
    const FeatureMap& x = m_features->map;
    m_count = x.channels();
    m_height = x.height();
    m_width = x.width();
    m_gate = gateOf(*m_module->output, m_count);
    const auto& frames = m_module->output->frames;
    if (m_gate == nullptr && !frames.empty() && frames.back().channels() == m_count && frames.back().height() == m_height &&
        frames.back().width() == m_width) {
        m_after = &frames.back();
    }
}

Result<void> Source::takeHeads(const FrameResult& result) {
    const auto map = fields::chosenMap(*m_module, m_field.map);
    if (!map) {
        return map.error();
    }
    m_count = headCount(**map);
    if (m_count < 1) {
        return makeError(ErrorCode::Unsupported, FOVEA_TEXT("engine", "The map “%1” of %2 has no heads; choose a matrix."),
                         {(*map)->name, m_module->source.title});
    }
    for (int head = 0; head < m_count; ++head) {
        FieldSpec one = m_field;
        one.head = head;
        one.channelMode = ChannelMode::After;
        auto field = makeField(result, one);
        if (!field) {
            return field.error();
        }
        m_height = field->height;
        m_width = field->width;
        m_heads.push_back(std::move(field->values));
    }
    return {};
}

std::vector<float> Source::tile(int index, GridMode mode) const {
    if (m_subject == GridSubject::Heads) {
        return m_heads[static_cast<std::size_t>(index)];
    }
    const float* x = m_features->map.row(index);
    std::vector<float> out(x, x + m_features->map.cells());
    if (mode == GridMode::Before) {
        return out;
    }
    const bool changed = mode == GridMode::Changed;
    if (m_gate != nullptr) {
        const float w = m_gate->data.values[static_cast<std::size_t>(index)] * m_module->intervention.channel(index);
        std::transform(out.begin(), out.end(), out.begin(), [w, changed](float v) { return changed ? w * v - v : w * v; });
    } else if (m_after != nullptr) {
        const float* y = m_after->row(index);
        std::transform(out.begin(), out.end(), y, out.begin(), [changed](float v, float a) { return changed ? a - v : a; });
    }
    return out;
}

std::vector<float> Source::canvasOf(const FrameResult& result) const {
    const auto field = makeField(result, m_field);
    if (!field) {
        return {};
    }
    if (field->height == m_height && field->width == m_width) {
        return field->values;
    }
    const cv::Mat canvas(field->height, field->width, CV_32F, const_cast<float*>(field->values.data()));  // only read
    std::vector<float> out(static_cast<std::size_t>(m_height) * static_cast<std::size_t>(m_width));
    cv::Mat sized(m_height, m_width, CV_32F, out.data());
    const bool smaller = m_height <= field->height && m_width <= field->width;
    cv::resize(canvas, sized, sized.size(), 0.0, 0.0, smaller ? cv::INTER_AREA : cv::INTER_LINEAR);
    return out;
}

void Source::channelNumbers(GridNumbers& out, const std::vector<float>& canvas) const {
    out.gated = m_gate != nullptr;
    const bool hasAfter = m_gate != nullptr || m_after != nullptr;
    for (int c = 0; c < m_count; ++c) {
        const auto before = tile(c, GridMode::Before);
        widen(out.before, before);
        out.likeness.push_back(canvas.empty() ? kNone : correlation(before.data(), canvas));
        if (!hasAfter) {
            out.weight.push_back(kNone);
            out.change.push_back(kNone);
            continue;
        }
        const auto after = tile(c, GridMode::After);
        const auto changed = tile(c, GridMode::Changed);
        widen(out.after, after);
        widen(out.changed, changed);
        out.change.push_back(static_cast<float>(meanMagnitude(changed)));
        const double came = meanMagnitude(before);
        out.weight.push_back(m_gate != nullptr ? m_gate->data.values[static_cast<std::size_t>(c)]
                             : came > 0.0      ? static_cast<float>(meanMagnitude(after) / came)
                                               : kNone);
    }
}

void Source::headNumbers(GridNumbers& out, const std::vector<float>& canvas) const {
    std::vector<double> mean(m_heads.front().size(), 0.0);
    for (const auto& head : m_heads) {
        std::transform(mean.begin(), mean.end(), head.begin(), mean.begin(),
                       [this](double sum, float v) { return sum + static_cast<double>(v) / m_count; });
    }
    for (const auto& head : m_heads) {
        widen(out.before, head);
        std::vector<float> difference(head.size());
        std::transform(head.begin(), head.end(), mean.begin(), difference.begin(),
                       [](float v, double m) { return static_cast<float>(v - m); });
        out.weight.push_back(tiles::endsOf(head.data(), head.size()).hi);
        out.change.push_back(static_cast<float>(meanMagnitude(difference)));
        out.likeness.push_back(canvas.size() == head.size() ? correlation(head.data(), canvas) : kNone);
    }
}

std::shared_ptr<const GridNumbers> Source::numbers(const FrameResult& result) const {
    auto out = std::make_shared<GridNumbers>();
    out->of = m_module;
    out->features = m_features;
    out->field = m_field;
    out->subject = m_subject;
    const auto canvas = canvasOf(result);
    if (m_subject == GridSubject::Channels) {
        channelNumbers(*out, canvas);
    } else {
        headNumbers(*out, canvas);
    }
    return out;
}

}  // namespace fovea::grids
