#pragma once

#include <QByteArray>
#include <QCommandLineParser>
#include <QString>

#include <cstdio>

#include "engine/result.h"

namespace fovea {

/// Parses a verb's arguments. Prints its help (status 0) or one sentence about wrong usage (status 2) and then returns that
/// status; −1 means go on.
int parseArguments(QCommandLineParser& parser, const QStringList& arguments, qsizetype positionals);

/// From now on what anybody else writes to stderr goes nowhere, so that it holds our sentences alone. Once, by main(); not in a
/// program with a sanitizer, whose reports go there.
void claimStandardError();
/// Where our sentences go: the terminal's stderr.
std::FILE* errorStream();

/// Writes to standard output; closeOutput() says whether that went well.
void print(const QByteArray& text);
void printLine(const QString& line);
/// Closes standard output at the end of the program. What was not written, to a full disk or a pipe which nobody reads any more,
/// is an error of one sentence on stderr and makes the status 1; else returns `status`.
int closeOutput(int status);
/// One sentence on stderr; returns `status`.
int complain(const QString& sentence, int status);
int complain(const Error& error);
/// A sentence about an output whose ending names another format than the one which is written; a name without ending is fine.
std::optional<QString> endingComplaint(const QString& path, const QString& ending);
/// What is no failure but must be said: one sentence each on stderr.
void remark(const std::vector<Error>& notes);

}  // namespace fovea
