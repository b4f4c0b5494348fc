"""Writes further vector files: random parameters, sizes and hyper-parameters which the public ones lack."""

import json
import zlib

import numpy as np
import torch

from . import FUNCTIONS, casefile, hyperparams, shapes

CLIPS = {"tam", "temporal_se", "gltr", "spacetime_nonlocal", "divided_st"}
DISCRETE = ("hard_topk", "st_gumbel", "ram_glimpse")

# Of the first variant: sizes and kinds of input. The others take the two of OTHERS.
FIRST = [((7, 13), "cnn"), ((1, 9), "cnn"), ((9, 1), "randn"), ((1, 1), "randn"), ((5, 8), "const"), ((5, 8), "chconst"),
         ((7, 13), "x50"), ((12, 8), "smooth")]
OTHERS = [((7, 13), "randn"), ((6, 5), "cnn")]

# Constant input leaves rounding errors alone, which these divide by about nothing.
NOT_CONSTANT = {"soca", "sge"}

FREQUENCIES = {
    "top": ("0 0 6 0 0 1 1 4 5 1 3 0 0 0 3 2 4 6 3 5 5 2 6 5 5 3 3 4 2 2 6 1",
            "0 1 0 5 2 0 2 0 0 6 0 4 6 3 5 2 6 3 3 3 5 1 1 2 4 2 1 1 3 0 5 3"),
    "low": ("0 0 1 1 0 2 2 1 2 0 3 4 0 1 3 0 1 2 3 4 5 0 1 2 3 4 5 6 1 2 3 4",
            "0 1 0 1 2 0 1 2 2 3 0 0 4 3 1 5 4 3 2 1 0 6 5 4 3 2 1 0 6 5 4 3"),
    "bot": ("6 1 3 3 2 4 1 2 4 4 5 1 4 6 2 5 6 1 6 2 2 4 3 3 5 5 6 2 5 5 3 6",
            "6 4 4 6 6 3 1 4 4 5 6 5 2 2 5 1 4 3 5 0 3 1 1 2 4 2 1 1 5 3 3 3"),
}


def features(rng, shape, kind):
    noise = rng.standard_normal(shape)
    if kind == "randn":
        return noise
    if kind == "const":
        return np.full(shape, 0.7)
    if kind == "chconst":
        return np.broadcast_to(rng.standard_normal(shape[-3])[:, None, None], shape)
    if kind == "smooth":
        height, width = shape[-2:]
        i, j = np.arange(height)[:, None], np.arange(width)
        centres = rng.uniform(0, 1, (shape[-3], 2, 1, 1)) * np.array([height, width])[:, None, None]
        return np.exp(-((i - centres[:, 0]) ** 2 + (j - centres[:, 1]) ** 2) / (0.1 * height * width + 1)) + 0.05 * noise
    x = np.maximum(noise, 0) + 0.05 * rng.standard_normal(shape)
    return 50 * x if kind == "x50" else x


def dct_filters(h):
    """FcaNet's: each block of channels has the basis function of one frequency."""
    method, rows, columns = h["freq_sel_method"], h["dct_h"], h["dct_w"]
    count = int(method[3:])

    def basis(frequency, length):
        scale = np.sqrt((1.0 if frequency == 0 else 2.0) / length)
        return scale * np.cos(np.pi * frequency * (np.arange(length) + 0.5) / length)

    us, vs = ([int(f) for f in text.split()[:count]] for text in FREQUENCIES[method[:3]])
    filters = [np.outer(basis(u * (rows // 7), rows), basis(v * (columns // 7), columns)) for u, v in zip(us, vs)]
    return np.repeat(np.stack(filters), h["C"] // count, axis=0)


def parameter(rng, id, key, shape, h):
    noise = rng.standard_normal(shape)
    if key == "dct_layer.weight":
        return dct_filters(h)
    if key in ("mu", "ham.bases"):
        noise = np.abs(noise) if key == "ham.bases" else noise
        return noise / np.linalg.norm(noise, axis=1, keepdims=True)
    if key == "encoding.3.scale":
        return -rng.uniform(0, 1, shape)
    if id == "draw_attention":  # a window within the picture
        return 0.1 * noise - (np.array([0, 0, 0, 1, 0]) if key == "read.bias" else 0)
    if key.endswith("running_var"):
        return rng.uniform(0.5, 1.5, shape)
    if key.endswith(("bias", "running_mean", "beta")):
        return 0.2 * noise
    if len(shape) == 1 or key in ("alpha", "gamma") or id in ("sge", "sa"):
        return rng.uniform(0.5, 1.5, shape) * np.where(rng.uniform(size=shape) < 0.2, -1, 1)
    inner = np.prod(shape[1:])
    if id == "condconv" and key == "conv.weight":
        inner = inner // h["Cout"]
    if id == "dynamic_conv" and key == "weight":
        inner = np.prod(shape[2:])
    return noise / np.sqrt(inner)


def extras(rng, id, h, channels):
    if id == "attention_gate":
        return {"gate": features(rng, (h["Cg"], *h["gate_hw"]), "cnn")}
    if id == "dia":
        return {"hidden": rng.uniform(0, 1, channels), "cell": rng.standard_normal(channels)}
    if id == "ram_glimpse":
        return {"location": rng.uniform(-1, 1, 2)}
    if id == "draw_attention":
        return {"hidden": rng.standard_normal(h["D"])}
    return {}


def inputs(rng, id, h, shape, kind="cnn"):
    """Input, extra inputs and parameters of one case as float32, and its metadata."""
    tensors = {"input": features(rng, shape, kind), **extras(rng, id, h, shape[-3])}
    for key, size in shapes.SHAPES[id](h).items():
        tensors["param." + key] = parameter(rng, id, key, size, h)
    tensors = {name: np.ascontiguousarray(array, np.float32) for name, array in tensors.items()}
    return tensors, {"id": id, "hyperparams": json.dumps(h, sort_keys=True), "input_kind": kind}


def tolerance(exact, rounded, kind):
    """What rounding in another order may change: a share of the largest value, or what it changed here, many times over."""
    share = {"const": 2e-4, "chconst": 2e-4, "x50": 5e-5}.get(kind, 1e-5)
    return float(max(share * np.abs(exact).max(), 16 * np.abs(exact - rounded).max(), 1e-7))


def solved(tensors, metadata, kind):
    """Adds what comes out, in float64; None where nothing finite does or where rounding decides which part is selected."""
    exact = casefile.Case(tensors, metadata, torch.float64).results()
    rounded = casefile.Case(tensors, metadata).results()
    if not all(np.isfinite(array).all() for results in (exact, rounded) for array in results.values()):
        return None
    if metadata["id"] in DISCRETE and any((exact[name] != rounded[name]).any() for name in ("attn.spatial",
                                                                                            "attn.box") if name in exact):
        return None
    metadata["tolerance_abs"] = json.dumps({name: tolerance(exact[name], rounded[name], kind) for name in exact})
    return {**tensors, **exact}


def plan(id):
    """Hyper-parameters, shape and kind of each case of one mechanism."""
    for k, chosen in enumerate(hyperparams.VARIANTS[id]):
        for (height, width), kind in OTHERS if k else FIRST:
            channels, frames = chosen.get("C", 16), chosen.get("frames", 1)
            h = hyperparams.of(id, chosen, channels, height, width, frames)
            constant = kind in ("const", "chconst") and id in NOT_CONSTANT
            if not constant and hyperparams.defined(id, h, channels, height, width):
                yield h, ((frames,) if id in CLIPS else ()) + (channels, height, width), kind


def write(folder, seed, ids):
    """Writes the cases of the mechanisms `ids` (None: all) into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    written, skipped = 0, []
    for id in ids or sorted(FUNCTIONS):
        for k, (h, shape, kind) in enumerate(plan(id), 1):
            rng = np.random.default_rng([seed, zlib.crc32(id.encode()), k])
            tensors, metadata = inputs(rng, id, h, shape, kind)
            metadata["seed"] = str(seed)
            tensors = solved(tensors, metadata, kind)
            if tensors is None:
                skipped.append(f"{id} {metadata['hyperparams']} {shape} {kind}")
                continue
            casefile.write(folder / f"{id}__s{seed}_{k}.safetensors", tensors, metadata)
            written += 1
    for case in skipped:
        print(f"left out, for nothing finite or nothing certain comes out: {case}")
    print(f"{written} cases in {folder}")
    return 0
