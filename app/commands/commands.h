#pragma once

#include <QStringList>

namespace fovea {

/// Exit statuses of the command line.
inline constexpr int kExitDone = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;

/// One verb of the command line: `run` gets the arguments with the verb's name first and returns an exit status.
struct Command {
    const char* name;
    const char* summary;
    int (*run)(const QStringList& arguments);
};

int renderCommand(const QStringList& arguments);
int evaluateCommand(const QStringList& arguments);
int applyCommand(const QStringList& arguments);
int modulesCommand(const QStringList& arguments);

/// Runs a verb; what it throws becomes one sentence on stderr. Returns an exit status.
int runCommand(const Command& command, const QStringList& arguments);

/// The verb with this name, or null.
const Command* findCommand(const QString& name);
/// Help of the program as a whole.
QString programHelp();

}  // namespace fovea
