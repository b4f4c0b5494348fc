#include "app/session/drawn_ranges.h"

namespace fovea {

std::optional<ValueRange> DrawnRanges::before(const Frame& frame) const {
    if (m_source != frame.source || frame.sequence < m_sequence) {
        return std::nullopt;
    }
    return frame.sequence == m_sequence ? m_before : m_newest;
}

void DrawnRanges::note(const RenderedOverlay& rendered) {
    if (!rendered.field) {
        return;
    }
    const Frame& frame = rendered.request.result->frame;
    const std::string map = rendered.request.field->job.source + '/' + rendered.request.field->map;
    if (frame.source != m_source || map != m_map || frame.sequence < m_sequence) {
        *this = {};
        m_source = frame.source;
        m_map = map;
        m_sequence = frame.sequence;
    } else if (frame.sequence > m_sequence) {
        m_before = m_newest;
        m_sequence = frame.sequence;
    }
    m_newest = effectiveRange(*rendered.field, rendered.request.style);
}

}  // namespace fovea
