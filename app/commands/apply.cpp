#include <QCoreApplication>

#include "app/commands/command_line.h"
#include "app/commands/commands.h"
#include "engine/export/output_places.h"
#include "engine/pipeline/case.h"
#include "engine/tensor/safetensors.h"

namespace fovea {

int applyCommand(const QStringList& arguments) {
    QCommandLineParser parser;
    parser.setApplicationDescription(QCoreApplication::translate(
        "CommandLine",
        "Runs the module named in the file's metadata (id, hyperparams) on its tensors (input; gate, location … where present) "
        "with its "
        "param.* and writes output and every attn.*. What the file holds under those names is never read."));
    parser.addPositionalArgument(QStringLiteral("CASE"), QCoreApplication::translate("CommandLine", "The safetensors case."));
    const QCommandLineOption out({QStringLiteral("o"), QStringLiteral("output")},
                                 QCoreApplication::translate("CommandLine", "File to write."), QStringLiteral("OUT.safetensors"));
    parser.addOption(out);
    if (const int status = parseArguments(parser, arguments, 1); status >= 0) {
        return status;
    }
    if (!parser.isSet(out)) {
        return complain(QCoreApplication::translate("CommandLine", "Name the file to write with -o."), kExitUsage);
    }
    if (const auto complaint = endingComplaint(parser.value(out), QStringLiteral("safetensors"))) {
        return complain(*complaint, kExitUsage);
    }
    const auto input = readSafetensors(parser.positionalArguments().first().toStdString());
    if (!input) {
        return complain(input.error());
    }
    const auto result = applyCase(*input);
    if (!result) {
        return complain(result.error());
    }
    OutputPlaces places({parser.positionalArguments().first().toStdString()});
    const auto written = writeNamedFile(places, parser.value(out).toStdString(), safetensorsBytes(*result));
    return written ? kExitDone : complain(written.error());
}

}  // namespace fovea
