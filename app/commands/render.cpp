#include <QCoreApplication>
#include <QFileInfo>

#include <optional>
#include <utility>

#include "app/commands/command_line.h"
#include "app/commands/commands.h"
#include "app/commands/interrupt.h"
#include "app/commands/model_choice.h"
#include "app/commands/render_options.h"
#include "app/commands/render_video.h"
#include "app/exporter.h"
#include "app/settings.h"
#include "engine/attention/registry.h"
#include "engine/pipeline/pipeline.h"
#include "engine/render/query_place.h"
#include "engine/runtime/source_hash.h"
#include "engine/source/frame_source.h"
#include "widgets/engine_text.h"
#include "widgets/figure/picture_file.h"

namespace fovea {
namespace {

int usageError(const Usage& usage) { return complain(usage.sentence, kExitUsage); }

/// Parameters, weights and seed of the one job: the model's, where nothing else is said.
Result<ModuleJob> makeJob(const QCommandLineParser& parser, const RenderOptions& options, const ModuleInfo& info,
                          const ModelSpec& model) {
    ModuleJob job = modelJob(info, model);
    job.predict = predicts(model);
    if (parser.isSet(options.module.weights) || parser.isSet(options.module.seed)) {
        job.weights.reset();
    }
    const QStringList params = parser.values(options.module.param);
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
    job.weightsFile = parser.value(options.module.weights).toStdString();
    if (!job.weightsFile.empty() && info.weights == nullptr) {
        return makeError(ErrorCode::BadParameter, FOVEA_TEXT("engine", "%1 is parameter-free: leave the weights out."),
                         {info.title});
    }
    if (parser.isSet(options.module.seed)) {
        const auto seed = ruleOf(renderNumbers(), options.module.seed).parse(parser.value(options.module.seed).toStdString());
        if (!seed) {
            return seed.error();
        }
        job.seed = static_cast<std::uint64_t>(*seed);
    }
    return job;
}

/// The picture of a file, or the first one which a camera or an address gives.
Result<Frame> pictureOf(const QString& input) {
    const auto spec = sourceSpecFor(input.toStdString());
    if (!spec) {
        return spec.error();
    }
    if (spec->kind == SourceKind::Video) {
        return makeError(ErrorCode::Unsupported, FOVEA_TEXT("engine", "“%1” is a video; name an .mp4, .mkv or .avi to write."),
                         {input.toStdString()});
    }
    if (spec->kind == SourceKind::Image || spec->kind == SourceKind::Folder) {
        return loadFrame(input);
    }
    const Interrupt interrupt;
    const auto source = openSource(*spec, interrupt.token());
    if (!source) {
        return source.error();
    }
    const auto frame = (*source)->next(interrupt.token());
    return frame ? hashedFrame(*frame, interrupt.token()) : frame;
}

Result<std::shared_ptr<const FrameResult>> compute(const QString& input, const ModuleJob& job, const ModelSpec& model) {
    auto frame = pictureOf(input);
    if (!frame) {
        return frame.error();
    }
    Pipeline pipeline;
    auto result = pipeline.run({.epoch = 1, .frame = *frame, .models = {{model, {job}}}}, {});
    if (!result) {
        return result;
    }
    const auto& output = (*result)->models.front().jobs.front().result->output;
    return output ? result : output.error();
}

/// Whether output and module are named, and both are known.
std::optional<Usage> checkNames(const QCommandLineParser& parser, const RenderOptions& options) {
    if (!parser.isSet(options.output.file) || !parser.isSet(options.module.id)) {
        return Usage{
            optionText(QT_TRANSLATE_NOOP("CommandLine", "Name the file to write with -o and the module with --module."))};
    }
    if (findModule(parser.value(options.module.id).toStdString()) == nullptr) {
        return Usage{optionText(QT_TRANSLATE_NOOP("CommandLine", "There is no module “%1”; fovea modules lists them."))
                         .arg(parser.value(options.module.id))};
    }
    if (isVideoName(parser.value(options.output.file))) {
        return std::nullopt;
    }
    const auto format = pictureFormatFor(parser.value(options.output.file));
    return format ? std::nullopt : std::optional(Usage{errorText(format.error())});
}

/// Options which mean nothing for what is written.
std::optional<Usage> checkKind(const QCommandLineParser& parser, const OutputOptions& options, bool video) {
    const auto& wrong = video ? std::vector{options.figure, options.raw}
                              : std::vector{options.codec, options.beside, options.noCaption, options.noCsv};
    for (const auto& option : wrong) {
        if (parser.isSet(option)) {
            return Usage{
                (video ? optionText(QT_TRANSLATE_NOOP("CommandLine", "--%1 is for pictures; name a .png to write."))
                       : optionText(QT_TRANSLATE_NOOP("CommandLine", "--%1 is for videos; name an .mp4, .mkv or .avi to write.")))
                    .arg(option.names().constLast())};
        }
    }
    return std::nullopt;
}

/// The files which the command reads; no output may replace them.
std::vector<std::string> inputFiles(const QCommandLineParser& parser, const RenderOptions& options) {
    return {parser.positionalArguments().first().toStdString(), parser.value(options.module.weights).toStdString()};
}

int writeVideo(const QCommandLineParser& parser, const RenderOptions& options, FileRecordingJob job) {
    job.recording.inputs = inputFiles(parser, options);
    job.recording.path = parser.value(options.output.file).toStdString();
    job.recording.recoveryFolder = Settings::recoveryFolder().toStdString();
    job.recording.codec = parser.value(options.output.codec).toStdString();
    job.recording.beside = parser.isSet(options.output.beside);
    job.recording.caption = !parser.isSet(options.output.noCaption);
    job.recording.csv = !parser.isSet(options.output.noCsv);
    std::optional<Usage> wrong;
    job.check = [&, field = job.field](const FrameResult& first) -> Result<void> {
        const auto choices = fieldChoices(first, field);
        if (!choices) {  // the first frames of a mechanism which compares several
            return {};
        }
        wrong = checkChoices(parser, options, *choices);
        return wrong ? Result<void>(makeError(ErrorCode::BadParameter, wrong->sentence.toStdString())) : Result<void>();
    };
    const int status = renderVideo(parser.positionalArguments().first(), std::move(job));
    return wrong ? kExitUsage : status;
}

int write(const QCommandLineParser& parser, const RenderOptions& options, const PictureExport& what) {
    OutputPlaces places(inputFiles(parser, options));
    const auto written = exportPicture(what, parser.value(options.output.file), places);
    if (!written) {
        return complain(written.error());
    }
    for (const auto& path : *written) {
        printLine(path);
    }
    if (parser.isSet(options.output.raw)) {
        const QString input = QFileInfo(parser.positionalArguments().first()).completeBaseName();
        const QString base = input.isEmpty() ? QString::fromStdString(what.result->frame.source->name) : input;
        const auto raw = exportRaw(*what.result, what.field.job, parser.value(options.output.raw).toStdString(),
                                   (base + u'.' + parser.value(options.module.id)).toStdString(), places);
        if (!raw) {
            remark(places.notes());
            return complain(raw.error());
        }
        for (const auto& path : *raw) {
            printLine(QString::fromStdString(path));
        }
    }
    remark(places.notes());
    return kExitDone;
}

/// Writes the picture of a result, if the result has what the options choose.
int writePicture(const QCommandLineParser& parser, const RenderOptions& options, PictureExport what,
                 const std::optional<PointValue>& query) {
    const auto choices = fieldChoices(*what.result, what.field);
    if (!choices) {
        return complain(choices.error());
    }
    if (const auto usage = checkChoices(parser, options, *choices)) {
        return usageError(*usage);
    }
    if (query) {
        askOnPicture(what.field, *what.result, *query);
    }
    what.figure = {
        .colorBar = parser.isSet(options.output.figure), .caption = parser.isSet(options.output.figure), .captionText = {}};
    return write(parser, options, what);
}

}  // namespace

int renderCommand(const QStringList& arguments) {
    QCommandLineParser parser;
    parser.setApplicationDescription(optionText(QT_TRANSLATE_NOOP(
        "CommandLine", "Draws the attention of one module over a picture or every frame of a video, at its own size.")));
    parser.addPositionalArgument(
        QStringLiteral("IN"), optionText(QT_TRANSLATE_NOOP(
                                  "CommandLine",
                                  "A picture (PNG, JPEG, WebP, BMP, TIFF or PNM), a video, a folder of pictures, or the address "
                                  "of a stream, of which one picture is taken.")));
    const RenderOptions options;
    options.addTo(parser);
    if (const int status = parseArguments(parser, arguments, 1); status >= 0) {
        return status;
    }
    if (const auto usage = checkNames(parser, options)) {
        return usageError(*usage);
    }
    const ModuleInfo& info = *findModule(parser.value(options.module.id).toStdString());
    PictureExport what;
    RetinaOptions retina;
    std::optional<PointValue> query;
    const bool video = isVideoName(parser.value(options.output.file));
    for (const auto& usage :
         {checkKind(parser, options.output, video), readStyle(parser, options.style, what.style),
          readField(parser, options.field, what.field, query), readStride(parser, options.model, retina.stride)}) {
        if (usage) {
            return usageError(*usage);
        }
    }
    const QString name = parser.isSet(options.model.name) ? parser.value(options.model.name) : QStringLiteral("retina");
    const auto model =
        modelNamed(name, retina,
                   {.fit = parser.isSet(options.model.crop) ? Fit::Crop : Fit::Whole, .fine = parser.isSet(options.model.fine)});
    if (!model) {
        return complain(model.error());
    }
    if (parser.isSet(options.field.activation)) {
        const auto index = classNamed(*model, parser.value(options.field.activation));
        if (!index) {
            return complain(errorText(index.error()), kExitUsage);
        }
        what.field.activationClass = *index;
    }
    auto job = makeJob(parser, options, info, *model);
    if (!job) {
        return complain(errorText(job.error()), kExitUsage);
    }
    what.field.job = jobId(*job, modelId(*model));
    if (const auto usage = readIntervention(parser, options.intervention, channelCount(*model), job->intervention)) {
        return usageError(*usage);
    }
    if (video) {
        return writeVideo(parser, options,
                          {.open = {},
                           .model = *model,
                           .module = *job,
                           .field = what.field,
                           .query = query,
                           .style = what.style,
                           .recording = {}});
    }
    const auto result = compute(parser.positionalArguments().first(), *job, *model);
    if (!result) {
        return complain(result.error());
    }
    what.result = *result;
    return writePicture(parser, options, std::move(what), query);
}

}  // namespace fovea
