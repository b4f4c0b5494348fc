// Non-local Neural Networks (Wang et al., CVPR 2018), dot product, all positions of one picture (attention/non_local.h):
//   A[p,q] = θ_p·φ_q / N' for N' keys, without softmax and of either sign,  out = BN(W·(A·g) + b) + x.

#include "engine/attention/non_local.h"

namespace fovea {

const ModuleInfo& nonlocal_dotModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "nonlocal_dot",
        .title = "Non-local dot",
        .longTitle = FOVEA_TEXT("engine", "Non-local block, dot product"),
        .domain = Domain::Spatial,
        .kind = AttentionKind::Self,
        .year = 2018,
        .paper = "Non-local Neural Networks (Wang et al., CVPR 2018)",
        .arxiv = "1711.07971",
        .reference = "AlexHex7/Non-local_pytorch lib/non_local_dot_product.py",
        .summary = FOVEA_TEXT(
            "engine",
            "Lets every position gather from all positions by the plain product of query and key, which may be negative."),
        .params = NonLocal::params(),
        .weights = [](const InputShape& shape,
                      const ParamSet& params) { return NonLocal::weights(shape, params, NonLocal::Affinity::Dot, 2); },
        .check = [](const InputShape& shape, const ParamSet& params) { return NonLocal::check(shape, params, "Non-local dot"); },
        .create = [](const InputShape&, const ParamSet& params, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<NonLocalModule>(w, params, NonLocal::Affinity::Dot);
        }};
    return kInfo;
}

}  // namespace fovea
