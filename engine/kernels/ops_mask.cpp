#include <Eigen/Core>
#include <algorithm>
#include <cassert>

#include "engine/kernels/ops.h"

namespace fovea::ops {
namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using ConstRows = Eigen::Map<const Matrix>;

/// The positions along one axis, of `length`, which lie in a mask of `cells` around `centre`, as a half-open range.
struct Reach {
    int begin = 0;
    int end = 0;

    Reach(int centre, int cells, int length)
        : begin(std::max(0, centre - (cells - 1) / 2)), end(std::min(length, centre - (cells - 1) / 2 + cells)) {}
};

}  // namespace

FeatureMap scatterMasks(const FeatureMap& x, const Tensor& weight, int maskHeight, int maskWidth, bool transposed) {
    assert(weight.dim(0) == maskHeight * maskWidth && weight.dim(1) == x.channels());
    const int h = x.height();
    const int w = x.width();
    const int half = (maskWidth - 1) / 2;
    const ConstRows cells(weight.values.data(), weight.dim(0), weight.dim(1));
    const ConstRows all(x.data(), x.channels(), x.cells());
    FeatureMap matrix(h * w, h, w);
    Matrix y;  // one row of the mask × the positions of one row of the map
    for (int i = 0; i < h; ++i) {
        const Reach rows(i, maskHeight, h);
        for (int u = rows.begin; u < rows.end; ++u) {
            y.noalias() = cells.middleRows((u - i + (maskHeight - 1) / 2) * maskWidth, maskWidth) * all.middleCols(i * w, w);
            // Both orders write along the rows of the matrix.
            for (int j = 0; j < w && !transposed; ++j) {
                const Reach columns(j, maskWidth, w);
                float* out = matrix.row(i * w + j) + u * w;
                for (int v = columns.begin; v < columns.end; ++v) {
                    out[v] = y(v - j + half, j);
                }
            }
            for (int v = 0; v < w && transposed; ++v) {
                float* out = matrix.row(u * w + v) + i * w;
                for (int j = std::max(0, v + half - maskWidth + 1); j < std::min(w, v + half + 1); ++j) {
                    out[j] = y(v - j + half, j);
                }
            }
        }
    }
    return matrix;
}

}  // namespace fovea::ops
