#include "app/language.h"

#include <QCoreApplication>
#include <QLibraryInfo>
#include <QLocale>
#include <QTranslator>

namespace fovea {
namespace {

struct Translators {
    QTranslator program;
    QTranslator qt;
    QString current = QStringLiteral("en");
};

Translators& translators() {
    static Translators instance;
    return instance;
}

}  // namespace

QStringList languages() { return {QStringLiteral("en"), QStringLiteral("zh_CN")}; }

QString languageName(const QString& language) {
    return language == QLatin1String("zh_CN") ? QStringLiteral("中文（简体）") : QStringLiteral("English");
}

QString systemLanguage() {
    return QLocale::system().language() == QLocale::Chinese ? QStringLiteral("zh_CN") : QStringLiteral("en");
}

void setLanguage(const QString& language) {
    Translators& t = translators();
    QCoreApplication::removeTranslator(&t.program);
    QCoreApplication::removeTranslator(&t.qt);
    t.current = languages().contains(language) ? language : QStringLiteral("en");
    if (t.current == QLatin1String("en")) {
        return;
    }
    if (t.qt.load(QStringLiteral("qtbase_") + t.current, QLibraryInfo::path(QLibraryInfo::TranslationsPath))) {
        QCoreApplication::installTranslator(&t.qt);
    }
    if (t.program.load(QStringLiteral(":/i18n/fovea_") + t.current)) {
        QCoreApplication::installTranslator(&t.program);
    }
}

QString currentLanguage() { return translators().current; }

}  // namespace fovea
