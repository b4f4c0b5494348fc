#include "app/exporter.h"

#include <QFileInfo>

#include "widgets/engine_text.h"
#include "widgets/figure/mat_image.h"

namespace fovea {
namespace {

struct Drawn {
    QImage image;
    std::shared_ptr<const ScalarField> field;
};

Result<Drawn> draw(const PictureExport& what) {
    const OverlayRequest request{what.result, what.field, what.style, fullViewport(what.result->frame), 0xFFFFFFFF};
    const auto rendered = std::get<RenderedOverlay>(render(request));
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

Result<QImage> exportedPicture(const PictureExport& what) {
    auto drawn = draw(what);
    if (!drawn) {
        return drawn.error();
    }
    return drawn->image;
}

Result<QStringList> exportPicture(const PictureExport& what, const QString& path) {
    const auto drawn = draw(what);
    if (!drawn) {
        return drawn.error();
    }
    if (auto saved = savePng(drawn->image, path); !saved) {
        return saved.error();
    }
    const QFileInfo file(path);
    const QString sidecar = file.path() + u'/' + file.completeBaseName() + QStringLiteral(".json");
    const auto module = what.result->find(what.field.module, what.field.slot);
    auto written =
        writeFileAtomically(sidecar.toStdString(), sidecarJson(*what.result, *module, drawn->field.get(), &what.style));
    if (!written) {
        return written.error();
    }
    return QStringList{path, sidecar};
}

}  // namespace fovea
