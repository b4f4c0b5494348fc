#include "app/commands/model_choice.h"

#include <QDir>
#include <QFileInfo>

#include <algorithm>

#include "engine/models/open_bundle.h"
#include "engine/number_rule.h"

namespace fovea {

Result<ModelSpec> modelNamed(const QString& model, const RetinaOptions& retina, const ModelInput& input) {
    if (model == QLatin1String("retina")) {
        return ModelSpec(retina);
    }
    const QString shipped = QString::fromStdString(bundledModelFolder());
    const bool isShipped = !shipped.isEmpty() && model == QFileInfo(shipped).fileName() && !QFileInfo::exists(model);
    auto bundle = openBundle((isShipped ? shipped : model).toStdString());
    if (!bundle) {
        return bundle.error();
    }
    return ModelSpec(NetworkModel{.bundle = *std::move(bundle), .input = input});
}

Result<int> classNamed(const ModelSpec& model, const QString& name) {
    const auto bundle = bundleOf(model);
    if (!bundle) {
        return makeError(ErrorCode::BadParameter, FOVEA_TEXT("engine", "The Retina knows no classes; name a trained network."));
    }
    const auto& classes = bundle->classes;
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
                         {bundle->name, name.toStdString()});
    }
    const NumberRule rule{.name = "--class", .least = 0.0, .most = static_cast<double>(classes.size()) - 1.0, .whole = true};
    const auto number = rule.parse(name.toStdString());
    return number ? Result<int>(static_cast<int>(*number)) : Result<int>(number.error());
}

}  // namespace fovea
