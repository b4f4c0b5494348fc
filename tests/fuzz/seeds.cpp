#include "tests/fuzz/seeds.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>

#include "engine/graph/onnx_messages.h"
#include "engine/graph/onnx_reader.h"
#include "tests/fuzz/seed_networks.h"

namespace fovea::mutate {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSuite = "/usr/share/libonnx-testdata/data/node";
constexpr const char* kBundle = FOVEA_SOURCE_DIR "/resources/models/fovea-v1";
constexpr std::size_t kLargestWeights = 32 << 10;

std::vector<fs::path> sorted(const fs::path& folder) {
    std::error_code missing;
    std::vector<fs::path> paths;
    for (const auto& entry : fs::directory_iterator(folder, missing)) {
        paths.push_back(entry.path());
    }
    std::sort(paths.begin(), paths.end());
    return paths;
}

/// The case with all inputs but the first as constants, as exporters write shapes, axes and weights.
std::optional<std::string> withConstants(const std::string& bytes, const fs::path& folder) {
    onnx::ModelProto model;
    if (!model.ParseFromString(bytes) || model.graph().input_size() < 2) {
        return std::nullopt;
    }
    auto& graph = *model.mutable_graph();
    for (int k = 1; k < graph.input_size(); ++k) {
        onnx::TensorProto tensor;
        if (!tensor.ParseFromString(contentsOf(folder / "test_data_set_0" / ("input_" + std::to_string(k) + ".pb")))) {
            return std::nullopt;
        }
        tensor.set_name(graph.input(k).name());
        *graph.add_initializer() = tensor;
    }
    graph.mutable_input()->DeleteSubrange(1, graph.input_size() - 1);
    return model.SerializeAsString();
}

bool loads(const std::string& bytes, const std::string& path) {
    writeTo(path, bytes);
    const auto graph = graph::readOnnx(path);
    return graph && graph::checkOperators(*graph);
}

void addSuite(Seeds& seeds, const std::string& path) {
    for (const auto& folder : sorted(kSuite)) {
        const std::string bytes = contentsOf(folder / "model.onnx");
        if (!loads(bytes, path)) {
            continue;
        }
        seeds.networks.push_back({folder.filename().string(), bytes});
        const auto constant = withConstants(bytes, folder);
        if (constant && loads(*constant, path)) {
            seeds.networks.push_back({folder.filename().string() + " (constants)", *constant});
        }
    }
}

void addBundle(Seeds& seeds) {
    const fs::path shipped(kBundle);
    for (const char* name : {"manifest.json", "classes.json"}) {
        seeds.bundle[name] = contentsOf(shipped / name);
    }
    for (const auto& file : sorted(shipped / "modules")) {
        seeds.bundle["modules/" + file.filename().string()] = contentsOf(file);
    }
    auto manifest = nlohmann::json::parse(seeds.bundle["manifest.json"]);
    const auto classes = nlohmann::json::parse(seeds.bundle["classes.json"]).size();
    const int channels = manifest["tap"]["channels"];
    seeds.bundle["backbone.onnx"] = smallBackbone(channels);
    seeds.bundle["tail.onnx"] = smallTail(channels, static_cast<int>(classes));
    const auto all = manifest["modules"];
    manifest["modules"] = {{"gc", all["gc"]}, {"se", all["se"]}};
    seeds.shortManifest = manifest.dump();
}

}  // namespace

std::string contentsOf(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void writeTo(const std::string& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

Seeds collectSeeds(const std::string& folder) {
    Seeds seeds;
    for (auto& network : seedNetworks()) {
        seeds.networks.push_back(std::move(network));
    }
    addSuite(seeds, folder + "/seed.onnx");
    for (const char* name : {"backbone.onnx", "tail.onnx"}) {
        seeds.largeNetworks.push_back({name, contentsOf(fs::path(kBundle) / name)});
    }
    for (const char* place : {FOVEA_SOURCE_DIR "/tests/golden", FOVEA_SOURCE_DIR "/resources/models/fovea-v1/modules"}) {
        for (const auto& file : sorted(place)) {
            std::string bytes = file.extension() == ".safetensors" ? contentsOf(file) : std::string();
            if (!bytes.empty() && bytes.size() <= kLargestWeights) {
                seeds.weights.push_back({file.filename().string(), std::move(bytes)});
            }
        }
    }
    addBundle(seeds);
    return seeds;
}

}  // namespace fovea::mutate
