#include "engine/pipeline/clip_buffer.h"

#include <algorithm>
#include <utility>

namespace fovea {
namespace {

bool sameShape(const FeatureMap& a, const FeatureMap& b) {
    return a.channels() == b.channels() && a.height() == b.height() && a.width() == b.width();
}

bool follows(const ClipFrame& last, const Frame& frame, const Features& features) {
    return frame.source == last.frame.source && frame.index > last.frame.index && frame.sequence >= last.frame.sequence &&
           frame.timestamp >= last.frame.timestamp && sameShape(features.map, last.features->map);
}

}  // namespace

bool sameFrame(const Frame& a, const Frame& b) noexcept {
    return a.source == b.source && a.index == b.index && a.sequence == b.sequence && a.pixels == b.pixels;
}

ClipBuffer::ClipBuffer(int capacity) : m_capacity(std::max(capacity, 1)) {}

bool ClipBuffer::setCapacity(int capacity) {
    capacity = std::max(capacity, 1);
    if (capacity == m_capacity) {
        return false;
    }
    m_capacity = capacity;
    if (size() > capacity) {
        m_clip = std::make_shared<const Clip>(m_clip->end() - capacity, m_clip->end());
    }
    return true;
}

void ClipBuffer::push(const Frame& frame, std::shared_ptr<const Features> features) {
    const bool same = !m_clip->empty() && sameFrame(m_clip->back().frame, frame);
    if (same && m_clip->back().features == features) {
        return;
    }
    auto next = std::make_shared<Clip>();
    if (!m_clip->empty() && follows(m_clip->back(), frame, *features)) {
        const int kept = std::min(size(), m_capacity - 1);
        next->assign(m_clip->end() - kept, m_clip->end());
    }
    next->push_back({frame, std::move(features)});
    m_clip = std::move(next);
}

void ClipBuffer::clear() { m_clip = std::make_shared<const Clip>(); }

}  // namespace fovea
