#include <QCoreApplication>

#include <unistd.h>

#include <cstdio>

#include "app/commands/command_line.h"
#include "app/commands/commands.h"
#include "app/commands/interrupt.h"
#include "app/commands/number_options.h"
#include "engine/evaluation/boxes.h"
#include "engine/evaluation/evaluation.h"
#include "engine/export/output_places.h"
#include "engine/io/atomic_file.h"
#include "engine/models/open_bundle.h"
#include "widgets/engine_text.h"

namespace fovea {
namespace {

QString translated(const char* text) { return QCoreApplication::translate("CommandLine", text); }

/// The options of `fovea evaluate`.
struct Options {
    QCommandLineOption bundle{QStringLiteral("bundle"),
                              translated(QT_TRANSLATE_NOOP("CommandLine", "Folder of the trained model bundle.")),
                              QStringLiteral("DIR")};
    QCommandLineOption data{QStringLiteral("data"),
                            translated(QT_TRANSLATE_NOOP("CommandLine", "Folder of pictures with boxes.csv beside them.")),
                            QStringLiteral("DIR")};
    QCommandLineOption modules{
        QStringLiteral("modules"),
        translated(QT_TRANSLATE_NOOP("CommandLine", "Modules to measure, separated by commas (all of the bundle).")),
        QStringLiteral("IDS")};
    QCommandLineOption limit{
        QStringLiteral("limit"),
        translated(QT_TRANSLATE_NOOP("CommandLine", "Only so many pictures, evenly spaced over boxes.csv (all).")),
        QStringLiteral("N")};
    QCommandLineOption size{
        QStringLiteral("size"),
        translated(QT_TRANSLATE_NOOP("CommandLine", "Shorter side of the pictures as the network reads them (the bundle’s).")),
        QStringLiteral("PX")};
    QCommandLineOption output{{QStringLiteral("o"), QStringLiteral("output")},
                              translated(QT_TRANSLATE_NOOP("CommandLine", "CSV to write (the terminal).")),
                              QStringLiteral("OUT.csv")};

    void addTo(QCommandLineParser& parser) const { parser.addOptions({bundle, data, modules, limit, size, output}); }
};

/// `value` stays where the option is not set.
std::optional<Usage> readCount(const QCommandLineParser& parser, const QCommandLineOption& option, int& value) {
    return parser.isSet(option) ? readNumber(ruleOf(evaluateNumbers(), option), parser.value(option), value) : std::nullopt;
}

/// A line which counts, for a person who waits.
void showProgress(std::size_t done, std::size_t total) { std::fprintf(errorStream(), "\r%zu / %zu", done, total); }

Result<Evaluation> measure(const QCommandLineParser& parser, const Options& options, EvaluationRequest request) {
    const Interrupt interrupt;
    auto bundle = openBundle(parser.value(options.bundle).toStdString(), interrupt.token());
    if (!bundle) {
        return bundle.error();
    }
    request.bundle = *bundle;
    const bool watched = ::isatty(::fileno(errorStream())) == 1;
    if (watched) {
        request.progress = showProgress;
    }
    auto result = evaluate(request, interrupt.token());
    if (watched) {
        std::fprintf(errorStream(), "\r\033[K");
    }
    return result;
}

/// `output`: the file to write; empty: standard output.
int report(const QString& output, const Evaluation& evaluation) {
    for (const auto& problem : evaluation.problems) {
        complain(problem);
    }
    if (!evaluation.problems.empty()) {
        complain(QCoreApplication::translate("CommandLine", "%n problem(s); the numbers are of %1 pictures.", nullptr,
                                             static_cast<int>(evaluation.problems.size()))
                     .arg(evaluation.pictures),
                 kExitDone);
    }
    const std::string csv = evaluationCsv(evaluation);
    if (output.isEmpty()) {
        print(QByteArray::fromStdString(csv));
        return kExitDone;
    }
    if (const auto written = writeFileAtomically(output.toStdString(), csv); !written) {
        return complain(written.error());
    }
    printLine(output);
    return kExitDone;
}

}  // namespace

int evaluateCommand(const QStringList& arguments) {
    QCommandLineParser parser;
    parser.setApplicationDescription(translated(QT_TRANSLATE_NOOP(
        "CommandLine",
        "Measures how well the maps of a bundle’s modules find objects, and how often its classes are right, with trained and "
        "with random weights. boxes.csv begins with the line file,class,x0,y0,x1,y1 and has one line per picture: its name in "
        "the folder, a class’s name of the bundle’s classes.json, and the object’s box in pixels, x0 ≤ x < x1. Writes a table "
        "as CSV: point is the share of pictures on which the map’s largest value lies in the box; gain the share of its mass in "
        "the box over the box’s share of the area, 1 is chance; small are boxes under 35 % of the picture, off those with their "
        "centre more than 15 % away from its centre. Classes are compared inside their label group only.")));
    const Options options;
    options.addTo(parser);
    if (const int status = parseArguments(parser, arguments, 0); status >= 0) {
        return status;
    }
    if (!parser.isSet(options.bundle) || !parser.isSet(options.data)) {
        return complain(
            translated(QT_TRANSLATE_NOOP("CommandLine", "Name the bundle with --bundle and the pictures with --data.")),
            kExitUsage);
    }
    if (const auto complaint = endingComplaint(parser.value(options.output), QStringLiteral("csv"))) {
        return complain(*complaint, kExitUsage);
    }
    EvaluationRequest request{.bundle = nullptr, .folder = parser.value(options.data).toStdString(), .modules = {}};
    for (const auto& usage : {readCount(parser, options.limit, request.limit), readCount(parser, options.size, request.size)}) {
        if (usage) {
            return complain(usage->sentence, kExitUsage);
        }
    }
    for (const auto& id : parser.value(options.modules).split(u',', Qt::SkipEmptyParts)) {
        request.modules.push_back(id.trimmed().toStdString());
    }
    const QString output = parser.value(options.output);
    OutputPlaces places({(parser.value(options.data) + u'/' + QLatin1String(kBoxesFile)).toStdString()});
    if (!output.isEmpty()) {  // before the measurement, which may take hours
        if (const auto taken = places.take(output.toStdString()); !taken) {
            return complain(taken.error());
        }
    }
    const auto evaluation = measure(parser, options, std::move(request));
    if (!evaluation) {
        return complain(evaluation.error());
    }
    return report(output, *evaluation);
}

}  // namespace fovea
