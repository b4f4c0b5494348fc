#include "app/settings.h"

#include <QDir>
#include <QFileInfo>
#include <QUrl>

#include <algorithm>

#include "app/language.h"
#include "engine/attention/registry.h"

namespace fovea {
namespace {

constexpr int kRecentFiles = 10;
constexpr qint64 kLargestFile = qint64{16} << 20;

constexpr const char* kLanguage = "window/language";
constexpr const char* kTheme = "window/theme";
constexpr const char* kReducedMotion = "window/reduced_motion";
constexpr const char* kColormap = "overlay/colormap";
constexpr const char* kOpacity = "overlay/opacity";
constexpr const char* kSmooth = "overlay/smooth";
constexpr const char* kStride = "features/stride";
constexpr const char* kFine = "features/fine";
constexpr const char* kCrop = "features/crop";
constexpr const char* kAutoSize = "features/auto_size";
constexpr const char* kModule = "attention/module";
constexpr const char* kKeys = "keys/";

QString key(const char* name) { return QString::fromLatin1(name); }

/// Whether there is no file yet, or one which can be read to its end.
bool isReadable(const QString& path) {
    const QFileInfo file(path);
    if (!file.exists()) {
        return !file.isSymLink();  // nothing is written through a link which leads nowhere
    }
    return file.isFile() && file.isReadable() && file.size() <= kLargestFile;
}

QStringList themeNames() { return {QStringLiteral("dark"), QStringLiteral("light")}; }

QStringList sequentialMaps() {
    QStringList ids;
    for (const auto& id : colormapIds(false)) {
        ids << QString::fromStdString(id);
    }
    return ids;
}

bool motionIsReduced() { return qgetenv("GTK_ENABLE_ANIMATIONS") == "0"; }

template <class T>
T orElse(const Result<T>& value, const T& fallback) {
    return value ? *value : fallback;
}

}  // namespace

Settings::Settings()
    : m_instead(isReadable(file()) ? nullptr : std::make_unique<QTemporaryDir>()),
      m_settings(m_instead ? m_instead->filePath(QStringLiteral("fovea.ini")) : file(), QSettings::IniFormat),
      m_trouble(m_instead                 ? Trouble::Refused
                : m_settings.isWritable() ? Trouble::None
                                          : Trouble::ReadOnly),
      m_problems(findProblems()) {}

// Asks QSettings about a program which does not exist: the answer names the folder of all settings, and no file is opened.
QString Settings::file() {
    const QSettings none(QSettings::IniFormat, QSettings::UserScope, QStringLiteral("fovea-none"));
    return QFileInfo(none.fileName()).path() + QStringLiteral("/fovea/fovea.ini");
}

const std::vector<NumberRule>& settingRules() {
    static const std::vector<NumberRule> kRules{{.name = kOpacity}, retinaStrideRule(kStride)};
    return kRules;
}

// A comma makes a list of a value.
QString Settings::textAt(const QString& name) const {
    const QVariant value = m_settings.value(name);
    return value.typeId() == QMetaType::QStringList ? value.toStringList().join(QStringLiteral(", ")) : value.toString();
}

Result<double> Settings::number(const char* name, double fallback) const {
    const auto& rules = settingRules();
    const auto rule = std::find_if(rules.begin(), rules.end(), [name](const NumberRule& r) { return r.name == name; });
    Q_ASSERT_X(rule != rules.end(), "Settings", name);
    return m_settings.contains(key(name)) ? rule->parse(textAt(name).toStdString()) : Result<double>(fallback);
}

Result<QString> Settings::choice(const char* name, const QStringList& choices, const QString& fallback) const {
    const QString given = textAt(name);
    if (!m_settings.contains(key(name)) || choices.contains(given)) {
        return given.isEmpty() ? fallback : given;
    }
    std::vector<std::string> known;
    for (const QString& each : choices) {
        known.push_back(each.toStdString());
    }
    return notOneOf(name, known, given.toStdString());
}

Result<bool> Settings::flag(const char* name, bool fallback) const {
    const QString yes = QStringLiteral("true");
    const QString no = QStringLiteral("false");
    const QString given = textAt(name);
    if (given == QLatin1String("1") || given == QLatin1String("0")) {
        return given == QLatin1String("1");
    }
    const auto chosen = choice(name, {yes, no}, fallback ? yes : no);
    return chosen ? Result<bool>(*chosen == yes) : Result<bool>(chosen.error());
}

Result<QString> Settings::mechanism() const {
    const QString given = textAt(kModule);
    if (given.isEmpty() || findModule(given.toStdString()) != nullptr) {
        return given;
    }
    return makeError(ErrorCode::NotFound,
                     FOVEA_TEXT("engine", "“%1” names the mechanism “%2”, which this version does not know."),
                     {kModule, given.toStdString()});
}

std::vector<Error> Settings::findProblems() const {
    std::vector<Error> problems;
    const auto check = [&problems](const auto& value) {
        if (!value) {
            problems.push_back(value.error());
        }
    };
    if (m_settings.status() != QSettings::NoError) {
        problems.push_back(makeError(ErrorCode::Unreadable,
                                     FOVEA_TEXT("engine", "The settings in “%1” cannot be read; correct the file or remove it."),
                                     {m_settings.fileName().toStdString()}));
    }
    check(choice(kLanguage, languages(), systemLanguage()));
    check(choice(kTheme, themeNames(), themeNames().first()));
    check(choice(kColormap, sequentialMaps(), {}));
    for (const NumberRule& rule : settingRules()) {
        check(number(rule.name.c_str(), 0.0));
    }
    for (const char* name : {kReducedMotion, kSmooth, kFine, kCrop, kAutoSize}) {
        check(flag(name, false));
    }
    check(mechanism());
    static_cast<void>(readBindings(writtenBindings(), problems));
    return problems;
}

QString Settings::recoveryFolder() { return QFileInfo(file()).path() + QStringLiteral("/recovery"); }

QString Settings::language() const { return orElse(choice(kLanguage, languages(), systemLanguage()), systemLanguage()); }
void Settings::setLanguage(const QString& language) { m_settings.setValue(key(kLanguage), language); }

ThemeName Settings::theme() const {
    const auto name = choice(kTheme, themeNames(), themeNames().first());
    return name && *name == themeNames().last() ? ThemeName::Light : ThemeName::Dark;
}

void Settings::setTheme(ThemeName theme) {
    m_settings.setValue(key(kTheme), theme == ThemeName::Light ? themeNames().last() : themeNames().first());
}

bool Settings::reducedMotion() const { return orElse(flag(kReducedMotion, motionIsReduced()), motionIsReduced()); }

OverlayStyle Settings::style() const {
    OverlayStyle style;
    const QString map = QString::fromStdString(style.colormap);
    style.colormap = orElse(choice(kColormap, sequentialMaps(), map), map).toStdString();
    style.opacity = orElse(number(kOpacity, style.opacity), style.opacity);
    style.smooth = orElse(flag(kSmooth, style.smooth), style.smooth);
    return style;
}

void Settings::setStyle(const OverlayStyle& style) {
    m_settings.setValue(key(kColormap), QString::fromStdString(style.colormap));
    m_settings.setValue(key(kOpacity), style.opacity);
    m_settings.setValue(key(kSmooth), style.smooth);
}

RetinaOptions Settings::retina() const {
    RetinaOptions options;
    options.stride = static_cast<int>(orElse<double>(number(kStride, options.stride), options.stride));
    return options;
}

void Settings::setRetina(const RetinaOptions& options) { m_settings.setValue(key(kStride), options.stride); }

QString Settings::model() const { return m_settings.value(key("features/model")).toString(); }
void Settings::setModel(const QString& model) { m_settings.setValue(key("features/model"), model); }

bool Settings::fineInput() const { return orElse(flag(kFine, false), false); }
void Settings::setFineInput(bool fine) { m_settings.setValue(key(kFine), fine); }

bool Settings::croppedInput() const { return orElse(flag(kCrop, false), false); }
void Settings::setCroppedInput(bool cropped) { m_settings.setValue(key(kCrop), cropped); }

bool Settings::autoSize() const { return orElse(flag(kAutoSize, true), true); }
void Settings::setAutoSize(bool on) { m_settings.setValue(key(kAutoSize), on); }

QString Settings::module() const { return orElse(mechanism(), QString()); }
void Settings::setModule(const QString& id) { m_settings.setValue(key(kModule), id); }

WrittenBindings Settings::writtenBindings() const {
    WrittenBindings written;
    for (const QString& name : m_settings.allKeys()) {
        if (name.startsWith(key(kKeys))) {
            written.emplace_back(name.mid(key(kKeys).size()), textAt(name));
        }
    }
    return written;
}

KeyBindings Settings::keys() const {
    std::vector<Error> said;  // when the file was read
    return readBindings(writtenBindings(), said);
}

void Settings::setKeys(const KeyBindings& bindings) {
    for (const ActionSpec& action : actionTable()) {
        const QString name = key(kKeys) + QLatin1String(action.id);
        if (bindings.isDefault(action)) {
            m_settings.remove(name);
        } else {
            m_settings.setValue(name, writtenKeys(bindings.keys(action)));
        }
    }
}

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
