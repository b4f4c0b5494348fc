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

/// The options of `fovea render`.
struct RenderOptions {
    static QString text(const char* english) { return QCoreApplication::translate("CommandLine", english); }

    QCommandLineOption output{
        {QStringLiteral("o"), QStringLiteral("output")},
        text(QT_TRANSLATE_NOOP("CommandLine",
                               "Picture to write (.png, .jpg, .tif or .webp), or of a video or folder an .mp4, .mkv or .avi; "
                               "its description goes beside it as .json.")),
        QStringLiteral("OUT")};
    QCommandLineOption module{QStringLiteral("module"), text(QT_TRANSLATE_NOOP("CommandLine", "Module id; see fovea modules.")),
                              QStringLiteral("ID")};
    QCommandLineOption param{QStringLiteral("param"),
                             text(QT_TRANSLATE_NOOP("CommandLine", "A parameter of the module; may be repeated.")),
                             QStringLiteral("k=v")};
    QCommandLineOption weights{QStringLiteral("weights"),
                               text(QT_TRANSLATE_NOOP("CommandLine", "The module's state_dict as a safetensors file.")),
                               QStringLiteral("FILE")};
    QCommandLineOption seed{QStringLiteral("seed"), text(QT_TRANSLATE_NOOP("CommandLine", "Seed of random weights (1).")),
                            QStringLiteral("N")};
    QCommandLineOption stride{QStringLiteral("stride"),
                              text(QT_TRANSLATE_NOOP("CommandLine", "Output stride of the Retina: 4, 8, 16 or 32 (8).")),
                              QStringLiteral("N")};
    QCommandLineOption model{
        QStringLiteral("model"),
        text(QT_TRANSLATE_NOOP("CommandLine", "What makes the features: retina (default), fovea-v1, or a bundle's folder.")),
        QStringLiteral("NAME")};
    QCommandLineOption fine{QStringLiteral("fine"), text(QT_TRANSLATE_NOOP("CommandLine", "The finer input size of the model."))};
    QCommandLineOption crop{QStringLiteral("crop"),
                            text(QT_TRANSLATE_NOOP("CommandLine", "The model sees the central square alone."))};
    QCommandLineOption activation{
        QStringLiteral("class"),
        text(QT_TRANSLATE_NOOP("CommandLine", "The class activation map of this class instead of the module's map.")),
        QStringLiteral("NAME")};
    QCommandLineOption clipped{QStringLiteral("clipped"),
                               text(QT_TRANSLATE_NOOP("CommandLine", "End the colours below the highest 2 % of the cells."))};
    QCommandLineOption clipShare{
        QStringLiteral("clip-share"),
        text(QT_TRANSLATE_NOOP("CommandLine", "The same with another share of the cells above the end, in percent.")),
        QStringLiteral("PERCENT")};
    QCommandLineOption threshold{QStringLiteral("threshold"),
                                 text(QT_TRANSLATE_NOOP("CommandLine", "Hide the overlay where the value is below this one.")),
                                 QStringLiteral("V")};
    QCommandLineOption contours{QStringLiteral("contours"),
                                text(QT_TRANSLATE_NOOP("CommandLine", "So many lines of equal value, 0 to 32 (0).")),
                                QStringLiteral("N")};
    QCommandLineOption brightness{
        QStringLiteral("brightness"),
        text(QT_TRANSLATE_NOOP("CommandLine", "The value as brightness of the picture, not as a colour."))};
    QCommandLineOption mute{QStringLiteral("mute"),
                            text(QT_TRANSLATE_NOOP("CommandLine", "Channels of the features which the module reads as 0.")),
                            QStringLiteral("C,C,…")};
    QCommandLineOption solo{QStringLiteral("solo"),
                            text(QT_TRANSLATE_NOOP("CommandLine", "Channels of the features; the module reads all others as 0.")),
                            QStringLiteral("C,C,…")};
    QCommandLineOption scale{QStringLiteral("scale"),
                             text(QT_TRANSLATE_NOOP("CommandLine", "A factor of a channel; may be repeated.")),
                             QStringLiteral("C=F")};
    QCommandLineOption muteHeads{QStringLiteral("mute-heads"),
                                 text(QT_TRANSLATE_NOOP("CommandLine", "Heads which are left out.")), QStringLiteral("H,H,…")};
    QCommandLineOption map{QStringLiteral("map"), text(QT_TRANSLATE_NOOP("CommandLine", "Which map of the module, by name.")),
                           QStringLiteral("NAME")};
    QCommandLineOption mode{QStringLiteral("mode"),
                            text(QT_TRANSLATE_NOOP("CommandLine", "Channel maps: before, after or changed.")),
                            QStringLiteral("MODE")};
    QCommandLineOption channel{QStringLiteral("channel"),
                               text(QT_TRANSLATE_NOOP("CommandLine", "One channel instead of their mean.")), QStringLiteral("N")};
    QCommandLineOption head{
        QStringLiteral("head"),
        text(QT_TRANSLATE_NOOP("CommandLine", "One head of a pairwise map, or of all of them mean, max or min (mean).")),
        QStringLiteral("N")};
    QCommandLineOption query{
        QStringLiteral("query"),
        text(QT_TRANSLATE_NOOP("CommandLine", "Query of a pairwise map as fractions of the picture (0.5,0.5).")),
        QStringLiteral("X,Y")};
    QCommandLineOption to{QStringLiteral("to"),
                          text(QT_TRANSLATE_NOOP("CommandLine", "Who looks at the query, not where it looks."))};
    QCommandLineOption colormap{QStringLiteral("colormap"),
                                text(QT_TRANSLATE_NOOP("CommandLine", "Colour map, such as viridis.")), QStringLiteral("NAME")};
    QCommandLineOption range{QStringLiteral("range"),
                             text(QT_TRANSLATE_NOOP("CommandLine", "Values of the two ends of the colours.")),
                             QStringLiteral("LO:HI")};
    QCommandLineOption opacity{QStringLiteral("opacity"),
                               text(QT_TRANSLATE_NOOP("CommandLine", "Opacity of the overlay, 0 to 1 (0.6).")),
                               QStringLiteral("N")};
    QCommandLineOption cells{QStringLiteral("cells"),
                             text(QT_TRANSLATE_NOOP("CommandLine", "Flat cells instead of smooth ones."))};
    QCommandLineOption figure{QStringLiteral("figure"),
                              text(QT_TRANSLATE_NOOP("CommandLine", "Add a colour bar and a caption."))};
    QCommandLineOption raw{QStringLiteral("raw"),
                           text(QT_TRANSLATE_NOOP("CommandLine", "Write the numbers into this folder, too.")),
                           QStringLiteral("DIR")};
    QCommandLineOption codec{QStringLiteral("codec"),
                             text(QT_TRANSLATE_NOOP("CommandLine", "Videos: h264, ffv1 (lossless) or mjpeg.")),
                             QStringLiteral("NAME")};
    QCommandLineOption beside{QStringLiteral("beside"),
                              text(QT_TRANSLATE_NOOP("CommandLine", "Videos: the original to the left of the overlay."))};
    QCommandLineOption noCaption{QStringLiteral("no-caption"),
                                 text(QT_TRANSLATE_NOOP("CommandLine", "Videos: leave out the line which says what is shown."))};
    QCommandLineOption noCsv{QStringLiteral("no-csv"),
                             text(QT_TRANSLATE_NOOP("CommandLine", "Videos: leave out the table of all frames."))};

    void addTo(QCommandLineParser& parser) const {
        parser.addOptions({output,     module,    param,    weights,    seed,    stride, model,  fine,      crop,
                           activation, clipped,   map,      mode,       channel, head,   query,  to,        colormap,
                           range,      opacity,   cells,    figure,     raw,     codec,  beside, noCaption, noCsv,
                           clipShare,  threshold, contours, brightness, mute,    solo,   scale,  muteHeads});
    }
};

/// The stride of the Retina; it stays where the option is not set.
std::optional<Usage> readStride(const QCommandLineParser& parser, const RenderOptions& options, int& stride);
/// How the overlay is drawn.
std::optional<Usage> readStyle(const QCommandLineParser& parser, const RenderOptions& options, OverlayStyle& style);
/// Which numbers are drawn. The query is a place of the picture, which the features are not known for yet; none when not set.
std::optional<Usage> readField(const QCommandLineParser& parser, const RenderOptions& options, FieldSpec& field,
                               std::optional<PointValue>& query);
/// Whether the first result has the channel and the heads which the options name.
std::optional<Usage> checkChoices(const QCommandLineParser& parser, const RenderOptions& options, const FieldChoices& choices);
/// Reads which of `channels` channels are muted, soloed or scaled.
std::optional<Usage> readIntervention(const QCommandLineParser& parser, const RenderOptions& options, int channels,
                                      Intervention& intervention);

}  // namespace fovea
