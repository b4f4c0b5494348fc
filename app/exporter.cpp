#include "app/exporter.h"

#include <QFileInfo>

#include <nlohmann/json.hpp>

#include "engine/io/file_set.h"
#include "widgets/engine_text.h"
#include "widgets/figure/mat_image.h"
#include "widgets/figure/picture_file.h"

namespace fovea {
namespace {

struct Drawn {
    QImage image;
    std::shared_ptr<const ScalarField> field;
};

Error drawingCancelled() { return makeError(ErrorCode::Cancelled, FOVEA_TEXT("engine", "The drawing was cancelled.")); }

Result<Drawn> draw(const PictureExport& what, const std::stop_token& stop) {
    const OverlayRequest request{what.result, what.field, what.style, fullViewport(what.result->frame), 0xFFFFFFFF};
    const auto rendered = render(request, stop);
    if (wasStopped(rendered)) {
        return drawingCancelled();
    }
    if (rendered.error) {
        return *rendered.error;
    }
    FigureOptions figure = what.figure;
    if (figure.captionText.isEmpty()) {
        figure.captionText = fieldCaption(*rendered.field);
    }
    QImage image = composeFigure(matImage(rendered.pixels), rendered.field.get(), what.style, figure);
    image.setText(QStringLiteral("Description"), fieldCaption(*rendered.field));
    image.setText(QStringLiteral("Software"), QStringLiteral("Fovea %1").arg(QLatin1String(version())));
    return Drawn{image, rendered.field};
}

/// The description of the result, with what the picture's file cannot say: whether its colours are exact.
std::string pictureSidecar(const PictureExport& what, const Drawn& drawn, const QString& path, const PictureFormat& format) {
    using Json = nlohmann::ordered_json;
    Json json = Json::parse(sidecarJson(*what.result, what.field.job, drawn.field.get(), &what.style));
    json["picture"] = {{"file", QFileInfo(path).fileName().toStdString()},
                       {"format", format.name.toStdString()},
                       {"lossless", format.lossless},
                       {"width", drawn.image.width()},
                       {"height", drawn.image.height()}};
    return json.dump(2) + '\n';
}

}  // namespace

QString fieldCaption(const ScalarField& field) {
    const QString separator = QStringLiteral(" · ");
    QStringList parts{QString::fromStdString(field.module), engineText(field.map)};
    if (!field.what.empty()) {
        parts << engineText(field.what, field.whatArgs);
    }
    if (field.head.value_or(-1) >= 0) {
        parts << headLabel(*field.head);
    }
    return (parts << provenanceLabel(field.provenance)).join(separator);
}

Result<QImage> exportedPicture(const PictureExport& what, const std::stop_token& stop) {
    auto drawn = draw(what, stop);
    if (!drawn) {
        return drawn.error();
    }
    return drawn->image;
}

Result<QStringList> exportPicture(const PictureExport& what, const QString& path, OutputPlaces& places,
                                  const std::stop_token& stop) {
    const auto format = pictureFormatFor(path);
    if (!format) {
        return format.error();
    }
    addSource(places, *what.result);
    if (auto taken = places.take(path.toStdString()); !taken) {
        return taken.error();
    }
    const QFileInfo file(path);
    const QString beside = file.path() + u'/' + file.completeBaseName() + QStringLiteral(".json");
    const auto description = places.takeBeside(beside.toStdString(), Companion::Description);
    if (!description) {
        return description.error();
    }
    const auto drawn = draw(what, stop);
    if (!drawn) {
        return drawn.error();
    }
    const auto bytes = pictureBytes(drawn->image, *format);
    if (!bytes) {
        return bytes.error();
    }
    FileSet files;
    // The picture comes last, so that a new picture never lies beside an old description.
    if (auto staged = files.add(*description, pictureSidecar(what, *drawn, path, *format)); !staged) {
        return staged.error();
    }
    if (auto staged = files.add(path.toStdString(), *bytes); !staged) {
        return staged.error();
    }
    if (stop.stop_requested()) {
        return drawingCancelled();
    }
    const auto written = files.commit();
    return written ? Result<QStringList>(QStringList{path, QString::fromStdString(*description)})
                   : Result<QStringList>(written.error());
}

}  // namespace fovea
