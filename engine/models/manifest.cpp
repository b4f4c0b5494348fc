#include "engine/models/manifest.h"

#include <algorithm>
#include <utility>

#include "engine/attention/registry.h"
#include "engine/models/json_keys.h"

namespace fovea {
namespace {

using Json = JsonKeys::Json;

constexpr int kFormat = 1;
constexpr int kMaxFormat = 1000;
constexpr int kMaxChannels = 4096;
constexpr int kMaxStride = 64;
constexpr int kMaxMultiple = 512;
constexpr int kMaxSide = 4096;
constexpr std::size_t kMaxClasses = 10000;
constexpr std::size_t kMaxModules = 500;
constexpr double kMostMapValue = 1e30;

/// Hyper-parameters which repeat the shape of the input, unless the mechanism declares a parameter of that name.
constexpr const char* kShapeKeys[] = {"C", "H", "W", "T", "Cg", "gate_hw", "feat", "D"};

MapMetrics mapMetrics(JsonKeys keys) {
    return {.point = keys.number("point"),
            .pointSmall = keys.number("point_small"),
            .pointOff = keys.number("point_off"),
            .gain = keys.number("gain"),
            .gainSmall = keys.number("gain_small"),
            .gainOff = keys.number("gain_off")};
}

BundleMetrics bundleMetrics(JsonKeys keys) {
    BundleMetrics metrics{.accuracy = keys.number("imagenette160"),
                          .tinyTop1 = keys.number("tiny128_top1"),
                          .tinyTop5 = keys.number("tiny128_top5"),
                          .trained = mapMetrics(keys.optionalObject("map_trained")),
                          .untrained = mapMetrics(keys.optionalObject("map_untrained")),
                          .activation = mapMetrics(keys.optionalObject("cam"))};
    const auto range = keys.numbers("map_range", 2, -kMostMapValue, kMostMapValue);
    if (!range.empty()) {
        metrics.mapLeast = range[0];
        metrics.mapMost = range[1];
    }
    return metrics;
}

BundleInput bundleInput(JsonKeys keys, int stride) {
    BundleInput input;
    const auto recommended = keys.numbers("recommended_size", 2, 1, kMaxSide);
    const int usual = recommended.empty() ? input.size : static_cast<int>(std::min(recommended[0], recommended[1]));
    input.size = keys.whole("size", 1, kMaxSide, usual);
    input.fixed = keys.flag("fixed", false);
    input.fine = keys.whole("fine", 1, kMaxSide, input.fixed ? input.size : std::min(2 * input.size, kMaxSide));
    input.multiple = keys.whole("multiple", 1, kMaxMultiple, stride);
    const auto fill = keys.numbers("fill", std::size(input.fill), 0.0, 1.0);
    std::copy(fill.begin(), fill.end(), input.fill);
    return input;
}

TailInput tailInputOf(const std::string& name) {
    return name == "add"         ? TailInput::Add
           : name == "half"      ? TailInput::Half
           : name == "unshuffle" ? TailInput::Unshuffle
                                 : TailInput::Replace;
}

bool declares(const ModuleInfo& info, const std::string& key) {
    return std::any_of(info.params.begin(), info.params.end(), [&](const ParamSpec& spec) { return spec.key == key; });
}

ParamSet paramsOf(const ModuleInfo& info, JsonKeys keys, int channels, std::optional<Error>& problem) {
    std::vector<std::string> ignored;
    std::copy_if(std::begin(kShapeKeys), std::end(kShapeKeys), std::back_inserter(ignored),
                 [&](const std::string& key) { return !declares(info, key); });
    auto params = ParamSet::fromJson(info.params, keys.json().dump(), ignored);
    if (!params) {
        if (!problem) {
            problem = params.error();
            if (!problem->args.empty()) {  // the parameter's name
                problem->args[0] = keys.file() + ": " + keys.pathOf(problem->args[0]);
            }
        }
        return ParamSet(info.params);
    }
    const auto trained = keys.json().find("C");
    if (!declares(info, "C") && trained != keys.json().end() && *trained != channels) {
        keys.refuse("C", FOVEA_TEXT("engine", "%1: “%2” should be %3, as “tap.channels”."), {std::to_string(channels)});
    }
    return std::move(*params);
}

ManifestModule moduleOf(const ModuleInfo& info, JsonKeys keys, int channels, std::optional<Error>& problem) {
    ManifestModule entry;
    entry.info = &info;
    entry.file = keys.text("file");
    BundleModule& module = entry.module;
    module.id = info.id;
    module.params = paramsOf(info, keys.optionalObject("hyperparams"), channels, problem);
    module.tailInput = tailInputOf(keys.choice("tail_input", {"replace", "add", "half", "unshuffle"}, "replace"));
    if (module.tailInput == TailInput::Unshuffle && channels % 2 != 0) {
        keys.refuse("tail_input", FOVEA_TEXT("engine", "%1: “%2” needs an even number of channels in “tap.channels”."));
    }
    module.meaningful = keys.choice("meaningful", {"yes", "weak", "no", "gate"}, {});
    JsonKeys note = keys.optionalObject("note");
    module.noteEn = note.text("en", {});
    module.noteZh = note.text("zh", {});
    module.metrics = bundleMetrics(keys.optionalObject("metrics"));
    return entry;
}

void readModules(JsonKeys keys, Manifest& manifest, std::optional<Error>& problem) {
    JsonKeys entries = keys.object("modules");
    if (entries.json().size() > kMaxModules) {
        keys.refuse("modules", FOVEA_TEXT("engine", "%1: “%2” has more than %3 entries; keep fewer."),
                    {std::to_string(kMaxModules)});
        return;
    }
    for (const auto& item : entries.json().items()) {
        const ModuleInfo* info = findModule(item.key());
        if (info == nullptr) {
            manifest.bundle.skipped.push_back(item.key());
        } else if (!problem) {
            manifest.modules.push_back(moduleOf(*info, entries.object(item.key().c_str()), manifest.bundle.tapChannels, problem));
        }
    }
}

void readNetworks(JsonKeys& keys, Manifest& manifest) {
    Bundle& bundle = manifest.bundle;
    JsonKeys tap = keys.object("tap");
    bundle.tapName = tap.text("name", "tap");
    bundle.tapChannels = tap.whole("channels", 1, kMaxChannels);
    bundle.tapStride = tap.whole("stride", 1, kMaxStride);
    JsonKeys input = keys.optionalObject("input");
    bundle.inputName = input.text("name", "image");
    bundle.input = bundleInput(input, bundle.tapStride);
    manifest.backboneFile = keys.optionalObject("backbone").text("file", "backbone.onnx");
    JsonKeys tail = keys.optionalObject("tail");
    manifest.tailFile = tail.text("file", "tail.onnx");
    bundle.featuresName = tail.text("input", "features");
    const auto outputs = tail.texts("outputs", {"logits", "feat"});
    bundle.logitsName = outputs[0];
    bundle.featName = outputs.size() > 1 ? outputs[1] : std::string();
}

/// A recommendation of a mechanism which a newer version knows is none; of one which is not listed it is a mistake.
void readRecommendation(JsonKeys& keys, Manifest& manifest) {
    const std::string id = keys.text("recommended_module", {});
    const bool known = std::any_of(manifest.modules.begin(), manifest.modules.end(),
                                   [&](const ManifestModule& entry) { return entry.module.id == id; });
    const auto& skipped = manifest.bundle.skipped;
    if (known) {
        manifest.bundle.recommendedModule = id;
    } else if (!id.empty() && std::find(skipped.begin(), skipped.end(), id) == skipped.end()) {
        keys.refuse("recommended_module", FOVEA_TEXT("engine", "%1: “%2” should be one of the names in “modules”."));
    }
}

Error wantsObject(const std::string& file) {
    return makeError(ErrorCode::BadFormat, FOVEA_TEXT("engine", "“%1” should hold an object in braces; choose another folder."),
                     {file});
}

}  // namespace

Result<Manifest> parseManifest(const std::vector<std::uint8_t>& bytes, const std::string& file, const std::string& folderName) {
    const auto json = parseJson(bytes, file);
    if (!json) {
        return json.error();
    }
    if (!json->is_object()) {
        return wantsObject(file);
    }
    std::optional<Error> problem;
    JsonKeys keys(*json, file, "", problem);
    Manifest manifest;
    if (keys.whole("format", 1, kMaxFormat, kFormat) > kFormat) {
        keys.refuse("format", FOVEA_TEXT("engine", "%1: “%2” is newer than this version reads; update Fovea."));
    }
    manifest.bundle.name = keys.text("name", folderName);
    manifest.bundle.terms = keys.text("terms", {});
    manifest.classesFile = keys.text("classes", "classes.json");
    readNetworks(keys, manifest);
    JsonKeys baselines = keys.optionalObject("baselines");
    manifest.bundle.plain = bundleMetrics(baselines.optionalObject("none"));
    manifest.bundle.gaussian = mapMetrics(baselines.optionalObject("_gaussian"));
    readModules(keys, manifest, problem);
    readRecommendation(keys, manifest);
    return problem ? Result<Manifest>(*problem) : Result<Manifest>(std::move(manifest));
}

Result<std::vector<ClassLabel>> parseClasses(const std::vector<std::uint8_t>& bytes, const std::string& file) {
    const auto json = parseJson(bytes, file);
    if (!json) {
        return json.error();
    }
    if (!json->is_array() || json->empty() || json->size() > kMaxClasses) {
        return makeError(ErrorCode::BadFormat,
                         FOVEA_TEXT("engine", "“%1” should hold a list of 1 to %2 labels; choose another folder."),
                         {file, std::to_string(kMaxClasses)});
    }
    std::optional<Error> problem;
    std::vector<ClassLabel> labels;
    for (std::size_t k = 0; k < json->size() && !problem; ++k) {
        const std::string path = "[" + std::to_string(k) + "]";
        const Json& item = (*json)[k];
        if (!item.is_object()) {
            return makeError(ErrorCode::BadFormat, FOVEA_TEXT("engine", "%1: “%2” should be an object in braces."), {file, path});
        }
        JsonKeys keys(item, file, path, problem);
        const int place = static_cast<int>(k);
        if (keys.whole("index", 0, static_cast<int>(kMaxClasses), place) != place) {
            keys.refuse("index", FOVEA_TEXT("engine", "%1: “%2” should be %3, its place in the list."), {std::to_string(place)});
        }
        const std::string set = keys.text("dataset", {});
        labels.push_back({keys.text("name"), keys.text("group", set)});
    }
    return problem ? Result<std::vector<ClassLabel>>(*problem) : Result<std::vector<ClassLabel>>(std::move(labels));
}

}  // namespace fovea
