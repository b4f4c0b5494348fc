#pragma once

#include <QByteArray>
#include <QCommandLineParser>
#include <QString>

#include <cstdio>
#include <optional>
#include <vector>

#include "engine/result.h"

namespace fovea {

/// Parses a verb's arguments. Prints its help (status 0) or one sentence about wrong usage (status 2) and then returns that
/// status; −1 means go on.
int parseArguments(QCommandLineParser& parser, const QStringList& arguments, qsizetype positionals);

/// Sends to /dev/null what others write to stderr, so that stderr holds only this program's sentences. main() calls it once. A
/// program with a sanitizer keeps its stderr for the reports.
void claimStandardError();
/// The terminal's stderr as it was at the start: the stream for the program's own sentences.
std::FILE* errorStream();

/// Writes to standard output; closeOutput() says whether that went well.
void print(const QByteArray& text);
void printLine(const QString& line);
/// Closes standard output at the end of the program and returns the exit status. A failed write, on a full disk or to a pipe
/// which nobody reads any more, prints one sentence on stderr and turns success into status 1.
int closeOutput(int status);
/// One sentence on stderr; returns `status`.
int complain(const QString& sentence, int status);
int complain(const Error& error);
/// A sentence about an output whose ending names another format than the one which is written; a name without ending is fine.
std::optional<QString> endingComplaint(const QString& path, const QString& ending);
/// Prints one sentence on stderr for each note; a note is no failure and leaves the exit status as it is.
void remark(const std::vector<Error>& notes);

}  // namespace fovea
