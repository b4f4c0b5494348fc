#include "app/settings.h"

#include <QDir>
#include <QFileInfo>

#include <algorithm>

#include "app/language.h"
#include "engine/attention/registry.h"

namespace fovea {
namespace {

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

QStringList themeNames() { return {QStringLiteral("dark"), QStringLiteral("light")}; }

QStringList sequentialMaps() {
    QStringList ids;
    for (const auto& id : colormapIds(false)) {
        ids << QString::fromStdString(id);
    }
    return ids;
}

bool motionIsReduced() { return qgetenv("GTK_ENABLE_ANIMATIONS") == "0"; }

/// The rule of a number.
const NumberRule& settingRule(const char* name) {
    const auto& rules = settingRules();
    const auto rule = std::find_if(rules.begin(), rules.end(), [name](const NumberRule& r) { return r.name == name; });
    Q_ASSERT_X(rule != rules.end(), "Settings", name);
    return *rule;
}

template <class T>
T orElse(const Result<T>& value, const T& fallback) {
    return value ? *value : fallback;
}

}  // namespace

Settings::Settings() : m_file(file()), m_problems(findProblems()) {}

// Asks QSettings about a program which does not exist: the answer names the folder of all settings, and no file is opened.
QString Settings::file() {
    const QSettings none(QSettings::IniFormat, QSettings::UserScope, QStringLiteral("fovea-none"));
    return QFileInfo(none.fileName()).path() + QStringLiteral("/fovea/fovea.ini");
}

const std::vector<NumberRule>& settingRules() {
    static const std::vector<NumberRule> kRules{{.name = kOpacity}, retinaStrideRule(kStride)};
    return kRules;
}

Result<QString> Settings::mechanism() const {
    const QString given = m_file.text(key(kModule));
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
    if (const auto unreadable = m_file.unreadable()) {
        problems.push_back(*unreadable);
    }
    check(m_file.choice(kLanguage, languages(), systemLanguage()));
    check(m_file.choice(kTheme, themeNames(), themeNames().first()));
    check(m_file.choice(kColormap, sequentialMaps(), {}));
    for (const NumberRule& rule : settingRules()) {
        check(m_file.number(rule, 0.0));
    }
    for (const char* name : {kReducedMotion, kSmooth, kFine, kCrop, kAutoSize}) {
        check(m_file.flag(name, false));
    }
    check(mechanism());
    static_cast<void>(readBindings(writtenBindings(), problems));
    return problems;
}

QString Settings::recoveryFolder() { return QFileInfo(file()).path() + QStringLiteral("/recovery"); }

QString Settings::language() const { return orElse(m_file.choice(kLanguage, languages(), systemLanguage()), systemLanguage()); }
void Settings::setLanguage(const QString& language) { m_file.set(key(kLanguage), language); }

ThemeName Settings::theme() const {
    const auto name = m_file.choice(kTheme, themeNames(), themeNames().first());
    return name && *name == themeNames().last() ? ThemeName::Light : ThemeName::Dark;
}

void Settings::setTheme(ThemeName theme) {
    m_file.set(key(kTheme), theme == ThemeName::Light ? themeNames().last() : themeNames().first());
}

bool Settings::reducedMotion() const { return orElse(m_file.flag(kReducedMotion, motionIsReduced()), motionIsReduced()); }

OverlayStyle Settings::style() const {
    OverlayStyle style;
    const QString map = QString::fromStdString(style.colormap);
    style.colormap = orElse(m_file.choice(kColormap, sequentialMaps(), map), map).toStdString();
    style.opacity = orElse(m_file.number(settingRule(kOpacity), style.opacity), style.opacity);
    style.smooth = orElse(m_file.flag(kSmooth, style.smooth), style.smooth);
    return style;
}

void Settings::setStyle(const OverlayStyle& style) {
    m_file.set(key(kColormap), QString::fromStdString(style.colormap));
    m_file.set(key(kOpacity), style.opacity);
    m_file.set(key(kSmooth), style.smooth);
}

RetinaOptions Settings::retina() const {
    RetinaOptions options;
    options.stride = static_cast<int>(orElse<double>(m_file.number(settingRule(kStride), options.stride), options.stride));
    return options;
}

void Settings::setRetina(const RetinaOptions& options) { m_file.set(key(kStride), options.stride); }

QString Settings::model() const { return m_file.value(key("features/model")).toString(); }
void Settings::setModel(const QString& model) { m_file.set(key("features/model"), model); }

ModelInput Settings::input() const {
    const bool isCropped = orElse(m_file.flag(kCrop, false), false);
    return {.fit = isCropped ? Fit::Crop : Fit::Whole, .fine = orElse(m_file.flag(kFine, false), false)};
}

void Settings::setInput(const ModelInput& input) {
    m_file.set(key(kFine), input.fine);
    m_file.set(key(kCrop), input.fit == Fit::Crop);
}

bool Settings::autoSize() const { return orElse(m_file.flag(kAutoSize, true), true); }
void Settings::setAutoSize(bool on) { m_file.set(key(kAutoSize), on); }

QString Settings::module() const { return orElse(mechanism(), QString()); }
void Settings::setModule(const QString& id) { m_file.set(key(kModule), id); }

WrittenBindings Settings::writtenBindings() const {
    WrittenBindings written;
    for (const QString& name : m_file.keys()) {
        if (name.startsWith(key(kKeys))) {
            written.emplace_back(name.mid(key(kKeys).size()), m_file.text(name));
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
            m_file.remove(name);
        } else {
            m_file.set(name, writtenKeys(bindings.keys(action)));
        }
    }
}

QByteArray Settings::geometry() const { return m_file.value(key("window/geometry")).toByteArray(); }
void Settings::setGeometry(const QByteArray& geometry) { m_file.set(key("window/geometry"), geometry); }

QString Settings::folder(const QString& purpose) const {
    return m_file.value(key("folders/") + purpose, QDir::homePath()).toString();
}
void Settings::setFolder(const QString& purpose, const QString& folder) { m_file.set(key("folders/") + purpose, folder); }

}  // namespace fovea
