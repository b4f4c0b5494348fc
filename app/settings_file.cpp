#include "app/settings_file.h"

#include <QFileInfo>

#include <string>
#include <vector>

namespace fovea {
namespace {

constexpr qint64 kLargestSettings = qint64{16} << 20;

/// Whether there is no file yet, or one which can be read to its end.
bool isReadableFile(const QString& path) {
    const QFileInfo file(path);
    if (!file.exists()) {
        return !file.isSymLink();  // nothing is written through a link which leads nowhere
    }
    return file.isFile() && file.isReadable() && file.size() <= kLargestSettings;
}

}  // namespace

SettingsFile::SettingsFile(const QString& path)
    : m_instead(isReadableFile(path) ? nullptr : std::make_unique<QTemporaryDir>()),
      m_values(m_instead ? m_instead->filePath(QStringLiteral("fovea.ini")) : path, QSettings::IniFormat),
      m_trouble(m_instead               ? Trouble::Refused
                : m_values.isWritable() ? Trouble::None
                                        : Trouble::ReadOnly) {}

std::optional<Error> SettingsFile::unreadable() const {
    if (m_values.status() == QSettings::NoError) {
        return std::nullopt;
    }
    return makeError(ErrorCode::Unreadable,
                     FOVEA_TEXT("engine", "The settings in “%1” cannot be read; correct the file or remove it."),
                     {m_values.fileName().toStdString()});
}

// A comma makes a list of a value.
QString SettingsFile::text(const QString& key) const {
    const QVariant given = m_values.value(key);
    return given.typeId() == QMetaType::QStringList ? given.toStringList().join(QStringLiteral(", ")) : given.toString();
}

Result<double> SettingsFile::number(const NumberRule& rule, double fallback) const {
    const QString key = QString::fromStdString(rule.name);
    return m_values.contains(key) ? rule.parse(text(key).toStdString()) : Result<double>(fallback);
}

Result<QString> SettingsFile::choice(const char* key, const QStringList& choices, const QString& fallback) const {
    const QString given = text(QString::fromLatin1(key));
    if (!m_values.contains(QString::fromLatin1(key)) || choices.contains(given)) {
        return given.isEmpty() ? fallback : given;
    }
    std::vector<std::string> known;
    for (const QString& each : choices) {
        known.push_back(each.toStdString());
    }
    return notOneOf(key, known, given.toStdString());
}

Result<bool> SettingsFile::flag(const char* key, bool fallback) const {
    const QString yes = QStringLiteral("true");
    const QString no = QStringLiteral("false");
    const QString given = text(QString::fromLatin1(key));
    if (given == QLatin1String("1") || given == QLatin1String("0")) {
        return given == QLatin1String("1");
    }
    const auto chosen = choice(key, {yes, no}, fallback ? yes : no);
    return chosen ? Result<bool>(*chosen == yes) : Result<bool>(chosen.error());
}

QVariant SettingsFile::value(const QString& key, const QVariant& fallback) const { return m_values.value(key, fallback); }

QStringList SettingsFile::keys() const { return m_values.allKeys(); }

void SettingsFile::set(const QString& key, const QVariant& value) { m_values.setValue(key, value); }

void SettingsFile::remove(const QString& key) { m_values.remove(key); }

}  // namespace fovea
