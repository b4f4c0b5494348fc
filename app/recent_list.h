#pragma once

#include <QString>
#include <QStringList>

#include "app/settings_file.h"

namespace fovea {

/// What was opened last, under one key of the settings: newest first, each once, at most 10. It is short-lived, and its file
/// outlives it.
class RecentList final {
public:
    enum class Kind {
        Files,
        Addresses,  ///< of streams; passwords are left out
    };
    RecentList(SettingsFile& file, Kind kind) : m_file(file), m_kind(kind) {}

    [[nodiscard]] QStringList entries() const;
    void add(const QString& entry);
    void clear();

private:
    [[nodiscard]] QString key() const;

    SettingsFile& m_file;
    Kind m_kind;
};

}  // namespace fovea
