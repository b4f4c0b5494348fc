// Non-local Neural Networks (Wang et al., CVPR 2018), embedded Gaussian, all positions of one picture (attention/non_local.h):
//   A[p,q] = softmax over q of θ_p·φ_q (no scaling),  out = BN(W·(A·g) + b) + x.

#include "engine/attention/non_local.h"

namespace fovea {

const ModuleInfo& nonlocal_embeddedModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "nonlocal_embedded",
        .title = "Non-local",
        .longTitle = FOVEA_TEXT("engine", "Non-local block, embedded Gaussian"),
        .domain = Domain::Spatial,
        .kind = AttentionKind::Self,
        .year = 2018,
        .paper = "Non-local Neural Networks (Wang et al., CVPR 2018)",
        .arxiv = "1711.07971",
        .reference = "AlexHex7/Non-local_pytorch lib/non_local_embedded_gaussian.py",
        .summary =
            FOVEA_TEXT("engine", "Lets every position gather from all positions whose learned key resembles its learned query."),
        .params = NonLocal::params(),
        .weights = [](const InputShape& shape,
                      const ParamSet& params) { return NonLocal::weights(shape, params, NonLocal::Affinity::Embedded, 2); },
        .check = [](const InputShape& shape, const ParamSet& params) { return NonLocal::check(shape, params, "Non-local"); },
        .create = [](const InputShape&, const ParamSet& params, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<NonLocalModule>(w, params, NonLocal::Affinity::Embedded);
        }};
    return kInfo;
}

}  // namespace fovea
