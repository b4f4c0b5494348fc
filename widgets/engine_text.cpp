#include "widgets/engine_text.h"

#include <QCoreApplication>

#include <cmath>

namespace fovea {
namespace {

QString translated(const char* text) { return QCoreApplication::translate("fovea::EngineText", text); }

}  // namespace

// The name of a difference is two texts with a minus between them.
QString engineText(const std::string& text) {
    const QString english = QString::fromStdString(text);
    const QString whole = QCoreApplication::translate("engine", text.c_str());
    const QString minus = QStringLiteral(" \u2212 ");
    if (whole != english || !english.contains(minus)) {
        return whole;
    }
    QStringList parts = english.split(minus);
    for (QString& part : parts) {
        part = QCoreApplication::translate("engine", part.toUtf8().constData());
    }
    return parts.join(minus);
}

QString engineText(const std::string& text, const std::vector<std::string>& args) {
    return QString::fromStdString(filledIn(engineText(text).toStdString(), args));
}

QString errorText(const Error& error) { return engineText(error.text, error.args); }

QString provenanceLabel(const Provenance& provenance) {
    const QString source = QString::fromStdString(provenance.source);
    switch (provenance.kind) {
        case ProvenanceKind::ParameterFree:
            return translated(QT_TRANSLATE_NOOP("fovea::EngineText", "parameter-free"));
        case ProvenanceKind::File:
            return translated(QT_TRANSLATE_NOOP("fovea::EngineText", "your file (%1)")).arg(source);
        case ProvenanceKind::Random:
            return translated(QT_TRANSLATE_NOOP("fovea::EngineText", "random (seed %1)")).arg(provenance.seed);
        case ProvenanceKind::Trained:
            return translated(QT_TRANSLATE_NOOP("fovea::EngineText", "trained (%1)")).arg(source);
    }
    return {};
}

QString headLabel(int head) { return translated(QT_TRANSLATE_NOOP("fovea::EngineText", "head %1")).arg(head); }

QString domainLabel(Domain domain) {
    switch (domain) {
        case Domain::Channel:
            return translated(QT_TRANSLATE_NOOP("fovea::EngineText", "channel"));
        case Domain::Spatial:
            return translated(QT_TRANSLATE_NOOP("fovea::EngineText", "spatial"));
        case Domain::ChannelSpatial:
            return translated(QT_TRANSLATE_NOOP("fovea::EngineText", "channel + spatial"));
        case Domain::Temporal:
            return translated(QT_TRANSLATE_NOOP("fovea::EngineText", "temporal"));
        case Domain::SpatialTemporal:
            return translated(QT_TRANSLATE_NOOP("fovea::EngineText", "spatial + temporal"));
        case Domain::Branch:
            return translated(QT_TRANSLATE_NOOP("fovea::EngineText", "branch"));
    }
    return {};
}

QString attentionKindLabel(AttentionKind kind) {
    switch (kind) {
        case AttentionKind::Soft:
            return translated(QT_TRANSLATE_NOOP("fovea::EngineText", "soft"));
        case AttentionKind::Hard:
            return translated(QT_TRANSLATE_NOOP("fovea::EngineText", "hard"));
        case AttentionKind::Self:
            return translated(QT_TRANSLATE_NOOP("fovea::EngineText", "self"));
    }
    return {};
}

QString numberText(double value, int digits) {
    QString text = QString::number(value, 'g', digits);
    if (text.contains(u'e')) {
        text.replace(QStringLiteral("e-0"), QStringLiteral("e-")).replace(QStringLiteral("e+0"), QStringLiteral("e"));
        text.replace(QStringLiteral("e+"), QStringLiteral("e"));
    }
    return text.replace(u'-', QChar(0x2212));
}

QString exactNumberText(double value) { return QString::number(value, 'g', 9); }

}  // namespace fovea
