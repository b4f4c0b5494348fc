#include "engine/attention/dct_filters.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace fovea {
namespace {

constexpr int kGrid = 7;
constexpr int kMostFrequencies = 32;
using Frequencies = std::array<int, kMostFrequencies>;

/// Row and column frequencies in the order of their rank.
struct Table {
    const char* name;
    Frequencies x;
    Frequencies y;
};

constexpr std::array<Table, 3> kTables{{
    {"top",
     {0, 0, 6, 0, 0, 1, 1, 4, 5, 1, 3, 0, 0, 0, 3, 2, 4, 6, 3, 5, 5, 2, 6, 5, 5, 3, 3, 4, 2, 2, 6, 1},
     {0, 1, 0, 5, 2, 0, 2, 0, 0, 6, 0, 4, 6, 3, 5, 2, 6, 3, 3, 3, 5, 1, 1, 2, 4, 2, 1, 1, 3, 0, 5, 3}},
    {"low",
     {0, 0, 1, 1, 0, 2, 2, 1, 2, 0, 3, 4, 0, 1, 3, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5, 6, 1, 2, 3, 4},
     {0, 1, 0, 1, 2, 0, 1, 2, 2, 3, 0, 0, 4, 3, 1, 5, 4, 3, 2, 1, 0, 6, 5, 4, 3, 2, 1, 0, 6, 5, 4, 3}},
    {"bot",
     {6, 1, 3, 3, 2, 4, 1, 2, 4, 4, 5, 1, 4, 6, 2, 5, 6, 1, 6, 2, 2, 4, 3, 3, 5, 5, 6, 2, 5, 5, 3, 6},
     {6, 4, 4, 6, 6, 3, 1, 4, 4, 5, 6, 5, 2, 2, 5, 1, 4, 3, 5, 0, 3, 1, 1, 2, 4, 2, 1, 1, 5, 3, 3, 3}},
}};

const Table& tableOf(const std::string& selection) {
    return *std::find_if(kTables.begin(), kTables.end(), [&](const Table& table) { return selection.starts_with(table.name); });
}

std::vector<double> basis(int frequency, int length) {
    std::vector<double> values(length);
    for (int p = 0; p < length; ++p) {
        values[p] = std::cos(std::numbers::pi * frequency * (p + 0.5) / length) / std::sqrt(static_cast<double>(length)) *
                    (frequency == 0 ? 1.0 : std::numbers::sqrt2);
    }
    return values;
}

}  // namespace

std::vector<std::string> dctSelections() {
    std::vector<std::string> names;
    for (const auto& table : kTables) {
        for (int count = 1; count <= kMostFrequencies; count *= 2) {
            names.push_back(table.name + std::to_string(count));
        }
    }
    return names;
}

int dctFrequencyCount(const std::string& selection) { return std::stoi(selection.substr(3)); }

Tensor dctFilters(const std::string& selection, int channels, int height, int width) {
    const Table& table = tableOf(selection);
    const int run = channels / dctFrequencyCount(selection);
    Tensor filters({channels, height, width});
    auto out = filters.values.begin();
    for (int c = 0; c < channels; ++c) {
        const auto k = static_cast<std::size_t>(c / run);
        const auto down = basis(table.x[k] * (height / kGrid), height);
        const auto across = basis(table.y[k] * (width / kGrid), width);
        for (const double b : down) {
            out = std::transform(across.begin(), across.end(), out, [b](double a) { return static_cast<float>(b * a); });
        }
    }
    return filters;
}

}  // namespace fovea
