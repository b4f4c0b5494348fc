// Non-local Neural Networks (Wang et al., CVPR 2018), Gaussian, all positions of one picture (attention/non_local.h):
//   A[p,q] = softmax over q of x_p·x_q on the features themselves (no scaling),  out = BN(W·(A·g) + b) + x.
// With sub_sample the keys are the max-pooled features. Large features give nearly one-hot rows.

#include "engine/attention/non_local.h"

namespace fovea {

const ModuleInfo& nonlocal_gaussianModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "nonlocal_gaussian",
        .title = "Non-local Gauss",
        .longTitle = FOVEA_TEXT("engine", "Non-local block, Gaussian"),
        .domain = Domain::Spatial,
        .kind = AttentionKind::Self,
        .year = 2018,
        .paper = "Non-local Neural Networks (Wang et al., CVPR 2018)",
        .arxiv = "1711.07971",
        .reference = "AlexHex7/Non-local_pytorch lib/non_local_gaussian.py",
        .summary = FOVEA_TEXT("engine", "Lets every position gather from all positions whose features resemble its own."),
        .params = NonLocal::params(),
        .weights = [](const InputShape& shape,
                      const ParamSet& params) { return NonLocal::weights(shape, params, NonLocal::Affinity::Gaussian, 2); },
        .check = [](const InputShape& shape,
                    const ParamSet& params) { return NonLocal::check(shape, params, "Non-local Gauss"); },
        .create = [](const InputShape&, const ParamSet& params, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<NonLocalModule>(w, params, NonLocal::Affinity::Gaussian);
        }};
    return kInfo;
}

}  // namespace fovea
