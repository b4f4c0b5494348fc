#include "app/settings.h"

#include <QDir>
#include <QFileInfo>
#include <QUrl>

#include <algorithm>

#include "app/language.h"

namespace fovea {
namespace {

constexpr int kRecentFiles = 10;
constexpr qint64 kLargestFile = qint64{16} << 20;

QString key(const char* name) { return QString::fromLatin1(name); }

/// Whether there is no file yet, or one which can be read to its end.
bool isReadable(const QString& path) {
    const QFileInfo file(path);
    if (!file.exists()) {
        return !file.isSymLink();  // nothing is written through a link which leads nowhere
    }
    return file.isFile() && file.isReadable() && file.size() <= kLargestFile;
}

}  // namespace

Settings::Settings()
    : m_instead(isReadable(file()) ? nullptr : std::make_unique<QTemporaryDir>()),
      m_settings(m_instead ? m_instead->filePath(QStringLiteral("fovea.ini")) : file(), QSettings::IniFormat),
      m_trouble(m_instead                 ? Trouble::Refused
                : m_settings.isWritable() ? Trouble::None
                                          : Trouble::ReadOnly) {}

// Settings which nobody has tell where all of them lie, and nothing is read for that.
QString Settings::file() {
    const QSettings none(QSettings::IniFormat, QSettings::UserScope, QStringLiteral("fovea-none"));
    return QFileInfo(none.fileName()).path() + QStringLiteral("/fovea/fovea.ini");
}

QString Settings::recoveryFolder() { return QFileInfo(file()).path() + QStringLiteral("/recovery"); }

QString Settings::language() const { return m_settings.value(key("window/language"), systemLanguage()).toString(); }
void Settings::setLanguage(const QString& language) { m_settings.setValue(key("window/language"), language); }

ThemeName Settings::theme() const {
    return m_settings.value(key("window/theme")).toString() == QLatin1String("light") ? ThemeName::Light : ThemeName::Dark;
}

void Settings::setTheme(ThemeName theme) {
    m_settings.setValue(key("window/theme"), theme == ThemeName::Light ? QStringLiteral("light") : QStringLiteral("dark"));
}

bool Settings::reducedMotion() const {
    return m_settings.value(key("window/reduced_motion"), qgetenv("GTK_ENABLE_ANIMATIONS") == "0").toBool();
}

OverlayStyle Settings::style() const {
    OverlayStyle style;
    const std::string sequential = m_settings.value(key("overlay/colormap")).toString().toStdString();
    if (const auto* map = findColormap(sequential); map != nullptr && !map->diverging) {
        style.colormap = sequential;
    }
    style.opacity = std::clamp(m_settings.value(key("overlay/opacity"), style.opacity).toDouble(), 0.0, 1.0);
    style.smooth = m_settings.value(key("overlay/smooth"), style.smooth).toBool();
    return style;
}

void Settings::setStyle(const OverlayStyle& style) {
    m_settings.setValue(key("overlay/colormap"), QString::fromStdString(style.colormap));
    m_settings.setValue(key("overlay/opacity"), style.opacity);
    m_settings.setValue(key("overlay/smooth"), style.smooth);
}

RetinaOptions Settings::retina() const {
    RetinaOptions options;
    const int stride = m_settings.value(key("features/stride"), options.stride).toInt();
    if (stride == 4 || stride == 8 || stride == 16 || stride == 32) {
        options.stride = stride;
    }
    return options;
}

void Settings::setRetina(const RetinaOptions& options) { m_settings.setValue(key("features/stride"), options.stride); }

QString Settings::model() const { return m_settings.value(key("features/model")).toString(); }
void Settings::setModel(const QString& model) { m_settings.setValue(key("features/model"), model); }

bool Settings::fineInput() const { return m_settings.value(key("features/fine"), false).toBool(); }
void Settings::setFineInput(bool fine) { m_settings.setValue(key("features/fine"), fine); }

bool Settings::croppedInput() const { return m_settings.value(key("features/crop"), false).toBool(); }
void Settings::setCroppedInput(bool cropped) { m_settings.setValue(key("features/crop"), cropped); }

bool Settings::autoSize() const { return m_settings.value(key("features/auto_size"), true).toBool(); }
void Settings::setAutoSize(bool on) { m_settings.setValue(key("features/auto_size"), on); }

QString Settings::module() const { return m_settings.value(key("attention/module")).toString(); }
void Settings::setModule(const QString& id) { m_settings.setValue(key("attention/module"), id); }

QByteArray Settings::geometry() const { return m_settings.value(key("window/geometry")).toByteArray(); }
void Settings::setGeometry(const QByteArray& geometry) { m_settings.setValue(key("window/geometry"), geometry); }

QString Settings::folder(const QString& purpose) const {
    return m_settings.value(key("folders/") + purpose, QDir::homePath()).toString();
}
void Settings::setFolder(const QString& purpose, const QString& folder) {
    m_settings.setValue(key("folders/") + purpose, folder);
}

QStringList Settings::recentFiles() const { return m_settings.value(key("files/recent")).toStringList(); }

void Settings::addRecentFile(const QString& path) { prepend(key("files/recent"), path); }

QStringList Settings::recentAddresses() const { return m_settings.value(key("sources/addresses")).toStringList(); }

void Settings::addRecentAddress(const QString& address) {
    prepend(key("sources/addresses"), QUrl(address).adjusted(QUrl::RemovePassword).toString());
}

void Settings::prepend(const QString& name, const QString& entry) {
    QStringList list = m_settings.value(name).toStringList();
    list.removeAll(entry);
    list.prepend(entry);
    m_settings.setValue(name, QStringList(list.mid(0, kRecentFiles)));
}

void Settings::clearRecentFiles() { m_settings.remove(key("files/recent")); }

}  // namespace fovea
