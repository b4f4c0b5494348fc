#include "app/recent_list.h"

#include <QUrl>

namespace fovea {
namespace {

constexpr int kMostRecent = 10;

}  // namespace

QStringList RecentList::entries() const { return m_file.value(key()).toStringList(); }

void RecentList::add(const QString& entry) {
    const bool isAddress = m_kind == Kind::Addresses;
    const QString kept = isAddress ? QUrl(entry).adjusted(QUrl::RemovePassword).toString() : entry;
    QStringList list = entries();
    list.removeAll(kept);
    list.prepend(kept);
    m_file.set(key(), QStringList(list.mid(0, kMostRecent)));
}

void RecentList::clear() { m_file.remove(key()); }

QString RecentList::key() const {
    return m_kind == Kind::Files ? QStringLiteral("files/recent") : QStringLiteral("sources/addresses");
}

}  // namespace fovea
