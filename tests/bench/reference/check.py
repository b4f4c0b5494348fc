"""Compares every function with vector files."""

import json

import numpy as np

from . import FUNCTIONS, casefile, shapes

EXACT = {"ram_glimpse": ("attn.box", "attn.spatial"), "hard_topk": ("attn.spatial",),
         "st_gumbel": ("attn.box", "attn.spatial")}


def problems(path):
    """Sentences on what differs, and the largest difference as a share of its tolerance."""
    tensors, metadata = casefile.read(path)
    case = casefile.Case(tensors, metadata)
    if case.id not in FUNCTIONS:
        return [f"there is no function {case.id}"], 0.0
    tolerances = json.loads(metadata["tolerance_abs"])
    wanted = {name: value for name, value in tensors.items() if name == "output" or name.startswith("attn.")}
    found = case.results()
    sentences, worst = shapes.problems(case), 0.0
    if found.keys() != wanted.keys():
        sentences.append(f"gives {sorted(found)} instead of {sorted(wanted)}")
    for name in found.keys() & wanted.keys():
        if found[name].shape != wanted[name].shape:
            sentences.append(f"{name} is {found[name].shape} instead of {wanted[name].shape}")
            continue
        difference = float(np.abs(found[name] - wanted[name]).max())
        allowed = 0.0 if name in EXACT.get(case.id, ()) else tolerances[name]
        worst = max(worst, difference / tolerances[name])
        if not difference <= allowed:
            sentences.append(f"{name} differs by {difference:.3g}, more than {allowed:.3g}")
    return sentences, worst


def files(paths):
    """Prints what differs; 1 if anything does."""
    failed, worst, ids = 0, (0.0, ""), set()
    for path in paths:
        sentences, share = problems(path)
        worst = max(worst, (share, path.name))
        ids.add(path.name.split("__")[0])
        failed += bool(sentences)
        for sentence in sentences:
            print(f"{path.name}: {sentence}")
    print(f"{len(paths) - failed} of {len(paths)} files agree, {len(ids & FUNCTIONS.keys())} of {len(FUNCTIONS)} mechanisms; "
          f"largest difference {worst[0]:.2f} of its tolerance ({worst[1]})")
    return 1 if failed or not paths else 0
