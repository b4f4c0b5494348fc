#include "engine/models/bundle.h"

#include <algorithm>
#include <exception>
#include <filesystem>
#include <new>
#include <system_error>
#include <utility>

#include "engine/attention/input_shape.h"
#include "engine/io/read_file.h"
#include "engine/models/manifest.h"
#include "engine/tensor/safetensors.h"
#include "engine/thrown.h"

namespace fovea {
namespace {

namespace fs = std::filesystem;

constexpr const char* kManifest = "manifest.json";
constexpr std::int64_t kMaxJsonBytes = std::int64_t{4} << 20;
constexpr std::int64_t kMaxWeightBytes = std::int64_t{256} << 20;
/// All modules together: as much as one file of a person's own weights may have.
constexpr std::int64_t kMaxAllBytes = std::int64_t{1} << 30;
/// Weights of mechanisms which fit every size are checked for this grid.
constexpr int kGrid = 20;

/// A file of the folder, by the name the manifest gives it.
struct Inside {
    std::string name;  ///< "modules/gc.safetensors", for messages
    fs::path path;     ///< canonical
    std::int64_t bytes = 0;
};

bool staysInside(const fs::path& folder, const fs::path& path) {
    const auto [inFolder, inPath] = std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
    return inFolder == folder.end() && inPath != path.end();
}

/// Finds `name`, which stands under `key`, in `folder`. A path or a link which leads out of it is refused.
Result<Inside> fileInside(const fs::path& folder, const std::string& name, const std::string& key) {
    const fs::path relative(name);
    std::error_code code;
    const fs::path path = fs::weakly_canonical(folder / relative, code);
    const bool climbs = std::find(relative.begin(), relative.end(), "..") != relative.end();
    if (relative.is_absolute() || climbs || code || !staysInside(folder, path)) {
        return makeError(ErrorCode::BadFormat,
                         FOVEA_TEXT("engine", "%1: “%2” is “%3”, which leads out of the folder; name a file inside it."),
                         {kManifest, key, name});
    }
    const auto bytes = fs::is_regular_file(path, code) ? fs::file_size(path, code) : std::uintmax_t{0};
    if (code || !fs::is_regular_file(path, code)) {
        return makeError(ErrorCode::NotFound, FOVEA_TEXT("engine", "%1: “%2” is “%3”, but there is no such file in the folder."),
                         {kManifest, key, name});
    }
    return Inside{name, path, static_cast<std::int64_t>(bytes)};
}

Result<std::vector<std::uint8_t>> readInside(const Inside& file, std::int64_t maxBytes) {
    if (file.bytes > maxBytes) {
        return makeError(ErrorCode::TooLarge,
                         FOVEA_TEXT("engine", "“%1” has %2 bytes, more than the %3 allowed; choose a smaller file."),
                         {file.name, std::to_string(file.bytes), std::to_string(maxBytes)});
    }
    return readFile(file.path.string(), maxBytes);
}

Result<fs::path> openFolder(const std::string& folder) {
    std::error_code code;
    const fs::path path = fs::canonical(fs::path(folder), code);
    if (code || !fs::is_directory(path, code)) {
        return makeError(ErrorCode::NotFound, FOVEA_TEXT("engine", "There is no folder “%1”; check its path."), {folder});
    }
    if (!fs::is_regular_file(path / kManifest, code)) {
        return makeError(ErrorCode::NotFound,
                         FOVEA_TEXT("engine", "The folder “%1” holds no manifest.json; choose the folder of a model bundle."),
                         {path.string()});
    }
    return path;
}

Result<Weights> weightsOf(const ManifestModule& entry, SafetensorsFile file, const Inside& place, const Bundle& bundle) {
    const ModuleInfo& info = *entry.info;
    const ParamSet& params = entry.module.params;
    const InputShape shape = inputShape(info, params, bundle.tapChannels, {kGrid, kGrid}, 1);
    // Before the weights: their shapes make sense only for parameters which fit the features.
    if (const auto fits = info.check != nullptr ? info.check(shape, params) : Result<void>(); !fits) {
        return makeError(ErrorCode::BadParameter, FOVEA_TEXT("engine", "%1: “%2” does not fit the features: %3"),
                         {kManifest, "modules." + info.id + ".hyperparams", fits.error().message()});
    }
    auto weights =
        checkedWeights(weightSpecs(info, shape, params), std::move(file.tensors), {ProvenanceKind::Trained, bundle.name, 0});
    if (!weights) {
        Error error = weights.error();
        if (!error.args.empty()) {  // the tensor's name
            error.args[0] = place.name + ": " + error.args[0];
        }
        return error;
    }
    return weights;
}

Result<void> readModules(const fs::path& folder, Manifest& manifest, const std::stop_token& stop) {
    std::int64_t left = kMaxAllBytes;
    for (auto& entry : manifest.modules) {
        if (stop.stop_requested()) {
            return makeError(ErrorCode::Cancelled, FOVEA_TEXT("engine", "Stopped."));
        }
        const auto place = fileInside(folder, entry.file, "modules." + entry.module.id + ".file");
        if (!place) {
            return place.error();
        }
        const auto bytes = readInside(*place, std::min(left, kMaxWeightBytes));
        if (!bytes) {
            return bytes.error();
        }
        left -= static_cast<std::int64_t>(bytes->size());
        auto file = parseSafetensors(bytes->data(), bytes->size(), place->name);
        if (!file) {
            return file.error();
        }
        auto weights = weightsOf(entry, std::move(*file), *place, manifest.bundle);
        if (!weights) {
            return weights.error();
        }
        entry.module.weights = std::move(*weights);
        manifest.bundle.modules.emplace(entry.module.id, std::move(entry.module));
    }
    return {};
}

Result<void> readClasses(const fs::path& folder, Manifest& manifest) {
    const auto place = fileInside(folder, manifest.classesFile, "classes");
    const auto bytes = place ? readInside(*place, kMaxJsonBytes) : Result<std::vector<std::uint8_t>>(place.error());
    auto labels = bytes ? parseClasses(*bytes, place->name) : Result<std::vector<ClassLabel>>(bytes.error());
    if (!labels) {
        return labels.error();
    }
    manifest.bundle.classes = std::move(*labels);
    return {};
}

Result<void> findNetworks(const fs::path& folder, Manifest& manifest) {
    const auto backbone = fileInside(folder, manifest.backboneFile, "backbone.file");
    if (!backbone) {
        return backbone.error();
    }
    const auto tail = fileInside(folder, manifest.tailFile, "tail.file");
    if (!tail) {
        return tail.error();
    }
    manifest.bundle.backbonePath = backbone->path.string();
    manifest.bundle.tailPath = tail->path.string();
    return {};
}

Result<std::shared_ptr<const Bundle>> load(const std::string& given, const std::stop_token& stop) {
    const auto folder = openFolder(given);
    if (!folder) {
        return folder.error();
    }
    const auto place = fileInside(*folder, kManifest, kManifest);
    const auto bytes = place ? readInside(*place, kMaxJsonBytes) : Result<std::vector<std::uint8_t>>(place.error());
    auto manifest = bytes ? parseManifest(*bytes, kManifest, folder->filename().string()) : Result<Manifest>(bytes.error());
    if (!manifest) {
        return manifest.error();
    }
    manifest->bundle.folder = folder->string();
    if (const auto found = findNetworks(*folder, *manifest); !found) {
        return found.error();
    }
    if (const auto read = readClasses(*folder, *manifest); !read) {
        return read.error();
    }
    if (const auto read = readModules(*folder, *manifest, stop); !read) {
        return read.error();
    }
    return std::make_shared<const Bundle>(std::move(manifest->bundle));
}

#ifdef FOVEA_BUNDLE_FOLDER
bool holdsManifest(const fs::path& folder) {
    std::error_code code;
    return fs::is_regular_file(folder / kManifest, code);
}

/// Resolves the links of the path; returns the path unchanged where that fails.
std::string withoutLinks(const fs::path& folder) {
    std::error_code code;
    const fs::path path = fs::canonical(folder, code);
    return (code ? folder : path).string();
}
#endif

}  // namespace

Result<std::shared_ptr<const Bundle>> loadBundle(const std::string& folder, const std::stop_token& stop) {
    // The one place for what the JSON reader, the file system and the memory throw.
    try {
        return load(folder, stop);
    } catch (const std::exception& problem) {
        if (outOfMemory(problem)) {
            return makeError(ErrorCode::TooLarge,
                             FOVEA_TEXT("engine", "The memory does not suffice for the model in “%1”; choose a smaller one."),
                             {folder});
        }
        return makeError(ErrorCode::BadFormat,
                         FOVEA_TEXT("engine", "The model in “%1” cannot be read (%2); copy the folder again."),
                         {folder, reasonOf(problem)});
    }
}

std::string bundledModelFolder() {
#ifdef FOVEA_BUNDLE_FOLDER
    std::error_code code;
    const fs::path program = fs::read_symlink("/proc/self/exe", code);
    const fs::path installed = program.parent_path().parent_path() / "share" / "fovea" / "models" / "fovea-v1";
    if (!code && holdsManifest(installed)) {
        return withoutLinks(installed);
    }
    return holdsManifest(FOVEA_BUNDLE_FOLDER) ? withoutLinks(FOVEA_BUNDLE_FOLDER) : std::string();
#else
    return {};
#endif
}

}  // namespace fovea
