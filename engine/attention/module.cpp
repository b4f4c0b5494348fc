#include "engine/attention/module.h"

namespace fovea {
namespace {

bool finite(const std::vector<float>& values) { return allFinite(values.data(), values.size()); }

bool finite(const AttentionMap& map) {
    const auto* pairwise = asKind<PairwiseMap>(map);
    const bool factored = pairwise != nullptr && pairwise->factors;
    return factored ? finite(pairwise->factors->rowMax) && finite(pairwise->factors->rowSum) : finite(map.data.values);
}

}  // namespace

AttentionModule::~AttentionModule() = default;

const char* domainName(Domain domain) noexcept {
    switch (domain) {
        case Domain::Channel:
            return "channel";
        case Domain::Spatial:
            return "spatial";
        case Domain::ChannelSpatial:
            return "channel+spatial";
        case Domain::Temporal:
            return "temporal";
        case Domain::SpatialTemporal:
            return "spatial+temporal";
        case Domain::Branch:
            return "branch";
    }
    return "";
}

const char* attentionKindName(AttentionKind kind) noexcept {
    switch (kind) {
        case AttentionKind::Soft:
            return "soft";
        case AttentionKind::Hard:
            return "hard";
        case AttentionKind::Self:
            return "self";
    }
    return "";
}

std::vector<WeightSpec> weightSpecs(const ModuleInfo& info, const InputShape& shape, const ParamSet& params) {
    return info.weights == nullptr ? std::vector<WeightSpec>{} : info.weights(shape, params);
}

Result<std::unique_ptr<AttentionModule>> createModule(const ModuleInfo& info, const InputShape& shape, const ParamSet& params,
                                                      const Weights& weights) {
    if (info.check != nullptr) {
        if (auto checked = info.check(shape, params); !checked) {
            return checked.error();
        }
    }
    return info.create(shape, params, weights);
}

Result<AttentionOutput> runModule(const ModuleInfo& info, AttentionModule& module, const ModuleInput& input, Steps& steps) {
    auto result = module.run(input, steps);
    if (!result) {
        return result;
    }
    for (const auto& map : result->maps) {
        if (!finite(map)) {
            return makeError(
                ErrorCode::BadValue,
                FOVEA_TEXT("engine", "%1 gives values which are not finite in its map “%2”; choose other weights or parameters."),
                {info.title, map.name});
        }
    }
    for (const auto& frame : result->frames) {
        if (!frame.allFinite()) {
            return makeError(
                ErrorCode::BadValue,
                FOVEA_TEXT("engine", "%1 gives an output with values which are not finite; choose other weights or parameters."),
                {info.title});
        }
    }
    return result;
}

}  // namespace fovea
