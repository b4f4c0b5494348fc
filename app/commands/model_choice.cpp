#include "app/commands/model_choice.h"

#include <QDir>
#include <QFileInfo>

#include <algorithm>

#include "engine/models/open_bundle.h"
#include "engine/number_rule.h"

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
    const auto it = std::find_if(classes.begin(), classes.end(), [&name](const ClassLabel& label) {
        return QString::fromStdString(label.name).compare(name, Qt::CaseInsensitive) == 0;
    });
    if (it != classes.end()) {
        return static_cast<int>(it - classes.begin());
    }
    bool isNumber = false;
    static_cast<void>(name.toDouble(&isNumber));
    if (!isNumber) {
        return makeError(ErrorCode::BadParameter, FOVEA_TEXT("engine", "%1 has no class “%2”; its classes.json lists them."),
                         {network.bundle->name, name.toStdString()});
    }
    const NumberRule rule{.name = "--class", .least = 0.0, .most = static_cast<double>(classes.size()) - 1.0, .whole = true};
    const auto number = rule.parse(name.toStdString());
    return number ? Result<int>(static_cast<int>(*number)) : Result<int>(number.error());
}

}  // namespace fovea
