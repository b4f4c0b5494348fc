#include <Eigen/Core>

#include "engine/graph/kernel.h"
#include "engine/graph/ops/conv.h"

namespace fovea::graph {

Result<Finish> Finish::read(const Node& node) {
    Finish finish;
    const std::string name = node.text(kFusedActivation, "");
    if (name == "Relu") {
        finish.m_low = 0.0F;
    } else if (name == "Clip") {
        finish.m_low = node.real(kFusedLow, finish.m_low);
        finish.m_high = node.real(kFusedHigh, finish.m_high);
    } else if (name == "Sigmoid") {
        finish.m_kind = Kind::Sigmoid;
    } else if (name == "Silu") {
        finish.m_kind = Kind::Silu;
    } else if (name == "HardSigmoid") {
        finish.m_kind = Kind::HardSigmoid;
        finish.m_alpha = node.real(kFusedLow, finish.m_alpha);
        finish.m_beta = node.real(kFusedHigh, finish.m_beta);
    } else if (name == "HardSwish") {
        finish.m_kind = Kind::HardSwish;
    } else if (!name.empty() || node.has(kFusedActivation)) {
        return attributeError(kFusedActivation);
    }
    return finish;
}

void Finish::apply(float* values, std::int64_t count) const {
    Eigen::Map<Eigen::ArrayXf> x(values, count);
    switch (m_kind) {
        case Kind::Limits:
            break;
        case Kind::Sigmoid:
            x = (1.0F + (-x).exp()).inverse();
            break;
        case Kind::Silu:
            x = x / (1.0F + (-x).exp());
            break;
        case Kind::HardSigmoid:
            x = (m_alpha * x + m_beta).max(0.0F).min(1.0F);
            break;
        case Kind::HardSwish:
            x = x * (x * (1.0F / 6.0F) + 0.5F).max(0.0F).min(1.0F);
            break;
    }
}

}  // namespace fovea::graph
