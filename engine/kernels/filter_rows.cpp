#include "engine/kernels/filter_rows.h"

#include <opencv2/core.hpp>

namespace fovea::kernels {

int mirrored(int position, int length) { return cv::borderInterpolate(position, length, cv::BORDER_REFLECT_101); }

void mirrorEnds(float* line, int length, int margin) {
    const int last = length - 1;
    for (int k = 1; k <= margin; ++k) {
        line[-k] = line[mirrored(-k, length)];
        line[last + k] = line[mirrored(last + k, length)];
    }
}

}  // namespace fovea::kernels
