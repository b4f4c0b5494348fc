// Non-local Neural Networks (Wang et al., CVPR 2018), embedded Gaussian over all positions of all frames of a clip
// (attention/non_local.h), with 1×1×1 convolutions and max-pooling by 1×2×2.

#include "engine/attention/non_local.h"

namespace fovea {

const ModuleInfo& spacetime_nonlocalModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "spacetime_nonlocal",
        .title = "Space-time NL",
        .longTitle = FOVEA_TEXT("engine", "Space-time non-local block"),
        .domain = Domain::SpatialTemporal,
        .kind = AttentionKind::Self,
        .needs = {.clip = true},
        .year = 2018,
        .paper = "Non-local Neural Networks (Wang et al., CVPR 2018)",
        .arxiv = "1711.07971",
        .reference = "AlexHex7/Non-local_pytorch lib/non_local_embedded_gaussian.py NONLocalBlock3D",
        .summary =
            FOVEA_TEXT("engine", "Lets every position of every frame gather from all positions of all frames of the clip."),
        .params = NonLocal::params(),
        .weights = [](const InputShape& shape,
                      const ParamSet& params) { return NonLocal::weights(shape, params, NonLocal::Affinity::Embedded, 3); },
        .check = [](const InputShape& shape, const ParamSet& params) { return NonLocal::check(shape, params, "Space-time NL"); },
        .create = [](const InputShape&, const ParamSet& params, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<NonLocalModule>(w, params, NonLocal::Affinity::Embedded);
        }};
    return kInfo;
}

}  // namespace fovea
