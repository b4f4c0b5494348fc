#pragma once

#include <QSettings>
#include <QString>
#include <QStringList>
#include <QTemporaryDir>
#include <QVariant>

#include <memory>
#include <optional>

#include "engine/number_rule.h"
#include "engine/result.h"

namespace fovea {

/// An INI file of values by key which a person may have edited. A pipe, a folder or a device in its place is not touched: every
/// key is missing then, and changes last until the end of the run.
class SettingsFile final {
public:
    explicit SettingsFile(const QString& path);

    /// Why nothing is saved, if that is so.
    enum class Trouble { None, Refused, ReadOnly };
    [[nodiscard]] Trouble trouble() const { return m_trouble; }
    /// Why the file which is there could not be read as one; nothing if it could.
    [[nodiscard]] std::optional<Error> unreadable() const;

    /// The value of a key, or why it is not allowed. A missing key has the fallback. A number's key is the name of its rule.
    [[nodiscard]] Result<double> number(const NumberRule& rule, double fallback) const;
    [[nodiscard]] Result<bool> flag(const char* key, bool fallback) const;
    [[nodiscard]] Result<QString> choice(const char* key, const QStringList& choices, const QString& fallback) const;
    /// What the file says, as one text.
    [[nodiscard]] QString text(const QString& key) const;
    [[nodiscard]] QVariant value(const QString& key, const QVariant& fallback = {}) const;
    [[nodiscard]] QStringList keys() const;

    void set(const QString& key, const QVariant& value);
    void remove(const QString& key);

private:
    std::unique_ptr<QTemporaryDir> m_instead;  ///< of the file, where that is refused
    QSettings m_values;
    Trouble m_trouble;
};

}  // namespace fovea
