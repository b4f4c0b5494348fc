#pragma once

#include <QByteArray>
#include <QSettings>
#include <QStringList>
#include <QTemporaryDir>

#include <memory>
#include <vector>

#include "app/actions/key_bindings.h"
#include "engine/models/retina.h"
#include "engine/number_rule.h"
#include "engine/render/compose.h"
#include "widgets/theme.h"

namespace fovea {

/// Every number in the settings, by its key.
const std::vector<NumberRule>& settingRules();

/// The settings, in one INI file which outlives the run. A value which is not allowed, because somebody edited the file, is
/// replaced by its default, and problems() says so. A pipe, a folder or a device in the place of the file is not touched: all
/// values are defaults then, and changes last until the end of the run.
class Settings final {
public:
    Settings();

    /// Why nothing is saved, if that is so.
    enum class Trouble { None, Refused, ReadOnly };
    [[nodiscard]] Trouble trouble() const { return m_trouble; }
    /// Where the settings should be.
    [[nodiscard]] static QString file();

    /// One sentence for each value which was not allowed when the file was read, by its key.
    [[nodiscard]] const std::vector<Error>& problems() const { return m_problems; }

    [[nodiscard]] QString language() const;
    void setLanguage(const QString& language);
    [[nodiscard]] ThemeName theme() const;
    void setTheme(ThemeName theme);
    [[nodiscard]] bool reducedMotion()
        const;  ///< "window/reduced_motion" in the file, or GTK_ENABLE_ANIMATIONS=0 in the environment
    [[nodiscard]] OverlayStyle style() const;  ///< colour maps, opacity, smoothness; never a range
    void setStyle(const OverlayStyle& style);
    [[nodiscard]] RetinaOptions retina() const;
    void setRetina(const RetinaOptions& options);
    /// Which model makes the features: "retina", "" for the bundle which comes with the program, or a bundle's folder.
    [[nodiscard]] QString model() const;
    void setModel(const QString& model);
    [[nodiscard]] bool fineInput() const;  ///< the finer of a bundle's two input sizes
    void setFineInput(bool fine);
    [[nodiscard]] bool croppedInput() const;  ///< a network sees the central square alone
    void setCroppedInput(bool cropped);
    [[nodiscard]] bool autoSize() const;  ///< lower the input of moving sources to keep the rate; on by default
    void setAutoSize(bool on);
    [[nodiscard]] QString module() const;  ///< empty before the first was chosen
    void setModule(const QString& id);
    /// The keys of all actions: those of the table but where the file has others under "keys/<id>".
    [[nodiscard]] KeyBindings keys() const;
    /// Keeps the keys of all actions. Those of the table are not written, and keys which were not allowed go.
    void setKeys(const KeyBindings& bindings);
    [[nodiscard]] QByteArray geometry() const;
    void setGeometry(const QByteArray& geometry);
    [[nodiscard]] QString folder(const QString& purpose) const;  ///< last folder used for "open", "export", "weights"
    void setFolder(const QString& purpose, const QString& folder);

    /// Where sessions of programs which have not ended yet are kept.
    [[nodiscard]] static QString recoveryFolder();

    [[nodiscard]] QStringList recentFiles() const;  ///< newest first, at most 10
    void addRecentFile(const QString& path);
    void clearRecentFiles();
    [[nodiscard]] QStringList recentAddresses() const;  ///< of streams, likewise; passwords are left out
    void addRecentAddress(const QString& address);

private:
    /// Values by key, or why they are not allowed. A missing key has its default.
    [[nodiscard]] Result<double> number(const char* name, double fallback) const;
    [[nodiscard]] Result<bool> flag(const char* name, bool fallback) const;
    [[nodiscard]] Result<QString> choice(const char* name, const QStringList& choices, const QString& fallback) const;
    [[nodiscard]] Result<QString> mechanism() const;
    [[nodiscard]] WrittenBindings writtenBindings() const;
    [[nodiscard]] QString textAt(const QString& name) const;
    [[nodiscard]] QString textAt(const char* name) const { return textAt(QString::fromLatin1(name)); }
    [[nodiscard]] std::vector<Error> findProblems() const;
    void prepend(const QString& name, const QString& entry);

    std::unique_ptr<QTemporaryDir> m_instead;  ///< of the file, where that is refused
    mutable QSettings m_settings;
    Trouble m_trouble;
    std::vector<Error> m_problems;
};

}  // namespace fovea
