#include <algorithm>
#include <filesystem>
#include <functional>
#include <iterator>
#include <stop_token>
#include <utility>

#include "engine/export/export.h"
#include "engine/export/numbers.h"
#include "engine/export/output_places.h"
#include "engine/io/file_set.h"
#include "engine/render/kinds/map_kind.h"
#include "engine/tensor/npy.h"

namespace fovea {
namespace {

namespace fs = std::filesystem;

Shape outputShape(const std::vector<FeatureMap>& frames) {
    if (frames.empty()) {
        return {};
    }
    Shape shape{frames.front().channels(), frames.front().height(), frames.front().width()};
    if (frames.size() > 1) {
        shape.insert(shape.begin(), static_cast<std::int64_t>(frames.size()));
    }
    return shape;
}

Tensor outputTensor(const std::vector<FeatureMap>& frames) {
    Tensor tensor;
    tensor.shape = outputShape(frames);
    for (const auto& frame : frames) {
        tensor.values.insert(tensor.values.end(), frame.data(), frame.data() + frame.size());
    }
    return tensor;
}

/// The least and the largest of some values; nothing where there are none.
std::optional<std::pair<float, float>> endsOf(const float* values, std::size_t count) {
    if (count == 0) {
        return std::nullopt;
    }
    const auto [low, high] = std::minmax_element(values, values + count);
    return std::pair(*low, *high);
}

NumbersSummary summaryOf(const std::vector<FeatureMap>& frames) {
    NumbersSummary summary{outputShape(frames), std::nullopt};
    for (const auto& frame : frames) {
        if (const auto own = endsOf(frame.data(), frame.size())) {
            const auto before = summary.ends.value_or(*own);
            summary.ends = std::pair(std::min(before.first, own->first), std::max(before.second, own->second));
        }
    }
    return summary;
}

Result<void> makeFolder(const std::string& folder) {
    std::error_code failure;
    fs::create_directories(folder, failure);
    if (!failure && fs::is_directory(folder, failure)) {
        return {};
    }
    const auto reason = failure ? failure : std::make_error_code(std::errc::not_a_directory);
    return makeError(ErrorCode::Unwritable, FOVEA_TEXT("engine", "The folder “%1” cannot be made (%2); choose another folder."),
                     {folder, reason.message()});
}

std::map<std::string, std::string> fileMetadata(const FrameResult& result, const JobResult& module) {
    std::map<std::string, std::string> metadata = {{"id", module.source.id},
                                                   {"version", std::to_string(module.source.version)},
                                                   {"hyperparams", module.source.params.toJson()},
                                                   {"weights", provenanceText(module.source.provenance)},
                                                   {"program", std::string("fovea ") + version()}};
    if (result.frame.source) {
        metadata["source"] = result.frame.source->name;
        metadata["sha256"] = result.frame.source->sha256;
    }
    return metadata;
}

/// One file of an export: how its name ends, and what makes its bytes.
struct RawFile {
    std::string ending;
    std::function<std::string()> bytes;
};

/// How many of the maps have such a table.
std::ptrdiff_t tablesLike(const MapTable& table, const std::vector<ExportedMap>& maps) {
    return std::count_if(maps.begin(), maps.end(),
                         [&table](const ExportedMap& map) { return &kindInfo(*map.map).table == &table; });
}

void addMaps(std::vector<RawFile>& files, const ExportedNumbers& numbers, const std::vector<std::string>& channelNames) {
    const auto& maps = numbers.summary.maps;
    for (const auto& exported : maps) {
        const AttentionMap* map = exported.map;
        if (exported.refusal) {
            continue;
        }
        const Tensor& tensor = numbers.file.tensors.at(tensorName(*map));
        files.push_back({"." + map->name + ".npy", [&tensor] { return npyBytes(tensor.shape, tensor.values.data()); }});
        if (const MapTable& table = kindInfo(*map).table; table.ending != nullptr) {
            const std::string own = "." + map->name + "." + table.ending;
            files.push_back({tablesLike(table, maps) == 1 ? std::string(".") + table.ending : own,
                             [&tensor, &channelNames, &table] { return table.text(tensor, channelNames); }});
        }
    }
}

Result<std::vector<std::string>> writeFiles(const FrameResult& result, const JobId& job, const std::string& prefix,
                                            OutputPlaces& places, const std::stop_token& stop) {
    const JobResult& module = *result.find(job);
    const auto features = result.features(job.model);
    ExportedNumbers numbers = gatherNumbers(*module.output);
    numbers.file.metadata = fileMetadata(result, module);
    const std::vector<std::string> channelNames = features ? features->channelNames : std::vector<std::string>();
    const Tensor& output = numbers.file.tensors.at("output");
    std::vector<RawFile> files;
    addMaps(files, numbers, channelNames);
    files.push_back({".output.npy", [&output] { return npyBytes(output.shape, output.values.data()); }});
    files.push_back({".safetensors", [&numbers] { return safetensorsBytes(numbers.file); }});
    files.push_back({".json", [&] { return sidecarText(result, job, &numbers.summary, nullptr, nullptr); }});
    std::vector<std::string> endings;
    std::transform(files.begin(), files.end(), std::back_inserter(endings), [](const RawFile& file) { return file.ending; });
    const auto taken = places.takeSet(prefix, endings);
    if (!taken) {
        return taken.error();
    }
    FileSet set;
    for (const RawFile& file : files) {
        if (auto added = set.add(*taken + file.ending, file.bytes()); !added) {
            return added.error();
        }
        if (stop.stop_requested()) {
            return makeError(ErrorCode::Cancelled, FOVEA_TEXT("engine", "Stopped."));
        }
    }
    return set.commit();
}

}  // namespace

std::string tensorName(const AttentionMap& map) { return "attn." + map.name; }

OutputSummary summaryOf(const AttentionOutput& output) {
    OutputSummary summary;
    for (const auto& map : output.maps) {
        summary.maps.push_back({.map = &map, .numbers = {mapShape(map), mapEnds(map)}});
    }
    summary.output = summaryOf(output.frames);
    return summary;
}

ExportedNumbers gatherNumbers(const AttentionOutput& output, std::size_t maxBytes) {
    ExportedNumbers numbers;
    for (const auto& map : output.maps) {
        ExportedMap exported{.map = &map, .numbers = {mapShape(map), std::nullopt}};
        if (auto dense = denseTensor(map, maxBytes)) {
            exported.numbers.ends = endsOf(dense->values.data(), dense->size());
            numbers.file.tensors[tensorName(map)] = *std::move(dense);
        } else {
            exported.numbers.ends = mapEnds(map);
            exported.refusal = dense.error();
        }
        numbers.summary.maps.push_back(std::move(exported));
    }
    numbers.summary.output = summaryOf(output.frames);
    numbers.file.tensors["output"] = outputTensor(output.frames);
    return numbers;
}

void addSource(OutputPlaces& places, const FrameResult& result) {
    if (result.frame.source) {
        places.addInput(result.frame.source->path);
    }
}

Result<std::vector<std::string>> exportRaw(const FrameResult& result, const JobId& job, const std::string& folder,
                                           const std::string& base, OutputPlaces& places, const std::stop_token& stop) {
    if (base.empty() || base.find('/') != std::string::npos) {
        return makeError(ErrorCode::BadParameter,
                         FOVEA_TEXT("engine", "“%1” cannot begin a file name; choose a name without “/”."), {base});
    }
    const auto found = result.find(job);
    if (!found) {
        return makeError(ErrorCode::NotFound, FOVEA_TEXT("engine", "There is no result of “%1” to export; run it first."),
                         {job.source});
    }
    if (!found->output) {
        return found->output.error();
    }
    if (auto made = makeFolder(folder); !made) {
        return made.error();
    }
    addSource(places, result);
    return writeFiles(result, job, (fs::path(folder) / base).string(), places, stop);
}

}  // namespace fovea
