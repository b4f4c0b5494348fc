#include <QCoreApplication>
#include <QFileInfo>

#include "app/commands/command_line.h"
#include "app/commands/commands.h"
#include "app/commands/model_choice.h"
#include "app/commands/render_video.h"
#include "app/exporter.h"
#include "engine/attention/registry.h"
#include "engine/pipeline/pipeline.h"
#include "engine/render/colormap.h"
#include "engine/runtime/source_hash.h"
#include "widgets/engine_text.h"

namespace fovea {
namespace {

QString translated(const char* text) { return QCoreApplication::translate("CommandLine", text); }

/// The options of `fovea render`, and what they ask for.
struct Options {
    QCommandLineOption output{
        {QStringLiteral("o"), QStringLiteral("output")},
        translated(QT_TRANSLATE_NOOP("CommandLine",
                                     "PNG to write, or of a video or folder an .mp4, .mkv or .avi; its description goes beside "
                                     "it as .json.")),
        QStringLiteral("OUT")};
    QCommandLineOption module{QStringLiteral("module"),
                              translated(QT_TRANSLATE_NOOP("CommandLine", "Module id; see fovea modules.")),
                              QStringLiteral("ID")};
    QCommandLineOption param{QStringLiteral("param"),
                             translated(QT_TRANSLATE_NOOP("CommandLine", "A parameter of the module; may be repeated.")),
                             QStringLiteral("k=v")};
    QCommandLineOption weights{QStringLiteral("weights"),
                               translated(QT_TRANSLATE_NOOP("CommandLine", "The module's state_dict as a safetensors file.")),
                               QStringLiteral("FILE")};
    QCommandLineOption seed{QStringLiteral("seed"), translated(QT_TRANSLATE_NOOP("CommandLine", "Seed of random weights (1).")),
                            QStringLiteral("N")};
    QCommandLineOption stride{QStringLiteral("stride"),
                              translated(QT_TRANSLATE_NOOP("CommandLine", "Output stride of the Retina: 4, 8, 16 or 32 (8).")),
                              QStringLiteral("N")};
    QCommandLineOption model{QStringLiteral("model"),
                             translated(QT_TRANSLATE_NOOP(
                                 "CommandLine", "What makes the features: retina (default), fovea-v1, or a bundle's folder.")),
                             QStringLiteral("NAME")};
    QCommandLineOption fine{QStringLiteral("fine"),
                            translated(QT_TRANSLATE_NOOP("CommandLine", "The finer input size of the model."))};
    QCommandLineOption crop{QStringLiteral("crop"),
                            translated(QT_TRANSLATE_NOOP("CommandLine", "The model sees the central square alone."))};
    QCommandLineOption activation{
        QStringLiteral("class"),
        translated(QT_TRANSLATE_NOOP("CommandLine", "The class activation map of this class instead of the module's map.")),
        QStringLiteral("NAME")};
    QCommandLineOption clipped{
        QStringLiteral("clipped"),
        translated(QT_TRANSLATE_NOOP("CommandLine", "End the colours below the highest 2 % of the cells."))};
    QCommandLineOption map{QStringLiteral("map"),
                           translated(QT_TRANSLATE_NOOP("CommandLine", "Which map of the module, by name.")),
                           QStringLiteral("NAME")};
    QCommandLineOption mode{QStringLiteral("mode"),
                            translated(QT_TRANSLATE_NOOP("CommandLine", "Channel maps: before, after or changed.")),
                            QStringLiteral("MODE")};
    QCommandLineOption channel{QStringLiteral("channel"),
                               translated(QT_TRANSLATE_NOOP("CommandLine", "One channel instead of their mean.")),
                               QStringLiteral("N")};
    QCommandLineOption head{QStringLiteral("head"),
                            translated(QT_TRANSLATE_NOOP("CommandLine", "One head of a pairwise map instead of their mean.")),
                            QStringLiteral("N")};
    QCommandLineOption query{
        QStringLiteral("query"),
        translated(QT_TRANSLATE_NOOP("CommandLine", "Query of a pairwise map as fractions of the picture (0.5,0.5).")),
        QStringLiteral("X,Y")};
    QCommandLineOption to{QStringLiteral("to"),
                          translated(QT_TRANSLATE_NOOP("CommandLine", "Who looks at the query, not where it looks."))};
    QCommandLineOption colormap{QStringLiteral("colormap"),
                                translated(QT_TRANSLATE_NOOP("CommandLine", "Colour map, such as viridis.")),
                                QStringLiteral("NAME")};
    QCommandLineOption range{QStringLiteral("range"),
                             translated(QT_TRANSLATE_NOOP("CommandLine", "Values of the two ends of the colours.")),
                             QStringLiteral("LO:HI")};
    QCommandLineOption opacity{QStringLiteral("opacity"),
                               translated(QT_TRANSLATE_NOOP("CommandLine", "Opacity of the overlay, 0 to 1 (0.6).")),
                               QStringLiteral("N")};
    QCommandLineOption cells{QStringLiteral("cells"),
                             translated(QT_TRANSLATE_NOOP("CommandLine", "Flat cells instead of smooth ones."))};
    QCommandLineOption figure{QStringLiteral("figure"),
                              translated(QT_TRANSLATE_NOOP("CommandLine", "Add a colour bar and a caption."))};
    QCommandLineOption raw{QStringLiteral("raw"),
                           translated(QT_TRANSLATE_NOOP("CommandLine", "Write the numbers into this folder, too.")),
                           QStringLiteral("DIR")};
    QCommandLineOption codec{QStringLiteral("codec"),
                             translated(QT_TRANSLATE_NOOP("CommandLine", "Videos: h264, ffv1 (lossless) or mjpeg.")),
                             QStringLiteral("NAME")};
    QCommandLineOption beside{QStringLiteral("beside"),
                              translated(QT_TRANSLATE_NOOP("CommandLine", "Videos: the original to the left of the overlay."))};
    QCommandLineOption noCaption{
        QStringLiteral("no-caption"),
        translated(QT_TRANSLATE_NOOP("CommandLine", "Videos: leave out the line which says what is shown."))};
    QCommandLineOption noCsv{QStringLiteral("no-csv"),
                             translated(QT_TRANSLATE_NOOP("CommandLine", "Videos: leave out the table of all frames."))};

    void addTo(QCommandLineParser& parser) const {
        parser.addOptions({output,     module,  param, weights, seed,    stride, model,  fine,      crop,
                           activation, clipped, map,   mode,    channel, head,   query,  to,        colormap,
                           range,      opacity, cells, figure,  raw,     codec,  beside, noCaption, noCsv});
    }
};

/// A wrong use of an option: one sentence.
struct Usage {
    QString sentence;
};

std::optional<Usage> readNumber(const QCommandLineParser& parser, const QCommandLineOption& option, double& value) {
    if (!parser.isSet(option)) {
        return std::nullopt;
    }
    bool good = false;
    value = parser.value(option).toDouble(&good);
    if (good) {
        return std::nullopt;
    }
    return Usage{translated(QT_TRANSLATE_NOOP("CommandLine", "--%1 takes a number, not “%2”."))
                     .arg(option.names().constLast(), parser.value(option))};
}

std::optional<Usage> readInteger(const QCommandLineParser& parser, const QCommandLineOption& option, int& value) {
    double number = value;
    if (auto usage = readNumber(parser, option, number)) {
        return usage;
    }
    value = static_cast<int>(number);
    if (static_cast<double>(value) != number) {
        return Usage{translated(QT_TRANSLATE_NOOP("CommandLine", "--%1 takes a whole number, not “%2”."))
                         .arg(option.names().constLast(), parser.value(option))};
    }
    return std::nullopt;
}

/// Two numbers around a separator: "0.1:0.9", "0.5,0.5".
std::optional<Usage> readPair(const QCommandLineParser& parser, const QCommandLineOption& option, QChar separator, double& a,
                              double& b) {
    if (!parser.isSet(option)) {
        return std::nullopt;
    }
    const QStringList parts = parser.value(option).split(separator);
    bool goodA = false;
    bool goodB = false;
    a = parts.value(0).toDouble(&goodA);
    b = parts.value(1).toDouble(&goodB);
    if (parts.size() == 2 && goodA && goodB) {
        return std::nullopt;
    }
    return Usage{translated(QT_TRANSLATE_NOOP("CommandLine", "--%1 takes two numbers as %2, not “%3”."))
                     .arg(option.names().constLast(), option.valueName(), parser.value(option))};
}

std::optional<Usage> readStyle(const QCommandLineParser& parser, const Options& options, OverlayStyle& style) {
    if (parser.isSet(options.colormap)) {
        const auto* map = findColormap(parser.value(options.colormap).toStdString());
        if (map == nullptr) {
            QStringList names;
            for (const auto& known : colormaps()) {
                names << QString::fromStdString(known.id);
            }
            return Usage{translated(QT_TRANSLATE_NOOP("CommandLine", "There is no colour map “%1”; choose one of %2."))
                             .arg(parser.value(options.colormap), names.join(QStringLiteral(", ")))};
        }
        (map->diverging ? style.divergingColormap : style.colormap) = map->id;
    }
    double lo = 0.0;
    double hi = 0.0;
    if (auto usage = readPair(parser, options.range, u':', lo, hi)) {
        return usage;
    }
    if (parser.isSet(options.range)) {
        if (!(lo < hi)) {
            return Usage{translated(QT_TRANSLATE_NOOP("CommandLine", "--range needs its first number below its second."))};
        }
        style.autoRange = false;
        style.range = {static_cast<float>(lo), static_cast<float>(hi)};
    }
    if (auto usage = readNumber(parser, options.opacity, style.opacity)) {
        return usage;
    }
    if (!(style.opacity >= 0.0 && style.opacity <= 1.0)) {
        return Usage{translated(QT_TRANSLATE_NOOP("CommandLine", "--opacity lies between 0 and 1."))};
    }
    style.clipped = parser.isSet(options.clipped);
    style.smooth = !parser.isSet(options.cells);
    return std::nullopt;
}

std::optional<Usage> readField(const QCommandLineParser& parser, const Options& options, FieldSpec& field) {
    field.module = parser.value(options.module).toStdString();
    field.map = parser.value(options.map).toStdString();
    field.toQuery = parser.isSet(options.to);
    const QString mode = parser.isSet(options.mode) ? parser.value(options.mode) : QStringLiteral("after");
    const std::pair<QLatin1String, ChannelMode> modes[] = {{QLatin1String("before"), ChannelMode::Before},
                                                           {QLatin1String("after"), ChannelMode::After},
                                                           {QLatin1String("changed"), ChannelMode::Changed}};
    bool known = false;
    for (const auto& [name, value] : modes) {
        if (mode == name) {
            field.channelMode = value;
            known = true;
        }
    }
    if (!known) {
        return Usage{translated(QT_TRANSLATE_NOOP("CommandLine", "--mode is before, after or changed, not “%1”.")).arg(mode)};
    }
    if (auto usage = readInteger(parser, options.channel, field.channel)) {
        return usage;
    }
    if (parser.isSet(options.channel)) {
        field.channelMode = ChannelMode::Single;
    }
    if (auto usage = readInteger(parser, options.head, field.head)) {
        return usage;
    }
    return readPair(parser, options.query, u',', field.queryX, field.queryY);
}

int usageError(const Usage& usage) { return complain(usage.sentence, kExitUsage); }

/// Parameters, weights and seed of the one job: the model's, where nothing else is said.
Result<ModuleJob> makeJob(const QCommandLineParser& parser, const Options& options, const ModuleInfo& info,
                          const NetworkChoice& network) {
    ModuleJob job = bundleJob(info, network.bundle);
    job.predict = network.bundle != nullptr;
    if (parser.isSet(options.weights) || parser.isSet(options.seed)) {
        job.weights.reset();
    }
    const QStringList params = parser.values(options.param);
    for (const auto& text : params) {
        const auto equals = text.indexOf(u'=');
        if (equals < 1) {
            return makeError(ErrorCode::BadParameter, FOVEA_TEXT("engine", "A parameter is given as name=value, not “%1”."),
                             {text.toStdString()});
        }
        if (auto set = job.params.setText(info.params, text.left(equals).toStdString(), text.mid(equals + 1).toStdString());
            !set) {
            return set.error();
        }
    }
    job.weightsFile = parser.value(options.weights).toStdString();
    if (!job.weightsFile.empty() && info.weights == nullptr) {
        return makeError(ErrorCode::BadParameter, FOVEA_TEXT("engine", "%1 is parameter-free: leave the weights out."),
                         {info.title});
    }
    bool good = true;
    job.seed = parser.isSet(options.seed) ? parser.value(options.seed).toULongLong(&good) : 1;
    if (!good) {
        return makeError(ErrorCode::BadParameter, FOVEA_TEXT("engine", "A seed is a whole number from 0, not “%1”."),
                         {parser.value(options.seed).toStdString()});
    }
    return job;
}

Result<std::shared_ptr<const FrameResult>> compute(const QString& input, const ModuleJob& job, const RetinaOptions& retina,
                                                   const NetworkChoice& network) {
    auto frame = loadFrame(input);
    if (!frame) {
        return frame.error();
    }
    Pipeline pipeline;
    auto result = pipeline.run({.epoch = 1, .frame = *frame, .retina = retina, .network = network, .jobs = {job}}, {});
    if (result && !(*result)->modules.front()->output) {
        return (*result)->modules.front()->output.error();
    }
    return result;
}

/// Options which mean nothing for what is written.
std::optional<Usage> checkKind(const QCommandLineParser& parser, const Options& options, bool video) {
    const auto& wrong = video ? std::vector{options.figure, options.raw}
                              : std::vector{options.codec, options.beside, options.noCaption, options.noCsv};
    for (const auto& option : wrong) {
        if (parser.isSet(option)) {
            return Usage{
                (video ? translated(QT_TRANSLATE_NOOP("CommandLine", "--%1 is for pictures; name a .png to write."))
                       : translated(QT_TRANSLATE_NOOP("CommandLine", "--%1 is for videos; name an .mp4, .mkv or .avi to write.")))
                    .arg(option.names().constLast())};
        }
    }
    return std::nullopt;
}

int writeVideo(const QCommandLineParser& parser, const Options& options, FileRecordingJob job) {
    job.recording.path = parser.value(options.output).toStdString();
    job.recording.codec = parser.value(options.codec).toStdString();
    job.recording.beside = parser.isSet(options.beside);
    job.recording.caption = !parser.isSet(options.noCaption);
    job.recording.csv = !parser.isSet(options.noCsv);
    return renderVideo(parser.positionalArguments().first(), std::move(job));
}

int write(const QCommandLineParser& parser, const Options& options, const PictureExport& what) {
    const auto written = exportPicture(what, parser.value(options.output));
    if (!written) {
        return complain(written.error());
    }
    for (const auto& path : *written) {
        printLine(path);
    }
    if (parser.isSet(options.raw)) {
        const QFileInfo input(parser.positionalArguments().first());
        const auto raw = exportRaw(*what.result, what.field.module, parser.value(options.raw).toStdString(),
                                   (input.completeBaseName() + u'.' + parser.value(options.module)).toStdString());
        if (!raw) {
            return complain(raw.error());
        }
        for (const auto& path : *raw) {
            printLine(QString::fromStdString(path));
        }
    }
    return kExitDone;
}

}  // namespace

int renderCommand(const QStringList& arguments) {
    QCommandLineParser parser;
    parser.setApplicationDescription(translated(QT_TRANSLATE_NOOP(
        "CommandLine", "Draws the attention of one module over a picture or every frame of a video, at its own size.")));
    parser.addPositionalArgument(
        QStringLiteral("IN"),
        translated(QT_TRANSLATE_NOOP("CommandLine",
                                     "A picture (PNG, JPEG, WebP, BMP, TIFF or PNM), a video, or a folder of pictures.")));
    const Options options;
    options.addTo(parser);
    if (const int status = parseArguments(parser, arguments, 1); status >= 0) {
        return status;
    }
    if (!parser.isSet(options.output) || !parser.isSet(options.module)) {
        return complain(
            translated(QT_TRANSLATE_NOOP("CommandLine", "Name the file to write with -o and the module with --module.")),
            kExitUsage);
    }
    const auto* info = findModule(parser.value(options.module).toStdString());
    if (info == nullptr) {
        return complain(translated(QT_TRANSLATE_NOOP("CommandLine", "There is no module “%1”; fovea modules lists them."))
                            .arg(parser.value(options.module)),
                        kExitUsage);
    }
    PictureExport what;
    RetinaOptions retina;
    const bool video = isVideoName(parser.value(options.output));
    for (const auto& usage : {checkKind(parser, options, video), readStyle(parser, options, what.style),
                              readField(parser, options, what.field), readInteger(parser, options.stride, retina.stride)}) {
        if (usage) {
            return usageError(*usage);
        }
    }
    const QString model = parser.isSet(options.model) ? parser.value(options.model) : QStringLiteral("retina");
    const auto network = networkNamed(model, parser.isSet(options.fine), parser.isSet(options.crop));
    if (!network) {
        return complain(network.error());
    }
    if (parser.isSet(options.activation)) {
        const auto index = classNamed(*network, parser.value(options.activation));
        if (!index) {
            return complain(errorText(index.error()), kExitUsage);
        }
        what.field.activationClass = *index;
    }
    const auto job = makeJob(parser, options, *info, *network);
    if (!job) {
        return complain(errorText(job.error()), kExitUsage);
    }
    if (video) {
        return writeVideo(parser, options,
                          {.open = {},
                           .retina = retina,
                           .network = *network,
                           .module = *job,
                           .field = what.field,
                           .style = what.style,
                           .recording = {}});
    }
    what.figure = {.colorBar = parser.isSet(options.figure), .caption = parser.isSet(options.figure), .captionText = {}};
    auto result = compute(parser.positionalArguments().first(), *job, retina, *network);
    if (!result) {
        return complain(result.error());
    }
    what.result = *result;
    return write(parser, options, what);
}

}  // namespace fovea
