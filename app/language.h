#pragma once

#include <QStringList>

namespace fovea {

/// Languages with a complete translation: "en", "zh_CN".
QStringList languages();
/// The name of a language in itself.
QString languageName(const QString& language);
/// The language to start with: the system's if there is a translation, else English.
QString systemLanguage();

/// Switches the whole program; widgets get QEvent::LanguageChange. Unknown languages give English.
void setLanguage(const QString& language);
QString currentLanguage();

}  // namespace fovea
