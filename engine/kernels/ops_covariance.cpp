#include <Eigen/Core>

#include "engine/kernels/ops.h"

namespace fovea::ops {

std::vector<double> covariance(const FeatureMap& x) {
    using Stored = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    const Eigen::Index channels = x.channels();
    // Centred before the product: what is left of a constant channel is 0 itself.
    Matrix centred = Eigen::Map<const Stored>(x.data(), channels, x.cells()).cast<double>();
    centred.colwise() -= centred.rowwise().mean().eval();
    std::vector<double> out(static_cast<std::size_t>(channels * channels), 0.0);
    Eigen::Map<Matrix> s(out.data(), channels, channels);
    s.selfadjointView<Eigen::Lower>().rankUpdate(centred, 1.0 / x.cells());
    s.triangularView<Eigen::StrictlyUpper>() = s.transpose();
    return out;
}

}  // namespace fovea::ops
