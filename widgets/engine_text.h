#pragma once

#include <QString>

#include "engine/attention/module.h"

namespace fovea {

/// A FOVEA_TEXT of the engine in the language of the window.
QString engineText(const std::string& text);
/// The same of a template with places %1, %2 … for arguments.
QString engineText(const std::string& text, const std::vector<std::string>& args);
/// An error's sentence in the language of the window.
QString errorText(const Error& error);
/// "random (seed 1)" … in the language of the window.
QString provenanceLabel(const Provenance& provenance);
/// "head 3", counted from 0.
QString headLabel(int head);
/// "channel", "spatial" …; "soft", "hard", "self".
QString domainLabel(Domain domain);
QString attentionKindLabel(AttentionKind kind);
/// At most three significant digits, for screens: "0.93", "1.2e−5".
QString numberText(double value, int digits = 3);
/// Full precision, for hovers and exports.
QString exactNumberText(double value);

}  // namespace fovea
