#pragma once

#include <QByteArray>
#include <QCommandLineParser>
#include <QString>

#include "engine/result.h"

namespace fovea {

/// Parses a verb's arguments. Prints its help (status 0) or one sentence about wrong usage (status 2) and then returns that
/// status; −1 means go on.
int parseArguments(QCommandLineParser& parser, const QStringList& arguments, qsizetype positionals);

/// Writes to standard output; closeOutput() says whether that went well.
void print(const QByteArray& text);
void printLine(const QString& line);
/// Closes standard output at the end of the program. What was not written, to a full disk or a pipe which nobody reads any more,
/// is an error of one sentence on stderr and makes the status 1; else returns `status`.
int closeOutput(int status);
/// One sentence on stderr; returns `status`.
int complain(const QString& sentence, int status);
int complain(const Error& error);

}  // namespace fovea
