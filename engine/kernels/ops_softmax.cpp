#include <Eigen/Core>

#include "engine/kernels/ops.h"

namespace fovea::ops {
namespace {

using Row = Eigen::Map<Eigen::ArrayXf>;

}  // namespace

void softmaxCells(FeatureMap& x) {
    for (int c = 0; c < x.channels(); ++c) {
        Row row(x.row(c), x.cells());
        row = (row - row.maxCoeff()).exp();
        row /= static_cast<float>(row.cast<double>().sum());
    }
}

void softmaxChannels(FeatureMap& x) {
    const int cells = x.cells();
    Eigen::ArrayXf top = Row(x.row(0), cells);
    for (int c = 1; c < x.channels(); ++c) {
        top = top.max(Row(x.row(c), cells));
    }
    Eigen::ArrayXd total = Eigen::ArrayXd::Zero(cells);
    for (int c = 0; c < x.channels(); ++c) {
        Row row(x.row(c), cells);
        row = (row - top).exp();
        total += row.cast<double>();
    }
    const Eigen::ArrayXf factor = total.inverse().cast<float>();
    for (int c = 0; c < x.channels(); ++c) {
        Row(x.row(c), cells) *= factor;
    }
}

}  // namespace fovea::ops
