#include "engine/attention/pairwise_layout.h"

#include <cassert>
#include <numeric>
#include <utility>

namespace fovea {

PairwiseLayout PairwiseLayout::grouped(int height, int width, int groups, int heads, std::vector<int> cells,
                                       std::vector<int> regions) {
    assert(groups >= 1 && !cells.empty() && cells.size() % static_cast<std::size_t>(groups) == 0);
    PairwiseLayout out;
    out.height = height;
    out.width = width;
    out.groups = groups;
    out.heads = heads;
    out.queries = out.keys = static_cast<int>(cells.size()) / groups;
    out.shape = {groups, heads, out.queries, out.keys};
    out.places.resize(static_cast<std::size_t>(height) * static_cast<std::size_t>(width));
    for (std::size_t n = 0; n < cells.size(); ++n) {
        if (cells[n] >= 0) {
            out.places[static_cast<std::size_t>(cells[n])] = static_cast<int>(n);
        }
    }
    out.cells = std::move(cells);
    out.regions = std::move(regions);
    return out;
}

PairwiseLayout PairwiseLayout::criss(int height, int width, int heads) {
    std::vector<int> cells(static_cast<std::size_t>(height) * static_cast<std::size_t>(width));
    std::iota(cells.begin(), cells.end(), 0);
    PairwiseLayout out = grouped(height, width, 1, heads, std::move(cells));
    out.keys = height + width;
    out.crissCross = true;
    out.shape = {heads, height, width, height + width};
    return out;
}

int PairwiseLayout::keyCell(int group, int query, int key) const noexcept {
    if (!crissCross) {
        return queryCell(group, key);
    }
    const int i = query / width;
    const int j = query % width;
    if (key >= height) {
        return i * width + key - height;
    }
    return key == i ? -1 : key * width + j;
}

}  // namespace fovea
