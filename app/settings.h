#pragma once

#include <QByteArray>
#include <QString>

#include <vector>

#include "app/actions/key_bindings.h"
#include "app/recent_list.h"
#include "app/settings_file.h"
#include "engine/models/model_spec.h"
#include "engine/number_rule.h"
#include "engine/render/compose.h"
#include "widgets/theme.h"

namespace fovea {

/// Every number in the settings, by its key.
const std::vector<NumberRule>& settingRules();

/// The settings, in one INI file which outlives the run. A value which is not allowed, because somebody edited the file, is
/// replaced by its default, and problems() says so. Where the file is refused, all values are defaults.
class Settings final {
public:
    Settings();

    using Trouble = SettingsFile::Trouble;
    /// Why nothing is saved, if that is so.
    [[nodiscard]] Trouble trouble() const { return m_file.trouble(); }
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
    /// How pictures enter a network: the whole or its central square, and the finer of two sizes. A size in pixels is not kept.
    [[nodiscard]] ModelInput input() const;
    void setInput(const ModelInput& input);
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

    [[nodiscard]] RecentList recentFiles() { return {m_file, RecentList::Kind::Files}; }
    [[nodiscard]] RecentList recentAddresses() { return {m_file, RecentList::Kind::Addresses}; }

private:
    [[nodiscard]] Result<QString> mechanism() const;
    [[nodiscard]] WrittenBindings writtenBindings() const;
    [[nodiscard]] std::vector<Error> findProblems() const;

    SettingsFile m_file;
    std::vector<Error> m_problems;
};

}  // namespace fovea
