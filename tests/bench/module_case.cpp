#include "tests/bench/module_case.h"

#include <algorithm>
#include <fstream>
#include <random>

#include "engine/kernels/ops.h"
#include "engine/tensor/safetensors.h"

using namespace fovea;

namespace {

constexpr int kChannels = 64;
constexpr int kHidden = 16;

/// Shapes of the inputs beside the features: what ModuleInfo::needs says, and what it leaves to the module.
std::map<std::string, Shape> extrasOf(const ModuleInfo& info, const InputShape& shape) {
    static const std::map<std::string, std::map<std::string, Shape>> kOptional{
        {"dia", {{"hidden", {kChannels}}, {"cell", {kChannels}}}},
        {"ram_glimpse", {{"location", {2}}}},
    };
    std::map<std::string, Shape> extras;
    if (info.needs.gate) {
        extras["gate"] = {shape.channels, (shape.height + 1) / 2, (shape.width + 1) / 2};
    }
    if (info.needs.hidden) {
        extras["hidden"] = {kHidden};
    }
    if (const auto it = kOptional.find(info.id); it != kOptional.end()) {
        for (const auto& [name, extent] : it->second) {
            extras[name] = extent;
        }
    }
    return extras;
}

/// As from a file, so that every tensor is used as it is. What starts at 0 gets other numbers, else the comparison would not see
/// it.
Weights drawn(const std::vector<WeightSpec>& specs) {
    Weights weights = randomWeights(specs, 1);
    std::mt19937 generator(2);
    std::normal_distribution<float> normal(0.0F, 0.1F);
    for (const auto& spec : specs) {
        if (spec.init == WeightInit::Zero) {
            auto& values = weights.tensors.at(spec.name).values;
            std::generate(values.begin(), values.end(), [&] { return normal(generator); });
        }
    }
    if (!specs.empty()) {
        weights.provenance = {ProvenanceKind::File, "bench", 0};
    }
    return weights;
}

/// Frames of a clip or a picture as the tensor of a case file.
Tensor stacked(const std::vector<FeatureMap>& frames, bool clip) {
    Tensor tensor = ops::toTensor(frames);
    if (!clip) {
        tensor.shape.erase(tensor.shape.begin());
    }
    return tensor;
}

}  // namespace

ModuleCase::ModuleCase(const ModuleInfo& info) : m_info(&info), m_params(info.params) {
    m_shape = info.needs.clip ? InputShape{kChannels, 28, 28, 8, {}} : InputShape{kChannels, 60, 80, 1, {}};
    m_shape.extras = extrasOf(info, m_shape);
    std::mt19937 generator(1);
    std::normal_distribution<float> normal;
    for (int t = 0; t < m_shape.frames; ++t) {
        FeatureMap& frame = m_frames.emplace_back(m_shape.channels, m_shape.height, m_shape.width);
        std::generate_n(frame.data(), frame.size(), [&] { return normal(generator); });
    }
    for (const auto& [name, extent] : m_shape.extras) {
        Tensor& tensor = m_extras.emplace(name, Tensor(extent)).first->second;
        for (float& value : tensor.values) {
            value = std::clamp(0.3F * normal(generator), -1.0F, 1.0F);  // a location lies within −1…1
        }
    }
}

Result<std::unique_ptr<ModuleCase>> ModuleCase::make(const ModuleInfo& info) {
    std::unique_ptr<ModuleCase> made(new ModuleCase(info));
    if (info.check != nullptr) {  // before the specs, whose shapes mean something only then
        if (auto checked = info.check(made->m_shape, made->m_params); !checked) {
            return checked.error();
        }
    }
    made->m_weights = drawn(weightSpecs(info, made->m_shape, made->m_params));
    auto module = createModule(info, made->m_shape, made->m_params, made->m_weights);
    if (!module) {
        return module.error();
    }
    made->m_module = std::move(*module);
    return made;
}

Result<AttentionOutput> ModuleCase::run() {
    ModuleInput input;
    for (const auto& frame : m_frames) {
        input.frames.push_back(&frame);
    }
    for (const auto& [name, tensor] : m_extras) {
        input.extras.emplace(name, &tensor);
    }
    Steps steps;
    return runModule(*m_info, *m_module, input, steps);
}

bool ModuleCase::write(const std::string& path, const AttentionOutput& output) const {
    SafetensorsFile file;
    file.metadata = {{"id", m_info->id}, {"hyperparams", m_params.toJson()}};
    file.tensors = m_extras;
    file.tensors["input"] = stacked(m_frames, m_info->needs.clip);
    file.tensors["output"] = stacked(output.frames, m_info->needs.clip);
    for (const auto& [name, tensor] : m_weights.tensors) {
        file.tensors["param." + name] = tensor;
    }
    const std::string bytes = safetensorsBytes(file);
    std::ofstream stream(path, std::ios::binary);
    stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return stream.flush().good();
}

double ModuleCase::bytes(const AttentionOutput& output) const {
    std::size_t values = 0;
    for (const auto* frames : {&m_frames, &output.frames}) {
        for (const auto& frame : *frames) {
            values += frame.size();
        }
    }
    for (const auto* tensors : {&m_extras, &m_weights.tensors}) {
        for (const auto& [name, tensor] : *tensors) {
            values += tensor.size();
        }
    }
    return static_cast<double>(values) * sizeof(float);
}
