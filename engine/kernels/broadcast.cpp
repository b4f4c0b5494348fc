#include "engine/kernels/broadcast.h"

#include <algorithm>
#include <cassert>

namespace fovea::ops {
namespace {

/// of(channels[c], positions[n]).
template <class Of>
FeatureMap ofChannelsAndPositions(const Vector& channels, const FeatureMap& positions, Of&& of) {
    FeatureMap y(static_cast<int>(channels.size()), positions.height(), positions.width());
    for (int c = 0; c < y.channels(); ++c) {
        const float channel = channels[static_cast<std::size_t>(c)];
        std::transform(positions.data(), positions.data() + positions.size(), y.row(c),
                       [&, channel](float position) { return of(channel, position); });
    }
    return y;
}

/// of(x[c,n], channels[c], positions[n]).
template <class Of>
FeatureMap ofAllThree(const FeatureMap& x, const Vector& channels, const FeatureMap& positions, Of&& of) {
    assert(static_cast<int>(channels.size()) == x.channels() && positions.cells() == x.cells());
    FeatureMap y(x.channels(), x.height(), x.width());
    for (int c = 0; c < x.channels(); ++c) {
        const float channel = channels[static_cast<std::size_t>(c)];
        std::transform(x.row(c), x.row(c) + x.cells(), positions.data(), y.row(c),
                       [&, channel](float v, float position) { return of(v, channel, position); });
    }
    return y;
}

/// of(rows[c,i], columns[c,j]).
template <class Of>
FeatureMap ofRowsAndColumns(const FeatureMap& rows, const FeatureMap& columns, Of&& of) {
    assert(rows.channels() == columns.channels());
    FeatureMap y(rows.channels(), rows.cells(), columns.cells());
    for (int c = 0; c < y.channels(); ++c) {
        for (int i = 0; i < y.height(); ++i) {
            const float row = rows.row(c)[i];
            std::transform(columns.row(c), columns.row(c) + y.width(), y.row(c) + i * y.width(),
                           [&, row](float column) { return of(row, column); });
        }
    }
    return y;
}

}  // namespace

FeatureMap channelsPlusPositions(const Vector& channels, const FeatureMap& positions) {
    return ofChannelsAndPositions(channels, positions, [](float channel, float position) { return channel + position; });
}

FeatureMap channelsTimesPositions(const Vector& channels, const FeatureMap& positions) {
    return ofChannelsAndPositions(channels, positions, [](float channel, float position) { return channel * position; });
}

FeatureMap scaleBySum(const FeatureMap& x, const Vector& channels, const FeatureMap& positions) {
    return ofAllThree(x, channels, positions, [](float v, float channel, float position) { return channel * v + position * v; });
}

FeatureMap scaleByLarger(const FeatureMap& x, const Vector& channels, const FeatureMap& positions) {
    return ofAllThree(x, channels, positions,
                      [](float v, float channel, float position) { return std::max(channel * v, position * v); });
}

FeatureMap rowsTimesColumns(const FeatureMap& rows, const FeatureMap& columns) {
    return ofRowsAndColumns(rows, columns, [](float row, float column) { return row * column; });
}

FeatureMap scaleRowsAndColumns(const FeatureMap& x, const FeatureMap& rows, const FeatureMap& columns) {
    assert(rows.cells() == x.height() && columns.cells() == x.width());
    FeatureMap y(x.channels(), x.height(), x.width());
    for (int c = 0; c < x.channels(); ++c) {
        for (int i = 0; i < x.height(); ++i) {
            const float row = rows.row(c)[i];
            const float* from = x.row(c) + i * x.width();
            std::transform(from, from + x.width(), columns.row(c), y.row(c) + i * x.width(),
                           [row](float v, float column) { return v * column * row; });
        }
    }
    return y;
}

FeatureMap rectifiedRowsPlusColumns(const FeatureMap& rows, const FeatureMap& columns) {
    return ofRowsAndColumns(rows, columns, [](float row, float column) { return std::max(0.0F, row + column); });
}

FeatureMap meanOfPlanes(const FeatureMap& columns, const FeatureMap& rows, const FeatureMap& positions) {
    const bool three = !positions.empty();
    const float share = three ? 1.0F / 3.0F : 0.5F;
    const int channels = columns.height();
    const int width = columns.width();
    assert(rows.width() == channels && (!three || (positions.height() == rows.height() && positions.width() == width)));
    FeatureMap y(channels, rows.height(), width);
    const FeatureMap none(1, 1, width);
    for (int c = 0; c < channels; ++c) {
        const float* column = columns.data() + static_cast<std::ptrdiff_t>(c) * width;
        for (int i = 0; i < y.height(); ++i) {
            const float row = rows.data()[static_cast<std::ptrdiff_t>(i) * channels + c];
            const float* cells = three ? positions.data() + static_cast<std::ptrdiff_t>(i) * width : none.data();
            float* out = y.row(c) + i * width;
            for (int j = 0; j < width; ++j) {
                out[j] = (column[j] + row + cells[j]) * share;
            }
        }
    }
    return y;
}

}  // namespace fovea::ops
