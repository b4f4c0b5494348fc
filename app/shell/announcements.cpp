#include "app/shell/announcements.h"

#include <utility>

#include "app/canvas_area.h"

namespace fovea {

Announcements::Announcements(CanvasArea& area) : m_area(area) {
    connect(&m_area, &CanvasArea::announcementAnswered, this, &Announcements::showNext);
}

void Announcements::add(Announcement announcement) {
    m_waiting.push_back(std::move(announcement));
    showNext();
}

// The action of a button may have shown another announcement already.
void Announcements::showNext() {
    if (!m_waiting.empty() && m_area.announcement().isEmpty()) {
        Announcement next = std::move(m_waiting.front());
        m_waiting.pop_front();
        m_area.showAnnouncement(next.sentence, next.isError, std::move(next.actions));
    }
}

}  // namespace fovea
