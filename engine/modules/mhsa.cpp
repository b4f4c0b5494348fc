// An Image is Worth 16x16 Words (Dosovitskiy et al., ICLR 2021): the multi-head self-attention of a ViT block.
// Tokens are the positions in row-major order; MultiHead has the equations.
// No residual, layer norm, positional embedding or class token.

#include "engine/attention/module.h"
#include "engine/attention/multi_head.h"

namespace fovea {
namespace {

std::vector<WeightSpec> weights(const InputShape& shape, const ParamSet& params) {
    return MultiHead::weights("", shape.channels, params);
}

Result<void> check(const InputShape& shape, const ParamSet& params) { return MultiHead::check(shape.channels, params); }

class Mhsa final : public AttentionModule {
public:
    Mhsa(const Weights& weights, const ParamSet& params) : m_attention(weights, "", params) {}

    Result<AttentionOutput> run(const ModuleInput& input, Steps& steps) override {
        const FeatureMap& x = input.features();
        auto attended = m_attention.run(x, 1, input, steps, {"project", "attend", "merge"});
        if (!attended) {
            return makeError(ErrorCode::Cancelled, FOVEA_TEXT("engine", "Stopped."));
        }
        AttentionOutput result;
        result.frames.push_back(std::move(attended->output));
        result.maps.push_back(selfAttentionMap(x.height(), x.width(), std::move(attended->factors)));
        return result;
    }

private:
    MultiHead m_attention;
};

}  // namespace

const ModuleInfo& mhsaModuleInfo() {
    static const ModuleInfo kInfo{
        .id = "mhsa",
        .title = "MHSA",
        .longTitle = FOVEA_TEXT("engine", "Multi-head self-attention"),
        .domain = Domain::Spatial,
        .kind = AttentionKind::Self,
        .year = 2020,
        .paper = "An Image is Worth 16x16 Words (Dosovitskiy et al., ICLR 2021)",
        .arxiv = "2010.11929",
        .reference = "facebookresearch/TimeSformer timesformer/models/vit.py Attention",
        .summary =
            FOVEA_TEXT("engine", "Lets every position gather from all positions, once per head, as vision transformers do."),
        .params = MultiHead::params(),
        .weights = weights,
        .check = check,
        .create = [](const InputShape&, const ParamSet& params, const Weights& w) -> std::unique_ptr<AttentionModule> {
            return std::make_unique<Mhsa>(w, params);
        }};
    return kInfo;
}

}  // namespace fovea
