#pragma once

#include <memory>
#include <vector>

#include "engine/api.h"
#include "engine/tensor/tensor.h"

namespace fovea {

/// Where the matrices of sparse or grouped attention lie on one picture of height×width cells: rows, columns, windows, phases.
/// Every cell of the picture is a query exactly once.
struct FOVEA_API PairwiseLayout {
    int height = 0;
    int width = 0;
    int groups = 1;  ///< matrices per head
    int heads = 1;
    int queries = 0;  ///< of one matrix
    int keys = 0;
    bool crissCross = false;   ///< a query's keys are the cells of its column and then of its row; else all tokens of its group
    Shape shape = {};          ///< of all matrices as one tensor; its values are in the order groups, heads, queries, keys
    std::vector<int> cells;    ///< [groups·queries]: the cell of each query, −1 for padding
    std::vector<int> places;   ///< [height·width]: group·queries + query of each cell
    std::vector<int> regions;  ///< [groups·queries] or empty: a mask hides the tokens of other regions from a query

    /// `groups` runs of equally many tokens, each of which attends within itself.
    static PairwiseLayout grouped(int height, int width, int groups, int heads, std::vector<int> cells,
                                  std::vector<int> regions = {});
    /// Every cell attends to its column and its row; `heads` such matrices.
    static PairwiseLayout criss(int height, int width, int heads);

    [[nodiscard]] int groupOf(int cell) const noexcept { return places[static_cast<std::size_t>(cell)] / queries; }
    [[nodiscard]] int queryOf(int cell) const noexcept { return places[static_cast<std::size_t>(cell)] % queries; }
    [[nodiscard]] int queryCell(int group, int query) const noexcept { return cells[tokenAt(group, query)]; }
    /// −1 for padding, and for the query itself in its column, where it is left out.
    [[nodiscard]] int keyCell(int group, int query, int key) const noexcept;
    /// Whether the mask hides the key from the query.
    [[nodiscard]] bool masked(int group, int query, int key) const noexcept {
        return !regions.empty() && regions[tokenAt(group, query)] != regions[tokenAt(group, key)];
    }

private:
    [[nodiscard]] std::size_t tokenAt(int group, int token) const noexcept {
        return static_cast<std::size_t>(group) * static_cast<std::size_t>(queries) + static_cast<std::size_t>(token);
    }
};

}  // namespace fovea
