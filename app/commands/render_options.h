#pragma once

#include <QCommandLineOption>
#include <QCommandLineParser>
#include <QCoreApplication>
#include <QString>

#include <optional>

#include "app/commands/number_options.h"
#include "engine/pipeline/intervention.h"
#include "engine/render/compose.h"
#include "engine/render/field.h"
#include "engine/render/field_choices.h"

namespace fovea {

/// A text of the command line in the language of the program.
inline QString optionText(const char* english) { return QCoreApplication::translate("CommandLine", english); }

/// Which network makes the features, and what it sees of the picture.
struct ModelOptions {
    QCommandLineOption name{QStringLiteral("model"),
                            optionText(QT_TRANSLATE_NOOP(
                                "CommandLine", "What makes the features: retina (default), fovea-v1, or a bundle's folder.")),
                            QStringLiteral("NAME")};
    QCommandLineOption stride{QStringLiteral("stride"),
                              optionText(QT_TRANSLATE_NOOP("CommandLine", "Output stride of the Retina: 4, 8, 16 or 32 (8).")),
                              QStringLiteral("N")};
    QCommandLineOption fine{QStringLiteral("fine"),
                            optionText(QT_TRANSLATE_NOOP("CommandLine", "The finer input size of the model."))};
    QCommandLineOption crop{QStringLiteral("crop"),
                            optionText(QT_TRANSLATE_NOOP("CommandLine", "The model sees the central square alone."))};
};

/// The mechanism, its parameters and its weights.
struct ModuleOptions {
    QCommandLineOption id{QStringLiteral("module"), optionText(QT_TRANSLATE_NOOP("CommandLine", "Module id; see fovea modules.")),
                          QStringLiteral("ID")};
    QCommandLineOption param{QStringLiteral("param"),
                             optionText(QT_TRANSLATE_NOOP("CommandLine", "A parameter of the module; may be repeated.")),
                             QStringLiteral("k=v")};
    QCommandLineOption weights{QStringLiteral("weights"),
                               optionText(QT_TRANSLATE_NOOP("CommandLine", "The module's state_dict as a safetensors file.")),
                               QStringLiteral("FILE")};
    QCommandLineOption seed{QStringLiteral("seed"), optionText(QT_TRANSLATE_NOOP("CommandLine", "Seed of random weights (1).")),
                            QStringLiteral("N")};
};

/// What the mechanism reads differently: channels of the features, and heads.
struct InterventionOptions {
    QCommandLineOption mute{QStringLiteral("mute"),
                            optionText(QT_TRANSLATE_NOOP("CommandLine", "Channels of the features which the module reads as 0.")),
                            QStringLiteral("C,C,…")};
    QCommandLineOption solo{
        QStringLiteral("solo"),
        optionText(QT_TRANSLATE_NOOP("CommandLine", "Channels of the features; the module reads all others as 0.")),
        QStringLiteral("C,C,…")};
    QCommandLineOption scale{QStringLiteral("scale"),
                             optionText(QT_TRANSLATE_NOOP("CommandLine", "A factor of a channel; may be repeated.")),
                             QStringLiteral("C=F")};
    QCommandLineOption muteHeads{QStringLiteral("mute-heads"),
                                 optionText(QT_TRANSLATE_NOOP("CommandLine", "Heads which are left out.")),
                                 QStringLiteral("H,H,…")};
};

/// Which numbers of the result are drawn.
struct FieldOptions {
    QCommandLineOption map{QStringLiteral("map"),
                           optionText(QT_TRANSLATE_NOOP("CommandLine", "Which map of the module, by name.")),
                           QStringLiteral("NAME")};
    QCommandLineOption activation{
        QStringLiteral("class"),
        optionText(QT_TRANSLATE_NOOP("CommandLine", "The class activation map of this class instead of the module's map.")),
        QStringLiteral("NAME")};
    QCommandLineOption mode{QStringLiteral("mode"),
                            optionText(QT_TRANSLATE_NOOP("CommandLine", "Channel maps: before, after or changed.")),
                            QStringLiteral("MODE")};
    QCommandLineOption channel{QStringLiteral("channel"),
                               optionText(QT_TRANSLATE_NOOP("CommandLine", "One channel instead of their mean.")),
                               QStringLiteral("N")};
    QCommandLineOption head{
        QStringLiteral("head"),
        optionText(QT_TRANSLATE_NOOP("CommandLine", "One head of a pairwise map, or of all of them mean, max or min (mean).")),
        QStringLiteral("N")};
    QCommandLineOption query{
        QStringLiteral("query"),
        optionText(QT_TRANSLATE_NOOP("CommandLine", "Query of a pairwise map as fractions of the picture (0.5,0.5).")),
        QStringLiteral("X,Y")};
    QCommandLineOption to{QStringLiteral("to"),
                          optionText(QT_TRANSLATE_NOOP("CommandLine", "Who looks at the query, not where it looks."))};
};

/// How they are drawn.
struct StyleOptions {
    QCommandLineOption colormap{QStringLiteral("colormap"),
                                optionText(QT_TRANSLATE_NOOP("CommandLine", "Colour map, such as viridis.")),
                                QStringLiteral("NAME")};
    QCommandLineOption range{QStringLiteral("range"),
                             optionText(QT_TRANSLATE_NOOP("CommandLine", "Values of the two ends of the colours.")),
                             QStringLiteral("LO:HI")};
    QCommandLineOption opacity{QStringLiteral("opacity"),
                               optionText(QT_TRANSLATE_NOOP("CommandLine", "Opacity of the overlay, 0 to 1 (0.6).")),
                               QStringLiteral("N")};
    QCommandLineOption cells{QStringLiteral("cells"),
                             optionText(QT_TRANSLATE_NOOP("CommandLine", "Flat cells instead of smooth ones."))};
    QCommandLineOption clipped{
        QStringLiteral("clipped"),
        optionText(QT_TRANSLATE_NOOP("CommandLine", "End the colours below the highest 2 % of the cells."))};
    QCommandLineOption clipShare{
        QStringLiteral("clip-share"),
        optionText(QT_TRANSLATE_NOOP("CommandLine", "The same with another share of the cells above the end, in percent.")),
        QStringLiteral("PERCENT")};
    QCommandLineOption threshold{
        QStringLiteral("threshold"),
        optionText(QT_TRANSLATE_NOOP("CommandLine", "Hide the overlay where the value is below this one.")), QStringLiteral("V")};
    QCommandLineOption contours{QStringLiteral("contours"),
                                optionText(QT_TRANSLATE_NOOP("CommandLine", "So many lines of equal value, 0 to 32 (0).")),
                                QStringLiteral("N")};
    QCommandLineOption brightness{
        QStringLiteral("brightness"),
        optionText(QT_TRANSLATE_NOOP("CommandLine", "The value as brightness of the picture, not as a colour."))};
};

/// What is written, and where.
struct OutputOptions {
    QCommandLineOption file{{QStringLiteral("o"), QStringLiteral("output")},
                            optionText(QT_TRANSLATE_NOOP(
                                "CommandLine",
                                "Picture to write (.png, .jpg, .tif or .webp), or of a video or folder an .mp4, .mkv or .avi; "
                                "its description goes beside it as .json.")),
                            QStringLiteral("OUT")};
    QCommandLineOption figure{QStringLiteral("figure"),
                              optionText(QT_TRANSLATE_NOOP("CommandLine", "Add a colour bar and a caption."))};
    QCommandLineOption raw{QStringLiteral("raw"),
                           optionText(QT_TRANSLATE_NOOP("CommandLine", "Write the numbers into this folder, too.")),
                           QStringLiteral("DIR")};
    QCommandLineOption codec{QStringLiteral("codec"),
                             optionText(QT_TRANSLATE_NOOP("CommandLine", "Videos: h264, ffv1 (lossless) or mjpeg.")),
                             QStringLiteral("NAME")};
    QCommandLineOption beside{QStringLiteral("beside"),
                              optionText(QT_TRANSLATE_NOOP("CommandLine", "Videos: the original to the left of the overlay."))};
    QCommandLineOption noCaption{
        QStringLiteral("no-caption"),
        optionText(QT_TRANSLATE_NOOP("CommandLine", "Videos: leave out the line which says what is shown."))};
    QCommandLineOption noCsv{QStringLiteral("no-csv"),
                             optionText(QT_TRANSLATE_NOOP("CommandLine", "Videos: leave out the table of all frames."))};
};

/// The options of `fovea render`.
struct RenderOptions {
    ModelOptions model;
    ModuleOptions module;
    InterventionOptions intervention;
    FieldOptions field;
    StyleOptions style;
    OutputOptions output;

    /// In the order in which --help lists them.
    void addTo(QCommandLineParser& parser) const;
};

/// The stride of the Retina; it stays where the option is not set.
std::optional<Usage> readStride(const QCommandLineParser& parser, const ModelOptions& options, int& stride);
/// How the overlay is drawn.
std::optional<Usage> readStyle(const QCommandLineParser& parser, const StyleOptions& options, OverlayStyle& style);
/// Which numbers are drawn. The query is a place of the picture, which the features are not known for yet; none when not set.
std::optional<Usage> readField(const QCommandLineParser& parser, const FieldOptions& options, FieldSpec& field,
                               std::optional<PointValue>& query);
/// Whether the first result has the channel and the heads which the options name.
std::optional<Usage> checkChoices(const QCommandLineParser& parser, const RenderOptions& options, const FieldChoices& choices);
/// Reads which of `channels` channels are muted, soloed or scaled.
std::optional<Usage> readIntervention(const QCommandLineParser& parser, const InterventionOptions& options, int channels,
                                      Intervention& intervention);

}  // namespace fovea
