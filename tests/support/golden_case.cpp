#include "tests/support/golden_case.h"

#include <QDir>
#include <nlohmann/json.hpp>

namespace fovea::test {

std::vector<std::string> goldenFiles(const std::string& id) {
    const QDir folder(QStringLiteral(FOVEA_SOURCE_DIR "/tests/golden"));
    std::vector<std::string> paths;
    for (const auto& name :
         folder.entryList({QString::fromStdString(id) + QStringLiteral("__*.safetensors")}, QDir::Files, QDir::Name)) {
        paths.push_back(folder.filePath(name).toStdString());
    }
    return paths;
}

Result<GoldenCase> readGoldenCase(const std::string& path) {
    auto file = readSafetensors(path);
    if (!file) {
        return file.error();
    }
    const auto tolerances = nlohmann::json::parse(file->metadata["tolerance_abs"], nullptr, false);
    if (!tolerances.is_object()) {
        return makeError(ErrorCode::BadFormat, "%1 has no tolerances", {path});
    }
    GoldenCase result;
    result.given.metadata = file->metadata;
    for (auto& [name, tensor] : file->tensors) {
        if (name == "output" || name.starts_with("attn.")) {
            result.tolerances[name] = tolerances.value(name, 0.0);
            result.expected.emplace(name, std::move(tensor));
        } else if (!name.starts_with("aux.")) {
            result.given.tensors.emplace(name, std::move(tensor));
        }
    }
    return result;
}

}  // namespace fovea::test
