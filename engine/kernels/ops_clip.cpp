#include <Eigen/Core>
#include <algorithm>
#include <cassert>
#include <cmath>

#include "engine/kernels/ops.h"

namespace fovea::ops {
namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

void transpose(const float* from, int rows, int columns, float* to) {
    Eigen::Map<Matrix>(to, columns, rows) = Eigen::Map<const Matrix>(from, rows, columns).transpose();
}

}  // namespace

FeatureMap joinFrames(const std::vector<const FeatureMap*>& frames) {
    assert(!frames.empty());
    const FeatureMap& first = *frames.front();
    const int count = static_cast<int>(frames.size());
    FeatureMap joined(first.channels(), count * first.height(), first.width());
    for (int c = 0; c < first.channels(); ++c) {
        float* next = joined.row(c);
        for (const FeatureMap* frame : frames) {
            assert(frame->channels() == first.channels() && frame->height() == first.height() && frame->width() == first.width());
            next = std::copy_n(frame->row(c), frame->cells(), next);
        }
    }
    return joined;
}

std::vector<FeatureMap> splitFrames(const FeatureMap& joined, int frames) {
    assert(frames >= 1 && joined.height() % frames == 0);
    std::vector<FeatureMap> out;
    for (int t = 0; t < frames; ++t) {
        FeatureMap frame(joined.channels(), joined.height() / frames, joined.width());
        for (int c = 0; c < frame.channels(); ++c) {
            std::copy_n(joined.row(c) + t * frame.cells(), frame.cells(), frame.row(c));
        }
        out.push_back(std::move(frame));
    }
    return out;
}

FeatureMap transposeCells(const FeatureMap& x, int rows) {
    assert(rows >= 1 && x.cells() % rows == 0);
    const int columns = x.cells() / rows;
    FeatureMap y(x.channels(), columns, rows);
    for (int c = 0; c < x.channels(); ++c) {
        transpose(x.row(c), rows, columns, y.row(c));
    }
    return y;
}

FeatureMap frameMeans(const std::vector<const FeatureMap*>& frames) {
    const int count = static_cast<int>(frames.size());
    FeatureMap means(frames.front()->channels(), 1, count);
    for (int t = 0; t < count; ++t) {
        const Vector mean = globalMean(*frames[static_cast<std::size_t>(t)]);
        for (int c = 0; c < means.channels(); ++c) {
            means.row(c)[t] = mean[static_cast<std::size_t>(c)];
        }
    }
    return means;
}

FeatureMap channelsToCells(const FeatureMap& x) {
    FeatureMap y(x.cells(), 1, x.channels());
    transpose(x.data(), x.channels(), x.cells(), y.data());
    return y;
}

Tensor toTensor(const std::vector<FeatureMap>& frames) {
    assert(!frames.empty());
    const FeatureMap& first = frames.front();
    Tensor out;
    out.shape = {static_cast<std::int64_t>(frames.size()), first.channels(), first.height(), first.width()};
    out.values.reserve(frames.size() * first.size());
    for (const auto& frame : frames) {
        out.values.insert(out.values.end(), frame.data(), frame.data() + frame.size());
    }
    return out;
}

void layerNormChannels(FeatureMap& x, const Tensor& weight, const Tensor& bias, float eps) {
    assert(static_cast<int>(weight.size()) == x.channels() && static_cast<int>(bias.size()) == x.channels());
    using Row = Eigen::Map<Eigen::ArrayXf>;
    const int channels = x.channels();
    Eigen::ArrayXd mean = Eigen::ArrayXd::Zero(x.cells());
    for (int c = 0; c < channels; ++c) {
        mean += Row(x.row(c), x.cells()).cast<double>();
    }
    mean /= channels;
    Eigen::ArrayXd scale = Eigen::ArrayXd::Zero(x.cells());
    for (int c = 0; c < channels; ++c) {
        scale += (Row(x.row(c), x.cells()).cast<double>() - mean).square();
    }
    scale = (scale / channels + static_cast<double>(eps)).sqrt().inverse();
    for (int c = 0; c < channels; ++c) {
        Row row(x.row(c), x.cells());
        const double factor = weight.values[c];
        const double shift = bias.values[c];
        row = ((row.cast<double>() - mean) * scale * factor + shift).cast<float>();
    }
}

}  // namespace fovea::ops
