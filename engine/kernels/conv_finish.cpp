#include <Eigen/Core>

#include "engine/kernels/convolution.h"

namespace fovea::kernels {

void Finish::apply(float* values, std::int64_t count) const {
    Eigen::Map<Eigen::ArrayXf> x(values, count);
    switch (kind) {
        case Kind::Limits:
            break;
        case Kind::Sigmoid:
            x = (1.0F + (-x).exp()).inverse();
            break;
        case Kind::Silu:
            x = x / (1.0F + (-x).exp());
            break;
        case Kind::HardSigmoid:
            x = (alpha * x + beta).max(0.0F).min(1.0F);
            break;
        case Kind::HardSwish:
            x = x * (x * (1.0F / 6.0F) + 0.5F).max(0.0F).min(1.0F);
            break;
    }
}

}  // namespace fovea::kernels
