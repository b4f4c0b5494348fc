"""Mechanisms over the frames of a clip: x is T×C×H×W."""

import torch
import torch.nn.functional as F

from .layers import bn, linear, multi_head, pooled
from .pairwise import nonlocal_block


def tam(x, p, h, extras):
    frames, channels, height, width = x.shape
    rows = pooled(x).T
    hidden = F.relu(bn(linear(rows, p, "G.0"), p, "G.1"))
    kernel = linear(hidden, p, "G.3").softmax(dim=1)
    size = kernel.shape[1]
    local = F.conv1d(rows[None], p["L.0.weight"], padding=size // 2)
    local = torch.sigmoid(F.conv1d(F.relu(bn(local, p, "L.1")), p["L.3.weight"]))[0].T
    y = (x * local[:, :, None, None]).transpose(0, 1).reshape(1, channels, frames, height * width)
    y = F.conv2d(y, kernel.view(channels, 1, size, 1), padding=(size // 2, 0), groups=channels)
    out = y.view(channels, frames, height, width).transpose(0, 1).contiguous()
    return out, {"temporal": local, "kernel": kernel}


def temporal_se(x, p, h, extras):
    z = x.mean((1, 2, 3))
    a = torch.sigmoid(linear(F.relu(linear(z, p, "fc1")), p, "fc2"))
    return x * a[:, None, None, None], {"temporal": a}


def gltr(x, p, h, extras):
    frames = pooled(x)
    q, k, v = (linear(frames, p, name) for name in "qkv")
    a = (q @ k.T * q.shape[1] ** -0.5).softmax(dim=1)
    return x + linear(a @ v, p, "proj")[:, :, None, None], {"matrix": a[None], "temporal": lambda: a.mean(0)}


def spacetime_nonlocal(x, p, h, extras):
    clip = x.transpose(0, 1)[None]

    def projected(name):
        if not h["sub_sample"]:
            return F.conv3d(clip, p[name + ".weight"], p[name + ".bias"]).flatten(2)
        return F.max_pool3d(F.conv3d(clip, p[name + ".0.weight"], p[name + ".0.bias"]), (1, 2, 2)).flatten(2)

    theta = F.conv3d(clip, p["theta.weight"], p["theta.bias"]).flatten(2)
    out, a = nonlocal_block(clip, p, h, theta, projected("phi"), projected("g"))
    return out[0].transpose(0, 1).contiguous(), {"matrix": a}


def divided_st(x, p, h, extras):
    def normal(tokens, name):
        return F.layer_norm(tokens, tokens.shape[-1:], p[name + ".weight"], p[name + ".bias"], 1e-6)

    tokens = x.flatten(2).permute(2, 0, 1)  # N×T×C
    y, over_time = multi_head(normal(tokens, "temporal_norm1"), p, "temporal_attn.", h["heads"])
    tokens = (tokens + linear(y, p, "temporal_fc")).transpose(0, 1)  # T×N×C
    y, over_space = multi_head(normal(tokens, "norm1"), p, "attn.", h["heads"])
    out = (tokens + y).transpose(1, 2).reshape(x.shape)
    return out, {"temporal_matrix": over_time, "spatial_matrix": over_space}


FUNCTIONS = {f.__name__: f for f in (tam, temporal_se, gltr, spacetime_nonlocal, divided_st)}
