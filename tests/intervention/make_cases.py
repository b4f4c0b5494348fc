#!/usr/bin/env python3
"""Makes the cases of tst_intervention: mechanisms in plain PyTorch whose input has muted or scaled channels, or whose heads are.

Each file holds `input` as it is, `param.*`, and `output` and `attn.*` of the reference under the factors which the metadata
"channels" and "heads" give. Run with PyTorch 1.13: python3 tests/intervention/make_cases.py
"""
import json
import math
import pathlib
import struct

import torch
import torch.nn.functional as F

FOLDER = pathlib.Path(__file__).parent
HEIGHT, WIDTH = 5, 7
EPSILON = 1e-5


def save(name, hyperparams, x, params, output, maps, channels, heads):
    tensors = {"input": x, "output": output}
    tensors.update({f"param.{key}": value for key, value in params.items()})
    tensors.update({f"attn.{key}": value for key, value in maps.items()})
    header, data = {"__metadata__": {"id": name, "hyperparams": json.dumps(hyperparams), "channels": json.dumps(channels),
                                     "heads": json.dumps(heads)}}, b""
    for key, value in sorted(tensors.items()):
        raw = value.detach().contiguous().float().numpy().astype("<f4").tobytes()
        header[key] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def conv(x, p, name):
    weight = p[f"{name}.weight"]
    return F.conv2d(x[None], weight.reshape(weight.shape[0], weight.shape[1], *(weight.shape[2:] or (1, 1))),
                    p.get(f"{name}.bias"))[0]


def norm(x, p, name):
    return F.batch_norm(x[None], p[f"{name}.running_mean"], p[f"{name}.running_var"], p[f"{name}.weight"], p[f"{name}.bias"],
                        eps=EPSILON)[0]


def se(x, p, hp, heads):
    a = torch.sigmoid(F.linear(F.relu(F.linear(x.mean((1, 2)), p["fc.0.weight"], p["fc.0.bias"])), p["fc.2.weight"],
                               p["fc.2.bias"]))
    return a[:, None, None] * x, {"channel": a}


def eca(x, p, hp, heads):
    a = torch.sigmoid(F.conv1d(x.mean((1, 2))[None, None], p["conv.weight"], padding=hp["k_size"] // 2)[0, 0])
    return a[:, None, None] * x, {"channel": a}


def cbam(x, p, hp, heads):
    def mlp(z):
        hidden = F.relu(F.linear(z, p["ChannelGate.mlp.1.weight"], p["ChannelGate.mlp.1.bias"]))
        return F.linear(hidden, p["ChannelGate.mlp.3.weight"], p["ChannelGate.mlp.3.bias"])

    a = torch.sigmoid(mlp(x.mean((1, 2))) + mlp(x.amax((1, 2))))
    x1 = a[:, None, None] * x
    pooled = torch.stack([x1.amax(0), x1.mean(0)])
    s = torch.sigmoid(norm(F.conv2d(pooled[None], p["SpatialGate.spatial.conv.weight"], padding=3)[0], p,
                           "SpatialGate.spatial.bn"))[0]
    return x1 * s, {"channel": a, "spatial": s}


def coord(x, p, hp, heads):
    t = torch.cat([x.mean(2), x.mean(1)], 1)[:, :, None]
    t = norm(conv(t, p, "conv1"), p, "bn1")
    t = t * F.relu6(t + 3) / 6
    a_h = torch.sigmoid(conv(t[:, :HEIGHT], p, "conv_h"))[:, :, 0]
    a_w = torch.sigmoid(conv(t[:, HEIGHT:], p, "conv_w"))[:, :, 0]
    full = a_h[:, :, None] * a_w[:, None, :]
    return x * full, {"h": a_h, "w": a_w, "full": full}


def gc(x, p, hp, heads):
    m = torch.softmax(conv(x, p, "conv_mask").flatten(), 0)
    context = (x.flatten(1) * m).sum(1)[:, None, None]
    t = conv(context, p, "channel_add_conv.0")
    t = F.layer_norm(t, t.shape, p["channel_add_conv.1.weight"], p["channel_add_conv.1.bias"], eps=EPSILON)
    add = conv(F.relu(t), p, "channel_add_conv.3")
    return x + add, {"spatial": m.reshape(HEIGHT, WIDTH), "channel_add": add.flatten()}


def simam(x, p, hp, heads):
    d = (x - x.mean((1, 2), keepdim=True)) ** 2
    v = d.sum((1, 2), keepdim=True) / (HEIGHT * WIDTH - 1)
    a = torch.sigmoid(d / (4 * (v + hp["e_lambda"])) + 0.5)
    return x * a, {"full": a}


def sagan(x, p, hp, heads):
    q, k, v = (conv(x, p, f"{name}_conv").flatten(1) for name in ("query", "key", "value"))
    a = torch.softmax(q.T @ k, 1)
    return p["gamma"] * (v @ a.T).reshape(x.shape) + x, {"matrix": a[None]}


def attention(tokens, weights, heads, factors):
    """tokens [N, C] with its q, k, v [N, C]: what the heads gather side by side, each times its factor, and their matrices."""
    q, k, v = ([part.reshape(part.shape[0], heads, -1)[:, h] for h in range(heads)] for part in weights)
    depth = q[0].shape[1]
    matrices = [torch.softmax(q[h] @ k[h].T / math.sqrt(depth), 1) for h in range(heads)]
    return torch.cat([factors[h] * (matrices[h] @ v[h]) for h in range(heads)], 1), torch.stack(matrices)


def mhsa(x, p, hp, heads, prefix=""):
    tokens = x.flatten(1).T
    qkv = F.linear(tokens, p[prefix + "qkv.weight"], p[prefix + "qkv.bias"]).chunk(3, 1)
    out, matrices = attention(tokens, qkv, hp["heads"], heads)
    out = F.linear(out, p[prefix + "proj.weight"], p[prefix + "proj.bias"])
    return out.T.reshape(x.shape), {"matrix": matrices}


def axial(x, p, hp, heads):
    def along(lines, axis):  # lines [L, N, C]
        prefix = f"axial_attentions.{axis}.fn."
        outs, matrices = [], []
        for tokens in lines:
            k, v = F.linear(tokens, p[prefix + "to_kv.weight"]).chunk(2, 1)
            out, one = attention(tokens, (F.linear(tokens, p[prefix + "to_q.weight"]), k, v), hp["heads"], heads)
            outs.append(F.linear(out, p[prefix + "to_out.weight"], p[prefix + "to_out.bias"]))
            matrices.append(one)
        return torch.stack(outs), torch.stack(matrices)

    columns, by_column = along(x.permute(2, 1, 0), 0)
    rows, by_row = along(x.permute(1, 2, 0), 1)
    return columns.permute(2, 1, 0) + rows.permute(2, 0, 1), {"axial_h": by_column, "axial_w": by_row}


def ccnet(x, p, hp, heads):
    passes = []
    for factor in heads:
        q, k, v = (conv(x, p, f"{name}_conv") for name in ("query", "key", "value"))
        weights = torch.zeros(HEIGHT, WIDTH, HEIGHT + WIDTH)
        gathered = torch.zeros_like(v)
        for i in range(HEIGHT):
            for j in range(WIDTH):
                column = q[:, i, j] @ k[:, :, j]
                column[i] = -math.inf
                a = torch.softmax(torch.cat([column, q[:, i, j] @ k[:, i, :]]), 0)
                weights[i, j] = a
                gathered[:, i, j] = v[:, :, j] @ a[:HEIGHT] + v[:, i, :] @ a[HEIGHT:]
        passes.append(weights)
        x = p["gamma"] * factor * gathered + x
    return x, {"criss": torch.stack(passes)}


def window_msa(x, p, hp, heads):
    side, count = hp["window"], hp["heads"]  # a picture of one window which is not shifted, smaller than the window's side
    padded = F.pad(x, (0, side - WIDTH, 0, side - HEIGHT))
    tokens = padded.flatten(1).T
    q, k, v = F.linear(tokens, p["qkv.weight"], p["qkv.bias"]).chunk(3, 1)
    places = [(n // side, n % side) for n in range(side * side)]
    index = torch.tensor([[(a[0] - b[0] + side - 1) * (2 * side - 1) + a[1] - b[1] + side - 1 for b in places] for a in places])
    depth = x.shape[0] // count
    outs, matrices = [], []
    for h in range(count):
        part = slice(h * depth, (h + 1) * depth)
        logits = q[:, part] @ k[:, part].T / math.sqrt(depth) + p["relative_position_bias_table"][:, h][index]
        a = torch.softmax(logits, 1)
        matrices.append(a)
        outs.append(heads[h] * (a @ v[:, part]))
    out = F.linear(torch.cat(outs, 1), p["proj.weight"], p["proj.bias"])
    return out.T.reshape(padded.shape)[:, :HEIGHT, :WIDTH], {"matrix": torch.stack(matrices)[None]}


def divided_st(x, p, hp, heads):  # x [T, C, H, W]
    def layer(t, name):
        return F.layer_norm(t, t.shape[-1:], p[f"{name}.weight"], p[f"{name}.bias"], eps=1e-6)

    def self_attention(tokens, prefix):
        qkv = F.linear(tokens, p[prefix + "qkv.weight"], p[prefix + "qkv.bias"]).chunk(3, 1)
        out, _ = attention(tokens, qkv, hp["heads"], heads)
        return F.linear(out, p[prefix + "proj.weight"], p[prefix + "proj.bias"])

    frames, channels = x.shape[:2]
    t = x.flatten(2).permute(0, 2, 1)  # T, N, C
    along = torch.stack([self_attention(layer(t[:, n], "temporal_norm1"), "temporal_attn.") for n in range(t.shape[1])], 1)
    t = t + F.linear(along, p["temporal_fc.weight"], p["temporal_fc.bias"])
    t = t + torch.stack([self_attention(layer(t[f], "norm1"), "attn.") for f in range(frames)])
    return t.permute(0, 2, 1).reshape(x.shape), {}


def linear(outs, ins):
    return torch.randn(outs, ins) / math.sqrt(ins)


def point(outs, ins):
    return linear(outs, ins)[:, :, None, None]


def bn(name, count):
    return {f"{name}.weight": torch.rand(count) + 0.5, f"{name}.bias": 0.3 * torch.randn(count),
            f"{name}.running_mean": 0.3 * torch.randn(count), f"{name}.running_var": torch.rand(count) + 0.5}


def qkv_params(channels, prefix=""):
    return {prefix + "qkv.weight": linear(3 * channels, channels), prefix + "qkv.bias": 0.2 * torch.randn(3 * channels),
            prefix + "proj.weight": linear(channels, channels), prefix + "proj.bias": 0.2 * torch.randn(channels)}


def position_params(channels):
    p = {"gamma": torch.tensor([0.8])}
    for name, outs in (("query", channels // 8), ("key", channels // 8), ("value", channels)):
        p[f"{name}_conv.weight"], p[f"{name}_conv.bias"] = point(outs, channels), 0.2 * torch.randn(outs)
    return p


def axial_params(channels):
    p = {}
    for axis in (0, 1):
        prefix = f"axial_attentions.{axis}.fn."
        p.update({prefix + "to_q.weight": linear(channels, channels), prefix + "to_kv.weight": linear(2 * channels, channels),
                  prefix + "to_out.weight": linear(channels, channels), prefix + "to_out.bias": 0.2 * torch.randn(channels)})
    return p


def params_of(name, c, hp):
    if name == "se":
        return {"fc.0.weight": linear(c // 4, c), "fc.0.bias": torch.randn(c // 4), "fc.2.weight": linear(c, c // 4),
                "fc.2.bias": torch.randn(c)}
    if name == "eca":
        return {"conv.weight": torch.randn(1, 1, hp["k_size"])}
    if name == "cbam":
        return {"ChannelGate.mlp.1.weight": linear(c // 4, c), "ChannelGate.mlp.1.bias": torch.randn(c // 4),
                "ChannelGate.mlp.3.weight": linear(c, c // 4), "ChannelGate.mlp.3.bias": torch.randn(c),
                "SpatialGate.spatial.conv.weight": torch.randn(1, 2, 7, 7) / 7, **bn("SpatialGate.spatial.bn", 1)}
    if name == "coord":
        return {"conv1.weight": point(8, c), "conv1.bias": torch.randn(8), **bn("bn1", 8), "conv_h.weight": point(c, 8),
                "conv_h.bias": torch.randn(c), "conv_w.weight": point(c, 8), "conv_w.bias": torch.randn(c)}
    if name == "gc":
        n = int(c * hp["ratio"])
        return {"conv_mask.weight": point(1, c), "conv_mask.bias": torch.randn(1), "channel_add_conv.0.weight": point(n, c),
                "channel_add_conv.0.bias": torch.randn(n), "channel_add_conv.1.weight": torch.rand(n, 1, 1) + 0.5,
                "channel_add_conv.1.bias": torch.randn(n, 1, 1), "channel_add_conv.3.weight": point(c, n),
                "channel_add_conv.3.bias": torch.randn(c)}
    if name == "mhsa":
        return qkv_params(c)
    if name == "axial":
        return axial_params(c)
    if name == "window_msa":
        return {**qkv_params(c), "relative_position_bias_table": torch.randn((2 * hp["window"] - 1) ** 2, hp["heads"])}
    if name == "divided_st":
        p = {**qkv_params(c, "temporal_attn."), **qkv_params(c, "attn."), "temporal_fc.weight": linear(c, c),
             "temporal_fc.bias": 0.2 * torch.randn(c)}
        for layer in ("temporal_norm1", "norm1"):
            p.update({f"{layer}.weight": torch.rand(c) + 0.5, f"{layer}.bias": 0.3 * torch.randn(c)})
        return p
    return position_params(c) if name in ("sagan", "ccnet") else {}


REFERENCES = {f.__name__: f for f in (se, eca, cbam, coord, gc, simam, sagan, mhsa, axial, ccnet, window_msa, divided_st)}
HEADS = 2
# name, hyper-parameters, factors of channels (index: factor), factors of heads
CASES = [
    ("se", {"C": 12, "bias": True, "reduction": 4}, {3: 0.0}, []),
    ("eca", {"C": 12, "k_size": 3}, {0: 0.0}, []),
    ("cbam", {"C": 12, "no_spatial": False, "pool_types": ["avg", "max"], "reduction": 4}, {5: 0.0}, []),
    ("coord", {"C": 12, "reduction": 32}, {7: 0.0}, []),
    ("gc", {"C": 12, "fusion": ["channel_add"], "pooling": "att", "ratio": 0.25}, {11: 0.0}, []),
    ("simam", {"e_lambda": 0.0001}, {2: 0.0}, []),
    ("sagan", {"C": 16}, {4: 0.0}, []),
    ("mhsa", {"C": 8, "heads": HEADS, "qkv_bias": True}, {1: 0.0}, []),
    ("mhsa", {"C": 8, "heads": HEADS, "qkv_bias": True}, {}, [1.0, 0.0]),
    ("mhsa", {"C": 8, "heads": HEADS, "qkv_bias": True}, {2: 0.5, 6: 1.75}, [0.25, 1.5]),
    ("axial", {"C": 8, "heads": HEADS, "sum_axial_out": True}, {6: 0.0}, [0.0, 1.0]),
    ("ccnet", {"C": 8, "recurrence": 2}, {}, [0.5, 0.0]),
    ("window_msa", {"C": 8, "heads": HEADS, "qkv_bias": True, "shift": 0, "window": 7}, {}, [0.0, 2.0]),
    ("divided_st", {"C": 8, "heads": HEADS, "qkv_bias": True}, {3: 0.0}, [1.0, 0.0]),
]


def main():
    torch.manual_seed(20)
    total = 0
    for number, (name, hp, muted, heads) in enumerate(CASES, 1):
        c = hp.get("C", 12)
        x = torch.randn(*((3,) if name == "divided_st" else ()), c, HEIGHT, WIDTH)
        factors = [muted.get(k, 1.0) for k in range(c)] if muted else []
        scaled = x * torch.tensor(factors).reshape(-1, 1, 1) if factors else x
        params = params_of(name, c, hp)
        output, maps = REFERENCES[name](scaled, params, hp, heads or [1.0] * HEADS)
        data = save(name, hp, x, params, output, maps, factors, heads)
        (FOLDER / f"{number:02d}_{name}.safetensors").write_bytes(data)
        total += len(data)
    print(total, "bytes")


main()
