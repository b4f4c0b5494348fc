#!/usr/bin/env python3
"""Makes cases.json of tst_comparison with SciPy and NumPy: pairs of maps, and how alike they are.

A field is {height, width, geometry: [originX, originY, stepX, stepY], values}, null where a cell takes no part. The expected
numbers are computed here from the rule in words: the finer grid (more cells, the first of two equals), the other one read at its
cell centres. Undefined numbers are null. Run: python3 tests/comparison/make_cases.py
"""
import json
import math
import pathlib
import warnings

import numpy as np
from scipy.spatial.distance import jensenshannon
from scipy.stats import pearsonr, spearmanr

warnings.simplefilter("ignore")
rng = np.random.default_rng(7)


def field(values, geometry):
    values = np.asarray(values, np.float32)
    return {"values": values, "geometry": geometry}


def read(source, target):
    """source at the centres of target's cells."""
    h, w = target["values"].shape
    ox, oy, sx, sy = target["geometry"]
    px, py, qx, qy = source["geometry"]
    height, width = source["values"].shape
    out = np.empty((h, w), np.float32)
    for i in range(h):
        for j in range(w):
            column = math.floor((ox + (j + 0.5) * sx - px) / qx)
            row = math.floor((oy + (i + 0.5) * sy - py) / qy)
            out[i, j] = source["values"][min(max(row, 0), height - 1), min(max(column, 0), width - 1)]
    return out


def number(value):
    return None if value is None or not np.isfinite(value) else float(value)


def top(values):
    count = math.ceil(0.2 * len(values))
    return set(sorted(range(len(values)), key=lambda n: (-values[n], n))[:count])


def expected(a, b):
    grid = a if a["values"].size >= b["values"].size else b
    x, y = (f["values"] if f is grid else read(f, grid) for f in (a, b))
    difference = x - y
    both = ~np.isnan(difference)
    x, y = x[both].astype(np.float64), y[both].astype(np.float64)
    flat = len(x) < 2 or np.ptp(x) == 0 or np.ptp(y) == 0
    negative = min(x.min(), y.min()) < 0 or x.sum() == 0 or y.sum() == 0
    return {
        "pearson": None if flat else number(pearsonr(x, y)[0]),
        "spearman": None if flat else number(spearmanr(x, y)[0]),
        "iouTop": None if flat else len(top(x) & top(y)) / len(top(x) | top(y)),
        "jensenShannon": None if negative else number(jensenshannon(x, y, base=2) ** 2),
        "cells": int(both.sum()),
        "difference": listed(difference),
        "height": grid["values"].shape[0],
    }


def listed(values):
    return [None if np.isnan(v) else float(v) for v in np.asarray(values, np.float32).flatten()]


def written(f):
    return {"height": f["values"].shape[0], "width": f["values"].shape[1], "geometry": f["geometry"], "values": listed(f["values"])}


def masked(values, share):
    values = np.array(values, np.float32)
    values[rng.random(values.shape) < share] = np.nan
    return values


def pairs():
    unit = [0, 0, 1, 1]
    yield "uniform", field(rng.random((7, 9)), unit), field(rng.random((7, 9)), unit)
    yield "ties", field(rng.integers(0, 4, (8, 8)), unit), field(rng.integers(0, 3, (8, 8)), unit)
    yield "signed", field(rng.normal(size=(6, 5)), unit), field(rng.normal(size=(6, 5)), unit)
    yield "masks", field(masked(rng.random((9, 9)), 0.3), unit), field(masked(rng.integers(0, 5, (9, 9)), 0.2), unit)
    yield "finer first", field(rng.random((14, 20)), [2, -3, 8, 8]), field(rng.random((7, 10)), [2, -3, 16, 16])
    yield "finer second", field(rng.random((3, 5)), [0, 0, 20, 20]), field(rng.random((11, 13)), [1, 2, 7.5, 5.25])
    yield "beyond the other", field(rng.random((10, 10)), [0, 0, 10, 10]), field(rng.random((4, 4)), [30, 20, 10, 15])
    yield "masked and finer", field(masked(rng.random((4, 4)), 0.25), [0, 0, 8, 8]), field(masked(rng.random((8, 8)), 0.1), [0, 0, 4, 4])
    yield "zeros beside mass", field(np.maximum(rng.normal(size=(9, 7)), 0), unit), field(np.maximum(rng.normal(size=(9, 7)), 0), unit)
    yield "constant", field(np.full((4, 6), 0.5), unit), field(rng.random((4, 6)), unit)
    yield "all zero", field(np.zeros((3, 3)), unit), field(rng.random((3, 3)), unit)
    same = rng.random((5, 5))
    yield "itself", field(same, unit), field(same, unit)
    yield "turned over", field(same, unit), field(-same, unit)
    yield "one cell", field([[0.25]], unit), field([[0.5]], unit)


def main():
    cases = [{"name": name, "a": written(a), "b": written(b), "expected": expected(a, b)} for name, a, b in pairs()]
    path = pathlib.Path(__file__).parent / "cases.json"
    path.write_text(json.dumps(cases, separators=(",", ":")).replace('{"name"', '\n{"name"') + "\n")


main()
