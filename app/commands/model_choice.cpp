#include "app/commands/model_choice.h"

#include <QDir>
#include <QFileInfo>

#include <algorithm>

#include "engine/models/open_bundle.h"

namespace fovea {

Result<NetworkChoice> networkNamed(const QString& model, bool fine, bool cropped) {
    NetworkChoice network{.bundle = nullptr, .fit = cropped ? Fit::Crop : Fit::Whole};
    if (model == QLatin1String("retina")) {
        return network;
    }
    const QString shipped = QString::fromStdString(bundledModelFolder());
    const bool isShipped = !shipped.isEmpty() && model == QFileInfo(shipped).fileName() && !QFileInfo::exists(model);
    auto bundle = openBundle((isShipped ? shipped : model).toStdString());
    if (!bundle) {
        return bundle.error();
    }
    network.bundle = *std::move(bundle);
    network.fine = fine;
    return network;
}

Result<int> classNamed(const NetworkChoice& network, const QString& name) {
    if (!network.bundle) {
        return makeError(ErrorCode::BadParameter, FOVEA_TEXT("engine", "The Retina knows no classes; name a trained network."));
    }
    const auto& classes = network.bundle->classes;
    bool isNumber = false;
    const int number = name.toInt(&isNumber);
    if (isNumber && number >= 0 && number < static_cast<int>(classes.size())) {
        return number;
    }
    const auto it = std::find_if(classes.begin(), classes.end(), [&name](const ClassLabel& label) {
        return QString::fromStdString(label.name).compare(name, Qt::CaseInsensitive) == 0;
    });
    if (it == classes.end()) {
        return makeError(ErrorCode::BadParameter, FOVEA_TEXT("engine", "%1 has no class “%2”; its classes.json lists them."),
                         {network.bundle->name, name.toStdString()});
    }
    return static_cast<int>(it - classes.begin());
}

}  // namespace fovea
