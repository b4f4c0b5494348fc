#pragma once

#include <QCommandLineParser>
#include <QString>

#include "engine/result.h"

namespace fovea {

/// Parses a verb's arguments. Prints its help (status 0) or one sentence about wrong usage (status 2) and then returns that
/// status; −1 means go on.
int parseArguments(QCommandLineParser& parser, const QStringList& arguments, qsizetype positionals);

void printLine(const QString& line);
/// One sentence on stderr; returns `status`.
int complain(const QString& sentence, int status);
int complain(const Error& error);
/// A sentence about an output whose ending names another format than the one which is written; a name without ending is fine.
std::optional<QString> endingComplaint(const QString& path, const QString& ending);
/// What is no failure but must be said: one sentence each on stderr.
void remark(const std::vector<Error>& notes);

}  // namespace fovea
