#include "engine/kernels/retina_planes.h"

#include <algorithm>
#include <array>
#include <vector>

#include "engine/kernels/filter_rows.h"

namespace fovea::kernels {
namespace {

constexpr float kUnit = 1.0F / 255.0F;

float lightOf(float b, float g, float r) { return kUnit * (0.299F * r + 0.587F * g + 0.114F * b); }

/// Brightness, red minus green and blue minus yellow of pixels B, G, R on 0..255.
void mixColours(const float* bgr, int width, float* __restrict toLight, float* __restrict toRedGreen,
                float* __restrict toBlueYellow) {
    for (int x = 0; x < width; ++x) {
        const float b = bgr[3 * x];
        const float g = bgr[3 * x + 1];
        const float r = bgr[3 * x + 2];
        toLight[x] = lightOf(b, g, r);
        toRedGreen[x] = kUnit * (r - g);
        toBlueYellow[x] = kUnit * (b - 0.5F * (r + g));
    }
}

/// Values before and after a line: 2·border − mirror image.
void continueEnds(float* line, int length, int margin) {
    const int last = length - 1;
    for (int k = 1; k <= margin; ++k) {
        line[-k] = 2.0F * line[0] - line[mirrored(-k, length)];
        line[last + k] = 2.0F * line[last] - line[mirrored(last + k, length)];
    }
}

/// The binomial 1-3-3-1 over four rows, and over every second place of a row from −1 on: the halves stay aligned with their
/// pairs.
void halveRows(const std::array<const float*, 4>& rows, int width, float* __restrict out) {
    for (int x = 0; x < width; ++x) {
        out[x] = 0.125F * (rows[0][x] + rows[3][x]) + 0.375F * (rows[1][x] + rows[2][x]);
    }
}
void halveRow(const float* line, int width, float* __restrict out) {
    for (int x = 0; x < width; ++x) {
        out[x] = 0.125F * (line[2 * x - 1] + line[2 * x + 2]) + 0.375F * (line[2 * x] + line[2 * x + 1]);
    }
}

/// Bytes of a row of the picture as floats; above and below the picture its rows are continued.
void pictureRow(const Picture& picture, int y, float* __restrict out) {
    const int edge = std::clamp(y, 0, picture.height - 1);
    const std::uint8_t* row = picture.row(edge);
    const std::uint8_t* mirror = picture.row(mirrored(y, picture.height));
    const int count = 3 * picture.width;
    if (edge == y) {
        std::copy_n(row, count, out);
        return;
    }
    for (int x = 0; x < count; ++x) {
        out[x] = static_cast<float>(2 * row[x] - mirror[x]);
    }
}

}  // namespace

void lightRow(const std::uint8_t* bgr, int width, float* out) {
    for (int x = 0; x < width; ++x) {
        out[x] = lightOf(static_cast<float>(bgr[3 * x]), static_cast<float>(bgr[3 * x + 1]), static_cast<float>(bgr[3 * x + 2]));
    }
}

// Halving the bytes first and mixing the colours afterwards is the same as the other way round, and a quarter of the work.
void halvePicture(const Picture& picture, const Plane& light, const Plane& redGreen, const Plane& blueYellow) {
    constexpr int kReach = 2;
    const auto count = static_cast<std::size_t>(3 * picture.width);
    const auto length = static_cast<std::size_t>(picture.width + 2 * kReach);
    std::vector<float> memory(5 * count + 3 * length);
    float* const bytes = memory.data() + 4 * count;
    float* const lightLine = bytes + count + kReach;
    float* const redGreenLine = lightLine + length;
    float* const blueYellowLine = redGreenLine + length;
    for (int y = 0; y < light.height; ++y) {
        std::array<const float*, 4> rows = {};
        for (int k = 0; k < 4; ++k) {
            float* row = memory.data() + static_cast<std::size_t>(k) * count;
            pictureRow(picture, 2 * y - 1 + k, row);
            rows[k] = row;
        }
        halveRows(rows, static_cast<int>(count), bytes);
        mixColours(bytes, picture.width, lightLine, redGreenLine, blueYellowLine);
        for (float* line : {lightLine, redGreenLine, blueYellowLine}) {
            continueEnds(line, picture.width, kReach);
        }
        halveRow(lightLine, light.width, light.row(y));
        halveRow(redGreenLine, light.width, redGreen.row(y));
        halveRow(blueYellowLine, light.width, blueYellow.row(y));
    }
}

void halvePlane(const Plane& from, const Plane& to) {
    const int reach = 2 * to.width + 2;
    std::vector<float> line(static_cast<std::size_t>(reach));
    for (int y = 0; y < to.height; ++y) {
        std::array<const float*, 4> rows = {};
        for (int k = 0; k < 4; ++k) {
            rows[k] = from.row(2 * y - 1 + k) - 1;
        }
        halveRows(rows, reach, line.data());
        halveRow(line.data() + 1, to.width, to.row(y));
    }
}

void continueBorders(const Plane& plane) {
    for (int y = 0; y < plane.height; ++y) {
        continueEnds(plane.row(y), plane.width, kPlaneMargin);
    }
    // Above and below, the rows to mirror are those just continued.
    const auto continueRow = [&plane](int edge, int row) {
        const float* border = plane.row(edge) - kPlaneMargin;
        const float* mirror = plane.row(mirrored(row, plane.height)) - kPlaneMargin;
        float* out = plane.row(row) - kPlaneMargin;
        for (int x = 0; x < plane.width + 2 * kPlaneMargin; ++x) {
            out[x] = 2.0F * border[x] - mirror[x];
        }
    };
    for (int k = 1; k <= kPlaneMargin; ++k) {
        continueRow(0, -k);
        continueRow(plane.height - 1, plane.height - 1 + k);
    }
}

}  // namespace fovea::kernels
