#include "app/commands/command_line.h"

#include <fcntl.h>
#include <unistd.h>

#include <QFileInfo>

#include <cerrno>
#include <string>
#include <system_error>

#include "app/commands/commands.h"
#include "app/path_argument.h"
#include "engine/thrown.h"
#include "widgets/engine_text.h"

namespace fovea {
namespace {

constexpr Command kCommands[] = {
    {"render", QT_TRANSLATE_NOOP("CommandLine", "draw one module’s attention over a picture"), renderCommand},
    {"evaluate", QT_TRANSLATE_NOOP("CommandLine", "measure how well the maps of a trained bundle find objects"), evaluateCommand},
    {"apply", QT_TRANSLATE_NOOP("CommandLine", "run the module a safetensors case names on its tensors"), applyCommand},
    {"modules", QT_TRANSLATE_NOOP("CommandLine", "list the attention modules"), modulesCommand},
};

std::FILE* s_errors = nullptr;  // stderr as it was at the start
int s_outputError = 0;          // the first of standard output

/// File URLs in the place of paths: alone, or as the value of an option.
QStringList withPaths(QStringList arguments) {
    for (auto& argument : arguments) {
        const auto value = argument.startsWith(QLatin1Char('-')) ? argument.indexOf(QLatin1Char('=')) + 1 : 0;
        argument = argument.left(value) + pathArgument(argument.mid(value));
    }
    return arguments;
}

}  // namespace

const Command* findCommand(const QString& name) {
    for (const auto& command : kCommands) {
        if (name == QLatin1String(command.name)) {
            return &command;
        }
    }
    return nullptr;
}

int runCommand(const Command& command, const QStringList& arguments) {
    const auto status =
        withoutThrowing(std::string("fovea ") + command.name, [&]() -> Result<int> { return command.run(arguments); });
    return status ? *status : complain(status.error());
}

QString programHelp() {
    QString help = QCoreApplication::translate("CommandLine",
                                               "usage: fovea [FILE]            open the window, on FILE if given\n"
                                               "       fovea COMMAND --help    how to use a command\n\nCommands:\n");
    for (const auto& command : kCommands) {
        help += QStringLiteral("  %1  %2\n")
                    .arg(QLatin1String(command.name), -8)
                    .arg(QCoreApplication::translate("CommandLine", command.summary));
    }
    return help +
           QCoreApplication::translate("CommandLine",
                                       "\nOptions: --help, --version\nExit status: 0 done, 1 failed, 2 wrong usage.\n"
                                       "Output which cannot be written, as to a full disk or a closed pipe, is a failure.");
}

int parseArguments(QCommandLineParser& parser, const QStringList& arguments, qsizetype positionals) {
    const QCommandLineOption help({QStringLiteral("h"), QStringLiteral("help")},
                                  QCoreApplication::translate("CommandLine", "Show this help."));
    parser.addOption(help);
    parser.setSingleDashWordOptionMode(QCommandLineParser::ParseAsLongOptions);
    const bool parsed = parser.parse(withPaths(arguments));
    if (arguments.contains(QStringLiteral("--help")) || arguments.contains(QStringLiteral("-h"))) {
        // QCommandLineParser writes the program's path in front; the verb belongs there too.
        QString text = parser.helpText();
        const QString program = QCoreApplication::arguments().value(0);
        text.replace(program, QStringLiteral("fovea ") + arguments.value(0));
        printLine(text.trimmed());
        return kExitDone;
    }
    if (!parsed) {
        return complain(parser.errorText(), kExitUsage);
    }
    if (parser.positionalArguments().size() != positionals) {
        return complain(QCoreApplication::translate("CommandLine", "“fovea %1” takes %n file argument(s); see fovea %1 --help.",
                                                    nullptr, static_cast<int>(positionals))
                            .arg(arguments.value(0)),
                        kExitUsage);
    }
    return -1;
}

void claimStandardError() {
#ifndef FOVEA_SANITIZED
    // Some libraries write to stderr itself, past every handler: x264 where there is no memory, fontconfig, OpenBLAS.
    const int own = ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    std::FILE* stream = own >= 0 ? ::fdopen(own, "w") : nullptr;
    const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (stream != nullptr && nowhere >= 0 && ::dup2(nowhere, STDERR_FILENO) >= 0) {
        std::setvbuf(stream, nullptr, _IONBF, 0);
        s_errors = stream;
    }
    if (nowhere >= 0) {
        ::close(nowhere);
    }
#endif
}

std::FILE* errorStream() { return s_errors != nullptr ? s_errors : stderr; }

void print(const QByteArray& text) {
    if (std::fwrite(text.constData(), 1, static_cast<std::size_t>(text.size()), stdout) !=
            static_cast<std::size_t>(text.size()) &&
        s_outputError == 0) {
        s_outputError = errno;
    }
}

void printLine(const QString& line) { print(line.toUtf8() + '\n'); }

int closeOutput(int status) {
    if (std::fclose(stdout) != 0 && s_outputError == 0) {
        s_outputError = errno;
    }
    if (s_outputError == 0) {
        return status;
    }
    complain(QCoreApplication::translate("CommandLine",
                                         "Not everything could be written to standard output (%1); send it to another place.")
                 .arg(QString::fromStdString(std::generic_category().message(s_outputError))),
             kExitFailed);
    return status == kExitDone ? kExitFailed : status;
}

int complain(const QString& sentence, int status) {
    std::fprintf(errorStream(), "fovea: %s\n", sentence.toUtf8().constData());
    return status;
}

std::optional<QString> endingComplaint(const QString& path, const QString& ending) {
    const QString given = QFileInfo(path).suffix();
    if (given.isEmpty() || given.compare(ending, Qt::CaseInsensitive) == 0) {
        return std::nullopt;
    }
    return QCoreApplication::translate("CommandLine", "What is written is .%1, not .%2; choose a name which ends in .%1.")
        .arg(ending, given);
}

void remark(const std::vector<Error>& notes) {
    for (const auto& note : notes) {
        complain(errorText(note), kExitDone);
    }
}

int complain(const Error& error) {
    return complain(error.code == ErrorCode::Cancelled
                        ? QCoreApplication::translate("CommandLine", "Stopped; nothing was written.")
                        : errorText(error),
                    kExitFailed);
}

}  // namespace fovea
